"""Transcripts as they are published: earnings calls, news, press briefings, parliaments."""

from unittest import mock

import pytest

from pipeline.readers import lists_of_people
from pipeline.readers.evidence import Labels
from pipeline.readers.tally import Tally
from pipeline.readers.text_lines import text_lines
from tests.readers.reading import read

CEO, CFO, BANK = ("Dana Cho", "Chief Executive Officer"), ("Luis Ferrer", "CFO"), ("Ana Menon", "Pier Bank, Analyst")
CALL = [
    (("Operator", ""), "Good day, and welcome to the call of Harbor Pumps."),
    (CEO, "Thank you. Revenue grew nine percent, and we opened two plants."),
    (CFO, "The margin was 41 percent."),
    (("Operator", ""), "The first question is from Ana Menon."),
    (BANK, "What drove the margin?"),
    (CFO, "Copper, which became cheaper."),
    (CEO, "And the two plants, which make less scrap."),
    (BANK, "And the dividend?"),
    (("Operator", ""), "The next question is from Bo Quill."),
    (("Bo Quill", "Town Bank, Analyst"), "How many plants will there be?"),
    (CEO, "Two more."),
]
ABOVE = "Harbor Pumps Inc.\nThird quarter of 2026\n\nParticipants\nDana Cho - Chief Executive Officer\nLuis Ferrer - CFO\n\n"


def turns(text: str, suffix: str = ".txt") -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in read(text, suffix).segments]


def call(label: str, alone: str = "{name}") -> str:
    labels = ((label if role else alone).format(name=name, role=role) for (name, role), _ in CALL)
    return ABOVE + "\n\n".join(f"{line}\n\n{said}" for line, (_, said) in zip(labels, CALL, strict=True))


def numbered(text: str) -> str:
    parts = text.split("\n\n")
    return "\n\n".join(
        f"{p}    [{n}]" if any(p == x[0][0] for x in CALL) or " - " in p else p for n, p in enumerate(parts)
    )


LAYOUTS = [
    call("{name} -- {role}"),
    call("{name} - {role}"),
    numbered(call("{name} - {role}")),
    call("**{name}** -- *{role}*", "**{name}**"),
    call("{name}\n{role}"),
    call("{name}, {role}"),
]


@pytest.mark.parametrize("text", LAYOUTS)
def test_names_with_roles_alone_on_lines_are_speakers(text: str) -> None:
    assert turns(text) == [(name, said) for (name, _), said in CALL]


@pytest.mark.parametrize("text", LAYOUTS)
def test_their_roles_are_kept(text: str) -> None:
    roles = {role.speaker: role.text for role in read(text).metadata.roles}
    assert roles == dict(person for person, _ in CALL if person[1])


def test_two_hyphens_before_a_role_and_a_colon_end_the_name() -> None:
    parts = [f"{name} -- {role}: {said}" if role else f"{name}: {said}" for (name, role), said in CALL]
    assert turns("\n\n".join(parts)) == [(name, said) for (name, _), said in CALL]


def test_the_list_of_participants_is_above_the_talk() -> None:
    assert "Participants / Dana Cho - Chief Executive Officer" in (read(LAYOUTS[1]).metadata.header or "")


def test_the_list_of_participants_at_the_end_is_nobodys_words() -> None:
    below = "\n\nCall participants:\n\nDana Cho -- Chief Executive Officer\n\nLuis Ferrer -- CFO\n\nMore analysis"
    assert turns(LAYOUTS[0] + below) == turns(LAYOUTS[0])


def test_a_title_between_turns_is_no_speech() -> None:
    text = LAYOUTS[0].replace("Operator\n\nThe first", "Questions & Answers:\n\nOperator\n\nThe first")
    assert turns(text) == turns(LAYOUTS[0])


def test_a_name_alone_that_may_be_a_heading_is_in_doubt() -> None:
    transcript = read(LAYOUTS[0].replace("Bo Quill -- Town Bank, Analyst", "Unidentified Analyst"))
    assert [s.speaker for s in transcript.segments][-2:] == [None, "Dana Cho"]
    assert '"Unidentified Analyst" may or may not be a speaker' in transcript.reading.remarks[0].text


def test_a_running_head_between_parts_of_sentences_is_no_speaker() -> None:
    head = "Harbor Pumps Inc - Third Quarter Call"
    text = (
        LAYOUTS[0]
        .replace("percent, and we", f"percent, and\n{head}\nwe")
        .replace("plants, which", f"plants, which\n{head}\n")
    )
    assert {speaker for speaker, _ in turns(text)} == {name for (name, _), _ in CALL}


def test_scenes_of_a_screenplay_are_no_speakers() -> None:
    scene = "INT. PUMP HOUSE - NIGHT\n\nRain falls on the roof.\n\nDANA\nIt stopped again.\n\nLUIS\nThen start it again.\n\n"
    other = "EXT. HARBOUR WALL - NIGHT\n\nWaves break over the wall.\n\nLUIS\nWho was that?\n\nDANA\nNobody.\n\n"
    assert not {speaker for speaker, _ in turns((scene + other) * 3)} & {"INT. PUMP HOUSE", "EXT. HARBOUR WALL"}


OFFICE = "The Parliamentary Under-Secretary of State for Ports, Harbours and Coastal Communities (Kate Dearlove)"
SITTING = f"""{OFFICE}

I make a statement on sea walls. Four harbours closed.

Dana Cho (Pier North) (Lab)

How many walls were repaired?

Kate Dearlove

Seven.

Rosa Marquand (Bay East) (Con)

When will ours be closed?

Kate Dearlove

By Easter.

Dana Cho

Which Easter?

Kate Dearlove

This one.
"""


def test_a_member_is_one_person_with_and_without_office() -> None:
    transcript = read(SITTING)
    assert [s.speaker for s in transcript.segments][:3] == ["Kate Dearlove", "Dana Cho", "Kate Dearlove"]
    assert transcript.metadata.roles[0].text == OFFICE.partition(" (")[0]


def test_an_office_before_a_colon_gives_the_member_in_brackets() -> None:
    lines = [
        "The Minister for Ports (Ben Oram): We repair walls.",
        "Dana Cho: How many?",
        "Ben Oram: Seven.",
        "Dana Cho: When?",
    ]
    assert turns("\n\n".join([*lines, "Ben Oram: In May."]))[0] == ("Ben Oram", "We repair walls.")


def test_members_who_speak_once_are_told_by_a_full_stop_and_a_dash() -> None:
    people = [
        "Ana Menon, Member of the Commission",
        "Karl Brandt, im Namen der Fraktion",
        "Luis Ferrer (ECR)",
        "Mario Rossi (NI)",
    ]
    text = "\n\n".join(f"{who}. – Our port is old.\n\nIt needs a wall." for who in people)
    assert [speaker for speaker, _ in turns(text)] == ["Ana Menon", "Karl Brandt", "Luis Ferrer", "Mario Rossi"]


def test_questions_of_the_press_are_not_the_answers() -> None:
    asked = "\n\n".join(f"Q    Is harbor {n} open?\n\nMS. CHO:  It is, since day {n}." for n in "ABCD")
    assert [speaker for speaker, _ in turns(asked)] == ["Q", "MS. CHO"] * 4


def test_somebody_named_in_full_once_is_one_person() -> None:
    talk = "TERRY QUILL, HOST: Welcome.\n\nDANA CHO: Thank you.\n\n" + "QUILL: Why?\n\nCHO: Because of rust.\n\n" * 4
    assert {speaker for speaker, _ in turns(talk)} == {"TERRY QUILL", "DANA CHO"}


def test_somebody_named_in_full_with_a_role_after_each_break_is_one_person() -> None:
    talk = "TERRY QUILL, HOST: Welcome.\n\nQUILL: Now.\n\nDANA CHO, REPORTER: Yes.\n\nCHO: No.\n\n" * 3
    assert {speaker for speaker, _ in turns(talk)} == {"TERRY QUILL", "DANA CHO"}


def test_an_initial_tells_two_people_of_one_name_apart() -> None:
    talk = "H. MARQUAND: Welcome.\n\nCHO: Thank you.\n\n" + "MARQUAND: He knew.\n\nCHO: Did he?\n\n" * 4
    assert {speaker for speaker, _ in turns(talk)} == {"H. MARQUAND", "MARQUAND", "CHO"}


def test_a_heading_that_may_name_somebody_ends_the_turn_above() -> None:
    page = "".join(f"#### Terry Quill\n\nQuestion {n}?\n\n#### Dana Cho\n\nAnswer {n}.\n\n" for n in "ABCD")
    transcript = read(page + "#### Mario\n\nKeep it oiled.\n\n#### Dana Cho\n\nYes.\n", ".md")
    assert ("Mario" in transcript.reading.remarks[0].text, transcript.segments[-2].speaker) == (True, None)


def test_by_at_the_end_of_a_sentence_in_capitals_names_nobody_who_asks() -> None:
    captions = ">> MAYOR CHO: THE GAP WILL BE CLOSED\nBY EASTER.\n>> CLERK: THANK YOU.\n" * 4
    assert ("MAYOR CHO", "THE GAP WILL BE CLOSED BY EASTER.") in turns(captions)


def test_running_feet_of_three_lines_are_no_speech() -> None:
    said = ["a plant in Porto", "a yard", "two offices", "a school of pumps", "nothing", "the old lock"]
    foot = "October 28, 2026 / 12:30 GMT, Harbor Pumps Call\nPIER EVENTS | www.pier.example\nAll rights reserved {0}"
    parts = ["We began", "We built", "We opened", "We painted", "We sold"]
    pages = ["".join(f"Dana Cho: {part} {what}.\nLuis Ferrer: Why {what}?\n" for part in parts) + foot for what in said]
    spoken = " ".join(text for _, text in turns("\f".join(page.format(n) for n, page in enumerate(pages, 2))))
    assert "Harbor Pumps Call" not in spoken


def test_short_lines_of_speech_on_short_pages_are_no_running_heads() -> None:
    pages = [
        f"HARBOR HISTORY\nQ. Who built {what}?\nA. Nobody\nQ. Why?\nA. Money\nPort {n}"
        for n, what in enumerate("ABCDEF")
    ]
    assert sum(text == "Nobody" for _, text in turns("\f".join(pages))) == len(pages)


@pytest.mark.parametrize("office", ["CHAIR", "MAYOR"])
def test_somebody_who_follows_or_returns_often_is_another_person(office: str) -> None:
    often = f"VICE {office}: Welcome.\n\nCHO: Thank you.\n\n{office}: Why?\n\n" * 4
    successive = f"VICE {office}: Welcome.\n\n" + f"{office}: Thank you.\n\nCHO: Why?\n\n" * 4
    assert all({name for name, _ in turns(talk)} == {f"VICE {office}", office, "CHO"} for talk in (often, successive))


def test_short_turns_at_the_end_are_no_list() -> None:
    talk = "".join(f"[00:0{n}:00] Ana:\nWhy {n}?\n\n[00:0{n}:30] Ben:\nSo.\n\n" for n in range(5))
    end = "[00:07:00] Ana:\nthank you all\n\n[00:07:01] Ben:\nbye\n\n[00:07:02] Ana:\n[00:07:03] Ben:\n"
    assert ("Ana", "thank you all") in turns(talk + end)


@pytest.mark.parametrize("sign", [". – ", ". — "])
def test_terms_before_a_full_stop_and_a_dash_are_no_speakers(sign: str) -> None:
    terms = ["Mass Balance", "Wave Height", "Tidal Range", "Harbour Wall", "Sea Level"]
    assert {name for name, _ in turns("\n\n".join(f"{term}{sign}It is measured daily." for term in terms))} == {None}


def test_an_answer_below_a_question_or_a_line_that_recurs_is_no_heading() -> None:
    asked = [f"Host: Who was {n}?\n\n{n} Bell\n\nGuest: It was.\n\nYes Chef\n\n" for n in ("Ana", "Ben", "Cleo")]
    spoken = " ".join(text for _, text in turns("".join(asked) + "Host: Thank you."))
    assert ("Ana Bell" in spoken, "Yes Chef" in spoken) == (True, True)


@pytest.mark.parametrize(
    "lines",
    [
        [
            "Old Business - Budget",
            "New Business - Dredging",
            "Old Business - Budget",
            "New Business - Lamps",
            "Any Other Business",
        ],
        ["Slide One - Walls", *["Slide Two - The Wall"] * 2, *["Slide Three - The Quay"] * 2, "Slide Four - End"],
    ],
)
def test_headings_with_other_topics_or_repeated_at_once_name_nobody(lines: list[str]) -> None:
    text = "\n\n".join(f"{line}\n\nThe water was cold on day {n}. Nobody had told us." for n, line in enumerate(lines))
    assert {name for name, _ in turns(text)} == {None}


def test_many_lines_in_capitals_that_end_in_an_abbreviation_take_no_minutes() -> None:
    companies = "".join(f"HARBOR {'ABCDEFGHIJ'[n % 10] * (n // 10 + 2)} INC.\n\n" for n in range(800))
    checked = Labels([], 1, "")
    rows = text_lines(companies.split("\n"), 1, Tally())
    checked.names.add("Ana")
    with mock.patch.object(lists_of_people, "_is_title", wraps=lists_of_people._is_title) as is_title:
        lists_of_people.headings(rows, checked)
    assert is_title.call_count <= len(rows)
