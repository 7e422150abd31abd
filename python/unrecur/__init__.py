"""Does a recurrent model need to be recurrent?

>>> import unrecur
>>> print(unrecur.check("model.onnx", input_bound=1))        # a file, a state_dict, or a torch.nn.Module

`check` proves or refutes that recurrent layers forget, and says how many steps of context are enough; `verify` proves
its certificates again; `truncate` and `lyapunov` measure along inputs; `fit` makes feed-forward twins, and `run` runs
many steps at once; `project`, `spectral_norm` and `clip_singular_values` change weights; `unrecur.torch` keeps them in
a stable set while they are trained.
"""

from ._errors import Error, FileError, ResourceError, UsageError
from ._kernels import fitting_kernels

with fitting_kernels():
    from . import _core

from ._check import Check, Context, Layer, Rate, check
from ._functions import (
    Lyapunov,
    NormBounds,
    Truncation,
    clip_singular_values,
    lyapunov,
    project,
    spectral_norm,
    truncate,
)
from ._proofs import Certificate, Verified, verify
from ._twins import Fit, MethodRun, Promise, Run, Twin, fit, run
from . import torch

__version__ = _core.version

__all__ = [
    "Certificate", "Check", "Context", "Error", "FileError", "Fit", "Layer", "Lyapunov", "MethodRun", "NormBounds",
    "Promise", "Rate", "ResourceError", "Run", "Truncation", "Twin", "UsageError", "Verified", "check",
    "clip_singular_values", "fit", "lyapunov", "project", "run", "spectral_norm", "torch", "truncate", "verify",
]
