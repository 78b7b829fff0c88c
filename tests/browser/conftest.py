"""A real JupyterLab, driven in headless Chromium. Without a browser these tests skip, but fail in CI."""

import os
from functools import cache

import pytest
from browser import Notebook, start_browser, start_lab

VIEWPORT = {"width": 1200, "height": 1000}


@pytest.fixture(scope="session")
def browser():
    try:
        context = start_browser()
        with context as browser:
            yield browser
    except FileNotFoundError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{error} to run these tests")


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    with start_lab(tmp_path_factory.mktemp("lab")) as address:
        yield address


@pytest.fixture(scope="session")
def ran(browser, lab):
    """A page of the course that has run top to bottom: `ran("01_cross_correlation")`, opened once for all tests.

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
    """Open a page of the course by name: `notebook("01_cross_correlation")` returns its Notebook."""
    context = browser.new_context(viewport=VIEWPORT)
    yield lambda name: Notebook(context.new_page(), lab.format(page=f"{name}.ipynb"))
    context.close()
