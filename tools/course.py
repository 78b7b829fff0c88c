"""The pages of the course: where they are, in which order, and what their cells are tagged with."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"


def lesson(page):
    """The number of a page's lesson: 10 of `10_residuals.ipynb`."""
    return int(page.stem.partition("_")[0])


def pages(folder=NOTEBOOKS):
    """The pages of a folder in the order of their lessons; a notebook without a number is none."""
    return sorted(folder.glob("[0-9]*_*.ipynb"), key=lesson)


def tags(page):
    """Every tag of a page's cells."""
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    return {tag for cell in cells for tag in cell["metadata"].get("tags", ())}


def trains(page):
    """Whether a page trains networks, so that pictures of it differ from run to run."""
    return "picture-differs" in tags(page)
