"""SubRip: with or without numbers, milliseconds, commas or empty lines between cues."""

from __future__ import annotations

from pipeline.readers.base import Document, Parsed, Reader
from pipeline.readers.cues import cue_lines
from pipeline.readers.regular import regular_cues
from pipeline.readers.tally import Tally
from pipeline.readers.timing import ARROW, scan


def sniff(document: Document) -> bool:
    """A timing line with an arrow that stands alone among the first lines."""
    rows = document.head.split("\n")
    return any("->" in row and (m := ARROW.match(row)) and not m["rest"].strip(" 0123456789XY:") for row in rows)


def read(document: Document, tally: Tally) -> Parsed:
    """Cues as lines."""
    text = document.taken()
    if (cues := regular_cues(text)) is not None:
        del text
        return Parsed(cue_lines(cues, tally, document.label))
    rows = text.split("\n")
    del text
    cues = scan(rows, tally)
    end = cues[0].line - 1 if cues else len(rows)
    if cues and len(rows[end - 1].split()) <= 2:
        end -= 1  # its number
    for i in range(max(0, end)):
        tally.leave_out("text outside of cues", rows[i], i + 1)
    del rows
    return Parsed(cue_lines(cues, tally, document.label))


READER = Reader("subrip", "SubRip captions", sniff, read)
