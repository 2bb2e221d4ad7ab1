"""Quotations by their marks, by who says them, and with words left out."""

import pytest

from pipeline.draft import DraftStatement
from pipeline.transcript import Metadata, Segment, Transcript
from pipeline.verification import Recording, findings, with_lines
from pipeline.verification.quotations import quotations
from tests.scripted import transcript

TALK = Recording(
    transcript(
        [
            ("Mara", "The array was shut down in spring, and I didn't like that decision at all."),
            ("Tomas", "I would rather count the seals' pups for another year than pretend that we know the answer."),
            ("Mara", "That is fair, but the bank wants numbers."),
            ("Tomas", "We never, and I mean it, close the array."),
        ]
    )
)


def unsaid(text: str) -> list[str]:
    return [q for found in findings(text, TALK) if found.kind == "quotation" for q in found.texts]


MARKS = """“{}” „{}“ ”{}” "{}" ‘{}’ '{}' ‚{}‘ ‹{}› ›{}‹ ``{}'' «{}» „{}" ,,{}“ ,,{}" ”{}“""".split()


@pytest.mark.parametrize("marks", MARKS)
def test_a_quotation_is_looked_at_whichever_marks_it_has(marks: str) -> None:
    assert unsaid(f"Mara said {marks.format('we close it all tomorrow')}, and left.") == ["we close it all tomorrow"]
    assert not unsaid(f"Mara said {marks.format('the array was shut down in spring')}, and left.")


@pytest.mark.parametrize("text", ["‘I didn’t like that decision’", "'I didn't like that decision'"])
def test_an_apostrophe_ends_no_quotation(text: str) -> None:
    assert [*quotations(f"She says {text} there.")] == [(text[1:-1],)]


@pytest.mark.parametrize(
    "text",
    [
        "The dogs' home and the cats' home are near the boys' school.",
        "The dogs’ home and the cats’ home are near the boys’ school.",
        "In the '80s they said that the dogs' home was full.",
        "They told 'em that it was in the dogs' home then.",
        "Rock 'n' roll was it, and o'clock isn't a word of it.",
        "It is 6' 2\" high and 5' 11\" wide where they put it.",
        "They run `print('we will close the whole array')` first.",
        'They run `print("we will close the whole array")` first.',
    ],
)
def test_apostrophes_and_code_quote_nobody(text: str) -> None:
    assert not unsaid(text)


SPOKEN = {
    "ar": ("قال الوزير إن الحكومة لن تتراجع عن القرار", "الحكومة لن تتراجع عن القرار", "الحكومة لن تتراجع عن الاتفاق"),
    "he": ("מנכ״ל החברה אמר שהוא לא יתפטר עכשיו", "הוא לא יתפטר עכשיו", "הוא לא יוותר עכשיו"),
    "ja": ("私はこの研究を続けてきました。", "この研究を続けてきました", "この調査を続けてきました"),
    "ko": ("우리는 이 일을 오늘 꼭 끝내야 합니다", "이 일을 오늘 꼭 끝내야 합니다", "이 일을 내일 꼭 끝내야 합니다"),
}


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        ("ar", "قال: ”{}“."),
        ("ar", 'قال ب"{}".'),
        ("he", "הוא אמר: ״{}״."),
        ("he", 'הוא אמר ש"{}".'),
        ("he", 'לדברי מנכ"ל החברה, וכש"{}" הוא בא.'),
        ("ja", '彼は"{}"と述べた。'),
        ("ko", '그는 "{}"라고 말했다.'),
    ],
)
def test_a_changed_quotation_is_found_in_the_marks_of_its_language(code: str, statement: str) -> None:
    talk, same, changed = SPOKEN[code]
    recording = Recording(Transcript("talk", (Segment(1, talk),), Metadata(language=code)))
    assert not findings(statement.format(same), recording)
    assert [f.texts for f in findings(statement.format(changed), recording)] == [(changed,)]


@pytest.mark.parametrize("mark", ['"', "״"])
def test_a_mark_within_a_hebrew_abbreviation_neither_opens_nor_ends_a_quotation(mark: str) -> None:
    text = 'לדברי מו"מ של צה"ל, מנכ"ל החברה אמר: "צה"ל לא ייסוג מהגבול לעולם" ועזב.'
    assert [*quotations(text.replace('"', mark))] == [(f"צה{mark}ל לא ייסוג מהגבול לעולם",)]


def test_words_of_two_speakers_are_no_quotation() -> None:
    both = "that we know the answer that is fair"
    assert unsaid(f"He says “{both}”.") == [both]
    assert with_lines(DraftStatement(f"He says “{both}”.", (1,)), TALK).lines == (1,)


def test_words_of_two_speakers_are_a_quotation_where_nobody_knows_who_speaks() -> None:
    talk = Recording(transcript([("", "and that we know the answer."), ("", "That is fair.")]))
    assert not findings("They say “that we know the answer that is fair”.", talk)


@pytest.mark.parametrize(
    "quoted",
    [
        "I would … pretend that we know the answer",
        "I would … know … answer",
        "We never … close the array",
        "[T]he array was shut down",
        "I would rather [still] count the seals’ pups",
        "... I would ...",
    ],
)
def test_words_may_be_left_out_of_a_quotation_or_put_in(quoted: str) -> None:
    assert not unsaid(f"He says “{quoted}”.")


@pytest.mark.parametrize(
    ("quoted", "told"),
    [
        ("seals pretend … we know the", "seals pretend"),
        ("know the answer … I would rather", "know the answer … I would rather"),
        ("I would rather count … the bank wants numbers", "I would rather count … the bank wants numbers"),
        ("the array … tomorrow night", "tomorrow night"),
    ],
)
def test_all_pieces_of_a_quotation_are_said_by_one_speaker_in_their_order(quoted: str, told: str) -> None:
    assert unsaid(f"He says “{quoted}”.") == [told]


def test_pieces_that_stand_far_apart_are_no_quotation() -> None:
    between = [("Ana", "and so on and so forth " * 30)] * 3
    far = Recording(transcript([("Ana", "We never agreed."), *between, ("Ana", "Close the array.")]))
    assert [f.kind for f in findings("“We never … close the array.”", far)] == ["quotation"]


def test_a_title_may_be_quoted_with_words_left_out() -> None:
    talk = Recording(Transcript("talk", (Segment(1, "hello"),), Metadata(title="Why put a turbine under the sea?")))
    assert not findings("It is “Why put … under the sea?”.", talk)
    assert findings("It is “under the sea … why put”.", talk)


def test_a_quotation_in_pieces_gets_the_lines_of_all_of_them() -> None:
    talk = Recording(transcript([("Ana", "First."), ("Ana", "We never,"), ("Ana", "and so on, close the array.")]))
    assert with_lines(DraftStatement("Ana: “we never … close the array”", (1,)), talk).lines == (1, 2, 3)


def test_a_quotation_of_very_many_pieces_is_looked_at() -> None:
    assert unsaid(f"“{' … '.join(['the array'] * 3000)}”")


@pytest.mark.parametrize("said", ["cafe\u0301", "caf\u00e9"])
@pytest.mark.parametrize("written", ["cafe\u0301", "caf\u00e9"])
def test_an_accent_is_the_same_in_either_form_of_writing_it(said: str, written: str) -> None:
    recording = Recording(transcript([("Zoe\u0308", f"Le {said} est serre\u0301, dit-elle.")]))
    assert not findings(f"Il dit : “Le {written} est serr\u00e9”.", recording)


@pytest.mark.parametrize(
    ("code", "said", "quoted"),
    [
        ("tr", "ışık ılık ve iyi geldi", "Işık ılık ve iyi geldi"),
        ("tr", "IŞIK İLE BİRLİKTE GELDİ", "Işık ile birlikte geldi"),
        ("ru", "он ещё никогда не вернётся", "Он еще никогда не вернется"),
        ("uk", "це було пʼять років тому", "це було п’ять років тому"),
        ("fr", "le coeur de l'oeuvre est un noeud", "le cœur de l’œuvre est un nœud"),
        ("ja", "この研究を10年以上続けてきました", "この研究を１０年以上続けてきました"),
        ("ja", "私はコンピュータを使います", "私はｺﾝﾋﾟｭｰﾀを使います"),
        ("ar", "ان الحكومه لن تتراجع", "أن الحكومة لن تتراجع"),
    ],
)
def test_a_quotation_may_spell_letters_otherwise_than_the_transcript(code: str, said: str, quoted: str) -> None:
    for spoken, written in ((said, quoted), (quoted, said)):
        recording = Recording(Transcript("talk", (Segment(1, spoken),), Metadata(language=code)))
        assert not [f for f in findings(f"“{written}”", recording) if f.kind == "quotation"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“हम कल दिल्ली में मिलेंगे”", False),
        ("“हम काल दिल्ली में मिलेंगे”", True),
        ("“सामाजिक न्याय”", False),  # two words name a thing
    ],
)
def test_vowel_signs_count_in_a_quotation_and_part_no_word(text: str, found: bool) -> None:
    talk = Recording(Transcript("talk", (Segment(1, "हम कल दिल्ली में मिलेंगे और बात करेंगे"),), Metadata(language="hi")))
    assert bool(findings(f"उन्होंने कहा, {text}", talk)) == found


@pytest.mark.parametrize(
    "text",
    [
        "Mara says: ‘We must always burn the new boats’.",
        "Mara says: ‘We must always burn the new boats’ and leaves.",
        "Mara says: 'We must always burn the new boats'.",
        "Mara says: *'We must always burn the new boats'*.",
        "Mara says: ‘[W]e must always burn the new boat’.",
        "Mara says: '…we must always burn the new boat'.",
        "Mara says: *‘We must always burn the new boat’*.",
        "Mara says: _'We must always burn the new boat'_.",
        "Mara says: ‘We must burn the dogs’ new boat’.",
    ],
)
def test_a_quotation_in_single_marks_is_found(text: str) -> None:
    assert len(unsaid(text)) == 1


def test_a_possessive_within_single_marks_is_part_of_the_quotation() -> None:
    assert not unsaid("Tomas: ‘I would rather count the seals’ pups for another year’.")
    assert not unsaid("Mara: ‘The array was shut down’ is about the seals’ pups and the boys’ school.")


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("I think we should, um, build the bridge now", "I think we should . . . build the bridge now"),
        ("The naïve café owners pay more", "The naive cafe owners pay more"),
        ("The naive cafe owners pay more", "The naïve café owners pay more"),
        ("It grew by 1000 people last year", "It grew by 1,000 people last year"),
        ("It grew by 1 000 people last year", "It grew by 1,000 people last year"),
        ("It grew by 3.5% in the last year", "It grew by 3.5 percent in the last year"),
        ("It grew by 3.5 per cent in the last year", "It grew by 3.5 % in the last year"),
    ],
)
def test_a_quotation_may_be_written_otherwise_than_the_transcript(said: str, quoted: str) -> None:
    assert not findings(f"Ana: “{quoted}”", Recording(transcript([("Ana", said)])))


def test_a_quotation_has_its_thousands_as_they_were_said() -> None:
    assert findings(
        "Ana: “It grew by 1,000 people last year”", Recording(transcript([("Ana", "It grew by 1, 0 people")]))
    )


def test_a_speaker_may_be_quoted_around_a_few_words_of_another() -> None:
    lines = [("Ana", "We will never build"), ("Ben", "Right, yeah."), ("Ana", "that tower again in this city.")]
    talk = Recording(transcript(lines))
    quoted = "Ana says: “We will never build that tower again”"
    assert not findings(quoted, talk)
    assert with_lines(DraftStatement(quoted, (1,)), talk).lines == (1, 3)
    assert findings("Ana says: “We will never build right, yeah, that tower again”", talk)
    long_answer = ("Ben", "Right, yeah, and I would say so too.")
    assert findings(quoted, Recording(transcript([lines[0], long_answer, lines[2]])))
