import threading
from dataclasses import dataclass
from itertools import count as numbers
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from clock import Clock
from nbclient import NotebookClient

from alexnet_lib.explore import watch
from alexnet_lib.explore.controls import Cells
from alexnet_lib.explore.watch import Monitor, experiment
from alexnet_lib.shown import Shown

AT_MOST = 300.0  # seconds to wait for what must happen; only a broken experiment gets there


@dataclass
class Record:
    progress: float
    value: int


def picture(value):
    stored = {"image/png": f"<b>{value}</b>", "text/plain": "a picture"}
    return Shown(f"<b>{value}</b>", "a picture", still=(stored, {}))


def count(to=4):
    for i in range(1, to + 1):
        yield Record(i / to, i)


class Endless:
    """A run of 2 records, or with `long` one without end; `started` is set at its sixth."""

    def __init__(self):
        self.started = threading.Event()

    def __call__(self, long=False):
        for i in numbers(1) if long else (1, 2):
            if i == 6:
                self.started.set()
            yield Record(1 - 1 / i if long else i / 2, i)


def answer(record):
    return {"value": record.value}


def draw(value):
    return picture(value)


def begun():
    """An experiment that ran once and now goes on beside the test, at its sixth record or later."""
    run = Endless()
    shows = experiment(run, answer, draw, long=False)
    shows.controls["long"].value = True
    shows.begin()
    assert run.started.wait(AT_MOST)
    return shows


def ended(shows):
    shows.thread.join(AT_MOST)
    return not shows.thread.is_alive()


def report(progress, sentence="working", ended=False):
    return SimpleNamespace(progress=progress, sentence=sentence, ended=ended)


def test_a_monitor_follows_every_report_and_draws_now_and_then(monkeypatch):
    clock, drawn = Clock(), []
    monkeypatch.setattr(watch, "clock", clock)
    monitor = Monitor(lambda history: drawn.append(history.progress) or history.progress)
    for clock.now, progress in ((100, 0.1), (101, 0.2), (102, 0.3), (103.5, 0.4), (104, 0.5)):
        assert monitor(report(progress, f"{progress} done")) is None
        assert monitor.bar.value == progress and monitor.text.value == f"{progress} done"
    monitor(report(0.6, ended=True))
    assert drawn == [0.1, 0.4, 0.6] and "0.6" in monitor.view.value


def test_it_runs_at_once_with_the_defaults_and_keeps_the_result():
    shows = experiment(count, answer, draw, to=(1, 9))
    assert shows.record.value == 4 and shows.found == {"value": 4}
    assert shows.view.value == "<b>4</b>" and shows.bar.value == 1 and not shows.start.disabled


def test_start_runs_it_again_with_what_the_controls_say():
    shows = experiment(count, answer, draw, to=(1, 9))
    view = shows.view
    shows.controls["to"].value = 7
    shows.begin()
    assert (
        ended(shows)
        and shows.found == {"value": 7}
        and shows.view is view
        and view.value == "<b>7</b>"
    )


def test_stop_keeps_what_has_finished():
    shows = begun()
    shows.stop.click()
    assert ended(shows) and shows.record.value >= 6 and shows.found == {"value": shows.record.value}
    assert shows.view.value == f"<b>{shows.record.value}</b>" and "stopped" in shows.text.value


def test_pictures_are_drawn_now_and_then_by_the_clock_and_at_the_end(monkeypatch):
    """A record a second, and drawing takes 0.2 s at first: a twentieth of the time is 4 s."""
    clock, drawn, cost = Clock(), [], {1: 0.2}
    monkeypatch.setattr(watch, "clock", clock)

    def slow(value):
        drawn.append(value)
        clock.now += cost.get(value, 0.0)
        return picture(value)

    def every_second(to=10):
        for record in count(to):
            yield record
            clock.now += 1.0

    experiment(every_second, answer, slow, to=(1, 20))
    assert drawn == [1, 6, 8, 10]


def test_an_interruption_in_the_cell_keeps_what_has_finished():
    def interrupted(to=4):
        yield from count(to)
        raise KeyboardInterrupt

    shows = experiment(interrupted, answer, draw, to=(1, 9))
    assert shows.found == {"value": 4} and "interrupted" in shows.text.value


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_is_shown_and_raised_and_start_comes_back():
    def broken(to=4):
        yield Record(0.5, 1)
        raise ZeroDivisionError("a <mistake> of ours")

    with pytest.raises(ZeroDivisionError):
        experiment(broken, answer, draw, to=(1, 9))
    shows = experiment(count, answer, draw, to=(1, 9))
    shows.run = broken
    shows.begin()
    assert ended(shows)
    assert isinstance(shows.error, ZeroDivisionError) and shows.view.value == "<b>1</b>"
    assert "ZeroDivisionError: a &lt;mistake&gt; of ours" in shows.text.value
    assert not shows.start.disabled and shows.stop.disabled


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_start_comes_back_when_the_last_picture_cannot_be_drawn():
    shows = experiment(count, answer, draw, to=(1, 9))

    def broken(value):
        raise ValueError("no last picture")

    shows.draw = broken
    shows.begin()
    assert ended(shows) and not shows.start.disabled and shows.stop.disabled


def test_a_text_that_is_no_number_is_explained_and_start_stays_alive():
    def run(table):
        yield Record(1.0, sum(map(sum, table)))

    shows = experiment(run, answer, draw, table=Cells(value=[["1", "2"]], description="table"))
    shows.controls["table"].value = [["1", "x"]]
    shows.start.click()
    assert "table, row 0, column 1: &#x27;x&#x27; is not a number" in shows.text.value
    assert not shows.start.disabled and shows.stop.disabled and shows.thread is None
    shows.controls["table"].value = [["1", "3"]]
    shows.start.click()
    assert ended(shows) and shows.found == {"value": 4}


def test_running_a_cell_stops_the_experiment_that_is_under_way_and_keeps_what_it_measured():
    first = begun()
    second = experiment(count, answer, draw, to=(1, 9))
    assert (
        ended(first)
        and second.found == {"value": 4}
        and first.record.value >= 6
        and not first.start.disabled
    )


def test_two_experiments_take_turns():
    order, gate = [], threading.Event()

    def run(name=""):
        for record in count(3):
            order.append(name)
            yield record
            assert not name or gate.wait(AT_MOST)

    first, second = (experiment(run, answer, draw, name=["", name]) for name in "ab")
    order.clear()
    for shows, name in ((first, "a"), (second, "b")):
        shows.controls["name"].value = name
    first.begin()
    waits = says(second, "Waits until another experiment")
    second.begin()
    assert waits.wait(AT_MOST)
    gate.set()
    assert ended(first) and ended(second) and order == [*"aaabbb"]


def says(shows, words):
    """An event that is set when the experiment's text has these words."""
    heard = threading.Event()
    shows.text.observe(lambda change: words in change.new and heard.set(), "value")
    return heard


def test_an_experiment_that_waits_for_another_says_so_and_can_be_stopped():
    second = experiment(count, answer, draw, to=(1, 9))
    first, waits = begun(), says(second, "Waits until another experiment")
    second.begin()
    assert waits.wait(AT_MOST)
    second.stop.click()
    assert (
        ended(second)
        and second.text.value == "You stopped it before it began."
        and second.found == {"value": 4}
    )
    first.stop.click()
    assert ended(first) and first.found["value"] >= 6


def test_a_page_stores_its_picture_and_a_text_that_never_changes():
    page = nbformat.v4.new_notebook()
    sources = (
        "from test_watch import answer, count, draw",
        "from alexnet_lib.explore.watch import experiment",
        "shows = experiment(count, answer, draw, to=(1, 9))",
    )
    page.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    NotebookClient(
        page,
        timeout=AT_MOST,
        kernel_name="python3",
        resources={"metadata": {"path": Path(__file__).parent}},
    ).execute()
    (output,) = page.cells[2].outputs
    assert output.data["text/plain"] == "a picture" and output.data["image/png"] == "<b>4</b>"


def test_a_run_interrupted_before_its_first_record_can_still_be_shown_and_started():
    def stopped(to=4):
        raise KeyboardInterrupt
        yield

    shows = experiment(stopped, answer, draw, to=(1, 9))
    assert shows.found is None and not shows.start.disabled and shows._repr_mimebundle_()
