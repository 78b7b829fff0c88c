"""A real JupyterLab in headless Chromium. Without a browser these tests skip, but fail in CI."""

import os
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import Notebook, start_browser, start_lab

VIEWPORT = {"width": 1200, "height": 1000}


@pytest.fixture(scope="session")
def browser():
    try:
        with start_browser() as browser:
            yield browser
    except FileNotFoundError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{error} to run these tests")


@pytest.fixture(scope="session")
def barriers():
    """What axe finds seriously wrong in a page, or in a part of one of its cells."""

    def find(page, cell=None, part=""):
        context = None
        if cell:
            index = cell.get_attribute("data-windowed-list-index")
            context = f"[data-windowed-list-index='{index}'] {part}"
        found = Axe().run(page, context=context).response["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        return [(each["id"], each["nodes"][0]["html"][:200]) for each in serious]

    return find


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    with start_lab(tmp_path_factory.mktemp("lab")) as address:
        yield address


@pytest.fixture(scope="session")
def ran(browser, lab):
    """A page that has run top to bottom, opened once for all tests: `ran("02_output_size")`.

    JupyterLab needs an execution of its own: widgets live in the kernel that made them. Whoever
    moves a control runs its cell anew first.
    """
    context = browser.new_context(viewport=VIEWPORT)

    @cache
    def open_and_run(name):
        page = Notebook(context.new_page(), lab.format(page=f"{name}.ipynb"))
        page.run_all()
        report = page.errors()
        assert report["errors"] == [] and report["unrun"] == 0 and report["cells"] > 10
        assert page.page.locator(".jp-Dialog").count() == 0
        return page

    yield open_and_run
    context.close()


@pytest.fixture(scope="module")
def notebook(browser, lab):
    """Open a page of the course by name: `notebook("02_output_size")` returns its Notebook."""
    context = browser.new_context(viewport=VIEWPORT)
    yield lambda name: Notebook(context.new_page(), lab.format(page=f"{name}.ipynb"))
    context.close()
