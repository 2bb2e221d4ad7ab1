"""Render documents as Markdown pages, and read such pages back. Pure: the same document gives the same bytes."""

from pipeline.pages.markdown import DOUBT_MARK, escape, render_markdown, unescape

__all__ = ["DOUBT_MARK", "escape", "render_markdown", "unescape"]
