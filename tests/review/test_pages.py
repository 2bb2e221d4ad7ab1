"""What the page shows of a document that a scripted model made: nesting, what the check changed, what was left out."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from pipeline.document import Correction, Problem
from pipeline.review.actions import Decide, Edit, Heading, Move, Restore
from pipeline.review.catalogue import Catalogue, Desk
from pipeline.review.decisions import apply
from pipeline.review.pages import changed_ids, document_page, list_page, made_by, notes, progress, statement_html
from pipeline.review.state import Item
from pipeline.review.statements import changed_words
from tests.review.samples import document
from tests.review.talk import folder_with_talk


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_with_talk(tmp_path_factory.mktemp("talk")) / "outputs" / "hive.json"


@pytest.fixture
def desk(record: Path) -> Desk:
    record.with_name("hive.review.json").unlink(missing_ok=True)
    return Desk(record, None)


def find(desk: Desk, words: str) -> Item:
    return next(i for i in desk.state.items if words in i.text)


def shown(desk: Desk, words: str) -> str:
    """The words of a statement on the page, marks of what changed kept."""
    html = re.sub(r"<(?!/?(?:ins|del)\b)[^>]*>", "", statement_html(find(desk, words), desk))
    return " ".join(unescape(html).split())


def test_a_nested_statement_is_shown_as_one_and_decided_by_itself(desk: Desk) -> None:
    above, nested = find(desk, "scales under 62"), find(desk, "A swarm: two")
    assert (above.depth, nested.depth) == (0, 1)
    assert '<li class="item pending d1"' in statement_html(nested, desk)
    assert shown(desk, "A swarm: two").startswith("Nested: A swarm")
    assert desk.state.above(nested) == ("What the Weight of a Hive Tells", above.text)


def test_what_goes_on_in_a_paragraph_is_shown_so_until_it_is_moved(desk: Desk) -> None:
    goes_on = replace(find(desk, "scales under 62"), continues=True)
    assert '<li class="item pending d0 goes-on"' in statement_html(goes_on, desk)
    state = replace(desk.state, items=tuple(goes_on if i.id == goes_on.id else i for i in desk.state.items))
    moved = apply(state, Move(kind="move", target=goes_on.id, group=state.groups[-1].id), 7)
    assert not any(i.continues for i in moved.items)


def test_what_the_check_changed_stands_before_and_after_with_the_reason(desk: Desk) -> None:
    html = shown(desk, "can carry foulbrood")
    assert "Honey from another hive <ins>can carry</ins> foulbrood." in html
    assert "Before the check: Honey from another hive <del>always carries</del> foulbrood." in html
    assert "(too strong: the lines say “can”)" in html and "corrected" in html


def test_what_the_check_changed_in_a_heading_stands_below_it_until_the_heading_is_changed(desk: Desk) -> None:
    group = desk.state.groups[0]
    correction = Correction(before=group.heading.replace("Weight", "Scent"), reason="they speak of its weight")
    desk.review.timeline.state = replace(desk.state, groups=(replace(group, correction=correction),))
    page = notes(desk)
    assert "<ins>Weight</ins> of a Hive Tells</h3>" in page and "<del>Scent</del> of a Hive Tells" in page
    assert "(they speak of its weight)" in page
    changed = apply(desk.state, Heading(kind="heading", group=group.id, text="Scales"), 1)
    assert changed.groups[0].correction is None


def test_of_a_moved_statement_the_neighbours_have_changed_too(desk: Desk) -> None:
    first, second, *_ = (i.id for i in desk.state.items)
    state = desk.state
    accepted = apply(state, Decide(kind="accept", targets=(second,)), 1)
    assert changed_ids(state, accepted) == changed_ids(accepted, state) == [second]
    last = next(i for i in state.items if i.section == "main_points" and i.depth == 0)
    below = state.items[state.items.index(last) + len(state.block(last))]
    moved = apply(state, Move(kind="move", target=below.id, before=last.id), 1)
    assert below.id in changed_ids(moved, state) and first not in changed_ids(moved, state)


def test_a_finding_that_stands_is_told_in_its_words(desk: Desk) -> None:
    html = shown(desk, "45 years")
    assert "In doubt: nobody says 45 in the recording" in html
    assert "weak" in html and "corrected" not in html


def test_a_withheld_statement_is_shown_with_its_reason(desk: Desk) -> None:
    assert shown(desk, "lost fewer hives").startswith("Withheld: he lost as many as before")


def test_points_that_were_left_out_stand_in_a_fold_with_their_lines(desk: Desk) -> None:
    fold = notes(desk).split('<details class="part left-out"')[1]
    assert "Left out (3)" in fold
    assert "about ninety euros" in fold and "line 16" in fold
    assert "about ninety euros" not in notes(desk).split('<details class="part left-out"')[0]


def test_what_is_known_of_the_source_is_shown_and_nobody_has_to_accept_it(desk: Desk) -> None:
    assert "The recording was published by Stand and Frame. Speakers: Ida Moran, Pavel Dusek." in notes(desk)
    assert not any("was published" in i.text for i in desk.state.items)


def test_prerequisites_can_be_decided_and_count_as_nothing_verified(desk: Desk) -> None:
    told = progress(desk.state)
    assert {i.standing for i in desk.state.items if i.section == "prerequisites"} == {"pending"}
    assert told["verified"] + told["weak"] == sum(not i.outside and bool(i.lines) for i in desk.state.items)


def test_the_head_of_the_page_tells_who_checked(desk: Desk) -> None:
    page = document_page("0", desk, "token", regenerates=False)
    assert "Made by scripted, checked by the same model, each statement beside its lines." in page
    assert "standard length asks for" in page


def test_what_the_notes_lack_is_headed_as_on_their_page(record: Path) -> None:
    partial = Desk(record, None)
    problem = Problem(section="main_points", chunk=None, message="a call failed")
    facts = {"notes": "minutes", "status": "partial", "problems": (problem,)}
    partial.document = partial.document.model_copy(update=facts)
    assert "Who Said What: a call failed" in document_page("a", partial, "token", regenerates=False)


def test_a_check_by_code_is_not_passed_off_as_one_of_meaning() -> None:
    run = document().run.model_copy(update={"checked_by": "code"})
    assert "checked by code alone: figures, quotations and names, not meaning" in made_by(run)


def test_the_list_tells_what_was_put_right_and_by_whom_it_was_checked(record: Path) -> None:
    page = list_page(Catalogue([record.parent]).entries(), "", "token")
    assert "2 of them corrected by the check" in page
    assert "3 left out" in page and "checked by scripted" in page


def test_the_list_finds_words_of_notes_that_were_left_out(record: Path) -> None:
    page = list_page(Catalogue([record.parent]).entries(), "ninety", "token")
    assert "<mark>ninety</mark>" in page and "Left out" in page


def test_an_edited_text_is_shown_without_what_was_found_of_the_former_one(desk: Desk) -> None:
    edit = Edit(kind="edit", target=find(desk, "45 years").id, text="Spores of foulbrood live for forty years.")
    desk.review.add(edit, base=0, who="Ann", clock=lambda: "")
    html = shown(desk, "live for forty years")
    assert "In doubt" not in html and "Before the check" not in html and "Remark" not in html
    assert "The model’s text" in html and "edited" in html


def test_a_program_remarks_on_an_edited_text_and_it_stays_accepted(desk: Desk) -> None:
    edit = Edit(kind="edit", target=find(desk, "45 years").id, text="Spores of foulbrood live for 60 years.")
    desk.review.add(edit, base=0, who="Ann", clock=lambda: "")
    assert "Automatic check: nobody says 60 in the recording" in shown(desk, "live for 60")
    assert find(desk, "live for 60").standing == "accepted"


def test_a_restored_note_leaves_the_fold(desk: Desk) -> None:
    note = find(desk, "about ninety euros")
    desk.review.add(Restore(kind="restore", target=note.id, lines=note.lines), base=0, who="Ann", clock=lambda: "")
    before, fold = notes(desk).split('<details class="part left-out"')
    assert "about ninety euros" in before and "Left out (2)" in fold


def test_single_words_that_differ_are_marked_in_both_wordings() -> None:
    was, now = changed_words("The pump makes 30 bar, always.", "The pump makes 40 bar.")
    assert [p.text for p in was if p.changed] == ["30 bar, always."]
    assert [p.text for p in now if p.changed] == ["40 bar."]


def test_of_wordings_that_have_little_in_common_the_former_is_struck_out_whole() -> None:
    was, now = changed_words("Nobody knows.", "The pump was built by two brothers.")
    assert [p.changed for p in (*was, *now)] == [True, False]
