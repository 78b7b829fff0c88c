"""What a comparison of runs shows: a difference, its 95 % interval, what that says of a claim.

Runs from the same seed make a pair: same pictures, same batches and, where the networks' shapes
agree, the same start. What is left between them is the setting and chance. The interval (Student's
t) says how far chance alone could still move the mean difference.

A claim is a range, (low, high): "reduces the error" is (-inf, 0), "several times as many" is
(2, inf). It is shown when the interval lies inside the range, excluded when it lies outside, and
else not told.
"""

import json
import math
from dataclasses import asdict, dataclass
from datetime import date
from math import inf, nan
from pathlib import Path

import torch

from alexnet_lib.files import replacing

LEVEL = 0.95
POWER = 0.8
SHOWN, EXCLUDED, UNTOLD, NO_CLAIM = "shown", "excluded", "not told", "no claim"
NOTHING = "cannot be measured: runs diverged or had nothing to do"


@dataclass(frozen=True)
class Difference:
    """One comparison: a value a pair, their mean, the ends of its interval, and what was claimed.

    `neutral` is the value that means no difference: 0 for a difference, 1 for a factor. `claimed`
    is a range (low, high), or None where nobody claimed anything. Where runs had not arrived by the
    last step, one end or both are unknown, 0 or infinite, and the mean is nan.
    """

    label: str
    values: tuple
    mean: float
    low: float
    high: float
    claimed: tuple | None
    unit: str = ""
    neutral: float = 0.0

    @property
    def verdict(self):
        """What the interval says of the claim, in words."""
        if math.isnan(self.low) or math.isnan(self.high):
            return NOTHING
        if self.claimed is None:
            return NO_CLAIM
        low, high = self.claimed
        if low < self.low and (self.high < high or high == inf):
            return SHOWN
        return EXCLUDED if self.high < low or high < self.low else UNTOLD

    @property
    def sentence(self):
        """The effect with its interval, or what is known of it."""
        if math.isnan(self.low) or math.isnan(self.high):
            return "–"
        if not self.neutral:
            reach = self.high - self.mean
            digits = max(2, 1 - math.floor(math.log10(reach))) if 0 < reach < inf else 2
            return _minus(f"{self.mean:+.{digits}f} ± {reach:.{digits}f}{self.unit}")
        if self.low > 0 and self.high < inf:
            return f"{self.mean:.2f} × ({self.low:.2f} to {self.high:.2f})"
        if self.low > 0:
            return f"at least {self.low:.2f} ×"
        return f"at most {self.high:.2f} ×" if self.high < inf else "runs had not arrived"

    @property
    def claim(self):
        """What was claimed, in words: "higher by 1 or more", "1.5 to 3 ×"."""
        if self.claimed is None:
            return ""
        low, high = self.claimed
        if self.neutral:
            if high == inf:
                return "more" if low == 1 else f"{low:g} × or more"
            return "less" if (low, high) == (-inf, 1) else f"{low:g} to {high:g} ×"
        if -inf < low < 0 < high < inf:
            return _minus(f"from {low:g} to {high:g}")
        word, near, far = ("higher", low, high) if low >= 0 else ("lower", -high, -low)
        if far < inf:
            return f"{word} by {near:g} to {far:g}"
        return f"{word} by {near:g} or more" if near else word

    @property
    def shown_from(self):
        """How large an effect is shown four times in five, by so many pairs with this spread.

        In words: "−1.3 points or less". Where nobody claimed anything, how large an effect, to
        either side, is told from none. "" where there is no interval.
        """
        if not (math.isfinite(self.low) and self.low < self.high < inf) or math.isnan(self.mean):
            return ""
        share = detectable(len(self.values)) / t_quantile(len(self.values) - 1)
        low, high = self.claimed or (self.neutral, inf)
        if self.neutral:
            reach = (self.high / self.mean) ** share
            low, high, form = low * reach, high / reach, "{:.2f} ×"
        else:
            reach = share * (self.high - self.mean)
            digits = max(1, 1 - math.floor(math.log10(reach)))
            low, high, form = low + reach, high - reach, f"{{:+.{digits}f}}{self.unit}"
        if self.claimed is None:
            return form.format(low).lstrip("+")
        if low >= high:
            return "nothing: the interval is too wide"
        ends = [form.format(end) for end in (low, high)]
        if high == inf:
            return _minus(f"{ends[0]} or more")
        return _minus(f"{ends[1]} or less" if low == -inf else " to ".join(ends))


def t_quantile(freedom, level=LEVEL):
    """How many standard errors the middle `level` of Student's t reaches to each side.

    For whole degrees of freedom the distribution has a closed form (Abramowitz and Stegun, 26.7.3
    and 26.7.4); it is searched by halving. Raises ValueError below 1 degree, and for a level that
    is not between 0 and 1.
    """
    if freedom < 1:
        raise ValueError("an interval needs two runs of each setting or more; race more seeds")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, such as 0.95, not {level!r}")
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, freedom) < level else (low, middle)
    return low


def detectable(count):
    """How many standard errors beyond a bound `count` pairs show an effect four times in five.

    To show is to have the whole interval beyond it; the bound is 0, or the end of a claim. The
    usual sum of two quantiles of Student's t, which is right to about one part in fifty from four
    pairs on.
    """
    return t_quantile(count - 1) + t_quantile(count - 1, 2 * POWER - 1)


def interval(values):
    """(low, mean, high) along the first axis: the mean and the ends of its 95 % interval."""
    values = torch.as_tensor(values, dtype=torch.float64)
    count = len(values)
    reach = t_quantile(count - 1) * values.std(0) / math.sqrt(count)
    mean = values.mean(0)
    return mean - reach, mean, mean + reach


def difference(label, changed, base, claimed, unit=""):
    """`changed` minus `base`, pair by pair; `claimed` is a range (low, high) or None."""
    values = torch.sub(*_paired(changed, base, claimed))
    low, mean, high = map(float, interval(values))
    return Difference(label, tuple(values.tolist()), mean, low, high, claimed, unit)


def ratio(label, changed, base, claimed):
    """How many times `base` is `changed`, pair by pair; the interval is found on a log scale."""
    times = torch.div(*_paired(changed, base, claimed))
    low, mean, high = (math.exp(value) for value in interval(times.log()))
    return Difference(label, tuple(times.tolist()), mean, low, high, claimed, " times", 1.0)


def ratio_of_steps(label, changed, base, last, claimed):
    """`ratio` of steps, where those of a run that had not arrived by step `last` are infinite.

    Then an interval cannot be had, as nobody knows how far such a run was from arriving. But where
    only runs of `changed` are late, each factor is at least what it would be at the last step, and
    a bound for their median follows from their order alone (the sign test's, 95 %, one-sided). With
    late runs of the base it is an upper bound; with both, nothing is known.
    """
    changed, base = _paired(changed, base, claimed)
    if not (changed.min() > 0 and base.min() > 0):
        raise ValueError(f"{label}: a run was there before the first step; choose a lower level")
    late, missing = changed.isinf().any(), base.isinf().any()
    if not late and not missing:
        return ratio(label, changed, base, claimed)
    times = (changed.clamp(max=last) / base.clamp(max=last)).sort().values
    rank = _rank(len(times))
    low = float(times[rank]) if late and not missing and rank is not None else 0.0
    high = float(times[-1 - rank]) if missing and not late and rank is not None else inf
    return Difference(label, tuple(times.tolist()), nan, low, high, claimed, " times", 1.0)


def compare(record, quantity, pairs, claimed, factor=False):
    """Final values of a `trials.Record` compared, for `runs.compare`.

    `pairs` are (changed, base), by name. A third entry is that pair's own claim, None where nobody
    claimed anything. With `factor` the values are divided, not subtracted. Raises ValueError for a
    name that the record does not have.
    """
    _measured(record, quantity)
    unit = " points" if quantity.endswith(("error", "error gap")) else ""
    named = _named(record.last(quantity), pairs, claimed)
    found = [ratio(*one) if factor else difference(*one, unit) for one in named]
    measure = f"{quantity}, as a factor" if factor else f"difference in {quantity}"
    return {**curves(record, quantity), "differences": found, "measure": measure}


def steps_compared(record, quantity, levels, pairs, claimed):
    """Steps until `quantity` is down to each of `levels` compared, for `runs.compare`, as a factor.

    Pairs as in `compare`; see `ratio_of_steps` for runs that never get there. Raises ValueError for
    a name that the record does not have, and for a level that a run had reached before it began.
    """
    _measured(record, quantity)
    if not isinstance(levels, tuple | list):
        raise ValueError(f"levels are several, such as (1.2, 0.8), not {levels!r}")
    found = []
    for level in levels:
        for label, changed, base, claim in _named(record.steps_to(quantity, level), pairs, claimed):
            label = f"{label}, to {level:g}"
            found.append(ratio_of_steps(label, changed, base, record.steps[-1], claim))
    measure = f"steps to a {quantity}, as a factor"
    return {
        **curves(record, quantity),
        "differences": found,
        "measure": measure,
        "levels": levels,
    }


def asks(quantity, pairs, claimed, levels=None, factor=False):
    """`compare`, or with levels `steps_compared`, as a function of the record alone."""

    def answer(record):
        if levels is None:
            return compare(record, quantity, pairs, claimed, factor)
        return steps_compared(record, quantity, levels, pairs, claimed)

    return answer


def curves(record, quantity):
    """Every run of a `trials.Record`, and their mean with its interval at each reading."""
    parts = {}
    for name, found in zip(record.names, record.values[quantity], strict=True):
        low, mean, high = interval(found) if len(found) > 1 else (found[0],) * 3
        parts[name] = {"runs": found, "low": low, "mean": mean, "high": high}
    unit = ", %" if quantity.endswith("error") else ""
    return {"steps": record.steps, "curves": parts, "quantity": quantity + unit}


HEADER = (
    "claim",
    "compared",
    "measured",
    "effect, 95 % interval",
    "shown from",
    "claimed",
    "verdict",
)


def rows(answers):
    """A line for every comparison, for `grids.table`, under HEADER.

    `answers` maps a claim to what `compare` or `steps_compared` returned.
    """
    found = []
    for claim, answer in answers.items():
        _measured(answer)
        for one in answer["differences"]:
            told = one.sentence, one.shown_from, one.claim, one.verdict
            found.append((claim, one.label, answer["measure"], *told))
    return found


def save(path, answers, machine, settings):
    """Store what was found, the machine, today's date and the settings as JSON, for `load`."""
    found = {
        claim: {
            "measure": answer["measure"],
            "differences": [asdict(one) for one in answer["differences"]],
        }
        for claim, answer in answers.items()
    }
    content = {
        "machine": machine,
        "date": date.today().isoformat(),
        "settings": settings,
        "answers": found,
    }
    text = json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def load(path):
    """What `save` stored: {"machine", "date", "settings", "answers"}; the last is for `rows`.

    Raises ValueError for a file that `save` did not write.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        for answer in content["answers"].values():
            answer["differences"] = [_restored(one) for one in answer["differences"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} holds no claims as `save` stores them") from error
    return content


def _finite(content):
    """The content with "inf", "-inf" and "nan" for the numbers that JSON does not have."""
    if isinstance(content, dict):
        return {name: _finite(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    strange = isinstance(content, float) and not math.isfinite(content)
    return str(content) if strange else content


def _restored(one):
    claimed = one["claimed"] and tuple(map(float, one["claimed"]))
    ends = {name: float(one[name]) for name in ("mean", "low", "high")}
    return Difference(**{**one, **ends, "values": tuple(one["values"]), "claimed": claimed})


def _measured(record, quantity=None):
    if record is None:
        raise ValueError(
            "nothing was measured: the experiment was stopped too soon; run its cell again"
        )
    if quantity is None:
        return
    if not hasattr(record, "values") or callable(record.values):
        raise ValueError(f"give one record, such as the last that race yields, not {record!r}")
    if quantity not in record.values:
        measured = ", ".join(record.values)
        raise ValueError(f"{quantity!r} was not measured; there are {measured}")


def _paired(changed, base, claimed):
    is_range = isinstance(claimed, tuple | list) and len(claimed) == 2 and claimed[0] < claimed[1]
    if not (claimed is None or is_range):
        raise ValueError(f"claimed is a range such as (-inf, 0), or None, not {claimed!r}")
    pair = [torch.as_tensor(values, dtype=torch.float64) for values in (changed, base)]
    if pair[0].shape != pair[1].shape or pair[0].dim() != 1:
        raise ValueError(
            f"runs are compared in pairs: as many of one as of the other, not {changed} and {base}"
        )
    return pair


def _named(found, pairs, claimed):
    """(label, changed, base, claim) for every pair of names."""
    for pair in pairs:
        if not (isinstance(pair, tuple | list) and len(pair) in (2, 3)):
            raise ValueError(f"pairs are a list of (changed, base), by name, not {pairs!r}")
    for name in (name for pair in pairs for name in pair[:2]):
        if name not in found:
            raise ValueError(
                f"there is no setting {name!r}; compared can be {', '.join(map(repr, found))}"
            )
    return [
        (f"{a} against {b}", found[a], found[b], own[0] if own else claimed) for a, b, *own in pairs
    ]


def _rank(count):
    """The place, in order, of the value that the median exceeds with 95 %; None without one."""
    below = [sum(math.comb(count, k) for k in range(rank + 1)) / 2**count for rank in range(count)]
    return max((rank for rank in range(count) if below[rank] <= 1 - LEVEL), default=None)


def _minus(text):
    return text.replace("-", "−")


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
