"""Stable sets in the training loops of PyTorch; PyTorch itself is not imported here."""

from __future__ import annotations

import re

import numpy

from . import _core
from ._arrays import is_module, model_of
from ._check import Check, check
from ._errors import UsageError
from ._options import number

# PREFIX weight_hh_l0 and the like, as hand-written cells name theirs, too.
_NAME = re.compile(r"(?:.*[._/])?(weight|w|W|bias|b)_(hh|ih)(?:_l\d+)?(?:_reverse)?")


def _parameters_of(parameters: dict, described: dict) -> dict:
    """The parameters of a layer by what they are, as far as a set may move them."""
    layer = f"layer '{described['name']}'"
    if described["obstacle"]:
        raise UsageError(f"{layer}: {described['obstacle']}")
    found = {}
    for name in described["sources"]:
        match = _NAME.fullmatch(name)
        if match is None or name not in parameters:
            raise UsageError(
                f"{layer}: {name} is no plain weight of its own: remove what computes it (weight_norm or the like)"
            )
        kind = "bias" if match[1].startswith("b") else "weight"
        found[f"{kind}_{match[2]}"] = parameters[name]
    return found if described["needs_bounded_inputs"] else {"weight_hh": found["weight_hh"]}


class _Weight:
    """A parameter as an array of float32 to be moved in place."""

    def __init__(self, parameter):
        self._tensor = parameter.detach()
        shared = self._tensor.device.type == "cpu" and str(self._tensor.dtype) == "torch.float32"
        self.array = self._tensor.numpy() if shared else self._tensor.cpu().float().numpy()
        self._before = None if shared else self.array.copy()

    def write_back(self) -> None:
        """What lies elsewhere, or has another type, gets the numbers that moved."""
        if self._before is None or numpy.array_equal(self._before, self.array):
            return
        moved = self._tensor.cpu().numpy().copy()
        changed = self._before != self.array
        moved[changed] = self.array[changed]
        self._tensor.copy_(self._tensor.cpu().new_tensor(moved))


class StableSet:
    """Keeps the recurrent layers of a module in a stable set while they are trained.

        stable = unrecur.torch.StableSet(model, rate=0.99, input_bound=1)
        for batch in batches:
            ...
            optimiser.step()
            stable.step()
        print(stable.prove())

    Parameters
    ----------
    module : torch.nn.Module
        Its RNNs, LSTMs and GRUs, and their Cells, on the processor or elsewhere. Weights of float32; others are moved
        in that precision.
    set : str, optional
        "spectral" for RNNs; "block_2norm", "comparison_matrix", "miller_hardt", "miller_hardt_l1" for LSTMs;
        "comparison_gru", "delta_iss" for GRUs. Without a name the first of these.
    rate : float
        The contraction rate of the set, above 0 and at most 1.
    input_bound : float
        Every input of the module's first layers has \\|x_i\\| ≤ input_bound. Layers above others read outputs of
        recurrent layers, which lie within 1.

    Raises
    ------
    UsageError
        Where the module has no recurrent layer, or the set is for other layers.
    """

    def __init__(self, module, set: str | None = None, rate: float = 0.99, input_bound: float = 1.0):
        if not is_module(module):
            raise UsageError(f"expected a torch.nn.Module, found {type(module).__name__}")
        if not 0.0 < number("rate", rate) <= 1.0:
            raise UsageError(f"rate: expected a number above 0 and at most 1, found {rate!r}")
        self._module, self._rate, self._bound = module, float(rate), number("input_bound", input_bound)
        model = model_of(module)
        if not model.layers:
            raise UsageError(f"{type(module).__name__} has no recurrent layer")
        parameters = dict(module.named_parameters())
        self._layers = []
        for index, described in enumerate(model.layers):
            bound = 1.0 if _reads_below(described["name"]) else self._bound
            options = {"rate": self._rate, "input_bound": bound}
            if set is not None:
                options["set"] = set
            weights = _parameters_of(parameters, described)
            self._layers.append((_core.TrainingSet(model, index, options), weights))

    @property
    def sets(self) -> list[str]:
        """The name of the set of each layer."""
        return [layer.name for layer, _ in self._layers]

    def step(self) -> None:
        """Moves the weights into the set, in place; call it after the optimiser's step."""
        for layer, parameters in self._layers:
            weights = {kind: _Weight(parameter) for kind, parameter in parameters.items()}
            layer.step({kind: weight.array for kind, weight in weights.items()})
            for weight in weights.values():
                weight.write_back()

    def prove(self, **options) -> Check:
        """Checks the module as it is now, for the inputs of the set; `options` are those of `unrecur.check`.

        Returns
        -------
        Check
            Its verdict is "proved" where the weights are in the set; training steps may have been lost to rounding.
        """
        return check(self._module, **{"input_bound": self._bound, "seconds": 0.0, **options})


def _reads_below(name: str) -> bool:
    """Whether a layer of that name is above the first of its module: MODULE.l1, MODULE.l1.reverse."""
    parts = [part for part in name.split(".") if part != "reverse"]
    return bool(parts) and parts[-1][:1] == "l" and parts[-1][1:].isdigit() and int(parts[-1][1:]) > 0
