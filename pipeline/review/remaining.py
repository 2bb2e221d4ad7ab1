"""Tell what a rename changed, and where the former name or a part of it remains: in notes and in what was spoken."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator

from pipeline.document import StudyDocument
from pipeline.review.actions import Rename
from pipeline.review.renaming import fullest_name, is_name, names_of_others
from pipeline.review.state import Group, Item, State
from pipeline.text import BEGINS_WORD, ENDS_WORD, counts_somebody, enumerated, numbered
from pipeline.transcript import Transcript
from pipeline.verification.quotations import quoted_spans
from pipeline.verification.recording import ARABIC_PREFIXES, HEBREW_PREFIXES

_BETWEEN_PARTS = re.compile(r"[\s,;()]+")
_PREFIX = f"(?:[{ARABIC_PREFIXES}]{{1,2}}|[{HEBREW_PREFIXES}]{{1,2}})?"


def remark(before: State, after: State, action: Rename, document: StudyDocument, transcript: Transcript) -> str:
    """A message on how many statements a rename changed, and how many places still have a part of the former name."""
    pairs = list(zip(before.items, after.items, strict=True))
    changed = sum((a.text, a.label) != (b.text, b.label) for a, b in pairs)
    message = f"saved: {numbered(changed, 'statement')} {'was' if changed == 1 else 'were'} changed"
    if reopened := sum(a.standing != "pending" and b.standing == "pending" for a, b in pairs):
        message += f", and {reopened} of them {'is' if reopened == 1 else 'are'} to be decided again"
    if quoting := sum(_quotations(a) != _quotations(b) for a, b in pairs):
        message += f", {quoting} of them in a quotation, which is no longer word for word"
    lines = _spoken(document, transcript)
    in_notes = in_lines = False
    for part in _parts_of_former_name(before, action):
        is_in = _search_for(part, {*names_of_others(before, action), action.name, *_BETWEEN_PARTS.split(action.name)})
        places = list(_places_in_notes(is_in, after, document))
        in_notes |= bool(places)
        if count := sum(map(is_in, lines)):
            in_lines = True
            places.append(f"{numbered(count, 'line')} of the transcript")
        if places:
            message += f"; “{part}” is still in {enumerated(places, 'and')}"
    if in_notes:
        message += "; check who is meant there: Find shows the statements, h changes a heading"
    if in_lines:
        file = shlex.quote(transcript.path or "FILE")
        message += f"; evidence keeps what was spoken: studydoc read --segments {file} shows where"
    return message


def _parts_of_former_name(state: State, action: Rename) -> list[str]:
    """The words of the former name that are not in the new one and can mean the person; none if names are exchanged."""
    full = fullest_name(action.speaker, state)
    if action.other == "exchange" or counts_somebody(full):
        return []
    new = {word.casefold() for word in _BETWEEN_PARTS.split(action.name)}
    parts = {word.casefold(): word for word in _BETWEEN_PARTS.split(f"{full} {action.speaker}") if is_name(word)}
    small_too = full == full.lower()  # otherwise a small word is a particle, as in "Maria de la Cruz"
    return [part for key, part in parts.items() if key not in new and (small_too or part != part.lower())]


def _search_for(part: str, names: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text has a part of a name as a whole word, in any capitals and outside of longer `names`."""
    longest_first = sorted((name for name in names if len(name) > len(part)), key=len, reverse=True)
    others = "".join(f"{BEGINS_WORD}{re.escape(name)}{ENDS_WORD}|" for name in longest_first)
    pattern = re.compile(f"{others}{BEGINS_WORD}{_PREFIX}({re.escape(part)}){ENDS_WORD}", re.IGNORECASE)
    return lambda text: any(match[1] for match in pattern.finditer(text))


def _places_in_notes(is_in: Callable[[str], bool], state: State, document: StudyDocument) -> Iterator[str]:
    """The places of the notes for which `is_in` holds, counted by kind."""
    if count := sum(is_in(item.label) or is_in(item.text) for item in state.items):
        yield numbered(count, "statement")
    checked: list[Item | Group] = [*state.items, *state.groups]
    if count := sum(any(map(is_in, _objections_to(entry))) for entry in checked):
        yield f"{count} corrections or doubts" if count > 1 else "1 correction or doubt"
    columns = (column for item in state.items for column in item.columns)
    headings = [*(g.heading for g in state.groups), *dict.fromkeys(g.part for g in state.groups), *columns]
    if count := sum(map(is_in, headings)):
        yield numbered(count, "heading")
    if is_in(document.title):
        yield "the title"
    if is_in(document.channel or ""):
        yield "the channel"


def _objections_to(entry: Item | Group) -> Iterator[str]:
    """What the check found against a statement or heading, which the page and records show."""
    if isinstance(entry, Item):
        yield entry.finding
    if entry.correction:
        yield from (entry.correction.before, entry.correction.reason)


def _quotations(item: Item) -> list[str]:
    return [item.text[start:end] for start, end in quoted_spans(item.text)]


def _spoken(document: StudyDocument, transcript: Transcript) -> list[str]:
    """The lines of the transcript, in the words that the record quotes if the file has changed since."""
    quotes = {e.segment: e.quote for statement in document.statements() for e in statement.evidence}
    return list(({s.id: s.text for s in transcript.segments} | quotes).values())
