"""The model's notes on a passage, and the sentences that each of them is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline.errors import CallError
from pipeline.language import primary
from pipeline.llm.structured import Structured
from pipeline.small.calls import survivable
from pipeline.small.chat import messages, tidied
from pipeline.small.keys import keys, likeness, units
from pipeline.small.passages import Passage
from pipeline.small.sentences import Sentence
from pipeline.text import FULL_STOPS, WIDE_END
from pipeline.verification.figures import claims

_BULLET = re.compile(r"^\s*(?:[-*•·–]|\d{1,2}[.)、])\s*")
_SENTENCE_END = re.compile(rf"(?<=[.!?؟{FULL_STOPS}])\s+|(?<={WIDE_END})")
_FORM = "At most four short notes."  # repeated if the recording is not in English, the language of the examples
_MOST_TOKENS = 140
_FEWEST = 4  # least words of a note
_ENOUGH = 3  # words in common from which a sentence counts as a note's source
_GREETING = 3  # sentences at the beginning, where figures are episode numbers
_SEVERAL = 3
_NEAR = 3  # preceding sentences in which to look for further words of a note


@dataclass(frozen=True)
class Mark:
    """A note with the numbers of the sentences that it is about; the text is "" if only figures marked them.

    `needs` are earlier sentences that contain further words of the note.
    """

    text: str
    sentences: tuple[int, ...]
    needs: tuple[int, ...] = ()


async def notes_on(
    passage: Passage, structured: Structured, language: str | None = None, names: Collection[str] = ()
) -> tuple[str, ...]:
    """The model's notes; empty if it finds nothing noteworthy. Raises what the client raises.

    If the answer repeats itself until it is cut off, and its notes are about one sentence at most, the rest of the
    passage is missing, so its halves are asked about as well. `names` are the keys of speakers' names.
    """
    notes, repeats = await _answer(passage, structured, language)
    if repeats and (halves := passage.halves):
        noted_numbers = {
            n for note in dict.fromkeys(notes) for m in marks_of(note, passage, names) for n in m.sentences
        }
        if len(noted_numbers) <= 1:
            for half in halves:
                notes += await _further(half, structured, language)
    return tuple(dict.fromkeys(n for n in notes if len(units(n)) >= _FEWEST))


async def _further(half: Passage, structured: Structured, language: str | None) -> list[str]:
    """Notes on half of a passage; empty if the call fails without ending the run, as the whole has been answered."""
    try:
        return (await _answer(half, structured, language))[0]
    except CallError as err:
        survivable(err)
        return []


async def _answer(passage: Passage, structured: Structured, language: str | None) -> tuple[list[str], bool]:
    """The notes in the model's answer, and whether it repeated itself until it was cut off."""
    request = messages(structured.prompts, "small/notes.v1", passage.shown, language, form=_FORM)
    completion = await structured.text("small/notes", request, max_tokens=_MOST_TOKENS)
    rows = [row for row in completion.text.splitlines() if row.strip()]
    cut_off = completion.finish_reason == "length"
    if cut_off:  # the last row, or the last sentence of the only one, is cut off
        rows = rows[:-1] or [" ".join(_SENTENCE_END.split(row)[:-1]) for row in rows]
    notes = [tidied(_BULLET.sub("", row)) for row in rows if _BULLET.match(row)]
    if not notes and language and primary(language) != "en":  # the model may then forget the form of the examples
        notes = [tidied(part) for row in rows for part in _SENTENCE_END.split(row)]
    return notes, cut_off and len(set(notes)) < len(notes)


def marks_of(note: str, passage: Passage, names: Collection[str]) -> list[Mark]:
    """The sources of a note: one sentence or two in a row, and further ones if it combines several statements.

    Empty if no sentence has enough of its words. `names` are the keys of speakers' names.
    """
    note_keys = [k for k in keys(note) if k not in names]
    candidates = [s for s in passage.sentences if not s.asks]
    found: list[Mark] = []
    keys_left = note_keys
    while tied := _best(keys_left, candidates):
        needs = _earlier_sentences(set(note_keys), passage, tied)
        found.append(Mark(note, tuple(s.number for s in tied), needs))
        candidates = [s for s in candidates if s not in tied]
        keys_left = [k for k in keys_left if all(k not in s.keys for s in tied)]
    return found


def unnoted(passage: Passage, marks: Sequence[Mark]) -> list[Mark]:
    """Marks for sentences with figures that no note is about: the model overlooks some. They count less.

    One figure is enough if a passage without notes has several such sentences, as forecasts and rival answers do.
    """
    figured = _figured(passage, marks)
    least = 1 if not marks and len(figured) >= _SEVERAL else 2
    return [Mark("", (s.number,)) for s in figured if len(claims(s.text)) >= least]


def spare(passage: Passage, marks: Sequence[Mark]) -> list[Mark]:
    """Marks for the other sentences with a figure that no note is about, for a page that has room left."""
    return [Mark("", (s.number,)) for s in _figured(passage, marks) if len(set(s.keys)) >= _FEWEST]


def _figured(passage: Passage, marks: Sequence[Mark]) -> list[Sentence]:
    """Statements with figures that no mark is about, outside greetings."""
    if not passage.sentences or passage.sentences[0].number < _GREETING:
        return []
    noted = {n for m in marks for n in m.sentences}
    return [s for s in passage.sentences if not s.asks and s.number not in noted and claims(s.text)]


def _best(note_keys: list[str], candidates: list[Sentence]) -> tuple[Sentence, ...]:
    """The sentence, or two in a row of one speaker, with most of a note's words; empty if none has enough."""
    best: tuple[float, tuple[Sentence, ...]] = (0.0, ())
    for n, s in enumerate(candidates):
        alone = likeness(note_keys, s.keys)
        best = max(best, (alone - len(s.keys) / 100, (s,)), key=lambda b: b[0])
        if n + 1 < len(candidates) and candidates[n + 1].turn == s.turn and candidates[n + 1].number == s.number + 1:
            pair = likeness(note_keys, (*s.keys, *candidates[n + 1].keys))
            if pair >= alone + 2 and pair >= likeness(note_keys, candidates[n + 1].keys) + 2:
                best = max(best, (pair - 0.5 - len(s.keys) / 100, (s, candidates[n + 1])), key=lambda b: b[0])
    shared = likeness(note_keys, [k for s in best[1] for k in s.keys])
    sentence_keys = {k for s in best[1] for k in s.keys}
    short = min(len(set(note_keys)), len(sentence_keys)) <= _ENOUGH  # for a short one, most of its words are enough
    return best[1] if shared >= _ENOUGH or (short and shared >= 2) else ()


def _earlier_sentences(note_keys: set[str], passage: Passage, tied: tuple[Sentence, ...]) -> tuple[int, ...]:
    """Numbers of sentences shortly before in the same turn that contain words of the note missing in `tied`."""
    missing_keys = note_keys - {k for s in tied for k in s.keys}
    first = tied[0]
    earlier = [s for s in passage.sentences if s.turn == first.turn and first.number - _NEAR <= s.number < first.number]
    needed: list[int] = []
    for s in reversed(earlier):
        if missing_keys & set(s.keys):
            needed.append(s.number)
            missing_keys -= set(s.keys)
    return tuple(sorted(needed))
