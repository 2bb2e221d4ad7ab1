"""How well the parts of Main Points agree with the headings that people put into the same transcript.

    python -m benchmarks.parts OUTPUTS_DIR --transcripts DIR

Takes every document below OUTPUTS_DIR whose transcript is Markdown with headings (`## Heading`, or a line `_Heading_`
of its own). Three divisions of its notes are compared with people's: the document's own, the one that code finds from
the words of notes and lines, and as many even parts. Pk (Beeferman et al. 1999) is the share of pairs of notes, half
of a mean part apart, of which one division says "same part" and the other does not: 0 is agreement, about 0.5 chance.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.checking import documents_below, transcript_of
from pipeline.document import StudyDocument
from pipeline.errors import PipelineError
from pipeline.sections.main_points import LARGEST_PART, SMALLEST_PART
from pipeline.sections.parting import parts_of
from pipeline.store import load
from pipeline.text import content_words
from pipeline.transcript import Transcript

_HEADING = re.compile(r"#+ .|_[^_]+_\s*$")
_PROBE = 25  # letters of a passage that tell which line it is


def people(markdown: str, transcript: Transcript) -> list[int]:
    """The line with which each passage under a heading begins."""
    said = {s.id: _letters(s.text) for s in transcript.segments}
    out: list[int] = []
    due = False
    for row in markdown.splitlines():
        if _HEADING.match(row):
            due = True
        elif due and (probe := _letters(re.sub(r"^\*\*[^*]+\*\*:?\s*", "", row))[:_PROBE]):
            found = next((n for n, text in said.items() if probe in text), None)
            if found is not None:
                out.append(found)
                due = False
    return out


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def pk(people: Iterable[int], ours: Iterable[int], total: int) -> float:
    """Pk of two divisions, each given by the first notes of its parts, counted from 1."""
    first, second = (_numbered(set(starts), total) for starts in (people, ours))
    reach = max(2, round(total / first[-1] / 2))
    pairs = range(total - reach)
    apart = sum((first[i] == first[i + reach]) != (second[i] == second[i + reach]) for i in pairs)
    return apart / max(1, len(pairs))


def _numbered(starts: set[int], total: int) -> list[int]:
    """The part of each note."""
    return [max(1, sum(start <= n for start in starts)) for n in range(1, total + 1)]


def row(name: str, document: StudyDocument, transcript: Transcript, headings: Sequence[int]) -> str:
    """A row of the table."""
    parts = [list(p.flat()) for p in document.main_points]
    notes = [d for part in parts for d in part]
    total = len(notes)
    firsts = [d.evidence[0].segment for d in notes]
    theirs = {next((i for i, n in enumerate(firsts, 1) if n >= line), total) for line in headings} | {1}
    own = [1 + sum(map(len, parts[:i])) for i in range(len(parts))]
    said = [f"{d.lead or ''} {d.text} {' '.join(e.quote for e in d.evidence)}" for d in notes]
    code = parts_of([content_words(s) for s in said], smallest=SMALLEST_PART, largest=LARGEST_PART)
    even = [1 + round(i * total / len(code)) for i in range(len(code))]
    scores = " | ".join(f"{pk(theirs, found, total):.2f} ({len(found)})" for found in (own, code, even))
    return f"| {name} | {total} | {len(theirs)} | {scores} |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("outputs", type=Path, nargs="+")
    parser.add_argument("--transcripts", type=Path, required=True)
    given = parser.parse_args()
    print("| document | notes | people's parts | its own: Pk (parts) | by code | even |")
    print(f"|{' --- |' * 6}")
    for record in documents_below(given.outputs):
        try:
            document = load(record)
            transcript, remark = transcript_of(document, record, given.transcripts)
        except PipelineError as err:
            print(f"{record}: left out: {err}", file=sys.stderr)
            continue
        source = next((p for p in given.transcripts.rglob("*.md") if p.stem == record.stem), None)
        headings = people(source.read_text("utf-8", errors="replace"), transcript) if source and not remark else []
        if len(headings) > 1:
            print(row(record.stem, document, transcript, headings))


if __name__ == "__main__":
    main()
