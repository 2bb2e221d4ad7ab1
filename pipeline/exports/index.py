"""One page of all notes of a folder, with search over every statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pipeline.exports.base import Exported
from pipeline.exports.pages import page
from pipeline.labels import labels_for

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
        return [(p.anchor, f"{p.lead}: {p.text}" if p.lead else p.text) for _, _, _, p in self.made.points()]


def write_index(notes: Sequence[Note]) -> bytes:
    """The page, in the language that most notes have."""
    codes = [n.made.labels.code for n in notes]
    labels = labels_for(max(sorted(set(codes)), key=codes.count) if codes else None)
    ordered = sorted(notes, key=lambda n: (n.made.document.title.casefold(), n.path))
    searched = [{"title": n.made.document.title, "href": n.href, "statements": n.statements} for n in ordered]
    return page("index.html", ("search.js", "index.js"), notes=ordered, labels=labels, searched=searched)
