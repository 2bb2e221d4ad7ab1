"""StudyDocument: the result of a run, identical to what `outputs/NAME.json` holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from pipeline.labels import Labels, labels_for
from pipeline.run_record import Recorded, RunRecord
from pipeline.speakers import people_of
from pipeline.tables import as_sentence, cells, fills, in_words
from pipeline.transcript import Asked

FORMAT = 2
Form = Literal["prose", "phrases", "points", "terms", "items"]
# Sections with their own field in every record, in the reading order of study notes, with their form.
FORMS: dict[str, Form] = {
    "overview": "prose",
    "prerequisites": "phrases",
    "main_points": "points",
    "key_concepts": "terms",
    "summary": "prose",
}
BARE = tuple(name for name, form in FORMS.items() if form == "phrases")  # they cite no lines
TERMED = tuple(name for name, form in FORMS.items() if form == "terms")
Support = Literal["verified", "weak"]
Text = Annotated[str, Field(min_length=1)]


class Evidence(Recorded):
    """A transcript line that supports a statement. A model only gives `segment`; code cuts `quote` from the line."""

    segment: int = Field(ge=1)
    start: float | None
    end: float | None
    speaker: str | None
    quote: Text


class Correction(Recorded):
    """What the check changed in a statement: the text `before`, and the reason."""

    before: Text
    reason: str


class Claim(Recorded):
    """What every printed statement carries: its evidence, and the result of its check.

    `support` is "weak" if an objection, given in `finding`, remains; it is "verified" if there was none or if it has
    been corrected. `remark` is something that code noticed and that does not count against the statement: the checking
    model saw it and accepted the statement, or it is a filler left out of a quotation. `emphasis` holds the words of
    the text that are bold on the page.
    """

    evidence: tuple[Evidence, ...] = Field(min_length=1)
    support: Support
    finding: str | None = None
    remark: str | None = None
    correction: Correction | None = None
    emphasis: tuple[Text, ...] = Field(default=(), exclude_if=lambda emphasis: not emphasis)

    @model_validator(mode="after")
    def _weak_with_a_finding(self) -> Claim:
        if (self.support == "weak") != bool(self.finding):
            raise ValueError("a statement is weak exactly when a finding stands against it")
        return self


class Statement(Claim):
    """One or two sentences, with the lines that support them."""

    text: Text


class Prerequisite(Recorded):
    """What a reader should know beforehand; it is not a claim about the transcript, so it carries no evidence."""

    text: Text


class Detail(Statement):
    r"""A point below a heading, or an item of a section, with its own details nested below it. `lead` is in bold.

    If it has `columns`, these are a table's headings, and its details the rows: their text has " | " between its cells,
    and "\|" for a bar inside a cell. If `steps`, its details are a sequence, and numbered. If `continues`, it stands
    in the paragraph of the point before it. `listed` is true for a bullet directly below a heading and false for a
    paragraph; without it, a point with a lead is a bullet. Without `text`, it only holds a table or steps that no
    sentence introduces.
    """

    text: str
    lead: Text | None = None
    continues: bool = Field(default=False, exclude_if=lambda continues: not continues)
    steps: bool = Field(default=False, exclude_if=lambda steps: not steps)
    columns: tuple[str, ...] = Field(default=(), exclude_if=lambda columns: not columns)
    listed: bool | None = Field(default=None, exclude_if=lambda listed: listed is None)
    details: tuple[Detail, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Detail:
        if not self.text and not self.details:
            raise ValueError("a point without words has nothing below it")
        return self

    @property
    def label(self) -> str:
        """Its lead, or ""."""
        return self.lead or ""

    @property
    def bare(self) -> bool:
        """Whether it has no text of its own."""
        return not self.text

    @property
    def is_table(self) -> bool:
        """Whether the details fill the columns. If a check or reviewer turned one into a sentence, all are a list."""
        return fills(self.columns, ["" if d.lead or d.details else d.text for d in self.details])

    def flat(self) -> Iterator[Detail]:
        """This point and those nested below it, except bare ones, in reading order."""
        stack = [self]
        while stack:
            detail = stack.pop()
            if not detail.bare:
                yield detail
            stack += reversed(detail.details)

    def settled(self) -> Detail:
        """This point; if its details no longer form a table, its former rows are written out as sentences."""
        return self if self.is_table else self.in_words()

    def in_words(self) -> Detail:
        """This point without its table: the details that were rows are written out as sentences."""
        if not self.columns:
            return self
        rows = tuple(d if d.lead else d.model_copy(update=_in_words(self.columns, d.text)) for d in self.details)
        return self.model_copy(update={"columns": (), "details": rows})


def _in_words(columns: tuple[str, ...], row: str) -> dict[str, str | None]:
    """Lead and text for a row outside a table; if it fills the columns, each cell follows its column's heading."""
    if len(columns) != len(cells(row)):
        return {"text": as_sentence(row)}
    lead, text = in_words(columns, row, ": ")
    return {"lead": lead or None, "text": text}


class MainPoint(Recorded):
    """A numbered heading with its details; consecutive points with the same `part` are grouped under that title."""

    heading: Text
    part: Text | None = Field(default=None, exclude_if=lambda part: part is None)
    correction: Correction | None = None
    details: tuple[Detail, ...] = Field(min_length=1)

    def flat(self) -> Iterator[Detail]:
        """Every detail that has text, in reading order, nested ones included."""
        for detail in self.details:
            yield from detail.flat()


def with_parts(points: Iterable[MainPoint]) -> Iterator[tuple[str, MainPoint]]:
    """The points in reading order, each with the title of the part that begins with it, or ""."""
    before = None
    for point in points:
        yield (point.part or "" if point.part != before else ""), point
        before = point.part


class KeyConcept(Claim):
    """A term that the speakers explain."""

    term: Text
    definition: Text

    @property
    def text(self) -> str:
        """The definition, under the name that all other statements have for their words."""
        return self.definition


class MoreSection(Recorded):
    """A section that only some kinds of notes have. `title` is set only for a user's own section.

    What is nested in an item concerns that item alone: its steps, or a field such as its date, printed after a lead.
    """

    name: Text
    title: Text | None = None
    items: tuple[Detail, ...]


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A section as printed; `content` is what the record holds for it, of the type given by `form`.

    prose: Statements; phrases: Prerequisites; points: MainPoints; terms: KeyConcepts; items: Details.
    """

    name: str
    heading: str
    form: Form
    content: tuple[Any, ...]


class SourceInfo(Recorded):
    """The transcript that the document was made from; None means unknown. `left_out` was not treated as speech.

    `language` is a BCP 47 tag: the one in the metadata, otherwise the one detected from the words. `asked` holds the
    encoding and format that the user chose, so that the file can be read the same way again.
    """

    path: str | None
    sha256: str
    url: str | None
    published: str | None
    speakers: tuple[str, ...]
    language: str | None
    duration_seconds: float | None
    segments: int
    tokens: int
    format: str = ""
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    asked: Asked = Field(default=Asked(), exclude_if=lambda asked: asked == Asked())


class Coverage(Recorded):
    """How many segments are cited by a statement, are filler (greetings, adverts, chatter) or were only read.

    `deciles` is the cited share of each tenth of the transcript. `gaps` are stretches (first segment, last segment) of
    more than a tenth that no statement cites.
    """

    segments: int
    cited: int
    read: int
    filler: int = 0
    deciles: tuple[float, ...] = Field(min_length=10, max_length=10)
    gaps: tuple[tuple[int, int], ...] = ()


class Withheld(Recorded):
    """A statement left out because it failed its checks, and why. `label` is its lead or term."""

    section: str
    text: str
    reason: str
    label: str | None = None
    lines: tuple[int, ...] = ()


class DroppedNote(Recorded):
    """A note that fits nowhere, or was left out in composing, from a page too long or a section with too many items."""

    text: str
    lines: tuple[int, ...]
    section: str = "main_points"


class Problem(Recorded):
    """Something that failed. `chunk` is the chunk's number from 1, or None for a merge."""

    section: str
    chunk: int | None
    message: str

    @property
    def heading(self) -> str:
        """The section's heading on an English page."""
        return labels_for("en").heading(self.section)


class StudyDocument(Recorded):
    """A study document; it is "partial" exactly when it has `problems`. `note` tells readers how it was made.

    `notes` is its kind. `order` names its sections in reading order: those of the five fields that its kind uses, and
    those in `more`.
    """

    format: Literal[2] = 2
    notes: str = "study"
    order: tuple[str, ...] = tuple(FORMS)
    status: Literal["complete", "partial"]
    title: Text
    channel: str | None
    note: str | None = None
    source: SourceInfo
    overview: tuple[Statement, ...]
    prerequisites: tuple[Prerequisite, ...]
    main_points: tuple[MainPoint, ...]
    key_concepts: tuple[KeyConcept, ...]
    summary: tuple[Statement, ...]
    more: tuple[MoreSection, ...] = ()
    coverage: Coverage
    withheld: tuple[Withheld, ...]
    dropped: tuple[DroppedNote, ...] = ()
    problems: tuple[Problem, ...]
    run: RunRecord

    @model_validator(mode="after")
    def _consistent(self) -> StudyDocument:
        if (self.status == "partial") != bool(self.problems):
            raise ValueError("a document is partial exactly when it has problems")
        more = [section.name for section in self.more]
        filled = {name for name in FORMS if getattr(self, name)} | set(more)
        if len(set(more) - FORMS.keys()) < len(more) or len(set(self.order)) < len(self.order):
            raise ValueError("two sections have one name")
        if not filled <= set(self.order) or not set(self.order) <= filled | FORMS.keys():
            raise ValueError("the reading order does not name the sections that the record holds")
        if outside := {e.segment for s in self.statements() for e in s.evidence if e.segment > self.source.segments}:
            raise ValueError(f"evidence names segments that do not exist: {sorted(outside)}")
        return self

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers' names; a label that is no name, "Speaker 1", is left out unless lines reveal whose it is."""
        return people_of(self.source.speakers, self.speaker)

    def speaker(self, label: str) -> str:
        """The name of the person behind a label if lines reveal it, otherwise the label."""
        return next((naming.name for naming in self.run.names if naming.label == label), label)

    def outline(self, labels: Labels | None = None) -> tuple[OutlineSection, ...]:
        """All sections in reading order, with headings from `labels` (English by default).

        Code that prints, reviews or exports a document iterates over this, so that it need not know any section by
        name.
        """
        labels = labels or labels_for("en")
        more = {section.name: section for section in self.more}
        out: list[OutlineSection] = []
        for name in self.order:
            form: Form = "items" if name in more else FORMS[name]
            content = more[name].items if name in more else getattr(self, name)
            title = more[name].title if name in more else None
            out.append(OutlineSection(name, title or labels.heading(name, self.notes), form, content))
        return tuple(out)

    def statements(self) -> Iterator[Statement | KeyConcept]:
        """Everything that carries evidence, in reading order, nested details included."""
        for section in self.outline():
            for row in section.content:
                match row:
                    case MainPoint() | Detail():
                        yield from row.flat()
                    case Statement() | KeyConcept():
                        yield row
