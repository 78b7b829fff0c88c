"""Run lesson 6 with `thorough = True` and store what it finds in notebooks/results/claims.json.

    python tools/record_claims.py [--quick]

Machine, date and settings are stored with it. It takes a while, about twenty minutes on two cores;
what was measured is kept in build/claims, so that a run that was stopped goes on where it was. With
--quick the page's short runs are stored instead.
"""

import argparse
import hashlib
import os
import platform
import sys
import time
from pathlib import Path

import nbformat
import torch
from course import NOTEBOOKS, ROOT
from nbclient import NotebookClient

from alexnet_lib.experiments import race
from alexnet_lib.experiments.trials import Record
from alexnet_lib.files import replacing

PAGE, RESULT = NOTEBOOKS / "06_claims.ipynb", NOTEBOOKS / "results" / "claims.json"
KEPT = ROOT / "build" / "claims"
USED = ("dropout.py", "training/batches.py")  # by what trains networks side by side
SWITCH = "thorough = False"
LAST = "grids.table(claims.rows("
FIRST = """
import sys
sys.path.insert(0, {tools!r})
import record_claims
race = record_claims.kept_race
"""
SAVE = """
*_, early = pooling(steps=400)
for what, claimed in (("validation error", (-inf, -0.2)), ("error gap", (-inf, 0))):
    answers[f"2 pooling, 400 steps: {{what}}"] = claims.compare(early, what, pool_pair, claimed)
*_, late = augmenting(steps=10_000)
for what in ("validation loss", "validation error", "error gap"):
    name = f"6 augmentation, 10,000 steps: {{what}}"
    answers[name] = claims.compare(late, what, view_pair, (-inf, 0))
answers = dict(sorted(answers.items()))
claims.save({path!r}, answers, {machine!r}, f"{{SEEDS}} seeds, from 0 on; {{STEPS:,}} steps")
"""


def kept_race(settings, *arguments, **options):
    """`race`, but what was measured before, with the same settings and the same code, is read."""
    path = KEPT / f"{_key(settings, arguments, options)}.pt"
    if path.exists():
        yield Record(**torch.load(path, weights_only=True))
        return
    for record in race(settings, *arguments, **options):
        yield record
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        torch.save(vars(record), temporary)


def _key(settings, arguments, options):
    """A name for all that decides what `race` measures: networks and weights, numbers, code."""
    digest = hashlib.sha256(repr((arguments[1:], options, torch.__version__)).encode())
    for images in arguments[0][:4]:
        digest.update(images.numpy().tobytes())
    for name, setting in settings.items():
        torch.manual_seed(0)
        model = setting.build()
        numbers = setting.lr, setting.decay, setting.augment, setting.wrong
        digest.update(repr((name, model, numbers)).encode())
        for weight in model.state_dict().values():
            digest.update(weight.numpy().tobytes())
    library = ROOT / "alexnet_lib"
    for path in [*sorted((library / "experiments").glob("*.py")), *map(library.joinpath, USED)]:
        if path.stem != "claims":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def prepare(page, path, machine, quick=False):
    """Set the page's switch, and let its table of answers, now the last cell, store them in `path`.

    Raises ValueError when the page has no such switch or no such cell.
    """
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    source = "\n".join(cell.source for cell in code)
    if SWITCH not in source or LAST not in source:
        raise ValueError(f"the page has no cell with {SWITCH!r}, or none with {LAST!r}")
    code[0].source += FIRST.format(tools=str(Path(__file__).parent))
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
    try:
        NotebookClient(page, timeout=None, kernel_name="python3", resources=where).execute()
    except KeyboardInterrupt:
        sys.exit("Stopped. What was measured is kept; run it again to go on.")
    print(f"stored {RESULT} after {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
