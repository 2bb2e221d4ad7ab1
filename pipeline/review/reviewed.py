"""The statements that a reviewer accepted, as a study document of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipeline.document import (
    BARE,
    FORMS,
    Coverage,
    Detail,
    Evidence,
    Form,
    KeyConcept,
    MainPoint,
    Prerequisite,
    Statement,
    StudyDocument,
)
from pipeline.draft import DraftStatement
from pipeline.emphasis import standing_in
from pipeline.pages.paragraphs import as_on_page
from pipeline.record import gaps, tenths
from pipeline.review.lines import CHANGED
from pipeline.review.state import Item, State
from pipeline.sections.base import cite
from pipeline.sections.worked_examples import WORKED_EXAMPLES
from pipeline.shape import shape_of, with_paragraphs_begun
from pipeline.text import numbered
from pipeline.transcript import Transcript
from pipeline.verification import Recording, finding, with_lines


class Unquotable(ValueError):
    """An accepted statement cites a line whose text is not known."""


def reviewed_document(
    document: StudyDocument, state: State, recording: Recording, quotes: Iterable[Evidence] = ()
) -> StudyDocument:
    """The document with only the accepted statements: no empty headings, nothing withheld or dropped.

    Lines are quoted from the record; lines that it lacks, from the recording's transcript, which has the right names,
    or, if the transcript has changed, from the `quotes` of decisions. Raises Unquotable if none of these has the line.
    A statement in a reviewer's words is "weak" if code finds something against it.
    """
    state = replace(state, items=tuple(_without_lead_in(i, state) for i in state.items))
    accepted = [i for i in state.items if i.standing == "accepted"]
    evidence = _EvidenceOf(document, state, recording.transcript, quotes)
    claims = {i.id: _claim(i, recording, evidence) for i in accepted if i.section not in BARE}
    content: dict[str, Any] = {
        name: tuple(_section_content(name, form, accepted, claims, state)) for name, form in FORMS.items()
    }
    content["more"] = tuple(
        m.model_copy(update={"items": tuple(_section_content(m.name, "items", accepted, claims, state))})
        for m in document.more
    )
    source = document.source.model_copy(update={"speakers": state.speakers()})
    run = document.run.model_copy(update={"page": None})
    reviewed = document.model_copy(update=content | {"withheld": (), "dropped": (), "source": source, "run": run})
    coverage = _coverage({e.segment for s in reviewed.statements() for e in s.evidence}, document.coverage)
    return StudyDocument.model_validate(reviewed.model_copy(update={"coverage": coverage}).model_dump())


def _section_content(
    section: str, form: Form, accepted: Sequence[Item], claims: dict[str, dict[str, Any]], state: State
) -> Iterator[Any]:
    """The content of a section in the form that the record holds."""
    items = [i for i in accepted if i.section == section]
    match form:
        case "points":
            for group in state.groups:
                in_group = [i for i in state.items if (i.section, i.group) == (section, group.id)]
                if details := as_on_page(_tree(_accepted(in_group), claims)):
                    yield MainPoint(
                        heading=group.heading, part=group.part or None, correction=group.correction, details=details
                    )
        case "items":
            in_section = [i for i in state.items if i.section == section]
            yield from _tree(_accepted(in_section, bound=_has_fields(section, state)), claims)
        case "terms":
            yield from (KeyConcept(term=i.label, definition=i.text, **claims[i.id]) for i in items)
        case "prose":
            yield from (Statement(text=i.text, **claims[i.id]) for i in items)
        case "phrases":
            yield from (Prerequisite(text=i.text) for i in items)


def _has_fields(section: str, state: State) -> bool:
    """Whether what is nested in a section says nothing without its item, as the date of a task.

    The steps and the result of a worked example are statements in their own right.
    """
    return section != WORKED_EXAMPLES.name and section in {name for name, _ in state.titles}


def left_with_their_items(state: State) -> tuple[Item, ...]:
    """The accepted fields that are not exported because what they are nested below was not accepted."""
    items = [i for i in state.items if _has_fields(i.section, state)]
    by_section = [[i for i in items if i.section == name] for name in state.sections]
    kept = {i.id for in_section in by_section for i in _accepted(in_section, bound=True)}
    return tuple(i for i in items if i.standing == "accepted" and i.id not in kept)


def _without_lead_in(item: Item, state: State) -> Item:
    """The item; emptied if it is a table's lead-in that was not accepted although some of its rows were."""
    if not item.columns or item.outside or item.standing == "accepted":
        return item
    rows = [i for i in state.block(item)[1:] if i.standing == "accepted"]
    if not rows:
        return item
    lines = tuple(sorted({n for row in rows for n in row.lines}))
    bare = Item(item.id, item.section, "", lines, "accepted", item.group, item.depth)
    return replace(bare, columns=item.columns, listed=False)


def _accepted(items: Sequence[Item], depth: int = 0, *, bound: bool = False) -> tuple[Item, ...]:
    """The accepted items in reading order, each nested below those of its ancestors that were accepted too.

    The outermost have this `depth`. If `bound`, whatever is nested below an item that was not accepted is left out with
    it, as the date of a task is.
    """

    def kept(item: Item, below: Sequence[Item]) -> tuple[Item, ...]:
        if item.standing == "accepted":
            return (replace(item, depth=depth), *_accepted(below, depth + 1, bound=bound))
        return () if bound else _accepted(below, depth)

    blocks = _blocks([i for i in items if not i.outside])
    return tuple(with_paragraphs_begun((item, kept(item, below)) for item, *below in blocks))


def _blocks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The outermost items in reading order, each with what is nested below it."""
    start = 0
    for end in range(1, len(items) + 1):
        if end == len(items) or items[end].depth <= items[start].depth:
            yield items[start:end]
            start = end


def _tree(items: Sequence[Item], claims: dict[str, dict[str, Any]]) -> tuple[Detail, ...]:
    """Items in reading order as details, the deeper ones nested below the one before them."""
    details: list[Detail] = []
    for item, *below in _blocks(items):
        nested, shape = _tree(below, claims), shape_of(item)
        if item.bare and not nested:
            continue
        if len(nested) == 1 and nested[0].bare:  # its table or steps become this item's
            shape |= {"columns": nested[0].columns, "steps": nested[0].steps}
            nested = nested[0].details
        nested = tuple(row for d in nested for row in (d.in_words().details if d.bare else (d,)))
        claim = claims[item.id]
        details.append(Detail(text=item.text, lead=item.label or None, details=nested, **claim, **shape).settled())
    return tuple(details)


class _EvidenceOf:
    """The lines that statements cite, as they were when the notes were made, with the speakers' right names."""

    def __init__(
        self, document: StudyDocument, state: State, transcript: Transcript, quotes: Iterable[Evidence]
    ) -> None:
        self._changed = transcript.sha256 != document.source.sha256
        self._transcript = transcript
        evidence = [*(quotes if self._changed else ()), *(e for s in document.statements() for e in s.evidence)]
        self._by_line = {e.segment: e.model_copy(update={"speaker": state.speaker(e.speaker)}) for e in evidence}

    def cited_by(self, item: Item) -> tuple[Evidence, ...]:
        """The lines that a statement cites. Raises Unquotable."""
        return tuple(self._by_line.get(n) or self._cut(n, item) for n in item.lines)

    def _cut(self, number: int, item: Item) -> Evidence:
        last = len(self._transcript.segments)
        if self._changed or number > last:
            why = CHANGED if self._changed else f"the transcript has {numbered(last, 'line')}"
            raise Unquotable(f"“{item.text}” cites line {number}, and {why}")
        return cite(self._transcript, [number])[0]


def _claim(item: Item, recording: Recording, evidence: _EvidenceOf) -> dict[str, Any]:
    """The fields that the record has for every statement. A reviewer's own text is checked here, by code alone."""
    finding_text = item.finding if item.support else finding(item.text, recording)
    return {
        "evidence": evidence.cited_by(item),
        "support": "weak" if finding_text else "verified",
        "finding": finding_text or None,
        "correction": item.correction,
        "emphasis": standing_in(item.text, item.emphasis),
    }


def _coverage(cited: set[int], before: Coverage) -> Coverage:
    """The coverage of the accepted statements."""
    total = before.segments
    update = {
        "cited": len(cited),
        "filler": min(before.filler, total - len(cited)),
        "deciles": tenths(cited, total),
        "gaps": gaps(cited, total),
    }
    return before.model_copy(update=update)


def remarks(text: str, lines: Sequence[int], recording: Recording) -> Iterator[str]:
    """The remarks of code on a text and the lines that it cites. They judge no meaning and decide nothing."""
    last = len(recording.transcript.segments)
    if missing := [n for n in lines if not 1 <= n <= last]:
        yield f"the transcript has {last} lines and no line {missing[0]}"
    quoted = with_lines(DraftStatement(text, tuple(lines)), recording).lines
    if more := [str(n) for n in quoted if n not in lines]:
        yield f"the quotation is in {'line' if len(more) == 1 else 'lines'} {', '.join(more)}"
    if finding_text := finding(text, recording):
        yield finding_text
