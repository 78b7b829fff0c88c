"""What a comparison of runs shows: their difference, its 95 % confidence interval, a verdict.

Runs from the same seed make a pair: same pictures, same batches, same start. What is left between
them is the setting and chance. The interval (Student's t) says how far chance alone could still
move the mean difference.
"""

import json
import math
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import torch

LEVEL = 0.95
HOLDS, SILENT, FAILS = "holds here", "does not show at this size", "fails here"
HIGHER, LOWER = "no claim; higher here", "no claim; lower here"
NOTHING = "cannot be measured: runs diverged or had nothing to do"
TOO_SOON = "cannot be told: a run of the second has not got there"


@dataclass(frozen=True)
class Difference:
    """One comparison: a value a pair, their mean, the ends of its interval, and the verdict.

    `neutral` is the value that means no difference: 0 for a difference, 1 for a factor.
    """

    label: str
    values: tuple
    mean: float
    low: float
    high: float
    verdict: str
    unit: str = ""
    neutral: float = 0.0

    @property
    def sentence(self):
        """The effect with its interval."""
        if self.neutral:
            return f"{self.mean:.2f} × ({self.low:.2f} to {self.high:.2f})"
        return f"{self.mean:+.2f} ± {self.high - self.mean:.2f}{self.unit}".replace("-", "−")


def t_quantile(freedom, level=LEVEL):
    """How many standard errors the middle `level` of Student's t reaches to each side.

    For whole degrees of freedom the distribution has a closed form (Abramowitz and Stegun, 26.7.3
    and 26.7.4); it is searched by halving. Raises ValueError below 1 degree, and for a level that
    is not between 0 and 1.
    """
    if freedom < 1:
        raise ValueError("an interval needs at least two runs of each setting")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, such as 0.95, not {level!r}")
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, freedom) < level else (low, middle)
    return low


def interval(values):
    """(low, mean, high) along the first axis: the mean and the ends of its 95 % interval."""
    values = torch.as_tensor(values, dtype=torch.float64)
    count = len(values)
    reach = t_quantile(count - 1) * values.std(0) / math.sqrt(count)
    mean = values.mean(0)
    return mean - reach, mean, mean + reach


def difference(label, changed, base, claimed, unit=""):
    """`changed` minus `base`, pair by pair; `claimed` is "lower", "higher" or None."""
    values = torch.sub(*_paired(changed, base))
    low, mean, high = map(float, interval(values))
    verdict = _verdict(low, high, claimed)
    return Difference(label, tuple(values.tolist()), mean, low, high, verdict, unit)


def ratio(label, changed, base, claimed):
    """How many times `base` is `changed`, pair by pair; the interval is found on a log scale."""
    times = torch.div(*_paired(changed, base))
    logs = interval(times.log())
    verdict = _verdict(float(logs[0]), float(logs[2]), claimed)
    low, mean, high = (math.exp(value) for value in logs)
    return Difference(label, tuple(times.tolist()), mean, low, high, verdict, " times", 1.0)


def compare(record, quantity, pairs, claimed):
    """Final values of a `trials.Record` compared, for `runs.compare`.

    `pairs` are (changed, base), by name. A third entry is that pair's own claim, None where nobody
    claimed anything. Raises ValueError for a name that the record does not have.
    """
    _measured(record)
    unit = " points" if quantity.endswith("error") else ""
    found = [difference(*runs, unit) for runs in _named(record.last(quantity), pairs, claimed)]
    return {
        **curves(record, quantity),
        "differences": found,
        "measure": f"difference in {quantity}",
    }


def steps_compared(record, quantity, level, pairs, claimed):
    """Steps until `quantity` is down to `level` compared, for `runs.compare`, as a factor.

    A changed run that never got there counts as if it had at the last step, so that its factor is
    too small rather than too large; when a base run has not got there, there is no verdict. Pairs
    as in `compare`. Raises ValueError for a name that the record does not have.
    """
    _measured(record)
    steps = record.steps_to(quantity, level)
    found = []
    last = record.steps[-1]
    for label, changed, base, claim in _named(steps, pairs, claimed):
        one = ratio(label, changed.clamp(max=last), base.clamp(max=last), claim)
        found.append(one if base.isfinite().all() else replace(one, verdict=TOO_SOON))
    return {
        **curves(record, quantity),
        "differences": found,
        "measure": f"steps to {quantity} {level:g}, as a factor",
        "level": level,
    }


def asks(quantity, pairs, claimed, level=None):
    """`compare`, or with a level `steps_compared`, as a function of the record alone."""

    def answer(record):
        if level is None:
            return compare(record, quantity, pairs, claimed)
        return steps_compared(record, quantity, level, pairs, claimed)

    return answer


def curves(record, quantity):
    """Every run of a `trials.Record`, and their mean with its interval at each reading."""
    parts = {}
    for name, found in zip(record.names, record.values[quantity], strict=True):
        low, mean, high = interval(found) if len(found) > 1 else (found[0],) * 3
        parts[name] = {"runs": found, "low": low, "mean": mean, "high": high}
    unit = ", %" if quantity.endswith("error") else ""
    return {"steps": record.steps, "curves": parts, "quantity": quantity + unit}


def rows(answers):
    """A line for every comparison, for `grids.table`.

    `answers` maps a claim to what `compare` or `steps_compared` returned.
    """
    for answer in answers.values():
        _measured(answer)
    return [
        (claim, found.label, answer["measure"], found.sentence, len(found.values), found.verdict)
        for claim, answer in answers.items()
        for found in answer["differences"]
    ]


HEADER = ("claim", "compared", "measured", "effect, 95 % interval", "pairs", "verdict")


def save(path, answers, machine, settings):
    """Store the lines of `rows`, the machine, today's date and the settings as JSON, for `load`."""
    content = {
        "machine": machine,
        "date": date.today().isoformat(),
        "settings": settings,
        "rows": rows(answers),
    }
    Path(path).write_text(
        json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def load(path):
    """What `save` stored: {"machine", "date", "settings", "rows"}."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def _measured(record):
    if record is None:
        raise ValueError(
            "nothing was measured: the experiment was stopped too soon; run its cell again"
        )


def _paired(changed, base):
    pair = [torch.as_tensor(values, dtype=torch.float64) for values in (changed, base)]
    if pair[0].shape != pair[1].shape or pair[0].dim() != 1:
        raise ValueError(
            f"runs are compared in pairs: as many of one as of the other, not {changed} and {base}"
        )
    return pair


def _named(found, pairs, claimed):
    """(label, changed, base, claim) for every pair of names."""
    for name in (name for pair in pairs for name in pair[:2]):
        if name not in found:
            raise ValueError(
                f"there is no setting {name!r}; compared can be {', '.join(map(repr, found))}"
            )
    return [
        (f"{a} against {b}", found[a], found[b], own[0] if own else claimed) for a, b, *own in pairs
    ]


def _verdict(low, high, claimed):
    if claimed not in ("lower", "higher", None):
        raise ValueError(f'claimed is "lower", "higher" or None, not {claimed!r}')
    if not (math.isfinite(low) and math.isfinite(high)):
        return NOTHING
    if not (low > 0 or high < 0):
        return SILENT
    if claimed is None:
        return HIGHER if low > 0 else LOWER
    return HOLDS if (low > 0) == (claimed == "higher") else FAILS


def _inside(t, freedom):
    """The probability that Student's t lies between −t and t."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine, odd = math.cos(angle), freedom % 2
    term = total = cosine if odd else 1.0
    for step in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    if not odd:
        return math.sin(angle) * total
    return 2 / math.pi * (angle + (math.sin(angle) * total if freedom > 1 else 0.0))
