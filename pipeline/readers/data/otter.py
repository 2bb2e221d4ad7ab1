"""Otter's own JSON: transcripts whose offsets count samples of the sound, and a table of who has which number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.data.people import names_of
from pipeline.readers.data.pieces import cue, items, mapping, number, speaker, text
from pipeline.readers.metadata import lenient
from pipeline.readers.tally import Tally

_MOST = 0.8  # of the transcripts, those that must be as Otter writes them
_RATES = (16_000.0, 1000.0, 1.0)  # to the second: samples, and what programs that pass the JSON on make of them


def _speech(found: Any) -> Mapping[str, Any]:
    """The object that holds the transcripts."""
    inner = mapping(mapping(found).get("speech"))
    return inner if "transcripts" in inner else mapping(found)


def sniff(document: Document) -> bool:
    """Transcripts, nearly all with offsets."""
    listed = items(_speech(document.json), "transcripts")
    return bool(listed) and sum(map(_is_one, listed)) >= _MOST * len(listed)


def _is_one(value: Mapping[str, Any]) -> bool:
    return "transcript" in value and "start_offset" in value


def read(document: Document, tally: Tally) -> Captions:
    """A cue a transcript. A voice that is only told apart counts where nobody is known by name."""
    speech = _speech(document.json)
    told = items(speech, "transcripts")
    for n, each in enumerate(told, 1):
        if not text(each.get("transcript")):
            tally.leave_out("segments without text", " ".join(v for v in each.values() if isinstance(v, str)), n)
    signs = [speaker(each.get("speaker_id")) or "" for each in told]
    names, rate = names_of(speech, signs), _rate(speech, told)
    cues = [
        cue(
            text(t.get("transcript")),
            number(t.get("start_offset"), rate),
            number(t.get("end_offset"), rate),
            names.get(sign) or ("" if names else speaker(t.get("speaker_model_label"))),
            n,
        )
        for n, (t, sign) in enumerate(zip(told, signs, strict=True), 1)
        if text(t.get("transcript"))
    ]
    return Captions(cues, lenient(speech))


def _rate(speech: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> float:
    """What an offset counts: that by which the last one comes nearest to the length of the recording, if it is told."""
    length = number(speech.get("duration"))
    last = max((end for t in told if (end := number(t.get("end_offset"))) is not None), default=None)
    if not length or not last:
        return _RATES[0]
    return min(_RATES, key=lambda rate: max(last / rate / length, length * rate / last))


READER = Reader("otter", "Otter JSON", sniff, read)
