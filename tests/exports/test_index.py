"""The page of all notes, read by the standard library."""

from __future__ import annotations

import json
from dataclasses import replace

from pipeline.exports.index import Note, write_index
from tests.exports.reading import Reader
from tests.exports.samples import hostile, ready, sample

NOTES = (Note(ready(), "reactor.html"), Note(ready(sample(title="Another: talk")), "a b/50% #1.html"))


def test_every_note_is_listed_by_title_with_a_link_to_its_page() -> None:
    page = Reader(write_index(NOTES).decode())
    assert [a["href"] for a in page.all("a")] == ["#notes", "./a%20b/50%25%20%231.html", "./reactor.html"]
    assert "Another: talk" in page.text and "8 statements" in page.text


def test_every_statement_can_be_searched_and_found_by_its_anchor() -> None:
    searched = json.loads(Reader(write_index(NOTES).decode()).scripts[1])
    made = ready()
    assert [s[0] for s in searched[1]["statements"]] == [p.anchor for _, _, _, p in made.points()]
    assert ["s7", "Cooling tower: A building in which water gives its heat to the air."] in searched[1]["statements"]


def test_hostile_text_opens_no_element() -> None:
    page = Reader(write_index([replace(NOTES[0], made=ready(hostile())), NOTES[1]]).decode())
    assert len(page.all("script")) == 2 and not page.all("img") and "<script>alert(1)</script>" in page.text
    assert "<script>alert(1)</script>" in json.loads(page.scripts[1])[0]["title"]
