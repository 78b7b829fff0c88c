"""Run in a page's kernel after its cells: the memory it took, and how long its explorers draw."""

import gc
import json
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from random import Random

import psutil
import torch
from IPython import get_ipython
from ipywidgets import Box, FileUpload

from alexnet_lib.explore.controls import Cells
from alexnet_lib.explore.explorer import Explorer

SETTINGS = 40
NUMBERS = ("0", "1", "2", "3", "5")


def report(budgets):
    """Print what was found as JSON; `budgets` are expressions: the seconds that the page trains."""
    shell = get_ipython()
    found = {
        "stays": psutil.Process().memory_info().rss,
        "peak": peak_memory(),
        "training": sum(eval(budget, shell.user_ns) for budget in budgets),
        "accelerator": torch.accelerator.is_available(),
    }
    print(json.dumps(found | {"explorers": [timed(explorer) for explorer in explorers(shell)]}))


def peak_memory():
    """The most bytes that this process has had in memory.

    On Linux `resource` does not tell: it also counts what the parent process had when it started
    this one.
    """
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def explorers(shell):
    """All explorers alive in this kernel, in the order they were made."""
    order = list(shell.kernel.comm_manager.comms)
    found = [thing for thing in gc.get_objects() if isinstance(thing, Explorer)]
    alive = [explorer for explorer in found if explorer.comm is not None]
    return sorted(alive, key=lambda explorer: order.index(explorer.model_id))


def timed(explorer, clock=time.perf_counter):
    """Move control after control to random places; returns name, median and 95th percentile in ms.

    A refused setting draws nothing, so it is no failure and no time. Raises RuntimeError if all are
    refused.
    """
    dice, took = Random(0), []
    for _ in range(SETTINGS):
        move(explorer, dice)
        start = clock()
        try:
            # A picture is drawn when its markup is asked for.
            len(explorer.draw(**explorer.values()).markup)
        except ValueError:
            continue
        took.append(1000 * (clock() - start))
    if not took:
        refused = f"all of {SETTINGS} settings were refused, so nothing was drawn"
        raise RuntimeError(f"{name(explorer)}: {refused}")
    slow = statistics.quantiles(took, n=20, method="inclusive")[-1] if len(took) > 1 else took[0]
    return {
        "name": name(explorer),
        "median": statistics.median(took),
        "slow": slow,
        "drawn": len(took),
    }


def move(explorer, dice):
    """Set one of the things that a reader can move to another of its places, if it has one."""
    places = []
    for part in parts(explorer.controls.values()):
        if found := elsewhere(part, dice):
            places.append((part, *found))
    if places:
        part, trait, value = dice.choice(places)
        setattr(part, trait, value)


def parts(widgets):
    """The single controls that controls are made of."""
    for widget in widgets:
        if isinstance(widget, Box):
            yield from parts(widget.children)
        else:
            yield widget


def elsewhere(widget, dice):
    """A trait of a control and another value for it at random; None if it has no other place.

    Raises TypeError for a kind of control that is not known here.
    """
    if isinstance(widget, FileUpload):
        return None
    if hasattr(widget, "options"):
        trait, values = "index", range(len(widget.options))
    elif isinstance(widget, Cells):
        trait, values = "value", [_changed(widget.value, dice)]
    elif hasattr(widget, "min"):
        steps = range(round((widget.max - widget.min) / widget.step) + 1)
        trait = "value"
        values = [min(widget.min + step * widget.step, widget.max) for step in steps]
    elif isinstance(getattr(widget, "value", None), bool):
        trait, values = "value", [True, False]
    else:
        kind = type(widget).__name__
        raise TypeError(f"a {kind} cannot be moved yet: say in bench/kernel.py what its places are")
    others = [value for value in values if value != getattr(widget, trait)]
    return (trait, dice.choice(others)) if others else None


def name(explorer):
    """An explorer's functions, with the module of those that the page imports."""
    names = []
    for function in explorer.functions:
        function = function.func if isinstance(function, partial) else function
        module = function.__module__.rpartition(".")[2]
        prefix = "" if module == "__main__" else f"{module}."
        names.append(prefix + function.__name__)
    return " → ".join(names)


def _changed(texts, dice):
    """The table with one of its numbers changed."""
    rows = [list(row) for row in texts]
    row = dice.choice(rows)
    at = dice.randrange(len(row))
    row[at] = dice.choice([number for number in NUMBERS if number != row[at]])
    return rows
