"""Write notebooks/glossary.md from classroom/glossary.toml; with --check say whether it is up to date.

python tools/glossary.py [--check]
"""

import argparse
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TERMS, PAGE = ROOT / "classroom" / "glossary.toml", ROOT / "notebooks" / "glossary.md"


def terms():
    """Every term as (English, Chinese, pinyin, meaning, lesson), in the order of the alphabet."""
    return sorted(
        tomllib.loads(TERMS.read_text(encoding="utf-8"))["terms"],
        key=lambda term: term[0].casefold(),
    )


def page():
    """The text of the glossary."""
    lessons = {
        path.name[:2]: path.name for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    }
    rows = []
    for english, chinese, pinyin, meaning, number in terms():
        name = lessons.get(f"{number:02d}")
        lesson = f"[{number}]({name})" if name else str(number)
        rows.append(f"| {english} | {chinese} | {pinyin} | {meaning} | {lesson} |\n")
    head = "# Glossary\n\nEvery term of the course, in English and Chinese, and the lesson that defines it.\n\n"
    return (
        head
        + "| English | Chinese | pinyin | meaning | lesson |\n|---|---|---|---|---|\n"
        + "".join(rows)
    )


def main(argv):
    """Write the glossary, or with --check return 1 when it is out of date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if parser.parse_args(argv).check:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
