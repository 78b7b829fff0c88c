"""Which exercises are done, in one small file of the learner's.

It is `~/.alexnet_course.json`, or the one that the environment variable ALEXNET_PROGRESS names.
"""

import json
import os
from pathlib import Path


def recall():
    """{lesson: names of the exercises done}, empty when the learner's file is missing or broken."""
    try:
        kept = json.loads(_file().read_text(encoding="utf-8-sig"))
        return {str(k): [str(name) for name in v] for k, v in kept["done"].items() if isinstance(v, list)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def remember(entry):
    """Note an exercise as done; returns what is noted now, and in words why it could not be kept, "" if it was.

    The file is replaced in one step; one that holds something else is set aside as `….broken` first.
    """
    kept, path, trouble = recall(), _file(), ""
    names = kept.setdefault(entry["lesson"], [])
    if entry["name"] not in names:
        names.append(entry["name"])
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        if not recall() and path.is_file() and path.stat().st_size:
            aside = path.with_name(f"{path.name}.broken")
            os.replace(path, aside)
            trouble = f" The file {path} could not be read; it is now {aside.name}, and a new one was begun."
        temporary.write_text(json.dumps({"done": kept}, indent=1), encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        trouble = f" It could not be kept in {path}: {error.strerror}. ALEXNET_PROGRESS can name another file."
        if temporary.parent.is_dir():
            temporary.unlink(missing_ok=True)
    return kept, trouble


def _file():
    return Path(os.environ.get("ALEXNET_PROGRESS") or Path.home() / ".alexnet_course.json")
