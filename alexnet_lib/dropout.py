"""Dropout: a coin for every unit, and the scaling that keeps the average.

The coin: Hinton et al. 2012, and the AlexNet paper, section 4.2, which both halve the outputs at
test time. To divide in training instead, inverted dropout, is what `torch.nn.Dropout` does.
"""

from numbers import Real

import torch

from alexnet_lib.checks import whole

MOST_UNITS = 16


def draw_mask(shape, p, generator):
    """One coin for every unit, a float tensor: 0 (off) with probability p, else 1 (on).

    The coins come from `generator` and lie on its device. Raises ValueError when p is not a
    probability.
    """
    _check_probability(p)
    return (torch.rand(shape, generator=generator, device=generator.device) >= p).float()


def dropout(x, p, mask=None, training=True):
    """Inverted dropout: x · mask / (1 − p) in training, x itself in evaluation. Same shape as x.

    Equals `torch.nn.functional.dropout` for the same mask. With p = 1, where a mask that is
    drawn is all zeros, nothing is divided. Raises ValueError when p is not a probability or
    training has no mask.
    """
    _check_probability(p)
    if not training:
        return x
    if mask is None:
        raise ValueError("training needs a mask: draw one with draw_mask(x.shape, p, generator)")
    return x * mask if p == 1 else x * mask / (1 - p)


def all_masks(units):
    """Every way to switch units on or off: (2**units, units), floats, from all off to all on.

    Raises ValueError above 16 units (65,536 masks), where a list of all is no longer worth having.
    """
    units = whole("units", units)
    if units > MOST_UNITS:
        many = f"{units} units have 2**{units} masks"
        raise ValueError(f"units must be from 1 to {MOST_UNITS}, not {units}: {many}")
    codes = torch.arange(2**units)[:, None]
    return ((codes >> torch.arange(units - 1, -1, -1)) & 1).float()


def mask_probability(masks, p):
    """How likely each mask is: p for each unit off times 1 − p for each on; (…, units) → (…)."""
    _check_probability(p)
    on = masks.double()
    return (on * (1 - p) + (1 - on) * p).prod(-1)


def _check_probability(p):
    if not isinstance(p, Real) or not 0 <= p <= 1:
        raise ValueError(f"p is a probability, from 0 to 1, not {p!r}")
