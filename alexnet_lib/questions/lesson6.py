"""The claims: the exercises of lesson 6 whose answer is code."""

from statistics import mean, pstdev, stdev

from alexnet_lib.questions.code import function


@function(
    "own-interval",
    title="An interval",
    question=(
        "Write `interval(values, t)`: the two ends of mean ± t · s / √n, where s is the "
        "standard deviation of the sample (divide by n − 1) and n the number of values."
    ),
    cases=[
        ([1.0, 3.0], 2.0),
        ([-1.2, 0.4, -0.9, -2.1, 0.3], 2.776),
        ([5.0, 5.0, 5.0], 4.3),
        ([0.0, 1.0, 2.0, 3.0], 3.182),
    ],
    why="The root of n is why ten times the certainty takes a hundred times the runs.",
    hints=[
        "`statistics.mean` and `statistics.stdev` do the two sums; `stdev` divides by n − 1.",
        "The reach to each side is `t * stdev(values) / len(values) ** 0.5`.",
    ],
)
def interval(values, t):
    reach = t * stdev(values) / len(values) ** 0.5
    return mean(values) - reach, mean(values) + reach


@interval.wrong("That is how far single runs spread. Their mean is surer by √n: divide.")
def of_single_runs(values, t):
    reach = t * stdev(values)
    return mean(values) - reach, mean(values) + reach


@interval.wrong("Divide by √n, not by n.")
def divided_by_n(values, t):
    reach = t * stdev(values) / len(values)
    return mean(values) - reach, mean(values) + reach


@interval.wrong(
    "You divided by n in the standard deviation. A sample underestimates the spread: divide by "
    "n − 1."
)
def sample_as_all(values, t):
    reach = t * pstdev(values) / len(values) ** 0.5
    return mean(values) - reach, mean(values) + reach


@interval.wrong("You forgot t: one standard error covers only about two thirds.")
def without_t(values, t):
    reach = stdev(values) / len(values) ** 0.5
    return mean(values) - reach, mean(values) + reach


@interval.wrong(
    "Those are the ends of the sample. They move apart with more runs; an interval for the mean"
    " draws together."
)
def ends_of_the_sample(values, t):
    return (min(values), max(values))


@function(
    "own-verdict",
    title="A verdict",
    question=(
        "A claim is a range, such as (−4, −1): lower by 1 to 4. So is an interval. Write "
        '`verdict(interval, claim)`, each a pair `(low, high)`: "shown" when the interval lies '
        'inside the claim, "excluded" when it lies outside, else "not told". Ends that touch tell '
        "nothing."
    ),
    cases=[
        ((-3.0, -2.0), (-4.0, -1.0)),
        ((-0.5, 0.5), (-4.0, -1.0)),
        ((-2.0, 0.5), (-4.0, -1.0)),
        ((-9.0, -5.0), (-4.0, -1.0)),
        ((-6.0, 0.5), (-4.0, -1.0)),
        ((-5.0, -2.0), (-4.0, -1.0)),
        ((-1.0, 0.0), (-4.0, -1.0)),
        ((-3.0, -1.0), (-4.0, -1.0)),
        ((-4.0, -2.0), (-4.0, -1.0)),
        ((-9.0, -4.0), (-4.0, -1.0)),
        ((0.5, 2.0), (0.0, 3.0)),
    ],
    why=(
        "Shown, excluded, not told: the third is not “is not there”. And what is larger than "
        "claimed is not what was claimed."
    ),
    hints=[
        "Inside: `claim[0] < interval[0]`, and the same kind of question for the upper ends.",
        "Outside: the interval ends below the claim, `interval[1] < claim[0]`, or begins above it.",
    ],
)
def verdict(interval, claim):
    if claim[0] < interval[0] and interval[1] < claim[1]:
        return "shown"
    if interval[1] < claim[0] or claim[1] < interval[0]:
        return "excluded"
    return "not told"


@verdict.wrong("Ends that touch tell nothing: one number is in both.")
def touching_counts(interval, claim):
    if claim[0] <= interval[0] and interval[1] <= claim[1]:
        return "shown"
    if interval[1] <= claim[0] or claim[1] <= interval[0]:
        return "excluded"
    return "not told"


@verdict.wrong("That looks at the middle only. The whole interval must lie inside, or outside.")
def middle_only(interval, claim):
    return "shown" if claim[0] < sum(interval) / 2 < claim[1] else "excluded"


@verdict.wrong("Not shown is not excluded. Between them is “not told”.")
def nothing_between(interval, claim):
    return "shown" if claim[0] < interval[0] and interval[1] < claim[1] else "excluded"


@verdict.wrong("You turned it around: the interval must lie inside the claim, not the claim in it.")
def turned_around(interval, claim):
    if interval[0] < claim[0] and claim[1] < interval[1]:
        return "shown"
    if interval[1] < claim[0] or claim[1] < interval[0]:
        return "excluded"
    return "not told"


@verdict.wrong("An interval may also lie above the claim, or below it: look at both ends.")
def one_side_only(interval, claim):
    if interval[1] < claim[1]:
        return "shown"
    return "excluded" if claim[1] < interval[0] else "not told"
