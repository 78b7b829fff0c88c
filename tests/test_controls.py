import pytest
import torch
import traitlets

from alexnet_lib.explore.controls import (
    OWN,
    Cells,
    Kernel,
    Photograph,
    Slider,
    Unit,
    control,
    numbers,
)

IN_IPYWIDGETS_7 = {"a": {"metadata": {"name": "a", "type": "", "size": 3}, "content": b"abc"}}
IN_IPYWIDGETS_8 = ({"name": "a", "type": "", "size": 3, "content": memoryview(b"abc")},)
PRESETS = {"edge": [[1, 0, -1]] * 3, "mean": [["1/9"] * 3] * 3, "sum": torch.ones(2, 2)}


def test_a_slider_refuses_what_lies_outside_and_keeps_its_value():
    slider = Slider(min=1, max=4, step=1, value=2, description="stride")
    with pytest.raises(traitlets.TraitError, match="stride runs from 1 to 4, not 9"):
        slider.value = 9
    assert slider.value == 2


@pytest.mark.parametrize(
    "text, number",
    [("3", 3), (" -2 ", -2), ("−2", -2), ("0.5", 0.5), (".5", 0.5), ("1/4", 0.25), ("+7.", 7)],
)
def test_cells_understand_the_usual_ways_to_write_a_number(text, number):
    (read,) = Cells(value=[[text]], description="kernel").read()[0]
    assert read == number and type(read) is type(number)


@pytest.mark.parametrize("text", ["", "abc", "1/0", "--1", "1e9", "nan", "inf", "1/2/3", "1 2"])
def test_text_that_is_no_number_is_named_with_its_place(text):
    with pytest.raises(
        ValueError, match="kernel, row 1, column 0: .* is not a number; write one like"
    ) as error:
        Cells(value=[["1"], [text]], description="kernel").read()
    assert repr(text) in str(error.value)


def test_a_number_too_large_to_show_is_refused():
    with pytest.raises(ValueError, match="too large to show"):
        Cells(value=[["10000000"]], description="kernel").read()


def test_named_rows_and_columns_are_named_in_the_explanation():
    cells = numbers({"conv1": (11, 4), "pool1": (3, 2)}, ("kernel", "stride"))
    assert cells.read() == [[11, 4], [3, 2]]
    cells.value = [["11", "x"], ["3", "2"]]
    with pytest.raises(ValueError, match="settings, conv1, stride: 'x' is not a number"):
        cells.read()


def test_a_kernel_is_a_preset_then_the_readers_own():
    kernel = Kernel(PRESETS, sizes=(1, 5))
    seen = []
    kernel.observe(lambda change: seen.append(kernel.read()), "value")
    assert kernel.read() == [[1, 0, -1]] * 3
    kernel.preset.value = "sum"
    assert kernel.read() == [[1, 1], [1, 1]] and kernel.size.value == 2
    kernel.cells.value = [["1", "5"], ["1", "1"]]
    assert kernel.preset.value == OWN and kernel.read() == [[1, 5], [1, 1]]
    kernel.size.value = 3
    assert kernel.read() == [[1, 5, 0], [1, 1, 0], [0, 0, 0]]
    kernel.preset.value = "mean"
    assert torch.tensor(kernel.read()).sum().item() == pytest.approx(1)
    assert seen == [
        [[1, 1], [1, 1]],
        [[1, 5], [1, 1]],
        [[1, 5, 0], [1, 1, 0], [0, 0, 0]],
        kernel.read(),
    ]


def test_a_unit_keeps_its_place_when_the_map_changes_and_always_exists():
    unit, seen = Unit({"conv1": 55, "conv3": 13, "pool3": 6}, ("conv3", 6, 12)), []
    unit.observe(lambda change: seen.append(change.new), "value")
    unit.map.value = "pool3"
    unit.map.value = "conv1"
    unit.place[0].value = 54
    assert (
        seen == [("pool3", 2, 5), ("conv1", 22, 54), ("conv1", 54, 54)] and unit.value == seen[-1]
    )
    with pytest.raises(traitlets.TraitError, match="row runs from 0 to 54"):
        unit.place[0].value = 55
    for name, side in unit.sides.items():
        unit.map.value = name
        assert [slider.max for slider in unit.place] == [side - 1] * 2 and max(
            unit.value[1:]
        ) < side
    assert unit.extremes == [("pool3", 0, 0), ("conv1", 0, 0)]


@pytest.mark.parametrize(
    "files", [IN_IPYWIDGETS_7, IN_IPYWIDGETS_8], ids=["ipywidgets 7", "ipywidgets 8"]
)
def test_a_photograph_is_a_name_or_the_bytes_of_a_file(files):
    choice = Photograph(("cat", "coffee"))
    choice.name.value = "coffee"
    assert choice.value == "coffee"
    choice.upload.notify_change(traitlets.Bunch(name="value", type="change", new=files))
    assert choice.value == b"abc" and choice.name.value == OWN
    choice.name.value = "cat"
    assert choice.value == "cat"
    choice.name.value = OWN
    assert choice.value == b"abc" and list(choice.name.options) == ["cat", "coffee", OWN]


def test_abbreviations_become_controls():
    slider = control(lambda p=0.5: p, "p", (0.0, 1.0, 0.1))
    assert (slider.min, slider.max, slider.step, slider.value, slider.description) == (
        0,
        1,
        0.1,
        0.5,
        "p",
    )
    assert control(lambda **_: None, "which_one", ["a", "b"]).description == "which one"
