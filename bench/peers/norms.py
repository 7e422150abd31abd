#!/usr/bin/python3
"""Spectral norms and projections in NumPy, SciPy and PyTorch: what bench/norm_bench.cc is measured against.

norm/n: numpy.linalg.norm(W, 2) of a Gaussian n × n matrix (all singular values). projection/n: the full SVD in float with
the singular values clipped at 1, of a matrix with 32 of them above 1. Prints one JSON line per case, fastest of three.
"""
import argparse
import json
import time

import numpy
import torch


def fastest(work, runs):
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def clip(w):
    u, s, vt = torch.linalg.svd(w)
    return u @ torch.diag(s.clamp(max=1.0)) @ vt


def with_values_above_one(n, count):
    """A matrix whose `count` largest singular values lie in (1, 1.2] and the others below 1."""
    random = numpy.random.default_rng(2)
    u, _ = numpy.linalg.qr(random.standard_normal((n, n)))
    v, _ = numpy.linalg.qr(random.standard_normal((n, n)))
    s = numpy.concatenate([numpy.linspace(1.2, 1.005, count), numpy.linspace(0.995, 0.0, n - count)])
    return torch.tensor((u * s) @ v.T, dtype=torch.float32)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("sizes", nargs="*", type=int, default=[256, 1024, 2048])
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    for n in arguments.sizes:
        gaussian = numpy.random.default_rng(1).standard_normal((n, n)) * (0.6 / n**0.5)
        clipped = with_values_above_one(n, 32)
        print(json.dumps({"name": f"norm/{n}", "peer": "NumPy " + numpy.__version__, "runs": arguments.runs,
                          "seconds": fastest(lambda: numpy.linalg.norm(gaussian, 2), arguments.runs)}), flush=True)
        print(json.dumps({"name": f"projection/{n}", "peer": "PyTorch " + torch.__version__, "runs": arguments.runs,
                          "seconds": fastest(lambda: clip(clipped), arguments.runs)}), flush=True)
