"""`studydoc plan`: what `make` would ask, take and cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.console import awaited, examples
from pipeline.cli.options import CALLS, Flags, debug, flag, path_option, some_paths, takes_settings


@click.command(
    epilog=examples(
        "studydoc plan lectures/",
        "studydoc plan lectures/ --model gpt-6-luna --length brief",
        "studydoc plan lectures/ --check code --json",
    )
)
@some_paths("Transcripts in any common format, or folders of them.", required=True)
@takes_settings(CALLS, out=path_option("--out", "The output folder whose stored answers are free.  [default: outputs]"))
@flag("--batch", "Use the prices of the Batch API, as for make --batch.")
@flag("--json", "Print one JSON object.", "as_json")
@debug
def command(flags: Flags, paths: Sequence[Path], batch: bool, as_json: bool) -> int:
    """Estimate the calls, tokens and price of `make`. Makes no calls; stored answers are free."""
    from pipeline.batches.forecast import forecast
    from pipeline.cli.screen import Screen, plan_table
    from pipeline.settings import load_settings

    settings = load_settings(**flags)
    with Screen() as screen:
        result, failed = awaited(forecast(paths, settings, batch=batch, say=screen.say))
        for outcome in failed:
            screen.done(outcome)
    if result.plans or as_json:  # if nothing could be read, a table would say that it is free
        print(json.dumps(result.as_dict(), indent=1) if as_json else plan_table(result))
    return int(bool(failed))
