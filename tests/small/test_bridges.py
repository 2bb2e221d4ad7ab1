"""What is printed between quotations, and behind them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.small.bridges import bridged, prolonged
from pipeline.small.excerpts import Excerpt
from pipeline.small.sentences import Sentence, sentences_of
from tests.small.recording import transcript

RUST = "Rust eats all beams. It is rather red. It is quite slow. It never stops here. Zinc stops it. It lasts for years. Yeah."


def _of(sentences: Sequence[Sentence], *runs: Sequence[int]) -> list[Excerpt]:
    return [Excerpt(tuple(sentences[n] for n in run), frozenset(run)) for run in runs]


def _numbers(excerpts: Sequence[Excerpt]) -> list[list[int]]:
    return [[s.number for s in e.sentences] for e in excerpts]


def test_a_few_sentences_between_quotations_of_a_turn_are_printed() -> None:
    sentences = sentences_of(transcript([("Ben", RUST)]))
    assert _numbers(bridged(_of(sentences, [0], [4]), set(), sentences, 99)) == [[0, 1, 2, 3], [4]]
    assert _numbers(bridged(_of(sentences, [0], [5]), set(), sentences, 99)) == [[0], [5]]  # many
    assert _numbers(bridged(_of(sentences, [0], [4]), {2}, sentences, 99)) == [[0], [4]]  # one stands elsewhere


def test_nothing_is_printed_between_what_two_people_say() -> None:
    sentences = sentences_of(transcript([("Ben", "Rust eats beams. It is red."), ("Ana", "I see. Zinc stops it.")]))
    assert _numbers(bridged(_of(sentences, [0], [3]), set(), sentences, 99)) == [[0], [3]]


def test_where_words_are_few_the_gap_before_what_points_back_is_closed() -> None:
    said = "Rust eats beams. Paint costs money. Bridges everywhere need zinc. Lead is poison. So they need it."
    sentences = sentences_of(transcript([("Ben", said)]))
    assert _numbers(bridged(_of(sentences, [0], [2], [4]), set(), sentences, 3)) == [[0], [2, 3], [4]]


def test_of_gaps_that_are_needed_alike_the_short_ones_are_closed() -> None:
    said = "Rust eats beams. Paint for all of the beams costs money. Zinc helps. Lead is poison. Zinc stays."
    sentences = sentences_of(transcript([("Ben", said)]))
    assert _numbers(bridged(_of(sentences, [0], [2], [4]), set(), sentences, 9)) == [[0], [2, 3], [4]]


def test_the_rest_of_a_turn_is_printed_while_words_are_left_but_for_words_thrown_in() -> None:
    sentences = sentences_of(transcript([("Ben", RUST)]))
    assert _numbers(prolonged(_of(sentences, [4]), set(), sentences, 99)) == [[4, 5]]
    assert _numbers(prolonged(_of(sentences, [4]), set(), sentences, 3)) == [[4]]
    assert _numbers(prolonged(_of(sentences, [1], [4]), {5}, sentences, 99)) == [[1, 2, 3], [4]]


@given(st.sets(st.integers(0, 6), min_size=1), st.sets(st.integers(0, 6)), st.integers(0, 30))
def test_no_more_words_than_are_left_and_no_sentence_twice(shown: set[int], elsewhere: set[int], words: int) -> None:
    sentences = sentences_of(transcript([("Ben", RUST)]))
    excerpts = _of(sentences, *([n] for n in sorted(shown)))
    for fill in (bridged, prolonged):
        found = [n for run in _numbers(fill(excerpts, elsewhere, sentences, words)) for n in run]
        assert len(found) == len(set(found)) and not (set(found) - shown) & elsewhere
        assert sum(sentences[n].words for n in set(found) - shown) <= words
