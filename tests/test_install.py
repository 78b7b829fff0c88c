"""What an installation would fetch, and from where; and the files that fix the versions."""

import platform
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import check_python
import install
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
CPU, AUTO = ["--torch-backend", "cpu"], ["--torch-backend", "auto"]


def source(system, index=True, **facts):
    return install.torch_source(system, reachable=lambda options: index, **facts)[0]


def test_only_an_nvidia_driver_lets_uv_choose_the_build():
    assert source("Linux") == source("Linux", nvidia="580.95", cpu=True) == CPU
    assert source("Linux", nvidia="580.95") == source("Windows", nvidia="580.95") == AUTO
    assert source("Windows") == source("Windows", nvidia="580.95", cpu=True) == []
    assert source("Darwin") == []


def test_what_is_configured_comes_first_and_nothing_is_asked_of_the_network():
    facts = {"nvidia": "580.95", "cpu": True}
    ways = [
        ({"wheels": "/w"}, ["--no-index", "--find-links", "/w"]),
        ({"mirror_lists": True}, ["--no-index", "--find-links", "https://m/whl/cpu"]),
        ({"mirror": "https://m/whl/cpu"}, ["--default-index", "https://m/whl/cpu"]),
        ({"folder": "/f"}, ["--no-index", "--find-links", "/f"]),
        ({"backend": "rocm7.0"}, ["--torch-backend", "rocm7.0"]),
    ]
    for way, options in reversed(ways):  # each goes before all that come after it in the list
        facts |= way
        assert install.torch_source("Linux", **facts, reachable=None)[0] == options


@pytest.mark.parametrize(
    "system, size", [("Linux", "3 GB, with CUDA"), ("Windows", "0.1 GB, without CUDA")]
)
def test_without_pytorchs_index_the_registry_serves_after_saying_how_much(system, size):
    options, words = install.torch_source(system, nvidia="580.95", reachable=lambda options: False)
    assert options == [] and f"about {size}" in words and "PYTORCH_MIRROR" in words


def test_uv_hears_what_pip_was_told_unless_it_was_told_itself():
    config = """global.index-url='https://a/simple'
global.find-links='/one'
install.find-links='/two /three'
:env:.cert='/certificates.pem'
global.proxy='http://proxy:1'
global.no-color='true'"""
    settings = install.settings_for_uv({"PATH": "/bin", "https_proxy": "http://mine"}, config)
    settings.pop("UV_SYSTEM_CERTS", None)
    assert settings == {
        "PATH": "/bin",
        "https_proxy": "http://mine",
        "UV_DEFAULT_INDEX": "https://a/simple",
        "UV_FIND_LINKS": "/two,/three",
        "SSL_CERT_FILE": "/certificates.pem",
    }
    told = {"UV_INDEX_URL": "https://b", "UV_FIND_LINKS": "/mine", "SSL_CERT_FILE": "/mine.pem"}
    settings = install.settings_for_uv(told, config)
    assert told.items() <= settings.items() and "UV_DEFAULT_INDEX" not in settings


@pytest.mark.parametrize("page", [False, True])
def test_a_wheel_is_found_only_for_this_python_and_machine(tmp_path, monkeypatch, page):
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    fits = "torch-2.13.0+cpu-cp312-cp312-manylinux_2_28_x86_64.whl"
    others = [
        fits.replace("2.13.0", "2.15.0"),
        fits.replace("cp312", "cp311"),
        fits.replace("x86_64", "aarch64"),
        fits.replace("cp312-cp312", "cp312-cp312t"),
        fits.replace("manylinux_2_28_x86_64", "win_amd64"),
        fits.replace("torch", "torchvision"),
    ]

    def found(*names):
        folder = tmp_path / str(len(names))
        folder.mkdir()
        if not page:
            for name in names:
                (folder / name).touch()
            return install.torch_wheel(str(folder), "2.13.0")
        links = "".join(f'<a href="{name.replace("+", "%2B")}">wheel</a>' for name in names)
        (folder / "index.html").write_text(links)
        return install.torch_wheel((folder / "index.html").as_uri(), "2.13.0")

    assert found(*others) == "" and found(*others, fits) == fits
    assert install.torch_wheel(str(tmp_path / "missing"), "2.13.0") == ""


@pytest.mark.parametrize(
    "system, machine, version, word",
    [
        ("Darwin", "x86_64", "14.5", "Intel Macs"),
        ("Darwin", "arm64", "13.6", "macOS 14"),
        ("Windows", "ARM64", "", "Windows on ARM"),
        ("Linux", "armv7l", "glibc 2.36", "armv7l"),
        ("Linux", "x86_64", "another C library than glibc", "glibc"),
        ("Linux", "x86_64", "glibc 2.17", "glibc 2.28"),
        ("Darwin", "arm64", "14.0", ""),
        ("Darwin", "arm64", "26.1", ""),
        ("Windows", "AMD64", "", ""),
        ("Linux", "x86_64", "glibc 2.28", ""),
        ("Linux", "aarch64", "glibc 2.39", ""),
    ],
)
def test_machines_without_a_build_are_sent_elsewhere(system, machine, version, word):
    said = install.no_torch_for(system, machine, version)
    assert bool(said) == bool(word) and word in said
    assert not said or "Colab" in said


@pytest.fixture
def installer(tmp_path, monkeypatch):
    """An installer that runs nothing, and the stamps that it would make."""
    stamps = tmp_path / "course", tmp_path / "dev"
    monkeypatch.setattr(install, "STAMP", stamps[0])
    monkeypatch.setattr(install, "DEV_STAMP", stamps[1])
    monkeypatch.setattr(install, "nvidia_driver", lambda: "")
    monkeypatch.setattr(install, "torch_source", lambda *_, **__: (CPU, "from nowhere"))
    made = install.Installer({})
    made.stamps = stamps
    return made


def test_an_interrupted_installation_leaves_no_stamp(installer, monkeypatch):
    def interrupted(command, environment=None):
        if str(install.REQUIREMENTS) in command:
            raise SystemExit("stopped")

    monkeypatch.setattr(install, "run", interrupted)
    with pytest.raises(SystemExit):
        installer.install()
    assert not any(stamp.exists() for stamp in installer.stamps)


@pytest.mark.parametrize("dev", [False, True])
def test_the_tests_packages_come_only_when_asked_for(installer, monkeypatch, dev):
    commands = []
    monkeypatch.setattr(install, "run", lambda command, environment=None: commands.append(command))
    installer.install(dev=dev)
    assert [stamp.exists() for stamp in installer.stamps] == [True, dev]
    assert commands[0][-3:] == [f"torch=={install.pinned('torch')}", *CPU]
    assert ("--group" in commands[1]) == dev


def test_a_folder_of_wheels_without_pytorch_is_refused(tmp_path):
    with pytest.raises(
        SystemExit, match=f"no PyTorch {re.escape(install.pinned('torch'))} for Python"
    ):
        install.Installer({"WHEELS": str(tmp_path)}).install()


@pytest.mark.parametrize("words", [["curse"], ["COLOUR=1"], ["dev", "wheels"]])
def test_a_word_that_is_not_understood_gets_the_list_of_those_that_are(words):
    with pytest.raises(SystemExit, match="is not understood"):
        install.main(words)


@pytest.mark.parametrize(
    "version, fine", [((3, 10), False), ((3, 11), True), ((3, 14), True), ((3, 15), False)]
)
def test_the_wrong_python_is_told_which_one_to_take(monkeypatch, version, fine):
    monkeypatch.setattr(sys, "version_info", version)
    said = check_python.problem()
    assert (said is None) == fine
    wrong = f"Python {version[0]}.{version[1]} cannot run the course: install Python 3.11 to 3.14"
    assert fine or said.startswith(wrong)


def pins(path):
    """{name: its lines} of a file of exact versions."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-")):
            requirement = Requirement(line)
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def version_of(requirement):
    (specifier,) = requirement.specifier
    assert specifier.operator == "==" and "*" not in specifier.version, requirement
    return specifier.version


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
COURSE = [Requirement(line) for line in [*PROJECT["project"]["dependencies"], *GROUPS["course"]]]
DEV = [Requirement(line) for line in GROUPS["dev"] if isinstance(line, str)]


def test_requirements_name_one_version_of_what_the_course_runs_on_within_pyprojects_ranges():
    ranges = {canonicalize_name(requirement.name): requirement.specifier for requirement in COURSE}
    named, locked = pins(install.REQUIREMENTS), pins(install.CONSTRAINTS)
    assert named.keys() <= ranges.keys()
    for name, (requirement,) in named.items():
        assert version_of(requirement) in ranges[name], name
        assert [version_of(line) for line in locked[name]] == [version_of(requirement)], name
    lines = install.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    assert "-c constraints.txt" in lines and "-e ." in lines


def test_one_lock_has_a_version_in_range_of_everything_that_course_and_tests_ask_for():
    locked = pins(install.CONSTRAINTS)
    for wanted in [*COURSE, *DEV]:
        for line in locked[canonicalize_name(wanted.name)]:
            assert version_of(line) in wanted.specifier, wanted


def test_the_lock_is_complete_and_fits_every_build_of_pytorch():
    locked = pins(install.CONSTRAINTS)
    own = ("nvidia-", "cuda-", "triton", "pytorch-triton", "intel-")
    assert not [name for name in locked if name.startswith(own)]
    assert "://" not in install.CONSTRAINTS.read_text(encoding="utf-8")
    seen, left = set(), [*COURSE, *DEV]
    while left:
        wanted = left.pop()
        name, extras = canonicalize_name(wanted.name), wanted.extras or {""}
        if (name, *extras) in seen or name.startswith(own):
            continue
        seen.add((name, *extras))
        assert name in locked, f"{name} is missing: make lock"
        for line in metadata.distribution(name).requires or ():
            needed = Requirement(line)
            places = [{"extra": extra} for extra in extras]
            if not needed.marker or any(map(needed.marker.evaluate, places)):
                left.append(needed)


def test_make_and_the_installer_agree_on_the_names():
    command = [sys.executable, str(ROOT / "tools" / "install.py"), "?"]
    said = subprocess.run(command, capture_output=True, text=True)
    assert all(name in said.stderr for name in (*install.NAMES, *install.TASKS[1:]))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"WHEELS=", "PYTORCH_MIRROR=", "CPU=1"} <= set(re.findall(r"[A-Z_]+=1?", makefile))
