"""For every exercise, right answers in several forms, and wrong ones with a piece of the reply."""

import math
from statistics import mean, stdev

import numpy as np
import torch
from torch import nn

# --- lesson 1


def loop_window(window, kernel):
    total = 0
    for row in range(len(window)):
        for column in range(len(window[row])):
            total += window[row][column] * kernel[row][column]
    return total


def forgets_the_last_row(window, kernel):
    return (
        sum((window[r] * kernel[r]).sum() for r in range(len(window) - 1))
        if len(window) > 1
        else window @ kernel
    )


def loop_turn(kernel):
    rows, columns = kernel.shape
    return [
        [kernel[rows - 1 - r, columns - 1 - c].item() for c in range(columns)] for r in range(rows)
    ]


def turn_in_place(kernel):
    kernel[:] = kernel.flip(0, 1)
    return kernel


def loop_parameters(channels, kernels, size):
    total = 0
    for _ in range(kernels):
        total += 1
        for _ in range(channels):
            total += size * size
    return total


# --- lesson 2


def loop_windows(size, kernel, stride, padding):
    starts = [s for s in range(0, size + 2 * padding, stride) if s + kernel <= size + 2 * padding]
    return len(starts)


def torch_windows(size, kernel, stride, padding):
    return nn.functional.max_pool1d(
        nn.functional.pad(torch.zeros(1, 1, size), (padding, padding)), kernel, stride
    ).shape[-1]


def endless_windows(size, kernel, stride, padding):
    count = 0
    while True:
        count += 1


def prints_windows(size, kernel, stride, padding):
    print((size + 2 * padding - kernel) // stride + 1)


def prints_and_returns(size, kernel, stride, padding):
    print("size", size)
    return (size + 2 * padding - kernel) // stride + 1


def marked_unread(size, kernel, stride):
    read = [False] * size
    start = 0
    while start + kernel <= size:
        for i in range(kernel):
            read[start + i] = True
        start += stride
    return read.count(False)


def formula_unread(size, kernel, stride):
    count = (size - kernel) // stride + 1
    return size - count * min(kernel, stride) - max(0, kernel - stride)


# --- lesson 3


def loop_dropout(x, mask, p):
    flat = [
        a * m / (1 - p) if p < 1 else 0.0
        for a, m in zip(x.flatten().tolist(), mask.flatten().tolist(), strict=True)
    ]
    return torch.tensor(flat).view(x.shape)


def dropout_in_place(x, mask, p):
    x *= mask
    return x / (1 - p) if p < 1 else x


def loop_variance(x, p):
    values = [(x / (1 - p), 1 - p), (0, p)]
    mean = sum(v * chance for v, chance in values)
    return sum((v - mean) ** 2 * chance for v, chance in values)


# --- lesson 4


def loop_fc(inputs, outputs):
    return sum(inputs + 1 for _ in range(outputs))


def recursive_sizes(size, layers):
    if not layers:
        return ()
    (kernel, stride, padding), *rest = layers
    out = (size + 2 * padding - kernel) // stride + 1
    return (out, *recursive_sizes(out, rest))


def yielded_sizes(size, layers):
    for kernel, stride, padding in layers:
        size = 1 + (size + 2 * padding - kernel) // stride
        yield size


def emptied_layers(size, layers):
    sizes = []
    while layers:
        kernel, stride, padding = layers.pop(0)
        size = (size + 2 * padding - kernel) // stride + 1
        sizes.append(size)
    return sizes


IDENTITY = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
RIGHT_NEIGHBOUR = [[0, 0, 0], [0, 0, 1], [0, 0, 0]]

# name: (right answers, [(wrong answer, piece of its reply)])
# --- lesson 5


def loop_cross_entropy(scores, label):
    return -math.log(math.exp(scores[label]) / sum(math.exp(score) for score in scores))


def loop_rate(step, steps, lr):
    rise = (step + 1) / 50 if step < 50 else 1
    return rise * (lr - lr * 0.95 * step / steps)


def loop_accuracy(table):
    right = everything = 0
    for row, counts in enumerate(table.tolist()):
        for column, count in enumerate(counts):
            right += count if row == column else 0
            everything += count
    return right / everything


def accuracy_in_place(table):
    table /= table.sum()
    return table.trace()


def small_network(*more, channels=1, wide=784):
    first = nn.Conv2d(channels, 16, 5, stride=2, padding=2)
    return nn.Sequential(
        first, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(wide, 10), *more
    )


# --- lesson 6


def loop_interval(values, t):
    middle = sum(values) / len(values)
    square = sum((value - middle) ** 2 for value in values) / (len(values) - 1)
    reach = t * (square / len(values)) ** 0.5
    return middle - reach, middle + reach


def tensor_interval(values, t):
    values = torch.tensor(values, dtype=torch.float64)
    reach = t * values.std() / len(values) ** 0.5
    return torch.stack([values.mean() - reach, values.mean() + reach])


def short_verdict(interval, claim):
    inside = claim[0] < interval[0] and interval[1] < claim[1]
    outside = interval[1] < claim[0] or claim[1] < interval[0]
    return {(True, False): "shown", (False, True): "excluded"}.get((inside, outside), "not told")


def wordy_verdict(interval, claim):
    (low, high), (least, most) = interval, claim
    answer = "not told"
    if low > least and high < most:
        answer = "shown"
    elif low > most or high < least:
        answer = "excluded"
    return answer


ANSWERS = {
    "corner": (
        [0, 0.0, torch.tensor(0), "0", [0]],
        [
            (1, "middle column"),
            (-1, "right column"),
            (9, "in the middle"),
            (3, "No window gives 3"),
            (7, ""),
        ],
    ),
    "two-layers": (
        [(280, 760), [280, 760], torch.tensor([280, 760]), "280, 760", np.array([280, 760])],
        [
            ((270, 750), "bias"),
            ((100, 260), "channel"),
            ((271, 751), "10, not 1"),
            ((760, 280), "way round"),
            (280, ""),
        ],
    ),
    "one-window": (
        [
            loop_window,
            lambda w, k: (w * k).sum().item(),
            lambda window, kernel: torch.einsum("ij,ij", window, kernel),
        ]
        + [
            lambda w, k: sum(
                a * b for a, b in zip(w.flatten().tolist(), k.flatten().tolist(), strict=True)
            )
        ],
        [
            (lambda w, k: w * k, "still have to be added"),
            (lambda w, k: w.sum() * k.sum(), "added first"),
            (lambda w, k: (w * k.flip(0, 1)).sum(), "turned the kernel"),
            (forgets_the_last_row, "`one_window(torch.tensor([[1.0, 2.0], [3.0, 4.0]])"),
            (lambda w, k: (w + k).sum(), "right is -3"),
            (lambda w: w, "TypeError"),
            (7, "without calling it"),
        ],
    ),
    "half-turn": (
        [
            loop_turn,
            lambda k: k.flip(0).flip(1),
            lambda k: torch.rot90(k, 2),
            lambda k: np.rot90(k.numpy(), 2),
        ],
        [
            (lambda k: k.flip(0), "rows only"),
            (lambda k: k.flip(1), "columns only"),
            (lambda k: k.T, "transpose"),
            (lambda k: torch.rot90(k), "quarter"),
            (lambda k: -k, "signs"),
            (turn_in_place, "changes its input"),
        ],
    ),
    "count-parameters": (
        [
            loop_parameters,
            lambda c, k, s: k * (c * s**2 + 1),
            lambda c, k, s: torch.tensor(k * c * s * s + k),
        ]
        + [lambda c, k, s: sum(p.numel() for p in nn.Conv2d(c, k, s).parameters())],
        [
            (lambda c, k, s: k * c * s * s, "without the biases"),
            (lambda c, k, s: k * c * s * s + 1, "one for each kernel"),
            (lambda c, k, s: k * (s * s + 1), "forgot the channels"),
            (lambda c, k, s: k * c * (s * s + 1), "only one"),
            (lambda c, k, s: c * (k * s * s + 1), "right is"),
            (lambda c, k, s: nn.Conv2d(c, k, s).weight.numel(), "without the biases"),
        ],
    ),
    "shift-left": (
        [
            RIGHT_NEIGHBOUR,
            torch.tensor(RIGHT_NEIGHBOUR),
            np.array(RIGHT_NEIGHBOUR),
            tuple(map(tuple, RIGHT_NEIGHBOUR)),
        ],
        [
            (IDENTITY, "copies"),
            ([[0, 0, 0], [1, 0, 0], [0, 0, 0]], "to the right"),
            ([[0, 0, 0], [0, 0, 0], [0, 1, 0]], "up or down"),
            ([[0, 0, 0], [0, 0, 2], [0, 0, 0]], "it should start with"),
            ([[0, 1]], "cannot be tried"),
            ("left", "cannot be tried"),
        ],
    ),
    "blind": (
        [[[1, 1, 1], [0, 0, 0], [-1, -1, -1]], torch.tensor([[1.0, 2, 1], [0, 0, 0], [-1, -2, -1]])]
        + [((0, 1, 0), (0, -1, 0), (0, 0, 0)), [[0.5, 0, 0], [0, 0, 0], [-0.5, 0, 0]]],
        [
            ([[0] * 3] * 3, "zeros"),
            (IDENTITY, "on an image of ones it gives 1"),
            ([[1, 0, -1]] * 3, "vertical stripes"),
            ([[1, -1, 0], [-1, 1, 0], [0, 0, 0]], "horizontal stripes as well"),
            ([[1, 1], [-1, -1]], "3 by 3"),
        ],
    ),
    "separable": (
        [(11616, 34848), [11616, 34848], torch.tensor([11616, 34848]), "11616, 34848"],
        [
            ((34848, 11616), "way round"),
            ((34848, 34848), "single channel"),
            ((11712, 34944), "biases"),
        ]
        + [((363, 34848), "96 kernels"), (11616, "")],
    ),
    "two-paddings": (
        [(28, 32), [28, 32], torch.tensor([28, 32]), "28 32", (28.0, 32.0)],
        [
            ((27, 31), "+ 1"),
            ((28, 30), "both sides"),
            ((28, 28), "forgot the padding"),
            ((28, 36), "padded row"),
            (28, ""),
        ],
    ),
    "six-and-a-half": (
        [6, 6.0, "6", torch.tensor(6), (10 - 3 + 4) // 2 + 1, "6 × 6"],
        [
            (7, "rounds up"),
            (6.5, "half windows"),
            (5, "+ 1"),
            (12, "stride 1"),
            (True, ""),
            ("six", "is text"),
        ],
    ),
    "thirteen": (
        ["ABD", ["A", "B", "D"], {"d", "b", "a"}, "a, b, d", ("B", "A", "D")],
        [
            ("A", "There are more"),
            ("AB", "One is missing"),
            (["A", "D"], "One is missing"),
            ("ABCD", "14 windows"),
        ]
        + [
            ("C", "+ 1"),
            ("B", "There are more"),
            (13, "Answer with a letter"),
            ([13, 13, 14, 13], "Answer with a letter"),
        ]
        + [("ABC", "on both sides")],
    ),
    "count-windows": (
        [
            loop_windows,
            torch_windows,
            lambda n, k, s, p: (n + 2 * p - k) // s + 1,
            prints_and_returns,
        ]
        + [
            lambda n, k, s, p: float((n + 2 * p - k) // s) + 1,
            lambda n, k, s, p: torch.tensor((n + 2 * p - k) // s + 1),
        ],
        [
            (lambda n, k, s, p: (n + 2 * p - k) // s, "forgot the + 1"),
            (lambda n, k, s, p: (n + p - k) // s + 1, "as a total"),
            (lambda n, k, s, p: (n - k) // s + 1, "forgot the padding"),
            (lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1, "rounded up"),
            (lambda n, k, s, p: (n + 2 * p - k) / s + 1, "fractions"),
            (lambda n, k, s, p: round((n + 2 * p - k) / s) + 1, "nearest whole number"),
            (lambda n, k, s, p: (n + 2 * p - k) // s + 2, "gives 6; right is 5"),
            (endless_windows, "never ends"),
            (prints_windows, "prints 5 and returns nothing"),
            (lambda n, k, s, p: 1 / 0, "ZeroDivisionError"),
        ],
    ),
    "count-unread": (
        [marked_unread, formula_unread, lambda n, k, s: torch.tensor(formula_unread(n, k, s))]
        + [
            lambda n, k, s: sum(
                all(not s0 <= i < s0 + k for s0 in range(0, n - k + 1, s)) for i in range(n)
            )
        ],
        [
            (lambda n, k, s: (n - k) % s, "remainder on the right only"),
            (lambda n, k, s: n - ((n - k) // s + 1) * k, "counted twice"),
            (lambda n, k, s: ((n - k) // s) * max(0, s - k), "remainder on the right is missing"),
            (lambda n, k, s: (n - k) // s + 1, "how many windows"),
            (lambda n, k, s: 0, "`count_unread(7, 3, 3)` gives 0; right is 1"),
        ],
    ),
    "halve": (
        [
            (4, 2, 1),
            [3, 2, 1],
            torch.tensor([6, 2, 2]),
            nn.Conv2d(1, 1, 4, 2, 1),
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            "4, 2, 1",
            ((3, 3), (2, 2), (1, 1)),
        ],
        [
            ((2, 2, 0), "do not overlap"),
            ((3, 2, 0), "An input of"),
            ((4, 2, 2), "An input of 2 gives 2"),
            ((3, 1, 1), "An input of 2 gives 2, not 1"),
            ((5, 2, 0), "does not fit"),
            ((3, 2), "Three numbers are wanted"),
            (nn.MaxPool2d(3, 2, 1), "This is an nn.MaxPool2d"),
            (nn.Conv2d(1, 1, 3, 2, "valid"), "padding as a number"),
            (7, "cannot be tried"),
        ],
    ),
    "stack": (
        [5, 5.0, "5", torch.tensor(5), [5]],
        [(6, "adds the kernels"), (9, "weights"), (3, "2 more"), (4, "one larger"), (7, "")],
    ),
    "find-the-layer": (
        ["E", "e", ["E"], {"E"}],
        [("D", "exactly once"), ("C", "= 3"), ("B", "= 6"), ("A", "= 14"), ("AE", "")],
    ),
    "paper-neurons": (
        [290400, 290_400.0, "290,400", torch.tensor(96 * 55 * 55), [290400]],
        [
            (253440, "paper's own"),
            (145200, "two GPUs"),
            (301056, "56"),
            (279936, "54"),
            (871200, "summed"),
        ],
    ),
    "tutorial-three": (
        [(5, 6), [5, 6], {5, 6}, torch.tensor([5, 6]), "5, 6", range(5, 7), (n for n in (5, 6))],
        [
            (6, "lets in one more"),
            (5, "lets in one more"),
            (8, "= 4"),
            ((6, 7), "other side"),
            ((7, 8), "padded sizes"),
        ],
    ),
    "by-the-mask": (
        [
            (4, 0, 12),
            [4.0, 0.0, 12.0],
            torch.tensor([4.0, 0, 12]),
            "4, 0, 12",
            np.array([4, 0, 12]),
        ],
        [
            ((2, 0, 6), "forgot the division"),
            ((1, 0, 3), "multiplied by 1"),
            ((2, 4, 6), "evaluation mode"),
        ]
        + [((0, 8, 0), "1 is on"), ((4, 8, 12), "forgot the mask"), (16, "")],
    ),
    "all-on": (
        [0.107, 0.8**10, torch.tensor(0.8) ** 10, "0.1074"],
        [
            (0.2**10, "all off"),
            (0.8, "one unit"),
            (8, "on average"),
            (0.08, "multiplied"),
            (1 - 0.8**10, "at least one"),
            (0.2, ""),
        ],
    ),
    "write-dropout": (
        [loop_dropout, lambda x, m, p: x * m / (1 - p) if p < 1 else torch.zeros_like(x)]
        + [
            lambda x, m, p: [(x * m / max(1 - p, 1e-9)).tolist()][0],
            lambda x, m, p: x * m / (1 - p + (p == 1)),
        ],
        [
            (lambda x, m, p: x * m, "forgot to divide"),
            (lambda x, m, p: x * m * (1 - p), "shrinks twice"),
            (lambda x, m, p: x / (1 - p) if p < 1 else 0 * x, "forgot the mask"),
            (lambda x, m, p: x * (1 - m) / (1 - p) if p < 1 else 0 * x, "mask around"),
            (lambda x, m, p: x * m / (1 - torch.tensor(p)), "0 / 0"),
            (lambda x, m, p: x * m / p, "0.25)` gives [16, 24]; right is [5.333, 8]"),
            (dropout_in_place, "changes its input"),
        ],
    ),
    "variance": (
        [
            loop_variance,
            lambda x, p: x**2 * p / (1 - p),
            lambda x, p: torch.tensor(x * x / (1 - p) - x * x),
        ]
        + [lambda x, p: x**2 * (1 / (1 - p) - 1)],
        [
            (lambda x, p: x * x / (1 - p), "mean of the squares"),
            (lambda x, p: x * x * p * (1 - p), "without the division"),
            (lambda x, p: abs(x) * (p / (1 - p)) ** 0.5, "standard deviation"),
            (lambda x, p: x * p / (1 - p), "x must be squared"),
            (lambda x, p: 0, "the values do"),
            (lambda x, p: x * x * p, "right is"),
        ],
    ),
    "four-hundred": (
        [0.25, nn.Dropout(0.25), torch.tensor(0.25), "0.25", 1 / 4],
        [
            (0.75, "probability of being on"),
            (0.5, "200 units are on"),
            (300, "cannot be tried"),
            (nn.Dropout(0.1), "360"),
        ]
        + [([0.1, 0.2], "cannot be tried")],
    ),
    "forgotten": (
        ["B", "b", ["B"], {"B"}],
        [("A", "already"), ("C", "fall alike"), ("D", "gradients"), ("AB", "one letter")],
    ),
    "dropped-outputs": (
        [(9216, 2048), [9216, 2048], torch.tensor([9216, 2048]), "9216, 2048"],
        [
            ((2048, 2048), "paper's places"),
            ((9216, 9216), "stands behind"),
            ((2048, 1000), "never dropped"),
        ]
        + [((4608, 1024), "acts on all"), ((2048, 9216), "")],
    ),
    "which-claims": (
        ["BDF", ["B", "D", "F"], {"F", "D", "B"}, "b d f"],
        [
            ("BCDF", "plain gradient descent"),
            ("ABDF", "fresh random number"),
            ("BDEF", "forty"),
            ("BD", "One is missing"),
            ("F", "its cell"),
        ],
    ),
    "conv3-count": (
        [885120, "885,120", 885120.0, torch.tensor(384 * 2305)],
        [
            (884736, "without the 384 biases"),
            (884737, "one for each kernel"),
            (1327488, "conv4"),
            (3840, "channels"),
            (98688, "3 · 3"),
        ],
    ),
    "ten-classes": (
        [26840458, "26,840,458", 28_868_968 - 990 * 2049, torch.tensor(26840458), [26840458]],
        [
            (26841448, "forgot the biases"),
            (28867978, "2,048 weights"),
            (20490, "all the others"),
            (288690, "Only the last"),
            (26840459, ""),
        ],
    ),
    "ends-in-six": (
        [(223, 254), [223, 254], torch.tensor([223, 254]), "223, 254"],
        [
            ((224, 227), "both sides"),
            ((223, 255), "7 × 7"),
            ((224, 254), "223 still"),
            ((223, 226), "floor, too"),
            (223, ""),
        ],
    ),
    "fc-parameters": (
        [loop_fc, lambda i, o: o * (i + 1), lambda i, o: torch.tensor(i * o + o)]
        + [lambda i, o: sum(p.numel() for p in nn.Linear(i, o, device="meta").parameters())],
        [
            (lambda i, o: i * o, "without the biases"),
            (lambda i, o: i * o + 1, "one for each output"),
            (lambda i, o: i * o + i, "belong to the outputs"),
            (lambda i, o: i + o, "multiply"),
            (lambda i: i, "TypeError"),
            (lambda i, o: o * (i + 2), "`fc_parameters(1, 1)` gives 3; right is 2"),
        ],
    ),
    "sizes-after": (
        [
            recursive_sizes,
            yielded_sizes,
            lambda n, ls: torch.tensor(recursive_sizes(n, ls)),
            lambda n, ls: [*yielded_sizes(n, ls)],
        ],
        [
            (
                lambda n, ls: [(n + 2 * p - k) // s + 1 for k, s, p in ls],
                "started from the first size",
            ),
            (lambda n, ls: [n, *recursive_sizes(n, ls)], "starts with the input"),
            (lambda n, ls: [*recursive_sizes(n, ls)][-1:], "right is [5, 3]"),
            (emptied_layers, "changes its input"),
            (lambda n, ls: sum(ls), "TypeError"),
        ],
    ),
    "grey": (
        [
            nn.Conv2d(1, 96, 11, 4, 2),
            nn.Conv2d(1, 96, kernel_size=11, stride=4, padding=2, bias=False),
        ]
        + [nn.Conv2d(1, 96, 7, 4, 0), nn.Conv2d(1, 96, (11, 11), (4, 4), (2, 2))]
        + [nn.Conv2d(1, 96, 7, 4, 2), nn.Conv2d(1, 96, 5, 4, 3)],
        [
            (nn.Conv2d(3, 96, 11, 4, 2), "has one"),
            (nn.Conv2d(1, 64, 11, 4, 2), "conv2 wants 96"),
            (nn.Conv2d(1, 96, 11, 4), "54 × 54"),
            (nn.Conv2d(1, 96, 11, 2, 2), "55 to 62"),
            ((11, 4, 2), "no nn.Conv2d"),
        ],
    ),
    "without-pool3": (
        [(43264, 88606720), [43264, 88606720], torch.tensor([43264, 88606720]), "43264, 88606720"],
        [
            ((43264, 88604672), "biases"),
            ((9216, 18876416), "with pool3"),
            ((3328, 6817792), "one row"),
        ]
        + [((43264, 177213440), "paper's width"), (43264, "")],
    ),
    "one-by-one": (
        [
            (526336, 18876416),
            [526336, 18876416],
            torch.tensor([526336, 18876416]),
            "526336 18876416",
        ],
        [
            ((524288, 18874368), "biases"),
            ((18876416, 526336), "way round"),
            ((18876416, 18876416), "256 numbers only"),
        ]
        + [((526336, 526336), "6 × 6"), (526336, "")],
    ),
    "crops": (
        [2178, 33 * 33 * 2, "2,178", torch.tensor(2178)],
        [
            (2048, "forgot the + 1"),
            (1089, "mirrored"),
            (1024, "+ 1 and the mirrored"),
            (66, "33 · 33"),
            (4356, "doubles"),
        ],
    ),
    "steps-per-epoch": (
        [79, math.ceil(5000 / 64), torch.tensor(79), "79", 5000 // 64 + 1],
        [
            (78, "8 pictures"),
            (5000 / 64, "eighth of a step"),
            (5000, "one picture"),
            (64, "size of a batch"),
            (80, ""),
        ],
    ),
    "own-loss": (
        [loop_cross_entropy, lambda s, n: nn.functional.cross_entropy(s[None], torch.tensor([n]))]
        + [lambda s, n: -s.log_softmax(0)[n], lambda s, n: [(s.exp().sum().log() - s[n]).item()]],
        [
            (lambda s, n: s.softmax(0)[n], "the probability"),
            (lambda s, n: s.log_softmax(0)[n], "sign"),
            (lambda s, n: -s[n], "left out the softmax"),
            (lambda s, n: -s.log_softmax(0), "right is"),
            (lambda s: s, "TypeError"),
        ],
    ),
    "own-rate": (
        [loop_rate, lambda k, n, lr: torch.tensor(lr * min(1, (k + 1) / 50) * (1 - 0.95 * k / n))]
        + [lambda k, n, lr: min(lr, lr * (k + 1) / 50) * (1 - 0.95 * k / n)]
        + [lambda k, n, lr: np.clip((k + 1) / 50, 0, 1) * np.interp(k / n, [0, 1], [lr, lr / 20])],
        [
            (lambda k, n, lr: lr * min(1, k / 50) * (1 - 0.95 * k / n), "learn nothing"),
            (lambda k, n, lr: lr * (k + 1) / 50 * (1 - 0.95 * k / n), "rise must end"),
            (lambda k, n, lr: lr * min(1, (k + 1) / 50), "forgot the fall"),
            (lambda k, n, lr: lr, "right is"),
            (lambda k, n, lr: lr / 0, "ZeroDivisionError"),
        ],
    ),
    "own-accuracy": (
        [
            loop_accuracy,
            lambda t: t.trace() / t.sum(),
            lambda t: (torch.eye(len(t)) * t).sum() / t.sum(),
        ]
        + [lambda t: np.trace(t.numpy()) / t.numpy().sum()],
        [
            (lambda t: (t.diagonal() / t.sum(1)).mean(), "each picture should"),
            (lambda t: 1 - t.trace() / t.sum(), "the error"),
            (lambda t: t.trace(), "how many there are"),
            (accuracy_in_place, "result type"),
            (lambda t: 0.7, "right is"),
        ],
    ),
    "small-net": (
        [
            small_network(),
            small_network(nn.Dropout(0.5)),
            nn.Sequential(nn.Conv2d(1, 4, 28), nn.Flatten(), nn.Linear(4, 10)),
            nn.Sequential(
                nn.Conv2d(1, 8, 3, 2),
                nn.ReLU(),
                nn.Conv2d(8, 10, 13),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
            ),
        ],
        [
            (small_network(nn.Softmax(1)), "ends in a softmax"),
            (small_network(nn.Softmax(0)), "ends in a softmax"),
            (small_network(nn.Threshold(1e9, float("nan"))), "not finite"),
            (small_network(nn.ReLU(), nn.Linear(10, 9)), "(2, 9)"),
            (small_network(channels=3), "RuntimeError"),
            (small_network(wide=100), "RuntimeError"),
            (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), "no convolution"),
            (
                nn.Sequential(nn.Conv2d(1, 16, 5), nn.Flatten(), nn.Linear(9216, 10)),
                "92,586 parameters",
            ),
            ("a network", "no nn.Sequential"),
        ],
    ),
    "broken-loop": (
        ["B", "b", ["B"], " B "],
        [
            ("A", "switch dropout off"),
            ("C", "stop with an error"),
            ("D", "pile up"),
            ("E", "one letter"),
            (2, "letter"),
        ],
    ),
    "fan-slip": (
        [
            ((2 / 363) ** 0.5, (2 / 11616) ** 0.5),
            [0.074, 0.013],
            torch.tensor([2 / 363, 2 / 11616]).sqrt(),
            "0.0742, 0.0131",
        ],
        [
            ((0.013, 0.074), "The other way round"),
            ((2 / 363, 2 / 11616), "square root"),
            (((2 / 3) ** 0.5, (2 / 96) ** 0.5), "11 · 11"),
            ((363**-0.5, 11616**-0.5), "under the root"),
            (0.013, "more than one"),
        ],
    ),
    "own-interval": (
        [loop_interval, tensor_interval, lambda v, t: [a for a in loop_interval(v, t)]]
        + [lambda v, t: np.mean(v) + np.array([-1, 1]) * t * np.std(v, ddof=1) / np.sqrt(len(v))],
        [
            (lambda v, t: (mean(v) - t * stdev(v), mean(v) + t * stdev(v)), "surer by"),
            (
                lambda v, t: np.mean(v) + np.array([-1, 1]) * t * np.std(v) / np.sqrt(len(v)),
                "n − 1",
            ),
            (
                lambda v, t: np.mean(v) + np.array([-1, 1]) * t * np.std(v, ddof=1) / len(v),
                "not by n",
            ),
            (lambda v, t: mean(v), "right is"),
            (lambda v, t: v.sort() or (v[0], v[-1]), "changes its input"),
        ],
    ),
    "own-verdict": (
        [
            short_verdict,
            wordy_verdict,
            lambda i, c: (
                "shown"
                if c[0] < i[0] and c[1] > i[1]
                else ("excluded" if i[1] < c[0] or i[0] > c[1] else "not told")
            ),
            lambda a, b: (
                "Shown"
                if b[0] < a[0] <= a[1] < b[1]
                else "Not told"
                if max(a[0], b[0]) <= min(a[1], b[1])
                else "Excluded"
            ),
        ],
        [
            (
                lambda i, c: (
                    "shown"
                    if c[0] <= i[0] and i[1] <= c[1]
                    else "excluded"
                    if i[1] <= c[0] or c[1] <= i[0]
                    else "not told"
                ),
                "touch",
            ),
            (lambda i, c: "shown" if c[0] < sum(i) / 2 < c[1] else "excluded", "middle only"),
            (
                lambda i, c: "shown" if c[0] < i[0] and i[1] < c[1] else "excluded",
                "Not shown is not excluded",
            ),
            (lambda i, c: c[0] < i[0], "right is"),
            (lambda i, c: print("shown"), "returns nothing"),
        ],
    ),
    "enough-runs": (
        [38, torch.tensor(38), "38", 38.0],
        [(37, "One more"), (35, "1.96"), (9, "forgot t"), (36, "t = 2"), (100, "")],
    ),
    "twenty-intervals": (
        [1 - 0.95**20, 0.64, torch.tensor(0.6415), "0.64"],
        [
            (1, "on average"),
            (0.05, "one interval"),
            (0.95**20, "none misses"),
            (0.95, "given interval"),
            (0.5, ""),
        ],
    ),
    "fair-pair": (
        [(0, 300, 0), [0.0, 300, 0], torch.tensor([0, 300, 0]), "0, 300, 0"],
        [
            ((0.5, 300, 0), "nothing varies"),
            ((0, 300, 5), "no partners"),
            ((0, 600, 0), "Two things vary"),
            ((0.5, 600, 0), "number of pictures"),
            (0, "more than one"),
        ],
    ),
    "may-write": (
        ["BDE", "b, d, e", ["B", "D", "E"], ("E", "D", "B")],
        [
            ("ABDE", "“Not shown”"),
            ("BCDE", "no result"),
            ("BE", "One is missing"),
            ("A", "3.5 points"),
            ("ABC", "Read"),
        ],
    ),
    "fresh-seeds": (
        ["B", "b", ["B"], " B "],
        [
            ("A", "no harm"),
            ("C", "no better judges"),
            ("D", "flattered"),
            ("E", "one letter"),
            (2, "letter"),
        ],
    ),
    "one-percent": (
        [(3, 4), [3, 4], torch.tensor([3, 4]), {4, 3}, "3, 4"],
        [
            ((3,), "just above 1 %"),
            ((2, 3, 4, 5), "two groups"),
            ((3, 4, 5), "0.7 %"),
            (3, "just above"),
            ((1, 2), "609,652"),
        ],
    ),
}
