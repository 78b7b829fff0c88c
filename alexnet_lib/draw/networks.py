"""Networks: a small one with every unit and connection, and a convolutional one as blocks to scale.

What is drawn stands behind tables of numbers or labels in attributes, so an unstyled page shows
numbers and tables only.
"""

from html import escape

from alexnet_lib.draw.arrays import as_matrix
from alexnet_lib.draw.grids import table
from alexnet_lib.draw.markup import (
    background,
    cell,
    cell_table,
    figure_of,
    framed,
    grid,
    in_words,
    number,
    pixels,
    stacked,
)
from alexnet_lib.draw.plots import INPUT, KERNEL, MUTED, OUTPUT

SIDE, CAPTION, GAP = (
    pixels("network", ".ax.ax-network", name) for name in ("--u", "--top", "--gap")
)
# Blocks, in pixels: for a row and a column of a map (across and upwards), a channel, and a unit;
TALL, DEEP, RISE, WIDE, UNIT = 0.7, 0.3, 0.22, 0.2, 0.075
# the least width of a block, that of a vector, between blocks, before the first;
LEAST, THIN, SPACE, EDGE = 3, 8, 22, 4
# the picture, and the labels below it.
HEIGHT, LABEL = 214, 50


def network(layers, entries, header, marked=None, notes=()):
    """A network layer by layer, units that are off striped and unconnected, and a table below.

    `layers` has (name, values, mask) for each layer, one number and one 1 or 0 a unit; the rest is
    as in `grids.table`.
    """
    drawing, below = _connected(layers), table(entries, header, marked=marked, notes=notes)
    return stacked(drawing, below, ["network", "list"])


def units(masks):
    """Only the units, one column a layer: 1 if they are on, else striped and not connected."""
    inner = len(masks) - 2
    hidden = ["hidden"] if inner == 1 else [f"hidden {layer}" for layer in range(1, inner + 1)]
    names = ("input", *hidden, "output")
    return _connected([(name, mask, mask) for name, mask in zip(names, masks, strict=True)])


def _connected(layers):
    layers = [(name, as_matrix(values)[0], as_matrix(mask)[0]) for name, values, mask in layers]
    tallest = max(len(values) for _, values, _ in layers)

    def draw():
        *inner, last = layers
        tables = [*(_column(*layer, "input") for layer in inner), _column(*last, "output")]
        return tables, f"--net:{background(_connections([mask for *_, mask in layers], tallest))}"

    on = ", ".join(f"{name} {int(mask.sum())} of {len(mask)}" for name, _, mask in layers)
    return figure_of(draw, f"network, units on: {on}", tallest, len(layers), kind="network")


def _column(name, values, mask, role):
    def make_cell(r, _):
        off = ([], "") if mask[r] else (["ax-off"], "0, off")
        return cell(number(values[r]), *off)

    return cell_table((len(values), 1), make_cell, name, role)


def _connections(masks, tallest):
    """Lines from every unit that is on to those of the next layer that are, as SVG."""
    lines = []
    for i in range(len(masks) - 1):
        left, right = i * (SIDE + GAP) + SIDE, (i + 1) * (SIDE + GAP)
        for a in masks[i].nonzero()[0]:
            for b in masks[i + 1].nonzero()[0]:
                ends = (_middle(a, len(masks[i]), tallest), _middle(b, len(masks[i + 1]), tallest))
                lines.append(f"M{left},{ends[0]}L{right},{ends[1]}")
    size = f'width="{len(masks) * (SIDE + GAP)}" height="{CAPTION + tallest * SIDE}"'
    path = f'<path d="{"".join(lines)}" stroke="{MUTED}" fill="none"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{path}</svg>'


def _middle(unit, units, tallest):
    return CAPTION + (unit + 0.5 + (tallest - units) / 2) * SIDE


def anatomy(shapes, chosen, reads, kernel, **listing):
    """The blocks of `tower`, and under them a table; `listing` is as in `grids.table`."""
    drawn, below = tower(shapes, chosen, reads, kernel), table(**listing)
    return stacked(drawn, below, ["blocks", "list"])


def tower(shapes, chosen="", reads="", kernel=None):
    """One block a layer: `shapes` maps names to (channels, height, width) or, a vector, (units,).

    The first is the input. The block `chosen` is outlined, and what one of its units sees of the
    block `reads` is marked: a window of `kernel` × `kernel`, or all of it when there is none.
    """
    text = "network to scale: " + ", ".join(
        f"{name} {in_words(shape)}" for name, shape in shapes.items()
    )
    return grid(
        lambda: _blocks(shapes, chosen, reads, kernel, text), text, HEIGHT + LABEL + 14, ["blocks"]
    )


def _blocks(shapes, chosen, reads, kernel, text):
    blocks, edge = {}, EDGE
    for name, shape in shapes.items():
        blocks[name] = _Block(edge, shape)
        edge = blocks[name].right + SPACE + THIN * (len(shape) == 1)
    parts = []
    for place, (name, block) in enumerate(blocks.items()):
        parts.append(
            block.drawn(INPUT if place == 0 else OUTPUT, KERNEL if name == chosen else "#5d636b")
        )
    if chosen:
        parts.append(_sight(blocks[reads], blocks[chosen], kernel))
    size = f'width="{edge:.0f}" height="{HEIGHT}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'
    names = "".join(
        f'<b style="left:{(blocks[name].left + blocks[name].right) / 2:.0f}px" '
        f'data-text="{escape(name)}&#10;{_numbers(shape)}"></b>'
        for name, shape in shapes.items()
    )
    style = f"--tower:{background(svg)};width:{edge:.0f}px;height:{HEIGHT + LABEL}px"
    return framed(f'<div class="ax-blocks" style="{style}">{names}</div>', text)


def _numbers(shape):
    """The units, or the channels and under them the size of a map."""
    return "&#10;".join([str(shape[0]), *([in_words(shape[1:])] if shape[1:] else [])])


class _Block:
    """Where a block lies: its front is channels wide, its side is a map seen from the right."""

    def __init__(self, left, shape):
        self.left, self.vector = left, len(shape) == 1
        rows, columns = (1, 1) if self.vector else shape[1:]
        self.wide = THIN if self.vector else max(LEAST, shape[0] * WIDE)
        self.tall = shape[0] * UNIT if self.vector else rows * TALL
        self.deep, self.rise = (0, 0) if self.vector else (columns * DEEP, columns * RISE)
        self.top = (HEIGHT - self.tall + self.rise) / 2
        self.right = left + self.wide + self.deep

    def side(self, across, down):
        """A point of the side face; both run from 0 to 1, away from the viewer and downwards."""
        x = self.left + self.wide + across * self.deep
        return f"{x:.1f},{self.top - across * self.rise + down * self.tall:.1f}"

    def drawn(self, colour, outline):
        """The three faces that are seen."""
        left, wide, top, tall, deep, rise = (
            self.left,
            self.wide,
            self.top,
            self.tall,
            self.deep,
            self.rise,
        )
        front = f"M{left:.1f},{top:.1f}h{wide:.1f}v{tall:.1f}h{-wide:.1f}z"
        lid = f"M{left:.1f},{top:.1f}l{deep:.1f},{-rise:.1f}h{wide:.1f}l{-deep:.1f},{rise:.1f}z"
        side = f"M{self.side(0, 0)}L{self.side(1, 0)} {self.side(1, 1)} {self.side(0, 1)}z"
        faces = ((front, 0.75), (lid, 0.3), (side, 0.5))
        paths = "".join(
            f'<path d="{path}" fill="{colour}" fill-opacity="{share}"/>' for path, share in faces
        )
        return (
            f'<g stroke="{outline}" stroke-width="{2.5 if outline == KERNEL else 0.7}">{paths}</g>'
        )


def _sight(source, target, kernel):
    """The window in the middle of the source's side, and lines from its corners to the target."""
    share = 1 if source.vector or kernel is None else min(1, kernel * TALL / source.tall)
    low, high = (1 - share) / 2, (1 + share) / 2
    corners = [
        source.side(low, low),
        source.side(high, low),
        source.side(high, high),
        source.side(low, high),
    ]
    middle = target.top + target.tall / 2
    ends = (target.top, target.top + target.tall) if target.vector else (middle, middle)
    rays = "".join(
        f"M{corner}L{target.left:.1f},{end:.1f}"
        for corner, end in zip((corners[1], corners[2]), ends, strict=True)
    )
    window = f"M{' '.join(corners)}z"
    stroke = f'stroke="{KERNEL}" stroke-width="1.2"'
    return f'<path d="{window}{rays}" fill="{KERNEL}" fill-opacity=".45" {stroke}/>'
