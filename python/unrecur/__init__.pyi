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
