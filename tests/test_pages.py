"""The rules that every page keeps, read from the notebooks themselves."""

import ast
import json
import re
from inspect import signature
from statistics import median

import address
import pytest
import refresh
from course import NOTEBOOKS, ROOT, lesson, pages

from alexnet_lib.questions import panels

PAGES = pages()
FUNCTIONS = {
    name: entry["function"]
    for entries in panels.lessons().values()
    for name, entry in entries.items()
    if "function" in entry
}
SHOWS = {"explore", "experiment", "predict", "check", "progress"}


def code(page):
    """Every code cell as a tree, without what `make address` puts in front for Colab."""
    cells = [cell for cell in page["cells"] if cell["cell_type"] == "code"]
    return [ast.parse(address.guarded("".join(cell["source"]), "")) for cell in cells]


@pytest.fixture(params=PAGES, ids=lambda path: path.stem)
def page(request):
    return request.param, json.loads(request.param.read_text(encoding="utf-8"))


def statements(tree):
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree))


def shows(tree):
    """The calls of a cell that show something to move or to answer, and where they stand."""
    for place, node in enumerate(tree.body):
        call = getattr(node, "value", None)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in SHOWS:
            yield place, call


def test_a_cell_does_one_thing(page):
    """It is short, however many lines a call takes, and what it shows stands at its end, once."""
    trees = code(page[1])
    sizes = [statements(tree) for tree in trees]
    assert max(sizes) <= 15 and median(sizes) <= 5
    for tree in trees:
        assert [place for place, _ in shows(tree)] in ([], [len(tree.body) - 1]), ast.unparse(tree)


def test_controls_are_written_out_and_more_than_two_stand_one_a_line(page):
    for _, call in (found for tree in code(page[1]) for found in shows(tree)):
        assert not any(isinstance(argument, ast.Starred) for argument in call.args)
        assert all(control.arg for control in call.keywords), ast.unparse(call)
        lines = {control.lineno for control in call.keywords}
        assert len(call.keywords) <= 2 or len(lines) == len(call.keywords), ast.unparse(call)


def test_a_function_to_write_has_the_parameters_of_its_solution(page):
    for tree in code(page[1]):
        begun = {node.name: node.args for node in tree.body if isinstance(node, ast.FunctionDef)}
        for _, call in shows(tree):
            if call.func.id == "check" and getattr(call.args[1], "id", "") in begun:
                name, given = call.args[0].value, begun[call.args[1].id]
                if name in FUNCTIONS:
                    wanted = signature(FUNCTIONS[name]).parameters
                    assert [one.arg for one in given.args] == list(wanted), name


def test_one_claim_one_assert(page):
    for claim in (node for tree in code(page[1]) for node in ast.walk(tree)):
        if isinstance(claim, ast.Assert):
            joined = isinstance(claim.test, ast.BoolOp) and isinstance(claim.test.op, ast.And)
            chained = isinstance(claim.test, ast.Compare) and len(claim.test.ops) > 2
            assert not joined and not chained, ast.unparse(claim)


def test_a_page_opens_with_promise_goals_and_minutes_and_closes_with_the_way_on(page):
    cells = page[1]["cells"]
    opening = "".join(cells[0]["source"])
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert opening.startswith("# ") and "You will be able to" in opening
    assert re.search(r"\d+ minutes", opening)
    assert opening.count("\n- ") == 3
    assert re.search(r"^## Summary$.*^## Exercises$.*^## Next$", prose, re.MULTILINE | re.DOTALL)
    assert "## Next" in "".join(cells[-1]["source"])


def stored_names(tree):
    """The names that a cell binds for the whole page."""
    names, local = set(), set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        else:
            names |= {
                n.id
                for n in ast.walk(node)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension):
            local |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    return names - local


def names_read_later(tree):
    """The names that a cell's functions look up when called: a slider's, long after the cell."""
    found = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.Lambda):
            names = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
            own = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
            own |= {n.id for n in names if isinstance(n.ctx, ast.Store)}
            found |= {n.id for n in names} - own
    return found


def test_no_later_cell_changes_a_name_that_an_earlier_function_reads(page):
    trees = [
        ast.parse("".join(cell["source"]))
        for cell in page[1]["cells"]
        if cell["cell_type"] == "code"
    ]
    known = set()
    for number, tree in enumerate(trees):
        known |= stored_names(tree)
        for later in trees[number + 1 :]:
            assert not names_read_later(tree) & known & stored_names(later), ast.unparse(later)


def test_links_between_pages_lead_somewhere(page):
    path, content = page
    text = "".join(
        line
        for cell in content["cells"]
        if cell["cell_type"] == "markdown"
        for line in cell["source"]
    )
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert target.startswith("http") or (path.parent / target).exists(), target


def test_no_drawing_widget_or_device_code_stands_on_a_page(page):
    source = "\n".join(
        "".join(cell["source"]) for cell in page[1]["cells"] if cell["cell_type"] == "code"
    )
    assert not re.search(r"\b(matplotlib|ipywidgets|interact|IPython)\b|[\"']cuda", source)


def test_a_page_was_stored_by_make_refresh_and_is_small(page):
    assert refresh.stored(page[0]) == "" and page[0].stat().st_size < 1_200_000


def test_the_readme_lists_every_page_and_every_page_is_in_order():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert PAGES and all(f"notebooks/{path.name}" in readme for path in PAGES)
    assert set(NOTEBOOKS.glob("*.ipynb")) == set(PAGES)
    assert [lesson(path) for path in PAGES] == list(range(1, len(PAGES) + 1))
