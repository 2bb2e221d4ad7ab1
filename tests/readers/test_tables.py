"""Tables as statistics programs and spreadsheets write them: which column holds the words, and which the names."""

import pytest

from tests.readers.reading import read
from tests.readers.shapes import TURNS

EXCHANGE = [(who, words) for who, *_, words in TURNS]


def turns(text: str) -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in read(text).segments]


@pytest.mark.parametrize("above", ["", "\n\n", " \n"])
@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_a_table_whose_first_column_has_no_name_is_read(delimiter: str, above: str) -> None:
    rows = [("", "speaker", "seconds", "text"), *((str(n), who, str(n), f'"{words}"') for n, (who, words) in enumerate(EXCHANGE))]  # fmt: skip
    expected = [(who, f'"{words}"' if delimiter == "\t" else words) for who, words in EXCHANGE]
    assert turns(above + "\n".join(map(delimiter.join, rows))) == expected
