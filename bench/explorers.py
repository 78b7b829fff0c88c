"""How fast an explorer answers in JupyterLab: from a key pressed on a slider to the new picture.

Beside every explorer stand two references from the same run: the bare round trip to the kernel and
back (a label that echoes the slider) and the usual way to make the same picture (`interact` with a
new pyplot figure).
"""

import statistics
import tempfile
from pathlib import Path

import nbformat
from browser import Notebook, start_browser, start_lab
from refresh import METADATA

from bench import ROOT
from bench.cases import CASES, SIZES
from bench.results import row

PRESSES = 40
GRID, PHOTO, USUAL = 1.5, 2.5, 5
GRIDS = ("correlation", "ruler", "channels", "dropout")
PHOTOS = ("kernel on a photograph", "where a pixel goes")
SETUP = f"""\
import sys

sys.path.insert(0, {str(ROOT)!r})
from bench.cases import bare, explorer, usual"""
BARE = "bare round trip"
CELLS = {
    BARE: "bare()",
    **{name: f"explorer({name!r})" for name in (*CASES, *SIZES)},
    **{f"{name}, usual way": f"usual({name!r})" for name in CASES},
}
VIEWS = {
    "bare": ".jupyter-widgets.widget-label:last-child",
    "explorer": ".widget-vbox > .widget-html:nth-child(3)",
    "usual": ".jp-OutputArea-output :is(.widget-output, .jupyter-widgets-output-area)",
}
WATCH = """async ([cell, selector]) => {
    const view = cell.querySelector(selector);
    const usual = selector.includes("output");
    const picture = () => view.querySelector("img")?.src;
    const before = picture();
    const once = { capture: true, once: true };
    window.pressed = new Promise(done => {
        addEventListener("keydown", event => done(event.timeStamp), once);
    });
    window.seen = new Promise(done => new MutationObserver((changes, watcher) => {
        if (!usual || (picture() && picture() !== before)) {
            watcher.disconnect();
            requestAnimationFrame(() => setTimeout(() => done(performance.now())));
        }
    }).observe(view, { subtree: true, childList: true, characterData: true, attributes: true }));
}"""
BYTES = """() => {
    window.bytes = 0;
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    kernel.anyMessage.connect((_, { msg, direction }) => {
        if (direction === "recv" && ["comm_msg", "display_data"].includes(msg.header.msg_type)) {
            window.bytes += JSON.stringify(msg.content).length;
        }
    });
}"""


def rows():
    """Rows {name, value, unit, goal, met}; a goal is None where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with start_lab(home) as address, start_browser() as browser:
            write_page(home / "notebooks" / "bench.ipynb")
            tab = browser.new_page(viewport={"width": 1200, "height": 1000})
            page = Notebook(tab, address.format(page="bench.ipynb"))
            page.run_all()
            page.page.evaluate(BYTES)
            times = {name: measure(page, source) for name, source in CELLS.items()}
    return list(judged(times))


def write_page(path):
    """A page with one explorer a cell."""
    cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, *CELLS.values())]
    page = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    nbformat.write(page, path)


def measure(page, source):
    """Press an arrow key many times; milliseconds to each new picture, and bytes sent for one."""
    cell, selector = page.show(source), VIEWS[source.partition("(")[0]]
    handle = cell.get_by_role("slider").first
    cell.locator(selector).first.wait_for()
    took, sent = [], []
    for turn in range(PRESSES + 3):
        page.page.evaluate("window.bytes = 0")
        page.page.evaluate(WATCH, [cell.element_handle(), selector])
        handle.press("ArrowRight" if turn % 20 < 10 else "ArrowLeft")
        took.append(page.page.evaluate("async () => await window.seen - await window.pressed"))
        sent.append(page.page.evaluate("window.bytes"))
        page.kernel_status("idle")
    return took[3:], statistics.median(sent[3:])


def judged(times):
    """Rows: medians and 95th percentiles, then the ratios to the references, which have goals."""
    median = {name: statistics.median(took) for name, (took, _) in times.items()}
    for name, (took, sent) in times.items():
        yield row(f"{name}: median", median[name], "ms")
        yield row(f"{name}: 95th percentile", statistics.quantiles(took, n=20)[-1], "ms")
        yield row(f"{name}: sent for one change", sent / 1000, "kB")
    for name in CASES:
        slower = median[name] / median[BARE]
        goal = PHOTO if name in PHOTOS else GRID
        yield row(f"{name}: times the bare round trip", slower, "×", goal, at_most=True)
        faster = median[f"{name}, usual way"] / median[name]
        goal = USUAL if name in GRIDS else None
        yield row(f"{name}: faster than the usual way", faster, "×", goal)
