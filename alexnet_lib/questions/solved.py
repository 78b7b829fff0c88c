"""Which exercises are done, in one small file of the learner's.

It is `~/.alexnet_course.json`, or the one that the environment variable ALEXNET_PROGRESS names.
"""

import json
import os
import tempfile
from pathlib import Path

from alexnet_lib.files import replacing


def recall():
    """{lesson: names of the exercises done}, empty when the learner's file is missing or broken."""
    try:
        return _read(file())
    except (OSError, ValueError):
        return {}


def remember(entry):
    """Note an exercise as done; returns what is noted now, and in words what stood in the way.

    A file that holds something else is set aside as `….broken` first; one that cannot be read just
    now is left alone.
    """
    path, trouble = file(), ""
    try:
        kept, trouble = _to_add_to(path)
        names = kept.setdefault(entry["lesson"], [])
        if entry["name"] not in names:
            names.append(entry["name"])
        with replacing(path) as temporary:
            temporary.write_text(json.dumps({"done": kept}, indent=1), encoding="utf-8")
    except OSError as error:
        reason = f"It could not be kept in {path}: {error.strerror}."
        trouble = f" {reason} ALEXNET_PROGRESS can name another file."
        kept = recall()
        kept[entry["lesson"]] = [*kept.get(entry["lesson"], ()), entry["name"]]
    return kept, trouble


def _to_add_to(path):
    """What is noted already, and in words what became of a file that holds something else."""
    try:
        return _read(path), ""
    except FileNotFoundError:
        return {}, ""
    except ValueError:
        aside = path.with_name(f"{path.name}.broken")
        os.replace(path, aside)
        told = f"The file {path} could not be read; it is now {aside.name}"
        return {}, f" {told}, and a new one was begun."


def _read(path):
    """What the file notes. Raises OSError or ValueError when it holds nothing that can be read."""
    text = path.read_text(encoding="utf-8-sig")
    if not text:
        return {}
    kept = json.loads(text)
    done = kept.get("done") if isinstance(kept, dict) else None
    if not isinstance(done, dict) or not all(isinstance(names, list) for names in done.values()):
        raise ValueError(f"{path} holds something else")
    return {str(lesson): [str(name) for name in names] for lesson, names in done.items()}


def file():
    """Where the learner's file is."""
    named = os.environ.get("ALEXNET_PROGRESS")
    try:
        return Path(named) if named else Path.home() / ".alexnet_course.json"
    except RuntimeError:  # an account without a home folder, as in some containers
        return Path(tempfile.gettempdir()) / ".alexnet_course.json"
