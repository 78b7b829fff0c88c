"""Every cell may be run again: what `conftest.py` adds to nbval, tried on pages made for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import refresh

ROOT = Path(__file__).parents[1]
COUNTING = "times = globals().get('times', 0) + 1\ntimes"
LIBRARY = "import alexnet_lib\nalexnet_lib.__file__"


@pytest.fixture
def tested(tmp_path):
    """Store a page of these cells and let nbval test it alone; returns exit status and report."""

    def test(*sources, tags=()):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        page = nbformat.v4.new_notebook(cells=cells)
        page.cells[0].metadata.tags = list(tags)
        nbformat.write(page, tmp_path / "page.ipynb")
        refresh.main([str(tmp_path / "page.ipynb")])
        shutil.copy(ROOT / "conftest.py", tmp_path)
        command = [sys.executable, "-m", "pytest", "--nbval", "-rA"]
        command += ["-p", "no:cacheprovider", "page.ipynb"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=os.environ)
        return run.returncode, run.stdout

    return test


def test_a_cell_that_says_something_else_the_second_time_fails(tested):
    status, report = tested("1 + 1", COUNTING)
    assert status == 1 and "3 passed" in report and "1 failed" in report
    assert "FAILED page.ipynb::Cell 1 again" in report


def test_a_page_that_trains_is_run_once(tested):
    status, report = tested(COUNTING, "2", tags=["picture-differs"])
    assert status == 0 and "2 passed" in report


def test_pages_are_run_with_the_library_beside_them_whatever_is_installed(tested, tmp_path):
    (tmp_path / "alexnet_lib").mkdir()
    (tmp_path / "alexnet_lib" / "__init__.py").write_text("")
    status, report = tested(f"{LIBRARY} == {str(tmp_path / 'alexnet_lib' / '__init__.py')!r}")
    # Stored with the installed library, compared with the one beside the page.
    assert status == 1 and "False" in report
