"""Write notebooks/glossary.md from classroom/glossary.toml, or say whether it is up to date.

python tools/glossary.py [--check]
"""

import argparse
import sys
import tomllib

from course import NOTEBOOKS, ROOT, lesson, pages

TERMS, PAGE = ROOT / "classroom" / "glossary.toml", NOTEBOOKS / "glossary.md"
HEAD = """\
# Glossary

Every term of the course, in English and Chinese, and the lesson that defines it.

| English | Chinese | pinyin | meaning | lesson |
|---|---|---|---|---|
"""


def terms():
    """Every term as (English, Chinese, pinyin, meaning, lesson), in the order of the alphabet."""
    found = tomllib.loads(TERMS.read_text(encoding="utf-8"))["terms"]
    return sorted(found, key=lambda term: term[0].casefold())


def page():
    """The text of the glossary."""
    names = {lesson(path): path.name for path in pages()}
    text = HEAD
    for english, chinese, pinyin, meaning, number in terms():
        link = f"[{number}]({names[number]})" if number in names else str(number)
        text += f"| {english} | {chinese} | {pinyin} | {meaning} | {link} |\n"
    return text


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
