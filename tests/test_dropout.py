import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from alexnet_lib.dropout import all_masks, draw_mask, dropout, mask_probability


def test_a_mask_comes_from_its_generator_and_from_nothing_else():
    before = torch.get_rng_state()
    first, second = (draw_mask((4, 5), 0.5, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, second) and first.shape == (4, 5)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("p", [0, 0.1, 0.5, 0.9, 1])
def test_the_share_of_units_off_is_p(p):
    off = 1 - draw_mask((100_000,), p, torch.Generator().manual_seed(0)).mean().item()
    assert abs(off - p) <= 5 * (p * (1 - p) / 100_000) ** 0.5


def test_dropout_gives_what_pytorch_gives_for_the_same_mask():
    x = torch.randn(50, 20)
    torch.manual_seed(1)
    theirs = F.dropout(x, 0.3)
    torch.manual_seed(1)
    mask = (F.dropout(torch.ones_like(x), 0.3) > 0).float()
    torch.testing.assert_close(dropout(x, 0.3, mask), theirs)
    assert torch.equal(dropout(x, 0.3, training=False), x)
    assert torch.equal(dropout(x, 1, torch.zeros_like(x)), F.dropout(x, 1.0))


def test_all_masks_are_listed_once_in_order():
    assert all_masks(2).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert len({tuple(row) for row in all_masks(10).tolist()}) == 1024


@given(p=st.floats(0, 0.99), units=st.integers(1, 6))
def test_scaling_keeps_the_mean_over_all_masks(p, units):
    x = torch.arange(1, units + 1, dtype=torch.float64)
    masks = all_masks(units)
    chances = mask_probability(masks, p)
    mean = sum(chance * dropout(x, p, mask) for chance, mask in zip(chances, masks, strict=True))
    torch.testing.assert_close(chances.sum(), torch.tensor(1.0, dtype=torch.float64))
    torch.testing.assert_close(mean, x)


def test_impossible_numbers_are_explained():
    with pytest.raises(ValueError, match="from 0 to 1, not 1.5"):
        draw_mask((2,), 1.5, torch.Generator())
    with pytest.raises(ValueError, match="from 0 to 1, not -0.1"):
        mask_probability(all_masks(2), -0.1)
    with pytest.raises(ValueError, match="training needs a mask"):
        dropout(torch.ones(2), 0.5)
    with pytest.raises(ValueError, match=r"17 units have 2\*\*17 masks"):
        all_masks(17)


@pytest.mark.parametrize("p", ["0.5", None, float("nan"), torch.tensor(0.5)])
def test_what_is_no_probability_is_refused_in_words(p):
    with pytest.raises(ValueError, match="p is a probability, from 0 to 1, not "):
        draw_mask((2,), p, torch.Generator())


@pytest.mark.parametrize("units", ["3", 2.0, True])
def test_units_are_a_whole_number(units):
    with pytest.raises(ValueError, match="units must be a whole number from 1, not "):
        all_masks(units)
