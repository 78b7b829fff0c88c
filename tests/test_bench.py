"""What is measured and judged by `make bench`: every page, every explorer, against the goals."""

import ast
import json
import sys
from itertools import count
from random import Random
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from ipywidgets import Text

import bench.__main__ as bench
from alexnet_lib import anatomy
from alexnet_lib.data import photographs
from alexnet_lib.explore.controls import Kernel, Photograph, Unit, numbers
from alexnet_lib.explore.explorer import explore
from bench import ROOT, kernel, pages, results
from bench.results import row

FOUND = {"peak": 350_000_000, "stays": 300_000_000, "training": 0, "accelerator": False}
DRAWN = [{"name": "step", "median": 61.0, "slow": 80.0, "drawn": 40}]


@pytest.mark.parametrize(
    ("value", "goal", "at_most", "met"),
    [
        (3, None, False, None),
        (3, 2, False, True),
        (3, 4, False, False),
        (3, 4, True, True),
        (3, 2, True, False),
    ],
)
def test_a_row_says_whether_its_goal_is_met(value, goal, at_most, met):
    assert row("speed", value, "×", goal, at_most)["met"] is met


def test_the_file_names_the_machine_and_the_limits_it_was_under(tmp_path, monkeypatch):
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "avx2")
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    results.write([row("speed", 3, "×", 2)], tmp_path / "build" / "bench.json")
    kept = json.loads((tmp_path / "build" / "bench.json").read_text(encoding="utf-8"))
    assert kept["rows"] == [{"name": "speed", "value": 3, "unit": "×", "goal": 2, "met": True}]
    assert all(kept["machine"][fact] for fact in ("processor", "cores", "instructions"))
    assert kept["machine"]["limits"] == {"ATEN_CPU_CAPABILITY": "avx2"}
    assert kept["date"].startswith("20")


@pytest.mark.parametrize(("values", "status"), [([3, 1], 0), ([3, 5], 1)])
def test_a_missed_goal_is_the_exit_status(values, status, tmp_path, monkeypatch):
    found = [row("seconds", value, "s", 4, at_most=True) for value in values]
    monkeypatch.setitem(sys.modules, "bench.pages", SimpleNamespace(rows=lambda: found))
    monkeypatch.setattr(bench, "write", lambda rows: results.write(rows, tmp_path / "bench.json"))
    assert bench.main(["pages"]) == status
    assert len(json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["rows"]) == 2


def test_a_part_that_does_not_exist_is_named():
    with pytest.raises(SystemExit, match="no part 'page'; the parts are pages, explorers"):
        bench.main(["page"])


def judged(lesson, importing=1.0, running=4.0, **found):
    rows = pages.judged(lesson, importing, running, {**FOUND, "explorers": DRAWN, **found})
    return {row["name"].partition(": ")[2]: row for row in rows}


def test_a_page_is_judged_by_time_and_memory():
    rows = judged(1, importing=2.1, running=5.0)
    assert (rows["imports"]["met"], rows["run of all cells"]["met"]) == (False, True)
    peak = rows["peak memory of the kernel"]
    assert (peak["value"], peak["met"]) == (350, True)
    assert rows["memory that stays"]["value"] == 300
    assert judged(1, peak=400_100_000)["peak memory of the kernel"]["met"] is False


def test_seconds_that_the_page_gives_to_training_come_on_top():
    assert judged(5, running=64, training=25)["run of all cells"]["goal"] == 65
    assert judged(5, running=64, training=0)["run of all cells"]["met"] is False


def test_memory_has_a_goal_without_an_accelerator_only():
    assert judged(5, accelerator=True)["peak memory of the kernel"]["goal"] is None


def test_a_lesson_has_goals_whatever_its_number():
    rows = judged(10)
    assert rows["run of all cells"]["goal"] == 5
    assert rows["peak memory of the kernel"]["goal"] == 400
    assert rows["drawn, median"]["met"] is False


def test_the_imports_are_the_first_cells():
    sources = [
        "import torch",
        "if colab:\n    fetch()\nfrom alexnet_lib import data",
        "x = 1",
        "import re",
    ]
    assert pages.importing([ast.parse(source) for source in sources]) == 2


def test_only_calls_that_the_cell_makes_itself_are_counted():
    now = "explore(a)\nshow(kit.explore(b))\nexplorer(e)\n"
    source = now + "def later():\n    explore(c)\nlambda: explore(d)"
    assert len(pages.calls(ast.parse(source), "explore")) == 2


def test_the_training_budget_is_what_the_page_gives_to_fit():
    source = "run = fit(net, data, seconds=budget.value)\nfit(net, epochs=2)\nrace(net, seconds=9)"
    (given,) = pages.training_seconds(ast.parse(source))
    assert ast.unparse(given) == "budget.value"


def everything():
    """An explorer with a control of every kind; it draws what its controls say."""
    return explore(
        lambda **values: repr(values),
        **{"size": (3, 9), "share": (0.0, 1.0, 0.1), "way": ["there", "back"], "play": False},
        kernel=Kernel({"edge": [[1, -1]] * 2, "sum": [[1, 1]] * 2}, sizes=(1, 4)),
        image=Photograph(photographs.PHOTOS),
        unit=Unit(anatomy.map_sizes(), start=("conv3", 6, 6)),
        settings=numbers({"conv1": [11, 4, 2]}, "ksp"),
    )


def test_every_control_is_moved_and_stays_within_its_places():
    explorer, dice, seen = everything(), Random(0), {}
    for _ in range(300):
        kernel.move(explorer, dice)
        for name, value in explorer.values().items():
            seen.setdefault(name, set()).add(repr(value))
    places = {"size": 7, "share": 11, "way": 2, "play": 2, "image": len(photographs.PHOTOS)}
    assert {name: len(seen[name]) for name in places} == places
    assert all(len(seen[name]) > 10 for name in ("kernel", "unit", "settings"))


def test_the_same_explorer_is_measured_at_the_same_settings():
    def drawn():
        explorer, said = everything(), []
        draw = explorer.draw
        explorer.draw = lambda **values: (said.append(values), draw(**values))[1]
        kernel.timed(explorer)
        return said

    assert drawn() == drawn()


def test_a_control_of_an_unknown_kind_is_named():
    with pytest.raises(TypeError, match="a Text cannot be moved yet"):
        kernel.timed(explore(lambda word: word, word=Text("x")))


def test_median_and_95th_percentile_of_the_time_to_draw():
    """A clock that each drawing moves by as many milliseconds as the slider says."""
    time, explorer = [0.0], explore(lambda n: n, n=(0, 1000))
    draw = explorer.draw

    def slow(n):
        time[0] += n / 1000
        took.append(n)
        return draw(n=n)

    explorer.draw = slow
    took = []
    found = kernel.timed(explorer, clock=lambda: time[0])
    measured = sorted(took[1::2])  # a move draws once, and then it is drawn to be timed
    assert len(measured) == found["drawn"] == kernel.SETTINGS
    assert found["median"] == pytest.approx((measured[19] + measured[20]) / 2)
    assert measured[36] < found["slow"] <= measured[39]


def test_a_refused_setting_is_no_time():
    def even(n=2):
        if n % 2:
            raise ValueError(f"n must be even, not {n}")
        return n

    ticks = count()
    found = kernel.timed(explore(even, n=(1, 30)), clock=lambda: next(ticks))
    assert found["median"] == 1000 and 0 < found["drawn"] < kernel.SETTINGS


def test_nothing_drawn_is_no_measurement():
    def refuse(n=0):
        if n:
            raise ValueError("no")
        return n

    explorer = explore(refuse, n=(0, 1))
    explorer.draw = lambda n: refuse(1)
    with pytest.raises(RuntimeError, match="all of 40 settings were refused"):
        kernel.timed(explorer)


def test_any_other_error_of_a_drawing_stops_the_measurement():
    explorer = explore(lambda n: 1 // (5 - n), n=(1, 9))
    with pytest.raises(ZeroDivisionError):
        kernel.timed(explorer)


def test_the_peak_stays_when_memory_is_given_back():
    block = bytearray(b"1") * 200_000_000
    held = psutil.Process().memory_info().rss
    del block
    assert kernel.peak_memory() > 0.95 * held


PAGE = [
    "import os\nfrom pathlib import Path",
    "import alexnet_lib\nfrom alexnet_lib.explore import explore",
    f"assert Path(alexnet_lib.__file__).is_relative_to({str(ROOT)!r})",
    "assert 'progress.json' in os.environ['ALEXNET_PROGRESS']",
    "def fit(seconds):\n    return seconds\n\nbudget = 7\nfit(seconds=budget + 1)",
    "def double(n):\n    return 2 * n\n\nexplore(double, n=(1, 9));\n1",
    "def boast(n):\n    return {'n': n}\n\ndef roar(n):\n    return n",
    "shown = [explore(boast, roar, n=(1, 9))]",
]


def stored(path, sources):
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nbformat.write(page, path)
    return path


def test_a_page_is_executed_and_each_of_its_explorers_is_found(tmp_path):
    rows = list(pages.rows([stored(tmp_path / "05_small.ipynb", PAGE)]))
    assert [row["name"] for row in rows] == [
        "lesson 5: imports",
        "lesson 5: run of all cells",
        "lesson 5: peak memory of the kernel",
        "lesson 5: memory that stays",
        "lesson 5, explorer 1, double: drawn, median",
        "lesson 5, explorer 1, double: drawn, 95th percentile",
        "lesson 5, explorer 2, boast → roar: drawn, median",
        "lesson 5, explorer 2, boast → roar: drawn, 95th percentile",
    ]
    values = {row["name"].partition(": ")[2]: row for row in rows}
    assert values["run of all cells"]["goal"] == 48
    assert 0 < values["imports"]["value"] < values["run of all cells"]["value"]
    stays = values["memory that stays"]["value"]
    assert values["peak memory of the kernel"]["value"] > 0.95 * stays > 50


def test_an_explorer_that_is_not_found_is_an_error(tmp_path):
    lost = [*PAGE[:2], "explore(lambda n: n, n=(1, 9)).close()"]
    words = "01_lost.ipynb calls explore 1 times, 0 explorers are alive"
    with pytest.raises(RuntimeError, match=words):
        list(pages.rows([stored(tmp_path / "01_lost.ipynb", lost)]))
