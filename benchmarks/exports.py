"""How long the export of a document of 120 statements takes in each format, and how large the file is.

    python -m benchmarks.exports [RECORD]

Without a record the document is made up: 120 statements of 30 words, each citing two lines of 25 words, 12 key
concepts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.document import Coverage, Detail, KeyConcept, MainPoint, SourceInfo, StudyDocument
from pipeline.errors import SettingsError
from pipeline.exports import FORMATS, Exported, exported
from pipeline.exports.index import Note, write_index
from pipeline.run_record import RunRecord, RunUsage
from pipeline.sections.base import cite
from pipeline.store import load
from pipeline.transcript import Segment, Transcript

_WORDS = "the tide turns four times a day and every turbine of 1.5 megawatts stands still for forty minutes".split()
_STATEMENTS, _LINES, _CONCEPTS, _POINTS = 120, 400, 12, 9


def main() -> None:
    """Print a row for each format: seconds for the first and for a second document, bytes."""
    document = _loaded(Path(sys.argv[1])) if len(sys.argv) > 1 else _ready(_document(), "talk", _transcript())
    print(f"{sum(1 for _ in document.points())} statements; first time, then again: seconds on the clock (of CPU); kB")
    for form in FORMATS:
        try:
            first, _ = _timed(partial(form.write, document))
        except SettingsError as err:
            print(f"{form.name:<10} {err}")
            continue
        again, content = _timed(partial(form.write, document))
        print(f"{form.name:<10} {first}  {again} {len(content) / 1000:8.0f}")
    shelf = [Note(replace(document, name=f"talk{n}"), f"talk{n}.html") for n in range(100)]
    took, content = _timed(partial(write_index, shelf))
    print(f"{'index':<10} {took}  {'':14} {len(content) / 1000:8.0f}  of 100 documents")


def _timed(work: Callable[[], bytes]) -> tuple[str, bytes]:
    clock, cpu = time.perf_counter(), time.process_time()
    content = work()
    return f"{time.perf_counter() - clock:5.2f} ({time.process_time() - cpu:5.2f})", content


def _loaded(record: Path) -> Exported:
    return _ready(load(record), record.stem, None)


def _ready(document: StudyDocument, name: str, transcript: Transcript | None) -> Exported:
    return exported(document, name, transcript, citations=False, reviewed=False, changed=0)


def _text(n: int, words: int) -> str:
    return " ".join(_WORDS[(n + i) % len(_WORDS)] for i in range(words)).capitalize() + "."


def _transcript() -> Transcript:
    segments = tuple(
        Segment(n, _text(n, 25), ("Ana", "Ben")[n // 7 % 2], 9.0 * n, 9.0 * n + 8) for n in range(1, _LINES + 1)
    )
    return Transcript("talk", segments, path="talk.vtt", sha256="0" * 64)


def _document() -> StudyDocument:
    transcript = _transcript()

    def lines(n: int) -> dict[str, object]:
        at = 1 + n * 3
        return {"evidence": cite(transcript, [at, at + 2]), "support": "verified"}

    details = [
        Detail(text=_text(n, 30), lead="A lead", **lines(n))
        for n in range(_STATEMENTS - _CONCEPTS)  # type: ignore[arg-type]
    ]
    size = len(details) // _POINTS
    points = tuple(
        MainPoint(heading=_text(n, 6), details=tuple(details[n * size : (n + 1) * size])) for n in range(_POINTS)
    )
    concepts = tuple(
        KeyConcept(term=f"Term {n}", definition=_text(n, 20), **lines(n))
        for n in range(_CONCEPTS)  # type: ignore[arg-type]
    )
    return StudyDocument(
        status="complete",
        title="A talk on tides",
        channel="Benchmarks",
        source=SourceInfo(
            path="talk.vtt",
            sha256="0" * 64,
            url="https://www.youtube.com/watch?v=x",
            published=None,
            speakers=("Ana", "Ben"),
            language="en",
            duration_seconds=3600.0,
            segments=_LINES,
            tokens=12000,
        ),
        overview=(),
        prerequisites=(),
        main_points=points,
        key_concepts=concepts,
        summary=(),
        coverage=Coverage(segments=_LINES, cited=240, read=_LINES, deciles=(0.6,) * 10),
        withheld=(),
        problems=(),
        run=RunRecord(
            pipeline_version="0",
            model="made up",
            profile="capable",
            checked_by="code",
            length="standard",
            words_asked=0,
            words=0,
            endpoint="none",
            prompts={},
            created="2026-01-01T00:00:00Z",
            seconds=0.0,
            usage=RunUsage(),
        ),
    )


if __name__ == "__main__":
    main()
