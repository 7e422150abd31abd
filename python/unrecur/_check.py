"""unrecur.check and what it answers."""

from __future__ import annotations

import json
from typing import NamedTuple

from . import _core
from ._arrays import model_of
from ._errors import UsageError
from ._options import above_zero, number, options_of
from ._pages import framed
from ._proofs import Certificate


class Rate(NamedTuple):
    """A contraction rate between two bounds, each proved with rounding included or None.

    ``lower`` holds in every norm, ``upper`` in the best norm found; ``rigour`` is "proved" where one of them is known,
    else None.
    """

    lower: float | None
    upper: float | None
    rigour: str | None


class Context(NamedTuple):
    """How many steps of context states, or outputs, need to be within ``epsilon`` of the recurrent ones.

    Distances are Euclidean.

    ``k`` steps are proved to be enough, ``at_least`` to be needed; ``for_ever`` where no number is enough; ``measured``
    along the recorded inputs, which bounds nothing. None where nothing is known.
    """

    epsilon: float
    k: int | None
    at_least: int | None
    for_ever: bool
    measured: int | None


class Layer:
    """What is known of one recurrent layer.

    Attributes
    ----------
    name, cell, direction, verdict : str
        The cell is "elman", "linear", "gru", "lstm", …, or "unknown"; the verdict "proved", "refuted" or "undecided".
    state_size, input_size : int
        n and m; input_size is None where the model does not say how inputs enter.
    rate : Rate
    why : list of str
        What keeps the rate up.
    help : list of str
        What would change the verdict, or add a context to it.
    answer, domain, note : str
        What the verdict means, where the bounds hold, and what has to be known of the layer.
    recurrent_norm : float
        Spectral norm of the stacked recurrent matrix (an estimate).
    """

    def __init__(self, check: Check, index: int, described: dict):
        self._check, self._index, self._described = check, index, described
        for name in ("name", "cell", "direction", "verdict", "state_size", "input_size", "answer", "domain", "note"):
            setattr(self, name, described[name])
        self.recurrent_norm: float = described["recurrent_norm"]
        self.why: list[str] = described["limits"]
        self.help: list[str] = described["help"]
        lower, upper = described["rate"]["lower"], described["rate"]["upper"]
        self.rate = Rate(lower, upper, None if lower is None and upper is None else "proved")

    def context(self, epsilon: float | None = None) -> Context:
        """The context for an error; see `Check.context`."""
        return self._check._context(self._index, self._described["context"], epsilon)

    def certificate(self, of: str = "verdict") -> Certificate:
        """The proof of what was found of this layer; see `Check.certificate`."""
        return self._check._certificate(self._index, of)

    def __repr__(self) -> str:
        return f"<unrecur.Layer {self.name!r}: {self.cell}, {self.state_size} units, {self.verdict}>"


class Check:
    """What `unrecur.check` found; nothing of it changes.

    ``print`` shows the page of the terminal, a notebook the drawn one.

    Attributes
    ----------
    verdict : str
        "proved" where every layer is proved to forget, "refuted" where one does not, else "undecided".
    layers : list of Layer
        In the order of the model.
    rate : Rate
        Of the slowest layer: the largest bounds; a bound that one layer lacks is None.
    why, help : list of str
        What limits the rates, and what would help; of all layers, each once.
    """

    def __init__(self, core):
        self._core = core
        self._json: str = core.json()
        document = json.loads(self._json)
        self._described = document
        self.verdict: str = document["verdict"]
        self.epsilon: float = document["context"]["epsilon"]
        self.layers = [Layer(self, i, layer) for i, layer in enumerate(document["layers"])]
        self.rate = self._slowest()
        self.why = list(dict.fromkeys(line for layer in self.layers for line in layer.why))
        self.help = list(dict.fromkeys(line for layer in self.layers for line in layer.help))

    def _slowest(self) -> Rate:
        lowers = [layer.rate.lower for layer in self.layers if layer.rate.lower is not None]
        uppers = [layer.rate.upper for layer in self.layers]
        lower = max(lowers, default=None)
        upper = max(uppers) if uppers and None not in uppers else None
        return Rate(lower, upper, None if lower is None and upper is None else "proved")

    def _context(self, index: int | None, described: dict, epsilon: float | None) -> Context:
        if epsilon is None or epsilon == self.epsilon:
            return Context(self.epsilon, described["k"], described["at_least"], described["for_ever"],
                           described["measured"])
        epsilon = above_zero("epsilon", epsilon)
        k, at_least, for_ever = self._core.context(index, epsilon)
        return Context(epsilon, k, at_least, for_ever, None)

    def context(self, epsilon: float | None = None) -> Context:
        """How many steps of context the model needs for an error.

        Parameters
        ----------
        epsilon : float, optional
            Above 0; the one of the check without it. For another error k comes from the same certificates, and
            ``at_least`` is known as far as the witness that was found tells; nothing is measured again.

        Returns
        -------
        Context
            Of the states of all layers together, or of the outputs that were asked of; its k is None where it is not known how they hang together.
        """
        return self._context(None, self._described["context"], epsilon)

    def certificate(self, layer: str | None = None, of: str = "verdict") -> Certificate:
        """The proof of what was found, as a file that `unrecur.verify` and ``unrecur verify`` prove again.

        Parameters
        ----------
        layer : str, optional
            The layer's name. Left out, the proof is about the one layer, or about all of a path together.
        of : {"verdict", "memory"}
            Of the verdict, or of the steps that are needed.

        Raises
        ------
        UsageError
            Where nothing is proved, or the layer has to be named.
        """
        names = [found.name for found in self.layers]
        if layer is None and not self._core.path():
            raise UsageError(f"layer: these layers are not one path: name one of {', '.join(names)}")
        if layer is not None and layer not in names:
            raise UsageError(f"layer: expected one of {', '.join(names)}, found {layer!r}")
        if names.count(layer) > 1:
            raise UsageError(f"layer: {layer!r} is the name of several: ask one of check.layers for its certificate")
        return self._certificate(None if layer is None else names.index(layer), of)

    def _certificate(self, index: int | None, of: str) -> Certificate:
        if of not in ("verdict", "memory"):
            raise UsageError(f'of: expected "verdict" or "memory", found {of!r}')
        text = self._core.proof(index) if of == "verdict" else self._core.memory_proof(index)
        if not text:
            what = "the verdict" if of == "verdict" else "the steps that are needed"
            about = "the model" if index is None else f"'{self.layers[index].name}'"
            raise UsageError(f"nothing of {what} is proved of {about}, so there is no certificate")
        return Certificate(text)

    def to_json(self) -> str:
        """The whole answer, as ``unrecur check --json`` gives it (schema unrecur.check/1)."""
        return self._json

    def to_html(self) -> str:
        """The whole answer as one HTML page, which needs nothing else."""
        return self._core.html()

    def _repr_html_(self) -> str:
        return framed(self.to_html())

    def __str__(self) -> str:
        return self._core.text()

    def __repr__(self) -> str:
        return f"<unrecur.Check: {self.verdict}, {len(self.layers)} layers>"


def check(model, *, input_bound=None, inputs=None, embedding=None, convention=None, layer=None, epsilon=1e-3,
          of=None, head=None, kind=None, state=None, alpha=None, seconds=20.0) -> Check:
    """Proves or refutes that the recurrent layers of a model forget, and says how many steps of context they need.

    Parameters
    ----------
    model : path, mapping of arrays, or torch.nn.Module
        A model file of any format that is read; arrays under PyTorch's names (a state_dict, numpy.load of an archive,
        anything with ``__array__``, the buffer protocol or DLPack), read where they lie; or a module, whose RNNs say
        their activation themselves.
    input_bound : float, optional
        Every input of the model has \\|x_i\\| ≤ input_bound.
    inputs : array_like, shape (steps, m) or (sequences, steps, m), or path of a .npy file, optional
        Recorded inputs: bounds hold for the box of their values, and the context is measured along them.
    embedding : str, optional
        The array of the model, shape (symbols, m), whose rows are the inputs.
    convention : str, optional
        What arrays leave open: "tanh", "relu", "sigmoid", "identity", "reset-before", "reset-after", …
    layer : str, optional
        Only this layer, the layers of this module, or (with `kind`) this matrix.
    epsilon : float
        The error for which the context is asked, above 0.
    of : str, optional
        What that is an error of: "states" (default), "outputs" (of the last layer) or "head" (a dense layer on top).
    head : str, optional
        The weight of that dense layer; what the file tells of without it.
    kind : str, optional
        Only layers of this kind; what a matrix is: "elman", "linear", "gru", "lstm".
    state : str, optional
        Which columns of a matrix over inputs and state are the state: "last:N" or "first:N".
    alpha : float, optional
        The leak of an elman layer, in (0, 1].
    seconds : float
        For each layer's searches: of input sequences that prove how many steps it needs (0: none), and of a norm that
        proves a small LSTM or GRU. They end early where no more is found.

    Returns
    -------
    Check

    Raises
    ------
    FileError, UsageError, ResourceError
    KeyboardInterrupt
        Ctrl-C stops the work.

    Notes
    -----
    Other threads run meanwhile, and may check, too. Upper bounds are proved in exact arithmetic for the stored weights.
    """
    epsilon = above_zero("epsilon", epsilon)
    if alpha is not None and not 0.0 < number("alpha", alpha) <= 1.0:
        raise UsageError(f"alpha: expected a number above 0 and at most 1, found {alpha!r}")
    options = options_of(input_bound, inputs, embedding, convention=convention, layer=layer, epsilon=epsilon, of=of,
                         head=head, kind=kind, state=state, alpha=alpha, seconds=seconds)
    return Check(_core.check(model_of(model), options))
