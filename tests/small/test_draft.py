"""The small model's way from transcript to draft."""

from __future__ import annotations

import asyncio
import re

import pytest

from pipeline.draft import Draft
from pipeline.errors import Declined, EndpointError
from pipeline.lengths import Length
from pipeline.llm import Request
from pipeline.profile import SMALL, Recipe
from pipeline.run import asummarise
from pipeline.small import draft, estimated_calls
from pipeline.transcript import Transcript
from tests.scripted import unreported
from tests.small.recording import BREAD, LINES, Answering, answers, structured, transcript


def _draft(
    client: Answering,
    recipe: Recipe = Recipe(SMALL),  # noqa: B008
    said: Transcript = transcript(),  # noqa: B008
) -> Draft:
    return asyncio.run(draft(said, structured(client), recipe, unreported()))


def _texts(made: Draft, section: str) -> list[str]:
    return [s.text for name, s in made.statements() if name == section]


def test_main_points_are_quotations_of_who_said_them() -> None:
    made = _draft(Answering(answers), Recipe(SMALL, "full"))
    assert _texts(made, "main_points") == [f"Ben: “{LINES[5][1]}”"]


def test_what_stands_among_the_concepts_whole_is_no_main_point_too() -> None:
    made = _draft(Answering(answers))
    assert not set(_texts(made, "key_concepts")) & set(_texts(made, "main_points"))


def test_what_nobody_said_is_not_printed() -> None:
    made = _draft(Answering(answers))
    assert not any("mayor" in s.text or "Ticketing" in s.label for _, s in made.statements())


def test_a_concept_is_defined_in_the_speaker_s_words_and_a_person_is_none() -> None:
    made = _draft(Answering(answers))
    concepts = [s for name, s in made.statements() if name == "key_concepts"]
    assert [c.label for c in concepts] == ["Section loss"]
    assert "Engineers call that section loss" in concepts[0].text


def test_the_overview_says_what_the_recording_is_about_and_what_it_asks_first() -> None:
    said = _texts(_draft(Answering(answers)), "overview")
    about, asked = (
        "With me is Ben Oram, who repairs bridges for the city of Orle.",
        "What is wrong with the old bridge?",
    )
    assert said == [f"Ana: “{about} … {asked}”"]


def test_every_statement_but_prerequisites_has_lines() -> None:
    made = _draft(Answering(answers))
    assert all(s.lines for name, s in made.statements() if name != "prerequisites")


def test_a_heading_with_words_of_its_own_is_not_taken() -> None:
    def invents(request: Request) -> str:
        return "Ticketing System Update\n1. Tickets" if request.name == "small/title" else answers(request)

    made = _draft(Answering(invents))
    assert "Ticketing" not in "".join(g.heading for g in made.sections["main_points"])
    assert all(g.heading for g in made.sections["main_points"])


def test_a_failed_passage_is_told_and_was_not_read() -> None:
    def fails(request: Request) -> str | Exception:
        return Declined("the model declined to answer") if request.name == "small/notes" else answers(request)

    made = _draft(Answering(fails))
    assert [(p.section, p.chunk) for p in made.problems] == [("main_points", 1)]
    assert not made.read and not made.filler


def test_a_failed_heading_costs_no_statement() -> None:
    def fails(request: Request) -> str | Exception:
        return Declined("the model declined to answer") if request.name == "small/title" else answers(request)

    assert _texts(_draft(Answering(fails)), "main_points") == _texts(_draft(Answering(answers)), "main_points")


def test_an_endpoint_that_is_gone_ends_the_document() -> None:
    with pytest.raises(EndpointError):
        _draft(Answering(lambda request: EndpointError("gone", fatal=True)))


def test_a_recording_without_anything_worth_a_note_is_complete_and_empty() -> None:
    made = _draft(Answering(lambda request: "nothing"))
    assert not list(made.statements()) and not made.problems
    assert made.filler == made.read == frozenset(range(1, len(LINES) + 1))


def test_a_figure_before_the_parting_is_printed_and_the_parting_is_not() -> None:
    end = "The new cable cost 450 thousand euros in this harbour town. Thank you all for it. See you soon again."
    talk = [(None, f"The harbour of Orle has an old lamp of the {n}th kind, and a quay.") for n in range(4)]
    talk += [(None, "The old river beside the town is really very slow and dark.")] * 36
    made = _draft(Answering(lambda request: "nothing"), said=transcript([*talk, (None, end)]))
    printed = " ".join(_texts(made, "main_points"))
    assert "450 thousand" in printed and "See you" not in printed


def test_a_talk_of_asides_alone_is_no_empty_page() -> None:
    talk = [(who, "The river beside it is really very old.") for who in ("Ana", "Ben")] * 20
    noting = Answering(
        lambda request: (
            "- The river beside it is really very old." if "river" in request.messages[-1].content else "none"
        )
    )
    assert _texts(_draft(noting, said=transcript(talk)), "main_points")


def test_an_empty_transcript_asks_nothing() -> None:
    client = Answering(answers)
    made = asyncio.run(draft(transcript([]), structured(client), Recipe(SMALL), unreported()))
    assert not client.requests and not list(made.statements())
    assert not estimated_calls(transcript([]), Recipe(SMALL), "local")


def test_brief_notes_say_less() -> None:
    long = transcript([*LINES[:-1], *((who, said.replace("Orle", "Mirn")) for who, said in LINES[2:])])
    brief, full = (_draft(Answering(answers), Recipe(SMALL, length), long) for length in ("brief", "full"))
    assert len(_texts(brief, "main_points")) < len(_texts(full, "main_points"))


def test_the_transcript_is_only_ever_the_last_message() -> None:
    client = Answering(answers)
    _draft(client)
    assert all("Orle" not in m.content for r in client.requests if r.name == "small/notes" for m in r.messages[:-1])


def test_what_is_printed_is_not_told_as_left_out() -> None:
    def says(request: Request) -> str:
        said = re.findall(r"The bridge [^.]+ euros\.", request.messages[-1].content)
        return "\n".join(f"- {s}" for s in said) if request.name == "small/notes" else answers(request)

    towns = ("Mirn", "Sund", "Vell", "Torn", "Lack", "Hohl", "Birk", "Esch")
    lines = [(t, f"The bridge at {t} carries {n}00 cars and costs {n} million euros.") for n, t in enumerate(towns, 3)]
    made = _draft(Answering(says), Recipe(SMALL, "brief"), transcript(lines))
    printed = set(_texts(made, "main_points"))
    assert printed and made.dropped and not printed & {d.text for d in made.dropped}


def test_a_recording_that_nobody_sums_up_has_no_summary() -> None:
    assert not _texts(_draft(Answering(answers)), "summary")


@pytest.mark.parametrize("answer", ["Um.", "Uh. Um.", "Mm-hmm.", "…"])
def test_an_answer_of_noises_leaves_no_heading_and_no_quotation_empty(answer: str) -> None:
    cables = "The cables cost 31 million francs."

    def says(request: Request) -> str:
        noted = request.name == "small/notes" and cables in request.messages[-1].content
        return f"- {cables}" if noted else "none"

    lines = [("Ana", f"{cables} Is that so?"), ("Ben", answer), ("Cy", BREAD)]
    document = asyncio.run(asummarise(transcript(lines), Answering(says), recipe=Recipe(SMALL, "full")))
    assert all(d.text not in ("Ben: “”", "") for m in document.main_points for d in m.details)
    assert cables in document.main_points[0].details[0].text and document.main_points[0].heading


def test_longer_notes_plan_the_calls_of_more_titles() -> None:
    talk = transcript([("Ben", LINES[5][1])] * 40)
    lengths: tuple[Length, ...] = ("brief", "standard", "full")
    brief, standard, full = (len(estimated_calls(talk, Recipe(SMALL, length), "local")) for length in lengths)
    assert full > standard > brief


def test_short_turns_plan_a_call_each() -> None:
    said = "The bridge at Orle lost twelve percent of its steel in thirty years."
    short, long = transcript([(who, said) for who in ("Ana", "Ben")] * 8), transcript([("Ana", said)] * 16)
    calls_of_short, calls_of_long = (len(estimated_calls(t, Recipe(SMALL), "local")) for t in (short, long))
    assert calls_of_short - calls_of_long > 9
