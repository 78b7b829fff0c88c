import math
from math import inf

import pytest
import torch

from alexnet_lib.experiments import claims
from alexnet_lib.experiments.trials import Record

TABLE = {
    1: 12.7062,
    2: 4.3027,
    3: 3.1824,
    4: 2.7764,
    5: 2.5706,
    9: 2.2622,
    10: 2.2281,
    29: 2.0452,
    120: 1.9799,
}


@pytest.mark.parametrize("freedom, value", TABLE.items())
def test_the_quantiles_are_those_of_the_printed_tables(freedom, value):
    assert claims.t_quantile(freedom) == pytest.approx(value, abs=1e-4)


def test_other_levels_and_the_limit_of_many_runs():
    assert claims.t_quantile(4, 0.99) == pytest.approx(4.6041, abs=1e-4)
    assert claims.t_quantile(7, 0.5) == pytest.approx(0.7111, abs=1e-4)
    assert claims.t_quantile(2000) == pytest.approx(1.961, abs=1e-3)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_that_is_no_share_is_refused(level):
    with pytest.raises(
        ValueError, match=f"level must be between 0 and 1, such as 0.95, not {level}"
    ):
        claims.t_quantile(4, level)


def test_an_interval_by_hand():
    low, mean, high = claims.interval([1.0, 2.0, 3.0])
    assert mean == 2 and float(high - 2) == pytest.approx(4.30265 / math.sqrt(3), abs=1e-4)
    assert float(2 - low) == pytest.approx(float(high - 2))


def test_one_run_has_no_interval():
    with pytest.raises(ValueError, match="two runs of each setting or more"):
        claims.interval([1.0])


def test_an_interval_covers_the_truth_95_times_in_100():
    """4,000 samples of five: 95.0 % is true; the test allows four standard errors, 1.4 points."""
    draws = torch.randn(5, 4000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    low, _, high = claims.interval(draws)
    assert abs(((low < 0) & (high > 0)).double().mean() - 0.95) < 0.014


LESS, MORE = (-inf, 0), (0, inf)


@pytest.mark.parametrize(
    "changed, claimed, verdict",
    [
        ([1, 1.1, 0.9], LESS, "shown"),
        ([1, 1.1, 0.9], MORE, "excluded"),
        ([3, 3.1, 2.9], MORE, "shown"),
        ([1, 2, 3], LESS, "not told"),
        ([1, 1.1, 0.9], (-inf, -0.5), "shown"),
        ([1, 1.1, 0.9], (-inf, -1), "not told"),
        ([1, 1.1, 0.9], (-inf, -2), "excluded"),
        ([1, 1.1, 0.9], (-0.5, 0), "excluded"),
        ([1, 1.1, 0.9], None, "no claim"),
        ([1, 2, 3], None, "no claim"),
    ],
)
def test_a_verdict_compares_the_interval_with_the_size_of_the_claim(changed, claimed, verdict):
    assert claims.difference("a against b", changed, [2, 2.05, 2], claimed).verdict == verdict


def test_pairs_see_what_means_cannot():
    base = torch.tensor([10.0, 20, 30, 40])
    found = claims.difference(
        "a against b", base - torch.tensor([1, 1.1, 0.9, 1]), base, LESS, " points"
    )
    assert found.verdict == "shown" and found.sentence == "−1.00 ± 0.13 points"


def test_a_small_difference_keeps_its_digits():
    found = claims.difference("a against b", [0.0105, 0.0126, 0.0112], [0.01] * 3, LESS)
    assert found.sentence == "+0.0014 ± 0.0027"


def test_a_factor_is_judged_on_a_log_scale():
    found = claims.ratio("a against b", [200, 400, 800], [100, 200, 400], (1, inf))
    assert found.mean == pytest.approx(2) and found.neutral == 1 and found.verdict == "shown"
    doubled_and_halved = claims.ratio("a against b", [200, 100], [100, 200], (1, inf))
    assert doubled_and_halved.mean == pytest.approx(1)
    assert doubled_and_halved.verdict == "not told"


@pytest.mark.parametrize("claimed", ["lower", (0, 0), (1, -1), (1,), 0])
def test_a_claim_is_a_range(claimed):
    with pytest.raises(ValueError, match=r"claimed is a range such as \(-inf, 0\)"):
        claims.difference("a", [1, 2], [1, 3], claimed)


@pytest.mark.parametrize(
    "claimed, factor, words",
    [
        (LESS, False, "lower"),
        ((1, inf), False, "higher by 1 or more"),
        ((-inf, -0.2), False, "lower by 0.2 or more"),
        ((-4, -1), False, "lower by 1 to 4"),
        ((1, 4), False, "higher by 1 to 4"),
        ((-1, 2), False, "from −1 to 2"),
        ((2, inf), True, "2 × or more"),
        ((1.5, 3), True, "1.5 to 3 ×"),
        ((-inf, 1), True, "less"),
        (None, False, ""),
    ],
)
def test_a_claim_is_told_in_words(claimed, factor, words):
    make = claims.ratio if factor else claims.difference
    assert make("a against b", [2, 3], [1, 2], claimed).claim == words


LATE = [20.0, inf, 30.0, inf, 25.0]


def test_runs_that_never_arrived_give_a_bound_and_no_interval():
    """Five pairs: the median exceeds the least of five factors with 1 − 1/32 = 97 %."""
    found = claims.ratio_of_steps("a against b", LATE, [10.0] * 5, 40, (1.5, inf))
    assert (found.low, found.high) == (2, inf) and math.isnan(found.mean)
    assert found.sentence == "at least 2.00 ×" and found.verdict == "shown"
    assert found.shown_from == ""
    above = claims.ratio_of_steps("a against b", [10.0] * 5, LATE, 40, (1.5, inf))
    assert above.sentence == "at most 0.50 ×" and above.verdict == "excluded"
    neither = claims.ratio_of_steps("a against b", LATE, LATE, 40, (1.5, inf))
    assert neither.sentence == "runs had not arrived" and neither.verdict == "not told"
    few = claims.ratio_of_steps("a against b", [inf] * 4, [10.0] * 4, 40, (1.5, inf))
    assert few.verdict == "not told", "four pairs are too few for a bound of 95 %"


def test_cutting_runs_off_does_not_make_a_claim_look_shown():
    """True factors 1.1, 1.1, 1.2, 20, 30 tell nothing; cut off at 1.5 they would seem alike."""
    base = [100.0] * 5
    true = claims.ratio("a against b", [110, 110, 120, 2000, 3000], base, (1.2, inf))
    cut = claims.ratio_of_steps("a", [110.0, 110, 120, inf, inf], base, 150, (1.2, inf))
    assert true.verdict == cut.verdict == "not told" and cut.low == 1.1


def test_a_bound_holds_95_times_in_100():
    """The median of a skewed quantity, 10 draws each; the exact share is 1 − 11/1024."""
    draws = torch.rand(2000, 10, generator=torch.Generator().manual_seed(0)).exp()
    rank = claims._rank(10)
    assert rank == 1
    assert (draws.sort(1).values[:, rank] < math.exp(0.5)).double().mean() > 0.95


def test_what_is_seen_four_times_in_five():
    """Simulated: 20,000 experiments of so many pairs, their differences with a spread of 1."""
    for count in (5, 10, 20):
        effect = claims.detectable(count) / count**0.5
        generator = torch.Generator().manual_seed(count)
        draws = torch.randn(count, 20_000, generator=generator, dtype=torch.float64)
        low, _, _ = claims.interval(draws + effect)
        assert float((low > 0).double().mean()) == pytest.approx(0.8, abs=0.015)


@pytest.mark.parametrize(
    "claimed, words",
    [
        (None, "2.6 points"),
        ((0, inf), "+2.6 points or more"),
        ((-inf, -0.2), "−2.8 points or less"),
        ((-4, 4), "−1.4 points to +1.4 points"),
        ((-1, 1), "nothing: the interval is too wide"),
    ],
)
def test_how_large_an_effect_would_have_been_shown_is_told(claimed, words):
    """By the table of t, (2.776 + 0.941) standard errors; one is √2.5 / √5 here."""
    found = claims.difference("a against b", [1.0, 2, 3, 4, 5], [1.0] * 5, claimed, " points")
    assert round(3.717 * 0.5**0.5, 1) == 2.6
    assert found.shown_from == words


@pytest.mark.parametrize(
    "claimed, words",
    [
        (None, "1.35 ×"),
        ((2, inf), "2.69 × or more"),
        ((-inf, 1), "0.74 × or less"),
        ((1.5, 3), "2.02 × to 2.23 ×"),
        ((1.5, 2), "nothing: the interval is too wide"),
    ],
)
def test_how_large_a_factor_would_have_been_shown_is_told(claimed, words):
    values = [1.0, 1.2, 1.1, 1.6, 1.3]
    error = torch.tensor(values).log().std() / 5**0.5
    assert round(float((3.717 * error).exp()), 2) == 1.35
    assert claims.ratio("a against b", values, [1.0] * 5, claimed).shown_from == words


def test_what_is_shown_four_times_in_five_is_shown_so_often():
    """Simulated: the verdict on 2,000 experiments whose true effect is the size that is told."""
    draws = torch.randn(2000, 10, generator=torch.Generator().manual_seed(0)).double()
    effect = -0.2 - claims.detectable(10) / 10**0.5
    verdicts = [
        claims.difference("a", run + effect, torch.zeros(10), (-inf, -0.2)).verdict for run in draws
    ]
    assert verdicts.count("shown") / 2000 == pytest.approx(0.8, abs=0.03)


@pytest.fixture
def record():
    errors = torch.tensor([[[90.0, 40, 20], [90, 50, 22]], [[90.0, 80, 60], [90, 90, 61]]])
    return Record(("fast", "slow"), (0, 10, 20), {"training error": errors}, 1.0)


def test_final_values_are_compared(record):
    answer = claims.compare(record, "training error", [("slow", "fast")], MORE)
    (found,) = answer["differences"]
    assert found.values == (40, 39) and found.label == "slow against fast"
    assert answer["quantity"] == "training error, %" and answer["steps"] == (0, 10, 20)
    assert answer["curves"]["fast"]["mean"].tolist() == [90, 45, 21]
    pairs = [("slow", "fast"), ("slow", "fast", None)]
    own = claims.compare(record, "training error", pairs, LESS)
    assert [found.verdict for found in own["differences"]] == ["excluded", "no claim"]
    assert answer["curves"]["fast"]["low"][2] < 20 < 22 < answer["curves"]["fast"]["high"][2]


def test_final_values_may_be_divided(record):
    pairs = [("slow", "fast")]
    (found,) = claims.compare(record, "training error", pairs, (2, 3), factor=True)["differences"]
    assert found.values == pytest.approx((60 / 20, 61 / 22)) and found.neutral == 1


def test_steps_are_compared_at_every_level(record):
    answer = claims.steps_compared(record, "training error", (80, 40), [("slow", "fast")], MORE)
    first, second = answer["differences"]
    fast = 10 + 10 * 10 / 28
    assert first.label == "slow against fast, to 80" and first.high < inf
    assert second.values == pytest.approx((20 / fast, 2)) and second.high == inf
    assert answer["levels"] == (80, 40)


def test_a_question_is_put_to_a_record_later(record):
    pairs = [("slow", "fast")]
    final = claims.asks("training error", pairs, MORE)(record)
    steps = claims.asks("training error", pairs, MORE, levels=(80,))(record)
    direct = claims.steps_compared(record, "training error", (80,), pairs, MORE)
    assert final["differences"][0].values == (40, 39)
    assert steps["differences"] == direct["differences"] and steps["levels"] == (80,)


def test_what_was_never_measured_is_told():
    for work in (
        lambda: claims.compare(None, "training error", [], LESS),
        lambda: claims.steps_compared(None, "training error", (25,), [], LESS),
        lambda: claims.rows({"1 ReLU": None}),
    ):
        with pytest.raises(ValueError, match="nothing was measured"):
            work()


@pytest.mark.parametrize(
    "work, words",
    [
        (lambda r: claims.compare(r, "accuracy", [], LESS), "'accuracy' was not measured; there"),
        (lambda r: claims.compare(iter([r]), "training error", [], LESS), "give one record"),
        (lambda r: claims.compare(r, "training error", ("slow", "fast"), LESS), "pairs are a list"),
        (lambda r: claims.steps_compared(r, "training error", 40, [], LESS), "levels are several"),
        (
            lambda r: claims.steps_compared(r, "training error", (99,), [("slow", "fast")], LESS),
            "slow against fast, to 99: a run was there before the first step",
        ),
    ],
)
def test_what_cannot_be_compared_is_named(record, work, words):
    with pytest.raises(ValueError, match=words):
        work(record)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"answers": {"1": {"differences": [1]}}}'])
def test_a_file_without_claims_is_named(tmp_path, content):
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(ValueError, match=r"other\.json holds no claims"):
        claims.load(tmp_path / "other.json")


@pytest.mark.parametrize("pair", [("slow", "fats"), ("fats", "slow")])
def test_a_setting_that_the_record_does_not_have_is_named(record, pair):
    with pytest.raises(ValueError, match="no setting 'fats'; compared can be 'fast', 'slow'"):
        claims.compare(record, "training error", [pair], MORE)
    with pytest.raises(ValueError, match="no setting 'fats'"):
        claims.steps_compared(record, "training error", (40,), [pair], MORE)


def test_what_was_found_is_stored_and_read_again(record, tmp_path):
    pairs = [("slow", "fast"), ("slow", "fast", None)]
    final = claims.compare(record, "training error", pairs, (1, inf))
    steps = claims.steps_compared(record, "training error", (80, 40), pairs[:1], (1.5, 3))
    claims.save(tmp_path / "claims.json", {"1": final, "2": steps}, "a machine", "2 seeds")
    stored = claims.load(tmp_path / "claims.json")
    assert claims.rows(stored["answers"]) == claims.rows({"1": final, "2": steps})
    assert stored["answers"]["1"]["differences"] == final["differences"]
    assert stored["machine"] == "a machine" and len(stored["date"]) == 10
    assert {len(row) for row in claims.rows(stored["answers"])} == {len(claims.HEADER)}


def test_runs_that_diverged_get_no_verdict():
    for values in ([1.0, float("nan"), 2.0], [1.0, float("inf"), 2.0]):
        for compared in (claims.difference, claims.ratio):
            assert compared("a", values, [1.0, 2.0, 3.0], LESS).verdict == claims.NOTHING


def test_what_does_not_come_in_pairs_is_refused():
    for base in ([1.0, 2.0], 2.0):
        with pytest.raises(ValueError, match="in pairs"):
            claims.difference("a", [1.0, 2.0, 3.0], base, LESS)
