"""What a recording says of itself: its subject, how it ends, and what belongs to its show alone."""

from __future__ import annotations

from dataclasses import replace

from pipeline.small import _unshown
from pipeline.small.frame import frame_of
from pipeline.small.outline import Outline, overview
from pipeline.small.parts import Part
from pipeline.small.ranking import Ranking
from pipeline.small.sentences import Sentence, sentences_of
from pipeline.small.titles import NamedExcerpt
from tests.small.recording import BREAD, BRIDGE, all_of, in_english, transcript


def test_the_first_question_that_is_understood_alone_is_what_a_recording_asks() -> None:
    lines = [
        ("Ana", "Hello. What now? Why does rust eat the steel of bridges in twenty years?"),
        ("Ben", f"{BRIDGE} It was cold. We saw it. " * 9),
    ]
    found = _asked_first(lines)
    assert found and found.text == "Why does rust eat the steel of bridges in twenty years?"


def test_what_people_ask_while_they_get_ready_is_no_question_of_the_recording() -> None:
    lines = [("Ana", "Hello. I wonder which button starts the camera?"), ("Ben", f"{BRIDGE} " * 9)]
    assert _asked_first(lines) is None


def test_where_people_only_get_ready_nothing_is_printed_as_what_a_recording_is_about() -> None:
    ready = (
        "Shall we wait until Claire has found her glasses?",
        "I hope that she parked the scooter in the yard today.",
    )
    sentences = sentences_of(transcript([("Ana", " ".join(ready * 3)), ("Ben", f"{BRIDGE} " * 20)]))
    assert _outline(sentences_of(transcript([("Ana", f"{BRIDGE} " * 20)]))).subject()
    assert _outline(sentences).subject() is None


def _asked_first(lines: list[tuple[str, str]]) -> Sentence | None:
    return _outline(sentences_of(transcript(lines))).question()


def _outline(sentences: list[Sentence]) -> Outline:
    return Outline(sentences, Ranking(sentences))


def test_a_recording_is_summed_up_where_its_end_says_most_of_it() -> None:
    end = "To sum up, rust eats the steel of bridges and bakers steer the acid of sourdough."
    sentences = sentences_of(
        transcript([(None, f"{BRIDGE} {BREAD} " * 9), (None, f"{end} Thank you, and good night.")])
    )
    found = _outline(sentences).closing()
    assert found and found.text == end


def test_an_answer_at_the_end_sums_nothing_up() -> None:
    said = f"{BRIDGE} {BREAD} " * 9
    end = "Rust eats the steel of all bridges, and bakers steer acid with flour."
    sentences = sentences_of(transcript([("Ben", said), ("Ana", "And what is it in the year 2030?"), ("Ben", end)]))
    found = _outline(sentences).closing()
    assert not found or found.text != end


def test_the_words_of_parting_are_no_main_point() -> None:
    sentences = sentences_of(transcript([(None, f"{BRIDGE} " * 30 + "That is it. Please subscribe to us.")]))
    assert {sentences[n].text for n in frame_of(sentences).parting} == {"That is it.", "Please subscribe to us."}
    assert not frame_of(sentences[:9]).parting


def test_an_advert_is_what_is_said_around_an_address_of_somebody_named_at_an_end() -> None:
    advert = "Now to Crumbly. They send flour to all bakers. Go to crumbly.example today. Thank you, Crumbly."
    said = f"This show is brought to you by Crumbly. {f'{BRIDGE} ' * 30}{advert} {f'{BREAD} ' * 30}"
    sentences = sentences_of(transcript([(None, said)]))
    assert " ".join(sentences[n].text for n in sorted(frame_of(sentences).adverts)) == advert
    subject = sentences_of(transcript([(None, said.replace(BREAD, "Bakers know Crumbly."))]))
    assert not frame_of(subject).adverts  # somebody of whom the recording speaks
    elsewhere = sentences_of(transcript([(None, said.replace("by Crumbly", "by us"))]))
    assert not frame_of(elsewhere).adverts


def test_greeting_and_parting_share_words_that_are_said_nowhere_between() -> None:
    lines = [
        ("Ana", f"Welcome to Slow Lines. {f'{BRIDGE} ' * 60}{f'{BREAD} ' * 60}"),
        ("Ana", "This was Slow Lines. Tell a friend. Travel slow. Goodbye."),
    ]
    sentences = sentences_of(transcript(lines))
    frame = frame_of(sentences)
    assert (frame.greetings, min(frame.parting)) == ({0}, len(sentences) - 4)


def test_the_overview_of_a_recording_that_does_not_say_what_it_is_about_names_its_parts() -> None:
    rust, acid, other = all_of(BRIDGE, BREAD, BRIDGE)
    named = (
        NamedExcerpt(rust, title="Rust"),
        NamedExcerpt(acid, title="Acid"),
        NamedExcerpt(other, own_sentence=BRIDGE),
    )
    parts = [Part((one,), one.name) for one in named]
    (statement,) = overview(None, None, parts, in_english([]))
    assert (statement.text, statement.lines) == ("Rust; Acid", (1, 2))


def test_an_overview_of_headings_cites_the_excerpts_that_they_are_taken_from() -> None:
    aside, matter = all_of(BREAD, BRIDGE)
    part = Part((NamedExcerpt(aside, title="Acid"), NamedExcerpt(matter, title="Rust")), "Rust")
    (statement,) = overview(None, None, [part], in_english([]))
    assert (statement.text, statement.lines) == ("Rust", (2,))


def test_who_says_their_own_name_introduces_themselves() -> None:
    lines = [
        ("Ana Ruiz", "Hello. My name is Ana. With me is Ben, who repairs bridges."),
        ("Ben Oram", f"{BRIDGE} " * 30),
    ]
    assert frame_of(sentences_of(transcript(lines))).introductions == {1}


def test_a_recording_comes_back_to_what_its_notes_speak_of_and_not_to_habits_of_speech() -> None:
    habit, matter = all_of("Okay gonna say okay gonna.", BRIDGE)
    ranking = Ranking([*habit.sentences * 3, *matter.sentences * 2], ["Rust eats the steel of bridges."])
    assert ranking.centrality(*habit.sentences) == 0 < ranking.centrality(*matter.sentences)


def test_what_stands_on_the_page_leads_up_to_nothing_further() -> None:
    first, second = all_of(BRIDGE, BREAD)
    led = replace(second, lead_up=first.sentences)
    assert _unshown([first, led], first.numbers) == [second]
