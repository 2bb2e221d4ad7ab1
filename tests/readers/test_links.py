"""Lines that are left out as links hold a link and at most its name; what is said of one is speech."""

from pathlib import Path

import pytest

from pipeline.readers import read_transcript
from pipeline.readers.markup import only_a_link


@pytest.mark.parametrize(
    "line",
    [
        "https://example.com/a",
        "https://example.com/a.",
        "- Slides: https://example.org/s",
        "**Slides:** <https://example.org/s.pdf>",
        "Slides: https://example.org/s (PDF)",
        "幻灯片：https://example.org/s",
        "Full episode https://example.org/e",
        "https://example.org/e – our site",
        "0:12 https://example.org/e",
        "[Apple](https://a.example) | [RSS](https://b.example)",
        "## **Brian #1: [Using Tasks](https://example.org/t)**",
        "Share on [one](https://a.example) and [two](https://b.example)",
        "Show: [@a@b.example](https://b.example/@a) / [@a.example](https://a.example) (site)",
        "![logo](https://example.org/logo.png)",
    ],
)
def test_a_link_and_its_name_are_only_a_link(line: str) -> None:
    assert only_a_link(line)


@pytest.mark.parametrize(
    "line",
    [
        "Ana: see https://example.com/a for more.",
        "Ana: see https://example.com/a",
        "**Ana:** see [the paper](https://example.com/a)",
        "Ana: www.example.com is down",
        "Visit www.example.com any day",
        "Go to www.example.com.",
        "Write to ana@example.com!",
        "See [the paper](https://example.com/a).",
        "Ana: it is 9 @ noon",
    ],
)
def test_what_is_said_of_a_link_is_more_than_a_link(line: str) -> None:
    assert not only_a_link(line)


def test_a_turn_with_a_link_keeps_its_label_and_its_words(tmp_path: Path) -> None:
    said = ["The tower is old.", "It was built in 1998.", "The city pays half.", "A loan pays the rest."]
    turns = [f"{who}: {text}" for who, text in zip(("Ana", "Ben", "Ana", "Ben"), said, strict=True)]
    (tmp_path / "talk.txt").write_text("\n\n".join([*turns, "Ana: see https://example.com/a for more."]), "utf-8")
    transcript = read_transcript(tmp_path / "talk.txt")
    assert transcript.segments[-1].speaker == "Ana"
    assert transcript.segments[-1].text == "see https://example.com/a for more."
