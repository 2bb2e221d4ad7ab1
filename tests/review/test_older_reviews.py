"""Decisions of older files, which have neither the words of cited lines nor today's rules, applied again."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.document import StudyDocument
from pipeline.pages import render_markdown
from pipeline.review.actions import Event
from pipeline.review.catalogue import Desk
from pipeline.review.history import Timeline
from pipeline.review.pages import notes
from pipeline.review.state import opened
from pipeline.store import load, write
from tests.review.samples import document
from tests.review.test_changed_transcripts import (
    GREETING,
    TOWER,
    accept_all,
    as_kept_before,
    desk,
    export,
    find,
    make,
    take,
)
from tests.review.test_decisions import action
from tests.scripted import LINES

WHY = "its lines were chosen in an older version"


def with_another_heading(folder: Path) -> Desk:
    """Notes of the same transcript that were made again, of which one heading differs."""
    made = load(folder / "reactor.json")
    first, *others = made.main_points
    again = (first.model_copy(update={"heading": "What Lund Plans"}), *others)
    changed = StudyDocument.model_validate(made.model_copy(update={"main_points": again}).model_dump())
    write(changed, render_markdown(changed), folder / "reactor.json")
    return desk(folder)


def decided(folder: Path) -> None:
    """A review of the sample by an older version: an addition, and an edit that gives other lines."""
    at = make(folder)
    take(at, "add", section="main_points", text=TOWER, lines=[4])
    take(at, "edit", target=find(at, "too expensive").id, text="It is dear.", lines=[2, 3])
    accept_all(at)
    as_kept_before(folder)


def standings(at: Desk) -> list[str]:
    return [find(at, words).standing for words in (TOWER, "It is dear.")]


def test_lines_have_the_numbers_that_they_had_where_a_statement_behind_them_has_its_own(tmp_path: Path) -> None:
    decided(tmp_path)
    again = with_another_heading(tmp_path)
    assert standings(again) == ["accepted"] * 2
    assert [find(again, words).lines for words in (TOWER, "It is dear.")] == [(4,), (2, 3)]


def test_a_heading_does_not_prove_that_lines_have_the_numbers_that_they_had() -> None:
    before = Timeline(opened(document(without="reactor makes", extra="Ana asks about the price.")))
    heading = before.base.groups[0].id
    actions = (
        action("heading", group=heading, text="Plans"),
        action("add", section="main_points", group=heading, text=TOWER, lines=[3]),
    )
    events = [
        Event(n=n, at="", who="Ida", base=n - 1, document=before.document, action=a, about=before.about(a))
        for n, a in enumerate(actions, 1)
    ]
    again = Timeline(opened(document(shift=True)), events)  # the heading cites lines 2 and 3, as before
    assert [i.reopened.startswith(WHY) for i in again.state.items if i.text == TOWER] == [True]


def test_decisions_on_lines_that_nobody_knows_are_open_with_the_reason_until_they_are_taken_again(
    tmp_path: Path,
) -> None:
    decided(tmp_path)
    again = make(tmp_path, [GREETING, *LINES], later=1)
    assert standings(again) == ["pending"] * 2
    assert all(find(again, words).reopened.startswith(WHY) for words in (TOWER, "It is dear."))
    assert notes(again).count("Decide again:") == 2
    take(again, "accept", targets=[find(again, TOWER).id])
    take(again, "edit", target=find(again, "It is dear.").id, text="It is much too dear.")
    assert "Decide again:" not in notes(again)


def test_an_edit_of_an_older_file_that_left_the_lines_alone_has_those_of_its_statement(tmp_path: Path) -> None:
    at = make(tmp_path)
    target = find(at, "too expensive")
    take(at, "edit", target=target.id, text="It is dear.")
    path = tmp_path / "reactor.review.json"
    path.write_text(path.read_text("utf-8").replace('"lines": null', '"lines": [2]'), "utf-8")
    as_kept_before(tmp_path)
    edited = find(make(tmp_path, [GREETING, *LINES], later=1), "It is dear.")
    assert (edited.lines, edited.standing) == ((3,), "accepted")


def test_an_export_counts_the_statements_that_are_open_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decided(tmp_path)
    make(tmp_path, [GREETING, *LINES], later=1)
    export(tmp_path, "--to", "csv", "--out", tmp_path / "notes.csv")
    assert "left out, 2 of them again: studydoc review says why" in capsys.readouterr().err


def test_an_older_rename_gives_the_words_that_were_accepted(tmp_path: Path) -> None:
    at = make(tmp_path)
    take(at, "edit", target=find(at, "too expensive").id, text="C says that it is dear.")
    take(at, "rename", speaker="C", name="Bea Lund")
    assert find(desk(tmp_path), "it is dear").text == "C says that it is dear."
    as_kept_before(tmp_path)
    former = find(desk(tmp_path), "it is dear")
    assert (former.text, former.standing) == ("Bea Lund says that it is dear.", "accepted")


def test_a_rename_of_the_version_before_goes_into_longer_names_as_it_did(tmp_path: Path) -> None:
    at = make(tmp_path)
    take(at, "edit", target=find(at, "too expensive").id, text="Ben finds Lund-Ben dear.")
    take(at, "rename", speaker="Ben", name="Bo Roth")
    assert find(desk(tmp_path), " dear").text == "Bo Roth finds Lund-Ben dear."
    path = tmp_path / "reactor.review.json"
    path.write_text(path.read_text("utf-8").replace('"rules": 3', '"rules": 2'), "utf-8")
    assert find(desk(tmp_path), " dear").text == "Bo Roth finds Lund-Bo Roth dear."
