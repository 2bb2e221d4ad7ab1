"""The page of all notes, read by the standard library."""

from __future__ import annotations

import json
from dataclasses import replace

from pipeline.exports.index import Note, write_index
from tests.exports.reading import Reader
from tests.exports.samples import hostile, in_parts, ready, sample
from tests.exports.test_bare_tables import document as tabled

HEADINGS = [point.heading for point in sample().main_points]
NOTES = (Note(ready(), "reactor.html"), Note(ready(sample(title="Another: talk")), "a b/50% #1.html"))


def test_every_note_is_listed_by_title_with_a_link_to_its_page() -> None:
    page = Reader(write_index(NOTES).decode())
    assert [a["href"] for a in page.all("a")] == ["#notes", "./a%20b/50%25%20%231.html", "./reactor.html"]
    assert "Another: talk" in page.text and "8 statements" in page.text


def test_every_statement_can_be_searched_and_found_by_its_anchor() -> None:
    searched = json.loads(Reader(write_index(NOTES).decode()).scripts[1])
    made = ready()
    titles = [row for row in searched[1]["rows"] if "-" in row[0]]
    assert titles == [["main_points-1", f"1. {HEADINGS[0]}"], ["main_points-2", f"2. {HEADINGS[1]}"]]
    assert [s[0] for s in searched[1]["rows"][2:]] == [p.anchor for _, _, _, p in made.points()]
    assert ["s7", "Cooling tower: A building in which water gives its heat to the air."] in searched[1]["rows"]


def test_titles_of_parts_and_heads_of_tables_can_be_searched() -> None:
    titles = list(Note(ready(in_parts()), "reactor.html").titles)
    assert titles[0] == ("main_points-part-1", "The machine") and titles[1][0] == "main_points-1"
    (row,) = (made.anchor for _, _, _, made in ready(tabled()).points() if made.cells and made.cells[0] == "Reactor")
    assert (row, "Machine | Power") in Note(ready(tabled()), "table.html").titles


def test_notes_of_the_same_title_are_listed_and_searched_with_their_folders() -> None:
    notes = [Note(ready(name=f"{week}/reactor"), f"{week}/reactor.html") for week in ("Week-01", "Week-02")]
    page = Reader(write_index(notes).decode())
    assert "Week-01" in page.text and "Week-02" in page.text
    assert [entry["folder"] for entry in json.loads(page.scripts[1])] == ["Week-01", "Week-02"]
    assert json.loads(Reader(write_index(NOTES).decode()).scripts[1])[0]["folder"] == ""


def test_hostile_text_opens_no_element() -> None:
    page = Reader(write_index([replace(NOTES[0], exported=ready(hostile())), NOTES[1]]).decode())
    assert len(page.all("script")) == 2 and not page.all("img") and "<script>alert(1)</script>" in page.text
    assert "<script>alert(1)</script>" in json.loads(page.scripts[1])[0]["title"]
