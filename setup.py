"""`pip install --no-build-isolation .`: CMake builds the module (python/), and setuptools packs it.

UNRECUR_BUILD names a build folder of CMake to take, one that is configured already; without it build/pip is made.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent


class CMakeBuild(build_ext):
    """Builds the one target and has CMake install it where setuptools packs it."""

    def run(self):
        folder = Path(os.environ.get("UNRECUR_BUILD", ROOT / "build" / "pip"))
        if not (folder / "CMakeCache.txt").exists():
            subprocess.run(
                ["cmake", "-S", str(ROOT), "-B", str(folder), "-DCMAKE_BUILD_TYPE=Release", "-DUNRECUR_NATIVE=ON",
                 "-DCMAKE_UNITY_BUILD=ON", "-DUNRECUR_PYTHON=ON", f"-DPython_EXECUTABLE={sys.executable}"],
                check=True,
            )
        jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
        subprocess.run(["cmake", "--build", str(folder), "--parallel", jobs, "--target", "unrecur_python"], check=True)
        subprocess.run(
            ["cmake", "--install", str(folder), "--component", "python", "--strip", "--prefix",
             os.path.abspath(self.build_lib)],
            check=True,
        )

    def get_outputs(self):
        return [str(path) for path in Path(self.build_lib, "unrecur").glob("*")]


def version() -> str:
    """That of the project."""
    found = re.search(r"project\(unrecur VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))
    return found.group(1)


setup(
    version=version(),
    # Its files come from CMake's installation; that there is an extension makes the wheel one of this machine.
    packages=[],
    ext_modules=[Extension("unrecur._core", sources=[])],
    cmdclass={"build_ext": CMakeBuild},
    options={"egg_info": {"egg_base": "python"}},
)
