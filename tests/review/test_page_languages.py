"""A document in another language on the reviewer's desk: its sections, marks and direction; the page around is English."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from pathlib import Path

import pytest

from pipeline.pages import render_markdown
from pipeline.profile import Recipe
from pipeline.review.catalogue import Catalogue, Desk
from pipeline.review.pages import document_page, hits, list_page
from pipeline.review.state import opened
from pipeline.run import asummarise
from pipeline.store import write
from pipeline.text import ACCENTS, searchable
from tests.review.samples import document
from tests.samples import FOUND, NOT_FOUND
from tests.scripted import LINES, ScriptedClient, good_answer


def desk(folder: Path, language: str) -> Desk:
    path = folder / "talk.txt"
    path.write_text("\n".join(f"{who}: {text}" for who, text in LINES), "utf-8")
    made = asyncio.run(asummarise(path, ScriptedClient(good_answer), recipe=Recipe(language=language)))
    write(made, render_markdown(made), folder / "talk.json")
    return Desk(folder / "talk.json", None)


@pytest.mark.parametrize(
    ("language", "opening", "heading"),
    [
        ("ar", 'lang="ar" dir="rtl"', "النقاط الرئيسية"),
        ("zh-Hant", 'lang="zh-Hant" dir="ltr"', "要點"),
        ("de", 'lang="de" dir="ltr"', "Kernpunkte"),
        ("he", 'lang="he" dir="rtl"', "Main Points"),
    ],
)
def test_the_notes_have_their_language_direction_and_headings(
    tmp_path: Path, language: str, opening: str, heading: str
) -> None:
    page = document_page("a", desk(tmp_path, language), "token", regenerates=False)
    assert f'<div id="notes" tabindex="-1" {opening}>' in page
    assert f'<h2 id="part-main_points">{heading}</h2>' in page
    assert page.count('<html lang="en">') == 1


def test_the_transcript_keeps_its_own_language_and_direction(tmp_path: Path) -> None:
    page = document_page("a", desk(tmp_path, "ar"), "token", regenerates=False)
    assert '<ol id="lines" class="lines" lang="en" dir="ltr">' in page


def test_a_hebrew_transcript_runs_from_right_to_left(tmp_path: Path) -> None:
    made = desk(tmp_path, "en")
    source = made.document.source.model_copy(update={"language": "he"})
    write(made.document.model_copy(update={"source": source}), "page", tmp_path / "talk.json")
    page = document_page("a", Desk(tmp_path / "talk.json", None), "token", regenerates=False)
    assert '<ol id="lines" class="lines" lang="he" dir="rtl">' in page


def test_what_a_search_finds_is_placed_in_the_language_of_its_document(tmp_path: Path) -> None:
    desk(tmp_path, "ar")
    page = list_page(Catalogue([tmp_path / "talk.json"]).entries(), "loan", "token")
    assert '<ul class="hits" dir="rtl" lang="ar">' in page and "النقاط الرئيسية" in page
    desk(tmp_path, "he")
    page = list_page(Catalogue([tmp_path / "talk.json"]).entries(), "loan", "token")
    assert '<ul class="hits" dir="rtl" lang="he">' in page and '<h2 lang="he">' in page


@pytest.mark.parametrize(("typed", "text"), FOUND)
def test_the_search_of_all_notes_knows_words_without_case_and_accents(typed: str, text: str) -> None:
    (hit,) = hits(opened(document(extra=text)), typed)
    before, found, after = hit["parts"]
    assert before + found + after == text and searchable(found) == searchable(typed)


@pytest.mark.parametrize(("typed", "text"), NOT_FOUND)
def test_the_search_of_all_notes_tells_vowel_signs_and_tones_apart(typed: str, text: str) -> None:
    assert hits(opened(document(extra=text)), typed) == []


def test_every_search_leaves_out_the_same_accents() -> None:
    accents = ACCENTS.encode("unicode_escape").decode()
    for script in ("exports/templates/search.js", "review/static/where.js"):
        assert f"const ACCENTS = /[{accents}]/g;" in (files("pipeline") / script).read_text("utf-8")
