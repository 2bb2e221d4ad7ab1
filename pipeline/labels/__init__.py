"""The words that a page has besides its statements, in the language of the notes: one TOML file a language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Labels(BaseModel):
    """Headings, provenance and remarks of one language. `{…}` are filled in with str.format.

    `code` is its primary subtag of BCP 47 ("en"), `direction` how its script runs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    direction: Literal["ltr", "rtl"]
    study_document: str
    overview: str
    prerequisites: str
    main_points: str
    key_concepts: str
    summary: str
    channel: str
    source_url: str
    not_provided: str
    none_found: str
    in_doubt: str
    partial: str
    line: str
    contents: str
    evidence: str
    evidence_at: str
    open_at: str
    close: str
    search: str
    found: str
    nothing_found: str
    skip_to_notes: str
    speakers: str
    published: str
    all_notes: str
    statements: str

    def heading(self, section: str) -> str:
        """The heading of a section by its name in the record; a name that is not known is its own heading."""
        return str(getattr(self, section, section))


@cache
def labels_for(language: str | None) -> Labels:
    """The labels of a language by its BCP 47 tag ("pt-BR"); English where the language is unknown or has no file."""
    code = (language or "en").split("-")[0].lower()
    path = files("pipeline.labels") / f"{code}.toml"
    if not code.isalpha() or not path.is_file():
        path = files("pipeline.labels") / "en.toml"
    return Labels.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
