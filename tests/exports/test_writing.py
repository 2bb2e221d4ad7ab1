"""Which files an export writes: never over a transcript or another document, and each document read once."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.batches.outputs import source_of
from pipeline.errors import InputError, SettingsError
from pipeline.exports import targets
from pipeline.exports.targets import Place, export_options, places_below
from pipeline.exports.writing import Exporter
from pipeline.pages import render_markdown
from pipeline.review.actions import Decide
from pipeline.review.catalogue import Desk
from pipeline.store import load, write
from tests.exports.samples import sample
from tests.review.test_app import folder


def made_from(path: Path, source: str) -> Path:
    """A record in a folder, of a transcript by this name that lies beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    transcript = path.parent / Path(source).name
    transcript.write_text("speaker,text\nAna,Hello\n", "utf-8")
    digest = hashlib.sha256(transcript.read_bytes()).hexdigest()
    document = sample()
    known = document.source.model_copy(update={"path": source, "sha256": digest})
    document = document.model_copy(update={"source": known})
    write(document, render_markdown(document), path)
    return path


class Told:
    """An exporter, and what it tells."""

    def __init__(self, *names: str, **options: Any) -> None:
        self.said: list[str] = []
        self.exporter = Exporter(export_options(names, **options), self.said.append)


def test_a_table_never_takes_the_place_of_a_transcript_wherever_it_is_written_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = made_from(tmp_path / "t" / "talk.json", "t/talk.csv")
    before = (tmp_path / "t" / "talk.csv").read_bytes()
    (tmp_path / "elsewhere").mkdir()
    for place in (tmp_path, tmp_path / "elsewhere"):
        monkeypatch.chdir(place)
        told = Told("csv")
        paths = list(told.exporter.write_all(places_below([record], reviewed=False)))
        assert (paths, told.said) == ([tmp_path / "t" / "talk.csv.csv"], [])
    assert (tmp_path / "t" / "talk.csv").read_bytes() == before


def test_a_document_is_named_by_its_path_below_its_output_folder_whichever_folder_was_given(tmp_path: Path) -> None:
    record = made_from(tmp_path / "outputs" / "Week-01" / "introduction.json", "talk.csv")
    assert [p.name for p in places_below([record], reviewed=False)] == ["introduction"]
    assert [p.name for p in places_below([tmp_path], reviewed=False)] == ["outputs/Week-01/introduction"]
    (tmp_path / "outputs" / ".studydoc").mkdir()
    for path in (record, record.parent, tmp_path / "outputs"):
        (export,) = (Told("jsonl").exporter.open(place) for place in places_below([path], reviewed=False))
        assert export.name == "Week-01/introduction"


def test_a_transcript_that_was_edited_or_lies_in_the_folder_of_transcripts_is_not_written_over(tmp_path: Path) -> None:
    record = made_from(tmp_path / "outputs" / "talk.json", "talk.csv")
    (tmp_path / "transcripts").mkdir()
    kept = tmp_path / "transcripts" / "talk.csv"
    shutil.move(tmp_path / "outputs" / "talk.csv", kept)
    kept.write_text("speaker,text\nAna,Hello again\n", "utf-8")
    with pytest.raises(InputError, match="or its transcript"):
        list(Told("csv", out=kept).exporter.write_all([Place(record, record.parent)]))
    assert "again" in kept.read_text("utf-8")


def test_the_bytes_of_a_transcript_are_known_by_whatever_name(tmp_path: Path) -> None:
    record = made_from(tmp_path / "talk.json", "talk.csv")
    copy = tmp_path / "copies" / "mine.csv"
    copy.parent.mkdir()
    shutil.copy(tmp_path / "talk.csv", copy)
    told = Told("csv", out=copy)
    assert list(told.exporter.write_all([Place(record, tmp_path)])) == []
    assert "this is the transcript itself" in told.said[0]
    assert copy.read_bytes() == (tmp_path / "talk.csv").read_bytes()


def test_two_documents_of_one_name_are_refused_before_either_is_written(tmp_path: Path) -> None:
    records = [made_from(tmp_path / name / "talk.json", "talk.txt") for name in ("a", "b")]
    told = Told("html", "index", out=tmp_path / "site")
    with pytest.raises(InputError) as refused:
        list(told.exporter.write_all(places_below(records, reviewed=False)))
    assert all(str(r) in str(refused.value) for r in records) and not (tmp_path / "site").exists()
    both = places_below([tmp_path], reviewed=False)
    assert len(list(Told("html", out=tmp_path / "site").exporter.write_all(both))) == 2


def test_an_export_is_not_written_over_the_transcript_of_another_document(tmp_path: Path) -> None:
    records = [made_from(tmp_path / "a.json", "a.txt"), made_from(tmp_path / "b.json", "a.csv")]
    with pytest.raises(InputError, match="would overwrite a file of"):
        list(Told("csv").exporter.write_all(places_below(records, reviewed=False)))


def test_documents_that_come_one_by_one_are_not_written_over_each_other(tmp_path: Path) -> None:
    records = [made_from(tmp_path / "b.json", "a.csv"), made_from(tmp_path / "a.json", "a.txt")]
    (tmp_path / "a.csv").write_text("edited", "utf-8")
    told = Told("csv")
    paths = [told.exporter.write(Place(record, tmp_path), only_older=True) for record in records]
    assert (paths, len(told.said)) == ([[tmp_path / "b.csv"], []], 1)
    assert "would overwrite a file of" in told.said[0] and (tmp_path / "a.csv").read_bytes() == b"edited"


def test_a_document_owns_its_files_by_whatever_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = made_from(tmp_path / "talk.json", "talk.txt")
    monkeypatch.chdir(tmp_path)
    told = Told("html")
    for path in (record, Path("talk.json")):
        assert told.exporter.write(Place(path, path.parent), only_older=True) == [path.with_suffix(".html")]
    assert told.said == []


def test_a_record_is_looked_into_once_for_where_its_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = made_from(tmp_path / "talk.json", "talk.txt")
    looked: list[Path] = []
    monkeypatch.setattr(targets, "source_of", lambda path: looked.append(path) or source_of(path))
    list(Told("html", "csv").exporter.write_all([Place(record, tmp_path)]))
    assert looked == [record]


def test_a_document_that_is_named_twice_is_written_once(tmp_path: Path) -> None:
    record = made_from(tmp_path / "talk.json", "talk.txt")
    (tmp_path / "x").mkdir()
    assert len(places_below([record, tmp_path / "x" / ".." / "talk.md", tmp_path], reviewed=False)) == 1


def test_an_index_opens_no_document_again_and_tells_nothing_twice(tmp_path: Path) -> None:
    record = folder(tmp_path) / "reactor.json"
    item = (desk := Desk(record, None)).state.items[0]
    decided = Decide(kind="accept", targets=(item.id,))
    desk.review.add(decided, base=0, who="A", clock=lambda: "2026-01-01T00:00:00+00:00")
    told = Told("html", "index", reviewed=True, out=tmp_path / "site")
    assert len(list(told.exporter.write_all(places_below([record], reviewed=True)))) == 2
    assert [t for t in told.said if "not decided yet" in t] == told.said[:1]


def test_an_index_names_pages_that_are_up_to_date_and_none_that_is_not_there(tmp_path: Path) -> None:
    records = [made_from(tmp_path / f"{name}.json", f"{name}.txt") for name in ("a", "b", "c")]
    places = places_below(records, reviewed=False)
    list(Told("html").exporter.write_all(places[:2]))
    records[1].write_text("{}", "utf-8")
    told = Told("index")
    for place in places[:2]:
        told.exporter.write(place, only_older=True)
    page = told.exporter.index(places)
    text = page.read_text("utf-8") if page else ""
    assert "./a.html" in text and "./b.html" not in text and "./c.html" not in text
    assert load(records[0]).title in text and len(told.said) == 1


def test_no_format_takes_the_place_of_one_that_was_written_before(tmp_path: Path) -> None:
    record = made_from(tmp_path / "talk.json", "talk.csv")
    item = (desk := Desk(record, None)).state.items[0]
    decided = Decide(kind="accept", targets=(item.id,))
    desk.review.add(decided, base=0, who="A", clock=lambda: "2026-01-01T00:00:00+00:00")
    names = [
        path.name
        for form in ("markdown", "github", "obsidian")
        for path in Told(form, reviewed=True).exporter.write_all(places_below([record], reviewed=True))
    ]
    assert names == ["talk.reviewed.md", "talk.reviewed.github.md", "talk.reviewed.obsidian.md"]
    (note,) = Told("obsidian", out=tmp_path / "vault").exporter.write_all(places_below([record], reviewed=False))
    assert note == tmp_path / "vault" / "talk.md"


@pytest.mark.parametrize(
    ("names", "out"),
    [(["markdown"], "x.txt"), (["html"], "x.docx"), (["html", "docx"], "x.html"), (["index"], "x.htm")],
)
def test_a_name_of_a_file_that_what_is_wanted_does_not_have_is_no_folder(
    tmp_path: Path, names: list[str], out: str
) -> None:
    with pytest.raises(SettingsError, match="cannot be written to a file of that name") as refused:
        export_options(names, out=tmp_path / out)
    assert ".docx" in (refused.value.hint or "")


def test_a_file_is_no_folder_and_a_folder_may_have_a_dot_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(SettingsError, match="there is no such folder"):
        export_options(["html"], out=tmp_path / "file")
    (tmp_path / "old.txt").mkdir()
    assert all(export_options(["html"], out=tmp_path / name).out for name in ("notes.2024", "old.txt"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2031", "2041"),
        ("# The Reactor", "# A Reactor"),
        ("- Power plants", "- Power plants\n- Chapter 4"),
        ("## Summary", "> Ask Ben.\n\n## Summary"),
        ("## Summary", "<!-- ask Ben -->\n\n## Summary"),
    ],
)
def test_that_an_edited_page_is_not_what_is_exported_is_told(tmp_path: Path, old: str, new: str) -> None:
    record = made_from(tmp_path / "talk.json", "talk.csv")
    page = record.with_suffix(".md")
    written = page.read_text("utf-8")
    assert old in written
    page.write_text(written.replace(old, new), "utf-8")
    told = Told("html")
    assert list(told.exporter.write_all(places_below([record], reviewed=False)))
    (said,) = told.said
    assert said.startswith(f"{page} was edited, or ") and said.endswith("without the edits on the page")


@pytest.mark.parametrize("name", ["obsidian", "docx"])
def test_an_export_that_somebody_wrote_in_is_kept_and_one_that_nobody_touched_is_replaced(
    tmp_path: Path, name: str
) -> None:
    record, vault = made_from(tmp_path / "notes" / "talk.json", "talk.csv"), tmp_path / "vault"
    (record.parent / ".studydoc").mkdir()

    def export(title: str) -> list[str]:
        document = load(record)
        write(document.model_copy(update={"title": title}), "", record)
        told = Told(name, out=vault)
        (path,) = told.exporter.write_all(places_below([record.parent], reviewed=False))
        assert path.is_file()
        return [line for line in told.said if "kept" in line]

    assert (export("First"), export("Second")) == ([], [])
    (note,) = vault.iterdir()
    note.write_bytes(edited := note.read_bytes() + b"My own thoughts.")
    (line,) = export("Third")
    kept = note.with_name(f"talk.edited{note.suffix}")
    assert line.endswith(f"the old file is kept as {kept}") and kept.read_bytes() == edited
    assert export("Fourth") == [] and len(list(vault.iterdir())) == 2


def test_what_an_earlier_version_exported_is_replaced_whatever_was_exported_first_since(tmp_path: Path) -> None:
    record, vault = made_from(tmp_path / "notes" / "talk.json", "talk.csv"), tmp_path / "vault"
    (record.parent / ".studydoc").mkdir()
    vault.mkdir()
    (vault / "talk.md").write_text("exported long ago")
    os.utime(vault / "talk.md", (0, 0))
    told = [Told("html", out=tmp_path / "site"), Told("obsidian", out=vault)]
    for each in told:
        assert list(each.exporter.write_all(places_below([record], reviewed=False)))
    assert [path.name for path in vault.iterdir()] == ["talk.md"] and not told[1].said


def test_an_export_that_is_edited_while_its_run_goes_on_is_kept_and_an_index_too(tmp_path: Path) -> None:
    record, out = made_from(tmp_path / "notes" / "talk.json", "talk.csv"), tmp_path / "site"
    (record.parent / ".studydoc").mkdir()
    told = Told("index", out=out)
    for _ in range(2):
        for path in told.exporter.write_all(places_below([record], reviewed=False)):
            path.write_bytes(path.read_bytes() + b"My own thoughts.")
    assert sorted(p.name for p in out.iterdir()) == ["index.edited.html", "index.html", "talk.edited.html", "talk.html"]


def test_nothing_is_called_edited_if_what_is_exported_cannot_be_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, out = made_from(tmp_path / "notes" / "talk.json", "talk.csv"), tmp_path / "site"
    (record.parent / ".studydoc").mkdir()
    assert list(Told("html", out=out).exporter.write_all(places_below([record], reviewed=False)))
    (out / "talk.html").write_text("exported from these notes by somebody who may not write in their folder")
    monkeypatch.setattr("os.access", lambda path, mode: path != record.parent / ".studydoc" / "exports.txt")
    told = Told("html", out=out)
    assert list(told.exporter.write_all(places_below([record], reviewed=False))) and not told.said
