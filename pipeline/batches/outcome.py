"""What became of a transcript."""

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
    """Figures that are shown of a finished document. `gaps` are stretches of lines that no statement cites."""

    title: str
    statements: int
    weak: int
    withheld: int
    words: int
    words_asked: int
    model: str
    checked_by: str
    answered_by: tuple[str, ...]  # other models
    sent: float  # new prompt tokens for each token of the transcript
    gaps: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, document: StudyDocument) -> Figures:
        """Those of a document."""
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
    """What became of one transcript: a document and its page, or an error.

    `name` is empty where a path gave no transcript: the error then tells the path.
    """

    name: str
    document: StudyDocument | None = None  # only if it was made now, and until it is shown: a thousand are not kept
    page: Path | None = None
    notes: tuple[str, ...] = ()
    lasting_notes: tuple[str, ...] = ()  # those of them that hold until a file changes
    error: PipelineError | None = None
    seconds: float = 0.0
    status: Literal["complete", "partial", "failed"] = "failed"
    problems: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)
    cost_usd: float | None = None
    figures: Figures | None = None  # of its document, when there is one

    @property
    def complete(self) -> bool:
        """Whether there is a document without problems."""
        return self.status == "complete"

    @property
    def interrupted(self) -> bool:
        """Whether a signal ended the run before the document was made."""
        return isinstance(self.error, Interrupted)

    @property
    def calls_made(self) -> int:
        """Calls whose answers were not stored before."""
        return self.tally.calls - self.tally.calls_cached

    def row(self) -> dict[str, Any]:
        """What `--json` prints of a transcript."""
        return {
            "name": self.name or None,
            "status": self.status,
            "page": str(self.page) if self.page else None,
            "calls_made": self.calls_made,
            "error": str(self.error) if self.error else None,
            "problems": list(self.problems),
        }
