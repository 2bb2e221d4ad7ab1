"""Figures as other languages write and say them, in recordings and in translated notes."""

import pytest

from pipeline.transcript import Metadata, Segment, Transcript
from pipeline.verification import Recording, finding

READ = [
    ("ja", "三億五千万円でした", "3億5,000万円", "3億6,000万円"),
    ("ja", "3億5,000万円でした", "350,000,000円", "360,000,000円"),
    ("ja", "350,000,000円でした", "3億5,000万円", "3億6,000万円"),
    ("ja", "一万二千三百円", "1万2,300円", "1万2,400円"),
    ("ja", "二・七パーセント", "2.7%", "2.8%"),
    ("ja", "二、三人と二・七", "2人、3人、7人", "8人"),
    ("zh", "三亿五千万", "3亿5,000万", "3亿6,000万"),
    ("zh", "一万二", "12000", "13000"),
    ("zh", "廿一", "21", "31"),
    ("zh", "三点五万人，一点五亿", "3.5万人，35,000，1.5亿", "3.6万人"),
    ("zh", "两点五万亿", "2.5万亿", "2.6亿"),
    ("zh>en", "两万亿元，还有3万5千亿", "2 trillion and 3.5 trillion", "200 million"),
    ("zh", "下午三点万达广场见", "15:00", "16:00"),
    ("en>ko", "three hundred and fifty million and five thousand", "3억 5,000만, 5천", "3억 6,000만"),
]


def flagged(language: str, said: str, stated: str) -> bool:
    """Whether code flags a statement; "en>de" stands for German notes of an English recording."""
    spoken, _, written = language.partition(">")
    talk = Transcript("talk", (Segment(1, said),), Metadata(language=spoken))
    return finding(stated, Recording(talk, written or spoken)) != ""


@pytest.mark.parametrize(("language", "said", "right", "wrong"), READ)
def test_a_figure_is_read_as_its_language_writes_it(language: str, said: str, right: str, wrong: str) -> None:
    assert not flagged(language, said, right)
    assert flagged(language, said, wrong)


@pytest.mark.parametrize(
    ("language", "said", "right", "wrong"),
    [
        ("fr", "rendez-vous à 15:30", "à 15h30.", "à 15h50."),
        ("fr", "rendez-vous à 15 heures 30", "à 15h30", "à 16h50"),
        ("fr", "rendez-vous à huit heures", "à 8h00", "à 9h00"),
        ("fr", "à quatre heures moins le quart", "à 15h45", "à 15h50"),
        ("fr", "il mesure 1 mètre 80", "1m80", "1m87"),
        ("pt", "às 7 e 45", "às 7h45", "às 7h55"),
        ("de", "um 10:30 Uhr", "um 10.30 Uhr", "um 10.55 Uhr"),
        ("de", "um 10.50 Uhr", "um 10:50 Uhr", "um 11:55 Uhr"),
        ("de", "um zehn Uhr vierzig", "um 10.40 Uhr", "um 10.55 Uhr"),
        ("de", "um Viertel vor neun", "um 8:45", "um 8:55"),
        ("de", "um fünf vor halb neun", "um 8:25", "um 8:26"),
        ("de", "um zwei Uhr nachmittags", "um 14 Uhr", "um 17 Uhr"),
        ("de", "um zwei Uhr nachmittags", "um 14:00", "um 17:00"),
        ("de>en", "um 14 Uhr", "2 pm", "7 pm"),
        ("de>en", "um neunzehn Uhr", "7 pm", "8 pm"),
        ("zh", "我们十九点见", "晚上7点", "晚上8点"),
        ("ja", "午後二時", "14時", "17時"),
        ("zh", "下午三点二十", "15:20", "16:21"),
        ("en>de", "at 2 pm", "um 14 Uhr", "um 15 Uhr"),
        ("en>it", "at half past three", "alle ore 15.30", "alle ore 15.40"),
        ("en", "at 2 pm", "at 14:00", "at 15:00"),
        ("en", "at half nine, at noon", "9:30 to 12:00", "9:45"),
        ("en", "it opens at 930", "9:30", "9:35"),
        ("en", "at ten minutes to nine", "8:50", "8:40"),
    ],
)
def test_a_time_of_day_is_read_as_its_language_writes_it(language: str, said: str, right: str, wrong: str) -> None:
    assert not flagged(language, said, right)
    assert flagged(language, said, wrong)


@pytest.mark.parametrize(
    ("language", "said", "right", "wrong"),
    [
        ("en", "at 9:30", "9:30", "9:45"),
        ("en", "at 9:30", "9:30", "7:30"),
        ("de", "Beginn 14:20 Uhr", "Beginn 14:20 Uhr", "Beginn 14:50 Uhr"),
        ("de", "am 12. Februar 2026", "am 12.02.2026", "am 13.02.2026"),
        ("de", "am 12. Februar 2026", "am 12.2.2026", "am 12.08.2026"),
        ("de", "am 3.7.2025", "am 3.7.2025", "am 27.11.2025"),
        ("de", "am 3.7.2025", "am 03.07.2025", "am 03.07.2024"),
        ("en>de", "on February twelfth 2026", "am 12.02.2026", "am 12.03.2026"),
        ("en", "on 12 Feb 2026", "2026-02-12", "2026-02-13"),
        ("en", "on February 17th, 2026", "02/17/2026 or 17/02/2026", "18/02/2026"),
        ("it", "l'undici settembre 2001", "l'11 settembre 2001", "il 17 settembre 2001"),
        ("it", "all’una e mezza", "alle 13:30", "alle 15:30"),
        ("fr", "le 3 juillet 2025", "le 03/07/2025", "le 28/07/2025"),
    ],
)
def test_all_parts_of_a_time_or_date_must_be_said(language: str, said: str, right: str, wrong: str) -> None:
    assert not flagged(language, said, right)
    assert flagged(language, said, wrong)


@pytest.mark.parametrize(
    ("language", "said", "right", "wrong"),
    [
        ("en>hi", "2.5 million people", "25 लाख लोग", "26 लाख लोग"),
        ("en>hi", "12 million", "1 करोड़ 20 लाख", "1 करोड़ 30 लाख"),
        ("en>hi", "ten thousand", "10 हज़ार", "11 हज़ार"),
        ("en>hi", "1,234,567 rupees", "12,34,567 रुपये", "12,34,576 रुपये"),
        ("en>bn", "five million", "৫০ লাখ", "৬০ লাখ"),
        ("en>th", "thirty five thousand", "3.5 หมื่นคน", "3.6 หมื่นคน"),
        ("de", "5 Tsd. Euro", "5.000 Euro", "6.000 Euro"),
        ("de", "zwei Drittel, drei Siebtel", "66,7 % und 43 %", "66,8 %"),
        ("de", "drei von sieben", "43 %", "44 %"),
        ("fr", "deux tiers", "66,7 %", "66,8 %"),
        ("fr", "trois septièmes", "43 %", "44 %"),
        ("zh", "三分之二", "66.7%", "66.8%"),
        ("fr", "5 M€ et 3 k€", "5 millions d'euros et 3.000", "7 millions"),
        ("fr", "deux milliards", "2 Md€", "7 Md€"),
        ("pt", "5 bi e 10 mi", "R$ 5 bilhões e R$ 10 milhões", "R$ 7 bilhões"),
        ("es>en", "un billón", "1 trillion", "2 trillion"),
        ("fr", "un mètre quatre-vingt", "1,80 m", "1,90 m"),
        ("de", "fünf Euro siebzig", "5,70 €", "5,80 €"),
    ],
)
def test_scales_and_fractions_of_other_languages_are_read(language: str, said: str, right: str, wrong: str) -> None:
    assert not flagged(language, said, right)
    assert flagged(language, said, wrong)


@pytest.mark.parametrize(
    ("language", "said", "stated"),
    [
        ("de", "Ich war siebzehn, als ich nach Berlin kam", "Mit 17 bin ich nach Berlin gezogen"),
        ("en>th", "three varieties", "3 พันธุ์"),
        ("en>pl", "it is twenty six miles long", "ma 26 mil długości"),
    ],
)
def test_what_only_looks_like_a_scale_is_none(language: str, said: str, stated: str) -> None:
    assert not flagged(language, said, stated)


@pytest.mark.parametrize(("said", "stated"), [("zweieinhalb Stunden", "150"), ("eine Dreiviertelstunde", "45")])
def test_minutes_that_may_be_said_as_parts_of_hours_are_not_proved_unsaid(said: str, stated: str) -> None:
    assert not flagged("de", said, f"{stated} Minuten")


RUSSIAN = """Добрый день. Сегодня мы говорим о Пушкине и о его письмах к жене, которые недавно нашли в архиве. Цена рукописи
выросла на двадцать семь процентов и достигла сорока пяти тысяч рублей. Мы работали там почти три года вместе."""
GERMAN = """Guten Tag. Wir sprechen heute über die Briefe, die vor kurzem in einem Archiv in Weimar gefunden wurden. Der Preis
der Handschrift stieg um siebenundzwanzig Prozent, und wir haben dort fast drei Jahre lang zusammen gearbeitet."""


def test_number_words_are_of_the_language_spoken_even_if_the_file_names_another() -> None:
    assert not flagged("en", RUSSIAN, "27 % and 45")
    assert not flagged("en", GERMAN, "27 %")
    assert flagged("en", GERMAN, "37 %")
