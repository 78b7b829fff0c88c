"""Numbers as tables, coloured by role, with a window under every output cell.

Each function returns a `Shown`. Pointing at an output cell, or reaching it with Tab, shows its
window and its arithmetic by CSS alone: no Python, no JavaScript. Colours mean the same in every
grid: blue input, orange kernel and window, green output, purple stripes for cells that no window
reads, dashed for padding.
"""

from html import escape

import numpy as np
from matplotlib.ticker import MaxNLocator

from alexnet_lib.draw.arrays import as_matrix
from alexnet_lib.draw.markup import (
    NOTE,
    background,
    cell,
    cell_table,
    figure_of,
    framed,
    grid,
    in_words,
    notes_below,
    number,
    pixels,
    unusual,
)
from alexnet_lib.draw.windows import Taps, both, ghost, pad, products

HINT = (
    "Point at an output, or press Tab: its window and sum. At an input: the outputs that read it."
)
LONG = 40  # letters, from which on the lines of a table break
LINE, LONG_LINE = 30, 50  # pixels: a row of a table, and one whose text takes two lines


def matrix(values, title="", role="input"):
    """One table of numbers, (H, W) or (W,), in the colour of "input", "kernel" or "output"."""
    return matrices((values, title, role))


def matrices(*triples):
    """Several tables beside each other, each given as (values, title, role)."""
    grids = [(as_matrix(values), title, role) for values, title, role in triples]
    shapes = [values.shape for values, _, _ in grids]
    text = " · ".join(f"{title or role} {in_words(values.shape)}" for values, title, role in grids)

    def draw():
        return [_plain(*each) for each in grids], ""

    return figure_of(draw, text, max(s[0] for s in shapes), sum(s[1] for s in shapes))


def correlation(x, kernel, y, stride=1, padding=0, dilation=1, notes=(), play=False):
    """Input, kernel and output side by side; an output cell shows its window, products and sum.

    x (H, W) without padding, kernel (kh, kw), y (out_h, out_w); stride, padding and dilation as in
    `alexnet_lib.conv`. An input cell shows the outputs that read it; striped cells are read by
    none. `notes` are lines to stand below, a line of code in backticks. With `play` the window
    walks through the output by itself.
    """
    x, kernel, y = as_matrix(x), as_matrix(kernel), as_matrix(y)
    taps = Taps(kernel.shape, stride, padding, dilation)

    def sentence(window, value):
        return products(window, kernel, value)

    shapes = map(in_words, (x.shape, kernel.shape, y.shape))
    text = "correlation: input {}, kernel {}, output {}".format(*shapes)
    return _stepping(text, x, pad(x, padding), taps, y, sentence, kernel, notes, play)


def pooling(x, y, window, stride=None, padding=0, mode="max", notes=(), play=False):
    """Input (H, W) and pooled output (out_h, out_w) side by side; an output shows its window."""
    x, y = as_matrix(x), as_matrix(y)
    taps = Taps(both(window), window if stride is None else stride, padding, 1)

    def sentence(part, value):
        numbers = ", ".join(number(v) for v in part.flat if not np.isnan(v))
        return f"{'maximum' if mode == 'max' else 'average'} of {numbers} is {number(value)}"

    padded = pad(x.astype(float), padding, np.nan if mode == "max" else 0)
    shapes = map(in_words, (x.shape, taps.shape, y.shape))
    text = mode + " pooling: input {}, window {}, output {}".format(*shapes)
    return _stepping(text, x, padded, taps, y, sentence, None, notes, play)


def ruler(size, count, kernel, stride=1, padding=0, dilation=1, title="", notes=()):
    """One row of input, and below it `count` windows where they land, a row each, ■ where it reads.

    Padding is dashed; cells that no window reads are striped. The title is "5 windows" and the like
    unless given; `notes` are lines to stand below.
    """
    width = size + 2 * padding
    taps = Taps((1, kernel), (1, stride), (0, padding), (1, dilation))
    read = taps.read((1, width), (1, count))[0]
    inside = range(padding, padding + size)

    def make_cell(row, column):
        place = [] if column in inside else ["ax-pad"]
        if row == 0:
            label = "" if read[column] else f"{column - padding}, read by no window"
            text = str(column - padding) if column in inside else ""
            return cell(text, place + ([] if read[column] else ["ax-left"]), label)
        offset = column - (row - 1) * stride
        on = 0 <= offset < taps.span[1] and offset % dilation == 0
        if on:
            return cell("■", ["ax-tap"], f"window {row - 1} reads this")
        return cell("", ["ax-bare"])

    title = title or f"{count} window{'s' if count > 1 else ''}"
    settings = f"stride {stride}, padding {padding}, dilation {dilation}"
    text = f"ruler: input {size}, kernel {kernel}, {settings}: {title}"

    def draw():
        return [cell_table((count + 1, width), make_cell, title, "input")], ""

    drawn = figure_of(draw, text, 1, width, notes=notes, kind="ruler")
    height = drawn.height + count * pixels("ruler", ".ax.ax-ruler table.ax-t tr+tr td", "height")
    return grid(lambda: drawn.markup, text, height, ["ruler"])


def table(entries, header, title="", marked=None, bars=None, notes=()):
    """A plain table of text and numbers, one tuple a row; whole numbers get commas.

    A table with long text in it is set from the left, and its lines break. `marked` is the number
    of a row to point at, `bars` a length from 0 to 1 for each row, `notes` lines to stand below, a
    line of code in backticks.
    """
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in header)
    head += "<td></td>" if bars else ""
    texts = [value for entry in entries for value in entry if isinstance(value, str)]
    wordy = any(len(text) > LONG for text in texts)

    def row(index, entry):
        cells = "".join(f"<td>{escape(_entry(value))}</td>" for value in entry)
        if bars:
            cells += f'<td><b class="ax-bar" style="--l:{bars[index]:.4f}"></b></td>'
        return f'<tr class="ax-marked">{cells}</tr>' if index == marked else f"<tr>{cells}</tr>"

    def draw():
        body = "".join(row(index, entry) for index, entry in enumerate(entries))
        caption = f"<caption>{escape(title)}</caption>" if title else ""
        kind = "ax-list ax-wordy" if wordy else "ax-list"
        content = f"{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        return framed(f'<table class="{kind}">{content}</table>{notes_below(notes)}', text)

    lines = len(entries) + 1 + bool(title)
    height = lines * (LONG_LINE if wordy else LINE) + NOTE * len(notes)
    text = title or f"table of {', '.join(map(str, header))}"
    return grid(draw, text, height, ["list"])


def histogram(values, title, low=None, high=None, bins=40, marks=()):
    """How often numbers fall into equal bins from `low` to `high`, as a row of bars.

    `values` (N,), from their lowest to their highest unless told; `marks` has (name, number) for
    one or two lines to draw across. Pointing at a bar, or reaching it with Tab, tells what it
    holds. Raises ValueError when a number lies outside.
    """
    values = as_matrix(values).ravel()
    low, high = (values.min() if low is None else low), (values.max() if high is None else high)
    if values.min() < low or values.max() > high:
        raise ValueError(
            f"the numbers run from {values.min():g} to {values.max():g}, beyond {low:g} to {high:g}"
        )
    counts, edges = np.histogram(values, bins, (low, high))
    lines = zip(marks, ("orange dashes", "dots"), strict=False)
    drawn = (f"{line}: {name}, {_short(value)}" for (name, value), line in lines)
    told = f"the highest bar holds {counts.max():,} of {values.size:,}"
    notes = (" · ".join([told, *drawn]),)

    def place(value):
        return f'style="--x:{(value - edges[0]) / (edges[-1] - edges[0]):.4f}"'

    def make_cell(_, column):
        count, ends = counts[column], f"{_short(edges[column])} to {_short(edges[column + 1])}"
        if not count:
            return "<td>0</td>"
        share = f"--l:{count / counts.max():.4f}"
        return f'<td tabindex="0" style="{share}" aria-label="{count:,} from {ends}">{count}</td>'

    def draw():
        ticks = MaxNLocator(8).tick_values(low, high)
        named = {tick: _short(tick) for tick in ticks if low <= tick <= high}
        scale = "".join(
            f'<b class="ax-tick" {place(tick)} data-text="{name}"></b>'
            for tick, name in named.items()
        )
        across = "".join(f'<b class="ax-mark" {place(value)}></b>' for _, value in marks)
        return [cell_table((1, bins), make_cell, title, "output"), scale, across], f"--n:{bins}"

    text = f"histogram of {title}, {bins} bins from {_short(edges[0])} to {_short(edges[-1])}"
    hint = "Point at a bar, or press Tab: how many it holds, and from where to where."
    drawn = figure_of(draw, text, 0, bins, hint, notes, kind="histogram")
    bars = pixels("histogram", ".ax.ax.ax-histogram", "--tall")
    scale = pixels("histogram", ".ax.ax.ax-histogram .ax-row", "padding-bottom")
    height = drawn.height + bars + scale + 6  # half a line more
    return grid(lambda: drawn.markup, text, height, ["stepping", "histogram"])


def _short(value):
    """Three digits, as an axis wants them."""
    return f"{value:.3g}".replace("-", "−")


def _plain(values, title, role):
    return cell_table(values.shape, lambda r, c: cell(number(values[r, c])), title, role)


def _stepping(text, x, padded, taps, y, sentence, kernel, notes, play):
    """Input, kernel if there is one, and output; cells show windows by overlays.

    `padded` is x with its padding, `taps` say where windows read it; `sentence(window, value)` is
    told of an output cell.
    """
    between = padded.shape[1] + (0 if kernel is None else kernel.shape[1])

    def draw():
        tables = [_input_table(x, padded, taps, y.shape)]
        if kernel is not None:
            tables.append(_plain(kernel, f"kernel {in_words(kernel.shape)}", "kernel"))
        tables.append(_output_table(padded, y, taps, sentence))
        style = (
            f"--ghost:{background(ghost(taps, kernel))};"
            f"--sw:{taps.span[1]};--sh:{taps.span[0]};"
            f"--px:{taps.tile(1)};--py:{taps.tile(0)};--ox:{between};--gaps:{len(tables) - 1}"
        )
        return tables, style

    height, width = max(padded.shape[0], y.shape[0]), between + y.shape[1]
    return figure_of(draw, text, height, width, HINT, notes, y.size if play else 0)


def _input_table(x, padded, taps, outputs):
    read = taps.read(padded.shape, outputs)
    inside = pad(np.ones(x.shape, bool), taps.padding, False)
    by_row = [taps.readers(0, r, outputs[0]) for r in range(padded.shape[0])]
    by_column = [taps.readers(1, c, outputs[1]) for c in range(padded.shape[1])]

    def make_cell(r, c):
        names = unusual(inside[r, c], read[r, c])
        text = "" if np.isnan(padded[r, c]) else number(padded[r, c])
        what = text if inside[r, c] else "padding"
        over, along = by_row[r], by_column[c]
        if not over or not along:
            return cell(text, names, f"{what}, read by no window", focus=True)
        label = f"{what}, read by {_lines('row', over)}, {_lines('column', along)} of the output"
        wide, tall = along[-1] - along[0] + 1, over[-1] - over[0] + 1
        place = f"--x:{along[0]};--y:{over[0]};--w:{wide};--h:{tall}"
        return cell(text, names, label, place, focus=True)

    ph, pw = taps.padding
    title = f"input {in_words(x.shape)}" + (f", padding {ph}" if ph == pw and ph else "")
    return cell_table(padded.shape, make_cell, title, "input")


def _output_table(padded, y, taps, sentence):
    def make_cell(r, c):
        top, left = taps.start(r, c)
        label = f"row {r}, column {c}: {sentence(padded[taps.slices(r, c)], y[r, c])}"
        place = f"--x:{left};--y:{top};--i:{r * y.shape[1] + c}"
        return cell(number(y[r, c]), label=label, place=place, focus=True)

    return cell_table(y.shape, make_cell, f"output {in_words(y.shape)}", "output")


def _lines(name, positions):
    if len(positions) == 1:
        return f"{name} {positions[0]}"
    if positions.step == 1:
        return f"{name}s {positions[0]} to {positions[-1]}"
    return f"{name}s {', '.join(map(str, positions))}"


def _entry(value):
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
