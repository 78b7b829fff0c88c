"""A real JupyterLab, driven in headless Chromium. Without a browser these tests skip, but fail in CI."""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        reason = f"no browser found (looked for {', '.join(BROWSERS)}); install Chromium to run these tests"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab that serves a copy of the notebooks, with settings and state of its own."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    folders = {name: str(home / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += [f"--ServerApp.root_dir={home / 'notebooks'}", "--ServerApp.port=0"]
    command += [f"--LabApp.app_settings_dir={ROOT / 'tools' / 'settings'}"]
    subprocess.run(
        [sys.executable, "-m", "jupyter", "trust", *map(str, (home / "notebooks").glob("*.ipynb"))],
        env=os.environ | folders,
        check=True,
        capture_output=True,
    )
    server = subprocess.Popen(command, env=os.environ | folders, stderr=subprocess.PIPE, text=True)
    log = []
    for line in server.stderr:
        log.append(line)
        if found := re.search(r"(http://\S+/)lab\?token=(\w+)", line):
            break
    else:
        pytest.fail("JupyterLab did not start:\n" + "".join(log))
    threading.Thread(target=server.stderr.read, daemon=True).start()
    yield f"{found[1]}lab/tree/{{page}}?token={found[2]}&reset"
    server.terminate()
    server.wait()


@pytest.fixture
def notebook(browser, lab):
    """Open a page of the course by name: `notebook("01_cross_correlation")` returns its Notebook."""
    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    yield lambda name: Notebook(context.new_page(), lab.format(page=f"{name}.ipynb"))
    context.close()


class Notebook:
    """A page of the course, open in JupyterLab."""

    def __init__(self, page, url):
        self.page = page
        page.set_default_timeout(60_000)
        page.goto(url)
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context?.isReady")
        page.wait_for_function("jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'")

    def command(self, name):
        self.page.evaluate(f"jupyterapp.commands.execute('{name}')")

    def run_all(self):
        self.command("notebook:run-all-cells")

    def errors(self):
        """The errors among the outputs, as text, and how many code cells have not run."""
        return self.page.evaluate(
            """() => {
                const cells = [...jupyterapp.shell.currentWidget.content.model.cells];
                const code = cells.filter(cell => cell.type === 'code');
                const outputs = code.flatMap(cell => cell.outputs.toJSON());
                return {
                    errors: outputs.filter(o => o.output_type === 'error').map(o => o.ename + ': ' + o.evalue),
                    unrun: code.filter(cell => cell.executionCount === null).length,
                    cells: code.length,
                };
            }"""
        )

    def execute(self, code):
        """Send code to the kernel and do not wait."""
        self.page.evaluate(
            "code => { jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code}); }", code
        )

    def kernel_status(self, status):
        self.page.wait_for_function(
            "status => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === status", arg=status
        )

    def show(self, text):
        """Scroll to the cell whose source contains the text and return its locator."""
        index = self.page.evaluate(
            """async text => {
                const content = jupyterapp.shell.currentWidget.content;
                const index = content.widgets.findIndex(w => w.model.sharedModel.getSource().includes(text));
                content.activeCellIndex = index;
                await content.scrollToItem(index, 'start');
                return index;
            }""",
            text,
        )
        assert index >= 0, f"no cell contains {text!r}"
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")
