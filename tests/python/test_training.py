"""unrecur.torch.StableSet: training in a stable set."""

import importlib.util
import os
from pathlib import Path

import numpy
import pytest

import unrecur
import unrecur.torch
from conftest import ROOT


def trained_a_little(torch, module, stable, steps=15, size=3):
    """Steps away from any stable set: the norm of the weights is what is maximised."""
    optimiser = torch.optim.SGD(module.parameters(), lr=0.5)
    for _ in range(steps):
        optimiser.zero_grad()
        loss = -sum((p * p).sum() for p in module.parameters())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 2.0)
        optimiser.step()
        if stable is not None:
            stable.step()


@pytest.mark.parametrize(
    "kind, options, set_name",
    [
        ("RNN", {}, None),
        ("RNN", {"nonlinearity": "relu"}, "spectral"),
        ("LSTM", {}, None),
        ("LSTM", {"num_layers": 2}, "comparison_matrix"),
        ("GRU", {}, None),
        ("LSTM", {"bidirectional": True}, None),
    ],
)
def test_every_step_ends_in_the_set(torch, kind, options, set_name):
    torch.manual_seed(1)
    free, kept = getattr(torch.nn, kind)(3, 6, **options), getattr(torch.nn, kind)(3, 6, **options)
    kept.load_state_dict(free.state_dict())
    trained_a_little(torch, free, None)
    assert unrecur.check(free, input_bound=1, seconds=0).verdict != "proved", "the test would show nothing"
    stable = unrecur.torch.StableSet(kept, set=set_name, rate=0.95, input_bound=1)
    trained_a_little(torch, kept, stable)
    proof = stable.prove()
    assert proof.verdict == "proved", str(proof)
    assert proof.rate.upper <= 0.95
    assert all(p.requires_grad for p in kept.parameters())


def test_a_projection_is_in_place_and_leaves_what_is_inside(torch):
    torch.manual_seed(2)
    module = torch.nn.RNN(3, 5)
    with torch.no_grad():
        module.weight_hh_l0.mul_(0.01)
    addresses = [p.data_ptr() for p in module.parameters()]
    before = [p.detach().clone() for p in module.parameters()]
    stable = unrecur.torch.StableSet(module, rate=0.9)
    assert stable.sets == ["spectral"]
    stable.step()
    assert [p.data_ptr() for p in module.parameters()] == addresses
    assert all(torch.equal(a, b) for a, b in zip(before, module.parameters()))
    with torch.no_grad():
        module.weight_hh_l0.mul_(1000)
    stable.step()
    assert unrecur.spectral_norm(module.weight_hh_l0).upper <= 0.9
    assert torch.equal(before[0], module.weight_ih_l0)


def test_doubles_are_moved_and_only_where_they_must(torch):
    torch.manual_seed(2)
    module = torch.nn.LSTM(3, 5).double()
    with torch.no_grad():
        module.weight_hh_l0.mul_(5)
    stable = unrecur.torch.StableSet(module, rate=0.95, input_bound=1)
    stable.step()
    assert module.weight_hh_l0.dtype == torch.float64
    assert stable.prove().verdict == "proved"
    inside = module.weight_hh_l0.detach().clone()
    stable.step()
    assert torch.allclose(inside, module.weight_hh_l0, atol=1e-4)


def test_wrong_usage(torch):
    with pytest.raises(unrecur.UsageError, match="no recurrent layer"):
        unrecur.torch.StableSet(torch.nn.Linear(2, 2))
    with pytest.raises(unrecur.UsageError, match="comparison_matrix"):
        unrecur.torch.StableSet(torch.nn.LSTM(2, 2), set="spectral")
    with pytest.raises(unrecur.UsageError, match="sett"):
        unrecur.torch.StableSet(torch.nn.LSTM(2, 2), set="sett")
    with pytest.raises(unrecur.UsageError, match="rate"):
        unrecur.torch.StableSet(torch.nn.LSTM(2, 2), rate=0)
    with pytest.raises(unrecur.UsageError, match="torch.nn.Module"):
        unrecur.torch.StableSet({})
    with pytest.raises(unrecur.UsageError, match="weight_norm"):
        unrecur.torch.StableSet(torch.nn.utils.weight_norm(torch.nn.LSTM(2, 2), "weight_hh_l0"))
    with pytest.raises(unrecur.UsageError, match="weight_norm"):
        unrecur.torch.StableSet(torch.nn.utils.weight_norm(torch.nn.LSTM(2, 2), "weight_ih_l0"))
    with pytest.raises(unrecur.UsageError, match="16 x 2"):
        unrecur.torch.StableSet(torch.nn.LSTM(2, 4, proj_size=2))
    module = torch.nn.RNN(2, 3)
    stable = unrecur.torch.StableSet(module)
    with torch.no_grad():
        module.weight_hh_l0.fill_(numpy.nan)
    with pytest.raises(unrecur.UsageError, match="finite"):
        stable.step()


def test_the_example_trains_a_stable_lstm_on_chorales(torch):
    data = os.environ.get("UNRECUR_DATA")
    if not data:
        pytest.skip("needs the real data sets: set UNRECUR_DATA to their folder")
    spec = importlib.util.spec_from_file_location("example", ROOT / "python/examples/stable_lstm.py")
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    first, last, proof = example.train(Path(data), epochs=2, units=16, pieces=40)
    assert last < 0.9 * first, "it learns"
    assert proof.verdict == "proved" and proof.rate.upper <= 0.98
    assert proof.context().k is not None
