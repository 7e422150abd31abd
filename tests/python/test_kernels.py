"""Which kernels multiply matrices: see models/arrays/kernels.h."""

import os
import subprocess
import sys

import pytest

from unrecur._kernels import _AVX2, _AVX512, _flags, _taken, fitting

SAY = "import os, unrecur; print(unrecur._core.kernels, os.environ.get('OPENBLAS_CORETYPE', '-'), sep='|')"


def kernels_with(**variables):
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"} | variables
    done = subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip().split("|")


def test_kernels_fit_the_registers_of_the_processor():
    assert fitting("Prescott", _AVX2 | _AVX512 | {"fpu"}) == "SkylakeX"
    assert fitting("Barcelona", _AVX2 | {"avx512f"}) == "Haswell"
    assert fitting("Prescott", {"sse4_2", "avx"}) == fitting("Prescott", set()) == ""
    for known in ("Zen", "Haswell", "Cooperlake", "SapphireRapids", ""):
        assert fitting(known, _AVX2 | _AVX512) == "", "as the program, which leaves them"


def test_the_package_takes_them_and_leaves_the_environment_alone():
    kernels, left = kernels_with()
    if not kernels.startswith("OpenBLAS "):
        pytest.skip("built without OpenBLAS")
    taken = _taken()
    assert left == "-"
    assert kernels.removeprefix("OpenBLAS ") == (fitting(taken, _flags()) or taken)


def test_a_choice_that_was_made_stays():
    kernels, left = kernels_with(OPENBLAS_CORETYPE="Nehalem")
    if not kernels.startswith("OpenBLAS "):
        pytest.skip("built without OpenBLAS")
    assert (kernels, left) == ("OpenBLAS Nehalem", "Nehalem")
