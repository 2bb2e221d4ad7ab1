"""What is printed around and between turns: titles and lists of people above the talk or below it, headings in it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from pipeline.readers.clocks import of_a_day
from pipeline.readers.evidence import Labels
from pipeline.readers.frames import starts_or_ends_recording
from pipeline.readers.short_lines import could_be_speech, is_sentence
from pipeline.readers.sounds import in_one_bracket
from pipeline.readers.text_lines import EMPHASIS, Text
from pipeline.readers.tidy import ends_sentence
from pipeline.readers.title_block import lists_items
from pipeline.readers.turn_builder import asker_of

BELOW = "lists below the talk"
_LINE = 16  # maximum number of words in a line of a list
_LONGEST = 120  # maximum number of characters in a heading
_HEADING = 12  # maximum number of words in a heading
_SHARE = 0.3  # maximum share of a file's words in such lists
_TURNS = 4  # minimum number of turns
_ENDED = 0.8  # minimum share of turns that end as sentences do, as speech without punctuation does not
_AFTER_COLON = 3  # minimum number of words behind a colon in a heading
_SMALL = 3  # maximum number of letters in a small word of a title, such as "and"
_SHORT = 4  # maximum number of letters in a word in capitals that may be an answer


def above_talk(rows: Sequence[Text], labels: Labels) -> list[Text]:
    """The lines above the first words of a speaker that are in paragraphs without a sentence, such as lists of people.

    None if turns do not end as sentences do, or if there are too many of these lines.
    """
    first = next((i for i, row in enumerate(rows) if _is_turn(row, labels) and _has_words(rows, i, labels)), 0)
    found = [row for part in _paragraphs(rows[:first]) if not any(map(_is_spoken, part)) for row in part]
    found = [row for row in found if not _is_of_another_kind(row)]
    if not found:
        return []
    ends = [ends_sentence(above.text) for above, row in itertools.pairwise(rows[first:]) if _is_turn(row, labels)]
    if len(ends) < _TURNS - 1 or sum(ends) < _ENDED * len(ends):
        return []
    most = _SHARE * sum(len(row.text.split()) for row in rows)
    return found if sum(len(row.text.split()) for row in found) <= most else []


def below_talk(rows: Sequence[Text], labels: Labels) -> list[Text]:
    """The lines from a list of speakers at the end, which says nothing of theirs, with short ones directly above it.

    A list names nobody twice and has no times, unlike short turns.
    """
    listed: list[int] = []
    spoken = len(rows) - 1
    while spoken >= 0 and not (_is_turn(rows[spoken], labels) and _is_over_speech(rows, spoken, labels)):
        listed += [spoken] if _is_turn(rows[spoken], labels) else []
        spoken -= 1
    if spoken < 0 or not any(a == b + 1 for a, b in itertools.pairwise(listed)):
        return []
    heads = [head for i in listed if (head := rows[i].head)]
    if len({head.name for head in heads}) < len(heads) or any(head.stamp for head in heads):
        return []
    top = listed[-1]
    while top > spoken + 2 and not could_be_speech(rows[top - 1].text):
        top -= 1
    return [*rows[top:]]


def headings(rows: Sequence[Text], labels: Labels) -> set[int]:
    """The numbers of lines in capitals, or with a capital at each word, directly above a label and below a sentence.

    Such are "QUESTIONS AND ANSWERS" and "Act One: The Harbour", with an empty line above. What is not in capitals
    may be an answer if it is below a question, or words such as "Yes, Chef" if it recurs.
    """
    found: set[int] = set()
    counts = Counter([row.text for row in rows]) if labels.names else Counter[str]()
    below = 0
    for top in range(2, len(rows) - 1) if labels.names else ():
        above, row = rows[top - 1], rows[top]
        if top < below or len(row.text) > _LONGEST or above.number + 1 == row.number or not ends_sentence(above.text):
            continue
        if not row.text.isupper() and (above.text.endswith("?") or counts[row.text] > 1):
            continue
        below = top
        while below < len(rows) - 1 and _is_title(rows[below]) and not _is_turn(rows[below], labels):
            below += 1
        bare = _is_turn(above, labels) and not (above.head and above.head.rest)
        if below > top and not bare and _is_turn(rows[below], labels):
            found.update(row.number for row in rows[top:below])
    return found if found and 2 * sum(row.text.isupper() for row in rows) <= len(rows) else set()


def _is_title(row: Text) -> bool:
    text, head = row.text, row.head
    words = text.strip(":# *_").split()
    if head is not None and ":" in head.shape and 0 < len(head.rest.split()) < _AFTER_COLON:
        return False  # "All: Yes"
    if not 0 < len(words) <= _HEADING or is_sentence(text) or in_one_bracket(text) or _names_asker(text):
        return False
    if text.isupper():
        return len(words) > 1 or len(words[0]) > _SHORT
    cased = [word for word in words if word[0].lower() != word[0].upper()]
    if len(cased) < 2 or not cased[0][0].isupper() or not cased[-1][0].isupper():
        return False
    return all(word[0].isupper() or len(word) <= _SMALL for word in cased)


def _is_turn(row: Text, labels: Labels) -> bool:
    return row.mark is not None and labels.verdict(row.mark) == "name"


def _has_words(rows: Sequence[Text], i: int, labels: Labels) -> bool:
    """Whether the speaker named in a line says something there or in the next one."""
    unlike_list = i + 1 < len(rows) and not _is_turn(rows[i + 1], labels) and not _is_title(rows[i + 1])
    return unlike_list or _is_over_speech(rows, i, labels)


def _is_over_speech(rows: Sequence[Text], i: int, labels: Labels) -> bool:
    """Whether the line of a label, or the next one, is long enough for speech."""
    head = rows[i].head
    if head is not None and head.rest:
        return True
    return i + 1 < len(rows) and not _is_turn(rows[i + 1], labels) and could_be_speech(rows[i + 1].text)


def _paragraphs(rows: Sequence[Text]) -> list[list[Text]]:
    """Lines directly below one another, together."""
    parts: list[list[Text]] = []
    for row in rows:
        if parts and row.number == parts[-1][-1].number + 1 and not row.ruled:
            parts[-1].append(row)
        else:
            parts.append([row])
    return parts


def _is_of_another_kind(row: Text) -> bool:
    """Whether a line is a heading, a direction, a remark on the recording, or says who asks the questions."""
    heading = (row.head is not None and row.head.heading) or EMPHASIS.match(row.text) is not None
    of_recording = in_one_bracket(row.text) or starts_or_ends_recording(row.text)
    return heading or of_recording or _names_asker(row.text)


def _names_asker(text: str) -> bool:
    return asker_of(text.rstrip(": ")) is not None


def _is_spoken(row: Text) -> bool:
    """Whether a line is a sentence, has a time, or is too long for a list; one with a key and a colon may be longer."""
    head = row.head
    if head is not None and (head.chevron or (head.stamp is not None and not of_a_day(head.stamp.start))):
        return True
    key = head is not None and head.shape == "N: "
    spoken = is_sentence(row.text) or (len(row.text.split()) > _LINE and not key)
    return spoken and not lists_items(row.text)
