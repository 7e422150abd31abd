#!/usr/bin/python3
"""Writes tests/models/formats/data/wrapped/: one model in every wrapper that people put around its layers, for
wrapped_models_test.cc.

The model is a GRU `enc` with small weights and an LSTM `dec` with large ones, two units each. SEED_plain.safetensors
has it as it is; every other SEED_NAME has the same `dec` (and `enc`) written by PyTorch's, ONNX's or NumPy's own code,
or laid out by h5py as Keras does it, or a `dec` that is another map (names that begin with other_). Needs Debian's
python3-torch, python3-onnx and python3-h5py:

    /usr/bin/python3 tests/models/formats/make_wrapped_models.py
"""
import argparse
import io
import json
import pathlib
import pickle
import struct
import warnings
import zipfile

import h5py
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn.utils import parametrize, prune
from torch.nn.utils.parametrizations import spectral_norm as new_spectral_norm

FOLDER = pathlib.Path(__file__).parent / "data" / "wrapped"
N = 2


class Pair(nn.Module):
    def __init__(self, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.enc, self.dec = nn.GRU(N, N), nn.LSTM(N, N)
        for name, weight in self.named_parameters():
            scale = 0.1 if name.startswith("enc") else 3.0 if "weight_hh" in name else 0.3
            weight.data.copy_(torch.randn(weight.shape) * scale)

    def forward(self, x):
        return self.dec(self.enc(x)[0])[0]


def plain(seed):
    return Pair(seed).state_dict()


def effective(module):
    """Weights as a forward pass uses them."""
    module.eval()
    module(torch.zeros(1, 1, N))
    return {name: getattr(module.dec, name).detach().clone() for name in
            ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")}


def safetensors(path, tensors):
    header, data = {}, b""
    for name, w in tensors.items():
        w = w.detach().contiguous().numpy()
        header[name] = {"dtype": "F32", "shape": list(w.shape), "data_offsets": [len(data), len(data) + w.nbytes]}
        data += w.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class WeightNorm(nn.Module):
    """torch.nn.utils.parametrizations.weight_norm of PyTorch 2, which stores original0 and original1."""

    def forward(self, g, v):
        return torch._weight_norm(v, g, 0)

    def right_inverse(self, w):
        return torch.norm_except_dim(w, 2, 0), w


class WeightDrop(nn.Module):
    """As in AWD-LSTM: the raw weights are parameters of the wrapper, those of the module lose parts at random."""

    def __init__(self, module):
        super().__init__()
        self.module = module
        raw = module.weight_hh_l0.detach().clone()
        self.weight_hh_l0_raw = nn.Parameter(raw)
        module.weight_hh_l0 = nn.Parameter(raw * torch.tensor([[0.0, 1.0]]))


class NormedCell(nn.Module):
    def __init__(self, dec):
        super().__init__()
        for name, weight in dec.named_parameters():
            self.register_parameter(name.replace("_l0", ""), weight)
        self.layernorm_i, self.layernorm_h, self.layernorm_c = nn.LayerNorm(4 * N), nn.LayerNorm(4 * N), nn.LayerNorm(N)


class PeepholeCell(nn.Module):
    def __init__(self, dec):
        super().__init__()
        for name, weight in dec.named_parameters():
            self.register_parameter(name.replace("_l0", ""), weight)
        self.weight_ci, self.weight_cf, self.weight_co = (nn.Parameter(torch.randn(N)) for _ in range(3))


def pytorch_files(seed, save):
    def torch_file(name, content, **options):
        stream = io.BytesIO()
        torch.save(content, stream, **options)
        save(name + ".pt", stream.getvalue())

    def wrapped(name, wrap):
        model = Pair(seed)
        wrap(model)
        torch_file(name, model.state_dict())
        return model

    state = plain(seed)
    torch_file("state_dict", state)
    torch_file("legacy", state, _use_new_zipfile_serialization=False)
    torch_file("module", Pair(seed))
    torch_file("numpy_in_torch", {"model": {name: w.numpy() for name, w in state.items()}})
    torch_file("lightning", {
        "epoch": 1, "global_step": 10, "pytorch-lightning_version": "2.1.0", "state_dict": state, "callbacks": {},
        "hyper_parameters": {"args": argparse.Namespace(lr=0.1), "path": pathlib.PurePosixPath("x")},
        "optimizer_states": [torch.optim.Adam(Pair(seed).parameters()).state_dict()], "lr_schedulers": []})
    for protocol in (2, 4, 5):
        arrays = {"net": {name: w.numpy() for name, w in state.items()}}
        save(f"numpy_{protocol}.pkl", pickle.dumps(arrays, protocol=protocol))
    wrapped("weight_norm", lambda m: nn.utils.weight_norm(m.dec, "weight_hh_l0"))
    wrapped("weight_norm_columns", lambda m: nn.utils.weight_norm(m.dec, "weight_hh_l0", dim=1))
    wrapped("weight_norm_whole", lambda m: nn.utils.weight_norm(m.dec, "weight_hh_l0", dim=None))
    wrapped("parametrized_weight_norm",
            lambda m: parametrize.register_parametrization(m.dec, "weight_hh_l0", WeightNorm()))
    wrapped("pruned", lambda m: prune.identity(m.dec, "weight_hh_l0"))
    model = wrapped("pruned_half", lambda m: prune.l1_unstructured(m.dec, "weight_hh_l0", amount=0.5))
    truth = {"pruned_half": effective(model)}
    model = wrapped("spectral_norm", lambda m: nn.utils.spectral_norm(m.dec, "weight_hh_l0").eval())
    truth["spectral_norm"] = effective(model)
    model = wrapped("parametrized_spectral_norm", lambda m: new_spectral_norm(m.dec, "weight_hh_l0").eval())
    truth["parametrized_spectral_norm"] = effective(model)
    for name, weights in truth.items():
        safetensors(FOLDER / f"{seed}_{name}.truth.safetensors", {"dec." + key: w for key, w in weights.items()})

    def drop(m):
        m.dec = WeightDrop(m.dec)
    wrapped("weight_drop", drop)

    def normed(m):
        m.dec = NormedCell(m.dec)
    wrapped("other_layernorm", normed)

    def peepholes(m):
        m.dec = PeepholeCell(m.dec)
    wrapped("other_peepholes", peepholes)
    wrapped("other_orthogonal", lambda m: nn.utils.parametrizations.orthogonal(m.dec, "weight_hh_l0"))
    quantised = torch.quantization.quantize_dynamic(Pair(seed), {nn.LSTM}, dtype=torch.qint8)
    torch_file("other_quantize_dynamic", quantised.state_dict())
    odd = dict(state)
    odd["dec.weight_hh_l0"] = odd["dec.weight_hh_l0"].flatten()
    torch_file("other_flat", odd)
    stray = {name: w for name, w in state.items() if name.startswith("enc")}
    torch_file("other_unknown_names", {**stray, "dec.W": state["dec.weight_ih_l0"], "dec.U": state["dec.weight_hh_l0"]})
    torch_file("other_linear_maps", {**stray, "dec.i2h.weight": state["dec.weight_ih_l0"],
                                     "dec.h2h.weight": state["dec.weight_hh_l0"]})
    # stable-baselines3: the policy is a file of PyTorch inside.
    policy, archive = io.BytesIO(), io.BytesIO()
    torch.save(state, policy)
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in (("data", b"{}"), ("policy.pth", policy.getvalue()), ("_stable_baselines3_version", b"2.1")):
            file.writestr(zipfile.ZipInfo(name), content)
    save("policy.zip", archive.getvalue())


def onnx_weights(state, layer, order):
    def blocks(name):
        w = state[f"{layer}.{name}_l0"].numpy()
        return np.concatenate([np.split(w, len(order))[k] for k in order])[None]
    bias = np.concatenate([blocks("bias_ih"), blocks("bias_hh")], axis=1)
    return {"W": blocks("weight_ih"), "R": blocks("weight_hh"), "B": bias}


def onnx_model(nodes, tensors, functions=(), opset=15):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [5, 1, N])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    initializers = [numpy_helper.from_array(np.ascontiguousarray(w), name) for name, w in tensors.items()]
    graph = helper.make_graph(nodes, "g", [x], [y], initializers)
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("local", 1), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=imports, functions=list(functions), ir_version=8)


def onnx_files(seed, save):
    state = plain(seed)
    stream = io.BytesIO()
    torch.onnx.export(Pair(seed).eval(), torch.zeros(5, 1, N), stream)
    save("exported.onnx", stream.getvalue())
    enc = {"enc_" + k: w for k, w in onnx_weights(state, "enc", (1, 0, 2)).items()}
    dec = {"dec_" + k: w for k, w in onnx_weights(state, "dec", (0, 3, 1, 2)).items()}
    gru = helper.make_node("GRU", ["x", "enc_W", "enc_R", "enc_B"], ["h1"], name="enc", hidden_size=N,
                           linear_before_reset=1)
    flat = helper.make_node("Squeeze", ["h1", "axis"], ["s"])
    axis = {"axis": np.array([1])}
    lstm = helper.make_node("LSTM", ["s", "dec_W", "dec_R", "dec_B"], ["y"], name="dec", hidden_size=N)
    model = onnx_model([gru, flat, lstm], {**enc, **dec, **axis})
    onnx.save(model, str(FOLDER / f"{seed}_external.onnx"), save_as_external_data=True,
              location=f"{seed}_external.onnx.data", size_threshold=0)
    # A function of the model that stands for the node, its attribute given by the call.
    inside = helper.make_node("LSTM", ["a", "w", "r", "b"], ["o"], name="inner")
    attribute = inside.attribute.add()
    attribute.name, attribute.ref_attr_name, attribute.type = "hidden_size", "units", onnx.AttributeProto.INT
    function = helper.make_function("local", "MyDecoder", ["a", "w", "r", "b"], ["o"], [inside],
                                    [helper.make_opsetid("", 15)], ["units"])
    call = helper.make_node("MyDecoder", ["s", "dec_W", "dec_R", "dec_B"], ["y"], domain="local", name="dec", units=N)
    save("function.onnx", onnx_model([gru, flat, call], {**enc, **dec, **axis}, [function]).SerializeToString())
    # Weights of 8 bits that become floats before they are used, one scale for each row.
    scale = (np.abs(dec["dec_R"]).max(axis=2) / 127).astype(np.float32)[0]
    quantised = np.round(dec["dec_R"][0] / scale[:, None]).astype(np.int8)
    nodes = [gru, flat,
             helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["r"], axis=0),
             helper.make_node("Unsqueeze", ["r", "first"], ["rr"]),
             helper.make_node("LSTM", ["s", "dec_W", "rr", "dec_B"], ["y"], name="dec", hidden_size=N)]
    tensors = {**enc, **axis, "dec_W": dec["dec_W"], "dec_B": dec["dec_B"], "q": quantised, "scale": scale,
               "zero": np.zeros(4 * N, np.int8), "first": np.array([0])}
    save("dequantised.onnx", onnx_model(nodes, tensors).SerializeToString())
    reals = (quantised * scale[:, None]).astype(np.float32)
    truth = {"dec." + k: w for k, w in zip(("weight_ih_l0", "bias_ih_l0", "bias_hh_l0"),
                                           (state["dec.weight_ih_l0"], state["dec.bias_ih_l0"], state["dec.bias_hh_l0"]))}
    back = np.concatenate([np.split(reals, 4)[k] for k in (0, 2, 3, 1)])
    truth["dec.weight_hh_l0"] = torch.from_numpy(back)
    safetensors(FOLDER / f"{seed}_dequantised.truth.safetensors", truth)
    quantised = (np.round(np.swapaxes(dec["dec_R"], 1, 2) * 20) + 128).clip(0, 255).astype(np.uint8)
    inputs = (np.round(np.swapaxes(dec["dec_W"], 1, 2) * 20) + 128).clip(0, 255).astype(np.uint8)
    node = helper.make_node("DynamicQuantizeLSTM", ["s", "wq", "rq", "dec_B", "", "", "", "", "ws", "wz", "rs", "rz"],
                            ["y"], domain="com.microsoft", name="dec", hidden_size=N)
    one, middle = np.array([0.05], np.float32), np.array([128], np.uint8)
    tensors = {**enc, **axis, "dec_B": dec["dec_B"], "wq": inputs, "rq": quantised, "ws": one, "rs": one, "wz": middle,
               "rz": middle}
    save("other_dynamic_quantize.onnx", onnx_model([gru, flat, node], tensors).SerializeToString())
    # h' = tanh(3 h + x) in the body of a Scan and of a Loop.
    value = lambda name, kind=TensorProto.FLOAT, shape=(1, N): helper.make_tensor_value_info(name, kind, shape)  # noqa: E731
    step = [helper.make_node("MatMul", ["hin", "Rt"], ["p"]), helper.make_node("Add", ["p", "xin"], ["q"]),
            helper.make_node("Tanh", ["q"], ["hout"]), helper.make_node("Identity", ["hout"], ["yo"])]
    body = helper.make_graph(step, "body", [value("hin"), value("xin")], [value("hout"), value("yo")])
    scan = helper.make_node("Scan", ["h0", "s"], ["hf", "y"], name="dec", body=body, num_scan_inputs=1)
    tensors = {**enc, **axis, "h0": np.zeros((1, N), np.float32), "Rt": 3 * np.eye(N, dtype=np.float32)}
    save("other_scan.onnx", onnx_model([gru, flat, scan], tensors).SerializeToString())
    step = [helper.make_node("Gather", ["s", "i"], ["xin"], axis=0), *step, helper.make_node("Identity", ["c"], ["cc"])]
    body = helper.make_graph(step, "body", [value("i", TensorProto.INT64, ()), value("c", TensorProto.BOOL, ()), value("hin")],
                             [value("cc", TensorProto.BOOL, ()), value("hout"), value("yo")])
    loop = helper.make_node("Loop", ["steps", "", "h0"], ["hf", "y"], name="dec", body=body)
    save("other_loop.onnx", onnx_model([gru, flat, loop], {**tensors, "steps": np.array(5)}).SerializeToString())
    peephole = helper.make_node("LSTM", ["s", "dec_W", "dec_R", "dec_B", "", "", "", "P"], ["y"], name="dec", hidden_size=N)
    save("other_peepholes.onnx", onnx_model([gru, flat, peephole], {**enc, **dec, **axis,
                                            "P": np.ones((1, 3 * N), np.float32)}).SerializeToString())
    custom = helper.make_node("MyLSTM", ["s", "dec_W", "dec_R", "dec_B"], ["y"], name="dec", domain="local")
    save("other_custom_operator.onnx", onnx_model([gru, flat, custom], {**enc, **dec, **axis}).SerializeToString())


def keras_weights(state, layer, order, two_biases):
    """Kernels as Keras keeps them: transposed, gates side by side. One bias is the sum where there are not two."""
    def blocks(name):
        w = state[f"{layer}.{name}_l0"].numpy()
        return np.concatenate([np.split(w, len(order))[k] for k in order])
    biases = [blocks("bias_ih"), blocks("bias_hh")]
    return {"kernel": blocks("weight_ih").T, "recurrent_kernel": blocks("weight_hh").T,
            "bias": np.stack(biases) if two_biases else biases[0] + biases[1]}


def layer_config(kind, name, **more):
    return {"class_name": kind, "config": {"name": name, "units": N, "activation": "tanh",
                                           "recurrent_activation": "sigmoid", **more}}


def keras_file(arrays, config=None, version=None):
    content = io.BytesIO()
    with h5py.File(content, "w", libver="latest") as file:
        for path, w in arrays.items():
            file.create_dataset(path, data=w)
        if config is not None:
            file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": config})
        if version:
            file.attrs["keras_version"] = version
    return content.getvalue()


def keras_files(seed, save):
    state = plain(seed)
    gru = keras_weights(state, "enc", (1, 0, 2), True)
    lstm = keras_weights(state, "dec", (0, 1, 2, 3), False)
    both = [layer_config("GRU", "enc", reset_after=True), layer_config("LSTM", "dec")]
    config = {"name": "s", "layers": both}
    # Keras 2.
    arrays = {f"model_weights/enc/enc/gru_cell/{k}:0": w for k, w in gru.items()}
    arrays.update({f"model_weights/dec/dec/lstm_cell_1/{k}:0": w for k, w in lstm.items()})
    save("keras2.h5", keras_file(arrays, config, "2.11.0"))
    # Keras 3, whole model.
    arrays = {f"model_weights/enc/s/enc/gru_cell/{k}": w for k, w in gru.items()}
    arrays.update({f"model_weights/dec/s/dec/lstm_cell/{k}": w for k, w in lstm.items()})
    save("keras3.h5", keras_file(arrays, config, "3.4.1"))

    def numbered(folder, weights):
        return {f"{folder}/vars/{i}": w for i, w in enumerate(weights.values())}

    def archive(arrays, layers):
        content = io.BytesIO()
        config = {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": layers}}
        with zipfile.ZipFile(content, "w") as file:
            for name, part in (("metadata.json", json.dumps({"keras_version": "3.4.1"}).encode()),
                               ("config.json", json.dumps(config).encode()), ("model.weights.h5", keras_file(arrays))):
                file.writestr(zipfile.ZipInfo(name), part)
        return content.getvalue()

    save("archive.keras", archive({**numbered("layers/gru/cell", gru), **numbered("layers/lstm/cell", lstm)}, both))
    # The decoder is the second cell of a stack; the first is an LSTM that forgets.
    small = {k: w * 0.01 for k, w in lstm.items()}
    cells = [layer_config("LSTMCell", "a"), layer_config("LSTMCell", "b")]
    stack = {"class_name": "RNN", "config": {"name": "r", "cell": {"class_name": "StackedRNNCells", "config": {
        "name": "c", "cells": cells}}}}
    save("stacked.keras", archive({**numbered("layers/rnn/cell/cells/lstm_cell", small),
                                   **numbered("layers/rnn/cell/cells/lstm_cell_1", lstm)}, [stack]))
    # Keras 1: an array for each gate.
    arrays = {}
    for name, letter in (("kernel", "W"), ("recurrent_kernel", "U"), ("bias", "b")):
        for gate, block in zip("ifco", np.split(lstm[name], 4, axis=-1)):
            arrays[f"model_weights/dec/dec_{letter}_{gate}"] = block
    old = {"class_name": "LSTM", "config": {"name": "dec", "output_dim": N, "activation": "tanh", "inner_activation": "sigmoid"}}
    save("keras1.h5", keras_file(arrays, [old], "1.2.2"))
    # The same name in two models, with other functions.
    arrays = {f"model_weights/{model}/dec/lstm_cell/{k}:0": w for model in ("one", "two") for k, w in lstm.items()}
    models = [{"class_name": "Sequential", "config": {"name": "one", "layers": [layer_config("LSTM", "dec")]}},
              {"class_name": "Sequential", "config": {"name": "two", "layers": [
                  layer_config("LSTM", "dec", recurrent_activation="hard_sigmoid", activation="relu")]}}]
    save("other_same_name.h5", keras_file(arrays, {"name": "s", "layers": models}, "2.11.0"))
    # Other cells.
    convolved = {k: w[None, None] if k != "bias" else w for k, w in lstm.items()}
    arrays = {f"model_weights/enc/enc/gru_cell/{k}:0": w for k, w in gru.items()}
    arrays.update({f"model_weights/dec/dec/{k}:0": w for k, w in convolved.items()})
    save("other_convlstm.h5", keras_file(arrays, {"name": "s", "layers": [both[0], layer_config("ConvLSTM2D", "dec")]}, "2.11.0"))
    arrays = {f"model_weights/enc/enc/gru_cell/{k}:0": w for k, w in gru.items()}
    arrays.update({f"model_weights/dec/dec/ln_cell/{k}:0": w for k, w in lstm.items()})
    arrays["model_weights/dec/dec/ln_cell/kernel_norm/gamma:0"] = np.ones(4 * N, np.float32)
    save("other_norm_cell.h5", keras_file(arrays))


def main():
    warnings.simplefilter("ignore")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for seed in (1, 2):
        def save(name, content, seed=seed):
            (FOLDER / f"{seed}_{name}").write_bytes(content)
        safetensors(FOLDER / f"{seed}_plain.safetensors", plain(seed))
        pytorch_files(seed, save)
        onnx_files(seed, save)
        keras_files(seed, save)
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
