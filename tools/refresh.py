"""Execute the pages and store their outputs: the one writer of outputs.

    python tools/refresh.py [--check | --stored] [--anew] [notebooks/01_cross_correlation.ipynb ...]

Run twice, it changes nothing. With --check nothing is written, and the exit status says whether
something would be. With --stored nothing is executed either: it only looks whether a page has the
form that is stored here, not that of JupyterLab's own saving. A cell that is tagged as different
from run to run (a speed, a picture of a training) keeps its output, unless --anew is given.
"""

import argparse
import sys
from pathlib import Path

import course
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from alexnet_lib.files import replacing

VIEW = "application/vnd.jupyter.widget-view+json"
NO_NOTEBOOK = (nbformat.reader.NotJSONError, nbformat.ValidationError)
DIFFERENT = {"nbval-ignore-output", "picture-differs"}
OPTIONS = {
    "--check": "write nothing, say whether something would change",
    "--stored": "execute nothing, only look at the form of the pages",
    "--anew": "also replace outputs that differ from run to run",
}
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(path, anew=False):
    """Run a page in a fresh kernel; returns it with clean outputs. Raises RuntimeError in words."""
    if not path.exists():
        raise RuntimeError("there is no page of that name")
    try:
        page = nbformat.read(path, as_version=4)
    except NO_NOTEBOOK as error:
        raise RuntimeError(f"this is not a notebook: {str(error)[:80]}") from None
    kept = {}
    for cell in page.cells:
        if cell.cell_type == "code":
            if cell.outputs and not anew and DIFFERENT & set(cell.metadata.get("tags", ())):
                kept[cell.id] = cell.outputs
            cell.outputs, cell.execution_count = [], None
    where = {"metadata": {"path": path.parent}}
    try:
        NotebookClient(page, timeout=300, kernel_name="python3", resources=where).execute()
    except CellExecutionError as error:
        message = f"a cell raised an error; the page is left as it was.\n{error}"
        raise RuntimeError(message) from None
    title = {"title": page.metadata.title} if "title" in page.metadata else {}
    page.metadata = nbformat.from_dict({**METADATA, **title})
    for cell in page.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = kept.get(cell.id) or list(filter(None, map(clean, cell.outputs)))
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = cell.execution_count
    return page


def clean(output):
    """An output without the live widget, of which the still remains; None when nothing is left."""
    if output.output_type == "stream" and output.name == "stderr":
        raise RuntimeError(f"a cell wrote to stderr; the page is left as it was.\n{output.text}")
    if "data" in output:
        output.data.pop(VIEW, None)
        return output if output.data else None
    return output


def stored(path):
    """What shows, without executing it, that another program wrote a page; "" if nothing does."""
    try:
        text = path.read_text(encoding="utf-8")
        page = nbformat.reads(text, as_version=4)
    except (OSError, UnicodeDecodeError, *NO_NOTEBOOK) as error:
        return f"this is not a notebook: {str(error)[:80]}"
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    outputs = [output for cell in code for output in cell.outputs]
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        return "its cells have not all run, in order, in a fresh kernel"
    if any(VIEW in output.get("data", {}) or output.get("name") == "stderr" for output in outputs):
        return "it holds a live widget or something written to stderr"
    if any(output.output_type == "error" for output in outputs):
        return "a cell ended with an error"
    if {name: value for name, value in page.metadata.items() if name != "title"} != METADATA:
        return "its metadata are those of another program"
    if any("execution" in cell.metadata for cell in code) or text != nbformat.writes(page) + "\n":
        return "another program wrote it"
    return ""


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", type=Path)
    for option, words in OPTIONS.items():
        parser.add_argument(option, action="store_true", help=words)
    arguments = parser.parse_args(argv)
    pages = arguments.pages or course.pages()
    if arguments.stored:
        found = {path: stored(path) for path in pages}
        for path, trouble in found.items():
            if trouble:
                print(f"{path}: {trouble}. Run: make refresh PAGE={path}")
        return int(any(found.values()))
    stale = []
    for path in pages:
        try:
            text = nbformat.writes(execute(path, arguments.anew)) + "\n"
        except RuntimeError as error:
            sys.exit(f"{path}: {error}")
        if text != path.read_text(encoding="utf-8"):
            stale.append(path)
            if not arguments.check:
                with replacing(path) as temporary:
                    temporary.write_text(text, encoding="utf-8")
        changed = "changed" if path in stale else "unchanged"
        print(f"{path.name}: {changed}, {len(text) / 1e6:.2f} MB", flush=True)
    return int(arguments.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
