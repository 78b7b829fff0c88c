"""Worked examples: all there is to say about one computation, in a dict that a drawing takes.

`explore(worked.correlation, grids.correlation, …)` joins the two on a page. Lines in backticks are
code.
"""

from typing import TypedDict

import torch
from torch.nn import functional as F

from alexnet_lib.conv import correlate2d, output_size
from alexnet_lib.data.photographs import PHOTOS, load_image, photo, to_grey
from alexnet_lib.dropout import all_masks, draw_mask, mask_probability

EDGE = ((1, 0, -1), (1, 0, -1), (1, 0, -1))
SAME = 1e-4  # how far apart two results may be and still be called the same numbers


class Correlation(TypedDict):
    """For `grids.correlation`: x (H, W), the kernel (kh, kw) that slides, and y (out_h, out_w)."""

    x: torch.Tensor
    kernel: torch.Tensor
    y: torch.Tensor
    stride: int
    padding: int
    dilation: int
    notes: tuple
    play: bool


class Channels(TypedDict):
    """For `volumes.correlation`: x (C, H, W), kernel (O, C/groups, kh, kw), y (O, out_h, out_w)."""

    x: torch.Tensor
    kernel: torch.Tensor
    y: torch.Tensor
    stride: int
    padding: int
    groups: int
    notes: tuple


class Ruler(TypedDict):
    """For `grids.ruler`: the numbers of the output-size formula, and `count`, its result."""

    size: int
    count: int
    kernel: int
    stride: int
    padding: int
    dilation: int
    notes: tuple


class Beside(TypedDict, total=False):
    """For `photos.beside`: pictures (H, W) or (3, H, W), which of them show signs, their zoom."""

    pictures: tuple
    titles: tuple
    signed: tuple
    notes: tuple
    zoom: int


class Network(TypedDict):
    """For `networks.network`: (name, values, mask) of each layer, and the rows of a table below."""

    layers: list
    entries: list
    header: tuple
    marked: int
    notes: tuple


def formula(size, kernel, stride=1, padding=0, dilation=1):
    """The output-size formula worked out in steps. Raises ValueError as `output_size` does."""
    count = output_size(size, kernel, stride, padding, dilation)
    room = size + 2 * padding - (dilation * (kernel - 1) + 1)
    start = f"⌊({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1) / {stride}⌋ + 1"
    exact = f"⌊{room / stride:.4g}⌋ + 1 = " if room % stride else ""
    return f"{start} = ⌊{room} / {stride}⌋ + 1 = {exact}{count}"


def digits(size, number):
    """A square of random digits from 0 to 9, the same for the same number: int64 (size, size)."""
    return torch.randint(10, (size, size), generator=torch.Generator().manual_seed(number))


def correlation(
    kernel=EDGE,
    size=7,
    input_number=1,
    stride=1,
    padding=0,
    dilation=1,
    operation="correlate",
    play=False,
) -> Correlation:
    """Slide a kernel over a square of digits, with the formula, PyTorch's line and its verdict.

    `operation` is "correlate" or "convolve", which turns the kernel first; the kernel returned is
    the one that slides. Raises ValueError when the kernel does not fit.
    """
    k = torch.tensor(kernel)
    x = digits(size, input_number).to(k.dtype)  # so that the line shown runs as it is
    turned = ".flip(0, 1)" if operation == "convolve" else ""
    applied = k.flip(0, 1) if turned else k
    y = correlate2d(x, applied, stride, padding, dilation)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    numbers = ", ".join(map(str, settings.values()))
    line = f"F.conv2d(x[None, None], k{turned}[None, None], None, {numbers})[0, 0]"
    sizes = formula(size, len(k), **settings)
    notes = (f"{operation}, output size: {sizes}", _compared(line, x, k, y))
    return {"x": x, "kernel": applied, "y": y, **settings, "notes": notes, "play": play}


def channels(channels=4, kernels=4, groups=1, kernel_size=2, stride=1, padding=0) -> Channels:
    """Several kernels over several channels of 4 × 4 small whole numbers.

    In groups, a kernel reads the channels of its own group alone. Raises ValueError when the groups
    do not divide channels and kernels, or the kernel does not fit.
    """
    seeded = torch.Generator().manual_seed(6)
    x = torch.randint(0, 4, (4, 4, 4), generator=seeded)[:channels]
    k = torch.randint(-1, 3, (4, 4, 3, 3), generator=seeded)
    k = k[:kernels, : max(1, channels // groups), :kernel_size, :kernel_size]
    y = correlate2d(x, k, stride, padding, groups=groups)
    line = f"F.conv2d(x[None], k, None, {stride}, {padding}, 1, {groups})[0]"
    weights = f"{' · '.join(map(str, k.shape))} = {k.numel()} weights"
    depthwise = ", each kernel reads one channel: depthwise" if 1 < groups == channels else ""
    notes = (
        f"{_count(kernels, 'kernel')} of {_shape(k[0])}: {weights}{depthwise}",
        f"output size: {formula(4, kernel_size, stride, padding)}",
        _compared(line, x, k, y),
    )
    settings = {"stride": stride, "padding": padding, "groups": groups}
    return {"x": x, "kernel": k, "y": y, **settings, "notes": notes}


def ruler(size=8, kernel=3, stride=2, padding=0, dilation=1, operation="convolution") -> Ruler:
    """Every window along one row of input; `operation` is "convolution" or "pooling".

    Raises ValueError when the kernel does not fit, or a pooling window is padded by more than its
    half.
    """
    count = output_size(size, kernel, stride, padding, dilation)
    if operation == "pooling" and 2 * padding > kernel:
        reason = f"it is more than half of window {kernel}"
        raise ValueError(f"pooling refuses padding {padding}: {reason}")
    room = size + 2 * padding - (dilation * (kernel - 1) + 1)
    read = {start * stride + tap * dilation for start in range(count) for tap in range(kernel)}
    unread = [position for position in range(size + 2 * padding) if position not in read]
    pixels = sum(padding <= position < padding + size for position in unread)
    layer = "nn.MaxPool1d(" if operation == "pooling" else "nn.Conv1d(1, 1, "
    notes = (
        f"before the floor: {room} / {stride} = {room / stride:.4g}; "
        f"after it: {room // stride}; plus one: {count}",
        f"unread: {_count(pixels, 'pixel')} and {_count(len(unread) - pixels, 'padding cell')}",
        f"`{layer}{kernel}, stride={stride}, padding={padding}, dilation={dilation})`",
    )
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return {"size": size, "count": count, **settings, "notes": notes}


def photograph(image="cat", kernel=EDGE, stride=1, padding=0, colours="grey", size=224) -> Beside:
    """Slide a kernel over a photograph: the input and the output, (H, W) or (3, H, W).

    `image` is one of `data.PHOTOS` or the bytes of an image file; `colours` is "grey", or "colour"
    to treat red, green and blue alike. A grey output is drawn by sign where the kernel's weights
    cancel out, as an edge detector's do. Raises ValueError for bytes that are no image, or a kernel
    that does not fit.
    """
    x = photo(image, size) if image in PHOTOS else load_image(image, size)
    x = to_grey(x) if colours == "grey" else x
    k = torch.tensor(kernel, dtype=x.dtype)
    if x.dim() == 3:
        y = correlate2d(x, k.expand(3, 1, *k.shape), stride, padding, groups=3)
    else:
        y = correlate2d(x, k, stride, padding)
    low, high = y.min().item(), y.max().item()
    signed = x.dim() == 2 and bool(k.sum().abs() <= 0.01 * k.abs().sum())
    meaning = "below 0 shows as black, above 1 as full brightness"
    if signed:
        meaning = "orange is below 0, white 0, blue above"
    notes = (
        f"output size: {formula(size, len(kernel), stride, padding)}",
        f"lowest output {low:.2f}, highest {high:.2f}; {meaning}",
    )
    titles = (f"input {_shape(x)}", f"output {_shape(y)}")
    return {"pictures": (x, y), "titles": titles, "signed": (False, signed), "notes": notes}


INPUTS = torch.tensor([1.0, 2.0])
WEIGHTS = (
    torch.tensor([[1.0, 1], [1, 0], [0, 2], [-1, 1]]),
    torch.tensor([[0.0, 0, 1, -1], [1, 1, 0, 0], [1, 0, 0, 2], [0, -1, 1, 1]]),
    torch.tensor([[1.0, 1, 1, 0]]),
)


HIDDEN = [4, 4]


def dropout(p=0.5, toss=1, mode="train", scaling=True) -> Network:
    """A network of 2, 4, 4 and 1 units with dropout on its hidden units.

    `toss` is the number of the draw, `mode` "train" or "eval", `scaling` whether what stays is
    divided by 1 − p. The mean and the spread (standard deviation) over all 256 masks are exact.
    """
    all_on = torch.ones(1, sum(HIDDEN))
    training = mode == "train"
    coins = torch.Generator().manual_seed(toss)
    mask = draw_mask(all_on.shape, p, coins) if training else all_on
    values = _forward(mask, p if training and scaling else 0)
    masks = (torch.ones(2), *mask[0].split(HIDDEN), torch.ones(1))
    names = ("input", "hidden 1", "hidden 2", "output")
    every = all_masks(sum(HIDDEN))
    chance = mask_probability(every, p)
    asked = f"{_forward(all_on, 0)[-1].item():.2f}"
    rows = []
    for name, share in (("divided by 1 − p", p), ("left as it is", 0)):
        outputs = _forward(every, share)[-1][:, 0].double()
        mean = (chance * outputs).sum()
        spread = (chance * (outputs - mean) ** 2).sum().sqrt()
        rows.append((name, f"{mean:.2f}", f"{spread:.2f}", asked))
    drawn = f"{_count(int((chance > 0).sum()), 'thinned network')} can be drawn"
    note = f"p = {p}: {drawn}; this one has {int(mask.sum())} of 8 hidden units on"
    if not training:
        note = "in eval mode no coins are tossed: all 8 hidden units are on"
    elif p == 1:
        note += "; all are off, and 0 / 0 is taken as 0"
    return {
        "layers": [
            (name, each[0], on) for name, each, on in zip(names, values, masks, strict=True)
        ],
        "entries": rows,
        "header": ("hidden units", "mean over all masks", "spread", "eval"),
        "marked": 0 if scaling else 1,
        "notes": (note,),
    }


def _forward(masks, p):
    """The values of all four layers for each mask (M, 8): hidden units are ReLU, then dropped."""
    keep = 1 - p if p < 1 else 1
    first, second = masks.split(HIDDEN, 1)
    inputs = INPUTS.expand(len(masks), -1)
    hidden = (inputs @ WEIGHTS[0].T).relu() * first / keep
    more = (hidden @ WEIGHTS[1].T).relu() * second / keep
    return [inputs, hidden, more, more @ WEIGHTS[2].T]


def _compared(line, x, k, y):
    """The line of PyTorch, as code, and whether it gives the numbers y."""
    theirs = eval(line, {"F": F, "x": x.to(y.dtype), "k": k.to(y.dtype)})
    largest = (x.abs().max() * k.abs().sum()).item()  # rounding is relative to the largest sum
    same = torch.allclose(y, theirs, atol=SAME + 1e-6 * largest)
    return f"`{line}` {'gives the same numbers' if same else 'DISAGREES'}"


def _count(number, thing):
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _shape(image):
    return " × ".join(map(str, image.shape))
