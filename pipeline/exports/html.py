"""A single HTML file with contents, search, and evidence on click; it works from a mail attachment."""

from __future__ import annotations

from pipeline.exports.base import Exported, Format
from pipeline.exports.pages import page


def write_html(exported: Exported) -> bytes:
    """The page. It fetches nothing from elsewhere; only links that a reader follows lead outside."""
    return page("page.html", ("search.js", "page.js"), exported=exported, paged=False)


HTML = Format("html", ".html", "a self-contained page: contents, search, evidence on click", write_html, context=True)
