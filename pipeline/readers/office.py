"""Word documents, PDF and RTF as text, which is then read as a text file is."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from typing import Any

from pipeline.errors import InputError
from pipeline.readers.base import Document, Prose, Reader, broken
from pipeline.readers.frames import BREAK
from pipeline.readers.pages import without_running_heads
from pipeline.readers.parts import blocks, deleted, is_paragraph, rows, runs, table_of_keys
from pipeline.readers.tally import Tally
from pipeline.text import clean, numbered
from pipeline.transcript import Metadata

_UNREAD = (("formulas", "m:oMath", "m:t"), ("text boxes", "w:txbxContent", "w:t"))
_SHOWN_ELSEWHERE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # copies for old programs
_RTF_WORD = re.compile(
    r"\\(?:(?P<inside>intbl)|(?P<outside>pard|row)|(?P<cell>(?:nest)?cell)|(?P<end>par|line))(?![a-z\d-])"
    r"|\\[^a-z]"  # an escaped sign
)
_FILE_NAME = re.compile(r"^Microsoft Word - |\.(?:docx?|dotx?|odt|rtf|txt|pdf|pages|md)$", re.IGNORECASE)
_LARGEST, _LARGEST_TEXT = 400_000_000, 50_000_000  # maximum bytes of an unpacked document, and of its XML


def _docx_sniff(document: Document) -> bool:
    return document.raw[:4] == b"PK\x03\x04" and b"word/document.xml" in document.raw


def _docx_read(document: Document, tally: Tally) -> Prose:
    """Read paragraphs and table rows in order, with bold beginnings marked; the title is in the properties."""
    from docx import Document as open_docx
    from docx.opc.exceptions import OpcError

    try:
        with zipfile.ZipFile(io.BytesIO(document.raw)) as archive:
            sizes = [(member.filename, member.file_size) for member in archive.infolist()]
            text_size = sum(size for name, size in sizes if name.endswith(".xml"))
            if sum(size for _, size in sizes) > _LARGEST or text_size > _LARGEST_TEXT:
                raise InputError(f"{document.label}: it is too large to be unpacked", hint="export it as text")
        word = open_docx(io.BytesIO(document.raw))
    except (zipfile.BadZipFile, OpcError, KeyError, ValueError, SyntaxError) as err:
        raise broken(document, "this Word document", err, "save it again, or as text") from err
    body = list(blocks(word.element.body))
    keys = table_of_keys(body)
    lines = [row for block in body for row in _rows(block, word, tally, keys=block is keys)]
    _record_unread(word.element.body, tally)
    return Prose("\n".join(lines), _properties(word))


def _properties(word: Any) -> Metadata:
    """Title and language from the document's properties; if it has none, python-docx would invent some."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    relation_types = {relation.reltype for relation in word.part.package.rels.values()}
    if RELATIONSHIP_TYPE.CORE_PROPERTIES not in relation_types:
        return Metadata()
    properties = word.core_properties
    return Metadata(title=_title(properties.title), language=clean(properties.language or "") or None)


def _title(written: object) -> str | None:
    """The title in a document's properties; None if it is the name of a file, which programs put there."""
    title = clean(str(written or ""))
    return None if not title or _FILE_NAME.search(title) else title


def _record_unread(body: Any, tally: Tally) -> None:
    """Record text in formulas and boxes, which is not part of any paragraph's text."""
    from docx.oxml.ns import qn

    for kind, holder, words in _UNREAD:
        for element in body.iter(qn(holder)):
            if next(element.iterancestors(_SHOWN_ELSEWHERE), None) is None:
                tally.leave_out(kind, " ".join(part.text for part in element.iter(qn(words)) if part.text))


def _rows(block: Any, word: Any, tally: Tally, *, keys: bool = False) -> list[str]:
    """The lines of a paragraph or table; those of a table of `keys` have a colon."""
    if is_paragraph(block):
        return [*_as_markdown(block, word, tally), ""]

    def text_of(cell: Any) -> str:
        return clean(" ".join(_text(p, tally) for p in blocks(cell) if is_paragraph(p)))

    if keys:
        return [line for key, value in rows(block, text_of) for line in (f"{key.rstrip(':：')}: {value}", "") if value]
    return ["\t".join(texts) for texts in rows(block, text_of)]


def _text(paragraph: Any, tally: Tally) -> str:
    for text in deleted(paragraph):
        tally.leave_out("deleted text of tracked changes", text)
    return "".join(run.text for run in runs(paragraph))


def _as_markdown(paragraph: Any, word: Any, tally: Tally) -> list[str]:
    """The lines of a paragraph as Markdown: headings with "#", a bold beginning in asterisks."""
    from docx.text.paragraph import Paragraph

    text = _text(paragraph, tally)
    style = getattr(Paragraph(paragraph, word._body).style, "name", "") or ""
    if style.startswith("Heading") or style == "Title":
        return [f"# {clean(text)}"] if text.strip() else []
    bold = ""
    for run in runs(paragraph):
        if not run.bold or "\n" in run.text:
            break
        bold += run.text
    if bold.strip() and text.startswith(bold) and len(bold) < 100:
        rest = text[len(bold) :]
        if bold[-1:].isalnum() and rest[:1].strip() and rest[0] not in ":：":  # bold ends inside a word or sentence
            return text.split("\n")
        text = f"**{bold.strip()}** {rest.lstrip(' ')}" if rest.strip() else f"**{bold.strip()}**"
    return text.split("\n")


def _pdf_sniff(document: Document) -> bool:
    return b"%PDF-" in document.raw[:1024]


def _pdf_read(document: Document, tally: Tally) -> Prose:
    """Read the text of the pages without headers and footers, which are lines that most pages have."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        pdf = PdfReader(io.BytesIO(document.raw))
        if pdf.is_encrypted and not pdf.decrypt(""):
            raise InputError(f"{document.label}: this PDF needs a password", hint="save it without one")
        pages = [page.extract_text() for page in pdf.pages]
        properties = pdf.metadata
    except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, RecursionError) as err:
        raise broken(document, "this PDF", err, "save it as text") from err
    if not any(page.strip() for page in pages):
        raise InputError(
            f"{document.label}: this PDF contains no text, only {numbered(len(pages), 'page')} of images",
            hint="run text recognition (OCR) on it first",
        )
    rows = without_running_heads([page.split("\n") for page in pages], tally)
    return Prose(
        "\n".join(row for row in rows if row != BREAK), Metadata(title=_title(properties.title if properties else ""))
    )


def _rtf_sniff(document: Document) -> bool:
    return document.raw[:5] == b"{\\rtf"


def _rtf_read(document: Document, tally: Tally) -> Prose:
    """Read the text of the document."""
    from striprtf.striprtf import rtf_to_text

    try:
        raw = _with_rows_in_lines(document.raw.decode("ascii", errors="replace"))
        text: str = rtf_to_text(raw, errors="replace")  # type: ignore[no-untyped-call]  # it ships no types
    except (ValueError, IndexError, KeyError, LookupError) as err:
        raise broken(document, "this RTF", err, "save it as text") from err
    return Prose(text)


def _with_rows_in_lines(rtf: str) -> str:
    """The RTF with each row of a table on one line, with tabs between its cells, as a Word document's rows are read."""
    in_table = False

    def replacement(word: re.Match[str]) -> str:
        nonlocal in_table
        if word["inside"] or word["outside"]:
            in_table = bool(word["inside"])
        elif word["cell"]:
            return r"\tab"
        elif word["end"] and in_table:
            return r"\emspace"
        return word[0]

    return _RTF_WORD.sub(replacement, rtf)


DOCX = Reader("docx", "a Word document", _docx_sniff, _docx_read, binary=True)
PDF = Reader("pdf", "a PDF", _pdf_sniff, _pdf_read, binary=True)
RTF = Reader("rtf", "RTF", _rtf_sniff, _rtf_read, binary=True)
