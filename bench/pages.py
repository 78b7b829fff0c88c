"""What a page asks of the machine: seconds and memory of a run, and the time of each drawing.

Each page of notebooks/ is executed once, in a fresh kernel that imports the working tree's library.
When its last cell has run, `bench.kernel` measures inside that kernel. The first import of all is
not measured, since `make lab` has imported the library before a page is opened.
"""

import ast
import json
import os
import subprocess
import sys
import tempfile
import time

import course
import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient

from bench import ROOT
from bench.results import row

IMPORT, DRAW = 2, 60
# The goals of a lesson, and those of the lessons that do more. Seconds of a run are counted without
# those that the page gives to training; megabytes are those of its kernel.
RUN, LONGER = 5, {3: 15, 4: 12, 5: 40, 6: 180}
PEAK, LARGER = 400, {4: 600, 5: 1000, 6: 900}
LONGEST_CELL = 1200
IMPORTS = ast.Import | ast.ImportFrom
LATER = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
WARM = "import torch, matplotlib.pyplot, alexnet_lib.explore"


def rows(pages=None):
    """Rows {name, value, unit, goal, met} of all pages; a goal is None where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        progress = os.path.join(folder, "progress.json")
        env = os.environ | {"PYTHONPATH": path, "ALEXNET_PROGRESS": progress}
        subprocess.run([sys.executable, "-c", WARM], env=env, check=True)
        for page in pages or course.pages():
            yield from judged(course.lesson(page), *measure(page, env))


def measure(path, env):
    """Execute a page; the seconds of its imports and of the whole run, and what the kernel found.

    Raises nbclient's CellExecutionError if a cell fails, and RuntimeError if an explorer of the
    page was not found.
    """
    page = nbformat.read(path, as_version=4)
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    trees = [ast.parse(TransformerManager().transform_cell(cell.source)) for cell in code]
    budgets = [ast.unparse(given) for tree in trees for given in training_seconds(tree)]
    last = nbformat.v4.new_code_cell(f"import bench.kernel\nbench.kernel.report({budgets!r})")
    page.cells.append(last)
    where = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(page, timeout=LONGEST_CELL, kernel_name="python3", resources=where)
    took = []
    with client.setup_kernel(env=env):
        for index, cell in enumerate(page.cells):
            start = time.perf_counter()
            client.execute_cell(cell, index)
            if cell.cell_type == "code":
                took.append(time.perf_counter() - start)
    said = [output.text for output in last.outputs if output.get("name") == "stdout"]
    found = json.loads("".join(said))
    expected, alive = sum(len(calls(tree, "explore")) for tree in trees), len(found["explorers"])
    if alive < expected:
        message = f"{path.name} calls explore {expected} times, {alive} explorers are alive"
        raise RuntimeError(message)
    return sum(took[: importing(trees)]), sum(took[:-1]), found


def judged(lesson, importing, running, found):
    """The rows of one lesson."""
    name = f"lesson {lesson}"
    most = LONGER.get(lesson, RUN) + found["training"]
    peak = None if found["accelerator"] else LARGER.get(lesson, PEAK)
    yield row(f"{name}: imports", importing, "s", IMPORT, at_most=True)
    yield row(f"{name}: run of all cells", running, "s", most, at_most=True)
    yield row(f"{name}: peak memory of the kernel", found["peak"] / 1e6, "MB", peak, at_most=True)
    yield row(f"{name}: memory that stays", found["stays"] / 1e6, "MB")
    for number, explorer in enumerate(found["explorers"], 1):
        name = f"lesson {lesson}, explorer {number}, {explorer['name']}"
        yield row(f"{name}: drawn, median", explorer["median"], "ms", DRAW, at_most=True)
        yield row(f"{name}: drawn, 95th percentile", explorer["slow"], "ms")


def importing(trees):
    """How many cells that import something a page begins with."""
    for count, tree in enumerate(trees):
        if not any(isinstance(line, IMPORTS) for line in tree.body):
            return count
    return len(trees)


def calls(tree, name):
    """The calls of a function by name, plain or of a module, that running the cell makes itself."""
    found, nodes = [], [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Call):
            plain, of_module = getattr(node.func, "id", None), getattr(node.func, "attr", None)
            if name in (plain, of_module):
                found.append(node)
        nodes += [each for each in ast.iter_child_nodes(node) if not isinstance(each, LATER)]
    return found


def training_seconds(tree):
    """The expressions that a cell gives to `fit` as its seconds."""
    given = [keyword for call in calls(tree, "fit") for keyword in call.keywords]
    return [keyword.value for keyword in given if keyword.arg == "seconds"]
