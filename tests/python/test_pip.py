"""pip install from a clone."""

import os
import subprocess
import sys

import pytest

from conftest import ROOT


def test_pip_installs_from_a_clone(tmp_path):
    """Of the build that is tested; a build of its own takes as long as the release's."""
    build = os.environ.get("UNRECUR_BUILD")
    if not build:
        pytest.skip("needs a build folder: set UNRECUR_BUILD to it")
    pytest.importorskip("setuptools")
    pytest.importorskip("wheel")
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
        pytest.skip("needs pip: install python3-pip")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--no-index",
               "--disable-pip-version-check", "--target", str(tmp_path / "site"), str(ROOT)]
    environment = {**os.environ, "UNRECUR_BUILD": build, "CMAKE_BUILD_PARALLEL_LEVEL": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    code = "import unrecur, sys; print(unrecur.__file__, unrecur.spectral_norm([[2.0]]).upper >= 2.0)"
    environment["PYTHONPATH"] = str(tmp_path / "site")
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert shown.stdout.split() == [str(tmp_path / "site/unrecur/__init__.py"), "True"], shown.stderr
