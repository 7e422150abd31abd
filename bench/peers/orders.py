#!/usr/bin/python3
"""All truncation orders 1 … 64 in PyTorch, window by window: what bench/orders_bench.cc is measured against.

For every order k the windows of the last k inputs of all steps run as one batch from the zero state (n = 200, 88 inputs,
2,000 steps, two threads). Prints one JSON line with the seconds of the fastest of `--runs` runs.
"""
import argparse
import json
import time

import torch


def all_orders(layer, x, orders):
    last = None
    for k in range(1, orders + 1):
        padded = torch.cat([torch.zeros(k - 1, x.shape[1]), x])
        windows = padded.unfold(0, k, 1).permute(2, 0, 1).contiguous()
        last = layer(windows)[0][-1]
    return last


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--orders", type=int, default=64)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(1)
    recurrent = torch.nn.RNN(88, 200)
    inputs = (torch.rand(2000, 88) < 0.05).float()
    seconds = []
    with torch.no_grad():
        all_orders(recurrent, inputs, 4)  # warms up
        for _ in range(arguments.runs):
            start = time.perf_counter()
            all_orders(recurrent, inputs, arguments.orders)
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"name": "orders/200", "peer": "PyTorch " + torch.__version__, "seconds": min(seconds),
                      "runs": arguments.runs}))
