"""Measure what the course promises, print it as a table, and store it in build/bench.json.

    python -m bench [pages] [explorers] [training] [claims]

`pages` runs every page in a fresh kernel: its time, its memory, and each of its explorers;
`explorers` measures from a key pressed to the new picture in a browser; `training` and `claims`
compare with the usual ways to train. The exit status is 1 if a goal is missed.
"""

import sys
from importlib import import_module

from bench.results import line, machine, write

PARTS = ("pages", "explorers", "training", "claims")


def main(parts):
    """Run the named parts, all unless given; returns 1 if a goal is missed."""
    if unknown := [name for name in parts if name not in PARTS]:
        sys.exit(f"there is no part {unknown[0]!r}; the parts are {', '.join(PARTS)}")
    print(", ".join(f"{what}: {said}" for what, said in machine().items() if said), flush=True)
    rows = []
    for name in parts or PARTS:
        for row in import_module(f"bench.{name}").rows():
            rows.append(row)
            print(line(row), flush=True)
    write(rows)
    return int(any(row["met"] is False for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
