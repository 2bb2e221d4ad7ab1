import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.asking import Style, third_person
from pipeline.evidence import EXAMPLE_WORDS, example_fault
from pipeline.extraction import Extraction, Extractor
from pipeline.mending import mend, with_overview
from pipeline.prompting import PromptSet
from pipeline.sections.base import DraftStatement
from pipeline.sections.key_concepts import emptiness
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.source import Source
from pipeline.text import stem, tidied
from pipeline.transcript import Chunk, Metadata, Segment
from pipeline.wording import (
    about,
    discussing,
    form_fault,
    recording_fault,
    tells_title,
    with_named_speaker,
    without_expansion,
    without_frame,
    without_label,
    without_opening,
    without_possessor,
    without_statement,
    without_title,
    without_trade,
    without_us,
)
from tests.scripted import ScriptedClient, transcript

PROMPTS = PromptSet(Path(__file__).parent.parent.parent / "prompts")
WE_PLAN = "We plan to replace the tower in 2031 with a heat exchanger that warms 5,000 homes."


def test_a_note_in_the_first_person_is_asked_again_with_its_beginning_bound() -> None:
    better = "The tower gives way to a heat exchanger in 2031, which is to warm 5,000 homes."
    client = ScriptedClient([{"rewrites": [{"id": 1, "statement": better}]}])
    extractor = Extractor(transcript(), client, PROMPTS, Style("apart", by_span=True, one_sentence=True))
    draft = DraftStatement("main_points/1.4.1", "main_points", 0, (4,), WE_PLAN, "Heat exchanger")
    mended = asyncio.run(mend(Extraction([draft]), extractor))
    pattern = client.requests[0].schema["properties"]["rewrites"]["items"]["properties"]["statement"]["pattern"]
    assert not re.search(pattern, WE_PLAN) and re.search(pattern, better)
    assert re.search(pattern, WE_PLAN.replace("We plan", "Ben plans"))
    assert [d.text for d in mended.drafts] == [better]


@pytest.mark.parametrize("name", ["Dr. O'Neil (CTO)", "C++ fan [2]", "x|y"])
def test_a_name_is_no_part_of_the_pattern_but_a_word(name: str) -> None:
    rest = "plans to replace the tower in the coming year."
    assert re.search(third_person([name]), f"{name} {rest}")
    assert not re.search(third_person([name]), f"We {rest}")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The text has the highest probability according to our model.", "according to the model."),
        ("Our model is trained on it.", "The model is trained on it."),
        ("She called it “our model” at first.", "She called it “our model” at first."),
        ("They bake in our own oven.", "They bake in our own oven."),
    ],
)
def test_what_belongs_to_nobody_known_is_not_ours(text: str, plain: str) -> None:
    assert without_possessor(text).endswith(plain)


SCOTT = (Segment(1, "I was converting promises to try and catch at one point.", "Scott Reyes"),)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The narrator was converting promises.", "Scott Reyes was converting promises."),
        ("According to Scott Reyes, the speaker's code used promises.", "Scott Reyes's code used promises."),
    ],
)
def test_a_narrator_is_the_one_speaker_of_the_lines(text: str, named: str) -> None:
    assert with_named_speaker(text, SCOTT) == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The host suggests a try block.", "Scott Reyes suggests a try block."),
        ("The author's code was full of promises.", "Scott Reyes's code was full of promises."),
        ("The person who wrote it left.", "The person who wrote it left."),
        ("Every guest thanks the host.", "Every guest thanks the host."),
    ],
)
def test_a_host_in_front_is_the_one_speaker_of_the_lines(text: str, named: str) -> None:
    assert with_named_speaker(text, SCOTT) == named


def test_a_narrator_stays_where_two_speak_or_the_lines_have_one() -> None:
    text = "The narrator was converting promises."
    assert with_named_speaker(text, (*SCOTT, Segment(2, "Yes.", "Wes Bo"))) == text
    assert (
        with_named_speaker(text, (Segment(1, "The narrator of this book converts promises.", "Scott Reyes"),)) == text
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The model is useful to us because it is simple.", "The model is useful because it is simple."),
        ("It is trivial for us.", "It is trivial."),
        ("It sends us a block.", "It sends us a block."),
        ("Ana says “it is dear to us” of it.", "Ana says “it is dear to us” of it."),
    ],
)
def test_what_is_of_use_to_us_is_of_use(text: str, plain: str) -> None:
    assert without_us(text) == plain


def test_who_talks_about_a_subject_discusses_it() -> None:
    assert discussing("Ana and Ben are talking about towers.") == "Ana and Ben discuss towers."
    assert discussing("Ana is speaking about towers.") == "Ana discusses towers."


@pytest.mark.parametrize(
    "text",
    [
        "Check out the dashboard, which has breadcrumbs and stack traces.",
        "Scott, a developer, is excited to talk about errors.",
        "This episode is brought to the audience by a host of servers in the cloud.",
        "Jake thanks for sharing the videos of the conference in Karlsruhe.",
        "If a story is interesting, visit the site of the show to share it with others.",
        "That is a very good question, but nobody has an answer to it yet.",
    ],
)
def test_adverts_and_greetings_are_no_notes(text: str) -> None:
    assert "small talk" in (form_fault(text, "words") or "")


def test_a_copied_line_becomes_a_quotation_of_the_sentences_that_were_copied() -> None:
    said = "The idea of a closure is a function that keeps the names around it for later use. So I know I said that a lot. Again."
    copied = "The idea of a closure is a function that keeps the names around it for later use."
    client = ScriptedClient([{"rewrites": []}])
    extractor = Extractor(transcript([("Ana", said)]), client, PROMPTS, Style("apart", by_span=True))
    draft = DraftStatement("main_points/1.1.1", "main_points", 0, (1,), copied, "Closure")
    mended = asyncio.run(mend(Extraction([draft]), extractor))
    assert [d.text for d in mended.drafts] == [f"Ana: “{copied}”"]


def test_a_word_of_a_prompts_example_is_no_note_unless_somebody_says_it() -> None:
    said = Source(transcript([("Ana", "The score is negative 126 points after the second round of the game.")]))
    assert "example" in (example_fault("The bakery is at negative 126 points.", said) or "")
    assert example_fault("The score is negative 126 points.", said) is None
    assert example_fault("Heat pumps warm it.", Source(transcript([("Ana", "Heat pumps warm the bakery.")]))) is None


def test_every_word_that_is_looked_for_stands_in_a_prompt() -> None:
    examples = " ".join(p.read_text("utf-8") for p in (Path(__file__).parent.parent.parent / "prompts").rglob("*.md"))
    assert {w.lower() for w in EXAMPLE_WORDS.findall(examples)} >= {
        "bakery",
        "ovens",
        "heat pumps",
        "flourbox",
        "okafor",
    }


@pytest.mark.parametrize("definition", ["A top level domain that means .", "The part of a name behind the."])
def test_a_definition_that_is_cut_off_tells_nothing(definition: str) -> None:
    assert emptiness("TLD", definition) is not None


def test_a_clumsy_overview_stands_where_there_is_no_better_one_and_a_false_one_never() -> None:
    def overview(text: str) -> Extraction:
        extractor = Extractor(transcript(), ScriptedClient([{"rewrites": []}]), PROMPTS, Style("apart", by_span=True))
        draft = DraftStatement("overview/1.1.1", "overview", 0, (1, 4), text)
        mended = asyncio.run(mend(Extraction([draft]), extractor))
        assert not mended.drafts and len(mended.withheld) == 1
        with_overview(mended)
        return mended

    clumsy = overview("The reactor at Lund and a heat exchanger that warms 5,000 homes are studied together.")
    assert len(clumsy.drafts) == 1 and not clumsy.withheld
    spoken = overview("My reactor at Lund and a heat exchanger that warms 5,000 homes are the matter.")
    assert not spoken.drafts
    false = overview("Our bakers at Malmo and their bread of 1912 are studied together by many famous chemists.")
    assert not false.drafts and len(false.withheld) == 1


def test_marks_of_code_and_stress_are_taken_off() -> None:
    assert tidied("The `next` function is **not** called.") == "The next function is not called."


def test_what_the_recording_does_is_no_note() -> None:
    title = "Harbour Node Newsletter #367 Recap"
    assert recording_fault(f"The {title} covered the change to the build.", "the build has changed", title)
    assert recording_fault("The newsletter suggests that one library is easier.", "it is easier", "")
    assert recording_fault("The newsletter covers the harbours.", "our newsletter is about harbours", "") is None
    assert recording_fault("This week's recap podcast features a short segment.", "see podcast 366", "")
    assert recording_fault("The library covers its dependencies.", "the library", title) is None
    assert without_title(f"{title}: the ban score was dropped.", title) == "The ban score was dropped."
    assert without_title(f"In the {title}, peers are cut off.", title) == "Peers are cut off."
    assert without_title("Peers: they are cut off.", "") == "Peers: they are cut off."


def test_what_only_speech_has_goes() -> None:
    assert tidied("Python has taken over in finance, for example, right.") == "Python has taken over in finance."
    assert tidied("The word is right.") == "The word is right."
    assert tidied("A - It is no proper assumption.") == "It is no proper assumption."
    assert tidied("A: a word") == "a word" and tidied("A grid - a net") == "A grid - a net"
    assert tidied("The lru underscore cache keeps answers.") == "The lru_cache keeps answers."


def test_one_stem_for_all_forms_of_a_word_in_ss() -> None:
    assert len({stem(w) for w in ("pass", "passing", "passed", "passes")}) == 1


def test_a_note_of_the_title_is_asked_again_without_it() -> None:
    title = "Transaction Relay Policy for Tower Developers"
    talk = replace(transcript(), metadata=Metadata(title=title))
    texts = [
        f"The {title} lets the loan of the city pay for it.",
        "The city pays half of it, and a loan pays the rest.",
    ]
    answers = [{"lines": [5], "kind": "content", "statement": text, "topic": "The loan"} for text in texts]
    client = ScriptedClient(answers)
    extractor = Extractor(talk, client, PROMPTS, Style("apart", by_span=True, one_sentence=True))
    found = asyncio.run(extractor.chunk(Chunk(0, talk.segments[4:5]), [MAIN_POINTS]))
    assert [d.text for d in found.drafts] == texts[1:]
    shown = [r.messages[-1].content for r in client.requests]
    assert title in shown[0] and title not in shown[1]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The episode features a clay kiln, which burns peat all night.", "A clay kiln burns peat all night."),
        ("There's plenty of fun stuff here, including eels, which were smoked.", "Eels were smoked."),
        ("The episode features a clay kiln, which nobody has seen.", None),
        ("The library includes a parser, which reads dates.", None),
        ("The statement is that eels return to one sea.", "Eels return to one sea."),
        ("According to Ana, the statement is that eels return.", "According to Ana, eels return."),
        ("Ana says that the statement is that eels return.", "Ana says that eels return."),
        ("In SQL, the statement is parsed before that table is read.", None),
    ],
)
def test_the_matter_stands_in_place_of_its_frame(text: str, plain: str | None) -> None:
    assert without_frame(without_statement(text)) == (plain or text)


@pytest.mark.parametrize(
    "text",
    [
        "It is now ready to return to the discussion of the kilns.",
        "According to Ana, the statement is incorrect because eels do return.",
        "Ana agrees with the potter's statement about the shapes of the jars.",
        "There are lots of cool things here, including kilns.",
        "The idea of a kiln that runs on peat is a big deal.",
        "Ana thanks the potters and Ben for their support and begins with the kilns.",
        "This was a nice little kickoff to the year, thanks to Ben for the jars.",
    ],
)
def test_a_note_that_tells_nothing_is_at_fault(text: str) -> None:
    assert form_fault(text, "that is a big deal and there are lots of cool things here")


@pytest.mark.parametrize(
    "text",
    [
        "It is ready to return to the sea after four years.",
        "The if statement is executed before the loop, so that it is false.",
        "Peat is cheap thanks to the bogs that were drained for the support of mills.",
        "It was a good show of force by the potters in the spring of that year.",
        "A big deal between the potters and the mills was signed in 1803.",
        "The team agrees with the potters about the statement of accounts.",
    ],
)
def test_a_note_that_only_sounds_like_one_stays(text: str) -> None:
    assert form_fault(text, "words of the lines") is None


def test_the_recording_is_its_own_also_where_the_lines_name_another_one() -> None:
    other = "in episode 54 we spoke of kilns, and my podcast had Ana"
    assert recording_fault("The episode features a new kiln from Lund.", other, "")
    assert recording_fault("The Kiln Newsletter covers peat and jars.", "see the Kiln Newsletter", "Kiln Newsletter #7")
    assert recording_fault("Ana and Ben cover Newsletter #7, with two kilns.", "words", "")
    assert recording_fault("The podcast covers kilns.", "her podcast always covers kilns", "") is None
    assert recording_fault("Ana's podcast covers kilns.", "her podcast is about kilns", "") is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The work on evening milk (IBD) goes on.", "The work on IBD goes on."),
        ("The initial block download (IBD) takes a day.", "The initial block download (IBD) takes a day."),
        (
            "The idle bridge day (IBD) takes a day.",
            "The idle bridge day (IBD) takes a day.",
        ),  # it may well stand for it
        ("The work on it (IBD) goes on.", "The work on it (IBD) goes on."),
    ],
)
def test_what_letters_are_made_to_mean_is_left_out(text: str, plain: str) -> None:
    said = {"the", "work", "on", "it", "initial", "block", "download"}
    assert without_expansion(text, lambda word: word.casefold() in said) == plain


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("The gate is static, okay, yes, it is just a gate of iron.", True),
        ("Yeah, the gate can attest to that, to be honest with them.", True),
        ("So, i really haven't had the need to go down to the gate.", True),
        ("The gate is, all right, guys, as always the best of gates.", True),
        ("The right gate is for the man who comes on foot, the left one for carts.", False),
        ("For i in the list of gates the loop prints i squared and ends.", False),
        ("Ana says: “Oh, man, this gate is heavy.”", False),
    ],
)
def test_talk_as_it_was_spoken_is_no_note(text: str, talk: bool) -> None:
    assert ("as people talk" in (form_fault(text, "words") or "")) == talk


@pytest.mark.parametrize(
    "text",
    [
        "This is how the keeper understands the gate.",
        "The question from the list of the town is whether the gate should be closed.",
        "The talk is titled 'Gates' because most towns have some.",
        "The person does not believe that gates are of any use.",
        "Will it ever be closed, after seeing the carts, they wonder.",
        "How do know whether the gate is open, nobody knows how.",
    ],
)
def test_what_points_elsewhere_or_asks_or_tells_of_nobody_is_no_note(text: str) -> None:
    assert form_fault(text, "A person can hold the gate, and I do not believe in gates.")


@pytest.mark.parametrize(
    "text",
    [
        "This is the gate that the keeper understands best.",
        "The question of the gate divides the town since 1990.",
        "The person does not believe that gates are of any use.",
    ],
)
def test_what_only_sounds_like_that_is_a_note(text: str) -> None:
    assert form_fault(text, "So the person at the gate says that gates are useless, and the town is divided.") is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Nevertheless, the gate is useful to the town.", "The gate is useful to the town."),
        ("It should be noted that a gate rusts.", "A gate rusts."),
        ("So far the gate holds.", "So far the gate holds."),
        ("Also known as the Lock, the gate holds.", "Also known as the Lock, the gate holds."),
    ],
)
def test_a_note_does_not_lead_on_from_what_stands_elsewhere(text: str, plain: str) -> None:
    assert without_opening(text) == plain


def test_what_is_studied_together_is_what_the_recording_is_about() -> None:
    said = "The weir and its ladder are studied together, with the fish that climb it."
    assert about(said) == "The recording is about the weir and its ladder, with the fish that climb it."
    assert about("Ana and Ben studied the weir.") == "Ana and Ben studied the weir."


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ana Brandt: So the weir is low.", "So the weir is low."),
        ("Ana Brandt: “So the weir is low.”", "Ana Brandt: “So the weir is low.”"),
        ("The keeper: it is he who says so.", "The keeper: it is he who says so."),
    ],
)
def test_a_label_stands_before_quotations_alone(text: str, plain: str) -> None:
    assert without_label(text, ["Ana Brandt"]) == plain
    assert without_label(text, []) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ana, a weir expert, came to the town.", "Ana came to the town."),
        ("Ana, a keeper of the weir, came to the town.", "Ana, a keeper of the weir, came to the town."),
        ("Otto, a weir expert, came to the town.", "Otto, a weir expert, came to the town."),
        ("Ana, a weir expert, Ben and Otto came.", "Ana, a weir expert, Ben and Otto came."),
    ],
)
def test_a_speakers_trade_is_left_out_where_nobody_says_it(text: str, plain: str) -> None:
    assert without_trade(text, ["Ana", "Ben"], lambda word: word in {"a", "keeper", "of", "the", "weir"}) == plain


def test_words_of_the_title_in_a_row_that_no_line_says_are_told_of_it() -> None:
    title = "Otto Brandt on Keeping Weirs in Old Harbour Towns"
    assert tells_title("In old harbour towns keeping weirs in old harbour towns pays.", title, "it pays in towns")
    assert not tells_title("Keeping weirs in old harbour towns pays.", title, "keeping weirs in old harbour towns pays")
    assert not tells_title("Keeping weirs pays in old towns.", title, "it pays")
    assert not tells_title("Harbour Weirs are old.", "Harbour Weirs", "they are old")


HELPS = "Headings and lists let readers find their way in long documents, even when they read them in a hurry."
TURNED = "Headings and lists make long documents less readable for readers in a hurry."


@pytest.mark.parametrize(
    ("answer", "keep", "kept", "reasons"),
    [
        ("Readers in a hurry find their way in long documents that have headings and lists.", False, "the answer", 0),
        (HELPS, False, "the answer", 0),  # a copy is plain, but true
        ("Headings and lists make documents less readable for all readers in a hurry.", False, None, 1),
        ("", False, None, 1),
        ("", True, TURNED, 0),
    ],
)
def test_a_doubtful_note_is_asked_again_and_withheld_while_the_doubt_stands(
    answer: str, keep: bool, kept: str | None, reasons: int
) -> None:
    client = ScriptedClient([{"rewrites": [{"id": 1, "statement": answer}]}])
    extractor = Extractor(transcript([("Ana", HELPS)]), client, PROMPTS, Style("apart", by_span=True))
    draft = DraftStatement("main_points/1.1.1", "main_points", 0, (1,), TURNED, "Headings")
    mended = asyncio.run(mend(Extraction([draft]), extractor, keep=keep))
    assert [d.text for d in mended.drafts] == ([] if kept is None else [answer if kept == "the answer" else kept])
    assert len(mended.withheld) == reasons and "less" in client.requests[0].messages[-1].content


def test_a_name_that_other_lines_say_is_asked_about_and_stays() -> None:
    client = ScriptedClient([{"rewrites": []}])
    extractor = Extractor(transcript(), client, PROMPTS, Style("apart", by_span=True))
    text = "In Lund half of the heat exchanger is paid by the city, the rest by a loan of ten years."
    draft = DraftStatement("main_points/1.5.1", "main_points", 0, (5,), text, "Loan")
    mended = asyncio.run(mend(Extraction([draft]), extractor))
    assert len(client.requests) == 1 and "other lines do" in client.requests[0].messages[-1].content
    assert [d.text for d in mended.drafts] == [text]
