"""The progress of a transcript's notes, how it is reported, and the client that counts their calls."""

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
    """A statement as a call wrote it, before its check: it may still be corrected, merged or dropped.

    `section` is the section's name in the record, `heading` that of its main point, and `label` its lead or term (""
    for none); `lines` are the transcript lines that it cites.
    """

    section: str
    heading: str
    label: str
    text: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProgressUpdate:
    """The progress of one transcript's notes, as passed to `on_progress` at each step.

    `phase` goes from "writing" through "composing" and "checking" to "complete" or "partial". It returns from
    "composing" to "writing" if no lines can be found for a freely written page, which is then written again.
    `calls_expected` covers the whole document and grows if a call is split or repeated. Of the `calls` answered so far,
    `calls_stored` came from the store and cost nothing; the tokens include what those cost originally.

    `drafted` has the statements written since the previous update. A capable model drafts part by part while `phase` is
    "writing"; what it drafts in "composing", or when a freely written page gets its lines, replaces all earlier drafts.
    A small model drafts nothing before the end.
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
    """The progress of a transcript. `planned` is the expected number of calls; it grows if one is repeated or split."""

    name: str
    phase: Phase = "reading"
    planned: int = 0
    tally: Tally = field(default_factory=Tally)
    started: float = field(default_factory=time.monotonic)
    at_once: int = 1  # calls that could run at once in this phase
    drafts: Mapping[str, tuple[DraftGroup, ...]] = field(default_factory=dict)  # in the latest answer
    under_way: int = 0  # calls that are waiting for their answers
    weight: float = 1.0  # how long a call of this phase takes, relative to the others of the document
    done: float = 0.0  # total weight of the calls made
    ahead: float = 0.0  # total weight of the calls to come
    later: int = 0  # calls expected in later phases, each of weight 1
    since: float = 0.0  # start of the first call, excluding any loading or downloading before it

    def update(self) -> ProgressUpdate:
        """The progress as an immutable value."""
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
        """The expected number of calls to come."""
        return max(0, self.planned - self.tally.calls)

    @property
    def calls_wanted(self) -> int:
        """The calls running now, or at the start of a phase those about to run."""
        return self.under_way or max(1, min(self.at_once, self.calls_left))

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds for the calls to come, at the pace so far; None if it cannot be estimated."""
        if not self.done or not self.ahead or self.phase in ENDED:
            return None
        return (time.monotonic() - self.since) / self.done * self.ahead

    def book(self, completion: Completion) -> None:
        """Count an answer."""
        self.tally.book(completion)
        self.planned = max(self.planned, self.tally.calls)
        self.ahead = max(self.later, self.ahead - self.weight)
        if not completion.cached:
            self.since = self.since or time.monotonic() - completion.seconds
            self.done += self.weight

    @property
    def rank(self) -> tuple[int, int]:
        """The priority of waiting calls, lowest first: documents in later phases, then those with fewest calls left."""
        return (_ORDER.index(self.phase) if self.phase in _ORDER else 0, self.calls_left)


def _drafted(sections: Mapping[str, tuple[DraftGroup, ...]]) -> Iterator[Drafted]:
    for name, groups in sections.items():
        for group in groups:
            for top in group.statements:
                yield from (Drafted(name, group.heading, s.label, s.text, s.lines) for s in top.flat() if not s.bare)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rough estimate of one call: the tokens of its prompt and of its answer."""

    phase: Phase
    prompt_tokens: int
    answer_tokens: int


def comes_after(phase: Phase, other: Phase) -> bool:
    """Whether `phase` is a later phase of a run than `other`."""
    return phase in _ORDER and (other not in _ORDER or _ORDER.index(phase) < _ORDER.index(other))


Watch = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """Ignore progress."""


class Reporter:
    """Keeps the progress of one transcript's notes and reports it to `watch`."""

    def __init__(self, progress: Progress, watch: Watch = unwatched) -> None:
        self.progress, self._watch = progress, watch

    def begin(self, phase: Phase, *, at_once: int, planned: int, later: int = 0, weight: float = 1.0) -> None:
        """Begin a phase in which `at_once` calls can run together.

        `planned` calls are expected in it and `later` ones in the phases after it; one of this phase takes `weight`
        times as long as one of those.
        """
        progress = self.progress
        progress.phase, progress.at_once, progress.weight = phase, max(1, at_once), weight
        progress.planned, progress.ahead = progress.tally.calls + planned + later, planned * weight + later
        progress.later = later
        self._watch(progress)

    def answered(self, completion: Completion) -> None:
        """Report an answer."""
        self.progress.book(completion)
        self._watch(self.progress)

    def wrote(self, sections: Mapping[str, tuple[DraftGroup, ...]]) -> None:
        """Report statements that an answer contains, which have not been checked yet."""
        self.progress.drafts = sections
        self._watch(self.progress)
        self.progress.drafts = {}

    def ended(self, status: Literal["complete", "partial"]) -> None:
        """Report that the document is done."""
        self.progress.phase = status
        self._watch(self.progress)


class Booking:
    """The client of one document: sets the document's rank on its calls, and counts their answers."""

    def __init__(self, inner: LLMClient, reporter: Reporter) -> None:
        self._inner, self._reporter = inner, reporter

    @property
    def model(self) -> str:
        """The model's name."""
        return self._inner.model

    async def complete(self, request: Request) -> Completion:
        """The inner client's answer. If the call fails, what it spent is counted."""
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
