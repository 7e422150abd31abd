#!/usr/bin/python3
"""Writes tests/models/formats/data/: small model files in the containers of those who write them, for
model_containers_test.cc.

PyTorch writes its archives and the ONNX file, NumPy the compressed archive, h5py the HDF5 files, laid out and
attributed as Keras 2 does it (packed by gzip: HDF5 is mostly room); JSON and safetensors are written out here. Element k of a tensor with seed s is
((5 k + 3 s) mod 17 - 8) / 16, in the container's own order of elements, so the tests know every number. Needs Debian's
python3-torch, python3-numpy and python3-h5py:

    /usr/bin/python3 tests/models/formats/make_model_files.py
"""
import collections
import gzip
import io
import json
import pathlib
import struct
import warnings
import zipfile

import h5py
import numpy as np
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "data"
INPUTS, UNITS = 3, 2


def numbers(shape, seed):
    k = np.arange(int(np.prod(shape)))
    return (((5 * k + 3 * seed) % 17 - 8) / 16).astype(np.float32).reshape(shape)


def fill(module):
    for seed, (_, weight) in enumerate(module.named_parameters()):
        weight.data.copy_(torch.from_numpy(numbers(tuple(weight.shape), seed)))
    return module


class Net(nn.Module):
    """A recurrent layer below a name of its own, as users write it."""

    def __init__(self, rnn):
        super().__init__()
        self.rnn = rnn

    def forward(self, x):
        return self.rnn(x)[0]


def save_traced(module, x, name):
    """Without the archive's record of the source lines, which names folders of the machine it was made on."""
    content = io.BytesIO()
    torch.jit.save(torch.jit.trace(module, x), content)
    with zipfile.ZipFile(content) as whole, zipfile.ZipFile(FOLDER / name, "w") as kept:
        for member in whole.infolist():
            if not member.filename.endswith(".debug_pkl"):
                kept.writestr(zipfile.ZipInfo(member.filename), whole.read(member), member.compress_type)
    torch.jit.load(str(FOLDER / name))


def pytorch_files():
    x = torch.zeros(1, 1, INPUTS)
    save_traced(fill(Net(nn.GRU(INPUTS, UNITS))), x, "traced_gru.pt")
    torch.save(fill(Net(nn.LSTM(INPUTS, UNITS))), FOLDER / "module_lstm.pt")
    rnn = fill(nn.RNN(INPUTS, UNITS, nonlinearity="relu", bidirectional=True))
    checkpoint = {
        "epoch": 3,
        "history": [0.5, 0.25],
        "models": [{"encoder": collections.OrderedDict(rnn.state_dict())}],
        "optimizer": torch.optim.SGD(rnn.parameters(), lr=0.1, momentum=0.9).state_dict(),
    }
    torch.save(checkpoint, FOLDER / "checkpoint_rnn.pt")
    # One storage: two layers at different offsets, the second with its input weights transposed in place.
    storage = torch.from_numpy(numbers((64,), 0))
    torch.save(
        {
            "a.weight_hh_l0": storage[0:4].view(2, 2),
            "a.weight_ih_l0": storage[4:10].view(2, 3),
            "b.weight_hh_l0": storage[10:22].view(6, 2),
            "b.weight_ih_l0": storage[22:40].view(3, 6).t(),
            "b.bias_ih_l0": storage[40:52:2],
        },
        FOLDER / "views.pt",
    )
    torch.onnx.export(fill(Net(nn.LSTM(INPUTS, UNITS, bidirectional=True))), x, str(FOLDER / "exported_lstm.onnx"))


def numpy_files():
    state = fill(nn.GRU(INPUTS, UNITS)).state_dict()
    np.savez_compressed(FOLDER / "deflated_gru.npz", **{name: w.numpy() for name, w in state.items()})


def keras_file(name, layers):
    """layers: (name, class, its configuration, the wrapper around it or None, {path below the layer's group: weight})"""
    content, configs = io.BytesIO(), []
    with h5py.File(content, "w") as file:
        top = file.create_group("model_weights")
        top.attrs["layer_names"] = [layer[0].encode() for layer in layers]
        for layer, kind, config, wrapped, weights in layers:
            group = top.create_group(layer)
            group.attrs["weight_names"] = [path.encode() for path in weights]
            for path, weight in weights.items():
                group.create_dataset(path, data=weight)
            described = {"class_name": kind, "config": {"name": wrapped or layer, "units": UNITS, **config}}
            if wrapped:
                described = {"class_name": "Bidirectional", "config": {"name": layer, "layer": described}}
            configs.append(described)
        model = {"class_name": "Sequential", "config": {"name": "sequential", "layers": configs}}
        file.attrs["model_config"] = json.dumps(model)
        file.attrs["keras_version"] = "2.11.0"
        file.attrs["backend"] = "tensorflow"
    (FOLDER / name).write_bytes(gzip.compress(content.getvalue(), mtime=0))


def gated(folder, gates, bias_shape, seed):
    return {
        f"{folder}/kernel:0": numbers((INPUTS, gates * UNITS), seed),
        f"{folder}/recurrent_kernel:0": numbers((UNITS, gates * UNITS), seed + 1),
        f"{folder}/bias:0": numbers(bias_shape, seed + 2),
    }


def to_cudnn(weights, gates):
    """What CuDNNLSTM and CuDNNGRU store of the same map: a kernel's blocks transposed and read again in the block's
    own shape, recurrent blocks transposed, both rows of the bias in one list."""

    def blocks(matrix, change):
        return np.hstack([change(block) for block in np.hsplit(matrix, gates)])

    def change(path, weight):
        if path.endswith("recurrent_kernel:0"):
            return blocks(weight, lambda block: block.T)
        if path.endswith("/kernel:0"):
            return blocks(weight, lambda block: block.T.reshape(block.shape))
        return weight.reshape(-1)

    return {path: change(path, weight) for path, weight in weights.items()}


def keras_files():
    functions = {"activation": "tanh", "recurrent_activation": "sigmoid"}
    both = {**gated("bi/forward_lstm/lstm_cell", 4, (4 * UNITS,), 7),
            **gated("bi/backward_lstm/lstm_cell", 4, (4 * UNITS,), 10)}
    keras_file("keras_full.h5.gz", [
        ("gru", "GRU", {**functions, "reset_after": True}, None, gated("gru/gru_cell", 3, (2, 3 * UNITS), 1)),
        ("rnn", "SimpleRNN", {"activation": "relu", "go_backwards": True}, None,
         gated("rnn/simple_rnn_cell", 1, (UNITS,), 4)),
        ("bi", "LSTM", functions, "lstm", both),
    ])
    keras_file("keras_cudnn.h5.gz", [
        ("cu_dnnlstm", "CuDNNLSTM", {}, None, to_cudnn(gated("cu_dnnlstm", 4, (2, 4 * UNITS), 1), 4)),
        ("cu_dnngru", "CuDNNGRU", {}, None, to_cudnn(gated("cu_dnngru", 3, (2, 3 * UNITS), 4), 3)),
    ])


def layer_json(kind, gates, bias_shape, seed):
    shapes = [(INPUTS, gates * UNITS), (UNITS, gates * UNITS), bias_shape]
    return {"type": kind, "activation": "", "weights": [numbers(s, seed + i).tolist() for i, s in enumerate(shapes)]}


def text_files():
    def write(name, content):
        (FOLDER / name).write_text(json.dumps(content) + "\n")

    write("rtneural.json", {"in_shape": [None, None, INPUTS], "layers": [
        layer_json("lstm", 4, (4 * UNITS,), 1), layer_json("gru", 3, (2, 3 * UNITS), 4)]})
    state = fill(nn.LSTM(INPUTS, UNITS)).state_dict()
    write("guitarml.json", {"model_data": {"model": "SimpleRNN", "unit_type": "LSTM"},
                            "state_dict": {"rec." + name: w.tolist() for name, w in state.items()}})
    count = 4 * UNITS * (INPUTS + UNITS) + 6 * UNITS + UNITS + 1
    write("amp.nam", {"version": "0.5.1", "architecture": "LSTM", "weights": numbers((count,), 2).tolist(),
                      "config": {"num_layers": 1, "input_size": INPUTS, "hidden_size": UNITS}})
    # TensorFlow.js: the weights of one group lie in its shards one after the other, cut anywhere.
    gru = gated("gru/gru_cell", 3, (2, 3 * UNITS), 1)
    data = b"".join(w.tobytes() for w in gru.values())
    shards = ["group1-shard1of2.bin", "group1-shard2of2.bin"]
    for name, part in zip(shards, [data[:50], data[50:]]):
        (FOLDER / name).write_bytes(part)
    weights = [{"name": name[:-2], "shape": list(w.shape), "dtype": "float32"} for name, w in gru.items()]
    config = {"name": "gru", "units": UNITS, "activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": True}
    topology = {"model_config": {"class_name": "Sequential", "config": {
        "layers": [{"class_name": "GRU", "config": config}]}}}
    write("model.json", {"format": "layers-model", "modelTopology": topology,
                         "weightsManifest": [{"paths": shards, "weights": weights}]})


def safetensors_file(name, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for tensor, w in tensors.items():
        begin, data = len(data), data + w.tobytes()
        header[tensor] = {"dtype": "F32", "shape": list(w.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (FOLDER / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def safetensors_files():
    lstm = {"rnn." + name: w.numpy() for name, w in fill(nn.LSTM(INPUTS, UNITS)).state_dict().items()}
    safetensors_file("lstm.safetensors", lstm, {"format": "pt"})
    layer = {"name": "leaky", "cell": "elman", "direction": "backward", "conjugate": False, "note": "",
             "attributes": {"activation": "relu", "leak": "0.5"},
             "weights": {"recurrent": "w", "input": "u", "input_bias": "b"}}
    arrays = {"w": numbers((UNITS, UNITS), 1), "u": numbers((UNITS, INPUTS), 2), "b": numbers((UNITS,), 3)}
    safetensors_file("described.safetensors", arrays, {"unrecur.layers": json.dumps([layer])})


def main():
    warnings.simplefilter("ignore")
    FOLDER.mkdir(exist_ok=True)
    pytorch_files()
    numpy_files()
    keras_files()
    text_files()
    safetensors_files()
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
