"""Feed-forward twins of recurrent models, and recurrences that are run many steps at once."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

import numpy

from . import _core
from ._arrays import inputs_array, model_of
from ._errors import UsageError
from ._options import above_zero, number, options_of, whole
from ._pages import framed


class Twin(NamedTuple):
    """A feed-forward model of the last k inputs, measured on the steps that nothing was fitted to.

    ``error`` is the RMS of the difference over the RMS of what is imitated, ``output_gap_max`` the largest distance of a
    step (Euclidean norm), ``state_gap_max`` that of full states (truncations), ``bound`` its proved upper bound at every
    step of every sequence within the box of the inputs (truncations of a model with a proved rate), ``loss`` the mean of
    half the squared distance from the targets. ``multiply_adds`` are those of a step, the whole window again. What there
    is not is None.
    """

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
    """Twins of a model, which `fit` made. ``print`` shows the table of ``unrecur fit``.

    Attributes
    ----------
    twins : list of Twin
        Family by family, k rising.
    cheapest : Twin or None
        With the fewest multiply-adds of those whose error is at most epsilon.
    smallest_k : dict
        For each family the first k with an error of at most epsilon, or None.
    epsilon : float
        The error that was asked for.
    outputs : str
        What is imitated: "head" (a dense layer on top) or "states" (the outputs of the last recurrent layer).
    output_size, output_rms, fitted_steps, held_out_steps, teacher_loss
        Numbers a step, their RMS, steps on both sides, and the loss of the model itself (None without targets).
    left_out : list of str
        What was too large, and why.
    """

    def __init__(self, core):
        self._core = core
        self._json: str = core.json()
        document = json.loads(self._json)
        self.twins = [_twin(described) for described in document["twins"]]
        cheapest = document["cheapest"]
        self.cheapest = None if cheapest is None else _twin(cheapest)
        self.smallest_k: dict[str, int | None] = document["smallest_k"]
        self.epsilon: float = document["epsilon"]
        self.outputs: str = document["outputs"]
        self.output_size: int = document["output_size"]
        self.output_rms: float = document["output_rms"]
        self.fitted_steps: int = document["fitted_steps"]
        self.held_out_steps: int = document["held_out_steps"]
        self.teacher_loss: float | None = document["teacher_loss"]
        self.left_out: list[str] = document["left_out"]

    def save(self, path, twin: Twin | None = None) -> list[str]:
        """Writes a twin as files that run elsewhere.

        Parameters
        ----------
        path : path
            One file where it ends in .safetensors, .onnx (a window at once) or .stream.onnx (step by step, with its
            cache); otherwise all three, with these endings added.
        twin : Twin, optional
            One of `twins`; without it the cheapest, or the one with the least error where none is good enough.

        Returns
        -------
        list of str
            The files.
        """
        index = None
        if twin is not None:
            if twin not in self.twins:
                raise UsageError("twin: expected one of the twins of this fit")
            index = self.twins.index(twin)
        return self._core.write(os.fspath(path), index)

    def to_json(self) -> str:
        """The whole answer, as ``unrecur fit --json`` gives it (schema unrecur.fit/1)."""
        return self._json

    def to_html(self) -> str:
        """The whole answer as one HTML page, as ``unrecur fit --html`` writes it."""
        return self._core.html()

    def _repr_html_(self) -> str:
        return framed(self.to_html())

    def __str__(self) -> str:
        return self._core.text()

    def __repr__(self) -> str:
        return f"<unrecur.Fit: {len(self.twins)} twins>"


def _twin(described: dict) -> Twin:
    return Twin(**{field: described[field] for field in Twin._fields})


class Promise(NamedTuple):
    """What a proved rate says before a run: so many sweeps, or steps to warm up, are enough for an error of ``error``.

    ``rate`` is the proved contraction rate, in the norm ``norm``, by the method ``method``.
    """

    sweeps: int
    jacobi: int
    newton: int
    warm_up: int
    error: float
    method: str
    norm: str
    rate: float


class MethodRun(NamedTuple):
    """One way to run a recurrence.

    ``promised`` is None where nothing is proved; ``stopped`` says why it ended: "done", "promised", "residual",
    "change", "whole_sequence" or "given_up". ``error`` is the largest measured distance of a state from the sequential
    run's, ``needed`` the first sweep within epsilon, ``seconds`` wall time, ``speedup`` that of the sequential run over
    it.
    """

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
    """A recurrence along inputs, which `run` made. ``print`` shows the table of ``unrecur run``.

    Attributes
    ----------
    outputs : numpy.ndarray, shape (steps, size) or (sequences, steps, size)
        Of the last layer, by the first method.
    methods : list of MethodRun
        In the order in which they were asked for.
    epsilon : float
        The error that is allowed.
    sequential_seconds, proof_seconds : float
        Wall time of the run that the others are compared with (None without it), and of the proof of a rate.
    starts_elsewhere : bool
        The file has the layer start from another state than zero; the run did not.
    """

    def __init__(self, told: dict):
        self._json: str = told["json"]
        self._text: str = told["text"]
        document = json.loads(self._json)
        self.outputs = told["outputs"][0] if told["one_sequence"] else numpy.stack(told["outputs"])
        self.methods = [_method_run(described) for described in document["methods"]]
        self.epsilon: float = document["epsilon"]
        self.sequential_seconds: float | None = document["sequential_seconds"]
        self.proof_seconds: float = document["proof_seconds"]
        self.starts_elsewhere: bool = document["starts_elsewhere"]

    def to_json(self) -> str:
        """The whole answer, as ``unrecur run --json`` gives it (schema unrecur.run/1)."""
        return self._json

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<unrecur.Run: outputs {list(self.outputs.shape)}, {', '.join(run.method for run in self.methods)}>"


def _method_run(described: dict) -> MethodRun:
    fields = {field: described[field] for field in MethodRun._fields}
    if fields["promised"] is not None:
        fields["promised"] = Promise(**fields["promised"])
    return MethodRun(**fields)


def _names(name: str, value) -> list[str]:
    """One name, or several."""
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, (list, tuple)) else None
    if not names or not all(isinstance(one, str) for one in names):
        raise UsageError(f"{name}: expected a name or a list of names, found {value!r}")
    return names


def fit(model, inputs, *, family=("truncated", "fir", "volterra"), k: int = 64, epsilon=0.05, targets=None, head=None,
        states: bool = False, ridge=1e-9, features: int = 1024, units: int = 16, steps: int = 2000, embedding=None,
        convention=None, layer=None, kind=None, alpha=None) -> Fit:
    """Fits feed-forward twins to a recurrent model along inputs, and measures them on the last quarter of each sequence.

    Parameters
    ----------
    model : path, mapping of arrays, or torch.nn.Module
        As in `check`; its layers are one path, or `layer` chooses one.
    inputs : array_like, shape (steps, m) or (sequences, steps, m), or path of a .npy file
        With `embedding` (or of a model that reads symbols) numbers of symbols, without the last axis.
    family : str or list of str
        "truncated" (the model itself from zero over the last k inputs), "fir" (an affine map of them), "volterra" (with
        products of two of the newest) and "tcn" (a network of causal dilated convolutions, trained by imitation).
    k : int
        The most inputs that a twin sees; 1, 2, 4, … up to it are tried.
    epsilon : float
        The error that is asked for: RMS of the difference over the RMS of what is imitated.
    targets : array_like, shape (steps, p) or (sequences, steps, p), or path, optional
        What the model was to say; for losses.
    head : str or list of str, optional
        The array of a dense layer on top, shape (p, size), and perhaps its bias; without it what a file tells.
    states : bool
        Imitate the outputs of the last recurrent layer, whatever is on top.
    ridge : float
        How much the weights of fitted twins are held down.
    features : int
        The most features of a fitted twin; orders with more are left out.
    units, steps : int
        Channels of a tcn, and steps of its training.
    embedding, convention, layer, kind, alpha
        As in `check`.

    Returns
    -------
    Fit

    Raises
    ------
    FileError, UsageError, ResourceError
    KeyboardInterrupt
        Ctrl-C stops the work.
    """
    options = options_of(embedding=embedding, convention=convention, layer=layer, kind=kind, alpha=alpha)
    if targets is not None:
        options["targets"] = inputs_array(targets, "targets")
    options.update(
        family=_names("family", family), k=whole("k", k, 1, 100_000), epsilon=number("epsilon", epsilon),
        ridge=number("ridge", ridge), features=whole("features", features, 1, 20_000),
        units=whole("units", units, 1, 4096), steps=whole("steps", steps, 1, 100_000_000),
        head=[] if head is None else _names("head", head), states=bool(states),
    )
    return Fit(_core.fit(model_of(model), inputs_array(inputs), options))


def run(model, inputs, *, method="chunked", epsilon=1e-6, chunks: int | None = None, compare: bool = True,
        embedding=None, convention=None, layer=None, kind=None, alpha=None) -> Run:
    """Runs a recurrence along inputs from the zero state, many steps at once where a proved rate allows it.

    Parameters
    ----------
    model, inputs
        As in `fit`.
    method : str or list of str
        "sequential", "jacobi", "newton", "quasi_newton" (sweeps over all steps at once) or "chunked" (parts of the
        sequence side by side, warmed up). Outputs are those of the first.
    epsilon : float
        The distance of states from the sequential run's that is allowed (Euclidean norm), above 0.
    chunks : int, optional
        Parts of each sequence; without it as many as length and warming up make worth while.
    compare : bool
        Run sequentially, too, and measure errors and times.
    embedding, convention, layer, kind, alpha
        As in `check`.

    Returns
    -------
    Run

    Notes
    -----
    Without a proved rate below 1 nothing is promised: a run ends by a rule that is measured, and ``promised`` is None.
    """
    options = options_of(embedding=embedding, convention=convention, layer=layer, kind=kind, alpha=alpha)
    if chunks is not None:
        options["chunks"] = whole("chunks", chunks, 1, 1_000_000)
    options.update(method=_names("method", method), epsilon=above_zero("epsilon", epsilon), compare=bool(compare))
    return Run(_core.run(model_of(model), inputs_array(inputs), options))
