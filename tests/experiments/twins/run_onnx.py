#!/usr/bin/python3
"""Runs an ONNX model with NumPy, by the definitions of its operators, after onnx's checker took it.

usage: run_onnx.py MODEL.onnx OUT.npy INPUT=FILE.npy …     first output to OUT.npy
       run_onnx.py MODEL.onnx OUT.npy --stream X.npy       x by rows, the cache carried on, y stacked

Exit code 77 where NumPy or onnx is missing.
"""
import sys

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
except ImportError as error:
    print(error)
    sys.exit(77)


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def sliced(x, begin, end, axes):
    where = [slice(None)] * x.ndim
    for b, e, axis in zip(begin, end, axes):
        where[axis] = slice(int(b), int(min(e, 2**31)))
    return x[tuple(where)]


def hard_sigmoid(x, alpha=0.2, beta=0.5):
    return np.clip(alpha * x + beta, 0, 1)


OPERATORS = {
    "Tanh": np.tanh,
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "Relu": lambda x: np.maximum(x, 0),
    "Softsign": lambda x: x / (1 + np.abs(x)),
    "HardSigmoid": hard_sigmoid,
    "LeakyRelu": lambda x, alpha=0.01: np.where(x < 0, alpha * x, x),
    "Elu": lambda x, alpha=1.0: np.where(x < 0, alpha * (np.exp(x) - 1), x),
    "Identity": lambda x: x,
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "MatMul": np.matmul,
    "Gemm": lambda a, b, c: a @ b + c,
    "Concat": lambda *parts, axis: np.concatenate(parts, axis),
    "Gather": lambda x, columns, axis=0: np.take(x, columns, axis),
    "Slice": sliced,
    "Pad": lambda x, pads: np.pad(x, list(zip(pads[: x.ndim], pads[x.ndim :]))),
}


def run(model, given):
    values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    values.update(given)
    for node in model.graph.node:
        inputs = [values[name] for name in node.input]
        values[node.output[0]] = OPERATORS[node.op_type](*inputs, **attributes(node))
    return values


def main():
    path, out = sys.argv[1:3]
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert model.opset_import[0].version == 17
    if sys.argv[3] == "--stream":
        x = np.load(sys.argv[4]).astype(np.float32)
        sizes = {i.name: i.type.tensor_type.shape.dim[1].dim_value for i in model.graph.input}
        cache = np.zeros((1, sizes.get("cache", 0)), np.float32)
        rows = []
        for row in x:
            given = {"x": row[None]}
            if "cache" in sizes:
                given["cache"] = cache
            values = run(model, given)
            rows.append(values["y"][0])
            cache = values.get("next_cache", cache)
        np.save(out, np.array(rows, np.float64))
        return
    given = dict(word.split("=", 1) for word in sys.argv[3:])
    values = run(model, {name: np.load(file).astype(np.float32) for name, file in given.items()})
    np.save(out, values[model.graph.output[-1].name].astype(np.float64))


main()
