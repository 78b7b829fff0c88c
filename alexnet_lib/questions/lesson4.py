"""AlexNet: the exercises of lesson 4 whose answer is code."""

import torch
from torch import nn

from alexnet_lib.questions.code import design, function


@function(
    "fc-parameters",
    title="Count a fully connected layer",
    question=(
        "Write `fc_parameters(inputs, outputs)`: the parameters of a fully connected layer with"
        " biases."
    ),
    cases=[(1, 1), (2, 3), (3, 2), (10, 1), (9216, 2048)],
    why="outputs · (inputs + 1). The last case was fc1: 18,876,416.",
    hints=[
        "One output has a weight for every input, and a bias.",
        "There are `outputs` of them.",
    ],
)
def fc_parameters(inputs, outputs):
    return outputs * (inputs + 1)


@fc_parameters.wrong("You counted the weights without the biases.")
def without_biases(inputs, outputs):
    return inputs * outputs


@fc_parameters.wrong("One bias for the whole layer: there is one for each output.")
def one_bias(inputs, outputs):
    return inputs * outputs + 1


@fc_parameters.wrong("The biases belong to the outputs, not to the inputs.")
def biases_of_inputs(inputs, outputs):
    return inputs * outputs + inputs


@fc_parameters.wrong("Every output has a weight for every input: multiply.")
def added(inputs, outputs):
    return inputs + outputs


def after_each(layers, size, rule):
    """The sizes after each layer by any rule (size, kernel, stride, padding) → size."""
    sizes = []
    for layer in layers:
        size = rule(size, *layer)
        sizes.append(size)
    return sizes


@function(
    "sizes-after",
    title="Sizes all the way down",
    question=(
        "Write `sizes_after(size, layers)`: the list of sizes after each layer. `layers` is a "
        "list of `(kernel, stride, padding)`."
    ),
    cases=[
        (7, [(3, 1, 0)]),
        (7, [(3, 1, 0), (3, 1, 0)]),
        (8, [(3, 2, 1), (2, 2, 0)]),
        (9, []),
        (224, [(11, 4, 2), (3, 2, 0), (5, 1, 2), (3, 2, 0)]),
        (10, [(5, 1, 2), (3, 3, 0), (1, 1, 0)]),
    ],
    why="Each layer's output is the next one's input.",
    hints=[
        "A loop over the layers; each step changes `size` by the formula.",
        "Append every new size to a list, and return the list.",
    ],
)
def sizes_after(size, layers):
    sizes = []
    for kernel, stride, padding in layers:
        size = (size + 2 * padding - kernel) // stride + 1
        sizes.append(size)
    return sizes


@sizes_after.wrong("Every layer started from the first size. Hand on what comes out.")
def from_the_first_size(size, layers):
    return [(size + 2 * p - k) // s + 1 for k, s, p in layers]


@sizes_after.wrong(
    "The list starts with the input's size; it should have the sizes after each layer only."
)
def with_the_input(size, layers):
    return [size, *sizes_after(size, layers)]


@sizes_after.wrong("Padding counts on both sides.")
def padding_once(size, layers):
    return after_each(layers, size, lambda n, k, s, p: (n + p - k) // s + 1)


@sizes_after.wrong("You forgot the + 1.")
def without_the_first(size, layers):
    return after_each(layers, size, lambda n, k, s, p: (n + 2 * p - k) // s)


@sizes_after.wrong("`/` gives fractions of windows. Round down with `//`.")
def divided(size, layers):
    return after_each(layers, size, lambda n, k, s, p: (n + 2 * p - k) / s + 1)


@design(
    "grey",
    title="A grey first layer",
    question=(
        "Design a first layer for grey images, 1 × 224 × 224, such that the rest of AlexNet "
        "fits behind it unchanged. Give an `nn.Conv2d`."
    ),
    form="Give an `nn.Conv2d(…)`.",
    why=(
        "One channel in, 96 kernels. The tutorial's own maps are 55 × 55; all from 55 to 62 a side "
        "end in 6 × 6."
    ),
    hints=[
        "Start from `nn.Conv2d(3, 96, kernel_size=11, stride=4, padding=2)`.",
        "Only the number of channels in has to change.",
    ],
    solution="""from torch import nn
answer = nn.Conv2d(1, 96, kernel_size=11, stride=4, padding=2)
""",
)
def judge_grey(layer):
    assert isinstance(layer, nn.Conv2d), "this is no nn.Conv2d"
    if layer.in_channels != 1:
        return f"It wants {layer.in_channels} channels; a grey image has one."
    with torch.no_grad():
        shape = tuple(layer(torch.zeros(1, 1, 224, 224)).shape[1:])
    if shape[0] != 96:
        return f"It makes {shape[0]} maps; conv2 wants 96."
    if any(size not in range(55, 63) for size in shape[1:]):
        return f"Its maps are {shape[1]} × {shape[2]}; only 55 to 62 a side end in 6 × 6."
    return ""
