"""Layer by layer: sizes along a chain, what each unit sees of the image, and what each layer costs."""

from functools import cache

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from alexnet_lib.alexnet import AlexNet
from alexnet_lib.conv import output_size
from alexnet_lib.data.photographs import photo

SPATIAL = {
    "conv1": (11, 4, 2),
    "pool1": (3, 2, 0),
    "conv2": (5, 1, 2),
    "pool2": (3, 2, 0),
    "conv3": (3, 1, 1),
    "conv4": (3, 1, 1),
    "conv5": (3, 1, 1),
    "pool3": (3, 2, 0),
}
FRAME = 66
QUANTITIES = ("parameters", "multiply-adds", "activations", "bytes of weights")


def sizes(settings=None, size=224):
    """AlexNet's sizes from the image to the flatten, for `grids.table`; `settings` has kernel, stride, padding a layer.

    Where a layer no longer fits, the table says which and why, and goes no further.
    """
    settings = list(SPATIAL.values()) if settings is None else settings
    rows, now, trouble = [], size, ""
    for name, numbers in zip(SPATIAL, settings, strict=True):
        if trouble:
            rows.append((name, "–", *numbers, "–"))
            continue
        try:
            out = output_size(now, *numbers)
        except ValueError as error:
            trouble = f"{name} is the first layer that does not work: {error}"
            rows.append((name, now, *numbers, "does not fit"))
            continue
        rows.append((name, now, *numbers, out))
        now = out
    marked = next((i for i, row in enumerate(rows) if row[-1] == "does not fit"), None)
    works = f"flatten: 256 maps of {now} × {now} are {256 * now * now:,} numbers; the tutorial's fc1 wants 9,216"
    header = ("layer", "size in", "kernel", "stride", "padding", "size out")
    return {"entries": rows, "header": header, "marked": marked, "notes": (trouble or works,)}


def receptive_fields(layers=SPATIAL):
    """For each layer of a chain: its receptive field, its jump and where its unit 0 starts, all in image pixels.

    {name: (size, jump, start)}. The size grows by (kernel − 1) · jump, the jump is multiplied by
    the stride, and the start moves back by padding · jump (Araujo, Norris and Sim, "Computing
    receptive fields", Distill 2019).
    """
    size, jump, start, out = 1, 1, 0, {}
    for name, (kernel, stride, padding) in layers.items():
        start -= padding * jump
        size += (kernel - 1) * jump
        jump *= stride
        out[name] = (size, jump, start)
    return out


def map_sizes(size=224):
    """How many rows and columns the maps of each layer have: {name: side}."""
    out = {}
    for name, numbers in SPATIAL.items():
        out[name] = size = output_size(size, *numbers)
    return out


def receptive_field(unit=("conv3", 6, 6), image="cat"):
    """What one unit of AlexNet, (layer, row, column), sees of a 224 × 224 photograph, for `photos.region`.

    Raises ValueError when the layer's map has no such unit.
    """
    layer, row, column = unit
    side = map_sizes()[layer]
    for name, value in (("row", row), ("column", column)):
        if not 0 <= value < side:
            raise ValueError(
                f"{layer} has no {name} {value}: its map is {side} × {side}, {name}s 0 to {side - 1}"
            )
    size, jump, start = receptive_fields()[layer]
    top, left = start + row * jump, start + column * jump
    inside = [(max(0, edge), min(224, edge + size)) for edge in (top, left)]
    reach = (
        f"rows {inside[0][0]} to {inside[0][1] - 1}, columns {inside[1][0]} to {inside[1][1] - 1}"
    )
    outside = size * size - (inside[0][1] - inside[0][0]) * (inside[1][1] - inside[1][0])
    notes = (
        f"{layer}: map {side} × {side}, receptive field {size} × {size}, jump {jump}",
        f"unit ({row}, {column}) reads {reach}"
        + (f" and {outside:,} places of padding" if outside else ""),
    )
    seen = F.pad(photo(image, 224), [FRAME] * 4, value=0.5)
    seen = seen[:, top + FRAME : top + FRAME + size, left + FRAME : left + FRAME + size]
    return {
        "picture": photo(image, 224),
        "box": (top, left, size),
        "seen": seen,
        "frame": FRAME,
        "notes": notes,
    }


def costs(quantity="parameters", layer="conv1"):
    """The tutorial's AlexNet layer by layer, for `networks.anatomy`: one quantity as bars, and the card of one layer."""
    values = {name: _cost(*each)[QUANTITIES.index(quantity)] for name, each in _learned().items()}
    total = sum(values.values())
    module, shape_in, shape_out = _learned()[layer]
    entries = [
        (name, " × ".join(map(str, _learned()[name][2])), value, f"{100 * value / total:.1f} %")
        for name, value in values.items()
    ]
    shapes = _shapes()
    return {
        "shapes": shapes,
        "chosen": layer,
        "reads": list(shapes)[list(shapes).index(layer) - 1],
        "kernel": module.kernel_size[0] if isinstance(module, nn.Conv2d) else None,
        "entries": [*entries, ("all", "", total, "100.0 %")],
        "header": ("layer", "output", quantity, "share"),
        "marked": list(values).index(layer),
        "bars": [*(value / max(values.values()) for value in values.values()), 0],
        "notes": (
            f"{layer}: {' × '.join(map(str, shape_in))} in, {' × '.join(map(str, shape_out))} out",
            _arithmetic(module, shape_out, quantity),
            f"`nn.{module}`",
        ),
    }


@cache
def _learned():
    """{name: (module, shape in, shape out)} of the eight layers that learn, found by running the network on shapes."""
    with torch.device("meta"):
        model, found = AlexNet().eval(), []
        modules = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
        hooks = [
            m.register_forward_hook(
                lambda m, i, o: found.append((m, tuple(i[0].shape[1:]), tuple(o.shape[1:])))
            )
            for m in modules
        ]
        model(torch.empty(1, 3, 224, 224))
    for hook in hooks:
        hook.remove()
    return dict(
        zip(("conv1", "conv2", "conv3", "conv4", "conv5", "fc1", "fc2", "fc3"), found, strict=True)
    )


@cache
def _shapes():
    """The shape of the image and of what leaves each layer, pooling included."""
    with torch.device("meta"):
        x, found = torch.empty(1, 3, 224, 224), {"image": (3, 224, 224)}
        features = [module for module in AlexNet().features if not isinstance(module, nn.ReLU)]
        for name, module in zip(SPATIAL, features, strict=True):
            x = module(x)
            found[name] = tuple(x.shape[1:])
    return found | {name: shape for name, (_, _, shape) in _learned().items() if len(shape) == 1}


@cache
def _cost(module, shape_in, shape_out):
    """Parameters, multiply-adds of one image (torch's FlopCounterMode), activations, bytes of float32 weights."""
    with FlopCounterMode(display=False) as counter:
        module(torch.empty(1, *shape_in, device="meta"))
    parameters = sum(p.numel() for p in module.parameters())
    return parameters, counter.get_total_flops() // 2, torch.Size(shape_out).numel(), 4 * parameters


def _arithmetic(module, shape_out, quantity):
    outputs = torch.Size(shape_out).numel()
    if isinstance(module, nn.Conv2d):
        one = " · ".join(map(str, (module.in_channels, *module.kernel_size)))
        units, reads = (
            module.out_channels,
            module.in_channels * module.kernel_size[0] * module.kernel_size[1],
        )
    else:
        one, units, reads = str(module.in_features), module.out_features, module.in_features
    parameters = f"{units} · ({one} + 1) = {units * (reads + 1):,}"
    return {
        "parameters": f"parameters: {parameters}, the + 1 is the bias",
        "multiply-adds": f"multiply-adds: {outputs:,} outputs · {one} = {outputs * reads:,}",
        "activations": f"activations: {' · '.join(map(str, shape_out))} = {outputs:,}",
        "bytes of weights": f"bytes: 4 · {parameters.split(' = ')[0]} = {4 * units * (reads + 1):,}",
    }[quantity]
