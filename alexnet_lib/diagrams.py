"""A small fully connected network as tables of numbers, its connections drawn behind them."""

from alexnet_lib.grids import table
from alexnet_lib.plots import MUTED
from alexnet_lib.tables import Grid, array, background, cell, figure, number, rows

SIDE, GAP, CAPTION = 34, 92, 27


def network(layers, rows, header, marked=None, notes=()):
    """A network layer by layer, units that are off striped and without connections, and a table below it.

    `layers` has (name, values, mask) for each layer, one number and one 1 or 0 a unit; the rest is as in `grids.table`.
    """
    drawing, below = _drawn(layers), table(rows, header, marked=marked, notes=notes)
    height = drawing.height + below.height
    return Grid(lambda: drawing.markup + below.markup, drawing.text, height, ["network", "list"])


def units(masks):
    """Only the units, one column a layer: 1 in those that are on; those that are off are striped and not connected."""
    hidden = ["hidden"] if len(masks) == 3 else [f"hidden {layer}" for layer in range(1, len(masks) - 1)]
    names = ("input", *hidden, "output")
    return _drawn([(name, mask, mask) for name, mask in zip(names, masks, strict=True)])


def _drawn(layers):
    layers = [(name, array(values)[0], array(mask)[0]) for name, values, mask in layers]
    tallest = max(len(values) for _, values, _ in layers)

    def draw():
        tables = [_column(*layer, role="output" if layer is layers[-1] else "input") for layer in layers]
        return tables, f"--net:{background(_connections([mask for *_, mask in layers], tallest))}"

    on = ", ".join(f"{name} {int(mask.sum())} of {len(mask)}" for name, _, mask in layers)
    return figure(draw, f"network, units on: {on}", tallest, len(layers), kind="network")


def _column(name, values, mask, role):
    def make_cell(r, _):
        return cell(number(values[r]), [] if mask[r] else ["ax-off"], "" if mask[r] else "0, off")

    return rows((len(values), 1), make_cell, name, role)


def _connections(masks, tallest):
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
