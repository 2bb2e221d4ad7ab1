"""Decisions on a document whose transcript changes afterwards: a line stands for its words, not for its number."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from pipeline.document import Detail, StudyDocument
from pipeline.errors import InputError
from pipeline.pages import render_markdown
from pipeline.readers import read_transcript
from pipeline.review.actions import Action
from pipeline.review.catalogue import Desk
from pipeline.review.decisions import Unfit
from pipeline.review.lines import Lines
from pipeline.review.pages import notes
from pipeline.review.state import Item
from pipeline.sections.base import cite
from pipeline.store import write
from pipeline.transcript import Transcript
from tests.commands import exit_code
from tests.review.samples import document
from tests.review.test_app import app, ask, home
from tests.scripted import LINES, transcript

ACTION: TypeAdapter[Action] = TypeAdapter(Action)
GREETING = ("Ana", "Good evening and welcome to the show.")
ELSEWHERE = [("Ida", f"Bees of hive number {n} carry nectar to their combs.") for n in range(1, 9)]
TOWER = "A tower gives heat to the air."


def say(folder: Path, lines: list[tuple[str, str]]) -> Transcript:
    """The transcript of a folder, as subtitles."""
    cues = (f"00:{n:02}:00.000 --> 00:{n:02}:50.000\n<v {who}>{words}" for n, (who, words) in enumerate(lines))
    (folder / "reactor.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n", "utf-8")
    return read_transcript(folder / "reactor.vtt")


def make(folder: Path, lines: list[tuple[str, str]] = LINES, *, later: int = 0) -> Desk:
    """Notes of these lines, whose statements cite their lines `later` than those of the sample do."""
    said = say(folder, lines)

    def moved(value: Any) -> Any:
        if isinstance(value, list):
            return [moved(v) for v in value]
        if not isinstance(value, dict):
            return value
        if "segment" in value:
            return cite(said, [value["segment"] + later])[0].model_dump()
        return {k: [n + later for n in v] if k == "lines" else moved(v) for k, v in value.items()}

    held = moved(document().model_dump(mode="json"))
    held["source"] |= {"sha256": said.sha256, "segments": len(said.segments)}
    made = StudyDocument.model_validate(held)
    write(made, render_markdown(made), folder / "reactor.json")
    return desk(folder)


def desk(folder: Path) -> Desk:
    return Desk(folder / "reactor.json", None)


def take(at: Desk, kind: str, **fields: Any) -> None:
    action = ACTION.validate_python({"kind": kind, **fields})
    at.review.add(action, base=at.review.timeline.revision, who="Ann", clock=lambda: "2026-01-01T00:00:00Z")


def find(at: Desk, words: str) -> Item:
    return next(i for i in at.state.items if words in i.text)


def accept_all(at: Desk) -> None:
    take(at, "accept", targets=[i.id for i in at.state.items if not i.outside])


def as_kept_before(folder: Path) -> None:
    """The decisions as an older version kept them, without what the cited lines say."""
    path = folder / "reactor.review.json"
    held = json.loads(path.read_text("utf-8"))
    for event in held["events"]:
        del event["quotes"], event["rules"]
        for about in event["about"]:
            del about["label"], about["above"]
    path.write_text(json.dumps(held), "utf-8")


def export(*arguments: object) -> int:
    return exit_code("export", "--reviewed", *arguments)


def test_accepted_statements_are_exported_with_the_lines_that_the_notes_were_made_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accept_all(make(tmp_path))
    assert export(tmp_path, "--to", "csv", "--out", tmp_path / "before.csv") == 0
    say(tmp_path, [GREETING, *LINES])
    assert export(tmp_path, "--to", "csv", "--out", tmp_path / "after.csv") == 0
    assert (tmp_path / "before.csv").read_bytes() == (tmp_path / "after.csv").read_bytes()
    assert "reactor.vtt has changed since the notes were made" in capsys.readouterr().err


def test_what_a_reviewer_added_is_exported_with_the_lines_that_it_was_added_for(tmp_path: Path) -> None:
    take(make(tmp_path), "add", section="key_concepts", text=TOWER, label="Tower", lines=[6])
    say(tmp_path, [GREETING, *LINES])
    added = desk(tmp_path).reviewed().key_concepts[0]
    assert [(e.segment, e.quote) for e in added.evidence] == [(6, LINES[5][1])]


def test_a_line_that_is_quoted_after_two_names_changed_places_has_its_own_speaker(tmp_path: Path) -> None:
    at = make(tmp_path)
    for speaker, name in (("Ana", "Somebody"), ("Ben", "Ana"), ("Somebody", "Ben")):
        take(at, "rename", speaker=speaker, name=name)
    take(at, "add", section="main_points", text=TOWER, lines=[2, 4, 5, 6])
    added = next(s for s in at.reviewed().statements() if isinstance(s, Detail) and s.text == TOWER)
    assert [e.speaker for e in added.evidence] == ["Ana", "Ana", "Ben", "Ana"]


def test_lines_of_a_changed_transcript_are_not_given_to_statements_of_the_old_one(tmp_path: Path) -> None:
    make(tmp_path)
    say(tmp_path, [GREETING, *LINES])
    served = app(tmp_path)
    add = {"kind": "add", "section": "main_points", "text": TOWER, "lines": [4]}
    status, _, told = ask(served, f"{home(served)}/act", {"revision": 0, "action": add})
    assert status == 422 and "run studydoc make again" in json.loads(told)["error"]
    item = find(desk(tmp_path), "too expensive")
    edit = {"kind": "edit", "target": item.id, "text": "It is dear.", "lines": list(item.lines)}
    assert ask(served, f"{home(served)}/act", {"revision": 0, "action": edit})[0] == 200


def test_what_a_reviewer_wrote_moves_along_with_its_lines(tmp_path: Path) -> None:
    at = make(tmp_path)
    take(at, "add", section="main_points", text=TOWER, lines=[4])
    take(at, "edit", target=find(at, "too expensive").id, text="It is dear.", lines=[2])
    take(at, "edit", target=find(at, "project is dead").id, text="No loan, no project.", lines=[6])
    take(at, "restore", target=find(at, "Everybody at the council").id, lines=[5, 6])
    again = make(tmp_path, [GREETING, *LINES], later=1)
    written = {i.text.split()[0]: (i.lines, i.standing) for i in again.state.items if i.support is None}
    assert written == {
        "A": ((5,), "accepted"),
        "It": ((3,), "accepted"),
        "No": ((7,), "accepted"),
        "Everybody": ((6, 7), "accepted"),
    }
    assert not again.state.misfits


def test_what_a_reviewer_wrote_of_words_that_are_gone_is_listed_with_what_is_gone(tmp_path: Path) -> None:
    take(make(tmp_path), "add", section="main_points", text=TOWER, lines=[3], after="")
    again = make(tmp_path, ELSEWHERE)
    assert not [i for i in again.state.items if i.text == TOWER]
    assert [(m.what, m.text, m.typed) for m in again.state.misfits] == [("add", "", (TOWER,))]
    assert "line 3, “A cooling tower is a building" in again.state.misfits[0].reason


def test_an_added_statement_whose_line_says_something_else_now_is_listed_though_the_notes_are_the_same(
    tmp_path: Path,
) -> None:
    take(make(tmp_path), "add", section="main_points", text=TOWER, lines=[6])
    again = make(tmp_path, [*LINES[:5], ELSEWHERE[0]])
    assert [m.typed for m in again.state.misfits] == [(TOWER,)]


def test_the_words_of_an_added_statement_are_listed_and_not_the_heading_above_it(tmp_path: Path) -> None:
    at = make(tmp_path)
    take(at, "add", section="main_points", text=TOWER, lines=[6], group=at.state.groups[0].id)
    assert [(m.text, m.typed) for m in make(tmp_path, ELSEWHERE).state.misfits] == [("", (TOWER,))]


def test_the_page_shows_the_text_that_was_typed_whole_and_what_the_notes_said(tmp_path: Path) -> None:
    at = make(tmp_path)
    statement = find(at, "too expensive")
    take(at, "edit", target=statement.id, text="It is dear.", label="Price", lines=[6])
    listed = unescape(notes(make(tmp_path, ELSEWHERE)))
    assert f'“Price: It is dear.” <span class="sub">the notes said “{statement.text}”: line 6' in listed


def test_a_statement_that_cites_a_line_that_is_not_there_is_told_and_other_documents_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        accept_all(make(tmp_path / name))
    take(desk(tmp_path / "a"), "add", section="main_points", text=TOWER, lines=[6])
    as_kept_before(tmp_path / "a")
    say(tmp_path / "a", LINES[:2])
    assert export(tmp_path, "--to", "html", "--out", tmp_path / "site") == 1
    said = capsys.readouterr().err
    assert f"{tmp_path / 'a' / 'reactor.json'}: “{TOWER}” cites line 6" in said and "studydoc make again" in said
    assert [f.parent.name for f in (tmp_path / "site").rglob("*.html")] == ["b"]


def test_statements_accepted_as_they_are_do_not_need_the_transcript_to_be_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = make(tmp_path)
    accept_all(at)
    take(at, "rename", speaker="Ben", name="Bo Roth")
    assert export(tmp_path, "--to", "csv", "--out", tmp_path / "before.csv") == 0
    (tmp_path / "reactor.vtt").unlink()
    assert export(tmp_path, "--to", "csv", "--out", tmp_path / "after.csv") == 0
    assert (tmp_path / "before.csv").read_bytes() == (tmp_path / "after.csv").read_bytes()
    missing = f"{tmp_path / 'reactor.json'}: its transcript was not found or read, so it is exported with the lines as"
    assert missing in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["add", "edit"])
def test_a_statement_that_a_reviewer_wrote_is_not_exported_without_the_transcript(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    at = make(tmp_path)
    place = {"section": "main_points", "lines": [4]} if kind == "add" else {"target": find(at, "too expensive").id}
    take(at, kind, text=TOWER, **place)
    (tmp_path / "reactor.vtt").unlink()
    assert export(tmp_path, "--to", "csv", "--out", tmp_path / "after.csv") == 1
    (line,) = capsys.readouterr().err.splitlines()  # nothing on what is left out of an export that there is not
    assert "its transcript reactor.vtt was not found" in line


def test_the_page_tells_in_words_what_it_cannot_export(tmp_path: Path) -> None:
    take(make(tmp_path), "add", section="main_points", text=TOWER, lines=[6])
    as_kept_before(tmp_path)
    say(tmp_path, LINES[:2])
    served = app(tmp_path)
    status, _, told = ask(served, f"{home(served)}/export.md")
    assert status == 422 and f"“{TOWER}” cites line 6" in told


def test_a_line_beyond_the_transcript_is_told_with_what_to_do(tmp_path: Path) -> None:
    at = make(tmp_path)
    take(at, "add", section="main_points", text=TOWER, lines=[6])
    path = tmp_path / "reactor.review.json"
    path.write_text(path.read_text("utf-8").replace('"lines": [6]', '"lines": [9]'), "utf-8")
    as_kept_before(tmp_path)
    with pytest.raises(InputError, match=r"line 9, and the transcript has 6 lines \(assign other lines to it"):
        desk(tmp_path).reviewed()


YES = [("Ana", words) for words in ("Is it old?", "Yes.", "Is it dear?", "Yes.", "Thank you.")]


def test_a_line_that_is_said_twice_is_found_by_those_beside_it() -> None:
    quotes = Lines(transcript(YES)).quotes([2, 4])
    now = Lines(transcript([GREETING, GREETING, *YES]))
    assert (now.renumbered([2], quotes), now.renumbered([4], quotes)) == ((4,), (6,))


def test_a_line_alone_among_others_is_another_line() -> None:
    quotes = Lines(transcript(YES)).quotes([2])
    with pytest.raises(Unfit, match=r"line 2, “Yes\.”, is no longer in the transcript"):
        Lines(transcript([*ELSEWHERE, ("Ida", "Yes.")])).renumbered([2], quotes)


def test_the_only_line_of_a_transcript_is_found_by_its_words() -> None:
    only = Lines(transcript(YES[:1]))
    assert only.renumbered([1], only.quotes([1])) == (1,)
