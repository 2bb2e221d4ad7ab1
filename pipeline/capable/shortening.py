"""What came out longer than was asked for: of a page goes what readers would miss least, of a section what is too many.

What goes stays in the record as dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.capable.job import Job
from pipeline.document import DroppedNote
from pipeline.draft import Draft, DraftGroup, DraftStatement, lines_of
from pipeline.sections import Section
from pipeline.sections.base import in_a_row
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.text import numbered

# Times the words asked for: how long a page that is cited, and one that is checked, may be before something has to go.
LONGEST_CITED, LONGEST_CHECKED = 1.05, 1.1
_LEAST_OVER = 0.03  # of a page's words, from which on something is cut
_MOST_CUT = 2 / 3  # of the words of the main points
_MOST_BELOW = 30  # words by which a page may become shorter than asked where a whole matter is cut


def words_over(draft: Draft, asked: float) -> int:
    """By how many words a page is longer than it was asked for; 0 where that is too few to cut anything."""
    words = draft.words()
    over = round(words - asked)
    return over if over >= _LEAST_OVER * words else 0


def cut_wish(over: int, words: int, job: Job) -> str:
    """What a model is told of the field for what a page of so many words can spare that has some `over`."""
    if not over:
        return "cut: stays empty in this task." if job.has_manuscript else ""
    return job.piece("cut.v2", words=over, share=max(2, round(words / over)))


def shortened(draft: Draft, cut: Sequence[int], over: int) -> Draft:
    """The draft without the statements of these numbers among the main points, in this order, until it is not `over`.

    Each goes with what is nested below it, and the number of a title stands for all below that. What is cut stays in
    the record as dropped; a third of them stays.
    """
    own = Draft({MAIN_POINTS.name: draft.sections.get(MAIN_POINTS.name, ())})
    left = min(over, round(_MOST_CUT * own.words()))
    rows: dict[int, Sequence[DraftStatement]] = {}
    for group in draft.sections.get(MAIN_POINTS.name, ()):
        rows |= {s.id: (s,) for s in group.flat()}
        rows |= {s.columns_id: (s,) for s in group.flat() if s.columns_id and s.bare}
        rows |= {group.id: group.statements} if group.heading else {}
        rows |= {group.part_id: (*rows.get(group.part_id, ()), *group.statements)} if group.part else {}
    gone: set[int] = set()
    for number in cut:
        more = [d for s in rows.get(number, ()) for d in s.flat() if d.id not in gone]
        words = sum(s.words for s in more)
        if left > 0 and words <= left + _MOST_BELOW:
            left -= words
            gone |= {s.id for s in more}
    dropped = [DroppedNote(text=s.labelled, lines=s.lines) for _, s in draft.statements() if s.id in gone]
    kept = draft.rewritten(lambda section, s: None if s.id in gone else s)
    return replace(kept, dropped=(*draft.dropped, *dropped))


def within_most(draft: Draft, sections: Sequence[Section]) -> Draft:
    """The draft without the items that a section has beyond its most, the last ones, which is told."""
    kept = dict(draft.sections)
    dropped: list[DroppedNote] = []
    remarks: list[str] = []
    for section in sections:
        items = in_a_row(draft.sections.get(section.name, ()))
        if section.most is None or len(items) <= section.most:
            continue
        beyond = items[section.most :]
        kept[section.name] = (DraftGroup(tuple(items[: section.most])),)
        dropped += [DroppedNote(text=s.in_a_line, lines=lines_of([s]), section=section.name) for s in beyond]
        remarks.append(f"{section.title}: {numbered(len(beyond), 'item')} left out, as it has {section.most} at most")
    return replace(draft, sections=kept, dropped=(*draft.dropped, *dropped), remarks=(*draft.remarks, *remarks))
