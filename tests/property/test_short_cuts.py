"""What is told at once is told as the long way tells it."""

from __future__ import annotations

from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.readers import cues
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.cues import cue_lines
from pipeline.readers.lines import Line, split_long
from pipeline.readers.tally import Tally

WORDS = (
    "we and the of boats, fog. Oda Brandt: - — Q A from From 12:30 [Music] <i>then</i> & don't über no? Yes! »x«".split(
        " "
    )
)
rows = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
quick = settings(max_examples=40)
captions = st.lists(st.lists(rows | st.sampled_from([*"aQ", "7"]), max_size=3), min_size=1, max_size=12)


@quick
@given(captions)
def test_cues_of_words_become_the_same_lines_one_by_one(spoken: list[list[str]]) -> None:
    found = [Cue(float(n), n + 0.9, said, 3 * n + 1) for n, said in enumerate(spoken)]
    fast, slow = Tally(), Tally()
    short = lines_or_error(found, fast)
    with mock.patch.object(cues, "plain_piece", lambda cue: None):
        assert (short, fast) == (lines_or_error(found, slow), slow)


def lines_or_error(found: list[Cue], tally: Tally) -> list[Line] | str:
    try:
        return cue_lines(list(found), tally, "x")
    except InputError as err:
        return str(err)


def test_a_paragraph_that_is_cut_keeps_the_marks_that_close_its_sentences() -> None:
    said = " ".join(f'She wrote down "number {n} (of the north pier)." Then we went on.' for n in range(12))
    assert " ".join(line.text for line in split_long(Line(said))) == said
