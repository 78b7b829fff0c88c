"""How a page is tested: executed and compared by nbval; if it is quick, each cell once more after.

The second round belongs to the same execution: it asks the same kernel again, after all the other
cells, and each cell must say what is stored. A page whose pictures differ from run to run trains
networks and is not asked twice.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from nbval.plugin import IPyNbCell

ROOT = Path(__file__).parent


def pytest_configure(config):
    """What tests start takes the library from this folder, and keeps no one's progress."""
    places = filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
    os.environ["PYTHONPATH"] = os.pathsep.join(places)
    config.progress = TemporaryDirectory()
    os.environ["ALEXNET_PROGRESS"] = str(Path(config.progress.name) / "progress.json")


def pytest_unconfigure(config):
    """Remove what was kept."""
    config.progress.cleanup()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """After the last cell of a page, all its cells again."""
    pages = dict.fromkeys(item.parent for item in items if isinstance(item, IPyNbCell))
    for page in pages:
        if any("picture-differs" in cell.metadata.get("tags", []) for cell in page.nb.cells):
            continue
        first = [item for item in items if item.parent is page]
        after = items.index(first[-1]) + 1
        items[after:after] = [again(item) for item in first]


def again(item):
    """The test of the same cell, once more."""
    same = {"cell_num": item.cell_num, "cell": item.cell, "options": item.options}
    return IPyNbCell.from_parent(item.parent, name=f"{item.name} again", **same)
