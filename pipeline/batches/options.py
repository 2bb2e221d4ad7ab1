"""Everything that documents depend on, besides their transcripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.llm.prompting import PromptSet
from pipeline.profile import Recipe
from pipeline.transcript import Metadata


@dataclass(frozen=True, slots=True)
class Input:
    """How transcripts are read: encoding and format if they are not to be detected, and the name of standard input."""

    encoding: str | None = None
    form: str | None = None
    name: str | None = None
    url: str | None = None  # a transcript file on the web


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """Everything that the documents of a run depend on, besides their sources."""

    out: Path
    recipe: Recipe
    prompts: PromptSet
    endpoint: str
    citations: bool = False
    metadata: Metadata = field(default_factory=Metadata)
    input: Input = Input()
    at_once: int = 4
    bound_for: str = ""  # the address that outputs are moved to from `out`, if any
