"""Read drafts back from a document: from its record, or from its page, which somebody may have edited by hand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rapidfuzz import fuzz, process

from pipeline.document import (
    BARE,
    Detail,
    KeyConcept,
    MainPoint,
    OutlineSection,
    Prerequisite,
    Statement,
    StudyDocument,
)
from pipeline.draft import Draft, DraftGroup, DraftStatement, lines_of
from pipeline.emphasis import standing_in
from pipeline.errors import StoreError
from pipeline.llm import digest_of
from pipeline.pages import render_markdown
from pipeline.pages.markdown import provenance
from pipeline.pages.rows import PageForm, blocks, bullets, cut_at, paragraphs, sentences_in, sentences_of
from pipeline.shape import is_bullet, shape_of
from pipeline.store import load
from pipeline.tables import cells, row_of

_EMPTY = DraftStatement("", ())
CHANGED_SINCE_WRITTEN = "edited, or written by another version"
UNCITED = "cites no lines: nothing of the record resembles it"
_LEAST_LIKENESS = 60  # out of 100: from here on, a sentence on the page counts as an edited one of the record


def draft_of_document(document: StudyDocument) -> Draft:
    """Every statement of a record, with the lines that it cites and the finding that remains against it."""
    outline = document.outline()
    sections = {section.name: tuple(_groups(section)) for section in outline}
    titles = {section.name: section.heading for section in outline}
    return Draft(sections, checked_by=document.run.checked_by, titles=titles).numbered()


def _groups(section: OutlineSection) -> Iterator[DraftGroup]:
    if section.form == "points":
        for point in section.content:
            assert isinstance(point, MainPoint)
            yield DraftGroup(tuple(map(_statement, point.details)), point.heading, part=point.part or "")
    elif section.content:
        rows = tuple(_statement(s) for s in section.content)
        yield DraftGroup(tuple(_with_bound(s) for s in rows) if section.form == "items" else rows)


def _with_bound(item: DraftStatement) -> DraftStatement:
    """An item with everything nested below it marked as bound to it."""
    return replace(item, details=tuple(replace(_with_bound(d), bound=True) for d in item.details))


def _statement(statement: Statement | KeyConcept | Prerequisite) -> DraftStatement:
    if isinstance(statement, Prerequisite):
        return DraftStatement(statement.text, ())
    lines = tuple(e.segment for e in statement.evidence)
    finding, remark = statement.finding or "", statement.remark or ""
    if isinstance(statement, KeyConcept):
        return DraftStatement(
            statement.definition, lines, statement.term, finding=finding, remark=remark, emphasis=statement.emphasis
        )
    if isinstance(statement, Detail):
        details = tuple(map(_statement, statement.details))
        columns = statement.columns if statement.is_table else ()
        if columns:  # the same form as when read from a page
            details = tuple(replace(row, text=row_of(cells(row.text)).strip(), bound=True) for row in details)
        return DraftStatement(
            statement.text,
            lines,
            statement.label,
            details,
            finding=finding,
            remark=remark,
            emphasis=statement.emphasis,
            **(shape_of(statement) | {"columns": columns}),
        )
    return DraftStatement(statement.text, lines, finding=finding, remark=remark, emphasis=statement.emphasis)


def draft_of_page(markdown: str, document: StudyDocument) -> Draft:
    """Every statement on a page, each with the lines of the record's statement that it is, or was before editing.

    A sentence that resembles none in the record gets no lines, and the finding UNCITED. Prerequisites make no claims
    about the recording and are left out. A section unknown to the record is read as points, with its heading as its
    name.
    """
    source_sentences, form = list(provenance(document)), PageForm(document)
    originals = _Originals(draft_of_document(document), source_sentences)
    sections: dict[str, tuple[DraftGroup, ...]] = {}
    for name, part, heading, rows in blocks(markdown, form):
        shape = form.shapes.get(name, "points")
        if shape == "phrases":
            continue
        if shape == "prose":
            known = [*originals.texts(name), *source_sentences]
            sentences = sentences_of(paragraphs(rows, form), known)
            nodes = [node for node in sentences if node.text not in source_sentences]
        else:
            label_patterns = form.term_patterns if shape == "terms" else form.lead_patterns
            bare = shape == "points" and (bool(heading) or name not in form.shapes)
            nodes = bullets(rows, form, label_patterns, bare=bare)
            nodes = [piece for node in nodes for piece in originals.in_pieces(node, name)]
        statements = tuple(originals.with_lines(node, name) for node in nodes)
        if shape == "items":
            statements = tuple(map(_with_bound, statements))
        if statements:
            sections[name] = (*sections.get(name, ()), DraftGroup(statements, heading, part=part))
    headings = {s.name: s.heading for s in document.outline()}
    titles = {name: headings.get(name, name) for name in sections}
    return Draft(sections, checked_by=document.run.checked_by, titles=titles).numbered(every=True)


def is_unchanged(markdown: str, *documents: StudyDocument) -> bool:
    """Whether a page is as it was written for one of the documents, or as one would be rendered now.

    It may be rendered with or without citations, reviewed or not. Records of earlier versions store no digest of their
    page, whose bold words may differ from today's rendering; but bold that somebody added to a statement, or removed
    from one, is an edit.
    """
    text, known = _with_plain_ends(markdown), {d.run.page for d in documents if d.run.page}
    if digest_of(text) in known:
        return True
    variants = itertools.product(documents, (False, True), (False, True))
    pages = [(d, render_markdown(d, citations=citations, reviewed=reviewed)) for d, citations, reviewed in variants]
    if any(text == page for _, page in pages):
        return True
    but_for_bold = (d for d, page in pages if not known and _without_bold(text) == _without_bold(page))
    return any(not is_edited(markdown, d) for d in but_for_bold)


def page_digest(markdown: str) -> str:
    """The digest by which a record recognises an edited page; it ignores line endings and a byte order mark."""
    return digest_of(_with_plain_ends(markdown))


def _with_plain_ends(markdown: str) -> str:
    return markdown.removeprefix("\ufeff").replace("\r\n", "\n")


def _without_bold(markdown: str) -> str:
    return markdown.replace("**", "")


def is_edited(markdown: str, document: StudyDocument) -> bool:
    """Whether a page differs from its record in what it says about the recording, however it was rendered."""
    return _content_of(draft_of_page(markdown, document)) != _content_of(draft_of_document(document))


def changed_page(record: Path, document: StudyDocument) -> Path | None:
    """The page of a record if it has changed since it was written; None if it has not, or does not exist."""
    page = record.with_suffix(".md")
    try:
        return None if is_unchanged(_text_of(page), document) else page
    except FileNotFoundError:
        return None


def edited_page(path: Path) -> Path | None:
    """The page of a record (or the page itself) if somebody edited its content; None if page or record is missing."""
    try:
        document = load(path.with_suffix(".json"))
    except StoreError:
        return None
    page = changed_page(path, document)
    return page if page and is_edited(_text_of(page), document) else None


def _text_of(page: Path) -> str:
    return page.read_text("utf-8", errors="replace")  # a check reports what is not UTF-8


def _content_of(draft: Draft) -> list[tuple[object, ...]]:
    """The titles, statements and layout of a draft by section, without sections that are not read from a page."""
    return [
        (
            name,
            group.part,
            group.heading,
            [(s.text, s.label, s.columns) for s in group.flat()],
            [s.steps and bool(s.details) for s in group.statements],
            [is_bullet(s) for s in group.statements if group.heading and (s.label or not s.continues)],
            {words for s in group.flat() for words in standing_in(s.text, s.emphasis)},
        )
        for name, groups in draft.sections.items()
        for group in groups
        if name not in BARE and group.statements
    ]


def _pieces_of(rows: Sequence[DraftStatement]) -> list[str]:
    """The texts of statements that share a paragraph with others, longest first."""
    pieces = [s.text for s, following in itertools.pairwise([*rows, _EMPTY]) if s.continues or following.continues]
    return sorted(pieces, key=len, reverse=True)


class _Originals:
    """Looks up the record's statements by the words on a page; `source_sentences` cite no lines."""

    def __init__(self, draft: Draft, source_sentences: Sequence[str]) -> None:
        self._about_source = [DraftStatement(text, ()) for text in source_sentences]
        self._by_section: dict[str, list[DraftStatement]] = {}
        for name, statement in draft.statements():
            self._by_section.setdefault(name, []).append(statement)
        self._citing = [s for name, rows in self._by_section.items() if name not in BARE for s in rows]
        self._texts = {name: {s.text for s in rows} for name, rows in self._by_section.items()}
        self._pieces = {name: _pieces_of(rows) for name, rows in self._by_section.items()}

    def texts(self, section: str) -> list[str]:
        """The texts of a section's statements."""
        return [s.text for s in self._by_section.get(section, ())]

    def with_lines(self, node: DraftStatement, section: str, below: Sequence[DraftStatement] = ()) -> DraftStatement:
        """A statement of the page with its original's lines and remark, and its finding if the text is the same.

        The original is first looked for in `below`, the details of the parent's original: many tasks have the same
        date, and a reworded detail can be recognised by its label.
        """
        original = self._find(node.text, below) or next((s for s in below if s.label and s.label == node.label), None)
        original = original or self._find(node.text, self._by_section.get(section, ()))
        original = original or self._find(node.text, self._citing)
        details = tuple(self.with_lines(d, section, original.details if original else ()) for d in node.details)
        if node.columns:
            details = tuple(replace(row, bound=True) for row in details)
        new = replace(node, details=details)
        if new.bare:
            return replace(new, lines=lines_of(details))
        if original is None:
            return new if self._find(node.text, self._about_source) else replace(new, finding=UNCITED)
        if original.text != node.text:
            return replace(new, lines=original.lines, remark=original.remark)
        return replace(new, lines=original.lines, finding=original.finding, remark=original.remark)

    def in_pieces(self, node: DraftStatement, section: str) -> Iterator[DraftStatement]:
        """Split a paragraph into the record's statements that it contains and what somebody wrote between them.

        The paragraph stays whole if it resembles one statement, or if none of its sentences resembles any.
        """
        rows, known = self._by_section.get(section, []), self._pieces.get(section, [])
        if not node.columns:
            pieces_below = (piece for detail in node.details for piece in self.in_pieces(detail, section))
            node = replace(node, details=tuple(pieces_below))
        # Nothing to split: no text, no statements in the section that share a paragraph, or a statement of the record.
        if node.bare or not known or node.text in self._texts[section]:
            yield node
            return
        pieces: list[str] = []
        for part in cut_at(node.text, known):
            sentences = [] if self._find(part, rows) else sentences_in(part)
            pieces += sentences if any(self._find(s, rows) for s in sentences) else [part]
        with_words = [piece for piece in pieces if any(map(str.isalnum, piece))]
        yield from node.in_paragraph(with_words or pieces)

    @staticmethod
    def _find(text: str, among: Sequence[DraftStatement]) -> DraftStatement | None:
        identical = next((s for s in among if s.text == text), None)
        if identical is not None:
            return identical
        nearest = process.extractOne(text, [s.text for s in among], scorer=fuzz.ratio, score_cutoff=_LEAST_LIKENESS)
        return among[nearest[2]] if nearest else None
