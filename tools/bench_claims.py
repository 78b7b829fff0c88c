"""How much faster the networks of one experiment train side by side than one after another, with the same losses.

The experiment is one of lesson 6: two settings from five seeds. "One after another" is plain
PyTorch: each network alone, its own loop, `torch.optim.SGD`, and all cores.
"""

import copy
import time

import torch
from bench_results import row
from torch import nn
from torch.nn import functional as F

from alexnet_lib.data import fashion
from alexnet_lib.experiments.trials import Setting, race
from alexnet_lib.training.batches import normalise
from alexnet_lib.training.device import pick_device, synchronise

IMAGES, STEPS, BATCH, RATE, DECAY, ROUNDS = 1000, 100, 32, 0.01, 0.0005, 3
GAIN, SAME = 1.0, 0.01


def network(window=3):
    """A network of lesson 6."""
    layers, wide = (
        [nn.Conv2d(1, 16, 5, stride=2, padding=3), nn.ReLU(), nn.MaxPool2d(window, 2)],
        16,
    )
    for _ in range(3):
        layers += [nn.Conv2d(wide, wide, 3, padding=1), nn.ReLU()]
    return nn.Sequential(
        *layers,
        nn.MaxPool2d(window, 2),
        nn.Flatten(),
        nn.Linear(144, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


SETTINGS = {
    "overlapping": Setting(network, RATE, DECAY),
    "apart": Setting(lambda: network(2), RATE, DECAY),
}


def one_after_another(data, seeds, device):
    """Train each network alone as `race` trains all; returns the training losses (settings, seeds)."""
    losses = []
    for setting in SETTINGS.values():
        for seed in seeds:
            torch.manual_seed(seed)
            model = setting.build().to(device)
            first, second = (torch.Generator().manual_seed(10 * seed + i) for i in range(2))
            chosen = torch.randperm(len(data.images), generator=first)[:IMAGES]
            x, y = normalise(data.images[chosen]).to(device), data.labels[chosen].to(device)
            queue = torch.cat(
                [
                    torch.randperm(IMAGES, generator=second)
                    for _ in range(1 + STEPS * BATCH // IMAGES)
                ]
            )
            sgd = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9, weight_decay=DECAY)
            for picked in queue[: STEPS * BATCH].split(BATCH):
                loss = F.cross_entropy(model(x[picked]), y[picked])
                sgd.zero_grad()
                loss.backward()
                sgd.step()
            with torch.no_grad():
                losses.append(F.cross_entropy(copy.deepcopy(model).eval()(x[:500]), y[:500]).cpu())
    return torch.stack(losses).view(len(SETTINGS), -1)


def side_by_side(data, seeds, device):
    """The same by `race`."""
    *_, record = race(
        SETTINGS, data, IMAGES, len(seeds), STEPS, BATCH, 1, fall=False, device=device
    )
    return record.values["training loss"][..., -1]


def rows():
    """Measure and return rows {name, value, unit, goal, met}; a goal is None where there is none."""
    data, device, found = fashion.load(), pick_device(), []
    for count in (1, 5, 10):
        seeds, seconds = range(count), {}
        for name, work in (
            ("one after another", one_after_another),
            ("side by side", side_by_side),
        ):
            for _ in range(ROUNDS):
                synchronise(device)
                start = time.perf_counter()
                losses = work(data, seeds, device)
                synchronise(device)
                seconds.setdefault(name, []).append(time.perf_counter() - start)
            found.append(
                row(f"2 settings, {count} seeds, {STEPS} steps, {name}", min(seconds[name]), "s")
            )
            if name == "one after another":
                alone = losses
        gain = min(seconds["one after another"]) / min(seconds["side by side"])
        found.append(
            row(
                f"2 settings, {count} seeds: side by side is faster",
                gain,
                "×",
                GAIN if count > 1 else None,
            )
        )
        apart = ((losses - alone).abs() / alone).max().item()
        found.append(
            row(
                f"2 settings, {count} seeds: losses differ at most by",
                100 * apart,
                "%",
                100 * SAME,
                at_most=True,
            )
        )
    return found
