from collections.abc import Mapping
from os import PathLike
from typing import Any, NamedTuple, TypeVar

import numpy
from numpy.typing import ArrayLike, NDArray

from . import torch as torch

__version__: str

_Model = str | PathLike[str] | Mapping[str, Any] | Any
_Inputs = ArrayLike | str | PathLike[str]
_Arrays = TypeVar("_Arrays")
_Array = TypeVar("_Array")

class Error(Exception): ...

class FileError(Error):
    file: str
    place: str
    expected: str
    remedy: str

class UsageError(Error, ValueError):
    option: str | None

class ResourceError(Error): ...

class Rate(NamedTuple):
    lower: float | None
    upper: float | None
    rigour: str | None

class Context(NamedTuple):
    epsilon: float
    k: int | None
    at_least: int | None
    for_ever: bool
    measured: int | None

class Layer:
    name: str
    cell: str
    direction: str
    verdict: str
    state_size: int
    input_size: int | None
    rate: Rate
    why: list[str]
    help: list[str]
    answer: str
    domain: str | None
    note: str
    recurrent_norm: float
    def context(self, epsilon: float | None = None) -> Context: ...
    def certificate(self, of: str = "verdict") -> Certificate: ...

class Check:
    verdict: str
    epsilon: float
    layers: list[Layer]
    rate: Rate
    why: list[str]
    help: list[str]
    def context(self, epsilon: float | None = None) -> Context: ...
    def certificate(self, layer: str | None = None, of: str = "verdict") -> Certificate: ...
    def to_json(self) -> str: ...
    def to_html(self) -> str: ...

class Certificate:
    kind: str
    layer: str
    says: str
    def to_json(self) -> str: ...
    def save(self, path: str | PathLike[str]) -> None: ...

class Verified(NamedTuple):
    verdict: str
    reason: str
    says: str
    layer: str
    rate: float | None

class Truncation(NamedTuple):
    k: NDArray[numpy.float64]
    state_gap_max: NDArray[numpy.float64]
    state_gap_mean: NDArray[numpy.float64]
    output_gap_max: NDArray[numpy.float64]
    bound: NDArray[numpy.float64]
    k_measured: int | None
    k_promised: int | None

class Lyapunov(NamedTuple):
    exponents: NDArray[numpy.float64]
    low: NDArray[numpy.float64]
    high: NDArray[numpy.float64]
    steps: NDArray[numpy.float64]
    largest: NDArray[numpy.float64]
    counted: int

class Twin(NamedTuple):
    family: str
    k: int
    error: float
    output_gap_max: float
    state_gap_max: float | None
    bound: float | None
    loss: float | None
    parameters: int
    multiply_adds: int

class Fit:
    twins: list[Twin]
    cheapest: Twin | None
    smallest_k: dict[str, int | None]
    epsilon: float
    outputs: str
    output_size: int
    output_rms: float
    fitted_steps: int
    held_out_steps: int
    teacher_loss: float | None
    left_out: list[str]
    def save(self, path: str | PathLike[str], twin: Twin | None = None) -> list[str]: ...
    def to_json(self) -> str: ...
    def to_html(self) -> str: ...

class Promise(NamedTuple):
    sweeps: int
    jacobi: int
    newton: int
    warm_up: int
    error: float
    method: str
    norm: str
    rate: float

class MethodRun(NamedTuple):
    method: str
    promised: Promise | None
    sweeps: int
    jacobi: int
    newton: int
    chunks: int
    warm_up: int
    stopped: str
    needed: int | None
    error: float | None
    seconds: float
    speedup: float | None

class Run:
    outputs: NDArray[numpy.float64]
    methods: list[MethodRun]
    epsilon: float
    sequential_seconds: float | None
    proof_seconds: float
    starts_elsewhere: bool
    def to_json(self) -> str: ...

class NormBounds(NamedTuple):
    lower: float
    upper: float

def check(
    model: _Model,
    *,
    input_bound: float | None = None,
    inputs: _Inputs | None = None,
    embedding: str | None = None,
    convention: str | None = None,
    layer: str | None = None,
    epsilon: float = 1e-3,
    of: str | None = None,
    head: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    alpha: float | None = None,
    seconds: float = 20.0,
) -> Check: ...
def verify(
    certificate: Certificate | str | PathLike[str],
    model: _Model,
    *,
    convention: str | None = None,
    layer: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    alpha: float | None = None,
) -> Verified: ...
def truncate(
    model: _Model,
    inputs: _Inputs,
    kmax: int = 64,
    *,
    epsilon: float = 1e-3,
    embedding: str | None = None,
    convention: str | None = None,
    layer: str | None = None,
    kind: str | None = None,
    alpha: float | None = None,
) -> Truncation: ...
def lyapunov(
    model: _Model,
    inputs: _Inputs,
    exponents: int = 1,
    *,
    embedding: str | None = None,
    convention: str | None = None,
    layer: str | None = None,
    kind: str | None = None,
    alpha: float | None = None,
) -> Lyapunov: ...
def fit(
    model: _Model,
    inputs: _Inputs,
    *,
    family: str | list[str] | tuple[str, ...] = ("truncated", "fir", "volterra"),
    k: int = 64,
    epsilon: float = 0.05,
    targets: _Inputs | None = None,
    head: str | list[str] | tuple[str, ...] | None = None,
    states: bool = False,
    ridge: float = 1e-9,
    features: int = 1024,
    units: int = 16,
    steps: int = 2000,
    embedding: str | None = None,
    convention: str | None = None,
    layer: str | None = None,
    kind: str | None = None,
    alpha: float | None = None,
) -> Fit: ...
def run(
    model: _Model,
    inputs: _Inputs,
    *,
    method: str | list[str] | tuple[str, ...] = "chunked",
    epsilon: float = 1e-6,
    chunks: int | None = None,
    compare: bool = True,
    embedding: str | None = None,
    convention: str | None = None,
    layer: str | None = None,
    kind: str | None = None,
    alpha: float | None = None,
) -> Run: ...
def project(
    model: _Arrays,
    *,
    rate: float = 0.99,
    set: str | None = None,
    input_bound: float | None = None,
    inputs: _Inputs | None = None,
    embedding: str | None = None,
    convention: str | None = None,
    layer: str | None = None,
    kind: str | None = None,
    alpha: float | None = None,
) -> _Arrays | Mapping[str, Any]: ...
def spectral_norm(w: ArrayLike) -> NormBounds: ...
def clip_singular_values(w: _Array, bound: float) -> _Array | NDArray[Any]: ...
