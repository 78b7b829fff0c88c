"""Controls that ipywidgets lacks: a slider with a spoken name, a table of numbers to edit, a choice of photographs.

ipywidgets' own slider has no accessible name and offers none, so a screen reader says only
"slider". Each control has a `value` that changes when the reader moves it; where that is text still
to be understood, `read` returns its meaning.
"""

import re
from fractions import Fraction
from inspect import Parameter, signature
from pathlib import Path

import traitlets
from anywidget import AnyWidget
from ipywidgets import Checkbox, Dropdown, FileUpload, HBox, Layout, VBox, Widget, interactive

from alexnet_lib.shown import Shown

STATIC = Path(__file__).parent / "static"
OWN = "your own"
LARGEST = 1_000_000
FIT = {"description_width": "initial"}
VIEW = "application/vnd.jupyter.widget-view+json"
NUMBER = re.compile(r"\s*[-−+]?(\d+(\.\d*)?|\.\d+)(/\d+)?\s*")


class Column(VBox):
    """Widgets below each other, with a `still`: what a page shows of them without a kernel, a `Shown`."""

    _ipython_display_ = None  # ipywidgets 7 would show itself by this, and leave the still out
    still = Shown("", "")

    def _repr_mimebundle_(self, **_):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        data, metadata = self.still.still
        return {VIEW: view, **data}, metadata


class Slider(AnyWidget):
    """A number between `min` and `max` in steps of `step`; moved with the mouse, a finger or the arrow keys."""

    _esm, _css = STATIC / "slider.js", STATIC / "controls.css"
    value, min, max, step = (traitlets.Any(0).tag(sync=True) for _ in range(4))
    description = traitlets.Unicode("").tag(sync=True)

    def __repr__(self):
        return f"{self.description}, {self.min} to {self.max}"

    @traitlets.validate("value")
    def _within(self, proposal):
        if not self.min <= proposal.value <= self.max:
            raise traitlets.TraitError(
                f"{self.description} runs from {self.min} to {self.max}, not {proposal.value}"
            )
        return proposal.value


class Cells(AnyWidget):
    """A table of numbers to edit. `value` holds the texts, row by row; `rows` and `columns` may name them."""

    _esm, _css = STATIC / "cells.js", STATIC / "controls.css"
    value = traitlets.Any(()).tag(sync=True)
    description = traitlets.Unicode("").tag(sync=True)
    rows = traitlets.List(traitlets.Unicode()).tag(sync=True)
    columns = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def read(self):
        """The numbers, as rows of ints and floats. Raises ValueError, in words, for a text that is no number."""
        return [
            [self._number(r, c, text) for c, text in enumerate(row)]
            for r, row in enumerate(self.value)
        ]

    def _number(self, r, c, text):
        above, _, below = text.replace("−", "-").partition("/")
        if not NUMBER.fullmatch(text) or (below and not int(below)):
            row = self.rows[r] if self.rows else f"row {r}"
            column = self.columns[c] if self.columns else f"column {c}"
            where = f"{self.description}, {row}, {column}"
            raise ValueError(f"{where}: {text!r} is not a number; write one like -1, 0.5 or 1/9")
        number = Fraction(above.strip()) / Fraction(below or 1)
        if abs(number) > LARGEST:
            raise ValueError(
                f"{self.description}: {text} is too large to show; stay within ±{LARGEST:,}"
            )
        return int(number) if number.denominator == 1 else float(number)


def numbers(rows, columns, description="settings"):
    """A table of numbers to edit: `rows` maps a row's name to its numbers, `columns` names the columns."""
    return Cells(
        value=_texts(rows.values()), rows=list(rows), columns=list(columns), description=description
    )


class Kernel(VBox):
    """A square kernel: one of the `presets` by name, resized within `sizes`, each of its numbers to edit."""

    value = traitlets.Any(())
    description = traitlets.Unicode("")

    def __init__(self, presets, sizes=None, description="kernel"):
        self.presets = {name: _texts(rows) for name, rows in presets.items()}
        first = next(iter(self.presets))
        self.cells = Cells(value=self.presets[first], description=description)
        self.preset = Dropdown(
            options=[*self.presets, OWN],
            description=description,
            layout=Layout(width="auto"),
            style=FIT,
        )
        self.size = None
        if sizes:
            start = len(self.presets[first])
            self.size = Slider(
                min=sizes[0], max=sizes[1], step=1, value=start, description=f"{description} size"
            )
            self.size.observe(self._resize, "value")
        super().__init__(
            [self.preset, *([self.size] if sizes else []), self.cells], description=description
        )
        self.value = self.cells.value
        self.preset.observe(self._choose, "value")
        self.cells.observe(self._edited, "value")

    def read(self):
        """The numbers, as rows of ints and floats. Raises ValueError, in words, for a text that is no number."""
        return self.cells.read()

    @property
    def extremes(self):
        """The smallest and the largest kernel that can be chosen."""
        largest = max([*map(len, self.presets.values()), self.size.max if self.size else 0])
        return [[[1]], [[0] * largest] * largest]

    def _choose(self, change):
        if change.new != OWN:
            self.cells.value = self.presets[change.new]

    def _resize(self, change):
        if change.new != len(self.cells.value):
            square = range(change.new)
            old = {
                (r, c): text for r, row in enumerate(self.cells.value) for c, text in enumerate(row)
            }
            self.cells.value = [[old.get((r, c), "0") for c in square] for r in square]

    def _edited(self, change):
        self.preset.value = next(
            (name for name, rows in self.presets.items() if rows == change.new), OWN
        )
        if self.size:
            self.size.value = len(change.new)
        self.value = change.new


class Photograph(VBox):
    """One of the named photographs, or an image file of the reader's own. `value` is the name or the file's bytes."""

    value = traitlets.Any()
    description = traitlets.Unicode("")

    def __init__(self, names, description="photo"):
        self.name = Dropdown(
            options=list(names), description=description, layout=Layout(width="auto"), style=FIT
        )
        self.upload = FileUpload(
            accept="image/*", description="your own image", layout=Layout(width="190px")
        )
        super().__init__([HBox([self.name, self.upload])], value=names[0], description=description)
        self._file = None
        self.name.observe(self._choose, "value")
        self.upload.observe(self._take, "value")

    def _choose(self, change):
        self.value = self._file if change.new == OWN else change.new

    def _take(self, change):
        """The file becomes a choice of its own, so that the way back to a photograph stays open."""
        files = change.new
        if isinstance(files, dict):  # ipywidgets 7
            files = list(files.values())
        self._file = bytes(files[-1]["content"])
        self.name.unobserve(self._choose, "value")
        self.name.options = [*(name for name in self.name.options if name != OWN), OWN]
        self.name.value = OWN
        self.name.observe(self._choose, "value")
        self.value = self._file


class Unit(VBox):
    """One unit of one of several square maps. `value` is (name, row, column); `sides` has each map's rows by name.

    On another map the unit stays in about the same place of the picture.
    """

    value = traitlets.Any()
    description = traitlets.Unicode("")

    def __init__(self, sides, start, description="unit"):
        self.sides, (name, *place) = sides, start
        self.map = Dropdown(
            options=list(sides),
            value=name,
            description="layer",
            layout=Layout(width="auto"),
            style=FIT,
        )
        names = zip(("row", "column"), place, strict=True)
        self.place = [
            Slider(min=0, max=sides[name] - 1, step=1, value=at, description=what)
            for what, at in names
        ]
        row = HBox([self.map, *self.place], layout=Layout(flex_flow="row wrap"))
        super().__init__([row], value=tuple(start), description=description)
        self.map.observe(self._move, "value")
        for slider in self.place:
            slider.observe(self._choose, "value")

    @property
    def extremes(self):
        """A unit of the smallest map and one of the largest."""
        return [
            (name, 0, 0)
            for name in (min(self.sides, key=self.sides.get), max(self.sides, key=self.sides.get))
        ]

    def _move(self, change):
        before, after = (self.sides[name] - 1 for name in (change.old, change.new))
        for slider in self.place:
            at = round(slider.value * after / before)
            slider.unobserve(self._choose, "value")
            slider.max = max(before, after)
            slider.value, slider.max = at, after
            slider.observe(self._choose, "value")
        self._choose()

    def _choose(self, _=None):
        self.value = (self.map.value, *(slider.value for slider in self.place))


def control(function, name, given):
    """The widget for an argument of `function`: `given` itself, or what ipywidgets' abbreviation stands for.

    It starts at the default of the function's parameter, else at its first value. Raises ValueError
    for anything else.
    """
    parameter = signature(function).parameters.get(name)
    default = Parameter.empty if parameter is None else parameter.default
    if default is Parameter.empty and isinstance(given, tuple | list):
        default = given[0]
    widget = given if isinstance(given, Widget) else interactive.widget_from_abbrev(given, default)
    if widget is None:
        raise ValueError(
            f"{name}={given!r} is no control; give (low, high), a list of choices, True, or a widget"
        )
    if isinstance(given, tuple):
        widget = Slider(min=widget.min, max=widget.max, step=widget.step, value=widget.value)
    widget.description = widget.description or name.replace("_", " ")
    if isinstance(widget, Dropdown | Checkbox):
        widget.style.description_width, widget.layout.width = "initial", "auto"
    return widget


def read(controls):
    """What controls say now: {name: widget} to {name: value}. Raises ValueError for a text that is no number."""
    return {name: w.read() if hasattr(w, "read") else w.value for name, w in controls.items()}


def _texts(rows):
    rows = rows.tolist() if hasattr(rows, "tolist") else rows
    return [[str(Fraction(n).limit_denominator(1000)) for n in row] for row in rows]
