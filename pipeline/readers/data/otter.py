"""Otter's own JSON: transcripts whose offsets count audio samples, and a table of the speakers' numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.data.people import names_of
from pipeline.readers.data.pieces import cue, items, mapping, number, speaker, text
from pipeline.readers.dates import day_of
from pipeline.readers.metadata import lenient
from pipeline.readers.tally import Tally

_MOST = 0.8  # minimum share of transcripts that are as Otter writes them
_RATES = (16_000.0, 1000.0, 1.0)  # units a second: samples, and those of programs that pass the JSON on


def _speech(parsed: Any) -> Mapping[str, Any]:
    """The object that holds the transcripts."""
    inner = mapping(mapping(parsed).get("speech"))
    return inner if "transcripts" in inner else mapping(parsed)


def sniff(document: Document) -> bool:
    """Whether there are transcripts, nearly all with offsets."""
    transcripts = items(_speech(document.json), "transcripts")
    return bool(transcripts) and sum(map(_is_transcript, transcripts)) >= _MOST * len(transcripts)


def _is_transcript(value: Mapping[str, Any]) -> bool:
    return "transcript" in value and "start_offset" in value


def read(document: Document, tally: Tally) -> Captions:
    """Read each transcript as a cue. The model's numbered voices count only if no speaker is known by name."""
    speech = _speech(document.json)
    transcripts = items(speech, "transcripts")
    for n, transcript in enumerate(transcripts, 1):
        if not text(transcript.get("transcript")):
            tally.leave_out("segments without text", " ".join(v for v in transcript.values() if isinstance(v, str)), n)
    codes = [speaker(transcript.get("speaker_id")) or "" for transcript in transcripts]
    names, rate = names_of(speech, codes), _rate(speech, transcripts)
    cues = [
        cue(
            text(t.get("transcript")),
            number(t.get("start_offset"), rate),
            number(t.get("end_offset"), rate),
            names.get(code) or ("" if names else speaker(t.get("speaker_model_label"))),
            n,
        )
        for n, (t, code) in enumerate(zip(transcripts, codes, strict=True), 1)
        if text(t.get("transcript"))
    ]
    about = lenient(speech)
    return Captions(cues, replace(about, published=about.published or day_of(speech.get("created_at"))))


def _rate(speech: Mapping[str, Any], transcripts: Sequence[Mapping[str, Any]]) -> float:
    """Offsets in a second: the rate at which the last one is nearest to the recording's length, if that is given."""
    length = number(speech.get("duration"))
    last = max((end for t in transcripts if (end := number(t.get("end_offset"))) is not None), default=None)
    if not length or not last:
        return _RATES[0]
    return min(_RATES, key=lambda rate: max(last / rate / length, length * rate / last))


READER = Reader("otter", "Otter JSON", sniff, read)
