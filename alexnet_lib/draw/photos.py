"""Photographs at their true relative sizes: a screen pixel, or several, for each of their own.

Encoding pixels takes a few milliseconds where a matplotlib figure takes a hundred. Each function
returns a `Shown`.
"""

import base64
from html import escape
from io import BytesIO
from textwrap import fill

import numpy as np
from matplotlib.image import imsave
from matplotlib.patches import Rectangle

from alexnet_lib.draw import plots
from alexnet_lib.draw.arrays import as_array
from alexnet_lib.draw.markup import AROUND, NOTE, css, framed, notes_below, pixels
from alexnet_lib.draw.plots import DPI, FONT, KERNEL, SIGNED, chart, drawing
from alexnet_lib.shown import Shown

TITLE = pixels("photos", ".ax-pixels figcaption", "height")
GAP, ASIDE = 8, 24  # pixels below and beside a picture: the gap in photos.css
LEAST, LETTER = 170, 9  # pixels: the least width of a picture with a title, and a letter's


def _row(draw, text, height, still, notes=(), width=None):
    """Figures in a row, or in rows no longer than `width`, as a `Shown`; all sizes in CSS pixels.

    `draw()` returns <figure> elements of that height, `still()` what a page stores of them.
    """

    def markup():
        limit = f' style="max-width:{width}px"' if width else ""
        row = f'<div class="ax-pixels"{limit}>{"".join(draw())}</div>'
        return framed(row + notes_below(notes), text)

    height += NOTE * len(notes) + AROUND
    return Shown(markup, text, height, css("grid", "photos"), still)


def beside(pictures, titles, signed=None, notes=(), zoom=1):
    """Pictures side by side, (H, W) grey or (3, H, W) colour, values 0 black to 1.

    Where `signed` is true a grey picture is coloured by sign: orange below 0, white at 0, blue
    above. Each pixel is `zoom` screen pixels wide; `notes` are lines to stand below.
    """
    signed = signed or [False] * len(pictures)
    drawn = [_rgb(*each) for each in zip(pictures, signed, strict=True)]
    text = f"{len(drawn)} photographs: {', '.join(titles)}"

    def draw():
        return [_figure(_image(*each, zoom), each[1]) for each in zip(drawn, titles, strict=True)]

    def still():
        return drawing(_still(drawn, titles, zoom=zoom), text).still

    height = TITLE + zoom * max(len(rgb) for rgb in drawn)
    return _row(draw, text, height, still, notes)


def maps(values, titles, columns=4, zoom=1):
    """Feature maps or kernels, (N, H, W), in rows of `columns`, coloured by sign on one scale.

    Orange is below 0, white 0, blue above. Each number is `zoom` screen pixels wide.
    """
    values = as_array(values, np.float32)
    largest = float(np.abs(values).max()) or 1.0
    count, tall, wide = values.shape

    def draw():
        named = zip(_signed(values, largest), titles, strict=True)
        return [_figure(_image(rgb, title, zoom), title) for rgb, title in named]

    def still():
        return plots.maps(values, titles, columns, side=1.8).still

    height = -(-count // columns) * (TITLE + zoom * tall + GAP)
    text = f"{count} maps: {', '.join(titles)}"
    return _row(draw, text, height, still, width=columns * (zoom * wide + ASIDE))


def region(picture, box, seen, frame, notes=()):
    """A photograph (3, H, W) with a square marked on it, and beside it what the square holds.

    `box` is (top, left, side) in pixels of the picture, which it may leave by up to `frame`.
    """
    top, left, side = box
    rgb, inside = _rgb(picture), _rgb(seen)
    place = f"--f:{frame}px;--x:{left};--y:{top};--s:{side}"
    titles = ("the photograph, padding around it", f"what the unit sees: {side} × {side}")
    text = "; ".join(notes) or titles[1]

    def draw():
        image = _image(rgb, "the photograph")
        whole = f'<div class="ax-frame" style="{place}">{image}<b></b></div>'
        return [_figure(whole, titles[0]), _figure(_image(inside, titles[1]), titles[1])]

    def still():
        return drawing(_still([rgb, inside], titles, box), text).still

    return _row(draw, text, TITLE + len(rgb) + 2 * frame, still, notes)


def _figure(content, title):
    return f"<figure><figcaption>{escape(title)}</figcaption>{content}</figure>"


def _image(rgb, text, zoom=1):
    """Bytes (H, W, 3) as an <img> element."""
    buffer = BytesIO()
    imsave(buffer, rgb, format="png", pil_kwargs={"compress_level": 1})
    source = base64.b64encode(buffer.getvalue()).decode()
    size = f'width="{rgb.shape[1] * zoom}" height="{rgb.shape[0] * zoom}"'
    return f'<img decoding="sync" {size} alt="{escape(text)}" src="data:image/png;base64,{source}">'


def _rgb(picture, signed=False):
    """A picture as bytes (H, W, 3)."""
    values = as_array(picture, np.float32)
    if signed:
        return _signed(values, float(np.abs(values).max()) or 1.0)
    values = values.transpose(1, 2, 0) if values.ndim == 3 else np.repeat(values[..., None], 3, 2)
    return (np.clip(values, 0, 1) * 255).round().astype(np.uint8)


def _signed(values, largest):
    """Colours from orange at −largest over white to blue at largest, as bytes (…, H, W, 3)."""
    return SIGNED((values / largest + 1) / 2, bytes=True)[..., :3]


def _still(drawn, titles, box=None, zoom=1):
    """The pictures as one matplotlib figure, with titles whose lines are no longer than they."""
    widths = [max(LEAST, rgb.shape[1] * zoom) for rgb in drawn]
    titles = [fill(title, width // LETTER) for title, width in zip(titles, widths, strict=True)]
    lines = 1 + max(title.count("\n") for title in titles)
    height = 20 + 20 * lines + max(map(len, drawn)) * zoom
    inches = (sum(widths) + 60) / DPI, height / DPI
    figure, panels = chart(*inches, columns=len(drawn), width_ratios=widths, squeeze=False)
    for axes, rgb, title in zip(panels[0], drawn, titles, strict=True):
        axes.imshow(rgb, interpolation="nearest")
        axes.set_anchor("N")
        axes.set_axis_off()
        axes.set_title(title, loc="left", **FONT)
    if box:
        top, left, side = box
        square = Rectangle((left, top), side, side, fill=False, edgecolor=KERNEL, linewidth=2.5)
        panels[0][0].add_patch(square)
    return figure
