"""Watch something that takes a while: a progress bar, one view that changes in place, and a way to stop.

`Monitor` follows a run in the cell that started it; `live` starts a run beside the page and can
stop it.
"""

import threading
from html import escape
from time import perf_counter as clock

from ipywidgets import HTML, Button, FloatProgress, HBox, Layout

from alexnet_lib.explore.controls import Column, control, read
from alexnet_lib.shown import Shown

REDRAW_EVERY = 3.0


class Monitor(Column):
    """Progress of a run: call it with each report. `draw(report)` gives the picture, `report.progress` the share done.

    The line of text follows every report, the picture at most every three seconds and when
    `report.ended`, so that watching costs little. A run that keeps the kernel busy is stopped with
    ■ in the toolbar.
    """

    still = Shown("", "progress of a run")

    def __init__(self, draw):
        self.draw, self._drawn = draw, -REDRAW_EVERY
        self.bar = FloatProgress(max=1.0, description="progress", layout=Layout(width="320px"))
        self.text, self.view = HTML(), HTML()
        super().__init__([HBox([self.bar, self.text]), self.view])

    def __call__(self, report):
        self.bar.value = report.progress
        self.text.value = getattr(report, "sentence", "")
        now = clock()
        if now - self._drawn >= REDRAW_EVERY or report.ended:
            self.view.value, self._drawn = Shown.of(self.draw(report)).markup, now


class Live(Column):
    """Controls, Start and Stop, a progress bar and a view. `error` is the exception that ended the last run."""

    still = Shown("", "an experiment to start and stop")

    def __init__(self, run, controls):
        self.run, self.error, self.thread = run, None, None
        self.controls = {name: control(run, name, given) for name, given in controls.items()}
        self.start = Button(
            description="Start", button_style="primary", layout=Layout(width="90px")
        )
        self.stop = Button(description="Stop", disabled=True, layout=Layout(width="90px"))
        self.bar = FloatProgress(max=1.0, description="progress", layout=Layout(width="260px"))
        self.text, self.view = HTML("Press Start."), HTML()
        self._stopping = threading.Event()
        self.start.on_click(lambda _: self.begin())
        self.stop.on_click(lambda _: self.halt())
        row = HBox(list(self.controls.values()), layout=Layout(flex_flow="row wrap"))
        super().__init__([row, HBox([self.start, self.stop, self.bar]), self.text, self.view])

    def begin(self):
        """Start a run with what the controls say now; does nothing while one is under way."""
        if self.thread is not None and self.thread.is_alive():
            return
        try:
            values = read(self.controls)
        except ValueError as error:
            self.text.value = f'<span role="alert">⚠ {escape(str(error))}</span>'
            return
        self._stopping.clear()
        self.start.disabled, self.stop.disabled, self.error = True, False, None
        self.thread = threading.Thread(target=self._work, args=(values,), daemon=True)
        self.thread.start()

    def halt(self):
        """End the run after the picture at hand, which stays."""
        self._stopping.set()

    def _work(self, values):
        began = clock()
        try:
            for share, answer in self.run(**values):
                self.bar.value, self.view.value = share, Shown.of(answer).markup
                self.text.value = f"{100 * share:.0f} %, {clock() - began:.0f} s"
                if self._stopping.is_set():
                    self.text.value += ": you stopped it; what has finished is shown."
                    break
        except Exception as error:
            self.error = error
            self.text.value = (
                f'<span role="alert">⚠ {escape(f"{type(error).__name__}: {error}")}</span>'
            )
            raise
        finally:
            try:
                self._settle()
            finally:
                self.start.disabled, self.stop.disabled = False, True

    def _settle(self):
        """The last thing a run does before it can be started again."""


def live(run, /, **controls):
    """Show Start and Stop for `run(**values)`, a generator of (share done from 0 to 1, picture), under its controls.

    The run works beside the page, so the page stays usable; Stop ends it after the picture at hand,
    which stays. Controls are given as to `explore`. Whatever goes wrong is shown in its place.
    """
    return Live(run, controls)
