"""The doctor, given facts about machines that are well and machines that are not."""

import re
import subprocess
import sys
from pathlib import Path

import doctor
import pytest

ROOT = Path(__file__).parents[1]
WELL = {
    "system": "Linux",
    "release": "6.1",
    "machine": "x86_64",
    "cores": 2,
    "system_version": "glibc 2.36",
    "python": "3.12.1",
    "python_problem": None,
    "in_venv": True,
    "finished": True,
    "packages": {},
    "nvidia": "",
    "browser": "firefox",
    "memory": (4e9, 8e9),
    "disk": 20e9,
    "writing": {
        "pages": ("~/course/notebooks", "", True),
        "progress": ("~/.alexnet_course.json", "", False),
    },
    "torch": "2.13.0+cpu, without CUDA",
    "torch_error": "",
    "cuda_build": False,
    "device": "cpu: AVX2, 2 threads",
    "extensions": {
        "anywidget": "v0.11.0 enabled OK",
        "@jupyter-widgets/jupyterlab-manager": "v5.0.16 enabled OK",
    },
    "port": 8888,
    "port_error": "",
}
NO_TORCH = {"torch": None, "device": None, "torch_error": "ImportError: libtorch.so"}


def troubles(**facts):
    return {line.name: line for line in doctor.examine(WELL | facts) if line.state != "ok"}


def test_a_machine_that_is_well_gets_one_line_each_and_no_advice():
    lines = doctor.examine(WELL)
    assert not troubles() and not any(line.advice for line in lines)
    text = doctor.report(lines)
    assert len(text.splitlines()) == len(lines) + 2 and text.endswith(
        "Nothing here stops the course."
    )


@pytest.mark.parametrize(
    "facts, name, words",
    [
        (
            NO_TORCH | {"system": "Darwin", "machine": "x86_64", "system_version": "14.1"},
            "system",
            "Colab",
        ),
        (
            {"python": "3.9.1", "python_problem": "Python 3.9 cannot run the course"},
            "Python",
            "cannot run",
        ),
        ({"in_venv": False, "packages": {"torch": ("2.13.0", "")}}, "Python", "make lab"),
        ({"finished": False}, "Python", "make lab"),
        ({"packages": {"anywidget": ("0.11.0", "")}}, "packages", "make lab"),
        (NO_TORCH, "torch", "make clean"),
        ({"memory": (0.5e9, 4e9)}, "memory", "close other programs"),
        ({"disk": 0.1e9}, "disk", "0.2 GB"),
        (NO_TORCH | {"disk": 1e9}, "disk", "2 GB"),
        ({"extensions": {"anywidget": "v0.11.0 enabled OK"}}, "extensions", "ipywidgets"),
        (
            {"extensions": {**WELL["extensions"], "anywidget": "v0.11.0 disabled OK"}},
            "extensions",
            "anywidget",
        ),
        (
            {"extensions": None, "extensions_error": "No module named jupyter"},
            "extensions",
            "make clean",
        ),
        ({"port": None, "port_error": "Permission denied"}, "port", "PORT=9000"),
        (
            {"writing": {"pages": ("/course", "Read-only file system", True)}},
            "pages",
            "folder of your own",
        ),
    ],
)
def test_what_stops_the_course_is_named_with_what_to_do(facts, name, words):
    found = troubles(**facts)
    assert found[name].state == "WRONG" and words in found[name].advice
    stops = [name for name, line in found.items() if line.state == "WRONG"]
    report = doctor.report(doctor.examine(WELL | facts))
    assert f"This stops the course: {', '.join(stops)}" in report


@pytest.mark.parametrize(
    "facts, name, words",
    [
        ({"packages": {"numpy": ("2.4.6", "1.26.4")}}, "packages", "fail"),
        ({"nvidia": "580.95"}, "device", "make clean"),
        ({"nvidia": "580.95", "cuda_build": True}, "device", "too old"),
        ({"browser": ""}, "browser", "address"),
        ({"memory": (1e9, 4e9)}, "memory", "Lessons 5 and 6"),
        ({"memory": None}, "memory", "1.5 GB"),
        (
            {"writing": {"progress": ("~/x", "Permission denied", False)}},
            "progress",
            "ALEXNET_PROGRESS",
        ),
    ],
)
def test_what_only_hinders_is_noted(facts, name, words):
    (line,) = troubles(**facts).values()
    assert (line.state, line.name) == ("note", name) and words in line.advice


def test_a_gpu_that_is_used_is_well():
    assert not troubles(
        nvidia="580.95",
        cuda_build=True,
        device="cuda: NVIDIA H100",
        torch="2.13.0+cu130, CUDA 13.0",
    )


def test_a_broken_torch_is_told_and_not_raised(tmp_path):
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch.so: cannot open')")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT / 'tools')!r}]\n"
    code += "import doctor; print(doctor.about_torch())"
    said = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert "ImportError: libtorch.so: cannot open" in said and "'torch': None" in said


def test_the_home_folder_is_not_spelled_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("ALEXNET_PROGRESS", raising=False)
    place, trouble, stops = doctor.places()["progress"]
    assert place.startswith("~") and ".alexnet_course.json" in place and not trouble and not stops
    monkeypatch.setenv("ALEXNET_PROGRESS", str(tmp_path / "missing" / "file.json"))
    assert doctor.places()["progress"][1]


def test_this_machine_is_examined():
    command = [sys.executable, str(ROOT / "tools" / "doctor.py")]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = re.findall(r"^(?:ok|note|WRONG) +(\w+)", done.stdout, re.MULTILINE)
    wanted = "system Python packages torch device browser memory disk extensions port pages"
    assert lines == [*wanted.split(), "progress"], done.stdout + done.stderr
    assert "anywidget v" in done.stdout
