"""A convolutional network as blocks to scale: as tall and as deep as its maps, as wide as it has channels.

The picture is drawn behind labels that stand in attributes, so an unstyled page shows only the table below it.
"""

from html import escape

from alexnet_lib.grids import table
from alexnet_lib.plots import INPUT, KERNEL, OUTPUT
from alexnet_lib.tables import Grid, background, framed, times

TALL, DEEP, RISE, WIDE, UNIT = 0.7, 0.3, 0.22, 0.2, 0.075
LEAST, THIN, GAP, EDGE = 3, 8, 22, 4
HEIGHT, LABEL = 214, 50


def anatomy(shapes, chosen, reads, kernel, **listing):
    """The blocks, and under them a table; `listing` is as in `grids.table`, the rest as in `tower`."""
    drawn, below = tower(shapes, chosen, reads, kernel), table(**listing)
    height = drawn.height + below.height
    return Grid(lambda: drawn.markup + below.markup, drawn.text, height, ["blocks", "list"])


def tower(shapes, chosen="", reads="", kernel=None):
    """One block a layer: `shapes` maps its name to (channels, height, width), or to (units,) for a vector.

    The first is the input. The block `chosen` is outlined, and what one of its units sees of the block `reads` is
    marked: a window of `kernel` × `kernel`, or all of it when there is none.
    """
    text = "network to scale: " + ", ".join(f"{name} {times(shape)}" for name, shape in shapes.items())
    return Grid(lambda: _drawn(shapes, chosen, reads, kernel, text), text, HEIGHT + LABEL + 14, ["blocks"])


def _drawn(shapes, chosen, reads, kernel, text):
    blocks, edge = {}, EDGE
    for name, shape in shapes.items():
        blocks[name] = _Block(edge, shape)
        edge = blocks[name].right + GAP + THIN * (len(shape) == 1)
    parts = []
    for place, (name, block) in enumerate(blocks.items()):
        parts.append(block.drawn(INPUT if place == 0 else OUTPUT, KERNEL if name == chosen else "#5d636b"))
    if chosen:
        parts.append(_sight(blocks[reads], blocks[chosen], kernel))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{edge:.0f}" height="{HEIGHT}">{"".join(parts)}</svg>'
    names = "".join(
        f'<b style="left:{(block.left + block.right) / 2:.0f}px" data-text="{escape(name)}&#10;{_numbers(shape)}"></b>'
        for (name, block), shape in zip(blocks.items(), shapes.values(), strict=True)
    )
    style = f"--tower:{background(svg)};width:{edge:.0f}px;height:{HEIGHT + LABEL}px"
    return framed(f'<div class="ax-blocks" style="{style}">{names}</div>', text)


def _numbers(shape):
    """The units, or the channels and under them the size of a map."""
    return "&#10;".join([str(shape[0]), *([times(shape[1:])] if shape[1:] else [])])


class _Block:
    """Where a block lies in the picture: its front is channels wide, its side face is a map seen from the right."""

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
        left, wide, top, tall, deep, rise = self.left, self.wide, self.top, self.tall, self.deep, self.rise
        front = f"M{left:.1f},{top:.1f}h{wide:.1f}v{tall:.1f}h{-wide:.1f}z"
        lid = f"M{left:.1f},{top:.1f}l{deep:.1f},{-rise:.1f}h{wide:.1f}l{-deep:.1f},{rise:.1f}z"
        side = f"M{self.side(0, 0)}L{self.side(1, 0)} {self.side(1, 1)} {self.side(0, 1)}z"
        faces = ((front, 0.75), (lid, 0.3), (side, 0.5))
        paths = "".join(f'<path d="{path}" fill="{colour}" fill-opacity="{share}"/>' for path, share in faces)
        return f'<g stroke="{outline}" stroke-width="{2.5 if outline == KERNEL else 0.7}">{paths}</g>'


def _sight(source, target, kernel):
    """The window in the middle of the source's side face, and lines from its corners to the target."""
    share = 1 if source.vector or kernel is None else min(1, kernel * TALL / source.tall)
    low, high = (1 - share) / 2, (1 + share) / 2
    corners = [source.side(low, low), source.side(high, low), source.side(high, high), source.side(low, high)]
    middle = target.top + target.tall / 2
    ends = (target.top, target.top + target.tall) if target.vector else (middle, middle)
    rays = "".join(
        f"M{corner}L{target.left:.1f},{end:.1f}" for corner, end in zip((corners[1], corners[2]), ends, strict=True)
    )
    window = f"M{' '.join(corners)}z"
    return f'<path d="{window}{rays}" fill="{KERNEL}" fill-opacity=".45" stroke="{KERNEL}" stroke-width="1.2"/>'
