"""Every explorer as readers use it: by mouse, keyboard and ear, at 200 %, with a slow kernel."""

import pytest
import torch
from course import pages, trains
from torch.nn import functional as F

from alexnet_lib.worked import digits

QUICK = [page.stem for page in pages() if not trains(page)]
STEPPER = "explore(\n    worked.correlation"


def numbers(cell, role):
    rows = cell.locator(f".ax-{role} tr").all()
    texts = [[td.replace("−", "-") for td in row.locator("td").all_inner_texts()] for row in rows]
    return torch.tensor([[float(text) for text in row] for row in texts])


@pytest.fixture
def stepper(ran):
    page = ran("01_cross_correlation")
    cell = page.run_and_wait(STEPPER)
    cell.locator(".ax-output").wait_for()
    return page, cell


@pytest.fixture
def narrow(ran):
    """A page that has run, in half the width and height: what a small screen has left at 200 %."""
    opened = []

    def open_narrow(name):
        opened.append(ran(name))
        opened[0].page.set_viewport_size({"width": 720, "height": 500})
        opened[0].command("application:toggle-left-area")
        return opened[0]

    yield open_narrow
    for page in opened:
        page.command("application:toggle-left-area")
        page.page.set_viewport_size({"width": 1200, "height": 1000})


@pytest.mark.parametrize("name", QUICK)
def test_every_explorer_is_accessible_and_fits_at_200_percent(narrow, barriers, name):
    page = narrow(name)
    sources = page.explorers()
    assert len(sources) >= 2
    for source in sources:
        cell = page.show(source)
        explorer = cell.locator(".jp-OutputArea-output > .widget-vbox")
        explorer.wait_for()
        assert barriers(page.page, cell, ".widget-vbox") == []
        cut = explorer.evaluate(
            """e => [...e.querySelectorAll("input, select, button, output, .ax")].filter(part => {
                const box = part.getBoundingClientRect();
                const room = e.parentElement.getBoundingClientRect();
                return box.width && (box.left < room.left - 1 || box.right > room.right + 1);
            }).map(part => part.outerHTML.slice(0, 120))"""
        )
        assert cut == []


def test_numbers_of_ones_own_and_text_that_is_none(stepper):
    _, cell = stepper
    field = cell.get_by_role("textbox", name="kernel, row 0, column 1", exact=True)
    field.fill("5")
    cell.locator(".ax-kernel td", has_text="5").wait_for()
    x, k = numbers(cell, "input"), numbers(cell, "kernel")
    assert k[0, 1] == 5
    assert torch.equal(numbers(cell, "output"), F.conv2d(x[None, None], k[None, None])[0, 0])
    assert cell.get_by_label("kernel", exact=True).input_value() == "your own"
    field.fill("abc")
    alert = cell.get_by_role("alert")
    alert.wait_for()
    words = "kernel, row 0, column 1: 'abc' is not a number; write one like -1, 0.5 or 1/9"
    assert words in alert.inner_text()
    assert numbers(cell, "kernel")[0, 1] == 5, "the last picture is kept"
    field.fill("0")
    alert.wait_for(state="detached")


def test_the_pytorch_line_on_the_page_is_copied_by_one_click(stepper):
    page, cell = stepper
    cell.locator(".ax-note code").click()
    line = page.page.evaluate("getSelection().toString()").strip()
    x = numbers(cell, "input")
    ours = numbers(cell, "output")
    theirs = eval(line, {"F": F, "x": x, "k": numbers(cell, "kernel")})
    assert torch.equal(ours, theirs)


def test_an_input_cell_shows_who_reads_it_while_the_kernel_is_busy(stepper):
    page, cell = stepper
    page.execute("while True: pass")
    page.kernel_status("busy")
    target = cell.locator(".ax-input td").nth(8)
    target.hover()
    overlay = target.locator("i").bounding_box()
    first, last = (cell.locator(".ax-output td").nth(n).bounding_box() for n in (0, 6))
    assert abs(overlay["x"] - first["x"]) < 2 and abs(overlay["y"] - first["y"]) < 2
    assert abs(overlay["x"] + overlay["width"] - last["x"] - last["width"]) < 2
    said = target.evaluate("e => getComputedStyle(e, '::after').content")
    assert "read by rows 0 to 1, columns 0 to 1 of the output" in said
    page.command("notebook:interrupt-kernel")
    page.kernel_status("idle")


def test_a_cell_of_a_map_opens_a_window_in_every_channel_of_its_group_and_in_no_other(ran):
    page = ran("01_cross_correlation")
    cell = page.run_and_wait("explore(\n    worked.channels")
    cell.get_by_role("slider", name="groups").press("ArrowRight")
    cell.get_by_text("4 kernels of 2 × 2 × 2").wait_for()
    target = cell.locator(".ax-output").nth(3).locator("td").nth(4)
    target.hover()
    seen = [mark.bounding_box() for mark in target.locator("i").all()]
    corners = [cell.locator(".ax-input").nth(c).locator("td").nth(5).bounding_box() for c in (2, 3)]
    layers = [cell.locator(".ax-kernel").nth(n).locator("td").first.bounding_box() for n in (6, 7)]
    for mark, first in zip(seen, corners + layers, strict=True):
        assert abs(mark["x"] - first["x"]) < 2 and abs(mark["y"] - first["y"]) < 2
        assert abs(mark["width"] - 2 * first["width"]) < 3
        assert abs(mark["height"] - 2 * first["height"]) < 3
    source = cell.locator(".ax-input").nth(1).locator("td").first
    source.hover()
    lit = [mark.bounding_box() for mark in source.locator("i").all()]
    firsts = [cell.locator(".ax-output").nth(o).locator("td").first.bounding_box() for o in (0, 1)]
    apart = [round(mark["y"] - first["y"]) for mark, first in zip(lit, firsts, strict=True)]
    assert apart == [0, 0]


def test_a_cell_reached_with_tab_is_seen_and_shows_its_window(stepper):
    page, cell = stepper
    page.page.mouse.move(5, 5)
    cell.locator(".ax-output td").first.focus()
    page.page.keyboard.press("Tab")
    target = cell.locator(".ax-output td").nth(1)
    assert target.evaluate("e => e === document.activeElement")
    style = target.evaluate(
        "e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth]; }"
    )
    assert style == ["solid", "3px"]
    assert target.locator("i").evaluate("e => getComputedStyle(e).display") == "block"


def test_play_walks_through_the_output_without_the_kernel(stepper):
    page, cell = stepper
    play = cell.get_by_label("play")
    play.check()
    cell.locator(".ax-play").wait_for()
    cell.locator("h1, .jp-InputPrompt").first.hover()
    page.execute("while True: pass")
    page.kernel_status("busy")
    shown = cell.locator(".ax-play").evaluate(
        """figure => {
            const windows = [...figure.querySelectorAll(".ax-output i")];
            const moments = windows.flatMap(w => w.getAnimations());
            return [0, 1, 24].map(moment => {
                for (const a of moments) { a.pause(); a.currentTime = moment * 1200 + 600; }
                const seen = w => getComputedStyle(w).visibility === "visible";
                return windows.flatMap((w, n) => seen(w) ? [n] : []);
            });
        }"""
    )
    assert shown == [[0], [1], [24]]
    page.command("notebook:interrupt-kernel")
    page.kernel_status("idle")
    play.uncheck()
    cell.locator(".ax-play").wait_for(state="detached")


def test_of_many_moves_the_last_wins_and_none_queue_up(stepper):
    page, cell = stepper
    page.page.evaluate(
        """() => {
            window.moves = 0;
            const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            kernel.anyMessage.connect((_, { msg, direction }) => {
                if (direction === "send" && msg.header.msg_type === "comm_msg") window.moves += 1;
            });
        }"""
    )
    page.execute("while True: pass")
    page.kernel_status("busy")
    slider = cell.get_by_role("slider", name="input number")
    for _ in range(12):
        slider.press("ArrowRight")
    page.command("notebook:interrupt-kernel")
    cell.locator("output", has_text="13").wait_for()
    page.kernel_status("idle")
    expected = digits(7, 13).float()
    page.page.wait_for_function(
        """([cell, text]) => {
            const shown = cell.querySelector('.ax-input')?.innerText;
            return shown?.replace(/\\s+/g, ' ').includes(text);
        }""",
        arg=[cell.element_handle(), " ".join(str(int(n)) for n in expected[0])],
    )
    assert torch.equal(numbers(cell, "input"), expected)
    sent = page.page.evaluate("window.moves")
    assert 1 <= sent <= 3, "while one move is under way, the others merge into one"
    slider.press("Home")
