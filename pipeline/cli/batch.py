"""`studydoc batch`: jobs of `make --batch`."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.console import InOrder, awaited, examples, table
from pipeline.cli.make import print_rows
from pipeline.cli.options import debug, flag, has_debug, path_option, quiet


@click.group(
    cls=InOrder,
    epilog=examples("studydoc make lectures/ --batch", "studydoc batch status", "studydoc batch collect --wait"),
)
def command() -> None:
    """Show, collect or cancel the jobs of `make --batch`."""


out = path_option("--out", "The output folder of the jobs.  [default: outputs]")
jobs_url = click.option("--base-url", help="The endpoint that runs the jobs, as given to make.")


@command.command(epilog=examples("studydoc batch status", "studydoc batch status --out notes"))
@out
@jobs_url
@debug
def status(out: Path | None, base_url: str | None) -> None:
    """Show all jobs, with the progress of those still running."""
    from pipeline.batch_api.orders import run_status
    from pipeline.settings import load_settings

    table(awaited(run_status(load_settings(out=out, base_url=base_url))))


@command.command(
    epilog=examples(
        "studydoc batch collect", "studydoc batch collect --out notes --wait", "studydoc batch collect --json"
    )
)
@out
@jobs_url
@flag("--wait", "Wait until all notes are written.")
@flag("--json", "Print one JSON line per transcript on stdout.", "as_json")
@quiet
@debug
def collect(out: Path | None, base_url: str | None, wait: bool, as_json: bool, quiet: bool) -> int:
    """Fetch results, write what is complete, and send the next wave. Run it until no job is left, or with --wait."""
    import asyncio

    from pipeline.batch_api.orders import run_collect
    from pipeline.cli.exporting import export_rows
    from pipeline.cli.screen import Screen
    from pipeline.settings import load_settings

    settings = load_settings(out=out, base_url=base_url)
    with Screen(quiet, has_debug()) as screen:
        code, rows = awaited(run_collect(settings, screen, export_rows, wait=asyncio.sleep if wait else None))
        screen.end_bars()
        print_rows(rows, as_json=as_json)
    return code


@command.command(epilog=examples("studydoc batch cancel", "studydoc batch cancel --out notes"))
@out
@jobs_url
@debug
def cancel(out: Path | None, base_url: str | None) -> None:
    """Stop all running jobs. Run `collect` afterwards for the answers that they gave: these are paid for."""
    from pipeline.batch_api.orders import run_cancel
    from pipeline.settings import load_settings

    table(awaited(run_cancel(load_settings(out=out, base_url=base_url))))
