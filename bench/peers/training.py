#!/usr/bin/python3
"""Training steps of a language model in PyTorch: what bench/training_bench.cc is measured against.

Embedding, one recurrent layer or a stack of feed-forward ones, linear decoder, cross entropy, backward, gradient clipping at 0.25, plain SGD, on one batch
of random tokens. Prints one JSON line per case: the median seconds of a step and tokens per second.
"""
import argparse
import json
import statistics
import time

import torch

CASES = {
    "train/word/rnn": ("RNN", 33278, 256, 256, 20, 35, 2),
    "train/word/lstm": ("LSTM", 33278, 256, 256, 20, 35, 2),
    "train/word/gru": ("GRU", 33278, 256, 256, 20, 35, 2),
    "train/char/lstm": ("LSTM", 50, 200, 600, 32, 100, 2),
    # Scans of as many weights stand beside the LSTM.
    "train/char/qrnn": ("LSTM", 50, 200, 600, 32, 100, 2),
    "train/char/lstm/1": ("LSTM", 50, 200, 600, 32, 100, 1),
    "train/char/qrnn/1": ("LSTM", 50, 200, 600, 32, 100, 1),
    "train/char/sru/1": ("LSTM", 50, 200, 600, 32, 100, 1),
    "train/char/mingru/1": ("LSTM", 50, 200, 600, 32, 100, 1),
    "train/char/minlstm/1": ("LSTM", 50, 200, 600, 32, 100, 1),
    "train/char/tcn": ("TCN", 50, 100, 450, 32, 100, 2),
    "train/char/tcn/1": ("TCN", 50, 100, 450, 32, 100, 1),
    "train/char/transformer": ("Transformer", 50, 200, 256, 32, 100, 2),
    "train/music/tcn": ("MusicTCN", 88, 88, 150, 1, 60, 2),
    "train/music/rnn": ("RNN", 88, 88, 200, 1, 60, 1),
    "train/music/lstm": ("LSTM", 88, 88, 200, 1, 60, 1),
}


class TemporalBlock(torch.nn.Module):
    """The residual block of Bai, Kolter and Koltun, without dropout."""

    def __init__(self, inputs, units, kernel, dilation):
        super().__init__()
        self.pad = ((kernel - 1) * dilation, 0)
        norm = torch.nn.utils.weight_norm
        self.conv1 = norm(torch.nn.Conv1d(inputs, units, kernel, dilation=dilation))
        self.conv2 = norm(torch.nn.Conv1d(units, units, kernel, dilation=dilation))
        self.path = torch.nn.Conv1d(inputs, units, 1) if inputs != units else torch.nn.Identity()

    def forward(self, x):
        h = torch.relu(self.conv1(torch.nn.functional.pad(x, self.pad)))
        h = torch.relu(self.conv2(torch.nn.functional.pad(h, self.pad)))
        return torch.relu(h + self.path(x))


class TCN(torch.nn.Module):
    def __init__(self, inputs, units, levels=3):
        super().__init__()
        self.blocks = torch.nn.Sequential(
            *[TemporalBlock(inputs if l == 0 else units, units, 3, 2 ** l) for l in range(levels)])

    def forward(self, x):
        return self.blocks(x.permute(1, 2, 0)).permute(2, 0, 1), None


class MusicTCN(TCN):
    def __init__(self, inputs, units):
        super().__init__(inputs, units, levels=2)


class Transformer(torch.nn.Module):
    """Two layers, normalised before each part, with a causal mask."""

    def __init__(self, inputs, units):
        super().__init__()
        self.front = torch.nn.Linear(inputs, units)
        layer = torch.nn.TransformerEncoderLayer(units, 8, 4 * units, dropout=0.0, norm_first=True)
        self.layers = torch.nn.TransformerEncoder(layer, 2, torch.nn.LayerNorm(units))

    def forward(self, x):
        mask = torch.triu(torch.full((x.shape[0], x.shape[0]), float("-inf")), 1)
        return self.layers(self.front(x), mask), None


OWN = {"TCN": TCN, "MusicTCN": MusicTCN, "Transformer": Transformer}


class Model(torch.nn.Module):
    def __init__(self, layer, vocabulary, embedding, units):
        super().__init__()
        self.encoder = torch.nn.Embedding(vocabulary, embedding)
        self.rnn = OWN[layer](embedding, units) if layer in OWN else getattr(torch.nn, layer)(embedding, units)
        self.decoder = torch.nn.Linear(units, vocabulary)

    def forward(self, tokens):
        hidden, _ = self.rnn(self.encoder(tokens))
        return self.decoder(hidden.flatten(0, 1))


def measure(name, seconds):
    layer, vocabulary, embedding, units, batch, steps, threads = CASES[name]
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = Model(layer, vocabulary, embedding, units)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    tokens = torch.randint(vocabulary, (steps, batch))
    targets = torch.randint(vocabulary, (steps * batch,))
    times, until = [], None
    while until is None or time.perf_counter() < until or len(times) < 4:
        start = time.perf_counter()
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(tokens), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        optimiser.step()
        times.append(time.perf_counter() - start)
        if until is None:  # the first step warms up
            times.clear()
            until = time.perf_counter() + seconds
    step = statistics.median(times)
    return {"name": name, "peer": "PyTorch " + torch.__version__, "seconds": step, "runs": len(times),
            "tokens_per_s": batch * steps / step}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="measuring time per case")
    parser.add_argument("names", nargs="*", default=list(CASES), metavar="CASE")
    arguments = parser.parse_args()
    for case in arguments.names:
        print(json.dumps(measure(case, arguments.seconds)), flush=True)
