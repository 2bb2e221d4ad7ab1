"""What a reviewer accepted, as a study document of its own."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.document import Detail, Evidence, KeyConcept, MainPoint, Prerequisite, Statement, StudyDocument, Support
from pipeline.evidence import cite, verify
from pipeline.render.markdown import render_markdown
from pipeline.review.state import Item, State
from pipeline.run import coverage
from pipeline.source import Source
from pipeline.store import dump


def reviewed_document(document: StudyDocument, state: State, source: Source) -> StudyDocument:
    """The document with the accepted statements only; headings without any go. What was withheld is not in it.

    Statements in a reviewer's words are "weak" where code finds something against them.
    """
    accepted = [i for i in state.items if i.standing == "accepted"]

    def evidence(item: Item) -> tuple[Evidence, ...]:
        last = len(source.transcript.segments)
        cut = cite(source.transcript, [n for n in item.lines if n <= last])
        return tuple(e.model_copy(update={"speaker": state.speaker(e.speaker)}) for e in cut)

    def support(item: Item) -> Support:
        return item.support or ("weak" if findings(item, source) else "verified")

    def statement(item: Item) -> Statement:
        return Statement(text=item.text, evidence=evidence(item), support=support(item))

    def tree(items: Sequence[Item]) -> tuple[Detail, ...]:
        out: list[Detail] = []
        at = 0
        while at < len(items):
            item, end = items[at], at + 1
            while end < len(items) and items[end].depth > item.depth:
                end += 1
            out.append(
                Detail(
                    text=item.text, evidence=evidence(item), support=support(item), lead=item.label or None,
                    details=tree(items[at + 1 : end]),
                )
            )  # fmt: skip
            at = end
        return tuple(out)

    def of(section: str) -> list[Item]:
        return [i for i in accepted if i.section == section]

    points = [(g, [i for i in of("main_points") if i.group == g.id]) for g in state.groups]
    fresh = document.model_copy(
        update={
            "overview": tuple(map(statement, of("overview"))),
            "prerequisites": tuple(Prerequisite(text=i.text) for i in of("prerequisites")),
            "main_points": tuple(MainPoint(heading=g.heading, details=tree(own)) for g, own in points if own),
            "key_concepts": tuple(
                KeyConcept(term=i.label, definition=i.text, evidence=evidence(i), support=support(i))
                for i in of("key_concepts")
            ),
            "summary": tuple(map(statement, of("summary"))),
            "withheld": (),
            "source": document.source.model_copy(
                update={"speakers": tuple(state.speaker(s) or s for s in document.source.speakers)}
            ),
        }
    )
    whole = fresh.model_copy(update={"coverage": coverage(fresh, document.coverage.read)})
    return StudyDocument.model_validate(whole.model_dump())


def findings(item: Item, source: Source) -> list[str]:
    """What code finds against a statement as it stands, in words; nothing for what makes no claim."""
    return said_against(item.section, item.text, item.label, item.lines, source)


def said_against(section: str, text: str, label: str, lines: Sequence[int], source: Source) -> list[str]:
    """What code finds against a text beside its lines, in words."""
    if section == "prerequisites" or (section == "overview" and not lines):
        return []
    last = len(source.transcript.segments)
    if missing := [n for n in lines if not 1 <= n <= last]:
        return [f"the transcript has {last} lines and no line {missing[0]}"]
    claim = f"{label} {text}" if section == "key_concepts" else text
    return [f.message for f in verify(claim, lines, source, section)]


def as_markdown(document: StudyDocument, state: State, source: Source) -> str:
    """What was accepted as a page, in the form of every other page; somebody has looked at the doubtful."""
    return render_markdown(reviewed_document(document, state, source), doubts=False)


def as_json(document: StudyDocument, state: State, source: Source) -> str:
    """What was accepted as a record."""
    return dump(reviewed_document(document, state, source))
