"""Export documents to the formats of other programs: one module and one `Format` each, all written from one outline."""

from __future__ import annotations

from pipeline.exports.anki import ANKI
from pipeline.exports.base import Exported, Format, exported
from pipeline.exports.docx import DOCX
from pipeline.exports.epub import EPUB
from pipeline.exports.html import HTML
from pipeline.exports.markdown import GITHUB, MARKDOWN, OBSIDIAN
from pipeline.exports.pdf import PDF
from pipeline.exports.tables import CSV, JSONL, RECORD

FORMATS: tuple[Format, ...] = (MARKDOWN, GITHUB, OBSIDIAN, HTML, DOCX, PDF, EPUB, ANKI, CSV, JSONL, RECORD)

__all__ = ["FORMATS", "Exported", "Format", "exported"]
