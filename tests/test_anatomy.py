import pytest
import torch
from torch import nn

from alexnet_lib import anatomy
from alexnet_lib.alexnet import AlexNet
from alexnet_lib.anatomy import (
    QUANTITIES,
    costs,
    geometry,
    map_sizes,
    receptive_field,
    receptive_fields,
    sizes,
)
from alexnet_lib.draw import grids, networks, photos


def test_the_chain_gives_the_networks_own_sizes():
    expected, x = [], torch.empty(1, 3, 224, 224, device="meta")
    for module in AlexNet().to("meta").features:
        x = module(x)
        if not isinstance(module, nn.ReLU):
            expected.append(x.shape[-1])
    shown = sizes()
    assert [row[-1] for row in shown["entries"]] == expected and shown["marked"] is None
    assert "9,216 numbers" in shown["notes"][0]


def test_the_chain_says_which_layer_no_longer_fits_and_goes_no_further():
    shown = sizes(size=40)
    assert (
        shown["entries"][shown["marked"]][0] == "pool3"
        and "pool3 is the first layer" in shown["notes"][0]
    )
    settings = [list(numbers) for numbers in geometry().values()]
    settings[4][0] = 99
    shown = sizes(settings)
    assert shown["marked"] == 4 and shown["notes"][0].startswith(
        "conv3 is the first layer that does not work: kernel 99"
    )
    assert [row[-1] for row in shown["entries"][5:]] == ["–"] * 3
    settings[4][0] = 2.5
    assert "kernel must be a whole number from 1, not 2.5" in sizes(settings)["notes"][0]
    assert "ax-marked" in grids.table(**shown).markup


@pytest.fixture(scope="module")
def probe():
    """AlexNet with positive weights and averages for maxima: a gradient reaches all a unit sees."""
    network = AlexNet().double().features
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    return [
        nn.AvgPool2d(3, 2) if isinstance(m, nn.MaxPool2d) else m
        for m in network
        if not isinstance(m, nn.ReLU)
    ]


@pytest.mark.parametrize("number, name", list(enumerate(geometry())))
def test_receptive_fields_are_what_the_gradient_reaches(probe, number, name):
    x = torch.ones(1, 3, 224, 224, dtype=torch.float64, requires_grad=True)
    y = nn.Sequential(*probe[: number + 1])(x)[0, 0]
    size, jump, start = receptive_fields()[name]
    for unit in (0, y.shape[0] // 2, y.shape[0] - 1):
        (gradient,) = torch.autograd.grad(y[unit, unit], x, retain_graph=True)
        touched = gradient[0, 0].any(1).nonzero().ravel()
        first, last = max(0, start + unit * jump), min(223, start + unit * jump + size - 1)
        assert (touched[0], touched[-1]) == (first, last)
        note = receptive_field((name, unit, unit))["notes"][1]
        assert f"rows {first} to {last}, columns {first} to {last}" in note


def test_a_unit_that_is_not_there_is_explained_and_every_unit_that_is_can_be_drawn():
    with pytest.raises(ValueError, match="conv3 has no row 13: its map is 13 × 13, rows 0 to 12"):
        receptive_field(("conv3", 13, 0))
    assert list(map_sizes().values()) == [55, 27, 27, 13, 13, 13, 13, 6]
    for name, side in map_sizes().items():
        for row, column in ((0, 0), (0, side - 1), (side - 1, 0), (side - 1, side - 1)):
            shown = receptive_field((name, row, column))
            assert shown["seen"].shape == (3, shown["box"][2], shown["box"][2])
    assert photos.region(**shown).markup.count("<img") == 2


def test_what_a_unit_sees_is_cut_from_the_photograph_at_the_box():
    shown = receptive_field(("conv2", 13, 13))
    top, left, side = shown["box"]
    assert torch.equal(shown["seen"], shown["picture"][:, top : top + side, left : left + side])


def test_anatomy_adds_up_to_the_known_totals():
    totals = {quantity: costs(quantity)["entries"][-1][2] for quantity in QUANTITIES}
    assert totals["parameters"] == 28_868_968 and totals["bytes of weights"] == 4 * 28_868_968
    assert totals["multiply-adds"] == 1_101_750_816
    maps = (
        96 * 55 * 55,
        256 * 27 * 27,
        384 * 13 * 13,
        384 * 13 * 13,
        256 * 13 * 13,
        2048,
        2048,
        1000,
    )
    assert totals["activations"] == sum(maps)


def test_every_layer_reads_the_block_before_it():
    reads = {
        name: costs(layer=name)["reads"]
        for name in ("conv1", "conv2", "conv3", "conv4", "fc1", "fc3")
    }
    before = {
        "conv1": "image",
        "conv2": "pool1",
        "conv3": "pool2",
        "conv4": "conv3",
        "fc1": "pool3",
        "fc3": "fc2",
    }
    assert reads == before
    shown = costs(layer="conv1")
    assert shown["kernel"] == 11 and costs(layer="fc2")["kernel"] is None
    assert shown["shapes"]["pool3"] == (256, 6, 6) and list(shown["shapes"])[-3:] == [
        "fc1",
        "fc2",
        "fc3",
    ]


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_layers_card_works_out_its_own_number(quantity):
    names = [entry[0] for entry in costs()["entries"][:-1]]
    for index, name in enumerate(names):
        shown = costs(quantity, name)
        assert shown["marked"] == index and shown["notes"][0].startswith(name)
        worked, result = shown["notes"][1].split(": ", 1)[1].split(",  ")[0].rsplit(" = ", 1)
        product = eval(worked.replace("·", "*").replace(",", "").replace(" outputs", ""))
        assert f"{product:,}" == result.split(", the")[0] == f"{shown['entries'][index][2]:,}"
        assert shown["notes"][2].startswith(
            "`nn.Conv2d(" if name.startswith("conv") else "`nn.Linear("
        )
        assert max(shown["bars"]) == 1 and networks.anatomy(**shown).markup.count("ax-bar") == 9
    assert anatomy.QUANTITIES == QUANTITIES
