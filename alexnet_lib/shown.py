"""What is shown: drawings return it, explorers and questions show it, notebooks display it."""

from functools import cached_property
from html import escape

from IPython import get_ipython
from IPython.core.formatters import DisplayFormatter


class Shown:
    """Something to see, with all that a view must know of it.

    `markup` is HTML; `text` says in one line what it shows; `style` is the CSS that it needs, once
    a view; `height` is that of the markup in CSS pixels, known before anything is drawn, or
    None where it follows from the room there is. `still` is what a page stores for readers without
    a kernel, a MIME bundle (data, metadata); unless given it is the style with the markup.
    Markup and still may be functions of nothing, called when they are first asked for.
    """

    def __init__(self, markup, text, height=None, style="", still=None):
        self._markup, self._still = markup, still
        self.text, self.height, self.style = text, height, style

    @classmethod
    def of(cls, answer):
        """Anything at all as a notebook would show it; a `Shown` is returned as it is."""
        if isinstance(answer, Shown):
            return answer
        shell = get_ipython()
        data, metadata = (shell.display_formatter if shell else DisplayFormatter()).format(answer)
        text = data["text/plain"]
        markup = data.get("text/html", f"<pre>{escape(text)}</pre>")
        if "image/png" in data:
            markup = f'<img alt="{escape(text)}" src="data:image/png;base64,{data["image/png"]}">'
        return cls(markup, text, still=(data, metadata))

    @cached_property
    def markup(self):
        """What is shown, as HTML."""
        return self._markup() if callable(self._markup) else self._markup

    @cached_property
    def still(self):
        """What a page stores, as (data, metadata)."""
        if self._still is not None:
            return self._still() if callable(self._still) else self._still
        style = f"<style>{self.style}</style>" if self.style else ""
        html = {"text/html": style + self.markup} if self.markup else {}
        return {**html, "text/plain": self.text}, {}

    def __repr__(self):
        return self.text

    def _repr_mimebundle_(self, **_):
        return self.still
