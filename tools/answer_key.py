"""Write classroom/answers.md, the answer key; with --check say whether it is up to date.

python tools/answer_key.py [--check]
"""

import argparse
import sys
from pathlib import Path

from alexnet_lib.questions.code import source
from alexnet_lib.questions.panels import lessons

KEY = Path(__file__).resolve().parents[1] / "classroom" / "answers.md"
OPENING = """# Answer key

For the teacher: every question of the pages, its answer, and the mistakes it knows. Do not hand it
out. This file is written by `make answers` from `alexnet_lib/questions/`; change it there.
"""


def key():
    """The text of the answer key."""
    parts = [OPENING]
    for lesson, entries in lessons().items():
        parts.append(f"## Lesson {lesson}\n")
        predictions = [entry for entry in entries.values() if "predict" in entry]
        exercises = [entry for entry in entries.values() if "predict" not in entry]
        parts.append("### Predictions on the page\n")
        parts += map(predicted, predictions)
        parts.append("### Exercises\n")
        parts += [solved(number, entry) for number, entry in enumerate(exercises, 1)]
    return "\n".join(parts)


def predicted(entry):
    """A prediction with its answer and its mistakes."""
    lines = [f"**{entry['question'].strip()}**", ""]
    if "choices" in entry:
        lines += [f"Choices: {' · '.join(entry['choices'])}.", ""]
    lines += [
        f"Answer: {answer(entry['answer'], entry['predict'])}. {entry['why']}",
        "",
        mistakes(entry),
    ]
    return "\n".join(lines)


def solved(number, entry):
    """An exercise with its hints, its solution and its mistakes."""
    hints = "\n".join(f"{n}. {hint}" for n, hint in enumerate(entry["hints"], 1))
    told = f"Answer: {answer(entry['answer'])}.\n\n" if "answer" in entry else ""
    return (
        f"#### {number}. {entry['title']} ({entry['level']})\n\n{entry['question'].strip()}\n\n"
        f"Hints:\n\n{hints}\n\n{told}Solution. {entry['why']}\n\n"
        f"```python\n{entry['solution'].strip()}\n```\n\n{mistakes(entry)}"
    )


def mistakes(entry):
    """Known wrong answers and the replies to them: a table, or pieces of code."""
    if "wrong" not in entry:
        return ""
    if "function" in entry:
        told = [
            f"{reply}\n\n```python\n{source(mistaken)}\n```\n" for mistaken, reply in entry["wrong"]
        ]
        return "\n".join(["Wrong answers, each below the reply to it:\n", *told])
    rows = "\n".join(f"| {answer(value)} | {reply} |" for value, reply in entry["wrong"])
    return f"| wrong answer | reply |\n|---|---|\n{rows}\n"


def answer(value, kind=""):
    """An answer as one would write it."""
    if kind == "shape":
        return " × ".join(map(str, value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def main(argv):
    """Write the key, or with --check return 1 when it is out of date."""
    text = key()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if parser.parse_args(argv).check:
        return int(not KEY.exists() or KEY.read_text(encoding="utf-8") != text)
    KEY.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
