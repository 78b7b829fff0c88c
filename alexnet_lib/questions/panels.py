"""Questions on a page: `predict` before a result, `exercise` and `check` after a lesson, `progress` over all of them.

The questions and their answers are data, one file a lesson in `questions/`.
"""

import difflib
import re
import tomllib
import warnings
from functools import cache
from html import escape
from pathlib import Path

from ipywidgets import HTML, Button, HBox, Layout, Text, VBox

from alexnet_lib.explore.controls import Column
from alexnet_lib.questions.judging import Reply, judge, judge_value
from alexnet_lib.questions.parsing import understood
from alexnet_lib.questions.solved import recall, remember
from alexnet_lib.shown import Shown

HERE = Path(__file__).parent
STYLE = (HERE / "questions.css").read_text(encoding="utf-8").replace("\n", "")
SIGNS = {"right": "✓ Right.", "wrong": "✗ Not right.", "not yet": "○ Not yet."}
KINDS = {"number": "your number", "shape": "your size, like 3 × 3"}


@cache
def lessons():
    """{lesson: {name: entry}} of every question, in the order of the files; each entry knows its lesson and name."""
    found = {}
    for path in sorted(HERE.glob("*.toml")):
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        number = re.search(r"\d+", path.stem)[0]
        found[number] = {
            name: {**entry, "name": name, "lesson": number} for name, entry in entries.items()
        }
    return found


def find(name, predicted):
    """The entry of that name. Raises ValueError, with the nearest name there is, when there is none."""
    every = {n: e for entries in lessons().values() for n, e in entries.items()}
    names = {n: e for n, e in every.items() if ("predict" in e) == predicted}
    if name not in names:
        if name in every:
            raise ValueError(
                f"{name!r} is {'an exercise: check it' if predicted else 'a prediction: ask it with predict'}"
            )
        near = difflib.get_close_matches(str(name), names, 1, 0)
        raise ValueError(f"there is no question {name!r}; did you mean {near[0]!r}?")
    return names[name]


def exercises(lesson):
    """{name: entry} of a lesson's exercises, in order."""
    return {name: entry for name, entry in lessons()[str(lesson)].items() if "predict" not in entry}


class Panel(Column):
    """Widgets with a still: what the page shows without a kernel, the same on every machine."""

    def __init__(self, children, markup, text):
        self.still = Shown(markup, text, style=STYLE)
        super().__init__(
            [HTML(f"<style>{STYLE}</style>", layout=Layout(display="none")), *children]
        )


def predict(name, reveal=None):
    """Ask before telling: a question whose reply, and with it `reveal`, shows once it is answered, right or wrong."""
    return Prediction(find(name, True), reveal)


class Prediction(Panel):
    """A question and a field or buttons to answer it. `reply` is the last Reply, None before there is one."""

    def __init__(self, entry, reveal):
        shown = Shown("", "") if reveal is None else Shown.of(reveal)
        self.entry, self.reveal, self.reply = entry, shown.markup, None
        style = shown.style
        question = f"<p><b>Before you look.</b> {rich(entry['question'])}</p>"
        choices = entry.get("choices", ())
        if choices:
            self.buttons = [
                _button(choice, lambda _, c=choice: self.answer(c)) for choice in choices
            ]
            controls = VBox(self.buttons)
        else:
            self.field = Text(
                description=KINDS[entry["predict"]], style={"description_width": "initial"}
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                self.field.on_submit(lambda _: self.answer(self.field.value))
            self.buttons = [_button("Answer", lambda _: self.answer(self.field.value))]
            controls = HBox([self.field, *self.buttons], layout=Layout(flex_flow="row wrap"))
        self._said, self._shown = HTML(), HTML(f"<style>{style}</style>" if style else "")
        self._style = self._shown.value
        listed = (
            f"<ul>{''.join(f'<li>{escape(choice)}</li>' for choice in choices)}</ul>"
            if choices
            else ""
        )
        folded = f"<details><summary>Answer</summary><p>{rich(_answer(entry))}</p>{self.reveal}</details>"
        markup = f'<style>{style}</style><div class="ax-ask">{question}{listed}{folded}</div>'
        super().__init__(
            [_framed(question), controls, self._said, self._shown], markup, entry["question"]
        )

    def answer(self, given):
        """Take an answer, as text; say what it is worth, and show the result."""
        if not self.entry.get("choices") and understood(given) is None:
            form = (
                "a number, like 7 or 1/2"
                if self.entry["predict"] == "number"
                else "a size, like 3 × 3"
            )
            self._said.value = _said(Reply("not yet", f"Write {form}."))
            return
        verdict, text = judge_value(self.entry, given)
        why = _answer(self.entry)
        self.reply = Reply(
            verdict, self.entry["why"] if verdict == "right" else f"{text} {why}".strip()
        )
        said = f"“{given}”: " if self.entry.get("choices") else ""
        self._said.value = _said(self.reply, said)
        self._shown.value = self._style + self.reveal


def exercise(name):
    """An exercise: its question, its hints one at a time, then its solution."""
    return Exercise(find(name, False))


class Exercise(Panel):
    """The question, and a button that shows the next hint. `told` lists what it has shown."""

    def __init__(self, entry):
        self.entry, self.told = entry, []
        number = list(exercises(entry["lesson"])).index(entry["name"]) + 1
        question = f"<p><b>{number}. {escape(entry['title'])}</b> ({entry['level']})</p>{paragraphs(entry['question'])}"
        self.button, self._told = _button("", lambda _: self.next()), HTML()
        self._label()
        markup = f'<div class="ax-ask">{question}</div>'
        super().__init__(
            [_framed(question), self._told, self.button],
            markup,
            f"exercise {number}: {entry['title']}",
        )

    def next(self):
        """Show the next hint, after the last the solution."""
        hints = self.entry["hints"]
        if len(self.told) < len(hints):
            self.told.append(
                f"<p><b>Hint {len(self.told) + 1}.</b> {rich(hints[len(self.told)])}</p>"
            )
        elif len(self.told) == len(hints):
            code = f"<pre>{escape(self.entry['solution'].strip())}</pre>"
            self.told.append(f"<p><b>Solution.</b> {rich(self.entry['why'])}</p>{code}")
        self._told.value = f'<div class="ax-ask" role="status">{"".join(self.told)}</div>'
        self._label()

    def _label(self):
        left = len(self.entry["hints"]) - len(self.told)
        self.button.description = (
            "Hint" if not self.told else "Next hint" if left > 0 else "Show the solution"
        )
        self.button.layout.display = "none" if left < 0 else None


def check(name, *answer):
    """The reply to an answer: right, and why; or wrong, and what may be behind it; or not yet.

    Several answers may be given one after the other, `check("two-paddings", 1, 2)`, or together,
    `(1, 2)`.
    """
    return Check(find(name, False), answer[0] if len(answer) == 1 else answer or ...)


class Check(Panel):
    """A reply, as `reply`. A right answer is noted in the learner's file."""

    def __init__(self, entry, answer):
        self.reply = judge(entry, answer)
        note = ""
        if self.reply.verdict == "right":
            kept, trouble = remember(entry)
            count = sum(
                name in kept.get(entry["lesson"], ()) for name in exercises(entry["lesson"])
            )
            note = f" Done in this lesson: {count} of {len(exercises(entry['lesson']))}.{trouble}"
        markup = _said(Reply(self.reply.verdict, self.reply.text + note))
        text = f"{SIGNS[self.reply.verdict]} {self.reply.text}".strip()
        super().__init__([HTML(markup)], markup, text)


def progress():
    """Which exercises of which lessons are done; a lesson that is begun is unfolded. The page stores nothing of it."""
    kept, rows = recall(), []
    for lesson in lessons():
        entries = exercises(lesson)
        done = [name for name in entries if name in kept.get(lesson, ())]
        marks = "".join(
            f"<li>{'✓' if name in done else '○'} {escape(entry['title'])}"
            f"{'' if name in done else ' <small>(open)</small>'}</li>"
            for name, entry in entries.items()
        )
        begun = " open" if 0 < len(done) < len(entries) else ""
        summary = f"<summary><b>Lesson {lesson}: {len(done)} of {len(entries)} done</b></summary>"
        rows.append(f"<details{begun}>{summary}<ul>{marks}</ul></details>")
    still = '<div class="ax-ask"><p>Your progress shows here when you run this cell.</p></div>'
    return Panel(
        [HTML(f'<div class="ax-ask ax-progress">{"".join(rows)}</div>')], still, "your progress"
    )


def _answer(entry):
    """The right choice by name, where there are choices, and why."""
    return f"Right is: {entry['answer']}. {entry['why']}" if entry.get("choices") else entry["why"]


def rich(text):
    """Text as HTML: what stands in backticks is code."""
    return re.sub("`(.+?)`", r"<code>\1</code>", escape(text.strip(), quote=False))


def paragraphs(text):
    """Text as HTML; a blank line ends a paragraph, indented lines are code."""
    parts = text.strip("\n").split("\n\n")
    return "".join(
        f"<pre>{escape(p)}</pre>" if p.startswith("    ") else f"<p>{rich(p)}</p>" for p in parts
    )


def _said(reply, before=""):
    verdict, text = reply
    return (
        f'<div class="ax-ask ax-{verdict.replace(" ", "-")}" role="alert">'
        f"<p>{escape(before)}<b>{SIGNS[verdict]}</b> {rich(text)}</p></div>"
    )


def _framed(markup):
    return HTML(f'<div class="ax-ask">{markup}</div>')


def _button(label, press):
    button = Button(
        description=label, layout=Layout(width="auto", max_width="100%", align_self="flex-start")
    )
    button.on_click(press)
    return button
