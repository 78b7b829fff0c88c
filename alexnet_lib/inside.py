"""Inside a network: what its layers answer to an image, and which parts of the image matter."""

import torch
from torch import nn
from torch.nn import functional as F

from alexnet_lib.anatomy import named
from alexnet_lib.training.evaluation import evaluating
from alexnet_lib.worked import Beside

MOST_MAPS, IN_A_ROW = 64, 8


def activations(model, x):
    """What each convolution, ReLU and pooling of `model.features` gives: {name: (N, C, H, W)}.

    Names count the layers as lesson 4 does: conv1, relu1, pool1, conv2 … The model is asked in
    evaluation mode; the answers are on the CPU.
    """
    found = {}
    with evaluating(model):
        for name, module in named(model.features):
            x = module(x.clone())
            found[name] = x.float().cpu()
    return found


def kernels(model):
    """The kernels of the first convolution: (O, C, kh, kw), detached, on the CPU."""
    first = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    return first.weight.detach().float().cpu()


def occlusion(model, x, label, window=7, stride=3):
    """How much the probability of `label` falls when a square hides a part of the image.

    x (1, C, H, W), ready for the network; the square of side `window` moves by `stride`. Returns a
    map (h, w), 1 where hiding that place takes the whole probability away, below 0 where it helps.
    The square has the image's mean. Raises ValueError when the square does not fit. Source: Zeiler
    and Fergus, "Visualizing and understanding convolutional networks", 2014.
    """
    height, width = x.shape[-2:]
    if window > min(height, width):
        raise ValueError(f"a square of {window} does not fit into an image of {height} × {width}")
    down, along = (range(0, side - window + 1, stride) for side in (height, width))
    places = [(r, c) for r in down for c in along]
    hidden = x.repeat(len(places), 1, 1, 1)
    hidden = hidden.contiguous(memory_format=torch.channels_last)  # twice as fast on a CPU
    for image, (r, c) in zip(hidden, places, strict=True):
        image[:, r : r + window, c : c + window] = x.mean()
    with evaluating(model):
        whole = model(x).float().softmax(1)[0, label]
        parts = torch.cat([model(part).float().softmax(1)[:, label] for part in hidden.split(128)])
    return ((whole - parts) / whole).view(len(down), len(along)).cpu()


def hide(network, images, labels, prepare, number=0) -> Beside:
    """One of `images` (uint8), and where hiding it hurts: its occlusion map.

    The square has a quarter of the image's side and stands at about 8 × 8 places. Raises ValueError
    for a number without an image.
    """
    image = _numbered(images, number)
    x = prepare(images[number : number + 1]).to(next(network.parameters()).device)
    side = x.shape[-1]
    step = side // 9
    fall = occlusion(network, x, labels[number], side // 4, step)
    squares = fall.repeat_interleave(step, 0).repeat_interleave(step, 1)
    left = (side - len(squares)) // 2  # so that a place lies in the middle of its square
    right = side - len(squares) - left
    there = F.pad(squares, (left, right, left, right))
    spread = F.interpolate(there[None, None], size=image.shape[-2:])[0, 0]
    worst, best = 100 * fall.max().item(), -100 * fall.min().item()
    note = f"the right class's probability: hiding the worst place makes it {worst:.0f} % smaller"
    if best > 0.5:
        note += f", hiding the best {best:.0f} % larger"
    return {
        "pictures": (image, spread),
        "titles": (f"image {number}", "fall when hidden there"),
        "signed": (False, True),
        "notes": (note,),
        "zoom": 6 if image.shape[-1] < 100 else 1,
    }


def look(network, images, prepare, layer="conv1", number=0) -> Beside:
    """One of `images` (uint8), and a wall of the feature maps of one layer for it.

    At most 64 maps are shown, in rows of eight, scaled together. Raises ValueError for a number
    without an image.
    """
    image = _numbered(images, number)
    device = next(network.parameters()).device
    maps = activations(network, prepare(images[number : number + 1].to(device)))[layer][0]
    height, width = image.shape[-2:]
    dead = int((maps.amax((1, 2)) <= 0).sum())
    note = f"{layer}: {maps.shape[0]} maps of {maps.shape[1]} × {maps.shape[2]}"
    if len(maps) > MOST_MAPS:
        note += f", of which the first {MOST_MAPS} are shown"
    range_note = f"lowest {maps.min():.2f}, highest {maps.max():.2f}"
    return {
        "pictures": (image, _wall(maps[:MOST_MAPS])),
        "titles": (f"image {number}: {height} × {width}", f"feature maps of {layer}"),
        "signed": (False, True),
        "notes": (note, f"{range_note}; {dead} maps are nowhere above 0"),
        "zoom": 2 if width < 100 else 1,
    }


def _wall(maps):
    """Maps (N, H, W) side by side, eight in a row, a line of 0 after each: (rows · H', 8 · W')."""
    framed = F.pad(maps, (0, 1, 0, 1))  # (N, H', W')
    framed = torch.cat((framed, framed.new_zeros(-len(maps) % IN_A_ROW, *framed.shape[1:])))
    rows = framed.split(IN_A_ROW)  # each (8, H', W')
    return torch.cat([torch.cat([*row], 1) for row in rows])


def _numbered(images, number):
    """One of uint8 images as numbers from 0 to 1: (H, W) if grey, else (3, H, W)."""
    if not 0 <= number < len(images):
        raise ValueError(f"there is no image {number}: they are 0 to {len(images) - 1}")
    image = images[number].float().cpu() / 255
    return image[0] if image.shape[0] == 1 else image
