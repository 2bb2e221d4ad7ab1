"""SubRip, with or without numbers, milliseconds, commas or empty lines between cues."""

from __future__ import annotations

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.tally import Tally
from pipeline.readers.timing import ARROW, scan


def sniff(document: Document) -> bool:
    """Whether one of the first lines is a timing line with an arrow and no words."""
    rows = document.head.split("\n")
    return any("->" in row and (m := ARROW.match(row)) and not m["rest"].strip(" 0123456789XY:") for row in rows)


def read(document: Document, tally: Tally) -> Captions:
    """Read the cues."""
    return Captions(scan(document.rows(), tally))


READER = Reader("subrip", "SubRip captions", sniff, read)
