"""Names that sound like what is said, abbreviations of it, and what stands for a name or a common word by its form."""

import pytest

from pipeline.transcript import Metadata, Segment, Transcript
from pipeline.verification import Recording
from pipeline.verification.names import unsaid_names


def unsaid(text: str, said: str, language: str = "en") -> tuple[str, ...]:
    return unsaid_names(text, Recording(Transcript("talk", (Segment(1, said),), Metadata(language=language))))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Rome", "We met some of the people there."),
        ("Paris", "We saw parts of the old town."),
        ("Mary", "We have many ideas for the park."),
        ("Dan", "We can do it on our own."),
        ("Tim", "We had no time for it."),
        ("Lisa", "Look at the list of the old ones."),
        ("Mike", "We make it on our own."),
        ("Mara", "There we met Sara and Tara."),
    ],
)
def test_a_short_name_that_only_looks_like_a_word_is_found(name: str, said: str) -> None:
    assert unsaid(f"It is {name} who did it.", said) == (name,)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Sean", "And then I asked Shawn about it."),
        ("Stephen", "And then I asked Steven about it."),
        ("Jeff", "And then I asked Geoff about it."),
        ("Catherine", "And then I asked Kathryn about it."),
        ("Marc", "You can see the mark of it."),
        ("Khan", "This is the kahn academy."),
        ("Nginx", "It runs behind engine x there."),
        ("Kubernetes", "It runs on cooper netties there."),
        ("MySQL", "It runs on my sequel there."),
        ("PyTorch", "We trained it in pie torch there."),
        ("Sean", "and then i asked shawn about it"),
    ],
)
def test_a_name_that_sounds_like_what_is_said_is_no_stranger(name: str, said: str) -> None:
    assert not unsaid(f"It is {name} then.", said)


@pytest.mark.parametrize(
    "pair", ["France French", "Spain Spanish", "Denmark Danish", "Wales Welsh", "Norway Norwegian", "Ireland Irish"]
)
def test_a_people_and_its_country_name_each_other(pair: str) -> None:
    country, people = pair.split()
    for said, written in ((country, people), (people, country)):
        assert not unsaid(f"It is {written} then.", f"We talked of {said} there.")
        assert unsaid(f"It is {written} then.", "We talked of Bristol there.") == (written,)


@pytest.mark.parametrize(
    ("abbreviation", "said"),
    [
        ("LLMs", "we work with large language models all day"),
        ("APIs", "it has an application programming interface"),
        ("SaaS", "we sell software as a service"),
        ("IoT", "he built the internet of things"),
        ("DoD", "she left the department of defense"),
        ("FBI", "it was the federal bureau of investigation"),
        ("TTL", "it has a time to live"),
        ("J.F.K.", "it was john f kennedy"),
        ("UCLA", "it was at U C L A"),
        ("Nguyen", "he is spelled N-G-U-Y-E-N"),
    ],
)
def test_an_abbreviation_or_a_spelled_name_is_no_stranger(abbreviation: str, said: str) -> None:
    assert not unsaid(f"They know {abbreviation} there.", said)


@pytest.mark.parametrize(
    ("abbreviation", "said"),
    [
        ("NASA", "now all sit at the table"),
        ("UPS", "we went up there"),
        ("CNN", "we can go there"),
        ("BMW", "we went to Berlin. Many were there"),
        ("LLMs", "large areas with languages and models"),
    ],
)
def test_initials_that_make_up_no_phrase_are_no_abbreviation(abbreviation: str, said: str) -> None:
    assert unsaid(f"They know {abbreviation} there.", said) == (abbreviation,)


@pytest.mark.parametrize(
    "text",
    [
        "They met Dr. Kowalski there.",
        "They met Mrs. Kowalski there.",
        "They met Prof. Kowalski there.",
        "They met J. Kowalski there.",
        "They met J. R. Kowalski there.",
        "They met the mayor (Kowalski) there.",
        "They met the mayor (Jan Kowalski) there.",
        "They met the mayor – Kowalski – there.",
        "They met the mayor—Kowalski—there.",
    ],
)
def test_a_name_after_a_title_an_initial_a_bracket_or_a_dash_must_be_said(text: str) -> None:
    assert "Kowalski" in unsaid(text, "We met the mayor, doctor Jan, a professor, with Mrs and Dr there.")


@pytest.mark.parametrize(
    "text",
    [
        "It has vitamin C. Nevertheless they left.",
        "They went to Rome. Nevertheless they left.",
        "They saw the FBI. Nevertheless they left.",
        "They saw the EU. Nevertheless they left.",
        "They left the city (Nevertheless they came back).",
        "They left. (Nevertheless) they came back.",
        "The city – Nevertheless they came back.",
    ],
)
def test_a_word_at_the_beginning_of_a_sentence_is_no_name(text: str) -> None:
    assert not unsaid(text, "We went to Rome, the FBI has vitamin C there, and the European Union.")


@pytest.mark.parametrize(
    "unit",
    "400 MHz,3 GHz,60 MWh,200 Mbps,2 Gbit/s,300 MPa,5 MeV,16 GiB,USD 40,40 EUR,2.5 billion CHF,JPY 40".split(","),
)
def test_a_unit_or_currency_beside_a_figure_is_no_name(unit: str) -> None:
    assert not unsaid(f"It has {unit} there.", "it has some")


def test_a_currency_after_a_short_scale_is_no_name() -> None:
    assert not unsaid("Es kostet 5 Mio. EUR.", "es kostet", "de")


@pytest.mark.parametrize(
    "text", ["It is EUR then.", "It is 40 NASA people.", "It is HSBC 40.", "In 2019 Kowalski left."]
)
def test_a_name_beside_a_figure_and_a_unit_without_one_must_be_said(text: str) -> None:
    assert unsaid(text, "it has some")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("He moved to the United States then.", "He moved to the U.S. then."),
        ("He saw the Federal Bureau of Investigation then.", "He saw the FBI then."),
        ("They saw John F. Kennedy then.", "They saw JFK then."),
        ("They met Vincent van den Berg then.", "They met Vincent vandenberg then."),
        ("They met Mary Ann then.", "They met maryann then."),
    ],
)
def test_a_name_written_out_or_in_parts_is_no_stranger(text: str, said: str) -> None:
    assert not unsaid(text, said)
    assert unsaid(text, "It was there, with Vincent.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It ends on 25 December 2023.", "it ends on 2023-12-25"),
        ("It ends on 25 December 2023.", "it ends on 12/25/2023"),
        ("It ends on 25 December 2023.", "it ends on 25.12.2023"),
        ("It ends on January 5.", "it ends on jan 5th"),
        ("It ends in Sept. then.", "it ends in september"),
        ("It ends in Sept", "it ends in september"),
        ("It ends by Wed. evening.", "it ends by wednesday evening"),
    ],
)
def test_a_month_or_day_may_be_said_in_figures_or_written_short(text: str, said: str) -> None:
    assert not unsaid(text, said)
    assert unsaid(text, "it ends on 2023-11-30, by november 30th")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("They use an LLM then.", "They use LLMs then."),
        ("They put down a PZM then.", "They put down the P Z Ms then."),
        ("They sold a DVD then.", "they sold the d v ds then"),
    ],
)
def test_one_of_what_is_said_in_the_plural_is_no_stranger(text: str, said: str) -> None:
    assert not unsaid(text, said)
    assert unsaid(text, "They put it up then, so they can.")


def test_a_long_word_in_capitals_is_no_abbreviation_and_takes_no_time() -> None:
    assert unsaid("They shout AAAAAAAAAAAAAAAAB there.", "a " * 2000)
