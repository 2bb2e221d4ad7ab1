"""`make --on ray`: find transcripts, have workers make the documents, show the outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.batches.display import Display
from pipeline.batches.outcome import Outcome
from pipeline.cluster.places import discover
from pipeline.cluster.ray_tasks import cluster, spread
from pipeline.cluster.work import Report, assignments
from pipeline.errors import SettingsError
from pipeline.settings import Settings
from pipeline.text import numbered
from pipeline.transcript import Metadata


def run_on_ray(
    paths: Sequence[Path], settings: Settings, metadata: Metadata, display: Display, address: str | None
) -> tuple[int, list[dict[str, Any]]]:
    """Make the documents on a Ray cluster; the exit code, and a row for each transcript."""
    _check(paths, settings)
    places, errors = discover(paths, settings.out)
    rows = [Outcome("", error=err).row() for err in errors]
    for err in errors:
        display.problem(f"FAILED: {err}")
    if places:
        with cluster(address):
            display.say(f"{numbered(len(places), 'transcript')} for Ray, model {settings.chosen_model[0]}")
            reports = spread(assignments(places, settings, metadata), lambda report: _show(report, display))
        rows += [report.row for report in reports]
        display.say(_closing(reports))
    return int(any(row["status"] != "complete" for row in rows)), rows


def _check(paths: Sequence[Path], settings: Settings) -> None:
    if settings.in_process:
        raise SettingsError("--on ray needs an endpoint", hint="set --base-url, for example to a vLLM server")
    if Path("-") in paths:
        raise SettingsError("--on ray cannot read standard input", hint="use a file")
    if settings.max_cost is not None or settings.max_tokens is not None:
        raise SettingsError(
            "--max-cost and --max-tokens do not work with --on ray", hint="studydoc plan shows the cost beforehand"
        )


def _show(report: Report, display: Display) -> None:
    row = report.row
    for note in report.notes:
        display.say(f"{row['name']}: note: {note}")
    if row["error"]:
        display.problem(f"{row['name']}: FAILED: {row['error']}")
        return
    state = "unchanged" if report.unchanged else f"{row['status']}, {numbered(row['calls_made'], 'call')}"
    display.say(f"{row['name']}: {state} → {row['page']}")
    for problem in row["problems"]:
        display.problem(f"{row['name']}: PARTIAL: {problem}")


def _closing(reports: Sequence[Report]) -> str:
    states = [report.row["status"] for report in reports]
    calls = numbered(sum(report.row["calls_made"] for report in reports), "call")
    unchanged = sum(report.unchanged for report in reports)
    counts = ", ".join(f"{states.count(state)} {state}" for state in ("complete", "partial", "failed"))
    return f"{counts}; {unchanged} unchanged; {calls} made"
