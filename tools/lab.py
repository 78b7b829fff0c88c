"""Trust the course's own pages, so that they look right before a cell is run, and open JupyterLab on lesson 1."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ROOT / "tools" / "settings"
SERVER = [
    *(sys.executable, "-m", "jupyterlab"),
    f"--config={SETTINGS / 'server.py'}",
    f"--LabApp.app_settings_dir={SETTINGS}",
]
LESSON = "notebooks/01_cross_correlation.ipynb"


def main(port=None):
    """Run JupyterLab until it is stopped, and return its exit status."""
    pages = sorted(map(str, (ROOT / "notebooks").glob("*.ipynb")))
    subprocess.run([sys.executable, "-m", "jupyter", "trust", *pages], check=True, stdout=subprocess.DEVNULL)
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        sys.exit(f"PORT must be a number from 1 to 65535, not {port!r}")
    command = [*SERVER, LESSON, f"--ServerApp.root_dir={ROOT}"]
    if port:
        command.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    print("JupyterLab is opening lesson 1. If no browser window appears, open the address that it prints below.")
    print("To stop it, press Ctrl-C twice.", flush=True)
    server = subprocess.Popen(command, cwd=ROOT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches JupyterLab itself, which asks and then ends in order
    return server.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
