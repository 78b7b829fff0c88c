"""The commands around the course: what starts JupyterLab, and what stores the pages' outputs."""

import runpy
from types import SimpleNamespace

import lab
import nbformat
import pytest
import refresh
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client import KernelManager
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from traitlets.config import Config


def test_messages_from_the_kernel_leave_at_once(monkeypatch):
    config = Config()
    runpy.run_path(str(lab.SETTINGS / "server.py"), {"c": config})
    chosen = config.ServerApp.kernel_websocket_connection_class
    assert issubclass(chosen, ZMQChannelsWebsocketConnection)
    asked = []
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: "connected")
    monkeypatch.setattr(chosen, "websocket_handler", SimpleNamespace(set_nodelay=asked.append))
    assert chosen.connect(object.__new__(chosen)) == "connected" and asked == [True]


@pytest.fixture
def page(tmp_path):
    def write(*sources):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in sources]
        )
        nbformat.write(notebook, tmp_path / "page.ipynb")
        return tmp_path / "page.ipynb"

    return write


def test_refreshing_twice_gives_the_same_bytes(page):
    path = page(
        "from alexnet_lib.explore import explore", "explore(lambda n=1: n, n=(1, 3))", "1 + 1"
    )
    refresh.main([str(path)])
    first = path.read_bytes()
    assert refresh.main([str(path)]) == 0 and path.read_bytes() == first
    assert refresh.main(["--check", str(path)]) == 0
    outputs = [output for cell in nbformat.read(path, 4).cells for output in cell.outputs]
    assert [output.data["text/plain"] for output in outputs] == ["1", "2"]
    assert b"widget-view" not in first


def test_a_page_that_another_program_saved_is_told_from_a_stored_one_without_executing_it(
    page, capsys, monkeypatch
):
    path = page("1 + 1", "2 + 2")
    assert refresh.main(["--stored", str(path)]) == 1 and "make refresh" in capsys.readouterr().out
    refresh.main([str(path)])
    assert refresh.main(["--stored"]) == 0, "every page of the course"
    monkeypatch.setattr(refresh, "execute", None)
    assert refresh.main(["--stored", str(path)]) == 0
    whole = path.read_text(encoding="utf-8")
    for old, new in [
        ('"execution_count": 2,\n   "id"', '"execution_count": 7,\n   "id"'),
        (
            '"text/plain": [',
            '"application/vnd.jupyter.widget-view+json": {},\n      "text/plain": [',
        ),
        ('"metadata": {}', '"metadata": {"execution": {}}'),
        ('"name": "python"', '"name": "python", "version": "3.12"'),
        ("\n }", "\n  }"),
    ]:
        assert old in whole
        path.write_text(whole.replace(old, new), encoding="utf-8")
        assert refresh.main(["--stored", str(path)]) == 1, new


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
    "source, message",
    [("1 / 0", "ZeroDivisionError"), ("import sys; print(1, file=sys.stderr)", "stderr")],
)
def test_a_page_that_fails_is_left_as_it_was(page, source, message):
    path = page("2 + 2", source)
    before = path.read_bytes()
    with pytest.raises(SystemExit, match=message):
        refresh.main([str(path)])
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content, message", [(None, "there is no page"), ("not a page", "is not a notebook")]
)
def test_a_page_that_is_none_is_explained(tmp_path, content, message):
    path = tmp_path / "page.ipynb"
    if content:
        path.write_text(content)
    with pytest.raises(SystemExit, match=message):
        refresh.main([str(path)])


def test_warming_up_is_silent_and_a_broken_library_is_told_in_one_line(capfd):
    for code in (
        "import json",
        "import sys; print(1); sys.stderr.write('a warning')",
        "raise ImportError('no libtorch')",
    ):
        process = lab.warm_up(code)
        process.reporter.join()
    said = capfd.readouterr()
    assert said.err == "" and said.out.splitlines() == [
        "The lessons are not going to run: ImportError: no libtorch. 'make doctor' says what to do."
    ]


def test_warming_up_imports_all_that_the_pages_import(capfd):
    lab.warm_up().reporter.join()
    assert capfd.readouterr() == ("", "")


def test_a_kernel_imports_pytorch_by_itself_and_is_else_the_ordinary_one(monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(lab.SETTINGS))
    manager = KernelManager(kernel_name="python3")
    ours, usual = manager.kernel_spec.to_dict(), get_kernel_dict()
    (added,) = set(ours["argv"]) - set(usual["argv"]) - {"python"}
    assert added.startswith("--IPKernelApp.exec_lines=")
    assert len(ours["argv"]) == len(usual["argv"]) + 1
    for name in ("display_name", "language", "metadata"):
        assert ours[name] == usual[name]
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        code = (
            "import sys, threading; before = set(dir())\n"
            "[thread.join() for thread in threading.enumerate() if thread.name == 'warm']\n"
            "wanted = 'torch', 'matplotlib.figure', 'anywidget'\n"
            "print(*(name in sys.modules for name in wanted))"
        )
        said = []
        reply = client.execute_interactive(code, output_hook=said.append, timeout=120)
        assert reply["content"]["status"] == "ok" and reply["content"]["execution_count"] == 1
        (stream,) = (message for message in said if message["msg_type"] == "stream")
        assert stream["content"]["text"] == "True True True\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
