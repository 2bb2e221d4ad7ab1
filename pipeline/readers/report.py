"""What was understood of transcripts, as lines for people and as values for programs: the `read` command."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.language import english_name, spoken_language
from pipeline.readers import parse, read_transcript
from pipeline.readers.clocks import clock_of
from pipeline.readers.sources import STANDARD_INPUT, Skipped, Survey
from pipeline.text import mark_between, numbered, one_line, slug, word_count
from pipeline.transcript import Chapter, LeftOut, Role, Transcript

_SHOWN = 12  # maximum number of speakers, labels and chapters of a file that are listed
_SHOWN_HEADER = 300  # characters
PATIENCE = 2.0  # seconds, after which a line says what is being read


def read_given(
    survey: Survey,
    *,
    stdin: bytes | None,
    url: str | None,
    name: str | None,
    form: str | None,
    encoding: str | None,
    progress: Callable[[str], None],
) -> Iterator[Transcript | InputError]:
    """Yield each transcript (from standard input, an address, the survey), or the error if it cannot be read.

    `progress` gets a line for each that takes long. `name` is for standard input and the address.
    """
    how = {"form": form, "encoding": encoding}
    inputs: list[tuple[str, Callable[[], Transcript]]] = []
    if stdin is not None:
        inputs.append((STANDARD_INPUT, partial(read_stdin, stdin, name=name, **how)))
    if url is not None:
        inputs.append((url, partial(read_url, url, name=name, **how)))
    inputs += [(str(s.path), partial(read_transcript, s.path, name=s.name, **how)) for s in survey.sources]
    for label, read in inputs:
        with announced(f"reading {label} …", progress):
            try:
                result: Transcript | InputError = read()
            except InputError as err:
                result = err
        yield result


def read_stdin(
    raw: bytes, *, name: str | None = None, form: str | None = None, encoding: str | None = None
) -> Transcript:
    """The transcript from standard input."""
    return parse(raw, STANDARD_INPUT, name=slug(name) if name else "stdin", encoding=encoding, form=form)


def read_url(url: str, *, name: str | None = None, form: str | None = None, encoding: str | None = None) -> Transcript:
    """The transcript at an address. Raises InputError if it cannot be fetched or read."""
    from pipeline.readers.fetch import fetch

    raw, file = fetch(url)
    path = Path(file)
    return parse(raw, url, suffix=path.suffix.lower(), name=slug(name or path.stem), encoding=encoding, form=form)


@contextlib.contextmanager
def announced(line: str, progress: Callable[[str], None], *, after: float = PATIENCE) -> Iterator[None]:
    """Pass `line` to `progress` if the block takes longer than `after` seconds."""
    timer = threading.Timer(after, progress, (line,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def describe(transcript: Transcript) -> list[str]:
    """Lines about a transcript: format, speakers with their shares, times, metadata, what is left out, warnings."""
    reading = transcript.reading
    total = sum(word_count(s.text) for s in transcript.segments)
    encoded = "" if reading.encoding in ("utf-8", "binary") else f", {reading.encoding}"
    lines = [
        one_line(f"{transcript.path}"),
        f"  format     {reading.format}{encoded}",
        f"  segments   {len(transcript.segments):,} with {numbered(total, 'word')}",
        f"  speakers   {_speakers(transcript)}",
        f"  times      {_times(transcript)}",
    ]
    lines += [f"  {key:<10} {value}" for key, value in _metadata(transcript).items()]
    lines += [f"  left out   {left_out(part)}" for part in reading.left_out]
    lines += [f"  not names  {_no_name(part)}" for part in reading.not_names[:_SHOWN]]
    if len(reading.not_names) > _SHOWN:
        lines.append(f"  not names  {len(reading.not_names) - _SHOWN} more that look like labels")
    return lines + [f"  warning    {remark}" for remark in reading.remarks]


def lines_of(transcript: Transcript) -> Iterator[str]:
    """The lines of the transcript, with the numbers by which notes cite them."""
    width = len(str(len(transcript.segments)))
    for segment in transcript.segments:
        time = "" if segment.start is None else f"{clock_of(int(segment.start))}  "
        speaker = f"{segment.speaker}: " if segment.speaker else ""
        yield one_line(f"  {segment.id:>{width}}  {time}{speaker}{segment.text}")


def _speakers(transcript: Transcript) -> str:
    shares = speaker_shares(transcript)
    known = [f"{name} {share:.0%}" for name, share in shares.items() if name]
    if not known:
        return "none"
    shown = known[:_SHOWN] + ([f"{len(known) - _SHOWN} more"] if len(known) > _SHOWN else [])
    nobody = shares.get("", 0.0)
    return "; ".join(shown) + (f"; no speaker {nobody:.0%}" if nobody else "")


def speaker_shares(transcript: Transcript) -> dict[str, float]:
    """The share of the words that each speaker says, largest first; "" stands for nobody."""
    counts: Counter[str] = Counter()
    for segment in transcript.segments:
        counts[segment.speaker or ""] += word_count(segment.text)
    total = max(1, counts.total())
    return {name: n / total for name, n in counts.most_common()}


def _times(transcript: Transcript) -> str:
    timed = [s for s in transcript.segments if s.start is not None]
    if not timed:
        return "none"
    first, last = timed[0].start or 0.0, transcript.duration or 0.0
    every = len(transcript.segments)
    part = "" if len(timed) == every else f", on {len(timed):,} of {every:,} segments"
    return f"{clock_of(int(first))} to {clock_of(int(last))}{part}"


def _metadata(transcript: Transcript) -> dict[str, str]:
    meta = transcript.metadata
    chapters = ", ".join(map(_chapter, meta.chapters[:_SHOWN]))
    fields = {
        "title": meta.title,
        "channel": meta.channel,
        "url": meta.url,
        "published": meta.published,
        "language": meta.language or _by_words(transcript),
        "people": mark_between(meta.speakers).join(meta.speakers),
        "roles": _roles(meta.roles),
        "header": (meta.header or "")[:_SHOWN_HEADER],
        "chapters": chapters,
    }
    return {key: value for key, value in fields.items() if value}


def _chapter(chapter: Chapter) -> str:
    """A chapter after its time, or after the number of its first line."""
    place = f"[{chapter.line}]" if chapter.start is None else clock_of(int(chapter.start))
    return f"{place} {chapter.title}"


def _roles(roles: Sequence[Role]) -> str:
    shown = [f"{role.speaker} ({role.text})" for role in roles[:_SHOWN]]
    more = [f"{len(roles) - _SHOWN} more"] if len(roles) > _SHOWN else []
    return "; ".join(shown + more)


def _by_words(transcript: Transcript) -> str:
    tag = spoken_language(transcript)
    return f"{tag} ({english_name(tag)}, by its words)" if tag else ""


def left_out(part: LeftOut) -> str:
    """One kind of left-out text, in words."""
    where = "" if part.line is None else f", first in line {part.line:,}"
    example = f': "{part.example}"' if part.example else ""
    return f"{part.kind}: {part.count:,}, {numbered(part.words, 'word')}{where}{example}"


def _no_name(part: LeftOut) -> str:
    times = "" if part.count == 1 else f", {part.count} times"
    return f'"{part.kind}"{times} (line {part.line:,})' if part.line is not None else f'"{part.kind}"{times}'


def left_out_line(transcript: Transcript) -> str | None:
    """A line for the screen on what was not taken as speech; None if everything was."""
    parts = [p for p in transcript.reading.left_out if p.words]
    if not parts:
        return None
    total = sum(p.words for p in parts)
    kinds = ", ".join(f"{p.kind} ({p.words:,})" for p in sorted(parts, key=lambda p: -p.words)[:4])
    more = f" and {len(parts) - 4} more" if len(parts) > 4 else ""
    return f"{numbered(total, 'word')} not taken as speech: {kinds}{more}"


def as_json(transcript: Transcript, *, segments: bool = False) -> dict[str, Any]:
    """The facts of `describe` as values; with `segments`, the whole transcript too."""
    reading, shares = transcript.reading, speaker_shares(transcript)
    fields: dict[str, Any] = {
        "path": transcript.path,
        "name": transcript.name,
        "format": reading.format,
        "encoding": reading.encoding,
        "language": spoken_language(transcript),
        "segments": len(transcript.segments),
        "words": sum(word_count(s.text) for s in transcript.segments),
        "speakers": {name: round(share, 4) for name, share in shares.items() if name},
        "unattributed": round(shares.get("", 0.0), 4),
        "timed": sum(s.start is not None for s in transcript.segments),
        "duration": transcript.duration,
        "metadata": asdict(transcript.metadata),
        "left_out": [asdict(part) for part in reading.left_out],
        "not_names": [{"label": p.kind, "count": p.count, "line": p.line} for p in reading.not_names],
        "warnings": [asdict(remark) for remark in reading.remarks],
    }
    if segments:
        fields["transcript"] = [
            {"id": s.id, "speaker": s.speaker, "start": s.start, "end": s.end, "text": s.text}
            for s in transcript.segments
        ]
    return fields


def skipped_lines(survey: Survey) -> list[str]:
    """For each reason why files are not read, a line with the first of them."""
    reasons: dict[str, list[Skipped]] = {}
    for skipped in survey.skipped:
        reasons.setdefault(skipped.reason, []).append(skipped)
    lines = []
    for reason, files in reasons.items():
        shown = ", ".join(str(f.path) for f in files[:3])
        lines.append(f"not read: {shown}{f' and {len(files) - 3} more' if len(files) > 3 else ''} ({reason})")
    return lines
