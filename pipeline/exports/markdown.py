"""Markdown: the page as `make` writes it, for GitHub, and for an Obsidian vault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import yaml

from pipeline.exports.base import Exported, Format
from pipeline.exports.mentions import Mentions
from pipeline.exports.outline import Block, Point, Section
from pipeline.exports.passages import Passage
from pipeline.labels import Labels
from pipeline.pages import DOUBTED, escape, render_markdown
from pipeline.pages.markdown import OF_PARAGRAPH, between, in_bold, lead_in, table_head, table_row
from pipeline.text import clean


def write_markdown(exported: Exported) -> bytes:
    """The page that `make` writes, with or without times behind statements."""
    return render_markdown(exported.document, citations=exported.citations, reviewed=exported.reviewed).encode()


def write_github(exported: Exported) -> bytes:
    """A page for GitHub: evidence as footnotes, an alert where the notes are not complete."""
    return _page(exported, _Dialect(exported, _github))


def write_obsidian(exported: Exported) -> bytes:
    """A note for a vault: front matter, key concepts linked at their first use in a section, an id a statement."""
    return _front_matter(exported) + _page(exported, _Vault(exported, _obsidian))


_PICTURE = re.compile(r":(?=[\w+-]+:)")  # ":tada:"


def _github(text: str) -> str:
    """Plain words on GitHub, which also reads dollar signs as mathematics and words between colons as pictures."""
    return escape(text, lambda plain: _PICTURE.sub("&#58;", plain.replace("$", "<span>$</span>")))


def _obsidian(text: str) -> str:
    """Plain words in Obsidian, which also reads dollar signs, per cents and equal signs in pairs."""
    return escape(text, _plain_in_obsidian)


def _plain_in_obsidian(text: str) -> str:
    return text.replace("$", "\\$").replace("%", "&#37;").replace("==", "=&#61;").replace("^", "&#94;")


_IN_A_CELL = re.compile(r"(?<!\\)\|")  # that of a link


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How statements stand on a page: the same in every dialect but for `words` and `behind`."""

    exported: Exported
    plain: Callable[[str], str]

    def words(self, text: str, links: Mentions) -> str:
        """A statement's words."""
        return self.plain(text)

    def term(self, lead: str) -> str:
        """A term before its definition."""
        return self.plain(lead)

    def behind(self, point: Point, *, last: bool) -> str:
        """The marks behind a statement; `last` tells whether nothing follows in its paragraph."""
        if not point.claim:
            return ""
        doubt = f" {DOUBTED}" if self.exported.doubted(point) else ""
        return f"{doubt}[^{point.anchor}]"


def _note_name(term: str) -> str:
    """A term as a note of the vault may be called."""
    return re.sub(r"\s+", " ", re.sub(r"[\[\]|#^\\/:*\"<>?%$`=]", " ", term)).strip(" .")


class _Vault(_Dialect):
    __slots__ = ()

    def words(self, text: str, links: Mentions) -> str:
        pieces = links.cut(clean(text))
        named = ((piece, _note_name(concept.lead) if concept else "") for piece, concept in pieces)
        return "".join(self._link(name, piece) if name else between(piece, self.plain) for piece, name in named)

    def term(self, lead: str) -> str:
        name = _note_name(lead)
        return self._link(name, lead) if name else self.plain(lead)

    def behind(self, point: Point, *, last: bool) -> str:
        marks = super().behind(point, last=last)
        return f"{marks} ^{point.anchor}" if marks and last else marks

    def _link(self, name: str, shown: str) -> str:
        return f"[[{name}]]" if name == shown else f"[[{name}|{self.plain(shown)}]]"


def _page(exported: Exported, dialect: _Dialect) -> bytes:
    document, words, plain = exported.document, exported.labels, dialect.plain
    out = [f"# {plain(document.title)} — {words.heading('study_document', document.notes)}", ""]
    out += [plain(document.channel), ""] if document.channel else []
    out += [f"{words.source_url}{words.colon}<{exported.url}>", ""] if exported.url else []
    out += [f"*{plain(document.note)}*", ""] if document.note else []
    if document.status == "partial":
        out += ["> [!WARNING]", f"> {words.partial_mark} — {words.partial}"]
        out += [f"> - {plain(problem)}" for problem in exported.problems()] + [""]
    for section in exported.sections:
        out += [f"## {section.heading}", "", *_section(section, exported, dialect)]
    out += [f"{DOUBTED} {words.in_doubt}", ""] if exported.any_doubted() else []
    for _, _, _, point in exported.points():
        quotes = " ".join(_quote(p, words, plain) for p in exported.passages(point))
        out.append(f"[^{point.anchor}]: {quotes}")
    return ("\n".join(out).rstrip() + "\n").encode()


def _section(section: Section, exported: Exported, dialect: _Dialect) -> list[str]:
    links = exported.mentions()
    rows = [] if section.blocks else [exported.nothing, ""]
    for block in section.blocks:
        rows += [f"### {dialect.plain(block.part)}", ""] if block.part else []
        mark = "##" + "#" * block.level
        rows += [f"{mark} {_number(block)}{dialect.plain(block.heading)}", ""] if block.heading else []
        rows += [*_block(block, links, dialect), ""]
    return rows


def _number(block: Block) -> str:
    return f"{block.number}. " if block.number else ""


def _block(block: Block, links: Mentions, dialect: _Dialect) -> list[str]:
    if block.form == "prose":
        return [_in_a_row(block.points, links, dialect)]
    return [row for point in block.points for row in _point(point, block, links, dialect)]


def _in_a_row(points: Sequence[Point], links: Mentions, dialect: _Dialect, *, ends: bool = True) -> str:
    """Statements of one paragraph; `ends` tells whether nothing belongs to it that stands below."""
    last = len(points) - 1

    def said(point: Point) -> str:
        return in_bold(point.text, point.emphasis, lambda text: dialect.words(text, links))

    rows = (f"{said(p)}{dialect.behind(p, last=ends and n == last)}" for n, p in enumerate(points))
    return dialect.exported.labels.between_sentences.join(rows)


def _point(top: Point, block: Block, links: Mentions, dialect: _Dialect) -> Iterator[str]:
    if block.form != "points" or top.listed:
        yield from _bullet(top, links, dialect, term=block.form == "terms")
        return
    said = _lead(top, dialect.plain, dialect) + _in_a_row((top, *top.pieces), links, dialect)
    yield from ("", said if top.text else "", "")
    if top.columns:
        yield from table_head(map(dialect.plain, top.columns), "")
    for point in top.nested:
        yield from _bullet(point, links, dialect, sign=OF_PARAGRAPH)
    yield ""


def _bullet(top: Point, links: Mentions, dialect: _Dialect, *, term: bool = False, sign: str = "-") -> Iterator[str]:
    """A point and what is nested below it, which has the sign of points."""
    indents = [""]  # of each depth, as it depends on the signs above
    for depth, (point, *pieces) in top.paragraphs():
        indent = indents[depth]
        if point.cells:
            *first, last = (_IN_A_CELL.sub(r"\|", dialect.words(cell, links)) for cell in point.cells)
            yield indent + table_row([*first, last + dialect.behind(point, last=False)])
            continue
        lead = _lead(point, dialect.term if term else dialect.plain, dialect)
        text = _in_a_row((point, *pieces), links, dialect, ends=not point.columns)
        begins = f"{point.step}." if point.step else "-" if depth else sign
        yield f"{indent}{begins} {lead}{text}"
        indents[depth + 1 :] = [f"{indent} {' ' * len(begins)}"]
        if point.columns:
            yield from table_head(map(dialect.plain, point.columns), indents[depth + 1])


def _lead(point: Point, shown: Callable[[str], str], dialect: _Dialect) -> str:
    return lead_in(point.lead, shown(point.lead), dialect.exported.labels) if point.lead else ""


def _quote(passage: Passage, words: Labels, plain: Callable[[str], str]) -> str:
    place = f"[{plain(passage.place)}]({passage.url})" if passage.url else plain(passage.place)
    speaker = f"{plain(passage.speakers)}{words.colon}" if passage.speakers else ""
    return f"{place} · {speaker}{words.quotation.format(text=plain(passage.quote))}"


def _front_matter(exported: Exported) -> bytes:
    document = exported.document
    known: dict[str, str | Sequence[str] | None] = {
        "title": document.title,
        "channel": document.channel,
        "source": exported.url,
        "published": document.source.published,
        "speakers": list(document.speakers),
        "status": document.status,
        "tags": ["study-notes"],
    }
    kept = {key: value for key, value in known.items() if value}
    return f"---\n{yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)}---\n\n".encode()


MARKDOWN = Format("markdown", ".md", "the page as make writes it", write_markdown)
GITHUB = Format("github", ".md", "Markdown for GitHub, evidence as footnotes", write_github)
OBSIDIAN = Format("obsidian", ".md", "a note for an Obsidian vault: front matter, links, block ids", write_obsidian)
