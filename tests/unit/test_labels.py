import asyncio
import re
import string
from dataclasses import replace
from functools import cache

import pytest

from pipeline.document import StudyDocument
from pipeline.draft import Draft
from pipeline.labels import Labels, labels_for, languages
from pipeline.language import NAMES, primary
from pipeline.pages import render_markdown
from pipeline.pages.markdown import provenance
from pipeline.pages.reading import draft_of_document, draft_of_page
from pipeline.profile import NotesName, Recipe
from pipeline.run import asummarise
from tests.kinds import DECISION, EXAMPLE, QUESTION, TASKS, answering
from tests.kinds import made as of_kind
from tests.scripted import ScriptedClient, good_answer, transcript

each = pytest.mark.parametrize("code", languages())
HEADINGS = ("overview", "prerequisites", "main_points", "key_concepts", "summary")
OF_KINDS = ("people", "decisions", "action_items", "open_questions", "worked_examples", "exam_questions")


KNOWN = {"channel": "Lund TV", "published": "2026-05-01", "url": "https://a.test/v"}


@cache
def document(code: str, known: bool = False, timed: bool = True) -> StudyDocument:
    of = transcript(**(KNOWN if known else {}))
    of = of if timed else replace(of, segments=tuple(s._replace(start=None, end=None) for s in of.segments))
    return asyncio.run(asummarise(of, ScriptedClient(good_answer), recipe=Recipe(language=code)))


def statements_of(draft: Draft) -> list[tuple[str, str, str, tuple[int, ...]]]:
    rows = draft.statements()
    return [(name, s.label, s.text, s.lines) for name, s in rows if name != "prerequisites"]


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_the_languages_that_were_promised_have_a_file() -> None:
    assert {"en", "de", "fr", "es", "pt", "it", "zh", "ja", "ar"} <= set(languages())


@each
def test_a_file_has_every_word_and_the_placeholders_of_the_english_one(code: str) -> None:
    own, english = labels_for(code), labels_for("en")
    assert own.code == primary(code) and own.code in NAMES
    for key in Labels.model_fields:
        mine, theirs = getattr(own, key), getattr(english, key)
        if isinstance(mine, str) and key != "date":
            assert mine.strip(" ") or key == "between_sentences" or key.startswith("between"), key
            assert placeholders(mine) == placeholders(theirs), key
    for kind in ("study", "minutes", "lecture"):
        assert len({own.heading(name, kind) for name in (*HEADINGS, *OF_KINDS)}) == len((*HEADINGS, *OF_KINDS))


@each
def test_no_language_but_english_has_an_english_sentence(code: str) -> None:
    own, english = labels_for(code), labels_for("en")
    same = [k for k in Labels.model_fields if k not in ("colon", "quotation", "first_day", "months")]
    equal = [k for k in same if getattr(own, k) == getattr(english, k) and not k.startswith("between")]
    assert code == "en" or not equal


@each
@pytest.mark.parametrize("citations", [False, True])
def test_a_page_reads_back_to_the_statements_of_its_record(code: str, citations: bool) -> None:
    made = document(code, known=True)
    assert statements_of(draft_of_page(render_markdown(made, citations=citations), made)) == statements_of(
        draft_of_document(made)
    )


@each
@pytest.mark.parametrize("kind", ["minutes", "lecture"])
def test_minutes_and_lecture_notes_have_their_words_and_read_back(code: str, kind: NotesName) -> None:
    more = {"action_items": TASKS, "decisions": [DECISION], "worked_examples": [EXAMPLE], "exam_questions": [QUESTION]}
    made, words = of_kind(kind, answering(**more), Recipe(notes=kind, language=code)), labels_for(code)
    page = render_markdown(made, citations=True)
    assert [s.heading for s in made.outline(words)] == re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert (words.no_date in page) == (kind == "minutes") and (words.result in page) == (kind == "lecture")
    assert statements_of(draft_of_page(page, made)) == statements_of(draft_of_document(made))


@each
def test_a_question_has_no_colon_behind_it_and_its_answer_is_read_back(code: str) -> None:
    asked = {"zh": "没有贷款会怎样？", "ar": "ماذا لو لم يكن هناك قرض؟"}.get(code, "What if there is no loan?")
    made = of_kind("lecture", answering(exam_questions=[QUESTION | {"question": asked}]), Recipe(notes="lecture"))
    made = made.model_copy(update={"run": made.run.model_copy(update={"language": code})})
    page = render_markdown(made)
    assert f"- **{asked}** Then" in page and statements_of(draft_of_page(page, made)) == statements_of(
        draft_of_document(made)
    )


@each
def test_a_page_that_cites_lines_without_times_reads_back(code: str) -> None:
    made = document(code, timed=False)
    page = render_markdown(made, citations=True)
    assert labels_for(code).line.format(number=4) in page
    assert statements_of(draft_of_page(page, made)) == statements_of(draft_of_document(made))


@each
def test_a_page_has_its_headings_in_its_language(code: str) -> None:
    headings = re.findall(r"^## (.+)$", render_markdown(document(code)), re.MULTILINE)
    assert headings == [labels_for(code).heading(name) for name in HEADINGS]


def test_a_page_of_an_unknown_language_or_of_one_without_a_file_is_headed_in_english() -> None:
    assert labels_for(None).code == labels_for("sw").code == labels_for("../de").code == "en"
    assert labels_for("pt-BR").code == "pt"


@pytest.mark.parametrize(
    ("tag", "summary"), [("zh", "总结"), ("zh-CN", "总结"), ("zh-Hant", "總結"), ("zh-TW", "總結")]
)
def test_chinese_is_headed_in_the_script_that_its_tag_means(tag: str, summary: str) -> None:
    assert labels_for(tag).summary == summary


@pytest.mark.parametrize(
    ("code", "date"),
    [
        ("en", "2026-05-01"),
        ("de", "1. Mai 2026"),
        ("fr", "1er mai 2026"),
        ("ja", "2026年5月1日"),
        ("ar", "1 مايو 2026"),
    ],
)
def test_a_date_is_written_as_the_language_does(code: str, date: str) -> None:
    line = next(provenance(document(code, known=True).model_copy(update={"channel": "Lund {TV}"})))
    assert date in line and "Lund {TV}" in line


@pytest.mark.parametrize("date", ["May 2026", "2026-13-01", "2026-00-10", "٢٠٢٦-05-01", "20260501", "", "9" * 5000])
def test_what_is_no_date_stays_as_it_is(date: str) -> None:
    assert labels_for("de").day(date) == date


def test_names_stand_in_a_row_as_the_language_parts_them() -> None:
    assert "话者" not in (told := " ".join(provenance(document("zh")))) and "Ana、Ben" in told
    assert "Ana، Ben" in " ".join(provenance(document("ar")))


def test_a_chinese_lead_is_bold_where_markdown_sees_its_end() -> None:
    page = render_markdown(document("zh"))
    assert "**Lund reactor**：" in page and "：**" not in page


def test_an_edited_sentence_of_a_chinese_page_is_read_alone() -> None:
    made = document("zh")
    page = render_markdown(made).replace(made.summary[0].text, "城里付一半。其余是贷款。")
    texts = [s.text for name, s in draft_of_page(page, made).statements() if name == "summary"]
    assert texts[:2] == ["城里付一半。", "其余是贷款。"]


@pytest.mark.parametrize(
    ("speakers", "told"),
    [
        (("Speaker 1", "SPEAKER_00", "spk_2"), "No speaker name is stated with the transcript."),
        (("Speaker 1", "50 Cent", "Malcolm X"), "Speakers: 50 Cent, Malcolm X."),
        (("Q", "A"), "No speaker name is stated with the transcript."),
        (("问", "答", "darosior", "Gloria Zhao"), "Speakers: darosior, Gloria Zhao."),
        (("Question", "Réponse"), "No speaker name is stated with the transcript."),
        (("J", "K"), "Speakers: J, K."),
        (("A", "B"), "Speakers: A, B."),
    ],
)
def test_a_label_that_names_nobody_is_not_told_as_a_name(speakers: tuple[str, ...], told: str) -> None:
    made = document("en", known=True)
    assert told in provenance(replace_speakers(made, speakers))


def replace_speakers(made: StudyDocument, speakers: tuple[str, ...]) -> StudyDocument:
    return made.model_copy(update={"source": made.source.model_copy(update={"speakers": speakers})})
