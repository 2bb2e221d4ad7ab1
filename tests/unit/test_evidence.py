import pytest

from pipeline.evidence import cite, owner_fault, realign, support_fault, with_right_owner
from pipeline.figures import figures, unsaid
from pipeline.source import Source
from pipeline.wording import form_fault
from tests.scripted import transcript

SOURCE = Source(transcript())

LINE = "So I mean, we switched the ovens to heat pumps and, uh, the gas bill, it fell like forty percent in the first winter."


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("twenty to thirty percent", 30),
        ("a quarter of it", 25),
        ("1.5 million", 1_500_000),
        ("18 times", 18),
        ("two hundred and fifty", 250),
        ("nineteen eighty four", 1984),
        ("three thousand two hundred", 3200),
        ("forty-five", 45),
        ("2,300 people", 2300),
        ("twice as much", 2),
        ("one point five", 1.5),
        ("4,800 homes", 4800),
        ("two point three million", 2_300_000),
        ("half of them", 50),
        ("two and a half metres", 2.5),
        ("a thirteenth of it", 13),
        ("the twenty-first century", 21),
        ("1.200,50 Euro", 1200.5),
        ("3,5 Prozent", 3.5),
        ("1 200 francs", 1200),
        ("٣٥ percent", 35),
        ("in the nineties", 90),
        ("at 12:30", 30),
    ],
)
def test_figures_in_words_and_digits(said: str, value: float) -> None:
    assert value in figures(said)


def test_an_invented_figure_is_a_fault() -> None:
    assert unsaid("The bill fell by 45%.", [LINE]) == "45"
    assert unsaid("The bill fell by forty-five percent.", [LINE]) == "forty five"
    assert unsaid("The bill fell by 40%.", [LINE]) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I think the bill fell by 40% in the winter.", 'says "I"'),
        ("Did the gas bill fall by 40% in the winter?", "question"),
        ("The employers reported that the gas bill—", "not complete"),
        ("The transcript says that the bill fell by 40%.", "The transcript"),
        ("A broken oven sends us the wrong bill for the winter.", 'says "us"'),
        ("The gas bill made me think of heat pumps in the bakery.", 'says "me"'),
        ("The heat pumps of the bakery were set up by the engineer, Dr.", "not complete"),
        ("The presenter answers that heat pumps pay for bakers.", "the presenter"),
        ("Ana reflects on the winter, asking how the gas bill came to fall.", "question"),
        ("It will talk about heat pumps and the gas bill.", "It will talk about"),
        ("The person has not spent any time with heat pumps.", "The person"),
        ("Heat pumps, as the authors argue, cut the gas bill by 40%.", "the authors"),
        ("The talk aims to convince bakers that heat pumps pay.", "The talk aims"),
        ("Heat pumps are a powerful method for bakers who pay for gas.", "powerful method"),
        ("Welcome to Deep Ovens, with a baker on heat pumps and gas bills.", "small talk"),
        ("This episode is sponsored by a maker of heat pumps for bakers.", "advert"),
        (
            "Switched the ovens to heat pumps and, uh, the gas bill, it fell like forty percent in the first winter.",
            "copies",
        ),
    ],
)
def test_what_does_not_read_as_a_note(text: str, reason: str) -> None:
    assert reason.lower() in (form_fault(text, LINE) or "").lower()


def test_of_whom_the_lines_speak_a_note_may_speak() -> None:
    note = "The authors of the paper found that heat pumps cut the gas bill of bakers by 40%."
    assert form_fault(note, LINE) and form_fault(note, f"{LINE} The authors of the paper found it.") is None
    assert form_fault("The person who owns the bakery saved 40% of the gas bill.", LINE) is None


@pytest.mark.parametrize(
    "text",
    [
        "Heat pumps cut the bakery's gas bill by 40% in one winter.",
        "A bakery in the US cut its gas bill by 40% in one winter.",
    ],
)
def test_a_note_in_its_own_words_passes(text: str) -> None:
    assert form_fault(text, LINE) is None


def test_first_person_inside_a_quotation_is_fine() -> None:
    assert form_fault("Ana says “I would never go back” to gas ovens in the bakery.", LINE) is None


def test_a_statement_given_to_the_wrong_speaker_gets_the_right_one() -> None:
    t = transcript()
    text, segments = "Ana thinks the tower costs too much.", [t.segment(2)]
    assert "given to Ana" in (owner_fault(text, segments, t.labelled_speakers) or "")
    assert with_right_owner(text, segments, t.labelled_speakers) == "Ben thinks the tower costs too much."


def test_an_unsupported_statement_is_a_fault() -> None:
    assert support_fault("Penguins dance merrily across frozen islands.", SOURCE, [1])
    assert support_fault("The reactor at Lund makes 40 megawatts.", SOURCE, [1]) is None


def test_wrong_lines_are_moved_to_the_lines_that_say_it() -> None:
    lines = [
        ("Ana", f"Something about topic {word}.")
        for word in ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    ]
    t = transcript([*lines, ("Ben", "The heat exchanger warms five thousand homes near the harbour.")])
    assert 9 in realign("The heat exchanger warms homes near the harbour.", Source(t), (1,), range(1, 10))


def test_evidence_is_cut_by_code() -> None:
    (evidence,) = cite(transcript(), [2, 2])
    assert (evidence.segment, evidence.speaker, evidence.start) == (2, "Ben", 20.0)
    assert evidence.quote.startswith("I think the cooling tower")


def test_a_version_must_be_said_as_it_is() -> None:
    said = ["We looked at 29.1rc1 last week, and at the list of 2 others."]
    assert unsaid("Version 29.1rc1 was looked at.", said) is None
    assert unsaid("Version 29.1rc2 was looked at.", said) == "29.1rc2"
    assert unsaid("Version 29.1RC1 was looked at.", said) is None
