"""The three layers of the library: compute, draw and explore meet only on a page."""

import ast
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "alexnet_lib"
COMPUTE = {"conv", "layers", "worked", "dropout", "alexnet", "data", "download", "fashion", "weights"}
COMPUTE |= {"device", "plan", "batches", "run", "history", "training", "checkpoints", "evaluation", "inside", "report"}
COMPUTE |= {"stacked", "trials", "claims"}
EXPLORE = {"controls", "explore", "live", "experiment", "reading", "answers", "kept", "exercises"}
LAYERS = {
    "compute": (COMPUTE, {"torch", "PIL", "numpy"}),
    "draw": (
        {"tables", "windows", "grids", "volumes", "diagrams", "blocks", "plots", "pixels", "runs"},
        {"numpy", "matplotlib", "PIL"},
    ),
    "explore": (EXPLORE, {"ipywidgets", "IPython", "anywidget", "traitlets"}),
}
MODULES = sorted(path for path in LIBRARY.glob("*.py") if path.stem != "__init__")


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_only_what_its_layer_may(path):
    modules, packages = next(layer for layer in LAYERS.values() if path.stem in layer[0])
    for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        top, *rest = name.split(".")
        if top == "alexnet_lib":
            assert rest[0] in modules, f"{path.stem} imports {name} from another layer"
        else:
            assert top in packages or top in sys.stdlib_module_names, f"{path.stem} imports {name}"
        assert top != "PIL" or path.stem in ("data", "plots")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_is_one_screenful_of_documented_ideas(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 250
    assert ast.get_docstring(tree)
    public = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


def test_the_package_itself_is_only_a_docstring():
    body = ast.parse((LIBRARY / "__init__.py").read_text(encoding="utf-8")).body
    assert len(body) == 1 and isinstance(body[0].value, ast.Constant)


def test_explore_stays_under_120_lines():
    assert len((LIBRARY / "explore.py").read_text(encoding="utf-8").splitlines()) < 120
