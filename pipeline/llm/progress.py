"""How far the notes of a transcript are, who is told of it, and the client that books their calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from pipeline.errors import CallError
from pipeline.llm import Completion, LLMClient, Request, Tally

if TYPE_CHECKING:
    from pipeline.draft import DraftGroup

Phase = Literal["reading", "writing", "composing", "checking", "complete", "partial"]
ENDED: tuple[Phase, ...] = ("complete", "partial")
_ORDER: tuple[Phase, ...] = ("checking", "composing", "writing", "reading")


@dataclass(frozen=True, slots=True)
class Drafted:
    """A statement as a call wrote it, before its check: it may still be put right, joined with another or dropped.

    `section` is its name in the record, `heading` that of its main point and `label` its lead or term, "" for none;
    `lines` are the transcript lines that it cites.
    """

    section: str
    heading: str
    label: str
    text: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProgressUpdate:
    """How far the notes of one transcript are: what `on_progress` is given at each step.

    `phase` goes from "writing" over "composing" and "checking" to "complete" or "partial"; from "composing" it goes
    back to "writing" where a page that was written freely gets no lines, and is written again. `calls_expected` is for
    the whole document and grows when a call is split or asked again; `calls_stored` of the `calls` that were answered
    cost nothing. Tokens count what answers cost when they were made. `drafted` is what was written since the update
    before: by a capable model part by part while `phase` is "writing"; what comes while it is "composing" (or what was
    written freely gets its lines) stands in the place of all that. A small model drafts nothing before the end.
    """

    name: str
    phase: Phase
    calls: int
    calls_expected: int
    calls_stored: int
    prompt_tokens: int
    completion_tokens: int
    drafted: tuple[Drafted, ...] = ()


@dataclass(slots=True)
class Progress:
    """How far a transcript is. `planned` grows when a call is asked again or split."""

    name: str
    phase: Phase = "reading"
    planned: int = 0
    tally: Tally = field(default_factory=Tally)
    started: float = field(default_factory=time.monotonic)
    at_once: int = 1  # calls that this phase could have under way together
    drafts: Mapping[str, tuple[DraftGroup, ...]] = field(default_factory=dict)  # in the answer that came just now
    under_way: int = 0  # calls that wait for their answers
    weight: float = 1.0  # how long a call of this phase takes, beside others of the document
    done: float = 0.0  # the weight of calls that were made
    ahead: float = 0.0  # the weight of calls that are still to come
    later: int = 0  # calls that are to come in phases behind this one, each of weight 1
    since: float = 0.0  # when the first call that was made began: what is loaded or fetched before it took no part

    def update(self) -> ProgressUpdate:
        """All this as a value that does not change."""
        tally, usage = self.tally, self.tally.usage
        return ProgressUpdate(
            self.name,
            self.phase,
            tally.calls,
            self.planned,
            tally.calls_cached,
            usage.prompt_tokens,
            usage.completion_tokens,
            tuple(_drafted(self.drafts)),
        )

    @property
    def calls_left(self) -> int:
        """Calls that are still to come, as far as one can know."""
        return max(0, self.planned - self.tally.calls)

    @property
    def calls_wanted(self) -> int:
        """Calls that the transcript has under way, or is about to have when a phase begins."""
        return self.under_way or max(1, min(self.at_once, self.calls_left))

    @property
    def seconds_left(self) -> float | None:
        """How long the calls to come take, at the pace of those that were made; None where that cannot be told."""
        if not self.done or not self.ahead or self.phase in ENDED:
            return None
        return (time.monotonic() - self.since) / self.done * self.ahead

    def book(self, completion: Completion) -> None:
        """Counts one answer."""
        self.tally.book(completion)
        self.planned = max(self.planned, self.tally.calls)
        self.ahead = max(self.later, self.ahead - self.weight)
        if not completion.cached:
            self.since = self.since or time.monotonic() - completion.seconds
            self.done += self.weight

    @property
    def rank(self) -> tuple[int, int]:
        """Who goes first when calls wait: documents close to their end, then those with the least work left."""
        return (_ORDER.index(self.phase) if self.phase in _ORDER else 0, self.calls_left)


def _drafted(sections: Mapping[str, tuple[DraftGroup, ...]]) -> Iterator[Drafted]:
    for name, groups in sections.items():
        for group in groups:
            for top in group.statements:
                yield from (Drafted(name, group.heading, s.label, s.text, s.lines) for s in top.flat() if not s.bare)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A call that a phase will take, about: tokens of its prompt and of its answer."""

    phase: Phase
    prompt_tokens: int
    answer_tokens: int


def comes_after(phase: Phase, other: Phase) -> bool:
    """Whether a phase of a run is a later one than another."""
    return phase in _ORDER and (other not in _ORDER or _ORDER.index(phase) < _ORDER.index(other))


Watch = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """Watches nothing."""


class Reporter:
    """Keeps how far the notes of one transcript are, and tells it to whoever watches."""

    def __init__(self, progress: Progress, watch: Watch = unwatched) -> None:
        self.progress, self._watch = progress, watch

    def begin(self, phase: Phase, *, at_once: int, planned: int, later: int = 0, weight: float = 1.0) -> None:
        """A phase begins, with so many calls that can be under way together.

        `planned` of them are to come, `later` more in phases behind it; one of this phase takes `weight` times as long
        as one of those.
        """
        progress = self.progress
        progress.phase, progress.at_once, progress.weight = phase, max(1, at_once), weight
        progress.planned, progress.ahead = progress.tally.calls + planned + later, planned * weight + later
        progress.later = later
        self._watch(progress)

    def answered(self, completion: Completion) -> None:
        """A call was answered."""
        self.progress.book(completion)
        self._watch(self.progress)

    def wrote(self, sections: Mapping[str, tuple[DraftGroup, ...]]) -> None:
        """An answer wrote these statements, which are not checked yet."""
        self.progress.drafts = sections
        self._watch(self.progress)
        self.progress.drafts = {}

    def ended(self, status: Literal["complete", "partial"]) -> None:
        """The document is made."""
        self.progress.phase = status
        self._watch(self.progress)


class Booking:
    """The client of one document: asks for each answer by the document's rank, and books it."""

    def __init__(self, inner: LLMClient, reporter: Reporter) -> None:
        self._inner, self._reporter = inner, reporter

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The inner client's answer; of a call that fails, what it took is booked."""
        progress = self._reporter.progress
        progress.under_way += 1
        try:
            completion = await self._inner.complete(replace(request, rank=progress.rank))
        except CallError as err:
            progress.tally.book_failed(err)
            raise
        finally:
            progress.under_way -= 1
        self._reporter.answered(completion)
        return completion
