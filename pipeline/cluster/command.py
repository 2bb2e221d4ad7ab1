"""`make --on ray`: what to make is found here, made on the workers, and told here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.cluster.places import Place, address_of, discover
from pipeline.cluster.ray_tasks import cluster, spread
from pipeline.cluster.work import Assignment, Report
from pipeline.commands import MakeFlags, row
from pipeline.corpus import Outcome
from pipeline.errors import SettingsError
from pipeline.run import pipeline_version
from pipeline.screen import Screen
from pipeline.settings import LOCAL, Settings
from pipeline.text import numbered


def run_spread(
    paths: Sequence[Path], settings: Settings, flags: MakeFlags, address: str | None = None
) -> tuple[int, list[dict[str, Any]]]:
    """The exit code, and a row for each transcript."""
    _check(paths, settings)
    places, errors = discover(paths)
    rows = [row(Outcome("input", error=err)) for err in errors]
    with Screen(flags.quiet) as screen:
        for err in errors:
            screen.problem(f"input: FAILED: {err}")
        if places:
            with cluster(address):
                screen.say(f"{numbered(len(places), 'transcript')} for Ray, model {settings.chosen_model[0]}")
                reports = spread(assignments(places, settings, flags), lambda report: _tell(report, screen))
            rows += [report.row for report in reports]
            screen.say(_closing(reports))
    return int(any(told["status"] != "complete" for told in rows)), rows


def assignments(places: Sequence[Place], settings: Settings, flags: MakeFlags) -> Iterator[Assignment]:
    """One for each transcript; the key is left out."""
    told = settings.model_dump(mode="json", exclude={"api_key", "out", "prompts"})
    told["model"] = settings.chosen_model[0]
    files: tuple[tuple[str, str], ...] = ()
    if settings.prompts:
        found = sorted(settings.prompts.rglob("*.md"))
        files = tuple((p.relative_to(settings.prompts).as_posix(), p.read_text("utf-8")) for p in found)
    out = address_of(settings.out)
    for place in places:
        yield Assignment(place, out, told, flags.metadata, files, pipeline_version())


def _check(paths: Sequence[Path], settings: Settings) -> None:
    if settings.chosen_model[0] == LOCAL:
        raise SettingsError("--on ray needs an endpoint", hint="give --base-url, for example that of a vLLM server")
    if Path("-") in paths:
        raise SettingsError("--on ray cannot read standard input", hint="use a file")
    if settings.max_cost is not None or settings.max_tokens is not None:
        raise SettingsError("workers share no limit", hint="see before what it takes: studydoc plan")


def _tell(report: Report, screen: Screen) -> None:
    told = report.row
    for note in report.notes:
        screen.say(f"{told['name']}: note: {note}")
    if told["error"]:
        screen.problem(f"{told['name']}: FAILED: {told['error']}")
        return
    how = "unchanged" if report.kept else f"{told['status']}, {numbered(told['calls_made'], 'call')}"
    screen.say(f"{told['name']}: {how} → {told['page']}")
    for problem in told["problems"]:
        screen.problem(f"{told['name']}: PARTIAL: {problem}")


def _closing(reports: Sequence[Report]) -> str:
    states = [report.row["status"] for report in reports]
    calls = numbered(sum(report.row["calls_made"] for report in reports), "call")
    kept = sum(report.kept for report in reports)
    told = ", ".join(f"{states.count(state)} {state}" for state in ("complete", "partial", "failed"))
    return f"{told}; {kept} unchanged; {calls} made"
