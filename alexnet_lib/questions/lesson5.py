"""Training: the exercises of lesson 5 whose answer is code."""

import torch
from torch import nn

from alexnet_lib.questions.code import design, function


@function(
    "own-loss",
    title="Cross-entropy",
    question=(
        "Write `cross_entropy(scores, label)` for one picture: `scores` is a tensor with one "
        "number a class, before softmax; `label` is the number of the right class. Return minus"
        " the natural logarithm of its probability."
    ),
    cases=[
        (torch.tensor([1.0, 1.0, 1.0, 1.0]), 2),
        (torch.tensor([0.0, 2.0]), 1),
        (torch.tensor([3.0, -1.0, 0.5]), 0),
        (torch.tensor([3.0, -1.0, 0.5]), 1),
        (torch.tensor([-2.0, 0.0, 4.0, 1.0]), 3),
    ],
    why=(
        "Softmax, pick the right class, logarithm, minus: −log(eˢ / Σ eˢ) = log Σ eˢ − s. "
        "`logsumexp` computes the second form without overflow."
    ),
    hints=[
        "`scores.softmax(0)` turns scores into probabilities.",
        "Pick the one of the right class, then take minus its logarithm.",
    ],
)
def cross_entropy(scores, label):
    return scores.logsumexp(0) - scores[label]


@cross_entropy.wrong("That is the probability. Take minus its logarithm.")
def probability(scores, label):
    return scores.softmax(0)[label]


@cross_entropy.wrong("The sign: a loss is positive, and small when the network is right.")
def wrong_sign(scores, label):
    return scores.log_softmax(0)[label]


@cross_entropy.wrong("You left out the softmax: the other scores count too.")
def without_softmax(scores, label):
    return -scores[label]


@cross_entropy.wrong("That averages over all classes. Only the right one counts.")
def mean_over_classes(scores, label):
    return -scores.log_softmax(0).mean()


@cross_entropy.wrong("That is the logarithm to base 2.")
def base_two(scores, label):
    return -scores.softmax(0)[label].log2()


@cross_entropy.wrong("1 − p looks alike, but being sure and wrong must cost much more than 1.")
def likeness(scores, label):
    return 1 - scores.softmax(0)[label]


@function(
    "own-rate",
    title="The learning rate's path",
    question=(
        "Write `rate(step, steps, lr)` as in the loop above, but with steps counted from 0: it "
        "rises in a straight line, to `lr` at the 50th step (which has number 49), and all of "
        "it is multiplied by 1 − 0.95 · progress, where progress is step / steps."
    ),
    cases=[
        (0, 1000, 2.0),
        (24, 1000, 2.0),
        (49, 1000, 2.0),
        (50, 500, 1.0),
        (500, 1000, 0.5),
        (1000, 1000, 1.0),
        (30, 40, 1.0),
    ],
    why="Small steps first, while Adam has no memory yet; small steps at the end, to settle down.",
    hints=[
        "Two factors: the rise, `min(1, (step + 1) / 50)`, …",
        "… and the fall, `1 - 0.95 * step / steps`.",
    ],
)
def rate(step, steps, lr):
    return lr * min(1, (step + 1) / 50) * (1 - 0.95 * step / steps)


@rate.wrong("Step 0 would have rate 0 and learn nothing: it is the first of 50, so step + 1.")
def nothing_at_first(step, steps, lr):
    return lr * min(1, step / 50) * (1 - 0.95 * step / steps)


@rate.wrong("After 50 steps the rise must end: take the smaller of 1 and (step + 1) / 50.")
def never_done_rising(step, steps, lr):
    return lr * (step + 1) / 50 * (1 - 0.95 * step / steps)


@rate.wrong("You forgot the rise over the first 50 steps.")
def without_rise(step, steps, lr):
    return lr * (1 - 0.95 * step / steps)


@rate.wrong("You forgot the fall.")
def without_fall(step, steps, lr):
    return lr * min(1, (step + 1) / 50)


@rate.wrong("It falls to a twentieth, not to zero: 1 − 0.95 · progress.")
def to_zero(step, steps, lr):
    return lr * min(1, (step + 1) / 50) * (1 - step / steps)


@rate.wrong("1 − 0.95 · progress starts at 1, not at 0.95.")
def from_below(step, steps, lr):
    return lr * min(1, (step + 1) / 50) * 0.95 * (1 - step / steps)


@function(
    "own-accuracy",
    title="Accuracy from a matrix",
    question=(
        "Write `accuracy(table)`: the share of right answers, from a confusion matrix with a "
        "row for each true class and a column for each answer."
    ),
    cases=[
        (torch.tensor([[3, 1], [2, 4]]),),
        (torch.tensor([[9, 1], [1, 1]]),),
        (torch.tensor([[5, 0, 0], [2, 1, 0], [0, 4, 8]]),),
        (torch.tensor([[0, 2], [3, 0]]),),
        (torch.tensor([[7, 0], [0, 3]]),),
    ],
    why="The diagonal is right; everything is everything.",
    hints=[
        "Right answers stand on the diagonal.",
        "`table.trace()` adds them up.",
    ],
)
def accuracy(table):
    return table.diagonal().sum() / table.sum()


@accuracy.wrong(
    "That averages the share of each class. Here large classes count as much as small ones; "
    "each picture should."
)
def share_of_each_class(table):
    return (table.diagonal() / table.sum(1)).mean()


@accuracy.wrong("That is the share of wrong answers, the error.")
def share_wrong(table):
    return 1 - table.trace() / table.sum()


@accuracy.wrong("That is how many are right. Divide by how many there are.")
def how_many(table):
    return table.trace()


@accuracy.wrong("The diagonal has more than its first place.")
def first_place_only(table):
    return table[0, 0] / table.sum()


@accuracy.wrong(
    "That asks, of all that were called a class, how many are. Count right answers over all "
    "pictures."
)
def by_answer(table):
    return (table.diagonal() / table.sum(0)).mean()


@design(
    "small-net",
    title="A network for 20,000",
    question=(
        "Build an `nn.Sequential` for grey pictures of 28 × 28 and ten classes, with at least "
        "one convolution and fewer than 20,000 parameters, that can be trained with "
        "`F.cross_entropy`. Give the network."
    ),
    form="Give an `nn.Sequential(…)`.",
    why=(
        "A convolution is cheap; what costs is the linear layer behind the flattening, so make "
        "the maps small first."
    ),
    hints=[
        "One `nn.Conv2d(1, 16, 5, stride=2, padding=2)` gives 16 maps of 14 × 14.",
        "Pool them to 7 × 7, flatten: 16 · 7 · 7 = 784 inputs for the last linear layer.",
    ],
    solution="""from torch import nn
answer = nn.Sequential(
    nn.Conv2d(1, 16, 5, stride=2, padding=2),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(784, 10),
)
""",
)
def judge_small_net(network):
    assert isinstance(network, nn.Sequential), "this is no nn.Sequential"
    scores = network.train()(torch.randn(2, 1, 28, 28))
    if scores.shape != (2, 10):
        return f"For two pictures it gives {tuple(scores.shape)}; ten scores for each are (2, 10)."
    if not any(isinstance(layer, nn.Conv2d) for layer in network.modules()):
        return "It has no convolution."
    if not scores.isfinite().all():
        return "Its scores are not finite numbers."
    sums = [each.sum(way) for each in (scores, scores.exp()) for way in (0, 1)]
    if any(torch.allclose(one, torch.ones_like(one)) for one in sums):
        return "It ends in a softmax. `F.cross_entropy` has one inside and wants the plain scores."
    if not scores.requires_grad:
        return "No weight of it can learn: none of them asks for a gradient (`requires_grad`)."
    count = sum(p.numel() for p in network.parameters())
    if count >= 20000:
        return (
            f"It has {count:,} parameters. Look at the linear layer behind `nn.Flatten()`: more "
            "stride or pooling makes it small."
        )
    return ""
