"""The device report: images per second of several networks, and how much of the machine's best rate that is."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from alexnet_lib.device import seconds_of
from alexnet_lib.plan import Plan, candidates, optimiser, train_step


def matmul_rate(device, dtype=torch.float32, sizes=(1024, 2048), repeats=5):
    """The multiply-adds per second of the machine's best square matrix multiplication, in the given number format."""
    rates = []
    for size in sizes:
        a, b = (torch.rand(size, size, device=device).to(dtype) for _ in range(2))
        rates.append(size**3 / _best(lambda a=a, b=b: a @ b, device, repeats))
    return max(rates)


def multiply_adds(network, shape):
    """The multiply-adds of one forward pass of an input of the given shape, counted by torch's FlopCounterMode."""
    with torch.device("meta"):
        model, x = network().eval(), torch.empty(shape)
    with FlopCounterMode(display=False) as counter:
        model(x)
    return counter.get_total_flops() // 2


def table(networks, device, batch=8, size=224, repeats=2):
    """Rows for `grids.table`: each network forward and in training, in float32 and in the device's short format.

    `networks` maps names to classes for (3, size, size) images and 1000 classes. The last column is the share of this
    machine's own best matrix multiplication in the same format; a training step counts as three forward passes.
    """
    formats = sorted({plan.dtype for plan in candidates(device)}, key=str, reverse=True)
    best, measured = dict.fromkeys(formats, 0.0), []
    for name, network in networks.items():
        work = multiply_adds(network, (batch, 3, size, size))
        for dtype in formats:
            best[dtype] = max(best[dtype], matmul_rate(device, dtype))
            plan = Plan(device, dtype, torch.channels_last)
            forward, step = _seconds(network, plan, batch, size, repeats)
            measured += [(name, "forward", dtype, forward, work), (name, "training", dtype, step, 3 * work)]
    return [
        (
            name,
            what,
            str(dtype).removeprefix("torch."),
            f"{batch / seconds:,.0f}",
            f"{100 * done / seconds / best[dtype]:.0f} %",
        )
        for name, what, dtype, seconds, done in measured
    ]


def _seconds(network, plan, batch, size, repeats):
    model = plan.model(network())
    x = plan.batch(torch.rand(batch, 3, size, size))
    y = torch.zeros(batch, dtype=torch.long, device=plan.device)
    adam, scaler = optimiser(model, 0.0), plan.scaler()

    @torch.no_grad()
    def forward():
        with plan.autocast():
            model(x)

    model.eval()
    first = _best(forward, plan.device, repeats)
    return first, _best(lambda: train_step(model.train(), adam, scaler, plan, x, y), plan.device, repeats)


def _best(work, device, repeats):
    return min(seconds_of(work, device, repeats + 1)[1:])
