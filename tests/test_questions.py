"""Every exercise accepts right answers of any form, replies to wrong ones, and has its solution."""

import ast
import json
import re
import threading
import time
from decimal import Decimal
from html import escape
from itertools import count

import pytest
import torch
from answers_right_and_wrong import ANSWERS
from torch import nn

from alexnet_lib.questions import judging, panels
from alexnet_lib.questions.judging import attempt, judge, judge_value, solution
from alexnet_lib.questions.parsing import plain, same, understood

EXERCISES = {
    name: entry for lesson in panels.lessons() for name, entry in panels.exercises(lesson).items()
}
PREDICTIONS = {
    n: e for entries in panels.lessons().values() for n, e in entries.items() if "predict" in e
}
STILL = ("text/html", "text/plain")
FUNCTIONS = {name: entry for name, entry in EXERCISES.items() if "function" in entry}


@pytest.fixture(autouse=True)
def own_file(tmp_path, monkeypatch):
    monkeypatch.setenv("ALEXNET_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(judging, "SECONDS", 1)
    monkeypatch.setattr(panels.Exercise, "_told", {})
    return tmp_path / "progress.json"


def reply(exercise):
    return exercise.children[2].value


def test_every_lesson_has_five_exercises_each_with_answers_here_and_names_are_used_once():
    assert set(ANSWERS) == set(EXERCISES)
    assert len(EXERCISES) + len(PREDICTIONS) == sum(map(len, panels.lessons().values()))
    for lesson in panels.lessons():
        entries = panels.exercises(lesson)
        assert len(entries) >= 5 and list(entries.values())[-1]["level"].startswith(
            ("a slip", "slips")
        )


@pytest.mark.parametrize("name", EXERCISES)
def test_right_answers_of_every_form_are_accepted(name):
    right = ANSWERS[name][0]
    assert len(right) >= 4, "give right answers in four forms"
    for answer in right:
        verdict, text = judge(EXERCISES[name], answer)
        assert verdict == "right", (answer, text)
        assert text.startswith(EXERCISES[name]["why"])


@pytest.mark.parametrize("name", EXERCISES)
def test_wrong_answers_are_rejected_with_the_fitting_reply(name):
    wrong = ANSWERS[name][1]
    assert len(wrong) >= 4, "give four wrong answers"
    for answer, piece in wrong:
        verdict, text = judge(EXERCISES[name], answer)
        assert verdict == "wrong" and piece.casefold() in text.casefold(), (answer, verdict, text)
    assert sum(bool(piece) for _, piece in wrong) >= 4


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_runs_and_is_right_and_unanswered_is_not_yet(name):
    entry = EXERCISES[name]
    assert judge(entry, solution(entry)).verdict == "right"
    for blank in (None, ...):
        assert judge(entry, blank).verdict == "not yet"
    assert len(entry["hints"]) >= 2 and entry["title"] and entry["level"]


@pytest.mark.parametrize("name", [n for n, e in EXERCISES.items() if "wrong" in e])
def test_every_known_wrong_answer_gets_its_own_reply(name):
    entry = EXERCISES[name]
    assert len(entry["wrong"]) >= 3, "three known mistakes, each with a reply"
    for wrong, reply in entry["wrong"]:
        verdict, text = judge(entry, wrong)
        assert verdict == "wrong" and reply in text, (wrong, text)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_mutant_of_a_solution_is_rejected(name):
    entry = FUNCTIONS[name]
    for source in mutants(entry["solution"]):
        solution = entry["function"]
        space = dict(solution.__globals__)
        exec(source, space)
        verdict = judge(entry, space[solution.__name__]).verdict
        assert verdict == "wrong" or equivalent(name, source), source


def test_a_wrong_answer_that_nobody_expected_still_gets_a_reply():
    assert judge(EXERCISES["corner"], 77) == (
        "wrong",
        "Work it out once more, or take a hint below.",
    )
    assert judge(EXERCISES["two-layers"], 280) == (
        "wrong",
        "There is more than one number to give.",
    )
    assert judge(EXERCISES["corner"], "none") == judge(EXERCISES["stack"], "five")
    assert judge(EXERCISES["stack"], max).text == "This is a function. Give the answer itself."


def test_a_function_that_is_not_written_yet_is_no_mistake():
    def body_of_dots(size, kernel, stride, padding):
        return ...

    def not_implemented(size, kernel, stride, padding):
        raise NotImplementedError

    for function in (body_of_dots, not_implemented):
        assert judge(EXERCISES["count-windows"], function).verdict == "not yet"


def test_a_function_that_forgets_to_return_is_told_so():
    def without_return(size, kernel, stride, padding):
        size = (size + 2 * padding - kernel) // stride + 1

    def sometimes(size, kernel, stride, padding):
        if padding == 0:
            return (size - kernel) // stride + 1

    for function in (without_return, sometimes):
        verdict, text = judge(EXERCISES["count-windows"], function)
        assert verdict == "wrong" and "returns nothing" in text
    assert "call of `print`" in judge(EXERCISES["corner"], None).text
    text = judge(
        EXERCISES["count-windows"], lambda *numbers: str(ANSWERS["count-windows"][0][0](*numbers))
    ).text
    assert "gives the text '5'; right is 5" in text


def test_an_answer_may_come_in_pieces_as_a_square_or_as_its_side():
    assert panels.check("two-paddings", 28, 32).reply.verdict == "right"
    assert panels.check("two-paddings").reply.verdict == "not yet"
    for text in ("28 × 28, 32 × 32", ((28, 28), (32, 32)), "28, 32"):
        assert judge(EXERCISES["two-paddings"], text).verdict == "right"
    assert (
        judge(EXERCISES["stack"], "5x5").verdict
        == judge(EXERCISES["stack"], (5, 5)).verdict
        == "right"
    )
    for name, text in (("eight-by-eight", "4"), ("pooled", "2"), ("paper-size", "54 × 54")):
        asked = panels.predict(name)
        asked.answer(text)
        assert asked.reply.verdict == "right"
    asked = panels.predict("eight-by-eight")
    asked.answer("3")
    assert "the tutorial's answer" in asked.reply.text


def test_what_is_right_in_a_list_is_said():
    assert judge(EXERCISES["two-paddings"], (28, 99)).text == "Right so far: the first."
    assert (
        judge(EXERCISES["two-paddings"], (99, 98)).text
        == "Work it out once more, or take a hint below."
    )


def test_a_function_that_never_returns_is_stopped():
    def forever():
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    threads = set(threading.enumerate())
    assert "never ends" in attempt(forever, [], 0.3).trouble
    for thread in set(threading.enumerate()) - threads:
        thread.join()  # it ends: a function that went on would keep this test for ever
    assert attempt(lambda: attempt(forever, [], 0.1), []).trouble == ""


def test_what_a_function_does_besides_answering_is_told():
    def calls_itself(x):
        return calls_itself(x)

    assert attempt(calls_itself, [1]).trouble == "it calls itself without end"
    assert attempt(lambda x: x.append(1), [[]]).trouble.startswith("it changes its input")
    assert attempt(lambda x: exit(), [1]).trouble.startswith("it stops with SystemExit")
    assert attempt(lambda x: print("hello") or x, [1]) == (1, "hello\n", "")
    right = judge(EXERCISES["count-windows"], ANSWERS["count-windows"][0][3])
    assert right.verdict == "right" and right.text.endswith(
        "It also prints; take that line out before others use it."
    )


def test_forms_of_the_same_answer_are_the_same():
    assert plain(torch.tensor([[1, 2]])) == [[1, 2]] and plain((1, range(2), {3})) == [
        1,
        [0, 1],
        [3],
    ]
    assert (
        same(3, 3.0)
        and same([3], 3)
        and not same(True, 1)
        and not same("3", 3)
        and not same([1, 2], [1, 2, 3])
    )
    texts = {
        "8": 8,
        " 15/2 ": 7.5,
        "28,868,968": 28868968,
        "−8": -8,
        "5 × 5": [5, 5],
        "(3, 4)": [3, 4],
        "5x5": [5, 5],
        "5 by 5": [5, 5],
        "280 and 760": [280, 760],
        "11,616, 34,848": [11616, 34848],
        "10.7 %": 0.107,
        "（7．5，８）": [7.5, 8],
        "2 · 3": [2, 3],
    }
    assert {text: understood(text) for text in texts} == texts
    assert [understood(text) for text in ("", "many", "1/0", "×", "2**3")] == [None] * 5


@pytest.mark.parametrize("name", PREDICTIONS)
def test_a_prediction_replies_to_right_known_and_unknown_answers(name):
    entry = PREDICTIONS[name]
    right = entry["answer"]
    texts = {
        "number": str(right),
        "choice": right,
        "shape": " × ".join(map(str, right if isinstance(right, list) else [])),
    }
    asked = panels.predict(name)
    asked.answer(texts[entry["predict"]])
    assert asked.reply == ("right", entry["why"])
    known = {str(value): reply for value, reply in entry["wrong"]}
    assert (
        len(known)
        == len(entry["wrong"])
        >= (len(entry["choices"]) - 1 if "choices" in entry else 4)
    )
    for value, reply in entry["wrong"]:
        asked.answer(value if isinstance(value, str) else str(value))
        named = f"Right is: {right}. " if "choices" in entry else ""
        assert asked.reply == ("wrong", f"{reply} {named}{entry['why']}"), value
        assert judge_value(entry, right).verdict == "right"
    if "choices" in entry:
        assert {right, *(value for value, _ in entry["wrong"])} == set(entry["choices"])
    else:
        asked.answer("123456" if entry["predict"] == "number" else "12 × 34")
        assert asked.reply == ("wrong", entry["why"])


def test_a_prediction_shows_its_result_only_when_answered():
    asked = panels.predict("first-sum", "the result")
    assert "the result" not in asked._shown.value and asked.reply is None
    asked.answer("eight")
    assert (
        "Write a number" in asked._said.value
        and asked.reply is None
        and "the result" not in asked._shown.value
    )
    asked.field.value = "17"
    asked.buttons[0].click()
    assert "the result" in asked._shown.value and "all nine pixels" in asked._said.value
    choice = panels.predict("turned")
    choice.buttons[1].click()
    assert choice.reply.verdict == "right"


def test_hints_come_one_at_a_time_and_then_the_solution():
    asked = panels.check("corner", ...)
    hints = EXERCISES["corner"]["hints"]
    assert asked.told == 0 and asked.button.description == "Hint"
    for n, hint in enumerate(hints, 1):
        asked.button.click()
        assert asked.told == n and escape(hint, quote=False) in asked._hints.value
        assert EXERCISES["corner"]["why"][:20] not in asked._hints.value
    assert asked.button.description == "Show the solution"
    asked.button.click()
    assert "window = torch.tensor" in asked._hints.value and asked.button.layout.display == "none"


def test_hints_stay_when_the_cell_is_run_again_with_another_answer():
    panels.check("corner", ...).button.click()
    again = panels.check("corner", 3)
    assert again.told == 1 and "Hint 1." in again._hints.value
    assert again.reply.verdict == "wrong" and panels.check("stack", ...).told == 0


def test_an_exercise_shows_its_question_with_whatever_reply():
    for answer, sign in ((..., "○ Not yet."), (3, "✗ Not right."), (0, "✓ Right.")):
        shown = panels.check("corner", answer)
        question, reply = (child.value for child in shown.children[1:3])
        assert "The bottom right corner" in question and sign in reply
        assert question in shown.still.markup and sign in shown.still.text


def test_no_answer_stands_on_the_page_before_it_is_asked_for():
    for name, entry in EXERCISES.items():
        still = "".join(panels.check(name, ...)._repr_mimebundle_()[0][kind] for kind in STILL)
        assert escape(entry["why"]) not in still
        assert not any(escape(hint) in still for hint in entry["hints"])
    still = panels.predict("first-sum", "the result")._repr_mimebundle_()[0]
    assert still["text/html"].index("<details>") < still["text/html"].index("It is 8")
    assert "8" not in still["text/plain"]


def test_stills_are_the_same_every_time_and_whatever_was_done(own_file):
    def stills():
        shown = (panels.predict("first-sum"), panels.check("corner"), panels.progress())
        return [panel._repr_mimebundle_()[0]["text/html"] for panel in shown]

    before = stills()
    panels.check("corner", 0).button.click()
    assert stills() == before


def test_right_answers_are_kept_and_wrong_ones_are_not(own_file):
    panels.check("corner", 1)
    assert not own_file.exists()
    shown = panels.check("corner", 0)
    panels.check("corner", 0)
    panels.check("stack", 5)
    assert json.loads(own_file.read_text()) == {"done": {"1": ["corner"], "2": ["stack"]}}
    assert f"Done in this lesson: 1 of {len(panels.exercises(1))}" in reply(shown)
    view = panels.progress().children[1].value
    assert (
        "✓ The bottom right corner" in view
        and "Lesson 2: 1 of" in view
        and "○ Six and a half" in view
        and str(own_file) in view
    )
    assert list(own_file.parent.iterdir()) == [own_file]


@pytest.mark.parametrize(
    "content", ["", "not json", "[]", '{"done": 3}', '{"done": {"1": 3}}', "\x00", '{"other": {}}']
)
def test_a_broken_file_is_harmless_and_is_replaced(own_file, content):
    own_file.write_text(content)
    assert "0 of" in panels.progress().children[1].value
    panels.check("corner", 0)
    assert json.loads(own_file.read_text())["done"]["1"] == ["corner"]


def test_a_file_that_cannot_be_read_is_set_aside_and_the_learner_is_told(own_file):
    own_file.write_text('{"done": {"1": ["two-layers"]')
    shown = reply(panels.check("corner", 0))
    assert "progress.json.broken" in shown and "a new one was begun" in shown
    assert own_file.with_name("progress.json.broken").read_text() == '{"done": {"1": ["two-layers"]'


def test_a_file_that_cannot_be_read_just_now_is_left_alone(own_file, monkeypatch):
    panels.check("corner", 0)
    before = own_file.read_text()

    def locked(*_, **__):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(type(own_file), "read_text", locked)
        assert "could not be kept" in reply(panels.check("stack", 5))
    assert own_file.read_text() == before and list(own_file.parent.iterdir()) == [own_file]
    own_file.write_text('{"done": {}}')
    assert "broken" not in reply(panels.check("corner", 0))


def test_a_file_that_cannot_be_written_is_harmless_and_the_learner_is_told(tmp_path, monkeypatch):
    for place in (tmp_path / "nowhere" / "progress.json", tmp_path):
        monkeypatch.setenv("ALEXNET_PROGRESS", str(place))
        shown = panels.check("corner", 0)
        assert shown.reply.verdict == "right"
        assert "could not be kept" in reply(shown) and "ALEXNET_PROGRESS" in reply(shown)


@pytest.mark.parametrize(
    "answer",
    ["1e400", 10**400, torch.zeros((), device="meta"), torch.Tensor, count(), float("nan")],
)
def test_an_answer_that_no_one_can_read_gets_a_reply(answer):
    for name in ("corner", "all-on", "four-hundred", "blind"):
        verdict, text = judge(EXERCISES[name], answer)
        assert verdict == "wrong" and text


def test_a_prediction_does_not_count_what_is_no_number():
    for text in ("1e999999999", "1e400", "nan", "inf", "1/0", "9" * 400):
        asked = panels.predict("first-sum")
        asked.answer(text)
        assert asked.reply is None and "Write a number" in asked._said.value


def test_a_product_counts_as_what_it_comes_to_and_several_numbers_are_not_one():
    assert judge(EXERCISES["conv3-count"], "384 · (2304 + 1)").verdict != "right"
    for text in ("5 · 177024", "885,120", "885 120"):
        right = judge(EXERCISES["conv3-count"], text).verdict == "right"
        assert right == (text != "885 120"), text
    several = judge(EXERCISES["conv3-count"], (885, 120))
    assert several.verdict == "wrong" and "without commas" in several.text
    asked = panels.predict("first-sum")
    asked.answer("1 225")
    assert asked.reply is None and "Here are 2: 1, 225." in asked._said.value


def test_a_decimal_a_comma_and_texts_in_a_list_are_numbers():
    assert judge(EXERCISES["enough-runs"], Decimal(38)).verdict == "right"
    assert judge(EXERCISES["all-on"], "0,107").verdict == "right"
    assert judge(EXERCISES["fair-pair"], ("0", "300", 0)).verdict == "right"


def test_a_rounded_answer_is_told_from_the_right_one():
    def own_loss(scores, labels):
        return round(float(EXERCISES["own-loss"]["function"](scores, labels)), 3)

    verdict, text = judge(EXERCISES["own-loss"], own_loss)
    assert verdict == "wrong"
    given, true = re.search(r"gives (\S+); right is (\S+); give all digits", text).groups()
    assert given != true and float(given) == round(float(true), 3)


def test_whole_numbers_are_exact_and_lists_may_come_in_any_order_where_it_does_not_matter():
    assert judge(EXERCISES["ten-classes"], 26840460.5).verdict == "wrong"
    assert (
        judge(EXERCISES["tutorial-three"], (6, 5)).verdict
        == judge(EXERCISES["one-percent"], [4, 3]).verdict
        == "right"
    )
    assert judge(EXERCISES["may-write"], "B, D and E").verdict == "right"


def test_a_mistake_that_torch_calls_not_implemented_is_told():
    verdict, text = judge(EXERCISES["own-accuracy"], lambda table: table.softmax(0).trace())
    assert verdict == "wrong" and "it stops with" in text


def test_a_network_that_is_judged_is_not_changed():
    network = nn.Sequential(
        nn.Conv2d(1, 16, 5, 2, 2), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(10)
    )
    assert judge(EXERCISES["small-net"], network).verdict == "right"
    assert network.training and "LazyLinear" in repr(network)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(1, 1, 3, 2, 1, dilation=2),
        nn.ConvTranspose2d(1, 1, 4, 2, 1),
        nn.Conv2d(1, 1, (4, 9), 2, (1, 0)),
    ],
)
def test_a_layer_that_halves_only_at_first_sight_is_rejected(layer):
    assert judge(EXERCISES["halve"], layer).verdict == "wrong"


def test_a_name_that_is_none_is_explained():
    with pytest.raises(ValueError, match="did you mean 'corner'"):
        panels.check("cornr", 0)
    with pytest.raises(ValueError, match="'corner' is an exercise: check it"):
        panels.predict("corner")
    with pytest.raises(ValueError, match="is a prediction: ask it with predict"):
        panels.check(next(iter(PREDICTIONS)), 1)


# --- mutants: one operator, number or comparison of a solution changed at a time

SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Eq: ast.NotEq,
}


def mutants(source):
    """The source with one operator, comparison or whole number changed, for every place."""
    for place in range(sum(1 for _ in ast.walk(ast.parse(source)))):
        tree = ast.parse(source)
        node = list(ast.walk(tree))[place]
        if isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
            node.op = SWAPS[type(node.op)]()
        elif isinstance(node, ast.Compare):
            node.ops = [SWAPS.get(type(node.ops[0]), ast.Eq)()]
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            node.value += 1
        else:
            continue
        yield ast.unparse(tree)


# These mutants compute the same as the solution.
EQUIVALENT = {"half-turn": ("flip(0, 2)", "flip(1, 1)"), "count-unread": ("{start - i for",)}


def equivalent(name, source):
    return any(piece in source for piece in EQUIVALENT.get(name, ()))


MARKS = re.compile(r"`|\*\w|\w\*|\]\(|\b_\w|#{2}")


def shown(entry):
    """Every text of an entry as a page shows it, without what is code."""
    replies = [reply for _, reply in entry.get("wrong", ())]
    rendered = [entry["question"], entry["why"], *entry.get("hints", ()), *replies]
    rendered += [entry[name] for name in ("otherwise", "form") if name in entry]
    for text in rendered:
        html = panels.paragraphs(text)
        yield re.sub("<code>.*?</code>|<pre>.*?</pre>", "", html, flags=re.DOTALL)
    yield from (entry.get("title", ""), *entry.get("choices", ()))  # these are shown as they are


@pytest.mark.parametrize("name", EXERCISES | PREDICTIONS)
def test_no_mark_of_markdown_shows_as_typed(name):
    entry = (EXERCISES | PREDICTIONS)[name]
    assert not [text for text in shown(entry) if MARKS.search(text)]


def test_asterisks_stress_and_multiply_only_in_code():
    assert panels.rich("it is *not* `x * y` or `*args`") == (
        "it is <em>not</em> <code>x * y</code> or <code>*args</code>"
    )
