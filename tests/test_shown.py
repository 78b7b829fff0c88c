"""The one protocol between what draws and what shows."""

import pytest

from alexnet_lib.shown import Shown


def test_markup_and_still_are_made_once_and_only_when_asked_for():
    asked = []

    def draw():
        asked.append("markup")
        return "<b>1</b>"

    one = Shown(draw, "a one", height=20, style="b{}")
    assert (asked, one.height, repr(one)) == ([], 20, "a one")
    still = {"text/html": "<style>b{}</style><b>1</b>", "text/plain": "a one"}, {}
    assert one._repr_mimebundle_() == one.still == still and one.markup == "<b>1</b>"
    assert asked == ["markup"]
    two = Shown(draw, "a two", still=lambda: ({"image/png": "…"}, {}))
    assert two.still == ({"image/png": "…"}, {}) and asked == ["markup"]


def test_what_has_nothing_to_see_is_stored_as_its_text():
    assert Shown("", "progress of a run").still == ({"text/plain": "progress of a run"}, {})


@pytest.mark.parametrize(
    ("html", "png", "expected"),
    [
        ("<i>3</i>", None, "<i>3</i>"),
        (None, "AAAA", '<img alt="&lt;3&gt;" src="data:image/png;base64,AAAA">'),
        (None, None, "<pre>&lt;3&gt;</pre>"),
    ],
)
def test_anything_is_shown_as_a_notebook_would_show_it(html, png, expected):
    class Answer:
        def __repr__(self):
            return "<3>"

        def _repr_mimebundle_(self, **_):
            return {"text/html": html} if html else {"image/png": png} if png else {}

    shown = Shown.of(Answer())
    assert shown.markup == expected and shown.text == "<3>" and shown.height is None
    assert shown.still[0] == {**Answer()._repr_mimebundle_(), "text/plain": "<3>"}
    assert Shown.of(shown) is shown
