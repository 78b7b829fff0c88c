import base64
import re
from io import BytesIO

import pytest
import torch
from PIL import Image
from torch import nn

from alexnet_lib import inside
from alexnet_lib.alexnet import AlexNet, SmallAlexNet
from alexnet_lib.draw import photos
from alexnet_lib.training.batches import normalise


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return SmallAlexNet()


@pytest.fixture(scope="module")
def images():
    return torch.randint(
        256, (3, 1, 28, 28), generator=torch.Generator().manual_seed(0), dtype=torch.uint8
    )


def test_activations_are_what_each_layer_gives_in_evaluation_mode(network, images):
    network.train()
    x = normalise(images)
    found = inside.activations(network, x)
    assert network.training
    names = [
        "conv1",
        "relu1",
        "pool1",
        "conv2",
        "relu2",
        "pool2",
        "conv3",
        "relu3",
        "conv4",
        "relu4",
        "conv5",
        "relu5",
    ]
    assert list(found) == [*names, "pool3"]
    assert torch.equal(found["conv1"], network.features[0](x))
    assert torch.equal(found["relu1"], found["conv1"].relu()), (
        "an in-place ReLU must not change what was kept"
    )
    assert torch.equal(found["pool3"], network.features.eval()(x))


def test_kernels_are_those_of_the_first_convolution():
    model = AlexNet()
    assert (
        torch.equal(inside.kernels(model), model.features[0].weight)
        and not inside.kernels(model).requires_grad
    )


class Corner(nn.Module):
    """Says class 1 with the more confidence, the brighter the top left corner."""

    def forward(self, x):
        return torch.stack([torch.zeros(len(x)), x[:, 0, :2, :2].sum((1, 2))], 1)


def test_occlusion_finds_the_part_that_matters():
    x = torch.zeros(1, 1, 8, 8)
    x[..., :2, :2] = 2.0
    fall = inside.occlusion(Corner(), x, label=1, window=2, stride=2)
    assert fall.shape == (4, 4) and fall[0, 0] > 0.3 and fall.flatten()[1:].abs().max() < 1e-6
    assert inside.occlusion(Corner(), x, label=0, window=2, stride=2)[0, 0] < 0, (
        "hiding it helps the other class"
    )


def test_a_square_that_does_not_fit_is_explained():
    with pytest.raises(ValueError, match="a square of 9 does not fit into an image of 8 × 8"):
        inside.occlusion(Corner(), torch.zeros(1, 1, 8, 8), 0, window=9)


def test_the_wall_shows_every_map_at_its_place(network, images):
    for layer, maps in inside.activations(network, normalise(images[1:2])).items():
        shown = inside.look(network, images, normalise, layer, 1)
        wall, side = shown["pictures"][1], maps.shape[-1] + 1
        for number, values in enumerate(maps[0][:64]):
            top, left = number // 8 * side, number % 8 * side
            assert torch.equal(wall[top : top + side - 1, left : left + side - 1], values)
    assert photos.beside(**shown).markup.count("<img") == 2


def test_an_image_that_is_not_there_is_explained(network, images):
    for view in (
        lambda: inside.look(network, images, normalise, number=3),
        lambda: inside.hide(network, images, [0, 1, 2], normalise, number=3),
    ):
        with pytest.raises(ValueError, match="there is no image 3: they are 0 to 2"):
            view()


def test_hiding_is_drawn_beside_the_image(network, images):
    shown = inside.hide(network, images, [0, 1, 2], normalise, 2)
    assert shown["pictures"][0].shape == shown["pictures"][1].shape == (28, 28)
    assert torch.equal(shown["pictures"][0], images[2, 0] / 255)
    assert photos.beside(**shown).height > 28 * 6


def test_maps_stand_in_rows_on_one_scale_each_under_its_name():
    values = torch.tensor([-1.0, 0.5, 0.0])[:, None, None].expand(3, 4, 6)
    shown = photos.maps(values, "abc", columns=2, zoom=3)
    images = [
        Image.open(BytesIO(base64.b64decode(png)))
        for png in re.findall(r"base64,([^\"]+)", shown.markup)
    ]
    lowest, half, zero = (image.convert("RGB").getpixel((0, 0)) for image in images)
    assert lowest == (138, 54, 0) and min(zero) >= 253, "the ends and the middle of the scale"
    assert max(abs(a - b) for a, b in zip(half, (0, 114, 178), strict=True)) <= 20, (
        "half of the largest is half blue"
    )
    assert images[0].size == (6, 4) and 'width="18" height="12"' in shown.markup
    assert re.findall("<figcaption>(.)</figcaption>", shown.markup) == ["a", "b", "c"]
    assert shown.height > photos.maps(torch.zeros(2, 4, 6), "ab", 2, 3).height, (
        "a second row is taller"
    )
