"""Photographs at their true relative sizes, quick to draw: one screen pixel, or a whole number, for each pixel.

Encoding pixels takes a few milliseconds where a matplotlib figure takes a hundred. Each function
returns a `Shown`.
"""

import base64
from html import escape
from io import BytesIO
from textwrap import fill

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.patches import Rectangle

from alexnet_lib.draw import plots
from alexnet_lib.draw.arrays import as_array
from alexnet_lib.draw.markup import NOTE, css, framed, notes_below
from alexnet_lib.draw.plots import DPI, FONT, KERNEL, SIGNED, drawing
from alexnet_lib.shown import Shown

LEAST, LETTER = 170, 9
# Pixels: a line above a picture, the room below one and beside one, that below all (photos.css).
TITLE, GAP, ASIDE, BELOW = 27, 8, 24, 14


def _row(draw, text, height, still, notes=(), width=None):
    """Figures in a row, or in rows no longer than `width`, as a `Shown`; all sizes in CSS pixels.

    `draw()` returns <figure> elements of that height, `still()` what a page stores of them.
    """

    def markup():
        limit = f' style="max-width:{width}px"' if width else ""
        row = f'<div class="ax-pixels"{limit}>{"".join(draw())}</div>'
        return framed(row + notes_below(notes), text)

    height += NOTE * len(notes) + BELOW
    return Shown(markup, text, height, css("grid", "photos"), still)


def beside(pictures, titles, signed=None, notes=(), zoom=1):
    """Pictures side by side, (H, W) grey or (3, H, W) colour, values 0 black to 1; `notes` are lines to stand below.

    Where `signed` is true a grey picture is coloured by sign: orange below 0, white at 0, blue
    above. Each pixel is `zoom` screen pixels wide.
    """
    drawn = [
        _rgb(picture, on)
        for picture, on in zip(pictures, signed or [False] * len(pictures), strict=True)
    ]
    text = f"{len(drawn)} photographs: {', '.join(titles)}"
    height = TITLE + zoom * max(rgb.shape[0] for rgb in drawn)
    return _row(
        lambda: [
            _figure(_image(rgb, title, zoom), title)
            for rgb, title in zip(drawn, titles, strict=True)
        ],
        text,
        height,
        lambda: drawing(_still(drawn, titles, zoom=zoom), text).still,
        notes,
    )


def maps(values, titles, columns=4, zoom=1):
    """Feature maps or kernels, (N, H, W), in rows of `columns`, in colours that show the sign, on one scale.

    Orange is below 0, white 0, blue above. Each number is `zoom` screen pixels wide.
    """
    values = as_array(values, np.float32)
    largest = float(np.abs(values).max()) or 1.0
    count, tall, wide = values.shape

    def draw():
        drawn = [
            _image(_signed(value, largest), title, zoom)
            for value, title in zip(values, titles, strict=True)
        ]
        return [_figure(image, title) for image, title in zip(drawn, titles, strict=True)]

    return _row(
        draw,
        f"{count} maps: {', '.join(titles)}",
        -(-count // columns) * (TITLE + zoom * tall + GAP),
        lambda: plots.maps(values, titles, columns, side=1.8).still,
        width=columns * (zoom * wide + ASIDE),
    )


def region(picture, box, seen, frame, notes=()):
    """A photograph (3, H, W) with a square marked on it, and beside it what the square holds.

    `box` is (top, left, side) in pixels of the picture; `frame` is how far outside the picture it
    may lie.
    """
    top, left, side = box
    rgb, inside = _rgb(picture), _rgb(seen)
    place = f"--f:{frame}px;--x:{left};--y:{top};--s:{side}"
    titles = ("the photograph, padding around it", f"what the unit sees: {side} × {side}")
    text = "; ".join(notes) or titles[1]

    def draw():
        whole = (
            f'<div class="ax-frame" style="{place}">{_image(rgb, "the photograph")}<b></b></div>'
        )
        return [_figure(whole, titles[0]), _figure(_image(inside, titles[1]), titles[1])]

    height = TITLE + rgb.shape[0] + 2 * frame
    return _row(
        draw, text, height, lambda: drawing(_still([rgb, inside], titles, box), text).still, notes
    )


def _figure(content, title):
    return f"<figure><figcaption>{escape(title)}</figcaption>{content}</figure>"


def _image(rgb, text, zoom=1):
    buffer = BytesIO()
    imsave(buffer, rgb, format="png", pil_kwargs={"compress_level": 1})
    source = base64.b64encode(buffer.getvalue()).decode()
    size = f'width="{rgb.shape[1] * zoom}" height="{rgb.shape[0] * zoom}"'
    return f'<img decoding="sync" {size} alt="{escape(text)}" src="data:image/png;base64,{source}">'


def _rgb(picture, signed=False):
    values = as_array(picture, np.float32)
    if signed:
        return _signed(values, float(np.abs(values).max()) or 1.0)
    values = values.transpose(1, 2, 0) if values.ndim == 3 else np.repeat(values[..., None], 3, 2)
    return (np.clip(values, 0, 1) * 255).round().astype(np.uint8)


def _signed(values, largest):
    """Colours from orange at −largest over white to blue at largest, as bytes (H, W, 3)."""
    return SIGNED((values / largest + 1) / 2, bytes=True)[..., :3]


def _still(drawn, titles, box=None, zoom=1):
    widths = [max(LEAST, rgb.shape[1] * zoom) for rgb in drawn]
    titles = [fill(title, width // LETTER) for title, width in zip(titles, widths, strict=True)]
    lines = 1 + max(title.count("\n") for title in titles)
    tallest = max(rgb.shape[0] for rgb in drawn) * zoom
    figure = Figure(
        figsize=((sum(widths) + 60) / DPI, (tallest + 20 + 20 * lines) / DPI), layout="constrained"
    )
    for axes, rgb, title in zip(
        figure.subplots(1, len(drawn), width_ratios=widths, squeeze=False)[0],
        drawn,
        titles,
        strict=True,
    ):
        axes.imshow(rgb, interpolation="nearest")
        axes.set_anchor("N")
        axes.set_axis_off()
        axes.set_title(title, loc="left", **FONT)
    if box:
        top, left, side = box
        square = Rectangle((left, top), side, side, fill=False, edgecolor=KERNEL, linewidth=2.5)
        figure.axes[0].add_patch(square)
    return figure
