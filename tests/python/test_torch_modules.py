"""torch.nn.Modules: the answer is that of the file that torch.save writes."""

import numpy
import pytest

import unrecur
from conftest import comparable


@pytest.fixture
def modules(torch):
    torch.manual_seed(3)

    class Model(torch.nn.Module):
        """A recurrent layer with things around it."""

        def __init__(self, layer, features):
            super().__init__()
            self.rnn = layer
            self.head = torch.nn.Linear(features, 2)

        def forward(self, x):
            return self.head(self.rnn(x)[0])

    nn = torch.nn
    weight_norm = nn.utils.weight_norm
    made = {
        "rnn_tanh": nn.RNN(3, 6),
        "rnn_relu": nn.RNN(3, 6, nonlinearity="relu"),
        "lstm": nn.LSTM(3, 5),
        "gru": nn.GRU(3, 5, batch_first=True),
        "bidirectional": nn.LSTM(3, 4, bidirectional=True),
        "stacked": nn.GRU(3, 4, num_layers=2, dropout=0.1),
        "stacked_both_ways": nn.LSTM(3, 4, num_layers=2, bidirectional=True),
        "weight_norm": weight_norm(nn.LSTM(3, 5), "weight_hh_l0"),
        "no_bias": nn.LSTM(3, 5, bias=False),
        "projection": nn.LSTM(3, 6, proj_size=2),
        "cell": nn.LSTMCell(3, 5),
        "in_a_model": Model(nn.GRU(3, 4), 4),
        "rnn_in_a_model": Model(nn.RNN(3, 4, nonlinearity="relu"), 4),
        "double": nn.LSTM(3, 5).double(),
        "half": nn.LSTM(3, 5).half(),
        "bfloat16": nn.LSTM(3, 5).to(torch.bfloat16),
    }
    with torch.no_grad():
        for module in made.values():
            for parameter in module.parameters():
                parameter.mul_(0.2)
    return made


NAMES = (
    "rnn_tanh rnn_relu lstm gru bidirectional stacked stacked_both_ways weight_norm no_bias projection cell in_a_model "
    "rnn_in_a_model double half bfloat16"
).split()


@pytest.mark.parametrize("name", NAMES)
def test_a_module_is_the_file_that_torch_save_writes(torch, modules, name, tmp_path):
    module = modules[name]
    torch.save(module.state_dict(), tmp_path / "model.pt")
    options = {"input_bound": 1, "seconds": 0}
    # A file does not say the activation; a module does.
    from_file = options | ({"convention": "relu" if "relu" in name or name == "rnn_in_a_model" else "tanh"}
                           if "rnn" in name else {})
    ours = unrecur.check(module, **options)
    assert comparable(ours.to_json()) == comparable(unrecur.check(tmp_path / "model.pt", **from_file).to_json())
    assert comparable(ours.to_json()) == comparable(unrecur.check(module.state_dict(), **from_file).to_json())
    if name not in ("projection",):
        assert ours.verdict == "proved", str(ours)
    else:
        assert ours.verdict == "undecided" and ours.layers[0].cell == "unknown"


def test_the_program_says_the_same_of_the_file(torch, modules, tmp_path, program):
    for name in ("lstm", "stacked", "weight_norm"):
        torch.save(modules[name].state_dict(), tmp_path / f"{name}.pt")
        code, answer = program("check", tmp_path / f"{name}.pt", "--input-bound", "1", "--seconds", "0", "--json")
        assert code == 0
        assert comparable(unrecur.check(modules[name], input_bound=1, seconds=0).to_json()) == comparable(answer)


def test_the_context_of_a_stack_for_another_error_is_that_of_another_check(modules):
    # A module of several layers has to have a name for these to be known to lie above each other, as in a file.
    module = {f"rnn.{name}": tensor for name, tensor in modules["stacked"].state_dict().items()}
    found = unrecur.check(module, input_bound=1, seconds=1)
    assert found.context().k is not None and found.context().at_least is not None
    for epsilon in (1e-1, 1e-6):
        again = unrecur.check(module, input_bound=1, epsilon=epsilon, seconds=0)
        assert found.context(epsilon).k == again.context().k
        assert [layer.context(epsilon).k for layer in found.layers] == [layer.context().k for layer in again.layers]
    assert found.context(1e-6).at_least == found.context().at_least
    assert found.context(1e3).at_least is None


def test_a_certificate_of_a_module_is_one_of_its_file(torch, modules, tmp_path, program):
    torch.save(modules["lstm"].state_dict(), tmp_path / "lstm.pt")
    unrecur.check(modules["lstm"], input_bound=1, seconds=0).certificate().save(tmp_path / "proof.json")
    assert program("verify", tmp_path / "proof.json", tmp_path / "lstm.pt")[0] == 0


def test_parameters_that_require_gradients_are_read(torch):
    module = torch.nn.LSTM(3, 5)
    found = unrecur.check(dict(module.named_parameters()), input_bound=1, seconds=0)
    assert comparable(found.to_json()) == comparable(unrecur.check(module, input_bound=1, seconds=0).to_json())


def test_two_rnns_of_different_activation_in_one_module(torch):
    class Both(torch.nn.Module):
        """Two layers side by side."""

        def __init__(self):
            super().__init__()
            self.a = torch.nn.RNN(2, 3)
            self.ab = torch.nn.RNNCell(2, 3, nonlinearity="relu")

    import json

    layers = json.loads(unrecur.check(Both(), input_bound=1, seconds=0).to_json())["layers"]
    assert [layer["activation"] for layer in layers] == ["tanh", "relu"]


def test_project_gives_a_state_dict_that_loads_and_is_proved(torch):
    torch.manual_seed(5)
    for module, options in (
        (torch.nn.RNN(3, 8), {}),
        (torch.nn.LSTM(3, 6), {"input_bound": 1}),
        (torch.nn.GRU(3, 6, num_layers=2), {"input_bound": 1}),
    ):
        with torch.no_grad():
            for name, parameter in module.named_parameters():
                if "weight_hh" in name:
                    parameter.mul_(3)
        assert unrecur.check(module, seconds=0, **options).verdict != "proved"
        moved = unrecur.project(module, rate=0.95, **options)
        assert type(moved) is type(module.state_dict())
        assert all(type(moved[k]) is torch.Tensor and moved[k].dtype == v.dtype for k, v in module.state_dict().items())
        module.load_state_dict(moved)
        found = unrecur.check(module, seconds=0, **options)
        assert found.verdict == "proved" and found.rate.upper <= 0.95
        # What is in the set stays where it is.
        again = unrecur.project(module, rate=0.95, **options)
        assert all(torch.equal(again[name], moved[name]) for name in moved)


def test_project_says_where_a_weight_is_made_of_others(torch):
    module = torch.nn.utils.weight_norm(torch.nn.RNN(3, 4), "weight_hh_l0")
    with torch.no_grad():
        module.weight_hh_l0_g.mul_(5)
    with pytest.raises(unrecur.UsageError, match="parametrisation"):
        unrecur.project(module)


def test_clip_keeps_the_kind_of_the_tensor(torch):
    w = torch.randn(5, 7)
    clipped = unrecur.clip_singular_values(w, 0.5)
    assert isinstance(clipped, torch.Tensor) and clipped.dtype == torch.float32
    assert unrecur.spectral_norm(clipped).upper <= 0.5 + 1e-9
    assert numpy.allclose(w.shape, clipped.shape)
