"""`studydoc check`: records and edited pages beside their transcripts."""

import asyncio
import json
from pathlib import Path

import pytest

from pipeline.checking import check_path, page_claims
from pipeline.commands import run_check
from pipeline.document import Problem
from pipeline.readers import read_transcript
from pipeline.render import render_markdown
from pipeline.run import asummarise
from pipeline.settings import HOSTED
from pipeline.source import Source
from pipeline.store import load, output_path, write
from tests.scripted import LINES, ScriptedClient, good_answer


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page and its record, made from scripted answers, with their transcript beside the output folder."""
    talk = tmp_path / "reactor.txt"
    talk.write_text("\n\n".join(f"{who}: {text}" for who, text in LINES), "utf-8")
    document = asyncio.run(asummarise(talk, ScriptedClient(good_answer), recipe=HOSTED))
    page, _ = write(document, render_markdown(document), output_path(tmp_path / "outputs", "reactor"))
    return page


def found(path: Path) -> set[str]:
    return {f.kind for c in check_path(path)[1] for f in c.findings}


def test_a_fresh_document_has_no_findings(page: Path) -> None:
    assert found(page) == found(page.with_suffix(".json")) == set()
    assert run_check([page.parent], None)[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("40 megawatts", "45 megawatts", "figure"),
        ("Lund reactor makes", "Malmö reactor makes", "name"),
        ("Ben thinks that the cooling tower", "Ana thinks that the cooling tower", "owner"),
        ("is dead without the loan", "is not dead without the loan", "polarity"),
    ],
)
def test_an_edit_by_hand_is_found_in_the_page(page: Path, old: str, new: str, kind: str) -> None:
    text = page.read_text("utf-8")
    assert old in text
    page.write_text(text.replace(old, new), "utf-8")
    assert kind in found(page)
    code, lines = run_check([page], None, as_json=True)
    assert code == 1 and json.loads(lines[-1])["with_findings"] >= 1


def test_a_page_says_what_is_missing_and_why_and_is_still_checked(page: Path) -> None:
    record = page.with_suffix(".json")
    document = load(record)
    why = Problem(section="key_concepts", chunk=None, message="nothing could be used")
    bare = document.model_copy(
        update={"key_concepts": (), "main_points": (), "prerequisites": (), "status": "partial", "problems": (why,)}
    )
    text = render_markdown(bare)
    assert "> - Key Concepts: nothing could be used" in text
    for heading in ("Prerequisites", "Main Points", "Key Concepts"):
        assert f"## {heading}\n\n(none found)\n" in text
    write(bare, text, record)
    assert found(page) == set()


def test_an_invented_bullet_is_found_and_a_true_one_is_not(page: Path) -> None:
    text = page.read_text("utf-8")
    head, tail = text.split("## Key Concepts")
    page.write_text(f"{head}- Solar panels on the roof feed a battery in the cellar.\n\n## Key Concepts{tail}", "utf-8")
    assert "support" in found(page)
    page.write_text(f"{head}- The city pays half of the heat exchanger.\n\n## Key Concepts{tail}", "utf-8")
    assert found(page) == set()


def test_moved_citations_and_bent_evidence_are_found_in_the_record(page: Path) -> None:
    record = page.with_suffix(".json")
    whole = json.loads(record.read_text("utf-8"))
    whole["main_points"][0]["details"][0]["evidence"][0]["quote"] = "The reactor at Lund makes 50 megawatts."
    record.write_text(json.dumps(whole), "utf-8")
    assert "quote" in found(record)
    detail = json.loads(record.read_text("utf-8"))["main_points"][0]["details"][0]
    detail["evidence"] = whole["main_points"][1]["details"][-1]["evidence"]
    whole["main_points"][0]["details"][0] = detail
    record.write_text(json.dumps(whole), "utf-8")
    assert found(record) & {"citation", "support", "figure"}


def test_every_row_of_a_page_with_citations_is_read_back(page: Path) -> None:
    from pipeline.store import load

    document = load(page.with_suffix(".json"))
    source = Source(read_transcript(page.parent.parent / "reactor.txt"))
    plain = page_claims(render_markdown(document), document, source)
    cited = page_claims(render_markdown(document, citations=True), document, source)
    assert [c.text for c in plain] == [c.text for c in cited]
    assert len(plain) == sum(1 for _ in document.statements())


def test_what_is_in_doubt_is_marked_and_explained_and_read_back_without_the_mark(page: Path) -> None:
    from pipeline.store import load

    document = load(page.with_suffix(".json"))
    source = Source(read_transcript(page.parent.parent / "reactor.txt"))
    weak = document.model_copy(
        update={"summary": tuple(s.model_copy(update={"support": "weak"}) for s in document.summary)}
    )
    assert "†" not in render_markdown(document) and "†" not in render_markdown(weak, doubts=False)
    for citations in (False, True):
        text = render_markdown(weak, citations=citations)
        assert text.count(" †") == len(weak.summary) and "\n† in doubt" in text
        assert [c.text for c in page_claims(text, weak, source)] == [
            c.text for c in page_claims(render_markdown(document), document, source)
        ]


def test_a_changed_transcript_and_a_missing_one_are_told(page: Path) -> None:
    talk = page.parent.parent / "reactor.txt"
    talk.write_text(talk.read_text("utf-8").replace("40 megawatts", "41 megawatts"), "utf-8")
    code, lines = run_check([page], None)
    assert code == 1 and "has changed since the notes were made" in lines[-1]
    talk.unlink()
    code, lines = run_check([page], None)
    assert code == 1 and "--transcripts" in lines[0]
