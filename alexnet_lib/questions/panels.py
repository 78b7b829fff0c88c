"""Questions on a page: `predict` before a result, `check` after a lesson, `progress` over all.

The questions and their answers stand beside this file: `lessonN.toml` has those that are data,
`lessonN.py` those whose answer is code.
"""

import difflib
import re
import tomllib
import warnings
from functools import cache
from html import escape
from importlib import import_module
from itertools import chain, zip_longest
from pathlib import Path

from ipywidgets import HTML, Button, HBox, Layout, Text, VBox

from alexnet_lib.explore.controls import Column
from alexnet_lib.questions import code
from alexnet_lib.questions.judging import Reply, judge, judge_value
from alexnet_lib.questions.parsing import understood
from alexnet_lib.questions.solved import file, recall, remember
from alexnet_lib.shown import Shown

HERE = Path(__file__).parent
STYLE = (HERE / "questions.css").read_text(encoding="utf-8").replace("\n", "")
SIGNS = {"right": "✓ Right.", "wrong": "✗ Not right.", "not yet": "○ Not yet."}
FIELDS = {"number": "your number", "shape": "your size, like 3 × 3"}
FORMS = {"number": "a number, like 7 or 1/2", "shape": "a size, like 3 × 3"}


@cache
def lessons():
    """{lesson: {name: entry}} of every question: predictions, then exercises, in the page's order.

    An entry is a dict that knows its name and its lesson, a string. Those of `lessonN.toml` are
    joined by those of `lessonN.py`; the former has the order.
    """
    found = {}
    for path in sorted(HERE.glob("lesson*.toml"), key=lambda path: int(path.stem[6:])):
        entries, number = tomllib.loads(path.read_text(encoding="utf-8")), path.stem[6:]
        order = entries.pop("exercises")
        entries |= code.entries(import_module(f"alexnet_lib.questions.{path.stem}"))
        names = [*(name for name in entries if "predict" in entries[name]), *order]
        found[number] = {n: {**entries[n], "name": n, "lesson": number} for n in names}
    return found


def find(name, predicted):
    """The entry of that name. Raises ValueError, with the nearest name, if there is none."""
    every = {n: e for entries in lessons().values() for n, e in entries.items()}
    names = {n: e for n, e in every.items() if ("predict" in e) == predicted}
    if name in names:
        return names[name]
    if name in every:
        kind = "an exercise: check it" if predicted else "a prediction: ask it with predict"
        raise ValueError(f"{name!r} is {kind}")
    near = difflib.get_close_matches(str(name), names, 1, 0)
    raise ValueError(f"there is no question {name!r}; did you mean {near[0]!r}?")


def exercises(lesson):
    """{name: entry} of a lesson's exercises, in order."""
    return {name: entry for name, entry in lessons()[str(lesson)].items() if "predict" not in entry}


class Panel(Column):
    """Widgets with a still: what the page shows without a kernel, the same on every machine."""

    def __init__(self, children, markup, text):
        self.still = Shown(markup, text, style=STYLE)
        style = HTML(f"<style>{STYLE}</style>", layout=Layout(display="none"))
        super().__init__([style, *children])


def predict(name, reveal=None):
    """Ask before telling: once it is answered, right or wrong, a reply shows, and `reveal`."""
    return Prediction(find(name, True), reveal)


class Prediction(Panel):
    """A question and a field or buttons to answer it. `reply` is the last Reply, at first None."""

    def __init__(self, entry, reveal):
        shown = Shown("", "") if reveal is None else Shown.of(reveal)
        self._style = f"<style>{shown.style}</style>" if shown.style else ""
        self.entry, self.reveal, self.reply = entry, shown.markup, None
        question = f"<p><b>Before you look.</b> {rich(entry['question'])}</p>"
        choices = entry.get("choices", ())
        self.buttons = [_button(text, lambda _, c=text: self.answer(c)) for text in choices]
        controls, listed = VBox(self.buttons), ""
        if choices:
            listed = f"<ul>{''.join(f'<li>{escape(choice)}</li>' for choice in choices)}</ul>"
        else:
            controls = self._field(FIELDS[entry["predict"]])
        self._said, self._shown = HTML(), HTML(self._style)
        answer = f"<p>{rich(_answer(entry))}</p>{self.reveal}"
        folded = f"<details><summary>Answer</summary>{answer}</details>"
        markup = f'{self._style}<div class="ax-ask">{question}{listed}{folded}</div>'
        children = [_framed(question), controls, self._said, self._shown]
        super().__init__(children, markup, entry["question"])

    def answer(self, given):
        """Take an answer, as text; say what it is worth, and show the result."""
        if not self.entry.get("choices") and understood(given) is None:
            form = FORMS[self.entry["predict"]]
            self._said.value = _said(Reply("not yet", f"Write {form}."))
            return
        verdict, text = judge_value(self.entry, given)
        if verdict == "not yet":
            self._said.value = _said(Reply(verdict, text))
            return
        if verdict == "right":
            text = self.entry["why"]
        else:
            text = f"{text} {_answer(self.entry)}".strip()
        self.reply = Reply(verdict, text)
        said = f"“{given}”: " if self.entry.get("choices") else ""
        self._said.value = _said(self.reply, said)
        self._shown.value = self._style + self.reveal

    def _field(self, description):
        """A field to write in and its button; Enter in the field is the button, too."""
        self.field = Text(description=description, style={"description_width": "initial"})
        with warnings.catch_warnings():  # ipywidgets has no other way to hear of Enter
            warnings.simplefilter("ignore", DeprecationWarning)
            self.field.on_submit(lambda _: self.answer(self.field.value))
        self.buttons = [_button("Answer", lambda _: self.answer(self.field.value))]
        return HBox([self.field, *self.buttons], layout=Layout(flex_flow="row wrap"))


def check(name, *answer):
    """An exercise: its question, the reply to an answer, and hints one at a time.

    The reply is: right, and why; or wrong, and what may be behind it; or not yet, to `...`. Several
    answers may be given one after the other, `check("two-paddings", 1, 2)`, or together, `(1, 2)`.
    """
    return Exercise(find(name, False), answer[0] if len(answer) == 1 else answer or ...)


class Exercise(Panel):
    """A question with a `reply`, and a button for hints; a right answer is noted as solved.

    `told` is how many hints it has shown, the solution after the last; it stays when the cell is
    run again.
    """

    _told = {}  # by exercise, as long as the kernel lives

    def __init__(self, entry, answer):
        self.entry, self.reply = entry, judge(entry, answer)
        number = list(exercises(entry["lesson"])).index(entry["name"]) + 1
        title = f"<p><b>{number}. {escape(entry['title'])}</b> ({entry['level']})</p>"
        question = title + paragraphs(entry["question"])
        reply = _said(Reply(self.reply.verdict, self.reply.text + self._noted()))
        self.button, self._hints = _button("", lambda _: self.next()), HTML()
        self._show()
        markup = f'<div class="ax-ask">{question}</div>{reply}'
        text = f"exercise {number}, {entry['title']}: {SIGNS[self.reply.verdict]} {self.reply.text}"
        super().__init__([_framed(question), HTML(reply), self._hints, self.button], markup, text)

    @property
    def told(self):
        """How many hints were shown; one more than there are when the solution was."""
        return self._told.get(self.entry["name"], 0)

    def next(self):
        """Show the next hint, after the last the solution."""
        self._told[self.entry["name"]] = self.told + 1
        self._show()

    def _show(self):
        hints = self.entry["hints"]
        parts = [
            f"<p><b>Hint {number}.</b> {rich(hint)}</p>"
            for number, hint in enumerate(hints[: self.told], 1)
        ]
        if self.told > len(hints):
            code = f"<pre>{escape(self.entry['solution'].strip())}</pre>"
            parts.append(f"<p><b>Solution.</b> {rich(self.entry['why'])}</p>{code}")
        self._hints.value = f'<div class="ax-ask" role="status">{"".join(parts)}</div>'
        labels = ["Hint", *["Next hint"] * (len(hints) - 1), "Show the solution", ""]
        self.button.description = labels[self.told]
        self.button.layout.display = None if labels[self.told] else "none"

    def _noted(self):
        """Note a right answer as solved; how many are, in words, and what stood in the way."""
        if self.reply.verdict != "right":
            return ""
        lesson, (kept, trouble) = self.entry["lesson"], remember(self.entry)
        count = sum(name in kept.get(lesson, ()) for name in exercises(lesson))
        return f" Done in this lesson: {count} of {len(exercises(lesson))}.{trouble}"


def progress():
    """Which exercises are done; a lesson that is begun is unfolded. No page stores any of it."""
    kept, rows = recall(), []
    for lesson in lessons():
        entries = exercises(lesson)
        done = [name for name in entries if name in kept.get(lesson, ())]
        marks = ""
        for name, entry in entries.items():
            sign, state = ("✓", "") if name in done else ("○", " <small>(open)</small>")
            marks += f"<li>{sign} {escape(entry['title'])}{state}</li>"
        begun = " open" if 0 < len(done) < len(entries) else ""
        summary = f"<summary><b>Lesson {lesson}: {len(done)} of {len(entries)} done</b></summary>"
        rows.append(f"<details{begun}>{summary}<ul>{marks}</ul></details>")
    rows.append(f"<p><small>Kept in a file of your own: {escape(str(file()))}</small></p>")
    still = '<div class="ax-ask"><p>Your progress shows here when you run this cell.</p></div>'
    view = HTML(f'<div class="ax-ask ax-progress">{"".join(rows)}</div>')
    return Panel([view], still, "your progress")


def _answer(entry):
    """The right choice by name, where there are choices, and why."""
    return f"Right is: {entry['answer']}. {entry['why']}" if entry.get("choices") else entry["why"]


def rich(text):
    """Text as HTML: what stands in backticks is code, and between asterisks it is stressed."""
    parts = escape(text.strip(), quote=False).split("`")
    stressed = [re.sub(r"\*(\w[^*]*)\*", r"<em>\1</em>", part) for part in parts[::2]]
    code = [f"<code>{part}</code>" for part in parts[1::2]]
    return "".join(chain.from_iterable(zip_longest(stressed, code, fillvalue="")))


def paragraphs(text):
    """Text as HTML; a blank line ends a paragraph, indented lines are code."""
    parts = text.strip("\n").split("\n\n")
    return "".join(
        f"<pre>{escape(p)}</pre>" if p.startswith("    ") else f"<p>{rich(p)}</p>" for p in parts
    )


def _said(reply, before=""):
    verdict, text = reply
    kind = verdict.replace(" ", "-")
    said = f"<p>{escape(before)}<b>{SIGNS[verdict]}</b> {rich(text)}</p>"
    return f'<div class="ax-ask ax-{kind}" role="alert">{said}</div>'


def _framed(markup):
    return HTML(f'<div class="ax-ask">{markup}</div>')


def _button(label, press):
    layout = Layout(width="auto", max_width="100%", align_self="flex-start")
    button = Button(description=label, layout=layout)
    button.on_click(press)
    return button
