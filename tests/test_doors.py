"""The course's other doors, without a network: Google Colab, Binder, Codespaces, GitHub."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import address
import colab
import pytest
import yaml
from course import ROOT, pages
from packaging.requirements import Requirement

COURSE = "somebody-with-a-long-name/alexnet-by-hand"
SITE = f"https://github.com/{COURSE}"


def every_file(root):
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {path.relative_to(root): path.read_bytes() for path in files}


@pytest.fixture
def copy(tmp_path):
    """A copy of what the address goes into, and a function that sets it there."""
    unread = shutil.ignore_patterns(".*", "results", "photos", "fashion_mnist", "__pycache__")
    for folder in ("notebooks", "alexnet_lib"):  # ruff sorts the imports of the one by the other
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=unread)
    shutil.copy(ROOT / "README.md", tmp_path)
    original = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    def publish(url):
        line = f'Repository = "{url}"\n' if url else ""
        here = r"(?m)^(\[project\.urls\]\n)(Repository = .*\n)?"
        text = re.sub(here, lambda found: found[1] + line, original)
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        return tmp_path

    publish("")
    address.main(tmp_path)
    return publish


def first_code(page):
    return next("".join(cell["source"]) for cell in page["cells"] if cell["cell_type"] == "code")


def contents(root):
    return [json.loads(path.read_text("utf-8")) for path in pages(root / "notebooks")]


def test_the_pages_and_the_readme_say_what_the_address_says(capsys):
    folder = ROOT / "notebooks"
    before = every_file(folder)
    assert address.main(ROOT) == 0 and capsys.readouterr().out == "", "run: make address"
    assert every_file(folder) == before


def test_an_address_opens_every_page_elsewhere_and_taking_it_away_leaves_no_trace(copy, capsys):
    before = every_file(copy(""))
    readme = before[Path("README.md")].decode()
    assert "colab.research.google.com/github" not in readme and "mybinder" not in readme
    assert not any("google.colab" in first_code(page) for page in contents(copy("")))

    root = copy(SITE)
    address.main(root)
    badges = (root / "README.md").read_text(encoding="utf-8").split("\n\n")[1]
    assert badges.count("[![") == 3
    for path, page in zip(pages(root / "notebooks"), contents(root), strict=True):
        opening = "".join(page["cells"][0]["source"])
        for place in (
            f"https://colab.research.google.com/github/{COURSE}/blob/main/notebooks/{path.name}",
            f"https://mybinder.org/v2/gh/{COURSE}/main?urlpath=lab/tree/notebooks/{path.name}",
            f"https://codespaces.new/{COURSE}",
        ):
            assert opening.count(f"]({place})") == 1
        assert opening.startswith("# ") and first_code(page).count("google.colab") == 1
    lint = [sys.executable, "-m", "ruff", "check", "-q", "--no-cache"]
    assert subprocess.run([*lint, str(root / "notebooks")]).returncode == 0

    once = every_file(root)
    address.main(root)
    assert every_file(root) == once
    address.main(copy("https://github.com/another/course.git"))
    assert b"somebody-with" not in b"".join(every_file(root).values())
    address.main(copy(""))
    assert every_file(root) == before


def test_the_guard_does_nothing_here_and_installs_the_course_on_colab(monkeypatch):
    source = address.guarded("ready = True", COURSE)
    ast.parse(source)
    said = []

    def magic(*words):
        said.append(" ".join(words))

    shell = SimpleNamespace(system=said.append, run_line_magic=magic)
    names = {"get_ipython": lambda: shell}
    exec(source, names)
    assert names["ready"] and said == []
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    exec(source, names)
    assert said == [
        f"test -d /content/course || git clone -q --depth 1 {SITE} /content/course",
        "pip install -q --no-deps /content/course torchsummary",
        "cd -q /content/course/notebooks",
    ]


@pytest.mark.parametrize(
    "wrong", ["https://example.org/course", "github.com/a/b", "https://github.com/only-owner"]
)
def test_an_address_that_is_none_of_githubs_is_refused_in_words(copy, wrong):
    with pytest.raises(SystemExit, match=re.escape(repr(wrong))):
        address.main(copy(wrong))


def test_colabs_versions_are_within_the_librarys_ranges():
    with open(ROOT / "pyproject.toml", "rb") as file:
        ranges = {
            one.name: one.specifier
            for one in map(Requirement, tomllib.load(file)["project"]["dependencies"])
        }
    exact = {}
    for one in map(Requirement, colab.VERSIONS.splitlines()):
        exact[one.name] = str(one.specifier)[2:]
    assert {"ipython", "ipywidgets", "anywidget"} <= set(exact)
    assert all(exact[name] in ranges[name] for name in set(exact) & set(ranges))
    assert all((ROOT / test).is_file() for test in colab.TESTS)


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("system", ["linux", "plain-commands"])
def test_the_workflow_runs_what_the_readme_and_ci_run(system):
    steps = yaml.safe_load(read(".github/workflows/tests.yml"))["jobs"][system]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    if system == "linux":
        assert commands == ["bash .ci/run"]
        return
    readme = read("README.md").replace("\\", "/").replace("py tools", "python tools")
    for command in commands:
        assert command.replace("${{ matrix.bin }}", ".venv/Scripts") in readme


def test_workflows_may_read_only_and_publishing_may_write_pages_only():
    may = {}
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert content["permissions"] == {"contents": "read"}
        for name, job in content["jobs"].items():
            if "permissions" in job:
                may[name] = job["permissions"]
    assert may == {"deploy": {"pages": "write", "id-token": "write"}}


def test_every_file_that_a_door_names_is_there():
    container = json.loads(read(".devcontainer/devcontainer.json"))
    named = [container["postCreateCommand"].split()[1]]
    named += container["customizations"]["codespaces"]["openFiles"]
    named += re.findall(r"\b[a-z]+\.txt\b", read(".binder/postBuild"))
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    named += [word for hook in hooks for word in hook["entry"].split() if word.endswith(".py")]
    tools = {"tools/install.py", "tools/refresh.py"}
    assert tools | {"requirements.txt", "constraints.txt"} <= set(named)
    assert all((ROOT / name).is_file() for name in named)
    python = read(".binder/runtime.txt").strip().removeprefix("python-")
    with open(ROOT / "pyproject.toml", "rb") as file:
        known = tomllib.load(file)["project"]["classifiers"]
    assert f"Programming Language :: Python :: {python}" in known
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert {"name", "description", "body"} <= set(form)


def test_citation_and_pyproject_agree_and_the_address_stands_in_one_place():
    citation = yaml.safe_load(read("CITATION.cff"))
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
    cited = [author["name"] for author in citation["authors"]]
    assert cited == [author["name"] for author in project["authors"]]
    assert not {"url", "repository-code", "repository"} & set(citation)
