"""Decisions on a document, undone, done again, and applied to a document that was made anew."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pipeline.document import StudyDocument
from pipeline.review.actions import Action, Event, Step
from pipeline.review.decisions import Unfit, apply
from pipeline.review.history import Timeline, overlapping
from pipeline.review.reviewed import reviewed_document
from pipeline.review.state import Item, State, opened
from tests.review.samples import document, source

ACTION: TypeAdapter[Action] = TypeAdapter(Action)


def action(kind: str, **fields: Any) -> Action:
    return ACTION.validate_python({"kind": kind, **fields})


def state() -> State:
    return opened(document())


def find(found: State, words: str) -> Item:
    return next(i for i in found.items if words in i.text)


def done(timeline: Timeline, taken: Action) -> None:
    timeline.tried(taken)
    timeline.take(
        Event(
            n=timeline.revision + 1,
            at="2026-01-01T00:00:00Z",
            who="Ann",
            base=timeline.revision,
            document=timeline.document,
            action=taken,
            about=timeline.about(taken),
        )
    )


def test_every_statement_has_an_id_of_its_own_that_reading_again_gives_again() -> None:
    ids = [i.id for i in state().items]
    assert len(set(ids)) == len(ids)
    assert ids == [i.id for i in state().items]


def test_an_edit_accepts_and_has_to_be_checked_again() -> None:
    item = find(state(), "40 megawatts")
    after = apply(state(), action("edit", target=item.id, text="The reactor makes 41 megawatts."), 1).item(item.id)
    assert after is not None
    assert (after.text, after.standing, after.support) == ("The reactor makes 41 megawatts.", "accepted", None)
    assert after.was == item.text


def test_a_split_keeps_the_lines_and_the_place() -> None:
    item = find(state(), "40 megawatts")
    after = apply(state(), action("split", target=item.id, texts=["It makes 40 megawatts.", "It runs since 1998."]), 4)
    texts = [i.text for i in after.items if i.section == "main_points"]
    assert texts[:2] == ["It makes 40 megawatts.", "It runs since 1998."]
    assert {i.lines for i in after.items if i.text in texts[:2]} == {item.lines}


def test_merging_takes_the_lines_of_all_into_the_first_place() -> None:
    a, b = find(state(), "40 megawatts"), find(state(), "too expensive")
    after = apply(state(), action("merge", targets=[b.id, a.id], text="Both at once."), 2)
    merged = find(after, "Both at once.")
    assert merged.lines == tuple(sorted({*a.lines, *b.lines}))
    assert after.items.index(merged) == state().items.index(a)
    assert after.item(a.id) is None and after.item(b.id) is None


def test_statements_of_two_sections_cannot_become_one() -> None:
    a, b = find(state(), "40 megawatts"), next(i for i in state().items if i.section == "summary")
    with pytest.raises(Unfit, match="one section"):
        apply(state(), action("merge", targets=[a.id, b.id], text="No."), 1)


def test_a_moved_statement_takes_the_group_of_its_new_place() -> None:
    a, goal = find(state(), "40 megawatts"), find(state(), "project is dead")
    after = apply(state(), action("move", target=a.id, after=goal.id), 1)
    assert find(after, "40 megawatts").group == goal.group
    assert after.items.index(find(after, "40 megawatts")) == after.items.index(find(after, "project is dead")) + 1


def test_a_statement_moved_to_the_start_of_a_heading_stands_first_there() -> None:
    a, goal = find(state(), "40 megawatts"), state().groups[1]
    after = apply(state(), action("move", target=a.id, group=goal.id), 1)
    assert next(i for i in after.items if i.group == goal.id).text == a.text


def test_a_new_heading_takes_a_statement_and_those_that_follow_it_in_its_group() -> None:
    before = state()
    members = [i for i in before.items if i.group == before.groups[0].id]
    after = apply(before, action("divide", target=members[1].id, text="What It Costs"), 3)
    assert [g.heading for g in after.groups][:2] == [before.groups[0].heading, "What It Costs"]
    assert [i.text for i in after.items] == [i.text for i in before.items]
    assert [i.text for i in after.items if i.group == after.groups[1].id] == [i.text for i in members[1:]]


def test_only_main_points_can_get_a_heading() -> None:
    with pytest.raises(Unfit, match="only main points"):
        apply(
            state(), action("divide", target=next(i.id for i in state().items if i.section == "summary"), text="No"), 1
        )


def test_an_added_statement_needs_lines() -> None:
    with pytest.raises(Unfit, match="needs the lines"):
        apply(state(), action("add", section="main_points", text="Out of thin air."), 1)


def test_an_added_statement_stands_at_the_end_of_its_heading() -> None:
    goal = state().groups[0]
    after = apply(state(), action("add", section="main_points", group=goal.id, text="Water cools it.", lines=[3, 3]), 7)
    last = [i for i in after.items if i.group == goal.id][-1]
    assert (last.text, last.lines, last.standing) == ("Water cools it.", (3,), "accepted")


def test_a_withheld_statement_can_be_restored_with_lines_but_not_accepted_as_it_is() -> None:
    item = next(i for i in state().items if i.standing == "withheld")
    with pytest.raises(Unfit):
        apply(state(), action("accept", targets=[item.id]), 1)
    reworded = apply(state(), action("restore", target=item.id, lines=[4], text="In my own words."), 1).item(item.id)
    assert reworded and (reworded.text, reworded.standing) == ("In my own words.", "accepted")
    after = apply(state(), action("restore", target=item.id, lines=[4]), 1).item(item.id)
    assert after is not None and (after.standing, after.lines, after.reason) == ("accepted", (4,), item.reason)


def test_a_speaker_gets_another_name_everywhere() -> None:
    after = apply(state(), action("rename", speaker="Ben", name="Benedikt Roth"), 1)
    assert "Benedikt Roth thinks" in find(after, "too expensive").text
    assert after.speaker("Ben") == "Benedikt Roth"
    assert not any(i.text.startswith("Ben ") for i in after.items)


def test_a_name_inside_a_word_stays() -> None:
    assert "Benefit" in find(apply(opened(document(extra="Benefits are paid to Ben.")), action("rename", speaker="Ben", name="Al"), 1), "paid").text  # fmt: skip


def test_only_what_was_accepted_is_in_the_reviewed_document() -> None:
    found, at = state(), find(state(), "40 megawatts")
    found = apply(found, action("accept", targets=[at.id]), 1)
    reviewed = reviewed_document(document(), found, source())
    assert [s.text for s in reviewed.statements()] == [at.text]  # type: ignore[union-attr]
    assert (reviewed.withheld, reviewed.prerequisites, len(reviewed.main_points)) == ((), (), 1)


def test_an_edit_that_its_lines_do_not_say_is_weak_in_the_reviewed_document() -> None:
    at = find(state(), "40 megawatts")
    edited = apply(state(), action("edit", target=at.id, text="The reactor at Lund makes 99 megawatts."), 1)
    assert reviewed_document(document(), edited, source()).main_points[0].details[0].support == "weak"


def test_evidence_of_the_reviewed_document_carries_the_right_name() -> None:
    at = find(state(), "too expensive")
    found = apply(apply(state(), action("accept", targets=[at.id]), 1), action("rename", speaker="Ben", name="Al"), 2)
    detail = reviewed_document(document(), found, source()).main_points[0].details[0]
    assert (detail.evidence[0].speaker, detail.text.split()[0]) == ("Al", "Al")


def test_details_below_a_rejected_one_are_not_lost() -> None:
    found = opened(document(nested=True))
    parent = find(found, "40 megawatts")
    child = find(found, "since 1998 without")
    assert (parent.depth, child.depth) == (0, 1)
    found = apply(apply(found, action("reject", targets=[parent.id]), 1), action("accept", targets=[child.id]), 2)
    assert reviewed_document(document(nested=True), found, source()).main_points[0].details[0].text == child.text


# Applied again to another making of the document


def again(old: StudyDocument, new: StudyDocument, *actions: Action) -> State:
    timeline = Timeline(opened(old))
    events: list[Event] = []
    for n, taken in enumerate(actions, 1):
        about = timeline.about(taken)
        event = Event(n=n, at="", who="Ann", base=n - 1, document=timeline.document, action=taken, about=about)
        timeline.take(event)
        events.append(event)
    return Timeline(opened(new), events).state


def test_a_decision_follows_the_same_words_to_other_lines() -> None:
    at = find(state(), "40 megawatts")
    after = again(document(), document(shift=True), action("accept", targets=[at.id]))
    found = find(after, "40 megawatts")
    assert found.id != at.id and found.standing == "accepted" and not after.misfits


def test_words_that_changed_are_not_accepted_but_listed() -> None:
    at = find(state(), "40 megawatts")
    after = again(document(), document(figure="45"), action("accept", targets=[at.id]))
    assert find(after, "45 megawatts").standing == "pending"
    assert [(m.what, m.text) for m in after.misfits] == [("accept", at.text)]
    assert "45 megawatts" in after.misfits[0].reason


def test_an_edit_follows_its_evidence_to_new_words() -> None:
    at = find(state(), "40 megawatts")
    edit, accept = action("edit", target=at.id, text="It makes 40 MW."), action("accept", targets=[at.id])
    after = again(document(), document(figure="45"), edit, accept)
    found = find(after, "It makes 40 MW.")
    assert (found.standing, found.was.count("45"), after.misfits) == ("accepted", 1, ())


def test_a_statement_that_is_gone_is_listed_and_the_others_are_kept() -> None:
    gone, stays = find(state(), "project is dead"), find(state(), "40 megawatts")
    after = again(document(), document(without="project is dead"), action("accept", targets=[gone.id, stays.id]))
    assert find(after, "40 megawatts").standing == "accepted"
    assert [m.text for m in after.misfits] == [gone.text]


def test_an_undone_decision_is_not_listed() -> None:
    gone = find(state(), "project is dead")
    undone = again(
        document(), document(without="project is dead"), action("reject", targets=[gone.id]), Step(kind="undo")
    )
    assert undone.misfits == ()


def test_a_heading_is_found_again_by_what_stands_below_it() -> None:
    group = state().groups[0]
    after = again(document(), document(heading="Of Reactors"), action("heading", group=group.id, text="Lund"))
    assert after.groups[0].heading == "Lund"


def test_decisions_on_two_makings_both_hold_on_a_third() -> None:
    at = find(state(), "40 megawatts")
    first = Timeline(opened(document()))
    edit = action("edit", target=at.id, text="It makes 40 MW.")
    events = [Event(n=1, at="", who="", base=0, document=first.document, action=edit, about=first.about(edit))]
    second = Timeline(opened(document(figure="45")), events)
    reject = action("reject", targets=[find(second.state, "It makes 40 MW.").id])
    events.append(
        Event(n=2, at="", who="", base=1, document=second.document, action=reject, about=second.about(reject))
    )
    third = Timeline(opened(document(figure="47")), events).state
    assert find(third, "It makes 40 MW.").standing == "rejected" and not third.misfits


# Laws

BASE = state()
IDS = [i.id for i in BASE.items]
GROUPS = [g.id for g in BASE.groups]
TEXTS = st.sampled_from(["The reactor makes 40 megawatts.", "Ben says no.", "<b>bold</b> & more."])
ACTIONS = st.one_of(
    st.builds(
        lambda kind, targets: action(kind, targets=targets),
        st.sampled_from(["accept", "reject", "reopen"]),
        st.lists(st.sampled_from(IDS), min_size=1, max_size=4),
    ),
    st.builds(lambda target, text: action("edit", target=target, text=text), st.sampled_from(IDS), TEXTS),
    st.builds(lambda t, a, b: action("split", target=t, texts=[a, b]), st.sampled_from(IDS), TEXTS, TEXTS),
    st.builds(
        lambda t, text: action("merge", targets=t, text=text),
        st.lists(st.sampled_from(IDS), min_size=2, max_size=3, unique=True),
        TEXTS,
    ),
    st.builds(
        lambda t, a, g: action("move", target=t, after=a, group=g),
        st.sampled_from(IDS),
        st.sampled_from([*IDS, ""]),
        st.sampled_from([*GROUPS, ""]),
    ),
    st.builds(
        lambda t, g: action("add", section="main_points", text=t, lines=[1], group=g), TEXTS, st.sampled_from(GROUPS)
    ),
    st.builds(lambda t, n: action("restore", target=t, lines=[n]), st.sampled_from(IDS), st.integers(1, 6)),
    st.builds(lambda g, t: action("heading", group=g, text=t), st.sampled_from(GROUPS), TEXTS),
    st.builds(lambda t, text: action("divide", target=t, text=text), st.sampled_from(IDS), TEXTS),
    st.builds(
        lambda a, b: action("rename", speaker=a, name=b),
        st.sampled_from(["Ben", "Ana"]),
        st.sampled_from(["Al", "Ana"]),
    ),
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def taken_of(timeline: Timeline, actions: list[Action]) -> int:
    count = 0
    for one in actions:
        try:
            done(timeline, one)
            count += 1
        except Unfit:
            continue
    return count


@QUICK
@given(st.lists(ACTIONS, max_size=12), st.lists(ACTIONS, max_size=12))
def test_undoing_a_sequence_gives_the_state_before_it_and_redoing_the_one_after(
    before: list[Action], actions: list[Action]
) -> None:
    timeline = Timeline(BASE)
    taken_of(timeline, before)
    former = timeline.state
    count = taken_of(timeline, actions)
    latter = timeline.state
    for _ in range(count):
        done(timeline, Step(kind="undo"))
    assert timeline.state == former
    for _ in range(count):
        done(timeline, Step(kind="redo"))
    assert timeline.state == latter


@QUICK
@given(st.lists(ACTIONS, max_size=15))
def test_replaying_the_same_events_ends_the_same(actions: list[Action]) -> None:
    timeline, events = Timeline(BASE), []
    for one in actions:
        try:
            timeline.tried(one)
        except Unfit:
            continue
        event = Event(
            n=timeline.revision + 1,
            at="",
            who="",
            base=0,
            document=timeline.document,
            action=one,
            about=timeline.about(one),
        )
        timeline.take(event)
        events.append(Event.model_validate_json(event.model_dump_json()))
    assert Timeline(BASE, events).state == timeline.state


@QUICK
@given(st.lists(ACTIONS, max_size=15))
def test_ids_stay_unique_and_sections_stay_in_order_whatever_is_done(actions: list[Action]) -> None:
    timeline = Timeline(BASE)
    taken_of(timeline, actions)
    items = timeline.state.items
    assert len({i.id for i in items}) == len(items)
    places = [(i.section, i.group) for i in items]
    assert len(set(places)) == sum(a != b for a, b in zip([("", ""), *places], places, strict=False))
    reviewed_document(document(), timeline.state, source())


def test_what_touches_other_statements_does_not_overlap() -> None:
    a, b = IDS[0], IDS[1]
    mine = action("accept", targets=[a])

    def event(taken: Action) -> Event:
        return Event(n=1, at="", who="", base=0, action=taken)

    assert not overlapping([event(action("reject", targets=[b]))], mine)
    assert overlapping([event(action("reject", targets=[a]))], mine)
    assert overlapping([event(Step(kind="undo"))], mine)
