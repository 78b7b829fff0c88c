"""Take the course's public address from pyproject.toml to README and pages, or away again.

    python tools/address.py

With an address, the README gets badges and each page links that open it in Colab, on Binder and in
Codespaces, and the first code cell of each page a guard that installs the course on Colab. Without
one there is none of that. Run twice, it changes nothing.
"""

import json
import re
import sys
import tomllib

from course import ROOT, pages

FORM = r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?"
DOORS = {
    "Open in Colab": (
        "https://colab.research.google.com/github/{course}/blob/main/{page}",
        "https://colab.research.google.com/assets/colab-badge.svg",
    ),
    "Open on Binder": (
        "https://mybinder.org/v2/gh/{course}/main?urlpath=lab/tree/{page}",
        "https://mybinder.org/badge_logo.svg",
    ),
    "Open in Codespaces": (
        "https://codespaces.new/{course}",
        "https://github.com/codespaces/badge.svg",
    ),
}
BADGES = re.compile(r"^\[!\[Open in Colab\].*\n\n", re.MULTILINE)
LINKS = re.compile(r"^\[Open in Colab\].*\n\n", re.MULTILINE)
# On Colab a page stands alone: the course is fetched, installed, and its folder of pages entered.
GUARD = """\
import sys

if "google.colab" in sys.modules:
    address = "https://github.com/OWNER/NAME"
    course = "/content/course"
    shell = get_ipython().system
    shell(f"test -d {course} || git clone -q --depth 1 {address} {course}")
    shell(f"pip install -q --no-deps {course} torchsummary")
    get_ipython().run_line_magic("cd", f"-q {course}/notebooks")

"""
GUARDED = re.compile(re.escape(GUARD).replace("OWNER/NAME", r"[\w./-]+"))


def course(root):
    """OWNER/NAME of the address in pyproject.toml, or "". Ends the program when not GitHub's."""
    with open(root / "pyproject.toml", "rb") as file:
        address = tomllib.load(file)["project"].get("urls", {}).get("Repository", "")
    found = re.fullmatch(FORM, address)
    if address and not found:
        form = "write it like https://github.com/OWNER/NAME"
        sys.exit(f"pyproject.toml, Repository = {address!r}: {form}")
    return found[1] if found else ""


def links(course, page, badges=False):
    """The ways to open `page` elsewhere, as Markdown: badges, or words, which need no network."""
    found = []
    for name, (where, image) in DOORS.items():
        label = f"![{name}]({image})" if badges else name
        found.append(f"[{label}]({where.format(course=course, page=page)})")
    return (" " if badges else " · ").join(found)


def addressed(text, course, page, badges=False):
    """Markdown that opens with a title, with links below it, or without when there is no course."""
    text = (BADGES if badges else LINKS).sub("", text, count=1)
    if not course:
        return text
    title, rest = text.split("\n\n", 1)
    return f"{title}\n\n{links(course, page, badges)}\n\n{rest}"


def guarded(source, course):
    """The source of a page's first code cell, guarded, or unguarded when there is no course."""
    source = GUARDED.sub("", source, count=1)
    return GUARD.replace("OWNER/NAME", course) + source if course else source


def main(root=ROOT):
    """Rewrite what differs, and say so."""
    name = course(root)
    readme = root / "README.md"
    lessons = pages(root / "notebooks")
    first = f"notebooks/{lessons[0].name}"
    wanted = {readme: addressed(readme.read_text(encoding="utf-8"), name, first, badges=True)}
    for path in lessons:
        page = json.loads(path.read_text(encoding="utf-8"))
        title = page["cells"][0]
        code = next(cell for cell in page["cells"] if cell["cell_type"] == "code")
        opening = addressed("".join(title["source"]), name, f"notebooks/{path.name}")
        title["source"] = opening.splitlines(keepends=True)
        code["source"] = guarded("".join(code["source"]), name).splitlines(keepends=True)
        wanted[path] = json.dumps(page, ensure_ascii=False, indent=1) + "\n"
    now = "opens elsewhere now" if name else "opens here only"
    for path, text in wanted.items():
        if text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{path.relative_to(root)}: {now}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
