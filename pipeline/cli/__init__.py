"""The `studydoc` command. Each command is a file that parses options, calls the pipeline, prints, and returns a code.

The file is loaded when its command is named, and what it needs beyond parsing when it runs: `--help` stays fast.
"""

from __future__ import annotations

import atexit
import gc
import sys
from importlib import import_module
from typing import Any, NoReturn

import click
from click.exceptions import NoSuchCommand

from pipeline.cli.console import INTERRUPTED_LINE, examples, tell
from pipeline.cli.streams import begin_output, end_output
from pipeline.errors import EXIT_INTERRUPTED

# Each is `command` in the module of the same name.
COMMANDS = {
    "make": "Make notes from transcripts.",
    "read": "Show how transcripts are understood.",
    "plan": "Estimate the calls, tokens and price of `make`.",
    "check": "Check notes against their transcripts again.",
    "eval": "Score notes, compare two folders, or have statements judged.",
    "review": "Review notes in the browser, beside their transcript.",
    "export": "Export notes as HTML, Word, PDF, EPUB, Anki cards or tables.",
    "doctor": "Test the endpoint and show how `make` will use it.",
    "mcp": "Serve a folder's notes to assistants.",
    "models": "List, fetch, add or remove models.",
    "store": "List, verify, prune, export or import stored answers.",
    "batch": "Show, collect or cancel the jobs of `make --batch`.",
    "fixture": "Record runs, replay them offline, and show what changed.",
}


class _Commands(click.Group):
    """Loads the one command that is named; the list of all needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"pipeline.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not ctx.resilient_parsing:  # click suggests commands that are loaded alone
            raise NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(context: click.Context, parameter: click.Parameter, is_set: bool) -> None:
    if is_set:
        from pipeline.record import pipeline_version

        print(f"studydoc {pipeline_version()}")
        context.exit()


@click.group(
    cls=_Commands,
    context_settings={"show_default": True},
    epilog=examples("studydoc read talk.vtt", "studydoc make talk.vtt", "studydoc review", "studydoc COMMAND --help"),
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help="Print the version and exit.",
)  # fmt: skip
def app() -> None:
    """Turn transcripts into study notes with citations: every statement keeps the lines that support it."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """The console script. Exit codes: 0 all complete, 1 something failed or is partial, 2 usage, 130 interrupted."""
    # Libraries create half a million objects that stay: searching them for cycles took 7 % of a run.
    gc.set_threshold(20_000, 20, 20)
    atexit.register(gc.freeze)  # freeing them one by one at the end took another 5 %
    begin_output()
    code = _exit_code(sys.argv[1:] if arguments is None else arguments)
    end_output()
    sys.exit(code)


def _exit_code(arguments: list[str]) -> Any:
    from pipeline.errors import PipelineError, SettingsError

    try:
        code = app.main(arguments, "studydoc", standalone_mode=False)
        sys.stdout.flush()  # a full disk shows here, while it can still be reported
        return code
    except click.ClickException as err:
        err.show()
        return err.exit_code
    except PipelineError as err:
        if "--debug" in arguments:
            raise
        tell(str(err))
        return 2 if isinstance(err, SettingsError) else 1
    except click.Abort as err:
        if isinstance(err.__cause__, EOFError):
            raise err.__cause__ from None  # click takes it for Ctrl-D at a question; nothing is asked here
        print(INTERRUPTED_LINE, file=sys.stderr)
        return EXIT_INTERRUPTED
    except OSError as err:
        if "--debug" in arguments:
            raise
        file = f"{err.filename}: " if err.filename else ""
        tell(f"{file}{err.strerror or err} (--debug shows where)")
        return 1
