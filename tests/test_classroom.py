"""What a teacher gets: key and glossary are up to date, slides and handouts need no network."""

import json
import re
from html.parser import HTMLParser

import answer_key
import glossary
import nbformat
import publish
import pytest
from course import ROOT, lesson, pages

from alexnet_lib.questions.panels import exercises, lessons

PAGES = pages()
ASKING = [path for path in PAGES if "alexnet_lib.questions import" in path.read_text("utf-8")]
CHINESE = re.compile(r"\*\*([^*]+)\*\* ?[((]([\u3400-\u9fff]+)")


def prose(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def test_the_answer_key_is_up_to_date_and_names_every_question():
    assert answer_key.main(["--check"]) == 0, "run: make answers"
    key = answer_key.KEY.read_text(encoding="utf-8")
    asked = [entry["question"] for entries in lessons().values() for entry in entries.values()]
    assert all(question.strip() in key for question in asked)


def test_the_glossary_is_up_to_date_and_has_every_term_of_the_pages():
    assert glossary.main(["--check"]) == 0, "run: make answers"
    known = {chinese for _, chinese, *_ in glossary.terms()}
    names = [term[0] for term in glossary.terms()]
    assert len(names) == len(set(names))
    assert all(len(term) == 5 and all(term) for term in glossary.terms())
    advice = "add these to classroom/glossary.toml and run: make answers"
    for path in PAGES:
        missing = [pair for pair in CHINESE.findall(prose(path)) if pair[1] not in known]
        assert missing == [], f"{path.name}: {advice}"


@pytest.mark.parametrize("path", ASKING, ids=lambda path: path.stem)
def test_a_lesson_asks_every_question_of_its_file_once_and_links_to_the_glossary(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    number = str(lesson(path))
    entries = lessons()[number]
    predictions = [name for name, entry in entries.items() if "predict" in entry]
    assert re.findall(r'^ *predict\(\s*"([\w-]+)"', source, re.M) == predictions
    assert re.findall(r'^check\(\s*"([\w-]+)"', source, re.M) == list(exercises(number))
    assert "progress()" in source and "](glossary.md)" in prose(path)


def test_the_guide_has_every_lesson():
    guide = (ROOT / "classroom" / "guide.md").read_text(encoding="utf-8")
    for path in PAGES:
        assert f"## Lesson {lesson(path)}." in guide and prose(path).startswith(
            f"# {lesson(path)}."
        )
    for target in re.findall(r"\]\(([\w./-]+)\)", guide):
        assert (ROOT / "classroom" / target).exists(), target


def test_the_guide_names_parts_that_exist_and_its_minutes_are_those_of_the_page():
    guide = (ROOT / "classroom" / "guide.md").read_text(encoding="utf-8")
    prose_of_all = "\n".join(map(prose, PAGES)).replace("`", "")
    headings = set(re.findall(r"^## (.*)", prose_of_all, re.M))
    titles = {entry["title"] for number in lessons() for entry in exercises(number).values()}
    named = set(re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", guide.replace("`", "")))
    assert len(named) > 20 and named <= headings | titles
    part = r"^## Lesson (\d+)[^\n]*\((\d+) minutes\)\n(.*?)(?=^## )"
    for number, minutes, text in re.findall(part, guide, re.M | re.S):
        (text_of_page,) = (prose(path) for path in PAGES if lesson(path) == int(number))
        assert f"About {minutes} minutes" in text_of_page
        parts = [int(part) for part in re.findall(r"^\| (\d+) \|", text, re.M)]
        assert not parts or sum(parts) == int(minutes)


class Parts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


@pytest.mark.parametrize("kind", ["slides", "handouts"])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_is_published_is_whole_and_needs_no_network(path, kind):
    text = publish.publish(nbformat.read(path, 4).cells, kind)
    parts = Parts()
    parts.feed(text)
    for tag, attributes in parts.tags:
        assert tag not in ("link", "iframe", "object") and "onclick" not in attributes
        if tag in ("img", "script"):
            assert attributes.get("src", "data:").startswith("data:")
        if tag == "img":
            assert len(attributes["alt"]) > 3
    assert "@import" not in text
    addresses = re.findall(r"url\((?:&quot;|&#x27;|[\"'])?([^)]*)", text)
    assert all(address.startswith("data:") for address in addresses)
    assert text.count("<h1") == 1 and '<span lang="zh">' in text
    assert text.count("<style>") == 1 and 'class="anchor-link"' not in text
    slides = [attributes for tag, attributes in parts.tags if tag == "section"]
    assert len(slides) > 15 if kind == "slides" else not slides


def test_no_answer_of_an_exercise_is_published():
    assert {str(lesson(path)) for path in ASKING} >= set(lessons())
    for path in ASKING:
        text = publish.publish(nbformat.read(path, 4).cells, "handouts")
        for entry in exercises(str(lesson(path))).values():
            assert entry["why"] not in text and entry["solution"].strip() not in text


def test_both_kinds_are_written_to_a_folder(tmp_path):
    page = tmp_path / "page.ipynb"
    cells = [
        nbformat.v4.new_markdown_cell("# 1. Title\n\n[on](02_output_size.ipynb)"),
        nbformat.v4.new_code_cell("1"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), page)
    for kind in ("slides", "handouts"):
        assert publish.main([kind, str(page), "--to", str(tmp_path / "out")]) == 0
        text = (tmp_path / "out" / kind / "page.html").read_text(encoding="utf-8")
        assert 'href="02_output_size.html"' in text
        assert (tmp_path / "out" / kind / "glossary.html").exists()


EMPTY = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no page"),
        ("no json", "not a notebook"),
        (EMPTY, "must hold the title"),
    ],
)
def test_a_page_that_cannot_be_published_is_named(tmp_path, content, words):
    page = tmp_path / "page.ipynb"
    if content is not None:
        page.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=f"page.ipynb: .*{words}"):
        publish.main(["slides", str(page), "--to", str(tmp_path)])
