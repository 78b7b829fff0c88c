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
        "A claim says that a difference is below 0. Write `verdict(low, high)` for its "
        'interval: "holds here" when all of it is below 0, "fails here" when all of it is above'
        ' 0, else "does not show at this size". An interval that ends at 0 exactly still '
        "contains 0."
    ),
    cases=[
        (-2.1, -0.4),
        (-2.0, 0.5),
        (0.5, 3.0),
        (-0.5, 0.5),
        (-1.0, 0.0),
        (0.0, 1.0),
        (-3.0, 4.0),
    ],
    why=(
        "No verdict without the whole interval on one side, and “does not show” is not “is not "
        "there”."
    ),
    hints=[
        "All of it is below 0 when its upper end is.",
        "Two questions, `high < 0` and `low > 0`; whatever is left does not show.",
    ],
)
def verdict(low, high):
    if high < 0:
        return "holds here"
    if low > 0:
        return "fails here"
    return "does not show at this size"


@verdict.wrong("An interval that ends at 0 contains 0: nothing is shown.")
def zero_left_out(low, high):
    if high <= 0:
        return "holds here"
    if low >= 0:
        return "fails here"
    return "does not show at this size"


@verdict.wrong("That looks at the middle only. An interval on both sides of 0 shows nothing.")
def middle_only(low, high):
    return "holds here" if low + high < 0 else "fails here"


@verdict.wrong("Not holding is not failing. Between them is “does not show at this size”.")
def nothing_between(low, high):
    return "holds here" if high < 0 else "fails here"


@verdict.wrong("The claim says *below* 0: you turned it around.")
def turned_around(low, high):
    if high < 0:
        return "fails here"
    if low > 0:
        return "holds here"
    return "does not show at this size"


@verdict.wrong("The lower end alone says little: from −2 to 0.5 contains 0.")
def lower_end_only(low, high):
    return "holds here" if low < 0 else "fails here"
