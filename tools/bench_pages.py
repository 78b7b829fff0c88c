"""What a page asks of the machine: the seconds and the memory of a whole run, and how long its explorers take to draw.

Each page of notebooks/ is executed once, in a fresh kernel that imports the working tree's library.
When its last cell has run, `bench_kernel` measures inside that kernel. The first import of all is
not measured, since `make lab` has imported the library before a page is opened.
"""

import ast
import json
import os
import subprocess
import sys
import tempfile
import time

import nbformat
from bench_results import ROOT, row
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient

PAGES = sorted((ROOT / "notebooks").glob("*.ipynb"))
IMPORT, DRAW = 2, 60
# Of each lesson: the seconds of a run besides those that it gives to training, and the megabytes of its kernel.
RUN = {1: 5, 2: 5, 3: 15, 4: 12, 5: 40, 6: 180}
PEAK = {1: 400, 2: 400, 3: 400, 4: 600, 5: 1000, 6: 900}
QUICK = (1, 2, 3, 4, 5)
LONGEST_CELL = 1200
IMPORTS = ast.Import | ast.ImportFrom
WARM = "import torch, matplotlib.pyplot, alexnet_lib.explore"


def rows(pages=PAGES):
    """Rows {name, value, unit, goal, met} of all pages; a goal is None where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.pathsep.join([str(ROOT), str(ROOT / "tools"), os.environ.get("PYTHONPATH", "")])
        env = os.environ | {
            "PYTHONPATH": path,
            "ALEXNET_PROGRESS": os.path.join(folder, "progress.json"),
        }
        subprocess.run([sys.executable, "-c", WARM], env=env, check=True)
        for page in pages:
            yield from judged(int(page.stem.split("_")[0]), *measure(page, env))


def measure(path, env):
    """Execute a page; returns the seconds of its imports, those of the whole run, and what `bench_kernel` found.

    Raises nbclient's CellExecutionError if a cell fails, and RuntimeError if an explorer of the
    page was not found.
    """
    page = nbformat.read(path, as_version=4)
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    trees = [ast.parse(TransformerManager().transform_cell(cell.source)) for cell in code]
    budgets = [ast.unparse(given) for tree in trees for given in training_seconds(tree)]
    last = nbformat.v4.new_code_cell(f"import bench_kernel\nbench_kernel.report({budgets!r})")
    page.cells.append(last)
    where = {"metadata": {"path": str(path.parent)}}
    client, took = (
        NotebookClient(page, timeout=LONGEST_CELL, kernel_name="python3", resources=where),
        [],
    )
    with client.setup_kernel(env=env):
        for index, cell in enumerate(page.cells):
            start = time.perf_counter()
            client.execute_cell(cell, index)
            if cell.cell_type == "code":
                took.append(time.perf_counter() - start)
    found = json.loads(
        "".join(output.text for output in last.outputs if output.get("name") == "stdout")
    )
    expected = sum(len(calls(tree, "explore")) for tree in trees)
    if len(found["explorers"]) < expected:
        raise RuntimeError(
            f"{path.name} calls explore {expected} times, {len(found['explorers'])} explorers are alive"
        )
    return sum(took[: importing(trees)]), sum(took[:-1]), found


def judged(lesson, importing, running, found):
    """The rows of one lesson."""
    name = f"lesson {lesson}"
    most = RUN[lesson] + found["training"] if lesson in RUN else None
    peak = None if found["accelerator"] else PEAK.get(lesson)
    yield row(f"{name}: imports", importing, "s", IMPORT, at_most=True)
    yield row(f"{name}: run of all cells", running, "s", most, at_most=True)
    yield row(f"{name}: peak memory of the kernel", found["peak"] / 1e6, "MB", peak, at_most=True)
    yield row(f"{name}: memory that stays", found["stays"] / 1e6, "MB")
    for number, explorer in enumerate(found["explorers"], 1):
        name, goal = (
            f"lesson {lesson}, explorer {number}, {explorer['name']}",
            DRAW if lesson in QUICK else None,
        )
        yield row(f"{name}: drawn, median", explorer["median"], "ms", goal, at_most=True)
        yield row(f"{name}: drawn, 95th percentile", explorer["slow"], "ms")


def importing(trees):
    """How many cells that import something a page begins with."""
    plain = (
        i
        for i, tree in enumerate(trees)
        if not any(isinstance(line, IMPORTS) for line in tree.body)
    )
    return next(plain, len(trees))


def calls(tree, name):
    """The calls of a function by name, plain or of a module, that running the cell makes itself."""
    found, inner = [], ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
    open_nodes = [tree]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.Call) and name in (
            getattr(node.func, "id", None),
            getattr(node.func, "attr", None),
        ):
            found.append(node)
        open_nodes += [
            child for child in ast.iter_child_nodes(node) if not isinstance(child, inner)
        ]
    return found


def training_seconds(tree):
    """The expressions that a cell gives to `fit` as its seconds: what the page grants its trainings."""
    return [
        given.value
        for call in calls(tree, "fit")
        for given in call.keywords
        if given.arg == "seconds"
    ]
