"""The exceptions of the package."""

from __future__ import annotations


class Error(Exception):
    """What the package raises: one of the three below."""


class FileError(Error):
    """A file, or the arrays given in its place, cannot be read or are malformed.

    Attributes
    ----------
    file : str
        The path as it was given; ``"arrays"`` or the name of a class for arrays and modules.
    place : str
        Offset, line, key or tensor in it; empty for the whole.
    expected : str
        What a well-formed file has there, and what was found instead.
    remedy : str
        What to do; may be empty.
    """

    file: str = ""
    place: str = ""
    expected: str = ""
    remedy: str = ""


def file_error(file: str, expected: str, remedy: str = "") -> FileError:
    """A FileError of a file as a whole."""
    error = FileError(f"{file}: {expected}{'; ' + remedy if remedy else ''}")
    error.file, error.expected, error.remedy = file, expected, remedy
    return error


class UsageError(Error, ValueError):
    """What was asked has no meaning: an unknown name, an impossible size, arguments that contradict each other.

    Attributes
    ----------
    option : str or None
        The argument that it is about, where it is about one.
    """

    option: str | None = None


class ResourceError(Error):
    """The machine said no: space, permission, or a library that this build lacks."""
