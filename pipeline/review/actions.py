"""What a reviewer can do, as it is sent and as it is kept: actions, and events that say who did one and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pipeline.document import Evidence
from pipeline.text import clean


def _visible(text: str) -> str:
    cleaned = clean(text)
    if not cleaned:
        raise ValueError("the text is empty")
    return cleaned


Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*\.[a-z0-9.]{1,40}$")]
Words = Annotated[str, Field(max_length=4000), AfterValidator(_visible)]
Label = Annotated[str, Field(max_length=400), AfterValidator(clean)]
SectionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,60}$")]
Lines = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=400)]


# Under the first rules, a speaker's new name went wherever the label stands. Under the second it also went into longer
# names, a field was found without its item, and what was edited stayed accepted whatever the notes said below it.
RULES: Final = 3
_ID_FIELDS = ("target", "group", "after", "before", "below")
_PARTS = "parts"  # all of them, as a title changes over neighbours that the action does not name


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Decide(_Model):
    """Accept or reject statements, or take that back; for a whole section there are many targets at once."""

    kind: Literal["accept", "reject", "reopen"]
    targets: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20_000)]


class Edit(_Model):
    """A statement in the reviewer's words, which accepts it, or with `later` leaves that to be decided.

    None leaves its lines or its lead or term as they are.
    """

    kind: Literal["edit"]
    target: Id
    text: Words
    label: Label | None = None
    lines: Lines | None = None
    later: bool = False


class Split(_Model):
    """One statement as several, each with its lines."""

    kind: Literal["split"]
    target: Id
    texts: Annotated[tuple[Words, ...], Field(min_length=2, max_length=20)]


class Merge(_Model):
    """Several statements of a section and a depth as one, in the place of the first and with the lines of all.

    What is nested below any of them is nested below that one.
    """

    kind: Literal["merge"]
    targets: Annotated[tuple[Id, ...], Field(min_length=2, max_length=20)]
    text: Words


class Move(_Model):
    """A statement, with what is nested below it, to another place of its section, at the depth of what stands there.

    It goes behind `after` and what is nested below that, or before `before`, or becomes the last that is nested below
    `below`; without these it gets the first place of `group`.
    """

    kind: Literal["move"]
    target: Id
    after: Id | Literal[""] = ""
    before: Id | Literal[""] = ""
    below: Id | Literal[""] = ""
    group: Id | Literal[""] = ""


class Add(_Model):
    """A statement of the reviewer's own, with the lines that say it."""

    kind: Literal["add"]
    section: SectionName
    text: Words
    lines: Lines = ()
    label: Label = ""
    group: Id | Literal[""] = ""
    after: Id | Literal[""] = ""


class Restore(_Model):
    """A withheld statement or a dropped point taken in after all, in the reviewer's words if there are any.

    `lines` are those that say it. Of a key concept the words are "term: definition".
    """

    kind: Literal["restore"]
    target: Id
    lines: Lines
    text: Words | None = None
    label: Label = ""


class Heading(_Model):
    """Another heading over a group of main points."""

    kind: Literal["heading"]
    group: Id
    text: Words


class Part(_Model):
    """Another title over the part in which a heading stands, or "" for none: over all its neighbours of that part."""

    kind: Literal["part"]
    group: Id
    text: Label


class Divide(_Model):
    """A new heading over a main point and those that follow it in its group."""

    kind: Literal["divide"]
    target: Id
    text: Words


class Term(_Model):
    """Another term for a key concept."""

    kind: Literal["term"]
    target: Id
    text: Words


class Rename(_Model):
    """A speaker's right name: beside the lines, and in the notes where the label can only be the speaker.

    `speaker` is the name so far. `other` says what it means that another speaker has the new name: both are the same
    person, or the two exchange their names.
    """

    kind: Literal["rename"]
    speaker: Words
    name: Words
    other: Literal["", "same", "exchange"] = ""


class Step(_Model):
    """The last action taken back, whoever took it, or done again."""

    kind: Literal["undo", "redo"]


Action = Annotated[
    Decide | Edit | Split | Merge | Move | Add | Restore | Heading | Part | Divide | Term | Rename | Step,
    Field(discriminator="kind"),
]


class About(_Model):
    """A statement or heading as the document had it, by which a decision finds it again in another document.

    `label` is its lead or term, `above` the id of the statement that it is nested below, "" for none. Both are None in
    events of older files.
    """

    id: Id
    section: str
    text: str
    lines: tuple[int, ...]
    label: str | None = None
    above: str | None = None

    @property
    def wording(self) -> str:
        """The text behind its lead or term."""
        return f"{self.label}: {self.text}" if self.label else self.text


class Event(_Model):
    """An action as it was taken: `n` counts from 1, `base` is the number of events that the reviewer had seen.

    `document` is the digest of the document that it was taken on, `about` what it said there, and `quotes` the words of
    the lines that the action cites and of those beside them. Events of older files have no `quotes`. It is applied
    again by its own `rules`, whichever are in force then: what was accepted keeps its words.
    """

    n: int = Field(ge=1)
    at: str
    who: str
    base: int = Field(ge=0)
    document: str = ""
    action: Action
    about: tuple[About, ...] = ()
    quotes: tuple[Evidence, ...] = ()
    rules: Literal[1, 2, 3] = 1


def lines_cited(action: Action) -> tuple[int, ...]:
    """The lines that an action gives a statement."""
    return (action.lines or ()) if isinstance(action, Add | Edit | Restore) else ()


def ids_used(action: Action) -> tuple[str, ...]:
    """The ids that an action rests on."""
    targets = action.targets if isinstance(action, Decide | Merge) else ()
    return (*targets, *_ids(action).values())


def readdressed(action: Action, moved: Mapping[str, str]) -> Action:
    """The action with new ids for what has moved; the targets of a decision stay, since they are checked one by one."""
    places: dict[str, Any] = {name: moved.get(id_, id_) for name, id_ in _ids(action).items()}
    if isinstance(action, Merge):
        places["targets"] = tuple(moved.get(id_, id_) for id_ in action.targets)
    return action.model_copy(update=places)


def _ids(action: Action) -> dict[str, str]:
    """The single ids that an action names, by their fields."""
    return {name: id_ for name in _ID_FIELDS if (id_ := getattr(action, name, ""))}


def ids_changed(action: Action) -> frozenset[str] | None:
    """The ids whose content an action changes; None stands for all, an empty set for none that exist."""
    match action:
        case Decide() | Merge():
            return frozenset(action.targets)
        case Edit() | Split() | Restore() | Divide() | Term() | Move():
            return frozenset({action.target})
        case Heading():
            return frozenset({action.group})
        case Part():
            return frozenset({action.group, _PARTS})
        case Add():
            return frozenset()
        case Rename() | Step():
            return None
