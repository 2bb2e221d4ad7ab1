"""The headings of a text as chapters, and how long odd text takes."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pipeline.readers import parse
from pipeline.readers.contacts import without_contacts
from pipeline.readers.headings import chapters_of
from pipeline.readers.linked_data import linked_data

MANY = 20_000


def test_chapters_are_in_the_order_of_their_lines() -> None:
    text = "Ann: Hello.\n\n*The Sea*\n\nBen: Yes.\n\n_The Bakery_\n\nAnn: Bread.\n\n*The Harbour*\n\nBen: Cranes.\n"
    chapters = parse(text.encode(), "talk.txt", name="talk").metadata.chapters
    assert [(c.line, c.title) for c in chapters] == [(2, "The Sea"), (3, "The Bakery"), (4, "The Harbour")]


@pytest.mark.parametrize(
    "read",
    [
        lambda: linked_data('<script type="application/ld+json">' * MANY),
        lambda: linked_data("<script " + "application/ld+json " * MANY),
        lambda: chapters_of([(1, "# a" + "# " * MANY + "b")], [1], ()),
        lambda: parse(f"Ann: Hello.\n\n# a{' ' * MANY}b\n\nBen: Yes.".encode(), "talk.txt", name="talk"),
        lambda: without_contacts("a@b.c" + " " * MANY),
    ],
    ids=["scripts without end", "a tag without end", "a heading of marks", "a title with spaces", "spaces"],
)
def test_time_grows_with_the_length_only(read: Callable[[], object]) -> None:
    start = time.process_time()
    read()
    assert time.process_time() - start < 1
