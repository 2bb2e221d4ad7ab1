"""Events in order to a state: undo and redo, and decisions applied again to a document that was made anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.document import BARE, Evidence
from pipeline.review.actions import (
    About,
    Action,
    Add,
    Decide,
    Edit,
    Event,
    Heading,
    Merge,
    Move,
    Part,
    Rename,
    Restore,
    Step,
    changed,
    cited,
    named,
)
from pipeline.review.decisions import Unfit, apply, written_by
from pipeline.review.lines import Lines
from pipeline.review.matching import Match, matches
from pipeline.review.state import Misfit, State

_CHANGED = "the transcript has changed since the notes were made"


class Timeline:
    """A document's base and what became of it. Events are taken one by one; the same events give the same state.

    `lines` are those of the transcript, None where it is not the one that the document was made from.
    """

    def __init__(self, base: State, events: Sequence[Event] = (), lines: Lines | None = None) -> None:
        self.base = base
        self._lines = lines
        self.state = base
        self.revision = 0
        self._past: list[State] = []
        self._future: list[State] = []
        self.document = digest_of(base)
        self._moved = _found_again(events, base, self.document)
        for event in events:
            self.take(event)

    @property
    def can_undo(self) -> bool:
        """Whether there is an action to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an action to do again."""
        return bool(self._future)

    def tried(self, action: Action) -> State:
        """The state that an action would give now. Raises Unfit; nothing is kept."""
        if isinstance(action, Step):
            stack = self._past if action.kind == "undo" else self._future
            if not stack:
                raise Unfit(f"there is nothing to {action.kind}")
            return stack[-1]
        return apply(self.state, action, self.revision + 1)

    def about(self, action: Action) -> tuple[About, ...]:
        """What an event has to remember of the document, so that it can be applied to another one."""
        return tuple(a for i in named(action) if (a := self.base.about(i)))

    def said(self, action: Action) -> tuple[Evidence, ...]:
        """What the lines say that an action cites. Raises Unfit where it cannot be known."""
        numbers = cited(action)
        if not numbers:
            return ()
        if self._lines is None:
            raise Unfit(f"{_CHANGED}, and lines may have other numbers: run studydoc make again")
        return self._lines.said(numbers)

    def without_same_lines(self, action: Action) -> Action:
        """An edit that leaves the lines as they are says nothing of them: they stay those of its statement."""
        item = self.state.item(action.target) if isinstance(action, Edit) else None
        same = item is not None and set(item.lines) == set(cited(action))
        return action.model_copy(update={"lines": None}) if same else action

    def take(self, event: Event) -> None:
        """The next event. What does not fit the document is listed in the state and changes nothing else."""
        self.revision += 1
        action = event.action
        if isinstance(action, Step):
            source, goal = (self._past, self._future) if action.kind == "undo" else (self._future, self._past)
            if source:
                goal.append(self.state)
                self.state = source.pop()
            return
        self._past.append(self.state)
        self._future.clear()
        self.state = self._applied(event)

    def _applied(self, event: Event) -> State:
        state, action = self.state, event.action
        texts = {a.id: a.text for a in event.about}
        if isinstance(action, Decide):
            left, misfits = self._still(action, event, texts)
            state = replace(state, misfits=state.misfits + misfits)
            if left is None:
                return state
            action = left
        try:
            action = _readdressed(action, self._moved)
            lines = self._lines_now(action, event)
            if lines is None:
                return _open_again(apply(state, action, event.n), action, event.n)
            return apply(state, action.model_copy(update={"lines": lines}) if lines else action, event.n)
        except Unfit as err:
            own = getattr(action, "text", "") or ""
            said = own if isinstance(action, Add) else texts.get(next(iter(named(event.action)), ""), own)
            misfit = Misfit(event.n, event.who, action.kind, said, str(err))
            return replace(state, misfits=(*state.misfits, misfit))

    def _lines_now(self, action: Action, event: Event) -> tuple[int, ...] | None:
        """The lines that an action cites, by their numbers in this document; None where nobody knows. Raises Unfit."""
        numbers = cited(action)
        if numbers and event.said and self._lines:
            return self._lines.found(numbers, event.said)
        if not numbers or event.document == self.document:
            return numbers
        if event.said:
            raise Unfit(_CHANGED)
        return self._left_alone(action, event)

    def _left_alone(self, action: Action, event: Event) -> tuple[int, ...] | None:
        """The lines here of a statement whose lines an action left as they were; None where it gave it others."""
        if not isinstance(action, Edit | Restore):
            return None
        item = self.base.item(action.target)
        were = [set(a.lines) for a in event.about if a.id in named(event.action)]
        return item.lines or None if item and set(cited(action)) in were else None

    def _still(self, action: Decide, event: Event, texts: dict[str, str]) -> tuple[Decide | None, tuple[Misfit, ...]]:
        """A decision without the statements that are gone or say something else now: words are accepted, not places."""
        if event.document == self.document:
            return action, ()
        kept: list[str] = []
        misfits: list[Misfit] = []
        items = {i.id: i for i in self.state.items}
        # Older documents told of their source in statements without lines; nobody has to accept these any more.
        provenance = {a.id for a in event.about if a.section not in BARE and not a.lines}
        for target in action.targets:
            match = self._moved.get(target, Match(target, True))
            item = items.get(match.id)
            if item is None and action.kind == "accept" and target in provenance:
                continue
            if item is None:
                reason = "this statement is not in the document"
            elif not match.same and item.text == item.was:
                reason = f"it reads now: {item.text}"
            else:
                kept.append(match.id)
                continue
            misfits.append(Misfit(event.n, event.who, action.kind, texts.get(target, ""), reason))
        return (action.model_copy(update={"targets": tuple(kept)}) if kept else None), tuple(misfits)


def _open_again(state: State, action: Action, n: int) -> State:
    """The state in which what an action wrote is not decided on yet."""
    if not isinstance(action, Add | Edit | Restore):
        return state
    id_ = written_by(action, n)
    return replace(state, items=tuple(replace(i, standing="pending") if i.id == id_ else i for i in state.items))


def digest_of(base: State) -> str:
    """What tells one document from another: all of its statements and headings."""
    return hashlib.sha256(" ".join(base.ids()).encode()).hexdigest()[:16]


def _found_again(events: Sequence[Event], base: State, document: str) -> dict[str, Match]:
    """Where the statements of earlier documents are in this one, each document's for itself."""
    known = set(base.ids())
    earlier: dict[str, dict[str, About]] = {}
    for event in events:
        if event.document != document:
            earlier.setdefault(event.document, {}).update((a.id, a) for a in event.about)
    found: dict[str, Match] = {}
    for abouts in earlier.values():
        kept = abouts.keys() & known
        found |= matches([a for a in abouts.values() if a.id not in known], base, taken=kept)
    return found


def _readdressed(action: Action, moved: dict[str, Match]) -> Action:
    """The action with the ids of this document in place of those that it was taken on."""

    def now(id_: str) -> str:
        return moved[id_].id if id_ in moved else id_

    match action:
        case Merge():
            return action.model_copy(update={"targets": tuple(map(now, action.targets))})
        case Move():
            places = ("target", "after", "before", "below", "group")
            return action.model_copy(update={place: now(getattr(action, place)) for place in places})
        case Add():
            return action.model_copy(update={"after": now(action.after), "group": now(action.group)})
        case Heading() | Part():
            return action.model_copy(update={"group": now(action.group)})
        case Decide() | Rename() | Step():
            return action
        case _:
            return action.model_copy(update={"target": now(action.target)})


def overlapping(later: Iterable[Event], action: Action) -> bool:
    """Whether what happened since touches what an action changes, so that its author has to look again."""
    mine = changed(action)
    theirs = (changed(event.action) for event in later)
    return any(mine is None or ids is None or ids & mine for ids in theirs)
