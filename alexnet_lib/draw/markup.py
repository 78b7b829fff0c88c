"""How a grid of numbers is written as HTML: plain tables first, then the styling on top.

A page that drops the styling, as JupyterLab does for a notebook it does not trust, still shows the
numbers; what must not show unstyled stands in attributes. The colours' meaning is in `grids`. Every
CSS class of the course begins with `ax-`. Sizes in pixels stand in CSS only, and are read from it.
"""

import math
import re
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import quote

from alexnet_lib.shown import Shown

STYLE = Path(__file__).parent / "style"
WIDE = 26  # cells side by side, from which on they are drawn smaller
AROUND = 14  # pixels above and below a figure: two margins of .4em, and its outline when focused


@cache
def css(*parts):
    """The CSS of the named parts, one file each in `style`."""
    texts = ((STYLE / f"{part}.css").read_text(encoding="utf-8") for part in parts)
    return "".join(texts).replace("\n", "")


@cache
def pixels(part, selector, name):
    """The pixels that a rule of a CSS file gives a property; those of a calc() are added up.

    pixels("grid", ".ax", "--u") is 34. Raises ValueError when the file has no such rule.
    """
    found = re.search(rf"(?:^|}}){re.escape(selector)}{{(?:[^}}]*;)?{name}:([^;}}]*)", css(part))
    if not found:
        raise ValueError(f"{part}.css gives {selector} no {name}")
    return sum(map(int, re.findall(r"(\d+)px", found[1])))


NOTE = pixels("grid", ".ax-note", "min-height")


def grid(draw, text, height, parts=()):
    """What `draw()` writes, as a `Shown`; `parts` names its CSS besides that of every grid."""
    return Shown(draw, text, height, css("grid", *parts))


def stacked(above, below, parts):
    """Two drawings as one, the second under the first; `parts` names the CSS of both."""
    height = above.height + below.height
    return grid(lambda: above.markup + below.markup, above.text, height, parts)


def number(value):
    """A number as it stands in a cell: whole numbers bare, others with two decimals."""
    value = float(value)
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.0f}" if value == round(value) else f"{value:.2f}"
    return text.replace("-", "−") if float(text) else "0"


def cell(text, names=(), label="", place="", focus=False, overlays=()):
    """One <td>: its text, class names and spoken label, and whether Tab stops at it.

    `place` says in CSS where its overlay lies; `overlays` are the places of several.
    """
    if len(text) >= 5:
        names = [*names, f"ax-{min(len(text), 6)}"]  # smaller letters
    attributes = f' class="{" ".join(names)}"' if names else ""
    attributes += ' tabindex="0"' if focus else ""
    attributes += f' style="{place}"' if place else ""
    attributes += f' aria-label="{escape(label)}"' if label else ""
    marks = "<i></i>" if place else "".join(f'<i style="{each}"></i>' for each in overlays)
    return f"<td{attributes}>{text}{marks}</td>"


def unusual(inside, read):
    """The class names of an input cell: of padding, and of one that no window reads."""
    return [*(() if inside else ["ax-pad"]), *(() if read else ["ax-left"])]


def cell_table(shape, make_cell, title, role):
    """A <table> of (H, W) cells, make_cell(row, column) each, with a caption, coloured by role."""
    rows = ("".join(make_cell(r, c) for c in range(shape[1])) for r in range(shape[0]))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<table class="ax-t ax-{role}" style="--n:{shape[1]}"><caption>{escape(title)}</caption>'
        f"<tbody>{body}</tbody></table>"
    )


def figure_of(draw, text, height, width, hint="", notes=(), play=0, kind="", captions=1):
    """Tables beside each other; height and width in cells, `captions` above one another at most.

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
        attributes = f' style="{style}"' if style else ""
        attributes += f' data-hint="{escape(hint)}"' if hint else ""
        moment = f"<style>{_turns(play)}</style>" if play else ""
        content = f'<div class="ax-row">{"".join(tables)}</div>{notes_below(notes)}'
        return moment + framed(content, text, names, attributes)

    selector = ".ax.ax-wide" if wide else ".ax"
    tall = captions * pixels("grid", selector, "--top") + height * pixels("grid", selector, "--u")
    tall += NOTE * len(notes) + AROUND
    tall += pixels("stepping", ".ax.ax-read", "padding-bottom") if hint else 0
    parts = filter(None, ("stepping" if hint else "", kind))
    return grid(markup, text, tall, parts)


def framed(content, text, names="ax", attributes=""):
    """The frame of every figure: Tab stops at it, to scroll it with the keyboard and to hear it."""
    spoken = f'role="group" tabindex="0" aria-label="{escape(text)}"'
    return f'<div class="{names}" {spoken}{attributes}>{content}</div>'


def _turns(cells):
    """CSS animations in which a cell is shown for the first of so many moments."""
    rest = f"{100 / cells:.3f}%,100%"
    seen = f"{{0%{{visibility:visible}}{rest}{{visibility:hidden}}}}"
    lit = f"{{0%{{outline-color:var(--c)}}{rest}{{outline-color:transparent}}}}"
    return f"@keyframes ax-seen{cells}{seen}@keyframes ax-lit{cells}{lit}"


def background(svg):
    """An SVG picture as a CSS value inside an attribute, which JupyterLab keeps."""
    return f"url(&quot;data:image/svg+xml,{quote(svg)}&quot;)"


def notes_below(notes):
    """Lines under a figure; what stands in backticks is code, selected whole by one click."""
    lines = (re.sub("`(.*?)`", r"<code>\1</code>", escape(note)) for note in notes)
    return "".join(f'<div class="ax-note">{line}</div>' for line in lines)


def in_words(shape):
    """A shape in words: (3, 4) is "3 × 4"."""
    return " × ".join(str(n) for n in shape)
