"""How a grid of numbers is written as HTML: plain tables first, then the styling on top.

A page that drops the styling, as JupyterLab does for a notebook it does not trust, still shows the numbers; what must
not show unstyled stands in attributes. The colours' meaning is in `grids`.
"""

from html import escape
from pathlib import Path

import numpy as np

STYLE = (Path(__file__).parent / "grids.css").read_text(encoding="utf-8").replace("\n", "")
WIDE = 26


class Grid:
    """Markup to show, its one-line description, and its height in pixels. Notebooks display it by themselves."""

    style = STYLE

    def __init__(self, markup, text, height):
        self.markup, self.text, self.height = markup, text, height

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        return f"<style>{STYLE}</style>{self.markup}"


def number(value):
    """The shortest honest way to write a number in a cell: whole numbers bare, others with two decimals."""
    value = float(value)
    text = f"{value:.0f}" if value == round(value) else f"{value:.2f}"
    return text.replace("-", "−") if float(text) else "0"


def cell(text, names=(), label="", inside="", focus=False):
    """One <td>: its text, class names, spoken label, markup inside it, and whether Tab stops at it."""
    names = [*names, *([] if len(text) < 5 else ["ax-5" if len(text) == 5 else "ax-6"])]
    attributes = f' class="{" ".join(names)}"' if names else ""
    attributes += ' tabindex="0"' if focus else ""
    attributes += f' aria-label="{escape(label)}"' if label else ""
    return f"<td{attributes}>{text}{inside}</td>"


def rows(shape, make_cell, title, role):
    """A <table> of shape (H, W) whose cells are make_cell(row, column), with a caption, in the colour of its role."""
    body = "".join(f"<tr>{''.join(make_cell(r, c) for c in range(shape[1]))}</tr>" for r in range(shape[0]))
    return (
        f'<table class="ax-t ax-{role}" style="--n:{shape[1]}"><caption>{escape(title)}</caption>'
        f"<tbody>{body}</tbody></table>"
    )


def figure(tables, text, height, width, style="", hint=""):
    """A Grid of tables beside each other; height and width in cells; `hint` stands below until a cell is pointed at."""
    wide = width > WIDE
    names = "ax" + (" ax-wide" if wide else "") + (" ax-read" if hint else "")
    attributes = (f' style="{style}"' if style else "") + (f' data-hint="{escape(hint)}"' if hint else "")
    markup = f'<div class="{names}"{attributes}><div class="ax-row">{"".join(tables)}</div></div>'
    side, caption = (25, 22) if wide else (34, 27)
    return Grid(markup, text, caption + side * height + (58 if hint else 0) + 14)


def array(values):
    """The numbers as a 2-D numpy array: a tensor on any device, an array or nested lists; a row becomes (1, W)."""
    values = np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)
    if values.ndim == 1:
        values = values[None]
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"a grid shows a matrix (H, W) or a row (W,), not shape {values.shape}")
    return values


def times(shape):
    """A shape in words: (3, 4) is "3 × 4"."""
    return " × ".join(str(n) for n in shape)
