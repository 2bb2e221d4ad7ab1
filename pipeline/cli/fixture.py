"""`studydoc fixture`: runs recorded, replayed offline, and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import awaited
from pipeline.cli.options import BaseUrl, Debug, Flags, Model, Prompts, takes_settings

app = typer.Typer(
    no_args_is_help=True,
    help="Record runs, replay them offline, and show what changed.",
    epilog="Examples:  studydoc fixture add talk.vtt   |   studydoc fixture check   |   studydoc fixture list",
    rich_markup_mode=None,
)

Fixtures = Annotated[Path, typer.Argument(help="A fixture, or a folder of fixtures.")]
StoredIn = Annotated[Path | None, typer.Option(help="Whose stored answers are taken.  [default: outputs]")]
_OF_RUN = (
    "model", "base_url", "length", "notes", "sections", "check", "profile", "chunk_tokens", "prompts", "encoding",
)  # fmt: skip


@app.command(
    epilog="Examples:  studydoc fixture add talk.vtt   |   studydoc fixture add talk.vtt --reference notes.md   |   "
    "studydoc fixture add talk.vtt --folder fixtures --out notes",
)
@takes_settings(_OF_RUN, out=StoredIn)
def add(
    flags: Flags,
    path: Annotated[Path, typer.Argument(help="A transcript that make has been run on.")],
    reference: Annotated[Path | None, typer.Option(help="People's own notes of the same recording.")] = None,
    folder: Annotated[Path, typer.Option(help="Where fixtures are kept.")] = Path("tests/fixtures"),
    name: Annotated[str | None, typer.Option(help="The fixture's name.  [default: the file's]")] = None,
    debug: Debug = False,
) -> None:
    """Keep a run as a fixture: transcript, stored answers and document. Asks nothing; keys and hosts are left out."""
    from pipeline.evaluation.fixture_adding import Addition, run_add
    from pipeline.settings import load_settings

    settings = load_settings(**flags)
    print("\n".join(run_add(Addition(path, folder, reference, name), settings)))


@app.command(
    epilog="Examples:  studydoc fixture check   |   studydoc fixture check fixtures/talk   |   "
    "studydoc fixture check --prompts my-prompts",
)
def check(folder: Fixtures = Path("tests/fixtures"), prompts: Prompts = None, debug: Debug = False) -> None:
    """Replay fixtures offline and show what differs. Exit 1 when anything does."""
    from pipeline.evaluation.fixture_commands import run_check

    code, lines = run_check(folder, prompts)
    print("\n".join(lines))
    raise typer.Exit(code)


@app.command(
    "list", epilog="Examples:  studydoc fixture list   |   studydoc fixture list fixtures --prompts my-prompts"
)
def list_(
    folder: Fixtures = Path("tests/fixtures"), prompts: Prompts = None, model: Model = None, debug: Debug = False
) -> None:
    """Show fixtures, and which of their answers are obsolete. A changed prompt, schema or model does that; exit 1."""
    from pipeline.evaluation.fixture_commands import run_list

    code, lines = run_list(folder, prompts, model)
    print("\n".join(lines))
    raise typer.Exit(code)


@app.command(
    epilog="Examples:  studydoc fixture record   |   studydoc fixture record fixtures --name talk --fresh   |   "
    "studydoc fixture record --model gpt-6-luna",
)
def record(
    folder: Fixtures = Path("tests/fixtures"),
    name: Annotated[list[str] | None, typer.Option(help="Only this fixture; may be given again.")] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    out: Annotated[Path | None, typer.Option(help="Where answers are stored meanwhile.  [default: outputs]")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask for all answers anew, also for those recorded.")] = False,
    prompts: Prompts = None,
    debug: Debug = False,
) -> None:
    """Renew fixtures in place against the live model. Only what is not recorded is asked; what changed is shown."""
    from pipeline.cli.screen import Screen
    from pipeline.evaluation.fixture_commands import run_record
    from pipeline.settings import load_settings

    settings = load_settings(model=model, base_url=base_url, out=out, prompts=prompts)
    with Screen() as screen:
        code, lines = awaited(run_record(folder, name or (), settings, screen.download, fresh=fresh))
    print("\n".join(lines))
    raise typer.Exit(code)
