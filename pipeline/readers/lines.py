"""What every format goes through after parsing: loops folded, lines joined to readable ones or cut, ids on."""

from __future__ import annotations

import itertools
import operator
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.readers import scripts
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence, tidy
from pipeline.text import printable, words
from pipeline.transcript import Segment

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*(?P<gap>\s+)|[。！？](?P<none>)")
_GAP = re.compile(r"[.!?…][\"'”’)]* ")
_SIGNS = bytes.maketrans(b'!?")', b"..''")  # ends of sentences and what closes them
_WORD = re.compile(r"[^\W_]")
_WORD_LENGTH = 7  # characters of a word and its blank, beyond which a line may hold something unbroken
_UNBROKEN = re.compile(r"\S{40}")
_ROUND = re.compile(r"([^\W\d_][^\s\d]{0,11}?)\1{9,}")
_RUN = 40  # characters of a phrase that goes round without a space, which nobody's laughter takes
_LOOP, _LOOP_SHORT = 5, 10  # times in a row that nobody says a sentence, or one or two words
_PERIOD = 4  # lines that a loop goes over
_LEAST = 16  # words of a line that a loop could be in
_LONG, _VARIED = 200, 0.5  # words of a line whose words must vary less for a loop to be in it
_PHRASE = 10  # words that a loop inside a line goes over
_AWHILE = 30  # seconds that a joined line goes over
_SHORT = 140  # characters of a line that is not cut, whatever it holds


class Line(NamedTuple):
    """A parsed cue or paragraph before numbering; times in seconds. A `turn` is never joined to the line before it."""

    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    turn: bool = False
    at: int = 0


def unroll(lines: list[Line], tally: Tally) -> list[Line]:
    """Rolling captions joined: each cue loses the words with which the one directly before it ended.

    YouTube shows every line twice, once below and once above the next one. Only the preceding cue is
    compared, so that a speaker who really repeats a sentence later is kept.
    """
    if not _rolls(lines):
        return lines
    out: list[Line] = []
    previous: list[str] = []
    gone = 0
    for line in lines:
        tokens = line.text.split()
        shared = _shared(previous, tokens)
        gone += shared
        fresh = tokens[shared:]
        if fresh:
            out.append(line._replace(text=" ".join(fresh)))
        elif out and line.end is not None:
            out[-1] = out[-1]._replace(end=line.end)
        previous = tokens
    tally.leave_out_words("words shown twice by rolling captions", gone, "", lines[0].at)
    return out


def _shared(before: list[str], after: list[str]) -> int:
    """How many words at the end of one line begin the next one."""
    return next((n for n in range(min(len(before), len(after)), 0, -1) if before[-n:] == after[:n]), 0)


def _rolls(lines: list[Line]) -> bool:
    """Whether cues grow: each begins with the words, or the last line, of the one before, or shows the same again.

    What speech recognition says again and again is the same too, but then most other cues stand once.
    """
    runs = [(text.split(), len(list(group))) for text, group in itertools.groupby(line.text for line in lines[:2000])]
    if len(runs) < 3:
        return False
    grown = sum(_shared(a, b) >= min(3, len(a), len(b)) for (a, _), (b, _) in itertools.pairwise(runs))
    again = sum(times > 1 for _, times in runs)
    return grown >= 0.3 * (len(runs) - 1) or again >= 0.5 * len(runs)


def fold_loops(lines: list[Line], tally: Tally) -> list[Line]:
    """Lines without what speech recognition said again and again, each loop kept once and told."""
    folded = [line.text.casefold() for line in lines]
    if not any(any(map(operator.eq, folded, itertools.islice(folded, n, None))) for n in range(1, _PERIOD + 1)):
        return [line if _is_short(line.text) else _unlooped(line, tally) for line in lines]
    keys = [f"{line.speaker or ''}: {text}" for line, text in zip(lines, folded, strict=True)]
    again = _again(keys)
    out: list[Line] = []
    i = 0
    while i < len(lines):
        period, times = _loop_at(keys, i) if again[i] else (0, 0)
        if not times:
            out.append(_unlooped(lines[i], tally))
            i += 1
            continue
        last = lines[i + period * times - 1]
        kept = lines[i : i + period]
        out += [*kept[:-1], kept[-1]._replace(end=last.end if last.end is not None else kept[-1].end)]
        said = " ".join(line.text for line in kept)
        gone = len(words(said)) * (times - 1)
        tally.leave_out_words("loops of speech recognition", gone, said, lines[i].at)
        tally.warn(
            f'"{said[:50]}" stands {times} times in a row: read once, as a loop of speech recognition', lines[i].at
        )
        i += period * times
    return out


def _again(keys: list[str]) -> list[bool]:
    """Of each line, whether one of the next few says the same: there a loop may begin."""
    again = [False] * len(keys)
    for period in range(1, _PERIOD + 1):
        same = map(operator.eq, keys, itertools.chain(keys[period:], itertools.repeat(None, period)))
        again = list(map(operator.or_, again, same))
    return again


def _loop_at(keys: list[str], i: int) -> tuple[int, int]:
    """The lines and the repeats of a loop that begins here; (0, 0) when there is none."""
    for period in range(1, _PERIOD + 1):
        if i + period >= len(keys) or keys[i] != keys[i + period]:
            continue
        times = 1
        while keys[i + times * period : i + (times + 1) * period] == keys[i : i + period]:
            times += 1
        if len({key.split(":")[0] for key in keys[i : i + period]}) > 1:
            continue  # two people who say the same in turn
        short = sum(len(k.partition(": ")[2].split()) for k in keys[i : i + period]) < 3
        if times >= (_LOOP_SHORT if short else _LOOP):
            return period, times
    return 0, 0


def _is_short(text: str) -> bool:
    """Whether a text has fewer words than a loop takes, none of them long: most do, and are told at once."""
    blanks = text.count(" ")
    return blanks < _LEAST - 1 and len(text) <= _WORD_LENGTH * blanks + _RUN and printable(text)


def _unlooped(line: Line, tally: Tally) -> Line:
    """A line in which a phrase does not go round and round."""
    text = line.text
    if (
        len(text) > _WORD_LENGTH * text.count(" ") + _RUN
        and _UNBROKEN.search(text)
        and (folded := _ROUND.sub(_once, text)) != text
    ):
        gone = max(1, scripts.length(text) - scripts.length(folded))
        tally.leave_out_words("loops of speech recognition", gone, text, line.at)
        tally.warn(f'a phrase goes round in "{line.text[:50]}": read once, as a loop of speech recognition', line.at)
        line = line._replace(text=folded)
    text = line.text
    if len(text) < 2 * _LEAST or (text.count(" ") < _LEAST - 1 and printable(text)):
        return line
    tokens = text.split()
    if len(tokens) < _LEAST or (len(tokens) < _LONG and len(set(tokens)) > _VARIED * len(tokens)):
        return line
    loops = _phrases(tokens)
    if not loops:
        return line
    out: list[str] = []
    at = 0
    for start, period, times in loops:
        if start >= at:
            out += tokens[at : start + period]
            at = start + period * times
    out += tokens[at:]
    tally.leave_out_words("loops of speech recognition", len(tokens) - len(out), line.text, line.at)
    tally.warn(f'a phrase goes round in "{line.text[:50]}": read once, as a loop of speech recognition', line.at)
    return line._replace(text=" ".join(out))


def _once(match: re.Match[str]) -> str:
    return match[1] if len(match[0]) >= _RUN else match[0]


def _phrases(tokens: list[str]) -> list[tuple[int, int, int]]:
    """Phrases that are said again and again: where each starts, its words, and how often, in their order."""
    found: list[tuple[int, int, int]] = []
    for period in range(1, _PHRASE + 1):
        least = _LOOP_SHORT if period < 3 else _LOOP
        same = bytes(map(operator.eq, tokens, itertools.islice(tokens, period, None)))  # as many as C can compare
        run = b"\x01" * (period * (least - 1))
        start = same.find(run)
        while start >= 0:
            end = same.find(b"\x00", start)
            end = len(same) if end < 0 else end
            found.append((start, period, (end - start) // period + 1))
            start = same.find(run, end)
    return sorted(found)


def join_lines(lines: list[Line], *, target_words: int = 45, gap: float = 4.0) -> list[Line]:
    """Short cues joined to readable lines of one speaker, ending at a sentence or a pause where there is one."""
    out: list[Line] = []
    parts: list[str] = []
    first, end = Line(""), None  # of the parts
    said: int | None = 0  # words of the parts, counted when they are asked for
    most, half = target_words * 1.6, target_words / 2
    for line in lines:
        size: int | None = None
        if parts and first.speaker == line.speaker and not line.turn:
            said = scripts.length(parts[-1]) if said is None else said
            if (said < 8 or said < half or not ends_sentence(parts[-1])) and (
                said < 6 or line.start is None or not _paused(first.start, end, line.start, gap)
            ):
                size = scripts.length(line.text)
                if said + size <= most:
                    parts.append(line.text)
                    said += size
                    end = line.end if line.end is not None else end
                    continue
        out.append(_joined(first, parts, end))
        first, end = line, line.end
        parts, said = [line.text], size
    out.append(_joined(first, parts, end))
    return out[1:]


def _joined(first: Line, parts: list[str], end: float | None) -> Line:
    if len(parts) < 2:
        return first
    return Line(" ".join(parts), first.speaker, first.start, end, first.turn, first.at)


def _paused(start: float | None, end: float | None, at: float, gap: float) -> bool:
    """Whether a line begins long after the end of what stands before it, or after its start."""
    return (end is not None and at - end > gap) or (start is not None and at - start > _AWHILE)


def split_long(line: Line, *, target_words: int = 45) -> list[Line]:
    """A long paragraph cut at sentence ends, times shared out by length, so that evidence stays narrow."""
    text, most = line.text, target_words * 1.6
    if len(text) <= 2 * most or scripts.length(text) <= most:
        return [line]  # a word takes two characters at least, its space among them
    if (pieces := _sliced(text, target_words)) is not None:
        return _with_times(line, pieces)
    pieces = []
    parts: list[str] = []
    filled = 0
    for part, size in _parts(text, target_words * 2):
        if parts and filled + size <= target_words:
            parts.append(part)
            filled += size
        elif part := part.strip():
            pieces.append(" ".join(parts))
            parts = [part]
            filled = size
    return _with_times(line, [*pieces[1:], " ".join(parts)])


def _sliced(text: str, target: int) -> list[str] | None:
    """A text of words between single blanks cut behind sentences; None for others, or when a sentence is too long."""
    if scripts.unspaced(text) or not printable(text) or "  " in text:
        return None
    pieces: list[str] = []
    start = end = at = filled = 0
    for upto in [*_beginnings(text), len(text) + 1]:
        size = text.count(" ", at, upto - 1) + 1
        if size > 2 * target or upto - at > scripts.UNBROKEN * size:
            return None
        if filled + size > target and filled:
            pieces.append(text[start:end])
            start, filled = at, 0
        filled += size
        end, at = upto - 1, upto
    pieces.append(text[start:])
    return pieces


def _beginnings(text: str) -> list[int]:
    """Where the sentences of a text with single blanks begin, but for the first."""
    signs = text.encode().translate(_SIGNS) if text.isascii() else b".'"
    if b".'" in signs:
        return [match.end() for match in _GAP.finditer(text)]
    out: list[int] = []
    at = signs.find(b". ")
    while at >= 0:
        out.append(at + 2)
        at = signs.find(b". ", at + 2)
    return out


def _parts(text: str, limit: int) -> Iterator[tuple[str, int]]:
    """Sentences, each with its length in words, or what counts so.

    One without an end in sight (unpunctuated captions) is cut at half of `limit`.
    """
    for sentence in _sentences(text):
        size = scripts.length(sentence)
        if size <= limit:
            yield sentence, size
        else:
            yield from ((part, scripts.length(part)) for part in scripts.packed(sentence, limit // 2))


def _sentences(text: str) -> Iterator[str]:
    """A text parted behind each end of a sentence."""
    at = 0
    for match in _SENTENCE_END.finditer(text):
        start, end = match.span(match.lastgroup or 0)
        yield text[at:start]
        at = end
    yield text[at:]


def _with_times(line: Line, pieces: list[str]) -> list[Line]:
    if line.start is None or line.end is None:
        return [Line(p, line.speaker, line.start, None if i else line.end, at=line.at) for i, p in enumerate(pieces)]
    total = sum(len(p) for p in pieces) or 1
    out, at = [], line.start
    for piece in pieces:
        until = at + (line.end - line.start) * len(piece) / total
        out.append(Line(piece, line.speaker, round(at, 3), round(until, 3), line.turn, line.at))
        at = until
    return out


def finish(lines: list[Line]) -> tuple[Segment, ...]:
    """Numbered segments, ids from 1; empty lines go."""
    out: list[Segment] = []
    for line in lines:
        text = tidy(line.text)
        if not text.isascii():
            text = scripts.closed(text)
        if not text[:1].isalpha() and not _WORD.search(text):
            continue
        if len(text) <= _SHORT:
            out.append(Segment(len(out) + 1, text, line.speaker, line.start, line.end))
            continue
        kept = line if text is line.text else line._replace(text=text)
        out += [Segment(n, p.text, p.speaker, p.start, p.end) for n, p in enumerate(split_long(kept), len(out) + 1)]
    return tuple(out)
