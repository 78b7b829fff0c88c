"""Controls that ipywidgets lacks: a slider that is read aloud, numbers to edit, photographs.

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
    """Widgets below each other; `still`, a `Shown`, is what a page shows without a kernel."""

    _ipython_display_ = None  # ipywidgets 7 would show itself by this, and leave the still out
    still = Shown("", "")

    def _repr_mimebundle_(self, **_):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        data, metadata = self.still.still
        return {VIEW: view, **data}, metadata


class Slider(AnyWidget):
    """A number from `min` to `max` in steps; moved with the mouse, a finger or the arrow keys."""

    _esm, _css = STATIC / "slider.js", STATIC / "controls.css"
    value = traitlets.Any(0).tag(sync=True)  # like those below an int or a float
    min = traitlets.Any(0).tag(sync=True)
    max = traitlets.Any(0).tag(sync=True)
    step = traitlets.Any(0).tag(sync=True)
    description = traitlets.Unicode("").tag(sync=True)

    def __repr__(self):
        return f"{self.description}, {self.min} to {self.max}"

    @traitlets.validate("value")
    def _within(self, proposal):
        if not self.min <= proposal.value <= self.max:
            ends = f"{self.description} runs from {self.min} to {self.max}"
            raise traitlets.TraitError(f"{ends}, not {proposal.value}")
        return proposal.value


class Cells(AnyWidget):
    """A table of numbers to edit; `value` has its texts, `rows` and `columns` may name them."""

    _esm, _css = STATIC / "cells.js", STATIC / "controls.css"
    value = traitlets.Any(()).tag(sync=True)
    description = traitlets.Unicode("").tag(sync=True)
    rows = traitlets.List(traitlets.Unicode()).tag(sync=True)
    columns = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def read(self):
        """The numbers, as rows of ints and floats. Raises ValueError for a text that is none."""
        rows = enumerate(self.value)
        return [[self._number(r, c, text) for c, text in enumerate(row)] for r, row in rows]

    def _number(self, r, c, text):
        above, _, below = text.replace("−", "-").partition("/")
        if not NUMBER.fullmatch(text) or (below and not int(below)):
            row = self.rows[r] if self.rows else f"row {r}"
            column = self.columns[c] if self.columns else f"column {c}"
            where = f"{self.description}, {row}, {column}"
            raise ValueError(f"{where}: {text!r} is not a number; write one like -1, 0.5 or 1/9")
        number = Fraction(above.strip()) / Fraction(below or 1)
        if abs(number) > LARGEST:
            limit = f"stay within ±{LARGEST:,}"
            raise ValueError(f"{self.description}: {text} is too large to show; {limit}")
        return int(number) if number.denominator == 1 else float(number)


def numbers(rows, columns, description="settings"):
    """A table of numbers to edit: `rows` maps names to numbers, `columns` names the columns."""
    names = {"rows": list(rows), "columns": list(columns)}
    return Cells(value=_texts(rows.values()), description=description, **names)


class Kernel(VBox):
    """A square kernel: one of the `presets`, resized within `sizes`, each number to edit."""

    value = traitlets.Any(())
    description = traitlets.Unicode("")

    def __init__(self, presets, sizes=None, description="kernel"):
        self.presets = {name: _texts(rows) for name, rows in presets.items()}
        first = next(iter(self.presets))
        self.cells = Cells(value=self.presets[first], description=description)
        self.preset, self.size = _menu([*self.presets, OWN], description), None
        parts = [self.preset, self.cells]
        if sizes:
            name, start = f"{description} size", len(self.presets[first])
            self.size = Slider(min=sizes[0], max=sizes[1], step=1, value=start, description=name)
            self.size.observe(self._resize, "value")
            parts.insert(1, self.size)
        super().__init__(parts, description=description)
        self.value = self.cells.value
        self.preset.observe(self._choose, "value")
        self.cells.observe(self._edited, "value")

    def read(self):
        """The numbers, as rows of ints and floats. Raises ValueError for a text that is none."""
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
        """Cut the kernel, or fill up its rows and columns with zeros."""
        size, rows = change.new, self.cells.value
        if size != len(rows):
            wide = [[*row, *["0"] * size][:size] for row in rows]
            self.cells.value = [*wide, *[["0"] * size] * size][:size]

    def _edited(self, change):
        names = (name for name, rows in self.presets.items() if rows == change.new)
        self.preset.value = next(names, OWN)
        if self.size:
            self.size.value = len(change.new)
        self.value = change.new


class Photograph(VBox):
    """One of the named photographs, or a file of the reader's own; `value` is name or bytes."""

    value = traitlets.Any()
    description = traitlets.Unicode("")

    def __init__(self, names, description="photo"):
        self.name, own = _menu(names, description), Layout(width="190px")
        self.upload = FileUpload(accept="image/*", description="your own image", layout=own)
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
    """A unit of one of several square maps, `value` is (name, row, column).

    `sides` maps names to how many rows a map has. On another map the unit stays in about the same
    place of the picture.
    """

    value = traitlets.Any()
    description = traitlets.Unicode("")

    def __init__(self, sides, start, description="unit"):
        self.sides, (name, *place) = sides, start
        self.map = _menu(sides, "layer", value=name)
        self.place = [
            Slider(min=0, max=sides[name] - 1, step=1, value=at, description=what)
            for what, at in zip(("row", "column"), place, strict=True)
        ]
        row = HBox([self.map, *self.place], layout=Layout(flex_flow="row wrap"))
        super().__init__([row], value=tuple(start), description=description)
        self.map.observe(self._move, "value")
        for slider in self.place:
            slider.observe(self._choose, "value")

    @property
    def extremes(self):
        """A unit of the smallest map and one of the largest."""
        by_size = sorted(self.sides, key=self.sides.get)
        return [(by_size[0], 0, 0), (by_size[-1], 0, 0)]

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
    """The widget for an argument of `function`: `given`, or what it abbreviates in ipywidgets.

    It starts at the default of the function's parameter, else at its first value. Raises ValueError
    for anything else.
    """
    parameter = signature(function).parameters.get(name)
    default = Parameter.empty if parameter is None else parameter.default
    if default is Parameter.empty and isinstance(given, tuple | list):
        default = given[0]
    widget = given if isinstance(given, Widget) else interactive.widget_from_abbrev(given, default)
    if widget is None:
        forms = "(low, high), a list of choices, True, or a widget"
        raise ValueError(f"{name}={given!r} is no control; give {forms}")
    if isinstance(given, tuple):
        widget = Slider(min=widget.min, max=widget.max, step=widget.step, value=widget.value)
    widget.description = widget.description or name.replace("_", " ")
    if isinstance(widget, Dropdown | Checkbox):
        widget.style.description_width, widget.layout.width = "initial", "auto"
    return widget


def read(controls):
    """What controls say now, {name: value}. Raises ValueError for a text that is no number."""
    return {name: w.read() if hasattr(w, "read") else w.value for name, w in controls.items()}


def _menu(options, description, **start):
    layout = Layout(width="auto")
    return Dropdown(options=[*options], description=description, layout=layout, style=FIT, **start)


def _texts(rows):
    rows = rows.tolist() if hasattr(rows, "tolist") else rows
    return [[str(Fraction(n).limit_denominator(1000)) for n in row] for row in rows]
