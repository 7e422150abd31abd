#!/usr/bin/python3
"""Writes tests/models/data/: pytorch.json, what PyTorch says of small recurrent models, for pytorch_test.cc, and
adaptive_softmax.json, what it says of an adaptive softmax, for adaptive_softmax_test.cc.

Each case is cell -> linear decoder -> loss on random weights and inputs: the states, the loss (a mean over columns, as
models/decoders/loss.h defines the losses) and its gradient with respect to the inputs, the initial state and every weight, in
float64 and in float32. Matrices are lists of rows; the columns of sequences are packed step by step, as in
models/arrays/packing.h. Needs Debian's python3-torch:

    /usr/bin/python3 tests/models/make_pytorch_cases.py
"""
import json
import pathlib

import torch
from torch import nn

INPUTS, UNITS, OUTPUTS, STEPS, BATCH = 3, 4, 5, 6, 2

# name, kind of our cell, its attributes, loss
CASES = [
    ("rnn_tanh", "elman", {"activation": "tanh"}, "bernoulli"),
    ("rnn_relu", "elman", {"activation": "relu"}, "squared"),
    ("lstm", "lstm", {"recurrent_bias": "true"}, "softmax"),
    ("lstm_two_layers", "stack", {"layers": "2", "layer": "lstm", "recurrent_bias": "true"}, "softmax"),
    ("gru_after", "gru", {"reset": "after", "recurrent_bias": "true"}, "bernoulli"),
    ("gru_before", "gru", {"reset": "before"}, "squared"),
    ("qrnn_f", "qrnn", {"window": "1", "pooling": "f", "cap": "1"}, "softmax"),
    ("qrnn_fo", "qrnn", {"window": "2", "pooling": "fo", "cap": "0.98"}, "softmax"),
    ("qrnn_ifo", "qrnn", {"window": "3", "pooling": "ifo", "cap": "0.7"}, "squared"),
    ("sru", "sru", {"activation": "identity", "cap": "1"}, "softmax"),
    ("sru_tanh", "sru", {"activation": "tanh", "cap": "0.9"}, "bernoulli"),
    ("mingru", "mingru", {"activation": "identity", "cap": "0.9"}, "softmax"),
    ("minlstm", "minlstm", {"activation": "tanh", "cap": "0.9"}, "softmax"),
]


class GruBefore(nn.Module):
    """Reset gate before the recurrent product: PyTorch has no such layer, so its operations are written out."""

    def __init__(self):
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.empty(3 * UNITS, INPUTS))
        self.weight_hh_l0 = nn.Parameter(torch.empty(3 * UNITS, UNITS))
        self.bias_ih_l0 = nn.Parameter(torch.empty(3 * UNITS))

    def forward(self, x, initial):
        h, outputs = initial[0], []
        w_r, w_z, w_n = self.weight_hh_l0.chunk(3)
        for x_t in x:
            a_r, a_z, a_n = nn.functional.linear(x_t, self.weight_ih_l0, self.bias_ih_l0).chunk(3, dim=1)
            r = torch.sigmoid(a_r + h @ w_r.T)
            z = torch.sigmoid(a_z + h @ w_z.T)
            n = torch.tanh(a_n + (r * h) @ w_n.T)
            h = (1 - z) * n + z * h
            outputs.append(h)
        return torch.stack(outputs), h.unsqueeze(0)


class Scan(nn.Module):
    """The kinds whose gates see inputs alone: PyTorch has none of them, so their operations are written out, step by step.

    A state is (the last inputs, the newest first; c; h where it is not c).
    """

    def __init__(self, kind, attributes):
        super().__init__()
        self.kind, self.attributes = kind, attributes
        self.window, self.cap = int(attributes.get("window", "1")), float(attributes["cap"])
        self.pooling = attributes.get("pooling", "")
        blocks = 2 + (self.pooling in ("ifo",) or kind == "minlstm") + self.separate()
        blocks += kind == "sru"  # of another size than its inputs
        self.weight_ih_l0 = nn.Parameter(torch.empty(blocks * UNITS, self.window * INPUTS))
        self.bias_ih_l0 = nn.Parameter(torch.empty(blocks * UNITS))

    def separate(self):
        """Whether h is not c."""
        return self.pooling in ("fo", "ifo") or self.kind == "sru"

    def states(self):
        return (self.window - 1) * INPUTS + (1 + self.separate()) * UNITS

    def squash(self, c):
        return torch.tanh(c) if self.attributes.get("activation") == "tanh" else c

    def forward(self, x, initial):
        stored = list(initial[:, : (self.window - 1) * INPUTS].split(INPUTS, dim=1)) if self.window > 1 else []
        c = initial[:, len(stored) * INPUTS :][:, :UNITS]
        outputs = []
        for x_t in x:
            seen = torch.cat([x_t, *stored], dim=1)
            a = list(nn.functional.linear(seen, self.weight_ih_l0, self.bias_ih_l0).split(UNITS, dim=1))
            z, f = a[0], torch.sigmoid(a[1])
            if self.kind == "qrnn":
                z = torch.tanh(z)
            elif self.kind != "sru":
                z = self.squash(z)
            if self.kind == "minlstm":
                f = f / (f + torch.sigmoid(a[2]))
            f = self.cap * f
            c = f * c + (torch.sigmoid(a[2]) if self.pooling == "ifo" else 1 - f) * z
            h = c
            if self.pooling in ("fo", "ifo"):
                h = torch.sigmoid(a[-1]) * c
            elif self.kind == "sru":
                r = torch.sigmoid(a[2])
                h = r * self.squash(c) + (1 - r) * a[3]
            outputs.append(h)
            stored = [x_t, *stored][: self.window - 1]
        return torch.stack(outputs), torch.cat([*stored, c, h][: len(stored) + 1 + self.separate()], dim=1)


SCANS = ("qrnn", "sru", "mingru", "minlstm")


def make_cell(kind, attributes):
    if kind in SCANS:
        return Scan(kind, attributes)
    if kind == "elman":
        return nn.RNN(INPUTS, UNITS, nonlinearity=attributes["activation"])
    if kind == "gru":
        return nn.GRU(INPUTS, UNITS) if attributes["reset"] == "after" else GruBefore()
    return nn.LSTM(INPUTS, UNITS, num_layers=int(attributes.get("layers", "1")))


def rows(matrix):
    """A matrix as a list of rows with the digits of its own precision."""
    digits = 17 if matrix.dtype == torch.float64 else 9
    return [[float(f"%.{digits}g" % v) for v in row] for row in matrix.detach().tolist()]


def columns(sequence):
    """(steps, batch, size) as a matrix of size x (steps * batch)."""
    return rows(sequence.reshape(-1, sequence.shape[-1]).T)


def column_or_matrix(weight):
    return rows(weight.unsqueeze(1) if weight.dim() == 1 else weight)


def mean_loss(name, z, targets):
    """The sum over outputs, the mean over columns."""
    if name == "bernoulli":
        return nn.functional.binary_cross_entropy_with_logits(z, targets, reduction="sum") / z.shape[0]
    if name == "squared":
        return 0.5 * nn.functional.mse_loss(z, targets, reduction="sum") / z.shape[0]
    return nn.functional.cross_entropy(z, targets)


def run(values, kind, attributes, loss, dtype):
    """One case in one precision; `values` are the same numbers for both."""
    cell, decoder = make_cell(kind, attributes).to(dtype), nn.Linear(UNITS, OUTPUTS).to(dtype)
    with torch.no_grad():
        for p, value in zip([*cell.parameters(), *decoder.parameters()], values["weights"]):
            p.copy_(value)
    x, h, c = (values[k].to(dtype).requires_grad_() for k in ("x", "h", "c"))
    gated, scan = isinstance(cell, nn.LSTM), isinstance(cell, Scan)
    whole = values["state"][:, : cell.states()].to(dtype).requires_grad_() if scan else None
    outputs, last = cell(x, whole if scan else (h, c) if gated else h)
    targets = values["symbols"] if loss == "softmax" else values["frames"].to(dtype)
    value = mean_loss(loss, decoder(outputs.reshape(-1, UNITS)), targets)
    value.backward()

    def state(hidden, memory):
        """(layers, batch, n) as our state: for each layer c, then h."""
        parts = [part for k in range(len(hidden)) for part in ([memory[k], hidden[k]] if gated else [hidden[k]])]
        return rows(torch.cat(parts, dim=1).T)

    def named(of):
        parameters = [*cell.named_parameters(), *((f"decoder.{k}", p) for k, p in decoder.named_parameters())]
        return {name: column_or_matrix(of(p)) for name, p in parameters}

    return {
        "weights": named(lambda p: p),
        "inputs": columns(x),
        "initial": rows(whole.T) if scan else state(h, c),
        "targets": targets.tolist() if loss == "softmax" else rows(targets.T),
        "outputs": columns(outputs),
        "final": rows(last.T) if scan else state(*last) if gated else state(last, None),
        "loss": value.item(),
        "d_weights": named(lambda p: p.grad),
        "d_inputs": columns(x.grad),
        "d_initial": rows((torch.zeros_like(whole) if whole.grad is None else whole.grad).T) if scan else state(h.grad, c.grad),
    }


def case(seed, name, kind, attributes, loss):
    torch.manual_seed(seed)
    layers = int(attributes.get("layers", "1"))
    shapes = [p.shape for p in [*make_cell(kind, attributes).parameters(), *nn.Linear(UNITS, OUTPUTS).parameters()]]

    def uniform(*shape):
        """Numbers of float32, so that both precisions start from the same ones."""
        return torch.rand(*shape, dtype=torch.float32) * 2 - 1

    frames = uniform(STEPS * BATCH, OUTPUTS)
    if loss == "bernoulli":
        frames = (frames > 0).float()
    values = {
        "weights": [0.8 * uniform(*shape) for shape in shapes],
        "x": uniform(STEPS, BATCH, INPUTS),
        "h": 0.5 * uniform(layers, BATCH, UNITS),
        "c": uniform(layers, BATCH, UNITS),
        "symbols": torch.randint(OUTPUTS, (STEPS * BATCH,)),
        "frames": frames,
    }
    if kind in SCANS:
        values["state"] = 0.5 * uniform(BATCH, 4 * UNITS)
    return {
        "name": name, "cell": kind, "attributes": attributes, "loss": loss, "inputs": INPUTS, "units": UNITS,
        "outputs": OUTPUTS, "steps": STEPS, "batch": BATCH,
        "float64": run(values, kind, attributes, loss, torch.float64),
        "float32": run(values, kind, attributes, loss, torch.float32),
    }


def adaptive_softmax(dtype):
    """AdaptiveLogSoftmaxWithLoss on random weights. Its tails have no bias, so ours are zero there."""
    torch.manual_seed(7)
    units, outputs, columns_ = 16, 9, 12
    module = nn.AdaptiveLogSoftmaxWithLoss(units, outputs, [3, 6], div_value=4.0, head_bias=True)
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.rand_like(p) * 2 - 1)
    h = (torch.rand(columns_, units) * 2 - 1).to(dtype).requires_grad_()
    targets = torch.arange(columns_) % outputs
    module = module.to(dtype)
    loss = module(h, targets).loss
    loss.backward()
    return {
        "weights": {name: column_or_matrix(p) for name, p in module.named_parameters()},
        "h": rows(h.T), "targets": targets.tolist(), "loss": loss.item(), "log_probability": rows(module.log_prob(h).T),
        "d_weights": {name: column_or_matrix(p.grad) for name, p in module.named_parameters()}, "d_h": rows(h.grad.T),
    }


def write_adaptive_softmax(path):
    content = {"made_by": "tests/models/make_pytorch_cases.py", "torch": str(torch.__version__),
               "outputs": 9, "cutoffs": [3, 6],
               "float64": adaptive_softmax(torch.float64), "float32": adaptive_softmax(torch.float32)}
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


def main():
    torch.set_num_threads(1)
    path = pathlib.Path(__file__).parent / "data" / "pytorch.json"
    write_adaptive_softmax(path.parent / "adaptive_softmax.json")
    path.parent.mkdir(exist_ok=True)
    cases = [case(seed, *c) for seed, c in enumerate(CASES, start=1)]
    head = {"made_by": "tests/models/make_pytorch_cases.py", "torch": str(torch.__version__)}
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    path.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")


if __name__ == "__main__":
    main()
