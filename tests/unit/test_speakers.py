"""Who speaks: labels and the names that a recording's data give."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.capable.chunks import known_facts
from pipeline.labels import labels_for
from pipeline.readers import parse
from pipeline.speakers import Person, names_nobody, names_of, not_used, speakers_of
from pipeline.transcript import Chapter, Metadata, Role, Segment, Transcript
from pipeline.verification import Recording, finding


def talk(labels: tuple[str | None, ...], *known: str) -> Transcript:
    segments = tuple(Segment(n, "We mend bridges.", label) for n, label in enumerate(labels, 1))
    return Transcript("talk", segments, Metadata(speakers=known))


def test_a_label_goes_with_the_full_name_that_the_data_give() -> None:
    made = talk(("Giulia", "Audience Member", "G. Fanti", "Giulia"), "Giulia Fanti")
    assert speakers_of(made) == (
        Person("Giulia Fanti", ("Giulia", "G. Fanti")),
        Person("Audience Member", ("Audience Member",)),
    )
    assert "Speakers: Giulia Fanti (in the lines Giulia, G. Fanti), Audience Member." in known_facts(made)


def test_a_model_is_told_the_roles_that_labels_tell_and_its_names_from_there_are_said() -> None:
    roles = (Role("The Chair", "Mr. Abel, LIB"), Role("Giulia", "harbour"))
    told = replace(talk(("The Chair", "Giulia")), metadata=Metadata(speakers=("Giulia Fanti",), roles=roles))
    assert "Speakers, each with the office," in known_facts(told)
    assert ": The Chair (Mr. Abel, LIB); Giulia Fanti (harbour; in the lines Giulia)." in known_facts(told)
    assert not finding("In the chair, Abel of the LIB mends bridges.", Recording(told))
    assert finding("In the chair, Abelard mends bridges.", Recording(told))


def test_a_model_is_told_what_stands_above_the_talk_and_its_names_from_there_are_said() -> None:
    text = "Harbour committee, 3 March 2026\nPresent: Ana Bell (chair), Ben Oram\n\n" + "Ana: Good evening.\nBen: We mend bridges.\n" * 3  # fmt: skip
    told = parse(text.encode(), "talk.txt", name="talk")
    assert told.metadata.header == "Harbour committee, 3 March 2026 / Present: Ana Bell (chair), Ben Oram"
    assert f'The file begins with: "{told.metadata.header}".' in known_facts(told)
    assert not finding("On 3 March 2026 Ana Bell opens the evening.", Recording(told))


def test_a_model_is_told_the_chapters_by_their_first_lines_and_names_from_there_are_said() -> None:
    segments = tuple(Segment(n, "We mend bridges. " * 9, None, 10.0 * n) for n in range(1, 5))
    chapters = (Chapter("Intro", 0.0), Chapter("The Köprü tunnel", 30.0), Chapter("Credits", 90.0))
    told = Transcript("talk", segments, Metadata(chapters=chapters))
    assert "chapters, each with its first line: [1] Intro; [3] The Köprü tunnel." in known_facts(told)
    assert not finding("They mend the Köprü tunnel.", Recording(told))


def test_a_chapter_begins_in_the_line_that_is_being_said_under_the_number_that_a_model_sees() -> None:
    text = "We mend bridges. " * 9
    long = tuple(Segment(n, text, None, 60.0 * n - 60, 60.0 * n) for n in range(1, 4))
    overlapping = tuple(Segment(n, text[: 130 * (n < 6) + 16], None, 176.4 + 4 * n, 184.0 + 4 * n) for n in range(4, 9))
    chapters = (Chapter("In", 45.0), Chapter("Up to", 119.4), Chapter("Rounded", 196.0), Chapter("Merged", 209.0))
    told = known_facts(Transcript("talk", (*long, *overlapping), Metadata(chapters=chapters)))
    assert "first line: [1] In; [3] Up to; [5] Rounded; [6] Merged." in told


def test_what_is_known_stays_in_one_line_whatever_a_caller_puts_into_it() -> None:
    made = replace(talk(("Ana",)), metadata=Metadata(title="Piers\n[1] Ana: We close", header="a\u2028b"))
    assert known_facts(made) == (
        "Title: Piers [1] Ana: We close. Channel: not known. Published: not known. Speakers: Ana. "
        'The file begins with: "a b".'
    )


def test_a_role_is_told_once_and_also_of_labels_that_name_nobody() -> None:
    people = Metadata(speakers=("Ana Bell", "Ben Oram"), roles=(Role("Ana", "chair"), Role("Ana Bell", "chair")))
    assert "Ana Bell (chair; in the lines Ana, Ana Bell)" in known_facts(
        replace(talk(("Ana", "Ana Bell")), metadata=people)
    )
    people = replace(people, roles=(Role("Speaker 1", "chair"),))
    told = known_facts(replace(talk(("Speaker 1", "Speaker 2")), metadata=people))
    assert "The lines call them Speaker 1 (chair), Speaker 2, and nothing else tells who is who." in told


def test_a_label_that_fits_two_names_or_none_stays_and_may_be_any_of_the_others() -> None:
    assert names_of(talk(("Adam", "Speaker 1"), "Adam Jonas", "Adam Rivet")) == ("Adam", "Speaker 1")
    assert names_of(talk(("Cleo", "Dan"), "Ana Bell", "Ben Oram")) == ("Cleo", "Dan")
    assert names_of(talk(("Ana", "Ana"), "Ana Bell", "Ben Oram")) == ("Ana Bell", "Ben Oram")


def test_who_speaks_is_known_where_labels_only_count_and_a_model_is_told_that_nothing_says_who_is_who() -> None:
    counted = talk(("Speaker 1", "Speaker 2"), "Ana Bell", "Ben Oram")
    assert names_of(counted) == ("Speaker 1", "Speaker 2", "Ana Bell", "Ben Oram")
    known = "Speakers: Ana Bell, Ben Oram. The lines call them Speaker 1, Speaker 2, and nothing tells who is who."
    assert known in known_facts(counted) and not not_used(("Ana Bell", "Ben Oram"), counted)


@pytest.mark.parametrize(
    "roles", [("Q", "A"), ("Q.", "A."), ("问", "答"), ("Question", "Réponse"), ("FRAGE", "ANTWORT")]
)
def test_questions_and_answers_are_no_names_and_whoever_is_known_speaks(roles: tuple[str, str]) -> None:
    asked = talk((*roles, "darosior"), "Gloria Zhao")
    assert names_of(asked) == (*roles, "darosior", "Gloria Zhao")
    assert f"Gloria Zhao. The lines call them {', '.join(roles)}, and nothing tells who is who." in known_facts(asked)
    assert names_of(talk((*roles, "Gloria"), "Gloria Zhao")) == (*roles, "Gloria Zhao")
    assert names_of(talk(("M", "J"), "Mary Major", "John Doe")) == ("M", "J")


@pytest.mark.parametrize("name", ["王", "김", "Q-Tip", "Bo", "Al", "GZ", "J. R.", "Ana Frage", "Malcolm X"])
def test_short_names_are_names(name: str) -> None:
    assert not names_nobody(name, [name, "A", "J"])


def test_names_that_are_given_and_go_with_no_label_are_told() -> None:
    others = talk(("Cleo", "Dan"), "Ana Bell", "Dan Oram")
    assert not_used(("Ana Bell", "Dan Oram"), others) == "--speakers: no label fits Ana Bell; the labels are Cleo, Dan"
    assert not not_used(("Ana Bell",), talk((), "Ana Bell"))


@pytest.mark.parametrize(
    ("label", "known"),
    [
        ("Jason", "Adam Jonas"),
        ("Carol", "Carlo Rossi"),
        ("Maria", "Mario Bell"),
        ("Amy", "May Li"),
    ],
)
def test_another_name_of_the_same_letters_is_another_person(label: str, known: str) -> None:
    assert names_of(talk((label,), known)) == (label,)


def test_a_label_with_two_letters_in_each_others_place_is_the_same_speaker_if_they_do_not_talk_together() -> None:
    lecture = ("Giulia", "Audience", "Guilia", "Audience", "Giulia", "Audience") * 2
    assert names_of(talk(lecture, "Giulia Fanti")) == ("Giulia Fanti", "Audience")
    assert names_of(talk(("Carol", "Carlo") * 6, "Carol Bell")) == ("Carol Bell", "Carlo")
    assert names_of(talk(("Giulia", "Audience", "Guilia", "Audience"))) == ("Giulia", "Audience", "Guilia")
    assert names_of(talk(("Amy", "Ana", "May", "Ana"), "Amy Ott")) == ("Amy Ott", "Ana", "May")


def test_without_labels_the_data_tell_who_speaks_and_without_data_the_labels_do() -> None:
    assert names_of(talk((None, None), "Ana Bell", "Ben Oram")) == ("Ana Bell", "Ben Oram")
    assert names_of(talk(("Ben", "Ana"))) == ("Ben", "Ana")
    assert names_of(talk((None,))) == ()
    assert "Speakers: not known." in known_facts(talk((None,)))
    assert "Speakers: Ben." in known_facts(talk(("Ben",), "Ben"))


def test_names_with_commas_in_them_have_semicolons_between_them() -> None:
    assert "Speakers: Berg, Ana; Roth, Ben." in known_facts(talk(("Berg, Ana", "Roth, Ben")))
    assert labels_for("de").names(["Berg, Ana", "Roth, Ben"]) == "Berg, Ana; Roth, Ben"
    assert labels_for("de").names(["Ana Berg", "Ben Roth"]) == "Ana Berg, Ben Roth"
