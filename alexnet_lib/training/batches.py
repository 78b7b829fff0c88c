"""Batches made on the device, where images stay as bytes: shifted, mirrored, normalised."""

import torch
from torch.nn import functional as F

from alexnet_lib.training.device import send

MEAN, STD = 0.3, 0.35


def augment(batch, generator, pad=2):
    """Every image shifted by up to `pad` pixels each way, over a border of 0, and half mirrored.

    uint8 (N, C, H, W) in and out, on the same device. The draws come from `generator`, on its
    device; with one on the CPU they are the same for every device. As in `conv.windows`, a shift is
    the choice of one window.
    """
    count, _, height, width = batch.shape
    shifts = torch.randint(0, 2 * pad + 1, (2, count), generator=generator, device=generator.device)
    mirrored = torch.rand(count, 1, 1, 1, generator=generator, device=generator.device) < 0.5
    (down, right), mirrored = send(shifts, batch.device), send(mirrored, batch.device)
    windows = F.pad(batch, (pad, pad, pad, pad)).unfold(2, height, 1).unfold(3, width, 1)
    x = windows[torch.arange(count, device=batch.device), :, down, right]
    return torch.where(mirrored, x.flip(-1), x)


def normalise(batch, size=None, channels=None):
    """Bytes as a network wants them: uint8 (N, C, H, W) → float32, (byte / 255 − MEAN) / STD.

    The values lie about 0 with spread 1. With `size`, scaled to size × size; with `channels` = 3, a
    grey image becomes three equal channels. Raises ValueError when the images are not bytes.
    """
    if batch.dtype != torch.uint8:
        raise ValueError(
            f"images are kept as bytes (torch.uint8, 0 to 255), not as {batch.dtype}: "
            "give your own prepare="
        )
    x = batch.float().mul_(1 / (255 * STD)).sub_(MEAN / STD)
    if size is not None and x.shape[-2:] != (size, size):
        x = F.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)
    return x if channels is None or x.shape[1] == channels else x.expand(-1, channels, -1, -1)
