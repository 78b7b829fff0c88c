"""Right answers that would be refused and wrong ones that would pass, looked for by program.

The oracles are written from the words of the questions and do not know the judges.
"""

import random
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from alexnet_lib.alexnet import AlexNet
from alexnet_lib.questions import panels
from alexnet_lib.questions.judging import judge, judge_value
from alexnet_lib.questions.parsing import same

EXERCISES = {
    name: entry for lesson in panels.lessons() for name, entry in panels.exercises(lesson).items()
}
FUNCTIONS = {name: entry for name, entry in EXERCISES.items() if "function" in entry}


def agree(name, designs, is_right):
    """Every design gets the verdict that the question's words give it; both kinds occur."""
    found = {True: 0, False: 0}
    for design in designs:
        verdict, text = judge(EXERCISES[name], design)
        right = is_right(design)
        assert verdict == ("right" if right else "wrong"), (design, text)
        found[right] += 1
    assert all(found.values()), found


def kernels(seed, count, right):
    """3 × 3 kernels: right ones at random, and all that differ from one of them in one weight."""
    draw = random.Random(seed)
    for _ in range(count):
        yield [[draw.choice((-2, -1, 0, 1, 2)) for _ in range(3)] for _ in range(3)]
    for kernel in right:
        yield kernel
        for row in range(3):
            for column in range(3):
                changed = [list(line) for line in kernel]
                changed[row][column] += draw.choice((-1, 1, 0.5))
                yield changed


def correlated(images, kernel, padding=0):
    return F.conv2d(images[:, None], torch.tensor(kernel).double()[None, None], padding=padding)


def test_a_kernel_moves_the_picture_to_the_left():
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(5, 6, 6, dtype=torch.float64, generator=generator)
    right = [[0, 0, 0], [0, 0, 1], [0, 0, 0]]
    near = [[[0, 0, 0], [-1, 2, 0], [0, 0, 0]], [[0, 0, 1], [0, 0, -1], [0, 0, 1]]]

    def moves_left(kernel):
        moved = correlated(images, kernel, padding=1)[:, 0]
        return torch.allclose(moved[:, :, :-1], images[:, :, 1:])

    agree("shift-left", kernels(0, 300, [right, *near]), moves_left)


def test_a_kernel_is_blind_to_vertical_stripes():
    uniform = torch.ones(1, 7, 7, dtype=torch.float64)
    columns = torch.eye(7, dtype=torch.float64)[:, None, :].expand(7, 7, 7)

    def blind(kernel):
        unseen = torch.cat((correlated(uniform, kernel), correlated(columns, kernel)))
        return bool((unseen.abs() < 1e-9).all() and correlated(columns.mT, kernel).any())

    draw = random.Random(1)
    right = []
    for _ in range(100):
        first, second = ([draw.randint(-3, 3) for _ in range(3)] for _ in range(2))
        right.append([first, second, [-a - b for a, b in zip(first, second, strict=True)]])
    agree("blind", kernels(2, 300, right), blind)


def convolutions(seed, count, channels=((1, 1),)):
    draw = random.Random(seed)
    for _ in range(count):
        kernel, stride, padding = draw.randint(1, 13), draw.randint(1, 6), draw.randint(0, 6)
        dilation = draw.choice((1, 1, 1, 2))
        yield nn.Conv2d(*draw.choice(channels), kernel, stride, padding, dilation)


def through(layer, x):
    """The shape that comes out, or None where the layer refuses."""
    try:
        return tuple(layer.to("meta")(x.to("meta")).shape)
    except RuntimeError:
        return None


def test_a_layer_halves_every_even_size():
    def halves(layer):
        (kernel, _), (stride, _) = layer.kernel_size, layer.stride
        sizes = [through(layer, torch.zeros(1, 1, n, n)) for n in range(2, 101, 2)]
        wanted = [(1, 1, n // 2, n // 2) for n in range(2, 101, 2)]
        return sizes == wanted and kernel > stride and layer.dilation == (1, 1)

    right = [nn.Conv2d(1, 1, k, 2, p) for p in range(1, 7) for k in (2 * p + 1, 2 * p + 2)]
    agree("halve", [*right, *convolutions(3, 300)], halves)


def test_a_first_layer_for_grey_images_fits_before_the_rest_of_alexnet():
    with torch.device("meta"):
        rest = AlexNet().features[1:]

    def fits(layer):
        try:
            out = rest(layer.to("meta")(torch.zeros(1, 1, 224, 224, device="meta")))
        except RuntimeError:
            return False
        return tuple(out.shape[1:]) == (256, 6, 6)

    channels = ((1, 96), (1, 96), (1, 96), (3, 96), (1, 64))
    designs = [*convolutions(4, 200, channels), nn.Conv2d(1, 96, (11, 7), (4, 4), (2, 1))]
    for design in designs:
        right = fits(nn.Conv2d(*arguments(design)))
        verdict, text = judge(EXERCISES["grey"], design)
        assert verdict == ("right" if right else "wrong"), (design, text)


def arguments(layer):
    size = layer.kernel_size, layer.stride, layer.padding, layer.dilation
    return layer.in_channels, layer.out_channels, *size


def test_p_leaves_three_hundred_of_four_hundred_on():
    shares = [number / 80 for number in range(81)]
    layers = [nn.Dropout(p) for p in shares]

    def is_right(p):
        return round(400 * (1 - getattr(p, "p", p)), 6) == 300

    agree("four-hundred", [*shares, *layers], is_right)


def small_networks():
    """Networks for the question, each with whether it is right."""
    conv, small = nn.Conv2d(1, 8, 5, stride=4), [nn.ReLU(), nn.Flatten(), nn.Linear(288, 10)]
    yield nn.Sequential(conv, *small), True
    yield nn.Sequential(nn.Sequential(conv, nn.ReLU()), nn.Flatten(), nn.Linear(288, 10)), True
    yield nn.Sequential(conv, nn.Softmax(1), *small), True
    yield nn.Sequential(conv, nn.BatchNorm2d(8), *small), True
    yield nn.Sequential(nn.Conv2d(1, 10, 28), nn.Flatten()), True
    yield nn.Sequential(conv, *small, nn.Softmax(1)), False
    yield nn.Sequential(conv, *small, nn.LogSoftmax(1)), False
    yield nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), False
    yield nn.Sequential(nn.Conv2d(1, 8, 5), nn.Flatten(), nn.Linear(4608, 10)), False
    yield nn.Sequential(conv, nn.ReLU(), nn.Flatten(), nn.Linear(288, 9)), False
    yield nn.ModuleList([conv]), False
    frozen = nn.Sequential(conv, nn.ReLU(), nn.Flatten(), nn.Linear(288, 10))
    yield frozen.requires_grad_(False), False


@pytest.mark.parametrize("number", range(12))
def test_a_network_for_twenty_thousand(number):
    network, right = [*small_networks()][number]
    verdict, text = judge(EXERCISES["small-net"], network)
    assert verdict == ("right" if right else "wrong"), (network, text)


def forms(value):
    """The same answer as people write it: of other types, as text, in other brackets."""
    if isinstance(value, str):
        return [value, value.upper(), f" {value} "]
    if isinstance(value, list | tuple):
        plain = [torch.as_tensor(part).tolist() for part in value]
        return [list(value), tuple(value), np.array(plain), torch.tensor(plain)]
    if isinstance(value, torch.Tensor) and value.dim():
        return [value, value.numpy(), value.tolist(), value.double()]
    number = float(value)
    found = [number, np.float64(number), torch.tensor(number, dtype=torch.float64)]
    return [*found, int(number), Fraction(int(number))] if number == int(number) else found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_right_function_may_return_its_answer_in_any_form(name):
    entry = FUNCTIONS[name]
    counts = {len(forms(entry["function"](*case))) for case in entry["cases"]}
    for place in range(min(counts)):

        def answer(*case, place=place):
            return forms(entry["function"](*case))[place]

        verdict, text = judge(entry, answer)
        assert verdict == "right", (place, text)


def neighbours(answer):
    """What somebody answers who is nearly right: one off, doubled, halved, squared, swapped."""
    if isinstance(answer, list):
        yield answer[::-1]
        for place, number in enumerate(answer):
            for near in neighbours(number):
                yield [*answer[:place], near, *answer[place + 1 :]]
    elif isinstance(answer, int | float):
        yield from (answer + 1, answer - 1, answer * 2, answer / 2, answer**2, -answer)


def parts(answer):
    return iter(answer if isinstance(answer, list) else [answer])


VALUES = {
    name: entry
    for entries in panels.lessons().values()
    for name, entry in entries.items()
    if "answer" in entry and not isinstance(next(parts(entry["answer"])), str)
}


@pytest.mark.parametrize("name", VALUES)
def test_no_neighbour_of_a_right_answer_is_called_right_or_gets_the_reply_to_another(name):
    entry, known = VALUES[name], VALUES[name].get("wrong", ())
    judged = judge_value if "predict" in entry else judge
    for near in neighbours(entry["answer"]):
        order = sorted if entry.get("any_order") else list
        if near == entry["answer"] or (
            isinstance(near, list) and order(near) == order(entry["answer"])
        ):
            continue
        verdict, text = judged(entry, near)
        assert verdict != "right", near
        replies = [reply for wrong, reply in known if reply in text]
        fitting = [
            reply for wrong, reply in known if same(wrong, near, entry.get("tolerance", 1e-5))
        ]
        assert replies == fitting[:1], (near, text)
