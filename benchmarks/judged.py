"""How well checks do on judged statements: true ones that they flag, untrue ones that they find.

    python -m benchmarks.judged FOLDER --corpus FOLDER [--model MODEL] [--json]

FOLDER has *.jsonl files of statements that people judged beside the transcript (fields text, lines, truth; kind if a
true statement was turned into a wrong one). Without a model, only code's checks are measured; with one, the checking
call as well, through the settings that `studydoc make` takes (OPENAI_BASE_URL, STUDYDOC_OUT for the store of answers).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from pipeline.capable.checking import verdicts_on
from pipeline.capable.job import Job
from pipeline.chunking import chunk_transcript
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.llm.progress import Progress, Reporter
from pipeline.llm.prompting import PromptSet
from pipeline.llm.structured import Structured
from pipeline.profile import CAPABLE, Recipe
from pipeline.providers.calls import CallStore
from pipeline.readers import read_transcript
from pipeline.settings import load_settings
from pipeline.settings.chosen import store_path
from pipeline.settings.connect import connect
from pipeline.transcript import Transcript
from pipeline.verification import Recording, finding

_OF_MEANING = ("partly", "unsupported")
_SHIFTS = range(-3, 4)  # by how many segments the numbering may differ from that when the statements were judged
_WORD = re.compile(r"\w{4,}")
_MODEL_KINDS = ("strong", "wrong")  # statements in a capable model's words; only code checks the others


def transcript_for(name: str, corpus: Path) -> Transcript:
    """The transcript for the judged statements of a file named KIND-NAME.jsonl."""
    stem = name.split("-", 1)[1]
    for folder in (corpus, Path("transcripts")):
        for path in sorted(folder.rglob(f"{stem}.*")):
            if path.suffix in (".vtt", ".srt", ".txt", ".md") and ".notes" not in path.name:
                return read_transcript(path)
    raise SystemExit(f"{stem}: no such transcript below {corpus} or transcripts")


def in_todays_lines(rows: Sequence[dict[str, Any]], transcript: Transcript) -> list[dict[str, Any]]:
    """The statements with lines as numbered now: the shift at which these contain most of their words."""

    def words_held(shift: int) -> int:
        return sum(len(_words(row["text"]) & _words(*_texts(transcript, row["lines"], shift))) for row in rows)

    shift = max(_SHIFTS, key=lambda s: (words_held(s), -abs(s)))
    last = len(transcript.segments)
    return [{**row, "lines": [n + shift for n in row["lines"] if 1 <= n + shift <= last]} for row in rows]


def _texts(transcript: Transcript, lines: Sequence[int], shift: int) -> list[str]:
    return [transcript.segment(n + shift).text for n in lines if 1 <= n + shift <= len(transcript.segments)]


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold())}


def by_code(rows: Sequence[dict[str, Any]], transcript: Transcript) -> list[str]:
    """What code finds against each statement, "" if nothing."""
    recording = Recording(transcript)
    return [finding(row["text"], recording) for row in rows]


async def by_model(rows: Sequence[dict[str, Any]], transcript: Transcript, model: str) -> list[str]:
    """What the checking call finds against the meaning of each statement; other kinds of faults do not count."""
    settings, prompts = load_settings(model=model), PromptSet()
    statements = tuple(DraftStatement(row["text"], tuple(row["lines"])) for row in rows)
    draft = Draft({"main_points": (DraftGroup(statements),)}, titles={"main_points": "Main Points"}).numbered()
    chunks = chunk_transcript(transcript, limit=settings.recipe(CAPABLE).profile.chunk_tokens)
    with closing(CallStore(store_path(settings.out))) as store:
        async with connect(settings, store, lambda done, total: None, prompts) as connection:
            structured = Structured(connection.client, prompts)
            reporter = Reporter(Progress(transcript.name))
            job = Job(transcript, Recording(transcript), chunks, Recipe(), structured, reporter, has_manuscript=False)
            verdicts = await verdicts_on(draft, job)
    if verdicts.problems:
        raise SystemExit(f"not all statements could be checked: {verdicts.problems[0].message}")
    faults = (verdicts.faults.get(s.id) for _, s in draft.statements())
    return [f.fault.why if f and f.fault.verdict in _OF_MEANING else "" for f in faults]


def apart(strong: Sequence[dict[str, Any]], wrong: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """All rows in two mixed halves, sorted by lines; a row and its wrong variant are never in the same half."""
    halves: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    away: dict[int, int] = {}
    for n, row in enumerate(wrong):
        halves[n % 2].append(row)
        away[row["from"]] = 1 - n % 2
    for n, row in enumerate(strong):
        halves[away.get(row["id"], n % 2)].append(row)
    return [sorted(half, key=lambda row: (row["lines"], row["text"])) for half in halves]


def shares(flags: Sequence[tuple[dict[str, Any], str]]) -> dict[str, Any]:
    """Counts of true statements that were flagged and of others that were found, these also by kind."""
    true = [bool(f) for row, f in flags if row["truth"] == "true"]
    untrue = [(row, f) for row, f in flags if row["truth"] != "true"]
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for row, finding_text in untrue:
        kinds[row.get("kind") or row["truth"]]["found" if finding_text else "missed"] += 1
    return {
        "true": len(true),
        "true_flagged": sum(true),
        "untrue": len(untrue),
        "untrue_found": sum(bool(f) for _, f in untrue),
        "by_kind": {k: f"{c['found']} of {c.total()}" for k, c in sorted(kinds.items())},
    }


def main() -> None:
    """Print a row for each file, and what was flagged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    counts: dict[str, dict[str, Any]] = {}
    wrong: list[str] = []
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(args.folder.glob("*.jsonl")):
        judged_beside = transcript_for(path.stem, args.corpus)
        judged = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        rows = groups[path.stem] = in_todays_lines(judged, judged_beside)
        flags = list(zip(rows, by_code(rows, judged_beside), strict=True))
        counts[f"{path.stem} by code"] = shares(flags)
        wrong += [f"{path.stem}: {f}: {row['text']}" for row, f in flags if f and row["truth"] == "true"]
    if args.model:
        for stem in sorted({name.split("-", 1)[1] for name in groups if name.startswith(_MODEL_KINDS)}):
            transcript = transcript_for(f"x-{stem}", args.corpus)
            flags = []
            for half in apart(groups.get(f"strong-{stem}", []), groups.get(f"wrong-{stem}", [])):
                flags += zip(half, asyncio.run(by_model(half, transcript, args.model)), strict=True)
            counts[f"{stem} by {args.model}"] = shares(flags)
            wrong += [f"{stem}: {args.model}: {f}: {row['text']}" for row, f in flags if f and row["truth"] == "true"]
    if args.json:
        print(json.dumps(counts))
        return
    for name, row in counts.items():
        kinds = ", ".join(f"{k} {v}" for k, v in row["by_kind"].items())
        print(
            f"{name}: {row['true_flagged']} of {row['true']} true flagged, "
            f"{row['untrue_found']} of {row['untrue']} others found" + (f" ({kinds})" if kinds else "")
        )
    print("\nTrue statements that were flagged:", *(wrong or ["none"]), sep="\n- ")


if __name__ == "__main__":
    main()
