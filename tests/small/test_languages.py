"""Recordings in other languages, and the prompts that carry the examples."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from pipeline.draft import Draft
from pipeline.llm import Request
from pipeline.llm.prompting import PromptSet
from pipeline.profile import SMALL, Recipe
from pipeline.small import draft
from pipeline.small.chat import messages
from pipeline.small.noises import without_noises
from pipeline.small.notes import notes_on
from pipeline.small.passages import passages_of
from pipeline.small.sentences import sentences_of
from pipeline.transcript import Metadata
from tests.scripted import unreported
from tests.small.recording import Answering, answers, structured, transcript

FRENCH = (
    "La perte de section est la part d'une poutre que la rouille a mangée. Le pont a perdu 12 pour cent de son acier."
)
CHINESE = "截面损失是锈蚀吃掉的那部分钢梁。这座桥在三十年里失去了百分之十二的钢材。"


def _draft(said: str, note: str, heading: str, term: str) -> Draft:
    def answers(request: Request) -> str:
        return {
            "small/notes": f"- {note}",
            "small/title": heading,
            "small/term": term,
        }[request.name]

    spoken = transcript([(None, said), (None, said[: len(said) // 2])])
    return asyncio.run(draft(spoken, structured(Answering(answers)), Recipe(SMALL), unreported()))


@pytest.mark.parametrize(
    ("said", "note", "heading", "term"),
    [
        (FRENCH, "Le pont a perdu 12 pour cent de son acier.", "La perte de section", "perte de section"),
        (CHINESE, "这座桥在三十年里失去了百分之十二的钢材。", "截面损失", "截面损失"),
    ],
    ids=["French", "Chinese"],
)
def test_another_language_is_quoted_and_titled_in_itself(said: str, note: str, heading: str, term: str) -> None:
    made = _draft(said, note, heading, term)
    (group,) = made.sections["main_points"]
    assert group.heading == heading
    assert all(s.text.strip("“”") in said for s in group.statements)
    assert group.statements


@pytest.mark.parametrize("name", ["notes.v1", "title.v1", "term.v2"])
def test_a_prompt_is_a_chat_of_examples_with_the_part_last(name: str) -> None:
    chat = messages(PromptSet(), f"small/{name}", "The part.")
    assert [m.role for m in chat] == ["system", *["user", "assistant"] * ((len(chat) - 2) // 2), "user"]
    assert chat[-1].content == "The part." and all(m.content for m in chat)


def test_an_arabic_question_ends_its_sentence() -> None:
    said = transcript([("Layla", "وكم يكلّف إصلاح الجسر القديم؟ سمعت أنه مرتفع."), ("Sami", "نحو ثلاثة ملايين يورو.")])
    first, second, _ = sentences_of(said)
    assert first.asks and first.text.endswith("؟") and not second.asks


def test_quotations_are_written_as_the_language_does() -> None:
    talk = transcript(
        [
            ("Ana", "Die Brücke trägt jeden Tag 9000 Autos über den Fluss."),
            ("Ben", "Der Rost hat in sechzig Jahren zwölf Prozent vom Stahl gefressen."),
            (
                "Ana",
                "Was kostet es, die Brücke neu zu bauen, und wer zahlt die Kosten am Ende, die Stadt oder das Land?",
            ),
            ("Ben", "Das weiß im Augenblick noch niemand so recht."),
        ]
    )
    answers = {
        "small/notes": "- Der Rost hat zwölf Prozent vom Stahl gefressen.",
        "small/title": "Brücke",
        "small/term": "none",
    }
    made = asyncio.run(
        draft(
            talk, structured(Answering(lambda r: answers.get(r.name, ""))), Recipe(SMALL, language="de"), unreported()
        )
    )
    texts = [s.text for name, s in made.statements() if name == "overview"]
    assert texts == ["Ana: „Die Brücke trägt jeden Tag 9000 Autos über den Fluss.“"]
    assert made.note.startswith("Von einem kleinen Modell erstellt")


@pytest.mark.parametrize(
    ("language", "said", "printed"),
    [
        ("en", "It's um rusting.", "It's rusting."),
        ("de", "Es geht um die Brücke, ähm, und um neun Uhr.", "Es geht um die Brücke und um neun Uhr."),
        ("pt", "É um rio largo.", "É um rio largo."),
        (None, "Es geht um die Brücke.", "Es geht um die Brücke."),
        ("en", "So the the bridge stands.", "So the bridge stands."),
        ("fr", "Nous nous voyons, euh, demain , pourquoi pas ?", "Nous nous voyons demain, pourquoi pas ?"),
    ],
)
def test_what_only_english_may_leave_out_stays_elsewhere(language: str | None, said: str, printed: str) -> None:
    assert without_noises(said, language) == printed


@pytest.mark.parametrize(
    ("language", "last"),
    [(None, "Der Teil."), ("en-GB", "Der Teil."), ("de", "Der Teil.\n\nAntworte auf Deutsch."),
     ("zh-TW", "Der Teil.\n\n請用繁體中文回答。"), ("sv", "Der Teil.\n\nAnswer in Swedish.")],
)  # fmt: skip
def test_an_answer_is_wished_for_in_the_language_of_the_recording(language: str | None, last: str) -> None:
    assert messages(PromptSet(), "small/notes.v1", "Der Teil.", language)[-1].content == last


@pytest.mark.parametrize(
    ("language", "last"), [("en", "{}"), ("fr", "{}\n\nAt most four short notes. Réponds en français.")]
)
def test_the_form_of_notes_is_said_again_where_the_examples_are_in_another_language(language: str, last: str) -> None:
    client = Answering(lambda request: "")
    (passage,) = passages_of(sentences_of(transcript([(None, "Le pont a perdu 12 pour cent de son acier.")])))
    asyncio.run(notes_on(passage, structured(client), language))
    assert client.requests[0].messages[-1].content == last.format(passage.shown)


@pytest.mark.parametrize(("language", "notes"), [("zh", 2), ("en", 0), (None, 0)])
def test_notes_without_bullets_count_where_the_examples_are_in_another_language(
    language: str | None, notes: int
) -> None:
    client = structured(Answering(lambda request: CHINESE))
    (passage,) = passages_of(sentences_of(transcript([(None, CHINESE)])))
    assert len(asyncio.run(notes_on(passage, client, language))) == notes


def test_every_call_about_a_german_recording_but_those_for_terms_asks_for_german() -> None:
    german = replace(transcript(), metadata=Metadata(language="de"))
    client = Answering(answers)
    asyncio.run(draft(german, structured(client), Recipe(SMALL, language="de"), unreported()))
    wished = {r.name: r.messages[-1].content.endswith("Antworte auf Deutsch.") for r in client.requests}
    assert wished == {"small/notes": True, "small/title": True, "small/term": False}
