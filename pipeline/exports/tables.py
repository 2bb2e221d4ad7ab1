"""Statements with their evidence for other programs: CSV, JSON Lines, and the record itself."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from pipeline.exports.base import Exported, Format
from pipeline.pages.markdown import moment_url
from pipeline.store import dump
from pipeline.text import mark_between

_COLUMNS = """document id section heading lead text level support finding lines start end speakers quote url""".split()


def write_csv(exported: Exported) -> bytes:
    """One row per statement, for spreadsheets: UTF-8 with a byte order mark, no cell that is taken for a formula."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for statement in _statements(exported):
        rows.writerow([_cell(value) for value in _row({"document": exported.name} | statement)])
    return out.getvalue().encode("utf-8-sig")


def write_jsonl(exported: Exported) -> bytes:
    """One complete object per statement: its place, the result of its check, and every line that supports it."""
    document = exported.document
    about_document = {"document": exported.name, "title": document.title, "url": exported.url}
    rows = (json.dumps(about_document | statement, ensure_ascii=False) for statement in _statements(exported))
    return "".join(f"{row}\n" for row in rows).encode()


def write_record(exported: Exported) -> bytes:
    """The record."""
    return dump(exported.document).encode()


def _statements(exported: Exported) -> Iterator[dict[str, Any]]:
    for section, block, depth, point in exported.points():
        claim = point.claim
        assert claim is not None  # `points` yields only points with a claim
        yield {
            "id": point.anchor,
            "section": section.name,
            "heading": block.heading or None,
            "lead": point.lead or None,
            "text": point.text,
            "level": depth,
            "support": claim.support,
            "finding": claim.finding,
            "evidence": [e.model_dump() | {"url": moment_url(exported.url, e.start)} for e in exported.evidence(point)],
        }


def _row(statement: dict[str, Any]) -> list[Any]:
    lines = statement["evidence"]
    speakers = list(dict.fromkeys(e["speaker"] for e in lines if e["speaker"]))
    joined = {
        "lines": " ".join(str(e["segment"]) for e in lines),
        "start": lines[0]["start"],
        "end": lines[-1]["end"],
        "speakers": mark_between(speakers).join(speakers),
        "quote": " ".join(e["quote"] for e in lines),
        "url": lines[0]["url"],
    }
    return [(statement | joined)[column] for column in _COLUMNS]


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet evaluates: a text that begins like a formula gets a leading apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


CSV = Format("csv", ".csv", "a table of statements with their evidence", write_csv)
JSONL = Format("jsonl", ".jsonl", "a JSON object per statement, with its evidence", write_jsonl)
RECORD = Format("record", ".json", "the record", write_record)
