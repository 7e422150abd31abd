"""Trains an LSTM of PyTorch on Bach's chorales in a stable set, and proves that it forgets.

    python3 stable_lstm.py DATA [EPOCHS]

DATA is a folder that holds music/jsb-chorales.json.gz: {"train": [pieces of steps of MIDI numbers], "valid", "test"}.
"""

import gzip
import json
import sys
from pathlib import Path

import torch

import unrecur
import unrecur.torch

LOWEST, KEYS = 21, 88  # the keys of a piano, as MIDI numbers


def frames(piece) -> torch.Tensor:
    """The piece as a sequence of 0 and 1, shape (steps, 88)."""
    x = torch.zeros(len(piece), KEYS)
    for t, chord in enumerate(piece):
        for key in chord:
            x[t, int(key) - LOWEST] = 1.0
    return x


class Chorale(torch.nn.Module):
    """Predicts the next chord from all before."""

    def __init__(self, units: int):
        super().__init__()
        self.lstm = torch.nn.LSTM(KEYS, units)
        self.head = torch.nn.Linear(units, KEYS)

    def forward(self, x):
        return self.head(self.lstm(x)[0])


def mean_nll(model, pieces) -> float:
    """Negative log-likelihood, nats a frame."""
    with torch.no_grad():
        sums = [
            torch.nn.functional.binary_cross_entropy_with_logits(model(x[:-1]), x[1:], reduction="sum") for x in pieces
        ]
    return float(sum(sums)) / sum(len(x) - 1 for x in pieces)


def train(data: Path, epochs: int = 5, units: int = 64, pieces: int | None = None):
    """Returns the validation loss before and after, and the check of the trained model."""
    torch.manual_seed(0)
    with gzip.open(data / "music" / "jsb-chorales.json.gz", "rt", encoding="utf-8") as file:
        sets = json.load(file)
    training = [frames(piece) for piece in sets["train"][:pieces]]
    validation = [frames(piece) for piece in sets["valid"][:pieces]]
    model = Chorale(units)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    stable = unrecur.torch.StableSet(model, rate=0.98, input_bound=1)
    stable.step()
    before = mean_nll(model, validation)
    for _ in range(epochs):
        for x in training:
            optimiser.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(model(x[:-1]), x[1:])
            loss.backward()
            optimiser.step()
            stable.step()
    return before, mean_nll(model, validation), stable.prove()


if __name__ == "__main__":
    first, last, proof = train(Path(sys.argv[1]), epochs=int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    print(f"validation loss {first:.2f} before, {last:.2f} nats a frame after training")
    print(proof)
