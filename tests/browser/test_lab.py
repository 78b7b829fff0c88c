"""What a reader does in JupyterLab: run a page, move a slider, point, ask for the impossible."""

import pytest
import torch

from alexnet_lib.conv import correlate2d

STEP = "explore(\n    step"


def numbers(table):
    rows = table.locator("tr").all()
    return torch.tensor(
        [[int(c.replace("−", "-")) for c in row.locator("td").all_inner_texts()] for row in rows]
    )


def press(cell, label, key, times=1):
    slider = cell.get_by_role("slider", name=label)
    for _ in range(times):
        slider.press(key)


@pytest.fixture
def stepping(ran):
    page = ran("01_cross_correlation")
    cell = page.run_and_wait(STEP)
    cell.locator(".ax-output").wait_for()
    return page, cell


def test_a_slider_moved_with_the_keyboard_shows_what_pytorch_computes(stepping):
    _, cell = stepping
    x, k = numbers(cell.locator(".ax-input")), numbers(cell.locator(".ax-kernel"))
    press(cell, "stride", "ArrowRight")
    cell.get_by_text("output 3 × 3").wait_for()
    x, k = x[None, None].double(), k[None, None].double()
    expected = torch.nn.functional.conv2d(x, k, stride=2)[0, 0]
    assert torch.equal(numbers(cell.locator(".ax-output")).double(), expected)


def test_pointing_shows_window_and_arithmetic_while_the_kernel_is_busy(stepping):
    page, cell = stepping
    page.execute("while True: pass")
    page.kernel_status("busy")
    target = cell.locator(".ax-output td").nth(6)
    target.hover()
    window, readout = target.locator("i"), "e => getComputedStyle(e, '::after').content"
    assert window.evaluate("e => getComputedStyle(e).display") == "block"
    assert "row 1, column 1: 2·1 + 3·0" in target.evaluate(readout)
    corner = cell.locator(".ax-input td").nth(8).bounding_box()
    box = window.bounding_box()
    assert abs(box["x"] - corner["x"]) < 2 and abs(box["y"] - corner["y"]) < 2
    target.click()
    cell.locator(".ax-kernel td").first.hover()
    assert window.evaluate("e => getComputedStyle(e).display") == "block", "a click pins the window"
    page.command("notebook:interrupt-kernel")
    page.kernel_status("idle")


def test_an_impossible_setting_is_explained_and_the_last_picture_kept(stepping):
    _, cell = stepping
    before = numbers(cell.locator(".ax-output"))
    press(cell, "dilation", "End")
    alert = cell.get_by_role("alert")
    alert.wait_for()
    words = "kernel 3 with dilation 4 spans 9 and does not fit into input 7 + 2·0 padding"
    assert words in alert.inner_text()
    opacity = cell.locator(".ax-stale").evaluate("e => getComputedStyle(e).opacity")
    assert float(opacity) < 0.5, "it is dimmed"
    assert before.shape == correlate2d(numbers(cell.locator(".ax-input")), torch.ones(3, 3)).shape
    press(cell, "padding", "End")
    alert.wait_for(state="detached")
    cell.get_by_text("output 5 × 5").wait_for()
