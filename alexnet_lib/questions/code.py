"""Exercises whose answer is code: a function to write, or a design that a judge tries out.

`lessonN.py` has them one after the other, each as a decorated function: the solution of an exercise
of the first kind, followed by functions that make a known mistake; the judge of one of the second.
"""

import inspect
from itertools import dropwhile


def written(value):
    """A value as one would write it in a call."""
    return f"torch.tensor({value.tolist()})" if hasattr(value, "tolist") else repr(value)


def source(function):
    """The code of a function, without its decorators."""
    lines = inspect.getsource(function).splitlines()
    return "\n".join(dropwhile(lambda line: not line.startswith("def "), lines))


def function(name, *, title, level="function", question, cases, why, hints, tolerance=1e-5):
    """Decorate the solution of an exercise that asks for a function of the same name.

    `name` is what `check` calls the exercise; `cases` are the arguments, a tuple each, for which an
    answer must give what the solution gives. The decorated function gets a decorator `wrong(reply)`
    for functions with a known mistake.
    """

    def decorate(solution):
        solution.entry = {
            "name": name,
            "title": title,
            "level": level,
            "question": question,
            "function": solution,
            "cases": cases,
            "why": why,
            "hints": hints,
            "tolerance": tolerance,
            "solution": source(solution),
            "wrong": [],
        }

        def wrong(reply):
            def keep(mistaken):
                solution.entry["wrong"].append((mistaken, reply))
                return mistaken

            return keep

        solution.wrong = wrong
        return solution

    return decorate


def design(name, *, title, level="design", question, form, why, hints, solution):
    """Decorate the judge of an exercise that asks for a design: it says "", or what is wrong.

    `form` says what to give; `solution` is code that names a right answer `answer`. What a judge
    raises means that an answer cannot be tried.
    """

    def decorate(judge):
        judge.entry = {
            "name": name,
            "title": title,
            "level": level,
            "question": question,
            "form": form,
            "judge": judge,
            "why": why,
            "hints": hints,
            "solution": solution,
        }
        return judge

    return decorate


def entries(module):
    """{name: entry} of the exercises in a module, in order."""
    found = (getattr(value, "entry", None) for value in vars(module).values())
    return {entry["name"]: entry for entry in found if entry}
