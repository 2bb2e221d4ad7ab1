"""One page of all notes of a folder, with search over every statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pipeline.exports.base import Exported
from pipeline.exports.outline import Point
from pipeline.exports.pages import page
from pipeline.labels import Labels, labels_for
from pipeline.language import direction

NAME = "index.html"


@dataclass(frozen=True, slots=True)
class Note:
    """A document of the folder. `path` leads from the index to its page, with "/" between the parts."""

    made: Exported
    path: str

    @property
    def href(self) -> str:
        """The address of its page; "./" keeps a name with a colon from being read as a scheme."""
        return f"./{quote(self.path)}"

    @property
    def statements(self) -> list[tuple[str, str]]:
        """(anchor, text) of everything that cites lines."""
        return [(p.anchor, _whole(p, self.made.labels)) for _, _, _, p in self.made.points()]

    @property
    def searched(self) -> dict[str, Any]:
        """What a search goes through, and how what it finds is written."""
        written = {"lang": self.made.language, "dir": self.made.direction}
        return {"title": self.made.document.title, "href": self.href, "statements": self.statements} | written


def _whole(point: Point, labels: Labels) -> str:
    return f"{point.lead}{''.join(labels.behind(point.lead))}{point.text}" if point.lead else point.text


def write_index(notes: Sequence[Note]) -> bytes:
    """The page, in the language that most notes have."""
    tags = [n.made.language for n in notes]
    labels = labels_for(max(sorted(set(tags)), key=tags.count) if tags else None)
    ordered = sorted(notes, key=lambda n: (n.made.document.title.casefold(), n.path))
    searched, runs = [n.searched for n in ordered], direction(labels.code)
    return page(
        "index.html", ("search.js", "index.js"), notes=ordered, labels=labels, direction=runs, searched=searched
    )
