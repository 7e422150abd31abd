"""Projections, norms, and runs along recorded inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy

from . import _core
from ._arrays import as_array, flat_items, inputs_array, is_module, like, matrix_array, model_of
from ._errors import UsageError
from ._options import above_zero, number, options_of, whole


class Truncation(NamedTuple):
    """The gap between a model and its truncations, as arrays of one entry for each order.

    ``k`` is 1, 2, …, ``state_gap_max`` and ``state_gap_mean`` the measured distance of the full states over all steps
    (Euclidean norm), ``output_gap_max`` that of the outputs, ``bound`` the proved upper bound (infinite where nothing
    is proved). ``k_measured`` and ``k_promised`` are the first orders within epsilon, or None.
    """

    k: numpy.ndarray
    state_gap_max: numpy.ndarray
    state_gap_mean: numpy.ndarray
    output_gap_max: numpy.ndarray
    bound: numpy.ndarray
    k_measured: int | None
    k_promised: int | None


class Lyapunov(NamedTuple):
    """Lyapunov exponents along data, in nats a step, the largest first: estimates, which bound nothing.

    ``exponents`` has shape (q,), ``low`` and ``high`` the ends of 95 % intervals (empty for short data); ``largest`` is
    the running estimate of the first after ``steps`` steps, and ``counted`` how many steps were counted.
    """

    exponents: numpy.ndarray
    low: numpy.ndarray
    high: numpy.ndarray
    steps: numpy.ndarray
    largest: numpy.ndarray
    counted: int


def truncate(model, inputs, kmax: int = 64, *, epsilon=1e-3, embedding=None, convention=None, layer=None, kind=None,
             alpha=None) -> Truncation:
    """Measures how far a model is from its truncations on given inputs, beside what is proved of it.

    Parameters
    ----------
    model : path, mapping of arrays, or torch.nn.Module
        As in `check`; its layers are one path, or `layer` chooses one.
    inputs : array_like, shape (steps, m) or (sequences, steps, m), or path of a .npy file
        With `embedding` (or of a model that reads symbols) numbers of symbols, without the last axis.
    kmax : int
        The largest order.

    Returns
    -------
    Truncation
        Arrays of shape (kmax,).
    """
    choice = options_of(embedding=embedding, convention=convention, layer=layer, kind=kind, alpha=alpha)
    epsilon = above_zero("epsilon", epsilon)
    kmax = whole("kmax", kmax, 1, 1_000_000)
    return Truncation(**_core.truncate(model_of(model), inputs_array(inputs), kmax, epsilon, choice))


def lyapunov(model, inputs, exponents: int = 1, *, embedding=None, convention=None, layer=None, kind=None,
             alpha=None) -> Lyapunov:
    """Estimates the Lyapunov exponents of a recurrence along inputs.

    Parameters
    ----------
    model, inputs
        As in `truncate`.
    exponents : int
        How many, the largest ones; 0: all.

    Returns
    -------
    Lyapunov
    """
    choice = options_of(embedding=embedding, convention=convention, layer=layer, kind=kind, alpha=alpha)
    exponents = whole("exponents", exponents, 0, 1_000_000)
    return Lyapunov(**_core.lyapunov(model_of(model), inputs_array(inputs), exponents, choice))


def project(model, *, rate=0.99, set=None, input_bound=None, inputs=None, embedding=None, convention=None, layer=None,
            kind=None, alpha=None):
    """The nearest weights in a stable set.

    Parameters
    ----------
    model : mapping of arrays or torch.nn.Module
        As in `check`.
    rate : float
        The contraction rate of the set, above 0 and at most 1.
    set : str, optional
        "spectral" (elman, linear), "comparison_matrix", "block_2norm", "miller_hardt", "miller_hardt_l1" (lstm),
        "comparison_gru", "delta_iss" (gru); without a name the nearest of these.
    input_bound, inputs, embedding, convention, layer, kind, alpha
        As in `check`; sets of gated layers need bounded inputs.

    Returns
    -------
    mapping
        Of the type of the mapping (of a module's state_dict), with arrays of the kinds that were there; those that do
        not change are the same objects. Types of fewer than 32 bits become float32.

    Raises
    ------
    UsageError
        Where a set makes no sense for a layer, or a weight is computed of other arrays (weight_norm), which would not
        hold the new one.
    """
    arrays = model.state_dict() if is_module(model) else model
    if not isinstance(arrays, Mapping):
        raise UsageError(
            f"expected a dictionary of arrays or a torch.nn.Module, found {type(model).__name__}; "
            "files are projected by the program, 'unrecur project'"
        )
    if not 0.0 < number("rate", rate) <= 1.0:
        raise UsageError(f"rate: expected a number above 0 and at most 1, found {rate!r}")
    options = options_of(input_bound, inputs, embedding, convention=convention, layer=layer, kind=kind, alpha=alpha,
                         rate=rate, set=set)
    changed, left_out = _core.project(model_of(model), options)
    known = dict(flat_items(arrays))
    made = [name for name in changed if name not in known]
    if left_out or made:
        raise UsageError(
            f"the new weights would not be those that {', '.join(left_out or made)} make: "
            "remove the parametrisation (torch.nn.utils.remove_weight_norm) and project again"
        )
    return _replaced(arrays, changed, "")


def _replaced(arrays, changed: dict, prefix: str):
    """A copy of the mapping with the changed arrays in place."""
    result = arrays.copy() if hasattr(arrays, "copy") else dict(arrays)
    for key, value in arrays.items():
        name = prefix + str(key)
        if isinstance(value, Mapping):
            result[key] = _replaced(value, changed, name + ".")
        elif name in changed and not numpy.array_equal(as_array(value), changed[name]):
            result[key] = like(value, changed[name])
    return result


class NormBounds(NamedTuple):
    """lower ≤ ‖W‖₂ ≤ upper, both proved with rounding included."""

    lower: float
    upper: float


def spectral_norm(w) -> NormBounds:
    """Bounds of the largest singular value of a matrix, proved for its stored numbers.

    Parameters
    ----------
    w : array_like, shape (rows, columns)

    Returns
    -------
    NormBounds
        (lower, upper). Infinity and NaN where w is not finite.
    """
    return NormBounds(*_core.spectral_norm(numpy.asarray(matrix_array(w, "w"), dtype=numpy.float64)))


def clip_singular_values(w, bound):
    """The nearest matrix (Frobenius norm) whose singular values are at most a bound; that is proved for its numbers.

    Parameters
    ----------
    w : array_like, shape (rows, columns)
    bound : float
        Above 0.

    Returns
    -------
    array
        Of the shape and the kind of w, in float32 where w is, else in float64. Rounding makes it smaller than the
        nearest by a fraction of about 1e-7 or 1e-13 at most.
    """
    array = matrix_array(w, "w")
    bound = above_zero("bound", bound)
    clip = _core.clip_float if array.dtype == numpy.float32 else _core.clip_double
    clipped = clip(array, bound)
    return like(w, clipped) if callable(getattr(w, "new_tensor", None)) else clipped
