"""Watch what takes a while: a progress bar, one view that changes in place, and a way to stop.

`Monitor` follows a run that a cell calls by itself; an `experiment` is run by its cell, and again,
beside the page, with other settings.
"""

import math
import threading
from contextlib import contextmanager, suppress
from html import escape
from time import perf_counter as clock

from IPython.display import display
from ipywidgets import HTML, Button, FloatProgress, HBox, Layout

from alexnet_lib.explore.controls import Column, control, read
from alexnet_lib.shown import Shown

MONITOR_EVERY = 3.0  # seconds between two pictures
REDRAW_EVERY, REDRAW_SHARE = 1.5, 0.05  # the same, and the most of the time that drawing may take
ONE_AT_A_TIME = threading.Lock()


class Monitor(Column):
    """Progress of a run: call it with each report, whose picture is `draw(report)`.

    `report.progress`, from 0 to 1, and its `sentence` follow every report, the picture at most
    every three seconds and when `report.ended`, so that watching costs little. A run that keeps the
    kernel busy is stopped with ■ in the toolbar.
    """

    still = Shown("", "progress of a run")

    def __init__(self, draw):
        self.draw, self._drawn = draw, -math.inf
        self.bar, self.text, self.view = _bar("320px"), HTML(), HTML()
        super().__init__([HBox([self.bar, self.text]), self.view])

    def __call__(self, report):
        self.bar.value, self.text.value = report.progress, report.sentence
        now = clock()
        if now - self._drawn >= MONITOR_EVERY or report.ended:
            self.view.value, self._drawn = Shown.of(self.draw(report)).markup, now


def experiment(run, answer, draw, /, **controls):
    """Run an experiment in this cell and return it; its controls and Start run it again.

    `run(**values)` is a generator of records, each with its `progress` from 0 to 1;
    `answer(record)` returns the dict that `draw` takes. The first run takes the values the controls
    start at, as `explore` chooses them. Stop, or ■ in the toolbar, ends a run and keeps what was
    measured: `record` is the newest record, `found` its answer.
    """
    shows = Experiment(run, answer, draw, controls)
    shows.first_run()
    return shows


class Experiment(Column):
    """Controls, Start and Stop, a progress bar, and one view.

    `record` and `found` are the newest results, `error` is what ended the last run, None if nothing
    did. One experiment runs at a time; `under_way` is that one.
    """

    still = Shown("", "an experiment to start and stop")
    under_way = None

    def __init__(self, run, answer, draw, controls):
        self.run, self.answer, self.draw = run, answer, draw
        self.record = self.found = self.error = self.thread = self._drawn = self._screen = None
        self.controls = {name: control(run, name, given) for name, given in controls.items()}
        width = Layout(width="90px")
        self.start = Button(description="Start", button_style="primary", layout=width)
        self.stop = Button(description="Stop", disabled=True, layout=width)
        self.bar, self.text, self.view = _bar("260px"), HTML("Press Start."), HTML()
        self._stopping = threading.Event()
        self.start.on_click(lambda _: self.begin())
        self.stop.on_click(lambda _: self.halt())
        row = HBox(list(self.controls.values()), layout=Layout(flex_flow="row wrap"))
        super().__init__([row, HBox([self.start, self.stop, self.bar]), self.text, self.view])

    def first_run(self):
        """Run in the calling thread; an interruption ends the run, not the page.

        Another experiment that is under way is stopped first; what it has measured stays.
        """
        if Experiment.under_way is not None:
            Experiment.under_way.halt()
        self.start.disabled, self.stop.disabled = True, False
        with suppress(KeyboardInterrupt):
            self._work(read(self.controls))
        if self._screen:
            self._screen.update(self)
        else:
            display(self)

    def begin(self):
        """Run beside the page with what the controls say now, unless a run is under way."""
        if self.thread is not None and self.thread.is_alive():
            return
        try:
            values = read(self.controls)
        except ValueError as error:
            self._warn(error)
            return
        self._stopping.clear()
        self.start.disabled, self.stop.disabled, self.error = True, False, None
        self.thread = threading.Thread(target=self._work, args=(values,), daemon=True)
        self.thread.start()

    def halt(self):
        """End the run after the record at hand; what was measured stays."""
        self._stopping.set()

    def _work(self, values):
        """Run; however that ends, what was measured is shown and Start comes back."""
        try:
            with self._turn() as mine:
                if mine:
                    self._follow(self.run(**values))
        except KeyboardInterrupt:
            self.text.value += ": interrupted; what has finished is shown."
            raise
        except Exception as error:
            self.error = error
            self._warn(f"{type(error).__name__}: {error}")
            raise
        finally:
            try:
                if self.record is not self._drawn:
                    self._show()
            finally:
                self.start.disabled, self.stop.disabled = False, True

    @contextmanager
    def _turn(self):
        """Wait until no other experiment runs; whether this one may run then, or was stopped."""
        while not ONE_AT_A_TIME.acquire(timeout=0.1):
            self.text.value = (
                "Waits until another experiment has ended; stop that one, or this one."
            )
            if self._stopping.is_set():
                self.text.value = "You stopped it before it began."
                yield False
                return
        Experiment.under_way = self
        try:
            yield True
        finally:
            Experiment.under_way = None
            ONE_AT_A_TIME.release()

    def _follow(self, records):
        """Take record after record; drawing takes at most a twentieth of the time."""
        began, due = clock(), -math.inf
        for record in records:
            self.record, now = record, clock()
            if record.progress >= 1 or now >= due:
                self._show()
                due = clock() + max(REDRAW_EVERY, (clock() - now) / REDRAW_SHARE)
            self.bar.value = record.progress
            self.text.value = f"{100 * record.progress:.0f} %, {clock() - began:.0f} s"
            if self._stopping.is_set():
                self.text.value += ": you stopped it; what has finished is shown."
                break

    def _show(self):
        """Draw the newest record, and put the experiment on the page if it is not there yet."""
        self.found, self._drawn = self.answer(self.record), self.record
        self.still = Shown.of(self.draw(**self.found))
        self.view.value = self.still.markup
        if self._screen is None:
            self._screen = display(self, display_id=True) or None

    def _warn(self, text):
        self.text.value = f'<span role="alert">⚠ {escape(str(text))}</span>'


def _bar(width):
    return FloatProgress(max=1.0, description="progress", layout=Layout(width=width))
