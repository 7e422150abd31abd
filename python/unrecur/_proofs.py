"""Certificates, and proving them again."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from . import _core
from ._arrays import model_of
from ._errors import ResourceError, UsageError, file_error


class Certificate:
    """A proof about one layer, or a path of them: of its verdict, or of the steps that it needs.

    Attributes
    ----------
    kind : str
        "certificate" (it contracts), "refutation" (it does not) or "memory" (it needs so many steps).
    layer : str
        The name of the layer.
    says : str
        The claim in words; no part of the proof.
    """

    def __init__(self, text: str):
        self._text = text
        document = json.loads(text)
        self.kind = document["schema"].removeprefix("unrecur.").partition("/")[0]
        self.layer: str = document["layer"]["name"]
        self.says: str = document["says"]

    def to_json(self) -> str:
        """The text of the file: numbers are hexadecimal, so that none is rounded."""
        return self._text

    def save(self, path) -> None:
        """Writes the file, in one step."""
        path = os.fspath(path)
        unfinished = f"{path}.{os.getpid()}.new"
        try:
            with open(unfinished, "w", encoding="utf-8") as file:
                file.write(self._text)
            os.replace(unfinished, path)
        except OSError as error:
            raise ResourceError(str(error)) from error

    def __repr__(self) -> str:
        return f"<unrecur.Certificate: {self.kind} about {self.layer!r}>"


class Verified(NamedTuple):
    """What became of a certificate.

    ``verdict`` is "proved", "refuted" or "undecided" (``reason`` says why); ``says`` is the sentence that was proved,
    ``rate`` the rate in it, ``layer`` the layer of the model. True where something was proved.
    """

    verdict: str
    reason: str
    says: str
    layer: str
    rate: float | None

    def __bool__(self) -> bool:
        return self.verdict != "undecided"


def verify(certificate, model, *, convention=None, layer=None, kind=None, state=None, alpha=None) -> Verified:
    """Proves a certificate again, in ball arithmetic that shares nothing with the search that found it.

    Parameters
    ----------
    certificate : Certificate or path
    model : path, mapping of arrays, or torch.nn.Module
        As in `check`; the layer's weights must be those of the certificate, bit by bit.
    convention, layer, kind, state, alpha
        As in `check`.

    Returns
    -------
    Verified
    """
    if isinstance(certificate, Certificate):
        text, name = certificate.to_json(), "certificate"
    elif isinstance(certificate, (str, os.PathLike)):
        name = os.fspath(certificate)
        text = _read(name)
    else:
        raise UsageError(f"expected a certificate or its path, found {type(certificate).__name__}")
    options = {"convention": convention, "layer": layer, "kind": kind, "state": state, "alpha": alpha}
    given = {key: value for key, value in options.items() if value is not None}
    return Verified(**_core.verify(model_of(model), text, name, given))


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as problem:
        raise file_error(path, f"expected a certificate, found {problem.strerror}") from problem
