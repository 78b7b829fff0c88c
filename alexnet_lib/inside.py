"""Looking inside a network: what its layers answer to an image, and which parts of the image matter."""

import torch
from torch import nn
from torch.nn import functional as F

from alexnet_lib.training.evaluation import evaluating

MOST_MAPS = 64


def activations(model, x):
    """What each convolution, ReLU and pooling of `model.features` gives for a batch: {name: (N, C, H, W)}, on the CPU.

    Names count the layers as lesson 4 does: conv1, relu1, pool1, conv2 … The model is asked in
    evaluation mode.
    """
    found, counts = {}, dict.fromkeys(("conv", "pool"), 0)
    with evaluating(model):
        for module in model.features:
            x = module(x.clone())
            kind = (
                "conv"
                if isinstance(module, nn.Conv2d)
                else "pool"
                if isinstance(module, nn.MaxPool2d)
                else ""
            )
            if kind:
                counts[kind] += 1
            name = (
                f"{kind}{counts[kind]}"
                if kind
                else f"{type(module).__name__.lower()}{counts['conv']}"
            )
            found[name] = x.float().cpu()
    return found


def kernels(model):
    """The kernels of the first convolution: (O, C, kh, kw), detached, on the CPU."""
    first = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    return first.weight.detach().float().cpu()


def occlusion(model, x, label, window=7, stride=3):
    """How much the probability of `label` falls when a grey square hides a part of the image (Zeiler and Fergus 2014).

    x (1, C, H, W), ready for the network; the square of side `window` moves by `stride`. Returns a
    map (h, w), 1 where hiding that place takes the whole probability away, below 0 where it helps.
    The square has the image's mean. Raises ValueError when the square does not fit.
    """
    height, width = x.shape[-2:]
    if window > min(height, width):
        raise ValueError(f"a square of {window} does not fit into an image of {height} × {width}")
    places = [
        (r, c)
        for r in range(0, height - window + 1, stride)
        for c in range(0, width - window + 1, stride)
    ]
    hidden = x.repeat(len(places), 1, 1, 1).contiguous(
        memory_format=torch.channels_last
    )  # twice as fast on a CPU
    for image, (r, c) in zip(hidden, places, strict=True):
        image[:, r : r + window, c : c + window] = x.mean()
    with evaluating(model):
        whole = model(x).float().softmax(1)[0, label]
        parts = torch.cat([model(part).float().softmax(1)[:, label] for part in hidden.split(128)])
    rows = (height - window) // stride + 1
    return ((whole - parts) / whole).view(rows, -1).cpu()


def hide(network, images, labels, prepare, number=0):
    """The occlusion map of one of `images` (uint8), for `photos.beside`: the image, and where hiding it hurts.

    The square has a quarter of the image's side and stands at about 8 × 8 places. Raises ValueError
    for a number without an image.
    """
    image = _numbered(images, number)
    x = prepare(images[number : number + 1]).to(next(network.parameters()).device)
    side = x.shape[-1]
    fall = occlusion(network, x, labels[number], side // 4, side // 9)
    spread = F.interpolate(fall[None, None], size=image.shape[-2:])[0, 0]
    hurt = f"the right class's probability: hiding the worst place makes it {100 * fall.max():.0f} % smaller"
    titles = (f"image {number}", "fall when hidden there")
    most = -100 * fall.min().item()
    notes = (hurt + (f", hiding the best {most:.0f} % larger" if most > 0.5 else ""),)
    zoom = 6 if image.shape[-1] < 100 else 1
    return {
        "pictures": (image, spread),
        "titles": titles,
        "signed": (False, True),
        "notes": notes,
        "zoom": zoom,
    }


def look(network, images, prepare, layer="conv1", number=0):
    """The feature maps of one layer for one of `images` (uint8), for `photos.beside`: the image, and a wall of maps.

    At most 64 maps are shown, in rows of eight, scaled together. Raises ValueError for a number
    without an image.
    """
    image = _numbered(images, number)
    device = next(network.parameters()).device
    maps = activations(network, prepare(images[number : number + 1].to(device)))[layer][0]
    height, width = image.shape[-2:]
    shown = maps[:MOST_MAPS]
    wall = F.pad(shown, (0, 1, 0, 1))
    wall = (
        F.pad(wall, (0, 0, 0, 0, 0, -len(wall) % 8))
        .unflatten(0, (-1, 8))
        .permute(0, 2, 1, 3)
        .flatten(2)
        .flatten(0, 1)
    )
    dead = int((maps.amax((1, 2)) <= 0).sum())
    notes = (
        f"{layer}: {maps.shape[0]} maps of {maps.shape[1]} × {maps.shape[2]}"
        + (f", of which the first {MOST_MAPS} are shown" if maps.shape[0] > MOST_MAPS else ""),
        f"lowest {maps.min():.2f}, highest {maps.max():.2f}; {dead} maps are nowhere above 0",
    )
    titles = (f"image {number}: {height} × {width}", f"feature maps of {layer}")
    return {
        "pictures": (image, wall),
        "titles": titles,
        "signed": (False, True),
        "notes": notes,
        "zoom": 2 if width < 100 else 1,
    }


def _numbered(images, number):
    """One of uint8 images as numbers from 0 to 1: (H, W) if grey, else (3, H, W)."""
    if not 0 <= number < len(images):
        raise ValueError(f"there is no image {number}: they are 0 to {len(images) - 1}")
    image = images[number].float().cpu() / 255
    return image[0] if image.shape[0] == 1 else image
