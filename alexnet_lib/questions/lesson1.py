"""Cross-correlation: the exercises of lesson 1 whose answer is code."""

import torch

from alexnet_lib.conv import correlate2d
from alexnet_lib.questions.code import design, function
from alexnet_lib.questions.parsing import plain


@function(
    "one-window",
    title="One window in code",
    question=(
        "Write `one_window(window, kernel)`: the one number that a kernel gives for a window of"
        " the same size."
    ),
    cases=[
        (torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 0.0], [0.0, -1.0]])),
        (torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[0.0, 1.0], [0.0, 0.0]])),
        (torch.tensor([[5.0]]), torch.tensor([[-2.0]])),
        (torch.arange(9.0).view(3, 3), torch.tensor([[1.0, 2, 3], [0, -1, 1], [2, 0, -2]])),
        (torch.tensor([[0.5, 1.5], [2.0, 3.0]]), torch.tensor([[2.0, 0.0], [1.0, 1.0]])),
    ],
    why=(
        "Multiply element by element, then add everything: all of a convolution layer is this, "
        "many times."
    ),
    hints=[
        "`window * kernel` multiplies element by element.",
        "A tensor has a method `sum()`.",
    ],
)
def one_window(window, kernel):
    return (window * kernel).sum()


@one_window.wrong("These are the products. They still have to be added up.")
def products(window, kernel):
    return window * kernel


@one_window.wrong("You added first and multiplied then. Multiply pixel by weight before you add.")
def sums_first(window, kernel):
    return window.sum() * kernel.sum()


@one_window.wrong("You turned the kernel: that is a true convolution. A layer does not turn it.")
def turned(window, kernel):
    return (window * kernel.flip(0, 1)).sum()


@one_window.wrong(
    "`@` multiplies matrices, rows with columns. Here each pixel meets one weight: use `*`."
)
def matrix_product(window, kernel):
    return (window @ kernel).sum()


@one_window.wrong("That is the mean of the products. Take their sum.")
def mean_of_products(window, kernel):
    return (window * kernel).mean()


@one_window.wrong("That is a map with a single number in it. Take the number itself.")
def a_map_of_one_number(window, kernel):
    return (window * kernel).sum()[None, None]


@one_window.wrong("Python's `sum` adds up the rows: a sum for each column. Use the method `sum()`.")
def column_sums(window, kernel):
    return (window * kernel).sum(0)


@function(
    "half-turn",
    title="Turn a kernel",
    question="Write `half_turn(kernel)`: the kernel turned by 180°, as a true convolution uses it.",
    cases=[
        (torch.tensor([[1, 2], [3, 4]]),),
        (torch.tensor([[1, 2, 3]]),),
        (torch.tensor([[1], [2]]),),
        (torch.tensor([[1, 2, 3], [4, 5, 6]]),),
        (torch.arange(9).view(3, 3),),
    ],
    why="Rows and columns both in reverse order. Doing it twice gives the kernel back.",
    hints=[
        "`flip(0)` reverses the order of the rows, `flip(1)` that of the columns.",
        "A half turn does both: `flip` takes several dimensions.",
    ],
)
def half_turn(kernel):
    return kernel.flip(0, 1)


@half_turn.wrong("You reversed the rows only. A half turn reverses the columns as well.")
def rows_only(kernel):
    return kernel.flip(0)


@half_turn.wrong("You reversed the columns only. A half turn reverses the rows as well.")
def columns_only(kernel):
    return kernel.flip(1)


@half_turn.wrong("That is the transpose: it mirrors along the diagonal and turns nothing.")
def transposed(kernel):
    return kernel.T


@half_turn.wrong("That is a quarter turn. It takes two.")
def quarter_turn(kernel):
    return torch.rot90(kernel)


@half_turn.wrong("That is a quarter turn, the other way. It takes two.")
def quarter_turn_back(kernel):
    return torch.rot90(kernel, -1)


@half_turn.wrong("Nothing has turned yet.")
def unturned(kernel):
    return kernel


@half_turn.wrong("Changing the signs looks like a half turn only for kernels such as `1 0 −1`.")
def signs_changed(kernel):
    return -kernel


@function(
    "count-parameters",
    title="Count any layer",
    question=(
        "Write `count_parameters(channels, kernels, size)`: how many parameters a layer has, "
        "with square kernels of that size and a bias for each."
    ),
    cases=[(1, 1, 1), (2, 3, 2), (3, 10, 5), (1, 4, 3), (7, 2, 1), (3, 96, 11)],
    why="kernels · (channels · size · size + 1). The last case was AlexNet's first layer: 34,944.",
    hints=[
        "How many weights has one kernel?",
        "One kernel has channels · size · size weights and one bias.",
    ],
)
def count_parameters(channels, kernels, size):
    return kernels * (channels * size * size + 1)


@count_parameters.wrong("You counted the weights without the biases.")
def without_biases(channels, kernels, size):
    return kernels * channels * size * size


@count_parameters.wrong("One bias for the whole layer: there is one for each kernel.")
def one_bias(channels, kernels, size):
    return kernels * channels * size * size + 1


@count_parameters.wrong("You forgot the channels: each kernel has a slice for every one.")
def without_channels(channels, kernels, size):
    return kernels * (size * size + 1)


@count_parameters.wrong("One bias for each channel of each kernel: a kernel has only one.")
def a_bias_for_each_channel(channels, kernels, size):
    return kernels * channels * (size * size + 1)


@count_parameters.wrong("That is one kernel with its bias. How many kernels has the layer?")
def one_kernel(channels, kernels, size):
    return channels * size * size + 1


@count_parameters.wrong("A square kernel has size · size weights in each channel.")
def side_for_square(channels, kernels, size):
    return kernels * (channels * size + 1)


image = torch.randint(1, 10, (5, 5), generator=torch.Generator().manual_seed(0))


def moved(kernel):
    return correlate2d(image, torch.as_tensor(kernel), padding=1)


@design(
    "shift-left",
    title="Move the picture",
    question=(
        "Design a 3 × 3 kernel that moves an image one pixel to the left when a layer with "
        "padding 1 correlates with it. Give it as rows, like `[[0, 0, 0], [0, 1, 0], [0, 0, "
        "0]]`."
    ),
    form="Give three rows of three numbers, like `[[0, 0, 0], [0, 1, 0], [0, 0, 0]]`.",
    why=(
        "A 1 to the right of the middle: each output cell copies its right-hand neighbour, so "
        "everything moves left."
    ),
    hints=[
        "Each output cell should be a copy of one pixel. So the kernel has a single 1.",
        "To move left, a place must show what stood on its right.",
    ],
    solution="answer = [[0, 0, 0], [0, 0, 1], [0, 0, 0]]",
)
def judge_shift_left(kernel):
    assert "'" not in repr(plain(kernel)), "there is text in it: leave the quotes away"
    kernel = torch.as_tensor(kernel)
    assert kernel.shape == (3, 3), "the kernel must be 3 by 3"
    if torch.equal(moved(kernel)[:, :4], image[:, 1:]):
        return ""
    if torch.equal(moved(kernel), image):
        return "This kernel copies the image and moves nothing."
    if torch.equal(moved(kernel)[:, 1:], image[:, :4]):
        return (
            "It moves the image to the right. Each output cell must copy its right-hand "
            "neighbour; you may have turned the kernel, as a true convolution would."
        )
    if torch.equal(moved(kernel)[:4], image[1:]) or torch.equal(moved(kernel)[1:], image[:4]):
        return "It moves the image up or down. Left and right are the columns of the kernel."
    row, wanted = moved(kernel)[1].tolist(), image[1, 1:].tolist()
    return (
        f"For an image whose row is {image[1].tolist()}, the row becomes {row}; it should start "
        f"with {wanted}."
    )


vertical = torch.tensor([[0.0, 1, 0, 1, 1, 0, 0]] * 7)


@design(
    "blind",
    title="Blind to masts",
    question=(
        "Design a 3 × 3 kernel that gives 0 on every uniform image, all of whose pixels are "
        "equal, and on every image with vertical stripes, but not on every image with horizontal "
        "stripes."
    ),
    form="Give three rows of three numbers.",
    why=(
        "Each column adds up to 0, so what is the same from top to bottom cancels; the rows do "
        "not, so horizontal edges remain. This kernel would miss the masts beside the rocket."
    ),
    hints=[
        (
            "Vertical stripes are the same from top to bottom. What must each column of the "
            "kernel add up to?"
        ),
        "Take the edge detector of this lesson, and exchange its rows and columns.",
    ],
    solution="answer = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]",
)
def judge_blind(kernel):
    assert "'" not in repr(plain(kernel)), "there is text in it: leave the quotes away"
    kernel = torch.as_tensor(kernel).float()
    assert kernel.shape == (3, 3), "the kernel must be 3 by 3"
    assert kernel.isfinite().all(), "every weight must be a finite number"
    if not kernel.any():
        return "A kernel of zeros is blind to everything."
    given, kernel = kernel, kernel / kernel.abs().max()  # so that small and large weights are alike
    if abs(kernel.sum()) > 1e-5:
        return f"On an image of ones it gives {given.sum():g}: its weights must add up to 0."
    if correlate2d(vertical, kernel).abs().max() > 1e-5:
        columns = [round(column, 4) for column in given.sum(0).tolist()]
        return (
            f"It sees vertical stripes: its columns add up to {columns}, "
            "and each column must add up to 0."
        )
    if correlate2d(vertical.T, kernel).abs().max() < 1e-5:
        return (
            "It is blind to horizontal stripes as well: some row must add up to something other "
            "than 0."
        )
    return ""
