"""A real JupyterLab driven in headless Chromium, for the browser tests and the benchmarks."""

import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager

from course import NOTEBOOKS, pages
from lab import SERVER

CHROMES = ("google-chrome", "google-chrome-stable", "chrome")
BROWSERS = ("chromium", "chromium-browser", *CHROMES, "msedge")
FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
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

KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"


def find_browser():
    """The path of a Chromium or Chrome. Raises FileNotFoundError, in words, when there is none."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        names = ", ".join(BROWSERS)
        raise FileNotFoundError(f"no browser found (looked for {names}); install Chromium")
    return executable


@contextmanager
def start_browser():
    """A headless browser with a fresh profile, as Playwright's Browser."""
    from playwright.sync_api import sync_playwright

    executable = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def start_lab(home, trusted=True):
    """A JupyterLab that serves a copy of the notebooks, with a state of its own, in folder `home`.

    Yields its address with a place for the page: `address.format(page="02_output_size.ipynb")`.
    """
    folder, unread = home / "notebooks", shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(NOTEBOOKS, folder, ignore=unread)
    environment = os.environ | {name: str(home / name) for name in FOLDERS}
    if trusted:
        trust = [sys.executable, "-m", "jupyter", "trust", *map(str, pages(folder))]
        subprocess.run(trust, env=environment, check=True, capture_output=True)
    command = [*SERVER, "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += [f"--ServerApp.root_dir={folder}", "--ServerApp.port=0"]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        log = []
        for line in server.stderr:
            log.append(line)
            if found := re.search(r"(http://\S+/)lab\?token=(\w+)", line):
                break
        else:
            raise RuntimeError("JupyterLab did not start:\n" + "".join(log))
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield f"{found[1]}lab/tree/{{page}}?token={found[2]}&reset"
    finally:
        server.terminate()
        server.wait()


class Notebook:
    """A page of the course, open in JupyterLab."""

    def __init__(self, page, url):
        self.page = page
        page.set_default_timeout(60_000)
        page.goto(url)
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context?.isReady")
        kernel = "jupyterapp.shell.currentWidget.sessionContext.session?.kernel"
        page.wait_for_function(f"{kernel}?.status === 'idle'")

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
                    errors: outputs.filter(o => o.output_type === 'error')
                        .map(o => o.ename + ': ' + o.evalue),
                    unrun: code.filter(cell => cell.executionCount === null).length,
                    cells: code.length,
                };
            }"""
        )

    def execute(self, code):
        """Send code to the kernel and do not wait."""
        self.page.evaluate(f"code => {{ {KERNEL}.requestExecute({{ code }}); }}", code)

    def ask(self, code):
        """Run code in the kernel and wait for it. Raises AssertionError with its error."""
        trouble = self.page.evaluate(
            f"""async code => {{
                const {{ content }} = await {KERNEL}.requestExecute({{ code }}).done;
                return content.status === 'ok' ? '' : content.ename + ': ' + content.evalue;
            }}""",
            code,
        )
        assert trouble == "", trouble

    def kernel_status(self, status):
        self.page.wait_for_function(f"status => {KERNEL}.status === status", arg=status)

    def show(self, text):
        """Scroll to the cell whose source contains the text and return its locator."""
        index = self.page.evaluate(
            """async text => {
                const content = jupyterapp.shell.currentWidget.content;
                const source = widget => widget.model.sharedModel.getSource();
                const index = content.widgets.findIndex(w => source(w).includes(text));
                content.activeCellIndex = index;
                await content.scrollToItem(index, 'start');
                return index;
            }""",
            text,
        )
        assert index >= 0, f"no cell contains {text!r}"
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")

    def run(self, text):
        """Run the cell whose source contains the text, without waiting, and return its locator."""
        cell = self.show(text)
        self.page.evaluate("void jupyterapp.commands.execute('notebook:run-cell')")
        return cell

    def run_and_wait(self, text):
        """Run the cell whose source contains the text to its end, and return its locator."""
        cell = self.show(text)
        self.command("notebook:run-cell")
        return cell

    def explorers(self):
        """The source of every cell that shows an explorer, in order."""
        return self.page.evaluate(
            """() => [...jupyterapp.shell.currentWidget.content.model.cells]
                .map(cell => cell.sharedModel.getSource())
                .filter(source => /^explore\\(/m.test(source))"""
        )
