"""Who speaks, as pages tell it: names, and no labels that name nobody."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from docx import Document

from pipeline.document import StudyDocument
from pipeline.exports import Exported
from pipeline.exports.docx import write_docx
from pipeline.exports.epub import write_epub
from pipeline.exports.html import write_html
from pipeline.exports.markdown import write_obsidian
from pipeline.exports.tables import write_csv, write_jsonl, write_record
from pipeline.pages import render_markdown
from pipeline.run_record import Naming
from pipeline.transcript import Transcript
from tests.exports.samples import TRANSCRIPT, ready, sample


def book(made: Exported) -> bytes:
    with zipfile.ZipFile(io.BytesIO(write_epub(made))) as archive:
        return archive.read("OEBPS/title.xhtml")


def word(made: Exported) -> bytes:
    return "\n".join(p.text for p in Document(io.BytesIO(write_docx(made))).paragraphs).encode()


NAMES = (Naming("Speaker 1", "Otto Ernst", 1), Naming("Speaker 2", "Marta", 2))
every_form = pytest.mark.parametrize("write", [write_html, book, word, write_obsidian])


def spoken_by(*speakers: str) -> StudyDocument:
    return sample(source=sample().source.model_copy(update={"speakers": speakers}))


@every_form
def test_labels_that_name_nobody_are_no_speakers_of_a_page(write: Callable[[Exported], bytes]) -> None:
    told = write(ready(spoken_by("问", "答", "Gloria Zhao"))).decode()
    assert "Gloria Zhao" in told and "答" not in told


def counted() -> tuple[StudyDocument, Transcript]:
    """The sample where labels only count Ana and Ben, and lines tell whom they stand for; with its transcript."""
    labels = {"Ana": "Speaker 1", "Ben": "Speaker 2"}

    def relabelled(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: labels.get(v, v) if k == "speaker" else relabelled(v) for k, v in value.items()}
        return [relabelled(v) for v in value] if isinstance(value, list | tuple) else value

    made = StudyDocument.model_validate(relabelled(spoken_by("Speaker 1", "Speaker 2").model_dump()))
    run = made.run.model_copy(update={"names": NAMES})
    segments = tuple(s._replace(speaker=labels.get(s.speaker or "", s.speaker)) for s in TRANSCRIPT.segments)
    return made.model_copy(update={"run": run}), replace(TRANSCRIPT, segments=segments)


def test_the_page_names_people_whose_names_the_lines_tell() -> None:
    assert "Speakers: Otto Ernst, Marta." in render_markdown(counted()[0])


@every_form
def test_a_name_that_lines_tell_stands_in_the_place_of_its_label_in_every_export(
    write: Callable[[Exported], bytes],
) -> None:
    told = write(ready(*counted())).decode()
    assert "Otto Ernst" in told and "Marta" in told and "Speaker 1" not in told


def test_tables_have_these_names_and_the_record_stays_as_it_is() -> None:
    made = ready(*counted())
    table = csv.DictReader(io.StringIO(write_csv(made).decode("utf-8-sig"), newline=""))
    assert {row["speakers"] for row in table} == {"Otto Ernst", "Marta", "Otto Ernst, Marta"}
    rows = [json.loads(row) for row in write_jsonl(made).decode().splitlines()]
    assert {line["speaker"] for row in rows for line in row["evidence"]} == {"Otto Ernst", "Marta"}
    assert '"speaker": "Speaker 1"' in write_record(made).decode()


def test_the_fuller_of_two_names_for_a_person_is_told_once() -> None:
    made, _ = counted()
    source = made.source.model_copy(update={"speakers": ("Speaker 1", "Speaker 2", "Marta Ott")})
    assert made.model_copy(update={"source": source}).speakers == ("Otto Ernst", "Marta Ott")
