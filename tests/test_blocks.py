import re
from urllib.parse import unquote

import pytest

from alexnet_lib.draw import networks
from alexnet_lib.draw.plots import KERNEL

SHAPES = {"image": (3, 224, 224), "conv1": (96, 55, 55), "fc1": (2048,)}


def picture(grid):
    return unquote(re.search(r"data:image/svg\+xml,([^&]*)&quot;", grid.markup)[1])


def fronts(grid):
    """The left edge, width and height of every block's front face."""
    found = re.findall(r'd="M([\d.]+),[\d.]+h([\d.]+)v([\d.]+)h', picture(grid))
    return [tuple(map(float, front)) for front in found]


def test_blocks_are_to_scale_and_stand_beside_each_other():
    (left, wide, tall), (next_left, next_wide, next_tall), (last_left, _, last_tall) = fronts(
        networks.tower(SHAPES)
    )
    assert tall / next_tall == pytest.approx(224 / 55, rel=0.01) and last_tall == pytest.approx(
        2048 * networks.UNIT
    )
    assert wide == networks.LEAST and next_wide == pytest.approx(96 * networks.WIDE, rel=0.01)
    assert (
        left + wide + 224 * networks.DEEP
        < next_left
        < next_left + next_wide + 55 * networks.DEEP
        < last_left
    )


def test_the_chosen_block_is_outlined_and_its_kernel_lies_to_scale_on_what_it_reads():
    plain, chosen = networks.tower(SHAPES), networks.tower(SHAPES, "conv1", "image", 11)
    assert KERNEL not in picture(plain) and picture(chosen).count(f'<g stroke="{KERNEL}"') == 1
    window = re.search(r'<path d="M([\d., -]+)zM', picture(chosen))[1]
    corners = [tuple(map(float, corner.split(","))) for corner in window.split()]
    assert corners[3][1] - corners[0][1] == pytest.approx(11 * networks.TALL, abs=0.15)
    assert corners[1][0] - corners[0][0] == pytest.approx(11 * networks.DEEP, abs=0.15)
    whole = re.search(r'<path d="M([\d., -]+)zM', picture(networks.tower(SHAPES, "fc1", "conv1")))[
        1
    ]
    corners = [tuple(map(float, corner.split(","))) for corner in whole.split()]
    assert corners[3][1] - corners[0][1] == pytest.approx(55 * networks.TALL, abs=0.15), (
        "a linear layer reads all of it"
    )


def test_the_picture_is_told_in_words_and_unstyled_it_leaves_no_text():
    grid = networks.tower(SHAPES)
    assert repr(grid) == "network to scale: image 3 × 224 × 224, conv1 96 × 55 × 55, fc1 2048"
    assert re.sub(r"<[^>]*>", "", grid.markup) == ""
    assert 'data-text="conv1&#10;96&#10;55 × 55"' in grid.markup
    below = networks.anatomy(
        SHAPES, "conv1", "image", 11, entries=[("conv1", 34944)], header=("layer", "parameters")
    )
    assert (
        below.markup.startswith(networks.tower(SHAPES, "conv1", "image", 11).markup)
        and "34,944" in below.markup
    )
    assert below.height > grid.height
