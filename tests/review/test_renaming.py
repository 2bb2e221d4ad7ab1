"""A speaker's right name in notes: where it goes, what stays, and what is to be decided on again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.review.decisions import Unfit, apply
from pipeline.review.state import Item, opened
from tests.review.samples import document
from tests.review.test_decisions import action, find


def renamed_in(text: str, people: tuple[str, ...], speaker: str, name: str, lead: str = "") -> Item:
    """A statement, accepted, after a speaker among these people was renamed."""
    found = opened(document(extra=text))
    items = tuple(replace(i, label=lead) if i.text == text else i for i in found.items)
    found = replace(found, items=items, people=people)
    at = find(found, text)
    accepted = apply(found, action("accept", targets=[at.id]), 1)
    return next(i for i in apply(accepted, action("rename", speaker=speaker, name=name), 2).items if i.id == at.id)


@pytest.mark.parametrize(
    ("speaker", "name", "text", "after"),
    [
        ("Ann", "Ann Baker", "Ann asks Ann Lee.", "Ann Baker asks Ann Lee."),
        ("Ann", "Ann Baker", "Ann Lees Antrag.", "Ann Lees Antrag."),
        ("Ann", "Ann Baker", "Ann asks Ann Baker.", "Ann Baker asks Ann Baker."),
        ("Müller", "Jörg Meier", "Müller, Frau Müller, Weiß-Müller.", "Jörg Meier, Frau Müller, Weiß-Müller."),
        ("Müller", "Jörg Meier", "Frau Weiß-Müllers Plan; Müllers Plan.", "Frau Weiß-Müllers Plan; Müllers Plan."),
    ],
)
def test_a_name_that_is_a_part_of_another_name_stays_there(speaker: str, name: str, text: str, after: str) -> None:
    people = ("Ann", "Ann Lee", "Müller", "Frau Müller")
    assert renamed_in(text, people, speaker, name).text == after


@pytest.mark.parametrize(
    ("speaker", "name", "text", "after"),
    [
        ("राम", "मोहन", "राम ने रामायण पढ़ी, रामू ने नहीं।", "मोहन ने रामायण पढ़ी, रामू ने नहीं।"),
        ("علی", "رضا", "علی‌اصغر و علی", "علی‌اصغر و رضا"),  # a joiner holds the longer name together
        ("鈴木", "佐藤", "田中と鈴木が話す。鈴木一郎は来ない。", "田中と佐藤が話す。鈴木一郎は来ない。"),
        ("王老师", "李老师", "我们同意王老师。", "我们同意李老师。"),
        ("김철수", "이영희", "김철수는 말했다.", "이영희는 말했다."),
        ("สมชาย", "วิทยา", "คุณสมชายและมาลีคุย", "คุณวิทยาและมาลีคุย"),
        ("Tom", "Ann", "今日はTomさんが話す。", "今日はAnnさんが話す。"),
        ("林", "森", "林は森林を見た。", "林は森林を見た。"),  # one character may be a part of any word
    ],
)
def test_a_name_is_found_in_every_script_and_not_within_another_word(
    speaker: str, name: str, text: str, after: str
) -> None:
    assert renamed_in(text, (speaker, "鈴木一郎"), speaker, name).text == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Mina thanks Mina Osei.", "Nina thanks Nina Osei-Ray."),
        ("Osei thanks Mr. Osei.", "Osei-Ray thanks Mr. Osei-Ray."),
        ("Mina Patel thanks Kofi Osei.", "Mina Patel thanks Kofi Osei."),  # somebody else
        ("Dr. Lund thanks Minas, the mina-bird.", "Dr. Lund thanks Minas, the mina-bird."),
    ],
)
def test_a_word_of_a_name_that_stands_alone_becomes_that_of_the_new_name(text: str, after: str) -> None:
    assert renamed_in(text, ("Mina Osei", "Dr. Ana"), "Mina Osei", "Nina Osei-Ray").text == after


@pytest.mark.parametrize(
    ("speaker", "name", "text", "after"),
    [
        ("JOAN SMITH", "Maria Jones", "Joan Smith thanks JOAN SMITH.", "Maria Jones thanks Maria Jones."),
        ("JOAN SMITH", "Maria Jones", "Joan agrees with Smith.", "Maria agrees with Jones."),
        ("JOAN SMITH", "Maria Jones", "Ann Smith calls Joan-Ann.", "Ann Smith calls Joan-Ann."),
        ("JOAN SMITH", "Joan Smith", "Joan Smith thanks JOAN SMITH.", "Joan Smith thanks Joan Smith."),
        ("SMITH JOAN", "Joan Smith", "Joan and Smith agree.", "Joan and Smith agree."),
        ("JOAN", "Maria", "Joan agrees.", "Maria agrees."),
        ("joan", "Maria", "Joan agrees.", "Maria agrees."),
        ("Joan Smith", "Maria Jones", "It is JOAN SMITH.", "It is Maria Jones."),
        ("Mark", "Maria", "Mark gives a mark and MARK.", "Maria gives a mark and MARK."),  # a word, and initials
        ("WILL LEE", "Maria Jones", "Will Lee will go.", "Maria Jones will go."),
    ],
)
def test_a_name_is_replaced_in_other_capitals_too_unless_it_may_be_a_word(
    speaker: str, name: str, text: str, after: str
) -> None:
    assert renamed_in(text, (speaker,), speaker, name).text == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("It is closed. Mrs Smith's home is full.", "It is closed. Mrs Jones's home is full."),
        ("Mrs Smith asks Ms. Smith.", "Mrs Jones asks Ms. Jones."),
        ("“Ann Smith agrees,” says Ann Smith.", "“Ann Smith agrees,” says Ann Smith."),  # somebody else
    ],
)
def test_a_last_name_is_replaced_behind_a_title_and_kept_behind_another_first_name(text: str, after: str) -> None:
    assert renamed_in(text, ("Joan Smith",), "Joan Smith", "Maria Jones").text == after


@pytest.mark.parametrize(
    ("people", "name", "text"),
    [
        (("Mina Osei", "Mina Ray"), "Nina Osei", "Mina agrees."),  # which of the two?
        (("Mina Osei",), "Nina", "Mina agrees."),
        (("Mina Osei",), "Nina Osei", "Mina likes the mina best."),
        (("Mina Osei", "Dr. Ray"), "Prof. Osei", "Dr. Ray agrees."),
    ],
)
def test_a_word_of_a_name_stays_where_it_may_be_anything_else(people: tuple[str, ...], name: str, text: str) -> None:
    assert renamed_in(text, people, "Mina Osei", name).text == text


@pytest.mark.parametrize("text", ["Ana agrees.", "It is Berg, who agrees."])
def test_words_of_a_name_in_another_order_stay_where_they_stand_alone(text: str) -> None:
    assert renamed_in(text, ("Berg, Ana",), "Berg, Ana", "Ana Berg").text == text


@pytest.mark.parametrize(("lead", "standing"), [("", "pending"), ("Mina", "accepted")])
def test_what_a_word_of_a_name_changes_is_decided_on_again_unless_a_lead_is_that_word(lead: str, standing: str) -> None:
    at = renamed_in("Mina agrees.", ("Mina Osei",), "Mina Osei", "Nina Osei", lead)
    assert (at.text, at.label, at.standing) == ("Nina agrees.", lead and "Nina", standing)
    assert bool(at.reopened) == (not lead)


def test_a_name_that_another_speaker_has_is_given_only_to_the_same_person_or_in_exchange() -> None:
    found = opened(document(extra="Ana asks Ben."))
    with pytest.raises(Unfit, match="another speaker is called Ana"):
        apply(found, action("rename", speaker="Ben", name="Ana"), 1)
    same = apply(found, action("rename", speaker="Ben", name="Ana", other="same"), 1)
    assert [same.speaker(label) for label in ("Ana", "Ben")] == ["Ana", "Ana"]
    exchanged = apply(found, action("rename", speaker="Ben", name="Ana", other="exchange"), 1)
    assert [exchanged.speaker(label) for label in ("Ana", "Ben")] == ["Ben", "Ana"]
    assert exchanged.speakers() == ("Ben", "Ana")
    assert find(exchanged, " asks ").text == "Ben asks Ana."
    assert apply(exchanged, action("rename", speaker="Ana", name="Ben", other="exchange"), 2).speakers() == found.people


def test_a_name_that_is_exchanged_with_a_letter_stays_in_the_notes_as_the_letter_does() -> None:
    found = replace(opened(document(extra="Ann helps B.")), people=("A", "B"), labels=("A", "B"))
    named = apply(found, action("rename", speaker="A", name="Ann"), 1)
    exchanged = apply(named, action("rename", speaker="B", name="Ann", other="exchange"), 2)
    assert exchanged.speakers() == ("B", "Ann")
    assert find(exchanged, " helps ").text == "Ann helps B."


def test_a_label_that_only_counts_takes_a_known_name_and_leaves_its_word_in_the_notes() -> None:
    found = replace(opened(document(extra="Speaker 1 is the Speaker.")), people=("Speaker 1", "Mina Osei"))
    after = apply(found, action("rename", speaker="Speaker 1", name="Mina Osei"), 1)
    assert find(after, " is the ").text == "Mina Osei is the Speaker."


def test_a_label_that_is_a_part_of_a_known_name_has_the_whole_new_name_in_its_place() -> None:
    assert renamed_in("Mina thanks Osei.", ("Mina Osei",), "Mina", "Nina Roth").text == "Nina Roth thanks Roth."
