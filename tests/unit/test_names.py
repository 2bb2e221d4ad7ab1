"""Names that are not in a recording, and what looks like a name in some languages and is none."""

import pytest

from pipeline.transcript import Metadata, Segment, Transcript
from pipeline.verification import Recording
from pipeline.verification.names import unsaid_names


def unsaid(text: str, said: str, language: str) -> tuple[str, ...]:
    return unsaid_names(text, Recording(Transcript("talk", (Segment(1, said),), Metadata(language=language))))


@pytest.mark.parametrize("apostrophe", ["’", "'"])
@pytest.mark.parametrize(
    ("language", "text", "name"),
    [("fr", "Elle parle d’Airbus.", "Airbus"), ("fr", "Selon l’OTAN, oui.", "OTAN"), ("it", "Parla dell’Eni.", "Eni")],
)
def test_a_name_after_an_elision_must_be_said(language: str, text: str, name: str, apostrophe: str) -> None:
    text = text.replace("’", apostrophe)
    assert unsaid(text, "bonjour à tous, buongiorno", language) == (name,)
    assert not unsaid(text, f"selon l{apostrophe}{name}", language)


def test_a_name_within_english_code_has_no_elision() -> None:
    assert not unsaid("They print `f'Total {n}'` then.", "they print it", "en")


def test_a_name_may_spell_letters_otherwise_than_the_transcript() -> None:
    assert not unsaid("Ils vont au Sacré-Cœur.", "au sacré-coeur de Paris", "fr")


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("ar", "قدّم البنك الدولي (World Bank) قرضا من World Bank.", "قال البنك الدولي إنه سيقدم قرضا"),
        ("ru", "Об этом написала компания Google.", "об этом написала компания гугл"),
        ("sr", "Tako kaže Marija Petrović.", "тако каже Марија Петровић"),
    ],
)
def test_a_name_in_another_script_than_the_recording_is_not_compared(language: str, text: str, said: str) -> None:
    assert not unsaid(text, said, language)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "They met King Henry VIII there.", "they met king henry the eighth"),
        ("fr", "C’était au XIXe siècle.", "au dix-neuvième siècle"),
        ("fr", "Selon François Ier, oui.", "selon françois premier"),
        ("fr", "Ici règne Louis XIV.", "louis quatorze y règne"),
        ("es", "Fue en el siglo XIX.", "en el siglo 19"),
        ("pt-BR", "Foi no século XIX.", "no século dezenove"),
        ("it", "Era nel XIX secolo.", "nel diciannovesimo secolo"),
        ("ru", "Это было в XIX веке.", "в девятнадцатом веке"),
        ("tr", "Bu XIX’uncu yüzyılda oldu.", "on dokuzuncu yüzyılda"),
    ],
)
def test_a_roman_numeral_is_said_if_its_value_is(language: str, text: str, said: str) -> None:
    assert not unsaid(text, said, language)


def test_a_roman_numeral_whose_value_nobody_says_is_found() -> None:
    assert unsaid("They met King Henry VII there.", "they met king henry the eighth", "en") == ("VII",)
    assert unsaid("C’était au XVIIe siècle.", "au dix-neuvième siècle", "fr") == ("XVIIe",)


def test_a_name_of_letters_that_are_roman_numerals_is_a_name() -> None:
    assert unsaid("They saw Mali, Max and Mix.", "they said a thousand and one", "en") == ("Mali", "Max", "Mix")


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("fr", "Selon Mme Dupont, oui.", "et madame Dupont parle"),
        ("fr", "C’est l’avis de Mme de La Fontaine.", "et madame de La Fontaine parle"),
        ("fr", "Avec Mmes Dupont et Durand.", "avec mesdames Dupont et Durand"),
        ("es", "Con la Sra. López y la Dra. Ruiz.", "la señora López y la doctora Ruiz"),
        ("it", "Con il Sig. Rossi e la Dott.ssa Bianchi.", "il signor Rossi e la dottoressa Bianchi"),
        ("it", "Con il Prof. Rossi.", "il professor Rossi"),
        ("fr", "Cela coûte 5 Mds €.", "cela coûte 5 milliards"),
        ("fr", "Cela coûte 5 Mds d’euros.", "cela coûte 5 milliards"),
        ("en", "It runs at 5 GHz.", "it runs at 5 gigahertz"),
    ],
)
def test_an_abbreviation_of_a_word_that_is_said_is_no_name(language: str, text: str, said: str) -> None:
    assert not unsaid(text, said, language)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("They met Tom Weber.", "Tom"),
        ("They met Tom.", "Tom"),
        ("They met the Sen. Weber.", "Sen"),
        ("They met Mme Ruiz.", "Mme Ruiz"),
        ("In 2023 Nokia was sold.", "Nokia"),
    ],
)
def test_a_name_before_another_or_after_a_figure_must_be_said(text: str, name: str) -> None:
    said = "they meet Mister Weber and madame, who begin tomorrow"
    assert unsaid(text, said, "en") == tuple(name.split())


def test_a_full_stop_of_another_script_ends_a_sentence() -> None:
    assert not unsaid("Նա եկավ։ Հետո գնաց։", "նա եկավ և գնաց", "hy")


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("fr", "Il a vu Zoé. Maintenant il part.", "hier il a vu Zoé chez elle"),
        ("fr", "Elle est dans la tour É. Maintenant il part.", "la tour É est ici"),
        ("ru", "Они видели Лёву. Потом ушли.", "мы видели Лёву там"),
        ("tr", "Gelen Işıl. Sonra gittiler.", "Işıl geldi"),
    ],
)
def test_a_short_name_with_an_accent_that_is_said_may_end_a_sentence(language: str, text: str, said: str) -> None:
    assert not unsaid(text, said, language)
