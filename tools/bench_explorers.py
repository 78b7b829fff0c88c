"""How fast an explorer answers: from a key pressed on a slider to the new picture on screen, in a real JupyterLab.

Beside every explorer stand two references from the same run: the bare round trip to the kernel and back (a label that
echoes the slider) and the usual way to make the same picture (`interact` with a new pyplot figure).
"""

import statistics
import tempfile
from pathlib import Path

import nbformat
from browser import Notebook, start_browser, start_lab

PRESSES = 40
GRID, PHOTO, USUAL = 1.5, 2.5, 5
GRIDS = ("correlation", "ruler", "channels", "dropout")

SETUP = """import torch
import matplotlib.pyplot as plt
from IPython.display import display
from ipywidgets import Label, VBox, interact, IntSlider
from alexnet_lib import blocks, data, diagrams, grids, layers, pixels, volumes, worked
from alexnet_lib.controls import Kernel, Photograph, Slider, Unit, numbers
from alexnet_lib.explore import explore

def echo(step=1):
    label = Label()
    slider = Slider(min=1, max=30, step=1, value=1, description="number")
    slider.observe(lambda change: setattr(label, "value", f"value {change.new}"), "value")
    return VBox([slider, label])

def panel(axes, values, title):
    axes.imshow(values)
    axes.set_title(title)
    for r in range(values.shape[0]):
        for c in range(values.shape[1]):
            axes.text(c, r, int(values[r, c]), ha="center", va="center")

def usual_correlation(number):
    parts = worked.correlation(input_number=number)
    figure, axes = plt.subplots(1, 3, figsize=(9, 4))
    for place, name in zip(axes, ("x", "kernel", "y")):
        panel(place, parts[name], name)
    figure.text(0.1, 0.02, "\\n".join(parts["notes"]))
    plt.show()

def usual_ruler(number):
    parts = worked.ruler(size=number + 2)
    shown = torch.zeros(parts["count"] + 1, parts["size"])
    for window in range(parts["count"]):
        shown[window + 1, 2 * window : 2 * window + 3] = 1
    panel(plt.subplots(figsize=(9, 4))[1], shown, "\\n".join(parts["notes"]))
    plt.show()

def usual_table(parts):
    axes = plt.subplots(figsize=(9, 4))[1]
    axes.axis("off")
    rows = [[str(value) for value in row] for row in parts["entries"]]
    axes.table(cellText=rows, colLabels=parts["header"], loc="center")
    axes.set_title("\\n".join(parts["notes"]))
    plt.show()

def usual_chain(number):
    usual_table(layers.chain(size=200 + number))

def usual_anatomy(number):
    usual_table(layers.anatomy(layer=NAMES[number % 8]))

def usual_dropout(number):
    parts = worked.thinned(toss=number)
    axes = plt.subplots(figsize=(9, 4))[1]
    for i, (name, values, mask) in enumerate(parts["layers"]):
        for unit, (value, on) in enumerate(zip(values, mask)):
            axes.scatter(i, unit, s=400, color="tab:blue" if on else "lightgrey")
            axes.text(i, unit, int(value))
            for after, other in enumerate(parts["layers"][i + 1][2] if i < 3 else ()):
                if on and other:
                    axes.plot([i, i + 1], [unit, after], color="grey", zorder=0)
    axes.table(cellText=parts["rows"], colLabels=parts["header"])
    axes.set_title(parts["notes"][0])
    plt.show()

def usual_channels(number):
    parts = worked.channels(kernels=1 + number % 4)
    (channels, kernels), side = (len(parts["x"]), len(parts["y"])), 1.6
    figure, axes = plt.subplots(1 + kernels, 1 + channels, figsize=(side * (1 + channels), side * (1 + kernels)))
    axes[0, channels].axis("off")
    for c in range(channels):
        panel(axes[0, c], parts["x"][c], f"channel {c}")
        for o in range(kernels):
            panel(axes[1 + o, c], parts["kernel"][o, c], f"kernel {o}")
    for o in range(kernels):
        panel(axes[1 + o, channels], parts["y"][o], f"map {o}")
    figure.text(0.02, 0.02, "\\n".join(parts["notes"]))
    plt.show()

def usual_photograph(number):
    parts = worked.photograph(kernel=[[1, 0, -1], [number, 0, -number], [1, 0, -1]])
    figure, axes = plt.subplots(1, 2, figsize=(9, 4))
    for place, picture, title in zip(axes, parts["pictures"], parts["titles"]):
        place.imshow(picture, cmap="gray")
        place.set_title(title)
    figure.text(0.02, 0.02, "\\n".join(parts["notes"]))
    plt.show()

def usual_pixel(number):
    parts = layers.sees(("conv1", number, 9))
    top, left, side = parts["box"]
    figure, axes = plt.subplots(1, 2, figsize=(9, 4))
    for place, name in zip(axes, ("picture", "seen")):
        place.imshow(parts[name].permute(1, 2, 0))
    axes[0].add_patch(plt.Rectangle((left, top), side, side, fill=False))
    figure.text(0.02, 0.02, "\\n".join(parts["notes"]))
    plt.show()

def usual(draw):
    return interact(draw, number=IntSlider(min=1, max=30, value=1))

NAMES = list(layers.SPATIAL)[:1] + ["conv2", "conv3", "conv4", "conv5", "fc1", "fc2", "fc3"]

def correlate(size):
    settings = {"kernel": Kernel({"edge": worked.EDGE}), "size": [size], "stride": [1], "input_number": (1, 30)}
    return explore(worked.correlation, grids.correlation, **settings)
"""
CASES = {
    "correlation": ("correlate(7)", "input number", GRID),
    "ruler": ("explore(worked.ruler, grids.ruler, size=(3, 30), kernel=[3], stride=[2])", "size", GRID),
    "chain": (
        "explore(layers.chain, grids.table, settings=numbers(layers.SPATIAL, 'ksp'), size=(200, 320))",
        "size",
        GRID,
    ),
    "channels": (
        "explore(lambda n: worked.channels(kernels=1 + n % 4), volumes.correlation, n=(0, 30))",
        "n",
        GRID,
    ),
    "dropout": ("explore(worked.thinned, diagrams.network, p=[0.5], toss=(1, 30))", "toss", GRID),
    "anatomy": ("explore(lambda n: layers.anatomy(layer=NAMES[n % 8]), blocks.anatomy, n=(0, 30))", "n", GRID),
    "kernel on a photograph": (
        "explore(lambda n, **rest: worked.photograph(kernel=[[1, 0, -1], [n, 0, -n], [1, 0, -1]], **rest), "
        "pixels.beside, n=(1, 30), image=Photograph(data.PHOTOS))",
        "n",
        PHOTO,
    ),
    "where a pixel goes": (
        "explore(layers.sees, pixels.region, unit=Unit(layers.sides(), ('conv1', 0, 9)))",
        "row",
        PHOTO,
    ),
}
SIZES = {f"correlation {n} × {n}": (f"correlate({n})", "input number", None) for n in (5, 9, 12, 16, 24)}
BARE, BARE_SOURCE = "bare round trip", ("echo()", "number", None)
USUAL_NAMES = {"kernel on a photograph": "photograph", "where a pixel goes": "pixel"}
USUALS = {f"{name}, usual way": (f"usual(usual_{USUAL_NAMES.get(name, name)})", "number", None) for name in CASES}
ALL = {BARE: BARE_SOURCE, **CASES, **SIZES, **USUALS}
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
                browser.new_page(viewport={"width": 1200, "height": 1000}), address.format(page="bench.ipynb")
            )
            page.run_all()
            page.page.evaluate(BYTES)
            times = {name: measure(page, *case[:2]) for name, case in ALL.items()}
    return list(judged(times))


def write_page(path):
    """A page with one explorer a cell."""
    sources = [SETUP, *(source for source, *_ in ALL.values())]
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    page.metadata.kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(page, path)


def measure(page, source, slider):
    """Press an arrow key many times; the milliseconds until each new picture, and the bytes sent for one."""
    cell = page.show(source)
    selector = {"echo()": ".jupyter-widgets.widget-label:last-child"}.get(
        source, ".widget-vbox > .widget-html:nth-child(3)"
    )
    if source.startswith("usual"):
        selector = ".jp-OutputArea-output .widget-output, .jp-OutputArea-output .jupyter-widgets-output-area"
    handle = cell.get_by_role("slider", name=slider) if not source.startswith("usual") else cell.get_by_role("slider")
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
    for name, (*_, goal) in CASES.items():
        yield row(f"{name}: times the bare round trip", median[name] / median[BARE], "×", goal, at_most=True)
        goal = USUAL if name in GRIDS else None
        yield row(f"{name}: faster than the usual way", median[f"{name}, usual way"] / median[name], "×", goal)


def row(name, value, unit, goal=None, at_most=False):
    """One figure, and whether it meets its goal."""
    met = None if goal is None else bool(value <= goal if at_most else value >= goal)
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "met": met}
