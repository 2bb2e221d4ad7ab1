"""`studydoc batch`: jobs of `make --batch`."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.console import InOrder, awaited, table
from pipeline.cli.make import print_rows
from pipeline.cli.options import debug, flag, has_debug, path_option, quiet


@click.group(
    cls=InOrder,
    epilog="Examples:  studydoc make lectures/ --batch   |   studydoc batch status   |   studydoc batch collect --wait",
)
def command() -> None:
    """Show, collect or cancel jobs of `make --batch`."""


out = path_option("--out", "The output folder whose jobs are meant.  [default: outputs]")
jobs_url = click.option("--base-url", help="The endpoint that has the jobs, as it was given to make.")


@command.command(epilog="Examples:  studydoc batch status   |   studydoc batch status --out notes")
@out
@jobs_url
@debug
def status(out: Path | None, base_url: str | None) -> None:
    """Show every job. Of those that are under way the endpoint tells how far they are."""
    from pipeline.batch_api.orders import run_status
    from pipeline.settings import load_settings

    table(awaited(run_status(load_settings(out=out, base_url=base_url))))


@command.command(
    epilog="Examples:  studydoc batch collect   |   studydoc batch collect --out notes --wait   |   "
    "studydoc batch collect --json"
)
@out
@jobs_url
@flag("--wait", "Go on until every document is made.")
@flag("--json", "Print one JSON line a transcript on stdout.", "as_json")
@quiet
@debug
def collect(out: Path | None, base_url: str | None, wait: bool, as_json: bool, quiet: bool) -> int:
    """Take results into the call store. What is complete is written, and the next wave of calls is sent."""
    import asyncio

    from pipeline.batch_api.orders import run_collect
    from pipeline.cli.exporting import export_rows
    from pipeline.cli.screen import Screen
    from pipeline.settings import load_settings

    settings = load_settings(out=out, base_url=base_url)
    with Screen(quiet, has_debug()) as screen:
        code, rows = awaited(run_collect(settings, screen, export_rows, wait=asyncio.sleep if wait else None))
    print_rows(rows, as_json=as_json)
    return code


@command.command(epilog="Examples:  studydoc batch cancel   |   studydoc batch cancel --out notes")
@out
@jobs_url
@debug
def cancel(out: Path | None, base_url: str | None) -> None:
    """Stop all jobs under way. What is answered by then is paid for, and `collect` takes it."""
    from pipeline.batch_api.orders import run_cancel
    from pipeline.settings import load_settings

    table(awaited(run_cancel(load_settings(out=out, base_url=base_url))))
