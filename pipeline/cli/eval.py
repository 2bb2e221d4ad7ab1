"""`studydoc eval`: scores of documents, and comparisons of two folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.console import awaited
from pipeline.cli.options import BaseUrl, Debug, Transcripts

app = typer.Typer()


@app.command(
    name="eval",
    epilog="Examples:  studydoc eval outputs/   |   studydoc eval outputs/ --reference notes/ --json   |   "
    "studydoc eval compare before/ after/ --fail-under 0.02   |   "
    "studydoc eval compare before/ after/ --judge gpt-6-luna   |   studydoc eval outputs/ --judge gpt-6-luna",
)
def evaluate(
    paths: Annotated[list[Path], typer.Argument(help="Documents or folders of them; or: compare BEFORE AFTER.")],
    reference: Annotated[
        Path | None, typer.Option(help="People's own notes, NAME.notes.md or NAME.md for outputs/NAME.json.")
    ] = None,
    transcripts: Transcripts = None,
    fail_under: Annotated[
        float | None, typer.Option(help="With compare: exit 1 when a score's mean got worse by more than this.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of Markdown.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots there too.")] = None,
    judge: Annotated[
        str | None,
        typer.Option(help="A model that reads each statement beside its lines; with compare, that rates both."),
    ] = None,
    base_url: BaseUrl = None,
    debug: Debug = False,
) -> None:
    """Score documents, compare two folders, or have statements judged. Scores tell of reach, form and agreement."""
    from pipeline.evaluation.eval_commands import run_compare, run_eval

    if paths[0] == Path("compare"):
        judging = _judge(judge, base_url) if judge else None
        code, text = run_compare(
            paths[1:], reference, transcripts, fail_under, as_json=as_json, page=html, judge=judging
        )
    elif judge:
        code, text = _statements_judged(paths, transcripts, judge, base_url, as_json)
    else:
        code, text = run_eval(paths, reference, transcripts, as_json=as_json, page=html)
    print(text, end="")
    raise typer.Exit(code)


def _statements_judged(
    paths: list[Path], transcripts: Path | None, model: str, base_url: str | None, as_json: bool
) -> tuple[int, str]:
    """Tables of what is true, cited rightly and worth a note, by a model's reading."""
    from pipeline.cli.screen import Screen
    from pipeline.evaluation.statement_judging import run_judge
    from pipeline.settings import load_settings

    with Screen() as screen:
        settings = load_settings(model=model, base_url=base_url)
        return awaited(run_judge(paths, transcripts, settings, screen.download, as_json=as_json))


def _judge(model: str, base_url: str | None) -> Any:
    """What asks the judge about two folders."""
    from pipeline.cli.screen import Screen
    from pipeline.evaluation.judging import judge_folders
    from pipeline.settings import load_settings

    def ask(folders: Any) -> Any:
        with Screen() as screen:
            settings = load_settings(model=model, base_url=base_url)
            return model, awaited(judge_folders(folders, settings, screen.download))

    return ask
