"""A transcript as sentences: who says each, on which lines, and in which turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.small.keys import joined, keys, size
from pipeline.small.noises import without_noises
from pipeline.text import QUESTION_MARKS, SENTENCE_ENDS, WIDE_END
from pipeline.transcript import Segment, Transcript
from pipeline.verification.figures import claims

_CLOSERS = r"[\"”’»)\]]*"
_END = re.compile(rf"[{SENTENCE_ENDS}]{_CLOSERS}\s+|{WIDE_END}{_CLOSERS}\s*")
_ABBREVIATED = re.compile(r"(?:^|[\s(])(?:[^\W\d_]|[A-Z][a-z]{0,2}|(?:[^\W\d_]\.)+[^\W\d_])\.\s+$")
_LONGEST = 60  # words: speech transcribed without full stops is cut at commas or lines
_INTERJECTION = 3  # most words that may be thrown in without ending somebody else's turn


@dataclass(frozen=True)
class Sentence:
    """`number` counts from 0 through the transcript; `lines` are segment ids; `turn` counts speakers' turns.

    `after_interjection` marks a sentence before which somebody else threw in a word, `begins_line` the first one of a
    line, `noise` one that consists of noises only and is not printed.
    """

    number: int
    text: str
    lines: tuple[int, ...]
    speaker: str | None
    turn: int
    after_interjection: bool = False
    begins_line: bool = False
    noise: bool = False

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Its content words."""
        return keys(self.text)

    @cached_property
    def words(self) -> int:
        """How many words it has."""
        return size(self.text)

    @property
    def unfinished(self) -> bool:
        """Whether it lacks a closing mark, because it was cut out of a longer one or broken off."""
        return not self.text.rstrip('"”’»)] ').endswith(tuple(SENTENCE_ENDS))

    @property
    def interjects(self) -> bool:
        """Whether it is just a few words such as somebody throws in, without a figure."""
        return self.words <= _INTERJECTION and not claims(self.text)

    @property
    def asks(self) -> bool:
        """Whether it ends as a question."""
        return self.text.rstrip('"”’»)] ').endswith(QUESTION_MARKS)


def sentences_of(transcript: Transcript) -> list[Sentence]:
    """All sentences in order. A sentence may extend over several lines of one speaker."""
    found: list[Sentence] = []
    for turn, parts in enumerate(_turns(transcript.segments)):
        for part, run in enumerate(parts):
            last = 0
            for n, (text, lines) in enumerate(_cut(run)):
                thrown_in = part > 0 and n == 0
                noise = not any(map(str.isalnum, without_noises(text, transcript.metadata.language)))
                begins = lines[0] != last
                found.append(Sentence(len(found), text, lines, run[0].speaker, turn, thrown_in, begins, noise))
                last = lines[-1]
    return found


def _turns(segments: Sequence[Segment]) -> list[list[list[Segment]]]:
    """Turns, each of one speaker, as runs of neighbouring lines; an interjection separates runs but ends no turn."""
    runs: list[list[Segment]] = []
    for segment in segments:
        if runs and runs[-1][-1].speaker == segment.speaker:
            runs[-1].append(segment)
        else:
            runs.append([segment])
    turns: list[list[list[Segment]]] = []
    n = 0
    while n < len(runs):
        turn = [runs[n]]
        while n + 2 < len(runs) and _thrown_in(runs[n + 1]) and runs[n + 2][0].speaker == turn[0][0].speaker:
            turn.append(runs[n + 2])
            n += 2
        turns.append(turn)
        n += 1
    return turns


def _thrown_in(run: Sequence[Segment]) -> bool:
    text = " ".join(s.text for s in run)
    return size(text) <= _INTERJECTION and not text.rstrip().endswith(QUESTION_MARKS)


def _cut(run: Sequence[Segment]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """(sentence, ids of its lines) for neighbouring lines of one speaker."""
    text, starts = "", []
    for segment in run:
        whole = joined((text, segment.text.strip()))
        starts.append((len(whole) - len(segment.text.strip()), segment.id))
        text = whole
    begin = 0
    for end in _ends(text, [at for at, _ in starts]):
        if sentence := text[begin:end].strip():
            ids = [
                i for n, (at, i) in enumerate(starts) if at < end and (n + 1 == len(starts) or starts[n + 1][0] > begin)
            ]
            yield sentence, tuple(ids)
        begin = end


def _ends(text: str, starts: Sequence[int]) -> list[int]:
    """Where the sentences in a text end; those that are too long are cut at commas or where lines begin."""
    ends: list[int] = []
    begin = 0
    for match in _END.finditer(text):
        follows = text[match.end() : match.end() + 1]
        if match[0].startswith(".") and (follows.islower() or _ABBREVIATED.search(text[begin : match.end()])):
            continue
        ends += [*_breaks(text, begin, match.end(), starts), match.end()]
        begin = match.end()
    return [*ends, *_breaks(text, begin, len(text), starts), len(text)]


def _breaks(text: str, begin: int, end: int, starts: Sequence[int]) -> list[int]:
    if size(text[begin:end]) <= _LONGEST:
        return []
    places = [begin + m.end() for m in re.finditer(r"[,;:，；：]\s*|\s[-–—]\s", text[begin:end])]
    places += [s for s in starts if begin < s < end]
    found: list[int] = []
    last = begin
    for place in sorted(places):
        if size(text[last:place]) >= _LONGEST // 2 and size(text[place:end]) >= 6:
            found.append(place)
            last = place
    return found
