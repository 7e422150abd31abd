"""Feed-forward twins, and recurrences that are run many steps at once."""

import json
import os
import subprocess
import sys

import numpy
import pytest

import unrecur
from conftest import ROOT, elman, lstm


def shift_register(n=4):
    """h_t = N h + e_1 x with the nilpotent N: h holds the last n inputs, so k = n is exact and k = n - 1 is not."""
    nothing = numpy.zeros(n)
    return {"weight_hh_l0": numpy.eye(n, k=-1), "weight_ih_l0": numpy.eye(n, 1), "bias_ih_l0": nothing,
            "bias_hh_l0": nothing}


def document(answer: str) -> dict:
    """What does not differ between a file and its arrays, and not from run to run."""
    told = json.loads(answer)
    for name in ("model", "files", "sequential_seconds", "proof_seconds"):
        told.pop(name, None)
    for method in told.get("methods", []):
        method.pop("seconds")
        method.pop("speedup")
    return told


def test_twins_are_those_of_the_program(random, tmp_path, program):
    arrays, x = lstm(random), random.uniform(-1, 1, size=(2, 60, 3))
    y = random.normal(size=(2, 60, 5))
    numpy.savez(tmp_path / "model.npz", **arrays)
    numpy.save(tmp_path / "x.npy", x)
    numpy.save(tmp_path / "y.npy", y)
    fit = unrecur.fit(arrays, x, family=["truncated", "fir", "volterra"], k=8, epsilon=0.02, targets=y, features=200)
    code, told = program("fit", tmp_path / "model.npz", "--inputs", tmp_path / "x.npy", "--k", 8, "--epsilon", 0.02,
                         "--targets", tmp_path / "y.npy", "--features", 200, "--json")
    assert code == 0, told
    assert document(fit.to_json()) == document(told)
    assert len(fit.twins) + len(fit.left_out) == 12 and fit.teacher_loss > 0
    assert "truncated" in str(fit) and "cheapest twin" in str(fit)
    assert "have a feed-forward twin?" in fit.to_html() and "<iframe" in fit._repr_html_()


def test_a_truncation_of_a_shift_register_is_exact_at_its_length(random):
    fit = unrecur.fit(shift_register(), random.normal(size=(80, 1)), convention="identity", k=4, family="truncated",
                      epsilon=1e-9)
    errors = {twin.k: twin.error for twin in fit.twins}
    assert errors[4] <= 1e-12 and errors[2] > 1e-2
    assert fit.smallest_k == {"truncated": 4} and fit.cheapest.k == 4


def test_bounds_hold_on_what_was_held_out(random):
    fit = unrecur.fit(elman(random, norm=0.7), random.normal(size=(200, 3)), convention="tanh", k=16)
    truncated = [twin for twin in fit.twins if twin.family == "truncated"]
    assert [twin.k for twin in truncated] == [1, 2, 4, 8, 16]
    assert all(0 < twin.state_gap_max <= twin.bound for twin in truncated)
    assert all(twin.bound is None for twin in fit.twins if twin.family != "truncated")


def test_a_head_is_named_or_left(random):
    arrays = {**elman(random), "out.weight": random.normal(size=(2, 6)), "out.bias": random.normal(size=2)}
    x = random.normal(size=(60, 3))
    named = unrecur.fit(arrays, x, convention="tanh", head="out.weight", k=2)
    assert named.outputs == "head" and named.output_size == 2
    assert unrecur.fit(arrays, x, convention="tanh", head=["out.weight", "out.bias"], k=2).to_json() == named.to_json()
    assert unrecur.fit(arrays, x, convention="tanh", states=True, k=2).output_size == 6
    with pytest.raises(unrecur.UsageError, match="head: the file has no tensor 'none'"):
        unrecur.fit(arrays, x, convention="tanh", head="none")
    with pytest.raises(unrecur.UsageError, match="head: expected a tensor"):
        unrecur.fit(arrays, x, convention="tanh", head="rnn.weight_ih_l0")


def test_a_twin_is_written_and_checked_by_onnx(random, tmp_path):
    fit = unrecur.fit(lstm(random), random.uniform(-1, 1, size=(60, 3)), k=4)
    assert fit.save(tmp_path / "twin") == [str(tmp_path / f"twin.{end}") for end in ("safetensors", "onnx", "stream.onnx")]
    fir = next(twin for twin in fit.twins if twin.family == "fir" and twin.k == 2)
    assert fit.save(tmp_path / "fir.safetensors", fir) == [str(tmp_path / "fir.safetensors")]
    head = (tmp_path / "fir.safetensors").read_bytes()
    assert b'"family":"fir"' in head.replace(b" ", b"") and b'"2"' in head
    with pytest.raises(unrecur.UsageError, match="one of the twins"):
        fit.save(tmp_path / "other", fir._replace(k=3))
    with pytest.raises(unrecur.Error):
        fit.save(tmp_path / "no" / "such" / "folder" / "twin.onnx")
    onnx = pytest.importorskip("onnx", reason="needs ONNX: install python3-onnx")
    for name in ("twin.onnx", "twin.stream.onnx"):
        onnx.checker.check_model(onnx.load(tmp_path / name), full_check=True)


def test_a_run_gives_what_pytorch_gives(torch):
    torch.manual_seed(3)
    module = torch.nn.LSTM(3, 8, batch_first=True).double()
    with torch.no_grad():
        for weight in module.parameters():
            weight *= 0.3  # so that a rate is proved
    x = torch.rand(2, 300, 3, dtype=torch.float64) * 2 - 1
    expected = module(x)[0].detach().numpy()
    done = unrecur.run(module, x, method=["sequential", "chunked", "jacobi", "newton"], epsilon=1e-7)
    assert done.outputs.shape == expected.shape and numpy.abs(done.outputs - expected).max() <= 1e-12
    for way in done.methods[1:]:
        assert way.error <= way.promised.error <= 1e-7 and way.sweeps <= way.promised.sweeps
        assert way.promised.rate < 1
    for method in ("chunked", "jacobi", "newton"):
        for one in (x[0], x[:1]):
            outputs = unrecur.run(module, one, method=method, epsilon=1e-7, compare=False).outputs
            assert outputs.shape == tuple(one.shape[:-1]) + (8,)
            assert numpy.abs(outputs - expected[0]).max() <= 1e-7


def test_a_run_is_that_of_the_program(random, tmp_path, program):
    arrays, x = lstm(random), random.uniform(-1, 1, size=(400, 3))
    numpy.savez(tmp_path / "model.npz", **arrays)
    numpy.save(tmp_path / "x.npy", x)
    done = unrecur.run(arrays, x, method=["chunked", "newton"], epsilon=1e-5, chunks=3)
    code, told = program("run", tmp_path / "model.npz", "--inputs", tmp_path / "x.npy", "--method", "chunked,newton",
                         "--epsilon", 1e-5, "--chunks", 3, "--json", "-o", tmp_path / "h.npy")
    assert code == 0, told
    assert document(done.to_json()) == document(told)
    assert (numpy.load(tmp_path / "h.npy") == done.outputs).all()
    assert "chunked" in str(done)


def test_nothing_is_promised_of_what_is_not_proved(random):
    done = unrecur.run(elman(random, norm=1.5), random.normal(size=(50, 3)), convention="tanh", method="jacobi")
    assert done.methods[0].promised is None and done.methods[0].stopped in ("change", "whole_sequence", "given_up")


@pytest.mark.parametrize("wrong, message", [
    ({"family": "lstm"}, "truncated, fir"),
    ({"family": []}, "family: expected a name"),
    ({"k": 0}, "k: expected a whole number"),
    ({"k": 2.5}, "k: expected a whole number"),
    ({"epsilon": -1}, "epsilon: expected"),
    ({"targets": numpy.zeros((60, 4))}, "targets"),
])
def test_what_fit_does_not_take_is_told(random, wrong, message):
    with pytest.raises(unrecur.Error, match=message):
        unrecur.fit(lstm(random), numpy.zeros((60, 3)), **wrong)


@pytest.mark.parametrize("wrong, message", [
    ({"method": "fast"}, "sequential"),
    ({"method": 3}, "method: expected a name"),
    ({"epsilon": 0}, "epsilon: expected a number above 0"),
    ({"chunks": 0}, "chunks: expected a whole number"),
])
def test_what_run_does_not_take_is_told(random, wrong, message):
    with pytest.raises(unrecur.UsageError, match=message):
        unrecur.run(lstm(random), numpy.zeros((60, 3)), **wrong)


def test_inputs_of_another_size_are_told(random):
    for ask in (unrecur.fit, unrecur.run):
        with pytest.raises(unrecur.Error, match="inputs"):
            ask(lstm(random), numpy.zeros((60, 2)))


def test_the_example_fits_a_twin_of_a_pedal(random, tmp_path):
    numpy.savez(tmp_path / "pedal.npz", **lstm(random, m=1))
    command = [sys.executable, str(ROOT / "python/examples/pedal_twin.py"), str(tmp_path / "pedal.npz"), "--sweeps", "1",
               "--k", "4", "--units", "4", "--steps", "5", "-o", str(tmp_path / "twin")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0, done.stderr
    assert "truncated" in done.stdout and "tcn" in done.stdout and (tmp_path / "twin.onnx").exists()


def test_ctrl_c_stops_a_fit():
    code = f"""
import os, signal, sys, threading, time
sys.path[:0] = {sys.path!r}
import numpy, unrecur
from conftest import lstm
random = numpy.random.default_rng(0)
threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
began = time.monotonic()
try:
    unrecur.fit(lstm(random), random.normal(size=(2000, 3)), family="tcn", steps=10**8)
except KeyboardInterrupt:
    print("stopped after", time.monotonic() - began)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("stopped after"), done.stdout + done.stderr
    assert float(done.stdout.split()[-1]) < 30.0
