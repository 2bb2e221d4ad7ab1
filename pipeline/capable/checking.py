"""Check each printed statement, in its final words, beside its lines: one call for each chunk, on the writing's prefix.

The model reports faults, what the page lacks most if there is room, and what it can spare if it is too long. Findings
of code go in as hints, and code checks what comes back once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from pipeline.capable.adding import NO_ROOM, Addition, Room, rooms, uncited, with_additions
from pipeline.capable.chunks import ChunkAnswer, WithManuscript
from pipeline.capable.correcting import corrected
from pipeline.capable.halving import by_halves
from pipeline.capable.job import Job
from pipeline.capable.naming import introduction_of
from pipeline.capable.objections import Verdicts, verdicts_in
from pipeline.capable.printed_rows import PrintedRow, printed_rows, shown_rows
from pipeline.capable.shortening import LONGEST_CHECKED, cut_instruction, shortened, words_over
from pipeline.chunking import halves
from pipeline.document import Problem
from pipeline.draft import Draft
from pipeline.errors import CallError, OutputTruncated
from pipeline.llm.answers import Parsed
from pipeline.run_record import Naming
from pipeline.sections import words_of
from pipeline.sections.main_points import MAIN_POINTS, with_settled_parts
from pipeline.tasks import all_of
from pipeline.text import numbered
from pipeline.transcript import Chunk
from pipeline.verification import check_exactly, with_lines, without_repeats

_ANSWER_TOKENS = 1500  # for an answer, besides those for each statement
_TOKENS_A_STATEMENT = 40
_TOKENS_A_WORD = 4  # for each word that may be added


@dataclass(frozen=True, slots=True)
class Budget:
    """What a check is asked for besides faults: how much it may add, or how many words the page has to lose.

    `covered` are the segments that the page cites or skips, `words` is the page's length, `excess` how many are too
    many.
    """

    room: Room
    covered: Set[int]
    words: int
    excess: int

    def half(self) -> Budget:
        """The budget of half the lines or statements."""
        room = Room(self.room.points // 2, self.room.words // 2)
        return Budget(room, self.covered, self.words // 2, self.excess // 2)


async def check_meaning(draft: Draft, job: Job, *, from_manuscript: bool) -> Draft:
    """The draft with every reported fault corrected; statements without any support are withheld.

    - To a page that is shorter than asked for, the model may add what is missing most.
    - To a page made `from_manuscript` nothing is added, since that would break its flow. If it is too long, it loses
      what a reader would miss least.
    - If a call fails, its statements are weak and the document has a problem. If all fail, code checks the page
      instead.

    Raises EndpointError if it is fatal.
    """
    words = words_of(job.recipe, job.transcript.spoken_words)
    draft = draft.rewritten(lambda section, s: with_lines(s, job.recording) if s.lines else s).numbered()
    excess = words_over(draft, LONGEST_CHECKED * words) if from_manuscript else 0
    room = {} if from_manuscript else rooms(draft, words, job.chunks)
    verdicts = await verdicts_on(draft, job, room, excess)
    checked = corrected(shortened(draft, verdicts.cut, excess), verdicts, job.recording)
    checked = with_additions(checked, verdicts.missing, job.recording, job.sections)
    checked = with_settled_parts(without_repeats(checked))
    problems, remarks = (*checked.problems, *verdicts.problems), (*checked.remarks, *verdicts.remarks)
    checked = replace(checked, problems=problems, remarks=remarks)
    if all(s.id in verdicts.unchecked for _, s in draft.statements() if s.lines):  # every call failed
        return check_exactly(checked, job.recording)
    return replace(checked, checked_by=job.structured.client.model)


async def verdicts_on(
    draft: Draft, job: Job, room: Mapping[int, Room] = MappingProxyType({}), excess: int = 0
) -> Verdicts:
    """What the model reports against the titles and statements of a numbered draft, in one call for each chunk.

    It is also asked what the page lacks, if a chunk has `room` (by its index), and what the page of a single chunk can
    spare, if that has words in `excess`.
    """
    covered, words = draft.filler | {n for _, s in draft.statements() for n in s.lines}, draft.words()
    rows_by_chunk = {chunk.index: list[PrintedRow]() for chunk in job.chunks}
    chunk_of_segment = {s.id: c.index for c in job.chunks for s in c.segments}
    for row in printed_rows(draft, job.recording):
        rows_by_chunk[_chunk_of(row, chunk_of_segment, job.chunks[0].index)].append(row)
    budgets = {c.index: Budget(room.get(c.index, NO_ROOM), covered, words, excess) for c in job.chunks}
    shares = [_Share(rows_by_chunk[c.index], c, budgets[c.index]) for c in job.chunks]
    verdicts = Verdicts()
    for reported in await all_of([_verdicts_of(s, draft.names, job) for s in shares]):
        verdicts.add(reported)
    return verdicts


def _chunk_of(row: PrintedRow, chunk_of_segment: Mapping[int, int], default: int) -> int:
    """The chunk that has most lines of a row, which is checked beside it; `default` if there is none."""
    counts = Counter(chunk_of_segment[n] for n in row.lines if n in chunk_of_segment)
    return max(counts, key=counts.__getitem__, default=default)


@dataclass(frozen=True, slots=True)
class _Share:
    """The rows that one call checks beside the lines of a chunk."""

    rows: Sequence[PrintedRow]
    chunk: Chunk
    budget: Budget

    def halves(self, err: CallError) -> Sequence[_Share]:
        """Two shares with half the rows each if the answer was cut off, else with half the lines each."""
        budget = self.budget.half()
        if isinstance(err, OutputTruncated):
            middle = len(self.rows) // 2
            parts = (self.rows[:middle], self.rows[middle:]) if middle else ()
            return [_Share(rows, self.chunk, budget) for rows in parts]
        if (lines := halves(self.chunk)) is None:
            return []
        early = [row for row in self.rows if sum(n <= lines[0].last for n in row.lines) * 2 >= len(row.lines)]
        late = [row for row in self.rows if row not in early]
        return [_Share(early, lines[0], budget), _Share(late, lines[1], budget)]


async def _verdicts_of(share: _Share, names: Sequence[Naming], job: Job) -> Verdicts:
    """What the model reports on a share, in several calls if an answer was cut off or the prompt was too long."""
    verdicts = Verdicts()
    for reported in await by_halves(share, partial(_checked, names=names, job=job), _Share.halves, _unchecked):
        verdicts.add(reported)
    return verdicts


async def _checked(share: _Share, names: Sequence[Naming], job: Job) -> Verdicts:
    """What one call reports. Raises CallError."""
    rows, chunk, budget = share.rows, share.chunk, share.budget
    if not rows:
        return Verdicts()
    lines = job.prefixes.lines(chunk)
    task = job.task(
        "check.v8",
        speakers=introduction_of(names, chunk),
        statements="\n".join(shown_rows(rows, chunk, job)),
        faults=job.piece("faults.v2"),
        missing=_missing_instruction(budget, chunk, job),
        cut=cut_instruction(budget.excess, budget.words, job),
    )
    cited = {row.id: row.lines for row in rows}

    def reported(parsed: Parsed[ChunkAnswer]) -> Verdicts:
        verdicts, answer = verdicts_in(parsed, cited, lines), parsed.value
        verdicts.cut += answer.cut if isinstance(answer, WithManuscript) else []
        for n, missing in enumerate(answer.missing):
            fits = n < budget.room.points and missing.under in cited
            verdicts.missing.append(Addition.of(missing, lines, fits=fits))
        return verdicts

    max_tokens = _ANSWER_TOKENS + _TOKENS_A_STATEMENT * len(rows) + _TOKENS_A_WORD * budget.room.words
    messages = (*job.prefixes.messages(chunk), task)
    return await job.structured.ask("check", messages, job.answer, reported, max_tokens=max_tokens, needs=["faults"])


def _missing_instruction(budget: Budget, chunk: Chunk, job: Job) -> str:
    """The part of the task on the field for additions."""
    if not budget.room.points:
        return "missing: stays empty in this task."
    numbers = uncited(chunk, job.prefixes.lines(chunk), budget.covered)
    stretches = f" Longer stretches that no statement cites: {numbers}." if numbers else ""
    return job.piece(
        "missing.v4", points=numbered(budget.room.points, "point"), words=budget.room.words, uncited=stretches
    )


def _unchecked(shares: Sequence[_Share], reason: str) -> Verdicts:
    """The verdict "not checked" on rows whose call failed, and a problem that names the lines that they cite."""
    rows, start, end = [row for share in shares for row in share.rows], shares[0].chunk, shares[-1].chunk
    cited = {n for row in rows for n in row.lines if start.first <= n <= end.last} or {start.first, end.last}
    message = f"statements of lines {min(cited)}–{max(cited)} were not checked: {reason}"
    problem = Problem(section=MAIN_POINTS.name, chunk=start.index + 1, message=message)
    finding = "it was not checked: the checking call failed"
    return Verdicts(unchecked={row.id: finding for row in rows}, problems=[problem])
