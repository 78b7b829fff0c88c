import re

import pytest
import torch

from alexnet_lib.draw import networks


def test_units_that_are_off_are_striped_and_keep_no_connection():
    whole = networks.units([torch.ones(3), torch.ones(4), torch.ones(2)])
    thinned = networks.units([torch.ones(3), torch.tensor([1, 0, 0, 1]), torch.ones(2)])
    assert whole.markup.count("ax-off") == 0 and thinned.markup.count("ax-off") == 2
    assert lines(whole) == 3 * 4 + 4 * 2 and lines(thinned) == 3 * 2 + 2 * 2
    assert repr(thinned) == "network, units on: input 3 of 3, hidden 2 of 4, output 2 of 2"


def test_layers_are_named_in_order():
    names = re.findall(r"<caption>(.*?)</caption>", networks.units([torch.ones(2)] * 4).markup)
    assert names == ["input", "hidden 1", "hidden 2", "output"]


def test_a_network_shows_its_values_and_a_table_below():
    layers = [
        ("in", torch.tensor([1.0, 2]), torch.ones(2)),
        ("out", torch.tensor([3.5]), torch.ones(1)),
    ]
    drawn = networks.network(
        layers, [("mean", "3.50")], ("what", "value"), marked=0, notes=("exact",)
    )
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", drawn.markup)
    assert cells == ["1", "2", "3.50", "mean", "3.50"] and "exact" in drawn.markup
    assert drawn.height > networks.units([torch.ones(2), torch.ones(1)]).height


@pytest.mark.parametrize("units", [1, 5])
def test_a_connection_joins_the_middles_of_two_units(units):
    path = re.search(r"d%3D%22(.*?)%22", networks.units([torch.ones(units), torch.ones(1)]).markup)[
        1
    ]
    start = re.match(r"M(\d+)%2C([\d.]+)L(\d+)%2C([\d.]+)", path).groups()
    side, gap, caption = networks.SIDE, networks.GAP, networks.CAPTION
    assert list(map(float, start)) == [
        side,
        caption + side / 2,
        side + gap,
        caption + units * side / 2,
    ]


def lines(grid):
    return grid.markup.count("M34%2C") + grid.markup.count("M160%2C")
