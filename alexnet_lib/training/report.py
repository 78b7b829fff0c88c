"""Reports on the device: what it is, how fast networks are on it, how near to its best."""

import math
from contextlib import contextmanager
from itertools import product
from time import perf_counter as clock
from typing import NamedTuple

import torch
from torch.nn import functional as F

from alexnet_lib.anatomy import multiply_adds
from alexnet_lib.training.device import (
    device_name,
    give_back,
    images_per_second,
    peak_memory,
    release,
    seconds_of,
    short_format,
)
from alexnet_lib.training.plan import Plan

NO_SHORT = (
    "Left out: a shorter number format than float32, as this device computes in none by itself."
)
QUICKER = (
    "Above 100 %: not all the products that are counted need be computed, as some ways to convolve "
    "save some, and the numbers of a small layer may stay nearer to the processor than those of "
    "large matrices."
)
PASSES = {"forward": 1, "training": 3}  # as many forward passes as a step costs


def device_report(model, shape, device):
    """Rows (what, value) about forward passes of a batch of that shape on the device.

    Moves the model to the device and into evaluation mode.
    """
    model = model.to(device).eval()
    speed = images_per_second(model, torch.zeros(shape, device=device))
    memory = peak_memory(device)
    return [
        ("device", device_name(device)),
        ("GPU used", "no" if device.type == "cpu" else "yes"),
        (f"forward, batches of {shape[0]}", f"{speed:,.0f} images per second"),
        ("peak memory", "not known here" if memory is None else f"{memory / 2**20:,.0f} MiB"),
    ]


class Report(NamedTuple):
    """Rows, and lines to stand below them, for `grids.table`."""

    rows: list
    notes: list


def matmul_rate(device, dtype=torch.float32, sizes=None, repeats=5, seconds=2.0):
    """The multiply-adds per second of the machine's best square matrix multiplication.

    The best over all sizes and repeats that there is time for; the first size is measured whatever
    it takes. Each is computed as a product and as a 1 × 1 convolution, the same sums, as PyTorch
    leaves these to different libraries. The sizes are 1024 and 2048 unless given; an accelerator is
    given larger ones too.
    """
    sizes = sizes or ((1024, 2048) if device.type == "cpu" else (1024, 2048, 4096, 8192))
    best, end = 0.0, clock() + seconds
    for size in sizes:
        if best and clock() + size**3 / best > end:
            break
        a, b = (torch.rand(size, size, device=device).to(dtype) for _ in range(2))
        for work in (lambda a=a, b=b: a @ b), _as_convolution(a, b):
            best = max(best, size**3 / _best(work, device, repeats, end))
    return best


def _as_convolution(a, b):
    """A function that computes a @ b as one convolution: rows are places, columns are channels."""
    x, kernels = a.view(1, 32, -1, len(a)).permute(0, 3, 1, 2), b.T[:, :, None, None]
    kernels = kernels.contiguous(memory_format=torch.channels_last)
    return lambda: torch.conv2d(x, kernels)


def speeds(networks, device, batch=4, size=224, repeats=2, seconds=8.0):
    """The `Report` of each network, forward and in training, in float32 and the short format.

    `networks` maps names to classes for (3, size, size) images and 1000 classes. A row is (network,
    what, format, images per second, share). The share compares the counted multiply-adds a second
    with those of this machine's own large matrix multiplication in the same format, measured once.
    A step of training is forward, backward and plain gradient descent, and counts as three forward
    passes. Nothing is begun after `seconds`; the notes say what is left out, and why. With batches
    of 4 the largest AlexNet learns in 600 MB.
    """
    end = clock() + seconds
    formats = [torch.float32, *filter(None, [short_format(device)])]
    rows, late, rates, notes = [], [], {}, [] if len(formats) > 1 else [NO_SHORT]
    with _convolutions_precision(device):
        for name, network in networks.items():
            model = work = None
            with torch.device("meta"):
                products = multiply_adds(network().eval(), (batch, 3, size, size))
            for dtype, what in product(formats, PASSES):
                row = name, what, str(dtype).removeprefix("torch.")
                if clock() >= end:
                    late.append(" ".join(row))
                    continue
                give_back(device)
                try:
                    rates[dtype] = rates.get(dtype) or matmul_rate(device, dtype)
                    model = model or _descending(network().to(device))
                    work = _work(model, Plan(device, dtype, torch.channels_last), batch, size, what)
                    took = _best(work, device, repeats, end)
                except (RuntimeError, NotImplementedError) as error:
                    release(error, device)
                    why = str(error).partition("\n")[0]
                    notes.append(f"Left out: {' '.join(row)}, which failed here ({why}).")
                    continue
                share = 100 * PASSES[what] * products / took / rates[dtype]
                rows.append((*row, f"{batch / took:,.0f}", f"{share:.0f} %"))
                notes += [QUICKER] if share > 100 and QUICKER not in notes else []
    model = work = None
    give_back(device)
    notes += [f"Left out, as {seconds:g} seconds were up: {', '.join(late)}."] if late else []
    return Report(rows, notes)


def _descending(model):
    """The model, made to take a step of gradient descent in every backward pass, at a rate of 0.

    Each weight takes it as soon as its gradient is there, which is then let go of: all gradients
    together would need as much memory as the weights.
    """

    @torch.no_grad()
    def descend(weight):
        weight.sub_(weight.grad, alpha=0.0)
        weight.grad = None

    for weight in model.parameters():
        weight.register_post_accumulate_grad_hook(descend)
    return model


def _work(model, plan, batch, size, what):
    """What is timed: a function that asks the model about a batch, or learns one step from it."""
    model = plan.model(model)
    x = plan.batch(torch.rand(batch, 3, size, size))
    y = torch.zeros(batch, dtype=torch.long, device=plan.device)

    def forward():
        with torch.no_grad(), plan.autocast():
            model.eval()(x)

    def training():
        with plan.autocast():
            loss = F.cross_entropy(model.train()(x), y)
        loss.backward()

    return {"forward": forward, "training": training}[what]


def _best(work, device, repeats, end):
    """The least seconds that the work takes: once to warm up, then `repeats` times, or to `end`."""
    best = math.inf
    for number in range(repeats + 1):
        if number and clock() >= end:
            break
        best = min(best, *seconds_of(work, device, 1))
    return best


@contextmanager
def _convolutions_precision(device):
    """On an NVIDIA GPU multiply float32 matrices as it convolves: in TF32, unless set otherwise."""
    if device.type != "cuda":
        yield
        return
    products = torch.backends.cuda.matmul
    before = products.fp32_precision
    products.fp32_precision = torch.backends.cudnn.conv.fp32_precision
    try:
        yield
    finally:
        products.fp32_precision = before
