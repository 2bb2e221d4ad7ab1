"""One HTML file that holds everything: contents, search, evidence on click; it works from a mail attachment."""

from __future__ import annotations

from pipeline.exports.base import Exported, Format
from pipeline.exports.pages import page


def write_html(exported: Exported) -> bytes:
    """The page. Nothing in it asks for anything outside it but links that a reader follows."""
    return page("page.html", ("search.js", "page.js"), exported=exported, paged=False)


HTML = Format("html", ".html", "a self-contained page: contents, search, evidence on click", write_html, context=True)
