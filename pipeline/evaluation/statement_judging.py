"""A judge of single statements: a language model reads each next to its lines and says whether it is true.

Never part of the scores. It has its own prompt, and no knowledge of how the notes were made or checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.batches.outputs import name_below, records_at
from pipeline.capable.chunks import known_facts
from pipeline.document import StudyDocument, Support
from pipeline.draft import Draft, DraftStatement
from pipeline.errors import CallError, InputError, StoreError
from pipeline.evaluation.scores import with_transcript
from pipeline.llm import Message
from pipeline.llm.answers import Parsed, Unusable
from pipeline.llm.structured import Answer, Structured
from pipeline.numbering import lines_around, numbered_lines, numbers_of, shown_in_runs
from pipeline.pages import escape
from pipeline.pages.reading import draft_of_document
from pipeline.providers.weights import Report
from pipeline.settings import Settings
from pipeline.settings.connect import open_structured
from pipeline.tables import row_of
from pipeline.tasks import all_of
from pipeline.text import numbered
from pipeline.transcript import Transcript

_AT_ONCE = 12  # statements in a call
_AROUND = 3  # lines shown before and after a cited one
_ROOM, _ROOM_EACH = 400, 120  # tokens for an answer, and for each statement in it

Truth = Literal["true", "partly", "false"]


class Rating(Answer):
    """The judge's rating of one statement."""

    id: int
    truth: Truth
    cited: bool
    worth: bool
    why: str


class StatementRatings(Answer):
    """The judge's answer on a batch of statements."""

    ratings: list[Rating]


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement and its rating."""

    id: int
    section: str
    heading: str
    text: str
    lines: tuple[int, ...]
    support: Support
    truth: Truth
    cited: bool
    worth: bool
    why: str


@dataclass(frozen=True, slots=True)
class JudgedDocument:
    """The judged statements of a document in reading order; `failed` says which could not be judged, and why.

    `name` is the document's name among the others, `made_by` the model that wrote it.
    """

    name: str
    path: Path
    made_by: str
    statements: tuple[Judged, ...]
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    """A statement as shown, with its label; `place` is its place on the page, `heading` that of its section."""

    statement: DraftStatement
    section: str
    heading: str
    text: str
    place: str


async def judge_document(
    record: Path, document: StudyDocument, transcript: Transcript, structured: Structured
) -> JudgedDocument:
    """The rated statements of a record. Raises StoreError, and fatal EndpointErrors."""
    claims = list(statements_to_judge(draft_of_document(document)))
    batches = [claims[i : i + _AT_ONCE] for i in range(0, len(claims), _AT_ONCE)]
    judged: list[Judged] = []
    failed = [] if claims else ["it has no statement that cites lines"]
    for batch, ratings in zip(batches, await all_of([_rated(b, transcript, structured) for b in batches]), strict=True):
        if isinstance(ratings, str):
            failed.append(f"{numbered(len(batch), 'statement')} not judged: {ratings}")
        else:
            judged += [_judged(c, ratings[c.statement.id]) for c in batch]
    return JudgedDocument(record.stem, record, document.run.model, tuple(judged), tuple(failed))


def _judged(claim: _Claim, r: Rating) -> Judged:
    s = claim.statement
    return Judged(s.id, claim.section, claim.heading, claim.text, s.lines, s.support, r.truth, r.cited, r.worth, r.why)


def statements_to_judge(draft: Draft) -> Iterator[_Claim]:
    """All statements that cite lines; a nested one comes with its parent's text in `place`."""

    def claims_of(statement: DraftStatement, section: str, place: str) -> Iterator[_Claim]:
        text = statement.labelled
        below = place
        if not statement.bare:
            below += f", under “{text}”"
            if statement.lines:
                yield _Claim(statement, section, draft.titles[section], text, place)
        if statement.columns:
            below += f", a row of a table of {row_of(statement.columns)}"
        for detail in statement.details:
            yield from claims_of(detail, section, below)

    for section, groups in draft.sections.items():
        for group in groups:
            place = f"{draft.titles[section]}{f', “{group.heading}”' if group.heading else ''}"
            for statement in group.statements:
                yield from claims_of(statement, section, place)


async def _rated(claims: Sequence[_Claim], transcript: Transcript, structured: Structured) -> dict[int, Rating] | str:
    """The ratings of a batch by statement id, or why there are none."""
    lines = numbered_lines(transcript.segments)
    near = lines_around({n for c in claims for n in c.statement.lines}, lines, _AROUND)
    prompt = structured.prompts.load("judge_statements.v1")
    text = prompt.render(
        recording=known_facts(transcript),
        lines=shown_in_runs(near, lines),
        statements="\n".join(
            f"{c.statement.id}. ({c.place}) {c.text} {numbers_of(c.statement.lines, lines)}" for c in claims
        ),
    )
    ids = {c.statement.id for c in claims}

    def one_of_each(parsed: Parsed[StatementRatings]) -> dict[int, Rating]:
        ratings = {r.id: r for r in parsed.value.ratings}
        if missing := sorted(ids - ratings.keys()):
            raise Unusable(f"there is no rating of {', '.join(map(str, missing))}")
        if len(ratings) < len(parsed.value.ratings) or ratings.keys() != ids:
            raise Unusable("each statement is rated once, and no other")
        return ratings

    room = _ROOM + _ROOM_EACH * len(claims)
    try:
        return await structured.ask(
            "judge_statements", (Message("user", text),), StatementRatings, one_of_each, max_tokens=room
        )
    except CallError as err:
        if err.fatal:
            raise
        return str(err)


async def run_judge(
    paths: Sequence[Path], transcripts: Path | None, settings: Settings, report: Report, *, as_json: bool
) -> tuple[int, str]:
    """`studydoc eval --judge`: exit code 1 if anything could not be judged; tables, or a JSON line for each statement.

    Answers are stored in the output folder of the settings, so repeating a judgement costs nothing. InputError if no
    document can be read.
    """
    judged: list[JudgedDocument] = []
    unread: list[tuple[Path, str]] = []
    async with open_structured(settings, report) as structured:
        for record in sorted(records_at(paths)):
            try:
                document, transcript = with_transcript(record, transcripts)
            except (InputError, StoreError) as err:
                unread.append((record, str(err)))
                continue
            judged_document = await judge_document(record, document, transcript, structured)
            judged.append(replace(judged_document, name=name_below(record, paths)))
        if not judged:
            raise InputError("\n".join(why for _, why in unread))
        render = judged_lines if as_json else judged_markdown
        text = render(judged, structured.client.model, unread)
    return int(bool(unread) or any(d.failed for d in judged)), text


def judged_lines(documents: Sequence[JudgedDocument], judge: str, unread: Sequence[tuple[Path, str]] = ()) -> str:
    """A line of JSON for each statement, and for each failure."""
    rows: list[dict[str, object]] = []
    for d in documents:
        rows += [{"path": str(d.path), "made_by": d.made_by, "judge": judge} | asdict(s) for s in d.statements]
        rows += [{"path": str(d.path), "error": why} for why in d.failed]
    rows += [{"path": str(path), "error": why} for path, why in unread]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def judged_markdown(documents: Sequence[JudgedDocument], judge: str, unread: Sequence[tuple[Path, str]] = ()) -> str:
    """A row for each document, then every statement that is not true, quoted with the judge's reason."""
    rows = [
        f"Judged by {escape(judge)}, a model's opinion and not a measurement: "
        "compare the quoted statements with their lines.",
        "",
        "| document | statements | true | partly | false | cited rightly | worth a note | true but in doubt |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    rows += [_table_row(d.name, d.statements) for d in documents]
    if len(documents) > 1:
        rows.append(_table_row("all", [s for d in documents for s in d.statements]))
    for d in documents:
        judged_itself = [f"The judge is the model that wrote {escape(d.name)}."] if d.made_by == judge else []
        untrue = [
            f"- {s.truth}, {escape(s.heading)}, lines {', '.join(map(str, s.lines))}: “{escape(s.text)}” "
            f"— {escape(s.why) or 'no reason given'}"
            for s in d.statements
            if s.truth != "true"
        ]
        outcome = untrue or (["Nothing untrue was found."] if d.statements else ["No statement was judged."])
        body = [*judged_itself, *(f"- {escape(why)}" for why in d.failed), *outcome]
        rows += ["", f"### {escape(d.name)}", "", *body]
    for _, why in unread:
        rows += ["", f"Not judged: {escape(why)}"]
    return "\n".join(rows) + "\n"


def _table_row(name: str, statements: Sequence[Judged]) -> str:
    true = [s for s in statements if s.truth == "true"]
    counts = [len(true), *(sum(s.truth == t for s in statements) for t in ("partly", "false"))]
    counts += [
        sum(s.cited for s in statements),
        sum(s.worth for s in statements),
        sum(s.support == "weak" for s in true),
    ]
    return f"| {escape(name)} | {len(statements)} | {' | '.join(map(str, counts))} |"
