from base64 import b64decode
from io import BytesIO

import numpy as np
from PIL import Image

from alexnet_lib.draw import runs
from alexnet_lib.experiments.claims import difference, ratio


def pixels(picture):
    stored = b64decode(picture.still[0]["image/png"])
    return np.asarray(Image.open(BytesIO(stored)).convert("RGB")).astype(int)


def share(picture, colour, tolerance=12):
    return (np.abs(pixels(picture) - np.array(colour)).max(-1) < tolerance).mean()


def lines(*rows):
    found = np.array(rows, dtype=float)
    return {"runs": found, "mean": found.mean(0), "low": found.min(0), "high": found.max(0)}


CURVES = {"a": lines([9, 5, 1], [9, 6, 2]), "b": lines([9, 8, 7], [9, 7, 6])}
FOUND = [difference("b against a", [7, 6], [1, 2], (0, np.inf), " points")]


def test_every_setting_has_its_own_colour_and_the_pairs_stand_beside():
    picture = runs.compare((0, 1, 2), CURVES, "error, %", FOUND, "difference in error")
    assert share(picture, (0, 114, 178)) > 0 and share(picture, (213, 94, 0)) > 0
    assert share(picture, (0, 0, 0)) > share(runs.compare((0, 1, 2), CURVES, "error, %"), (0, 0, 0))


def test_single_runs_are_drawn_behind_their_mean():
    wild = {
        "a": {**CURVES["a"], "runs": CURVES["a"]["runs"] * np.array([[1, 1.5, 1], [1, 0.5, 1]])}
    }
    calm = {"a": CURVES["a"]}
    assert not np.array_equal(
        pixels(runs.compare((0, 1, 2), wild, "e")), pixels(runs.compare((0, 1, 2), calm, "e"))
    )


def test_the_stored_text_says_what_is_drawn_and_the_full_text_what_came_out():
    picture = runs.compare((0, 1, 2), CURVES, "error, %", FOUND, "difference in error")
    assert repr(picture) == "Runs of a, b: error, % over steps, and the difference in error"
    assert picture._repr_mimebundle_()[0]["text/plain"] == repr(picture)
    assert "b against a: +5.00 ± 12.71 points, not told" in picture.markup


def test_several_pairs_a_factor_and_a_level_are_drawn():
    found = [ratio(f"{i} against a", [400, 500], [100, 110], (2, np.inf)) for i in range(4)]
    picture = runs.compare((0, 1, 2), CURVES, "error, %", found, "factor", levels=(5, 7))
    one = runs.compare((0, 1, 2), CURVES, "error, %", found[:1], "factor")
    assert len(pixels(picture)) > len(pixels(one))
    assert "4.26 × (" in picture.markup
