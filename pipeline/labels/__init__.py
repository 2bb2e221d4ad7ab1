"""The labels of a page, in the language of the notes: all words but its statements. One TOML file a language."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipeline.text import QUESTION_MARKS, mark_between

_FOLDER = files("pipeline.labels")
_TRADITIONAL = {"Hant", "TW", "HK", "MO"}  # the script, and regions that write it


class Labels(BaseModel):
    """Headings, provenance and remarks of one language. `{…}` are filled in with str.format.

    `code` is its primary subtag of BCP 47 ("en").
    `colon`, `between_names` and `between_sentences` are its marks with the spaces around them.
    `date` has {year}, {month} (from `months`), {day}, or {iso}; the {day} of a first of the month is `first_day`.
    `question_and_answer` mark a question and its answer where a speaker's name would stand.
    `answer_here` asks a small model for an answer in the language.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    colon: str
    between_names: str
    between_sentences: str
    quotation: str
    months: Annotated[tuple[str, ...], Field(min_length=12, max_length=12)]
    first_day: str
    date: str
    question_and_answer: tuple[str, ...]
    study_document: str
    minutes_study_document: str
    lecture_study_document: str
    overview: str
    people: str
    prerequisites: str
    main_points: str
    key_concepts: str
    summary: str
    minutes_main_points: str
    decisions: str
    action_items: str
    open_questions: str
    worked_examples: str
    exam_questions: str
    reason: str
    due: str
    raised_by: str
    next_step: str
    result: str
    no_owner: str
    no_date: str
    left_out: str
    channel: str
    source_url: str
    not_provided: str
    none_found: str
    none_accepted: str
    in_doubt: str
    partial_mark: str
    partial: str
    line: str
    lines: str
    published_by_on: str
    published_by: str
    dated: str
    spoken_by: str
    spoken_by_many: str
    unknown_speaker: str
    unknown_channel: str
    unknown_both: str
    general_knowledge: str
    by_small_model: str
    only_quoted: str
    answer_here: str
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

    def heading(self, section: str, notes: str = "study") -> str:
        """The heading of a section by its name in the record, and by the kind of notes where a kind calls it otherwise.

        A name that is not known is its own heading.
        """
        return str(getattr(self, f"{notes}_{section}", self.word(section)))

    def word(self, name: str) -> str:
        """The label under a name; a name that is not known stands as it is."""
        return str(getattr(self, name, name))

    @property
    def absences(self) -> tuple[str, ...]:
        """What stands in a field of which nothing was said."""
        return self.no_owner, self.no_date

    def lead_ending(self, lead: str) -> tuple[str, str]:
        """The mark behind a lead, a colon, or none behind a question; and the space before the text."""
        if lead.endswith(QUESTION_MARKS):
            return "", " "
        mark = self.colon.rstrip()
        return mark, self.colon[len(mark) :]

    def names(self, names: Sequence[str]) -> str:
        """Names in a row."""
        return mark_between(names, self.between_names).join(names)

    def day(self, date: str) -> str:
        """A date such as "2026-05-03" as the language writes it; anything else stays as it is."""
        if len(date) != 10:
            return date
        year, _, rest = date.partition("-")
        month, _, day = rest.partition("-")
        numbers = [int(part) if part.isascii() and part.isdigit() else 0 for part in (year, month, day)]
        if not (numbers[0] and 1 <= numbers[1] <= 12 and 1 <= numbers[2] <= 31):
            return date
        number = self.first_day if numbers[2] == 1 else str(numbers[2])
        return self.date.format(iso=date, year=numbers[0], month=self.months[numbers[1] - 1], day=number)


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a file, by their tags; English first."""
    tags = sorted(f.name.removesuffix(".toml") for f in _FOLDER.iterdir() if f.name.endswith(".toml"))
    return ("en", *(tag for tag in tags if tag != "en"))


@cache
def labels_for(language: str | None) -> Labels:
    """The labels of a language by its BCP 47 tag ("pt-BR"); English where the language is unknown or has no file."""
    code, *rest = (language or "en").split("-")
    script = "Hant" if code == "zh" and set(rest) & _TRADITIONAL else ""
    tag = next((t for t in (f"{code}-{script}", code.lower()) if t in languages()), "en")
    file = _FOLDER / f"{tag}.toml"
    return Labels.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
