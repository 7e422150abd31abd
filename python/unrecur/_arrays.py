"""Models as they come, as named NumPy arrays that share their memory."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy

from . import _core
from ._errors import UsageError, file_error

_PLAIN = "biuf"  # kinds of NumPy types that hold numbers


def is_module(model) -> bool:
    """Whether it is a torch.nn.Module, or looks like one."""
    return callable(getattr(model, "state_dict", None)) and callable(getattr(model, "named_modules", None))


def _from_tensor(tensor):
    """A tensor of PyTorch as an array: on the processor and apart from the graph, without a copy where it is there."""
    tensor = tensor.detach()
    if getattr(tensor, "is_quantized", False) or str(getattr(tensor, "layout", "torch.strided")) != "torch.strided":
        raise TypeError("expected numbers of a plain type, found quantised or sparse ones")
    tensor = tensor.cpu()
    if str(tensor.dtype) == "torch.bfloat16":
        tensor = tensor.float()  # exact, and NumPy has no such type
    return tensor.numpy()


def as_array(value) -> numpy.ndarray:
    """The value as a NumPy array in its own type; its memory is shared where that can be.

    Raises TypeError where it is no array of plain numbers.
    """
    if callable(getattr(value, "detach", None)):
        array = _from_tensor(value)
    elif isinstance(value, numpy.ndarray):
        array = value
    elif hasattr(value, "__array__") or hasattr(value, "__array_interface__"):
        array = numpy.asarray(value)
    elif hasattr(value, "__dlpack__"):
        array = numpy.from_dlpack(value)
    elif isinstance(value, (list, tuple, int, float)):
        array = numpy.asarray(value)
    else:
        array = numpy.asarray(memoryview(value))
    if array.dtype.kind not in _PLAIN:
        if array.dtype.name == "bfloat16":
            return array.astype(numpy.float32)
        raise TypeError(f"expected numbers of a plain type, found {array.dtype}")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        raise TypeError(f"expected floats of at most 64 bits, found {array.dtype}")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array


def flat_items(arrays: Mapping, prefix: str = ""):
    """Pairs (name, value); names of dictionaries inside others are joined by dots."""
    for key, value in arrays.items():
        name = prefix + str(key)
        if isinstance(value, Mapping):
            yield from flat_items(value, name + ".")
        else:
            yield name, value


def _named(arrays: Mapping) -> list:
    named = []
    for name, value in flat_items(arrays):
        if value is None:
            continue
        try:
            array = as_array(value)
        except (TypeError, ValueError, BufferError, RuntimeError) as error:
            named.append((name, str(error) or "expected an array of numbers"))
            continue
        # Weights of whole numbers are weights; they are exact as doubles.
        if array.dtype.kind in "iub" and array.ndim in (1, 2):
            array = array.astype(numpy.float64)
        named.append((name, array))
    return named


def activations_of(module) -> dict:
    """The activation of every torch.nn.RNN and RNNCell in a module, by its name there."""
    found = {}
    for name, part in module.named_modules():
        classes = {cls.__name__ for cls in type(part).__mro__}
        activation = getattr(part, "nonlinearity", None)
        if classes & {"RNN", "RNNCell"} and isinstance(activation, str):
            found[name] = activation
    return found


def model_of(model):
    """Whatever a user means by a model, as the core has it."""
    if isinstance(model, _core.Model):
        return model
    if isinstance(model, (str, os.PathLike)):
        return _core.read_model(os.fspath(model))
    if is_module(model):
        return _core.model_of_arrays(_named(model.state_dict()), type(model).__name__, activations_of(model))
    if isinstance(model, Mapping) or hasattr(model, "files"):  # an archive of numpy.load
        arrays = model if isinstance(model, Mapping) else {name: model[name] for name in model.files}
        return _core.model_of_arrays(_named(arrays), "arrays", {})
    raise UsageError(
        f"expected a path, a dictionary of arrays or a torch.nn.Module, found {type(model).__name__}"
    )


def inputs_array(inputs, name: str = "inputs") -> numpy.ndarray:
    """Recorded inputs as an array of float64: of an array, or of the .npy file at a path."""
    if isinstance(inputs, (str, os.PathLike)):
        path = os.fspath(inputs)
        try:
            inputs = numpy.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as problem:
            found = f"expected an array of NumPy, found none ({problem})"
            raise file_error(path, found, "write it by numpy.save") from None
    try:
        return numpy.ascontiguousarray(as_array(inputs), dtype=numpy.float64)
    except TypeError as error:
        raise UsageError(f"{name}: {error}") from None


def matrix_array(w, name: str) -> numpy.ndarray:
    """A matrix as an array of float32 or float64."""
    try:
        array = as_array(w)
    except TypeError as error:
        raise UsageError(f"{name}: {error}") from None
    if array.ndim != 2:
        raise UsageError(f"{name}: expected a matrix, found the shape {list(array.shape)}")
    return array if array.dtype == numpy.float32 else array.astype(numpy.float64)


def like(original, values: numpy.ndarray):
    """The values as an array of the kind that the original is, in its type where that has 32 bits or more."""
    if callable(getattr(original, "new_tensor", None)):
        wide = original if original.element_size() >= 4 and original.is_floating_point() else original.float()
        return wide.detach().new_tensor(values)
    array = as_array(original)
    wide = array.dtype if array.dtype.kind == "f" and array.dtype.itemsize >= 4 else numpy.dtype(numpy.float32)
    return values.astype(wide)
