"""Markdown in three forms: the page as `make` writes it, for GitHub, and for an Obsidian vault."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import yaml

from pipeline.exports.base import Exported, Format
from pipeline.exports.mentions import Mentions
from pipeline.exports.passages import Passage
from pipeline.labels import Labels
from pipeline.pages import DOUBT_MARK, escape, render_markdown
from pipeline.pages.markdown import Dialect, page_of, plain_inside, section_rows
from pipeline.pages.outline import Point
from pipeline.text import clean


def write_markdown(exported: Exported) -> bytes:
    """The page as `make` writes it, with or without times after statements."""
    return render_markdown(exported.document, citations=exported.citations, reviewed=exported.reviewed).encode()


def write_github(exported: Exported) -> bytes:
    """A page for GitHub: evidence as footnotes, and an alert if the notes are incomplete."""
    return _page(exported, lambda: _GitHub(exported.labels, _plain_on_github, not exported.reviewed))


def write_obsidian(exported: Exported) -> bytes:
    """A note for a vault: front matter, links to the definitions of key concepts on first use in a section, block ids.

    A block has one id in Obsidian: a paragraph and a list item have that of their last statement, table rows have none.
    """

    def with_all_links() -> _Vault:
        return _Vault(exported.labels, _plain_in_obsidian, not exported.reviewed, exported.mentions())

    return _front_matter(exported) + _page(exported, with_all_links)


_PICTURE = re.compile(r":(?=[\w+-]+:)")  # ":tada:"


@dataclass(frozen=True, slots=True)
class _GitHub(Dialect):
    """Markdown for GitHub, with evidence as footnotes."""

    def evidence(self, point: Point, *, last: bool) -> str:
        return f"[^{point.anchor}]"


@dataclass(frozen=True, slots=True)
class _Vault(_GitHub):
    """Markdown for Obsidian. `links` holds the concepts that the section has not mentioned yet."""

    links: Mentions

    def statement_text(self, text: str) -> str:
        return "".join(
            f"[[#^{concept.anchor}|{self.plain(piece)}]]" if concept else plain_inside(piece, self.plain)
            for piece, concept in self.links.cut(clean(text))
        )

    def evidence(self, point: Point, *, last: bool) -> str:
        return f"[^{point.anchor}] ^{point.anchor}" if last else f"[^{point.anchor}]"


def _plain_on_github(text: str) -> str:
    """Plain words on GitHub, which also treats dollar signs as mathematics and words between colons as emoji."""
    return escape(text, lambda plain: _PICTURE.sub("&#58;", plain.replace("$", "<span>$</span>")))


def _plain_in_obsidian(text: str) -> str:
    """Plain words in Obsidian, which also interprets dollar, per cent and equals signs in pairs."""
    return escape(text, _safe_in_obsidian)


def _safe_in_obsidian(text: str) -> str:
    return text.replace("$", "\\$").replace("%", "&#37;").replace("==", "=&#61;").replace("^", "&#94;")


def _page(exported: Exported, dialect: Callable[[], Dialect]) -> bytes:
    """The page in a dialect; each section gets a new instance, as links are made once per section."""
    document, labels, plain = exported.document, exported.labels, dialect().plain
    out = [f"# {plain(document.title)} — {labels.heading('study_document', document.notes)}", ""]
    out += [plain(document.channel), ""] if document.channel else []
    out += [f"{labels.source_url}{labels.colon}<{exported.url}>", ""] if exported.url else []
    out += [f"*{plain(document.note)}*", ""] if document.note else []
    if document.status == "partial":
        out += ["> [!WARNING]", f"> {labels.partial_mark} — {labels.partial}"]
        out += [f"> - {plain(problem)}" for problem in exported.problems()] + [""]
    for section in exported.sections:
        out += [f"## {section.heading}", "", *section_rows(section, dialect()), ""]
        out += [] if section.blocks else [exported.nothing, ""]
    out += [f"{DOUBT_MARK} {labels.in_doubt}", ""] if exported.any_doubted() else []
    for _, _, _, point in exported.points():
        quotes = " ".join(_quote(p, labels, plain) for p in exported.passages(point))
        out.append(f"[^{point.anchor}]: {quotes}")
    return page_of(out).encode()


def _quote(passage: Passage, labels: Labels, plain: Callable[[str], str]) -> str:
    place = f"[{plain(passage.place)}]({passage.url})" if passage.url else plain(passage.place)
    speaker = f"{plain(passage.speakers)}{labels.colon}" if passage.speakers else ""
    return f"{place} · {speaker}{labels.quotation.format(text=plain(passage.quote))}"


def _front_matter(exported: Exported) -> bytes:
    document = exported.document
    fields: dict[str, str | Sequence[str] | None] = {
        "title": document.title,
        "channel": document.channel,
        "source": exported.url,
        "published": document.source.published,
        "speakers": list(document.speakers),
        "status": document.status,
        "tags": ["study-notes"],
    }
    filled = {key: value for key, value in fields.items() if value}
    return f"---\n{yaml.safe_dump(filled, allow_unicode=True, sort_keys=False, width=1000)}---\n\n".encode()


MARKDOWN = Format("markdown", ".md", "the page as make writes it", write_markdown)
GITHUB = Format("github", ".md", "Markdown for GitHub, evidence as footnotes", write_github)
OBSIDIAN = Format("obsidian", ".md", "a note for an Obsidian vault: front matter, links, block ids", write_obsidian)
