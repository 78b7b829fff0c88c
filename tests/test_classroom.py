"""What a teacher gets: the key and the glossary are up to date, slides and handouts are whole and need no network."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import answer_key
import glossary
import nbformat
import publish
import pytest

from alexnet_lib.questions.panels import exercises, lessons

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "notebooks").glob("*.ipynb"))
ASKING = [
    path
    for path in PAGES
    if "from alexnet_lib.questions import" in path.read_text(encoding="utf-8")
]
CHINESE = re.compile(r"\*\*([^*]+)\*\* ?[((]([\u3400-\u9fff]+)")


def prose(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def test_the_answer_key_is_up_to_date_and_names_every_question():
    assert answer_key.main(["--check"]) == 0, "run: make answers"
    key = answer_key.KEY.read_text(encoding="utf-8")
    assert all(
        entry["question"].strip() in key
        for entries in lessons().values()
        for entry in entries.values()
    )


def test_the_glossary_is_up_to_date_and_has_every_term_of_the_pages():
    assert glossary.main(["--check"]) == 0, "run: make answers"
    known = {chinese for _, chinese, *_ in glossary.terms()}
    names = [term[0] for term in glossary.terms()]
    assert len(names) == len(set(names)) and all(
        len(term) == 5 and all(term) for term in glossary.terms()
    )
    for path in PAGES:
        missing = [pair for pair in CHINESE.findall(prose(path)) if pair[1] not in known]
        assert missing == [], (
            f"{path.name}: add these to classroom/glossary.toml and run: make answers"
        )


@pytest.mark.parametrize("path", ASKING, ids=lambda path: path.stem)
def test_a_lesson_asks_every_question_of_its_file_once_and_links_to_the_glossary(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    number = path.name[1]
    entries = lessons()[number]
    assert re.findall(r'^ *predict\(\s*"([\w-]+)"', source, re.M) == [
        n for n, e in entries.items() if "predict" in e
    ]
    assert re.findall(r'^check\(\s*"([\w-]+)"', source, re.M) == list(exercises(number))
    assert "progress()" in source and "](glossary.md)" in prose(path)


def test_the_guide_has_every_lesson():
    guide = (ROOT / "classroom" / "guide.md").read_text(encoding="utf-8")
    for path in PAGES:
        title = (
            json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"][0]
            .removeprefix("# ")
            .split(".")[0]
        )
        assert f"## Lesson {title}." in guide
    for target in re.findall(r"\]\(([\w./-]+)\)", guide):
        assert (ROOT / "classroom" / target).exists(), target


def test_the_guide_names_parts_that_exist_and_its_minutes_are_those_of_the_page():
    guide = (ROOT / "classroom" / "guide.md").read_text(encoding="utf-8")
    headings = {
        h.replace("`", "") for path in PAGES for h in re.findall(r"^## (.*)", prose(path), re.M)
    }
    titles = {entry["title"] for lesson in lessons() for entry in exercises(lesson).values()}
    named = {
        name.replace("`", "") for name in re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", guide)
    }
    assert len(named) > 20 and named <= headings | titles
    for number, minutes, text in re.findall(
        r"^## Lesson (\d)[^\n]*\((\d+) minutes\)\n(.*?)(?=^## )", guide, re.M | re.S
    ):
        path = next(path for path in PAGES if path.name[1] == number)
        assert f"About {minutes} minutes" in prose(path)
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
    assert {found[:5] for found in re.findall(r"url\((?:&quot;|&#x27;|[\"'])?([^)]*)", text)} <= {
        "data:"
    }
    assert text.count("<h1") == 1 and '<span lang="zh">' in text
    assert text.count("<style>") == 1 and 'class="anchor-link"' not in text
    slides = [attributes for tag, attributes in parts.tags if tag == "section"]
    assert len(slides) > 15 if kind == "slides" else not slides


def test_no_answer_of_an_exercise_is_published():
    assert {path.name[1] for path in ASKING} >= set(lessons())
    for path in ASKING:
        text = publish.publish(nbformat.read(path, 4).cells, "handouts")
        for entry in exercises(path.name[1]).values():
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
        assert 'href="02_output_size.html"' in (tmp_path / "out" / kind / "page.html").read_text(
            encoding="utf-8"
        )
        assert (tmp_path / "out" / kind / "glossary.html").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no page"),
        ("no json", "not a notebook"),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
            "must hold the title",
        ),
    ],
)
def test_a_page_that_cannot_be_published_is_named(tmp_path, content, words):
    page = tmp_path / "page.ipynb"
    if content is not None:
        page.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=f"page.ipynb: .*{words}"):
        publish.main(["slides", str(page), "--to", str(tmp_path)])
