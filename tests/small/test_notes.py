"""Which sentence a note stands for, and when it may be printed in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.llm import Completion, Request
from pipeline.small.keys import denies, keys
from pipeline.small.notes import Mark, marks_of, notes_on, unnoted
from pipeline.small.passages import Passage, passages_of
from pipeline.small.sentences import sentences_of
from tests.small.recording import Answering, structured, transcript


def _mark(note: str, said: str, speaker: str | None = "Ben Oram") -> Mark | None:
    passage = Passage(1, tuple(sentences_of(transcript([(speaker, said)]))))
    return next(iter(marks_of(note, passage, frozenset(keys("Ben Oram Ana Ruiz")))), None)


def _passages(lines: Sequence[tuple[str | None, str]]) -> list[Passage]:
    return passages_of(sentences_of(transcript(lines)))


def test_a_passage_of_which_one_thing_is_said_again_and_again_is_asked_about_by_halves() -> None:
    said = "The bridge at Orle is made of steel. It lost 12 percent of it. A new one costs 40 million euros."
    again = "\n".join(["- It is a bridge made of steel."] * 9)

    class Repeating(Answering):
        async def complete(self, request: Request) -> Completion:
            whole = "steel" in request.messages[-1].content and "euros" in request.messages[-1].content
            completion = await super().complete(request)
            return replace(completion, text=again, finish_reason="length") if whole else completion

    client = Repeating(lambda request: f"- {request.messages[-1].content}")
    found = asyncio.run(notes_on(Passage(1, tuple(sentences_of(transcript([(None, said)])))), structured(client)))
    assert len(client.requests) == 3 and " ".join(found) == f"It is a bridge made of steel. {said}"
    client = Repeating(lambda request: "nothing")  # of the halves; what was answered of the whole stays
    found = asyncio.run(notes_on(Passage(1, tuple(sentences_of(transcript([(None, said)])))), structured(client)))
    assert found == ("It is a bridge made of steel.",)


def test_passages_of_long_recordings_are_longer() -> None:
    spoken = [(None, "The bridge at Orle lost a good deal of its steel in the years of rain.")]
    words = [max(sum(s.words for s in p.sentences) for p in _passages(spoken * n)) for n in (20, 200, 800)]
    assert words[0] <= 150 < words[1] <= 230 < words[2] <= 300


def test_a_note_is_tied_to_the_sentence_that_has_its_words() -> None:
    found = _mark("The bridge lost 12 percent of its steel.", "It is old. The old bridge lost 12 percent of steel.")
    assert found and found.sentences == (1,)


def test_a_note_over_two_sentences_is_tied_to_both() -> None:
    said = "A new bridge costs 40 million euros. The repair of the deck costs 7 million francs."
    found = _mark("A new bridge costs 40 million euros, the repair of the deck 7 million francs.", said)
    assert found and found.sentences == (0, 1)


def test_a_note_that_nobody_said_is_tied_to_nothing() -> None:
    assert _mark("The mayor promised a tunnel.", "The bridge at Orle lost 12 percent of its steel.") is None


def test_what_a_note_adds_from_before_is_needed() -> None:
    said = "The bridge at Orle is old. It lost 12 percent of its steel since 1990."
    found = _mark("The bridge lost 12 percent of its steel since 1990.", said)
    assert found and (found.sentences, found.needs) == ((1,), (0,))


def test_forecasts_that_the_model_passes_over_are_candidates() -> None:
    said = "Hello. Welcome. Good to see you. There are 92 routes. I say 150. I say 110, in summer. Who knows."
    sentences = sentences_of(transcript([(None, said)]))
    assert [m.sentences for m in unnoted(Passage(2, tuple(sentences[3:])), [])] == [(3,), (4,), (5,)]


def test_a_single_figure_beside_notes_is_no_candidate() -> None:
    sentences = sentences_of(
        transcript([(None, "Hello. Welcome. Good to see you. There are 92 routes. Two of the 92 lost 3 million.")])
    )
    noted = [Mark("note", (0,))]
    assert [m.sentences for m in unnoted(Passage(2, tuple(sentences[3:])), noted)] == [(4,)]


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("- il a perdu 12 pour cent\n- la rouille a", ("il a perdu 12 pour cent",)),
        ("Le pont a perdu 12 pour cent. La rouille a mangé la", ("Le pont a perdu 12 pour cent.",)),
        ("पुल ने 12 टन लोहा खो दिया। ज़ंग ने", ("पुल ने 12 टन लोहा खो दिया।",)),
    ],
    ids=["a row", "a sentence", "a sentence in Hindi"],
)
def test_what_an_answer_that_was_cut_off_ends_with_is_no_note(text: str, notes: tuple[str, ...]) -> None:
    class Cut(Answering):
        async def complete(self, request: Request) -> Completion:
            return replace(await super().complete(request), finish_reason="length")

    (passage,) = passages_of(sentences_of(transcript([(None, "Le pont a perdu 12 pour cent de son acier.")])))
    assert asyncio.run(notes_on(passage, structured(Cut(lambda request: text)), "fr")) == notes


@pytest.mark.parametrize(
    "text",
    ["It isn't so.", "Ce n'est pas vrai.", "Das ist nicht wahr.", "这不是真的。", "No es verdad.", "Это не правда."],
)
def test_a_denial_is_known_in_many_languages(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize("text", ["The knot holds.", "Die Note stimmt.", "桥很旧。"])
def test_what_only_looks_like_a_denial_is_none(text: str) -> None:
    assert not denies(text)
