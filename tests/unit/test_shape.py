"""The shape of a statement, which a draft, the record and a review hold alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.document import Detail
from pipeline.draft import DraftStatement
from pipeline.review.state import Item
from pipeline.shape import Shape, Shaped, is_bullet, shape_of, with_paragraphs_begun

SHAPE: Shape = {"columns": ("Cost", "Year"), "steps": True, "continues": True, "listed": False}
DRAFTED = DraftStatement("It costs 3 million.", (2,), "Costs", **SHAPE)
RECORDED = Detail.model_construct(text=DRAFTED.text, lead=DRAFTED.label, **SHAPE)
REVIEWED = Item("main_points.1", "main_points", DRAFTED.text, (2,), label=DRAFTED.label, **SHAPE)


@pytest.mark.parametrize("statement", [DRAFTED, RECORDED, REVIEWED])
def test_a_statement_has_its_shape_at_every_stage(statement: Shaped) -> None:
    assert shape_of(statement) == SHAPE
    assert SHAPE.keys() == Shape.__annotations__.keys()


@pytest.mark.parametrize(("listed", "bullet"), [(True, True), (False, False), (None, True)])
def test_a_statement_that_is_not_known_to_be_listed_is_a_bullet_by_its_label(listed: bool | None, bullet: bool) -> None:
    assert is_bullet(replace(DRAFTED, listed=listed)) == bullet
    assert is_bullet(RECORDED.model_copy(update={"listed": listed})) == bullet
    assert not is_bullet(Detail.model_construct(text="It costs 3 million."))


def test_the_next_statement_of_a_paragraph_begins_it_with_its_label_where_the_first_goes() -> None:
    first, second, third = (DraftStatement(text, (1,), continues=text != "One.") for text in ("One.", "Two.", "Three."))
    first = replace(first, label="Lead")
    other = DraftStatement("Four.", (1,))
    kept = [(first, ()), (second, (second,)), (third, (third,)), (other, ()), (third, (third,))]
    begun = [(s.label, s.text, s.continues) for s in with_paragraphs_begun(kept)]
    assert begun == [("Lead", "Two.", False), ("", "Three.", True), ("", "Three.", False)]
