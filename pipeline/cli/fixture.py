"""`studydoc fixture`: runs recorded, replayed offline, and compared."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from pipeline.cli.console import InOrder, awaited, examples
from pipeline.cli.options import PATH, SETTINGS, TEXT, Flags, base_url, debug, flag, model, path_option, takes_settings

FIXTURES = Path("tests/fixtures")
fixtures = click.argument(
    "folder", type=PATH, default=FIXTURES, help="A fixture, or a folder of fixtures.  [default: tests/fixtures]"
)
prompts = SETTINGS["prompts"]


@click.group(
    cls=InOrder,
    epilog=examples("studydoc fixture add talk.vtt", "studydoc fixture check", "studydoc fixture list"),
)
def command() -> None:
    """Record runs, replay them offline, and show what changed."""


@command.command(
    epilog=examples(
        "studydoc fixture add talk.vtt",
        "studydoc fixture add talk.vtt --reference notes.md",
        "studydoc fixture add talk.vtt --folder fixtures --out notes",
    ),
)
@click.argument("path", type=PATH, help="A transcript that make has already been run on.")
@path_option("--reference", "Notes of the same recording, written by people.")
@path_option("--folder", "The folder of all fixtures.", default=FIXTURES)
@click.option("--name", type=TEXT, help="The fixture's name.  [default: the file's name]")
@takes_settings(
    (
        "model",
        "base_url",
        "length",
        "notes",
        "sections",
        "check",
        "manuscript",
        "profile",
        "chunk_tokens",
        "prompts",
        "encoding",
        "format",
    ),
    out=path_option("--out", "The output folder with the stored answers.  [default: outputs]"),
)
@debug
def add(flags: Flags, path: Path, reference: Path | None, folder: Path, name: str | None) -> None:
    """Save a run as a fixture: transcript, stored answers and document. Makes no calls; leaves out keys and hosts."""
    from pipeline.evaluation.fixture_adding import Addition, run_add
    from pipeline.settings import load_settings

    given = {name: value for name, value in flags.items() if value is not None}
    print("\n".join(run_add(Addition(path, folder, reference, name, given), load_settings(**flags))))


@command.command(
    epilog=examples(
        "studydoc fixture check", "studydoc fixture check fixtures/talk", "studydoc fixture check --prompts my-prompts"
    ),
)
@fixtures
@prompts
@debug
def check(folder: Path, prompts: Path | None) -> int:
    """Replay fixtures offline and show what differs. Exit code 1 if anything does."""
    from pipeline.evaluation.fixture_commands import prompt_folder, run_check

    code, lines = run_check(folder, prompt_folder(prompts))
    print("\n".join(lines))
    return code


@command.command(
    "list", epilog=examples("studydoc fixture list", "studydoc fixture list fixtures --prompts my-prompts")
)
@fixtures
@prompts
@model
@debug
def list_(folder: Path, prompts: Path | None, model: str | None) -> int:
    """List fixtures and their obsolete answers. Exit code 1 if a changed prompt, schema or model made any obsolete."""
    from pipeline.evaluation.fixture_commands import prompt_folder, run_list

    code, lines = run_list(folder, prompt_folder(prompts), model)
    print("\n".join(lines))
    return code


@command.command(
    epilog=examples(
        "studydoc fixture record",
        "studydoc fixture record fixtures --name talk --fresh",
        "studydoc fixture record --model gpt-6-luna",
    ),
)
@fixtures
@click.option("--name", "names", type=TEXT, multiple=True, help="Only this fixture; may be given several times.")
@model
@base_url
@path_option("--out", "The output folder that stores new answers, except with --fresh.  [default: outputs]")
@flag("--fresh", "Make all calls again, also those that are recorded.")
@prompts
@debug
def record(
    folder: Path,
    names: Sequence[str],
    model: str | None,
    base_url: str | None,
    out: Path | None,
    fresh: bool,
    prompts: Path | None,
) -> int:
    """Record fixtures again with the live model. Only calls that are not recorded are made; changes are shown."""
    from pipeline.cli.screen import Screen
    from pipeline.evaluation.fixture_commands import run_record
    from pipeline.settings import load_settings

    settings = load_settings(model=model, base_url=base_url, out=out, prompts=prompts)
    with Screen() as screen:
        show = partial(print, flush=True)
        return awaited(run_record(folder, names, settings, screen.download, show, fresh=fresh))
