"""Which kernels OpenBLAS takes for the products of the package's own library."""

from __future__ import annotations

import contextlib
import os
import pathlib
from typing import Iterator

_CHOICE = "OPENBLAS_CORETYPE"
_AVX2 = {"avx2", "fma"}
_AVX512 = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}


def fitting(flags: set[str]) -> str:
    """The kernels that fit a processor with these flags (of /proc/cpuinfo); empty where OpenBLAS knows better."""
    if not _AVX2 <= flags:
        return ""
    return "SkylakeX" if _AVX512 <= flags else "Haswell"


def _flags() -> set[str]:
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "flags":
                return set(value.split())
    return set()


@contextlib.contextmanager
def fitting_kernels() -> Iterator[None]:
    """While OpenBLAS is loaded: it takes kernels of 2004 for a processor younger than itself.

    What somebody chose by the variable stays, and so does what was loaded before.
    """
    choice = "" if _CHOICE in os.environ else fitting(_flags())
    if not choice:
        yield
        return
    os.environ[_CHOICE] = choice
    try:
        yield
    finally:
        del os.environ[_CHOICE]
