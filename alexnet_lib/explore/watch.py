"""An experiment to run now, watch, stop, and run again with other settings."""

import math
import threading
from contextlib import suppress
from functools import wraps
from time import perf_counter as clock

from IPython.display import display

from alexnet_lib.explore.controls import read
from alexnet_lib.explore.live import Live
from alexnet_lib.shown import Shown

REDRAW_EVERY, REDRAW_SHARE = 1.5, 0.05
ONE_AT_A_TIME = threading.Lock()


def experiment(run, answer, draw, /, **controls):
    """Run an experiment in this cell and return it; under its picture stand controls, Start and Stop to run it again.

    `run(**values)` is a generator of records, each with its `progress` from 0 to 1;
    `answer(record)` returns the dict that `draw` takes. The first run takes the values the controls
    start at, as `explore` chooses them. Stop, or ■ in the toolbar, ends a run and keeps what was
    measured: `record` is the newest record, `found` its answer.
    """
    shows = Experiment(run, answer, draw, controls)
    shows.first_run()
    return shows


class Experiment(Live):
    """Controls, Start and Stop, a progress bar, and one view; `record` and `found` are the newest results."""

    under_way = None

    def __init__(self, run, answer, draw, controls):
        self._source, self._answer, self._draw = run, answer, draw
        self.record = self.found = self.picture = self._screen = self._drawn = None
        super().__init__(wraps(run)(lambda **values: self._film(**values)), controls)

    def first_run(self):
        """Run in the calling thread with what the controls say; an interruption ends the run, not the page.

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

    def _work(self, values):
        try:
            super()._work(values)
        except KeyboardInterrupt:
            self.text.value += ": interrupted; what has finished is shown."
            raise

    def _settle(self):
        if self.record is not self._drawn:
            self._show(self.record)
            self.view.value = self.picture.markup

    def _film(self, **values):
        """(progress, picture) for every record; drawing takes at most a twentieth of the time."""
        while not ONE_AT_A_TIME.acquire(timeout=0.1):
            self.text.value = (
                "Waits until another experiment has ended; stop that one, or this one."
            )
            if self._stopping.is_set():
                self.text.value = "You stopped it before it began."
                return
        Experiment.under_way = self
        try:
            due = -math.inf
            for record in self._source(**values):
                self.record, began = record, clock()
                if record.progress >= 1 or began >= due:
                    self._show(record)
                    ended = clock()
                    due = ended + max(REDRAW_EVERY, (ended - began) / REDRAW_SHARE)
                yield record.progress, self.picture
        finally:
            Experiment.under_way = None
            ONE_AT_A_TIME.release()

    def _show(self, record):
        self.found, self._drawn = self._answer(record), record
        self.still = self.picture = Shown.of(self._draw(**self.found))
        if self._screen is None:
            self._screen = display(self, display_id=True) or None
