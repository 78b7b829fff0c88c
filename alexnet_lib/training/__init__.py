"""One network learns: how to compute, the loop, checkpoints, evaluation, reports on the device."""

from alexnet_lib.training.batches import augment, normalise
from alexnet_lib.training.device import pick_device
from alexnet_lib.training.loop import fit
from alexnet_lib.training.plan import Plan, choose, optimiser
from alexnet_lib.training.report import device_report, speeds

__all__ = [
    "Plan",
    "augment",
    "choose",
    "device_report",
    "fit",
    "normalise",
    "optimiser",
    "pick_device",
    "speeds",
]
