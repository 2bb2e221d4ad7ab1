"""YAML is a list of segments when it has their keys; what only looks like it is text, and none of it hurts."""

from unittest.mock import Mock

import pytest
import yaml

from pipeline.readers import parse
from pipeline.transcript import Transcript

TALK = "- {speaker: Oda Brandt, start: 1, text: Yes}\n- {speaker: ~, start: 0:09, text: 1984}\n"


def read(text: str) -> Transcript:
    return parse(text.encode(), "talk.yaml", suffix=".yaml", name="talk")


def test_words_that_yaml_takes_for_values_are_words() -> None:
    assert [(s.speaker, s.start, s.text) for s in read(TALK).segments] == [("Oda Brandt", 1.0, "Yes"), (None, 9.0, "1984")]  # fmt: skip


def test_keys_beside_the_list_are_metadata() -> None:
    rows = "".join(f"  {row}\n" for row in TALK.splitlines())
    assert read(f"title: The ferry\ndate: 2026-05-01\nsegments:\n{rows}").metadata.title == "The ferry"


@pytest.mark.parametrize(
    "text",
    [
        "- Oda Brandt: We leave at nine.\n- Lin: Or at ten.\n" * 3,
        "- text: We leave\n  speaker: Lin\n  text: at nine\n",
        f"{TALK}- {'[' * 2000}",
        f"{TALK}- &a [x]\n- *a\n",
    ],
)
def test_lists_of_who_says_what_and_what_no_transcript_has_are_text(text: str) -> None:
    assert read(text).reading.format == "text"


def test_comments_and_keys_that_are_not_read_are_told() -> None:
    told = read(f"# by hand\n{TALK}- {{speaker: Lin, mood: rather low, text: No.}}\n").reading.left_out
    assert [(part.kind, part.words) for part in told] == [("other words of the YAML", 4)]


def test_broken_yaml_is_told_with_its_line() -> None:
    notes = read(f"{TALK}- {{speaker: Lin, text: No\n{TALK}").notes
    assert any("this YAML is broken" in note and "(line 4)" in note for note in notes)


def test_words_that_yaml_takes_for_a_comment_are_told_as_such() -> None:
    notes = read("- speaker: Lin\n  text: We are #4 in the town\n- speaker: Oda\n  text: So we are\n").notes
    assert [note for note in notes if '"4 in the town"' in note and "(line 2)" in note]


def test_a_transcript_in_yaml_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsing = Mock(wraps=yaml.parse)
    monkeypatch.setattr("yaml.parse", parsing)
    assert read(TALK).reading.format == "yaml"
    assert parsing.call_count == 1
