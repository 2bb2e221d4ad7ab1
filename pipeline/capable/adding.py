"""What a check adds besides corrections: points that a student would miss on the page, within the words left."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.capable.chunks import Missing
from pipeline.capable.line_numbers import without_numbers
from pipeline.document import DroppedNote
from pipeline.draft import Draft, DraftGroup, DraftStatement, updated
from pipeline.emphasis import unmarked
from pipeline.labels import Labels, labels_for
from pipeline.numbering import NumberedLine, numbers_of, segments_of
from pipeline.sections import Section
from pipeline.sections.base import without_end_mark
from pipeline.text import LEADS_TO_A_LIST, word_count
from pipeline.transcript import Chunk
from pipeline.verification import Recording, finding, with_lines

ADDED = "added by the check"
_LEAST_SHARE, _MOST_SHARE = 0.03, 0.2  # of the words asked for that may be added, however long the page is
_WORDS_EACH = 25
_MOST_JOINED = 100  # words up to which an added sentence joins its point; otherwise it is a point of its own
_LONGEST_LEAD = 7  # words, as the prompt asks for
_LEAST_WORDS = 20  # fewest words to ask for
_LONG = 40  # words from which an uncited stretch is shown to the model
_MOST_STRETCHES = 12


@dataclass(frozen=True, slots=True)
class Room:
    """How many points, of how many words in all, the check of one chunk may add."""

    points: int
    words: int


NO_ROOM = Room(0, 0)
Pending = Mapping[int, list[DraftStatement]]  # additions not yet placed, by the number of the row that they belong to


@dataclass(frozen=True, slots=True)
class Addition:
    """A statement that the model misses on the page; `under` is the number of the row it belongs to, 0 for none."""

    under: int
    statement: DraftStatement

    @classmethod
    def of(cls, missing: Missing, lines: Sequence[NumberedLine], *, fits: bool) -> Addition:
        """The model's text with the segments that support it, and without their line numbers at its end."""
        supporting = segments_of(missing.lines, lines)
        text, emphasis = unmarked(without_numbers(missing.text, supporting, lines).strip())
        label = without_end_mark(missing.label)
        statement = DraftStatement(text, supporting, label, remark=ADDED, emphasis=emphasis)
        return cls(missing.under if fits else 0, statement)


def rooms(draft: Draft, words_asked: int, chunks: Sequence[Chunk]) -> dict[int, Room]:
    """What may be added for each chunk, by its index: its share of the words still unused, within bounds."""
    words_left = min(max(words_asked - draft.words(), _LEAST_SHARE * words_asked), _MOST_SHARE * words_asked)
    spoken = {c.index: c.spoken_words for c in chunks}
    shares = {n: words_left * words / max(1, sum(spoken.values())) for n, words in spoken.items()}
    return {
        n: Room(max(1, round(words / _WORDS_EACH)), round(words)) if words >= _LEAST_WORDS else NO_ROOM
        for n, words in shares.items()
    }


def uncited(chunk: Chunk, lines: Sequence[NumberedLine], covered: Collection[int]) -> str:
    """The line numbers of the longest stretches of a chunk that contain no segment in `covered`."""
    runs: list[list[int]] = [[]]
    for segment in chunk.segments:
        if segment.id in covered:
            runs.append([])
        else:
            runs[-1].append(segment.id)
    words = {s.id: word_count(s.text) for s in chunk.segments}
    long = [run for run in runs if sum(words[n] for n in run) >= _LONG]
    longest = sorted(long, key=lambda run: -sum(words[n] for n in run))[:_MOST_STRETCHES]
    return numbers_of([n for run in longest for n in run], lines) if longest else ""


def with_additions(
    draft: Draft, additions: Sequence[Addition], recording: Recording, sections: Sequence[Section]
) -> Draft:
    """The numbered draft with each addition placed in one of these sections. Those that fit nowhere are dropped."""
    pending: dict[int, list[DraftStatement]] = defaultdict(list)
    for addition in additions:
        statement = replace(addition.statement, finding=finding(addition.statement.text, recording))
        pending[addition.under].append(with_lines(statement, recording))
    grown, labels = dict(draft.sections), labels_for(recording.language)
    for section in sections:
        if section.grows and section.name in grown:
            groups = grown[section.name]
            nested = section.grows == "nested"
            grown[section.name] = tuple(
                _with_added_points(g, pending, labels) if nested else _with_added_rows(g, pending) for g in groups
            )
    unplaced = tuple(DroppedNote(text=s.text, lines=s.lines) for rows in pending.values() for s in rows if s.text)
    return replace(draft, sections=grown, dropped=(*draft.dropped, *unplaced))


def _with_added_rows(group: DraftGroup, pending: Pending) -> DraftGroup:
    """The group with each addition after the statement that it belongs to."""
    rows: list[DraftStatement] = []
    for statement in group.statements:
        rows += [statement, *_take(pending, statement.id, labelled=bool(statement.label))]
    return replace(group, statements=tuple(rows))


def _with_added_points(group: DraftGroup, pending: Pending, labels: Labels) -> DraftGroup:
    """The group with its heading's additions in the order of the recording, and its points with their own additions."""
    rows = [row for s in group.statements for row in _point_with_additions(s, pending, labels)]
    for point in _take(pending, group.id):
        rows.insert(_place(point, rows), point)
    return replace(group, statements=tuple(rows))


def _point_with_additions(point: DraftStatement, pending: Pending, labels: Labels) -> Sequence[DraftStatement]:
    """A point with its additions: a single short one becomes its last sentence, others become details.

    Below a point that has a list, an addition would become a list item; so one too long to join follows the point
    instead.
    """
    below = [(_with_additions_below(detail, pending), _take(pending, detail.id)) for detail in point.details]
    new = _take(pending, point.id)
    if point.columns:  # a sentence among the rows would turn the table into a list
        new, below = [*new, *(s for _, rows in below for s in rows)], [(detail, ()) for detail, _ in below]
    details = tuple(row for detail, rows in below for row in _detail_with(rows, detail, point.details, labels))
    if joined := _with_last_sentence(point, new, labels):
        return (replace(joined, details=details),)
    if details:
        return (updated(point, details=details), *new)
    return (updated(point, details=tuple(sorted(new, key=lambda s: s.lines[0]))),)


def _detail_with(
    new: Sequence[DraftStatement], detail: DraftStatement, siblings: Sequence[DraftStatement], labels: Labels
) -> Sequence[DraftStatement]:
    """A detail, then the additions to it as further items of the list.

    In a list whose items have leads, an addition without one is no item, but the last sentence of its detail.
    """
    sentences = [s for s in new if not s.label] if all(_has_lead(s, labels) for s in siblings) else []
    if joined := _with_last_sentence(detail, sentences, labels):
        detail, new = joined, [s for s in new if s.label]
    return (detail, *_in_form_of(siblings, new, labels))


def _has_lead(row: DraftStatement, labels: Labels) -> bool:
    """Whether a row has a lead of its own or begins with a few words and a colon."""
    head, colon, _ = row.text.partition(labels.colon.strip())
    return bool(row.label or (colon and word_count(head) <= _LONGEST_LEAD))


def _with_last_sentence(row: DraftStatement, new: Sequence[DraftStatement], labels: Labels) -> DraftStatement | None:
    """The row with a single new statement as its last sentence; None if there are more, or if it would not fit."""
    if len(new) != 1 or new[0].finding or row.text.endswith(LEADS_TO_A_LIST):
        return None
    joined = _joined(row, new[0], labels)
    return joined if word_count(joined.text) <= _MOST_JOINED else None


def _with_additions_below(detail: DraftStatement, pending: Pending) -> DraftStatement:
    """A detail, with the additions to each nested detail right after it."""
    rows = ((_with_additions_below(d, pending), *_take(pending, d.id)) for d in detail.details)
    return updated(detail, details=tuple(itertools.chain.from_iterable(rows)))


def _in_form_of(
    siblings: Sequence[DraftStatement], new: Sequence[DraftStatement], labels: Labels
) -> Sequence[DraftStatement]:
    """The new statements in the form of their siblings: they keep their leads only if a sibling has one."""
    if not siblings or any(s.label for s in siblings):
        return new
    return [replace(s, label="", text=f"{s.label}{labels.colon}{s.text}") if s.label else s for s in new]


def _joined(point: DraftStatement, new: DraftStatement, labels: Labels) -> DraftStatement:
    """A point with one more sentence, and the check as the reason for the change."""
    return replace(
        point,
        text=f"{point.text}{labels.between_sentences}{new.text}",
        lines=tuple(sorted({*point.lines, *new.lines})),
        emphasis=(*point.emphasis, *new.emphasis),
        before=point.before or point.text,
        reason="; ".join(r for r in (point.reason, ADDED) if r),
    )


def _place(new: DraftStatement, rows: Sequence[DraftStatement]) -> int:
    """The index for a statement: after the last that starts no later in the recording, and after its paragraph."""
    place = 1 + max((n for n, s in enumerate(rows) if s.lines and s.lines[0] <= new.lines[0]), default=-1)
    while place < len(rows) and rows[place].continues:
        place += 1
    return place


def _take(pending: Pending, id_: int, *, labelled: bool = False) -> Sequence[DraftStatement]:
    """Remove and return the additions to a number that have words and lines; if `labelled`, a label too."""
    rows = pending.get(id_, []) if id_ else []
    fitting = [s for s in rows if s.text and s.lines and (s.label or not labelled)]
    rows[:] = [s for s in rows if s not in fitting]
    return fitting
