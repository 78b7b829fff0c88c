"""Several channels in, several kernels out: a convolution layer as a matrix of kernels.

A column is an input channel, a row is a kernel with one slice for each channel it reads, and at the
end of the row stands the feature map that the kernel makes. Colours and pointing are those of
`grids`.
"""

import numpy as np

from alexnet_lib.draw.arrays import as_matrix
from alexnet_lib.draw.markup import (
    background,
    cell,
    cell_table,
    figure_of,
    in_words,
    number,
    unusual,
)
from alexnet_lib.draw.windows import MOST_TERMS, Taps, ghost, pad, products

HINT = (
    "Point at a cell of a map, or press Tab: its window in every channel. "
    "At an input: the outputs that read it."
)


def correlation(x, kernel, y, stride=1, padding=0, groups=1, notes=()):
    """Input channels above, kernels below, maps on the right, whose cells show their windows.

    x (C, H, W) without padding, kernel (O, C/groups, kh, kw), y (O, out_h, out_w), as in
    `conv.correlate2d`. With groups a kernel has slices only for the channels of its own group: the
    matrix falls into blocks.
    """
    x, y = [as_matrix(channel) for channel in x], [as_matrix(one) for one in y]
    taps = Taps(kernel[0][0].shape, stride, padding, 1)
    width, share = len(x) // groups, len(y) // groups
    own = [  # for each kernel: channel it reads → its slice for that channel
        {o // share * width + c: as_matrix(part) for c, part in enumerate(slices)}
        for o, slices in enumerate(kernel)
    ]
    padded = [pad(channel, padding) for channel in x]
    (ih, iw), rh = padded[0].shape, max(taps.shape[0], y[0].shape[0])

    def draw():
        tables = [_channel(c, x[c], padded[c], taps, own, y[0].shape) for c in range(len(x))]
        tables.append("<span></span>")
        (kh, kw), (sh, sw) = taps.shape, taps.span
        style = f"--cs:{len(x)};--iw:{iw};--ih:{ih};--rh:{rh};--kh:{kh};--kw:{kw};--px:1;--py:1;"
        style += f"--sw:{sw};--sh:{sh}"
        for o, slices in enumerate(own):
            tables += [_slice(o, slices.get(c)) for c in range(len(x))]
            tables.append(_map(o, y[o], padded, slices, taps))
            for c, part in slices.items():
                style += f";--g{o}-{c}:{background(ghost(taps, part))}"
        return tables, style

    size, kernel_size = in_words(x[0].shape), in_words((width, *taps.shape))
    text = f"{len(x)} channels of {size}, {len(y)} kernels of {kernel_size}"
    height, across = ih + len(y) * rh, len(x) * iw + y[0].shape[1]
    return figure_of(draw, text, height, across, HINT, notes, kind="volume", captions=1 + len(y))


def _channel(c, channel, padded, taps, own, outputs):
    """One input channel; a cell shows the outputs that read it, in every map that has any."""
    inside = pad(np.ones(channel.shape, bool), taps.padding, False)
    read = taps.read(padded.shape, outputs)
    maps = [o for o, slices in enumerate(own) if c in slices]

    def make_cell(row, column):
        names = unusual(inside[row, column], read[row, column])
        text = number(padded[row, column])
        over, along = taps.readers(0, row, outputs[0]), taps.readers(1, column, outputs[1])
        if not over or not along:
            return cell(text, names, f"channel {c}: {text}, read by no window", focus=True)
        cells = f"{len(over) * len(along)} cells in each of {len(maps)} maps"
        label = f"channel {c}: {text}, read by {cells}"
        place = f"--x:{along[0]};--y:{over[0]};--w:{len(along)};--h:{len(over)}"
        return cell(text, names, label, focus=True, overlays=[f"--o:{o};{place}" for o in maps])

    return cell_table(padded.shape, make_cell, f"channel {c}", "input")


def _slice(o, part):
    """A kernel's numbers for one channel, or an empty place where it does not read the channel."""
    if part is None:
        return '<span class="ax-none"></span>'
    return cell_table(part.shape, lambda r, c: cell(number(part[r, c])), f"kernel {o}", "kernel")


def _map(o, y, padded, slices, taps):
    """One feature map; a cell shows its window in every channel that its kernel reads."""

    def make_cell(row, column):
        top, left = taps.start(row, column)
        seen = {c: padded[c][taps.slices(row, column)] for c in slices}
        label = f"map {o}, row {row}, column {column}: {_sum(seen, slices, y[row, column])}"
        overlays = [f"--o:{c};--x:{left};--y:{top};--ghost:var(--g{o}-{c})" for c in slices]
        own = [f"--o:{c};--x:0;--k:{o};--ghost:none" for c in slices]  # the kernel's slices
        return cell(number(y[row, column]), label=label, focus=True, overlays=overlays + own)

    return cell_table(y.shape, make_cell, f"map {o}", "output")


def _sum(seen, slices, total):
    """The products of every channel, then the sum over the channels."""
    parts = {c: (window.astype(float) * slices[c]).sum() for c, window in seen.items()}
    short = sum(part.size for part in slices.values()) > MOST_TERMS
    told = "; ".join(
        f"channel {c}: {number(part) if short else products(seen[c], slices[c], part)}"
        for c, part in parts.items()
    )
    return told if len(parts) == 1 else f"{told}; together {number(total)}"
