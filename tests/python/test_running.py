"""Threads, Ctrl-C, memory."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time

import numpy
import pytest

import unrecur
from conftest import comparable, lstm


def slow_model(n=96):
    """An LSTM whose witnesses are searched for until the time is over."""
    random = numpy.random.default_rng(1)
    return {
        "weight_hh_l0": random.normal(size=(4 * n, n)) / numpy.sqrt(n),
        "weight_ih_l0": random.normal(size=(4 * n, 4)),
        "bias_ih_l0": random.normal(size=4 * n),
        "bias_hh_l0": numpy.zeros(4 * n),
    }


def test_ctrl_c_stops_a_check():
    code = f"""
import os, signal, sys, threading, time
sys.path[:0] = {sys.path!r}
import unrecur
from test_running import slow_model
model = slow_model()
threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
began = time.monotonic()
try:
    unrecur.check(model, input_bound=1, seconds=300)
except KeyboardInterrupt:
    print("stopped after", time.monotonic() - began)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("stopped after"), done.stdout + done.stderr
    assert float(done.stdout.split()[-1]) < 60.0


def test_other_threads_run_meanwhile():
    model, ticks, done = slow_model(), [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.005)

    thread = threading.Thread(target=tick)
    thread.start()
    began = time.monotonic()
    unrecur.check(model, input_bound=1, seconds=0.5)
    took = time.monotonic() - began
    done.set()
    thread.join()
    assert len(ticks) >= 0.1 * took / 0.005, "the lock was held"


def test_two_threads_check_at_once_and_get_their_own_answers(random):
    models = [lstm(random, n=n) for n in (4, 7, 5, 6)]
    alone = [comparable(unrecur.check(model, input_bound=1, seconds=0).to_json()) for model in models]
    found = [None] * len(models)

    def work(i):
        for _ in range(3):
            found[i] = comparable(unrecur.check(models[i], input_bound=1, seconds=0).to_json())

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(models))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone


def resident() -> int:
    """Bytes of memory that the process holds."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """The most it ever held since reset_peak()."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def reset_peak() -> None:
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def calls_of_one_round(arrays, x):
    found = unrecur.check(arrays, convention="tanh", input_bound=1, seconds=0)
    found.context(1e-5)
    unrecur.spectral_norm(arrays["weight_hh_l0"])
    unrecur.clip_singular_values(arrays["weight_hh_l0"], 0.1)
    unrecur.truncate(arrays, x, 2, convention="tanh")
    unrecur.run(arrays, x, convention="tanh").to_json()
    unrecur.fit(arrays, numpy.ones((8, 1)), k=2, convention="tanh").to_json()
    for wrong in ({"convention": "none"}, {"layer": "none"}):
        with pytest.raises(unrecur.UsageError):
            unrecur.check(arrays, **wrong)


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux's /proc")
def test_nothing_leaks():
    rounds = int(os.environ.get("UNRECUR_LEAK_ROUNDS", "200"))
    arrays = {"weight_hh_l0": 0.4 * numpy.eye(2), "weight_ih_l0": numpy.ones((2, 1))}
    x = numpy.ones((4, 1))
    for _ in range(rounds // 4):  # what is allocated once
        calls_of_one_round(arrays, x)
    gc.collect()
    references, before = sys.getrefcount(arrays["weight_hh_l0"]), resident()
    for _ in range(rounds):
        calls_of_one_round(arrays, x)
    gc.collect()  # exceptions hold frames until then
    references_after = sys.getrefcount(arrays["weight_hh_l0"])  # pytest keeps what stands in an assertion
    assert references_after == references
    assert resident() - before < 4e6 + 200 * rounds, "bytes"


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="needs Linux's /proc")
def test_a_large_state_dict_is_not_copied():
    from unrecur import _core
    from unrecur._arrays import _named

    # The weights of no recurrent layer: nothing of them is asked for, and so nothing is copied.
    arrays = {f"head.{i}": numpy.ones((1024, 4096), dtype=numpy.float32) for i in range(6)}
    size = sum(a.nbytes for a in arrays.values())
    reset_peak()
    before = resident()
    model = _core.model_of_arrays(_named(arrays), "arrays", {})
    assert peak() - before < 0.05 * size
    assert model.layers == []

    # An LSTM of 1,024 units becomes its weights in double, once, and nothing else.
    arrays = {
        "weight_hh_l0": numpy.full((4096, 1024), 1e-4, dtype=numpy.float32),
        "weight_ih_l0": numpy.full((4096, 1024), 1e-4, dtype=numpy.float32),
    }
    doubles = 2 * sum(a.nbytes for a in arrays.values())
    reset_peak()
    before = resident()
    model = _core.model_of_arrays(_named(arrays), "arrays", {})
    assert peak() - before < 1.1 * doubles
    assert len(model.layers) == 1


def test_arrays_live_as_long_as_a_model_needs_them(random):
    from unrecur import _core
    from unrecur._arrays import _named

    arrays = lstm(random)
    expected = comparable(unrecur.check(arrays, input_bound=1, seconds=0).to_json())
    model = _core.model_of_arrays(_named(arrays), "arrays", {})
    arrays.clear()
    garbage = [numpy.full(1000, numpy.nan) for _ in range(100)]
    assert comparable(unrecur.check(model, input_bound=1, seconds=0).to_json()) == expected
    assert len(garbage) == 100


def test_signals_of_others_do_not_stop_a_check(random):
    """A handler that raises nothing is called, and the check goes on."""
    called = []
    before = signal.signal(signal.SIGUSR1, lambda *_: called.append(1))
    try:
        timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGUSR1))
        timer.start()
        assert unrecur.check(slow_model(48), input_bound=1, seconds=1).layers
        timer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert called
