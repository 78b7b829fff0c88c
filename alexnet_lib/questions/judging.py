"""Judge an answer: right, wrong with the misconception or a counterexample behind it, or not yet.

An entry is a dict of one question's data, as in `lessonN.toml` or made in `lessonN.py`. Other
people's functions run guarded: what they print is caught, what they raise is told, and one that
never returns is stopped.
"""

import copy
import ctypes
import math
import re
import threading
from contextlib import redirect_stdout
from io import StringIO
from itertools import islice
from typing import NamedTuple

from alexnet_lib.questions.code import written
from alexnet_lib.questions.parsing import (
    MOST,
    are_words,
    is_number,
    letters,
    meant,
    partly,
    plain,
    product,
    same,
    understood,
)

SECONDS, LONGEST = 4, 120  # that a function may take, and letters of what it is told to give
NOT_YET = "Write your answer in place of `...`, and run the cell again."
LETTERS = 'Answer with a letter, or several, like "AC".'
ONE_NUMBER = "One number is wanted, written without commas and spaces, like `1234.5`."
NONE = "The answer given is None, as after a call of `print`. Give the answer itself."
BODY = "Write the body of the function in place of `...`, and run the cell again."


class Reply(NamedTuple):
    """`verdict` is "right", "wrong" or "not yet"; `text` says why."""

    verdict: str
    text: str


class Outcome(NamedTuple):
    """What became of a call: its value, what it printed, and in words what went wrong, if so."""

    value: object = None
    printed: str = ""
    trouble: str = ""


class _Stop(BaseException):
    pass


def judge(entry, answer):
    """The Reply to an answer: a value, a function, or what the entry's own judge understands."""
    try:
        return _judge(entry, answer)
    except Exception as error:  # an answer can be any object, and reading it may do anything
        return Reply(
            "wrong", f"This cannot be read as an answer ({type(error).__name__}: {_short(error)})."
        )


def _judge(entry, answer):
    if answer is None or answer is ...:
        return Reply("not yet", NOT_YET if answer is ... else NONE)
    if "function" in entry:
        return _judge_function(entry, answer)
    if "judge" in entry:
        return _judge_design(entry, answer)
    verdict, text = judge_value(entry, answer)
    return Reply(verdict, text or "Work it out once more, or take a hint below.")


def judge_value(entry, answer):
    """The Reply to a number, a list of numbers or a word, by the entry's `answer` and `wrong`."""
    if callable(answer) and not hasattr(answer, "tolist"):
        return Reply("wrong", "This is a function. Give the answer itself.")
    tolerance, right = entry.get("tolerance", 1e-6), entry["answer"]
    given = plain(answer)
    if isinstance(given, str) and not isinstance(right, str) and not are_words(right):
        if is_number(right) and right % 1:
            given = re.sub(r"^\s*(\d+),(\d+)\s*$", r"\1.\2", given)  # a decimal comma
        given = understood(given)
        if given is None:
            text = "This is text. Give a number, or several in brackets, like `(3, 4)`."
            return Reply("wrong", text)
    elif isinstance(given, list) and not isinstance(right, str) and not are_words(right):
        given = [understood(part) if isinstance(part, str) else part for part in given]
    read = letters if _asks_for_letters(right) else plain
    if entry.get("any_order") and isinstance(given, list) and all(map(is_number, given)):
        given = sorted(given)
    readings = [given, *meant(given, right)]
    if isinstance(answer, str) and is_number(right) and (whole := product(answer)) is not None:
        readings.append(whole)
    if any(same(read(each), read(right), tolerance) for each in readings):
        return Reply("right", entry["why"])
    for each in readings:
        for value, reply in entry.get("wrong", ()):
            if same(read(each), read(value), tolerance):
                return Reply("wrong", reply)
    if read is letters and not read(given):
        return Reply("wrong", LETTERS)
    if isinstance(given, list) and len(given) > 1 and is_number(right):
        numbers = ", ".join(str(_rounded(part)) for part in given[:4])
        verdict = "not yet" if isinstance(answer, str) else "wrong"
        return Reply(verdict, f"{ONE_NUMBER} Here are {len(given)}: {numbers}.")
    praise = "" if entry.get("any_order") else partly(readings[-1], right, tolerance)
    return Reply("wrong", praise or entry.get("otherwise", ""))


def _asks_for_letters(right):
    """Whether the right answer is a letter, "B", or several, ["A", "C"]."""
    return len(plain(right)) == 1 if isinstance(right, str) else are_words(right)


def solution(entry):
    """The entry's own answer: its function, or what its piece of Python names `answer`."""
    if "function" in entry:
        return entry["function"]
    space = {}
    exec(entry["solution"], space)
    return space["answer"]


def attempt(function, arguments, seconds=None):
    """Call a function in a thread of its own, for so many seconds, and say what became of it."""
    seconds = SECONDS if seconds is None else seconds
    before, found, printed = repr(plain(list(arguments))), [], StringIO()

    def call():
        try:
            found.append(Outcome(plain(function(*arguments))))
        except _Stop:
            pass
        except RecursionError:
            found.append(Outcome(trouble="it calls itself without end"))
        except BaseException as error:
            empty = type(error) is NotImplementedError and not error.args
            trouble = "" if empty else f"it stops with {type(error).__name__}: {_short(error)}"
            found.append(Outcome(... if empty else None, trouble=trouble))

    thread = threading.Thread(target=call, daemon=True)
    with redirect_stdout(printed):
        thread.start()
        try:
            thread.join(seconds)
        finally:
            if thread.is_alive():
                identity, stop = ctypes.c_ulong(thread.ident), ctypes.py_object(_Stop)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(identity, stop)
    if not found:
        trouble = f"there is no answer after {seconds} seconds; look for a loop that never ends"
        return Outcome(trouble=trouble)
    outcome = found[0]._replace(printed=printed.getvalue())
    if not outcome.trouble and repr(plain(list(arguments))) != before:
        return outcome._replace(
            trouble="it changes its input; work on a copy: `x.clone()`, or `list(x)`"
        )
    return outcome


def _judge_function(entry, answer):
    right, cases, tolerance = entry["function"], entry["cases"], entry["tolerance"]
    if not callable(answer):
        name = right.__name__
        return Reply("wrong", f"Hand over the function itself, `{name}`, without calling it.")
    given, printed = [], ""
    for number, case in enumerate(cases):
        outcome = attempt(answer, copy.deepcopy(case))
        if outcome.trouble:
            known = _known_mistake(entry, cases[: number + 1], given, outcome.trouble)
            return Reply("wrong", f"{known}For {_called(right, case)} {outcome.trouble}.")
        if outcome.value is ...:
            return Reply("not yet", BODY)
        if outcome.value is None:
            prints = f" prints {_short(outcome.printed)} and" if outcome.printed else ""
            end = "returns nothing. End every way through it with `return`."
            return Reply("wrong", f"{_called(right, case)}{prints} {end}")
        given.append(outcome.value)
        printed = printed or outcome.printed
    wanted = [plain(right(*copy.deepcopy(case))) for case in cases]
    misses = [n for n in range(len(cases)) if not same(given[n], wanted[n], tolerance)]
    if not misses:
        note = " It also prints; take that line out before others use it." if printed else ""
        return Reply("right", entry["why"] + note)
    first = misses[0]
    told, true = _short(given[first]), _short(wanted[first])
    if isinstance(given[first], str):
        told = f"the text {given[first]!r}"
    elif told == true:
        told, true = repr(given[first])[:LONGEST], f"{wanted[first]!r}"[:LONGEST]
        true += "; give all digits"
    proof = f"{_called(right, cases[first])} gives {told}; right is {true}."
    return Reply("wrong", _known_mistake(entry, cases, given) + proof)


def _known_mistake(entry, cases, given, trouble=""):
    """The reply to a mistake that gives the same, and in the last case has the same trouble."""
    for mistaken, reply in entry["wrong"]:
        theirs = [attempt(mistaken, copy.deepcopy(case)) for case in cases]
        troubles = [*[""] * len(given), *filter(None, [trouble])]
        values = [one.value for one in theirs][: len(given)]
        if [one.trouble for one in theirs] == troubles and same(given, values, entry["tolerance"]):
            return f"{reply} "
    return ""


def _called(function, arguments):
    return f"`{function.__name__}({', '.join(map(written, arguments))})`"


def _judge_design(entry, answer):
    if isinstance(answer, str) and understood(answer) is not None:
        answer = understood(answer)
    once = hasattr(answer, "__next__")  # an iterator can be read once, and may have no end
    tried = list(islice(answer, MOST)) if once else copy.deepcopy(answer)
    said = []
    found = attempt(lambda: said.append(entry["judge"](tried)) or True, [])
    if found.trouble:
        trouble = found.trouble.removeprefix("it stops with AssertionError: ").removeprefix("it ")
        return Reply("wrong", f"This cannot be tried: {trouble}. {entry['form']}")
    return Reply("wrong", said[0]) if said[0] else Reply("right", entry["why"])


def _rounded(value):
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return float(f"{value:.4g}") if isinstance(value, float) and value % 1 else _whole(value)


def _whole(value):
    return int(value) if isinstance(value, float) and math.isfinite(value) else value


def _short(value):
    try:
        text = " ".join(str(_rounded(value)).split())
    except Exception:
        return f"something that cannot be written down, a {type(value).__name__}"
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
