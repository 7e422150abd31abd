"""Arguments as the core takes them."""

from __future__ import annotations

import operator

from ._arrays import inputs_array
from ._errors import UsageError


def options_of(input_bound=None, inputs=None, embedding=None, **others) -> dict:
    """The keyword arguments that the core takes, without those that are None."""
    given = {"input_bound": input_bound, "inputs": inputs, "embedding": embedding}
    said = [name for name, value in given.items() if value is not None]
    if len(said) > 1:
        raise UsageError(f"{' and '.join(said)} say the same thing: give one of them")
    if inputs is not None:
        given["inputs"] = inputs_array(inputs)
    options = {**given, **others}
    for name in ("input_bound", "epsilon", "seconds", "rate", "alpha"):
        if options.get(name) is not None:
            options[name] = number(name, options[name])
    return {name: value for name, value in options.items() if value is not None}


def number(name: str, value) -> float:
    """The argument as a float that is no NaN."""
    try:
        value = float(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name}: expected a number, found {value!r}") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise UsageError(f"{name}: expected a finite number, found {value!r}")
    if value < 0.0:
        raise UsageError(f"{name}: expected a number of at least 0, found {value!r}")
    return value


def above_zero(name: str, value) -> float:
    """The argument as a finite number above 0."""
    if not number(name, value) > 0.0:
        raise UsageError(f"{name}: expected a number above 0, found {value!r}")
    return float(value)


def whole(name: str, value, least: int, most: int) -> int:
    """The argument as a whole number between two others."""
    try:
        number_of = operator.index(value)
    except TypeError:
        raise UsageError(f"{name}: expected a whole number, found {value!r}") from None
    if not least <= number_of <= most:
        raise UsageError(f"{name}: expected a whole number from {least} to {most}, found {value!r}")
    return number_of
