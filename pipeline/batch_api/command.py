"""The `studydoc batch` commands: parse, call, print, exit. No logic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.console import awaited, table

batch_app = typer.Typer(
    no_args_is_help=True, help="Show, collect or cancel jobs of `make --batch`.", rich_markup_mode=None
)

Out = Annotated[Path | None, typer.Option(help="The output folder whose jobs are meant.  [default: outputs]")]
BaseUrl = Annotated[str | None, typer.Option(help="The endpoint that has the jobs, as it was given to make.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


@batch_app.command(epilog="Examples:  studydoc batch status   |   studydoc batch status --out notes")
def status(out: Out = None, base_url: BaseUrl = None, debug: Debug = False) -> None:
    """Show every job, and what the endpoint says of those that are under way."""
    from pipeline.batch_api.orders import run_status
    from pipeline.settings import load_settings

    table(awaited(run_status(load_settings(out=out, base_url=base_url))))


@batch_app.command(
    epilog="Examples:  studydoc batch collect   |   studydoc batch collect --out notes --wait   |   "
    "studydoc batch collect --json"
)
def collect(
    out: Out = None,
    base_url: BaseUrl = None,
    wait: Annotated[bool, typer.Option("--wait", help="Go on until every document is made.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a transcript on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on stderr.")] = False,
    debug: Debug = False,
) -> None:
    """Take results into the call store, write what is complete, send the next wave of calls."""
    import asyncio

    from pipeline.batch_api.orders import run_collect
    from pipeline.settings import load_settings

    code, rows = awaited(
        run_collect(load_settings(out=out, base_url=base_url), wait=asyncio.sleep if wait else None, quiet=quiet)
    )
    for row in rows:
        if as_json or row["page"]:
            print(json.dumps(row, ensure_ascii=False) if as_json else row["page"])
    raise typer.Exit(code)


@batch_app.command(epilog="Examples:  studydoc batch cancel   |   studydoc batch cancel --out notes")
def cancel(out: Out = None, base_url: BaseUrl = None, debug: Debug = False) -> None:
    """Stop all jobs under way; what is answered by then is paid for, and `collect` takes it."""
    from pipeline.batch_api.orders import run_cancel
    from pipeline.settings import load_settings

    table(awaited(run_cancel(load_settings(out=out, base_url=base_url))))
