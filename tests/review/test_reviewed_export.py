"""`studydoc export --reviewed` from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipeline.review.actions import Decide
from pipeline.review.catalogue import Desk
from tests.commands import exit_code
from tests.kinds import minutes
from tests.review.samples import document
from tests.review.test_app import folder


def reviewed(tmp_path: Path) -> Path:
    folder(tmp_path)
    desk = Desk(tmp_path / "reactor.json", None)
    target = next(i.id for i in desk.state.items if "too expensive" in i.text)
    desk.review.add(Decide(kind="accept", targets=(target,)), base=0, who="Ann", clock=lambda: "")
    return tmp_path


def zip_text(file: Path) -> str:
    with ZipFile(file) as inside:
        return "".join(inside.read(name).decode("utf-8", "replace") for name in inside.namelist())


def test_markdown_goes_to_stdout_and_what_is_left_to_decide_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("export", "--reviewed", str(reviewed(tmp_path))) == 0
    out, err = capsys.readouterr()
    assert out.startswith("# The Reactor at Lund — Study Document") and "1. " in out and "2. " not in out
    assert "7 statements are not decided yet" in err


def test_accepted_fields_that_are_left_out_with_their_task_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path, minutes())
    desk = Desk(tmp_path / "reactor.json", None)
    dates = tuple(i.id for i in desk.state.items if i.label == "Due")
    desk.review.add(Decide(kind="accept", targets=dates[:2]), base=0, who="Ann", clock=lambda: "")
    assert exit_code("export", "--reviewed", str(tmp_path)) == 0
    out, err = capsys.readouterr()
    assert "2031" not in out and "2 accepted statements are left out with a task" in err


def test_that_edits_of_the_page_are_not_in_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = reviewed(tmp_path) / "reactor.md"
    assert exit_code("export", "--reviewed", str(tmp_path)) == 0
    assert "without the edits on the page" not in capsys.readouterr().err
    page.write_text(page.read_text("utf-8").replace("too expensive", "far too expensive"), "utf-8")
    assert exit_code("export", "--reviewed", str(tmp_path)) == 0
    out, err = capsys.readouterr()
    assert f"{page} was edited, or " in err and "without the edits on the page" in err and "far too" not in out


def test_an_export_that_leaves_a_review_out_says_so_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = folder(tmp_path) / "reactor.json"
    hint = f"{record}: exported as the model wrote it, without the decisions, edits and names of its review"
    assert exit_code("export", str(record)) == 0 and hint not in capsys.readouterr().err
    reviewed(tmp_path)
    assert exit_code("export", str(record), "--to", "csv", "--to", "html") == 0
    assert capsys.readouterr().err.count(hint) == 1
    assert exit_code("export", "--reviewed", str(record)) == 0 and hint not in capsys.readouterr().err


def test_what_is_left_out_is_counted_for_each_document_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = reviewed(tmp_path) / "reactor.json"
    desk = Desk(record, None)
    target = next(i.id for i in desk.state.items if "project is dead" in i.text)
    desk.review.add(Decide(kind="accept", targets=(target,)), base=1, who="Ann", clock=lambda: "")
    folder(tmp_path, document(without="project is dead"))
    assert exit_code("export", "--reviewed", str(tmp_path), "--to", "csv") == 0
    assert capsys.readouterr().err.splitlines() == [
        f"studydoc: {record}: 1 decision no longer fits (listed above the notes in studydoc review)",
        f"studydoc: {record}: 6 statements are not decided yet and left out",
    ]


def test_documents_that_nobody_reviewed_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reviewed(tmp_path)
    others = [tmp_path / f"{n}" for n in range(1, 8)]
    for other in others:
        other.mkdir()
        folder(other)
    assert exit_code("export", "--reviewed", str(tmp_path), "--to", "csv") == 0
    out, err = capsys.readouterr()
    assert out.split() == [str(tmp_path / "reactor.reviewed.csv")]
    named = ", ".join(str(other / "reactor.json") for other in others[:5])
    assert err.splitlines()[-1] == f"studydoc: 7 documents never reviewed, so not exported: {named} and 2 more"


def test_a_reviewed_export_is_not_a_document_that_nobody_reviewed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("export", "--reviewed", str(reviewed(tmp_path)), "--to", "record", "--out", str(tmp_path / "site"))
    assert [exit_code(*arguments), exit_code(*arguments)] == [0, 0]
    out, err = capsys.readouterr()
    assert out.split() == [str(tmp_path / "site" / "reactor.reviewed.json")] * 2 and "never reviewed" not in err


def test_json_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    goal = tmp_path / "reactor.reviewed.json"
    assert exit_code("export", "--reviewed", str(reviewed(tmp_path) / "reactor.json"), "--out", str(goal)) == 0
    assert len(json.loads(goal.read_text("utf-8"))["main_points"][0]["details"]) == 1
    assert capsys.readouterr().out.strip() == str(goal)


def test_every_format_holds_only_what_was_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        exit_code("export", "--reviewed", str(reviewed(tmp_path)), "--to", "html", "--to", "csv", "--to", "github") == 0
    )
    files = [Path(line) for line in capsys.readouterr().out.split()]
    assert [f.name for f in files] == ["reactor.reviewed.html", "reactor.reviewed.csv", "reactor.reviewed.github.md"]
    for text in (f.read_text("utf-8") for f in files):
        assert "too expensive" in text and "A heat exchanger is to replace the tower in 2031." not in text


@pytest.mark.parametrize("form", ["markdown", "html", "github", "docx", "epub"])
def test_a_section_of_which_nothing_was_accepted_does_not_say_that_nothing_was_found(tmp_path: Path, form: str) -> None:
    goal = tmp_path / "out"
    assert exit_code("export", "--reviewed", str(reviewed(tmp_path)), "--to", form, "--out", str(goal)) == 0
    file = next(goal.iterdir())
    read = (zip_text if form in ("docx", "epub") else Path.read_text)(file)
    assert "(none accepted)" in read and "(none found)" not in read


def test_the_document_itself_is_not_overwritten(tmp_path: Path) -> None:
    before = (reviewed(tmp_path) / "reactor.json").read_bytes()
    assert exit_code("export", "--reviewed", str(tmp_path), "--out", str(tmp_path / "reactor.json")) == 1
    assert (tmp_path / "reactor.json").read_bytes() == before


def test_without_a_review_there_is_nothing_to_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("export", "--reviewed", str(folder(tmp_path))) == 1
    assert "nothing was reviewed here" in capsys.readouterr().err


def test_a_record_of_an_older_format_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = reviewed(tmp_path) / "reactor.json"
    record.write_text(record.read_text("utf-8").replace('"format": 2', '"format": 1'), "utf-8")
    assert exit_code("export", "--reviewed", str(tmp_path)) == 1
    assert "run studydoc make to write it again" in capsys.readouterr().err
