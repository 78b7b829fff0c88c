"""A learner predicts, errs, takes a hint, is right, comes back; a teacher shows slides offline."""

import os
from pathlib import Path

import publish
import pytest
from course import pages

PAGE = "02_output_size"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    for kind in ("slides", "handouts"):
        publish.main([kind, "--to", str(folder)])
    return folder


@pytest.fixture
def offline(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    yield context.new_page()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def answer(page, name, text):
    """Write the check of an exercise anew, run its cell, and return the reply."""
    page.page.evaluate(
        """([name, text]) => {
            const content = jupyterapp.shell.currentWidget.content;
            const source = widget => widget.model.sharedModel.getSource();
            const cell = content.widgets.find(w => source(w).includes(`check("${name}"`));
            cell.model.sharedModel.setSource(`check("${name}", ${text})`);
        }""",
        [name, text],
    )
    cell = page.show(f'check("{name}", {text})')
    page.command("notebook:run-cell")
    return cell


def test_a_learner_errs_takes_a_hint_is_right_and_finds_it_kept(ran, notebook):
    page = ran(PAGE)
    cell = answer(page, "six-and-a-half", "7")
    cell.get_by_text("That rounds up.").wait_for()
    assert cell.get_by_text("Six and a half").count() == 1
    cell.get_by_role("button", name="Hint").press("Enter")
    cell.get_by_text("Hint 1.").wait_for()
    assert cell.get_by_text("Hint 2.").count() == 0
    cell = answer(page, "six-and-a-half", "6")
    cell.get_by_text("Round down before adding 1").wait_for()
    assert cell.get_by_text("Done in this lesson: 1 of").count() == 1
    assert cell.get_by_text("Hint 1.").count() == 1

    copy = page.page.evaluate(
        f"jupyterapp.serviceManager.contents.copy('{PAGE}.ipynb', '').then(file => file.name)"
    )
    again = notebook(copy.removesuffix(".ipynb"))
    again.run_and_wait("import torch")
    view = again.run_and_wait("progress()")
    view.get_by_text("✓ Six and a half").wait_for()
    assert again.errors()["errors"] == []
    assert "six-and-a-half" in Path(os.environ["ALEXNET_PROGRESS"]).read_text("utf-8")


def test_a_prediction_shows_the_result_after_an_answer_by_keyboard(ran, barriers):
    page = ran(PAGE)
    cell = page.run_and_wait('"eight-by-eight"')
    field = cell.get_by_label("your size, like 3 × 3")
    field.wait_for()
    assert cell.locator(".ax-output").count() == 0
    field.fill("3x3")
    field.press("Enter")
    cell.get_by_role("alert").get_by_text("That is the tutorial's answer").wait_for()
    assert cell.locator(".ax-output td").count() == 16
    choice = page.show('predict("unread-column")')
    choice.get_by_role("button", name="the outermost zero on the right").press("Enter")
    choice.get_by_text("✓ Right.").wait_for()
    for source in ('predict("unread-column")', 'check("stack"', "progress()"):
        cell = page.show(source)
        cell.locator(".ax-ask").first.wait_for()
        assert barriers(page.page, cell, ".widget-vbox") == []


def test_a_handout_opened_from_disk_without_network_shows_a_window_on_hover(offline, published):
    offline.goto((published / "handouts" / "01_cross_correlation.html").as_uri())
    target = offline.locator(".ax-output td[tabindex]").first
    target.hover()
    assert target.locator("i").evaluate("e => getComputedStyle(e).display") == "block"
    assert "row 0, column 0: 3·1" in target.evaluate("e => getComputedStyle(e, '::after').content")
    offline.mouse.move(1, 1)
    target.focus()
    assert target.locator("i").evaluate("e => getComputedStyle(e).display") == "block"
    folded = offline.locator("details").first
    assert not folded.get_by_text("It is 8").is_visible()
    folded.locator("summary").press("Enter")
    assert folded.get_by_text("It is 8").is_visible()


def test_every_handout_is_accessible_and_fits_a_phone(offline, published, barriers):
    offline.set_viewport_size({"width": 390, "height": 800})
    for path in sorted((published / "handouts").glob("*.html")):
        offline.goto(path.as_uri())
        assert barriers(offline) == []
        assert offline.evaluate("document.documentElement.scrollWidth") <= 390, path.name


def test_slides_advance_and_point_and_none_has_small_type(offline, published, barriers):
    offline.goto((published / "slides" / "01_cross_correlation.html").as_uri())
    assert offline.locator("#place").inner_text().startswith("1 / ")
    keys = {"ArrowRight": 2, " ": 3, "PageDown": 4, "ArrowLeft": 3, "Home": 1}
    for key, number in keys.items():
        offline.keyboard.press(key)
        place = "document.querySelector('#place').textContent"
        offline.wait_for_function(f"{place}.startsWith('{number} / ')")
        slide = f"document.querySelectorAll('section')[{number - 1}]"
        assert abs(offline.evaluate(f"{slide}.getBoundingClientRect().top")) < 2
    target = offline.locator("section .ax-read .ax-output td[tabindex]").first
    target.scroll_into_view_if_needed()
    target.hover()
    assert target.locator("i").evaluate("e => getComputedStyle(e).display") == "block"
    cell, window = target.bounding_box(), target.locator("i").bounding_box()
    assert abs(window["width"] - 3 * cell["width"]) < 4
    assert barriers(offline) == []
    for page in pages():
        offline.goto((published / "slides" / f"{page.stem}.html").as_uri())
        sizes = offline.evaluate(
            """[...document.querySelectorAll("section > div > :is(p, ul)")]
                .filter(e => !e.querySelector("small"))
                .map(e => parseFloat(getComputedStyle(e).fontSize) * (e.currentCSSZoom ?? 1))"""
        )
        assert min(sizes) >= 16, page.name
