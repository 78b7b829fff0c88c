"""Install the course into the folder .venv, with the PyTorch build that fits this machine.

    python3 tools/install.py            what the course runs on
    python3 tools/install.py dev        and what its tests and tools run on
    python3 tools/install.py wheels     fill the folder wheels, to install from without a network
    python3 tools/install.py lock       choose the exact versions of constraints.txt anew

Beside these words, or in the environment: CPU=1 (PyTorch without CUDA), WHEELS=folder (install from
there alone), PYTORCH_MIRROR=address or folder (PyTorch from there), UPGRADE=1 (lock: the newest
versions). Standard library only, and readable for Python 3.6 onwards, which is told in words that
it is too old.
"""

import ast
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import unquote

import check_python

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP, DEV_STAMP = VENV / ".installed", VENV / ".installed-dev"
REQUIREMENTS, CONSTRAINTS = ROOT / "requirements.txt", ROOT / "constraints.txt"
OLDEST_UV = (0, 9)
TASKS = ("course", "dev", "wheels", "lock")
NAMES = ("CPU", "WHEELS", "PYTORCH_MIRROR", "UPGRADE")
COLAB = "Run the course in Google Colab instead: see the README, 'What you need'."

# What pip is told about mirror, proxy or certificate, uv hears too, unless it was told itself.
PIP_SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", "UV_INDEX_URL"),
    "find-links": ("UV_FIND_LINKS",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "proxy": ("ALL_PROXY", "HTTPS_PROXY", "https_proxy", "all_proxy"),
    "cert": ("SSL_CERT_FILE",),
}


def settings_for_uv(environment, pip_config):
    """The environment for uv: `environment`, completed by what `pip config list` printed."""
    pip = {}
    for section in ("global", "install", ":env:"):  # the later counts more
        for name, value in re.findall(rf"^{section}\.([\w.-]+?)=(.+)$", pip_config, re.MULTILINE):
            pip[name.lstrip(".")] = str(ast.literal_eval(value))
    settings = dict(environment)
    for name, variables in PIP_SETTINGS.items():
        if pip.get(name) and not any(settings.get(variable) for variable in variables):
            settings[variables[0]] = ("," if name == "find-links" else " ").join(pip[name].split())
    # A school's own certificates stand in the system's store; a bare Linux has none.
    if platform.system() != "Linux":
        settings.setdefault("UV_SYSTEM_CERTS", "1")
    return settings


def no_torch_for(system, machine, version):
    """Why PyTorch has no build for a machine, and what to do there, or "" where it has one.

    `version` is macOS's ("14.5") or, on Linux, that of the C library ("glibc 2.36").
    """
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if system == "Darwin" and machine != "arm64":
        silicon = "On a Mac with Apple silicon, this Python is one for Intel: install python.org's."
        return f"PyTorch has no build for Intel Macs. ({silicon}) {COLAB}"
    if system == "Darwin" and numbers < (14,):
        return f"PyTorch needs macOS 14 or newer; this is {version}. Update macOS. {COLAB}"
    if system == "Windows" and machine.upper() != "AMD64":
        return f"PyTorch has no build for Windows on ARM. {COLAB}"
    old = "glibc" not in version or numbers < (2, 28)
    if system == "Linux" and (old or machine not in ("x86_64", "aarch64")):
        here = f"PyTorch has no build for Linux on {machine} with {version}"
        return f"{here}: it needs x86_64 or aarch64, and glibc 2.28 or newer. {COLAB}"
    return ""


def torch_wheel(location, version):
    """The name of the wheel of torch `version` for this machine, in a folder or a page of links.

    "" when there is none.
    """
    if location.startswith(("http://", "https://", "file://")):
        try:
            with urllib.request.urlopen(location, timeout=15) as page:
                text = unquote(page.read().decode("utf-8", "replace"))
        except OSError:  # uv reads it too, and says what is wrong with it
            return ""
    else:
        text = "\n".join(os.listdir(location)) if os.path.isdir(location) else ""
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    machine = {"AMD64": "amd64", "ARM64": "arm64"}.get(platform.machine(), platform.machine())
    system = platform.system()
    system = {"Linux": "linux", "Darwin": "macosx", "Windows": "win"}.get(system, system)
    pattern = rf"torch-{re.escape(version)}(?:\+[\w.]+)?-{python}-{python}-"
    pattern += rf"[\w.]*{system}[\w.]*{machine}\.whl"
    found = re.search(pattern, text)
    return found.group() if found else ""


def torch_source(
    system,
    *,
    nvidia="",
    cpu=False,
    wheels="",
    mirror="",
    mirror_lists=False,
    folder="",
    backend="",
    reachable,
):
    """Where PyTorch comes from: uv's options, and in words.

    system: as platform.system() says. nvidia: the version of the NVIDIA driver, "" without one.
    cpu: CPU=1 was said. wheels: the folder that WHEELS names. mirror: what PYTORCH_MIRROR names;
    mirror_lists: it is a folder or a page that lists the wheel itself, and no index. folder: a
    configured one that has the wheel. backend: UV_TORCH_BACKEND. reachable: a function that says
    whether uv finds PyTorch with given options; asked about PyTorch's own index only.
    """
    if wheels:
        return ["--no-index", "--find-links", wheels], f"from {wheels}"
    if mirror:
        options = ["--no-index", "--find-links"] if mirror_lists else ["--default-index"]
        return [*options, mirror], f"from {mirror}"
    if folder:
        return ["--no-index", "--find-links", folder], f"from {folder}"
    if backend:
        return ["--torch-backend", backend], f"the build for {backend}, as UV_TORCH_BACKEND says"
    # Only with an NVIDIA driver: elsewhere `auto` would pick the XPU build for any Intel graphics.
    if nvidia and not cpu and system != "Darwin":
        options, words = ["--torch-backend", "auto"], f"the build for the NVIDIA driver {nvidia}"
    elif system == "Linux":
        options, words = ["--torch-backend", "cpu"], "the build without CUDA, about 0.2 GB"
    elif system == "Darwin":
        return [], "about 0.1 GB, which can use the GPU through Metal"
    else:
        return [], "about 0.1 GB, without CUDA"
    if reachable(options):
        return options, words
    fetched = "about 3 GB, with CUDA" if system == "Linux" else "about 0.1 GB, without CUDA"
    return [], (
        f"from the ordinary registry, {fetched}. "
        f"(PyTorch's own index, which has {words}, cannot be reached. "
        "PYTORCH_MIRROR=address names a mirror of it; Ctrl-C stops.)"
    )


def nvidia_driver():
    """The version of the NVIDIA driver of this machine, or ""."""
    for path, pattern in (
        ("/sys/module/nvidia/version", r"^([\d.]+)"),
        ("/proc/driver/nvidia/version", r"Kernel Module.*?  ([\d.]+)"),
    ):
        if os.path.exists(path):
            found = re.search(pattern, Path(path).read_text())
            if found:
                return found.group(1)
    if shutil.which("nvidia-smi"):
        ask = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        answer = subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        found = re.match(r"[\d.]+", answer.stdout) if answer.returncode == 0 else None
        return found.group() if found else ""
    return ""


def system_version():
    """The version that decides if PyTorch has a build: macOS's, or that of Linux's C library."""
    if platform.system() == "Darwin":
        return platform.mac_ver()[0]
    return " ".join(platform.libc_ver()).strip() or "another C library than glibc"


def pinned(package):
    """The version that requirements.txt or else constraints.txt names."""
    for path in (REQUIREMENTS, CONSTRAINTS):
        found = re.search(rf"^{package}==([^\s;]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return found.group(1)
    raise LookupError(f"neither requirements.txt nor constraints.txt names a version of {package}")


def works(command):
    """Whether a command starts and ends well."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.run(command, **silent).returncode == 0
    except OSError:
        return False


def run(command, environment=None):
    """Run a command that must end well. Raises SystemExit in words when it does not."""
    status = subprocess.run(list(map(str, command)), cwd=str(ROOT), env=environment).returncode
    if status:
        again = "Run it again to go on; 'make doctor' may help."
        sys.exit("The installation stopped; the reason stands above. " + again)


def make_environment():
    """A folder .venv whose Python starts; a broken one is made anew."""
    if works([str(PYTHON), "-c", ""]):
        return
    if VENV.exists():
        shutil.rmtree(str(VENV))
    run([sys.executable, "-m", "venv", VENV])


class Installer:
    """uv, with the settings of this machine and what the user has said: {one of NAMES: value}."""

    def __init__(self, said):
        self.said = said
        ask = [str(PYTHON), "-m", "pip", "config", "list"]
        config = subprocess.run(ask, stdout=subprocess.PIPE, text=True)
        self.environment = settings_for_uv(os.environ, config.stdout)
        self.wheels = said.get("WHEELS", "")
        if self.wheels and "://" not in self.wheels:
            self.wheels = str(Path(self.wheels).expanduser().resolve())
        self.offline = ["--no-index", "--find-links", self.wheels] if self.wheels else []
        self.uv = self._uv()

    def _uv(self):
        """The command uv: the one on the PATH when it is new enough, else one inside .venv."""
        found = shutil.which("uv")
        if found:
            said = subprocess.run([found, "--version"], stdout=subprocess.PIPE, text=True).stdout
            if tuple(map(int, re.findall(r"\d+", said)[:2])) >= OLDEST_UV:
                return [found]
        inside = [str(PYTHON), "-m", "uv"]
        if not works([*inside, "--version"]):
            pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            run([*pip, *self.offline, f"uv=={pinned('uv')}"])
        return inside

    def _configured(self, version):
        """The configured folder or page of links that has the wheel of torch `version`, or ""."""
        places = self.environment.get("UV_FIND_LINKS", "").split(",")
        return next((place for place in places if place and torch_wheel(place, version)), "")

    def _index(self, build):
        """The address of PyTorch's own index for a build, such as cpu, as uv notes it."""
        ask = self.pip("compile", "-q", "--no-deps", "--emit-index-annotation")
        ask += ["--torch-backend", build, "-"]
        wanted = f"torch=={pinned('torch')}+{build}"
        said = {"input": wanted, "text": True, "stdout": subprocess.PIPE}
        found = re.search(r"# from (\S+)", subprocess.run(ask, env=self.environment, **said).stdout)
        if not found:
            other = "PYTORCH_MIRROR=address or folder names another place for it."
            sys.exit("PyTorch's own index cannot be reached; " + other)
        return found.group(1)

    def pip(self, *words):
        """The words of a command of `uv pip`, quiet where nobody watches its progress."""
        return [*self.uv, *([] if sys.stderr.isatty() else ["-q"]), "pip", *words]

    def install(self, dev=False):
        """Install PyTorch from where it is best had, then everything else."""
        environment, version = self.environment, pinned("torch")
        driver = nvidia_driver()
        if driver:
            environment.setdefault("UV_CUDA_DRIVER_VERSION", driver)
        if self.wheels and not torch_wheel(self.wheels, version):
            here = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
            sys.exit(
                f"WHEELS={self.said['WHEELS']}: no PyTorch {version} for {here} is in there. "
                "'make wheels' on a machine like this one adds it."
            )
        mirror = self.said.get("PYTORCH_MIRROR", "")
        torch = self.pip("install", "--python", str(PYTHON), "--no-deps", f"torch=={version}")

        def reachable(options):
            quick = {**environment, "UV_HTTP_RETRIES": "1"}
            ask = [*torch, *options, "--dry-run"]
            done = subprocess.run(ask, cwd=str(ROOT), env=quick, stderr=subprocess.DEVNULL)
            return done.returncode == 0

        options, words = torch_source(
            platform.system(),
            nvidia=driver,
            cpu=bool(self.said.get("CPU")),
            wheels=self.wheels,
            mirror=mirror,
            mirror_lists=bool(mirror and torch_wheel(mirror, version)),
            folder=self._configured(version),
            backend=environment.pop("UV_TORCH_BACKEND", ""),
            reachable=reachable,
        )
        if not options:
            trouble = no_torch_for(platform.system(), platform.machine(), system_version())
            if trouble:
                sys.exit(trouble)
        print(f"PyTorch {version}: {words}", flush=True)
        run([*torch, *options], environment)
        group = ["--group", "dev"] if dev else []
        rest = self.pip("install", "--python", str(PYTHON), "-r", str(REQUIREMENTS))
        run([*rest, *group, *self.offline], environment)
        STAMP.touch()  # made last, so that an interrupted installation starts again
        if dev:
            DEV_STAMP.touch()

    def fill(self, folder):
        """Download what is installed here, and what builds the course, into a folder of wheels."""
        freeze = [*self.uv, "pip", "freeze", "--exclude-editable", "--python", str(PYTHON)]
        words = {"stdout": subprocess.PIPE, "text": True, "env": self.environment}
        frozen = subprocess.run(freeze, check=True, **words).stdout
        apart = ("uv==", "pip==", "setuptools==", "torch==")
        wanted = [line for line in frozen.splitlines() if not line.startswith(apart)]
        wanted += [f"{package}=={pinned(package)}" for package in ("uv", "setuptools")]
        found = re.search(r"^(torch==[^\s+]+(?:\+(\w+))?)$", frozen, re.MULTILINE)
        torch, build = found.groups()
        # The registry has only the build without a name; the others are in a folder or in PyTorch's
        # index of that name.
        place = self.said.get("PYTORCH_MIRROR") or self._configured(pinned("torch"))
        if build and not place:
            place = self._index(build)
        options = []
        if place:
            lists = torch_wheel(place, pinned("torch"))
            options = ["--no-index", "--find-links"] if lists else ["--index-url"]
            options.append(place)
        pip = [PYTHON, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
        pip += ["--only-binary", ":all:", "--dest", folder]
        run([*pip, *options, torch], self.environment)
        run([*pip, *wanted], self.environment)

    def lock(self):
        """Write constraints.txt: one version of everything, for every system, Python and build."""
        environment = dict(self.environment)
        environment.pop("UV_FIND_LINKS", None)
        named = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
        pins = [line for line in named if "==" in line]
        with tempfile.TemporaryDirectory() as folder:
            course, result = Path(folder, "pins.txt"), Path(folder, "result.txt")
            course.write_text("\n".join(pins), encoding="utf-8")
            if CONSTRAINTS.exists() and not self.said.get("UPGRADE"):
                shutil.copy(str(CONSTRAINTS), str(result))
            ask = [*self.uv, "pip", "compile", "-q", "--universal", "--python-version", "3.11"]
            ask += ["--no-header", "--no-annotate", "pyproject.toml", "--group", "dev"]
            run([*ask, "-c", str(course), "-o", str(result)], environment)
            lines = result.read_text(encoding="utf-8").splitlines()
        # These belong to one build of PyTorch or another, which brings its own versions of them.
        own = ("nvidia-", "cuda-", "triton", "pytorch-triton", "intel-")
        kept = [line for line in lines if not line.startswith(own)]
        text = "# Written by 'make lock'.\n" + "\n".join(kept) + "\n"
        CONSTRAINTS.write_text(text, encoding="utf-8")


def main(words):
    """Do one of the tasks, 'course' unless told otherwise."""
    trouble = check_python.problem()
    if trouble:
        sys.exit(trouble)
    said = {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    said.update(word.split("=", 1) for word in words if "=" in word)
    task = "".join(word for word in words if "=" not in word) or "course"
    if task not in TASKS or not set(said) <= set(NAMES):
        sys.exit(f"{' '.join(words)!r} is not understood.\n\n{__doc__}")
    began = time.monotonic()
    make_environment()
    if task == "wheels":
        folder = Path(said.pop("WHEELS", "wheels")).resolve()
        installer = Installer(said)
        if not DEV_STAMP.exists():
            installer.install(dev=True)
        print(f"Filling the folder {folder}", flush=True)
        installer.fill(folder)
        size = sum(file.stat().st_size for file in folder.iterdir()) / 1e9
        print(
            f"It holds {size:.1f} GB. On machines like this one the course installs from it, ",
            end="",
        )
        print("without a network:")
        print(f"make lab WHEELS={folder.name}, or: python3 tools/install.py WHEELS={folder.name}")
        return
    installer = Installer(said)
    if task == "lock":
        installer.lock()
        return
    print("Installing the course into the folder .venv.", flush=True)
    installer.install(dev=task == "dev")
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
