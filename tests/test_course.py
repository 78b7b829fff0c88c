"""The pages of a course that grows: more than nine lessons, and pages that train."""

import nbformat
from course import lesson, pages, trains


def stored(folder, name, *tags):
    cell = nbformat.v4.new_code_cell("1", metadata={"tags": list(tags)})
    cells = [nbformat.v4.new_markdown_cell("# Title"), cell]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


def test_a_tenth_lesson_comes_after_the_ninth_and_a_notebook_without_a_number_is_none(tmp_path):
    for name in ("10_something", "9_before", "01_first", "Untitled"):
        stored(tmp_path, name)
    assert [lesson(page) for page in pages(tmp_path)] == [1, 9, 10]


def test_a_page_trains_when_a_picture_of_it_differs(tmp_path):
    assert not trains(stored(tmp_path, "01_still", "nbval-ignore-output"))
    assert trains(stored(tmp_path, "02_training", "picture-differs"))
