from types import SimpleNamespace

import pytest
from clock import Clock

from alexnet_lib.explore import live as live_module
from alexnet_lib.explore.controls import Cells
from alexnet_lib.explore.live import Monitor, live


def report(progress, sentence="working", ended=False):
    return SimpleNamespace(progress=progress, sentence=sentence, ended=ended)


def test_a_monitor_follows_every_report_and_draws_now_and_then(monkeypatch):
    clock, drawn = Clock(), []
    monkeypatch.setattr(live_module, "clock", clock)
    monitor = Monitor(lambda history: drawn.append(history.progress) or history.progress)
    for clock.now, progress in ((100, 0.1), (101, 0.2), (102, 0.3), (103.5, 0.4), (104, 0.5)):
        assert monitor(report(progress, f"{progress} done")) is None
        assert monitor.bar.value == progress and monitor.text.value == f"{progress} done"
    monitor(report(0.6, ended=True))
    assert drawn == [0.1, 0.4, 0.6] and "0.6" in monitor.view.value


def test_a_run_works_beside_the_page_and_shows_its_pictures():
    def run(steps=3):
        for step in range(steps):
            yield (step + 1) / steps, f"picture {step}"

    shown = live(run, steps=(1, 5))
    shown.begin()
    shown.thread.join()
    assert shown.bar.value == 1 and "picture 2" in shown.view.value and shown.error is None
    assert not shown.start.disabled and shown.stop.disabled


def test_stop_ends_a_run_and_keeps_what_has_finished():
    def run():
        for step in range(1000):
            if step == 4:
                shown.stop.click()
            yield step / 1000, f"picture {step}"

    shown = live(run)
    shown.start.click()
    shown.thread.join()
    assert "picture 4" in shown.view.value and "you stopped it" in shown.text.value
    shown.start.click()
    shown.thread.join()
    assert "picture 4" in shown.view.value, "it can be started again"


def test_a_text_that_is_no_number_is_explained_and_start_stays_alive():
    def run(table):
        yield 1.0, f"sum {sum(map(sum, table))}"

    shown = live(run, table=Cells(value=[["1", "x"]], description="table"))
    shown.start.click()
    assert "table, row 0, column 1: &#x27;x&#x27; is not a number" in shown.text.value
    assert not shown.start.disabled and shown.stop.disabled and shown.thread is None
    shown.controls["table"].value = [["1", "2"]]
    shown.start.click()
    shown.thread.join()
    assert "sum 3" in shown.view.value


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_start_comes_back_whatever_happens_at_the_end(monkeypatch):
    def broken(self):
        raise ValueError("no last picture")

    monkeypatch.setattr(live_module.Live, "_settle", broken)
    shown = live(lambda: iter([(1.0, "one")]))
    shown.begin()
    shown.thread.join()
    assert not shown.start.disabled and shown.stop.disabled


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_goes_wrong_is_shown_in_its_place():
    def run(rate=1):
        yield 0.1, "so far"
        raise ValueError("rate <1> is too large")

    shown = live(run, rate=(1, 3))
    shown.begin()
    shown.thread.join()
    assert isinstance(shown.error, ValueError) and "so far" in shown.view.value
    assert "ValueError: rate &lt;1&gt; is too large" in shown.text.value
