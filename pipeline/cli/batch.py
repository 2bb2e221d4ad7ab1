"""`studydoc batch`: jobs of `make --batch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import awaited, table
from pipeline.cli.make import print_rows
from pipeline.cli.options import Debug, Quiet

app = typer.Typer(
    no_args_is_help=True,
    help="Show, collect or cancel jobs of `make --batch`.",
    epilog="Examples:  studydoc make lectures/ --batch   |   studydoc batch status   |   studydoc batch collect --wait",
    rich_markup_mode=None,
)

Out = Annotated[Path | None, typer.Option(help="The output folder whose jobs are meant.  [default: outputs]")]
JobsUrl = Annotated[
    str | None, typer.Option("--base-url", help="The endpoint that has the jobs, as it was given to make.")
]


@app.command(epilog="Examples:  studydoc batch status   |   studydoc batch status --out notes")
def status(out: Out = None, base_url: JobsUrl = None, debug: Debug = False) -> None:
    """Show every job. Of those that are under way the endpoint tells how far they are."""
    from pipeline.batch_api.orders import run_status
    from pipeline.settings import load_settings

    table(awaited(run_status(load_settings(out=out, base_url=base_url))))


@app.command(
    epilog="Examples:  studydoc batch collect   |   studydoc batch collect --out notes --wait   |   "
    "studydoc batch collect --json"
)
def collect(
    out: Out = None,
    base_url: JobsUrl = None,
    wait: Annotated[bool, typer.Option("--wait", help="Go on until every document is made.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a transcript on stdout.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Take results into the call store. What is complete is written, and the next wave of calls is sent."""
    import asyncio

    from pipeline.batch_api.orders import run_collect
    from pipeline.cli.screen import Screen
    from pipeline.settings import load_settings

    settings = load_settings(out=out, base_url=base_url)
    with Screen(quiet) as screen:
        code, rows = awaited(run_collect(settings, screen, wait=asyncio.sleep if wait else None))
    print_rows(rows, as_json=as_json)
    raise typer.Exit(code)


@app.command(epilog="Examples:  studydoc batch cancel   |   studydoc batch cancel --out notes")
def cancel(out: Out = None, base_url: JobsUrl = None, debug: Debug = False) -> None:
    """Stop all jobs under way. What is answered by then is paid for, and `collect` takes it."""
    from pipeline.batch_api.orders import run_cancel
    from pipeline.settings import load_settings

    table(awaited(run_cancel(load_settings(out=out, base_url=base_url))))
