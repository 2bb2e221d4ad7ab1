"""Documents to files of other forms. Pure: the same document gives the same bytes."""

from pipeline.render.markdown import render_markdown, unescape

__all__ = ["render_markdown", "unescape"]
