"""`studydoc fixture`: runs recorded, replayed offline, and compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.console import InOrder, awaited
from pipeline.cli.options import PATH, SETTINGS, TEXT, Flags, base_url, debug, flag, model, path_option, takes_settings

FIXTURES = Path("tests/fixtures")
fixtures = click.argument(
    "folder", type=PATH, default=FIXTURES, help="A fixture, or a folder of fixtures.  [default: tests/fixtures]"
)
prompts = SETTINGS["prompts"]


@click.group(
    cls=InOrder,
    epilog="Examples:  studydoc fixture add talk.vtt   |   studydoc fixture check   |   studydoc fixture list",
)
def command() -> None:
    """Record runs, replay them offline, and show what changed."""


@command.command(
    epilog="Examples:  studydoc fixture add talk.vtt   |   studydoc fixture add talk.vtt --reference notes.md   |   "
    "studydoc fixture add talk.vtt --folder fixtures --out notes",
)
@click.argument("path", type=PATH, help="A transcript that make has been run on.")
@path_option("--reference", "People's own notes of the same recording.")
@path_option("--folder", "Where fixtures are kept.", default=FIXTURES)
@click.option("--name", type=TEXT, help="The fixture's name.  [default: the file's]")
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
    out=path_option("--out", "Whose stored answers are taken.  [default: outputs]"),
)
@debug
def add(flags: Flags, path: Path, reference: Path | None, folder: Path, name: str | None) -> None:
    """Keep a run as a fixture: transcript, stored answers and document. Asks nothing; keys and hosts are left out."""
    from pipeline.evaluation.fixture_adding import Addition, run_add
    from pipeline.settings import load_settings

    given = {name: value for name, value in flags.items() if value is not None}
    print("\n".join(run_add(Addition(path, folder, reference, name, given), load_settings(**flags))))


@command.command(
    epilog="Examples:  studydoc fixture check   |   studydoc fixture check fixtures/talk   |   "
    "studydoc fixture check --prompts my-prompts",
)
@fixtures
@prompts
@debug
def check(folder: Path, prompts: Path | None) -> int:
    """Replay fixtures offline and show what differs. Exit 1 when anything does."""
    from pipeline.evaluation.fixture_commands import prompt_folder, run_check

    code, lines = run_check(folder, prompt_folder(prompts))
    print("\n".join(lines))
    return code


@command.command(
    "list", epilog="Examples:  studydoc fixture list   |   studydoc fixture list fixtures --prompts my-prompts"
)
@fixtures
@prompts
@model
@debug
def list_(folder: Path, prompts: Path | None, model: str | None) -> int:
    """Show fixtures, and which of their answers are obsolete. A changed prompt, schema or model does that; exit 1."""
    from pipeline.evaluation.fixture_commands import prompt_folder, run_list

    code, lines = run_list(folder, prompt_folder(prompts), model)
    print("\n".join(lines))
    return code


@command.command(
    epilog="Examples:  studydoc fixture record   |   studydoc fixture record fixtures --name talk --fresh   |   "
    "studydoc fixture record --model gpt-6-luna",
)
@fixtures
@click.option("--name", "names", type=TEXT, multiple=True, help="Only this fixture; may be given again.")
@model
@base_url
@path_option("--out", "Where answers are stored meanwhile.  [default: outputs]")
@flag("--fresh", "Ask for all answers anew, also for those recorded.")
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
    """Renew fixtures in place against the live model. Only what is not recorded is asked; what changed is shown."""
    from pipeline.cli.screen import Screen
    from pipeline.evaluation.fixture_commands import run_record
    from pipeline.settings import load_settings

    settings = load_settings(model=model, base_url=base_url, out=out, prompts=prompts)
    with Screen() as screen:
        code, lines = awaited(run_record(folder, names, settings, screen.download, fresh=fresh))
    print("\n".join(lines))
    return code
