"""WebVTT and SubRip. The libraries drop broken cues in silence, so their cues are counted against the timing lines."""

from __future__ import annotations

import html
import io
import re
import warnings

import pysubs2
import webvtt

from pipeline.errors import InputError
from pipeline.readers.lines import Line, join_lines, parse_clock, speaker_name, split_label, unroll, without_sounds
from pipeline.text import clean

_ARROW = re.compile(r"-->")
_TAG = re.compile(r"<[^<>]{0,200}>")
_TWO_VOICES = re.compile(r"<v[ .]")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,40})*[ \t]+([^<>]{1,80})>")


def parse_vtt(text: str, name: str) -> tuple[list[Line], list[str]]:
    """Cues of a WebVTT file as lines, and remarks on what could not be read."""
    source = _normalised(text)
    if not source.startswith("WEBVTT"):
        source = "WEBVTT\n\n" + source
    elif not re.match(r"WEBVTT(?:[ \t\n]|$)", source):
        source = "WEBVTT\n\n" + source[6:]
    cues = _vtt_cues(source, name)
    remarks = _count_remark(len(_ARROW.findall(source)), len(cues))
    return _lines(cues, name), remarks


def parse_srt(text: str, name: str) -> tuple[list[Line], list[str]]:
    """Cues of a SubRip file as lines, and remarks on what could not be read."""
    source = _normalised(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            subs = pysubs2.SSAFile.from_string(source, format_="srt", keep_html_tags=True, keep_unknown_html_tags=True)
    except (pysubs2.exceptions.Pysubs2Error, ValueError) as err:
        raise InputError(f"{name}: these are no SubRip subtitles: {err}", hint="check that it is an .srt file") from err
    cues: list[_Cue] = [(e.start / 1000, e.end / 1000, None, e.plaintext) for e in subs.events if not e.is_comment]
    remarks = _count_remark(len(_ARROW.findall(source)), len(cues))
    return _lines(cues, name), remarks


_Cue = tuple[float, float, str | None, str]


def _vtt_cues(source: str, name: str) -> list[_Cue]:
    try:
        captions = webvtt.from_buffer(io.StringIO(source)).captions
    except (webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError, ValueError) as err:
        raise InputError(f"{name}: these are no WebVTT subtitles: {err}", hint="check that it is a .vtt file") from err
    cues: list[_Cue] = []
    for caption in captions:
        start, end = _seconds(caption.start), _seconds(caption.end)
        raw = caption.raw_text
        if len(_TWO_VOICES.findall(raw)) > 1:
            cues.extend((start, end, voice, words) for voice, words in _voices(raw))
        else:
            cues.append((start, end, caption.voice, raw))
    return cues


def _seconds(clock: str) -> float:
    """webvtt's own "00:01:02.500"."""
    return parse_clock(clock) or 0.0


def _voices(raw: str) -> list[tuple[str | None, str]]:
    """`<v Ana>Hello.<v Ben>Hi.` as one pair a voice."""
    parts = _VOICE.split(raw)
    pairs: list[tuple[str | None, str]] = [(None, parts[0])] if clean(_TAG.sub("", parts[0])) else []
    return pairs + [(parts[i], parts[i + 1]) for i in range(1, len(parts) - 1, 2)]


def _normalised(text: str) -> str:
    """Unix line ends, no marks or NULs, and times with hours where a library insists on them."""
    text = text.replace("\ufeff", "").replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    return text.strip("\n") + "\n"


def _count_remark(arrows: int, cues: int) -> list[str]:
    lost = arrows - cues
    return [f"{lost} of {arrows} cues could not be read (broken timing lines)"] if lost > 0 else []


def _lines(cues: list[_Cue], name: str) -> list[Line]:
    rows: list[Line] = []
    for start, end, voice, raw in sorted(cues, key=lambda cue: cue[0]):
        rows.extend(_cue_lines(start, max(start, end), voice, raw))
    if len(rows) > 3 and len({(row.speaker, row.text) for row in rows}) == 1:
        raise InputError(
            f"{name}: every cue says the same ({rows[0].text[:40]!r})",
            hint="the captions look broken; export them again",
        )
    return join_lines(unroll(rows))


def _cue_lines(start: float, end: float, voice: str | None, raw: str) -> list[Line]:
    """A cue is one line, unless a new "- " or a label inside it starts another speaker."""
    out: list[Line] = []
    for row in raw.split("\n"):
        text = clean(html.unescape(_TAG.sub("", row)))
        label, rest, _ = split_label(text) if voice is None else (speaker_name(html.unescape(voice)), text, None)
        rest = without_sounds(rest.removeprefix("- ").removeprefix(">> "))
        if not rest:
            continue
        if out and (label is None or label == out[-1].speaker):
            out[-1] = Line(f"{out[-1].text} {rest}", out[-1].speaker, start, end)
        else:
            out.append(Line(rest, label, start, end))
    return out
