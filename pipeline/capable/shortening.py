"""Shorten what is longer than asked for: a page loses what readers would miss least, a section its last items.

Whatever is removed stays in the record as dropped.
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

# How long a page may be, relative to the words asked for, before it is cut: when it is cited, and when it is checked.
LONGEST_CITED, LONGEST_CHECKED = 1.05, 1.1
_LEAST_OVER = 0.03  # share of a page's words from which cutting is worthwhile
_MOST_CUT = 2 / 3  # share of the main points' words that may be cut
_MOST_BELOW = 30  # words by which a cut may make a page shorter than asked for


def words_over(draft: Draft, words_asked: float) -> int:
    """How many words a page is longer than asked for; 0 if too few to be worth cutting."""
    words = draft.words()
    excess = round(words - words_asked)
    return excess if excess >= _LEAST_OVER * words else 0


def cut_instruction(excess: int, words: int, job: Job) -> str:
    """The part of the task on the field `cut`: what a page of `words` words, `excess` of them too many, can spare."""
    if not excess:
        return "cut: stays empty in this task." if job.has_manuscript else ""
    return job.piece("cut.v2", words=excess, share=max(2, round(words / excess)))


def shortened(draft: Draft, cut: Sequence[int], excess: int) -> Draft:
    """The draft without the main points' statements numbered in `cut`, removed in this order until `excess` is gone.

    A statement is removed with its details; the number of a title means everything below the title. At least a third of
    the main points' words always stays. Whatever is removed stays in the record as dropped.
    """
    main_points = Draft({MAIN_POINTS.name: draft.sections.get(MAIN_POINTS.name, ())})
    words_to_cut = min(excess, round(_MOST_CUT * main_points.words()))
    rows: dict[int, Sequence[DraftStatement]] = {}
    for group in draft.sections.get(MAIN_POINTS.name, ()):
        rows |= {s.id: (s,) for s in group.flat()}
        rows |= {s.columns_id: (s,) for s in group.flat() if s.columns_id and s.bare}
        rows |= {group.id: group.statements} if group.heading else {}
        rows |= {group.part_id: (*rows.get(group.part_id, ()), *group.statements)} if group.part else {}
    cut_ids: set[int] = set()
    for number in cut:
        statements = [d for s in rows.get(number, ()) for d in s.flat() if d.id not in cut_ids]
        words = sum(s.words for s in statements)
        if words_to_cut > 0 and words <= words_to_cut + _MOST_BELOW:
            words_to_cut -= words
            cut_ids |= {s.id for s in statements}
    dropped = [DroppedNote(text=s.labelled, lines=s.lines) for _, s in draft.statements() if s.id in cut_ids]
    shorter = draft.rewritten(lambda section, s: None if s.id in cut_ids else s)
    return replace(shorter, dropped=(*draft.dropped, *dropped))


def within_most(draft: Draft, sections: Sequence[Section]) -> Draft:
    """The draft without the last items of sections that exceed their maximum, and a remark on them."""
    kept_sections = dict(draft.sections)
    dropped: list[DroppedNote] = []
    remarks: list[str] = []
    for section in sections:
        items = in_a_row(draft.sections.get(section.name, ()))
        if section.most is None or len(items) <= section.most:
            continue
        beyond = items[section.most :]
        kept_sections[section.name] = (DraftGroup(tuple(items[: section.most])),)
        dropped += [DroppedNote(text=s.in_a_line, lines=lines_of([s]), section=section.name) for s in beyond]
        remarks.append(
            f"{section.title}: {numbered(len(beyond), 'item')} left out, as at most {section.most} are allowed"
        )
    return replace(
        draft, sections=kept_sections, dropped=(*draft.dropped, *dropped), remarks=(*draft.remarks, *remarks)
    )
