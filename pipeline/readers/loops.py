"""Loops of speech recognition, over lines or inside one, are kept once, with a warning."""

from __future__ import annotations

import itertools
import operator
import re
from collections import Counter

from pipeline.readers.lines import Line
from pipeline.readers.tally import Tally
from pipeline.text import word_count, words

_REPEATED = re.compile(r"([^\W\d_][^\s\d]{0,11}?)\1{9,}+")
_RUN = 40  # number of characters in a repeated phrase without spaces, more than any laughter has
_LOOP, _LOOP_SHORT = 5, 10  # repeats that nobody says: of a sentence; of one or two words
_PERIOD = 4  # maximum number of lines in a repeated passage
_LEAST = 16  # minimum number of words in a line in which to look for a loop
# number of words from which a line is always searched; maximum share of different words in a shorter one
_LONG, _VARIED = 200, 0.5
_PHRASE = 10  # maximum number of words in a phrase that is repeated inside a line


def fold_loops(lines: list[Line], tally: Tally) -> list[Line]:
    """The lines with each loop of speech recognition kept once, with a warning."""
    keys = [(line.speaker, line.text.casefold()) for line in lines]
    counts = Counter(keys)
    folded: list[Line] = []
    i = 0
    while i < len(lines):
        period, times = _loop_at(keys, i) if counts[keys[i]] >= _LOOP else (0, 0)
        if not times:
            folded.append(_unlooped(lines[i], tally))
            i += 1
            continue
        last = lines[i + period * times - 1]
        loop = lines[i : i + period]
        folded += [*loop[:-1], loop[-1]._replace(end=last.end if last.end is not None else loop[-1].end)]
        loop_text = " ".join(line.text for line in loop)
        words_left_out = len(words(loop_text)) * (times - 1)
        _record(
            f'"{loop_text[:50]}" is repeated {times} times in a row',
            words_left_out,
            loop_text,
            lines[i].file_line,
            tally,
        )
        i += period * times
    return folded


def _loop_at(keys: list[tuple[str | None, str]], i: int) -> tuple[int, int]:
    """The lines and the repeats of a loop that begins at `i`; (0, 0) if there is none. Keys: (speaker, text)."""
    for period in range(1, _PERIOD + 1):
        if i + period >= len(keys) or keys[i] != keys[i + period]:
            continue
        if len({speaker for speaker, _ in keys[i : i + period]}) > 1:
            continue  # two people who say the same in turn
        times = 1
        while keys[i + times * period : i + (times + 1) * period] == keys[i : i + period]:
            times += 1
        short = sum(len(text.split()) for _, text in keys[i : i + period]) < 3
        if times >= (_LOOP_SHORT if short else _LOOP):
            return period, times
    return 0, 0


def _unlooped(line: Line, tally: Tally) -> Line:
    """A line with each phrase that is repeated over and over kept once."""
    text = line.text
    tokens = text.split()
    if max(map(len, tokens), default=0) >= _RUN and (folded := _REPEATED.sub(_once, text)) != text:
        words_left_out = max(1, word_count(text) - word_count(folded))
        _record(f'a phrase repeats itself in "{text[:50]}"', words_left_out, text, line.file_line, tally)
        line, tokens = line._replace(text=folded), folded.split()
    if len(tokens) < _LEAST or (len(tokens) < _LONG and len(set(tokens)) > _VARIED * len(tokens)):
        return line
    loops = _phrases(tokens)
    if not loops:
        return line
    kept_tokens: list[str] = []
    at = 0
    for start, period, times in loops:
        if start >= at:
            kept_tokens += tokens[at : start + period]
            at = start + period * times
    kept_tokens += tokens[at:]
    _record(
        f'a phrase repeats itself in "{line.text[:50]}"',
        len(tokens) - len(kept_tokens),
        line.text,
        line.file_line,
        tally,
    )
    return line._replace(text=" ".join(kept_tokens))


def _record(finding: str, words_left_out: int, text: str, file_line: int, tally: Tally) -> None:
    """Record a loop and the number of its words that are left out."""
    tally.leave_out_words("loops of speech recognition", words_left_out, text, file_line)
    tally.warn(f"{finding}: kept once, as a loop of speech recognition", file_line)


def _once(match: re.Match[str]) -> str:
    return match[1] if len(match[0]) >= _RUN else match[0]


def _phrases(tokens: list[str]) -> list[tuple[int, int, int]]:
    """Phrases that are repeated over and over, in order: index of the first word, words in each, repeats."""
    found: list[tuple[int, int, int]] = []
    for period in range(1, _PHRASE + 1):
        least = _LOOP_SHORT if period < 3 else _LOOP
        same = bytes(map(operator.eq, tokens, itertools.islice(tokens, period, None)))  # compared in C, not in Python
        run = b"\x01" * (period * (least - 1))
        start = same.find(run)
        while start >= 0:
            end = same.find(b"\x00", start)
            end = len(same) if end < 0 else end
            found.append((start, period, (end - start) // period + 1))
            start = same.find(run, end)
    return sorted(found)
