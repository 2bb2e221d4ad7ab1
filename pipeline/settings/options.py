"""All settings as keyword arguments, for editors and type checkers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypedDict

from pipeline.lengths import Length
from pipeline.profile import Check, NotesName, ProfileName

Effort = Literal["default", "none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Options(TypedDict, total=False):
    """All settings that can be set, by name. None means not given."""

    # how a transcript is read
    encoding: str | None
    format: str | None
    # what is noted
    profile: ProfileName | None
    length: Length | None
    notes: NotesName | None
    sections: Path | str | None
    language: str | None
    check: Check | None
    manuscript: bool | None
    chunk_tokens: int | None
    prompts: Path | str | None
    # how notes are printed
    citations: bool | None
    # which model is used, how, and where answers are stored
    model: str | None
    base_url: str | None
    out: Path | str | None
    reasoning_effort: Effort | None
    threads: int | None
    concurrency: int | None
    rpm: int | None
    tpm: int | None
    deadline: float | None
    max_tokens: int | None
    max_cost: float | None
    batch_size: int | None
