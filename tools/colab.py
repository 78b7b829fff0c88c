"""Run pages, and the tests of their widgets, on the versions that Google Colab has.

    python tools/colab.py [notebooks/01_cross_correlation.ipynb ...]

The environment build/colab holds those versions and, as on Colab, the course as an installed
package. What else a page or a test needs, PyTorch above all, comes from .venv. Each page is
compared with its stored outputs; beside it lies what lies beside it on Colab, the results of lesson
6, and not the library.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory

from course import NOTEBOOKS, ROOT, pages, trains
from install import Installer, works

# Colab's, in August 2026. Its PyTorch is older than the course's and is not tried here.
VERSIONS = """\
ipython==7.34.0
ipywidgets==7.7.1
ipykernel==6.17.1
anywidget==0.9.21
numpy==2.1.3; python_version < "3.14"
matplotlib==3.10.0; python_version < "3.14"
pillow==11.3.0; python_version < "3.14"
"""
TESTS = [f"tests/test_{name}.py" for name in ("controls", "explore", "watch")]
FOLDER = ROOT / "build" / "colab"


def environment(installer):
    """The Python of build/colab, made anew unless it has these versions; its course is new."""
    places = sysconfig.get_paths("venv", {"base": str(FOLDER), "platbase": str(FOLDER)})
    python, listed = Path(places["scripts"], "python"), FOLDER / "versions.txt"
    install = [*installer.pip("install"), "--python", str(python)]

    def run(*command):
        subprocess.run(command, check=True, env=installer.environment)

    if not (works([str(python), "-c", ""]) and listed.exists() and listed.read_text() == VERSIONS):
        run(*installer.uv, "venv", "-q", "--clear", "--python", sys.executable, str(FOLDER))
        (FOLDER / "wanted.txt").write_text(VERSIONS)
        run(*install, "-r", str(FOLDER / "wanted.txt"))
        Path(places["purelib"], "course.pth").write_text(sysconfig.get_path("purelib"))
        (FOLDER / "wanted.txt").rename(listed)
    with TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "alexnet_lib", Path(folder, "alexnet_lib"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, folder)
        run(*install, "--no-deps", "--reinstall", folder)
    return python


def main(words):
    """Run the named pages, or all that train nothing, and the tests; return pytest's status."""
    chosen = [Path(word) for word in words] or [page for page in pages() if not trains(page)]
    missing = [str(page) for page in chosen if not page.is_file()]
    if missing:
        sys.exit(f"{', '.join(missing)}: there is no page of that name")
    python = environment(Installer({}))
    with TemporaryDirectory() as folder:
        copies = [shutil.copy(page, folder) for page in chosen]
        shutil.copytree(NOTEBOOKS / "results", Path(folder, "results"))
        settings = {**os.environ, "ALEXNET_PROGRESS": str(Path(folder, "progress.json"))}
        # Without conftest.py, which would put the working tree before the installed package.
        command = [python, "-m", "pytest", "-q", "--noconftest", "--rootdir", ROOT]
        command += ["-c", ROOT / "pyproject.toml", "--nbval", *copies, *TESTS]
        return subprocess.run(command, cwd=ROOT, env=settings).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
