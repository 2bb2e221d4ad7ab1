"""What is below paths: what is read, what is not and why, and names that overwrite nothing."""

import hashlib
import json
import shlex
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.readers import Origin, Source, distinct, kept_apart, read_transcript, survey

SAID = "We leave at nine, says the captain."


def test_files_that_are_not_read_are_told_with_why(tmp_path: Path) -> None:
    for name in ("talk.txt", "photo.png", "notes.json", "README"):
        (tmp_path / name).write_text(SAID)
    found = survey([tmp_path])
    assert [s.name for s in found.sources] == ["talk"]
    assert {s.path.name: s.reason for s in found.skipped} == {
        "README": "its name has no extension",
        "notes.json": "it holds no transcript in a known format",
        "photo.png": ".png files are not read",
    }


def test_json_of_a_folder_is_read_when_it_is_a_transcript(tmp_path: Path) -> None:
    (tmp_path / "talk.json").write_text(json.dumps({"segments": [{"start": 0, "end": 2, "text": SAID}]}))
    assert [s.name for s in survey([tmp_path]).sources] == ["talk"]


def test_a_file_that_is_given_is_read_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "talk.log").write_text(SAID)
    (source,) = survey([tmp_path / "talk.log"]).sources
    assert read_transcript(source.path).segments[0].text == SAID


def test_the_same_file_twice_is_read_once_and_told(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(SAID)
    found = survey([tmp_path / "talk.txt", tmp_path])
    assert len(found.sources) == 1
    assert found.skipped[0].reason.startswith("the same file as")


def test_a_zip_file_is_a_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "talks.zip", "w") as packed:
        packed.writestr("monday/talk.txt", SAID)
        packed.writestr("../out.txt", SAID)
        packed.writestr("photo.png", "x")
    found = survey([tmp_path / "talks.zip"])
    assert [s.name for s in found.sources if ".." not in s.name] == ["monday/talk"]
    assert read_transcript(found.sources[-1].path).segments[0].text == SAID


def test_nothing_leaves_a_zip_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "talks.zip", "w") as packed:
        packed.writestr("../out.txt", SAID)
        packed.writestr("/etc/in.txt", SAID)
        packed.writestr("in.txt", SAID)
    assert [s.name for s in survey([tmp_path / "talks.zip"]).sources] == ["in"]


def test_a_broken_zip_file_in_a_folder_is_an_error_and_one_without_transcripts_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(SAID)
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04 and no more")
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as packed:
        packed.writestr("photo.png", "x")
    found = survey([tmp_path])
    assert [s.name for s in found.sources] == ["talk"]
    assert [str(e) for e in found.errors] == [str(e) for e in survey([tmp_path / "cut.zip"]).errors]
    assert "cut.zip: this zip file cannot be read" in str(found.errors[0])
    assert [(s.path.name, s.reason) for s in found.skipped] == [("photos.zip", "no transcripts found in this zip file")]


@pytest.mark.parametrize("beside", ["talk.txt", "photo.png"])
def test_a_link_to_a_folder_is_not_followed_and_told(tmp_path: Path, beside: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.txt").write_text(SAID)
    (tmp_path / "talks" / "week").mkdir(parents=True)
    (tmp_path / "talks" / "week" / beside).write_text(SAID)
    (tmp_path / "talks" / "week" / "linked").symlink_to(tmp_path / "elsewhere")
    found = survey([tmp_path / "talks"])
    assert "linked" in {s.path.name for s in found.skipped if s.reason.startswith("a link to a folder")}
    assert [str(s.path.name) for s in found.sources] == ["talk.txt"] * (beside == "talk.txt")
    assert len(found.errors) == (beside != "talk.txt")


def test_a_missing_member_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "talks.zip", "w") as packed:
        packed.writestr("in.txt", SAID)
    with pytest.raises(InputError, match="no such file in this zip file"):
        read_transcript(tmp_path / "talks.zip" / "out.txt")


def test_a_video_address_gets_a_hint_how_to_get_its_captions() -> None:
    (error,) = survey([Path("https://www.youtube.com/watch?v=abc")]).errors
    assert "yt-dlp" in str(error)
    assert "https://www.youtube.com/watch?v=abc" in str(error)


def test_another_address_is_pointed_to_its_option() -> None:
    (error,) = survey([Path("https://example.org/talk.vtt")]).errors
    assert "--transcript-url 'https://example.org/talk.vtt'" in str(error)


def made(**documents: str) -> Callable[[str], Origin | None]:
    """What tells from which input each document was made."""
    return lambda name: Origin({Path(documents[name])}) if name in documents else None


def names(made_from: Callable[[str], Origin | None], *paths: str) -> list[str]:
    return [s.name for s in kept_apart(distinct([Source(Path(p), Path(p).name) for p in paths]), made_from)]


def test_a_document_of_another_input_is_never_overwritten() -> None:
    assert names(made(talk="/a/talk.txt"), "/b/talk.vtt") == ["talk-vtt"]
    assert names(made(talk="/a/talk.txt"), "/b/talk.txt") == ["b-talk"]
    assert names(made(talk="/a/talk.txt"), "/b/talk") == ["b-talk"]


def test_the_same_input_again_keeps_its_name_whatever_else_is_given_with_it() -> None:
    before = made(talk="/a/talk.txt")
    assert names(before, "/a/talk.txt") == ["talk"]
    assert names(before, "/b/talk.txt", "/a/talk.txt") == ["b-talk", "talk"]
    assert names(made(**{"b-talk": "/b/talk.txt"}), "/b/talk.txt") == ["b-talk"]
    assert names(made(**{"talk-vtt": "/b/talk.vtt"}), "/b/talk.vtt") == ["talk-vtt"]


def test_an_input_whose_path_is_no_utf_8_keeps_its_name_again() -> None:
    own = Path("b\ufffd.txt").absolute()
    assert names(made(b=str(own)), "b\udcff.txt")[0] != "b"
    [kept] = kept_apart([Source(Path("b\udcff.txt"), "b")], made(b=str(own)))
    assert kept.name == "b"


def test_inputs_of_one_name_are_told_apart_by_their_endings_or_else_by_their_folders() -> None:
    assert names(made(), "/a/talk.srt", "/a/talk.vtt") == ["talk-srt", "talk-vtt"]
    assert names(made(), "/a/talk.txt", "/b/talk.txt") == ["a-talk", "b-talk"]
    assert names(made(), "/a/x/talk.txt", "/b/x/talk.txt") == ["x-talk", "x-talk-2"]
    taken = made(**{"talk": "/a/talk.txt", "b-talk": "/c/b/talk.txt", "talk-txt": "/d/talk.txt"})
    assert names(taken, "/b/talk.txt") == ["talk-txt-2"]


@pytest.mark.parametrize("other", ["a b.txt", "A-b.txt"])
def test_a_number_in_a_name_stays_when_the_other_input_goes(other: str) -> None:
    paths = [f"/sc/{other}", "/sc/a-b.txt"]
    first, second = names(made(), *paths)
    assert second == "sc-a-b-2"
    assert names(made(**{first: paths[0], second: paths[1]}), paths[1]) == [second]
    assert names(made(**{second: paths[1]}), paths[1]) == [second]


def test_a_file_that_was_moved_keeps_its_name_as_long_as_its_words_are_the_same(tmp_path: Path) -> None:
    moved = tmp_path / "talk.txt"
    moved.write_text(SAID)
    before = Origin({Path("/former/talk.txt")}, hashlib.sha256(SAID.encode()).hexdigest())
    assert names({"talk": before}.get, str(moved)) == ["talk"]
    assert names({"talk": replace(before, sha256="")}.get, str(moved)) == [f"{tmp_path.name}-talk"]
    moved.write_text(f"{SAID} Or at ten.")
    assert names({"talk": before}.get, str(moved)) == [f"{tmp_path.name}-talk"]


def test_captions_of_a_downloader_find_their_side_file(tmp_path: Path) -> None:
    (tmp_path / "Ferry [abc].en.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nWe leave at nine.\n")
    told = {"title": "Ferry", "uploader": "Pier", "language": "de", "chapters": [{"title": "Start", "start_time": 0}]}
    (tmp_path / "Ferry [abc].info.json").write_text(json.dumps(told))
    meta = read_transcript(tmp_path / "Ferry [abc].en.vtt").metadata
    assert (meta.title, meta.channel, meta.language) == ("Ferry", "Pier", "en")
    assert [(c.title, c.start) for c in meta.chapters] == [("Start", 0.0)]


@pytest.mark.parametrize("path", ["www.youtube.com/watch?v=abc", "youtu.be/abc", "youtube.com/watch?v=abc"])
def test_the_address_of_a_video_is_known_without_its_scheme(path: str) -> None:
    (error,) = survey([Path(path)]).errors
    command = "yt-dlp --skip-download --write-subs --write-auto-subs --write-info-json"
    assert f"{command} {shlex.quote(f'https://{path}')}" in str(error)


@pytest.mark.parametrize(("code", "language"), [("en-orig", "en"), ("zh-Hans-en", "zh-Hans"), ("pt-BR", "pt-BR")])
def test_a_downloaders_code_is_a_language(tmp_path: Path, code: str, language: str) -> None:
    captions = tmp_path / f"Ferry [abc].{code}.vtt"
    captions.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nWe leave at nine.\n")
    (tmp_path / "Ferry [abc].info.json").write_text('{"title": "Night ferry"}')
    assert read_transcript(captions).metadata.language == language


def test_hidden_files_of_a_zip_and_those_that_lead_out_are_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "talks.zip", "w") as packed:
        for name in ("talk.txt", ".notes.txt", "../out.txt"):
            packed.writestr(name, "We leave at nine.")
    found = survey([tmp_path / "talks.zip"])
    assert [s.name for s in found.sources] == ["talk"]
    assert {s.reason for s in found.skipped} == {"hidden", "its path leads out of the zip file"}


def test_front_matter_of_the_wrong_kind_is_left_out_and_told(tmp_path: Path) -> None:
    talk = tmp_path / "talk.md"
    talk.write_text("---\ntitle: [Night, ferry]\nlanguage: en\n---\n\nWe leave at nine.\n")
    transcript = read_transcript(talk)
    assert (transcript.metadata.title, transcript.metadata.language) == (None, "en")
    assert 'title must be text, so it is ignored: write title: "…"' in transcript.notes[0]
