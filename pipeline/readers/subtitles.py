"""SubStation Alpha and MicroDVD, by pysubs2: formats whose shape is fixed and whose styles are theirs to know."""

from __future__ import annotations

import re
import warnings

from pipeline.readers.base import Document, Parsed, Reader, broken
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.cues import cue_lines
from pipeline.readers.tally import Tally

_MICRODVD = re.compile(r"^\{\d+\}\{\d*\}")


def sniff(document: Document) -> bool:
    """An [Events] section under [Script Info], or lines that begin with two frame numbers in braces."""
    head = document.head
    return head.startswith("[Script Info]") or bool(_MICRODVD.match(head))


def read(document: Document, tally: Tally) -> Parsed:
    """A cue a dialogue line; its name field is who speaks; comments are told."""
    import pysubs2  # hardly any file needs it

    microdvd = bool(_MICRODVD.match(document.head))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            subs = (
                pysubs2.SSAFile.from_string(document.text, format_="microdvd", fps=_rate(document, tally))
                if microdvd
                else pysubs2.SSAFile.from_string(document.text)
            )
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError, IndexError) as err:
        raise broken(document, "these subtitles", err, "export them as .srt or .vtt") from err
    cues: list[Cue] = []
    for n, event in enumerate(subs.events, 1):
        if event.is_comment or event.is_drawing:
            tally.leave_out("comments and drawings", event.plaintext, n)
            continue
        cues.append(
            Cue(event.start / 1000, event.end / 1000, event.plaintext.split("\n"), n, event.name.strip() or None)
        )
    cues.sort(key=lambda cue: cue.start or 0.0)
    return Parsed(cue_lines(cues, tally, document.label))


def _rate(document: Document, tally: Tally) -> float | None:
    """25 frames a second unless the first line says otherwise."""
    first = re.match(r"^\{[01]\}\{[01]?\}\s*(\d+(?:\.\d+)?)\s*$", document.head.split("\n", 1)[0])
    if first:
        return None
    tally.warn("frames without a rate: read as 25 a second")
    return 25.0


READER = Reader("subtitles", "SubStation Alpha or MicroDVD subtitles", sniff, read)
