"""Quotations in context: the cited lines, neighbours together, with a little of what was said around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.document import Evidence
from pipeline.labels import Labels
from pipeline.pages.markdown import clock, moment_url, runs
from pipeline.text import clean, mark_between
from pipeline.transcript import Segment, Transcript

_CONTEXT = 180  # characters before and after the quotation
_MOST_BETWEEN = 2  # lines between two quotations in one passage, at most
_SHORTEST_PART = 40  # characters: a shorter part of a line is not worth showing

_Row = tuple[str, str | None, bool]  # text, speaker, whether it is cited


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a passage: cited, or its context. `speaker` is "" if the line before has the same."""

    text: str
    speaker: str
    cited: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring cited lines with their context. `place` is "12:34" or "line 12"; `url` links to that moment."""

    place: str
    url: str | None
    lines: tuple[Line, ...]

    @property
    def quote(self) -> str:
        """The cited lines alone, with "…" where lines between them are left out."""
        runs = groupby(self.lines, key=lambda line: line.cited)
        return " … ".join(" ".join(line.text for line in run) for cited, run in runs if cited)

    @property
    def speakers(self) -> str:
        """The speakers of the cited lines."""
        speakers = list(dict.fromkeys(line.speaker for line in self.lines if line.cited and line.speaker))
        return mark_between(speakers).join(speakers)

    def attributed_quote(self, labels: Labels, longest: int) -> str:
        """The speakers, and the cited lines as a quotation of about `longest` characters at most."""
        speaker = f"{self.speakers}{labels.colon}" if self.speakers else ""
        return speaker + labels.quotation.format(text=_shortened(self.quote, longest))


def passages(
    evidence: Sequence[Evidence], transcript: Transcript | None, url: str | None, labels: Labels
) -> tuple[Passage, ...]:
    """One passage for each run of lines close to each other. Without a transcript there is no context."""
    return tuple(_passage(run, transcript, url, labels) for run in runs(evidence, _MOST_BETWEEN if transcript else 0))


def _shortened(text: str, limit: int) -> str:
    """The text if it fits, otherwise as many of its first words as fit, followed by "…"."""
    return text if len(text) <= limit else f"{text[:limit].rpartition(' ')[0] or text[:limit]}…"


def _passage(run: Sequence[Evidence], transcript: Transcript | None, url: str | None, labels: Labels) -> Passage:
    first = run[0]
    before, after = _context(transcript, first.segment, run[-1].segment)
    rows = [*before, *_cited_rows(run, transcript), *after]
    place = labels.line.format(number=first.segment) if first.start is None else clock(first.start)
    return Passage(place, moment_url(url, first.start), _lines(rows))


def _lines(rows: Iterable[_Row]) -> tuple[Line, ...]:
    """Rows as lines; the speaker is named on each change, and where the quotation begins."""
    out: list[Line] = []
    previous: tuple[str | None, bool] = (None, False)
    for text, speaker, cited in rows:
        begins = speaker != previous[0] or (cited and not previous[1])
        out.append(Line(text, speaker or "" if begins else "", cited))
        previous = (speaker, cited)
    return tuple(out)


def _cited_rows(run: Sequence[Evidence], transcript: Transcript | None) -> Iterator[_Row]:
    """The cited lines, and the lines between them."""
    last = run[0].segment
    for line in run:
        between = transcript.segments[last : line.segment - 1] if transcript else ()
        yield from ((clean(s.text), clean(s.speaker or "") or None, False) for s in between)
        yield line.quote, line.speaker, True
        last = line.segment


def _context(transcript: Transcript | None, first: int, last: int) -> tuple[list[_Row], list[_Row]]:
    if transcript is None or last > len(transcript.segments):
        return [], []
    before = _context_rows(reversed(transcript.segments[: first - 1]), backwards=True)
    return before[::-1], _context_rows(transcript.segments[last:], backwards=False)


def _context_rows(segments: Iterable[Segment], *, backwards: bool) -> list[_Row]:
    """As many lines as fit into the context; the one farthest away is cut between words."""
    out: list[_Row] = []
    characters_left = _CONTEXT
    for segment in segments:
        if characters_left < _SHORTEST_PART:
            break
        text = clean(segment.text)
        if len(text) > characters_left:
            text = f"…{text[-characters_left:].partition(' ')[2]}" if backwards else _shortened(text, characters_left)
        if len(text) > 1:
            out.append((text, clean(segment.speaker) if segment.speaker else None, False))
        characters_left -= len(segment.text)
    return out
