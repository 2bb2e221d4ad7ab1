"""Headings of a text as chapters, each with the line that it stands above."""

from __future__ import annotations

from pipeline.capable.chunks import known_facts
from pipeline.readers import parse
from pipeline.transcript import Chapter, Transcript

TURNS = "**Dana:** We begin with the budget of the harbour.\n\n**Priya:** It is spent.\n\n" * 2


def read(text: str) -> Transcript:
    return parse(text.encode(), "talk.md", name="talk")


def test_headings_reach_the_model_with_the_line_that_they_stand_above() -> None:
    made = read(f"# Harbour budget\n\n## Opening\n\n{TURNS}\n## [00:12:30] The *second* crane:\n\n{TURNS}")
    assert made.metadata.chapters == (Chapter("Opening", line=1), Chapter("The second crane", line=5))
    assert "each with its first line: [1] Opening; [5] The second crane." in known_facts(made)


def test_italic_lines_between_turns_are_headings_unless_they_say_what_happens() -> None:
    made = read(f"_News_\n\n{TURNS}\n*she laughs*\n\n{TURNS}\n_The second crane_\n\n{TURNS}")
    assert [chapter.title for chapter in made.metadata.chapters] == ["News", "The second crane"]


def test_headings_that_divide_nothing_are_no_chapters() -> None:
    contents = "## One\n\n## Two\n\n## Three\n\n## Four\n\n"
    made = read(
        f"{contents}{TURNS}\n## Applause\n\n{TURNS}\n## Applause\n\n## Call +351 912 345 678\n\n{TURNS}\n## Imprint\n"
    )
    assert not made.metadata.chapters


def test_lines_above_a_talk_are_given_without_addresses_numbers_and_ids() -> None:
    above = "Present: Ana Bell, ben@pier.org\nMeeting ID: 684 033 1990\nRecording: https://zoom.us/rec/a1\nDate: 3 March 2026"
    made = read(f"{above}\n\n" + "Ana: Good evening.\nBen: We mend bridges.\n" * 3)
    assert made.metadata.header == "Present: Ana Bell / Date: 3 March 2026"


def test_what_is_said_below_a_heading_is_never_in_a_line_with_what_is_said_above_it() -> None:
    made = read("## Heat\n\nHeat flows.\n\n## Work\n\nWork is done.\n\nIt is paid.\n")
    assert [s.text for s in made.segments] == ["Heat flows.", "Work is done. It is paid."]
    assert made.metadata.chapters == (Chapter("Work", line=2),)
