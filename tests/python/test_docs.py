"""The pages for users of Python: their snippets run, and the stubs say what there is."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import unrecur
import unrecur.torch
from conftest import ROOT


def snippets(page: Path) -> list:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_snippets_of_the_page_run_in_their_order(torch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    found = snippets(ROOT / "docs/python.md")
    assert len(found) >= 8
    names = {}
    for number, code in enumerate(found):
        exec(compile(code, f"docs/python.md, snippet {number + 1}", "exec"), names)


def test_the_snippet_of_the_readme_runs(torch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = snippets(ROOT / "README.md")
    assert len(found) == 1 and len(found[0].strip().splitlines()) <= 5
    exec(compile(found[0], "README.md", "exec"), {"module": torch.nn.LSTM(3, 4)})


@pytest.mark.parametrize("name", [name for name in unrecur.__all__ if name != "torch"])
def test_everything_public_is_documented(name):
    thing = getattr(unrecur, name)
    assert inspect.getdoc(thing), name
    if inspect.isfunction(thing):
        assert "Parameters\n----------" in inspect.getdoc(thing), name


def arguments_of(function: ast.FunctionDef) -> list:
    arguments = function.args
    return [a.arg for a in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]


@pytest.mark.parametrize("stub, module", [("__init__.pyi", unrecur), ("torch.pyi", unrecur.torch)])
def test_the_stubs_have_the_signatures_of_the_functions(stub, module):
    tree = ast.parse((Path(unrecur.__file__).parent / stub).read_text(encoding="utf-8"))
    seen = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            assert arguments_of(node) == list(inspect.signature(getattr(module, node.name)).parameters), node.name
            seen.add(node.name)
        if isinstance(node, ast.ClassDef):
            seen.add(node.name)
            for member in node.body:
                if not isinstance(member, ast.FunctionDef):
                    continue
                real = inspect.getattr_static(getattr(module, node.name), member.name)
                if isinstance(real, property):
                    continue
                names = [p.name for p in inspect.signature(real).parameters.values() if p.kind != p.VAR_KEYWORD]
                assert arguments_of(member) == names, f"{node.name}.{member.name}"
    if module is unrecur:
        assert seen == {name for name in unrecur.__all__ if name != "torch"}
