"""Repeated runs of an experiment, their means and intervals, and the differences of pairs."""

import numpy as np

from alexnet_lib.draw.plots import FEW, FONT, MARKS, MUTED, SERIES, chart, drawing, label

DASHES = ("-", "--", "-.", ":")
BAND = {"color": "#009e73", "alpha": 0.16, "lw": 0}
SIGNS = {"shown": "✓", "excluded": "✗"}


def compare(steps, curves, quantity, differences=(), measure="", levels=(), log=False):
    """Curves of settings over steps, and the difference of every pair; see `claims.compare`.

    `curves` maps a name to {"runs", "mean", "low", "high"}; each of `levels` is drawn as a
    line. Each difference is a `claims.Difference`: its values are dots, one a pair, its interval a
    bar, what was claimed a band, its verdict the line above.
    """
    height = max(3.9, 1.6 + 0.95 * len(differences))
    figure, (left, right) = chart(9.6, height, columns=2, width_ratios=(1.15, 1))
    for index, (name, lines) in enumerate(curves.items()):
        colour, dash = SERIES[index % len(SERIES)], DASHES[index % len(DASHES)]
        for run in lines["runs"]:
            left.plot(steps, run, color=colour, lw=0.7, alpha=0.4)
        left.fill_between(steps, lines["low"], lines["high"], color=colour, alpha=0.15, lw=0)
        mark = {"marker": MARKS[index % len(MARKS)], "markersize": 5}
        left.plot(steps, lines["mean"], dash, color=colour, lw=2.2, label=name, **mark)
    for level in levels:
        left.axhline(level, color=MUTED, ls=":", lw=1.5)
    if log:
        left.set_yscale("log")
    if quantity.endswith("%"):
        low, high = left.get_ylim()
        left.set_ylim(max(low, -2), min(high, 102))
    label(left, "step", quantity)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=10.5)
    _pairs(right, differences, measure)
    found = "; ".join(f"{d.label}: {d.sentence}, {d.verdict}" for d in differences)
    text = f"Runs of {', '.join(curves)}: {quantity} over steps, and the {measure or 'pairs'}"
    return drawing(figure, text, FEW, alt=f"{text}. {found}" if found else text)


def _pairs(axes, differences, measure):
    """A line of text, dots, a bar and a diamond for every difference, the first on top.

    A band is what was claimed. An end that is not known is drawn as an arrow.
    """
    words = {"transform": axes.get_yaxis_transform(), "va": "center"}
    left, right = _ends(differences)
    for place, one in enumerate(differences):
        at = -place
        if one.claimed is not None:
            axes.fill_between(np.clip(one.claimed, left, right), at - 0.18, at + 0.18, **BAND)
        spread = np.linspace(-0.13, 0.13, len(one.values))
        axes.plot(one.values, at + spread, "o", color=MUTED, alpha=0.75, markersize=5)
        bar = np.clip([one.low, one.high], left, right)
        axes.plot(bar, [at, at], color="black", lw=3, solid_capstyle="butt")
        axes.plot(one.mean, at, "D", color="black", markersize=8)
        for end, open_end, arrow in ((left, one.low < left, "<"), (right, one.high > right, ">")):
            if open_end:
                axes.plot(end, at, arrow, color="black", clip_on=False)
        sign = SIGNS.get(one.verdict, "○")
        axes.text(0.01, at + 0.40, one.label, **words, **FONT)
        line = f"{sign} {one.sentence}: {one.verdict}"
        axes.text(0.01, at + 0.24, line, **words, fontsize=10.5, weight="bold")
    if differences:
        axes.axvline(differences[0].neutral, color="black", lw=1, ls=":")
    axes.set(yticks=[], xlim=(left, right), ylim=(0.35 - max(1, len(differences)), 0.6))
    label(axes, measure, "")
    axes.spines["left"].set_visible(False)


def _ends(differences):
    """The ends of an axis that shows all that is finite, with some room."""
    found = [
        (*one.values, one.low, one.high, *(one.claimed or ()), one.neutral) for one in differences
    ]
    finite = [number for row in found for number in row if np.isfinite(number)] or [0, 1]
    room = 0.06 * (max(finite) - min(finite)) or 1
    return min(finite) - room, max(finite) + room
