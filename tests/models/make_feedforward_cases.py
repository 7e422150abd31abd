#!/usr/bin/python3
"""Writes tests/models/data/feedforward.json: what PyTorch says of small feed-forward layers, for feedforward_test.cc.

Each case is one layer on random weights and inputs from the zero state: its outputs, and the gradient of their sum
weighted by random numbers with respect to the inputs and every weight, in float64 and in float32. Matrices are lists of
rows; the columns of sequences are packed step by step, as in models/arrays/packing.h. Weights have our names and shapes:
those of a convolution have its taps side by side, the present input first. Needs Debian's python3-torch:

    /usr/bin/python3 tests/models/make_feedforward_cases.py
"""
import json
import pathlib

import torch
from torch import nn

INPUTS, UNITS, STEPS, BATCH = 3, 4, 7, 2


class Weights(dict):
    """Weights by our names, made as they are asked for."""

    def __init__(self, dtype):
        super().__init__()
        self.dtype = dtype

    def get(self, name, *shape):
        if name not in self:
            self[name] = (torch.randn(*shape, dtype=torch.float64) * 0.5).to(self.dtype).requires_grad_()
        return self[name]


def conv_weight(w, prefix, n, m, kernel, normalised):
    """PyTorch's weight (n, m, kernel), whose last tap is the present input, from ours (n, kernel m)."""
    if normalised:
        v, g = w.get(prefix + "weight_v", n, kernel * m), w.get(prefix + "weight_g", n, 1)
        own = torch._weight_norm(v, g, 0)
    else:
        own = w.get(prefix + "weight", n, kernel * m)
    return own.reshape(n, kernel, m).flip(1).permute(0, 2, 1)


def conv(w, prefix, x, n, kernel=1, dilation=1, normalised=False):
    """x is (batch, m, steps)."""
    weight = conv_weight(w, prefix, n, x.shape[1], kernel, normalised)
    padded = nn.functional.pad(x, ((kernel - 1) * dilation, 0))
    return nn.functional.conv1d(padded, weight, w.get(prefix + "bias", n), dilation=dilation)


def gated_conv(w, x):
    return nn.functional.glu(conv(w, "", x, 2 * UNITS, 3, 2), dim=1)


def tcn(w, x):
    h = torch.relu(conv(w, "conv1.", x, UNITS, 3, 2, True))
    h = torch.relu(conv(w, "conv2.", h, UNITS, 3, 2, True))
    return torch.relu(h + conv(w, "downsample.", x, UNITS))


def wavenet(w, x):
    half = UNITS // 2
    both = conv(w, "front.", x, UNITS)
    a = conv(w, "gates.", both[:, :half], 2 * half, 2, 2)
    both = both + conv(w, "mix.", torch.tanh(a[:, :half]) * torch.sigmoid(a[:, half:]), UNITS)
    return torch.relu(conv(w, "head.", torch.relu(both[:, half:]), UNITS))


def layer_norm(w, prefix, x):
    n = x.shape[1]
    return nn.functional.layer_norm(x.transpose(1, 2), (n,), w.get(prefix + "weight", n),
                                    w.get(prefix + "bias", n)).transpose(1, 2)


def attention(w, prefix, x, heads, context):
    """PyTorch's own attention, with our positions and the limit to `context` steps as its mask."""
    n = UNITS
    position = w.get(prefix + "position", heads, context)
    distance = torch.arange(STEPS)[:, None] - torch.arange(STEPS)[None, :]
    mask = torch.full((heads, STEPS, STEPS), float("-inf"), dtype=w.dtype)
    seen = (distance >= 0) & (distance < context)
    mask = torch.where(seen, position[:, distance.clamp(0, context - 1)], mask)
    x = x.permute(2, 0, 1)
    h, _ = nn.functional.multi_head_attention_forward(
        x, x, x, n, heads, w.get(prefix + "in_proj_weight", 3 * n, n), w.get(prefix + "in_proj_bias", 3 * n), None, None,
        False, 0.0, w.get(prefix + "out_proj_weight", n, n), w.get(prefix + "out_proj_bias", n), training=False,
        need_weights=False, attn_mask=mask.repeat(BATCH, 1, 1))
    return h.permute(1, 2, 0)


def transformer(w, x):
    x = conv(w, "front.", x, UNITS)
    x = x + attention(w, "attention.", layer_norm(w, "norm1.", x), 2, 5)
    h = torch.relu(conv(w, "linear1.", layer_norm(w, "norm2.", x), 2 * UNITS))
    return layer_norm(w, "norm.", x + conv(w, "linear2.", h, UNITS))


# name, kind of our layer, its attributes, inputs, PyTorch's layer
CASES = [
    ("conv", "conv", {"kernel": "3", "dilation": "2"}, INPUTS, lambda w, x: conv(w, "", x, UNITS, 3, 2)),
    ("conv_normalised", "conv", {"kernel": "2", "normalised": "true"}, INPUTS,
     lambda w, x: conv(w, "", x, UNITS, 2, 1, True)),
    ("conv_gated", "conv", {"kernel": "3", "dilation": "2", "gated": "true"}, INPUTS, gated_conv),
    ("tcn", "tcn", {"kernel": "3", "dilation": "2"}, INPUTS, tcn),
    ("wavenet", "wavenet", {"kernel": "2", "dilation": "2"}, INPUTS, wavenet),
    ("layer_norm", "layer_norm", {}, UNITS, lambda w, x: layer_norm(w, "", x)),
    ("attention", "attention", {"heads": "2", "context": "7"}, UNITS, lambda w, x: attention(w, "", x, 2, 7)),
    ("attention_near", "attention", {"heads": "1", "context": "3"}, UNITS, lambda w, x: attention(w, "", x, 1, 3)),
    ("transformer", "transformer", {"heads": "2", "context": "5", "expansion": "2"}, INPUTS, transformer),
]


def rows(tensor):
    return (tensor if tensor.dim() == 2 else tensor.unsqueeze(1)).tolist()


def packed(sequences):
    """(batch, rows, steps) to rows x (steps batch)."""
    return sequences.permute(1, 2, 0).reshape(sequences.shape[1], -1).tolist()


def numbers(case, dtype):
    _, _, _, inputs, layer = case
    torch.manual_seed(7)
    x = torch.randn(BATCH, inputs, STEPS, dtype=torch.float64).to(dtype).requires_grad_()
    factor = torch.randn(BATCH, UNITS, STEPS, dtype=torch.float64).to(dtype)
    w = Weights(dtype)
    h = layer(w, x)
    (h * factor).sum().backward()
    return {
        "inputs": packed(x.detach()),
        "factor": packed(factor),
        "outputs": packed(h.detach()),
        "d_inputs": packed(x.grad),
        "weights": {name: rows(value.detach()) for name, value in w.items()},
        "d_weights": {name: rows(value.grad) for name, value in w.items()},
    }


def main():
    cases = [{"name": case[0], "kind": case[1], "attributes": case[2], "inputs": case[3], "units": UNITS, "steps": STEPS,
              "batch": BATCH, "float64": numbers(case, torch.float64), "float32": numbers(case, torch.float32)}
             for case in CASES]
    path = pathlib.Path(__file__).parent / "data" / "feedforward.json"
    path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
