"""A trial: a few settings, each trained from the same seeds and batches, to compare pairs."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from alexnet_lib.checks import whole
from alexnet_lib.experiments.stacked import Momentum, Stack
from alexnet_lib.training.batches import augment, normalise
from alexnet_lib.training.device import pick_device

OLD, NEW = ("training loss", "training error"), ("validation loss", "validation error")
PART = 25  # images measured at once; so many stay in a processor's cache
FEW = 4  # runs that a thread has at the least
SEEN = 500  # training images that are measured, at most


@dataclass(frozen=True)
class Setting:
    """One side of a comparison: how the network is built, and how it is trained.

    `build()` returns a fresh `nn.Sequential`. `wrong` is the share of training labels replaced by a
    random class, `augment` whether images are shifted by up to 2 pixels and mirrored, `decay` the
    weight decay.
    """

    build: Callable
    lr: float = 0.01
    decay: float = 0.0005
    augment: bool = False
    wrong: float = 0.0

    def __post_init__(self):
        if isinstance(self.build, torch.nn.Module):
            raise ValueError(
                "give a function that builds the network, such as lambda: network(), not a network"
            )
        if not 0 <= self.wrong <= 1:
            raise ValueError(f"wrong is a share of the labels, from 0 to 1, not {self.wrong!r}")
        numbers = all(isinstance(one, int | float) for one in (self.lr, self.decay))
        if not (numbers and self.lr > 0 and self.decay >= 0):
            raise ValueError(
                f"lr must be above 0 and decay 0 or more, not {self.lr!r} and {self.decay!r}"
            )


@dataclass(frozen=True)
class Record:
    """What has been measured so far, after each of `steps`.

    `values[quantity]` is (settings, seeds, readings). Errors are in percent. Training quantities
    are measured with dropout and augmentation off, on at most SEEN pictures; "loss gap" and "error
    gap" are validation less training, nan where a run diverged. Without new pictures there are the
    training quantities only. `progress` is 0 to 1.
    """

    names: tuple
    steps: tuple
    values: dict
    progress: float

    def last(self, quantity):
        """The newest reading of every run, by setting: {name: (seeds,)}."""
        return dict(zip(self.names, self.values[quantity][..., -1], strict=True))

    def steps_to(self, quantity, level):
        """When each run first read at most `level`: {name: (seeds,)}.

        Between two readings it is taken from the straight line. A run that never did counts as
        infinitely long.
        """
        return {
            name: torch.tensor([_crossing(self.steps, run, level) for run in runs.tolist()])
            for name, runs in zip(self.names, self.values[quantity], strict=True)
        }


def race(
    settings,
    data,
    images=1000,
    seeds=5,
    steps=300,
    batch=32,
    readings=4,
    fall=True,
    first_seed=0,
    others=2000,
    device=None,
):
    """Train every setting, {name: Setting}, from every seed; yields a `Record` again and again.

    All are trained side by side; the last record is complete. A seed chooses the training images
    out of `data`, the starting weights, the order of the batches, the shifts, the dropout masks and
    the wrong labels, the same for all settings whose networks have the same shapes; the seeds are
    `first_seed`, `first_seed` + 1 and so on. Networks of one shape are trained as one `Stack`. With
    `fall` the learning rate falls to a twentieth in a straight line, as in lesson 5; otherwise it
    stays.

    New pictures are those of `data.val_images` and, as more of them make a difference surer, up to
    `others` of the training images that the seed has not chosen; with `others=None` nothing is
    measured on new pictures. Everything is measured once before the first step and `readings` times
    after it, the i-th time after steps · (i / readings)² steps: close together at first, where a
    loss falls fastest. Raises ValueError when there are not that many images, or nothing to do.
    """
    if not settings:
        raise ValueError("there is no setting to train")
    counts = {"seeds": seeds, "steps": steps, "readings": readings, "batch": batch}
    for name, count in {**counts, "images": images}.items():
        whole(name, count)
    for name, count in {"first_seed": first_seed, "others": others or 0}.items():
        whole(name, count, 0)
    if not batch <= images <= len(data.images):
        raise ValueError(f"from {batch} to {len(data.images)} images can be used, not {images}")
    device = pick_device() if device is None else torch.device(device)
    numbers = range(first_seed, first_seed + seeds)
    runs = [(name, number) for name in settings for number in numbers]
    shares = _shares(settings, runs, torch.get_num_threads() if device.type == "cpu" else 1)
    end = steps if fall else math.inf
    teams = [
        _Trainer(settings, share, data, images, others, batch, end, device) for share in shares
    ]
    due = sorted({round(steps * (i / readings) ** 2) for i in range(readings + 1)})
    table = {quantity: [] for quantity in (OLD if others is None else OLD + NEW)}
    with _threads(teams) as crew:
        for index, step in enumerate(due):
            for _ in crew(step):
                if index > 1:
                    progress = sum(team.step for team in teams) / steps / len(teams)
                    yield _record(settings, due[:index], table, progress)
            found = {run: values for team in teams for run, values in team.found.items()}
            each = torch.stack([found[run] for run in runs]).unflatten(0, (len(settings), seeds))
            for rows, values in zip(table.values(), each.unbind(-1), strict=True):
                rows.append(values)
            if index:
                yield _record(settings, due[: index + 1], table, step / steps)


@contextmanager
def _threads(teams):
    """Let every team work up to a step in a thread of its own, on a CPU on one core each.

    Small networks gain nothing from sharing one multiplication among cores: waiting for each other
    costs them more.
    """
    cores = torch.get_num_threads()
    alone = (lambda: torch.set_num_threads(1)) if teams[0].device.type == "cpu" else None
    pool = ThreadPoolExecutor(cores if alone else 1, initializer=alone)

    def work(step):
        at_work = [pool.submit(team.go, step) for team in teams]
        while wait(at_work, timeout=0.25).not_done:
            yield
        for done in at_work:
            done.result()

    try:
        yield work
    finally:
        for team in teams:
            team.stopped = True
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(cores)


class _Trainer:
    """Runs, each a setting's name and a seed, whose networks have one shape, as one stack.

    What a seed decides is kept once for each seed: `pixels` (seeds, images, 1, H, W). What a run
    has is kept once for each run, M in all: `labels` (M, images), and `seats` (M,), the place of
    its seed among the seeds.
    """

    def __init__(self, settings, runs, data, images, others, batch, end, device):
        self.runs, self.images, self.batch, self.device = runs, images, batch, device
        self.step, self.end, self.stopped, self.found = 0, end, False, {}
        each = [settings[name] for name, _ in runs]
        numbers = sorted({number for _, number in runs})
        self.seeds = [_Seed(number, data, images, others) for number in numbers]
        seats = [numbers.index(number) for _, number in runs]
        own = [self.seeds[seat] for seat in seats]
        self.stack = Stack([_built(settings[name], number) for name, number in runs], device)
        rates, decays = [one.lr for one in each], [one.decay for one in each]
        self.rule = Momentum(self.stack, rates, decays)
        self.coins = [seed.coins for seed in own]
        self.pixels = torch.stack([seed.pixels for seed in self.seeds]).to(device)
        labels = [seed.labels(setting.wrong) for seed, setting in zip(own, each, strict=True)]
        self.labels = torch.stack(labels).to(device)
        self.seats = torch.tensor(seats, device=device)
        self.augmented = torch.tensor([setting.augment for setting in each], device=device)
        self.shifts = any(setting.augment for setting in each)
        self.new = None
        if others is not None:
            self.new = torch.stack([seed.new for seed in self.seeds]).to(device)
            self.new_labels = torch.stack([seed.new_labels for seed in self.seeds]).to(device)

    def go(self, step):
        """Learn up to a step, then measure; `found` has the result."""
        self.train(step)
        self.found = {} if self.stopped else self.read()

    def train(self, until):
        """Steps of learning up to number `until`, or until somebody sets `stopped`."""
        while self.step < until and not self.stopped:
            picked = torch.stack([seed.next(self.batch) for seed in self.seeds]).to(self.device)
            rows = torch.arange(len(self.seeds), device=self.device)[:, None]
            plain = self.pixels[rows, picked]  # (seeds, batch, 1, H, W)
            x, y = plain[self.seats], self.labels.gather(1, picked[self.seats])
            if self.shifts:
                pairs = zip(plain, self.seeds, strict=True)
                shifted = torch.stack([augment(images, seed.shifts) for images, seed in pairs])
                x = torch.where(self.augmented.view(-1, 1, 1, 1, 1), shifted[self.seats], x)
            losses = self.stack.losses(normalise(x), y, self.coins)
            self.rule.step(self.stack.gradients(losses), 1 - 0.95 * self.step / self.end)
            self.step += 1

    @torch.no_grad()
    def read(self):
        """{run: its OLD, and NEW} now: on at most SEEN of the training images, and on new ones."""
        seen = min(self.images, SEEN)
        found = self._measure(self.pixels[:, :seen], self.labels[:, :seen])
        if self.new is not None:
            found += self._measure(self.new, self.new_labels[self.seats])
        return dict(zip(self.runs, torch.stack(found, 1).cpu(), strict=True))

    def _measure(self, pixels, labels):
        """Mean loss and error in percent (M,), of pixels (seeds, n, 1, H, W) and labels (M, n)."""
        loss = wrong = 0
        for start in range(0, labels.shape[1], PART):
            part = slice(start, start + PART)
            x, y = (
                normalise(pixels[:, part].flatten(0, 1)).unflatten(0, (len(pixels), -1)),
                labels[:, part],
            )
            scores = self.stack(x[self.seats]).log_softmax(-1)
            loss = loss - scores.gather(2, y[..., None]).sum((1, 2))
            right = scores.argmax(2) == y
            wrong = wrong + (~right | scores.isnan().any(2)).sum(1)
        return loss / labels.shape[1], 100 * wrong / labels.shape[1]


class _Seed:
    """All that one seed decides, each from a generator of its own."""

    def __init__(self, number, data, images, others):
        generators = [torch.Generator().manual_seed(10 * number + i) for i in range(4)]
        order = torch.randperm(len(data.images), generator=generators[0])
        chosen, left = order[:images], order[images : images + (others or 0)]
        self.new = torch.cat((data.val_images, data.images[left]))
        self.new_labels = torch.cat((data.val_labels, data.labels[left]))
        self.pixels, self.true = data.images[chosen], data.labels[chosen]
        self.draw = torch.rand(images, generator=generators[0])
        self.other = torch.randint(len(data.names), (images,), generator=generators[0])
        self.orders, self.shifts, self.coins = generators[1:]
        self.queue = torch.empty(0, dtype=torch.int64)

    def labels(self, wrong):
        """The labels, a share of them replaced by a random class."""
        return torch.where(self.draw < wrong, self.other, self.true)

    def next(self, batch):
        """The places of the next images: every image once before any comes again."""
        if len(self.queue) < batch:
            order = torch.randperm(len(self.pixels), generator=self.orders)
            self.queue = torch.cat((self.queue, order))
        picked, self.queue = self.queue[:batch], self.queue[batch:]
        return picked


def _built(setting, number):
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(number)
        return setting.build()


def _shares(settings, runs, cores):
    """The runs in equal parts, one a core to work on them, each cut by the networks' shape.

    The largest come first, so that the last to be begun are small. A part has at least `FEW` runs:
    more threads than that would wait for Python rather than compute.
    """
    shapes = {name: repr(_built(setting, 0)) for name, setting in settings.items()}
    order = sorted(runs, key=lambda run: list(shapes.values()).index(shapes[run[0]]))
    parts, shares = max(1, min(cores, len(runs) // FEW)), {}
    for place, run in enumerate(order):
        shares.setdefault((place * parts // len(runs), shapes[run[0]]), []).append(run)
    return sorted(shares.values(), key=len, reverse=True)


def _record(settings, steps, table, progress):
    values = {quantity: torch.stack(rows, -1) for quantity, rows in table.items()}
    if "validation loss" not in values:
        return Record(tuple(settings), tuple(steps), values, progress)
    lost = ~(values["training loss"] + values["validation loss"]).isfinite()
    for what in ("loss", "error"):
        gap = values[f"validation {what}"] - values[f"training {what}"]
        values[f"{what} gap"] = gap.masked_fill(lost, math.nan)
    return Record(tuple(settings), tuple(steps), values, progress)


def _crossing(steps, run, level):
    for index, value in enumerate(run):
        if value <= level:
            if index == 0:
                return float(steps[0])
            before = run[index - 1]
            share = (before - level) / (before - value) if before > value else 1.0
            return steps[index - 1] + share * (steps[index] - steps[index - 1])
    return float("inf")
