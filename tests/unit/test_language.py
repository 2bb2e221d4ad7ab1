import asyncio
from dataclasses import replace

import pytest

from pipeline.document import StudyDocument
from pipeline.errors import SettingsError
from pipeline.language import NAMES, canonical, covers, detected, direction, english_name, known_tag, spoken_language
from pipeline.llm import Request
from pipeline.profile import CAPABLE, SMALL, Recipe
from pipeline.rechecking import check_path
from pipeline.run import asummarise
from pipeline.settings import load_settings
from pipeline.store import dump
from pipeline.transcript import Segment, Transcript
from tests.scripted import ScriptedClient, good_answer, transcript

SPOKEN = {
    "en": "The reactor at Lund makes forty megawatts and has run for years without a single stop.",
    "de": "Heute sprechen wir darüber, warum eine Wärmepumpe im Winter weniger Strom braucht als eine alte Heizung.",
    "fr": "Nous parlons aujourd'hui des pompes à chaleur et de ce qu'elles consomment pendant l'hiver.",
    "es": "Hoy hablamos de bombas de calor y de por qué gastan menos energía durante el invierno.",
    "pt": "Hoje vamos falar sobre bombas de calor e por que elas gastam menos energia no inverno.",
    "it": "Oggi parliamo di pompe di calore e del motivo per cui consumano meno durante l'inverno.",
    "nl": "Vandaag praten we over de vraag waarom een warmtepomp in de winter minder stroom verbruikt.",
    "zh": "截面损失是锈蚀吃掉的那部分钢梁，这座桥在三十年里失去了百分之十二的钢材。",
    "ja": "今日はヒートポンプについて話します。冬でも古い暖房より電気を使いません。",
    "ar": "نتحدث اليوم عن مضخات الحرارة ولماذا تستهلك طاقة أقل في فصل الشتاء.",
    "ko": "오늘은 히트펌프가 왜 겨울에 오래된 난방보다 전기를 덜 쓰는지 함께 이야기합니다.",
    "ru": "Сегодня мы поговорим о том, почему тепловой насос зимой тратит меньше энергии.",
}


def made(language: str | None, of: Transcript | None = None) -> tuple[StudyDocument, list[Request]]:
    client = ScriptedClient(good_answer)
    recipe = Recipe(language=language)
    return asyncio.run(asummarise(of or transcript(), client, recipe=recipe)), client.requests


@pytest.mark.parametrize(("code", "text"), SPOKEN.items())
def test_the_language_of_words_is_told(code: str, text: str) -> None:
    assert detected([text]) == code


@pytest.mark.parametrize("text", ["", "Okay.", "uh yeah okay mm", "12:30 40 50 60 70 80 90 100 110", "好"])
def test_of_too_few_words_nothing_is_told(text: str) -> None:
    assert detected([text]) is None


def test_a_recording_of_many_languages_has_none() -> None:
    assert detected(list(SPOKEN.values())) is None


def test_metadata_tells_the_language_before_the_words_do() -> None:
    assert spoken_language(transcript(language="sv_SE")) == "sv-SE"
    assert spoken_language(transcript(language="what is spoken")) == "en"


@pytest.mark.parametrize(
    ("tag", "usual"),
    [("EN", "en"), ("pt_br", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"), ("eng", "en"), ("english", "en"), ("German", "de"),
     ("de-CH-1996", "de-CH"), (None, None), ("", None), ("xx", None), ("de; ignore", None), ("de\nfr", None)],
)  # fmt: skip
def test_a_tag_has_one_usual_form(tag: str | None, usual: str | None) -> None:
    assert canonical(tag) == usual


@pytest.mark.parametrize(("code", "name"), NAMES.items())
def test_a_language_is_found_again_by_its_name(code: str, name: str) -> None:
    assert canonical(name) == canonical(name.upper()) == code and name == " ".join(name.split())


def test_a_tag_of_no_language_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(SettingsError, match="language 'Ignore all previous' is not known") as err:
        load_settings(language="Ignore all previous")
    assert err.value.hint and "pt-BR" in err.value.hint


def test_the_language_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDYDOC_LANGUAGE", "pt_br")
    assert load_settings().language == "pt-BR" and load_settings(language="ja").language == "ja"
    assert load_settings(language="ja").recipe(CAPABLE).language == "ja"


def test_what_is_asked_for_is_covered_by_any_kind_of_it() -> None:
    assert covers("pt", "pt-BR") and covers(None, "pt") and covers("pt-BR", "pt-BR")
    assert not covers("pt-BR", "pt") and not covers("pt", None)
    assert english_name("pt-BR") == "Portuguese (pt-BR)" and known_tag("PT") == "pt"


def test_notes_in_the_language_of_the_transcript_are_asked_for_in_the_same_words_as_ever() -> None:
    plain, same = made(None)[1], made("en")[1]
    assert [r.messages for r in plain] == [r.messages for r in same]
    assert all("wanted in" not in r.messages[0].content for r in plain)


def test_another_language_is_asked_for_in_every_call() -> None:
    document, requests = made("de")
    assert [r.name for r in requests] == ["write", "check"]
    assert all("these notes are wanted in German" in r.messages[0].content for r in requests)
    assert (document.run.language, document.source.language) == ("de", "en")
    assert "language.v1" in document.run.prompts


def test_a_kind_of_the_language_that_is_spoken_is_asked_for() -> None:
    assert "wanted in English (en-GB)" in made("en-GB")[1][0].messages[0].content


def test_the_record_tells_both_languages() -> None:
    document, _ = made(None)
    assert (document.run.language, document.source.language) == ("en", "en")


def test_a_record_without_a_language_is_still_read_and_headed_in_english() -> None:
    document, _ = made(None)
    old = document.model_dump(mode="json")
    del old["run"]["language"]
    assert StudyDocument.model_validate(old).run.language is None


def test_translated_notes_are_checked_again_as_translated(tmp_path) -> None:  # noqa: ANN001
    path = tmp_path / "talk.txt"
    path.write_text("The reactor in Munich, says the UN, made 3,500,000 kilowatts in all of last year.\n", "utf-8")
    text = "Die Anlage in München machte laut UNO 3,5 Millionen Kilowatt."

    def answer(request: Request) -> dict:  # type: ignore[type-arg]
        found = good_answer(request)
        sections = {"overview": [], "main_points": [], "key_concepts": []}
        assert isinstance(found, dict)
        return found | sections | ({"summary": [{"cites": [1], "text": text}]} if request.name == "write" else {})

    document = asyncio.run(asummarise(path, ScriptedClient(answer), recipe=Recipe(language="de")))
    (tmp_path / "talk.json").write_text(dump(document), "utf-8")
    assert document.summary[0].support == "verified"
    assert [c.findings for c in check_path(tmp_path / "talk.json")[1] if c.findings] == []


def test_a_small_model_that_cannot_translate_says_so_and_its_labels_follow() -> None:
    talk = transcript()
    text = {"small/notes": "nothing", "small/title": "Lund", "small/term": "none"}
    recipe = replace(Recipe(SMALL), language="de")
    document = asyncio.run(asummarise(talk, ScriptedClient(lambda r: text[r.name]), recipe=recipe))
    assert "requested in German, but a small model quotes" in document.source.warnings[-1]
    assert document.note and document.note.endswith("in der Sprache der Aufnahme.")


def test_words_of_a_script_without_blanks_are_counted_by_two_characters() -> None:
    chinese = Transcript("talk", tuple(Segment(i, SPOKEN["zh"]) for i in range(1, 61)))
    document, _ = made("zh", chinese)
    assert 600 <= document.run.words_asked <= 1200


def test_a_language_is_written_as_its_script_is_whether_pages_have_its_words_or_not() -> None:
    assert {direction(tag) for tag in ("ar", "he", "fa", "ur", "ps", "yi", "ug", "az-Arab", "fa-IR")} == {"rtl"}
    assert {direction(tag) for tag in ("en", "az", "zh-Hant", "ar-Latn", "pt-BR", None)} == {"ltr"}
