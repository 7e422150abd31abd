"""Truncations and runs of published models, beside what NumPy computes of the same files without the package.

The weights are read by the libraries of those who write such files, and brought into PyTorch's order of gates here. The
inputs are stored as the seed that they are drawn with.
"""

import functools
import json
import os
from collections import namedtuple
from pathlib import Path

import numpy
import pytest

import unrecur

STEPS, ORDERS, SEED = 40, 8, 12
TOLERANCE = 1e-9  # of gaps as a fraction of them, and of outputs: both sides compute in double

# A recurrent layer in PyTorch's order of gates: its step, and weights in double, w and b of inputs, u and c of states.
Layer = namedtuple("Layer", "step w u b c")


def sigmoid(a):
    return 0.5 * (1.0 + numpy.tanh(0.5 * a))


def lstm_step(layer, x, state):
    h, c = state
    i, f, g, o = numpy.split(x @ layer.w.T + layer.b + h @ layer.u.T + layer.c, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * numpy.tanh(g)
    return sigmoid(o) * numpy.tanh(c), c


def gru_step(layer, x, state):
    """With the reset gate after the product."""
    (h,) = state
    r, z, n = numpy.split(x @ layer.w.T + layer.b, 3, axis=-1)
    r_of_h, z_of_h, n_of_h = numpy.split(h @ layer.u.T + layer.c, 3, axis=-1)
    n = numpy.tanh(n + sigmoid(r + r_of_h) * n_of_h)
    z = sigmoid(z + z_of_h)
    return ((1.0 - z) * n + z * h,)


def linear_step(layer, x, state):
    (h,) = state
    return (h @ layer.u.T + layer.c + x @ layer.w.T + layer.b,)


def layer_of(w, u, b, c):
    """An LSTM, a GRU or a linear layer, as the number of blocks says."""
    w, u, b, c = (numpy.asarray(array, dtype=numpy.float64) for array in (w, u, b, c))
    return Layer({4: lstm_step, 3: gru_step, 1: linear_step}[len(u) // u.shape[1]], w, u, b, c)


def in_order(array, gates):
    """The blocks of rows in another order: block gates[0] first."""
    blocks = numpy.split(numpy.asarray(array), len(gates))
    return numpy.concatenate([blocks[gate] for gate in gates])


def evaluate(path, x):
    """Outputs and full states of layers on top of each other, from zero: x is (steps, sequences, inputs)."""
    states = [[numpy.zeros((x.shape[1], layer.u.shape[1]))] * (2 if layer.step is lstm_step else 1) for layer in path]
    outputs, full = [], []
    for h in x:
        for k, layer in enumerate(path):
            states[k] = layer.step(layer, h, states[k])
            h = states[k][0]
        outputs.append(h)
        full.append(numpy.concatenate([part for state in states for part in state], axis=-1))
    return numpy.array(outputs), numpy.array(full)


def gaps(path, x):
    """Largest and mean distance of full states from those over the last k inputs, k = 1, 2, …; all steps count."""
    full = evaluate(path, x[:, None])[1][:, 0]
    curves = []
    for k in range(1, ORDERS + 1):
        windows = numpy.stack([x[end - k : end] for end in range(k, len(x) + 1)], axis=1)
        gap = numpy.linalg.norm(full[k - 1 :] - evaluate(path, windows)[1][-1], axis=-1)
        curves.append((gap.max(), gap.sum() / len(x)))
    return numpy.array(curves).T


def torch_layer(arrays, name):
    """By the name that the package gives it: PREFIX.l0 and PREFIX.l0.reverse of a module, PREFIX of a cell."""
    prefix, dot, number = name.replace(".reverse", "_reverse").partition(".l")
    ending = f"_l{number}" if dot else ""
    return layer_of(*(arrays[f"{prefix}.{part}{ending}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")))


@functools.lru_cache(maxsize=None)
def torch_arrays(path):
    torch = pytest.importorskip("torch", reason="needs PyTorch: install python3-torch")
    if path.name.startswith("anydrive"):
        return torch.jit.load(str(path)).state_dict()
    loaded = torch.load(str(path), map_location="cpu")
    return {f"model.{name}": array for name, array in loaded["model"].items()} if "model" in loaded else loaded


def pytorch(path, name):
    return torch_layer(torch_arrays(path), name)


def safetensors(path, name):
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    arrays = {}
    for tensor, about in json.loads(data[8:start]).items():
        if tensor.startswith(name):
            begin, end = (start + offset for offset in about["data_offsets"])
            arrays[tensor] = numpy.frombuffer(data[begin:end], "<f4").reshape(about["shape"])
    return torch_layer(arrays, name)


@functools.lru_cache(maxsize=None)
def onnx_parts(path):
    """Nodes and arrays by name, of a graph and of all graphs within."""
    load = pytest.importorskip("onnx", reason="needs ONNX: install python3-onnx").load
    from onnx.numpy_helper import to_array

    nodes, arrays, graphs = {}, {}, [load(str(path)).graph]
    for graph in graphs:
        arrays.update((tensor.name, to_array(tensor)) for tensor in graph.initializer)
        nodes.update((node.name, node) for node in graph.node)
        graphs.extend(attribute.g for node in graph.node for attribute in node.attribute if attribute.HasField("g"))
    return nodes, arrays


def onnx(path, name):
    nodes, arrays = onnx_parts(path)
    node, direction = nodes[name.replace(".reverse", "")], int(name.endswith(".reverse"))
    if node.input[2] not in arrays:  # /A/B/LSTM, whose weights the file computes of the arrays A.B of PyTorch
        return torch_layer(arrays, name[1 : -len("/LSTM")].replace("/", "."))
    assert node.op_type == "LSTM" or {a.name: a.i for a in node.attribute}["linear_before_reset"] == 1
    w, u, both = (arrays[tensor][direction] for tensor in node.input[1:4])
    gates = [0, 2, 3, 1] if node.op_type == "LSTM" else [1, 0, 2]  # stored i, o, f, c and z, r, h
    return layer_of(*(in_order(array, gates) for array in (w, u, *numpy.split(both, 2))))


def audio_json(path, name):
    """layers[K]: what Keras has of a GRU with its reset gate after the product."""
    described = json.loads(path.read_text())["layers"][int(name[len("layers[") : -1])]
    w, u, biases = (numpy.array(array) for array in described["weights"])
    return layer_of(*(in_order(array, [1, 0, 2]) for array in (w.T, u.T, *biases)))  # stored z, r, h


def hdf5(path, names):
    with pytest.importorskip("h5py", reason="needs h5py: install python3-h5py").File(path, "r") as file:
        return [file[name][()] for name in names]


def keras_hdf5(path, name):
    """An LSTM, of which Keras' order is PyTorch's."""
    w, u, b = hdf5(path, [f"{name}/{name}/{part}:0" for part in ("kernel", "recurrent_kernel", "bias")])
    return layer_of(w.T, u.T, b, 0 * b)


def rl_tools(path, name):
    parts = ("weights_input", "weights_hidden", "biases_input", "biases_hidden")
    return layer_of(*hdf5(path, [f"{name}/{part}/parameters" for part in parts]))


def gtcrn():
    """The modules of one file, each with its node of the other."""
    modules = [f"encoder.en_convs.{k}.tra.att_gru" for k in (2, 3, 4)]
    modules += [f"dpgrnn{k}.{along}_rnn.rnn{half}" for k in (1, 2) for along in ("intra", "inter") for half in (1, 2)]
    modules += [f"decoder.de_convs.{k}.tra.att_gru" for k in (0, 1, 2)]
    return zip(modules, (153, 343, 533, 700, 706, 780, 784, 877, 883, 957, 961, 1111, 1348, 1585))


def published():
    """(reader, file, layers); several layers are a path, which is the whole model."""
    for layers in (["lstm.l0", "lstm.l1"], ["lstm.l0"], ["lstm.l1"]):
        yield pytorch, "anydrive-actuator/anydrive_v3_lstm.pt", layers
    for file in ("beatnet/model_1_weights.pt", "hapt-lstm/hapt_2L_128H.pt"):
        yield pytorch, file, ["lstm.l0", "lstm.l1"]
    for module, node in gtcrn():
        for end in ("", ".reverse") if "intra" in module else ("",):
            yield pytorch, "gtcrn/model_trained_on_dns3.tar", [f"model.{module}.l0{end}"]
            yield onnx, "gtcrn/gtcrn_simple.onnx", [f"GRU_{node}{end}"]
    yield safetensors, "silero-vad-16k/silero_vad_16k.safetensors", ["lstm_cell"]
    yield onnx, "silero-vad-onnx/silero_vad_16k_op15.onnx", ["/model/decoder/rnn/LSTM"]
    for node in (245, 315, 719, 789):  # the other four of the file are copies
        yield onnx, "silero-vad-onnx/silero_vad_legacy.onnx", [f"LSTM_{node}"]
    for node in ("lstm_4", "lstm_5"):
        yield onnx, "dtln/model_1.onnx", [node]
    for layer in ("lstm", "lstm_1", "lstm_2", "lstm_3"):
        yield keras_hdf5, "dtln/model.h5", [layer]
    yield audio_json, "klon-centaur/centaur_50.json", ["layers[0]"]
    yield audio_json, "klon-centaur/centaur_large.json", ["layers[1]"]
    yield rl_tools, "raptor/checkpoint.h5", ["actor/layers/1"]


@pytest.fixture(scope="module")
def models():
    """The folder of published models that docs/formats.md lists."""
    folder = os.environ.get("UNRECUR_MODELS")
    if not folder:
        pytest.skip("needs the published models: set UNRECUR_MODELS to their folder")
    return Path(folder)


def compare(model, path, backward=False, **options):
    x = numpy.random.default_rng(SEED).uniform(-1, 1, size=(STEPS, path[0].w.shape[1]))
    turn = slice(None, None, -1 if backward else 1)
    largest, mean = gaps(path, x[turn])
    assert mean.min() > 1e-4, "far above rounding"
    found = unrecur.truncate(model, x, kmax=ORDERS, **options)
    numpy.testing.assert_allclose(found.state_gap_max, largest, rtol=TOLERANCE, atol=0)
    numpy.testing.assert_allclose(found.state_gap_mean, mean, rtol=TOLERANCE, atol=0)
    outputs = unrecur.run(model, x, method="sequential", **options).outputs
    numpy.testing.assert_allclose(outputs, evaluate(path, x[turn, None])[0][turn, 0], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("reader, file, layers", [
    pytest.param(*case, id=f"{case[1]}:{'+'.join(case[2])}") for case in published()
])
def test_layers_are_what_numpy_computes_of_their_file(models, reader, file, layers):
    options = {"layer": layers[0]} if len(layers) == 1 else {}
    if reader is keras_hdf5:
        options["convention"] = "sigmoid"  # which the file leaves open
    path = [reader(models / file, layer) for layer in layers]
    compare(models / file, path, layers[0].endswith(".reverse"), **options)


def test_a_linear_predictor_is_what_numpy_computes_of_its_file(models):
    """Its file does not say which matrix carries the state, so the package is given both."""
    arrays = torch_arrays(models / "koopman-franka/1_18KK_Frankalayer3_edim20_sloss0_gamma0.8_aloss1.pth")
    a, b = (numpy.asarray(arrays[f"model.{name}.weight"]) for name in ("lA", "lB"))
    path = [layer_of(b, a, 0 * a[0], 0 * a[0])]
    compare({"weight_hh_l0": a, "weight_ih_l0": b}, path, convention="identity")


def test_distances_of_a_state_that_is_not_the_models_are_refused(models):
    with pytest.raises(unrecur.UsageError, match="PsychRNN's state is x = W r"):
        unrecur.truncate(models / "psychrnn/saved_weights.npz", numpy.zeros((STEPS, 2)), kmax=ORDERS, alpha=0.1)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_what_numpy_computes_here_is_what_pytorch_does(torch, kind):
    torch.manual_seed(3)
    module, x = getattr(torch.nn, kind)(3, 5, num_layers=2).double(), torch.rand(STEPS, 2, 3, dtype=torch.float64)
    arrays = {f"rnn.{name}": array for name, array in module.state_dict().items()}
    outputs = evaluate([torch_layer(arrays, f"rnn.l{k}") for k in (0, 1)], x.numpy())[0]
    numpy.testing.assert_allclose(outputs, module(x)[0].detach().numpy(), rtol=0, atol=1e-12)
