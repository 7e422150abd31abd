"""unrecur.check on arrays and files."""

import json

import numpy
import pytest

import unrecur
from conftest import comparable, elman, lstm, orthogonal


def test_an_rnn_of_known_norm_is_proved_at_that_rate(random):
    found = unrecur.check(elman(random, norm=0.5), convention="tanh", input_bound=1, seconds=0)
    assert found.verdict == "proved"
    layer = found.layers[0]
    assert (layer.name, layer.cell, layer.state_size, layer.input_size) == ("rnn.l0", "elman", 6, 3)
    assert 0.5 <= layer.rate.upper < 0.5 + 1e-9, "an upper bound, and a tight one"
    assert layer.rate.rigour == "proved"
    assert found.rate == layer.rate
    # s = sqrt(6) bounds the states, so k(eps) = log(eps/s)/log(0.5), or less.
    context = found.context()
    assert 1 <= context.k <= numpy.ceil(numpy.log(1e-3 / numpy.sqrt(6)) / numpy.log(0.5))
    assert context.at_least is None and not context.for_ever, "nothing was looked for"


def test_an_rnn_that_remembers_is_refuted(random):
    arrays = {"weight_hh_l0": numpy.array([[2.0]]), "weight_ih_l0": numpy.ones((1, 1))}
    found = unrecur.check(arrays, convention="tanh", input_bound=0.01, seconds=0)
    assert found.verdict == "refuted"
    assert found.rate.lower > 1.0
    assert found.certificate().kind == "refutation"
    assert unrecur.verify(found.certificate(), arrays, convention="tanh").verdict == "refuted"


def test_what_arrays_leave_open_is_asked_for_in_pythons_words(random):
    found = unrecur.check(elman(random), seconds=0)
    assert found.verdict == "undecided"
    assert 'convention="tanh", "relu", "sigmoid" or "identity"' in found.help[0]
    assert "--" not in str(found)
    gated = unrecur.check(lstm(random), seconds=0)
    assert gated.verdict == "undecided"
    assert "input_bound=B" in str(gated) and "--" not in str(gated).replace("-" * 10, "")
    assert any("unrecur.project(model" in line for line in gated.help)


def test_arrays_and_the_file_of_them_have_one_answer(random, tmp_path, program):
    for arrays, options, words in (
        (elman(random), {"convention": "tanh", "input_bound": 1}, ["--convention", "tanh", "--input-bound", "1"]),
        (lstm(random), {"input_bound": 1, "epsilon": 1e-5}, ["--input-bound", "1", "--epsilon", "1e-5"]),
    ):
        path = tmp_path / "model.npz"
        numpy.savez(path, **arrays)
        ours = unrecur.check(arrays, seconds=0, **options)
        assert comparable(ours.to_json()) == comparable(unrecur.check(path, seconds=0, **options).to_json())
        with numpy.load(path) as archive:
            assert comparable(ours.to_json()) == comparable(unrecur.check(archive, seconds=0, **options).to_json())
        code, answer = program("check", path, "--seconds", "0", "--json", *words)
        assert code == 0
        assert comparable(ours.to_json()) == comparable(answer)


def test_the_context_of_another_error_is_that_of_another_check(random):
    arrays = lstm(random)
    found = unrecur.check(arrays, input_bound=1, seconds=1)
    for epsilon in (1e-1, 1e-4, 1e-8):
        again = unrecur.check(arrays, input_bound=1, epsilon=epsilon, seconds=0).context()
        assert found.context(epsilon).k == again.k
    orders = [found.context(epsilon).k for epsilon in (1e-2, 1e-4, 1e-6)]
    assert orders == sorted(orders)
    needed = found.context().at_least
    assert needed is not None and needed <= found.context().k
    assert found.context(1e-9).at_least == needed, "what stays 2e-3 apart stays 2e-9 apart"
    assert found.context(1e3).at_least is None
    with pytest.raises(unrecur.UsageError, match="epsilon"):
        found.context(0)


class WithArray:
    """Anything that says __array__."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None):
        return self.values if dtype is None else self.values.astype(dtype)


class WithDlpack:
    """Anything that says __dlpack__, and nothing else."""

    def __init__(self, values):
        self.values = values

    def __dlpack__(self, **options):
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()


@pytest.mark.parametrize(
    "wrap",
    [
        WithArray,
        WithDlpack,
        lambda a: memoryview(numpy.ascontiguousarray(a)),
        lambda a: a.tolist(),
        lambda a: numpy.asfortranarray(a),
        lambda a: numpy.repeat(a, 2, axis=0)[::2],
        lambda a: a[::-1].copy()[::-1],
        lambda a: a.astype(">f8"),
    ],
    ids=["__array__", "dlpack", "buffer", "list", "fortran", "strided", "backwards", "big-endian"],
)
def test_arrays_of_every_sort_are_the_same_arrays(random, wrap):
    arrays = lstm(random)
    plain = unrecur.check(arrays, input_bound=1, seconds=0)
    wrapped = unrecur.check({name: wrap(a) for name, a in arrays.items()}, input_bound=1, seconds=0)
    assert comparable(plain.to_json()) == comparable(wrapped.to_json())


def test_floats_of_32_and_16_bits_are_exact(random):
    for dtype in (numpy.float32, numpy.float16):
        arrays = {name: a.astype(dtype) for name, a in lstm(random).items()}
        wide = {name: a.astype(numpy.float64) for name, a in arrays.items()}
        one, other = (unrecur.check(a, input_bound=1, seconds=0) for a in (arrays, wide))
        assert comparable(one.to_json()) == comparable(other.to_json())


def test_dictionaries_inside_dictionaries_and_matrices_of_whole_numbers():
    matrix = numpy.array([[0, 1], [0, 0]])
    found = unrecur.check({"params": {"A": matrix}}, layer="params.A", kind="linear", seconds=0)
    assert found.verdict == "proved"


def test_certificates_are_proved_again_and_only_of_their_weights(random, tmp_path, program):
    arrays = {name: a.astype(numpy.float32) for name, a in lstm(random).items()}
    certificate = unrecur.check(arrays, input_bound=1, seconds=0).certificate()
    assert certificate.kind == "certificate" and certificate.layer == "l0"
    proved = unrecur.verify(certificate, arrays)
    assert proved and proved.verdict == "proved" and proved.rate < 1.0 and proved.says
    certificate.save(tmp_path / "proof.json")
    assert unrecur.verify(tmp_path / "proof.json", arrays) == proved
    numpy.savez(tmp_path / "model.npz", **arrays)
    assert program("verify", tmp_path / "proof.json", tmp_path / "model.npz")[0] == 0

    other = {name: a.copy() for name, a in arrays.items()}
    other["weight_hh_l0"][0, 0] = numpy.nextafter(other["weight_hh_l0"][0, 0], numpy.float32(1))
    assert not unrecur.verify(certificate, other), "one bit is another model"
    with pytest.raises(unrecur.FileError) as error:
        unrecur.verify(tmp_path / "none.json", arrays)
    assert "none.json" in error.value.file


def test_the_proof_of_memory_is_a_certificate_too(random):
    arrays = lstm(random)
    found = unrecur.check(arrays, input_bound=1, seconds=2)
    certificate = found.certificate(of="memory")
    assert certificate.kind == "memory"
    assert unrecur.verify(certificate, arrays).verdict == "proved"


def test_an_error_may_be_asked_of_outputs_or_of_a_head(random):
    arrays = {**elman(random, norm=0.5), "fc.weight": 100.0 * numpy.eye(6)[:2]}
    options = {"convention": "tanh", "input_bound": 1, "seconds": 1}
    states = unrecur.check(arrays, **options)
    outputs = unrecur.check(arrays, of="outputs", **options)
    head = unrecur.check(arrays, head="fc.weight", **options)
    assert outputs.context().k == states.context().k, "an Elman network gives its states"
    assert head.context().k > states.context().k
    assert head.context().at_least <= head.context().k
    assert head.context(0.1).k == unrecur.check(arrays, head="fc.weight", epsilon=0.1, **options).context().k
    for of in ("verdict", "memory"):
        assert unrecur.verify(head.certificate(of=of), arrays, convention="tanh").verdict == "proved"
    with pytest.raises(unrecur.UsageError, match="expected states, outputs or head"):
        unrecur.check(arrays, of="gates", **options)
    with pytest.raises(unrecur.UsageError, match="there is no fc; name one that fits: fc.weight"):
        unrecur.check(arrays, head="fc", **options)


def test_a_certificate_is_of_the_weights_that_were_checked(random):
    arrays = lstm(random)
    kept = {name: a.copy() for name, a in arrays.items()}
    found = unrecur.check(arrays, input_bound=1, seconds=0)
    arrays["weight_hh_l0"][:] = 100.0  # as training does, in place
    assert unrecur.verify(found.certificate(), kept)
    assert not unrecur.verify(found.certificate(), arrays)


def test_recorded_inputs_are_measured_along(random):
    arrays, x = lstm(random), random.uniform(-1, 1, size=(200, 3))
    found = unrecur.check(arrays, inputs=x, seconds=0)
    context = found.context()
    assert 1 <= context.measured <= context.k
    assert found.rate.upper <= unrecur.check(arrays, input_bound=1, seconds=0).rate.upper


def test_rows_of_an_embedding_are_inputs(random):
    arrays = {**lstm(random), "encoder.weight": random.uniform(-1, 1, size=(20, 3))}
    assert any('embedding="encoder.weight"' in line for line in unrecur.check(arrays, seconds=0).help)
    found = unrecur.check(arrays, embedding="encoder.weight", seconds=0)
    assert found.verdict == "proved"
    certificate = found.certificate()
    assert unrecur.verify(certificate, arrays)
    arrays["encoder.weight"][:] *= 3.0
    assert found.certificate().to_json() == certificate.to_json(), "of the vectors that were checked"


def test_pages(random):
    found = unrecur.check(lstm(random), input_bound=1, seconds=0)
    assert json.loads(found.to_json())["schema"] == "unrecur.check/1"
    page = found.to_html()
    assert page.startswith("<!DOCTYPE html>") or page.lstrip().lower().startswith("<!doctype html")
    assert "<iframe" in found._repr_html_() and "&lt;!" in found._repr_html_()
    assert "proved" in str(found) and repr(found) == "<unrecur.Check: proved, 1 layers>"


def test_layers_are_chosen_by_name(random):
    arrays = {**{f"a.{k}": v for k, v in lstm(random).items()}, **{f"b.{k}": v for k, v in lstm(random).items()}}
    both = unrecur.check(arrays, input_bound=1, seconds=0)
    assert [layer.name for layer in both.layers] == ["a.l0", "b.l0"]
    assert unrecur.check(arrays, layer="b", input_bound=1, seconds=0).layers[0].name == "b.l0"
    with pytest.raises(unrecur.UsageError, match="name one of a.l0, b.l0"):
        both.certificate()
    arrays = {f"rnn.{k}": v for k, v in lstm(random).items()}
    arrays |= {k.replace("l0", "l1"): v for k, v in arrays.items()}
    arrays["rnn.weight_ih_l1"] = arrays["rnn.weight_hh_l1"]
    path = unrecur.check(arrays, input_bound=1, seconds=1)
    memory = path.certificate(of="memory")
    assert unrecur.verify(memory, arrays).verdict == "proved"
    assert memory.layer in ("rnn.l0", "rnn.l0 + rnn.l1")
    assert path.certificate().layer == "rnn.l0 + rnn.l1"
    assert both.layers[1].certificate().layer == both.certificate("b.l0").layer == "b.l0"
    for wrong in ({"layer": "c.l0"}, {"layer": "a.l0", "of": "rate"}, {"layer": "a.l0", "of": "memory"}):
        with pytest.raises(unrecur.UsageError):
            both.certificate(**wrong)


def test_what_may_carry_a_state_is_not_passed_over(random):
    arrays = {**lstm(random), "other.h2h.weight": random.normal(size=(4, 4))}
    found = unrecur.check(arrays, input_bound=1, seconds=0)
    assert found.verdict == "undecided"
    assert [layer.cell for layer in found.layers] == ["lstm", "unknown"]


@pytest.mark.parametrize(
    "options, said",
    [
        ({"input_bound": -1}, "input_bound"),
        ({"input_bound": float("nan")}, "input_bound"),
        ({"input_bound": "one"}, "input_bound"),
        ({"epsilon": 0}, "epsilon"),
        ({"epsilon": float("inf")}, "epsilon"),
        ({"seconds": -1}, "seconds"),
        ({"alpha": 2}, "alpha"),
        ({"input_bound": 1, "inputs": numpy.zeros((4, 3))}, "input_bound and inputs say the same thing"),
        ({"layer": "none"}, "none"),
        ({"convention": "sine"}, "sine"),
        ({"embedding": "none"}, "embedding none"),
        ({"inputs": object()}, "inputs"),
    ],
)
def test_wrong_usage_names_the_argument(random, options, said):
    with pytest.raises(unrecur.UsageError, match=said) as error:
        unrecur.check(lstm(random), **options)
    assert isinstance(error.value, ValueError) and isinstance(error.value, unrecur.Error)


def test_wrong_arrays_and_files_say_what_and_where(random, tmp_path):
    with pytest.raises(unrecur.FileError) as error:
        unrecur.check(tmp_path / "none.pt")
    assert "none.pt" in error.value.file
    (tmp_path / "text.pt").write_text("no model at all")
    with pytest.raises(unrecur.FileError) as error:
        unrecur.check(tmp_path / "text.pt")
    assert error.value.place == "byte 0" and "known format" in error.value.expected and error.value.remedy

    arrays = lstm(random)
    arrays["weight_hh_l0"][3, 2] = numpy.nan
    with pytest.raises(unrecur.FileError) as error:
        unrecur.check(arrays)
    assert "weight_hh_l0" in error.value.place and error.value.file == "arrays"
    words = unrecur.check({"rnn.weight_hh_l0": numpy.array([["a", "b"]])})
    assert words.verdict == "undecided" and "plain type" in words.layers[0].note
    with pytest.raises(unrecur.FileError, match="last axis of 3"):
        unrecur.check(lstm(random), inputs=numpy.zeros((10, 4)))
    for path in (tmp_path / "none.npy", tmp_path / "text.pt"):
        with pytest.raises(unrecur.FileError, match="array of NumPy") as error:
            unrecur.check(lstm(random), inputs=path)
        assert error.value.file == str(path) and error.value.remedy
    with pytest.raises(unrecur.UsageError, match="expected a path, a dictionary of arrays or a torch.nn.Module"):
        unrecur.check(3)
    with pytest.raises(unrecur.FileError):
        unrecur.check({})
    bad_shape = unrecur.check({"weight_hh_l0": numpy.zeros((5, 2)), "weight_ih_l0": numpy.zeros((5, 1))})
    assert bad_shape.verdict == "undecided" and bad_shape.layers[0].cell == "unknown"


def test_nothing_is_imported_that_the_user_did_not():
    import subprocess
    import sys

    code = (
        "import sys, unrecur; assert not {'torch', 'keras', 'jax', 'tensorflow'} & set(sys.modules); "
        "import unrecur.torch; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_linear_recurrence_has_its_spectral_radius(random):
    matrix = 0.9 * orthogonal(random, 4)
    matrix = numpy.diag([1, 10, 1, 1]) @ matrix @ numpy.diag([1, 0.1, 1, 1])  # a norm of its own, radius 0.9
    found = unrecur.check({"A": matrix}, layer="A", kind="linear", seconds=0)
    assert found.verdict == "proved"
    assert 0.9 - 1e-6 <= found.rate.upper < 0.95
