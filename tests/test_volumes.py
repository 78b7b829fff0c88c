import itertools
import re
from xml.etree import ElementTree

import pytest
import torch

from alexnet_lib import worked
from alexnet_lib.conv import correlate2d
from alexnet_lib.draw import volumes

CASES = [
    (1, 1, 1, 2, 1, 0),
    (2, 3, 1, 2, 1, 0),
    (4, 4, 2, 2, 1, 1),
    (4, 4, 4, 3, 2, 1),
    (3, 2, 1, 3, 1, 1),
]


def tables(grid, role):
    tree = ElementTree.fromstring(grid.markup.replace("&quot;", "'"))
    return [
        [row.findall("td") for row in table.iter("tr")]
        for table in tree.findall(f".//table[@class='ax-t ax-{role}']")
    ]


def values(grid, role):
    numbers = [
        [[int(cell.text.replace("−", "-")) for cell in row] for row in table]
        for table in tables(grid, role)
    ]
    return torch.tensor(numbers)


def place(mark):
    return {name: int(number) for name, number in re.findall(r"--(\w+):(\d+)", mark.get("style"))}


@pytest.mark.parametrize("case", CASES)
def test_every_cell_of_a_map_has_its_window_in_every_channel_its_kernel_reads(case):
    shown = worked.channels(*case)
    grid = volumes.correlation(**shown)
    x, y, k, share = (
        values(grid, "input"),
        values(grid, "output"),
        shown["kernel"],
        shown["y"].shape[0] // case[2],
    )
    assert torch.equal(y, shown["y"])
    size, width = k.shape[-1], k.shape[1]
    for o, table in enumerate(tables(grid, "output")):
        own = range(o // share * width, (o // share + 1) * width)
        for r, c in itertools.product(*map(range, y.shape[1:])):
            cell = table[r][c]
            marks = [place(mark) for mark in cell.findall("i")]
            windows, layers = marks[:width], marks[width:]
            assert [mark["o"] for mark in windows] == [mark["o"] for mark in layers] == list(own)
            assert all(mark["k"] == o for mark in layers)
            total = sum(
                (x[m["o"], m["y"] : m["y"] + size, m["x"] : m["x"] + size] * layer).sum()
                for m, layer in zip(windows, k[o], strict=True)
            )
            assert total == y[o, r, c], "the windows lie on the cells that were read"
            label = cell.get("aria-label").replace("−", "-")
            assert label.startswith(f"map {o}, row {r}, column {c}: channel {own[0]}: ")
            assert int(re.search(r"(-?\d+)$", label)[1]) == total and ("together" in label) == (
                width > 1
            )


@pytest.mark.parametrize("case", CASES)
def test_every_input_cell_lights_the_outputs_that_change_with_it(case):
    shown = worked.channels(*case)
    stride, padding, groups = shown["stride"], shown["padding"], shown["groups"]
    ones = torch.ones_like(shown["kernel"])
    grid = volumes.correlation(**shown)
    for channel, table in enumerate(tables(grid, "input")):
        for r, c in itertools.product(range(4), range(4)):
            impulse = torch.zeros_like(shown["x"])
            impulse[channel, r, c] = 1
            changed = {
                tuple(place)
                for place in correlate2d(impulse, ones, stride, padding, 1, groups)
                .nonzero()
                .tolist()
            }
            lit = set()
            for mark in map(place, table[r + padding][c + padding].findall("i")):
                rows, columns = (
                    range(mark["y"], mark["y"] + mark["h"]),
                    range(mark["x"], mark["x"] + mark["w"]),
                )
                lit |= {(mark["o"], row, column) for row in rows for column in columns}
            assert lit == changed


def test_a_kernel_has_an_empty_place_for_each_channel_of_another_group():
    assert [
        volumes.correlation(**worked.channels(4, 4, g)).markup.count("ax-none") for g in (1, 2, 4)
    ] == [0, 8, 12]
    assert "depthwise" in volumes.correlation(**worked.channels(4, 4, 4)).markup


def test_bytes_are_multiplied_as_numbers():
    x, k = (
        torch.full((1, 2, 2), 200, dtype=torch.uint8),
        torch.full((1, 1, 2, 2), 2, dtype=torch.uint8),
    )
    label = tables(volumes.correlation(x, k, correlate2d(x, k)), "output")[0][0][0].get(
        "aria-label"
    )
    assert label.endswith("= 1600")


def test_many_products_are_told_by_their_sums():
    label = tables(volumes.correlation(**worked.channels(4, 1, 1, 3)), "output")[0][0][0].get(
        "aria-label"
    )
    assert "·" not in label and label.count("channel") == 4
