"""Where windows lie: which cells each one reads, which outputs read a cell, both as overlays."""

from math import gcd

import numpy as np

from alexnet_lib.draw.markup import number

MOST_TERMS = 25


class Taps:
    """Which padded input cells a window of the given shape reads."""

    def __init__(self, shape, stride, padding, dilation):
        self.shape = tuple(shape)
        self.stride, self.padding, self.dilation = both(stride), both(padding), both(dilation)
        self.span = tuple(d * (k - 1) + 1 for k, d in zip(self.shape, self.dilation, strict=True))

    def start(self, row, column):
        """Where the window of an output cell begins, in padded coordinates."""
        return row * self.stride[0], column * self.stride[1]

    def slices(self, row, column):
        """What the window of an output cell reads, as slices of the padded input."""
        corner = self.start(row, column)
        return tuple(
            slice(c, c + span, d)
            for c, span, d in zip(corner, self.span, self.dilation, strict=True)
        )

    def read(self, size, outputs):
        """A mask (H, W) of the padded cells that at least one window reads."""
        rows, columns = (
            [bool(self.readers(axis, position, outputs[axis])) for position in range(size[axis])]
            for axis in (0, 1)
        )
        return np.outer(rows, columns)

    def readers(self, axis, position, outputs):
        """The outputs along an axis whose window reads this padded position: a range."""
        s, d, last = self.stride[axis], self.dilation[axis], self.span[axis] - 1
        taps = range(0, last + 1, d)
        hits = [output for output in range(outputs) if position - output * s in taps]
        return range(hits[0], hits[-1] + 1, self.tile(axis)) if hits else range(0)

    def tile(self, axis):
        """The distance between outputs that read the same position: above 1 only with dilation."""
        return self.dilation[axis] // gcd(self.stride[axis], self.dilation[axis])


def both(value):
    """A pair (height, width): the value twice, or the pair it already is."""
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def pad(x, padding, fill=0):
    """The matrix with rings of `fill` around it."""
    ph, pw = both(padding)
    return np.pad(x, ((ph, ph), (pw, pw)), constant_values=fill)


def products(window, weights, value):
    """The arithmetic of one window, "3·1 + 2·(−1) = 1"; of a large one, how many products."""
    if weights.size > MOST_TERMS:
        return f"{weights.size} products add up to {number(value)}"
    terms = (f"{number(a)}·{_bracket(b)}" for a, b in zip(window.flat, weights.flat, strict=True))
    return f"{' + '.join(terms)} = {number(value)}"


def ghost(taps, weights):
    """The window as a picture: each cell it reads tinted, the kernel's number in its corner."""
    tint = 'width="18" height="18" fill="#d55e00" fill-opacity=".28"'
    parts = []
    for r, c in np.ndindex(*taps.shape):
        x, y = c * taps.dilation[1] * 20, r * taps.dilation[0] * 20
        parts.append(f'<rect x="{x + 1}" y="{y + 1}" {tint}/>')
        if weights is not None:
            parts.append(f'<text x="{x + 18}" y="{y + 18}">×{number(weights[r, c])}</text>')
    letters = 'font-family="sans-serif" font-size="6.2" font-weight="bold"'
    style = f'{letters} text-anchor="end" fill="#9c4200"'
    size = f'viewBox="0 0 {taps.span[1] * 20} {taps.span[0] * 20}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{"".join(parts)}</svg>'


def _bracket(value):
    text = number(value)
    return f"({text})" if text.startswith("−") else text
