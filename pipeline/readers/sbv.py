"""SBV, YouTube's own: "0:00:04.000,0:00:12.800" above each caption."""

from __future__ import annotations

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.tally import Tally
from pipeline.readers.timing import COMMAS, scan


def sniff(document: Document) -> bool:
    """Whether one of the first lines is two times with a comma between them."""
    return any(COMMAS.match(row) for row in document.head.split("\n", 20)[:20])


def read(document: Document, tally: Tally) -> Captions:
    """Read the cues; "[br]" is a line end."""
    cues = scan(document.rows(), tally, timing=COMMAS)
    for cue in cues:
        cue.rows = [part for row in cue.rows for part in row.split("[br]")]
    return Captions(cues)


READER = Reader("sbv", "SBV captions", sniff, read)
