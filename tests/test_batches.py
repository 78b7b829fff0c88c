import pytest
import torch
from torch.nn import functional as F

from alexnet_lib.training.batches import augment, normalise


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def images(count=40, channels=2, side=6):
    return torch.randint(
        1, 256, (count, channels, side, side), generator=generator(1), dtype=torch.uint8
    )


def shifted(image, down, right, mirrored):
    """Written out pixel by pixel, black outside."""
    channels, height, width = image.shape
    out = torch.zeros_like(image)
    for r in range(height):
        for c in range(width):
            row, column = r + down, (width - 1 - c if mirrored else c) + right
            if 0 <= row < height and 0 <= column < width:
                out[:, r, c] = image[:, row, column]
    return out


def test_every_image_is_one_shift_of_itself_mirrored_or_not_and_all_occur():
    before, pad = images(200, side=5), 1
    after = augment(before, generator(), pad)
    assert after.dtype == torch.uint8 and after.shape == before.shape
    moves = [
        (down, right, mirrored)
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        for mirrored in (False, True)
    ]
    found = []
    for old, new in zip(before, after, strict=True):
        fits = [move for move in moves if torch.equal(shifted(old, *move), new)]
        assert len(fits) == 1
        found += fits
    assert set(found) == set(moves)


def test_the_same_generator_makes_the_same_batch_and_the_input_stays():
    before = images()
    kept = before.clone()
    assert torch.equal(augment(before, generator()), augment(before, generator()))
    assert not torch.equal(augment(before, generator()), augment(before, generator(1)))
    assert torch.equal(before, kept)


def test_without_padding_images_are_only_mirrored():
    before = images()
    after = augment(before, generator(), pad=0)
    same = (after == before).flatten(1).all(1)
    assert 5 < same.sum() < 35 and torch.equal(after[~same], before[~same].flip(-1))


def test_bytes_become_numbers_about_zero():
    x = torch.tensor([0, 255, 51], dtype=torch.uint8).view(1, 1, 1, 3)
    torch.testing.assert_close(normalise(x).flatten(), torch.tensor([-0.3, 0.7, -0.1]) / 0.35)
    assert normalise(images()).dtype == torch.float32
    with pytest.raises(ValueError, match="kept as bytes .* not as torch.float32"):
        normalise(x.float())


def test_a_grey_image_is_scaled_and_becomes_three_equal_channels():
    before = images(channels=1)
    x = normalise(before, size=12, channels=3)
    wanted = F.interpolate(normalise(before), scale_factor=2, mode="bilinear")
    assert x.shape == (40, 3, 12, 12)
    for channel in range(3):
        torch.testing.assert_close(x[:, channel], wanted[:, 0])
    assert torch.equal(normalise(before, size=6), normalise(before))


def test_nothing_is_left_behind_on_another_device():
    x = normalise(
        augment(torch.empty(4, 1, 8, 8, dtype=torch.uint8, device="meta"), generator()), 16, 3
    )
    assert x.device.type == "meta" and x.shape == (4, 3, 16, 16)
