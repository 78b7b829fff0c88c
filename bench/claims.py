"""How much faster networks train side by side than one after another, with the same losses.

The experiment is one of lesson 6: two settings from five seeds. "One after another" is plain
PyTorch: each network alone, its own loop, `torch.optim.SGD`, and all cores.
"""

import copy
import time

import torch
from torch import nn
from torch.nn import functional as F

from alexnet_lib.data import fashion
from alexnet_lib.experiments.trials import Setting, race
from alexnet_lib.training.batches import normalise
from alexnet_lib.training.device import pick_device, synchronise
from bench.results import row

IMAGES, STEPS, BATCH, RATE, DECAY, ROUNDS = 1000, 100, 32, 0.01, 0.0005, 3
GAIN, SAME = 1.0, 0.01


def network(window=3):
    """A network of lesson 6."""
    layers = [nn.Conv2d(1, 16, 5, stride=2, padding=3), nn.ReLU(), nn.MaxPool2d(window, 2)]
    for _ in range(3):
        layers += [nn.Conv2d(16, 16, 3, padding=1), nn.ReLU()]
    layers += [nn.MaxPool2d(window, 2), nn.Flatten()]
    layers += [nn.Linear(144, 64), nn.ReLU(), nn.Linear(64, 10)]
    return nn.Sequential(*layers)


SETTINGS = {
    "overlapping": Setting(network, RATE, DECAY),
    "apart": Setting(lambda: network(2), RATE, DECAY),
}


def one_after_another(data, seeds, device):
    """Train each network alone as `race` does; returns the training losses (settings, seeds)."""
    losses = []
    for setting in SETTINGS.values():
        for seed in seeds:
            torch.manual_seed(seed)
            model = setting.build().to(device)
            first, second = (torch.Generator().manual_seed(10 * seed + i) for i in range(2))
            chosen = torch.randperm(len(data.images), generator=first)[:IMAGES]
            x, y = normalise(data.images[chosen]).to(device), data.labels[chosen].to(device)
            epochs = 1 + STEPS * BATCH // IMAGES
            queue = [torch.randperm(IMAGES, generator=second) for _ in range(epochs)]
            sgd = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9, weight_decay=DECAY)
            for picked in torch.cat(queue)[: STEPS * BATCH].split(BATCH):
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


def timed(work, data, seeds, device):
    """The losses that a way of training returns, and the shortest of a few times, in seconds."""
    took = []
    for _ in range(ROUNDS):
        synchronise(device)
        start = time.perf_counter()
        losses = work(data, seeds, device)
        synchronise(device)
        took.append(time.perf_counter() - start)
    return losses, min(took)


def rows():
    """Rows {name, value, unit, goal, met}; a goal is None where there is none."""
    data, device = fashion.load(), pick_device()
    for count in (1, 5, 10):
        name, goal = f"2 settings, {count} seeds", GAIN if count > 1 else None
        alone, slow = timed(one_after_another, data, range(count), device)
        yield row(f"{name}, {STEPS} steps, one after another", slow, "s")
        together, fast = timed(side_by_side, data, range(count), device)
        yield row(f"{name}, {STEPS} steps, side by side", fast, "s")
        yield row(f"{name}: side by side is faster", slow / fast, "×", goal)
        apart = 100 * ((together - alone).abs() / alone).max().item()
        yield row(f"{name}: losses differ at most by", apart, "%", 100 * SAME, at_most=True)
