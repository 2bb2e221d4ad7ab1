"""What sections have in common: how a lead is read, and how much is asked for in so many words."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels import labels_for
from pipeline.sections import STUDY
from pipeline.sections.base import without_end_mark
from pipeline.sections.key_concepts import KEY_CONCEPTS


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


def test_a_term_stands_without_that_mark_too() -> None:
    written = (("Half-life:", "Half of it decays."), ("Isotope.", "One of an element."), (":", "Nothing."))
    (concept,) = get_args(KEY_CONCEPTS.answer)
    concepts = [concept(cites=[1], term=term, definition=definition) for term, definition in written]
    (group,) = KEY_CONCEPTS.groups(concepts, tuple, labels_for("en"))
    assert [s.label for s in group.statements] == ["Half-life", "Isotope"]


@given(fewer=st.integers(20, 5_000), more=st.integers(0, 5_000))
def test_more_words_never_ask_for_less_and_the_least_never_passes_the_most(fewer: int, more: int) -> None:
    for section in STUDY.sections:
        few, many = ({n: float(v) for n, v in section.values(w).items()} for w in (fewer, fewer + more))
        assert few.keys() == many.keys() and all(few[n] <= many[n] for n in few)
        assert few.get("least", 0) <= few.get("most", 0)


def test_a_short_summary_is_asked_for_on_a_short_page_and_never_one_of_many_sentences() -> None:
    (summary,) = (s for s in STUDY.sections if s.name == "summary")
    assert summary.values(45) == {"least": "2", "most": "4"}
    assert summary.values(900) == {"least": "4", "most": "6"}
