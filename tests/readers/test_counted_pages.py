"""Text that was pasted from a document with pages: lines that count the pages are nobody's words."""

import pytest

from pipeline.readers.pages import PAGES
from tests.readers.reading import read
from tests.readers.shapes import TURNS

PAGE = 4  # turns on a page
WORDS = ["\n\n".join(f"{who}: {said}" for who, *_, said in TURNS[n : n + PAGE]) for n in range(0, 16, PAGE)]


def spoken(text: str) -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in read(text).segments]


def pages(heads: list[str], gap: str = "\n\n") -> str:
    return "".join(f"{head}{gap}{words}\n\n\n" for head, words in zip(heads, WORDS, strict=True))


@pytest.mark.parametrize(
    "head",
    [
        "Interview 7, 12 March 2023       Page {} of 9",
        "Interview 7 – Page {}",
        "Study of the pier - {}",
        "Page {}",
        "{}",
        "- {} -",
        "{} | P a g e",
        "Seite {} von 9",
        "CONFIDENTIAL\nPage {}",
    ],
)
def test_lines_that_count_the_pages_are_no_words(head: str) -> None:
    text = pages([head.format(n) for n in range(1, 5)])
    assert spoken(text) == spoken("\n\n".join(WORDS))
    assert [part.kind for part in read(text).reading.left_out] == [PAGES]


def test_a_turn_goes_on_over_the_head_of_a_page() -> None:
    said = [said for *_, said in TURNS]
    parts = [" ".join(said[n : n + PAGE]) for n in range(0, 16, PAGE)]
    heads = [f"\nPier study, page {n}\n" for n in range(2, 5)]
    text = "Oda: " + "".join(f"{part}{head}" for part, head in zip(parts, [*heads, ""], strict=True))
    talk = spoken(f"{text}\n\nKofi: Good.\n\nOda: Yes.\n\nKofi: Then we leave.\n")
    assert " ".join(words for _, words in talk) == f"{' '.join(parts)} Good. Yes. Then we leave."
    assert [who for who, _ in talk[-3:]] == ["Kofi", "Oda", "Kofi"]


def test_lines_with_a_number_sign_are_not_taken_for_those_with_a_number() -> None:
    text = pages(["Note # 1", "Note 2 3", "Note # 3", "Note 4 4"])
    assert PAGES not in [part.kind for part in read(text).reading.left_out]


@pytest.mark.parametrize("label", ["Speaker {}", "Speaker {}:", "That was in year {}."])
def test_labels_and_sentences_that_count_are_kept(label: str) -> None:
    text = pages([label.format(n) for n in range(1, 5)], "\n")
    assert PAGES not in [part.kind for part in read(text).reading.left_out]
