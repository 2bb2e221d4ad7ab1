"""Plain text and Markdown: the format of a file that no other reader recognises."""

from __future__ import annotations

import re
from typing import Any

from pipeline.readers.base import Document, Prose, Reader
from pipeline.readers.counted_pages import without_counted_heads
from pipeline.readers.facts import are_short, may_say_facts
from pipeline.readers.metadata import KNOWN, from_mapping
from pipeline.readers.pages import without_running_heads
from pipeline.readers.tally import Tally
from pipeline.transcript import Metadata

_FRONT = re.compile(r"\A\s*---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(r"^([A-Za-z_][\w -]{0,40}):", re.MULTILINE)


def read(document: Document, tally: Tally) -> Prose:
    """Read the text without front matter and without the running heads of pages."""
    paged = "\x0c" in document.decoded[0]
    rows = without_running_heads(document.pages(), tally, number=1) if paged else document.rows()
    metadata, body = front_matter("\n".join(without_counted_heads(rows, tally)), tally)
    return Prose(body, metadata)


def front_matter(text: str, tally: Tally) -> tuple[Metadata, str]:
    """The metadata in YAML front matter, and the text with its lines emptied.

    Front matter is a mapping with a key that says what it is, or with two known ones and only short values. Anything
    else between two rules is text.
    """
    match = _FRONT.match(text) if text[:20].lstrip().startswith("---") else None
    if match is None:
        return Metadata(), text
    keys = {key.lower() for key in _KEY.findall(match["yaml"])}
    if not keys & KNOWN and not may_say_facts(keys):
        return Metadata(), text
    import yaml  # imported here: hardly any file needs it

    values: Any
    try:
        values = yaml.safe_load(match["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        if not keys & KNOWN:
            return Metadata(), text
        line = getattr(getattr(err, "problem_mark", None), "line", 0) + 2
        tally.warn("the front matter is not valid YAML and was ignored: fix it if you need its title", line)
        values = {}
    if not isinstance(values, dict) or not (keys & KNOWN or are_short(values)):
        return Metadata(), text
    tally.leave_out("front matter", match["yaml"], 2)
    body = "\n" * match[0].count("\n") + text[match.end() :]
    known = {str(k).lower(): v for k, v in values.items()}
    return from_mapping(known, "front matter", tally.warn), body


READER = Reader("text", "plain text or Markdown", lambda document: True, read)
