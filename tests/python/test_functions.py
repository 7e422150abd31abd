"""Norms, projections, truncations and exponents."""

import numpy
import pytest

import unrecur
from conftest import elman, lstm


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (5, 2), (2, 7), (64, 64), (200, 120)])
def test_the_spectral_norm_lies_between_its_bounds(random, shape):
    for scale in (1.0, 1e-200, 1e200):
        w = scale * random.normal(size=shape)
        lower, upper = unrecur.spectral_norm(w)
        norm = scale * numpy.linalg.norm(w / scale, 2)
        assert lower <= norm * (1 + 1e-14) and norm <= upper * (1 + 1e-14)
        assert upper - lower <= 1e-9 * norm


def test_the_spectral_norm_of_matrices_that_are_known_exactly(random):
    assert unrecur.spectral_norm(numpy.zeros((3, 2))) == (0.0, 0.0)
    for diagonal in ([2.0, 1.0, 0.5], [1.0] * 40, [1.0, 1.0 - 1e-15, 0.0]):
        lower, upper = unrecur.spectral_norm(numpy.diag(diagonal))
        assert lower <= max(diagonal) <= upper and upper - lower <= 1e-12
    rank_one = numpy.outer([3.0, 4.0], [1.0, 0.0, 0.0])
    lower, upper = unrecur.spectral_norm(rank_one)
    assert lower <= 5.0 <= upper and upper - lower <= 1e-12
    assert not unrecur.spectral_norm(numpy.array([[numpy.nan, 1.0]])).lower >= 0
    assert unrecur.spectral_norm(numpy.array([[numpy.inf, 1.0]])).upper == numpy.inf
    with pytest.raises(unrecur.UsageError, match="expected a matrix"):
        unrecur.spectral_norm(numpy.zeros(3))


@pytest.mark.parametrize("dtype, slack", [(numpy.float64, 1e-11), (numpy.float32, 1e-5)])
@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6), (60, 60)])
def test_clipping_gives_the_nearest_matrix_within_the_bound(random, shape, dtype, slack):
    w = random.normal(size=shape).astype(dtype)
    before = w.copy()
    clipped = unrecur.clip_singular_values(w, 1.0)
    assert clipped.dtype == dtype and (w == before).all(), "the caller's stays as it was"
    assert unrecur.spectral_norm(clipped).upper <= 1.0 + 1e-9
    u, s, v = numpy.linalg.svd(w.astype(numpy.float64), full_matrices=False)
    assert numpy.allclose(clipped, (u * numpy.minimum(s, 1.0)) @ v, atol=10 * slack)
    small = (0.1 * w / s[0]).astype(dtype)
    assert (unrecur.clip_singular_values(small, 1.0) == small).all(), "what lies inside does not move"


def test_project_keeps_the_type_and_moves_no_more_than_it_must(random):
    arrays = {**{k: v.astype(numpy.float32) for k, v in elman(random, norm=1.5).items()}, "head": random.normal(size=3)}
    moved = unrecur.project(arrays, rate=0.9, convention="tanh")
    assert type(moved) is dict and list(moved) == list(arrays)
    assert moved["head"] is arrays["head"] and moved["rnn.weight_ih_l0"] is arrays["rnn.weight_ih_l0"]
    w = moved["rnn.weight_hh_l0"]
    assert w.dtype == numpy.float32 and unrecur.spectral_norm(w).upper <= 0.9
    # All singular values are 1.5, so the nearest is a multiple.
    assert numpy.allclose(w, arrays["rnn.weight_hh_l0"] * 0.9 / 1.5, atol=1e-5)
    found = unrecur.check(moved, convention="tanh", seconds=0)
    assert found.verdict == "proved" and found.rate.upper <= 0.9


def test_project_says_what_it_needs(random):
    with pytest.raises(unrecur.UsageError, match="input_bound=B"):
        unrecur.project(lstm(random, scale=2.0))
    with pytest.raises(unrecur.UsageError, match='convention="tanh"'):
        unrecur.project(elman(random))
    with pytest.raises(unrecur.UsageError, match="rate"):
        unrecur.project(elman(random), convention="tanh", rate=1.5)
    with pytest.raises(unrecur.UsageError, match="spectral"):
        unrecur.project(lstm(random, scale=2.0), set="spectral", input_bound=1)
    with pytest.raises(unrecur.UsageError, match="dictionary"):
        unrecur.project("model.pt")


def recurrent_states(arrays, x, order=None):
    """tanh RNN states by its definition; of a truncation where an order is given."""
    w, u = arrays["rnn.weight_hh_l0"], arrays["rnn.weight_ih_l0"]
    b = arrays["rnn.bias_ih_l0"] + arrays["rnn.bias_hh_l0"]
    states = []
    for t in range(len(x)):
        h = numpy.zeros(len(w))
        for s in range(0 if order is None else max(0, t + 1 - order), t + 1):
            h = numpy.tanh(w @ h + u @ x[s] + b)
        states.append(h)
    return numpy.array(states)


def test_truncation_measures_the_gap_and_stays_below_the_bound(random):
    arrays, x = elman(random, norm=0.8), random.uniform(-1, 1, size=(40, 3))
    found = unrecur.truncate(arrays, x, kmax=38, convention="tanh")
    assert found.k.tolist() == list(range(1, 39))
    full = recurrent_states(arrays, x)
    for k in (1, 5, 12):
        gap = numpy.linalg.norm(full - recurrent_states(arrays, x, k), axis=1)
        assert numpy.isclose(found.state_gap_max[k - 1], gap.max(), rtol=1e-9)
        assert numpy.isclose(found.state_gap_mean[k - 1], gap.mean(), rtol=1e-9)
    assert (found.state_gap_max <= found.bound).all()
    assert (numpy.diff(found.bound) < 0).all()
    assert 1 <= found.k_measured <= found.k_promised


def test_truncation_agrees_with_the_program(random, tmp_path, program):
    import json

    arrays, x = lstm(random), random.uniform(-1, 1, size=(2, 30, 3))
    numpy.savez(tmp_path / "model.npz", **arrays)
    numpy.save(tmp_path / "x.npy", x)
    code, answer = program("truncate", tmp_path / "model.npz", "--inputs", tmp_path / "x.npy", "--kmax", "9", "--json")
    assert code == 0
    ours, theirs = unrecur.truncate(arrays, tmp_path / "x.npy", 9), json.loads(answer)
    assert ours.state_gap_max.tolist() == [row["state_gap_max"] for row in theirs["orders"]]
    assert ours.bound.tolist() == [row["bound"] for row in theirs["orders"]]
    assert ours.k_promised == theirs["k_promised"] and ours.k_measured == theirs["k_measured"]


def test_the_exponent_of_an_orthogonal_map_is_its_factor(random):
    # h' = W h + u x with W = 0.7 Q: every exponent is ln 0.7.
    arrays = elman(random, norm=0.7)
    found = unrecur.lyapunov(arrays, random.normal(size=(600, 3)), exponents=0, convention="identity")
    assert found.exponents.shape == (6,) and found.counted == 500
    assert numpy.allclose(found.exponents, numpy.log(0.7), atol=1e-8)
    rate = unrecur.check(arrays, convention="tanh", seconds=0).rate.upper
    along = unrecur.lyapunov(arrays, random.normal(size=(600, 3)), convention="tanh")
    assert numpy.exp(along.exponents[0]) <= rate
    assert along.low[0] <= along.exponents[0] <= along.high[0]


def test_wrong_sequences_are_refused(random):
    arrays = elman(random)
    for call in (unrecur.truncate, unrecur.lyapunov):
        with pytest.raises(unrecur.FileError, match="last axis of 3"):
            call(arrays, numpy.zeros((5, 4)), convention="tanh")
        with pytest.raises(unrecur.UsageError, match="convention="):
            call(arrays, numpy.zeros((5, 3)))
        with pytest.raises(unrecur.FileError):
            call(arrays, numpy.full((5, 3), numpy.nan), convention="tanh")
    for kmax in (0, 1.5, -3, None, "9"):
        with pytest.raises(unrecur.UsageError, match="kmax"):
            unrecur.truncate(arrays, numpy.zeros((5, 3)), kmax, convention="tanh")
    for exponents in (-1, 0.5, 7):
        with pytest.raises(unrecur.UsageError, match="exponents"):
            unrecur.lyapunov(arrays, numpy.zeros((5, 3)), exponents, convention="tanh")


