"""The values that the templates show, made from a document's state. Escaping is left to the templates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.document import BARE, TERMED, StudyDocument
from pipeline.language import direction
from pipeline.pages.markdown import clock, labels_of, moment_url, problems, provenance
from pipeline.review.catalogue import Desk, Entry
from pipeline.review.coverage import bars_of, cited, moves_coverage, strip
from pipeline.review.state import DROPPED, GROUPED, Group, Item, State
from pipeline.review.statements import corrected, view
from pipeline.run_record import RunRecord
from pipeline.text import searchable

_MOST_HITS = 200

templates = Environment(
    loader=PackageLoader("pipeline.review"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def progress(state: State) -> dict[str, int]:
    """How many statements there are to decide on, and how many are decided, by kind."""
    items = [i for i in state.items if not i.bare]
    open_to = [i for i in items if not i.outside]
    count = Counter(i.standing for i in items)
    support = Counter(i.support for i in open_to if i.section not in BARE)
    return {
        "total": len(open_to),
        "decided": count["accepted"] + count["rejected"],
        "verified": support["verified"],
        "weak": support["weak"],
        "corrected": sum(i.correction is not None and i.support == "verified" for i in open_to),
        "edited": sum(i.support is None for i in open_to),
        "withheld": count["withheld"],
        "dropped": count["dropped"],
    }


def list_page(entries: Iterable[Entry], query: str, token: str) -> str:
    """The list of all documents, or of those with statements that contain the query, with these statements."""
    rows: list[dict[str, Any]] = []
    for entry in entries:
        if entry.desk is None:
            rows.append({"id": entry.id, "title": entry.name, "fault": entry.fault})
            continue
        with entry.desk.lock:
            document, state = entry.desk.document, entry.desk.state
        rows.append(
            {
                "id": entry.id,
                "title": document.title,
                "channel": document.channel or "",
                "name": entry.name,
                "status": document.status,
                "checked_by": document.run.checked_by,
                "fault": "",
                "language": document.run.language or "en",
                "direction": direction(document.run.language),
                "titles": titles(document),
                "strip": strip(document.coverage.deciles),
                "cited": f"{document.coverage.cited} of {document.coverage.segments} lines are cited",
                "misfits": len(state.misfits),
                "hits": hits(state, query),
                **progress(state),
            }
        )
    shown = [r for r in rows if not query or r.get("hits")]
    page = templates.get_template("list.html")
    return page.render(rows=shown, query=query, token=token, found=sum(len(r.get("hits", ())) for r in shown))


def titles(document: StudyDocument) -> dict[str, str]:
    """The title of each section in the document's language, and the title for dropped points."""
    labels = labels_of(document)
    return {s.name: s.heading for s in document.outline(labels)} | {DROPPED: labels.left_out}


def hits(state: State, query: str) -> list[dict[str, Any]]:
    """The statements that contain the query, each split so that every second part is a hit."""
    if not (wanted := searchable(query.strip())):
        return []
    found = (i for i in state.items if wanted in searchable(i.wording))
    return [{"id": i.id, "section": i.section, "parts": _split_at(wanted, i.wording)} for i in found][:_MOST_HITS]


def _split_at(wanted: str, text: str) -> list[str]:
    """The text split so that every second part is, to a search, what is wanted."""
    pieces = [searchable(character) for character in text]
    places = [n for n, piece in enumerate(pieces) for _ in piece]
    parts, end = [], 0
    for match in re.finditer(re.escape(wanted), "".join(pieces)):
        if (start := places[match.start()]) >= end:
            parts.append(text[end:start])
            end = places[match.end() - 1] + 1
            parts.append(text[start:end])
    return [*parts, text[end:]]


def document_page(id_: str, desk: Desk, token: str, *, regenerates: bool) -> str:
    """The page of a document, with its transcript."""
    return templates.get_template("document.html").render(
        id=id_,
        title=desk.document.title,
        document=desk.document,
        made=made_by(desk.document.run),
        problems=problems(desk.document),
        language=desk.document.run.language or "en",
        direction=direction(desk.document.run.language),
        spoken=desk.document.source.language or "",
        spoken_direction=direction(desk.document.source.language),
        remark=desk.remark,
        token=token,
        lines=transcript_html(desk),
        regenerates=regenerates,
        **update(desk),
    )


def made_by(run: RunRecord) -> str:
    """A sentence on which model made the notes, who checked them and how long they are."""
    checker = "the same model" if run.checked_by == run.model else run.checked_by
    by = f"{checker}, each statement beside its lines"
    if run.checked_by == "code":
        by = "code alone: figures, quotations and names, not meaning"
    return (
        f"Made by {run.model}, checked by {by}. {run.words:,} words; {run.length} length asks for {run.words_asked:,}."
    )


def transcript_html(desk: Desk) -> str:
    """The transcript's lines as HTML, cached until a speaker's name changes."""
    names = desk.state.names
    if desk.shown_transcript is None or desk.shown_transcript[0] != names:
        rows: list[SimpleNamespace] = []
        speaker_before: str | None = None
        for s in desk.transcript.segments:
            rows.append(
                SimpleNamespace(
                    n=s.id,
                    when=clock(s.start) if s.start is not None else "",
                    label=s.speaker if s.speaker != speaker_before else None,
                    speaker=desk.state.speaker(s.speaker),
                    text=s.text,
                    link=moment_url(desk.document.source.url, s.start),
                )
            )
            speaker_before = s.speaker
        desk.shown_transcript = names, templates.get_template("lines.html").render(lines=rows)
    return desk.shown_transcript[1]


def update(desk: Desk) -> dict[str, Any]:
    """All that a decision can change on the page: values, and HTML rendered by the templates."""
    speakers = {label: desk.state.speaker(label) for label in desk.transcript.labelled_speakers}
    return small_update(desk) | {"notes": notes(desk), "speakers": speakers}


def small_update(desk: Desk, before: State | None = None) -> dict[str, Any]:
    """What every decision changes, except the notes. Coverage is omitted if it has not changed since `before`."""
    timeline, state = desk.review.timeline, desk.state
    changes = {
        "revision": timeline.revision,
        "undo": timeline.can_undo,
        "redo": timeline.can_redo,
        "progress": progress(state),
    }
    if before is not None and len(before.items) == len(state.items) and not moves_coverage(before, state):
        return changes
    return changes | {"cited": cited(state), "strip_html": strip_html(desk)}


def changed_items(desk: Desk, before: State) -> dict[str, str] | None:
    """The HTML of the statements that differ from `before`, by id; None if more than single statements changed."""
    state = desk.state
    same_frame = (before.groups, before.names, before.misfits) == (state.groups, state.names, state.misfits)
    if not same_frame or len(before.items) != len(state.items):
        return None
    pairs = list(zip(before.items, state.items, strict=True))
    if any(a is not b and (a.id, a.group, a.depth) != (b.id, b.group, b.depth) for a, b in pairs):
        return None
    changed = [b for a, b in pairs if a is not b and a != b]
    return {i.id: statement_html(i, desk) for i in changed}


def changed_ids(before: State, state: State) -> list[str]:
    """The ids of the statements that differ from `before` in themselves, their heading or what precedes them."""
    placed_before = set(_placed(before))
    return [placed[0].id for placed in _placed(state) if placed not in placed_before]


def _placed(state: State) -> Iterator[tuple[Item, Group | None, str]]:
    """Each statement with its heading and the id of the statement before it."""
    groups = {group.id: group for group in state.groups}
    previous = ""
    for item in state.items:
        yield item, groups.get(item.group), previous
        previous = item.id


def strip_html(desk: Desk) -> str:
    """The coverage strip as HTML."""
    total, used = len(desk.transcript.segments), cited(desk.state)
    label = f"{len(used)} of {total} lines are cited"
    return templates.get_template("strip.html").render(bars=bars_of(used, total), label=label)


def notes(desk: Desk) -> str:
    """The notes as HTML."""
    state, labels = desk.state, labels_of(desk.document)
    by_group: dict[str, list[str]] = {}
    for item in state.items:
        by_group.setdefault(f"{item.section} {item.group}", []).append(statement_html(item, desk))
    sections = []
    for part in desk.document.outline(labels):
        section = part.name
        groups = [_group(Group("", ""), by_group.get(f"{section} ", []))]
        if section in GROUPED:
            parts_before = ("", *(g.part for g in state.groups))
            groups += [
                _group(g, by_group.get(f"{section} {g.id}", []), begins=g.part != above)
                for g, above in zip(state.groups, parts_before, strict=False)
            ]
        label = "Lead" if part.form in ("points", "items") else "Term" if section in TERMED else ""
        sections.append(
            {"name": section, "title": part.heading, "groups": groups, "label": label, "cites": section not in BARE}
        )
    return templates.get_template("notes.html").render(
        sections=sections,
        source=labels.between_sentences.join(provenance(_renamed(desk))),
        left_out=labels.left_out,
        dropped=by_group.get(f"{DROPPED} ", []),
        misfits=state.misfits,
    )


def _group(group: Group, items: list[str], *, begins: bool = False) -> dict[str, Any]:
    """A heading for the template, with the HTML of its statements; whether its part `begins` with it."""
    before, after, why = corrected(group.heading, group.correction)
    parts = {"before": before, "after": after, "why": why}
    return {"id": group.id, "heading": group.heading, "part": group.part, "begins": begins, "items": items} | parts


def _renamed(desk: Desk) -> StudyDocument:
    document = desk.document
    source = document.source.model_copy(update={"speakers": desk.state.speakers()})
    return document.model_copy(update={"source": source})


def statement_html(item: Item, desk: Desk) -> str:
    """A statement as HTML, cached until its content, its remarks or a speaker's name change."""
    key = (item, desk.state.names, desk.remarks_on(item))
    if key not in desk.shown_items:
        if len(desk.shown_items) > 4 * len(desk.state.items) + 100:
            desk.shown_items.clear()
        desk.shown_items[key] = templates.get_template("statement.html").render(i=view(item, desk))
    return desk.shown_items[key]
