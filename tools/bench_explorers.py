"""How fast an explorer answers: from a key pressed on a slider to the new picture on screen, in a real JupyterLab.

Beside every explorer stand two references from the same run: the bare round trip to the kernel and
back (a label that echoes the slider) and the usual way to make the same picture (`interact` with a
new pyplot figure).
"""

import statistics
import tempfile
from pathlib import Path

import nbformat
from bench_results import ROOT, row
from bench_usual import CASES, SIZES
from browser import Notebook, start_browser, start_lab

PRESSES = 40
GRID, PHOTO, USUAL = 1.5, 2.5, 5
GRIDS = ("correlation", "ruler", "channels", "dropout")
PHOTOS = ("kernel on a photograph", "where a pixel goes")
PLACES = [str(ROOT), str(ROOT / "tools")]
SETUP = f"import sys\n\nsys.path[:0] = {PLACES}\nfrom bench_usual import bare, explorer, usual"
BARE = "bare round trip"
CELLS = {
    BARE: "bare()",
    **{name: f"explorer({name!r})" for name in (*CASES, *SIZES)},
    **{f"{name}, usual way": f"usual({name!r})" for name in CASES},
}
VIEWS = {
    "bare": ".jupyter-widgets.widget-label:last-child",
    "explorer": ".widget-vbox > .widget-html:nth-child(3)",
    "usual": ".jp-OutputArea-output .widget-output, .jp-OutputArea-output .jupyter-widgets-output-area",
}
WATCH = """async ([cell, selector]) => {
    const view = cell.querySelector(selector);
    const usual = selector.includes("output");
    const picture = () => view.querySelector("img")?.src;
    const before = picture();
    const once = { capture: true, once: true };
    window.pressed = new Promise(done => addEventListener("keydown", event => done(event.timeStamp), once));
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
    """Measure everything and return rows {name, value, unit, goal, met}; a goal is None where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with start_lab(home) as address, start_browser() as browser:
            write_page(home / "notebooks" / "bench.ipynb")
            page = Notebook(
                browser.new_page(viewport={"width": 1200, "height": 1000}),
                address.format(page="bench.ipynb"),
            )
            page.run_all()
            page.page.evaluate(BYTES)
            times = {name: measure(page, source) for name, source in CELLS.items()}
    return list(judged(times))


def write_page(path):
    """A page with one explorer a cell."""
    cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, *CELLS.values())]
    page = nbformat.v4.new_notebook(cells=cells)
    page.metadata.kernelspec = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    nbformat.write(page, path)


def measure(page, source):
    """Press an arrow key many times; the milliseconds until each new picture, and the bytes sent for one."""
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
    """The rows: medians and 95th percentiles, then the ratios to the references that carry the goals."""
    median = {name: statistics.median(took) for name, (took, _) in times.items()}
    for name, (took, sent) in times.items():
        yield row(f"{name}: median", median[name], "ms")
        yield row(f"{name}: 95th percentile", statistics.quantiles(took, n=20)[-1], "ms")
        yield row(f"{name}: sent for one change", sent / 1000, "kB")
    for name in CASES:
        goal = PHOTO if name in PHOTOS else GRID
        yield row(
            f"{name}: times the bare round trip",
            median[name] / median[BARE],
            "×",
            goal,
            at_most=True,
        )
        goal = USUAL if name in GRIDS else None
        yield row(
            f"{name}: faster than the usual way",
            median[f"{name}, usual way"] / median[name],
            "×",
            goal,
        )
