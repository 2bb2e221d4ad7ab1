from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.transcript import Metadata, Segment, Transcript
from pipeline.verification import Recording, check_exactly, finding, findings, with_lines, without_repeats
from pipeline.verification.figures import claims, unsaid_figures
from pipeline.verification.numerals import with_english_figures
from tests.scripted import transcript


def said(*lines: str, **metadata: str) -> Recording:
    return Recording(Transcript("talk", tuple(Segment(i, t) for i, t in enumerate(lines, 1)), Metadata(**metadata)))


def draft_of(*statements: DraftStatement) -> Draft:
    return Draft({"main_points": (DraftGroup(statements, "Heading"),)})


def kinds(text: str, recording: Recording) -> list[str]:
    return [f.kind for f in findings(text, recording)]


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("M3L", "the M - three - L first"),
        ("B52", "a B fifty-two over the bay"),
        ("B52s", "two B fifty two's over the bay"),
        ("A320", "on an A three twenty"),
        ("A300", "on an A three hundred"),
        ("Q1", "and in Q one it rose"),
        ("H264", "coded in H 264"),
        ("Gear3", "it shifts to gear three"),
        ("GPT3.5", "asked of GPT three point five"),
        ("Python3.11", "written in Python three point eleven"),
        ("X1000", "an X one thousand"),
        ("K125", "a K one hundred and twenty five"),
        ("BR105", "a B R one oh five"),
        ("Q1s", "and of all Q one reports"),
        ("A330s", "of two A three thirties, one A three thirty"),
        ("C14", "with carbon fourteen"),
        ("Co60", "from cobalt sixty"),
        ("T1D", "with type one diabetes"),
    ],
)
def test_a_name_with_a_figure_may_be_said_letter_by_letter(name: str, spoken: str) -> None:
    assert "name" not in kinds(f"They look at the {name}.", said(f"Here is {spoken}."))


def test_a_name_with_a_figure_may_be_said_in_another_language() -> None:
    assert "name" not in kinds("Es läuft der K9X.", said("Hier läuft der K neun X.", language="de"))


def test_a_name_is_spelled_with_number_words_of_the_spoken_language_even_if_another_is_declared() -> None:
    german = "Wir haben M drei L gelesen, und man kann damit sehr gut arbeiten, weil es in der Sprache ist, "
    text = f"{german}die wir alle sprechen und die wir jeden Tag mit den anderen Leuten in der Stadt gerne benutzen."
    assert "name" not in kinds("They read the M3L.", said(text, language="en"))


@pytest.mark.parametrize("name", ["K3Z", "Q3Z", "B52", "R3D", "X52Q", "M4L", "Gear3", "Sensat50"])
def test_letters_and_a_figure_that_stand_apart_spell_no_name(name: str) -> None:
    recording = said(
        "We look at the M - three - L first.", "At three sites fifty-two boats change gear.", "I sense it."
    )
    assert "name" in kinds(f"They look at the {name}.", recording)


@pytest.mark.parametrize(
    "text",
    [
        "The copper mine closed.",
        "World War I began in 1914.",
        "The Speaker of the House may not vote.",
        "The line from Vienna to Paris is to open again.",
        "There are three sides: left, centre, right.",
        "She works without pay.",
        "Nobody has ever seen one.",
    ],
)
def test_a_sentence_is_not_doubted_for_its_words(text: str) -> None:
    recording = said(
        "so the mine, copper, that shut down, and that was before world war one, nineteen fourteen",
        "the speaker of the house can't vote, and the night train goes vienna paris again",
        "you can sit left, in the centre or on the right, she never got paid, no one's seen it",
    )
    assert finding(text, recording) == ""
    [statement] = check_exactly(draft_of(DraftStatement(text, (1,))), recording).statements()
    assert statement[1].text == text and statement[1].support == "verified"


def test_a_figure_that_the_whole_recording_does_not_hold_is_told() -> None:
    assert finding("It makes 41 megawatts.", said("it makes 40 megawatts")) == "nobody says 41 in the recording"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It stopped in 1999 after 88 days and cost 77 euros.", "nobody says 1999, 88 or 77 in the recording"),
        ("It cost 77 euros and 88 days, so 77 euros.", "nobody says 77 or 88 in the recording"),
        ("The talk is about 29.1rc2 and 88 more.", "nobody says 29.1rc2 or 88 in the recording"),
        ("Then Kowalski met Bernstein.", "Kowalski and Bernstein are not named in the recording"),
        ("Then Kowalski paid 77.", "nobody says 77 in the recording; Kowalski is not named in the recording"),
        (
            "“this is dear to us” and “that is bad for you”",
            "nobody says “this is dear to us” or “that is bad for you” word for word",
        ),
    ],
)
def test_all_that_the_recording_does_not_hold_is_told_in_one_finding_a_kind(text: str, told: str) -> None:
    assert finding(text, said("it makes 40 megawatts")) == told


@pytest.mark.parametrize(
    ("text", "language"), [("25,000 people", "en"), ("2,000 lorries", "en"), ("25.000 Leute", "de")]
)
def test_thousands_are_not_the_same_without_their_zeros(text: str, language: str) -> None:
    recording = said("25 people and 2 lorries came", language=language)
    assert kinds(text, recording) == ["figure"]


@pytest.mark.parametrize("text", ["It takes 1.2 million.", "It takes 1,200,000 dollars.", "It was in 1984."])
def test_a_figure_may_be_written_otherwise_than_said(text: str) -> None:
    assert not finding(text, said("one point two million dollars in nineteen eighty four"))


@pytest.mark.parametrize("language", ["en", "de", "fr", "ja"])
def test_a_number_of_many_digits_is_only_one_that_nobody_says(language: str) -> None:
    endless = "9" * 50_000
    recording = said(f"it is {endless} point five things, {endless} and a half", language=language)
    assert kinds("It is 41.7.", recording) == ["figure"]
    assert kinds(f"It is {endless} point five or {endless} and a half.", said("nothing")) == ["figure"]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("twenty-five or 40 İ", ["twenty-five", "40"]),
        ("Straße ４０. Two and a half million for ٤٠", ["４０", "Two and a half million", "٤٠"]),
        ("40-50 (3 million)", ["40", "50", "3"]),
    ],
)
def test_a_figure_tells_where_it_stands(text: str, stated: list[str]) -> None:
    assert [text[slice(*f.span)] for f in claims(text)] == stated


def test_five_digits_are_no_year_that_two_digits_end() -> None:
    assert [f.values for f in claims("Order 51993 –94.")][-1] == {94.0}


@pytest.mark.parametrize("text", ["Around 1993–94.", "Around 1993-94.", "Around 1993/94."])
def test_a_year_that_ends_a_span_may_be_shortened(text: str) -> None:
    assert not finding(text, said("it's around 1993-1994"))
    assert finding(text, said("it's around 1993-1996"))


@pytest.mark.parametrize("decade", ["the early 1990s", "the 1990's", "den 1990ern", "early-1990s culture"])
def test_a_year_bears_out_its_decade_and_no_other(decade: str) -> None:
    assert not finding(f"So it was in {decade}.", said("we dialled up in 1991"))
    assert finding(f"So it was in {decade}.", said("we dialled up in 1989"))
    assert finding("It began in 1990.", said("we dialled up in 1991"))


def test_two_numbers_that_and_joins_are_no_year() -> None:
    assert not finding("People between twenty and forty buy it.", said("we mean the twenty to forty group"))
    assert finding("It was built in nineteen eighty four.", said("it was built in seventeen sixty"))


def test_the_month_of_a_date_in_the_title_is_known() -> None:
    assert not finding("It was in January 2016.", said("hello", title="2016-01-25 A talk"))
    assert not finding("Es war im Januar 2016.", said("hallo", title="2016-01-25 A talk", language="de"))
    assert finding("It was in February 2016.", said("hello", title="2016-01-25 A talk"))


def test_a_version_in_the_title_is_known() -> None:
    assert not finding("The talk is about 29.1rc1.", said("hello", title="Core 29.1rc1 explained"))
    assert finding("The talk is about 29.1rc2.", said("hello", title="Core 29.1rc1 explained"))


def test_a_count_of_things_that_were_listed_is_no_figure_that_must_be_said() -> None:
    assert not finding("There are three reasons.", said("it is slow, it is dear, and it is loud"))


def test_a_quotation_must_be_said_word_for_word() -> None:
    recording = said("I said we will, um, never build that tower again")
    assert kinds("Ben: “we will always build that tower again”", recording) == ["quotation"]
    assert not finding("Ben: “never build that tower again”", recording)


def test_the_title_may_be_quoted() -> None:
    recording = said("hello", title="Why Put a Turbine Under the Sea?")
    assert not finding("The talk “Why put a turbine under the sea?” is for beginners.", recording)
    assert finding("The talk “Why put a turbine over the sea?” is for beginners.", recording)


def test_blanks_stand_in_a_quotation_as_the_writer_puts_them() -> None:
    talk = Recording(transcript([("Ana", "We 're just gonna try out the data base , and see .")]))
    assert kinds("Ana: “We're just gonna try out the database and see”", talk) == []


def test_a_quotation_that_begins_or_ends_inside_a_word_is_not_said() -> None:
    talk = Recording(transcript([("Ana", "It is illegal to build a tower here.")]))
    assert kinds("Ana: “legal to build a tower here”", talk) == ["quotation"]
    assert kinds("Ana: “it is illegal to build a tow”", talk) == ["quotation"]


def test_a_quotation_has_its_numbers_as_they_were_said() -> None:
    talk = Recording(transcript([("Ana", "It grew by 15 percent last year, and by 1.5 before.")]))
    assert kinds("Ana: “It grew by 1.5 percent last year”", talk) == ["quotation"]
    assert kinds("Ana: “It grew by 15 percent last year”", talk) == []


def test_words_in_capitals_are_not_parted() -> None:
    assert "rush" not in Recording(transcript([("Ana", "AS MR CRUSH TOLD SALLY")])).words


def test_a_name_that_lost_its_blank_in_the_transcript_is_named() -> None:
    talk = Recording(transcript([("Ana", "As PremierLegault asked us, we stay until June.")]))
    assert kinds("Ana says that Premier Legault asked for June.", talk) == []


def _english(lines: list[tuple[str, str]]) -> Recording:
    return Recording(replace(transcript(lines), metadata=Metadata(language="en")))


def test_a_quotation_may_leave_out_what_a_speaker_said_twice() -> None:
    talk = _english(
        [("Ana", "So the the the budget, I think that I think that"), ("Ana", "it 's it 's too small for us.")]
    )
    assert kinds("Ana: “So the budget, I think that it's too small for us”", talk) == []
    assert kinds("Ana: “So the budget is too small for us”", talk) == ["quotation"]
    assert with_lines(DraftStatement("Ana: “I think that it's too small”", (2,)), talk).lines == (1, 2)


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("He had a plan.", "plan plan plan plan plan plan"),
        ("It was very good for the city.", "It was very very very good for the city"),
        ("Call the office at two two nine after lunch.", "Call the office at two nine after lunch"),
        ("Call the office at 2 2 9 after lunch.", "Call the office at 2 9 after lunch"),
        ("The law of twenty twenty ended the tower.", "The law of twenty ended the tower"),
        ("We will not stop. Stop the tower now, please.", "We will not stop the tower now, please"),
    ],
)
def test_what_was_said_once_is_not_quoted_twice_nor_two_sentences_as_one(said: str, quoted: str) -> None:
    assert "quotation" in kinds(f"Ana: “{quoted}”", _english([("Ana", said)]))


def test_what_two_speakers_say_is_no_stutter_nor_is_what_other_languages_double() -> None:
    two = _english([("Ana", "I don't think that we will pay."), ("Ben", "We will pay half of it in May.")])
    assert kinds("Ana: “I don't think that we will pay half of it in May”", two) == ["quotation"]
    doubled = transcript([("Ana", "我们天天在这里修桥。")])
    assert kinds("Ana: “我们天在这里修桥”", Recording(replace(doubled, metadata=Metadata(language="zh")))) == [
        "quotation"
    ]


def test_words_left_out_of_a_quotation_part_it() -> None:
    recording = said("we will never, and I mean it, build that tower again")
    assert not finding("“we will never … build that tower again”", recording)


def test_a_quotation_may_run_over_two_lines() -> None:
    assert not finding("“never build that tower again”", said("we will never build", "that tower again"))


def test_a_name_that_nobody_names_is_told() -> None:
    assert kinds("The tower was built by Siemens.", said("the tower was built long ago")) == ["name"]


@pytest.mark.parametrize("name", ["PostgreSQL", "Kazachstania", "Hilpisch", "Möser"])
def test_a_garbled_name_put_right_is_no_stranger(name: str) -> None:
    recording = said("it runs on post gres sql, kasachstania grows, says eve hilpish to moser")
    assert not kinds(f"It is called {name} there.", recording)


def test_an_abbreviation_may_stand_for_words_that_begin_so() -> None:
    recording = said("then the world health organization met")
    assert not kinds("Then the WHO met.", recording)
    assert kinds("Then the Who met.", recording) == ["name"]


def test_a_name_of_two_letters_is_too_short_to_be_told_from_others() -> None:
    assert not kinds("It was told by Bo.", said("hello"))


def test_initials_with_an_ending_are_no_strangers() -> None:
    recording = said("when you xor the blocks a rest is left")
    assert not kinds("They find that XORing blocks is slow.", recording)
    assert kinds("They find that REXing blocks is slow.", recording) == ["name"]


def test_a_name_in_another_case_is_no_stranger_where_names_have_cases() -> None:
    assert not kinds("Bunlar Ankara'dakilerden biri.", said("biz ankara gezdik", language="tr"))
    assert kinds("It is Ankara'dakilerden.", said("we saw ankara", language="en")) == ["name"]


@pytest.mark.parametrize("name", ["Kyrgyz", "Kantian", "Marxist", "Peruvian", "Turkish", "Italian", "Swedish"])
def test_a_word_of_the_root_of_a_name_is_no_stranger(name: str) -> None:
    recording = said("from Kyrgyzstan, Peru and Italy, to Turkey and Sweden, with Marx and with Kant")
    assert not kinds(f"It is a {name} idea.", recording)


@pytest.mark.parametrize("name", ["Thatcher", "Parker", "Austria", "Marlow", "Kantorowicz", "Kant4"])
def test_a_name_that_begins_as_a_common_word_or_goes_on_otherwise_is_one_of_its_own(name: str) -> None:
    recording = said("That a park in Australia is that of Marx and Kant.", "Parks are in Peru.")
    assert "name" in kinds(f"It was {name} then.", recording)


def test_names_in_the_title_and_of_speakers_are_known() -> None:
    recording = said("hello", title="The Lund Reactor", speakers=("Ana Ruiz",))
    assert not finding("It was told by Ana Ruiz at Lund.", recording)


def test_a_script_without_capitals_has_no_names_to_look_for() -> None:
    assert not finding("内存池是未确认交易的缓存。", said("每个节点都有自己的内存池"))


def test_a_statement_gets_the_lines_of_its_quotation() -> None:
    recording = said("we begin", "never build that tower again", "the end")
    statement = with_lines(DraftStatement("Ben says: “never build that tower again”", (1,)), recording)
    assert statement.lines == (1, 2)


@pytest.mark.parametrize(
    ("cited", "lines"),
    [((), (2,)), ((4, 7), (4, 5, 7)), ((8,), (8, 10)), ((1, 11), (1, 2, 11)), ((1, 5), (1, 5))],
    ids=str,
)
def test_a_quotation_that_was_said_again_and_again_gets_its_nearest_line_unless_one_is_cited(
    cited: tuple[int, ...], lines: tuple[int, ...]
) -> None:
    again = "never build that tower again"
    recording = said(*(again if n in (2, 5, 10) else "and so on" for n in range(1, 12)))
    assert with_lines(DraftStatement(f"Ben: “{again}”", cited), recording).lines == lines


def test_a_quotation_that_nobody_says_brings_no_lines() -> None:
    assert with_lines(DraftStatement("“always build that tower again”", (1,)), said("never")).lines == (1,)


def test_three_words_in_quotation_marks_are_no_quotation_and_four_are() -> None:
    assert not finding("They call it “a big tower”.", said("it is tall"))
    assert kinds("They call it “a very big tower”.", said("it is tall")) == ["quotation"]


def test_lines_that_do_not_exist_are_left_out() -> None:
    assert with_lines(DraftStatement("Something.", (1, 99)), said("one")).lines == (1,)


def test_what_code_proves_makes_a_statement_weak_and_does_not_hide_it() -> None:
    draft = draft_of(DraftStatement("The reactor makes 70 megawatts.", (1,)))
    [(_, statement)] = check_exactly(draft, Recording(transcript())).statements()
    assert statement.support == "weak" and "70" in statement.finding


def test_what_was_found_before_stays_and_a_phrase_without_lines_is_not_looked_at() -> None:
    doubted, phrase = DraftStatement("It has run.", (1,), finding="it cites no line"), DraftStatement("70 watts", ())
    [(_, first), (_, second)] = check_exactly(draft_of(doubted, phrase), Recording(transcript())).statements()
    assert (first.finding, second.finding) == ("it cites no line", "")


def test_what_is_bound_to_a_statement_may_say_what_is_bound_to_another() -> None:
    due = DraftStatement("Friday", (1,), "Due", bound=True)
    tasks = draft_of(*(DraftStatement(f"Task {n}.", (1,), details=(due,)) for n in (1, 2)))
    assert len(list(without_repeats(tasks).statements())) == 4


def test_the_same_statement_stands_once_and_the_other_is_told() -> None:
    twice = draft_of(
        DraftStatement("The city pays half of it.", (1,)), DraftStatement("The city pays half of it!", (2,))
    )
    out = without_repeats(twice)
    assert len(list(out.statements())) == 1
    assert [w.reason for w in out.withheld] == ["it repeats another statement"]


@pytest.mark.parametrize("bound", [True, False])
def test_statements_with_something_else_below_them_are_two(bound: bool) -> None:
    texts = ("Reactor | 40", "Loan | 10", "Reactor | 40")
    points = [DraftStatement("They are:", (1,), details=(DraftStatement(t, (1,), bound=bound),)) for t in texts[:2]]
    assert without_repeats(draft_of(*points)).withheld == ()
    third = without_repeats(draft_of(*points, points[0]))
    assert [w.reason for w in third.withheld][:1] == ["it repeats another statement"]
    columns = [replace(points[0], columns=titles) for titles in (("What", "MW"), ("What", "Years"))]
    assert len(without_repeats(draft_of(*columns)).sections["main_points"][0].statements) == 2


def test_statements_that_differ_by_a_figure_are_two() -> None:
    long = "The first of the two trains to the south, which runs by night, takes {} days."
    two = draft_of(DraftStatement(long.format(4), (1,)), DraftStatement(long.format(9), (2,)))
    assert len(list(without_repeats(two).statements())) == 2


def test_statements_that_differ_by_a_vowel_sign_are_two() -> None:
    two = draft_of(DraftStatement("मेला देखने लोग आए।", (1,)), DraftStatement("माला देखने लोग आए।", (2,)))
    assert without_repeats(two).withheld == ()


def test_hostile_text_is_looked_at_in_time() -> None:
    recording = said("(" * 5000 + " word " * 2000)
    assert finding("“" * 3000 + "A" * 3000 + "(" * 3000, recording) is not None


SPOKEN = {
    "de": "Das kostet drei Millionen fünfhunderttausend Euro, fünfzig Prozent mehr als 1984, und ist zweieinhalb Meter tief.",
    "fr": "Cela coûte 1 000,5 euros, soit cinquante pour cent de plus, deux virgule trois.",
    "zh": "三百二十万人，百分之十二的钢材。在二〇二四年，花了3亿元，他说我们必须马上关闭这座桥。",
    "ja": "去年の売上は１２億円で、３．５％増えました。",
    "ar": "بلغت التكلفة ٣٫٧ مليون يورو عام ١٩٨٤ أي ١٬٢٠٠ ساعة.",
    "ru": "Мы были в Кракове, это стоило три миллиона.",
    "pt": "Custa um bilhão e duzentos milhões.",
    "tr": "Ankara'ya gittik ve 1.250 kişiyle konuştuk.",
}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Die Verwaltung nennt 3,5 Millionen Euro, 50 % mehr als 1984; die Grube ist 2,5 m tief."),
        ("de", "3.500.000 Euro: „drei Millionen fünfhunderttausend Euro, fünfzig Prozent mehr“."),
        ("fr", "Coût : 1000,5 euros, 50 % de plus, 2,3 ; « soit cinquante pour cent de plus »."),
        ("zh", "320万人，12%的钢材，2024年花了3亿元。他说“我们必须马上关闭这座桥”。"),
        ("zh", "万一出事，千万不要慌，一些人这样说。"),
        ("ja", "売上は12億円、3.5％増。「去年の売上は１２億円で」と述べた。"),
        ("ja", "1,200,000,000円。"),
        ("ar", "التكلفة 3.7 مليون يورو في 1984، أي 1,200 ساعة: «بلغت التكلفةُ ٣٫٧ مليون يورو»."),
        ("ru", "Это было в Краков и стоило 3 млн."),
        ("pt", "Custa 1,2 bilhão."),
        ("tr", "Konuşulan yer Ankara'da, 1250 kişi."),
    ],
)
def test_what_another_language_writes_otherwise_than_it_was_said_is_no_fault(code: str, text: str) -> None:
    assert finding(text, said(SPOKEN[code], language=code)) == ""


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("de", "Die Kosten liegen bei 3,7 Millionen Euro.", "figure"),
        ("de", "Das prüfte die NATO.", "name"),
        ("fr", "Coût de l'étude : 1475 euros.", "figure"),
        ("fr", "Selon Pierre Lefort, cela coûte cher.", "name"),
        ("zh", "花了4亿元。", "figure"),
        ("zh", "他说“我们不必马上关闭那座桥”。", "quotation"),
        ("ja", "売上は13億円。", "figure"),
        ("ru", "Это было в городе Берлин.", "name"),
        ("pt", "Custa 1.300 milhões.", "figure"),
    ],
)
def test_what_another_language_does_not_say_is_told(code: str, text: str, kind: str) -> None:
    assert kinds(text, said(SPOKEN[code], language=code)) == [kind]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Die Anlage in München kostet laut UNO 3,5 Millionen Euro, 1 Milliarde in zehn Jahren."),
        ("es", "La planta de Múnich cuesta 3,5 millones; mil millones en total, dice la ONU."),
        ("zh", "慕尼黑的工厂花费350万欧元，总共10亿。"),
    ],
)
def test_figures_of_translated_notes_are_compared_and_names_are_not(code: str, text: str) -> None:
    talk = said("the plant in Munich cost 3,500,000 euros, says the UN, and a billion in ten years", language="en")
    translated = Recording(talk.transcript, code)
    assert finding(text, translated) == ""
    assert kinds(f"{text} 4711.", translated) == ["figure"]


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("三百二十万", 3_200_000), ("二〇二四", 2024), ("3.5万", 35_000), ("三点五", 3.5), ("1億5千万", 150_000_000),
     ("十二", 12), ("一千零一", 1001), ("两亿", 200_000_000)],
)  # fmt: skip
def test_a_chinese_numeral_is_read(numeral: str, value: float) -> None:
    assert value in said(f"大约{numeral}人", language="zh").figures


@given(st.integers(min_value=0, max_value=10**10))
def test_a_whole_number_is_read_however_a_language_groups_it(number: int) -> None:
    plain = f"{number:,}"
    for code, mark in (("de", "."), ("fr", "\u202f"), ("en", ","), ("ar", "٬")):
        assert not unsaid_figures(with_english_figures(plain.replace(",", mark), code), [float(number)], "")
