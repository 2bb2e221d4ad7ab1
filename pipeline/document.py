"""StudyDocument and RunRecord: what a run leaves behind, the same as in `outputs/NAME.json`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass as pydantic_dataclass

from pipeline.labels import Labels, labels_for
from pipeline.lengths import Length
from pipeline.speakers import people_of
from pipeline.tables import as_sentence, cells, fills, in_words
from pipeline.transcript import Asked

FORMAT = 2
Form = Literal["prose", "phrases", "points", "terms", "items"]
# The sections that every record has a field for, in the reading order of study notes, by what they hold.
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


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(_Model):
    """One transcript line that says a statement. Code cuts `quote`; a model only ever gives `segment`."""

    segment: int = Field(ge=1)
    start: float | None
    end: float | None
    speaker: str | None
    quote: Text


class Correction(_Model):
    """What the check changed in a statement: its text `before`, and why."""

    before: Text
    reason: str


class Claim(_Model):
    """What every printed statement carries: the lines that say it, and how it came through its check.

    `support` is "verified" when nothing was found against it or what was found is put right, "weak" when `finding`
    stands. `remark` is what code noticed and was let stand, by the checking model that saw it or as a
    filler left out of a quotation. `emphasis` are words of its text that stand out on the page.
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
    """One or two sentences with the lines that say them."""

    text: Text


class Prerequisite(_Model):
    """What a reader should know before; not a claim of the transcript, so it carries no evidence."""

    text: Text


class Detail(Statement):
    r"""A point below a heading, with its own details below it. `lead` is its bold lead-in.

    It has the fields of a Shape. Details that are the rows of a table have " | " between their cells and a cell's own
    bar as "\|". A table or steps that nothing leads up to are the details of a `bare` point, which says nothing itself.
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
        """Its lead, "" for none."""
        return self.lead or ""

    @property
    def bare(self) -> bool:
        """Whether it says nothing itself."""
        return not self.text

    @property
    def is_table(self) -> bool:
        """Whether the details fill the columns; where a check or a reviewer made one a sentence, all are a list."""
        return fills(self.columns, ["" if d.lead or d.details else d.text for d in self.details])

    def flat(self) -> Iterator[Detail]:
        """This point and those below it that say something, in reading order."""
        stack = [self]
        while stack:
            detail = stack.pop()
            if not detail.bare:
                yield detail
            stack += reversed(detail.details)

    def settled(self) -> Detail:
        """This point; where its details are no table any more, those that were rows of it in words."""
        return self if self.is_table else self.in_words()

    def in_words(self) -> Detail:
        """This point without a table: those of its details that were rows of one in words."""
        if not self.columns:
            return self
        rows = tuple(d if d.lead else d.model_copy(update=_in_words(self.columns, d.text)) for d in self.details)
        return self.model_copy(update={"columns": (), "details": rows})


def _in_words(columns: tuple[str, ...], row: str) -> dict[str, str | None]:
    """Lead and text of a row in words: where it fills the columns, each cell stands behind its heading."""
    if len(columns) != len(cells(row)):
        return {"text": as_sentence(row)}
    lead, text = in_words(columns, row, ": ")
    return {"lead": lead or None, "text": text}


class MainPoint(_Model):
    """A numbered heading with its details; neighbours of the same `part` stand together under that title."""

    heading: Text
    part: Text | None = Field(default=None, exclude_if=lambda part: part is None)
    correction: Correction | None = None
    details: tuple[Detail, ...] = Field(min_length=1)

    def flat(self) -> Iterator[Detail]:
        """Every detail that says something, in reading order, nested ones included."""
        for detail in self.details:
            yield from detail.flat()


def with_parts(points: Iterable[MainPoint]) -> Iterator[tuple[str, MainPoint]]:
    """The points in reading order, each with the title of the part that begins with it, "" for none."""
    before = None
    for point in points:
        yield (point.part or "" if point.part != before else ""), point
        before = point.part


class KeyConcept(Claim):
    """A term that the speakers explain."""

    term: Text
    definition: Text


class MoreSection(_Model):
    """A section that only some kinds of notes have, by its name. `title` is that of a user's own section.

    What is nested in an item says something of that item alone: its steps, or a field such as its date after a lead.
    """

    name: Text
    title: Text | None = None
    items: tuple[Detail, ...]


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A section as it stands on the page: `content` is what the record holds in it, in the way that `form` tells.

    prose: Statements in a row; phrases: Prerequisites; points: MainPoints; terms: KeyConcepts; items: Details.
    """

    name: str
    heading: str
    form: Form
    content: tuple[Any, ...]


class SourceInfo(_Model):
    """The transcript that the document was made from; None is unknown. `left_out` was not taken as speech.

    `language` is a tag of BCP 47: what metadata tells, else what the words are in. `asked` is how it is read again.
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
    """A statement that failed its checks and was kept out, and why. `label` is its lead or term."""

    section: str
    text: str
    reason: str
    label: str | None = None
    lines: tuple[int, ...] = ()


class DroppedNote(_Model):
    """A note that composing, a page too long or a section with too many items left out, or that fits nowhere."""

    text: str
    lines: tuple[int, ...]
    section: str = "main_points"


class Problem(_Model):
    """Something that did not work. `chunk` is its number from 1, None for a merge."""

    section: str
    chunk: int | None
    message: str

    @property
    def heading(self) -> str:
        """The section as an English page calls it."""
        return labels_for("en").heading(self.section)


class RunUsage(_Model):
    """Calls and tokens of a run.

    Tokens count what answers cost when they were made, stored answers included, and what calls without an answer took.
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
    """The name of the person whom a speaker's label stands for, and the line that tells it."""

    label: str
    name: str
    line: int


class RunRecord(_Model):
    """How the document was made. `checked_by` is a model's name, or "code"; words are those of all sections.

    `names` tells whom labels of a long recording's parts stand for, if anybody; `page` is the digest of its page.
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


class StudyDocument(_Model):
    """A study document, "partial" exactly when it has `problems`. `note` tells readers how it was made.

    `notes` is its kind. `order` names its sections in reading order: those of the five fields that its kind has, and
    those that stand in `more`.
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
        """The names of who speaks: of those whom a label does not name, "Speaker 1", only where lines tell one."""
        return people_of(self.source.speakers, self.speaker)

    def speaker(self, label: str) -> str:
        """The name of the person whom a label stands for, where lines tell it, else the label."""
        return next((naming.name for naming in self.run.names if naming.label == label), label)

    def outline(self, labels: Labels | None = None) -> tuple[OutlineSection, ...]:
        """All sections in reading order with their headings, which `labels` have, in English by default.

        What prints, reviews or exports a document walks this, and knows no section by name.
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
