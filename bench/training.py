"""How fast training and the library are, each against a peer measured in the same run."""

import statistics
import subprocess
import sys
import time
from functools import partial

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from alexnet_lib.alexnet import AlexNet, SmallAlexNet
from alexnet_lib.anatomy import multiply_adds
from alexnet_lib.conv import correlate2d
from alexnet_lib.data import fashion
from alexnet_lib.training import report
from alexnet_lib.training.batches import MEAN, STD, normalise
from alexnet_lib.training.device import pick_device
from alexnet_lib.training.loop import fit
from alexnet_lib.training.plan import candidates, choose, optimiser, train_step
from bench import ROOT
from bench.results import row

LARGE = partial(normalise, size=224, channels=3)
CASES = {  # name: network, images of a batch, steps, how they are prepared, side that they grow to
    "SmallAlexNet, 28 × 28, batch 64": (SmallAlexNet, 64, 60, normalise, None),
    "AlexNet, 224 × 224, batch 32": (lambda: AlexNet(10), 32, 4, LARGE, 224),
}


class Pictures(Dataset):
    """The images one by one, as a tutorial transforms them: pad, crop, flip, scale, normalise."""

    def __init__(self, data, size):
        self.images, self.labels, self.size = data.images, data.labels, size

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = F.pad(self.images[index].float() / 255, (2, 2, 2, 2))
        down, right = torch.randint(5, (2,)).tolist()
        image = image[:, down : down + 28, right : right + 28]
        image = image.flip(-1) if torch.rand(()) < 0.5 else image
        if self.size:
            image = F.interpolate(image[None], (self.size, self.size), mode="bilinear")[0]
            image = image.expand(3, -1, -1)
        return (image - MEAN) / STD, self.labels[index]


def rows():
    """Rows {name, value, unit, goal, met}; a goal is None where there is none."""
    for name, (network, batch, steps, prepare, size) in CASES.items():
        yield from training(name, network, batch, steps, prepare, size)
    yield from correlation()
    yield from starting()


def training(name, network, batch, steps, prepare, size):
    """`fit` against the usual loop, its own bare steps, and the machine's matrix multiplication."""
    data, device = fashion.load(), pick_device()
    data = data._replace(images=data.images[: batch * steps], labels=data.labels[: batch * steps])
    model = network()
    plan = choose(model, prepare(data.images[:batch]), data.labels[:batch])
    usual, ours, bare = [], [], []
    for _ in range(4):
        usual.append(seconds(lambda: the_usual_way(network().to(device), data, batch, size)))
        ours.append(fitting(network(), data, batch, plan, prepare))
        bare.append(bare_steps(plan.model(network()), data, batch, steps, plan, prepare))
    usual, ours, bare = (statistics.median(times[1:]) for times in (usual, ours, bare))
    images = batch * steps
    short = any(plan.mixed for plan in candidates(device))
    yield row(f"{name}: fit ({plan})", images / ours, "images/s")
    yield row(f"{name}: the usual way", images / usual, "images/s")
    yield row(f"{name}: fit against the usual way", usual / ours, "×", 2 if short else 1)
    more = 100 * (ours / bare - 1)
    yield row(f"{name}: fit against its own bare steps", more, "% more", 3, at_most=True)
    shape = tuple(plan.batch(prepare(data.images[:batch])).shape)
    forward = multiply_adds(network().to("meta"), shape)
    work = 3 * forward * steps / ours  # forward once, backward twice
    rate = report.matmul_rate(device, plan.dtype)
    yield row(f"{name}: of the best matrix multiplication in {plan.dtype}", 100 * work / rate, "%")


def the_usual_way(model, data, batch, size):
    """An epoch as a tutorial writes it: float32, NCHW, a DataLoader, `.item()` at every step."""
    adam, total = torch.optim.Adam(model.parameters(), 1e-4), 0.0
    device = next(model.parameters()).device
    model.train()
    for x, y in DataLoader(Pictures(data, size), batch_size=batch, shuffle=True):
        loss = F.cross_entropy(model(x.to(device)), y.to(device))
        adam.zero_grad()
        loss.backward()
        adam.step()
        total += loss.item()
    return total


def fitting(model, data, batch, plan, prepare):
    """The seconds `fit` needs for an epoch, setting up included, validation not."""
    words = {"plan": plan, "prepare": prepare, "validate": None}
    return seconds(lambda: fit(model, data, epochs=1, lr=1e-4, batch=batch, **words))


def bare_steps(model, data, batch, steps, plan, prepare):
    """The seconds of as many passes forward and backward and steps, on a batch that lies ready."""
    adam, scaler = optimiser(model.train(), 1e-4), plan.scaler()
    x, y = plan.batch(prepare(data.images[:batch])), data.labels[:batch].to(plan.device)

    def train():
        for _ in range(steps):
            loss = train_step(model, adam, scaler, plan, x, y)[0]
        loss.item()  # waits until an accelerator has finished

    return seconds(train)


def correlation():
    """`correlate2d` against the loops of lesson 1 and against PyTorch, over growing sizes."""
    kernel = torch.rand(3, 3)
    for size in (8, 16, 32, 64, 128, 224):
        x = torch.rand(size, size)
        ours = best(lambda x=x: correlate2d(x, kernel))
        peer = best(lambda x=x: F.conv2d(x[None, None], kernel[None, None]))
        loops = best(lambda x=x: slide(x, kernel), 1) if size <= 64 else None
        if loops:
            yield row(f"correlate2d {size} × {size}: faster than loops", loops / ours, "×")
        yield row(f"correlate2d {size} × {size}: times F.conv2d", ours / peer, "×")


def slide(image, kernel):
    """The loops of lesson 1."""
    kh, kw = kernel.shape
    out = torch.zeros(image.shape[0] - kh + 1, image.shape[1] - kw + 1)
    for r in range(out.shape[0]):
        for c in range(out.shape[1]):
            out[r, c] = (image[r : r + kh, c : c + kw] * kernel).sum()
    return out


def starting():
    """What an import costs beyond torch's own."""
    command = [sys.executable, "-m", "bench.importing"]
    took = [float(subprocess.check_output(command, cwd=ROOT)) for _ in range(5)]
    name = "import alexnet_lib.conv beyond import torch"
    yield row(name, 1000 * statistics.median(took), "ms", 50, at_most=True)


def seconds(work):
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(work, repeats=20):
    """The shortest of several times."""
    work()
    return min(seconds(work) for _ in range(repeats))
