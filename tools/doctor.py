"""Look at what the course needs of this machine, and say what to do where something is wrong.

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
AGAIN = "Run 'make clean' and 'make lab' "
AGAIN += "(without make: delete the folder .venv, then 'python3 tools/install.py')."
EXTENSIONS = {"anywidget": "anywidget", "@jupyter-widgets/jupyterlab-manager": "ipywidgets"}

# state: "ok", "note" or "WRONG", which stops the course
Line = namedtuple("Line", "state name text advice")


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
        advice = "Nothing is installed in .venv: run 'make lab' or 'python3 tools/install.py'."
        return wrong("Python", text, advice)
    if not facts["finished"] and facts["in_venv"]:
        text += ", whose installation did not finish"
        return wrong("Python", text, "Run 'make lab' again to go on.")
    return ok("Python", text)


def packages(facts):
    differing = facts["packages"].items()
    missing = [name for name, (_, found) in differing if not found]
    other = [f"{name} {found} (for {pin})" for name, (pin, found) in differing if found]
    if missing:
        text = "missing: " + ", ".join(missing)
        return wrong("packages", text, "Run 'make lab' or 'python3 tools/install.py'.")
    if other:
        text = "other versions: " + ", ".join(other)
        return note("packages", text, "Should a lesson fail, begin anew. " + AGAIN)
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
            text = f"{facts['device']}, though there is an NVIDIA driver {facts['nvidia']}"
            advice = "Lesson 5 and 6 run faster on the GPU; for the build that uses it: " + AGAIN
            return note("device", text, advice)
        text = f"{facts['device']}, with the NVIDIA driver {facts['nvidia']}"
        advice = "the driver may be too old for this build, or the GPU busy or hidden."
        return note("device", text, "PyTorch cannot use it: " + advice)
    return ok("device", facts["device"])


def browser(facts):
    if not facts["browser"]:
        advice = "in any browser that reaches this computer."
        return note("browser", "none found", "Open the address that 'make lab' prints, " + advice)
    return ok("browser", facts["browser"])


def memory(facts):
    if facts["memory"] is None:
        return note("memory", "unknown", "The course needs 1.5 GB free.")
    free, total = facts["memory"]
    text = f"{free / GB:.1f} GB free of {total / GB:.1f} GB"
    if free < 0.7 * GB:
        advice = "JupyterLab and a lesson need 0.7 GB: close other programs and notebooks."
        return wrong("memory", text, advice)
    if free < 1.5 * GB:
        advice = "Lessons 5 and 6 need 1.5 GB: close other programs and notebooks before them."
        return note("memory", text, advice)
    return ok("memory", text)


def disk(facts):
    text = f"{facts['disk'] / GB:.1f} GB free"
    build = 8 if facts["nvidia"] else 2
    need = 0.2 if facts["torch"] else build
    if facts["disk"] < need * GB:
        advice = f"The course needs {need} GB there: delete what you no longer need."
        return wrong("disk", text, advice)
    return ok("disk", text)


def extensions(facts):
    if facts["extensions"] is None:
        return wrong("extensions", "JupyterLab does not start: " + facts["extensions_error"], AGAIN)
    found = facts["extensions"]
    text = ", ".join(f"{name} {state}" for name, state in sorted(found.items())) or "none"
    works = [name for name, state in found.items() if "enabled OK" in state]
    bad = [package for name, package in EXTENSIONS.items() if name not in works]
    if bad:
        advice = f"The sliders need {' and '.join(bad)}. " + AGAIN
        return wrong("extensions", text, advice)
    return ok("extensions", text)


def port(facts):
    if facts["port"] is None:
        advice = "Let programs listen on 127.0.0.1, or choose a port: make lab PORT=9000."
        return wrong("port", f"none of 8888 to 8937 can be had: {facts['port_error']}", advice)
    taken = "" if facts["port"] == 8888 else ", since 8888 is taken"
    return ok("port", f"{facts['port']}{taken}")


def writing(facts):
    lines = []
    for name, (place, trouble, stops) in facts["writing"].items():
        if not trouble:
            lines.append(ok(name, place))
        elif stops:
            advice = "Move the course to a folder of your own, such as Documents, "
            advice += "or make this one writable."
            lines.append(wrong(name, f"{place} cannot be written: {trouble}", advice))
        else:
            advice = "Lessons run, but forget what was solved. "
            advice += "Set ALEXNET_PROGRESS to a file that can be written."
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
    stops = "This stops the course: " + ", ".join(stop)
    text.append("\n" + (stops if stop else "Nothing here stops the course."))
    return "\n".join(text)


def about_torch():
    """torch's version and build, the device it computes on, and what went wrong."""
    try:
        torch = importlib.import_module("torch")
    except Exception as error:  # whatever a broken installation raises, the reader has to know it
        reason = str(error).splitlines()[0] if str(error) else ""
        trouble = f"{type(error).__name__}: {reason}"
        return {"torch": None, "device": None, "cuda_build": False, "torch_error": trouble}
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "without CUDA"
    if torch.cuda.is_available():
        device = f"cuda: {torch.cuda.get_device_name()}"
    elif torch.backends.mps.is_available():
        device = "mps: the GPU of this Mac"
    else:
        instructions = torch.backends.cpu.get_cpu_capability()
        device = f"cpu: {instructions}, {torch.get_num_threads()} threads"
    facts = {"torch": f"{torch.__version__}, {build}", "device": device}
    return {**facts, "cuda_build": bool(torch.version.cuda), "torch_error": ""}


def differing_packages():
    """{name: (version named by requirements.txt, version installed or "")} where they differ."""
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
    """(free, total) in bytes, within a container's limit if there is one; None if unknown."""
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
        lines = text.strip().splitlines() or ["no reason given"]
        return {"extensions": None, "extensions_error": lines[-1]}
    rows = re.findall(r"^\s+(\S+) (v\S+) +(.+?)(?: \(.*)?$", text, re.MULTILINE)
    found = {name: f"{version} {' '.join(state.split())}" for name, version, state in rows}
    return {"extensions": found}


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
    unnamed = "the system's" if platform.system() in ("Windows", "Darwin") else ""
    return getattr(chosen, "name", "") or unnamed


def places():
    """{what is written: (place, why it cannot be, whether that stops the course)}; ~ is home."""
    home = os.path.expanduser("~")
    progress = os.environ.get("ALEXNET_PROGRESS") or Path(home, ".alexnet_course.json")
    progress = Path(progress).expanduser()

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
    allowed = getattr(os, "sched_getaffinity", None)  # fewer than there are, in some containers
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "cores": len(allowed(0)) if allowed else os.cpu_count(),
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
