"""AlexNet layer by layer: sizes along the chain, what each unit sees of the image, what each costs.

All of it is read from the tutorial's network itself, `alexnet.AlexNet`.
"""

from functools import cache
from typing import NamedTuple, TypedDict

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from alexnet_lib.alexnet import AlexNet
from alexnet_lib.conv import output_size
from alexnet_lib.data import photo

SIDE = 224  # pixels of the image
FRAME = 66  # pixels around the photograph, for what a unit sees of the padding
KINDS = {nn.Conv2d: "conv", nn.MaxPool2d: "pool", nn.Linear: "fc"}
QUANTITIES = ("parameters", "multiply-adds", "activations", "bytes of weights")


class Layer(NamedTuple):
    """A layer with the shapes of what goes in and what comes out, without the batch."""

    module: nn.Module
    shape_in: tuple
    shape_out: tuple


class Listing(TypedDict):
    """For `grids.table`: rows, names of columns, number of the row to point at, lines below."""

    entries: list
    header: tuple
    marked: int | None
    notes: tuple


class Blocks(Listing):
    """For `networks.anatomy`: shapes by name, the layer chosen, what it reads, its kernel's side.

    `bars` has a length from 0 to 1 for every row.
    """

    shapes: dict
    chosen: str
    reads: str
    kernel: int | None
    bars: list


class Region(TypedDict):
    """For `photos.region`: a photograph (3, H, W), the square (top, left, side) and what it holds.

    `frame` is how many pixels the square may stand out of the photograph.
    """

    picture: torch.Tensor
    box: tuple
    seen: torch.Tensor
    frame: int
    notes: tuple


def named(modules):
    """(name, module) of layers in order, counted as in lesson 4: conv1, relu1, pool1, conv2 …"""
    counts = dict.fromkeys(KINDS.values(), 0)
    for module in modules:
        kind = KINDS.get(type(module))
        if kind:
            counts[kind] += 1
            yield f"{kind}{counts[kind]}", module
        else:
            yield f"{type(module).__name__.lower()}{counts['conv']}", module


@cache
def layers():
    """{name: Layer} of convolutions, poolings and linear layers, found by running on shapes."""
    found = {}
    with torch.device("meta"):
        model, x = AlexNet().eval(), torch.empty(1, 3, SIDE, SIDE)
        for name, module in named([*model.features, nn.Flatten(), *model.classifier]):
            before, x = x, module(x)
            if type(module) in KINDS:
                found[name] = Layer(module, tuple(before.shape[1:]), tuple(x.shape[1:]))
    return found


@cache
def geometry():
    """{name: (kernel, stride, padding)} of the convolutions and poolings, the same both ways."""

    def one(number):
        return number[0] if isinstance(number, tuple) else number

    modules = {name: layer.module for name, layer in layers().items()}
    return {
        name: (one(module.kernel_size), one(module.stride), one(module.padding))
        for name, module in modules.items()
        if not isinstance(module, nn.Linear)
    }


def sizes(settings=None, size=SIDE) -> Listing:
    """The sizes from the image to the flatten; `settings` has kernel, stride, padding a layer.

    Where a layer no longer fits, the table says which and why, and goes no further.
    """
    settings = list(geometry().values()) if settings is None else settings
    rows, now, marked, note = [], size, None, ""
    for name, numbers in zip(geometry(), settings, strict=True):
        if note:
            rows.append((name, "–", *numbers, "–"))
            continue
        try:
            out = output_size(now, *numbers)
        except ValueError as error:
            marked, note = len(rows), f"{name} is the first layer that does not work: {error}"
            out = "does not fit"
        rows.append((name, now, *numbers, out))
        now = out
    if not note:
        flat = f"256 maps of {now} × {now} are {256 * now * now:,} numbers"
        note = f"flatten: {flat}; the tutorial's fc1 wants 9,216"
    header = ("layer", "size in", "kernel", "stride", "padding", "size out")
    return {"entries": rows, "header": header, "marked": marked, "notes": (note,)}


def receptive_fields():
    """{name: (size, jump, start)}: the receptive field of a unit, the way to the next, unit 0's.

    All in pixels of the image. The size grows by (kernel − 1) · jump, the jump is multiplied by the
    stride, and the start moves back by padding · jump (Araujo, Norris and Sim, "Computing receptive
    fields", Distill 2019).
    """
    size, jump, start, out = 1, 1, 0, {}
    for name, (kernel, stride, padding) in geometry().items():
        start -= padding * jump
        size += (kernel - 1) * jump
        jump *= stride
        out[name] = (size, jump, start)
    return out


def map_sizes():
    """How many rows and columns the maps of each layer have: {name: side}."""
    return {name: layers()[name].shape_out[-1] for name in geometry()}


def receptive_field(unit=("conv3", 6, 6), image="cat") -> Region:
    """What one unit of AlexNet, (layer, row, column), sees of a photograph of 224 × 224.

    Raises ValueError when the layer's map has no such unit.
    """
    layer, row, column = unit
    side = map_sizes()[layer]
    for name, value in (("row", row), ("column", column)):
        if not 0 <= value < side:
            its = f"its map is {side} × {side}, {name}s 0 to {side - 1}"
            raise ValueError(f"{layer} has no {name} {value}: {its}")
    size, jump, start = receptive_fields()[layer]
    top, left = start + row * jump, start + column * jump
    (first, last), (west, east) = ((max(0, at), min(SIDE, at + size)) for at in (top, left))
    reach = f"rows {first} to {last - 1}, columns {west} to {east - 1}"
    outside = size * size - (last - first) * (east - west)
    notes = (
        f"{layer}: map {side} × {side}, receptive field {size} × {size}, jump {jump}",
        f"unit ({row}, {column}) reads {reach}"
        + (f" and {outside:,} places of padding" if outside else ""),
    )
    picture = photo(image, SIDE)
    framed = F.pad(picture, [FRAME] * 4, value=0.5)
    seen = framed[:, top + FRAME : top + FRAME + size, left + FRAME : left + FRAME + size]
    box = (top, left, size)
    return {"picture": picture, "box": box, "seen": seen, "frame": FRAME, "notes": notes}


def costs(quantity="parameters", layer="conv1") -> Blocks:
    """One of QUANTITIES for every layer that learns, and the card of one layer."""
    learned = {name: one for name, one in layers().items() if not name.startswith("pool")}
    values = {name: _cost(*one)[quantity] for name, one in learned.items()}
    total, largest = sum(values.values()), max(values.values())
    entries = [
        (name, _times(learned[name].shape_out), value, f"{100 * value / total:.1f} %")
        for name, value in values.items()
    ]
    shapes = {"image": (3, SIDE, SIDE)} | {name: one.shape_out for name, one in layers().items()}
    module, shape_in, shape_out = learned[layer]
    return {
        "shapes": shapes,
        "chosen": layer,
        "reads": list(shapes)[list(shapes).index(layer) - 1],
        "kernel": module.kernel_size[0] if isinstance(module, nn.Conv2d) else None,
        "entries": [*entries, ("all", "", total, "100.0 %")],
        "header": ("layer", "output", quantity, "share"),
        "marked": list(values).index(layer),
        "bars": [*(value / largest for value in values.values()), 0],
        "notes": (
            f"{layer}: {_times(shape_in)} in, {_times(shape_out)} out",
            _arithmetic(module, shape_out, quantity),
            f"`nn.{module}`",
        ),
    }


def multiply_adds(model, shape):
    """The multiply-adds of a forward pass of that shape, by torch's FlopCounterMode; on "meta"."""
    with FlopCounterMode(display=False) as counter:
        model(torch.empty(shape, device="meta"))
    return counter.get_total_flops() // 2


@cache
def _cost(module, shape_in, shape_out):
    """{quantity: number} of one layer, for one image and float32 weights."""
    parameters = sum(p.numel() for p in module.parameters())
    work = multiply_adds(module, (1, *shape_in))
    activations = torch.Size(shape_out).numel()
    return dict(zip(QUANTITIES, (parameters, work, activations, 4 * parameters), strict=True))


def _arithmetic(module, shape_out, quantity):
    """How a layer's number comes about: "parameters: 96 · (3 · 11 · 11 + 1) = 34,944, …"."""
    outputs = torch.Size(shape_out).numel()
    units, *reads = module.weight.shape
    one, products = " · ".join(map(str, reads)), torch.Size(reads).numel()
    sum_of = f"{units} · ({one} + 1)"
    parameters = units * (products + 1)
    return {
        "parameters": f"parameters: {sum_of} = {parameters:,}, the + 1 is the bias",
        "multiply-adds": f"multiply-adds: {outputs:,} outputs · {one} = {outputs * products:,}",
        "activations": f"activations: {' · '.join(map(str, shape_out))} = {outputs:,}",
        "bytes of weights": f"bytes: 4 · {sum_of} = {4 * parameters:,}",
    }[quantity]


def _times(shape):
    return " × ".join(map(str, shape))
