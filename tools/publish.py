"""Slides and handouts from the pages' own cells: one HTML file a lesson, which needs no network.

    python tools/publish.py slides|handouts [notebooks/01_cross_correlation.ipynb ...]

They go to build/slides and build/handouts. Grids answer to pointing and Tab as on the page; nothing
needs a kernel.
"""

import argparse
import base64
import re
import sys
from html import escape
from pathlib import Path

import nbformat
from course import NOTEBOOKS, ROOT, pages
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from pygments.formatters import HtmlFormatter

LOOKS = Path(__file__).parent / "publish"
CODE = Highlight2HTML(pygments_lexer="python")
STILL = "In JupyterLab this has controls to move; here it shows its first setting."
LONG = 280
EXERCISE = re.compile(r"^check\(", re.MULTILINE)
NOT_YET = re.compile(r'<div class="ax-ask ax-not-yet".*?</div>')
TITLE = r"^# (.*)"
CHINESE = re.compile("([\u3400-\u9fff]+)")


def main(argv):
    """Write the wanted files and return 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("slides", "handouts"))
    parser.add_argument("pages", nargs="*", type=Path)
    parser.add_argument("--to", type=Path, default=ROOT / "build", help="the folder to write to")
    arguments = parser.parse_args(argv)
    folder = arguments.to / arguments.kind
    folder.mkdir(parents=True, exist_ok=True)
    for path in arguments.pages or pages():
        text = publish(cells_of(path), arguments.kind)
        target = folder / f"{path.stem}.html"
        target.write_text(text, encoding="utf-8")
        print(f"{target}: {len(text) / 1e6:.2f} MB", flush=True)
    glossary = NOTEBOOKS / "glossary.md"
    if glossary.exists():
        cells = [nbformat.v4.new_markdown_cell(glossary.read_text(encoding="utf-8"))]
        (folder / "glossary.html").write_text(publish(cells, "handouts"), encoding="utf-8")
    return 0


def cells_of(path):
    """The cells of a page. Ends the program in words when there is none that can be read."""
    try:
        cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type != "raw"]
    except FileNotFoundError:
        sys.exit(f"{path}: there is no page of that name")
    except (OSError, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        sys.exit(f"{path}: this is not a notebook ({str(error)[:80]})")
    if not cells or not re.search(TITLE, cells[0].source, re.MULTILINE):
        sys.exit(f'{path}: the first cell must hold the title, a line like "# Dropout"')
    return cells


def publish(cells, kind):
    """A whole HTML document of these cells."""
    title = re.search(TITLE, cells[0].source, re.MULTILINE)[1]
    if kind == "slides":
        body = "".join(
            f'<section tabindex="0" aria-label="slide {n}"><div>{slide}</div></section>'
            for n, slide in enumerate(slides(cells), 1)
        )
    else:
        body = "".join(map(shown, cells))
    styles, body = gathered(body)
    looks = (LOOKS / "common.css").read_text(encoding="utf-8") + (LOOKS / f"{kind}.css").read_text(
        encoding="utf-8"
    )
    script = (LOOKS / "slides.js").read_text(encoding="utf-8") if kind == "slides" else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{looks}{HtmlFormatter().get_style_defs('.highlight')}{styles}</style>"
        f'</head><body class="{kind}"><main>{relinked(body)}</main>'
        f"{f'<script>{script}</script>' if script else ''}</body></html>\n"
    )


def slides(cells):
    """The HTML of each slide: a short piece of prose with its cell; a long piece stands alone."""
    found, room = [], False
    for cell in cells[:1] + cells[2:]:
        if cell.cell_type == "markdown":
            parts = [part for part in re.split(r"\n(?=## |> \*\*)", cell.source) if part.strip()]
            found += map(prose, parts)
            room = len(parts[-1]) < LONG
        elif not hidden(cell):
            found += [] if room else [""]
            found[-1] += shown(cell, folded=bool(cell.outputs))
            room = False
    return found


def hidden(cell):
    """Whether a slide does without this code cell: an exercise, or a check that shows nothing."""
    lines = [line for line in cell.source.splitlines() if line.strip()]
    asserts = not cell.outputs and all(line.startswith(("assert", " ", ")")) for line in lines)
    return asserts or re.search(r"^(check|progress)\(", cell.source, re.MULTILINE) is not None


def shown(cell, folded=False):
    """A cell as HTML: its prose, or what its code showed and the code, which may be folded away."""
    if cell.cell_type == "markdown":
        return prose(cell.source)
    code = f'<div class="code">{CODE(cell.source)}</div>'
    outputs = "".join(f'<div class="output">{output(each)}</div>' for each in cell.outputs)
    if EXERCISE.search(cell.source):  # the question alone: nothing can be answered here
        return NOT_YET.sub("", outputs)
    if re.search(r"^explore\(", cell.source, re.MULTILINE):
        outputs += f"<p><small>{STILL}</small></p>"
    if folded and code:
        return f"{outputs}<details><summary>Code</summary>{code}</details>"
    return code + outputs


def output(each):
    """One output as HTML. A picture gets its text equivalent."""
    if each.output_type == "stream":
        return f"<pre>{escape(each.text)}</pre>"
    if each.output_type == "error":
        return f"<pre>{escape(each.ename)}: {escape(each.evalue)}</pre>"
    data = each.data
    if "text/html" in data:
        return data["text/html"]
    if "image/png" in data:
        details = each.metadata.get("image/png", {})
        alt = escape(details.get("alt") or data["text/plain"])
        width = f' width="{details["width"]}"' if "width" in details else ""
        source = data["image/png"].replace("\n", "")
        base64.b64decode(source, validate=True)
        return f'<img alt="{alt}"{width} src="data:image/png;base64,{source}">'
    return f"<pre>{escape(data.get('text/plain', ''))}</pre>"


def prose(source):
    """Markdown as HTML, Chinese words marked as Chinese."""
    html = re.sub(r'<a class="anchor-link".*?</a>', "", markdown2html_mistune(source))
    parts = re.split(r"(<[^>]*>)", html)
    return "".join(
        part if part.startswith("<") else CHINESE.sub(r'<span lang="zh">\1</span>', part)
        for part in parts
    )


def gathered(body):
    """Every style that stands in the body, each once, and the body without them."""
    styles = dict.fromkeys(re.findall(r"<style>(.*?)</style>", body, re.DOTALL))
    return "".join(styles), re.sub(r"<style>.*?</style>", "", body, flags=re.DOTALL)


def relinked(body):
    """Links to pages as links to the files published beside this one."""
    return re.sub(
        r'href="(?:\.\./notebooks/|\./)?([\w-]+)\.(?:ipynb|md)(#[^"]*)?"', r'href="\1.html"', body
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
