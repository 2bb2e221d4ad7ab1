"""The title is what a heading says that is neither a speaker's label nor a time."""

import pytest

from pipeline.readers import parse
from tests.readers.shapes import TURNS, clock

LABELLED = "\n\n".join(f"**{who}:** {said}" for who, *_, said in TURNS[:8])


def title(text: str) -> str | None:
    return parse(text.encode(), "talk.md", suffix=".md", name="talk").metadata.title


@pytest.mark.parametrize("heading", ["## **Night Ferry \\- The deck**", "# Night Ferry \\- The deck"])
@pytest.mark.parametrize("time", ["### 00:00:13", "### **00:00:13**", "### [00:00:13]", "### 00:13 The pier"])
def test_a_title_has_no_marks_and_is_no_time(heading: str, time: str) -> None:
    assert title(f"Aug 7, 2026\n\n{heading}\n\n{time}\n\n{LABELLED}") == "Night Ferry - The deck"
    assert title(f"{time}\n\n{LABELLED}") is None


@pytest.mark.parametrize("label", ["### {who} [{at}]", "#### {who}"])
def test_a_speaker_who_is_a_heading_is_no_title(label: str) -> None:
    turns = [f"{label.format(who=who, at=clock(start))}\n\n{said}" for who, start, _, said in TURNS]
    assert title("\n\n".join(turns)) is None
    assert title("\n\n".join(["# The night ferry", *turns])) == "The night ferry"


def test_a_title_may_begin_with_the_day_and_be_a_name() -> None:
    assert title(f"# 2026-08-07 09:58 Night Ferry\n\n{LABELLED}") == "2026-08-07 09:58 Night Ferry"
    assert title(f"# Marta Quill\n\n{LABELLED}") == "Marta Quill"
