"""JSON lines: each an object, either a segment or a whole transcript."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.errors import InputError
from pipeline.readers.base import Captions, Document, Reader, unambiguous
from pipeline.readers.data.segments import captions_of
from pipeline.readers.tally import Tally


def _objects(text: str) -> Iterator[tuple[int, Any]]:
    """The number of each line that is not empty, with its JSON value; None if it is not valid JSON."""
    for number, row in enumerate(text.split("\n"), 1):
        if row.strip():
            try:
                value = json.loads(row, object_pairs_hook=unambiguous)
            except (ValueError, RecursionError):
                value = None
            yield number, value


def sniff(document: Document) -> bool:
    """Whether there are several lines, the first a JSON object by itself."""
    if document.head[:1] != "{" or document.json is not None:
        return False
    _, first = next(_objects(document.json_text))
    return isinstance(first, dict)


def read(document: Document, tally: Tally) -> Captions:
    """Read the segments of all lines. Raises InputError for several whole transcripts in one file."""
    values_of_lines, rows = [*_objects(document.json_text)], document.json_text.split("\n")
    for number, value in values_of_lines:
        if not isinstance(value, dict):
            tally.warn("this line is not a JSON object, or has a key twice", number)
            tally.leave_out("lines that are not JSON objects", rows[number - 1], number)
    objects = [(n, v) for n, v in values_of_lines if isinstance(v, dict)]
    nested = [n for n, v in objects if any(isinstance(v.get(key), list) for key in ("turns", "segments"))]
    if len(nested) > 1:
        raise InputError(
            f"{document.label}: {len(nested)} transcripts in one file, the second in line {nested[1]}",
            hint="put each into its own file",
        )
    if nested:
        return captions_of(dict(objects)[nested[0]], tally)
    _record_keys(objects, tally)
    return captions_of([v for _, v in objects], tally)


def _record_keys(objects: Sequence[tuple[int, Mapping[str, Any]]], tally: Tally) -> None:
    """Record keys of several words that only one line has: they are speech that damage made a key."""
    counts = Counter(key for _, value in objects for key in value)
    for line, value in objects if len(objects) > 1 else ():
        for key in (key for key in value if counts[key] == 1 and " " in key.strip()):
            tally.leave_out("words in the place of keys", key, line)


READER = Reader("json-lines", "JSON lines", sniff, read)
