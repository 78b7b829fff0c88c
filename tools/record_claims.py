"""Run lesson 6 with `thorough = True` and store what it finds in notebooks/results/claims.json.

    python tools/record_claims.py [--quick]

Machine and date are stored with it. It takes a while: about ten minutes on two cores. With --quick
the page's short runs are stored instead.
"""

import argparse
import os
import platform
import sys
import time

import nbformat
from course import NOTEBOOKS
from nbclient import NotebookClient

PAGE, RESULT = NOTEBOOKS / "06_claims.ipynb", NOTEBOOKS / "results" / "claims.json"
SWITCH = "thorough = False"
LAST = "grids.table(claims.rows("
SAVE = "\nclaims.save(Path({path!r}), answers, {machine!r}, f'{{SEEDS}} seeds, {{STEPS}} steps')"


def prepare(page, path, machine, quick=False):
    """Set the page's switch, and let its table of answers, now the last cell, store them in `path`.

    Raises ValueError when the page has no such switch or no such cell.
    """
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    source = "\n".join(cell.source for cell in code)
    if SWITCH not in source or LAST not in source:
        raise ValueError(f"the page has no cell with {SWITCH!r}, or none with {LAST!r}")
    kept = []
    for cell in code:
        kept.append(cell)
        if not quick:
            cell.source = cell.source.replace(SWITCH, "thorough = True")
        if cell.source.startswith(LAST):
            cell.source += SAVE.format(path=str(path), machine=machine)
            break
    page.cells = kept
    return page


def describe():
    """This machine in words."""
    import torch

    from alexnet_lib.training.device import device_name, pick_device

    where = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    versions = f"Python {platform.python_version()}, PyTorch {torch.__version__}"
    return f"{where}; {device_name(pick_device())}; {versions}"


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args(argv).quick
    RESULT.parent.mkdir(exist_ok=True)
    began = time.perf_counter()
    page = prepare(nbformat.read(PAGE, as_version=4), RESULT, describe(), quick=quick)
    where = {"metadata": {"path": NOTEBOOKS}}
    NotebookClient(page, timeout=None, kernel_name="python3", resources=where).execute()
    print(f"stored {RESULT} after {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
