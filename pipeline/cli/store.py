"""`studydoc store`: the stored answers of an output folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from pipeline.cli.console import table
from pipeline.cli.options import Debug

if TYPE_CHECKING:
    from pipeline.providers.calls import CallStore

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=False, help="Show, verify, prune, export or import stored answers.", invoke_without_command=True,
    rich_markup_mode=None,
)  # fmt: skip

Out = Annotated[Path, typer.Option(help="The output folder whose store is meant.")]
Recorded = Annotated[Path, typer.Argument(help="A file of calls, a JSON line each.")]


@app.callback(
    epilog="Examples:  studydoc store   |   studydoc store verify --out notes   |   "
    "studydoc store export calls.jsonl   |   studydoc store prune --model gpt-6-luna"
)
def store(context: typer.Context, out: Out = Path("outputs"), debug: Debug = False) -> None:
    """Show the stored answers of an output folder: how many, of which model, and what they cost in tokens."""
    if context.invoked_subcommand is None:
        table(store_rows(out))


@app.command(epilog="Examples:  studydoc store verify   |   studydoc store verify --out notes")
def verify(out: Out = Path("outputs"), debug: Debug = False) -> None:
    """Check the file and every stored call against its key. Exit 1 when something is wrong."""
    faults = store_faults(out)
    print("\n".join(faults) if faults else "all is well")
    raise typer.Exit(int(bool(faults)))


@app.command(
    epilog="Examples:  studydoc store prune --model gpt-6-luna   |   studydoc store prune --model x --out notes"
)
def prune(
    model: Annotated[str, typer.Option(help="Whose answers to remove.")],
    out: Out = Path("outputs"),
    debug: Debug = False,
) -> None:
    """Remove the stored answers of a model. They would have to be paid for again."""
    from pipeline.text import numbered

    print(f"{numbered(with_store(out, lambda calls: calls.prune(model)), 'answer')} removed")


@app.command(epilog="Examples:  studydoc store export calls.jsonl   |   studydoc store export calls.jsonl --out notes")
def export(path: Recorded, out: Out = Path("outputs"), debug: Debug = False) -> None:
    """Write all stored calls to PATH as JSON lines, a recording."""
    from pipeline.text import numbered

    print(f"{numbered(with_store(out, lambda calls: calls.export(path)), 'call')} written to {path}")


@app.command(
    "import", epilog="Examples:  studydoc store import calls.jsonl   |   studydoc store import calls.jsonl --out notes"
)
def import_(path: Recorded, out: Out = Path("outputs"), debug: Debug = False) -> None:
    """Take the calls of a recording into the store. Those that are there stay."""
    print(f"{take_in(out, path)} calls in {path} are in the store now")


def with_store(out: Path, use: Callable[[CallStore], T]) -> T:
    """What `use` makes of the store of an output folder. InputError when there is none."""
    from pipeline.connect import store_path
    from pipeline.errors import InputError
    from pipeline.providers.calls import CallStore

    path = store_path(out)
    if not path.exists():
        raise InputError(f"{out}: no answers are stored here", hint="give the output folder with --out")
    with closing(CallStore(path)) as calls:
        return use(calls)


def store_rows(out: Path) -> list[tuple[str, str]]:
    """The file, and calls with their tokens by model."""
    from pipeline.connect import store_path
    from pipeline.llm import Tally
    from pipeline.text import numbered

    path = store_path(out)

    def rows(calls: CallStore) -> list[tuple[str, str]]:
        found = [("file", f"{path}, {path.stat().st_size / 1e6:.1f} MB")]
        tallies: dict[str, Tally] = {}
        for call in calls:
            tallies.setdefault(call.identity["model"], Tally()).book(call.completion)
        for model, tally in tallies.items():
            used = tally.usage
            tokens = f"{used.prompt_tokens:,} prompt and {used.completion_tokens:,} answer tokens"
            found.append((model, f"{numbered(tally.calls, 'call')}, {tokens}"))
        return found

    return with_store(out, rows)


def store_faults(out: Path) -> list[str]:
    """What is wrong with the store."""
    return with_store(out, lambda calls: calls.faults())


def take_in(out: Path, path: Path) -> int:
    """How many calls a recording has, all of which are stored afterwards."""
    from pipeline import store as outputs
    from pipeline.connect import store_path
    from pipeline.errors import InputError
    from pipeline.providers.calls import CallStore, Recording

    if not path.is_file():
        raise InputError(f"{path}: there is no such file", hint="give one that studydoc store export wrote")
    recording = Recording(path)
    outputs.check_writable(out)
    with closing(CallStore(store_path(out))) as calls:
        return calls.take_in(recording)
