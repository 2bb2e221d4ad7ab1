"""Each printed statement in its final words beside the lines: a call a chunk, on the prefix on which it was written.

The model answers faults, what the page lacks most where there is room for it, and what it can spare where it is too
long. Code's suspicions go in as hints, and code looks once more at what comes back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from pipeline.capable.adding import NO_ROOM, Addition, Room, rooms, uncited, with_additions
from pipeline.capable.claims import Claim, claims_of, rows_of
from pipeline.capable.correcting import corrected
from pipeline.capable.halving import by_halves
from pipeline.capable.job import Job
from pipeline.capable.naming import introduced
from pipeline.capable.objections import Verdicts, verdicts_in
from pipeline.capable.shortening import LONGEST_CHECKED, cut_wish, shortened, words_over
from pipeline.chunking import halves
from pipeline.document import Naming, Problem
from pipeline.draft import Draft
from pipeline.errors import CallError, OutputTruncated
from pipeline.sections import words_of
from pipeline.sections.main_points import MAIN_POINTS, with_settled_parts
from pipeline.tasks import all_of
from pipeline.text import numbered
from pipeline.transcript import Chunk
from pipeline.verification import check_exactly, with_lines, without_repeats

_ANSWER = 1500  # tokens that an answer may take besides those for each statement
_EACH = 40
_EACH_ADDED = 4  # for each word that may be added


@dataclass(frozen=True, slots=True)
class Budget:
    """What a check is asked for besides faults: how much it may add, or how many words of the page's have to go.

    `known` are the segments that the page cites or leaves out, `words` those of the page, which is so many `over`.
    """

    room: Room
    known: Set[int]
    words: int
    over: int

    def half(self) -> Budget:
        """The same for half of the lines or of the statements."""
        room = Room(self.room.points // 2, self.room.words // 2)
        return Budget(room, self.known, self.words // 2, self.over // 2)


async def check_meaning(draft: Draft, job: Job, *, freely: bool) -> Draft:
    """The draft with every fault put right that the model reports beside the lines; what nothing is left of goes.

    To a page that is shorter than asked for the model may add what is missing most. One that was written `freely` gets
    nothing added, which would interrupt its thread, and loses what a reader would miss least if it is too long. Where a
    call fails its statements stand as weak, and the document has a problem; where all fail it is checked by code.
    Raises EndpointError when one is fatal.
    """
    words = words_of(job.recipe, job.transcript.spoken_words)
    draft = draft.rewritten(lambda section, s: with_lines(s, job.recording) if s.lines else s).numbered()
    over = words_over(draft, LONGEST_CHECKED * words) if freely else 0
    room = {} if freely else rooms(draft, words, job.chunks)
    verdicts = await verdicts_on(draft, job, room, over)
    done = corrected(shortened(draft, verdicts.cut, over), verdicts, job.recording)
    done = with_additions(done, verdicts.missing, job.recording, job.sections)
    done = with_settled_parts(without_repeats(done))
    problems, remarks = (*done.problems, *verdicts.problems), (*done.remarks, *verdicts.remarks)
    done = replace(done, problems=problems, remarks=remarks)
    if all(s.id in verdicts.unchecked for _, s in draft.statements() if s.lines):  # every call failed
        return check_exactly(done, job.recording)
    return replace(done, checked_by=job.structured.client.model)


async def verdicts_on(
    draft: Draft, job: Job, room: Mapping[int, Room] = MappingProxyType({}), over: int = 0
) -> Verdicts:
    """What the model reports against the titles and statements of a numbered draft, a call a chunk.

    It is asked for what the page lacks too where there is `room` beside a chunk, by its index, and for what can be
    spared where the page of one chunk is so many words `over`.
    """
    known, words = draft.filler | {n for _, s in draft.statements() for n in s.lines}, draft.words()
    claims = {chunk.index: list[Claim]() for chunk in job.chunks}
    home = {s.id: c.index for c in job.chunks for s in c.segments}
    for claim in claims_of(draft, job.recording):
        claims[_home(claim, home, job.chunks[0].index)].append(claim)
    budgets = {c.index: Budget(room.get(c.index, NO_ROOM), known, words, over) for c in job.chunks}
    shares = [_Share(claims[c.index], c, budgets[c.index]) for c in job.chunks]
    out = Verdicts()
    for found in await all_of([_verdicts_of(s, draft.names, job) for s in shares]):
        out.add(found)
    return out


def _home(claim: Claim, home: Mapping[int, int], first: int) -> int:
    """The chunk beside which a claim is checked: the one that has most of its lines, `first` for none."""
    counts = Counter(home[n] for n in claim.lines if n in home)
    return max(counts, key=counts.__getitem__, default=first)


@dataclass(frozen=True, slots=True)
class _Share:
    """Claims that one call looks at beside the lines of a chunk."""

    claims: Sequence[Claim]
    chunk: Chunk
    budget: Budget

    def halves(self, err: CallError) -> Sequence[_Share]:
        """Half of the claims each where the answer was cut, else half of the lines."""
        budget = self.budget.half()
        if isinstance(err, OutputTruncated):
            middle = len(self.claims) // 2
            both = (self.claims[:middle], self.claims[middle:]) if middle else ()
            return [_Share(some, self.chunk, budget) for some in both]
        if (lines := halves(self.chunk)) is None:
            return []
        early = [c for c in self.claims if sum(n <= lines[0].last for n in c.lines) * 2 >= len(c.lines)]
        late = [c for c in self.claims if c not in early]
        return [_Share(early, lines[0], budget), _Share(late, lines[1], budget)]


async def _verdicts_of(share: _Share, names: Sequence[Naming], job: Job) -> Verdicts:
    """What the model reports of a share, in several calls where an answer was cut or the prompt was too long."""
    out = Verdicts()
    for found in await by_halves(share, partial(_checked, names=names, job=job), _Share.halves, _unchecked):
        out.add(found)
    return out


async def _checked(share: _Share, names: Sequence[Naming], job: Job) -> Verdicts:
    """What one call reports. Raises CallError."""
    claims, chunk, budget = share.claims, share.chunk, share.budget
    if not claims:
        return Verdicts()
    lines = job.prefixes.lines(chunk)
    task = job.task(
        "check.v8",
        speakers=introduced(names, chunk),
        statements="\n".join(rows_of(claims, chunk, job)),
        faults=job.piece("faults.v2"),
        missing=_missing(budget, chunk, job),
        cut=cut_wish(budget.over, budget.words, job),
    )
    most = _ANSWER + _EACH * len(claims) + _EACH_ADDED * budget.room.words
    messages = (*job.prefixes.of(chunk), task)
    found = await job.structured.ask("check", messages, job.answer, max_tokens=most, needs=["faults"])
    answer: Any = found.value
    mine = {c.id: c.lines for c in claims}
    out = verdicts_in(found, mine, lines)
    out.cut += answer.cut if job.has_manuscript else []
    for n, missing in enumerate(answer.missing):
        fits = n < budget.room.points and missing.under in mine
        out.missing.append(Addition.of(missing, lines, fits=fits))
    return out


def _missing(budget: Budget, chunk: Chunk, job: Job) -> str:
    """What is said of the field for additions."""
    if not budget.room.points:
        return "missing: stays empty in this task."
    numbers = uncited(chunk, job.prefixes.lines(chunk), budget.known)
    stretches = f" Longer stretches that no statement cites: {numbers}." if numbers else ""
    return job.piece(
        "missing.v4", points=numbered(budget.room.points, "point"), words=budget.room.words, uncited=stretches
    )


def _unchecked(shares: Sequence[_Share], told: str) -> Verdicts:
    """Claims that no call looked at, and the problem that this is, told by the lines that they cite."""
    claims, first, last = [c for share in shares for c in share.claims], shares[0].chunk, shares[-1].chunk
    cited = {n for c in claims for n in c.lines if first.first <= n <= last.last} or {first.first, last.last}
    message = f"statements of lines {min(cited)}–{max(cited)} are not checked: {told}"
    problem = Problem(section=MAIN_POINTS.name, chunk=first.index + 1, message=message)
    why = "it is not checked: the checking call failed"
    return Verdicts(unchecked={c.id: why for c in claims}, problems=[problem])
