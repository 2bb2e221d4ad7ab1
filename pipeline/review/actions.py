"""The actions of a reviewer, as sent and as stored, and events, which add who acted and when."""

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


# By rules 2, a speaker's new name also went into longer names, a field was found again without its item, and an edited
# statement stayed accepted however the notes changed underneath. By rules 1, the name also replaced labels of one
# letter and labels that are words, without anybody deciding again.
RULES: Final = 3
_ID_FIELDS = ("target", "group", "after", "before", "below")
_PARTS = "parts"  # all parts: a new title also applies to neighbouring headings that the action does not name


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Decide(_Model):
    """Accept or reject statements, or make them pending again. A whole section gives many targets."""

    kind: Literal["accept", "reject", "reopen"]
    targets: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20_000)]


class Edit(_Model):
    """Replace a statement by the reviewer's words and accept it, or with `later` leave it pending.

    None as `lines` or `label` (its lead or term) leaves that unchanged.
    """

    kind: Literal["edit"]
    target: Id
    text: Words
    label: Label | None = None
    lines: Lines | None = None
    later: bool = False


class Split(_Model):
    """Split a statement into several with the same lines."""

    kind: Literal["split"]
    target: Id
    texts: Annotated[tuple[Words, ...], Field(min_length=2, max_length=20)]


class Merge(_Model):
    """Merge statements of the same section and depth into one, at the place of the first and with the lines of all.

    Whatever is nested below any of them ends up below the merged one.
    """

    kind: Literal["merge"]
    targets: Annotated[tuple[Id, ...], Field(min_length=2, max_length=20)]
    text: Words


class Move(_Model):
    """Move a statement, with all that is nested below it, within its section. It takes the depth of its new place.

    It goes after `after` and what is nested below that, before `before`, or to the end of what is nested below `below`.
    If none is given, it becomes the first of `group`.
    """

    kind: Literal["move"]
    target: Id
    after: Id | Literal[""] = ""
    before: Id | Literal[""] = ""
    below: Id | Literal[""] = ""
    group: Id | Literal[""] = ""


class Add(_Model):
    """Add a statement of the reviewer's own, with the lines that support it."""

    kind: Literal["add"]
    section: SectionName
    text: Words
    lines: Lines = ()
    label: Label = ""
    group: Id | Literal[""] = ""
    after: Id | Literal[""] = ""


class Restore(_Model):
    """Restore a withheld statement or dropped point, in the reviewer's words if there are any.

    `lines` are those that support it. The text of a key concept is "term: definition".
    """

    kind: Literal["restore"]
    target: Id
    lines: Lines
    text: Words | None = None
    label: Label = ""


class Heading(_Model):
    """Reword the heading of a group of main points."""

    kind: Literal["heading"]
    group: Id
    text: Words


class Part(_Model):
    """Give the part of a heading another title ("" for none); all neighbouring headings of that part get it too."""

    kind: Literal["part"]
    group: Id
    text: Label


class Divide(_Model):
    """Put a new heading over a main point and those after it in its group."""

    kind: Literal["divide"]
    target: Id
    text: Words


class Term(_Model):
    """Change the term of a key concept."""

    kind: Literal["term"]
    target: Id
    text: Words


class Rename(_Model):
    """Give a speaker's right name: beside the lines, and in the notes where the label can only mean the speaker.

    `speaker` is the present name. `other` says why another speaker already has the new name: both are the same person
    ("same"), or the two exchange names ("exchange").
    """

    kind: Literal["rename"]
    speaker: Words
    name: Words
    other: Literal["", "same", "exchange"] = ""


class Step(_Model):
    """Undo the last action, whoever took it, or redo it."""

    kind: Literal["undo", "redo"]


Action = Annotated[
    Decide | Edit | Split | Merge | Move | Add | Restore | Heading | Part | Divide | Term | Rename | Step,
    Field(discriminator="kind"),
]


class About(_Model):
    """A statement or heading as the document had it, by which a decision finds it again in a regenerated document.

    `label` is its lead or term, `above` the id of the statement that it is nested below ("" if none). Both are None in
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
        """The text, preceded by its lead or term."""
        return f"{self.label}: {self.text}" if self.label else self.text


class Event(_Model):
    """An action as it was taken. `n` counts from 1; `base` is the number of events that the reviewer had seen.

    `document` is the digest of the document that the action was taken on, `about` what that said, and `quotes` the text
    of the cited lines and their neighbours (empty in older files). An event is always replayed by the `rules` of its
    own time, so that accepted statements keep their words.
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
    """The lines that an action gives to a statement."""
    return (action.lines or ()) if isinstance(action, Add | Edit | Restore) else ()


def texts_typed(action: Action) -> tuple[str, ...]:
    """The texts that a reviewer typed for an action, each preceded by its lead or term."""
    match action:
        case Split():
            return action.texts
        case Edit() | Add() | Restore():
            typed = [t for t in (action.label, action.text) if t]
            return (": ".join(typed),) if typed else ()
        case Merge() | Heading() | Part() | Divide() | Term():
            return (action.text,) if action.text else ()
        case Rename():
            return (action.name,)
        case Decide() | Move() | Step():
            return ()


def ids_used(action: Action) -> tuple[str, ...]:
    """The ids that an action refers to."""
    targets = action.targets if isinstance(action, Decide | Merge) else ()
    return (*targets, *_ids(action).values())


def readdressed(action: Action, moved: Mapping[str, str]) -> Action:
    """The action with new ids for what has moved. The targets of a decision stay, since they are checked one by one."""
    places: dict[str, Any] = {name: moved.get(id_, id_) for name, id_ in _ids(action).items()}
    if isinstance(action, Merge):
        places["targets"] = tuple(moved.get(id_, id_) for id_ in action.targets)
    return action.model_copy(update=places)


def _ids(action: Action) -> dict[str, str]:
    """The single ids that an action names, by field."""
    return {name: id_ for name in _ID_FIELDS if (id_ := getattr(action, name, ""))}


def ids_changed(action: Action) -> frozenset[str] | None:
    """The ids whose content an action changes; None means all, an empty set no existing one."""
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
