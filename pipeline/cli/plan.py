"""`studydoc plan`: what `make` would ask, take and cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import awaited
from pipeline.cli.options import (
    BaseUrl,
    CheckedBy,
    ChunkTokens,
    Concurrency,
    Debug,
    Effort,
    Model,
    ModelProfile,
    NotesLanguage,
    NotesLength,
    Prompts,
)

app = typer.Typer()


@app.command(
    epilog="Examples:  studydoc plan lectures/   |   studydoc plan lectures/ --model gpt-6-luna --length brief   |   "
    "studydoc plan lectures/ --check code --json"
)
def plan(
    paths: Annotated[list[Path], typer.Argument(help="Transcripts in any usual format, or folders of them.")],
    model: Model = None,
    base_url: BaseUrl = None,
    out: Annotated[Path | None, typer.Option(help="Whose call store counts as paid.  [default: outputs]")] = None,
    length: NotesLength = None,
    language: NotesLanguage = None,
    check: CheckedBy = None,
    profile: ModelProfile = None,
    chunk_tokens: ChunkTokens = None,
    effort: Effort = None,
    concurrency: Concurrency = None,
    prompts: Prompts = None,
    batch: Annotated[bool, typer.Option("--batch", help="Prices of the Batch API, as for make --batch.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    debug: Debug = False,
) -> None:
    """Tell what `make` would ask, take and cost, without a call; what the call store holds is free."""
    from pipeline.cli.screen import Screen, plan_table
    from pipeline.forecast import forecast
    from pipeline.settings import load_settings

    settings = load_settings(
        model=model,
        base_url=base_url,
        out=out,
        profile=profile,
        length=length,
        language=language,
        check=check,
        chunk_tokens=chunk_tokens,
        reasoning_effort=effort,
        concurrency=concurrency,
        prompts=prompts,
    )
    found, failed = awaited(forecast(paths, settings, batch=batch))
    with Screen() as screen:
        for outcome in failed:
            screen.done(outcome)
    print(json.dumps(found.as_dict(), indent=1) if as_json else plan_table(found))
    raise typer.Exit(int(bool(failed)))
