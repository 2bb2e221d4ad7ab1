"""Figures that a recording says in other words than the statement, and figures that it does not say."""

import pytest

from pipeline.transcript import Metadata, Segment, Transcript
from pipeline.verification import Recording, finding
from pipeline.verification.figures import claims, figures


def flagged(said: str, stated: str, language: str = "en") -> bool:
    return finding(stated, Recording(Transcript("talk", (Segment(1, said),), Metadata(language=language)))) != ""


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("three to four hundred euros", "300 to 400"),
        ("three to four hundred thousand people", "300,000"),
        ("between three and four hundred", "300"),
        ("fifteen to twenty thousand hours", "15,000 to 20,000"),
        ("15 to 20,000 hours", "15,000"),
        ("five or six hundred visitors", "500–600"),
        ("two, three thousand visitors", "2,000"),
        ("half a million people", "500,000"),
        ("about half a million people", "0.5 million"),
        ("a quarter of a million people", "250,000"),
        ("three quarters of a million people", "750,000"),
        ("a million and a half came", "1.5 million"),
        ("two and a half million came", "2,500,000"),
        ("a couple of hundred people", "200"),
        ("two dozen of them, half a dozen here", "24 and 6"),
        ("three quarters of them died", "75 %"),
        ("two thirds of them died", "67 %"),
        ("two thirds of them died", "66 %"),
        ("a fifth of them died", "20 %"),
        ("three in four, and nine out of ten", "75 % and 90 %"),
        ("nineteen oh five", "1905"),
        ("between nineteen fourteen and eighteen", "1918"),
        ("from 1914 to 18", "1918"),
        ("the eighties", "1980s"),
        ("the 80s and '94", "1980s and 1994"),
        ("5k a month, 30K, thirty k a year", "5,000 and 30,000"),
        ("$2m and 3bn", "2 million and $3,000,000,000"),
        ("eleven hundred and twelve hundred", "1,100 and 1,200"),
        ("point five and point oh two", "0.5 and 0.02"),
        ("it is .5 percent", "0.5"),
        ("thirty-seven point five", "37.5"),
        ("two hundred and twelve point three", "212.3"),
        ("three and three quarters litres", "3.75"),
        ("twenty-five and a half", "25.5"),
        ("one and a third", "1.33"),
        ("a hundred and twelve and a half million", "112.5 million"),
        ("the one hundred and first", "101st"),
        ("at quarter to nine", "8:45"),
        ("at ten to nine", "8:50"),
        ("half an hour", "30 minutes"),
        ("a half-hour talk", "30 minutes"),
        ("a quarter of an hour", "15 minutes"),
        ("three quarters of an hour", "45 minutes"),
        ("half a year", "6 months"),
        ("an hour and a half", "1.5 hours, 90 minutes"),
        ("half the year", "6 months"),
        ("half of the year", "6 months"),
        ("half the hour", "30 minutes"),
        ("two half hours", "30 minutes"),
        ("two and three quarter hours", "2 hours 45 minutes"),
        ("two and three quarter hours", "165 minutes"),
        ("two and a half hours", "150 minutes"),
        ("a two-and-a-half-hour talk", "150 minutes"),
        ("two years and a half", "30 months"),
        ("two years and a half", "2 years and 6 months"),
        ("twenty-five hours and a half", "25.5 hours, 1,530 minutes"),
        ("an hour and a half", "1:30 hours"),
        ("an hour and a half", "1 hour 30 minutes"),
        ("an hour and a quarter", "1 hour 15 minutes"),
        ("an hour and three quarters", "1 hour 45 minutes, 105 minutes"),
        ("a year and a half", "1 year and 6 months"),
        ("a year and a half", "18 months"),
        ("quarter till nine", "8:45"),
        ("a quarter of nine", "8:45"),
        ("a quarter before nine", "8:45"),
        ("quarter after nine", "15 minutes"),
        ("a page and a half", "1.5"),
        ("at half past, or a quarter past", "30 and 15"),
        ("twenty eighteen to twenty one", "2021"),
        ("it costs five fifty", "$5.50"),
        ("a thousandfold rise", "1,000-fold"),
        ("352 guests", "350+"),
    ],
)
def test_a_figure_that_was_said_in_other_words_is_no_fault(said: str, stated: str) -> None:
    assert not flagged(said, f"It was {stated} then.")


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("300,000", "three hundred thousand"),
        ("500,000", "half a million"),
        ("250,000", "a quarter of a million"),
        ("200", "a couple of hundred"),
        ("30,000", "30k"),
        ("2,000,000", "$2m"),
        ("5 metres", "5 m"),
        ("15,000 to 20,000", "15 to 20,000"),
        ("2,000,000 to 3,000,000", "2-3 million"),
        ("200,000 to 300,000", "two hundred to three hundred thousand"),
        ("1985", "80s"),
        ("1985", "nineteen-eighties"),
        ("I was fifty-two", "fifties"),
    ],
)
def test_a_statement_may_say_a_figure_in_words_or_short(said: str, stated: str) -> None:
    assert not flagged(said, f"It was {stated} then.")


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("three to four hundred euros", "500"),
        ("three to four hundred euros", "200"),
        ("fifteen to twenty thousand hours", "25,000"),
        ("15,000 to 20,000", "15 to 25,000"),
        ("two, three thousand visitors", "20,000"),
        ("half a million people", "5 million"),
        ("a quarter of a million people", "400,000"),
        ("a million and a half came", "2.5 million"),
        ("300,000", "half a million"),
        ("two dozen of them", "36"),
        ("three quarters of them died", "85 %"),
        ("a fifth of them died", "30 %"),
        ("nineteen oh five", "1950"),
        ("between nineteen fourteen and eighteen", "1928"),
        ("the eighties", "1970s"),
        ("the eighties", "1985"),
        ("5k a month", "50,000"),
        ("$2m", "3 million"),
        ("eleven hundred and twelve hundred", "1,300"),
        ("point five", "0.7"),
        ("thirty-seven point five", "38.5"),
        ("three and three quarters litres", "4.75"),
        ("one hundred and first", "102nd"),
        ("it costs five fifty", "$6.50"),
        ("1985", "90s"),
        ("the second half", "30 minutes"),
        ("the second half of the hour", "6 months"),
        ("half of them, and then a year", "6 months"),
        ("half of it", "1.5"),
        ("two and a half hours", "30 minutes"),
        ("two-and-a-half-hour talk", "30 minutes"),
        ("half the hours", "30 minutes"),
        ("two years and a half", "18 months"),
        ("two hundred hours and a half", "90 minutes"),
        ("a quarter of them", "45"),
        ("a quarter of nine million", "45"),
        ("the quarter before", "45"),
        ("nineteen eighty four", "1904"),
        ("two twelve five", "217"),
        ("352 guests", "360+"),
    ],
)
def test_a_figure_that_no_reading_of_the_words_gives_is_told(said: str, stated: str) -> None:
    assert flagged(said, f"It was {stated} then.")


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("It cost 40 million in May and 45 in June.", "45 million"),
        ("In May it was 45, in June 40 million.", "45 million"),
        ("It cost $40m, 45, and then 50.", "45 million and 50 million"),
        ("The first year had two million trips and the second three.", "3,000,000"),
        ("It rose from four million to six and a half.", "4 to 6.5 million"),
        ("One million died, and one million, or a bit more, left, of eight and a half.", "8.5 million"),
    ],
)
def test_a_number_may_have_the_scale_of_a_number_near_it(said: str, stated: str) -> None:
    assert not flagged(said, f"It was {stated} then.")


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("It cost 40 million. In June we met 45 people.", "45 million"),
        (f"It cost 40 million in May,{' and so on' * 9} and 45 in June.", "45 million"),
        ("It cost 40 million in May and 45 in June.", "45,000"),
        ("Forty people came in two million years.", "40 million"),
        ("It cost 40 million, 12 % more, on May 13th.", "12 million"),
        ("It cost 40 million, 12 % more, on May 13th.", "13 million"),
        ("In nineteen ninety it cost 40 million.", "90 million"),
        ("It was two thousand and nineteen.", "19,000"),
        ("It was one million and a half.", "500,000"),
        ("It was four million, and then six and a half.", "6 million"),
    ],
)
def test_a_number_has_no_scale_of_one_that_is_far_from_it_or_of_another_size(said: str, stated: str) -> None:
    assert flagged(said, f"It was {stated} then.")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", "в тысяча девятьсот восемьдесят четвёртом году было триста пятьдесят два человека"),
        ("sv", "nittonhundraåttiofyra var det trehundrafemtiotvå personer"),
        ("pl", "w tysiąc dziewięćset osiemdziesiątym czwartym roku trzysta pięćdziesiąt dwa osoby"),
        ("da", "nitten hundrede og fireogfirs, tre hundrede og tooghalvtreds mennesker"),
        ("tr", "bin dokuz yüz seksen dört yılında üç yüz elli iki kişi"),
        ("ko", "천구백팔십사년 삼백오십이 명"),
        ("hi", "उन्नीस सौ चौरासी में तीन सौ बावन लोग"),
    ],
)
def test_no_figure_is_proved_unsaid_where_number_words_are_not_read(language: str, said: str) -> None:
    assert not flagged(said, "1984: 352.", language)


@pytest.mark.parametrize(
    ("language", "said", "stated"),
    [
        ("de", "drei- bis vierhundert Besucher", "300 bis 400"),
        ("de", "ein halbes Dutzend Hunde", "6"),
        ("de", "in den Achtzigern", "1980er"),
        ("de", "zwei oder drei Millionen", "2.000.000"),
        ("de", "40 Millionen im Mai und 45 im Juni", "45 Millionen"),
        ("fr", "trois à quatre cents euros", "300"),
        ("fr", "les années quatre-vingt", "1980"),
        ("it", "due o tremila persone", "2000"),
        ("zh", "工厂里有三百五十二个人", "350多"),
        ("zh", "有三万两千五百只", "3万多"),
    ],
)
def test_ranges_and_round_figures_of_other_languages_are_read(language: str, said: str, stated: str) -> None:
    assert not flagged(said, f"{stated}。", language)


@pytest.mark.parametrize(
    ("language", "said", "stated"),
    [
        ("de", "drei- bis vierhundert Besucher", "700"),
        ("fr", "trois à quatre cents euros", "700"),
        ("zh", "工厂里有三百五十二个人", "360多"),
        ("zh", "工厂里有三百五十二个人", "777"),
    ],
)
def test_other_figures_of_languages_that_are_read_are_told(language: str, said: str, stated: str) -> None:
    assert flagged(said, f"{stated}。", language)


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("am 12. Februar", "am 12.2."),
        ("am 12. Februar", "am 12.02. um"),
        ("am 24. März", "bis 24.3., früh"),
        ("am 14. Juli", "am 14.7."),
        ("am vierzehnten Juli", "am 14.7."),
        ("am 14.7.", "am 14. Juli"),
        ("vom 12. bis zum 24. März", "12.3.–24.3."),
    ],
)
def test_a_short_date_is_a_day_and_a_month_where_no_decimal_has_a_point(said: str, stated: str) -> None:
    assert not flagged(f"Sie ist {said} dort.", stated, "de")


@pytest.mark.parametrize(
    ("language", "said", "stated"),
    [
        ("de", "am 12. Februar", "am 13.2. um"),
        ("de", "am 12. Februar", "12.82 Prozent"),
        ("de", "am 12. Februar", "12.2 Prozent"),
        ("de", "die Fassung 12.2.", "12.7"),
        ("en", "on February 12", "It was 12.2."),
        ("es", "el 12 de febrero", "Son 12.2."),
    ],
)
def test_another_day_and_a_decimal_are_no_such_date(language: str, said: str, stated: str) -> None:
    assert flagged(said, stated, language)


def test_a_figure_with_a_point_that_ends_a_sentence_stays_what_it_was() -> None:
    assert not flagged("Das ist die Fassung 14.7.", "Fassung 14.7 ist die neue", "de")


@pytest.mark.parametrize("stated", ["40 billion", "€40bn", "40k", "40 thousand million", "3½ million"])
def test_a_figure_at_the_wrong_scale_is_told_with_its_scale(stated: str) -> None:
    said = Recording(Transcript("talk", (Segment(1, "It cost forty million, or 40."),)))
    assert finding(f"It cost {stated}.", said) == f"nobody says {stated.lstrip('€')} in the recording"


def test_a_share_and_its_scale_are_one_figure() -> None:
    text = "About a quarter of a million, then 30k."
    assert [text[slice(*f.span)] for f in claims(text)] == ["quarter of a million", "30"]


def test_a_number_has_no_scale_of_one_in_the_sentence_before_even_without_a_space() -> None:
    assert 45e6 in figures("40 million です、 45 です。")
    assert 45e6 not in figures("40 million です。45 です。")


def test_words_of_numbers_without_end_are_read() -> None:
    hostile = ("one ", "5 to ", "point ", "one point ", "half of a ", "2-", "two, three ", "half a million and ")
    assert all(figures(words * 2000) is not None for words in hostile)


@pytest.mark.parametrize(
    ("language", "said", "stated"),
    [
        ("en", "we met on Sept 12, 2026", "They met on 2026-09-12."),
        ("fr", "le 12 févr. 2026 on est venu", "C’était le 12.02.2026."),
        ("de", "am 12. Sept. 2026 war es", "Es war am 12.09.2026."),
    ],
)
def test_the_month_of_a_date_may_be_said_by_the_first_four_letters_of_its_name(
    language: str, said: str, stated: str
) -> None:
    assert not flagged(said, stated, language)
