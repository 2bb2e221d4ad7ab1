"""The outcome of making notes of one transcript."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import Interrupted, PipelineError
from pipeline.llm import Tally

if TYPE_CHECKING:
    from pipeline.document import StudyDocument


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures shown for a finished document. `gaps` are line ranges that no statement cites."""

    title: str
    statements: int
    weak: int
    withheld: int
    words: int
    words_asked: int
    model: str
    checked_by: str
    answered_by: tuple[str, ...]  # models other than `model` that answered calls
    sent: float  # uncached prompt tokens for each token of the transcript
    gaps: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, document: StudyDocument) -> Figures:
        """The figures of a document."""
        run, statements = document.run, list(document.statements())
        return cls(
            title=document.title,
            statements=len(statements),
            weak=sum(s.support == "weak" for s in statements),
            withheld=len(document.withheld),
            words=run.words,
            words_asked=run.words_asked,
            model=run.model,
            checked_by=run.checked_by,
            answered_by=run.answered_by,
            sent=(run.usage.prompt_tokens - run.usage.cached_prompt_tokens) / max(1, document.source.tokens),
            gaps=document.coverage.gaps,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one transcript: a document and its page, or an error.

    `name` is empty if no transcript was found at a path; the error then names the path.
    """

    name: str
    document: StudyDocument | None = None  # only if it is new, and only until it is shown, to save memory
    page: Path | None = None
    notes: tuple[str, ...] = ()
    lasting_notes: tuple[str, ...] = ()  # the part of `notes` that holds until a file changes
    error: PipelineError | None = None
    seconds: float = 0.0
    status: Literal["complete", "partial", "failed"] = "failed"
    problems: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)
    cost_usd: float | None = None  # of all its answers, as `tally` counts them
    spent_usd: float | None = None  # of those that were not stored before
    up_to_date: bool = False  # whether an earlier run made the document, so that nothing was done
    figures: Figures | None = None  # of its document, if there is one

    @property
    def complete(self) -> bool:
        """Whether there is a document without problems."""
        return self.status == "complete"

    @property
    def interrupted(self) -> bool:
        """Whether a signal ended the run before this document was done."""
        return isinstance(self.error, Interrupted)

    @property
    def calls_made(self) -> int:
        """Calls whose answers were not in the call store."""
        return self.tally.calls - self.tally.calls_cached

    def row(self) -> dict[str, Any]:
        """The row of this transcript in `--json`."""
        return {
            "name": self.name or None,
            "status": self.status,
            "page": str(self.page) if self.page else None,
            "calls_made": self.calls_made,
            "error": str(self.error) if self.error else None,
            "problems": list(self.problems),
        }
