import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from alexnet_lib.experiment import experiment


@dataclass
class Record:
    progress: float
    value: int


class Picture:
    def __init__(self, text):
        self.markup = f"<b>{text}</b>"

    def __repr__(self):
        return "a picture"

    def _repr_mimebundle_(self, **_):
        return {"image/png": self.markup, "text/plain": self.markup}, {}


def count(to=4, pause=0.0):
    for i in range(1, to + 1):
        time.sleep(pause)
        yield Record(i / to, i)


def answer(record):
    return {"value": record.value}


def draw(value):
    return Picture(value)


def wait_for(condition):
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_it_runs_at_once_with_the_defaults_and_keeps_the_result():
    shows = experiment(count, answer, draw, to=(1, 9))
    assert shows.record.value == 4 and shows.found == {"value": 4}
    assert shows.view.value == "<b>4</b>" and shows.bar.value == 1 and not shows.start.disabled


def test_start_runs_it_again_with_what_the_controls_say():
    shows = experiment(count, answer, draw, to=(1, 9))
    view = shows.view
    shows.controls["to"].value = 7
    shows.begin()
    shows.thread.join(10)
    assert shows.found == {"value": 7} and shows.view is view and view.value == "<b>7</b>"


def test_stop_keeps_what_has_finished():
    shows = experiment(count, answer, draw, to=[2, 10_000], pause=[0.0, 0.01])
    shows.controls["to"].value, shows.controls["pause"].value = 10_000, 0.01
    shows.begin()
    wait_for(lambda: shows.record.value > 5 and shows.bar.value < 0.9)
    shows.stop.click()
    shows.thread.join(10)
    assert 5 < shows.record.value < 10_000 and shows.found == {"value": shows.record.value}
    assert shows.view.value == f"<b>{shows.record.value}</b>" and "stopped" in shows.text.value


def test_an_interruption_in_the_cell_keeps_what_has_finished():
    def interrupted(to=4):
        yield from count(to)
        raise KeyboardInterrupt

    shows = experiment(interrupted, answer, draw, to=(1, 9))
    assert shows.found == {"value": 4} and "interrupted" in shows.text.value


def test_a_mistake_is_shown_and_raised():
    def broken(to=4):
        yield Record(0.5, 1)
        raise ZeroDivisionError("a mistake of ours")

    with pytest.raises(ZeroDivisionError):
        experiment(broken, answer, draw, to=(1, 9))


def test_running_a_cell_stops_the_experiment_that_is_under_way_and_keeps_what_it_measured():
    first = experiment(count, answer, draw, to=[2, 10_000], pause=[0.0, 0.01])
    first.controls["to"].value, first.controls["pause"].value = 10_000, 0.01
    first.begin()
    wait_for(lambda: first.record.value > 5 and first.bar.value < 0.9)
    second = experiment(count, answer, draw, to=(1, 9))
    first.thread.join(10)
    assert second.found == {"value": 4} and 5 < first.record.value < 10_000 and not first.start.disabled


def test_two_experiments_take_turns():
    first, second = (experiment(count, answer, draw, to=(1, 9), pause=[0.0, 0.05]) for _ in range(2))
    for shows in (first, second):
        shows.controls["to"].value, shows.controls["pause"].value = 9, 0.05
        shows.begin()
    for shows in (first, second):
        shows.thread.join(20)
        assert shows.found == {"value": 9}


def test_an_experiment_that_waits_for_another_says_so_and_can_be_stopped():
    first, second = (experiment(count, answer, draw, to=[2, 10_000], pause=[0.0, 0.01]) for _ in range(2))
    for shows in (first, second):
        shows.controls["to"].value, shows.controls["pause"].value = 10_000, 0.01
    first.begin()
    wait_for(lambda: first.record.value > 2)
    second.begin()
    wait_for(lambda: "Waits until another experiment" in second.text.value)
    second.stop.click()
    second.thread.join(10)
    assert second.text.value == "You stopped it before it began." and second.found == {"value": 2}
    first.stop.click()
    first.thread.join(10)
    assert first.found["value"] > 2


def test_a_page_stores_its_picture_and_a_text_that_never_changes():
    page = nbformat.v4.new_notebook()
    sources = (
        "from test_experiment import answer, count, draw",
        "from alexnet_lib.experiment import experiment",
        "shows = experiment(count, answer, draw, to=(1, 9))",
    )
    page.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    NotebookClient(
        page, timeout=60, kernel_name="python3", resources={"metadata": {"path": Path(__file__).parent}}
    ).execute()
    (output,) = page.cells[2].outputs
    assert output.data["text/plain"] == "a picture" and output.data["image/png"] == "<b>4</b>"


def test_a_run_interrupted_before_its_first_record_can_still_be_shown_and_started():
    def stopped(to=4):
        raise KeyboardInterrupt
        yield

    shows = experiment(stopped, answer, draw, to=(1, 9))
    assert shows.found is None and not shows.start.disabled and shows._repr_mimebundle_()
