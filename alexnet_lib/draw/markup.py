"""How a grid of numbers is written as HTML: plain tables first, then the styling on top.

A page that drops the styling, as JupyterLab does for a notebook it does not trust, still shows the
numbers; what must not show unstyled stands in attributes. The colours' meaning is in `grids`.
"""

import math
import re
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

from alexnet_lib.shown import Shown

STYLE = Path(__file__).parent / "style"
WIDE = 26
NOTE = 26


@cache
def css(*parts):
    """The CSS of the named parts, one file each in `style`."""
    return "".join(
        (STYLE / f"{part}.css").read_text(encoding="utf-8").replace("\n", "") for part in parts
    )


def grid(draw, text, height, parts=()):
    """What `draw()` writes, as a `Shown`; `parts` names its CSS besides that of every grid."""
    return Shown(draw, text, height, css("grid", *parts))


def stacked(above, below, parts):
    """Two drawings as one, the second under the first; `parts` names the CSS of both."""
    height = above.height + below.height
    return grid(lambda: above.markup + below.markup, above.text, height, parts)


def number(value):
    """The shortest honest way to write a number in a cell: whole numbers bare, others with two decimals."""
    value = float(value)
    if not math.isfinite(value):
        return "nan" if value != value else "∞" if value > 0 else "−∞"
    text = f"{value:.0f}" if value == round(value) else f"{value:.2f}"
    return text.replace("-", "−") if float(text) else "0"


def cell(text, names=(), label="", place="", focus=False, overlays=()):
    """One <td>: its text, class names, spoken label, whether Tab stops at it, and where its overlay lies, as CSS.

    `overlays` are the places of several of them.
    """
    names = [*names, *([] if len(text) < 5 else ["ax-5" if len(text) == 5 else "ax-6"])]
    attributes = f' class="{" ".join(names)}"' if names else ""
    attributes += ' tabindex="0"' if focus else ""
    attributes += f' style="{place}"' if place else ""
    attributes += f' aria-label="{escape(label)}"' if label else ""
    marks = "<i></i>" if place else "".join(f'<i style="{each}"></i>' for each in overlays)
    return f"<td{attributes}>{text}{marks}</td>"


def cell_table(shape, make_cell, title, role):
    """A <table> of shape (H, W) whose cells are make_cell(row, column), with a caption, in the colour of its role."""
    body = "".join(
        f"<tr>{''.join(make_cell(r, c) for c in range(shape[1]))}</tr>" for r in range(shape[0])
    )
    return (
        f'<table class="ax-t ax-{role}" style="--n:{shape[1]}"><caption>{escape(title)}</caption>'
        f"<tbody>{body}</tbody></table>"
    )


def figure_of(draw, text, height, width, hint="", notes=(), play=0, kind="", captions=1):
    """Tables beside each other; height and width in cells, `captions` above one another at the most.

    `draw()` returns the tables as markup, and the CSS of the whole figure. `hint` stands below
    until a cell is pointed at, `notes` above it. With `play` cells to visit, each shows its overlay
    for a moment, in turn. `kind` names what one kind of figure looks like, with CSS of its own.
    """
    wide = width > WIDE
    flags = {"ax-wide": wide, "ax-read": hint, "ax-play": play, f"ax-{kind}": kind}
    names = " ".join(["ax", *(name for name, on in flags.items() if on)])

    def markup():
        tables, style = draw()
        style += f";--cells:{play};--seen:ax-seen{play};--lit:ax-lit{play}" if play else ""
        attributes = (f' style="{style}"' if style else "") + (
            f' data-hint="{escape(hint)}"' if hint else ""
        )
        moment = f"<style>{_turns(play)}</style>" if play else ""
        content = f'<div class="ax-row">{"".join(tables)}</div>{notes_below(notes)}'
        return moment + framed(content, text, names, attributes)

    side, caption = (25, 22) if wide else (34, 27)
    parts = [part for part, needed in (("stepping", hint), (kind, kind)) if needed]
    tall = captions * caption + side * height + NOTE * len(notes) + (58 if hint else 0) + 14
    return grid(markup, text, tall, parts)


def framed(content, text, names="ax", attributes=""):
    """The frame of every figure: Tab stops at it, so that it can be scrolled with the keyboard and is read aloud."""
    return f'<div class="{names}" role="group" tabindex="0" aria-label="{escape(text)}"{attributes}>{content}</div>'


def _turns(cells):
    """CSS animations in which a cell is shown for the first of so many moments."""
    share = 100 / cells
    seen = f"@keyframes ax-seen{cells}{{0%{{visibility:visible}}{share:.3f}%,100%{{visibility:hidden}}}}"
    lit = f"@keyframes ax-lit{cells}{{0%{{outline-color:var(--c)}}{share:.3f}%,100%{{outline-color:transparent}}}}"
    return seen + lit


def background(svg):
    """An SVG picture as a CSS value inside an attribute: JupyterLab shows it where the styling is kept."""
    return f"url(&quot;data:image/svg+xml,{quote(svg)}&quot;)"


def notes_below(notes):
    """Lines under a figure; what stands in backticks is code, selected whole by one click."""
    lines = (re.sub("`(.*?)`", r"<code>\1</code>", escape(note)) for note in notes)
    return "".join(f'<div class="ax-note">{line}</div>' for line in lines)


def in_words(shape):
    """A shape in words: (3, 4) is "3 × 4"."""
    return " × ".join(str(n) for n in shape)
