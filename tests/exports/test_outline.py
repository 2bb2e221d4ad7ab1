"""The tree that every format is made from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.document import FORMS, Prerequisite
from pipeline.exports import Exported
from pipeline.exports.passages import Passage
from pipeline.pages import render_markdown
from tests.exports.samples import TRANSCRIPT, hostile, ready, sample


def test_the_tree_holds_every_section_and_every_statement_in_order() -> None:
    made = ready()
    assert [s.name for s in made.sections] == list(FORMS)
    claims = [p.claim for _, _, _, p in made.points()]
    assert claims == list(made.document.statements())
    assert [p.number for _, _, _, p in made.points()] == list(range(1, len(claims) + 1))


def test_nested_points_stand_below_their_parents() -> None:
    depths = [depth for section, _, depth, _ in ready().points() if section.name == "main_points"]
    assert depths == [0, 1, 0, 0, 0]


def test_above_prerequisites_stands_that_they_come_from_general_knowledge_and_nothing_where_there_are_none() -> None:
    def told(made: Exported) -> list[str]:
        (section,) = (s for s in made.sections if s.name == "prerequisites")
        return [point.text for block in section.blocks for point in block.points if block.form == "prose"]

    document = sample()
    assert told(ready(document)) == ["From general knowledge, not from the recording."]
    assert told(ready(document.model_copy(update={"prerequisites": ()}))) == []
    german = document.model_copy(update={"run": document.run.model_copy(update={"language": "de"})})
    assert "## Voraussetzungen\n\n*Aus allgemeinem Wissen, nicht aus der Aufnahme.*\n\n- " in render_markdown(german)


@pytest.mark.parametrize(
    "text, page",
    [
        ("Carbon 14: a radioactive form of carbon.", "- **Carbon 14:** a radioactive form of carbon."),
        ("BBS (bulletin board) : users dialled it.", "- **BBS (bulletin board):** users dialled it."),
        ("Power plants (megawatts, cooling)", "- Power plants (megawatts, cooling)"),
        ("Times such as 12:30 in Vienna", "- Times such as 12:30 in Vienna"),
        ("Trains run at night. One asks: why?", "- Trains run at night. One asks: why?"),
        ("Nothing behind it: ", "- Nothing behind it:"),
        ("维基百科：大家共同编写。", "- **维基百科:** 大家共同编写。"),
    ],
)
def test_what_a_prerequisite_names_stands_out(text: str, page: str) -> None:
    document = sample().model_copy(update={"prerequisites": (Prerequisite(text=text),)})
    assert f"\n\n{page}\n\n" in render_markdown(document)
    (section,) = (s for s in ready(document).sections if s.name == "prerequisites")
    (point,) = section.blocks[-1].points
    assert ("**" in page) == bool(point.lead) and text.startswith(point.lead)


def cited(made: Exported, *lines: int) -> tuple[Passage, ...]:
    point = next(p for _, _, _, p in made.points() if p.claim and [e.segment for e in p.claim.evidence] == list(lines))
    return made.passages(point)


def test_a_quotation_stands_in_its_context_with_its_moment() -> None:
    (passage,) = cited(ready(), 3)
    assert [line.cited for line in passage.lines] == [False, False, True, False, False]
    assert passage.quote == TRANSCRIPT.segments[2].text and passage.place == "0:30"
    assert passage.url == "https://example.org/reactor.mp4#t=30"


def test_lines_that_stand_close_together_are_one_passage_with_what_is_said_between() -> None:
    (passage,) = cited(ready(), 1, 4)
    assert [line.cited for line in passage.lines] == [True, False, False, True, False, False]
    assert passage.quote == f"{TRANSCRIPT.segments[0].text} … {TRANSCRIPT.segments[3].text}"


def test_a_transcript_that_has_changed_gives_no_context() -> None:
    other = ready(transcript=replace(TRANSCRIPT, sha256="1" * 64))
    assert all(line.cited for _, _, _, p in other.points() for q in other.passages(p) for line in q.lines)
    assert len(cited(other, 1, 4)) == 2


def test_what_no_reader_sees_is_gone() -> None:
    text = ready(hostile()).document.overview[0].text
    assert "\x07" not in text and "\u202e" not in text and "<script>" in text
