"""How every page is tested: executed once and compared by nbval; where it is quick, each cell once more afterwards.

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
    """Kernels and programs that tests start take the library from this folder, and keep no one's progress."""
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
    )
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
        again = [
            IPyNbCell.from_parent(
                page,
                name=f"{item.name} again",
                cell_num=item.cell_num,
                cell=item.cell,
                options=item.options,
            )
            for item in first
        ]
        items[items.index(first[-1]) + 1 : items.index(first[-1]) + 1] = again
