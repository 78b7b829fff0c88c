import math

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
    with pytest.raises(ValueError, match="at least two runs"):
        claims.interval([1.0])


def test_an_interval_covers_the_truth_95_times_in_100():
    """4,000 samples of five: 95.0 % is true; the test allows four standard errors, 1.4 points."""
    draws = torch.randn(5, 4000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    low, _, high = claims.interval(draws)
    assert abs(((low < 0) & (high > 0)).double().mean() - 0.95) < 0.014


@pytest.mark.parametrize(
    "changed, claimed, verdict",
    [
        ([1, 1.1, 0.9], "lower", "holds here"),
        ([1, 1.1, 0.9], "higher", "fails here"),
        ([3, 3.1, 2.9], "higher", "holds here"),
        ([1, 2, 3], "lower", "does not show at this size"),
    ],
)
def test_a_verdict_needs_an_interval_on_one_side(changed, claimed, verdict):
    assert claims.difference("a against b", changed, [2, 2.05, 2], claimed).verdict == verdict


def test_pairs_see_what_means_cannot():
    base = torch.tensor([10.0, 20, 30, 40])
    found = claims.difference(
        "a against b", base - torch.tensor([1, 1.1, 0.9, 1]), base, "lower", " points"
    )
    assert found.verdict == "holds here" and found.sentence == "−1.00 ± 0.13 points"


def test_a_factor_is_judged_on_a_log_scale():
    found = claims.ratio("a against b", [200, 400, 800], [100, 200, 400], "higher")
    assert found.mean == pytest.approx(2) and found.neutral == 1 and found.verdict == "holds here"
    doubled_and_halved = claims.ratio("a against b", [200, 100], [100, 200], "higher")
    assert (
        doubled_and_halved.mean == pytest.approx(1)
        and "does not show" in doubled_and_halved.verdict
    )


def test_a_claim_needs_a_direction():
    with pytest.raises(ValueError, match='"lower", "higher" or None'):
        claims.difference("a", [1, 2], [1, 3], "better")


def test_where_nobody_claimed_anything_only_the_difference_is_told():
    for changed, verdict in (
        ([3, 3.1, 2.9], claims.HIGHER),
        ([1, 1.1, 0.9], claims.LOWER),
        ([1, 2, 3], claims.SILENT),
    ):
        assert claims.difference("a against b", changed, [2, 2.05, 2], None).verdict == verdict


@pytest.fixture
def record():
    errors = torch.tensor([[[90.0, 40, 20], [90, 50, 22]], [[90.0, 80, 60], [90, 90, 61]]])
    return Record(("fast", "slow"), (0, 10, 20), {"training error": errors}, 1.0)


def test_final_values_are_compared(record):
    answer = claims.compare(record, "training error", [("slow", "fast")], "higher")
    assert (
        answer["differences"][0].values == (40, 39)
        and answer["differences"][0].label == "slow against fast"
    )
    assert answer["quantity"] == "training error, %" and answer["steps"] == (0, 10, 20)
    assert answer["curves"]["fast"]["mean"].tolist() == [90, 45, 21]
    own = claims.compare(
        record, "training error", [("slow", "fast"), ("slow", "fast", None)], "lower"
    )
    assert [found.verdict for found in own["differences"]] == [claims.FAILS, claims.HIGHER]
    assert answer["curves"]["fast"]["low"][2] < 20 < 22 < answer["curves"]["fast"]["high"][2]


def test_a_run_that_never_arrives_counts_as_the_last_step(record):
    answer = claims.steps_compared(record, "training error", 40, [("slow", "fast")], "higher")
    fast = 10 + 10 * 10 / 28
    assert (
        answer["differences"][0].values == pytest.approx((2, 20 / fast)) and answer["level"] == 40
    )


def test_while_a_run_of_the_base_has_not_arrived_there_is_no_verdict(record):
    answer = claims.steps_compared(record, "training error", 21, [("slow", "fast")], "higher")
    assert answer["differences"][0].verdict == claims.TOO_SOON


def test_a_question_is_put_to_a_record_later(record):
    pairs = [("slow", "fast")]
    final = claims.asks("training error", pairs, "higher")(record)
    steps = claims.asks("training error", pairs, "higher", level=40)(record)
    direct = claims.steps_compared(record, "training error", 40, pairs, "higher")
    assert final["differences"][0].values == (40, 39)
    assert steps["differences"] == direct["differences"] and steps["level"] == 40


def test_what_was_never_measured_is_told():
    for work in (
        lambda: claims.compare(None, "training error", [], "lower"),
        lambda: claims.steps_compared(None, "training error", 25, [], "lower"),
        lambda: claims.rows({"1 ReLU": None}),
    ):
        with pytest.raises(ValueError, match="nothing was measured"):
            work()


@pytest.mark.parametrize("pair", [("slow", "fats"), ("fats", "slow")])
def test_a_setting_that_the_record_does_not_have_is_named(record, pair):
    with pytest.raises(ValueError, match="no setting 'fats'; compared can be 'fast', 'slow'"):
        claims.compare(record, "training error", [pair], "higher")
    with pytest.raises(ValueError, match="no setting 'fats'"):
        claims.steps_compared(record, "training error", 40, [pair], "higher")


def test_what_was_found_is_stored_and_read_again(record, tmp_path):
    answers = {"1 ReLU": claims.compare(record, "training error", [("slow", "fast")], "higher")}
    claims.save(tmp_path / "claims.json", answers, "a machine", "2 seeds")
    stored = claims.load(tmp_path / "claims.json")
    assert [tuple(row) for row in stored["rows"]] == claims.rows(answers)
    assert stored["machine"] == "a machine" and len(stored["date"]) == 10
    assert len(claims.HEADER) == len(stored["rows"][0])


def test_runs_that_diverged_get_no_verdict():
    for values in ([1.0, float("nan"), 2.0], [1.0, float("inf"), 2.0]):
        for compared in (claims.difference, claims.ratio):
            assert compared("a", values, [1.0, 2.0, 3.0], "lower").verdict == claims.NOTHING


def test_what_does_not_come_in_pairs_is_refused():
    for base in ([1.0, 2.0], 2.0):
        with pytest.raises(ValueError, match="in pairs"):
            claims.difference("a", [1.0, 2.0, 3.0], base, "lower")
