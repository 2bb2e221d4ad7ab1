"""What `studydoc read` shows: format, speakers with their shares, times, metadata, what is left out and doubted."""

import json
import threading
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipeline.cli.read import command
from pipeline.readers import parse
from pipeline.readers.report import announced, as_json, describe, left_out_line, speaker_shares
from pipeline.text import word_count

TEXT = "# Night ferry\n\nOda: We leave the pier at nine.\n\nKofi: No, at ten.\n\nOda: (laughs) Then at ten.\n\nThe Fog: it is here.\n"


def run(*args: str, stdin: bytes = b"") -> tuple[int, str, str]:
    result = CliRunner().invoke(command, list(args), input=stdin, standalone_mode=False)
    return result.return_value, result.stdout, result.stderr


def test_a_file_is_described(tmp_path: Path) -> None:
    (tmp_path / "talk.md").write_text(TEXT)
    code, out, err = run(str(tmp_path / "talk.md"))
    assert (code, err) == (0, "")
    assert "format     text" in out
    assert "speakers   Oda " in out
    assert 'sounds and stage directions: 1, 1 word, first in line 7: "(laughs)"' in out
    assert '"The Fog" may or may not be a speaker: these words get no speaker (line 9)' in out


def test_chapters_are_shown(tmp_path: Path) -> None:
    (tmp_path / "talk.md").write_text(TEXT)
    chapters = [{"title": "The pier", "start_time": 0}, {"title": "The fog", "start_time": 90}]
    (tmp_path / "talk.info.json").write_text(json.dumps({"chapters": chapters}))
    assert "chapters   0:00:00 The pier, 0:01:30 The fog" in run(str(tmp_path / "talk.md"))[1]
    (tmp_path / "talk.info.json").write_text("{}")
    assert "chapters   " not in run(str(tmp_path / "talk.md"))[1]


@pytest.mark.parametrize(("seconds", "count", "doubted"), [(600, 60, True), (600, 120, False), (200, 3, False)])
def test_fewer_words_than_anybody_says_in_that_time_are_doubted(seconds: int, count: int, doubted: bool) -> None:
    half = " ".join(f"word{n}" for n in range(count // 2))
    said = f"WEBVTT\n\n00:00.000 --> 00:09.000\n{half}\n\n{seconds // 60:02}:00.000 --> {seconds // 60:02}:20.000\n{half}\n"
    remarks = [str(remark) for remark in parse(said.encode(), "talk.vtt", name="talk").reading.remarks]
    assert any("is this a list of chapters and no transcript?" in remark for remark in remarks) == doubted


def test_machines_get_a_line_a_transcript(tmp_path: Path) -> None:
    (tmp_path / "talk.md").write_text(TEXT)
    found = json.loads(run(str(tmp_path), "--json", "--segments")[1])
    assert found["format"] == "text"
    assert found["transcript"][0] == {
        "id": 1,
        "speaker": "Oda",
        "start": None,
        "end": None,
        "text": "We leave the pier at nine.",
    }


def test_the_lines_are_shown_with_the_numbers_by_which_notes_cite_them(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("".join(f"{n}  {'OK'[n % 2]}: We leave at {n}.\n" for n in range(11, 22)))
    (tmp_path / "talk.vtt").write_text("WEBVTT\n\n00:01:05.000 --> 00:01:09.000\nKofi: No, at ten.\n")
    printed = run(str(tmp_path / "talk.txt"), "--segments")[1]
    assert "\n   1  K: We leave at 11.\n" in printed and "\n  11  K: We leave at 21.\n" in printed
    assert "notes count lines as studydoc read --segments shows them" in printed
    assert "\n  1  0:01:05  Kofi: No, at ten.\n" in run(str(tmp_path / "talk.vtt"), "--segments")[1]
    assert "at ten" not in run(str(tmp_path / "talk.vtt"))[1]


def test_one_unreadable_file_stops_no_other_and_fails_the_command(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x89PNG" + bytes(99))
    (tmp_path / "b.txt").write_text("We leave at nine.")
    code, out, err = run(str(tmp_path))
    assert code == 1
    assert "b.txt" in out
    assert "a.txt: this is a PNG image" in err


def test_files_that_are_not_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("We leave at nine.")
    (tmp_path / "b.png").write_text("x")
    assert "not read:" in run(str(tmp_path))[2]


def test_a_format_can_be_forced(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("WEBVTT\n\nWe leave at nine.")
    assert "format     text" in run(str(tmp_path / "a.txt"), "--format", "text")[1]


def test_an_unknown_format_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("We leave at nine.")
    code, _, err = run(str(tmp_path / "a.txt"), "--format", "word")
    assert code == 1
    assert "one of docx, pdf" in err


def test_standard_input_takes_a_name() -> None:
    found = json.loads(run("-", "--name", "night ferry", "--json", stdin=b"We leave at nine.")[1])
    assert found["name"] == "night-ferry"


def test_without_anything_to_read_the_usage_is_shown() -> None:
    with pytest.raises(click.BadParameter, match="give a path"):
        command.main([], standalone_mode=False)


def test_one_line_says_what_was_left_out() -> None:
    transcript = parse(TEXT.encode(), "talk.md", name="talk")
    assert left_out_line(transcript) == "3 words not taken as speech: headings (2), sounds and stage directions (1)"
    assert left_out_line(parse(b"We leave at nine.", "talk.txt", name="talk")) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("田中：本日はお集まりいただき。\n\n鈴木：はい、お願いします。\n", 10),
        ("राम: मेला देखने लोग आए।\n\nसीता: हाँ, बहुत लोग थे।\n", 8),
    ],
)
def test_words_are_counted_as_for_the_notes_in_every_script(text: str, count: int) -> None:
    transcript = parse(text.encode(), "talk.txt", name="talk")
    assert as_json(transcript)["words"] == count == sum(word_count(s.text) for s in transcript.segments)


def test_shares_of_speakers_go_by_words_in_every_script() -> None:
    transcript = parse("田中：本日はお集まりいただき。\n\n鈴木：はい、はい、はい。\n".encode(), "talk.txt", name="talk")
    shares = speaker_shares(transcript)
    assert list(shares) == ["田中", "鈴木"] and shares["田中"] > 0.6


def test_both_descriptions_count_the_same_words() -> None:
    transcript = parse(TEXT.encode(), "talk.md", name="talk")
    assert f"with {as_json(transcript)['words']} words" in "\n".join(describe(transcript))


@pytest.mark.parametrize(("after", "told"), [(0.0, ["reading talk …"]), (60.0, [])])
def test_what_takes_long_is_told(after: float, told: list[str]) -> None:
    heard: list[str] = []
    rung = threading.Event()

    def hear(line: str) -> None:
        heard.append(line)
        rung.set()

    with announced("reading talk …", hear, after=after):
        rung.wait(timeout=10 if told else 0)
    assert heard == told
