"""What sections have in common: how a lead is read."""

import pytest

from pipeline.sections.base import without_end_mark


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Topology.", "Topology"),
        (" Topology: ", "Topology"),
        ("Topology.:", "Topology"),
        ("主题：", "主题"),
        ("主题。", "主题"),
        ("In the U.S.", "In the U.S."),
        ("Wait...", "Wait..."),
        ("Is it?", "Is it?"),
    ],
)
def test_a_lead_stands_without_the_mark_that_a_model_put_behind_it(written: str, read: str) -> None:
    assert without_end_mark(written) == read
