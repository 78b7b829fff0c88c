"""Images, feature maps, curves and bars: PNGs by matplotlib, each with its text equivalent.

Each function returns a `Shown` of what it is handed and computes nothing. The background is
always light, so a picture reads the same in a dark and a light JupyterLab.
"""

import base64
from html import escape
from io import BytesIO

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image

from alexnet_lib.draw.arrays import as_array
from alexnet_lib.shown import Shown

INPUT, KERNEL, OUTPUT, UNREAD, MUTED = "#0072b2", "#d55e00", "#009e73", "#a3487f", "#8a8f98"
SERIES = (INPUT, KERNEL, OUTPUT, UNREAD, "#e69f00", "#56b4e9")
MARKS = ("o", "s", "^", "D", "v", "P")
DPI, SHARPNESS = 96, 2  # CSS pixels an inch, and pixels of the PNG for each of them
FEW = 48  # colours: enough for the lines and letters of a chart
FONT = {"fontsize": 11}
LEGEND = {"frameon": False, "fontsize": 11}
SIGNED = LinearSegmentedColormap.from_list("signed", ["#8a3600", KERNEL, "white", INPUT, "#00375c"])


def drawing(figure, text, colours=256, alt=""):
    """A matplotlib figure as a `Shown`; `alt` is spoken in place of `text` where it says more.

    The picture is a PNG of twice the figure's size, with `colours` colours at most: that halves a
    photograph, and leaves a third of a chart.
    """
    buffer = BytesIO()
    options = {"facecolor": "white", "metadata": {"Software": None}}
    figure.savefig(buffer, dpi=DPI * SHARPNESS, format="png", **options)
    content = base64.b64encode(_reduced(buffer, colours)).decode()
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    markup = (
        f'<img decoding="sync" style="max-width:100%;height:auto" width="{width}" '
        f'height="{height}" alt="{escape(alt or text)}" src="data:image/png;base64,{content}">'
    )
    data = {"image/png": content, "text/plain": text}
    return Shown(markup, text, still=(data, {"image/png": {"width": width, "alt": alt or text}}))


def _reduced(content, colours):
    """The PNG with fewer colours; those of a photograph leave no pixel far from its own."""
    palette = Image.Quantize.FASTOCTREE if colours == FEW else Image.Quantize.MAXCOVERAGE
    image, smaller = Image.open(content).convert("RGB"), BytesIO()
    image = image.quantize(colours, palette, dither=Image.Dither.NONE)
    image.save(smaller, "PNG", optimize=True)
    return smaller.getvalue()


def images(pictures, titles=None, columns=None, side=2.2, limits=(0, 1)):
    """Pictures in a row or a wall, (H, W) grey or (3, H, W) colour; limits[0] is black."""
    return _wall(pictures, titles, columns, side, cmap="gray", vmin=limits[0], vmax=limits[1])


def maps(values, titles=None, columns=None, side=2.2, shared=True):
    """Feature maps or kernels, (H, W) each, by sign: orange below 0, white at 0, blue above.

    With `shared` all maps use one scale, so that they can be compared; otherwise each its own.
    """
    values = [as_array(value) for value in values]
    largest = max(float(np.abs(value).max()) for value in values) or 1.0
    scales = [largest if shared else float(np.abs(value).max()) or 1.0 for value in values]
    return _wall(values, titles, columns, side, cmap=SIGNED, scales=scales)


def curves(series, x=None, xlabel="", ylabel="", marks=True, log=False):
    """Lines over one axis: `series` maps a name to its values; `x` is 0, 1, 2 … unless given."""
    figure, axes = chart(7.2, 3.4)
    for index, (name, values) in enumerate(series.items()):
        values = as_array(values)
        positions = np.arange(len(values)) if x is None else as_array(x)
        line = {"color": SERIES[index % len(SERIES)], "lw": 2, "label": name}
        mark = {"marker": MARKS[index % len(MARKS)], "markersize": 5} if marks else {}
        axes.plot(positions, values, **line, **mark)
    if np.issubdtype(positions.dtype, np.integer):
        axes.xaxis.get_major_locator().set_params(integer=True)
    if log:
        axes.set_yscale("log")
    label(axes, xlabel, ylabel)
    if len(series) > 3:
        figure.legend(loc="outside upper center", ncols=2, **LEGEND)
    elif len(series) > 1:
        axes.legend(**LEGEND)
    over = f"{ylabel or 'value'} over {xlabel or 'position'}"
    return drawing(figure, f"Curves of {over}: {', '.join(series)}", FEW)


def learning(history):
    """How a training run went, a `History`: its loss and accuracy over seconds."""
    figure, (losses, shares) = chart(9.0, 3.3, columns=2)
    trained = {"color": INPUT, "lw": 1.5, "label": "training batches"}
    validated = {"color": KERNEL, "lw": 2, "marker": "o", "markersize": 5, "label": "validation"}
    losses.plot(history.seconds, history.loss, **trained)
    losses.plot(history.val_seconds, history.val_loss, **validated)
    losses.set_ylim(bottom=0)
    label(losses, "seconds", "loss")
    shares.plot(history.seconds, history.accuracy, **trained)
    shares.plot(history.val_seconds, history.val_accuracy, **validated)
    shares.set_ylim(0, 1)
    label(shares, "seconds", "accuracy")
    lines = shares.get_legend_handles_labels()
    figure.legend(*lines, loc="outside upper center", ncols=2, **LEGEND)
    text = "Curves of loss and accuracy over seconds: training batches, validation"
    return drawing(figure, text, FEW)


def heatmap(values, rows, columns, xlabel="", ylabel=""):
    """Counts (R, C) as colours with the numbers in them; `rows` and `columns` are their names."""
    values = as_array(values)
    figure, axes = chart(1.8 + 0.62 * len(columns), 1.5 + 0.42 * len(rows))
    axes.imshow(values, cmap="Blues", aspect="auto")
    for (r, c), value in np.ndenumerate(values):
        if value:
            colour = "white" if value > 0.6 * values.max() else "black"
            axes.text(c, r, value, ha="center", va="center", color=colour)
    axes.set_xticks(range(len(columns)), columns, rotation=40, ha="right", **FONT)
    axes.set_yticks(range(len(rows)), rows, **FONT)
    axes.set_xlabel(xlabel, **FONT)
    axes.set_ylabel(ylabel, **FONT)
    return drawing(figure, f"Table of {ylabel or 'rows'} against {xlabel or 'columns'}")


def bars(values, xlabel="", unit=""):
    """Horizontal bars, one a name, each with its number: `values` maps names to numbers."""
    figure, axes = chart(7.2, 0.7 + 0.34 * len(values))
    drawn = axes.barh(list(values), list(values.values()), color=INPUT, height=0.7)
    axes.bar_label(drawn, [f"{value:,}{unit}" for value in values.values()], padding=4, **FONT)
    axes.invert_yaxis()
    axes.margins(x=0.18)
    axes.set_xticks([])
    label(axes, xlabel, "")
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    listing = ", ".join(f"{name} {value:,}{unit}" for name, value in values.items())
    return drawing(figure, f"Bars of {xlabel or 'value'}: {listing}")


def histogram(values, xlabel="", marker=None, bins=30):
    """How often each value occurs; `marker` maps a name to a position drawn as a dashed line."""
    figure, axes = chart(7.2, 3.0)
    axes.hist(as_array(values).ravel(), bins=bins, color=INPUT, alpha=0.75)
    for index, (name, position) in enumerate((marker or {}).items()):
        axes.axvline(float(position), color=SERIES[1 + index], ls="--", lw=2.5, label=name)
    if marker:
        axes.legend(**LEGEND)
    label(axes, xlabel, "count")
    return drawing(figure, f"Histogram of {xlabel or 'value'}")


def _wall(pictures, titles, columns, side, scales=None, **options):
    """Pictures in rows of so many columns, each `side` inches wide, drawn with imshow's options."""
    pictures = [as_array(picture) for picture in pictures]
    columns = columns or min(len(pictures), 4)
    rows = -(-len(pictures) // columns)
    heading = 0.3 if titles else 0.06
    figure = Figure(figsize=(columns * side, rows * (side + heading)), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.02)
    for index, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        axes.set_axis_off()
        if index >= len(pictures):
            continue
        picture = pictures[index]
        if scales:
            options.update(vmin=-scales[index], vmax=scales[index])
        shown = np.clip(picture.transpose(1, 2, 0), 0, 1) if picture.ndim == 3 else picture
        axes.imshow(shown, interpolation="nearest", **options)
        if titles:
            axes.set_title(titles[index], **FONT)
    named = f": {', '.join(titles)}" if titles else ""
    return drawing(figure, f"{len(pictures)} pictures{named}")


def chart(width, height, columns=1, **options):
    """A figure of that size in inches, and its axes; with several columns, all of them."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(1, columns, **options)


def label(axes, xlabel, ylabel):
    """Name the axes and draw them as everywhere in the course: a faint grid, no frame."""
    axes.set_xlabel(xlabel, **FONT)
    axes.set_ylabel(ylabel, **FONT)
    axes.tick_params(labelsize=10.5)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
