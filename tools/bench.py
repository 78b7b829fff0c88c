"""Measure what the course promises, print it as a table, and store it in build/bench.json for comparing two runs.

python tools/bench.py [explorers] [training] [claims]
"""

import json
import os
import platform
import sys
from pathlib import Path

RESULT = Path(__file__).resolve().parents[1] / "build" / "bench.json"


def main(parts):
    """Run the named parts, all unless given; returns 1 if a goal is missed."""
    import bench_claims
    import bench_explorers
    import bench_training

    modules = {"explorers": bench_explorers, "training": bench_training, "claims": bench_claims}
    print(f"machine: {platform.processor() or platform.machine()}, {os.cpu_count()} cores, {platform.system()}")
    if unknown := [name for name in parts if name not in modules]:
        sys.exit(f"there is no part {unknown[0]!r}; the parts are {', '.join(modules)}")
    rows = []
    for name in parts or modules:
        for row in modules[name].rows():
            rows.append(row)
            goal = "" if row["goal"] is None else f"goal {row['goal']:g} {'met' if row['met'] else 'MISSED'}"
            print(f"{row['name']:64} {row['value']:12,.2f} {row['unit']:8} {goal}", flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(any(row["met"] is False for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
