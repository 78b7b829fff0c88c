"""Move a control, see the function's answer: `explore(draw, stride=(1, 4))`.

Where `ipywidgets.interact` clears and redraws, this keeps one view and changes its content: nothing
flickers or jumps. The first answer is stored with the page as a still, so it shows on GitHub and
before any cell is run.
"""

import math
from contextlib import suppress
from html import escape
from itertools import product
from random import Random

from ipywidgets import HTML, HBox, Layout, VBox

from alexnet_lib.explore.controls import Column, control, read
from alexnet_lib.shown import Shown

MOST_CORNERS = 128  # settings whose heights are asked for
STALE = ".ax-stale{opacity:.45}"


def explore(function, /, *then, **controls):
    """Show `function(**values)` under a control for each keyword, again whenever one moves.

    A control is ipywidgets' own abbreviation, (0, 3), ["a", "b"], True, or a ready widget. It
    starts at the default of the function's parameter, else at its first value. Further functions
    each take the dict that the one before returns: `explore(compute, draw, stride=(1, 4))`. The
    last answer is shown as a notebook would show it. A ValueError is explained under the controls
    and the last picture kept; any other exception is shown and raised.
    """
    return Explorer((function, *then), controls)


class Explorer(Column):
    """Controls, {name: widget}, above a view; `message` is what is explained just now, or ""."""

    def __init__(self, functions, controls):
        self.functions, self.message = functions, ""
        self.controls = {n: control(functions[0], n, given) for n, given in controls.items()}
        self._message = HTML(layout=Layout(min_height="1.6em"))
        self.still = self.draw(**self.values())
        tallest = None if self.still.height is None else self._tallest()
        self._view = HTML(self.still.markup, layout=Layout(min_height=tallest))
        style = HTML(f"<style>{STALE}{self.still.style}</style>", layout=Layout(display="none"))
        large = [widget for widget in self.controls.values() if isinstance(widget, VBox)]
        small = [widget for widget in self.controls.values() if widget not in large]
        wrapped = {"flex_flow": "row wrap"}
        rest = HBox(small, layout=Layout(flex="1 1 320px", align_content="flex-start", **wrapped))
        row = HBox([*large, rest], layout=Layout(align_items="flex-start", **wrapped))
        super().__init__([row, self._message, self._view, style])
        for widget in self.controls.values():
            widget.observe(self._redraw, "value")

    @property
    def markup(self):
        """What the view shows now, as HTML."""
        return self._view.value

    def values(self):
        """What the controls say now, by name."""
        return read(self.controls)

    def draw(self, **values):
        """The answer for these values, whatever the controls say, as a `Shown`."""
        answer = self.functions[0](**values)
        for function in self.functions[1:]:
            answer = function(**answer)
        return Shown.of(answer)

    def _redraw(self, _change):
        try:
            markup = self.draw(**self.values()).markup
        except ValueError as error:
            self._explain(str(error))
        except Exception as error:
            self._explain(f"{type(error).__name__}: {error}")
            raise
        else:
            self._explain("")
            self._view.value = markup

    def _explain(self, message):
        self.message = message
        self._message.value = f'<span role="alert">⚠ {escape(message)}</span>' if message else ""
        if message:
            self._view.add_class("ax-stale")
        else:
            self._view.remove_class("ax-stale")

    def _tallest(self):
        """Room, as CSS, for the tallest picture there can be, so that nothing below it ever moves.

        A picture is tallest where controls stand at their ends. All combinations of ends are asked,
        or as many of them by chance, always the same: a height is known without drawing.
        """
        ends, chance = [_ends(widget) for widget in self.controls.values()], Random(0)
        corners = product(*ends)
        if math.prod(map(len, ends)) > MOST_CORNERS:
            corners = ([chance.choice(end) for end in ends] for _ in range(MOST_CORNERS))
        heights = []
        for corner in corners:
            with suppress(ValueError):  # an impossible setting has no picture
                heights.append(self.draw(**dict(zip(self.controls, corner, strict=True))).height)
        return f"{max(heights)}px" if heights else None


def _ends(widget):
    """The values of a control at which a picture may be tallest: its ends, or every choice."""
    if hasattr(widget, "extremes"):  # one of this library's own
        return widget.extremes
    if hasattr(widget, "options"):
        return [value for _, value in widget._options_full]
    return [widget.min, widget.max] if hasattr(widget, "min") else [widget.value]
