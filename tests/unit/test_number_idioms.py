"""Figures that an English recording gives in a roundabout way are found in it, and others beside them are not."""

import pytest

from pipeline.transcript import Metadata, Segment, Transcript
from pipeline.verification import Recording, finding


def flagged(said: str, stated: str) -> bool:
    return finding(stated, Recording(Transcript("talk", (Segment(1, said),), Metadata(language="en")))) != ""


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("a ticket was two euros fifty at the door", "€2.50", "€2.60"),
        ("it was three dollars and twenty cents", "$3.20", "$3.40"),
        ("the coffee was a dollar twenty five", "$1.25", "$1.45"),
        ("you pay ninety-nine cents", "$0.99", "$0.89"),
        ("I am one metre eighty two tall", "1.82 m", "1.92 m"),
        ("nine times out of ten it fails", "90 %", "80 %"),
        ("eight people in ten said yes", "80 %", "70 %"),
        ("one in every four was loose", "25 %", "35 %"),
        ("three of the four stopped", "75 %", "65 %"),
        ("the price doubled", "100 %", "300 %"),
        ("the price quadrupled", "4×", "5×"),
        ("sales were €1.2 bn", "€1.2 billion", "€1.3 billion"),
        ("they raised $5 M", "$5 million", "$6 million"),
        ("they raised five mil", "$5 million", "$6 million"),
        ("it was a million two in the end", "1.2 million", "1.3 million"),
        ("I paid a grand for it", "$1,000", "$2,000"),
        ("two, maybe three hundred guests", "200 to 300", "400"),
        ("a third of a million homes", "333,000", "444,000"),
        ("a race of five kilometres", "5k", "6k"),
    ],
)
def test_an_amount_or_share_in_a_roundabout_way(said: str, right: str, wrong: str) -> None:
    assert not flagged(said, f"It was {right} then.")
    assert flagged(said, f"It was {wrong} then.")


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("back in ninety eight we began", "1998", "1988"),
        ("she is of the class of eighty six", "1986", "1968"),
        ("between eighty nine and ninety one", "1989 to 1991", "1992"),
        ("the crash of oh eight changed it", "2008", "2009"),
        ("the crash of 08", "2008", "1908"),
        ("in the twenty tens", "2010s", "2020s"),
        ("in the noughties", "2000s", "2010s"),
        ("in the late eighteen hundreds", "19th century", "17th century"),
        ("a house of the eighteenth century", "1700s", "1600s"),
        ("a house of the twenty-first century", "21st century", "22nd century"),
        ("an hour and ten minutes", "70 minutes", "80 minutes"),
        ("it takes ninety minutes", "1.5 hours", "2.5 hours"),
        ("a ninety-minute film", "1.5 hours", "2.5 hours"),
        ("three years and six months", "3½ years", "4½ years"),
        ("for eighteen months", "1.5 years", "2.5 years"),
        ("for a fortnight", "14 days, 2 weeks", "15 days"),
        ("for two decades", "20 years", "30 years"),
        ("half a century ago", "50 years", "60 years"),
        ("a century ago", "100 years", "200 years"),
        ("we met at noon", "12 p.m.", "11 a.m."),
    ],
)
def test_a_year_or_length_of_time_in_a_roundabout_way(said: str, right: str, wrong: str) -> None:
    assert not flagged(said, f"It was {right} then.")
    assert flagged(said, f"It was {wrong} then.")


@pytest.mark.parametrize("said", ["in eighty six minutes", "86% of them", "eighty six people"])
def test_a_count_is_no_short_year(said: str) -> None:
    assert flagged(said, "It was in 1986.")


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("our number is five five five one two three four.", "555-1234", "555-4321"),
        ("call eight hundred five five five one two one two.", "800-555-1212", "800-555-1221"),
        ("call oh two oh seven nine four six", "020 7946", "020 7964"),
        ("call four nine three oh one two three four five", "+49 30 12345", "+49 31 12345"),
        ("you dial triple nine", "999", "888"),
        ("the code is one double four", "144", "155"),
        ("we moved to Python three dot eleven", "3.11", "3.12"),
        ("one point nought five grams", "1.05 g", "1.06 g"),
    ],
)
def test_digits_said_one_by_one(said: str, right: str, wrong: str) -> None:
    assert not flagged(said, f"It is {right} now.")
    assert flagged(said, f"It is {wrong} now.")


@pytest.mark.parametrize("said", ["we won two nil", "the score is two love", "two wins and no defeats"])
def test_zero_may_be_said_in_any_words(said: str) -> None:
    assert not flagged(said, "It is 2–0.")


def test_one_may_be_said_as_an_article() -> None:
    assert not flagged("a fifth of them", "It is 1/5.")
    assert flagged("a fifth of them", "It is one hundred.")


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("the odds were three to one", "3:1", "3:8"),
        ("the odds were three to one", "3:1", "7:1"),
        ("three times as much", "3:1", "4:1"),
        ("it needs three point eleven point four", "3.11.4", "3.77.4"),
        ("it needs three point twenty-one point four", "3.21.4", "3.31.4"),
        ("at one ninety two dot one sixty eight dot one dot one", "192.168.1.1", "192.169.1.1"),
        ("on the tenth of May twenty thirty one", "10.5.31", "11.5.31"),
        ("forty thousand lamps, and then forty more", "40 000", "41 000"),
        ("forty lamps, and seven hundred and fifty chairs", "40 and 750", "40 075"),
        ("three thousand seven hundred and fifty", "3'750", "3'760"),
        ("on page 12 300 people are named", "12 300", "12 400"),
        ("a thousand and a half", "1 000,5", "1 000,7"),
    ],
)
def test_all_numbers_of_a_ratio_version_or_group_must_be_said(said: str, right: str, wrong: str) -> None:
    assert not flagged(said, f"It was {right} then.")
    assert flagged(said, f"It was {wrong} then.")


def test_a_bare_number_is_no_support_for_thousands_written_with_a_space() -> None:
    assert flagged("forty lamps", "There were 40 000 lamps.")


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("forty thousand euros and forty people", "40k euros", "45k euros"),
        ("forty billion euros", "€40bn", "€45bn"),
        ("forty billion euros", "40 bn euros", "45 bn euros"),
        ("five million people", "€5m", "€6m"),
        ("three hundred kelvin", "300 K", "400 K"),
        ("three and a half years, and four years", "3½ years", "4½ years"),
        ("ninety minutes", "1 ½ hours", "2 ½ hours"),
        ("two and a half million", "2½ million", "3½ million"),
        ("a third of them", "33⅓ %", "66⅔ %"),
    ],
)
def test_a_scale_or_fraction_directly_after_digits_must_be_said(said: str, right: str, wrong: str) -> None:
    assert not flagged(said, f"It was {right} then.")
    assert flagged(said, f"It was {wrong} then.")


@pytest.mark.parametrize("stated", ["40k euros", "€40bn", "€40m", "40½ years", "40bn", "40 bn"])
def test_a_bare_number_is_no_support_for_one_with_a_scale_or_fraction(stated: str) -> None:
    assert flagged("forty euros for forty people", f"It was {stated} then.")


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("half past nine in the hall", "9:30", "50 people"),
        ("just a second, here is the third slide", "3 slides", "33 people"),
        ("the third of May", "3 May", "33 %"),
        ("in the fourth quarter we hired more", "the 4th quarter", "25 %"),
        ("the second half was better", "2", "50 %"),
        ("at a quarter to nine", "8:45", "25 %"),
        ("half of them", "50 %", "60 %"),
        ("a quarter to a third", "25–33 %", "35 %"),
        ("seven and a half to five and a half", "7.5–5.5", "6.5"),
        ("nearly quarter million", "250,000", "350,000"),
        ("upper third of incomes", "33 %", "66 %"),
        ("on the twenty-third of the month", "23", "33 %"),
        ("two-thirds of them", "67 %", "33 %"),
    ],
)
def test_an_ordinal_or_a_half_is_a_share_only_where_it_may_be_one(said: str, right: str, wrong: str) -> None:
    assert not flagged(said, f"It was {right} then.")
    assert flagged(said, f"It was {wrong} then.")


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("after September eleventh", "9/11", "9/12"),
        ("on July fourth", "7/4 or 4/7", "8/4"),
        ("a four oh one k plan", "401k", "402k"),
        ("one twenty-eight k of context", "128k", "129k"),
        ("two fifty thousand", "250,000", "260,000"),
    ],
)
def test_a_short_date_or_thousands_said_in_halves(said: str, right: str, wrong: str) -> None:
    assert not flagged(said, f"It was {right} then.")
    assert flagged(said, f"It was {wrong} then.")


@pytest.mark.parametrize(
    ("said", "right", "wrong"), [("World War II began", "2", "3"), ("Louis XIV", "14", "16"), ("part XXIX", "29", "31")]
)
def test_a_roman_numeral_of_the_recording_is_a_figure(said: str, right: str, wrong: str) -> None:
    assert not flagged(said, f"It was number {right} then.")
    assert flagged(said, f"It was number {wrong} then.")


@pytest.mark.parametrize("said", ["it was a brillion five by then", "3'777.503.8 is the address"])
def test_what_only_looks_like_a_scale_or_a_number_is_read_too(said: str) -> None:
    assert flagged(said, "It took 3700 days.")
