"""A real JupyterLab, driven in headless Chromium. Without a browser these tests skip, but fail in CI."""

import os

import pytest
from browser import Notebook, start_browser, start_lab


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


@pytest.fixture(scope="module")
def notebook(browser, lab):
    """Open a page of the course by name: `notebook("01_cross_correlation")` returns its Notebook."""
    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    yield lambda name: Notebook(context.new_page(), lab.format(page=f"{name}.ipynb"))
    context.close()
