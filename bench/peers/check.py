#!/usr/bin/python3
"""One full singular value decomposition in NumPy: what bench/check_bench.cc is measured against.

check/lstm/1024: U, S and V of the stacked recurrent matrix of an LSTM with 1,024 units (4,096 × 1,024, Gaussian), as one
would compute them to look at a single norm of it. Prints one JSON line with the fastest of `--runs` runs.
"""
import argparse
import json
import time

import numpy

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--units", type=int, default=1024)
    arguments = parser.parse_args()
    n = arguments.units
    stacked = numpy.random.default_rng(1).standard_normal((4 * n, n)) * (0.04 / n**0.5)
    seconds = []
    for _ in range(arguments.runs):
        start = time.perf_counter()
        numpy.linalg.svd(stacked, full_matrices=False)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"name": f"check/lstm/{n}", "peer": "NumPy " + numpy.__version__, "seconds": min(seconds),
                      "runs": arguments.runs}))
