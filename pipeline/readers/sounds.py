"""Sounds and stage directions: "[Music]", "(laughs)", "{vocalsound}", musical notes. Brackets with speech stay."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.readers.frames import BREAK
from pipeline.readers.heads import head_of
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence
from pipeline.text import SENTENCE_ENDS, UNSPACED, clean

KIND = "sounds and stage directions"
_BRACKETS = re.compile(
    r"\[(?P<square>[^\[\]\n]{0,80})\]|\((?P<round>[^()\n]{0,80})\)|（(?P<wide>[^（）\n]{0,80})）"
    r"|\{(?P<curly>[^{}\n]{0,80})\}|【(?P<lens>[^【】\n]{0,80})】"
    r"|(?<![\w*])\*(?P<star>(?!\s)[^*\n]{1,40}(?<!\s))\*(?![\w*])"
)
_NOTES = re.compile(r"[♪♫♬♩🎵🎶]+")
_HASHED = re.compile(r"^#\s(.*?)\s#$")
_ENDS = tuple(f'{SENTENCE_ENDS}"”’,;:>—-')
_BEFORE = " \t([（【"
_AROUND = " .,!?:;-—、。，！？"
_SQUARE = ("square", "lens", "curly")
_UNSPACED = re.compile(f"[{UNSPACED}]+")
_LEAST_LETTERS = 3  # minimum number of letters in a sound that touches a word: "funny(laughs)"
_LINES = 6  # maximum number of lines in a direction
_DASHES = frozenset("-–—")  # between people who call out, in a direction
_SOUND_NAME = re.compile(r"[^\W\d_]{3,}(?:[ _-][^\W\d_]+){0,2}")  # "{vocalsound}", "{gap}"; a set has a comma
_WORDY = re.compile(r"[^,]*[^\W\d_]{3}[^,]*")
_LETTERS = re.compile(r"[^\W\d_]+(?:[ '’_-][^\W\d_]+)*\.?")  # words, not a year, formula or index
_FEW_LETTERS = re.compile(r"(?!.*(?:[A-Za-z]{3}|\d:\d))[\x20-\x7e]+")  # "(a)", "[1, 2]", "[Am]"; not a clock
_NOTHING = " .…–—-_"
_QUOTED = 4  # maximum number of quotation marks in a direction; a list of data has more
_MOST = 0.7  # minimum share of lines that are a sentence in brackets, if that is how somebody writes
_NEAR = 300  # characters before and behind a bracket by which it is judged
_SHORT = 4  # maximum number of words in a sound in round brackets
_SENTENCE = 3  # minimum number of words in a sentence that somebody says as a whole turn in brackets
# The AMI and ICSI meetings mark where somebody breaks off a sentence, and letters that are spelled out: "D_V_D_s".
_BROKEN_OFF, _MARKS = "{disfmarker}", ("disfmarker", "vocalsound")
_STOPS = frozenset(".!?…")
_PAUSES = ("...", "…")  # small letters may follow, unlike the end of a sentence
_ASKS = frozenset("?？؟")
_SPELLED = re.compile(r"(?<!\w)(?:[A-Z]_)+(?=s?(?!\w))")

_PAIRS = {"(": ")", "[": "]", "（": "）", "【": "】"}


def in_one_bracket(text: str) -> bool:
    """Whether a text is one bracket from beginning to end, as directions in records are, however long."""
    opening, closing = text[:1], _PAIRS.get(text[:1])
    if closing is None or text[-1] != closing or text.count('"') > _QUOTED:
        return False
    depth = 0
    for match in re.finditer(f"[{re.escape(opening + closing)}]", text):
        depth += 1 if match[0] == opening else -1
        if not depth:
            return match.end() == len(text)
    return False


def joined_directions(rows: list[str]) -> list[str]:
    """The lines, with those of a bracket that goes over several joined into one."""
    new_rows = rows
    joined_to = 0  # lines before this index are done
    candidates = [i for i, row in enumerate(rows) if row and row[0] in _BEFORE and row.lstrip()[:1] in _PAIRS]
    for i in candidates:
        text = rows[i].strip()
        if i < joined_to or in_one_bracket(text) or (i and rows[i - 1].strip() and not ends_sentence(rows[i - 1])):
            continue
        for k in range(i + 1, min(i + _LINES, len(rows))):
            row = rows[k].strip()
            if not row or (text[-1] not in _DASHES and _begins_turn(row)):
                break
            text = f"{text} {row}"
            if in_one_bracket(text):
                new_rows = new_rows.copy() if new_rows is rows else new_rows
                new_rows[i : k + 1] = [text, *[BREAK] * (k - i)]
                joined_to = k + 1
                break
    return new_rows


def _begins_turn(row: str) -> bool:
    """Whether a line begins with a label or a time of its own.

    "des Bugs – Zuruf: …" has no such label, "3:15 p.m." in a sentence is not such a time.
    """
    head = head_of(row)
    if head is None:
        return False
    if head.stamp is not None:
        return head.name is not None or not head.rest or row[0] in _PAIRS
    return head.name is not None and ":" in head.shape and not _DASHES & set(head.name.split())


class Sounds:
    """Removes sounds from lines: brackets alone, in front of or between sentences, and elsewhere if they recur.

    In the middle of a sentence, a bracket is words that somebody wrote or inserted, unless the same one also occurs
    where sounds do. Sentences in brackets are words too if nearly all lines are such. `others` is the number of further
    lines, without a bracket. If sentences are `stopped`, each ends with a sign, so that a line without one continues in
    the next.
    """

    def __init__(self, texts: Iterable[str], tally: Tally, *, others: int = 0, stopped: bool = True) -> None:
        self._tally, self._stopped = tally, stopped
        self._counts: Counter[str] = Counter()
        self._in_place: set[str] = set()  # those that also occur where sounds do
        lines, sentences = others, 0
        goes_on = False
        for text in texts:
            lines += 1
            if _opened(text):
                for bracket in map(_Bracket, _BRACKETS.finditer(text)):
                    self._counts[bracket.sound] += 1
                    if self._is_in_place(bracket, goes_on):
                        self._in_place.add(bracket.sound)
                sentences += ends_sentence(text) and in_one_bracket(text)
            goes_on = text[-1:].isalpha()
        self._marked = any(mark in self._counts for mark in _MARKS)
        self._all_in_brackets = sentences > max(1, _MOST * lines)

    def _is_in_place(self, bracket: _Bracket, goes_on: bool) -> bool:
        """Whether a bracket is where sounds are: in front, between sentences or alone."""
        before, after = bracket.before, bracket.after
        if not after and _UNSPACED.fullmatch(before[-1:] + bracket.sound[:1]):
            return True
        if not self._stopped and bracket.square:
            return bracket.follows_end()
        in_front = before.strip() or not goes_on or not after
        is_word = bracket.word_goes_on() or (bracket.square and bracket.ends_sentence())
        return bool(bracket.follows_end() and not after[:1].islower() and in_front and not is_word)

    def off(self, text: str, line: int | None = None, *, goes_on: bool = False, labelled: bool = False) -> str:
        """The line without its sounds, perhaps empty.

        `goes_on`: the line above ends inside a sentence. `labelled`: its speaker is named, so a whole sentence in
        brackets is what that speaker says, and "[Town]." an answer.
        """
        if not text.isascii() and _NOTES.search(text):
            text = clean(_NOTES.sub(" ", text))
        if text[:1] == "#" and (match := _HASHED.match(text)):
            text = match[1]
        if self._marked and "_" in text:
            text = _SPELLED.sub(lambda m: m[0].replace("_", ""), text)
        if not _opened(text) or (labelled and _is_spoken_sentence(text)):
            return text
        kept: list[str] = []
        at = 0
        for bracket in map(_Bracket, _BRACKETS.finditer(text)):
            if self._is_sound(bracket, goes_on=goes_on, labelled=labelled):
                self._tally.leave_out(KIND, bracket.text, line)
                kept.append(text[at : bracket.start])
                at = bracket.end
                if bracket.text == _BROKEN_OFF and _is_unfinished(kept) and text[at:].lstrip()[:1] not in _STOPS:
                    kept.append("–")
        return clean(" ".join([*kept, text[at:]])) if kept else text

    def _is_sound(self, bracket: _Bracket, *, goes_on: bool, labelled: bool) -> bool:
        if bracket.in_word() or (goes_on and self._continues_above(bracket)):
            return False
        if not any(map(str.isalnum, bracket.inner)):
            return bracket.alone or not bracket.inner.strip(_NOTHING)
        if bracket.names_sound() and (self._marked or bracket.sound in self._in_place):
            return True
        if bracket.is_question() or bracket.is_index() or bracket.is_label():
            return False
        is_word = self._stopped and bracket.is_word(labelled=labelled)
        if bracket.alone and not is_word:
            return not (self._all_in_brackets and ends_sentence(bracket.line))
        if bracket.is_list():
            return False
        if bracket.has_few_words() and self._recurs(bracket):
            return True
        return not is_word and self._is_apart(bracket)

    def _continues_above(self, bracket: _Bracket) -> bool:
        """Whether a bracket in front of a line belongs to the unfinished sentence above."""
        in_front = not bracket.before.strip() and not bracket.alone
        return in_front and (self._stopped or not bracket.square) and bracket.sound not in self._in_place

    def _recurs(self, bracket: _Bracket) -> bool:
        """Whether a bracket is a recurring sound, inside sentences too.

        "f(x)", "(2019)" and, after the words it abbreviates, "(GDP)" recur as well, but are speech.
        """
        sound = bracket.sound
        return self._counts[sound] >= 2 and sound in self._in_place and _LETTERS.fullmatch(sound) is not None

    def _is_apart(self, bracket: _Bracket) -> bool:
        """Whether a bracket that is not alone is between sentences; a round one has a few small words besides."""
        before, after, inner = bracket.before, bracket.after, bracket.inner
        if bracket.square:
            return bracket.follows_end() if before.strip() else not (self._stopped and after[:1].islower())
        few_small = bracket.has_few_words() and (inner[:1].islower() or inner.isupper())
        return few_small and (not before.strip() or (bracket.follows_end() and not after))


class _Bracket:
    """A bracket in a line.

    `sound` is what it holds, written as all of them are counted. `before` and `behind` are directly around it, `after`
    are the words behind it. It is `alone` if the line holds no other words.
    """

    __slots__ = tuple("after alone before behind end inner kind line sound square start text".split())

    def __init__(self, match: re.Match[str]) -> None:
        self.line, self.text = match.string, match[0]
        self.start, self.end = match.span()
        self.kind = match.lastgroup or ""
        self.square = self.kind in _SQUARE
        self.inner: str = match[self.kind]
        self.sound = self.inner.casefold().strip()
        self.before = self.line[max(0, self.start - _NEAR) : self.start]
        self.behind = self.line[self.end : self.end + _NEAR]
        self.after = self.behind.lstrip(_AROUND)
        self.alone = not self.after and not self.before.strip(" -.,")

    def follows_end(self) -> bool:
        """Whether nothing, or the end of a sentence or clause, precedes it."""
        text_before = self.before.rstrip()
        return not text_before or text_before.endswith(_ENDS)

    def word_goes_on(self) -> bool:
        """Whether a word goes on directly after it: "(s)he", "[Town]'s"."""
        return self.behind.lstrip("'’")[:1].islower()

    def in_word(self) -> bool:
        """Whether it is part of a word, or of a formula: "(s)he", "[t]he", "[Town]'s", "f()"."""
        glued = self.before[-1:].isalnum() and not _UNSPACED.fullmatch(self.before[-1])
        return self.word_goes_on() or (glued and (self.behind[:1].isalpha() or len(self.inner) < _LEAST_LETTERS))

    def ends_sentence(self) -> bool:
        """Whether the sentence ends directly after it: "I live in [Town]."."""
        return self.behind[:1] in _STOPS and self.behind[1:2] not in _STOPS

    def begins_sentence(self) -> bool:
        """Whether it is the first word of a sentence: "I told my boss. [Manager] said nothing."."""
        is_new = ends_sentence(self.before) and not self.before.rstrip().endswith(_PAUSES)
        return is_new and self.after[:1].islower()

    def is_word(self, *, labelled: bool) -> bool:
        """Whether it stands for a word of a sentence; as its last word, only if the line's speaker is named."""
        return self.square and (self.begins_sentence() or (labelled and self.ends_sentence()))

    def is_question(self) -> bool:
        """Whether somebody asks what it holds: "(Really?)", unlike the doubt in "[laughs?]"."""
        return self.inner.rstrip(" '\"”’")[-1:] in _ASKS and (" " in self.inner.strip() or not self.inner[:1].islower())

    def is_index(self) -> bool:
        """Whether it is the letter or the numbers of an item, a note or a chord, in a line with words."""
        return not self.alone and _FEW_LETTERS.fullmatch(self.inner) is not None

    def is_label(self) -> bool:
        """Whether it is a label in front of a colon that was not taken for a speaker."""
        return self.kind == "square" and self.behind[:1] == ":" and not self.before.strip(" -")

    def is_list(self) -> bool:
        """Whether it is a set: "{1, 2, 3}"."""
        return self.kind == "curly" and not _WORDY.fullmatch(self.inner)

    def names_sound(self) -> bool:
        """Whether it is the name of a sound as corpora write it: "{vocalsound}"."""
        return self.kind == "curly" and _SOUND_NAME.fullmatch(self.inner) is not None

    def has_few_words(self) -> bool:
        """Whether it holds as few words as a sound has."""
        return len(self.inner.split()) <= _SHORT


def _is_spoken_sentence(text: str) -> bool:
    """Whether a text is one bracket with a sentence that begins with a capital and ends with a sign."""
    inner = text[1:-1].strip()
    whole = in_one_bracket(text) and ends_sentence(text) and not inner[:1].islower()
    return whole and len(inner.split()) >= _SENTENCE


def _is_unfinished(parts: Sequence[str]) -> bool:
    """Whether there are words, the last of which ends no sentence."""
    if not any(c.isalnum() for part in reversed(parts) for c in part):
        return False
    last = next(part.strip() for part in reversed(parts) if part.strip())
    return last[-1] not in _DASHES and not ends_sentence(last)


def _opened(text: str) -> bool:
    """Whether a bracket opens; it is tested first, since most lines have none."""
    return "[" in text or "(" in text or "*" in text or "{" in text or "（" in text or "【" in text
