"""StudyDocument and RunRecord: what a run leaves behind, the same as in `outputs/NAME.json`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FORMAT = 1
# Every section by its name in records, in reading order, with its heading on the page.
HEADINGS = {
    "overview": "Overview",
    "prerequisites": "Prerequisites",
    "main_points": "Main Points",
    "key_concepts": "Key Concepts",
    "summary": "Summary",
}
Support = Literal["verified", "weak"]
Text = Annotated[str, Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(_Model):
    """One transcript line that says a statement. Code cuts `quote`; a model only ever gives `segment`."""

    segment: int = Field(ge=1)
    start: float | None
    end: float | None
    speaker: str | None
    quote: Text


class Statement(_Model):
    """A sentence with the lines that say it. Only an overview sentence that code proves has none (a provenance)."""

    text: Text
    evidence: tuple[Evidence, ...]
    support: Support


class Prerequisite(_Model):
    """What a reader should know before; not a claim of the transcript, so it carries no evidence."""

    text: Text


class Detail(Statement):
    """A point below a heading, with its own details below it. `lead` is its bold lead-in."""

    lead: Text | None = None
    details: tuple[Detail, ...] = ()


class MainPoint(_Model):
    """A numbered heading with its details."""

    heading: Text
    details: tuple[Detail, ...] = Field(min_length=1)

    def flat(self) -> Iterator[Detail]:
        """Every detail in reading order, nested ones included."""
        left = list(reversed(self.details))
        while left:
            detail = left.pop()
            yield detail
            left += reversed(detail.details)


class KeyConcept(_Model):
    """A term that the speakers explain."""

    term: Text
    definition: Text
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    support: Support


class SourceInfo(_Model):
    """The transcript that the document was made from; None is unknown."""

    path: str | None
    sha256: str
    url: str | None
    published: str | None
    speakers: tuple[str, ...]
    language: str | None
    duration_seconds: float | None
    segments: int
    tokens: int


class Coverage(_Model):
    """The ledger of segments: cited by a statement, filler (greetings, adverts, chatter) or only read.

    `deciles` is the cited share of each tenth of the transcript; `gaps` are stretches (first, last segment) of more
    than a tenth that nothing cites.
    """

    segments: int
    cited: int
    read: int
    filler: int = 0
    deciles: tuple[float, ...] = Field(min_length=10, max_length=10)
    gaps: tuple[tuple[int, int], ...] = ()


class Withheld(_Model):
    """A statement that failed its checks and was kept out, and why."""

    section: str
    text: str
    reason: str


class Problem(_Model):
    """Something that did not work. `chunk` is its number from 1, None for a merge."""

    section: str
    chunk: int | None
    message: str

    @property
    def heading(self) -> str:
        """The section as the page calls it."""
        return HEADINGS.get(self.section, self.section)


class RunUsage(_Model):
    """Calls and tokens of a run; tokens count what answers cost when they were made, stored answers included."""

    calls: int = 0
    calls_cached: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None


class RunRecord(_Model):
    """How the document was made."""

    pipeline_version: str
    model: str
    answered_by: tuple[str, ...] = ()  # other models, if the endpoint let them answer
    endpoint: str
    prompts: dict[str, str]
    created: str
    seconds: float
    usage: RunUsage


class StudyDocument(_Model):
    """A study document. `status` is "partial" exactly when `problems` is not empty."""

    format: Literal[1] = 1
    status: Literal["complete", "partial"]
    title: Text
    channel: str | None
    source: SourceInfo
    overview: tuple[Statement, ...]
    prerequisites: tuple[Prerequisite, ...]
    main_points: tuple[MainPoint, ...]
    key_concepts: tuple[KeyConcept, ...]
    summary: tuple[Statement, ...]
    coverage: Coverage
    withheld: tuple[Withheld, ...]
    problems: tuple[Problem, ...]
    run: RunRecord

    @model_validator(mode="after")
    def _consistent(self) -> StudyDocument:
        if (self.status == "partial") != bool(self.problems):
            raise ValueError("a document is partial exactly when it has problems")
        if any(not s.evidence for s in self.statements() if s not in self.overview):
            raise ValueError("a statement has no evidence")
        outside = {e.segment for s in self.statements() for e in s.evidence if e.segment > self.source.segments}
        if outside:
            raise ValueError(f"evidence names segments that do not exist: {sorted(outside)}")
        return self

    def statements(self) -> Iterator[Statement | KeyConcept]:
        """Everything that carries evidence, in reading order, nested details included."""
        yield from self.overview
        for point in self.main_points:
            yield from point.flat()
        yield from self.key_concepts
        yield from self.summary
