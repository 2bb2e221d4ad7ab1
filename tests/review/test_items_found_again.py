"""Decisions on tasks, on decisions and on their fields, applied again to minutes that were made anew."""

from __future__ import annotations

from typing import Any

from pipeline.document import StudyDocument, Withheld
from pipeline.review.actions import RULES, Event
from pipeline.review.decisions import apply
from pipeline.review.history import Timeline
from pipeline.review.state import Item, State, opened
from tests.kinds import answering, made
from tests.review.samples import document
from tests.review.test_decisions import action, find

PLAN, ASK, CALL = "Plan the heat exchanger.", "Ask the city for its half.", "Call Lund about it."


def task(text: str, line: int, *, owner: str = "Ben", due: str = "") -> dict[str, Any]:
    return {"cites": [line], "owner": owner, "task": text, "due": due}


def decision(text: str, line: int, reason: str = "") -> dict[str, Any]:
    return {"cites": [line], "matter": "Tower", "decision": text, "reason": reason}


def minutes(*tasks: dict[str, Any], decisions: tuple[dict[str, Any], ...] = ()) -> StudyDocument:
    return made("minutes", answering(action_items=[*tasks], decisions=[*decisions]))


def withholding(made: StudyDocument, section: str, text: str, label: str, line: int) -> StudyDocument:
    """These minutes, of which the check withheld a statement."""
    withheld = Withheld(section=section, text=text, reason="nobody says so", label=label, lines=(line,))
    return made.model_copy(update={"withheld": (withheld,)})


def restored(made: StudyDocument, words: str) -> list[tuple[int, str, str]]:
    """Tasks and decisions, with their depths and leads, after a statement was restored."""
    state = opened(made)
    item = find(state, words)
    after = apply(state, action("restore", target=item.id, lines=list(item.lines)), 1)
    items = (i for i in after.items if i.section in ("action_items", "decisions") and not i.outside)
    return [(i.depth, i.label, i.text) for i in items]


class Reviewed:
    """Minutes under review, whose decisions are taken and applied again to others."""

    def __init__(self, made: StudyDocument) -> None:
        self.events: list[Event] = []
        self.open(made)

    def open(self, made: StudyDocument) -> State:
        self.timeline = Timeline(opened(made), self.events)
        return self.timeline.state

    def take(self, kind: str, **fields: Any) -> None:
        at = self.timeline
        taken = at.as_kept(action(kind, **fields))
        n, about = at.revision + 1, at.about(taken)
        event = Event(
            n=n, at="", who="Ann", base=n - 1, document=at.document, action=taken, about=about, rules=RULES
        )  # fmt: skip
        at.take(event)
        self.events.append(event)

    def accept_all(self) -> None:
        self.take("accept", targets=[i.id for i in self.timeline.state.items if not i.outside])


def field_of(state: State, words: str) -> Item:
    """The field below a task or decision that has these words."""
    return state.block(find(state, words))[1]


def dates(state: State) -> dict[str, tuple[str, str]]:
    """The date of each task and how it stands, by the task's first word."""
    tasks = (i for i in state.items if i.section == "action_items" and not i.depth)
    return {i.text.split()[0]: (state.block(i)[1].text, state.block(i)[1].standing) for i in tasks}


def test_a_date_stays_with_its_task_where_another_one_has_its_lines_now() -> None:
    review = Reviewed(minutes(task(PLAN, 4), task(ASK, 5)))
    review.take("edit", target=field_of(review.timeline.state, "city").id, text="by March")
    review.accept_all()
    state = review.open(minutes(task(PLAN, 5), task(ASK, 6)))
    assert dates(state) == {"Plan": ("(no date said)", "accepted"), "Ask": ("by March", "accepted")}
    assert not state.misfits


def test_a_date_stays_with_its_task_where_two_of_one_line_and_date_change_places() -> None:
    plan, ask = task(PLAN, 4, due="in 2031"), task(ASK, 4, due="in 2031")
    review = Reviewed(minutes(plan, ask))
    review.take("edit", target=field_of(review.timeline.state, "city").id, text="by March")
    review.accept_all()
    state = review.open(minutes(ask, plan))
    assert dates(state) == {"Ask": ("by March", "accepted"), "Plan": ("in 2031", "accepted")}


def test_a_date_that_reads_otherwise_is_open_and_its_task_is_named() -> None:
    review = Reviewed(minutes(task(PLAN, 4, due="by the end of the month")))
    review.accept_all()
    state = review.open(minutes(task(PLAN, 5, due="by Easter")))
    assert dates(state)["Plan"] == ("by Easter", "pending")
    (misfit,) = state.misfits
    assert misfit.text == "Due: by the end of the month"
    assert misfit.reason == f"below “Ben: {PLAN}”: it now reads: Due: by Easter"


def test_the_date_of_a_task_that_is_gone_is_put_on_no_other_task() -> None:
    review = Reviewed(minutes(task(PLAN, 4), task(ASK, 5)))
    review.take("edit", target=field_of(review.timeline.state, "city").id, text="by March")
    state = review.open(minutes(task(PLAN, 5)))
    assert dates(state) == {"Plan": ("(no date said)", "pending")}
    assert [(m.what, m.text) for m in state.misfits] == [("edit", "Due: (no date said)")]


def test_an_edited_reason_that_is_gone_is_listed_with_its_words_and_its_decision_stays() -> None:
    bought, reason = "The tower is replaced in 2031.", "It costs too much."
    review = Reviewed(minutes(decisions=(decision(bought, 4, reason),)))
    review.take("edit", target=field_of(review.timeline.state, bought).id, text="It costs too much, says Ben.")
    state = review.open(minutes(task(PLAN, 5), decisions=(decision(bought, 4),)))
    assert [(i.text, i.standing) for i in state.items if i.section == "decisions"] == [(bought, "pending")]
    (misfit,) = state.misfits
    assert (misfit.text, misfit.typed) == (f"Reason: {reason}", ("It costs too much, says Ben.",))


def test_an_edit_of_a_task_that_is_gone_is_not_put_on_one_of_the_same_line() -> None:
    for new in (ASK, CALL):  # one that stood beside it, and one that is new
        review = Reviewed(minutes(task(PLAN, 4), task(ASK, 4)))
        review.take("edit", target=find(review.timeline.state, PLAN).id, text="Plan both exchangers.")
        state = review.open(minutes(task(new, 4)))
        assert find(state, new).standing == "pending"
        assert [m.what for m in state.misfits] == ["edit"]


def test_a_task_that_has_another_owner_now_is_open_and_its_owner_is_told() -> None:
    review = Reviewed(minutes(task(ASK, 5)))
    review.accept_all()
    state = review.open(minutes(task(ASK, 6, owner="Ana")))
    assert find(state, ASK).standing == "pending"
    assert [(m.text, m.reason) for m in state.misfits] == [(f"Ben: {ASK}", f"it now reads: Ana: {ASK}")]


def test_a_task_of_which_the_wording_was_edited_is_open_where_the_notes_name_another_owner() -> None:
    review = Reviewed(minutes(task(ASK, 5)))
    review.take("edit", target=find(review.timeline.state, ASK).id, text="Ask the city for half.", label="Ben")
    review.accept_all()
    state = review.open(minutes(task(ASK, 5, owner="Ana")))
    edited = find(state, "for half")
    assert (edited.label, edited.standing) == ("Ben", "pending")
    assert f"the notes now say “Ana: {ASK}” instead of “Ben: {ASK}”" in edited.reopened
    assert not state.misfits


def test_a_task_that_is_added_behind_a_date_is_a_task_of_its_own() -> None:
    review = Reviewed(minutes(task(PLAN, 4), task(ASK, 5)))
    date = field_of(review.timeline.state, PLAN)
    review.take("add", section="action_items", text=CALL, label="Ana", lines=[5], after=date.id)
    tasks = [i.text for i in review.timeline.state.items if i.section == "action_items" and not i.depth]
    assert tasks == [PLAN, CALL, ASK]


def test_a_point_that_is_added_behind_a_nested_one_is_nested_alike() -> None:
    timeline = Timeline(opened(document(nested=True)))
    nested = next(i for i in timeline.base.items if i.depth)
    added = action("add", section="main_points", text=CALL, lines=[5], after=nested.id)
    assert timeline.as_kept(added) == added


def test_a_statement_that_is_withheld_now_is_listed_and_the_others_stay_accepted() -> None:
    review = Reviewed(minutes(decisions=(decision("The tower is replaced.", 4), decision("The loan is taken.", 6))))
    review.accept_all()
    again = minutes(decisions=(decision("The tower is replaced.", 4),))
    state = review.open(withholding(again, "decisions", "The loan is taken.", "Tower", 6))
    assert find(state, "tower is replaced").standing == "accepted"
    assert [(m.text, m.reason) for m in state.misfits] == [
        ("Tower: The loan is taken.", "it was withheld: nobody says so")
    ]


def test_a_withheld_reason_is_restored_below_its_decision() -> None:
    made = withholding(minutes(decisions=(decision("The loan is taken.", 6),)), "decisions", "It costs.", "Reason", 6)
    assert restored(made, "It costs.") == [(0, "Tower", "The loan is taken."), (1, "Reason", "It costs.")]


def test_a_withheld_date_is_restored_below_the_only_task_of_its_line_that_has_none() -> None:
    made = minutes(task(PLAN, 5, due="2031"), task(ASK, 5))
    first, second = made.more[1].items
    undated = made.more[1].model_copy(update={"items": (first, second.model_copy(update={"details": ()}))})
    made = made.model_copy(update={"more": (made.more[0], undated, *made.more[2:])})
    rows = restored(withholding(made, "action_items", "by March", "Due", 5), "by March")
    assert rows == [(0, "Ben", PLAN), (1, "Due", "2031"), (0, "Ben", ASK), (1, "Due", "by March")]


def test_a_withheld_date_that_may_be_of_two_tasks_stands_behind_them() -> None:
    made = withholding(minutes(task(PLAN, 5), task(ASK, 5)), "action_items", "by March", "Due", 5)
    assert restored(made, "by March")[-1] == (0, "Due", "by March")


def test_a_withheld_task_is_restored_with_its_date_below_it() -> None:
    made = withholding(minutes(task(PLAN, 4)), "action_items", f"{ASK} Due: by March", "Ana", 5)
    assert restored(made, ASK)[2:] == [(0, "Ana", ASK), (1, "Due", "by March")]
