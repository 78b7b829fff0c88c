"""Numbers as tables, coloured by role, with a window under every output cell.

Each function returns a `Grid`. Pointing at an output cell, or reaching it with Tab, shows its window and its arithmetic
by CSS alone: no kernel, no JavaScript. Colours mean the same everywhere: blue input, orange kernel and window, green
output, purple stripes for cells that no window reads, dashed for padding.
"""

from html import escape
from urllib.parse import quote

import numpy as np

from alexnet_lib.tables import Grid, array, cell, figure, number, rows, times

MOST_TERMS = 25
HINT = "Point at an output cell, or reach it with Tab: its window and its arithmetic appear here."


def matrix(values, title="", role="input"):
    """One table of numbers; `values` (H, W) or (W,); `role` is "input", "kernel" or "output" and sets the colour."""
    return matrices((values, title, role))


def matrices(*triples):
    """Several tables beside each other, each given as (values, title, role)."""
    grids = [(array(values), title, role) for values, title, role in triples]
    shapes = [values.shape for values, _, _ in grids]
    text = " · ".join(f"{title or role} {times(values.shape)}" for values, title, role in grids)
    return figure([_plain(*each) for each in grids], text, max(s[0] for s in shapes), sum(s[1] for s in shapes))


def correlation(x, kernel, y, stride=1, padding=0, dilation=1):
    """Input, kernel and output side by side; an output cell shows its window, its products and its sum.

    x (H, W) without padding, kernel (kh, kw), y (out_h, out_w); stride, padding and dilation as in `alexnet_lib.conv`.
    Input cells that no window reads are striped.
    """
    x, kernel, y = array(x), array(kernel), array(y)
    padded = _pad(x, padding)
    taps = _Taps(kernel.shape, stride, padding, dilation)

    def sentence(window, value):
        if kernel.size > MOST_TERMS:
            return f"{kernel.size} products add up to {number(value)}"
        products = (f"{number(a)}·{_bracket(b)}" for a, b in zip(window.flat, kernel.flat, strict=True))
        return f"{' + '.join(products)} = {number(value)}"

    tables = [
        _input_table(x, padded, taps, y.shape),
        _plain(kernel, f"kernel {times(kernel.shape)}", "kernel"),
        _output_table(padded, y, taps, sentence),
    ]
    text = f"correlation: input {times(x.shape)}, kernel {times(kernel.shape)}, output {times(y.shape)}"
    return _stepping(tables, text, taps, padded, y, kernel)


def pooling(x, y, window, stride=None, padding=0, mode="max"):
    """Input and pooled output side by side; an output cell shows its window. x (H, W), y (out_h, out_w)."""
    x, y = array(x), array(y)
    padded = _pad(x.astype(float), padding, np.nan if mode == "max" else 0)
    taps = _Taps(_both(window), window if stride is None else stride, padding, 1)

    def sentence(part, value):
        numbers = ", ".join(number(v) for v in part.flat if not np.isnan(v))
        return f"{'maximum' if mode == 'max' else 'average'} of {numbers} is {number(value)}"

    tables = [_input_table(x, padded, taps, y.shape), _output_table(padded, y, taps, sentence)]
    text = f"{mode} pooling: input {times(x.shape)}, window {times(taps.shape)}, output {times(y.shape)}"
    return _stepping(tables, text, taps, padded, y)


def ruler(size, count, kernel, stride=1, padding=0, dilation=1, title=""):
    """One row of input, and below it every window where it lands: `count` windows, a row each, ■ where it reads.

    Padding is dashed; cells that no window reads are striped. The title is "5 windows" and the like unless given.
    """
    width = size + 2 * padding
    taps = _Taps((1, kernel), (1, stride), (0, padding), (1, dilation))
    read = taps.read((1, width), (1, count))[0]
    inside = range(padding, padding + size)

    def make_cell(row, column):
        place = [] if column in inside else ["ax-pad"]
        if row == 0:
            label = "" if read[column] else f"{column - padding}, read by no window"
            text = str(column - padding) if column in inside else "0"
            return cell(text, place + ([] if read[column] else ["ax-left"]), label)
        offset = column - (row - 1) * stride
        on = 0 <= offset < taps.span[1] and offset % dilation == 0
        return cell("■" if on else "", ["ax-tap" if on else "ax-bare"], f"window {row - 1} reads this" if on else "")

    title = title or f"{count} window{'s' if count > 1 else ''}"
    text = f"ruler: input {size}, kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}: {title}"
    return figure([rows((count + 1, width), make_cell, title, "input")], text, count + 1, width)


def table(entries, header, title=""):
    """A plain table of text and numbers, one tuple a row: for layers, parameters, results. Whole numbers get commas."""
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in header)
    body = "".join(f"<tr>{''.join(f'<td>{escape(_entry(v))}</td>' for v in entry)}</tr>" for entry in entries)
    caption = f"<caption>{escape(title)}</caption>" if title else ""
    listing = f'<table class="ax-list">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return Grid(f'<div class="ax">{listing}</div>', title or "table", 30 * (len(entries) + 2))


class _Taps:
    """Which padded input cells a window of the given shape reads."""

    def __init__(self, shape, stride, padding, dilation):
        self.shape = tuple(shape)
        self.stride, self.padding, self.dilation = _both(stride), _both(padding), _both(dilation)
        self.span = tuple(d * (k - 1) + 1 for k, d in zip(self.shape, self.dilation, strict=True))

    def start(self, row, column):
        return row * self.stride[0], column * self.stride[1]

    def slices(self, row, column):
        corner = self.start(row, column)
        return tuple(slice(c, c + span, d) for c, span, d in zip(corner, self.span, self.dilation, strict=True))

    def read(self, size, outputs):
        """A mask (H, W) of the padded cells that at least one window reads."""
        lines = []
        for n, out, k, s, d in zip(size, outputs, self.shape, self.stride, self.dilation, strict=True):
            line = np.zeros(n, bool)
            line[(np.arange(out)[:, None] * s + np.arange(k) * d).ravel()] = True
            lines.append(line)
        return np.outer(*lines)


def _plain(values, title, role):
    return rows(values.shape, lambda r, c: cell(number(values[r, c])), title, role)


def _input_table(x, padded, taps, outputs):
    read = taps.read(padded.shape, outputs)
    ph, pw = taps.padding
    inside = np.zeros(padded.shape, bool)
    inside[ph : ph + x.shape[0], pw : pw + x.shape[1]] = True

    def make_cell(r, c):
        names = [name for name, on in (("ax-pad", not inside[r, c]), ("ax-left", not read[r, c])) if on]
        text = "" if np.isnan(padded[r, c]) else number(padded[r, c])
        return cell(text, names, "" if read[r, c] else f"{text or 'padding'}, read by no window")

    title = f"input {times(x.shape)}" + (f", padding {ph}" if ph == pw and ph else "")
    return rows(padded.shape, make_cell, title, "input")


def _output_table(padded, y, taps, sentence):
    def make_cell(r, c):
        top, left = taps.start(r, c)
        label = f"row {r}, column {c}: {sentence(padded[taps.slices(r, c)], y[r, c])}"
        return cell(number(y[r, c]), label=label, inside=f'<i style="--x:{left};--y:{top}"></i>', focus=True)

    return rows(y.shape, make_cell, f"output {times(y.shape)}", "output")


def _stepping(tables, text, taps, padded, y, weights=None):
    picture = quote(_ghost(taps, weights))
    ghost = f"--ghost:url(&quot;data:image/svg+xml,{picture}&quot;);--sw:{taps.span[1]};--sh:{taps.span[0]}"
    width = padded.shape[1] + y.shape[1] + (0 if weights is None else weights.shape[1])
    return figure(tables, text, max(padded.shape[0], y.shape[0]), width, ghost, HINT)


def _ghost(taps, weights):
    """The window as a picture: each cell it reads tinted, with the kernel's number for it in the corner."""
    parts = []
    for r, c in np.ndindex(*taps.shape):
        x, y = c * taps.dilation[1] * 20, r * taps.dilation[0] * 20
        parts.append(f'<rect x="{x + 1}" y="{y + 1}" width="18" height="18" fill="#d55e00" fill-opacity=".28"/>')
        if weights is not None:
            parts.append(f'<text x="{x + 18}" y="{y + 18}">×{number(weights[r, c])}</text>')
    style = 'font-family="sans-serif" font-size="6.2" font-weight="bold" text-anchor="end" fill="#9c4200"'
    size = f"0 0 {taps.span[1] * 20} {taps.span[0] * 20}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" {style}>{"".join(parts)}</svg>'


def _pad(x, padding, fill=0):
    ph, pw = _both(padding)
    return np.pad(x, ((ph, ph), (pw, pw)), constant_values=fill)


def _both(value):
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def _bracket(value):
    text = number(value)
    return f"({text})" if text.startswith("−") else text


def _entry(value):
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
