"""Replay events to a state: undo and redo, and decisions applied again after the document was regenerated."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.document import BARE, FORMS, Evidence
from pipeline.review.actions import (
    RULES,
    About,
    Action,
    Add,
    Decide,
    Edit,
    Event,
    Merge,
    Rename,
    Restore,
    Split,
    Step,
    Term,
    ids_changed,
    ids_used,
    lines_cited,
    readdressed,
    texts_typed,
)
from pipeline.review.decisions import Unfit, apply
from pipeline.review.lines import CHANGED, Lines
from pipeline.review.matching import GONE, Match, abouts_of, found_again, unmoved_up_to
from pipeline.review.older_renaming import renamed_as_before
from pipeline.review.state import Misfit, State

_LINES_UNKNOWN = (
    "its lines were chosen in an older version, and the notes have been made again since: "
    "check that these lines support it"
)
_OTHER_WORDS = "the notes now say “{1}” instead of “{0}”: check that this still fits"


class Timeline:
    """A document's state before any event and after its events so far. The same events always give the same state.

    `lines` are the transcript's, None if it is not the one that the document was made from.
    """

    def __init__(self, base: State, events: Sequence[Event] = (), lines: Lines | None = None) -> None:
        self.base = base
        self._lines = lines
        self.state = base
        self.revision = 0
        self._past: list[State] = []
        self._future: list[State] = []
        self.document = digest_of(base)
        earlier = abouts_of(e for e in events if e.document != self.document)
        self._here = base.abouts()
        self._matches = found_again(earlier, self._here)
        self._unmoved_up_to = unmoved_up_to(earlier, self._here)
        for event in events:
            self.take(event)

    @property
    def can_undo(self) -> bool:
        """Whether there is an action to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an action to redo."""
        return bool(self._future)

    def tried(self, action: Action) -> State:
        """The state that an action would give now, without recording it. Raises Unfit."""
        if isinstance(action, Step):
            stack = self._past if action.kind == "undo" else self._future
            if not stack:
                raise Unfit(f"there is nothing to {action.kind}")
            return stack[-1]
        return apply(self.state, action, self.revision + 1)

    def about(self, action: Action) -> tuple[About, ...]:
        """The statements that an event stores, so that it can be applied to another document.

        They are the targets (or the original statements that a target was split or merged from) and all that these are
        nested below. If the action writes words, the statements with which the targets share lines are stored too, so
        that the words are not put on one of those by mistake.
        """
        origins = {i.id: i.origins for i in self.state.items if i.origins}
        ids = dict.fromkeys(i for id_ in ids_used(action) for i in origins.get(id_, (id_,)) if i in self._here)
        for id_ in tuple(ids):
            while id_ := self._here[id_].above or "":
                ids[id_] = None
        if isinstance(action, Edit | Merge | Restore | Split | Term):
            places = {(self._here[i].section, n) for i in ids for n in self._here[i].lines}
            ids |= {a.id: None for a in self._here.values() if any((a.section, n) in places for n in a.lines)}
        return tuple(self._here[i] for i in ids)

    def quotes(self, action: Action) -> tuple[Evidence, ...]:
        """The text of the lines that an action cites. Raises Unfit if the transcript has changed or lacks one."""
        numbers = lines_cited(action)
        if not numbers:
            return ()
        if self._lines is None:
            raise Unfit(f"{CHANGED}, and its line numbers may differ: run studydoc make again")
        return self._lines.quotes(numbers)

    def as_kept(self, action: Action) -> Action:
        """The action as its event stores it.

        An edit that cites the lines its statement already has is stored without lines, which means "unchanged". An
        addition to a section of items is stored as following a whole item: after a field, it would become a field of
        that item.
        """
        if isinstance(action, Edit):
            item = self.state.item(action.target)
            unchanged = item is not None and set(item.lines) == set(lines_cited(action))
            return action.model_copy(update={"lines": None}) if unchanged else action
        if isinstance(action, Add) and action.section not in FORMS:
            return action.model_copy(update={"after": self._item_around(action.after)})
        return action

    def _item_around(self, id_: str) -> str:
        """The id of the item that a statement belongs to: the statement itself or the one it is nested below."""
        item = self.state.item(id_)
        items = (i.id for i in self.state.items if item and i.section == item.section and item in self.state.block(i))
        return next(items, id_)

    def take(self, event: Event) -> None:
        """Apply the next event. If it does not fit the document, it only adds to the state's misfits."""
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
        state = self.state
        try:
            if not isinstance(event.action, Decide):
                return self._rewritten(event)
            targets, misfits = self._valid_targets(event.action, event)
            state = replace(state, misfits=(*state.misfits, *misfits))
            action = event.action.model_copy(update={"targets": targets})
            return self._open_where_changed(apply(state, action, event.n), targets, event) if targets else state
        except Unfit as err:
            return replace(state, misfits=(*state.misfits, _unfit(event, str(err))))

    def _rewritten(self, event: Event) -> State:
        """The state after an action on words, places or names. Raises Unfit."""
        action = readdressed(event.action, {old: m.id for old, m in self._matches_of(event).items()})
        if isinstance(action, Rename) and event.rules < RULES:
            return renamed_as_before(self.state, action, event.rules)
        lines = self._lines_now(action, event)
        after = apply(self.state, action.model_copy(update={"lines": lines}) if lines else action, event.n)
        written = _written(self.state, after, action)
        after = self._open_where_changed(after, written, event)
        return _open_again(after, dict.fromkeys(written, _LINES_UNKNOWN)) if lines is None else after

    def _open_where_changed(self, state: State, ids: Collection[str], event: Event) -> State:
        """The state with a reviewer's statements pending again if the notes' own words for them have changed."""
        matches = ((self._matches_of(event).get(a.id, GONE), a) for a in event.about)
        changed = {m.id: a for m, a in matches if m != GONE and not m.same_words}
        if event.rules < RULES or not changed:
            return state
        reasons: dict[str, str] = {}
        for item in (i for i in state.items if i.support is None and i.id in ids):
            changes = [(changed[i], self._here[i]) for i in item.origins or (item.id,) if i in changed]
            if changes:
                reasons[item.id] = "; ".join(_OTHER_WORDS.format(old.wording, new.wording) for old, new in changes)
        return _open_again(state, reasons)

    def _matches_of(self, event: Event) -> Mapping[str, Match]:
        """The matches here, by id, of the statements that an event of an earlier document is about."""
        return self._matches.get(event.document, {})

    def _lines_now(self, action: Action, event: Event) -> tuple[int, ...] | None:
        """The lines that an action cites, as numbered in this document; None if nobody can know. Raises Unfit."""
        numbers = lines_cited(action)
        if numbers and event.quotes and self._lines:
            return self._lines.renumbered(numbers, event.quotes)
        if not numbers or event.document == self.document:
            return numbers
        if event.quotes:
            raise Unfit(CHANGED)
        if max(numbers) <= self._unmoved_up_to.get(event.document, 0):
            return numbers
        return self._unchanged_lines(action, event)

    def _unchanged_lines(self, action: Action, event: Event) -> tuple[int, ...] | None:
        """The present lines of a statement whose lines an action left unchanged; None if it changed them."""
        if not isinstance(action, Edit | Restore):
            return None
        item = self.base.item(action.target)
        lines_before = [set(a.lines) for a in event.about if a.id in ids_used(event.action)]
        return item.lines or None if item and set(lines_cited(action)) in lines_before else None

    def _valid_targets(self, action: Decide, event: Event) -> tuple[tuple[str, ...], tuple[Misfit, ...]]:
        """The targets for which a decision still holds; misfits for others, such as statements whose words changed."""
        if event.document == self.document:
            return action.targets, ()
        targets: list[str] = []
        misfits: list[Misfit] = []
        items = {i.id: i for i in self.state.items}
        # Older documents had statements without lines that named the source; they need not be accepted any more.
        provenance = {a.id for a in event.about if a.section not in BARE and not a.lines}
        for target in action.targets:
            match = self._matches_of(event).get(target, Match(target, True))
            item = items.get(match.id)
            if action.kind == "accept" and (target in provenance if item is None else item.reopened == _LINES_UNKNOWN):
                continue
            if item is None:
                reason = "this statement is not in the document"
            elif item.outside:
                reason = f"it was {item.standing}" + (f": {item.reason}" if item.reason else "")
            elif not match.same_words and (item.support is not None or item.text == item.was):
                reason = f"it now reads: {item.wording}"
            else:
                targets.append(match.id)
                continue
            misfits.append(_misfit(event, target, reason))
        return tuple(targets), tuple(misfits)


def _misfit(event: Event, id_: str, reason: str) -> Misfit:
    """A decision that does not fit, with its statement and what that is nested below."""
    abouts = {a.id: a for a in event.about}
    about = abouts.get(id_)
    above = abouts.get(about.above or "") if about else None
    reason = f"below “{above.wording}”: {reason}" if above else reason
    text = about.wording if about else ""
    return Misfit(event.n, event.who, event.action.kind, text, reason, texts_typed(event.action))


def _unfit(event: Event, reason: str) -> Misfit:
    """An action on words, places or names that does not fit. An addition is about no statement of the notes."""
    id_ = "" if isinstance(event.action, Add) else next(iter(ids_used(event.action)), "")
    return _misfit(event, id_, reason)


def _open_again(state: State, reasons: Mapping[str, str]) -> State:
    """The state with these statements pending again, each with its reason."""
    items = (replace(i, standing="pending", reopened=reasons[i.id]) if i.id in reasons else i for i in state.items)
    return replace(state, items=tuple(items))


def _written(before: State, after: State, action: Action) -> set[str]:
    """The ids of the statements that an action added or reworded."""
    new = {*after.ids()} - {*before.ids()}
    return new | {action.target} if isinstance(action, Edit | Restore | Term) else new


def digest_of(base: State) -> str:
    """A digest of the ids of all statements and headings, which identifies the document."""
    return hashlib.sha256(" ".join(base.ids()).encode()).hexdigest()[:16]


def overlapping(later: Iterable[Event], action: Action) -> bool:
    """Whether later events touch what an action changes, so that its author has to look again."""
    ids = ids_changed(action)
    later_changes = (ids_changed(event.action) for event in later)
    return any(ids is None or later_ids is None or later_ids & ids for later_ids in later_changes)
