"""Every setting of every explorer yields numbers equal to PyTorch's, or an explanation in words."""

import itertools
from inspect import signature
from io import BytesIO
from typing import get_type_hints

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch.nn import functional as F

from alexnet_lib import anatomy, inside, worked
from alexnet_lib.conv import output_size
from alexnet_lib.data.photographs import PHOTOS, load_image, photo, to_grey
from alexnet_lib.draw import grids, networks, photos, volumes
from alexnet_lib.draw.networks import network

weights = st.one_of(st.integers(-9, 9), st.floats(-3, 3, width=16))
kernels = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(weights, min_size=n, max_size=n), min_size=n, max_size=n)
)


@pytest.mark.parametrize(
    ("make", "draw"),
    [
        (worked.correlation, grids.correlation),
        (worked.channels, volumes.correlation),
        (worked.ruler, grids.ruler),
        (worked.photograph, photos.beside),
        (worked.dropout, network),
        (anatomy.sizes, grids.table),
        (anatomy.receptive_field, photos.region),
        (anatomy.costs, networks.anatomy),
        (inside.hide, photos.beside),
        (inside.look, photos.beside),
    ],
)
def test_what_is_handed_over_is_what_the_drawing_takes(make, draw):
    handed = get_type_hints(make)["return"]
    taken = set(signature(draw).parameters)
    if draw is networks.anatomy:
        taken |= set(signature(grids.table).parameters)
    assert set(handed.__annotations__) <= taken, f"{handed.__name__} has what {draw} does not take"
    if make not in (inside.hide, inside.look):  # these need a trained network
        assert handed.__required_keys__ <= set(make()) <= set(handed.__annotations__)


def double(values):
    return torch.as_tensor(values).double()


@settings(max_examples=2000, deadline=None)
@given(
    kernels,
    st.integers(3, 12),
    st.integers(1, 30),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sampled_from(["correlate", "convolve"]),
)
def test_correlation_equals_pytorch_or_explains(
    kernel, size, number, stride, padding, dilation, operation
):
    values = (kernel, size, number, stride, padding, dilation, operation)
    k = double(kernel)
    if dilation * (len(kernel) - 1) + 1 > size + 2 * padding:
        with pytest.raises(ValueError, match="does not fit into input"):
            worked.correlation(*values)
        return
    shown = worked.correlation(*values)
    k = k.flip(0, 1) if operation == "convolve" else k
    expected = F.conv2d(
        double(shown["x"])[None, None], k[None, None], None, stride, padding, dilation
    )[0, 0]
    assert torch.allclose(double(shown["y"]), expected, atol=1e-3) and torch.equal(
        double(shown["kernel"]), k
    )
    assert (
        shown["notes"][0].endswith(f"= {expected.shape[0]}")
        and "gives the same numbers" in shown["notes"][1]
    )


def test_large_numbers_that_cancel_are_no_disagreement():
    for number in range(1, 31):
        shown = worked.correlation([[1000.1, 0, -1000.1]] * 3, input_number=number)
        assert "gives the same numbers" in shown["notes"][1]


def test_a_wrong_result_would_be_called_wrong(monkeypatch):
    monkeypatch.setattr(
        worked, "correlate2d", lambda x, k, *_: F.conv2d(x[None, None], k[None, None])[0, 0] + 1
    )
    assert "DISAGREES" in worked.correlation()["notes"][1]


def test_correlation_is_drawn_with_its_notes():
    grid = grids.correlation(**worked.correlation(size=6, stride=2, play=True))
    assert "<code>F.conv2d(x[None, None]" in grid.markup and "ax-play" in grid.markup


def test_channels_in_groups_equal_pytorch_or_are_explained_over_their_whole_grid():
    ranges = (range(1, 5), range(1, 5), range(1, 5), range(1, 4), (1, 2), (0, 1))
    for channels, kernels, groups, size, stride, padding in itertools.product(*ranges):
        values = (channels, kernels, groups, size, stride, padding)
        if channels % groups or kernels % groups:
            with pytest.raises(
                ValueError, match=f"groups {groups} does not divide {channels} input channels"
            ):
                worked.channels(*values)
            continue
        shown = worked.channels(*values)
        x, k = double(shown["x"]), double(shown["kernel"])
        assert x.shape == (channels, 4, 4) and k.shape == (kernels, channels // groups, size, size)
        assert torch.equal(
            double(shown["y"]), F.conv2d(x[None], k, None, stride, padding, 1, groups)[0]
        )
        assert (
            f"{k.numel()} weights" in shown["notes"][0]
            and "gives the same numbers" in shown["notes"][2]
        )
        assert ("depthwise" in shown["notes"][0]) == (1 < groups == channels)


def test_the_ruler_counts_what_pytorch_counts_over_all_its_settings():
    ranges = (
        range(3, 17),
        range(1, 8),
        range(1, 5),
        range(4),
        range(1, 4),
        ("convolution", "pooling"),
    )
    for size, kernel, stride, padding, dilation, operation in itertools.product(*ranges):
        x = torch.empty(1, 1, size, device="meta")
        try:
            if operation == "convolution":
                expected = F.conv1d(
                    x, torch.empty(1, 1, kernel, device="meta"), None, stride, padding, dilation
                )
            else:
                expected = F.max_pool1d(x, kernel, stride, padding, dilation)
        except RuntimeError:
            with pytest.raises(ValueError, match="does not fit|more than half"):
                worked.ruler(size, kernel, stride, padding, dilation, operation)
            continue
        shown = worked.ruler(size, kernel, stride, padding, dilation, operation)
        assert shown["count"] == expected.shape[-1]
        assert grids.ruler(**shown).markup.count("■") == shown["count"] * kernel
        striped = grids.ruler(**shown).markup.count("ax-left")
        unread = [int(word) for word in shown["notes"][1].split() if word.isdigit()]
        assert sum(unread) == striped


@pytest.mark.parametrize("colours", ["grey", "colour"])
@pytest.mark.parametrize("stride, padding", [(1, 0), (2, 1), (4, 3)])
def test_a_photograph_is_filtered_as_pytorch_filters_it(colours, stride, padding):
    kernel = [[1, 0.5, -1], [2, 0, -2], [1, 0, -1]]
    for name in PHOTOS:
        shown = worked.photograph(name, kernel, stride, padding, colours)
        x = photo(name, 224)
        x = to_grey(x)[None] if colours == "grey" else x
        expected = F.conv2d(x[:, None], torch.tensor(kernel)[None, None], None, stride, padding)[
            :, 0
        ]
        assert torch.allclose(shown["pictures"][1].view_as(expected), expected, atol=1e-5)
    drawn = photos.beside(**shown)
    assert f"{expected.shape[-2]} × {expected.shape[-1]}" in drawn.markup
    assert f'width="{expected.shape[-1]}"' in drawn.markup


def test_a_photograph_of_the_readers_own():
    file = BytesIO()
    Image.new("RGB", (300, 200), (255, 0, 0)).save(file, "PNG")
    shown = worked.photograph(file.getvalue(), [[1]], colours="colour")
    assert torch.equal(shown["pictures"][1], load_image(file.getvalue(), 224))
    with pytest.raises(ValueError, match="what was uploaded is not an image"):
        worked.photograph(b"no image", [[1]])


def test_dropout_over_its_whole_grid_agrees_with_every_mask_counted_out():
    modes, scalings = ("train", "eval"), (True, False)
    masks = list(itertools.product((0.0, 1.0), repeat=8))
    for tenths, mode, scaling in itertools.product(range(11), modes, scalings):
        p = tenths / 10
        shown = worked.dropout(p, 3, mode, scaling)
        for (_, mean, spread, answer), keep in zip(
            shown["entries"], (1 - p if p < 1 else 1, 1), strict=True
        ):
            outputs = [by_hand(torch.tensor(mask), keep) for mask in masks]
            chances = [p ** (8 - sum(mask)) * (1 - p) ** sum(mask) for mask in masks]
            expected = sum(c * y for c, y in zip(chances, outputs, strict=True))
            variance = sum(c * (y - expected) ** 2 for c, y in zip(chances, outputs, strict=True))
            assert float(mean) == pytest.approx(expected, abs=0.011)
            assert float(spread) == pytest.approx(variance**0.5, abs=0.011)
            assert float(answer) == by_hand(torch.ones(8), 1) == 12
        on = torch.cat([mask for _, _, mask in shown["layers"][1:3]])
        used = 1 - p if mode == "train" and scaling and p < 1 else 1
        assert shown["layers"][-1][1].item() == pytest.approx(by_hand(on, used), abs=1e-4)
        assert mode == "train" or on.all()
        assert network(**shown).markup.count("ax-off") == 8 - on.sum()
        networks = 256 if 0 < p < 1 else 1
        drawn = f"{networks} thinned network" in shown["notes"][0]
        assert drawn == (mode == "train")


def by_hand(mask, keep):
    x = worked.INPUTS
    for weight, part in zip(worked.WEIGHTS, mask.split(4), strict=False):
        x = F.relu(F.linear(x, weight)) * part / keep
    return F.linear(x, worked.WEIGHTS[-1]).item()


@pytest.mark.parametrize("size, kernel, stride", [(8, 3, 2), (9, 3, 2), (7, 3, 3), (224, 11, 4)])
def test_the_formula_is_written_out_step_by_step(size, kernel, stride):
    text = worked.formula(size, kernel, stride)
    room = size - kernel
    assert f"⌊{room} / {stride}⌋ + 1" in text and text.endswith(
        f" = {output_size(size, kernel, stride)}"
    )
    assert (f"⌊{room / stride:.4g}⌋" in text) == bool(room % stride)
