"""How a document was made: the part of a record that tells of its run."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from pipeline.lengths import Length


class Recorded(BaseModel):
    """A part of a record: it does not change, and unknown fields are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RunUsage(Recorded):
    """Calls and tokens of a run.

    Stored answers count with the tokens that they originally used; calls that ended without an answer count too.
    """

    calls: int = 0
    calls_cached: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0
    thought_tokens: int = 0
    cost_usd: float | None = None


@pydantic_dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Naming:
    """The name of the person behind a speaker label, and the line that reveals it."""

    label: str
    name: str
    line: int


class RunRecord(Recorded):
    """How the document was made. `checked_by` is a model's name, or "code"; word counts cover all sections.

    `names` says whom the labels in the parts of a long recording stand for, where that is known; `page` is the digest
    of the document's page.
    """

    pipeline_version: str
    model: str
    profile: str
    checked_by: str
    length: Length
    language: str | None = None  # of the notes, as a tag of BCP 47
    words_asked: int
    words: int
    answered_by: tuple[str, ...] = ()  # other models, if the endpoint let them answer
    endpoint: str
    prompts: dict[str, str]
    created: str
    seconds: float
    usage: RunUsage
    names: tuple[Naming, ...] = Field(default=(), exclude_if=lambda names: not names)
    page: str | None = Field(default=None, exclude_if=lambda page: page is None)
