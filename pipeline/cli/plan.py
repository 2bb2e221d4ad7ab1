"""`studydoc plan`: what `make` would ask, take and cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import awaited
from pipeline.cli.options import CALLS, Debug, Flags, takes_settings

app = typer.Typer()


CountedAsPaid = Annotated[Path | None, typer.Option(help="Whose call store counts as paid.  [default: outputs]")]


@app.command(
    epilog="Examples:  studydoc plan lectures/   |   studydoc plan lectures/ --model gpt-6-luna --length brief   |   "
    "studydoc plan lectures/ --check code --json"
)
@takes_settings((*CALLS, "prompts"), out=CountedAsPaid)
def plan(
    flags: Flags,
    paths: Annotated[list[Path], typer.Argument(help="Transcripts in any usual format, or folders of them.")],
    batch: Annotated[bool, typer.Option("--batch", help="Prices of the Batch API, as for make --batch.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    debug: Debug = False,
) -> None:
    """Tell what `make` would ask, take and cost. No call is made; what the call store holds is free."""
    from pipeline.cli.screen import Screen, plan_table
    from pipeline.forecast import forecast
    from pipeline.settings import load_settings

    settings = load_settings(**flags)
    found, failed = awaited(forecast(paths, settings, batch=batch))
    with Screen() as screen:
        for outcome in failed:
            screen.done(outcome)
    if found.plans or as_json:  # of nothing that could be read a table would say that it is free
        print(json.dumps(found.as_dict(), indent=1) if as_json else plan_table(found))
    raise typer.Exit(int(bool(failed)))
