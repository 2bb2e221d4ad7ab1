"""Which transcript a document was made from, wherever the program runs, and names that overwrite nothing."""

from __future__ import annotations

import asyncio
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from pipeline.batches import outputs
from pipeline.batches.corpus import make_all
from pipeline.batches.inputs import find, further_notes, left_behind, lost_answers
from pipeline.batches.options import Input, MakeOptions
from pipeline.batches.outputs import is_output, source_of, transcript_of
from pipeline.errors import InputError
from pipeline.llm.prompting import PromptSet
from pipeline.mcp_server.folder import Folder
from pipeline.pages import render_markdown
from pipeline.profile import Recipe
from pipeline.readers import Source, read_transcript
from pipeline.readers.archive import is_there, sha256_of
from pipeline.rechecking import check_path
from pipeline.run import asummarise
from pipeline.store import load, output_path, write
from pipeline.transcript import Asked
from tests.scripted import LINES, ScriptedClient, good_answer

FIRST = "\n\n".join(f"{who}: {text}" for who, text in LINES)
OTHER = FIRST.replace(" the ", " that ")


@pytest.fixture
def weeks(tmp_path: Path) -> Path:
    """Two folders that each hold a talk.txt."""
    for folder, text in (("week1", FIRST), ("week2", OTHER)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "talk.txt").write_text(text, "utf-8")
    return tmp_path


def make(*paths: str, out: str, client: ScriptedClient | None = None) -> list[Path]:
    """The records of what is made, here, of these paths."""
    found = find([Path(p) for p in paths], Input(), Path(out))
    options = MakeOptions(Path(out), Recipe(), PromptSet(), "http://server.test", at_once=1)
    made = asyncio.run(make_all(found.sources, client or ScriptedClient(good_answer), options))
    return [outcome.page.with_suffix(".json") for outcome in made if outcome.page]


def test_two_files_of_one_name_get_two_documents_from_whichever_folder_they_are_made(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def names(folder: Path, path: str, out: str) -> list[str]:
        monkeypatch.chdir(folder)
        return [record.name for record in make(path, out=out)]

    assert names(weeks / "week1", "talk.txt", "../notes") == ["talk.json"]
    assert names(weeks / "week2", "talk.txt", "../notes") == ["week2-talk.json"]
    assert names(weeks / "week1", "talk.txt", "../notes") == ["talk.json"]
    assert names(weeks, "week2/talk.txt", "notes") == ["week2-talk.json"]
    records = sorted((weeks / "notes").glob("*.json"))
    assert [load(r).source.path for r in records] == ["../week1/talk.txt", "../week2/talk.txt"]
    assert [load(r).title for r in records] == ["Talk", "Talk"]
    monkeypatch.chdir(weeks / "week1")
    assert [transcript_of(load(r), r, None)[1] for r in records] == ["", ""]


def test_a_name_that_is_kept_apart_changes_no_call(weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(weeks)
    Path("week2/talk.txt").write_text(FIRST, "utf-8")
    alone, apart = ScriptedClient(good_answer), ScriptedClient(good_answer)
    assert make("week1/talk.txt", out="notes", client=alone)[0].name == "talk.json"
    assert make("week2/talk.txt", out="notes", client=apart)[0].name == "week2-talk.json"
    assert [r.key("scripted") for r in apart.requests] == [r.key("scripted") for r in alone.requests]


def test_a_folder_that_was_moved_has_the_notes_that_were_made_of_it(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    (before,) = make("week1", out="notes")
    shutil.move("week1", "week-1")
    assert make("week-1", out="notes") == [before] and load(before).source.path == "../week-1/talk.txt"
    shutil.copytree("week-1", "copy")
    assert make("copy", out="notes") != [before]


def test_notes_of_transcripts_that_are_no_longer_there_are_told_in_a_line(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    out, week1, week2 = Path("notes"), Path("week1"), Path("week2")

    def told(path: Path) -> str | None:
        return left_behind([path], find([path], Input(), out), out)

    make("week1", "week2/talk.txt", out="notes")
    assert told(week1) is None
    shutil.move("week1/talk.txt", "week1/ferry.txt")
    line = told(week1 / "ferry.txt")
    assert line and line.startswith("kept the notes of 1 missing transcript: notes/week1-talk.md (delete")
    make("week1", out="notes")
    assert told(week1) == told(week2) == line and told(week1 / "ferry.txt") is None
    shutil.move("week2/talk.txt", "week2/other.txt")
    assert "notes of 1 missing transcript: " in (told(week2) or "") and told(Path("nowhere")) is None


def test_notes_of_a_renamed_sub_folder_are_its_own_again_once_they_are_moved_over_the_new_ones(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    (weeks / "lectures").mkdir()
    shutil.move("week1", "lectures/week1")
    (former,) = make("lectures", out="notes")
    shutil.move("lectures/week1", "lectures/woche1")
    found = find([Path("lectures")], Input(), Path("notes"))
    assert "give all three the new name instead, over the notes that are new there" in (
        left_behind([Path("lectures")], found, Path("notes")) or ""
    )
    (record,) = make("lectures", out="notes")
    assert record == Path("notes/woche1/talk.json")
    for suffix in (".json", ".md"):
        former.with_suffix(suffix).replace(record.with_suffix(suffix))
    assert make("lectures", out="notes") == [record]
    assert load(record).source.path == "../../lectures/woche1/talk.txt"
    found = find([Path("lectures")], Input(), Path("notes"))
    assert left_behind([Path("lectures")], found, Path("notes")) is None


def test_notes_of_a_file_that_was_renamed_are_told_also_after_its_folder_was(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    make("week1", "week2/talk.txt", out="notes")
    shutil.move("week1/talk.txt", "week1/ferry.txt")
    shutil.move("week2/talk.txt", "elsewhere.txt")
    make("week1", out="notes")
    shutil.move("week1", "ferries")
    make("ferries", out="notes")
    line = left_behind([Path("ferries")], find([Path("ferries")], Input(), Path("notes")), Path("notes"))
    assert line and line.startswith("kept the notes of 1 missing transcript: notes/week1-talk.md (delete")


def test_no_record_is_read_for_a_file_that_has_notes_nor_in_folders_of_somebody_else(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    make("week1", "week2", out=".")
    for former in (Path("week2-talk.json"), Path("week2-talk.md")):  # notes of a folder in which there are others
        (weeks / "moved").mkdir(exist_ok=True)
        former.rename(weeks / "moved" / former.name)
    for folder in ("packages/one", ".hidden"):
        (weeks / folder).mkdir(parents=True)
        shutil.copy("moved/week2-talk.json", f"{folder}/package.json")
        Path(folder, "package.txt").touch()
    looked: list[Path] = []
    monkeypatch.setattr(outputs, "source_of", lambda path: looked.append(path) or source_of(path))

    def told(path: Path) -> str | None:
        found = find([path], Input(), Path())
        looked.clear()
        return left_behind([path], found, Path())

    Path("week2/talk.txt").unlink()
    assert told(Path("week1/talk.txt")) is None and not looked
    assert "transcript: moved/week2-talk.md " in (told(Path("week1")) or "x") and looked == [
        Path("moved/week2-talk.json")
    ]


def test_notes_that_a_run_over_the_same_transcripts_does_not_bring_up_to_date_are_told(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    out, lectures = Path("notes"), Path("lectures")
    lectures.mkdir()
    shutil.move("week1", "lectures/week1")

    def told(path: Path) -> str:
        return further_notes([path], find([path], Input(), out), out) or ""

    make("lectures", out="notes")
    assert told(lectures) == ""
    assert told(lectures / "week1" / "talk.txt").startswith(
        "kept 1 other document of these transcripts: notes/week1/talk.md ("
    )
    make("lectures/week1", out="notes")
    make("lectures/week1", out="notes/trial")
    Path("notes/trial/.studydoc").mkdir()  # an output folder of its own
    assert told(lectures).startswith("kept 1 other document of these transcripts: notes/talk.md (")


def test_notes_whose_stored_answers_are_missing_are_told_before_they_are_made_again(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    store = Path("notes/.studydoc/calls.sqlite")
    assert lost_answers(Path("notes"), store) is None
    make("week1", out="notes")
    assert (lost_answers(Path("notes"), store) or "").startswith(
        "the stored answers of 1 document in notes are missing"
    )
    store.parent.mkdir()
    store.touch()
    assert lost_answers(Path("notes"), store) is None


def test_of_a_record_as_it_is_written_only_its_source_is_parsed(weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(weeks)
    (record,) = make("week1/talk.txt", out="notes")
    text, told = record.read_text("utf-8"), load(record).source.model_dump(mode="json")
    assert source_of(record) == told
    record.write_text(json.dumps(json.loads(text), indent=2), "utf-8")
    assert source_of(record) == told
    record.write_text(text.replace('"main_points": [', '"main_points": [,'), "utf-8")
    assert source_of(record) == told
    record.write_text(text.replace('"main_points"', '"points"'), "utf-8")
    assert source_of(record) is None


def test_notes_that_get_a_renamed_transcripts_new_name_are_its_own(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    (record,) = make("week1", out="notes")
    shutil.move("week1/talk.txt", "week1/ferry.txt")
    for former in (record, record.with_suffix(".md")):
        former.rename(former.with_stem("ferry"))
    assert make("week1", out="notes") == [Path("notes/ferry.json")]
    found = find([Path("week1")], Input(), Path("notes"))
    assert left_behind([Path("week1")], found, Path("notes")) is None


def test_a_document_keeps_its_name_when_a_copy_of_its_transcript_goes(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    shutil.copy("week1/talk.txt", "week2/talk.txt")
    assert make("week1/talk.txt", out="notes")[0].name == "talk.json"
    assert make("week2/talk.txt", out="notes")[0].name == "week2-talk.json"
    shutil.rmtree("week1")
    assert make("week2/talk.txt", out="notes")[0].name == "week2-talk.json"


def test_a_file_never_takes_the_notes_of_what_came_through_a_pipe(weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(weeks)
    (record,) = make("week1/talk.txt", out="notes")
    record.write_text(record.read_text("utf-8").replace("../week1/talk.txt", "standard input"), "utf-8")
    assert make("week1/talk.txt", out="notes") != [record]


def test_a_transcript_is_told_from_others_of_its_name_by_its_words_and_else_by_its_folder(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    (record,) = make("week2/talk.txt", out="notes")
    moved = weeks / "moved"
    moved.mkdir()
    for folder in ("week1", "week2"):
        shutil.move(weeks / folder, moved / folder)
    transcript, remark = transcript_of(load(record), record, moved)
    assert transcript.path == str(moved / "week2" / "talk.txt") and not remark
    (moved / "week2" / "talk.txt").write_text(OTHER + "\n\nBen: And one more.", "utf-8")
    transcript, remark = transcript_of(load(record), record, moved)
    assert transcript.path == str(moved / "week2" / "talk.txt") and "has changed" in remark


def test_a_transcript_under_another_name_is_known_by_its_words(weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(weeks)
    (record,) = make("week1/talk.txt", out="notes")
    (weeks / "week1" / "talk.txt").rename(weeks / "week1" / "monday [1].txt")
    assert transcript_of(load(record), record, weeks / "week1")[1] == ""
    with pytest.raises(InputError, match=r"its transcript \.\./week1/talk\.txt was not found"):
        transcript_of(load(record), record, weeks / "week2" / "nowhere")


@pytest.mark.parametrize("suffix", [".md", ".json"])
def test_notes_are_not_taken_for_a_missing_transcript_of_the_same_file_name(
    suffix: str, weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    talk = Path("week1/talk.txt").rename(f"week1/talk{suffix}")
    if suffix == ".json":
        talk.write_text(json.dumps({"segments": [{"start": 0, "text": talk.read_text("utf-8")}]}), "utf-8")
    (record,) = make(str(talk), out="notes")
    assert transcript_of(load(record), record, None)[0].path != str(record.with_suffix(suffix))
    talk.unlink()
    for folder in (None, weeks):
        with pytest.raises(InputError, match="was not found"):
            transcript_of(load(record), record, folder)


def test_a_linked_output_folder_is_seen_from_where_it_really_is(weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(weeks)
    (weeks / "disk" / "deep").mkdir(parents=True)
    (weeks / "notes").symlink_to(weeks / "disk" / "deep")
    for _ in range(2):
        (record,) = make("week1/talk.txt", out="notes")
        assert record.name == "talk.json" and transcript_of(load(record), record, None)[1] == ""


def test_names_that_are_one_on_disk_are_kept_apart(weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(weeks)
    for folder, text in (("week 1", FIRST), ("week-1", OTHER)):
        (weeks / folder).mkdir()
        (weeks / folder / "talk.txt").write_text(text, "utf-8")
    long = "講義" * 25  # three bytes each: the ends would be cut off
    for name in ("talk 1", "talk-1", "talk (1)", f"{long}第1回", f"{long}第2回"):
        (weeks / f"{name}.txt").write_text(FIRST, "utf-8")
    for _ in range(2):
        assert len(set(make("week 1/talk.txt", "week-1/talk.txt", out="notes"))) == 2
        assert len(set(make("talk 1.txt", "talk-1.txt", "talk (1).txt", out="others"))) == 3
        assert len(set(make(f"{long}第1回.txt", f"{long}第2回.txt", out="long"))) == 2
    assert [len(list(Path(out).glob("*.json"))) for out in ("notes", "others", "long")] == [2, 3, 2]


def test_a_document_with_a_numbered_name_keeps_it(weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(weeks)
    paths = [f"{course}/week1/talk.txt" for course in "ABCD"]
    for path in paths:
        Path(path).parent.mkdir(parents=True)
        Path(path).write_text(FIRST, "utf-8")
    rounds = [[make(path, out="notes")[0].name for path in paths] for _ in range(3)]
    assert rounds[0] == rounds[1] == rounds[2] and len(set(rounds[0])) == 4


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """The record of a talk that was asked to be read in an encoding and a format that nobody would guess."""
    talk = tmp_path / "talk.vtt"
    talk.write_text("WEBVTT\n\n" + FIRST.replace("Ana", "Růžena Křížová"), "cp852")
    transcript = read_transcript(talk, encoding="cp852", form="text")
    document = asyncio.run(asummarise(transcript, ScriptedClient(good_answer)))
    write(document, render_markdown(document), output_path(tmp_path, "talk"))
    return tmp_path / "talk.json"


def test_a_transcript_is_read_again_in_the_encoding_and_the_format_that_were_asked_for(asked: Path) -> None:
    document = load(asked)
    assert document.source.asked == Asked("cp852", "text")
    transcript, remark = transcript_of(document, asked, None)
    assert (transcript.labelled_speakers[0], transcript.reading.format, remark) == ("Růžena Křížová", "text", "")
    checked = check_path(asked)[1]
    assert checked and not any(c.findings for c in checked)
    assert Folder(asked.parent, asked.parent, Input()).check("talk")[1] == checked


def test_a_record_without_what_was_asked_for_is_read_as_its_file_tells(asked: Path, weeks: Path) -> None:
    made = make(str(weeks / "week1" / "talk.txt"), out=str(weeks / "notes"))[0]
    assert '"asked"' in asked.read_text("utf-8") and '"asked"' not in made.read_text("utf-8")
    assert load(made).source.asked == Asked() and transcript_of(load(made), made, None)[1] == ""


def test_a_changed_file_that_is_not_in_what_was_asked_for_is_read_as_it_tells(asked: Path) -> None:
    record = asked.read_text("utf-8").replace('"encoding": "cp852"', '"encoding": "ascii"')
    asked.write_text(record, "utf-8")
    with pytest.raises(InputError, match="this is not valid ascii"):
        transcript_of(load(asked), asked, None)
    asked.with_suffix(".vtt").write_text("Zoë: The tower is to be replaced soon.\n", "utf-8")
    transcript, remark = transcript_of(load(asked), asked, None)
    assert transcript.segments[0].text.startswith("Zoë") and "has changed" in remark


@pytest.mark.parametrize("other", ["passwd", "../elsewhere/secrets.txt"])
def test_a_record_cannot_have_any_file_read_as_its_transcript(
    weeks: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    monkeypatch.chdir(weeks)
    (record,) = make("week1/talk.txt", out="notes")
    file = weeks / other
    file.parent.mkdir(exist_ok=True)
    file.write_text("root: the first of all accounts", "utf-8")
    record.write_text(record.read_text("utf-8").replace("../week1/talk.txt", f"../{other}"), "utf-8")
    with pytest.raises(InputError, match=r"has changed, or is another file \(name its folder with --transcripts\)"):
        transcript_of(load(record), record, None)


def test_a_transcript_that_changed_in_a_folder_elsewhere_is_read_if_the_folder_is_named(
    weeks: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    (record,) = make("week1/talk.txt", out="notes")
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))
    moved = Path("notes") / "talk.json"
    moved.parent.mkdir()
    talk = weeks / "week1" / "talk.txt"
    moved.write_text((weeks / record).read_text("utf-8").replace("../week1/talk.txt", talk.as_posix()), "utf-8")
    assert transcript_of(load(moved), moved, None)[1] == ""
    talk.write_text(talk.read_text("utf-8") + "\n\nAna: One more thing.", "utf-8")
    with pytest.raises(InputError, match="has changed"):
        transcript_of(load(moved), moved, None)
    assert "has changed since" in transcript_of(load(moved), moved, talk.parent)[1]


def test_a_changed_transcript_beside_the_output_folder_is_read_in_that_folder_too(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    (record,) = make("week1/talk.txt", out="notes")
    Path("week1/talk.txt").write_text("Ana: One more thing.", "utf-8")
    monkeypatch.chdir("notes")
    record = Path(record.name)
    assert "has changed since" in transcript_of(load(record), record, None)[1]


def test_notes_of_one_folder_are_no_transcripts_whatever_folder_is_written_to_now(tmp_path: Path) -> None:
    talk = tmp_path / "talks" / "reactor.txt"
    talk.parent.mkdir()
    talk.write_text("\n\n".join(f"{who}: {text}" for who, text in LINES), "utf-8")
    document = asyncio.run(asummarise(talk, ScriptedClient(good_answer)))
    write(document, render_markdown(document), output_path(talk.parent / "notes", "reactor"))
    write(document, render_markdown(document), output_path(talk.parent, "reactor"))
    found = find([talk.parent], Input(), tmp_path / "elsewhere")
    assert [s.path for s in found.sources if isinstance(s, Source)] == [talk] and not found.failed


def test_notes_of_a_transcript_with_the_name_of_its_page_or_record_are_no_transcripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("meeting.md").write_text(FIRST, "utf-8")
    lines = [{"start": n, "end": n + 1, "text": text} for n, (_, text) in enumerate(LINES)]
    Path("seg.json").write_text(json.dumps({"segments": lines}), "utf-8")
    for out in ("outputs", "outputs/deep"):
        assert [r.name for r in make(".", out=out)] == ["meeting.json", "seg.json"]
        assert not find([Path()], Input(), Path(out)).skipped
    page = Path("outputs/meeting.md")
    page.write_text(page.read_text("utf-8") + "\nAsk Bob.\n", "utf-8")
    assert is_output(page) and is_output(page.with_suffix(".json")) and not is_output(Path("meeting.md"))


def test_a_transcript_beside_its_record_is_known_by_its_path_and_one_in_its_page_s_place_by_its_words(
    tmp_path: Path,
) -> None:
    talk, lost = tmp_path / "talk.html", tmp_path / "meeting.md"
    talk.write_text(f"<p>{FIRST}</p>".replace("\n\n", "</p><p>"), "utf-8")
    lost.write_text(FIRST, "utf-8")
    (record,) = make(str(talk), out=str(tmp_path))
    talk.write_text(talk.read_text("utf-8") + "<p>Ben: And one more.</p>", "utf-8")
    assert not is_output(talk) and is_output(record) and is_output(record.with_suffix(".md"))
    (made,) = make(str(lost), out=str(tmp_path / "outputs"))
    former = made.read_text("utf-8").replace("../meeting.md", "meeting.md")  # by a version that wrote over it
    lost.with_suffix(".json").write_text(former, "utf-8")
    lost.rename(lost.with_name("meeting.edited.md"))
    lost.write_bytes(made.with_suffix(".md").read_bytes())
    assert is_output(lost) and not is_output(lost.with_name("meeting.edited.md"))


def test_sections_prompts_and_fixtures_in_a_folder_are_no_transcripts(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "sections/risks.md": "# Risks\n\nWhat could go wrong.",
        "sections/risks.toml": 'text = "risk"\n[fields]\nrisk = "the risk"',
        "prompts/judge.v1.md": "Judge these: $notes",
        "prompts/write.v1.md": "Write $words words",  # of a version that is no longer shipped
        "fixture/fixture.json": '{"segments": [{"text": "words"}]}',
        "fixture/calls.jsonl": "",
        "fixture/transcript.txt": FIRST,
        "talks/risks.md": FIRST,  # from here on transcripts, some of them beside data or under a prompt's name
        "talks/judge.v1.md": FIRST,
        "talks/info.md": FIRST,
        "talks/info.toml": 'title = "Of Towers"',
    }
    for name, text in files.items():
        (weeks / name).parent.mkdir(exist_ok=True)
        (weeks / name).write_text(text, "utf-8")
    found = find([weeks], Input(), weeks / "outputs")
    assert [s.name for s in found.sources] == [
        *("talks/info", "talks/judge.v1", "talks/risks"),
        *("week1/talk", "week2/talk"),
    ]
    monkeypatch.chdir(weeks / "prompts")
    assert not find([Path()], Input(), weeks / "outputs").sources


def test_the_transcript_of_notes_made_from_a_zip_file_is_found_in_it(
    weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weeks)
    packed = shutil.make_archive("talks", "zip", "week1")
    (record,) = make("talks.zip", out="notes")
    transcript, remark = transcript_of(load(record), record, None)
    assert (transcript.name, remark) == ("talk", "")
    elsewhere = weeks / "elsewhere"
    elsewhere.mkdir()
    shutil.move(packed, elsewhere / "talks.zip")
    with pytest.raises(InputError, match="was not found"):
        transcript_of(load(record), record, None)
    assert transcript_of(load(record), record, elsewhere)[1] == ""
    shutil.make_archive(str(elsewhere / "talks"), "zip", "week2")
    assert transcript_of(load(record), record, elsewhere)[1].endswith("has changed since the notes were made")
    (elsewhere / "talks.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match="was not found"):
        transcript_of(load(record), record, elsewhere)


def test_a_transcript_that_is_no_longer_in_its_zip_file_is_gone(weeks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(weeks)
    shutil.copy("week2/talk.txt", "week1/tides.txt")
    packed = Path(shutil.make_archive("talks", "zip", "week1"))
    make("talks.zip", out="notes")

    def told() -> str | None:
        return left_behind([packed], find([packed], Input(), Path("notes")), Path("notes"))

    assert told() is None
    Path("week1/tides.txt").unlink()
    shutil.make_archive("talks", "zip", "week1")
    assert "kept the notes of 1 missing transcript: notes/tides.md" in (told() or "")


def test_the_members_of_a_zip_file_are_read_once_for_all_that_is_looked_up_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "talks.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for n in range(5):
            file.writestr(f"talk{n}.txt", FIRST)
    opened: list[Path] = []

    class Counted(zipfile.ZipFile):
        def __init__(self, path: Path) -> None:
            opened.append(path)
            super().__init__(path)

    monkeypatch.setattr(zipfile, "ZipFile", Counted)
    assert all(is_there(packed / f"talk{n}.txt") and sha256_of(packed / f"talk{n}.txt") for n in range(5))
    assert not is_there(packed / "talk5.txt") and opened == [packed]
    monkeypatch.undo()
    with zipfile.ZipFile(packed, "a") as file:
        file.writestr("talk5.txt", OTHER)
    assert is_there(packed / "talk5.txt")
