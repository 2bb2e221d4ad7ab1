"""Decisions on a document, undone, done again, and applied to a document that was made anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pipeline.document import Correction, DroppedNote, StudyDocument
from pipeline.review.actions import RULES, About, Action, Event, Step
from pipeline.review.decisions import Unfit, apply
from pipeline.review.history import Timeline, overlapping
from pipeline.review.lines import Lines
from pipeline.review.reviewed import left_with_their_items, reviewed_document
from pipeline.review.state import Group, Item, State, opened
from tests.kinds import EXAMPLE, answering, made, minutes
from tests.review.samples import TRANSCRIPT, document, recording

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


def test_an_edit_can_leave_the_decision_for_later() -> None:
    item = find(state(), "40 megawatts")
    accepted = apply(state(), action("accept", targets=[item.id]), 1)
    edit = action("edit", target=item.id, text="The reactor makes about 41 megawatts.", later=True)
    after = apply(accepted, edit, 2).item(item.id)
    assert after is not None and (after.text, after.standing, after.support) == (edit.text, "pending", None)  # type: ignore[union-attr]


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


def test_a_new_heading_over_a_nested_statement_leaves_what_is_nested_below_later_ones_there() -> None:
    made = document(nested=True)
    first, later = made.main_points[0].details
    nested_too = first.details[0].model_copy(update={"text": "It costs three million."})
    details = (first, later.model_copy(update={"details": (nested_too,)}))
    points = (made.main_points[0].model_copy(update={"details": details}), *made.main_points[1:])
    found = opened(made.model_copy(update={"main_points": points}))
    after = apply(found, action("divide", target=find(found, "since 1998").id, text="What It Costs"), 1)
    below = [(i.depth, i.text.split()[0]) for i in after.items if i.group == after.groups[1].id and not i.outside]
    assert below == [(0, "It"), (0, "Ben"), (1, "It")]


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


def nested() -> State:
    """Two points of the first heading, one nested below the first of them."""
    return opened(document(nested=True))


def outline(found: State) -> list[tuple[int, str]]:
    group = found.groups[0].id
    return [(i.depth, i.text.split()[0]) for i in found.items if i.group == group and not i.outside]


def test_what_is_nested_moves_along_and_takes_nobody_in() -> None:
    assert outline(nested()) == [(0, "The"), (1, "It"), (0, "Ben")]
    first, last = find(nested(), "40 megawatts"), find(nested(), "too expensive")
    down = apply(nested(), action("move", target=first.id, after=last.id), 1)
    assert outline(down) == [(0, "Ben"), (0, "The"), (1, "It")]
    up = apply(down, action("move", target=first.id, before=last.id), 2)
    assert outline(up) == outline(nested())


def test_a_statement_moved_behind_another_stands_behind_what_is_nested_below_that() -> None:
    moved = apply(
        nested(), action("move", target=find(nested(), "too expensive").id, after=find(nested(), "40 megawatts").id), 1
    )
    assert outline(moved) == outline(nested())


def test_a_statement_is_nested_below_another_and_taken_out_again() -> None:
    first, last = find(nested(), "40 megawatts"), find(nested(), "too expensive")
    below = apply(nested(), action("move", target=last.id, below=first.id), 1)
    assert outline(below) == [(0, "The"), (1, "It"), (1, "Ben")]
    assert outline(apply(below, action("move", target=last.id, after=first.id), 2)) == outline(nested())


def test_a_statement_cannot_be_nested_below_itself() -> None:
    first, inner = find(nested(), "40 megawatts"), find(nested(), "since 1998")
    with pytest.raises(Unfit, match="not in the document"):
        apply(nested(), action("move", target=first.id, below=inner.id), 1)


def test_what_is_nested_below_merged_statements_is_nested_below_the_one_that_they_become() -> None:
    third, first = find(nested(), "tower in 2031"), find(nested(), "40 megawatts")
    deep = apply(nested(), action("move", target=find(nested(), "without the loan").id, below=third.id), 1)
    after = apply(deep, action("merge", targets=[first.id, third.id], text="Both at once."), 2)
    assert outline(after) == [(0, "Both"), (1, "It"), (1, "Ben"), (0, "Ben")]
    assert not [i for i in after.items if i.group == after.groups[1].id]


def test_statements_of_different_depths_cannot_become_one() -> None:
    first, inner = find(nested(), "40 megawatts"), find(nested(), "since 1998")
    with pytest.raises(Unfit, match="at the same level"):
        apply(nested(), action("merge", targets=[first.id, inner.id], text="No."), 1)


def test_a_split_point_keeps_what_is_nested_below_its_last_part() -> None:
    first = find(nested(), "40 megawatts")
    after = apply(nested(), action("split", target=first.id, texts=["Lund has a reactor.", "Its power is 40."]), 1)
    assert outline(after) == [(0, "Lund"), (0, "Its"), (1, "It"), (0, "Ben")]


def test_an_added_statement_stands_behind_what_is_nested_below_the_one_above_it() -> None:
    first = find(nested(), "40 megawatts")
    added = apply(nested(), action("add", section="main_points", after=first.id, text="Water cools it.", lines=[3]), 1)
    assert outline(added) == [(0, "The"), (1, "It"), (0, "Water"), (0, "Ben")]


def test_a_withheld_statement_parts_no_point_from_what_is_nested_below_it() -> None:
    kept_out = opened(document(nested=True))
    texts = [i.text for i in kept_out.items if i.section == "main_points"]
    assert texts[1].startswith("It has run since 1998") and texts[2].startswith("The heat exchanger warms")


def dropped(found: State) -> Item:
    return next(i for i in found.items if i.standing == "dropped")


def test_a_dropped_note_is_restored_as_a_statement_where_its_lines_belong() -> None:
    note = dropped(state())
    with pytest.raises(Unfit, match="restore it first"):
        apply(state(), action("accept", targets=[note.id]), 1)
    after = apply(state(), action("restore", target=note.id, lines=note.lines, label="Council"), 1)
    item = after.item(note.id)
    assert item and (item.section, item.group, item.depth) == ("main_points", state().groups[1].id, 0)
    assert (item.standing, item.label, item.lines) == ("accepted", "Council", (6,))
    assert not any(i.standing == "dropped" for i in after.items)


def test_a_dropped_note_gets_a_heading_where_there_is_none() -> None:
    bare = opened(document().model_copy(update={"main_points": ()}))
    after = apply(bare, action("restore", target=dropped(bare).id, lines=[6]), 3)
    assert [g.heading for g in after.groups] == ["Added in review"]
    assert find(after, "Everybody at the council").group == after.groups[0].id


def test_a_restored_note_is_in_the_reviewed_document_and_the_others_are_not() -> None:
    note = dropped(state())
    after = apply(state(), action("restore", target=note.id, lines=[6]), 1)
    reviewed = reviewed_document(document(), after, recording())
    assert [s.text for s in reviewed.statements()] == [note.text]  # type: ignore[union-attr]
    assert reviewed.dropped == ()


def test_a_withheld_concept_gets_its_term_back() -> None:
    gone = document().withheld[0].model_copy(update={"section": "key_concepts", "text": "What cools the water."})
    found = opened(document().model_copy(update={"withheld": (gone,)}))
    item = next(i for i in found.items if i.standing == "withheld")
    with pytest.raises(Unfit, match="needs a term"):
        apply(found, action("restore", target=item.id, lines=[3]), 1)
    after = apply(found, action("restore", target=item.id, lines=[3], label="Tower"), 1).item(item.id)
    assert after and (after.label, after.text) == ("Tower", "What cools the water.")


def corrected() -> StudyDocument:
    made = document()
    first, *rest = made.main_points
    put_right = first.details[0].model_copy(
        update={"support": "weak", "finding": "nobody says it", "correction": Correction(before="It has.", reason="no")}
    )
    return made.model_copy(update={"main_points": (first.model_copy(update={"details": (put_right,)}), *rest)})


def test_an_accepted_statement_keeps_what_was_found_and_changed_and_an_edited_one_does_not() -> None:
    found = opened(corrected())
    at = find(found, "40 megawatts")
    accepted = reviewed_document(corrected(), apply(found, action("accept", targets=[at.id]), 1), recording())
    detail = accepted.main_points[0].details[0]
    assert (detail.support, detail.finding) == ("weak", "nobody says it") and detail.correction
    edit = action("edit", target=at.id, text="The reactor makes 40 megawatts.")
    detail = reviewed_document(corrected(), apply(found, edit, 1), recording()).main_points[0].details[0]
    assert (detail.support, detail.finding, detail.correction) == ("verified", None, None)


def test_the_ledger_of_lines_is_that_of_what_was_accepted() -> None:
    at = find(state(), "40 megawatts")
    found = apply(state(), action("accept", targets=[at.id]), 1)
    assert reviewed_document(document(), found, recording()).coverage.cited == 1


@pytest.mark.parametrize(
    ("people", "renamed"),
    [
        (("Ana", "Ben"), ("Ana", "Benedikt Roth")),
        (("Ana", "Ben Oram"), ("Ana", "Benedikt Roth")),
        (("Ben Oram", "Ben Bell"), ("Ben Oram", "Ben Bell")),
    ],
)
def test_a_label_that_is_renamed_is_so_where_a_source_has_its_full_name(
    people: tuple[str, ...], renamed: tuple[str, ...]
) -> None:
    told = replace(state(), people=people)
    assert apply(told, action("rename", speaker="Ben", name="Benedikt Roth"), 1).speakers() == renamed


@pytest.mark.parametrize(
    ("people", "name"),
    [(("Ana", "Ben Oram"), "Benedikt Roth"), (("Ana", "Ben Oram"), "Ben Oram"), (("Ana", "Ben"), "Ben Oram")],
)
def test_a_label_that_is_renamed_is_so_where_the_notes_have_the_full_name(people: tuple[str, ...], name: str) -> None:
    told = replace(opened(document(extra="Ben Oram thinks so.")), people=people)
    after = apply(told, action("rename", speaker="Ben", name=name), 1)
    assert find(after, "thinks so").text == f"{name} thinks so."


def test_a_speaker_gets_another_name_everywhere() -> None:
    after = apply(state(), action("rename", speaker="Ben", name="Benedikt Roth"), 1)
    assert "Benedikt Roth thinks" in find(after, "too expensive").text
    assert after.speaker("Ben") == "Benedikt Roth"
    assert not any(i.text.startswith("Ben ") for i in after.items)


def rename_after_accepting_all(made: StudyDocument, speaker: str, name: str) -> State:
    found = opened(made)
    accepted = apply(found, action("accept", targets=[i.id for i in found.items if not i.outside]), 1)
    return apply(accepted, action("rename", speaker=speaker, name=name), 2)


@pytest.mark.parametrize("label", ["A", "A.", "7", "12"])
def test_a_label_of_a_letter_or_of_digits_stays_in_statements_and_its_lines_have_the_name(label: str) -> None:
    text = f"Vitamin {label} plays no part in it, {label} says."
    after = rename_after_accepting_all(document(extra=text, heading=f"Plan {label}"), label, "Anna")
    assert (find(after, "Vitamin").text, find(after, "Vitamin").standing) == (text, "accepted")
    assert (after.groups[0].heading, after.speaker(label)) == (f"Plan {label}", "Anna")


def test_what_is_changed_by_the_name_of_a_speaker_whose_label_is_a_word_too_is_decided_on_again() -> None:
    made = document(extra="Will the loan be paid? Nobody will know.", heading="Will It Be Paid")
    after = rename_after_accepting_all(made, "Will", "William Roth")
    assert [i.text[:12] for i in after.items if i.standing == "pending" and i.section == "main_points"] == [
        "William Roth"
    ]
    assert after.groups[0].heading == "Will It Be Paid"


def test_what_is_changed_by_a_name_that_is_no_word_stays_accepted() -> None:
    after = rename_after_accepting_all(document(), "Ben", "Benedikt Roth")
    assert find(after, "Benedikt Roth thinks").standing == "accepted"


def test_a_handle_is_no_word_though_it_has_small_letters() -> None:
    after = rename_after_accepting_all(document(extra="ben_o1 thinks so."), "ben_o1", "Ben Oram")
    assert [(i.text, i.standing) for i in after.items if "thinks so" in i.text] == [("Ben Oram thinks so.", "accepted")]


def test_a_name_inside_a_word_stays() -> None:
    assert "Benefit" in find(apply(opened(document(extra="Benefits are paid to Ben.")), action("rename", speaker="Ben", name="Al"), 1), "paid").text  # fmt: skip


def test_only_what_was_accepted_is_in_the_reviewed_document() -> None:
    found, at = state(), find(state(), "40 megawatts")
    found = apply(found, action("accept", targets=[at.id]), 1)
    reviewed = reviewed_document(document(), found, recording())
    assert [s.text for s in reviewed.statements()] == [at.text]  # type: ignore[union-attr]
    assert (reviewed.withheld, reviewed.prerequisites, len(reviewed.main_points)) == ((), (), 1)


def test_an_edit_that_its_lines_do_not_say_is_weak_in_the_reviewed_document() -> None:
    at = find(state(), "40 megawatts")
    edited = apply(state(), action("edit", target=at.id, text="The reactor at Lund makes 99 megawatts."), 1)
    assert reviewed_document(document(), edited, recording()).main_points[0].details[0].support == "weak"


def test_evidence_of_the_reviewed_document_carries_the_right_name() -> None:
    at = find(state(), "too expensive")
    found = apply(apply(state(), action("accept", targets=[at.id]), 1), action("rename", speaker="Ben", name="Al"), 2)
    detail = reviewed_document(document(), found, recording()).main_points[0].details[0]
    assert (detail.evidence[0].speaker, detail.text.split()[0]) == ("Al", "Al")


def test_details_below_a_rejected_one_are_not_lost() -> None:
    found = opened(document(nested=True))
    parent = find(found, "40 megawatts")
    child = find(found, "since 1998 without")
    assert (parent.depth, child.depth) == (0, 1)
    found = apply(apply(found, action("reject", targets=[parent.id]), 1), action("accept", targets=[child.id]), 2)
    assert reviewed_document(document(nested=True), found, recording()).main_points[0].details[0].text == child.text


def test_what_is_nested_below_a_rejected_point_is_not_handed_to_the_point_before_it() -> None:
    found = opened(document(nested=True))
    parent, child, other = find(found, "40 megawatts"), find(found, "since 1998"), find(found, "too expensive")
    found = apply(found, action("move", target=other.id, before=parent.id), 1)
    found = apply(found, action("reject", targets=[parent.id]), 2)
    found = apply(found, action("accept", targets=[child.id, other.id]), 3)
    details = reviewed_document(document(nested=True), found, recording()).main_points[0].details
    assert [(d.text, d.details) for d in details] == [(other.text, ()), (child.text, ())]


# Applied again to another making of the document


def again(old: StudyDocument, new: StudyDocument, *actions: Action, rules: Literal[1, 2, 3] = RULES) -> State:
    timeline = Timeline(opened(old))
    events: list[Event] = []
    for n, taken in enumerate(actions, 1):
        about = timeline.about(taken)
        event = Event(
            n=n, at="", who="Ann", base=n - 1, document=timeline.document, action=taken, about=about, rules=rules
        )
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


def test_words_that_changed_are_not_accepted_though_a_name_in_them_was_put_right() -> None:
    rename = action("rename", speaker="Lund", name="Lunde")
    accept = action("accept", targets=[find(state(), "40 megawatts").id])
    after = again(document(), document(figure="45"), rename, accept)
    assert (find(after, "Lunde reactor makes 45").standing, len(after.misfits)) == ("pending", 1)


def edited_and_accepted() -> tuple[Action, Action]:
    at = find(state(), "40 megawatts")
    return action("edit", target=at.id, text="It makes 40 MW."), action("accept", targets=[at.id])


def test_an_edit_follows_its_evidence_to_new_words_and_is_open_with_what_changed() -> None:
    after = again(document(), document(figure="45"), *edited_and_accepted())
    found = find(after, "It makes 40 MW.")
    assert (found.standing, found.was.count("45"), after.misfits) == ("pending", 1, ())
    assert re.match("the notes now say “.*45 mega.* instead of “.*40 mega", found.reopened)


def test_an_edit_of_words_that_stay_is_accepted() -> None:
    after = again(document(), document(shift=True), *edited_and_accepted())
    found = find(after, "It makes 40 MW.")
    assert (found.standing, found.reopened) == ("accepted", "")


def test_an_edit_of_an_older_file_stays_accepted_whatever_the_notes_say_below_it() -> None:
    after = again(document(), document(figure="45"), *edited_and_accepted(), rules=2)
    assert (find(after, "It makes 40 MW.").standing, after.misfits) == ("accepted", ())


def test_parts_and_what_was_merged_are_open_where_the_notes_read_otherwise() -> None:
    at, other = find(state(), "40 megawatts"), find(state(), "too expensive")
    split = action("split", target=at.id, texts=["It makes 40 MW.", "It does not stop."])
    accept = action("accept", targets=["main_points.n1.0", "main_points.n1.1"])
    after = again(document(), document(figure="45"), split, accept)
    assert [find(after, text).standing for text in ("40 MW", "does not stop")] == ["pending", "pending"]
    merge = action("merge", targets=[at.id, other.id], text="It makes 40 MW, at a price.")
    after = again(document(), document(figure="45"), merge, action("accept", targets=["main_points.n1.0"]))
    assert "45 megawatts" in find(after, "at a price").reopened


def test_a_statement_that_is_gone_is_listed_and_the_others_are_kept() -> None:
    gone, stays = find(state(), "project is dead"), find(state(), "40 megawatts")
    after = again(document(), document(without="project is dead"), action("accept", targets=[gone.id, stays.id]))
    assert find(after, "40 megawatts").standing == "accepted"
    assert [m.text for m in after.misfits] == [gone.text]


def typed_in_each_kind_of_action() -> Iterator[tuple[Action, tuple[str, ...]]]:
    """Actions on statements and headings that no other document has, and the texts that each should list."""
    first, second = find(state(), "40 megawatts").id, find(state(), "too expensive").id
    term, group = next(i.id for i in state().items if i.label == "Cooling tower"), state().groups[0].id
    note = find(state(), "Everybody at the council").id
    yield action("edit", target=first, text="It makes 40 MW.", label="Power"), ("Power: It makes 40 MW.",)
    yield action("split", target=first, texts=["It makes 40 MW.", "It runs on."]), ("It makes 40 MW.", "It runs on.")
    yield action("merge", targets=[first, second], text="It is strong and dear."), ("It is strong and dear.",)
    yield action("restore", target=note, lines=[6], text="All know it.", label="Loan"), ("Loan: All know it.",)
    yield action("restore", target=note, lines=[6]), ()
    yield action("heading", group=group, text="Lund"), ("Lund",)
    yield action("part", group=group, text="Power plants"), ("Power plants",)
    yield action("part", group=group, text=""), ()
    yield action("divide", target=first, text="Strong"), ("Strong",)
    yield action("term", target=term, text="Tower"), ("Tower",)
    add = action("add", section="exam_questions", text="It pays.", label="What does the loan do?", lines=[6])
    yield add, ("What does the loan do?: It pays.",)
    yield action("move", target=first, after=second), ()


@pytest.mark.parametrize("taken, typed", list(typed_in_each_kind_of_action()))
def test_texts_that_a_reviewer_typed_are_listed_whole_where_they_fit_no_longer(
    taken: Action, typed: tuple[str, ...]
) -> None:
    gone = {"main_points": (), "key_concepts": (), "dropped": (), "withheld": ()}
    (misfit,) = again(document(), document().model_copy(update=gone), taken).misfits
    assert (misfit.what, misfit.typed) == (taken.kind, typed)
    assert re.search("(statement|heading) is not in the document|no such section", misfit.reason)


def test_an_accepted_statement_about_the_source_of_an_older_record_is_not_missed() -> None:
    gone = About(id="overview.0123", section="overview", text="The recording was published by Power Hour.", lines=())
    accept, edit = (
        action("accept", targets=["overview.0123"]),
        action("edit", target="overview.0123", text="It was published."),
    )
    events = [
        Event(n=n, at="", who="Ann", base=0, document="older", action=taken, about=(gone,))
        for n, taken in enumerate((accept, edit), 1)
    ]
    assert Timeline(opened(document()), events[:1]).state.misfits == ()
    assert [m.what for m in Timeline(opened(document()), events).state.misfits] == ["edit"]


def test_a_decision_of_a_record_without_nesting_finds_its_statement_nested() -> None:
    at = find(opened(document(extra="It has run since 1998 without a stop.")), "since 1998 without a stop.")
    after = again(
        document(extra="It has run since 1998 without a stop."),
        document(nested=True),
        action("accept", targets=[at.id]),
    )
    assert (find(after, "It has run since 1998").standing, after.misfits) == ("accepted", ())


def test_a_restored_note_is_found_again_when_the_notes_are_made_again() -> None:
    note = dropped(state())
    after = again(document(), document(figure="45"), action("restore", target=note.id, lines=[6]))
    assert find(after, "Everybody at the council").standing == "accepted" and not after.misfits


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


@pytest.mark.parametrize("line, place", [(2, 0), (6, 1)])
@pytest.mark.parametrize("behind", [False, True])
def test_what_was_added_below_a_heading_that_is_gone_goes_where_the_nearest_lines_are_cited(
    line: int, place: int, behind: bool
) -> None:
    other = document(extra="Nobody asks what the fishermen pay.")
    neighbour = find(opened(other), "fishermen")
    gone = About(id="heading.0123", section="heading", text="On Fishing in the Bay", lines=(), label="", above="")
    below = {"after": neighbour.id} if behind else {"group": gone.id}
    added = action("add", section="main_points", text="A tower gives heat.", lines=[line], **below)
    about = (opened(other).abouts()[neighbour.id] if behind else gone,)
    event = Event(
        n=1,
        at="",
        who="Ann",
        base=0,
        document="other",
        action=added,
        about=about,
        quotes=Lines(TRANSCRIPT).quotes([line]),
    )
    after = Timeline(opened(document()), [event], Lines(TRANSCRIPT)).state
    assert (find(after, "tower gives").group, after.misfits) == (after.groups[place].id, ())
    assert find(after, "tower gives").standing == "accepted"


def test_the_title_of_a_part_is_that_of_all_headings_that_stand_together_in_it() -> None:
    parts = ("One", "One", "", "One")
    groups = tuple(Group(f"heading.g{n}", f"Heading {n}", part) for n, part in enumerate(parts))
    before = replace(state(), groups=groups)

    def titled(group: str, text: str) -> list[str]:
        return [g.part for g in apply(before, action("part", group=group, text=text), 1).groups]

    assert titled("heading.g1", "Two") == ["Two", "Two", "", "One"]
    assert titled("heading.g0", "") == ["", "", "", "One"]
    assert titled("heading.g2", "Two") == ["One", "One", "Two", "One"]
    assert titled("heading.g3", "Two") == ["One", "One", "", "Two"]
    with pytest.raises(Unfit, match="not in the document"):
        titled("heading.g9", "Two")


def test_decisions_on_a_later_making_hold_on_one_that_reads_the_same() -> None:
    edit, _ = edited_and_accepted()
    first = Timeline(opened(document()))
    events = [
        Event(n=1, at="", who="", base=0, document=first.document, action=edit, about=first.about(edit), rules=RULES)
    ]
    second = Timeline(opened(document(figure="45")), events)
    reject = action("reject", targets=[find(second.state, "It makes 40 MW.").id])
    about = second.about(reject)
    events.append(Event(n=2, at="", who="", base=1, document=second.document, action=reject, about=about, rules=RULES))
    third = Timeline(opened(document(figure="45", heading="Of Reactors")), events).state
    assert find(third, "It makes 40 MW.").standing == "rejected" and not third.misfits
    fourth = Timeline(opened(document(figure="47")), events).state
    assert find(fourth, "It makes 40 MW.").standing == "pending" and not fourth.misfits


# Laws

BASE = opened(document(nested=True))
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
        lambda t, where, goal: action("move", target=t, **{where: goal}),
        st.sampled_from(IDS),
        st.sampled_from(["before", "below"]),
        st.sampled_from(IDS),
    ),
    st.builds(
        lambda t, g: action("add", section="main_points", text=t, lines=[1], group=g), TEXTS, st.sampled_from(GROUPS)
    ),
    st.builds(lambda t, n: action("restore", target=t, lines=[n]), st.sampled_from(IDS), st.integers(1, 6)),
    st.builds(lambda g, t: action("heading", group=g, text=t), st.sampled_from(GROUPS), TEXTS),
    st.builds(lambda g, t: action("part", group=g, text=t), st.sampled_from(GROUPS), st.one_of(TEXTS, st.just(""))),
    st.builds(lambda t, text: action("divide", target=t, text=text), st.sampled_from(IDS), TEXTS),
    st.builds(
        lambda a, b: action("rename", speaker=a, name=b),
        st.sampled_from(["Ben", "Ana"]),
        st.sampled_from(["Al", "Ana"]),
    ),
)
QUICK = settings(max_examples=60)


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
    reviewed_document(document(nested=True), timeline.state, recording())


def test_what_touches_other_statements_does_not_overlap() -> None:
    a, b = IDS[0], IDS[1]
    mine = action("accept", targets=[a])

    def event(taken: Action) -> Event:
        return Event(n=1, at="", who="", base=0, action=taken)

    assert not overlapping([event(action("reject", targets=[b]))], mine)
    assert overlapping([event(action("reject", targets=[a]))], mine)
    assert overlapping([event(Step(kind="undo"))], mine)


def in_minutes(words: str) -> tuple[State, Item]:
    """Minutes under review, and a statement of theirs."""
    found = opened(minutes())
    return found, find(found, words)


def test_the_sections_of_minutes_are_reviewed_in_their_order_with_their_fields_nested() -> None:
    items = [i for i in opened(minutes()).items if i.section == "action_items"]
    assert [(i.label, i.text, i.depth) for i in items[:2]] == [
        ("Ben", "Plan the heat exchanger.", 0),
        ("Due", "2031", 1),
    ]
    assert opened(minutes()).sections[:3] == ("overview", "decisions", "action_items")


def test_a_task_that_is_accepted_is_exported_with_its_date_as_it_was_edited() -> None:
    found, task = in_minutes("Plan the heat")
    due = found.items[found.items.index(task) + 1]
    after = apply(found, action("accept", targets=[task.id]), 1)
    after = apply(after, action("edit", target=due.id, text="by 2030"), 2)
    reviewed = reviewed_document(minutes(), after, recording())
    assert [(i.text, i.details[0].text) for i in reviewed.more[1].items] == [("Plan the heat exchanger.", "by 2030")]


def test_the_ledger_of_lines_leaves_out_what_is_not_exported_without_its_task() -> None:
    made = minutes()
    found = opened(made)
    task = next(i for i in found.items if i.section == "action_items" and not i.depth)
    wanted = [i.id for i in found.block(task)[1:]]
    after = apply(apply(found, action("reject", targets=[task.id]), 1), action("accept", targets=wanted), 2)
    reviewed = reviewed_document(made, after, recording())
    assert (list(reviewed.statements()), reviewed.coverage.cited) == ([], 0)


def test_a_date_is_not_exported_without_its_task() -> None:
    found, task = in_minutes("Plan the heat")
    due = found.items[found.items.index(task) + 1]
    after = apply(found, action("accept", targets=[due.id]), 1)
    after = apply(after, action("reject", targets=[task.id]), 2)
    assert reviewed_document(minutes(), after, recording()).more[1].items == ()


def test_the_steps_and_the_result_of_a_worked_example_are_exported_without_its_problem() -> None:
    lecture = made("lecture", answering(worked_examples=[EXAMPLE]))
    found = opened(lecture)
    problem, step, _, result = found.block(find(found, "How many homes"))
    after = apply(found, action("accept", targets=[step.id, result.id]), 1)
    after = apply(after, action("reject", targets=[problem.id]), 2)
    examples = next(m for m in reviewed_document(lecture, after, recording()).more if m.name == "worked_examples")
    assert [(i.lead, i.text) for i in examples.items] == [(None, "It replaces the tower."), ("Result", "5,000 homes")]
    assert left_with_their_items(after) == ()


def test_accepted_fields_that_are_left_out_with_their_items_are_known() -> None:
    found, task = in_minutes("Plan the heat")
    due = found.block(task)[1]
    after = apply(found, action("accept", targets=[due.id]), 1)
    assert [i.id for i in left_with_their_items(after)] == [due.id]
    assert left_with_their_items(apply(after, action("accept", targets=[task.id]), 2)) == ()


def test_a_decision_of_the_reviewer_s_own_needs_a_section_that_the_document_has() -> None:
    found, _ = in_minutes("Plan the heat")
    added = apply(found, action("add", section="decisions", text="Nothing else is bought.", lines=[5]), 1)
    assert [i.text for i in added.items if i.section == "decisions"][-1] == "Nothing else is bought."
    with pytest.raises(Unfit, match="no such section"):
        apply(found, action("add", section="risks", text="Fire.", lines=[5]), 1)


def test_a_dropped_term_is_restored_with_its_definition_into_the_glossary() -> None:
    gone = DroppedNote(
        text="Loan: Money that the council pays back in twelve years.", lines=(6,), section="key_concepts"
    )
    found = opened(document().model_copy(update={"dropped": (gone,)}))
    after = apply(found, action("restore", target=dropped(found).id, lines=[6]), 1)
    item = next(i for i in after.items if i.label == "Loan")
    assert item.section == "key_concepts" and item.text == "Money that the council pays back in twelve years."


def test_a_decision_that_composing_dropped_is_restored_among_the_decisions() -> None:
    gone = document().dropped[0].model_copy(update={"section": "decisions"})
    found = opened(minutes().model_copy(update={"dropped": (gone,)}))
    after = apply(found, action("restore", target=dropped(found).id, lines=[6]), 1)
    assert [i.section for i in after.items if i.text == gone.text] == ["decisions"]
