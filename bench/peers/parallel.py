#!/usr/bin/python3
"""A tanh network of 256 units along 60,000 steps in NumPy, one step after the other: what bench/parallel_bench.cc is
measured against. In double, with the input product of all steps made at once. Prints one JSON line with the seconds of the
fastest of `--runs` runs.
"""
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
import time

import numpy as np


def run(recurrent, inputs, x):
    drive = x @ inputs.T
    states = np.empty_like(drive)
    h = np.zeros(len(recurrent))
    for t in range(len(x)):
        h = np.tanh(recurrent @ h + drive[t])
        states[t] = h
    return states


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2)
    arguments = parser.parse_args()
    random = np.random.default_rng(1)
    recurrent = 0.9 * np.linalg.qr(random.standard_normal((256, 256)))[0]
    inputs, x = random.standard_normal((256, 8)), random.standard_normal((60000, 8))
    run(recurrent, inputs, x[:100])  # warms up
    seconds = []
    for _ in range(arguments.runs):
        start = time.perf_counter()
        run(recurrent, inputs, x)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"name": "run/chunked/256", "peer": "NumPy " + np.__version__, "seconds": min(seconds),
                      "runs": arguments.runs}))
