"""The commands around the course: what starts JupyterLab, and what stores the pages' outputs."""

import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import refresh
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from lab import SETTINGS
from traitlets.config import Config

TOOLS = Path(__file__).parents[1] / "tools"


def test_messages_from_the_kernel_leave_at_once(monkeypatch):
    config = Config()
    runpy.run_path(str(SETTINGS / "server.py"), {"c": config})
    chosen = config.ServerApp.kernel_websocket_connection_class
    assert issubclass(chosen, ZMQChannelsWebsocketConnection)
    asked = []
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: "connected")
    monkeypatch.setattr(chosen, "websocket_handler", SimpleNamespace(set_nodelay=asked.append))
    assert chosen.connect(object.__new__(chosen)) == "connected" and asked == [True]


@pytest.fixture
def page(tmp_path):
    def write(*sources):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        nbformat.write(notebook, tmp_path / "page.ipynb")
        return tmp_path / "page.ipynb"

    return write


def test_refreshing_twice_gives_the_same_bytes(page):
    path = page("from alexnet_lib.explore import explore", "explore(lambda n=1: n, n=(1, 3))", "1 + 1")
    refresh.main([str(path)])
    first = path.read_bytes()
    assert refresh.main([str(path)]) == 0 and path.read_bytes() == first
    assert refresh.main(["--check", str(path)]) == 0
    outputs = [output for cell in nbformat.read(path, 4).cells for output in cell.outputs]
    assert [output.data["text/plain"] for output in outputs] == ["1", "2"]
    assert b"widget-view" not in first


@pytest.mark.parametrize("tag", ["nbval-ignore-output", "picture-differs"])
def test_a_cell_that_differs_from_run_to_run_keeps_its_output_until_asked(page, tag):
    path = page("import time; time.perf_counter_ns()")
    notebook = nbformat.read(path, 4)
    notebook.cells[0].metadata.tags = [tag]
    nbformat.write(notebook, path)
    refresh.main([str(path)])
    first = path.read_bytes()
    assert b"text/plain" in first
    assert refresh.main([str(path)]) == 0 and path.read_bytes() == first
    assert refresh.main(["--anew", str(path)]) == 0 and path.read_bytes() != first


@pytest.mark.parametrize(
    "source, message", [("1 / 0", "ZeroDivisionError"), ("import sys; print(1, file=sys.stderr)", "stderr")]
)
def test_a_page_that_fails_is_left_as_it_was(page, source, message):
    path = page("2 + 2", source)
    before = path.read_bytes()
    with pytest.raises(SystemExit, match=message):
        refresh.main([str(path)])
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content, message", [(None, "there is no page"), ("not a page", "is not a notebook")])
def test_a_page_that_is_none_is_explained(tmp_path, content, message):
    path = tmp_path / "page.ipynb"
    if content:
        path.write_text(content)
    with pytest.raises(SystemExit, match=message):
        refresh.main([str(path)])


@pytest.mark.parametrize("version, fine", [((3, 10), False), ((3, 11), True), ((3, 14), True), ((3, 15), False)])
def test_the_wrong_python_is_told_which_one_to_take(version, fine):
    code = f"import sys; sys.version_info = {(*version, 0, 'final', 0)}; sys.path.insert(0, {str(TOOLS)!r})\n"
    run = "from unittest import mock\nimport check_python\nprint(check_python.problem())"
    fake = "import collections; sys.version_info = collections.namedtuple('V', 'major minor')(*sys.version_info[:2])\n"
    said = subprocess.run([sys.executable, "-c", code + fake + run], capture_output=True, text=True, check=True).stdout
    assert (said.strip() == "None") == fine
    assert fine or f"Python {version[0]}.{version[1]} cannot run the course: install Python 3.11 to 3.14" in said
