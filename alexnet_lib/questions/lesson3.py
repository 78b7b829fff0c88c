"""Dropout: the exercises of lesson 3 whose answer is code."""

import torch

from alexnet_lib.questions.code import design, function


@function(
    "write-dropout",
    title="Dropout in one line",
    question=(
        "Write `inverted(x, mask, p)`: inverted dropout in training, for a mask that is given. "
        "With p = 1 it must give zeros and not divide by zero."
    ),
    cases=[
        (torch.tensor([2.0, 4.0, 6.0]), torch.tensor([1.0, 0.0, 1.0]), 0.5),
        (torch.tensor([4.0, 6.0]), torch.tensor([1.0, 1.0]), 0.25),
        (torch.tensor([3.0]), torch.tensor([1.0]), 0.0),
        (torch.tensor([5.0, 1.0]), torch.tensor([0.0, 1.0]), 0.75),
        (torch.tensor([[1.0, 2.0], [3.0, -4.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]]), 0.2),
        (torch.tensor([1.0, 2.0]), torch.tensor([0.0, 0.0]), 1.0),
    ],
    why="x · mask / (1 − p), and a case of its own where 1 − p is 0.",
    hints=[
        "`x * mask` switches off; dividing by the probability of being on keeps the average.",
        "For p = 1 the mask is all zeros, so `x * mask` is already the answer.",
    ],
)
def inverted(x, mask, p):
    return x * mask if p == 1 else x * mask / (1 - p)


@inverted.wrong("You forgot to divide by 1 − p: the average shrinks.")
def undivided(x, mask, p):
    return x * mask


@inverted.wrong("You multiplied by 1 − p. The average shrinks twice.")
def multiplied(x, mask, p):
    return x * mask * (1 - p)


@inverted.wrong(
    "You divided by p, the probability of being off. Divide by that of being on, 1 − p."
)
def divided_by_p(x, mask, p):
    return x * mask / p


@inverted.wrong(
    "You divided by p, the probability of being off. Divide by that of being on, 1 − p."
)
def divided_by_p_but_nothing(x, mask, p):
    return x * mask / p if p else x * mask


@inverted.wrong("You forgot the mask.")
def without_mask(x, mask, p):
    return x / (1 - p)


@inverted.wrong("You forgot the mask.")
def without_mask_but_one(x, mask, p):
    return x / (1 - p) if p < 1 else 0 * x


@inverted.wrong("You turned the mask around: 1 is on.")
def mask_turned_around(x, mask, p):
    return x * (1 - mask) / (1 - p)


@inverted.wrong("You turned the mask around: 1 is on.")
def mask_turned_around_but_one(x, mask, p):
    return x * (1 - mask) / (1 - p) if p < 1 else 0 * x


@inverted.wrong("That is evaluation mode. In training the mask acts.")
def evaluation(x, mask, p):
    return x


@inverted.wrong("All is right but p = 1: there 0 / 0 is `nan`.")
def nothing_for_one(x, mask, p):
    return x * mask / (1 - torch.as_tensor(p))


@function(
    "variance",
    title="How far it spreads",
    question=(
        "Under inverted dropout one unit's output x becomes x / (1 − p) with probability 1 − p,"
        " else 0. Write `variance(x, p)`: the variance of what it sends on, the mean of the "
        "squares less the square of the mean."
    ),
    cases=[(1, 0.5), (2, 0.5), (3, 0.25), (-2, 0.2), (5, 0.0), (1, 0.9)],
    why=(
        "The mean is x, the mean square x² / (1 − p), so the variance is x² · p / (1 − p). That"
        " is where the price on large weights came from."
    ),
    hints=[
        "The mean is (1 − p) · x / (1 − p) = x.",
        "The mean of the squares is (1 − p) · (x / (1 − p))².",
    ],
)
def variance(x, p):
    return x * x * p / (1 - p)


@variance.wrong("That is the mean of the squares. Take the square of the mean away.")
def mean_of_squares(x, p):
    return x * x / (1 - p)


@variance.wrong("That is without the division: x · mask has variance x² · p · (1 − p).")
def without_division(x, p):
    return x * x * p * (1 - p)


@variance.wrong("That is the standard deviation. The variance is its square.")
def standard_deviation(x, p):
    return (x * x * p / (1 - p)) ** 0.5


@variance.wrong("Twice the output spreads four times as much: x must be squared.")
def not_squared(x, p):
    return x * p / (1 - p)


@variance.wrong("p and 1 − p have changed places.")
def places_changed(x, p):
    return x * x * (1 - p) / p


@variance.wrong("The square comes with probability 1 − p only: weigh it before you take x² away.")
def unweighted(x, p):
    return (x / (1 - p)) ** 2 - x * x


@variance.wrong("The mean does not move, but the values do: at p = 0.5 they are 0 and 2x.")
def no_spread(x, p):
    return 0


@design(
    "four-hundred",
    title="Three quarters awake",
    question=(
        "A layer has 400 units. Choose p for `nn.Dropout(p)` so that 300 of them are on, on "
        "average. Give p, or the layer."
    ),
    form="Give a number from 0 to 1, or an `nn.Dropout`.",
    why="p is the probability of being off: 400 · (1 − 0.25) = 300.",
    hints=[
        "p is the probability of being off.",
        "100 of 400 are to be off.",
    ],
    solution="answer = 0.25",
)
def judge_four_hundred(p):
    p = float(getattr(p, "p", p))
    assert 0 <= p <= 1, "p is a probability, from 0 to 1"
    on = 400 * (1 - p)
    if abs(on - 300) < 0.5:
        return ""
    if abs(p - 0.75) < 1e-6:
        return (
            "You took p for the probability of being on. With p = 0.75 only 100 units are on, on "
            "average."
        )
    return f"With p = {p:g}, {on:g} units are on, on average."
