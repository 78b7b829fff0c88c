"""Look at what the course needs of this machine, one line each, and say what to do where something is wrong.

    make doctor, or python3 tools/doctor.py

Any Python runs it; where .venv has one that works, that one is asked. It exits with 1 when
something stops the course.
"""

import errno
import importlib
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import webbrowser
from collections import namedtuple
from pathlib import Path

import check_python
import install

GB = 1e9
AGAIN = "Run 'make clean' and 'make lab' (without make: delete the folder .venv, then 'python3 tools/install.py')."
EXTENSIONS = {"anywidget": "anywidget", "@jupyter-widgets/jupyterlab-manager": "ipywidgets"}

Line = namedtuple(
    "Line", "state name text advice"
)  # state: "ok", "note" or "WRONG", which stops the course


def ok(name, text):
    return Line("ok", name, text, "")


def note(name, text, advice):
    return Line("note", name, text, advice)


def wrong(name, text, advice):
    return Line("WRONG", name, text, advice)


def system(facts):
    text = f"{facts['system']} {facts['release']}, {facts['machine']}, {facts['cores']} cores"
    trouble = install.no_torch_for(facts["system"], facts["machine"], facts["system_version"])
    if trouble and facts["torch"] is None:
        return wrong("system", text, trouble)
    return ok("system", text)


def python(facts):
    text = f"{facts['python']}, {'in .venv' if facts['in_venv'] else 'outside .venv'}"
    if facts["python_problem"]:
        return wrong("Python", text, facts["python_problem"])
    if not facts["in_venv"] and facts["packages"]:
        return wrong(
            "Python",
            text,
            "Nothing is installed in .venv: run 'make lab' or 'python3 tools/install.py'.",
        )
    if not facts["finished"] and facts["in_venv"]:
        return wrong(
            "Python", text + ", whose installation did not finish", "Run 'make lab' again to go on."
        )
    return ok("Python", text)


def packages(facts):
    missing = [name for name, (_, found) in facts["packages"].items() if not found]
    other = [
        f"{name} {found} (for {pin})" for name, (pin, found) in facts["packages"].items() if found
    ]
    if missing:
        return wrong(
            "packages",
            "missing: " + ", ".join(missing),
            "Run 'make lab' or 'python3 tools/install.py'.",
        )
    if other:
        return note(
            "packages",
            "other versions: " + ", ".join(other),
            "Should a lesson fail, begin anew. " + AGAIN,
        )
    return ok("packages", "all there, in the versions of requirements.txt")


def torch(facts):
    if facts["torch"] is None:
        return wrong("torch", "cannot be imported: " + facts["torch_error"], AGAIN)
    return ok("torch", facts["torch"])


def device(facts):
    if facts["device"] is None:
        return wrong("device", "unknown without torch", "See the line on torch.")
    if facts["nvidia"] and not facts["device"].startswith("cuda"):
        if not facts["cuda_build"]:
            advice = "Lesson 5 and 6 run faster on the GPU; for the build that uses it: " + AGAIN
            return note(
                "device",
                f"{facts['device']}, though there is an NVIDIA driver {facts['nvidia']}",
                advice,
            )
        advice = "PyTorch cannot use it: the driver may be too old for this build, or the GPU busy or hidden."
        return note(
            "device", f"{facts['device']}, with the NVIDIA driver {facts['nvidia']}", advice
        )
    return ok("device", facts["device"])


def browser(facts):
    if not facts["browser"]:
        advice = (
            "Open the address that 'make lab' prints, in any browser that reaches this computer."
        )
        return note("browser", "none found", advice)
    return ok("browser", facts["browser"])


def memory(facts):
    if facts["memory"] is None:
        return note("memory", "unknown", "The course needs 1.5 GB free.")
    free, total = facts["memory"]
    text = f"{free / GB:.1f} GB free of {total / GB:.1f} GB"
    if free < 0.7 * GB:
        return wrong(
            "memory",
            text,
            "JupyterLab and a lesson need 0.7 GB: close other programs and notebooks.",
        )
    if free < 1.5 * GB:
        return note(
            "memory",
            text,
            "Lessons 5 and 6 need 1.5 GB: close other programs and notebooks before them.",
        )
    return ok("memory", text)


def disk(facts):
    text = f"{facts['disk'] / GB:.1f} GB free"
    need = 0.2 if facts["torch"] else 8 if facts["nvidia"] else 2
    if facts["disk"] < need * GB:
        return wrong(
            "disk", text, f"The course needs {need} GB there: delete what you no longer need."
        )
    return ok("disk", text)


def extensions(facts):
    if facts["extensions"] is None:
        return wrong("extensions", "JupyterLab does not start: " + facts["extensions_error"], AGAIN)
    text = (
        ", ".join(f"{name} {state}" for name, state in sorted(facts["extensions"].items()))
        or "none"
    )
    bad = [
        package
        for name, package in EXTENSIONS.items()
        if "enabled OK" not in facts["extensions"].get(name, "")
    ]
    if bad:
        advice = f"The sliders need {' and '.join(bad)}. " + AGAIN
        return wrong("extensions", text, advice)
    return ok("extensions", text)


def port(facts):
    if facts["port"] is None:
        advice = "Let programs listen on 127.0.0.1, or choose a port: make lab PORT=9000."
        return wrong("port", f"none of 8888 to 8937 can be had: {facts['port_error']}", advice)
    return ok(
        "port",
        str(facts["port"]) if facts["port"] == 8888 else f"{facts['port']}, since 8888 is taken",
    )


def writing(facts):
    lines = []
    for name, (place, trouble, stops) in facts["writing"].items():
        if not trouble:
            lines.append(ok(name, place))
        elif stops:
            advice = "Move the course to a folder of your own, such as Documents, or make this one writable."
            lines.append(wrong(name, f"{place} cannot be written: {trouble}", advice))
        else:
            advice = "Lessons run, but forget what was solved. Set ALEXNET_PROGRESS to a file that can be written."
            lines.append(note(name, f"{place} cannot be written: {trouble}", advice))
    return lines


def examine(facts):
    """What the facts mean: a list of lines."""
    single = (system, python, packages, torch, device, browser, memory, disk, extensions, port)
    return [check(facts) for check in single] + writing(facts)


def report(lines):
    """The lines as text, with the advice under each that needs one."""
    text = []
    for line in lines:
        text.append(f"{line.state:<6}{line.name:<12}{line.text}")
        if line.advice:
            text.append(" " * 18 + "-> " + line.advice)
    stop = [line.name for line in lines if line.state == "WRONG"]
    text.append(
        "\n"
        + (
            "This stops the course: " + ", ".join(stop)
            if stop
            else "Nothing here stops the course."
        )
    )
    return "\n".join(text)


def about_torch():
    """torch's version and build, the device it computes on, and what went wrong."""
    try:
        torch = importlib.import_module("torch")
    except (
        Exception
    ) as error:  # whatever a broken installation raises is what the reader has to know
        reason = str(error).splitlines()[0] if str(error) else ""
        return {
            "torch": None,
            "device": None,
            "cuda_build": False,
            "torch_error": f"{type(error).__name__}: {reason}",
        }
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "without CUDA"
    if torch.cuda.is_available():
        device = f"cuda: {torch.cuda.get_device_name()}"
    elif torch.backends.mps.is_available():
        device = "mps: the GPU of this Mac"
    else:
        device = (
            f"cpu: {torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads"
        )
    facts = {"torch": f"{torch.__version__}, {build}", "device": device}
    return {**facts, "cuda_build": bool(torch.version.cuda), "torch_error": ""}


def differing_packages():
    """{name: (version that requirements.txt names, version that is installed or "")} of all that are not the same."""
    from importlib import metadata

    found = {}
    for line in install.REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        name, _, pin = line.partition("==")
        if pin:
            try:
                version = metadata.version(name)
            except metadata.PackageNotFoundError:
                version = ""
            if version.split("+")[0] != pin:
                found[name] = (pin, version)
    try:
        metadata.version("alexnet-lib")
    except metadata.PackageNotFoundError:
        found["alexnet-lib"] = ("this folder", "")
    return found


def free_memory():
    """(free, total) in bytes, within the limit of a container if there is one; None where nobody knows."""
    try:
        import psutil
    except ImportError:
        return None
    free, total = psutil.virtual_memory().available, psutil.virtual_memory().total
    limit, used = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")
    if limit.exists() and used.exists() and limit.read_text().strip().isdecimal():
        total = min(total, int(limit.read_text()))
        free = min(free, total - int(used.read_text()))
    return free, total


def loaded_extensions():
    """{name: version and state} of JupyterLab's extensions, and what went wrong."""
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    words = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "timeout": 120}
    try:
        done = subprocess.run(command, **words)
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"extensions": None, "extensions_error": str(error)}
    text = re.sub(r"\x1b\[\d*m", "", done.stdout)
    if done.returncode:
        return {
            "extensions": None,
            "extensions_error": (text.strip().splitlines() or ["no reason given"])[-1],
        }
    rows = re.findall(r"^\s+(\S+) (v\S+) +(.+?)(?: \(.*)?$", text, re.MULTILINE)
    return {
        "extensions": {
            name: f"{version} {' '.join(state.split())}" for name, version, state in rows
        }
    }


def free_port():
    """The port that JupyterLab is going to take, and what went wrong with the last one."""
    trouble = ""
    for number in range(8888, 8938):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", number))
                return {"port": number, "port_error": ""}
            except OSError as error:
                trouble = error.strerror
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    break
    return {"port": None, "port_error": trouble}


def cannot_write(folder):
    """Why no file can be made in a folder, or ""."""
    try:
        with tempfile.TemporaryFile(dir=str(folder)):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def browser_name():
    """The name of the browser that JupyterLab is going to open, or ""."""
    try:
        chosen = webbrowser.get()
    except webbrowser.Error:
        return ""
    return getattr(chosen, "name", "") or {"Windows": "the system's", "Darwin": "the system's"}.get(
        platform.system(), ""
    )


def places():
    """{what is written: (folder, why it cannot be, whether that stops the course)}; the home folder is called ~."""
    home = os.path.expanduser("~")
    progress = Path(
        os.environ.get("ALEXNET_PROGRESS") or Path(home, ".alexnet_course.json")
    ).expanduser()

    def short(path):
        return re.sub("^" + re.escape(home) + r"(?=[\\/]|$)", "~", str(path))

    trouble = cannot_write(progress.parent)
    if progress.exists() and not os.access(str(progress), os.R_OK | os.W_OK):
        trouble = "Permission denied"
    pages = install.ROOT / "notebooks"
    return {
        "pages": (short(pages), cannot_write(pages), True),
        "progress": (short(progress), trouble, False),
    }


def gather():
    """The facts, asked of this machine and this Python."""
    in_venv = Path(sys.prefix).resolve() == install.VENV.resolve()
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "system_version": install.system_version(),
        "python": platform.python_version(),
        "python_problem": check_python.problem(),
        "in_venv": in_venv,
        "finished": install.STAMP.exists(),
        "packages": differing_packages(),
        "nvidia": install.nvidia_driver(),
        "browser": browser_name(),
        "memory": free_memory(),
        "disk": shutil.disk_usage(str(install.ROOT)).free,
        "writing": places(),
        **about_torch(),
        **loaded_extensions(),
        **free_port(),
    }


def main():
    """Print the report; returns 1 when something stops the course."""
    here = Path(sys.prefix).resolve() == install.VENV.resolve()
    if not here and install.works([str(install.PYTHON), "-c", ""]):
        return subprocess.run([str(install.PYTHON), __file__]).returncode
    if check_python.problem():  # the rest may not even run there
        lines = [wrong("Python", platform.python_version(), check_python.problem())]
    else:
        lines = examine(gather())
    print("The course AlexNet by hand, on this machine:\n\n" + report(lines))
    return int(any(line.state == "WRONG" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
