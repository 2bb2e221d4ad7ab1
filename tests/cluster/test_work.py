"""What a worker does, without a cluster: addresses, the same documents, what is kept, what is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fsspec", reason="the extra is not installed: pip install 'studydoc[ray]'")

from pipeline.cluster.places import address_of, discover, publish, read
from pipeline.cluster.work import Assignment, Report, assignments, make_one
from pipeline.document import FORMAT
from pipeline.errors import SettingsError
from pipeline.settings import load_settings
from pipeline.store import load
from pipeline.transcript import Metadata
from tests.alone import made_alone
from tests.unit.test_settings import OTHERWISE


def told(folder: Path, url: str, paths: list[Path] | None = None, **more: Any) -> list[Assignment]:
    settings = load_settings(base_url=url, model="scripted", out=folder / "outputs", **more)
    places, errors = discover(paths or [folder / "talks"])
    assert not errors
    return list(assignments(places, settings, Metadata()))


def make(folder: Path, url: str, paths: list[Path] | None = None, **more: Any) -> list[Report]:
    return [make_one(a) for a in told(folder, url, paths, **more)]


def contents(out: Path) -> dict[str, Any]:
    """Documents without the record of their run."""
    found = {p.relative_to(out).as_posix(): load(p) for p in out.rglob("*.json")}
    return {name: document.model_dump(mode="json", exclude={"run"}) for name, document in found.items()}


def calls(folder: Path) -> int:
    log = folder / "log"
    return len(log.read_text("utf-8").splitlines()) if log.exists() else 0


def test_workers_leave_the_documents_that_one_machine_makes(folder: Path, serve: Callable[..., str]) -> None:
    url = serve()
    reports = make(folder, url)
    assert [r.row["status"] for r in reports] == ["complete"] * 3
    alone = load_settings(base_url=url, model="scripted", out=folder / "alone")
    made_alone(folder / "talks", alone)
    assert contents(folder / "outputs") == contents(folder / "alone")
    pages = [{p.name: p.read_bytes() for p in (folder / out).rglob("*.md")} for out in ("outputs", "alone")]
    assert pages[0] == pages[1] and len(pages[0]) == 3


def test_an_unchanged_transcript_is_kept_without_a_call(folder: Path, serve: Callable[..., str]) -> None:
    url = serve()
    make(folder, url)
    before, written = calls(folder), {p: p.read_bytes() for p in (folder / "outputs").rglob("*.*") if p.is_file()}
    again = make(folder, url)
    assert [(r.unchanged, r.row["status"]) for r in again] == [(True, "complete")] * 3
    assert calls(folder) == before
    assert {p: p.read_bytes() for p in written} == written


def test_a_changed_transcript_is_made_anew_and_no_other(folder: Path, serve: Callable[..., str]) -> None:
    url = serve()
    make(folder, url)
    talk = folder / "talks" / "two.txt"
    talk.write_text(talk.read_text("utf-8").replace("Talk two", "Another title"), "utf-8")
    assert {r.row["name"]: r.unchanged for r in make(folder, url)} == {"deep/three": True, "one": True, "two": False}


def test_a_changed_recipe_is_made_anew_and_pays_for_no_answer_that_was_kept(
    folder: Path, serve: Callable[..., str]
) -> None:
    url = serve()
    make(folder, url)
    before = calls(folder)
    again = make(folder, url, citations=True)
    assert not any(r.unchanged for r in again) and calls(folder) == before


def test_a_record_of_a_newer_version_stays_and_is_named_by_its_address(folder: Path, serve: Callable[..., str]) -> None:
    url, record = serve(), folder / "outputs" / "one.json"
    make(folder, url)
    newer = record.read_text("utf-8").replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}')
    record.write_text(newer, "utf-8")
    [failed] = [r for r in make(folder, url) if r.row["error"]]
    assert failed.row["error"].startswith(f"{record}: a newer version of studydoc wrote this record")
    assert record.read_text("utf-8") == newer


def test_pages_edited_by_hand_are_saved_beside_the_new_ones(folder: Path, serve: Callable[..., str]) -> None:
    url, page, talk = serve(), folder / "outputs" / "one.md", folder / "talks" / "one.txt"
    make(folder, url)
    said = talk.read_text("utf-8")
    for title, name in (("First", "one.edited.md"), ("Second", "one.edited-2.md")):
        page.write_text(title, "utf-8")
        talk.write_text(said.replace("Talk one", title), "utf-8")
        [changed] = [r for r in make(folder, url) if not r.unchanged]
        assert f"the old page is kept as {page.with_name(name)}" in changed.notes[-1]
        assert page.with_name(name).read_text("utf-8") == title != page.read_text("utf-8")
    assert page.with_name("one.edited.md").read_text("utf-8") == "First"


def test_a_disk_without_room_fails_the_transcript_and_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(prefix: str) -> None:
        raise OSError(ENOSPC, "No space left on device", "/tmp")

    monkeypatch.setattr("tempfile.TemporaryDirectory", full)
    errors = [r.row["error"] for r in make(folder, "http://127.0.0.1:9/v1")]
    assert len(errors) == 3 and all(error.startswith("/tmp: No space left on device") for error in errors)


@pytest.mark.parametrize("name", OTHERWISE)
def test_whatever_decides_a_document_is_part_of_the_recipe(folder: Path, name: str) -> None:
    changed = {name: OTHERWISE[name]}
    before, after = (told(folder, "http://127.0.0.1:9/v1", **more)[0].recipe for more in ({}, changed))
    assert before != after


def test_a_document_that_failed_keeps_its_answers_for_the_next_run(folder: Path, serve: Callable[..., str]) -> None:
    url = serve(0.0, "ok,key")
    [report] = make(folder, url, [folder / "talks" / "one.txt"])
    assert report.row["status"] == "failed" and "OPENAI_API_KEY" in report.row["error"]
    [report] = make(folder, url, [folder / "talks" / "one.txt"])
    assert report.row["status"] == "complete"
    asked = (folder / "log").read_text("utf-8").splitlines()
    assert len(asked) == len(set(asked)) + 1  # the one that was refused


def test_no_worker_writes_over_a_transcript_or_over_json_that_is_no_record(
    folder: Path, serve: Callable[..., str]
) -> None:
    talks, url = folder / "talks", serve()
    (talks / "two.txt").rename(talks / "two.md")
    (talks / "one.json").write_text('{"text": "what another program wrote"}', "utf-8")
    settings = load_settings(base_url=url, model="scripted", out=talks)
    places, _ = discover([talks / "one.txt", talks / "two.md"])
    before = {p: p.read_bytes() for p in talks.iterdir() if p.is_file()}
    rows = [make_one(a).row for a in assignments(places, settings, Metadata())]
    assert f"{talks / 'one.json'}: this is not a studydoc record" in rows[0]["error"]
    assert f"{talks / 'two.md'}: this is the transcript itself" in rows[1]["error"]
    assert {p: p.read_bytes() for p in before} == before and calls(folder) == 0


def test_transcripts_are_found_and_written_by_address(folder: Path, serve: Callable[..., str]) -> None:
    url = serve()
    address = Path(f"file://{folder}/talks")
    settings = load_settings(base_url=url, model="scripted", out=Path(f"file://{folder}/far"))
    places, errors = discover([address])
    assert not errors and [p.name for p in places] == ["deep/three", "one", "two"]
    rows = [make_one(a).row for a in assignments(places, settings, Metadata())]
    assert [row["status"] for row in rows] == ["complete"] * 3
    assert rows[0]["page"] == f"file://{folder}/far/deep/three.md"
    assert (folder / "far" / "deep" / "three.md").exists()


def test_what_stands_beside_a_transcript_is_read_by_address_too(folder: Path, serve: Callable[..., str]) -> None:
    (folder / "talks" / "one.info.json").write_text(json.dumps({"channel": "The Channel"}), "utf-8")
    settings = load_settings(base_url=serve(), model="scripted", out=folder / "outputs")
    places, _ = discover([Path(f"file://{folder}/talks/one.txt")])
    make_one(*assignments(places, settings, Metadata()))
    assert load(folder / "outputs" / "one.json").channel == "The Channel"


def test_an_object_store_is_read_and_written_whole() -> None:
    import fsspec

    fsspec.filesystem("memory").pipe_file("/in/a.txt", b"words")
    assert read("memory://in/a.txt") == b"words" and read("memory://in/none.txt") is None


def test_a_page_reaches_an_object_store(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# Page")
    publish(tmp_path / "page.md", "memory://out/deep/page.md")
    assert read("memory://out/deep/page.md") == b"# Page"


@pytest.mark.parametrize(
    "typed", ["s3://bucket/talks", "gs://bucket/a.txt", "file:///data/talks", "memory://in", "https://host/a.txt"]
)
def test_an_address_survives_being_a_path(typed: str) -> None:
    assert address_of(Path(typed)) == typed


def test_an_address_without_transcripts_is_an_error_of_its_own(folder: Path) -> None:
    places, errors = discover([folder / "talks", Path(f"file://{folder}/none")])
    assert len(places) == 3 and "no transcripts here" in str(errors[0])


def test_a_worker_with_another_version_says_so(folder: Path) -> None:
    [first, *_] = told(folder, "http://127.0.0.1:9/v1")
    assert "install the same version" in make_one(replace(first, version="0.0.1")).row["error"]


def test_no_key_stands_in_what_a_worker_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-ray")
    assert "sk-canary" not in repr(told(folder, "http://127.0.0.1:9/v1"))


def test_a_worker_asks_a_vendor_with_the_key_of_its_own_environment(
    folder: Path, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", serve())
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "sk-canary-azure")
    settings = load_settings(model="azure/scripted", out=folder / "outputs")
    places, _ = discover([folder / "talks" / "one.txt"])
    [assignment] = assignments(places, settings, Metadata())
    assert "sk-canary" not in repr(assignment)
    assert make_one(assignment).row["status"] == "complete"


def test_own_prompts_travel_with_the_assignment(folder: Path, serve: Callable[..., str]) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "system.v6.md").write_text("Answer in JSON, shortly.", "utf-8")
    [report] = make(folder, serve(), [folder / "talks" / "one.txt"], prompts=folder / "mine")
    assert report.row["status"] == "complete"
    assert "Answer in JSON, shortly." in (folder / "log").read_text("utf-8")


@pytest.mark.parametrize(("setting", "name"), [("prompts", "system.v6.md"), ("sections", "risks.md")])
def test_a_file_of_the_users_own_that_is_no_utf_8_is_named(folder: Path, setting: str, name: str) -> None:
    own = folder / "own"
    own.mkdir()
    (own / "risks.toml").write_text('text = "risk"\n[fields]\nrisk = "it"', "utf-8")
    (own / name).write_bytes("Auf Französisch".encode("latin-1"))
    with pytest.raises(SettingsError, match=rf"{name}: not UTF-8"):
        told(folder, "http://127.0.0.1:9/v1", **{setting: own})


def test_workers_are_told_the_users_own_sections_and_make_anew_what_they_change(
    folder: Path,
) -> None:
    own = folder / "own"
    own.mkdir()
    (own / "risks.md").write_text("# Risks\n\nWhat could go wrong.", "utf-8")
    (own / "risks.toml").write_text('text = "risk"\n[fields]\nrisk = "it"', "utf-8")
    before, *_ = told(folder, "http://127.0.0.1:9/v1", sections=own)
    assert [name for name, _ in before.sections] == ["risks.md", "risks.toml"] and "sections" not in before.settings
    (own / "risks.md").write_text("# Risks\n\nWhat could burn.", "utf-8")
    after, *_ = told(folder, "http://127.0.0.1:9/v1", sections=own)
    assert before.recipe != after.recipe
