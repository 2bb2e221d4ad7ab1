"""`studydoc eval`: scores of documents, and comparisons of two folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pipeline.cli.console import awaited, examples
from pipeline.cli.options import NumberRange, base_url, debug, flag, path_option, some_paths, transcripts


@click.command(
    epilog=examples(
        "studydoc eval outputs/",
        "studydoc eval outputs/ --reference notes/ --json",
        "studydoc eval compare before/ after/ --fail-under 0.02",
        "studydoc eval compare before/ after/ --judge gpt-6-luna",
        "studydoc eval outputs/ --judge gpt-6-luna",
    ),
)
@some_paths("Documents or folders of them; or: compare BEFORE AFTER.", required=True)
@path_option("--reference", "Notes by people: NAME.notes.md or NAME.md for outputs/NAME.json.")
@transcripts
@click.option(
    "--fail-under",
    type=NumberRange(0),
    help="With compare: exit code 1 if the mean of a score got worse by more than this.",
)
@flag("--json", "Print one JSON object; with --judge and no compare, one JSON line per statement.", "as_json")
@path_option("--html", "Also write a page with plots to this file.")
@click.option(
    "--judge", help="A model that rates each statement against its lines; with compare, it rates both folders."
)
@base_url
@debug
def command(
    paths: Sequence[Path],
    reference: Path | None,
    transcripts: Path | None,
    fail_under: float | None,
    as_json: bool,
    html: Path | None,
    judge: str | None,
    base_url: str | None,
) -> int:
    """Score notes, compare two folders, or have statements judged. Scores measure coverage, form and agreement."""
    from pipeline.evaluation.eval_commands import run_compare, run_eval

    comparing = paths[0] == Path("compare")
    if fail_under is not None and not comparing:
        raise click.BadParameter("--fail-under works only with compare: studydoc eval compare BEFORE AFTER")
    if judge is not None and not comparing and (reference or html):
        raise click.BadParameter("--reference and --html are for scores: remove --judge, or compare two folders")
    if base_url is not None and judge is None:
        raise click.BadParameter("--base-url works only with --judge")
    if comparing:
        judging = _judge(judge, base_url) if judge is not None else None
        code, text = run_compare(
            paths[1:], reference, transcripts, fail_under, as_json=as_json, page=html, judge=judging
        )
    elif judge is not None:
        code, text = _statements_judged(paths, transcripts, judge, base_url, as_json)
    else:
        code, text = run_eval(paths, reference, transcripts, as_json=as_json, page=html)
    print(text, end="")
    return code


def _statements_judged(
    paths: Sequence[Path], transcripts: Path | None, model: str, base_url: str | None, as_json: bool
) -> tuple[int, str]:
    """The exit code, and tables of how a model rates the statements: true, cited correctly, worth a note."""
    from pipeline.cli.screen import Screen
    from pipeline.evaluation.statement_judging import run_judge
    from pipeline.settings import load_settings

    with Screen() as screen:
        settings = load_settings(model=model, base_url=base_url)
        return awaited(run_judge(paths, transcripts, settings, screen.download, as_json=as_json))


def _judge(model: str, base_url: str | None) -> Any:
    """The function that has the judge rate two folders."""
    from pipeline.cli.screen import Screen
    from pipeline.evaluation.judging import judge_folders
    from pipeline.settings import load_settings

    def ask(folders: Any) -> Any:
        with Screen() as screen:
            settings = load_settings(model=model, base_url=base_url)
            return model, awaited(judge_folders(folders, settings, screen.download))

    return ask
