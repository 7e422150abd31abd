"""Which kernels OpenBLAS takes for the products of the package's own library."""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import sys
from typing import Iterator

_CHOICE = "OPENBLAS_CORETYPE"
_AVX2 = {"avx2", "fma"}
_AVX512 = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}
# Those that models/arrays/kernels.cc replaces: the program and the package are to multiply alike.
_NARROW = {"Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Sandybridge", "Atom", "Nano", "Athlon", "Opteron",
           "Opteron_SSE3", "Barcelona", "Generic"}
# A process that has loaded the library cannot choose any more, so another one is asked.
_ASK = """
import ctypes
name = ctypes.CDLL("libopenblas.so.0").openblas_get_corename
name.restype = ctypes.c_char_p
print(name().decode())
"""


def fitting(taken: str, flags: set[str]) -> str:
    """The kernels that fit a processor with these flags (of /proc/cpuinfo); empty where those that OpenBLAS takes will do."""
    if taken not in _NARROW or not _AVX2 <= flags:
        return ""
    return "SkylakeX" if _AVX512 <= flags else "Haswell"


def _flags() -> set[str]:
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "flags":
                return set(value.split())
    return set()


def _taken() -> str:
    """What OpenBLAS takes by itself; empty where that cannot be asked."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        ask = [sys.executable, "-I", "-S", "-c", _ASK]
        return subprocess.run(ask, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    return ""


@contextlib.contextmanager
def fitting_kernels() -> Iterator[None]:
    """While OpenBLAS is loaded: it takes kernels of 2004 for a processor younger than itself.

    What somebody chose by the variable stays, and so does what was loaded before.
    """
    choice = "" if _CHOICE in os.environ else fitting(_taken(), _flags())
    if not choice:
        yield
        return
    os.environ[_CHOICE] = choice
    try:
        yield
    finally:
        del os.environ[_CHOICE]
