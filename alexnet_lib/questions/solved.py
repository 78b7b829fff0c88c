"""Which exercises are done, in one small file of the learner's.

It is `~/.alexnet_course.json`, or the one that the environment variable ALEXNET_PROGRESS names.
"""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path


def recall():
    """{lesson: names of the exercises done}, empty when the learner's file is missing or broken."""
    try:
        return _read(file())
    except (OSError, ValueError):
        return {}


def remember(entry):
    """Note an exercise as done; returns what is noted now, and in words why it could not be kept, "" if it was.

    The file is replaced in one step; one that holds something else is set aside as `….broken`
    first, and one that cannot be read just now is left alone.
    """
    path, trouble = file(), ""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        try:
            kept = _read(path)
        except FileNotFoundError:
            kept = {}
        except ValueError:
            kept, aside = {}, path.with_name(f"{path.name}.broken")
            os.replace(path, aside)
            trouble = f" The file {path} could not be read; it is now {aside.name}, and a new one was begun."
        names = kept.setdefault(entry["lesson"], [])
        if entry["name"] not in names:
            names.append(entry["name"])
        temporary.write_text(json.dumps({"done": kept}, indent=1), encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        trouble = f" It could not be kept in {path}: {error.strerror}. ALEXNET_PROGRESS can name another file."
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        kept = {**recall(), entry["lesson"]: [*recall().get(entry["lesson"], ()), entry["name"]]}
    return kept, trouble


def _read(path):
    """What the file notes. Raises OSError when it cannot be read, ValueError when it holds something else."""
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
