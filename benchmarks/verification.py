"""What checking does to the notes of real runs: the model's statements before it, and what the document holds after.

    python -m benchmarks.verification OUTPUTS_DIR --transcripts DIR

Replays every document below OUTPUTS_DIR from its stored answers, offline, with the settings of the embedded model, and
counts on the way. "Before" is what the model wrote, with the lines that it gave; "faulty" are those statements in which
the checks found something.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from pipeline import mending, run
from pipeline.checking import documents_below, transcript_of
from pipeline.connect import store_path
from pipeline.document import StudyDocument
from pipeline.errors import PipelineError
from pipeline.extraction import Extraction, Extractor
from pipeline.providers.calls import CallStore, StoredClient
from pipeline.run import asummarise
from pipeline.settings import EMBEDDED
from pipeline.store import load
from pipeline.transcript import Transcript

COLUMNS = ("transcript", "lines", "made", "faulty", "repaired", "withheld", "stand", "verified", "weak", "cited before",
           "cited", "tenths before", "tenths")  # fmt: skip


@dataclass(slots=True)
class Counts:
    """Statements of the map calls of one run, and the lines that they cite."""

    made: int = 0
    faulty: int = 0
    repaired: int = 0
    lines: frozenset[int] = frozenset()


def counting(counts: Counts):  # noqa: ANN201
    """`mend`, counted before and after."""

    async def mend(extraction: Extraction, extractor: Extractor, *, keep: bool = False) -> Extraction:
        before = {d.id: d for d in extraction.drafts}
        faulty = {id_ for id_, d in before.items() if mending.fault_of(d, extractor.source)}
        counts.made += len(before)
        counts.faulty += len(faulty)
        counts.lines |= {n for d in before.values() for n in d.lines}
        mended = await mending.mend(extraction, extractor, keep=keep)
        counts.repaired += sum(d.id in faulty for d in mended.drafts)
        return mended

    return mend


def row(document: StudyDocument, transcript: Transcript, calls: CallStore) -> list[str]:
    """The counts of one run. Raises ReplayMiss when an answer is not stored."""
    counts = Counts()
    client = StoredClient(calls, None, document.run.model)
    with patch.object(run, "mend", counting(counts)):
        again = asyncio.run(asummarise(transcript, client, recipe=EMBEDDED, endpoint=document.run.endpoint))
    statements = list(again.statements())
    cover, total = again.coverage, len(transcript.segments)
    verified = sum(s.support == "verified" for s in statements)
    values = (counts.made, counts.faulty, counts.repaired, len(again.withheld), len(statements), verified,
              len(statements) - verified, len(counts.lines), cover.cited, _tenths(counts.lines, total),
              sum(share > 0 for share in cover.deciles))  # fmt: skip
    return [transcript.name, str(total), *map(str, values)]


def _tenths(lines: frozenset[int], total: int) -> int:
    return len({(n - 1) * 10 // total for n in lines})


def table(rows: Sequence[Sequence[str]]) -> str:
    """Markdown, with the sums of all rows last."""
    sums = [str(sum(int(r[k]) for r in rows)) for k in range(1, len(COLUMNS))]
    out = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    return "\n".join([*out, *(f"| {' | '.join(r)} |" for r in (*rows, ["all", *sums]))])


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("outputs", type=Path)
    parser.add_argument("--transcripts", type=Path)
    args = parser.parse_args()
    calls = CallStore(store_path(args.outputs))
    rows = []
    for record in documents_below([args.outputs]):
        try:
            document = load(record)
            transcript, remark = transcript_of(document, record, args.transcripts)
            if remark:
                print(f"{record}: left out: {remark}", file=sys.stderr)
                continue
            rows.append(row(document, transcript, calls))
        except PipelineError as err:
            print(f"{record}: left out: {err}", file=sys.stderr)
    calls.close()
    print(table(rows))
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())
