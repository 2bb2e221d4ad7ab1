"""Laws of verification, merging and the ledger."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.evidence import bent_quotes, verify
from pipeline.run import gaps
from pipeline.sections.base import DraftStatement
from pipeline.sections.repeats import first_of_each, union_lines
from pipeline.source import Source
from pipeline.transcript import Segment, Transcript
from tests.scripted import LINES, NOTES

quick = settings(max_examples=60, deadline=None)
spaces = st.text(" \t\u00a0\u2003", min_size=1, max_size=4)
word = st.text(st.characters(categories=("Ll", "Lu", "Nd")), min_size=1, max_size=9)


def source_of(lines: list[str]) -> Source:
    return Source(Transcript("t", tuple(Segment(i, text, LINES[i - 1][0]) for i, text in enumerate(lines, 1))))


@quick
@given(st.lists(spaces, min_size=6, max_size=6), st.sampled_from(NOTES))
def test_verification_does_not_change_with_white_space_inside_lines(
    gaps_: list[str], note: tuple[list[int], str, str]
) -> None:
    plain = source_of([text for _, text in LINES])
    spaced = source_of([text.replace(" ", gap) for gap, (_, text) in zip(gaps_, LINES, strict=True)])
    lines, text, _ = note
    assert verify(text, lines, plain) == verify(text, lines, spaced)


@quick
@given(st.lists(word, min_size=3, max_size=30), st.data())
def test_a_quotation_cut_from_a_line_always_verifies(said: list[str], data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(said) - 1))
    end = data.draw(st.integers(begin + 1, len(said)))
    assert bent_quotes(f"Ana: “{' '.join(said[begin:end])}”", [" ".join(said)]) == []


@quick
@given(st.lists(st.tuples(st.sampled_from(NOTES), st.integers(1, 40)), min_size=1, max_size=12))
def test_the_union_of_evidence_is_kept_when_repeats_are_joined(
    rows: list[tuple[tuple[list[int], str, str], int]],
) -> None:
    drafts = [DraftStatement(f"m/{i}", "main_points", 0, (n,), note[1]) for i, (note, n) in enumerate(rows)]
    placed = first_of_each(drafts)
    kept = set(placed.values())
    assert {n for id_ in kept for n in union_lines(drafts, placed, id_)} == {n for d in drafts for n in d.lines}


@quick
@given(st.integers(1, 200), st.data())
def test_the_ledgers_gaps_hold_every_long_unused_stretch_and_no_used_line(total: int, data: st.DataObject) -> None:
    used = data.draw(st.sets(st.integers(1, total)))
    found = gaps(used, total)
    inside = {n for first, last in found for n in range(first, last + 1)}
    assert not inside & used
    assert all(1 <= first <= last <= total and last - first + 1 > total / 10 for first, last in found)
    rest = sorted(set(range(1, total + 1)) - used - inside)
    runs: list[int] = []
    for i, n in enumerate(rest):
        runs = [*runs, n] if i and rest[i - 1] == n - 1 else [n]
        assert len(runs) <= max(2, total / 10)
