"""The floors of the house, read from the folders: drawing and asking know no mathematics."""

import ast
import re
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "alexnet_lib"
MODULES = sorted(LIBRARY.rglob("*.py"))
MATHEMATICS = {"torch", "numpy", "PIL"}
MACHINERY = {  # folder: which of the library's folders it may import, and which packages
    "shown": (set(), {"IPython"}),
    "draw": ({"draw", "shown"}, {"numpy", "matplotlib", "PIL"}),
    "explore": ({"explore", "shown"}, {"ipywidgets", "IPython", "anywidget", "traitlets"}),
    "questions": ({"questions", "explore", "shown", "files"}, {"ipywidgets"}),
    "files": (set(), set()),
}
CONTENT = re.compile(r"questions/lesson\d+\.py")  # what is asked: it may use the mathematics


def named(path):
    return path.relative_to(LIBRARY).as_posix()


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "write imports from alexnet_lib in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(path):
    """The top-level name that a file belongs to: a folder's, or that of the file itself."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def trouble(path, name):
    """What is wrong with an import, and what to do; "" when nothing is."""
    place, (top, *rest) = floor(path), name.split(".")
    if CONTENT.fullmatch(named(path)):
        return ""
    folders, packages = MACHINERY.get(place, (None, MATHEMATICS))
    if top == "alexnet_lib" and folders is None and rest[0] in {"draw", "explore", "questions"}:
        return (
            f"{named(path)} imports {name}, but mathematics returns what is to be shown and leaves "
            f"the showing to a page: hand the values over in a dict instead"
        )
    if top == "alexnet_lib" and folders is not None and rest[0] not in folders:
        return (
            f"{named(path)} imports {name}, but {place}/ knows nothing outside {sorted(folders)}: "
            f"let the page hand over what is needed"
        )
    if top != "alexnet_lib" and top not in packages and top not in sys.stdlib_module_names:
        return (
            f"{named(path)} imports {top}, but here only {sorted(packages)} are used: "
            f"move the code to the folder that it belongs to"
        )
    return ""


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_imports_only_what_its_folder_may(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not (found := [*filter(None, (trouble(path, name) for name in imported(tree)))]), found


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_documented(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"say in a docstring what {named(path)} is about"
    if CONTENT.fullmatch(named(path)):
        return  # its functions are answers, right and wrong, with what there is to say beside them
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{named(path)}: {node.name} has no docstring"


def test_the_package_is_a_map_that_names_everything_in_it():
    body = ast.parse((LIBRARY / "__init__.py").read_text(encoding="utf-8")).body
    assert len(body) == 1, "alexnet_lib/__init__.py is only a docstring"
    names = {floor(path) for path in MODULES} - {"__init__"}
    missing = sorted(name for name in names if f"| `{name}` |" not in body[0].value.value)
    assert not missing, f"add a line to the map in alexnet_lib/__init__.py for {missing}"
    assert {path.name for path in LIBRARY.iterdir() if path.is_dir()} - {"__pycache__"} <= names


def test_the_rule_finds_what_breaks_it_and_says_what_to_do():
    assert "hand over what is needed" in trouble(LIBRARY / "draw" / "x.py", "alexnet_lib.conv.pad")
    assert "in a dict instead" in trouble(LIBRARY / "conv.py", "alexnet_lib.draw.grids")
    assert "move the code" in trouble(LIBRARY / "explore" / "x.py", "torch")
    assert trouble(LIBRARY / "questions" / "x.py", "alexnet_lib.explore.controls.Column") == ""
