"""Open JupyterLab on lesson 1.

The course's own pages are trusted, so that they look right before a cell is run. Meanwhile PyTorch
and the library are imported once, so that their files are at hand when the first cell needs them.
"""

import os
import signal
import subprocess
import sys
import threading

from course import ROOT, pages

SETTINGS = ROOT / "tools" / "settings"
SERVER = [
    *(sys.executable, "-m", "jupyterlab"),
    f"--config={SETTINGS / 'server.py'}",
    f"--LabApp.app_settings_dir={SETTINGS}",
]
# JupyterLab goes first on a busy machine, and Ctrl-C is for it alone.
WARM_UP = """
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
hasattr(os, "nice") and os.nice(10)
import importlib, pkgutil
import torch, ipykernel.kernelapp, alexnet_lib
for module in pkgutil.walk_packages(alexnet_lib.__path__, "alexnet_lib."):
    importlib.import_module(module.name)
"""


def warm_up(code=WARM_UP):
    """Start importing what the pages import in a process of its own, which is returned.

    When that fails, one line says so: the reader is going to meet the same error in the first cell.
    """
    words = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    process = subprocess.Popen([sys.executable, "-c", code], **words)

    def report():
        error = process.stderr.read().strip()
        if process.wait() and not getattr(process, "stopped", False):
            reason = error.splitlines()[-1] if error else f"exit status {process.returncode}"
            advice = "'make doctor' says what to do."
            print(f"The lessons are not going to run: {reason}. {advice}", flush=True)

    process.reporter = threading.Thread(target=report, daemon=True)
    process.reporter.start()
    return process


def main(port=None):
    """Run JupyterLab until it is stopped, and return its exit status."""
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        sys.exit(f"PORT must be a number from 1 to 65535, not {port!r}")
    warming = warm_up()
    lessons = [str(page.relative_to(ROOT)) for page in pages()]
    trust = [sys.executable, "-m", "jupyter", "trust", *lessons]
    subprocess.run(trust, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    command = [
        *SERVER,
        f"--LabApp.default_url=/lab/tree/{lessons[0]}",
        f"--ServerApp.root_dir={ROOT}",
    ]
    if port:
        command.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    print("JupyterLab is opening lesson 1. ", end="")
    print("If no browser window appears, open the address that it prints below.")
    print("To stop it, press Ctrl-C twice.", flush=True)
    # Its kernels come from there first: they import PyTorch while the reader reads.
    kernels = os.pathsep.join([str(SETTINGS), *filter(None, [os.environ.get("JUPYTER_PATH")])])
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "JUPYTER_PATH": kernels})
    # Ctrl-C reaches JupyterLab itself, which asks and then ends in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = server.wait()
    warming.stopped = True
    warming.terminate()
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
