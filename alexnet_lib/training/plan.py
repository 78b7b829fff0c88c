"""How to compute: device, number format and memory layout, decided by timing training steps."""

import copy
from contextlib import nullcontext
from typing import NamedTuple

import torch
from torch.nn import functional as F

from alexnet_lib.training.device import give_back, pick_device, release, seconds_of, short_format

LAYOUTS = {torch.contiguous_format: "NCHW", torch.channels_last: "NHWC (channels_last)"}


class Plan(NamedTuple):
    """A device, the number format of the multiplications, and the layout of images in memory.

    float32 is plain; bfloat16 and float16 are mixed precision: weights stay float32, the large
    products are short.
    """

    device: torch.device = torch.device("cpu")
    dtype: torch.dtype = torch.float32
    layout: torch.memory_format = torch.contiguous_format

    def __str__(self):
        number = str(self.dtype).removeprefix("torch.")
        mixed = " mixed" if self.mixed else ""
        return f"{self.device.type}, {number}{mixed}, {LAYOUTS[self.layout]}"

    @property
    def mixed(self):
        """Whether the large products are computed in a shorter format than the weights."""
        return self.dtype != torch.float32

    def model(self, model):
        """The model itself, moved in place to the device and into the layout."""
        return model.to(self.device, memory_format=self.layout)

    def batch(self, x):
        """A batch (N, C, H, W), moved to the device and into the layout; others are only moved."""
        layout = self.layout if x.dim() == 4 else torch.preserve_format
        return x.to(self.device, memory_format=layout)

    def autocast(self):
        """The context in which forward and loss are computed."""
        return torch.autocast(self.device.type, self.dtype) if self.mixed else nullcontext()

    def scaler(self):
        """What keeps float16 gradients from vanishing; other formats pass through unchanged."""
        return torch.amp.GradScaler(self.device.type, enabled=self.dtype == torch.float16)


def optimiser(model, lr):
    """Adam over the model's weights, in one fused kernel where this device has it."""
    weights = list(model.parameters())
    return torch.optim.Adam(weights, lr, fused=_has_fused_adam(weights[0].device) or None)


def train_step(model, adam, scaler, plan, x, y):
    """One step of learning: scores, loss, gradients, new weights.

    Returns the loss and the number of right answers. Both are tensors on the device, so that
    nothing waits for it. Model, x and y lie there already.
    """
    with plan.autocast():
        scores = model(x)
        loss = F.cross_entropy(scores, y)
    adam.zero_grad()
    scaler.scale(loss).backward()
    scaler.step(adam)
    scaler.update()
    return loss.detach(), (scores.detach().argmax(1) == y).sum()


def candidates(device):
    """The plans worth timing on a device: two layouts in float32, then in its short format."""
    formats = [torch.float32, *filter(None, [short_format(device)])]
    layouts = (torch.channels_last, torch.contiguous_format)
    return [Plan(device, dtype, layout) for dtype in formats for layout in layouts]


def choose(model, x, y, device=None, repeats=2, timings=None):
    """The fastest plan for training this model with batches like x (N, C, H, W) and y (N,).

    Each is timed on one step. A copy of the model is stepped, so the model is left as it was; or
    `model` is a class or a function that builds it, and each plan steps one of its own, so that a
    large network is never in memory twice. `device` is `pick_device()` unless given. A plan that
    fails, or whose first step takes three times as long as the best so far, is given up. `timings`
    may be a dict, which gets the seconds of each plan. Raises RuntimeError when no plan works, and
    torch.OutOfMemoryError if that is why.
    """
    device, best, problem = device or pick_device(), None, None
    timings = {} if timings is None else timings
    for plan in candidates(device):
        try:
            timings[plan] = _step_seconds(model, x, y, plan, repeats, timings)
        except (RuntimeError, NotImplementedError) as error:
            release(error, device)
            problem = error.with_traceback(None)
            continue
        give_back(device)
        if best is None or timings[plan] < timings[best]:
            best = plan
    if best is None:
        raise problem
    return best


def _has_fused_adam(device):
    weight = torch.zeros(1, device=device, requires_grad=True)
    weight.grad = torch.zeros_like(weight)
    try:
        torch.optim.Adam([weight], fused=True).step()
    except RuntimeError:
        return False
    return True


def _step_seconds(model, x, y, plan, repeats, timings):
    own = copy.deepcopy(model) if isinstance(model, torch.nn.Module) else model()
    trained = plan.model(own).train()
    adam, scaler, x, y = optimiser(trained, 0.0), plan.scaler(), plan.batch(x), y.to(plan.device)

    def step():
        train_step(trained, adam, scaler, plan, x, y)

    (first,) = seconds_of(step, plan.device, 1)
    # A first step also warms up, which takes up to a tenth of a second whatever the plan
    hopeless = timings and first > 3 * min(timings.values()) + 0.1
    return first if hopeless else min(seconds_of(step, plan.device, repeats))
