"""What the tests share. They run the package that UNRECUR_PYTHON_FOLDER names and the program UNRECUR_PROGRAM."""

import json
import os
import subprocess
from pathlib import Path

import unrecur  # noqa: F401 before NumPy, which may share its OpenBLAS: both then take the kernels that the program takes

import numpy
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def program():
    """The program of the same build, as a function from arguments to (exit code, standard output)."""
    path = os.environ.get("UNRECUR_PROGRAM")
    if not path:
        pytest.skip("needs the program: set UNRECUR_PROGRAM to its path")

    def run(*arguments):
        done = subprocess.run([path, *map(str, arguments)], capture_output=True, text=True)
        return done.returncode, done.stdout + (done.stderr if done.returncode not in (0, 10, 11) else "")

    return run


@pytest.fixture
def random():
    return numpy.random.default_rng(4)


@pytest.fixture(scope="session")
def torch():
    return pytest.importorskip("torch", reason="needs PyTorch: install python3-torch")


def orthogonal(random, n):
    """A random orthogonal matrix."""
    return numpy.linalg.qr(random.normal(size=(n, n)))[0]


def elman(random, n=6, m=3, norm=0.5):
    """The arrays of an RNN whose recurrent matrix is a multiple of an orthogonal one: its spectral norm is `norm`."""
    return {
        "rnn.weight_hh_l0": norm * orthogonal(random, n),
        "rnn.weight_ih_l0": random.normal(size=(n, m)),
        "rnn.bias_ih_l0": 0.1 * random.normal(size=n),
        "rnn.bias_hh_l0": numpy.zeros(n),
    }


def lstm(random, n=5, m=3, scale=0.1):
    """The arrays of a small LSTM."""
    return {
        "weight_hh_l0": scale * random.normal(size=(4 * n, n)),
        "weight_ih_l0": scale * random.normal(size=(4 * n, m)),
        "bias_ih_l0": scale * random.normal(size=4 * n),
        "bias_hh_l0": scale * random.normal(size=4 * n),
    }


def comparable(answer: str) -> dict:
    """A check as JSON without what may differ between a file and its arrays: names, hashes, and the clock."""
    document = json.loads(answer)
    document.pop("model")
    for layer in document["layers"]:
        layer.pop("help")
        layer.pop("tensors")
        for rung in layer["rungs"]:
            rung.pop("seconds")
            rung.pop("note")
    return document
