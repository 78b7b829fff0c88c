"""Numbers as numpy arrays: a tensor on any device, an array, or nested lists."""

import numpy as np


def as_array(values, dtype=None):
    """The numbers as an array of their own shape, a tensor's fetched from its device."""
    return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values, dtype)


def as_matrix(values):
    """A copy of the numbers as a matrix (H, W); a row (W,) becomes (1, W).

    Raises ValueError for any other shape, and for no numbers at all.
    """
    values = np.array(as_array(values))
    if values.ndim == 1:
        values = values[None]
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"a grid shows a matrix (H, W) or a row (W,), not shape {values.shape}")
    return values
