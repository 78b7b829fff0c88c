"""The output size: the exercises of lesson 2 whose answer is code."""

from torch import nn

from alexnet_lib.conv import output_size
from alexnet_lib.questions.code import design, function


@function(
    "count-windows",
    title="The formula, yours",
    question=(
        "Write `count_windows(size, kernel, stride, padding)`: how many windows there are in "
        "one direction."
    ),
    cases=[
        (7, 3, 1, 0),
        (7, 3, 2, 0),
        (8, 3, 2, 1),
        (7, 3, 3, 0),
        (5, 5, 1, 0),
        (6, 3, 4, 0),
        (224, 11, 4, 2),
        (1, 1, 1, 3),
        (10, 2, 5, 1),
    ],
    why="⌊(size + 2·padding − kernel) / stride⌋ + 1, for every case tried.",
    hints=[
        "How long is the padded row, and how much of it is room to move?",
        (
            "Every whole stride of that room is one more window after the first. `//` divides "
            "and rounds down."
        ),
    ],
)
def count_windows(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1


@count_windows.wrong("You forgot the + 1: the window at the start counts too.")
def without_the_first(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride


@count_windows.wrong("You took the padding as a total: it is put on each side, 2 · padding.")
def padding_once(size, kernel, stride, padding):
    return (size + padding - kernel) // stride + 1


@count_windows.wrong("You forgot the padding.")
def without_padding(size, kernel, stride, padding):
    return (size - kernel) // stride + 1


@count_windows.wrong("You rounded up. Part of a stride is no stride: use `//`.")
def rounded_up(size, kernel, stride, padding):
    return -(-(size + 2 * padding - kernel) // stride) + 1


@count_windows.wrong("`/` gives fractions, and there is no fraction of a window: use `//`.")
def divided(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) / stride + 1


@count_windows.wrong(
    "`round` goes to the nearest whole number. Part of a stride is no stride: use `//`."
)
def to_the_nearest(size, kernel, stride, padding):
    return round((size + 2 * padding - kernel) / stride) + 1


@count_windows.wrong("The + 1 belongs outside: divide first, then add the window at the start.")
def one_more_inside(size, kernel, stride, padding):
    return (size + 2 * padding - kernel + 1) // stride


@count_windows.wrong("You forgot the stride.")
def without_stride(size, kernel, stride, padding):
    return size + 2 * padding - kernel + 1


@count_windows.wrong("You forgot the + 1, and `/` gives fractions: use `//`.")
def divided_without_the_first(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) / stride


@count_windows.wrong("You forgot the padding and the + 1.")
def without_padding_and_the_first(size, kernel, stride, padding):
    return (size - kernel) // stride


@count_windows.wrong("`//` is worked out before + and −: put brackets around the room to move.")
def without_brackets(size, kernel, stride, padding):
    return size + 2 * padding - kernel // stride + 1


@count_windows.wrong(
    "`round` goes to the nearest whole number. Part of a stride is no stride: use `//`."
)
def to_the_nearest_at_the_end(size, kernel, stride, padding):
    return round((size + 2 * padding - kernel) / stride + 1)


@count_windows.wrong(
    "The last start is one too early: a window that ends exactly at the edge fits. The range "
    "must go to room + 1."
)
def starts_but_the_last(size, kernel, stride, padding):
    return len(range(0, size + 2 * padding - kernel, stride))


@count_windows.wrong("These are the starts. How many are they? `len` counts them.")
def the_starts(size, kernel, stride, padding):
    return list(range(0, size + 2 * padding - kernel + 1, stride))


@function(
    "count-unread",
    title="Pixels that nobody reads",
    question=(
        "With a stride larger than the kernel there are gaps between the windows, too. Write "
        "`count_unread(size, kernel, stride)`: how many of the pixels no window reads, without "
        "padding, for any stride. Counting them one by one is as good as a formula."
    ),
    cases=[(7, 3, 1), (7, 3, 3), (8, 3, 2), (7, 2, 3), (9, 3, 4), (9, 1, 4), (5, 5, 2), (12, 2, 5)],
    why=(
        "All pixels, less those that are read: the gaps between the windows and the remainder "
        "on the right."
    ),
    hints=[
        "Collect the pixels that are read in a set, as `counted` does above.",
        (
            "The starts are `range(0, size - kernel + 1, stride)`; each window reads `start + "
            "i` for `i` in `range(kernel)`."
        ),
    ],
)
def count_unread(size, kernel, stride):
    starts = range(0, size - kernel + 1, stride)
    return size - len({start + i for start in starts for i in range(kernel)})


@count_unread.wrong(
    "That counts the remainder on the right only; with stride above kernel there are gaps too."
)
def remainder_only(size, kernel, stride):
    return (size - kernel) % stride


@count_unread.wrong(
    "You took every window's pixels as its own, or let the gaps become negative. Where windows "
    "overlap, pixels are counted twice."
)
def windows_apart(size, kernel, stride):
    return size - ((size - kernel) // stride + 1) * kernel


@count_unread.wrong("These are the pixels themselves. How many are they? `len` counts them.")
def the_pixels(size, kernel, stride):
    starts = range(0, size - kernel + 1, stride)
    return [p for p in range(size) if not any(s <= p < s + kernel for s in starts)]


@count_unread.wrong("That is how many pixels are read. Those that are left over are the others.")
def the_pixels_read(size, kernel, stride):
    starts = range(0, size - kernel + 1, stride)
    return len({start + i for start in starts for i in range(kernel)})


@count_unread.wrong("The last start is missing: a window that ends exactly at the edge fits.")
def without_the_last_window(size, kernel, stride):
    starts = range(0, size - kernel, stride)
    return size - len({start + i for start in starts for i in range(kernel)})


@count_unread.wrong("These are the gaps. The remainder on the right is missing.")
def gaps_only(size, kernel, stride):
    return (size - kernel) // stride * max(0, stride - kernel)


@count_unread.wrong(
    "You let the last windows stick out. A start must leave room for the whole kernel."
)
def windows_that_stick_out(size, kernel, stride):
    starts = range(0, size, stride)
    return size - len({start + i for start in starts for i in range(kernel)})


@count_unread.wrong("That is how many windows there are.")
def how_many_windows(size, kernel, stride):
    return (size - kernel) // stride + 1


@design(
    "halve",
    title="Halve any image",
    question=(
        "Design a layer that halves every even size exactly: 2 to 1, 4 to 2, 100 to 50. Its "
        "kernel must be larger than its stride, so that the windows overlap, and there is no "
        "dilation. Give `(kernel, stride, padding)`, or an `nn.Conv2d`."
    ),
    form="Give three whole numbers, `(kernel, stride, padding)`, or an `nn.Conv2d`.",
    why=(
        "Stride 2, and 2 · padding = kernel − 2 or kernel − 1: kernel 3 or 4 with padding 1, "
        "kernel 5 or 6 with padding 2, and so on."
    ),
    hints=[
        "The stride must be 2.",
        (
            "Then ⌊(size + 2 · padding − kernel) / 2⌋ + 1 must be size / 2: so 2 · padding − "
            "kernel is −2 or −1."
        ),
    ],
    solution="answer = 4, 2, 1",
)
def judge_halve(layer):
    if isinstance(layer, nn.Module):
        if not isinstance(layer, nn.Conv2d):
            return (
                f"This is an nn.{type(layer).__name__}. Give an nn.Conv2d, or (kernel, stride, "
                "padding)."
            )
        if isinstance(layer.padding, str) or layer.dilation != (1, 1):
            return "Give its padding as a number, and leave the dilation at 1."
        layer = layer.kernel_size, layer.stride, layer.padding
    assert hasattr(layer, "__iter__") and not isinstance(layer, str), "three numbers are wanted"
    numbers = [tuple(n) if isinstance(n, tuple | list) else (n, n) for n in layer]
    if len(numbers) != 3:
        return f"Three numbers are wanted: kernel, stride and padding. Here are {len(numbers)}."
    if any(len(set(pair)) > 1 for pair in numbers):
        return "Its two directions differ; use one number for both."
    kernel, stride, padding = (int(n) if float(n) == int(n) else n for n, _ in numbers)
    for size in range(2, 101, 2):
        try:
            out = output_size(size, kernel, stride, padding)
        except ValueError as error:
            return f"With an input of {size}: {error}."
        if out != size // 2:
            return f"An input of {size} gives {out}, not {size // 2}."
    if kernel <= stride:
        return (
            "It halves every even size. But its windows do not overlap: the kernel must be larger"
            " than the stride."
        )
    return ""
