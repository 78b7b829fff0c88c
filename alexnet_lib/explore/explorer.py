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

MOST_CORNERS, STALE = 128, ".ax-stale{opacity:.45}"


def explore(function, /, *then, **controls):
    """Show `function(**values)` under one control for each keyword, and again whenever a control moves.

    A control is ipywidgets' own abbreviation, (0, 3), ["a", "b"], True, or a ready widget. It
    starts at the default of the function's parameter, else at its first value. Further functions
    each take the dict that the one before returns: `explore(compute, draw, stride=(1, 4))`. The
    last answer is shown as a notebook would show it. A ValueError is explained under the controls
    and the last picture kept; any other exception is shown and raised.
    """
    return Explorer((function, *then), controls)


class Explorer(Column):
    """Controls above a view. `controls` maps names to widgets; `message` is the current explanation, "" if none."""

    def __init__(self, functions, controls):
        self.functions, self.message = functions, ""
        self.controls = {
            name: control(functions[0], name, given) for name, given in controls.items()
        }
        self._message = HTML(layout=Layout(min_height="1.6em"))
        self.still = self.draw(**self.values())
        tallest = None if self.still.height is None else self._tallest()
        self._view = HTML(self.still.markup, layout=Layout(min_height=tallest))
        style = HTML(f"<style>{STALE}{self.still.style}</style>", layout=Layout(display="none"))
        large = [widget for widget in self.controls.values() if isinstance(widget, VBox)]
        small = [widget for widget in self.controls.values() if widget not in large]
        rest = HBox(
            small, layout=Layout(flex="1 1 320px", flex_flow="row wrap", align_content="flex-start")
        )
        row = HBox([*large, rest], layout=Layout(flex_flow="row wrap", align_items="flex-start"))
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
        (self._view.add_class if message else self._view.remove_class)("ax-stale")

    def _tallest(self):
        """The height of the tallest picture over the controls' extremes, so that nothing below it ever moves."""
        ends, heights, dice = list(map(_extremes, self.controls.values())), [], Random(0)
        few = math.prod(map(len, ends)) <= MOST_CORNERS
        for corner in (
            product(*ends)
            if few
            else ([dice.choice(end) for end in ends] for _ in range(MOST_CORNERS))
        ):
            with suppress(ValueError):
                heights.append(self.draw(**dict(zip(self.controls, corner, strict=True))).height)
        return f"{max(heights)}px" if heights else None


def _extremes(widget):
    if hasattr(widget, "extremes") or hasattr(widget, "options"):
        return getattr(widget, "extremes", None) or [value for _, value in widget._options_full]
    return [widget.min, widget.max] if hasattr(widget, "min") else [widget.value]
