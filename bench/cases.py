"""The explorers that are timed in a browser, and the usual way to the same pictures: `interact`."""

from functools import partial

import matplotlib.pyplot as plt
import torch
from ipywidgets import IntSlider, Label, VBox, interact

from alexnet_lib import anatomy, worked
from alexnet_lib.data import photographs
from alexnet_lib.draw import grids, networks, photos, volumes
from alexnet_lib.explore.controls import Kernel, Photograph, Slider, Unit, numbers
from alexnet_lib.explore.explorer import explore

LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc1", "fc2", "fc3")


def bare():
    """The bare round trip: a label that echoes a slider."""
    label, slider = Label(), Slider(min=1, max=30, step=1, value=1, description="number")
    slider.observe(lambda change: setattr(label, "value", f"value {change.new}"), "value")
    return VBox([slider, label])


def correlation(size=7):
    settings = {
        "kernel": Kernel({"edge": worked.EDGE}),
        "size": [size],
        "stride": [1],
        "input_number": (1, 30),
    }
    return explore(worked.correlation, grids.correlation, **settings)


def ruler():
    return explore(worked.ruler, grids.ruler, size=(3, 30), kernel=[3], stride=[2])


def chain():
    return explore(
        anatomy.sizes, grids.table, settings=numbers(anatomy.geometry(), "ksp"), size=(200, 320)
    )


def channels():
    return explore(lambda n: worked.channels(kernels=1 + n % 4), volumes.correlation, n=(0, 30))


def dropout():
    return explore(worked.dropout, networks.network, p=[0.5], toss=(1, 30))


def costs():
    return explore(lambda n: anatomy.costs(layer=LAYERS[n % 8]), networks.anatomy, n=(0, 30))


def photograph():
    def answer(n, image):
        return worked.photograph(image, [[1, 0, -1], [n, 0, -n], [1, 0, -1]])

    return explore(answer, photos.beside, n=(1, 30), image=Photograph(photographs.PHOTOS))


def pixel():
    return explore(
        anatomy.receptive_field, photos.region, unit=Unit(anatomy.map_sizes(), ("conv1", 0, 9))
    )


def usual_correlation(number):
    parts = worked.correlation(input_number=number)
    figure, axes = plt.subplots(1, 3, figsize=(9, 4))
    for place, name in zip(axes, ("x", "kernel", "y"), strict=True):
        panel(place, parts[name], name)
    figure.text(0.1, 0.02, "\n".join(parts["notes"]))
    plt.show()


def usual_ruler(number):
    parts = worked.ruler(size=number + 2)
    seen = torch.zeros(parts["count"] + 1, parts["size"])
    for window in range(parts["count"]):
        seen[window + 1, 2 * window : 2 * window + 3] = 1
    panel(plt.subplots(figsize=(9, 4))[1], seen, "\n".join(parts["notes"]))
    plt.show()


def usual_chain(number):
    usual_table(anatomy.sizes(size=200 + number))


def usual_channels(number):
    parts = worked.channels(kernels=1 + number % 4)
    (count, kernels), side = (len(parts["x"]), len(parts["y"])), 1.6
    figure, axes = plt.subplots(
        1 + kernels, 1 + count, figsize=(side * (1 + count), side * (1 + kernels))
    )
    axes[0, count].axis("off")
    for c in range(count):
        panel(axes[0, c], parts["x"][c], f"channel {c}")
        for o in range(kernels):
            panel(axes[1 + o, c], parts["kernel"][o, c], f"kernel {o}")
    for o in range(kernels):
        panel(axes[1 + o, count], parts["y"][o], f"map {o}")
    figure.text(0.02, 0.02, "\n".join(parts["notes"]))
    plt.show()


def usual_dropout(number):
    parts = worked.dropout(toss=number)
    axes = plt.subplots(figsize=(9, 4))[1]
    for i, (_, values, mask) in enumerate(parts["layers"]):
        for unit, (value, on) in enumerate(zip(values, mask, strict=True)):
            axes.scatter(i, unit, s=400, color="tab:blue" if on else "lightgrey")
            axes.text(i, unit, int(value))
            for after, other in enumerate(parts["layers"][i + 1][2] if i < 3 else ()):
                if on and other:
                    axes.plot([i, i + 1], [unit, after], color="grey", zorder=0)
    axes.table(cellText=parts["entries"], colLabels=parts["header"])
    axes.set_title(parts["notes"][0])
    plt.show()


def usual_anatomy(number):
    usual_table(anatomy.costs(layer=LAYERS[number % 8]))


def usual_photograph(number):
    parts = worked.photograph(kernel=[[1, 0, -1], [number, 0, -number], [1, 0, -1]])
    figure, axes = plt.subplots(1, 2, figsize=(9, 4))
    for place, picture, title in zip(axes, parts["pictures"], parts["titles"], strict=True):
        place.imshow(picture, cmap="gray")
        place.set_title(title)
    figure.text(0.02, 0.02, "\n".join(parts["notes"]))
    plt.show()


def usual_pixel(number):
    parts = anatomy.receptive_field(("conv1", number, 9))
    top, left, side = parts["box"]
    figure, axes = plt.subplots(1, 2, figsize=(9, 4))
    for place, name in zip(axes, ("picture", "seen"), strict=True):
        place.imshow(parts[name].permute(1, 2, 0))
    axes[0].add_patch(plt.Rectangle((left, top), side, side, fill=False))
    figure.text(0.02, 0.02, "\n".join(parts["notes"]))
    plt.show()


def panel(axes, values, title):
    """Numbers as a picture, each written into its cell."""
    axes.imshow(values)
    axes.set_title(title)
    for r in range(values.shape[0]):
        for c in range(values.shape[1]):
            axes.text(c, r, int(values[r, c]), ha="center", va="center")


def usual_table(parts):
    axes = plt.subplots(figsize=(9, 4))[1]
    axes.axis("off")
    rows = [[str(value) for value in row] for row in parts["entries"]]
    axes.table(cellText=rows, colLabels=parts["header"], loc="center")
    axes.set_title("\n".join(parts["notes"]))
    plt.show()


CASES = {
    "correlation": (correlation, usual_correlation),
    "ruler": (ruler, usual_ruler),
    "chain": (chain, usual_chain),
    "channels": (channels, usual_channels),
    "dropout": (dropout, usual_dropout),
    "anatomy": (costs, usual_anatomy),
    "kernel on a photograph": (photograph, usual_photograph),
    "where a pixel goes": (pixel, usual_pixel),
}
SIZES = {f"correlation {n} × {n}": partial(correlation, n) for n in (5, 9, 12, 16, 24)}


def explorer(name):
    """One of the explorers."""
    return SIZES[name]() if name in SIZES else CASES[name][0]()


def usual(name):
    """The same picture by `interact`."""
    return interact(CASES[name][1], number=IntSlider(min=1, max=30, value=1))
