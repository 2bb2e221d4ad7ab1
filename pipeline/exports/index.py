"""One page listing all notes in a folder, with search over every statement, heading and table header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pipeline.exports.base import Exported
from pipeline.exports.pages import page
from pipeline.labels import Labels, labels_for
from pipeline.language import direction
from pipeline.pages.outline import Point
from pipeline.tables import row_of

NAME = "index.html"


@dataclass(frozen=True, slots=True)
class Note:
    """A document in the folder. `path` is its page relative to the index, with "/" as separator."""

    exported: Exported
    path: str

    @property
    def href(self) -> str:
        """The address of its page; "./" prevents a name with a colon from being read as a scheme."""
        return f"./{quote(self.path)}"

    @property
    def statements(self) -> list[tuple[str, str]]:
        """(anchor, text) for everything that cites lines."""
        return [(p.anchor, _text_with_lead(p, self.exported.labels)) for _, _, _, p in self.exported.points()]

    @property
    def titles(self) -> Iterator[tuple[str, str]]:
        """(anchor, text) for every part title, heading and table header; sections are the same in all notes."""
        for section in self.exported.sections:
            for n, block in enumerate(section.blocks, 1):
                if block.part:
                    yield f"{section.name}-part-{n}", block.part
                if block.heading:
                    yield f"{section.name}-{n}", block.title
                tables = (p for point in block.points for _, (p, *_) in point.paragraphs() if p.columns)
                yield from ((p.anchor or p.nested[0].anchor, row_of(p.columns)) for p in tables)

    @property
    def search_entry(self) -> dict[str, Any]:
        """The title, folder and rows to be searched, with their language and writing direction."""
        language = {"lang": self.exported.language, "dir": self.exported.direction}
        rows = [*self.titles, *self.statements]
        about_note = {"title": self.exported.document.title, "folder": self.exported.folder, "href": self.href}
        return about_note | {"rows": rows} | language


def _text_with_lead(point: Point, labels: Labels) -> str:
    return f"{point.lead}{''.join(labels.lead_ending(point.lead))}{point.text}" if point.lead else point.text


def write_index(notes: Sequence[Note]) -> bytes:
    """The page, in the language of most notes."""
    tags = [n.exported.language for n in notes]
    labels = labels_for(max(sorted(set(tags)), key=tags.count) if tags else None)
    ordered = sorted(notes, key=lambda n: (n.exported.document.title.casefold(), n.path))
    return page(
        "index.html",
        ("search.js", "index.js"),
        notes=ordered,
        labels=labels,
        direction=direction(labels.code),
        searched=[n.search_entry for n in ordered],
    )
