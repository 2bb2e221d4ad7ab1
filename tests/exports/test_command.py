"""`studydoc export` and `make --to` from the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.batches.outputs import MARKS, documents_below, is_of_others, is_output, records_below
from pipeline.cli.exporting import Exports
from pipeline.evaluation.statement_judging import Judged, JudgedDocument, judged_lines
from pipeline.exports import FORMATS
from pipeline.settings import Settings
from tests.commands import NOBODY, called, exit_code
from tests.e2e.test_command_line import replayable  # noqa: F401
from tests.review.test_app import folder


def test_files_stand_beside_the_record_and_take_no_place_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p: p.read_bytes() for p in folder(tmp_path).iterdir()}
    names = [f.name for f in FORMATS if f.name != "pdf"]
    assert exit_code("export", tmp_path, *(a for n in names for a in ("--to", n))) == 0
    written = capsys.readouterr().out.split()
    assert sorted(written) == sorted(str(tmp_path / n) for n in (
        "reactor.markdown.md", "reactor.github.md", "reactor.obsidian.md", "reactor.html", "reactor.docx",
        "reactor.epub", "reactor.apkg", "reactor.csv", "reactor.jsonl", "reactor.record.json"))  # fmt: skip
    assert {p: p.read_bytes() for p in before} == before


def test_the_marks_of_files_made_of_notes_are_the_formats_names_and_those_of_reviews_and_edits() -> None:
    assert set(MARKS) == {f.name for f in FORMATS} | {"review", "reviewed", "edited"}


@pytest.mark.parametrize("mark", ["github", "reviewed", "reviewed.github", "review"])
def test_what_was_made_of_reviewed_notes_is_no_transcript(tmp_path: Path, mark: str) -> None:
    folder(tmp_path)
    assert is_output(tmp_path / f"reactor.{mark}.md")
    assert not is_output(tmp_path / f"another.{mark}.md")


def test_records_are_neither_hidden_nor_left_by_a_review_and_one_whose_page_was_deleted_is_still_there(
    tmp_path: Path,
) -> None:
    folder(tmp_path)
    (tmp_path / ".old").mkdir()
    for name in (".old/reactor", ".reactor", "reactor.reviewed", "reactor.review"):
        for suffix in (".json", ".md"):
            (tmp_path / f"{name}{suffix}").write_bytes((tmp_path / f"reactor{suffix}").read_bytes())
    (tmp_path / "reactor.record.json").write_bytes((tmp_path / "reactor.json").read_bytes())
    (tmp_path / "pageless.json").write_bytes((tmp_path / "reactor.json").read_bytes())
    (tmp_path / "foreign.json").write_text('{"format": "mp3"}', "utf-8")
    expected = [tmp_path / "pageless.json", tmp_path / "reactor.json"]
    assert records_below(tmp_path) == documents_below([tmp_path]) == expected
    assert records_below(tmp_path / "nowhere") == []


def test_a_record_that_was_cut_off_is_reported_though_its_page_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = folder(tmp_path) / "reactor.json"
    cut = tmp_path / "cut.json"
    cut.write_bytes(record.read_bytes()[:500])
    (tmp_path / "package.json").write_text('{\n "format": 2,\n "source": "a.js"\n}', "utf-8")
    (tmp_path / "foreign.json").write_text('{\n "name": "cut off', "utf-8")
    assert records_below(tmp_path) == [cut, record] and not is_of_others(cut)
    for command in ("check", "eval"):
        assert exit_code(command, tmp_path) == 1
        assert "cut.json: this is not a study document" in capsys.readouterr().out


def test_notes_with_a_damaged_record_are_no_transcripts(tmp_path: Path) -> None:
    record = folder(tmp_path) / "reactor.json"
    record.write_bytes(record.read_bytes()[:500])
    assert is_output(record) and is_output(tmp_path / "reactor.md") and not is_output(tmp_path / "reactor.docx")


def test_the_record_of_a_transcript_whose_name_ends_like_an_export_is_no_export(tmp_path: Path) -> None:
    folder(tmp_path)
    record = (tmp_path / "reactor.json").read_text("utf-8")
    path = f'"path": {json.dumps(json.loads(record)["source"]["path"])}'
    for name in ("edited", "docx", "reviewed", "review"):
        assert path in record
        own = record.replace(path, f'"path": "reactor.{name}.vtt"')
        (tmp_path / f"reactor.{name}.json").write_text(own, "utf-8")
    (tmp_path / "reactor.record.json").write_text(record, "utf-8")
    found = {p.name for p in records_below(tmp_path)}
    assert found == {"reactor.json", *(f"reactor.{name}.json" for name in ("edited", "docx", "reviewed", "review"))}


def test_markdown_goes_to_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("export", folder(tmp_path), "--citations") == 0
    assert "[\\[0:10\\]](https://example.org/reactor.mp4#t=10)" in capsys.readouterr().out


def test_an_index_brings_the_pages_that_it_leads_to(tmp_path: Path) -> None:
    assert exit_code("export", folder(tmp_path), "--to", "index", "--out", tmp_path / "site") == 0
    assert sorted(p.name for p in (tmp_path / "site").iterdir()) == ["index.html", "reactor.html"]
    assert "./reactor.html" in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_the_name_of_a_file_tells_the_format(tmp_path: Path) -> None:
    folder(tmp_path)
    assert exit_code("export", tmp_path / "reactor.json", "--out", tmp_path / "mine.docx") == 0
    assert (tmp_path / "mine.docx").read_bytes()[:2] == b"PK"


def test_one_unreadable_record_keeps_no_other_from_its_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path)
    (tmp_path / "broken.json").write_text("{}", "utf-8")
    (tmp_path / "broken.md").write_text("", "utf-8")
    assert exit_code("export", tmp_path, "--to", "csv") == 1
    told = capsys.readouterr()
    assert told.out.strip() == str(tmp_path / "reactor.csv") and "broken.json: this is not a study document" in told.err


def test_an_unknown_format_is_a_fault_of_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("export", folder(tmp_path), "--to", "word") == 2
    assert "one of markdown, github, obsidian, html, docx" in capsys.readouterr().err


def test_a_transcript_that_is_gone_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder(tmp_path) / "reactor.txt").unlink()
    assert exit_code("export", tmp_path, "--to", "html") == 0
    assert capsys.readouterr().err.count("quotations have no context") == 1


@pytest.mark.slow
def test_make_writes_exports_and_only_those_that_are_missing_or_older(replayable: Path) -> None:  # noqa: F811
    made = called("make", "talk.txt", *NOBODY, "--to", "html", "--to", "index", cwd=replayable)
    assert made.returncode == 0, made.stderr
    assert made.stdout.split() == ["outputs/talk.md", "outputs/talk.html", "outputs/index.html"]
    page, table = replayable / "outputs" / "talk.html", replayable / "outputs" / "talk.csv"
    os.utime(page, (2_000_000_000, 2_000_000_000))
    again = called("make", "talk.txt", *NOBODY, "--to", "html", "--to", "csv", cwd=replayable)
    assert again.stdout.split() == ["outputs/talk.md", "outputs/talk.html", "outputs/talk.csv"]
    assert page.stat().st_mtime == 2_000_000_000 and table.exists()


def test_make_refuses_a_format_before_anything_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "talk.txt").write_text("Ana: Hello.", "utf-8")
    assert exit_code("make", tmp_path / "talk.txt", *NOBODY, "--to", "word", "--out", tmp_path / "out") == 2
    assert "no such format" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_rows_are_printed_and_no_index_is_written_when_there_are_no_notes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.txt").write_text(" \n", "utf-8")
    options = (*NOBODY, "--model", "nobody", "--to", "index", "--json", "--out", tmp_path / "out")
    assert exit_code("make", tmp_path / "bad.txt", *options) == 1
    row = json.loads(capsys.readouterr().out)
    assert (row["name"], row["status"], row["exports"]) == ("bad", "failed", [])
    assert not (tmp_path / "out" / "index.html").exists()


def test_an_index_that_cannot_be_written_takes_no_page_for_its_own_and_keeps_no_row_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path)
    for suffix in (".json", ".md"):
        (tmp_path / f"reactor{suffix}").rename(tmp_path / f"index{suffix}")
    exports = Exports(["index"], Settings(out=tmp_path))
    exports.export_page(tmp_path / "index.md")
    rows: list[dict[str, Any]] = [{"page": str(tmp_path / "index.md")}, {"page": None}]
    exports.finish(rows)
    assert [r["exports"] for r in rows] == [[str(tmp_path / "index.html")], []]
    assert exports.failed and "a document has this name" in capsys.readouterr().err


def test_json_lines_of_commands_and_exports_elsewhere_are_no_transcripts(replayable: Path) -> None:  # noqa: F811
    def save(name: str, *command: object) -> None:
        (replayable / name).write_text(called(*command, cwd=replayable).stdout, "utf-8")

    save("made.jsonl", "make", "talk.txt", *NOBODY, "--json", "--log-json", "run.jsonl")
    page, damaged = replayable / "outputs" / "talk.md", replayable / "outputs" / "damaged.json"
    page.write_text(page.read_text("utf-8") + "\nThe tower cost 999 million euros.\n", "utf-8")
    damaged.write_text("{}", "utf-8")
    save("sound.jsonl", "check", page.with_suffix(".json"), "--json")
    save("findings.jsonl", "check", page, "--json")
    save("error.jsonl", "check", damaged, "--json")
    damaged.unlink()
    rating = Judged(1, "overview", "", "A text.", (1,), "verified", "true", True, True, "")
    judged = JudgedDocument("talk", page.with_suffix(".json"), "a model", (rating,))
    (replayable / "judged.jsonl").write_text(judged_lines([judged], "a judge"), "utf-8")
    save("none", "store", "export", "calls.jsonl")
    formats = ("jsonl", "csv", "html")
    save("none", "export", page.with_suffix(".json"), *(a for f in formats for a in ("--to", f)), "--out", "site")
    written = [p for p in sorted(replayable.rglob("*.*")) if p.is_file() and ".studydoc" not in p.parts]
    assert len(written) == 13 and [p.name for p in written if not is_output(p)] == ["talk.txt"]
    keys = [json.loads(p.read_text("utf-8").splitlines()[0]).keys() for p in written if p.suffix == ".jsonl"]
    assert len(set(map(frozenset, keys))) == 8
