"""Rows of a table under review: what a program remarks on one that would end its table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.document import StudyDocument
from pipeline.review.actions import Edit, Move
from pipeline.review.catalogue import Desk
from pipeline.review.pages import notes
from tests.review.samples import document
from tests.review.test_app import app, ask, folder, home


def with_table() -> StudyDocument:
    """The reactor's notes with a table of two rows below the first point."""
    made = document()
    first, *others = made.main_points
    top, *rest = first.details
    rows = tuple(top.model_copy(update={"text": text}) for text in ("Reactor | 40 | none", "Tower | 3 | many"))
    top = top.model_copy(update={"columns": ("Machine", "Power", "Stops"), "details": rows})
    points = (first.model_copy(update={"details": (top, *rest)}), *others)
    return made.model_copy(update={"main_points": points})


@pytest.mark.parametrize(
    ("text", "label", "remark"),
    [
        ("Reactor | 40 | none", "", ""),
        ("Reactor | 40 none", "", "2 cells, but the table has 3"),
        ("Reactor | 40 | none Tower | 3 | many", "", "5 cells, but the table has 3"),
        ("Reactor | 40 | none", "So", "a row of a table has no lead"),
    ],
)
def test_a_row_that_would_end_its_table_is_remarked_on_as_it_is_typed_and_where_it_stands(
    tmp_path: Path, text: str, label: str, remark: str
) -> None:
    served = app(folder(tmp_path, with_table()))
    at = home(served)
    row = ask(served, at)[2].partition('data-text="Reactor |')[0].rpartition('id="')[2].partition('"')[0]
    sent = {"text": text, "lines": [1], "label": label, "target": row}
    found = json.loads(ask(served, f"{at}/check", sent)[2])["remarks"]
    assert found == ([f"{remark}: because of this row, the table is exported as a list"] if remark else [])
    action = {"kind": "edit", "target": row, "text": text, "label": label}
    ask(served, f"{at}/act", {"revision": 0, "action": action})
    assert ("exported as a list" in ask(served, at)[2]) == bool(remark)


def test_a_row_of_another_table_is_remarked_on_where_it_is_moved_to(tmp_path: Path) -> None:
    made = with_table()
    first, *others = made.main_points
    top, *rest = first.details
    wide = top.details[0].model_copy(update={"text": "a | b"}), top.details[1].model_copy(update={"text": "c | d"})
    other = top.model_copy(update={"text": "Two more:", "columns": ("One", "Two"), "details": wide})
    first = first.model_copy(update={"details": (top, other, *rest)})
    desk = Desk(folder(tmp_path, made.model_copy(update={"main_points": (first, *others)})) / "reactor.json", None)
    rows = {i.text: i.id for i in desk.state.items}
    edit = Edit(kind="edit", target=rows["a | b"], text="a | c")
    desk.review.add(edit, base=0, who="Ann", clock=lambda: "")
    assert "exported as a list" not in notes(desk)
    move = Move(kind="move", target=rows["a | b"], after=rows["Tower | 3 | many"])
    desk.review.add(move, base=1, who="Ann", clock=lambda: "")
    assert "2 cells, but the table has 3: because of this row" in notes(desk)
