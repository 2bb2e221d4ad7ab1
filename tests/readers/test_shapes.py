"""Every shape of the invented talk is read with its words, its speakers and its times."""

import itertools

import pytest

from pipeline.readers import parse
from pipeline.text import words
from pipeline.transcript import Transcript
from tests.readers.shapes import SHAPES, TURNS, Shape


def read(shape: Shape) -> Transcript:
    return parse(shape.text().encode(), "talk" + shape.suffix, suffix=shape.suffix, name="talk")


shapes = pytest.mark.parametrize("shape", SHAPES, ids=[s.name for s in SHAPES])


@shapes
def test_the_words_are_those_that_were_said(shape: Shape) -> None:
    said = [w for *_, text in TURNS for w in words(text)]
    assert [w for s in read(shape).segments for w in words(s.text)] == said


@shapes
def test_each_word_is_given_to_who_said_it(shape: Shape) -> None:
    expected = [who for name, *_, text in TURNS for who in itertools.repeat(shape.speaker(name), len(words(text)))]
    assert [s.speaker for s in read(shape).segments for _ in words(s.text)] == expected


@shapes
def test_times_are_seconds_from_the_start(shape: Shape) -> None:
    segments = read(shape).segments
    starts = [s.start for s in segments if s.start is not None]
    if not shape.timed:
        assert len(starts) <= 1
        return
    assert len(starts) >= 0.9 * len(segments)
    assert starts == sorted(starts)
    assert starts[-1] - starts[0] == pytest.approx(TURNS[-1][1] - TURNS[0][1], abs=30)  # short lines are joined
