"""CSV and JSON Lines, read by the standard library."""

from __future__ import annotations

import csv
import io
import json

from pipeline.exports.tables import CSV, JSONL, RECORD
from pipeline.store import dump
from tests.exports.samples import hostile, ready


def rows(made: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def test_csv_holds_every_statement_with_its_lines() -> None:
    made = ready()
    table = rows(CSV.write(made))
    assert [(r["id"], r["text"], r["level"]) for r in table] == [
        (p.anchor, p.text, str(d)) for _, _, d, p in made.points()
    ]
    assert table[1]["lines"] == "1" and table[1]["quote"].startswith("The reactor at Lund makes 40")
    assert table[1]["url"] == "https://example.org/reactor.mp4#t=10"


def test_no_cell_is_a_formula() -> None:
    table = rows(CSV.write(ready(hostile().model_copy(update={"summary": ()}))))
    dangerous = hostile().overview[0].model_copy(update={"text": "=1+1"})
    table += rows(CSV.write(ready(hostile().model_copy(update={"overview": (dangerous,)}))))
    assert "'=1+1" in [r["text"] for r in table]
    assert not [c for r in table for c in r.values() if c[:1] in ("=", "+", "-", "@")]


def test_jsonl_says_the_same_as_the_record() -> None:
    made = ready()
    objects = [json.loads(line) for line in JSONL.write(made).decode().splitlines()]
    statements = list(made.document.statements())
    assert [[e["quote"] for e in o["evidence"]] for o in objects] == [[e.quote for e in s.evidence] for s in statements]
    assert [o["finding"] for o in objects] == [s.finding for s in statements]
    assert objects[0]["document"] == "reactor"


def test_rows_name_their_document_with_its_folder() -> None:
    made = ready(name="Week-01/reactor")
    objects = [json.loads(line) for line in JSONL.write(made).decode().splitlines()]
    assert {row["document"] for row in (*objects, *rows(CSV.write(made)))} == {"Week-01/reactor"}


def test_the_record_comes_out_as_it_is() -> None:
    made = ready()
    assert RECORD.write(made).decode() == dump(made.document)
