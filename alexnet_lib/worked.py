"""Worked examples: everything there is to say about one computation, in a dict that a drawing function takes.

`explore(worked.correlation, grids.correlation, …)` joins the two on a page. Lines in backticks are
code.
"""

import torch
from torch.nn import functional as F

from alexnet_lib.conv import correlate2d, output_size
from alexnet_lib.data.photographs import PHOTOS, load_image, photo, to_grey
from alexnet_lib.dropout import all_masks, draw_mask, mask_probability

EDGE = ((1, 0, -1), (1, 0, -1), (1, 0, -1))
SAME = 1e-4


def formula(size, kernel, stride=1, padding=0, dilation=1):
    """The output-size formula with today's numbers, worked out in steps. Raises ValueError as `output_size` does."""
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
):
    """Slide a kernel over a square of digits, for `grids.correlation`: numbers, formula, PyTorch's line and verdict.

    `operation` is "correlate" or "convolve", which turns the kernel first; the kernel returned is
    the one that slides. Raises ValueError when the kernel does not fit.
    """
    x, k = digits(size, input_number), torch.tensor(kernel)
    turned = ".flip(0, 1)" if operation == "convolve" else ""
    applied = k.flip(0, 1) if turned else k
    y = correlate2d(x, applied, stride, padding, dilation)
    line = f"F.conv2d(x[None, None], k{turned}[None, None], None, {stride}, {padding}, {dilation})[0, 0]"
    sizes = formula(size, k.shape[0], stride, padding, dilation)
    notes = (f"{operation}, output size: {sizes}", _compared(line, x, k, y))
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return {"x": x, "kernel": applied, "y": y, **settings, "notes": notes, "play": play}


def channels(channels=4, kernels=4, groups=1, kernel_size=2, stride=1, padding=0):
    """Several kernels over several channels of 4 × 4 small whole numbers, for `volumes.correlation`.

    In groups, a kernel reads the channels of its own group alone. Raises ValueError when the groups
    do not divide channels and kernels, or the kernel does not fit.
    """
    dice = torch.Generator().manual_seed(6)
    x = torch.randint(0, 4, (4, 4, 4), generator=dice)[:channels]
    k = torch.randint(-1, 3, (4, 4, 3, 3), generator=dice)[:kernels, : max(1, channels // groups)]
    k = k[..., :kernel_size, :kernel_size]
    y = correlate2d(x, k, stride, padding, groups=groups)
    line = f"F.conv2d(x[None], k, None, {stride}, {padding}, 1, {groups})[0]"
    weights = f"{' · '.join(map(str, k.shape))} = {k.numel()} weights"
    depthwise = ", each kernel reads one channel: depthwise" if 1 < groups == channels else ""
    notes = (
        f"{_count(kernels, 'kernel')} of {_shape(k[0])}: {weights}{depthwise}",
        f"output size: {formula(4, kernel_size, stride, padding)}",
        _compared(line, x, k, y),
    )
    return {
        "x": x,
        "kernel": k,
        "y": y,
        "stride": stride,
        "padding": padding,
        "groups": groups,
        "notes": notes,
    }


def ruler(size=8, kernel=3, stride=2, padding=0, dilation=1, operation="convolution"):
    """Every window along one row of input, for `grids.ruler`; `operation` is "convolution" or "pooling".

    Raises ValueError when the kernel does not fit, or a pooling window is padded by more than its
    half.
    """
    count = output_size(size, kernel, stride, padding, dilation)
    if operation == "pooling" and 2 * padding > kernel:
        raise ValueError(
            f"pooling refuses padding {padding}: it is more than half of window {kernel}"
        )
    room = size + 2 * padding - (dilation * (kernel - 1) + 1)
    read = {start * stride + tap * dilation for start in range(count) for tap in range(kernel)}
    unread = [position for position in range(size + 2 * padding) if position not in read]
    pixels = sum(padding <= position < padding + size for position in unread)
    layer = (
        "Conv1d(1, 1, {}, {}, {}, {})"
        if operation == "convolution"
        else "MaxPool1d({}, {}, {}, {})"
    )
    notes = (
        f"before the floor: {room} / {stride} = {room / stride:.4g}; after it: {room // stride}; plus one: {count}",
        f"unread: {_count(pixels, 'pixel')} and {_count(len(unread) - pixels, 'padding cell')}",
        f"`nn.{layer.format(kernel, stride, padding, dilation)}`",
    )
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return {"size": size, "count": count, **settings, "notes": notes}


def photograph(image="cat", kernel=EDGE, stride=1, padding=0, colours="grey", size=224):
    """Slide a kernel over a photograph, for `photos.beside`: the input and the output, (H, W) or (3, H, W).

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
    signed = x.dim() == 2 and abs(k.sum()) < 0.5
    meaning = (
        "orange is below 0, white 0, blue above"
        if signed
        else "below 0 shows as black, above 1 as full brightness"
    )
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


def dropout(p=0.5, toss=1, mode="train", scaling="divide by 1 − p"):
    """A network of 2, 4, 4 and 1 units with dropout on its hidden units, for `grids.network`.

    `toss` is the number of the draw, `mode` "train" or "eval", `scaling` "divide by 1 − p" or
    "leave as it is". The mean and the spread (standard deviation) over all 256 masks are exact.
    """
    hidden = [4, 4]
    mask = (
        draw_mask((1, sum(hidden)), p, torch.Generator().manual_seed(toss))
        if mode == "train"
        else torch.ones(1, 8)
    )
    divided = scaling.startswith("divide")
    every = all_masks(sum(hidden))
    layers = _forward(mask, p if mode == "train" and divided else 0)
    chance = mask_probability(every, p)
    rows = []
    for name, share in (("divided by 1 − p", p), ("left as it is", 0)):
        outputs = _forward(every, share)[-1][:, 0].double()
        mean = (chance * outputs).sum()
        spread = (chance * (outputs - mean) ** 2).sum().sqrt()
        rows.append(
            (
                name,
                f"{mean:.2f}",
                f"{spread:.2f}",
                f"{_forward(torch.ones(1, 8), 0)[-1].item():.2f}",
            )
        )
    networks = int((chance > 0).sum())
    on = int(mask.sum())
    note = f"p = {p}: {_count(networks, 'thinned network')} can be drawn; this one has {on} of 8 hidden units on"
    names = ("input", "hidden 1", "hidden 2", "output")
    masks = (torch.ones(2), *mask[0].split(hidden), torch.ones(1))
    return {
        "layers": [
            (name, values[0], mask) for name, values, mask in zip(names, layers, masks, strict=True)
        ],
        "entries": rows,
        "header": ("hidden units", "mean over all masks", "spread", "eval"),
        "marked": 0 if divided else 1,
        "notes": (note,),
    }


def _forward(masks, p):
    """The values of all four layers for each mask (M, 8): hidden units are ReLU, then dropped."""
    keep = 1 - p if p < 1 else 1
    layers = [INPUTS.expand(len(masks), -1)]
    for weight, mask in zip(WEIGHTS, masks.split(4, 1), strict=False):
        layers.append((layers[-1] @ weight.T).relu() * mask / keep)
    return [*layers, layers[-1] @ WEIGHTS[-1].T]


def _compared(line, x, k, y):
    """The line of PyTorch, as code, and whether it gives the numbers y."""
    theirs = eval(line, {"F": F, "x": x.to(y.dtype), "k": k.to(y.dtype)})
    largest = (
        x.abs().max() * k.abs().sum()
    ).item()  # rounding is relative to the largest sum there can be
    same = torch.allclose(y, theirs, atol=SAME + 1e-6 * largest)
    return f"`{line}` {'gives the same numbers' if same else 'DISAGREES'}"


def _count(number, thing):
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _shape(image):
    return " × ".join(map(str, image.shape))
