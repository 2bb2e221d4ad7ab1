"""What a model is shown of a part of a long recording, and what the numbers of these lines stand for."""

import re

from pipeline.capable.chunks import Prefixes
from pipeline.chunking import chunk_transcript
from pipeline.llm.prompting import PromptSet
from pipeline.numbering import NumberedLine, numbers_of, segments_of
from pipeline.transcript import Segment, Transcript

# Captions of five words: four make a line, and the two that end the opening of 250 words are less than one.
CAPTIONS = Transcript("captions", tuple(Segment(n, f"caption {n} of the talk") for n in range(1, 401)))


def last_part() -> tuple[list[NumberedLine], str]:
    """The lines of the last part, and the text that shows them."""
    chunks = chunk_transcript(CAPTIONS, limit=1500)
    prefixes = Prefixes(CAPTIONS, len(chunks), PromptSet(), None)
    assert chunks[-1].first > 100
    return prefixes.lines(chunks[-1]), prefixes.messages(chunks[-1])[1].content


def test_the_lines_of_a_part_are_those_that_are_shown() -> None:
    lines, text = last_part()
    rows = [(int(number), said) for number, said in re.findall(r"^\[(\d+)\] (.*)$", text, re.MULTILINE)]
    assert rows == [(line.first, line.text) for line in lines]


def test_a_line_at_the_end_of_the_opening_holds_nothing_of_what_comes_before_the_part() -> None:
    lines, text = last_part()
    assert "[49] caption 49 of the talk caption 50 of the talk\n\nThe lines just before this part:\n" in text
    assert segments_of([49], lines) == (49, 50)


def test_a_number_that_a_part_does_not_show_stands_for_no_line() -> None:
    assert segments_of([51, 100], last_part()[0]) == ()


def test_the_opening_and_what_leads_up_to_a_part_are_told_as_no_range() -> None:
    lines, _ = last_part()
    lead = next(line for line in lines if line.first > 50)
    assert numbers_of([49, lead.first], lines) == f"[49, {lead.first}]"
