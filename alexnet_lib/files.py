"""Files that are whole or not there: written beside their place, and put there in one step."""

import os
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path):
    """The path of a temporary file to write, which takes the place of `path` if all goes well.

    If something is raised, what was at `path` stays as it was, and nothing is left beside it.
    """
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
