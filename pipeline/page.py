"""Documents taken up again as drafts: from the record, or from the page as somebody may have edited it by hand."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
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
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.emphasis import shared_out, standing_in
from pipeline.errors import StoreError
from pipeline.labels import QUESTION_MARKS, labels_for, languages
from pipeline.render import DOUBTED, render_markdown, unescape
from pipeline.render.markdown import OF_PARAGRAPH, OF_STEPS, labels_of, provenance
from pipeline.store import load
from pipeline.tables import BETWEEN, cells

_NOTHING = DraftStatement("", ())
UNCITED = "cites no lines: nothing of the record resembles it"
_EDITED = 60  # likeness out of 100 from which a sentence of a page is one of the record, edited
_LINE = "|".join(re.escape(labels_for(code).line).replace(r"\{number\}", r"\d+") for code in languages())
_MARK = re.compile(  # of doubt, or a citation, linked or not
    rf"\s+(?:{DOUBTED}|\[?\\\[(?:{_LINE}|[\d:]+)\\\](?:\]\([^)\s]*\))?)"
)
_SENTENCE_END = re.compile(
    r"(?:(?<=[.!?؟])|(?<=[.!?؟][”“\"»)]))\s+(?=[A-Z“\"À-Þ]|[^\x00-\x7f])|(?<=[。！？])\s*(?=[^\s”’」』）])"
)
_GOES_ON = re.compile(  # initials, short titles, days; "e.g." and "vs.", which no vowel makes a word
    r"(?:^|[\s(.])(?:[A-ZÀ-Þ][a-zß-ÿ]{0,2}|\d{1,2}|[a-z]|[b-df-hj-np-tv-xz]{2,3})\.$"
)
_LEAST_BLANKS = 2  # in a sentence of a language that has them
_BULLET = re.compile(r"(\s*)([-*+]|\d{1,3}[.)]) (.*)$")
_TABLE_ROW = re.compile(r"\s*\|(.*)\|\s*")
_CELL_END = re.compile(r"(?<!\\)\|")
_WORDS = r"((?:\\.|[^*\\])+?)"  # between two marks of bold
_BOLD = re.compile(rf"\*\*{_WORDS}\*\*\s*")
_ASKS = re.compile(rf"\*\*{_WORDS[:-1]}[{''.join(QUESTION_MARKS)}])\*\*\s*")
_STANDS_OUT = re.compile(rf"\\.|\*\*{_WORDS}\*\*")
_RULE = re.compile(r"\s*(?:([-*_])(?:[ |:-]*\1){2,}[ |:-]*|\|[ |:]*-[ |:-]*)")  # of a page, or below a table's head
_CLOCK = r"\d+(?::\d\d)+"
_STRETCH = rf"(?:{_CLOCK}|\[{_CLOCK}\]\([^)\s]*\))(?:\s*[–-]\s*{_CLOCK})?"
_PLACE = re.compile(rf"\s*([*_]){_STRETCH}(?:,\s*{_STRETCH})*\1\s*")
_NUMBER = re.compile(r"^\d+\\?[.)] ")


def draft_of_document(document: StudyDocument) -> Draft:
    """Every statement of a record with the lines that it cites and the finding that stands against it."""
    outline = document.outline()
    sections = {section.name: tuple(_groups(section)) for section in outline}
    titles = {section.name: section.heading for section in outline}
    return Draft(sections, checked_by=document.run.checked_by, titles=titles).numbered()


def _groups(section: OutlineSection) -> Iterator[DraftGroup]:
    if section.form == "points":
        for point in section.content:
            assert isinstance(point, MainPoint)
            yield DraftGroup(tuple(_statement(d) for d in point.details), point.heading, part=point.part or "")
    elif section.content:
        rows = tuple(_statement(s) for s in section.content)
        yield DraftGroup(tuple(_with_bound(s) for s in rows) if section.form == "items" else rows)


def _with_bound(item: DraftStatement) -> DraftStatement:
    """An item with what is nested below it bound to it."""
    return replace(item, details=tuple(replace(_with_bound(d), bound=True) for d in item.details))


def _statement(of: Statement | KeyConcept | Prerequisite) -> DraftStatement:
    if isinstance(of, Prerequisite):
        return DraftStatement(of.text, ())
    lines = tuple(e.segment for e in of.evidence)
    finding, remark = of.finding or "", of.remark or ""
    if isinstance(of, KeyConcept):
        return DraftStatement(of.definition, lines, of.term, finding=finding, remark=remark, emphasis=of.emphasis)
    if isinstance(of, Detail):
        details = tuple(map(_statement, of.details))
        columns = of.columns if of.is_table else ()
        if columns:  # as a page is read
            details = tuple(replace(row, text=BETWEEN.join(cells(row.text)).strip(), bound=True) for row in details)
        return DraftStatement(
            of.text,
            lines,
            of.lead or "",
            details,
            finding=finding,
            remark=remark,
            continues=of.continues,
            columns=columns,
            steps=of.steps,
            emphasis=of.emphasis,
        )
    return DraftStatement(of.text, lines, finding=finding, remark=remark, emphasis=of.emphasis)


def draft_of_page(markdown: str, document: StudyDocument) -> Draft:
    """Every statement of a page, each with the lines of the record's statement that it is or was.

    A sentence that resembles none of the record's has no lines, and the finding UNCITED. Prerequisites say nothing of
    the recording and are left out; a section that the record does not have is read as points under its own heading.
    """
    titles = {s.name: s.heading for s in document.outline()}
    told, form = list(provenance(document)), _Form(document)
    twins = _Twins(draft_of_document(document), told)
    sections: dict[str, tuple[DraftGroup, ...]] = {}
    for name, part, heading, rows in _blocks(markdown, form):
        shape = form.shapes.get(name, "points")
        if shape == "phrases":
            continue
        if shape == "prose":
            known = [*twins.texts(name), *told]
            nodes = [node for node in _sentences(_paragraphs(rows, form), known) if node.text not in told]
        else:
            nodes = _bullets(rows, form, form.terms if shape == "terms" else form.leads)
            nodes = [piece for node in nodes for piece in twins.in_pieces(node, name)]
        statements = tuple(twins.with_lines(node, name) for node in nodes)
        if shape == "items":
            statements = tuple(map(_with_bound, statements))
        if statements:
            sections[name] = (*sections.get(name, ()), DraftGroup(statements, heading, part=part))
    return Draft(sections, checked_by=document.run.checked_by, titles=titles).numbered(every=True)


def is_as_made(markdown: str, *documents: StudyDocument) -> bool:
    """Whether a page is one of these documents rendered, with or without citations; line ends tell nothing."""
    text = markdown.removeprefix("\ufeff").replace("\r\n", "\n")
    return any(text == render_markdown(d, citations=citations) for d in documents for citations in (False, True))


def is_edited(markdown: str, document: StudyDocument) -> bool:
    """Whether a page says anything else of the recording than its record, in whatever way that was rendered."""
    return _told(draft_of_page(markdown, document)) != _told(draft_of_document(document))


def edited_page(path: Path, document: StudyDocument | None = None) -> Path | None:
    """The page of a record, or this page, where somebody edited what it says; None where either is not there.

    `document` is that of the record where it has been read already.
    """
    page = path.with_suffix(".md")
    try:
        markdown = page.read_text("utf-8", errors="replace")  # checking it tells that it is no UTF-8
        return page if is_edited(markdown, document or load(page.with_suffix(".json"))) else None
    except (FileNotFoundError, StoreError):
        return None


def _told(draft: Draft) -> list[tuple[str, str, str, list[tuple[str, str, tuple[str, ...]]], list[bool], set[str]]]:
    """The titles and statements of a draft by section, and what stands out, without what no page is read for."""
    return [
        (
            name,
            group.part,
            group.heading,
            [(s.label, s.text, s.columns) for s in group.flat()],
            [s.steps and bool(s.details) for s in group.statements],
            {words for s in group.flat() for words in standing_in(s.text, s.emphasis)},
        )
        for name, groups in draft.sections.items()
        for group in groups
        if name not in BARE and group.statements
    ]


class _Form:
    """What the page of a document has besides its statements; the English words are known on every page.

    `sections` are their names by their headings, `shapes` what stands in them.
    """

    def __init__(self, document: StudyDocument) -> None:
        own, english = labels_of(document), labels_for("en")
        self.sections = {s.heading: s.name for words in (english, own) for s in document.outline(words)}
        self.shapes = {s.name: s.form for s in document.outline()}
        marks = (own.colon, english.colon)
        colons = [rf"\s*{re.escape(m.strip())}" if m[0].isspace() else re.escape(m.rstrip()) for m in marks]
        self.terms = (*(re.compile(rf"\*\*{_WORDS}\*\*{colon}\s*") for colon in colons), _BOLD)
        inside = [re.compile(rf"\*\*{_WORDS}{colon}\*\*\s*") for colon in colons]
        self.leads = (*(inside if own.colon[-1].isspace() else ()), *self.terms[:-1], _ASKS)
        urls = tuple(f"{words.source_url}{words.colon.rstrip()}" for words in (own, english))
        notes = (f"*{words.general_knowledge}*" for words in (own, english))
        nothing = (said for words in (own, english) for said in (words.none_found, words.none_accepted))
        self._besides, self._nothing = (">", DOUBTED, "<!--", *urls, *notes), frozenset(nothing)

    def is_besides(self, row: str) -> bool:
        """Whether a row is no statement: by how it begins, a rule, or the times of a section."""
        if row.startswith(self._besides) or row.strip() in self._nothing:
            return True
        return _RULE.fullmatch(row) is not None or _PLACE.fullmatch(row) is not None


def _blocks(markdown: str, form: _Form) -> Iterator[tuple[str, str, str, list[str]]]:
    """(section, title of a part or "", heading of a main point or "", rows) of a page, in order."""
    name = part = heading = title = ""
    rows: list[str] = []
    for row in [*markdown.splitlines(), "## "]:
        if not row.startswith(("## ", "### ", "#### ")):
            rows.append(row)
            continue
        if row.startswith("#### ") and not part and heading and not "".join(rows).strip():
            part = title  # which has no number
        elif name:
            yield name, part, heading, rows
        title = unescape(row.lstrip("#").strip())
        if row.startswith("## "):
            name = form.sections.get(title, title)
            part, heading = "", "" if title in form.sections else title
        else:
            part = part if row.startswith("#### ") else ""
            name, heading = name or "main_points", _NUMBER.sub("", title)
        rows = []


@dataclass(slots=True)
class _Node:
    """A statement of a page; what is nested below it, however deeply, and rows of its table stand in `details`."""

    text: str
    label: str = ""
    details: list[_Node] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    continues: bool = False
    steps: bool = False
    emphasis: tuple[str, ...] = ()

    def flat(self) -> Iterator[_Node]:
        """This one and those nested below it."""
        yield self
        for node in self.details:
            yield from node.flat()


def _bullets(rows: Sequence[str], form: _Form, labels: Sequence[re.Pattern[str]]) -> list[_Node]:
    """The points of a section; a row that is no bullet goes on with what is before it, after a blank it is a paragraph.

    A bullet without a lead, or with another sign than points have, belongs to the paragraph above it, and the rows of a
    table to the point above them.
    """
    out: list[_Node] = []
    last: _Node | None = None
    point = _Node("")  # the one that a table would stand below
    below = False  # whether the last point is a paragraph
    counts = False  # whether the last row has a number, or stands below one that has
    for row in rows:
        if not row.strip():
            last = None
        elif form.is_besides(row):
            continue
        elif out and (match := _TABLE_ROW.fullmatch(row)):
            shown = tuple(cell.strip() for cell in _CELL_END.split(match[1]))
            if point.columns:
                point.details.append(_Node(BETWEEN.join(shown)))
            else:
                point.columns = tuple(map(unescape, shown))
        elif (match := _bullet(row, goes_on=last is not None and not counts)) or last is None:
            indent, sign, text = match.groups() if match else ("", "", row)
            last = point = _Node(text.strip())
            number = sign[:1].isdigit()
            counts = number or (counts and bool(indent))
            nested = indent or (below and sign and (sign == OF_PARAGRAPH or number or not _BOLD.match(text)))
            if nested and out:
                out[-1].steps = number if not out[-1].details else out[-1].steps
                out[-1].details.append(last)
            else:
                out.append(last)
            below = below if nested else not sign
        else:
            last.text += f" {row.strip()}"
    for node in [n for top in out for n in top.flat()]:
        node.text = _MARK.sub("", node.text)
        if match := next((m for label in labels if (m := label.match(node.text))), None):
            node.label, node.text = unescape(match[1]).strip(), node.text[match.end() :]
        node.text, node.emphasis = _in_plain(node.text)
    return out


def _bullet(row: str, *, goes_on: bool) -> re.Match[str] | None:
    """The bullet that a row begins; where it may go on with words above, only "1." counts as a number."""
    match = _BULLET.match(row)
    return None if match and goes_on and match[2][0].isdigit() and match[2] != OF_STEPS else match


def _paragraphs(rows: Sequence[str], form: _Form) -> list[_Node]:
    """The paragraphs of prose, each in one line, without marks."""
    kept = ("" if form.is_besides(row) else row.strip() for row in rows)
    parts = (part.replace("\n", " ") for part in re.split(r"\n{2,}", "\n".join(kept)) if part)
    shown = (_in_plain(_MARK.sub("", part)) for part in parts)
    return [_Node(text, emphasis=emphasis) for text, emphasis in shown]


def _in_plain(shown: str) -> tuple[str, tuple[str, ...]]:
    """The words of a line as a reader sees them, and those of them that stand out."""
    emphasis = tuple(unescape(words) for words in _STANDS_OUT.findall(shown) if words)
    return unescape(_STANDS_OUT.sub(lambda match: match[1] or match[0], shown)).strip(), emphasis


def _sentences(paragraphs: Sequence[_Node], known: Sequence[str]) -> Iterator[_Node]:
    """The sentences of paragraphs in order; those that are known are taken whole, whatever dots they hold."""
    longest_first = sorted(known, key=len, reverse=True)
    for paragraph in paragraphs:
        texts: list[str] = []
        for part in _cut_at(paragraph.text, longest_first):
            texts += [part] if part in known else sentences_in(part)
        yield from _cut_into(paragraph, texts)


def _cut_into(node: _Node, texts: Sequence[str]) -> list[_Node]:
    both = zip(texts, shared_out(node.emphasis, texts), strict=True)
    return [_Node(text, emphasis=emphasis) for text, emphasis in both]


def _cut_at(text: str, known: Sequence[str]) -> list[str]:
    """A text cut around the known sentences in it, of which the longer ones come first."""
    parts = [text]
    for sentence in known:
        if sentence in text:
            parts = [piece for part in parts for piece in _cut(part, sentence, known)]
    return parts


def _cut(part: str, text: str, known: Sequence[str]) -> list[str]:
    """What stands before a known sentence, the sentence, and what stands after it."""
    if part in known or text not in part:
        return [part]
    before, _, after = part.partition(text)
    return [p for p in (before.strip(), text, after.strip()) if p]


def sentences_in(text: str) -> list[str]:
    """The sentences of a text in order; what ends like "Dr." or "on 3." goes on."""
    out: list[str] = []
    for piece in filter(None, map(str.strip, _SENTENCE_END.split(text))):
        if out and (_GOES_ON.search(out[-1]) or 0 < out[-1].count(" ") < _LEAST_BLANKS):
            out[-1] = f"{out[-1]} {piece}"
        else:
            out.append(piece)
    return out


def _pieces_of(rows: Sequence[DraftStatement]) -> list[str]:
    """The texts of those that stand in a paragraph with others, the longer ones first."""
    pieces = [s.text for s, behind in itertools.pairwise([*rows, _NOTHING]) if s.continues or behind.continues]
    return sorted(pieces, key=len, reverse=True)


class _Twins:
    """The record's statements, looked up by the words of a page; what is `told` of the source cites no lines."""

    def __init__(self, draft: Draft, told: Sequence[str]) -> None:
        self._told = [DraftStatement(text, ()) for text in told]
        self._of: dict[str, list[DraftStatement]] = {}
        for name, statement in draft.statements():
            self._of.setdefault(name, []).append(statement)
        self._texts = {name: {s.text for s in rows} for name, rows in self._of.items()}
        self._pieces = {name: _pieces_of(rows) for name, rows in self._of.items()}

    def texts(self, section: str) -> list[str]:
        """The texts of a section."""
        return [s.text for s in self._of.get(section, ())]

    def with_lines(self, node: _Node, section: str, below: Sequence[DraftStatement] = ()) -> DraftStatement:
        """A statement of the page with its twin's lines, and with its finding when nobody has changed the text.

        Its twin is looked for among those `below` its parent's twin first: many tasks have the same date, and one that
        was written anew is known by its label.
        """
        twin = self._find(node.text, below) or next((s for s in below if s.label and s.label == node.label), None)
        twin = twin or self._find(node.text, self._of.get(section, ()))
        twin = twin or self._find(node.text, [s for name, of in self._of.items() if name not in BARE for s in of])
        details = tuple(self.with_lines(d, section, twin.details if twin else ()) for d in node.details)
        if node.columns:
            details = tuple(replace(row, bound=True) for row in details)
        new = DraftStatement(node.text, (), node.label, details, continues=node.continues, columns=node.columns)
        new = replace(new, steps=node.steps, emphasis=node.emphasis)
        if twin is None:
            return new if self._find(node.text, self._told) else replace(new, finding=UNCITED)
        if twin.text != node.text:
            return replace(new, lines=twin.lines)
        return replace(new, lines=twin.lines, finding=twin.finding, remark=twin.remark)

    def in_pieces(self, node: _Node, section: str) -> Iterator[_Node]:
        """A paragraph as the statements of the record that stand in it, and what somebody wrote between them.

        That is one statement where it resembles one of them, or where no sentence of it does.
        """
        rows, known = self._of.get(section, []), self._pieces.get(section, [])
        if not node.columns:
            node.details = [piece for detail in node.details for piece in self.in_pieces(detail, section)]
        if not known or node.text in self._texts[section]:  # no paragraph of the record holds several, or not this
            yield node
            return
        pieces: list[str] = []
        for part in _cut_at(node.text, known):
            sentences = [] if self._find(part, rows) else sentences_in(part)
            pieces += sentences if any(self._find(s, rows) for s in sentences) else [part]
        *first, last = _cut_into(node, pieces)
        for n, piece in enumerate(first):
            yield replace(piece, label="" if n else node.label, continues=n > 0)
        yield _Node(
            last.text,
            "" if first else node.label,
            node.details,
            node.columns,
            continues=bool(first),
            steps=node.steps,
            emphasis=last.emphasis,
        )

    @staticmethod
    def _find(text: str, among: Sequence[DraftStatement]) -> DraftStatement | None:
        same = next((s for s in among if s.text == text), None)
        if same is not None:
            return same
        found = process.extractOne(text, [s.text for s in among], scorer=fuzz.ratio, score_cutoff=_EDITED)
        return among[found[2]] if found else None
