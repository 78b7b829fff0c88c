from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from alexnet_lib.draw import plots


def pixels(picture):
    stored = b64decode(picture.still[0]["image/png"])
    return np.asarray(Image.open(BytesIO(stored)).convert("RGB")).astype(int)


def share(picture, colour, tolerance=12):
    return (np.abs(pixels(picture) - np.array(colour)).max(-1) < tolerance).mean()


def test_an_image_shows_its_own_colours():
    red, green = torch.zeros(3, 8, 8), torch.zeros(3, 8, 8)
    red[0], green[1] = 1, 1
    picture = plots.images([red, green], ["red", "green"])
    assert share(picture, (255, 0, 0)) > 0.3 and share(picture, (0, 255, 0)) > 0.3
    assert repr(picture) == "2 pictures: red, green"


def test_grey_runs_from_its_limits():
    picture = plots.images([torch.full((8, 8), 5.0)], limits=(0, 10))
    assert share(picture, (128, 128, 128), 3) > 0.7


def test_maps_show_the_sign_and_share_one_scale():
    picture = plots.maps([torch.full((4, 4), -1.0), torch.zeros(4, 4), torch.full((4, 4), 1.0)])
    assert share(picture, (138, 54, 0)) > 0.2 and share(picture, (0, 55, 92)) > 0.2
    faint = plots.maps([torch.full((4, 4), -1.0), torch.full((4, 4), 0.01)])
    alone = plots.maps([torch.full((4, 4), -1.0), torch.full((4, 4), 0.01)], shared=False)
    assert share(faint, (0, 55, 92)) == 0 < share(alone, (0, 55, 92))


def test_every_series_has_its_own_colour_and_a_name():
    picture = plots.curves(
        {"train": [3, 2, 1], "validation": [3, 3, 3]}, xlabel="epoch", ylabel="loss"
    )
    assert share(picture, (0, 114, 178)) > 0 and share(picture, (213, 94, 0)) > 0
    assert repr(picture) == "Curves of loss over epoch: train, validation"


def test_bars_are_as_long_as_their_numbers():
    picture = pixels(plots.bars({"small": 10, "large": 40}, xlabel="parameters"))
    lengths = (np.abs(picture - np.array((0, 114, 178))).max(-1) < 12).sum(1)
    lengths = np.sort(lengths[lengths > 50])
    assert lengths[-1] / lengths[0] == pytest.approx(4, rel=0.02)


def test_the_text_equivalent_tells_the_numbers():
    assert (
        repr(plots.bars({"conv1": 34944}, xlabel="parameters"))
        == "Bars of parameters: conv1 34,944"
    )


def test_a_picture_is_the_same_every_time_and_carries_its_text():
    first, second = (plots.histogram(torch.arange(10), marker={"mean": 4.5}) for _ in range(2))
    assert first.still == second.still
    data, metadata = first._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == repr(first)
    assert f'alt="{first.text}"' in first.markup
