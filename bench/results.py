"""What a measurement is, the machine it was made on, and the file of both: build/bench.json."""

import json
import os
import platform
import subprocess
from datetime import datetime
from pathlib import Path

from bench import ROOT

RESULT = ROOT / "build" / "bench.json"
OLDER = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA")


def row(name, value, unit, goal=None, at_most=False):
    """One figure, and whether it meets its goal."""
    met = None if goal is None else bool(value <= goal if at_most else value >= goal)
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "met": met}


def line(row):
    """A row as the text that is printed."""
    text = f"{row['name']:80} {row['value']:12,.2f} {row['unit']:8} "
    if row["goal"] is not None:
        text += f"goal {row['goal']:g} {'met' if row['met'] else 'MISSED'}"
    return text


def machine():
    """What figures depend on: the processor, its cores, and the instructions that PyTorch uses.

    `limits` holds the environment variables that make PyTorch compute as on an older processor,
    where they are set.
    """
    import torch

    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "limits": {name: os.environ[name] for name in OLDER if name in os.environ},
        "accelerator": str(torch.accelerator.current_accelerator(check_available=True) or "none"),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def processor():
    """The processor's name as the system says it; where it says none, the architecture."""
    name = ""
    if platform.system() == "Linux":
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((fact.partition(":")[2] for fact in facts if fact.startswith("model name")), "")
    elif platform.system() == "Darwin":
        name = subprocess.check_output(["sysctl", "-n", "machdep.cpu.brand_string"], text=True)
    return name.strip() or platform.processor() or platform.machine()


def write(rows, path=RESULT):
    """Keep the rows with the machine and the date; what the file held before is gone."""
    path.parent.mkdir(exist_ok=True)
    date = datetime.now().isoformat(timespec="seconds")
    kept = {"machine": machine(), "date": date, "rows": rows}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
