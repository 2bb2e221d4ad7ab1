"""LRC: "[00:04.00]words", with tags such as [ti:…] above and sometimes an end time at the end."""

from __future__ import annotations

import itertools
import re

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.tally import Tally
from pipeline.readers.timing import seconds
from pipeline.text import clean
from pipeline.transcript import Metadata

_TAG = re.compile(r"^\[(?P<key>ti|ar|al|au|by|re|ve|la|length|offset|#)\s*:\s*(?P<value>[^\]]*)\]\s*$", re.IGNORECASE)
_TIMES = re.compile(r"^((?:\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\])+)(.*?)(?:\[(\d{1,3}:\d{2}(?:[.:]\d{1,3})?)\])?\s*$")
_WORD_TIME = re.compile(r"<\d{1,3}:\d{2}(?:[.:]\d{1,3})?>")
_DOTTED = re.compile(r"^\[\d{1,3}:\d{2}\.\d{2,3}\](?:\S|\s*<\d|\s*$)")
_TIMED = re.compile(r"^\[\d{1,3}:\d{2}\.\d{2,3}\]")


def sniff(document: Document) -> bool:
    """Whether lines begin with [mm:ss.xx] and words without a space between, or with one if an LRC tag comes first."""
    rows = [row for row in document.head.split("\n")[:-1] or [document.head] if row.strip()][:30]
    dotted = sum(bool(_DOTTED.match(row)) for row in rows)
    tags = sum(bool(_TAG.match(row)) for row in rows)
    if tags and _TAG.match(rows[0]):
        dotted = sum(bool(_TIMED.match(row)) for row in rows)
    return dotted >= 2 and dotted + tags >= 0.8 * len(rows)


def read(document: Document, tally: Tally) -> Captions:
    """Read each line with a time as a cue; one with several times is sung at each, and read at the first."""
    tags: dict[str, str] = {}
    cues: list[Cue] = []
    for number, row in enumerate(document.rows(), 1):
        if match := _TAG.match(row):
            tags[match["key"].lower()] = clean(match["value"])
            tally.leave_out("headers", match["value"], number)
        elif match := _TIMES.match(row):
            starts = [seconds(t) for t in match[1].strip("[]").split("][")]
            if len(starts) > 1:
                tally.warn(f"this line has {len(starts)} times: only the first is used", number)
            end = seconds(match[3]) if match[3] else None
            cues.append(Cue(starts[0], end, [_WORD_TIME.sub("", match[2])], number))
        else:
            tally.leave_out("lines without a time", row, number)
    _shift(cues, tags.get("offset", ""), tally)
    cues.sort(key=lambda cue: cue.start or 0.0)
    for cue, next_cue in itertools.pairwise(cues):
        cue.end = cue.end if cue.end is not None else next_cue.start
    metadata = Metadata(title=tags.get("ti") or None, channel=tags.get("ar") or None, language=tags.get("la") or None)
    return Captions(cues, metadata)


def _shift(cues: list[Cue], offset: str, tally: Tally) -> None:
    """Move all times by the file's offset: the milliseconds by which the words come earlier."""
    if not re.fullmatch(r"[+-]?\d{1,7}", offset) or int(offset) == 0:
        return
    shift = int(offset) / 1000
    for cue in cues:
        cue.start = None if cue.start is None else round(max(0.0, cue.start - shift), 3)
        cue.end = None if cue.end is None else round(max(0.0, cue.end - shift), 3)
    tally.warn(f"all times are moved {abs(shift):g} s {'earlier' if shift > 0 else 'later'}, by the file's offset")


READER = Reader("lrc", "LRC", sniff, read)
