"""The `studydoc` command: a file a command, each of which parses, calls, prints and exits.

What a command needs beyond parsing is loaded when it runs, so that `--help` stays quick.
"""

from __future__ import annotations

import gc
import sys
from typing import Annotated, Any

import typer

from pipeline.cli.batch import app as batch_app
from pipeline.cli.check import app as check_app
from pipeline.cli.doctor import app as doctor_app
from pipeline.cli.eval import app as eval_app
from pipeline.cli.export import app as export_app
from pipeline.cli.fixture import app as fixture_app
from pipeline.cli.make import INTERRUPTED
from pipeline.cli.make import app as make_app
from pipeline.cli.mcp import app as mcp_app
from pipeline.cli.models import app as models_app
from pipeline.cli.plan import app as plan_app
from pipeline.cli.read import app as read_app
from pipeline.cli.review import app as review_app
from pipeline.cli.store import app as store_app

app = typer.Typer(
    name="studydoc",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Turn transcripts into study notes in which every statement carries the transcript lines that say it.",
    epilog="Examples:  studydoc read talk.vtt   |   studydoc make talk.vtt   |   studydoc review   |   "
    "studydoc COMMAND --help",
)
for command in (make_app, read_app, plan_app, check_app, eval_app, review_app, export_app, doctor_app, mcp_app):
    app.add_typer(command)
for name, group in (("models", models_app), ("store", store_app), ("batch", batch_app), ("fixture", fixture_app)):
    app.add_typer(group, name=name)


@app.callback(invoke_without_command=True)
def version_option(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Options that stand before a command."""
    if version:
        from pipeline.record import pipeline_version

        print(f"studydoc {pipeline_version()}")
        raise typer.Exit


def main(arguments: list[str] | None = None) -> Any:
    """The console script. Exit codes: 0 all complete, 1 something failed or is partial, 2 usage, 130 interrupted."""
    from pipeline.errors import PipelineError, SettingsError

    # Libraries leave half a million values that stay: looking through them for cycles took 7 % of a run.
    gc.set_threshold(20_000, 20, 20)
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=given)
    except PipelineError as err:
        if "--debug" in given:
            raise
        print(f"studydoc: {err}", file=sys.stderr)
        sys.exit(2 if isinstance(err, SettingsError) else 1)
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
