"""Word documents: real heading and list styles, and each statement's evidence as a footnote."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_DIRECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from pipeline.emphasis import pieces
from pipeline.exports.archive import without_clock
from pipeline.exports.base import Exported, Format
from pipeline.exports.docx_footnotes import REFERENCE, TEXT, Footnotes, hyperlink
from pipeline.pages import DOUBT_MARK
from pipeline.pages.outline import Block, Point, Section
from pipeline.text import rows_of_code

_ACCENT = RGBColor(0x0B, 0x5F, 0x66)
_SOFT = RGBColor(0x5C, 0x62, 0x68)
_INK = RGBColor(0x23, 0x27, 0x2B)
_CODE_FONT = "Consolas"
_DEEPEST = 3  # "List Bullet 3" is the deepest list style in every version of Word


def write_docx(exported: Exported) -> bytes:
    """The document, with the facts about it above the first heading."""
    word = Document()
    _prepare(word, exported)
    notes = Footnotes(word, exported)
    _opening(word, exported)
    for section in exported.sections:
        _section(word, section, exported, notes)
    if exported.any_doubted():
        word.add_paragraph(f"{DOUBT_MARK} {exported.labels.in_doubt}", "Remark")
    notes.finish()
    out = io.BytesIO()
    word.save(out)
    return without_clock(out.getvalue())


def _prepare(word: Any, exported: Exported) -> None:
    """Set styles, page margins, language and properties."""
    document = exported.document
    properties = word.core_properties
    properties.title, properties.author, properties.comments = document.title[:255], (document.channel or "")[:255], ""
    properties.last_modified_by, properties.language = "", exported.language
    properties.created = properties.modified = datetime.fromtimestamp(exported.changed, UTC)
    for part in word.sections:
        part.left_margin = part.right_margin = Cm(2.6)
        part.top_margin = part.bottom_margin = Cm(2.2)
    styles = word.styles
    _style(styles["Normal"], 11, _INK, after=6)
    _style(styles["Title"], 26, _INK, after=4)
    _style(styles["Heading 1"], 17, _ACCENT, before=20, after=6)
    _style(styles["Heading 2"], 13, _INK, before=14, after=4)
    for name in (f"{kind}{level}" for kind in ("List", "List Bullet") for level in ("", " 2", " 3")):
        _style(styles[name], 11, _INK, after=3)
    for name, size in (("Facts", 9.5), ("Remark", 9.5), (TEXT, 8.5)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name == TEXT)
        _style(style, size, _SOFT, after=2)
        if name != TEXT:  # quotations have the writing direction of their own language
            style.base_style = styles["Normal"]
    reference = styles.add_style(REFERENCE, WD_STYLE_TYPE.CHARACTER, builtin=True)
    reference.font.superscript, reference.font.color.rgb = True, _ACCENT
    border = styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        styles["Title"].element.pPr.remove(border)
    _language(styles["Normal"].element, exported)


def _language(normal: Any, exported: Exported) -> None:
    """Set the language of all text, and whether it runs from right to left; Word requires elements in schema order."""
    language = OxmlElement("w:lang")
    right_to_left = exported.direction == "rtl"
    language.set(qn("w:bidi" if right_to_left else "w:val"), exported.language)
    fonts = normal.get_or_add_rPr()
    fonts.append(language)
    if right_to_left:
        language.addprevious(OxmlElement("w:rtl"))
        normal.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), "w:spacing", "w:ind", "w:jc")
        for spacing in normal.getparent().xpath("./w:style/w:rPr/w:spacing"):
            spacing.getparent().remove(spacing)  # spacing would separate the joined letters of Arabic


def _style(style: Any, size: float, colour: RGBColor, *, before: float = 0, after: float = 0) -> None:
    style.font.size, style.font.color.rgb = Pt(size), colour
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)


def _opening(word: Any, exported: Exported) -> None:
    document, labels = exported.document, exported.labels
    word.add_paragraph(labels.heading("study_document", document.notes), "Facts")
    word.add_paragraph(document.title, "Title")
    facts = [document.channel, exported.published, labels.names(document.speakers)]
    if facts_line := " · ".join(f for f in facts if f):
        word.add_paragraph(facts_line, "Facts")
    if exported.url:
        hyperlink(word.add_paragraph(style="Facts")._p, word.part, exported.url, exported.url)
    if document.note:
        note = word.add_paragraph(style="Facts").add_run(document.note)
        note.font.italic = note.font.cs_italic = True
    if document.status == "partial":
        _bold(word.add_paragraph().add_run(f"{labels.partial_mark} — {labels.partial}"))
        for problem in exported.problems():
            word.add_paragraph(problem, "List Bullet")


def _section(word: Any, section: Section, exported: Exported, notes: Footnotes) -> None:
    word.add_heading(section.heading, 1)
    if not section.blocks:
        word.add_paragraph(exported.nothing, "Remark")
    for block in section.blocks:
        if block.part:
            word.add_heading(block.part, 2)
        if block.heading:
            word.add_heading(block.title, 1 + block.level)
        _block(word, block, exported, notes)


def _block(word: Any, block: Block, exported: Exported, notes: Footnotes) -> None:
    if block.form == "prose":
        _paragraph(word.add_paragraph(), block.points, exported, notes)
        return
    for point in block.points:
        _point(word, point, 0, block, exported, notes)


def _point(word: Any, point: Point, depth: int, block: Block, exported: Exported, notes: Footnotes) -> None:
    """Add a point at this depth, and what is nested below it."""
    if point.text:
        level = min(depth + 1, _DEEPEST)
        plain = block.form == "terms" or (block.form == "points" and not depth and not point.listed)
        kind = "List" if point.step else "List Bullet"  # not "List Number": Word would continue it through all lists
        style = "Normal" if plain else kind if level == 1 else f"{kind} {level}"
        paragraph = word.add_paragraph(f"{point.step}.\t" if point.step else "", style=style)
        _paragraph(paragraph, (point, *point.pieces), exported, notes)
    if point.columns:
        _table(word, point, exported, notes)
        return
    for nested in point.nested:
        _point(word, nested, depth + 1, block, exported, notes)


def _table(word: Any, point: Point, exported: Exported, notes: Footnotes) -> None:
    """Add the rows below a point, with column headings repeated on every page; the last cell has the evidence."""
    table = word.add_table(rows=1, cols=len(point.columns), style="Table Grid")
    if exported.direction == "rtl":
        table.table_direction = WD_TABLE_DIRECTION.RTL
    head = table.rows[0]
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, title in zip(head.cells, point.columns, strict=True):
        _bold(cell.paragraphs[0].add_run(title))
    for row in point.nested:
        row_cells = table.add_row().cells
        for cell, text in zip(row_cells, row.cells, strict=True):
            _words(cell.paragraphs[0], text)
        _evidence(row_cells[-1].paragraphs[0], row, exported, notes)
    word.add_paragraph()  # otherwise two consecutive tables would merge


def _paragraph(paragraph: Any, points: Sequence[Point], exported: Exported, notes: Footnotes) -> None:
    for n, point in enumerate(points):
        if n:
            paragraph.add_run(exported.labels.between_sentences)
        if point.lead:
            mark, space = exported.labels.lead_ending(point.lead)
            _bold(paragraph.add_run(f"{point.lead}{mark}"))
            paragraph.add_run(space)
        _words(paragraph, point.text, point.emphasis)
        _evidence(paragraph, point, exported, notes)


def _words(paragraph: Any, text: str, emphasis: Sequence[str] = ()) -> None:
    for words, stands_out in pieces(text, emphasis):
        for piece, is_code in rows_of_code(words):
            run = paragraph.add_run(piece)
            run.font.name = _CODE_FONT if is_code else None
            if stands_out:
                _bold(run)


def _bold(run: Any) -> None:
    """Make a run bold, in Arabic and Hebrew letters too, for which Word has a property of its own."""
    run.font.bold = run.font.cs_bold = True


def _evidence(paragraph: Any, point: Point, exported: Exported, notes: Footnotes) -> None:
    if exported.doubted(point):
        paragraph.add_run(f" {DOUBT_MARK}")
    if point.claim:
        notes.refer(paragraph, point)


DOCX = Format("docx", ".docx", "a Word document with the evidence as footnotes", write_docx)
