"""`studydoc store`: the stored answers of an output folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from pipeline.cli.console import InOrder, examples, table
from pipeline.cli.options import PATH, TEXT, debug, path_option

if TYPE_CHECKING:
    from pipeline.providers.calls import CallStore

T = TypeVar("T")

out = path_option("--out", "The output folder of the store.  [default: outputs]")
recorded = click.argument("path", type=PATH, help="A file of calls, one JSON line each.")


@click.group(
    cls=InOrder,
    invoke_without_command=True,
    epilog=examples(
        "studydoc store",
        "studydoc store verify --out notes",
        "studydoc store export calls.jsonl",
        "studydoc store prune --model gpt-6-luna",
    ),
)
@out
@debug
@click.pass_context
def command(context: click.Context, out: Path | None) -> None:
    """List, verify, prune, export or import stored answers. Without a command: count them by model."""
    if context.invoked_subcommand is None:
        table(store_rows(_folder(out)))


@command.command(epilog=examples("studydoc store verify", "studydoc store verify --out notes"))
@out
@debug
def verify(out: Path | None) -> int:
    """Check the file, and every stored call against its key. Exit code 1 if something is wrong."""
    faults = store_faults(_folder(out))
    print("\n".join(faults) if faults else "no problems found")
    return int(bool(faults))


@command.command(
    epilog=examples("studydoc store prune --model gpt-6-luna", "studydoc store prune --model x --out notes")
)
@click.option("--model", type=TEXT, required=True, help="The model whose answers are removed.")
@out
@debug
def prune(model: str, out: Path | None) -> None:
    """Remove the stored answers of a model. You would pay for them again."""
    from pipeline.text import numbered

    print(f"{numbered(with_store(_folder(out), lambda calls: calls.prune(model)), 'answer')} removed")


@command.command(epilog=examples("studydoc store export calls.jsonl", "studydoc store export calls.jsonl --out notes"))
@recorded
@out
@debug
def export(path: Path, out: Path | None) -> None:
    """Write all stored calls to PATH, one JSON line each."""
    from pipeline.text import numbered

    print(f"{numbered(with_store(_folder(out), lambda calls: calls.export(path)), 'call')} written to {path}")


@command.command(
    "import", epilog=examples("studydoc store import calls.jsonl", "studydoc store import calls.jsonl --out notes")
)
@recorded
@out
@debug
def import_(path: Path, out: Path | None) -> None:
    """Add the calls in PATH to the store. Calls that it already has are kept."""
    print(f"the store now has all calls of {path}: {take_in(_folder(out), path)}")


def _folder(out: Path | None) -> Path:
    """The output folder: the one given, else that of the settings, as for `make`."""
    if out is not None:
        return out
    from pipeline.settings import load_settings

    return load_settings().out


def with_store(out: Path, use: Callable[[CallStore], T]) -> T:
    """The result of `use` on the store of an output folder. InputError if there is none."""
    from pipeline.errors import InputError
    from pipeline.providers.calls import CallStore
    from pipeline.settings.chosen import store_path

    path = store_path(out)
    if not path.exists():
        raise InputError(f"{out}: no answers are stored here", hint="give the output folder with --out")
    with closing(CallStore(path)) as calls:
        return use(calls)


def store_rows(out: Path) -> list[tuple[str, str]]:
    """The file, and calls with their tokens by model."""
    from pipeline.llm import Tally
    from pipeline.settings.chosen import store_path
    from pipeline.text import numbered

    path = store_path(out)

    def rows(calls: CallStore) -> list[tuple[str, str]]:
        table_rows = [("file", f"{path}, {path.stat().st_size / 1e6:.1f} MB")]
        tallies: dict[str, Tally] = {}
        for call in calls:
            tallies.setdefault(call.identity["model"], Tally()).book(call.completion)
        for model, tally in tallies.items():
            used = tally.usage
            tokens = f"{used.prompt_tokens:,} prompt and {used.completion_tokens:,} answer tokens"
            table_rows.append((model, f"{numbered(tally.calls, 'call')}, {tokens}"))
        return table_rows

    return with_store(out, rows)


def store_faults(out: Path) -> list[str]:
    """What is wrong with the store."""
    return with_store(out, lambda calls: calls.faults())


def take_in(out: Path, path: Path) -> int:
    """Store all calls of a recording; their number. StoreError, and nothing is stored, if one of them is damaged."""
    from pipeline import store as outputs
    from pipeline.errors import InputError, StoreError
    from pipeline.providers.calls import CallStore, RecordedCalls
    from pipeline.settings.chosen import store_path

    if not path.is_file():
        raise InputError(f"{path}: there is no such file", hint="give a file that studydoc store export wrote")
    recording = RecordedCalls(path)
    if faults := [fault for call in recording.calls.values() for fault in call.faults()]:
        raise StoreError(f"{path}: {faults[0]}", hint="export the calls again, with studydoc store export")
    outputs.check_writable(out)
    with closing(CallStore(store_path(out))) as calls:
        return calls.take_in(recording)
