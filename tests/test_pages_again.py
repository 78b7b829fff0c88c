"""Every cell may be run again, in the same kernel, after all the others: it says the same as the first time."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from refresh import clean

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def said(cell):
    """What a cell shows, without pictures and widgets, which differ by design."""
    outputs = [output for output in map(clean, cell.outputs) if output]
    bundles = [{k: v for k, v in output.get("data", {}).items() if k.startswith("text/")} for output in outputs]
    return [output.get("text") for output in outputs], bundles


@pytest.mark.parametrize("name", ["01_cross_correlation", "02_output_size", "03_dropout", "04_alexnet"])
def test_a_page_run_again_says_the_same(name):
    page = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    client = NotebookClient(page, timeout=300, kernel_name="python3", resources={"metadata": {"path": NOTEBOOKS}})
    code = [(i, c) for i, c in enumerate(page.cells) if c.cell_type == "code"]
    with client.setup_kernel():
        rounds = [[said(client.execute_cell(cell, i, store_history=False)) for i, cell in code] for _ in range(2)]
    for (_, cell), first, second in zip(code, *rounds, strict=True):
        if "nbval-ignore-output" not in cell.metadata.get("tags", []):
            assert first == second, cell.source
