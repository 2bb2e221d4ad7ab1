"""`studydoc make`: documents on this machine, by the Batch API, or over a Ray cluster."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.console import awaited
from pipeline.cli.exporting import Exports, row_lines
from pipeline.cli.options import Debug, Flags, Quiet, To, takes_settings

if TYPE_CHECKING:
    from pipeline.corpus import Input
    from pipeline.settings import Settings
    from pipeline.transcript import Metadata

INTERRUPTED = "studydoc: interrupted; every answer so far is stored, run the same command to go on"

app = typer.Typer()


BatchSize = Annotated[int | None, typer.Option(help="Calls a batch job at most.  [default: 50000]")]


@app.command(
    epilog="Examples:  studydoc make talk.vtt   |   studydoc make lectures/ --out notes --length brief   |   "
    "studydoc make talk.srt --model gpt-6-luna   |   studydoc make talk.vtt --model qwen3-4b.gguf   |   "
    "cat talk.txt | studydoc make - --title 'My talk'   |   studydoc make lectures/ --watch"
)
@takes_settings(batch_size=BatchSize)
def make(
    flags: Flags,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Transcripts in any usual format, folders and zip files of them, or - for stdin."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="The recording's title.")] = None,
    channel: Annotated[str | None, typer.Option(help="Who published it.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it can be seen or heard.")] = None,
    published: Annotated[str | None, typer.Option(help="When it was published.")] = None,
    speakers: Annotated[str | None, typer.Option(help="Names, with commas between them.")] = None,
    name: Annotated[str | None, typer.Option(help="What standard input or --transcript-url is called.")] = None,
    transcript_url: Annotated[str | None, typer.Option(help="A transcript file on the web, besides the paths.")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on with transcripts that are added or changed, until Ctrl-C or SIGTERM.")
    ] = False,
    settle: Annotated[
        float,
        typer.Option(min=0.1, max=3600, help="With --watch: seconds that a file must have been still."),
    ] = 2.0,
    batch: Annotated[
        bool, typer.Option("--batch", help="Ask by the endpoint's Batch API: half the price, within a day.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="With --batch: go on until every document is made.")] = False,
    on: Annotated[
        str | None, typer.Option(help="ray: spread transcripts over a Ray cluster; paths may be s3://… or gs://…")
    ] = None,
    ray_address: Annotated[
        str | None, typer.Option(help="The cluster's address.  [default: RAY_ADDRESS, else this machine]")
    ] = None,
    to: To = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a transcript on stdout.")] = False,
    log_json: Annotated[Path | None, typer.Option(help="Append an event a line to this file; - for stderr.")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make a study document from each transcript. Stored answers are never asked for again."""
    from pipeline.corpus import Input
    from pipeline.settings import load_settings
    from pipeline.transcript import Metadata

    if not paths and transcript_url is None:
        raise typer.BadParameter("give a path, - or --transcript-url")
    settings = load_settings(**flags)
    names = tuple(n for name in (speakers or "").split(",") if (n := name.strip()))
    metadata = Metadata(title=title, channel=channel, url=url, published=published, speakers=names)
    if sum((batch, on is not None, watch)) > 1:
        raise typer.BadParameter("--batch, --on and --watch exclude each other")
    if to and on is not None:
        raise typer.BadParameter("--to and --on exclude each other: studydoc export writes them afterwards")
    exports = Exports(to or (), settings)
    if watch:
        if not paths or Path("-") in paths or transcript_url is not None:
            raise typer.BadParameter("--watch takes folders and files alone")
        from pipeline.cli.watch import run_watch

        raise typer.Exit(
            run_watch(paths, settings, metadata, log_json, exports, settle=settle, quiet=quiet, as_json=as_json)
        )
    try:
        if batch:
            code, rows = _by_batch(paths or [], settings, metadata, wait=wait, quiet=quiet)
            for row in rows:
                if row["page"]:
                    exports.written(Path(row["page"]))
        elif on is not None:
            code, rows = _on_cluster(on, paths or [], settings, metadata, ray_address, quiet=quiet)
        else:
            given = Input(settings.encoding, settings.format, name, transcript_url)
            code, rows = _here(paths or [], settings, metadata, given, log_json, exports, quiet=quiet)
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        raise typer.Exit(130) from None
    exports.finish(rows)
    print_rows(rows, as_json=as_json)
    raise typer.Exit(code or exports.failed)


def _here(
    paths: Sequence[Path],
    settings: Settings,
    metadata: Metadata,
    given: Input,
    log: Path | None,
    exports: Exports,
    *,
    quiet: bool,
) -> tuple[int, list[dict[str, Any]]]:
    from pipeline.cli.screen import Screen
    from pipeline.events import opened
    from pipeline.single_machine import make_documents

    with Screen(quiet) as screen, opened(log) as events:
        return awaited(make_documents(paths, settings, metadata, screen, events, given, exports.written))


def _by_batch(
    paths: Sequence[Path], settings: Settings, metadata: Metadata, *, wait: bool, quiet: bool
) -> tuple[int, list[dict[str, Any]]]:
    import asyncio

    from pipeline.batch_api.orders import run_batch
    from pipeline.cli.screen import Screen

    with Screen(quiet) as screen:
        return awaited(run_batch(paths, settings, metadata, screen, wait=asyncio.sleep if wait else None))


def _on_cluster(
    engine: str, paths: Sequence[Path], settings: Settings, metadata: Metadata, address: str | None, *, quiet: bool
) -> tuple[int, list[dict[str, Any]]]:
    from pipeline.cli.screen import Screen
    from pipeline.cluster import on_cluster

    with Screen(quiet) as screen:
        return on_cluster(engine, paths, settings, metadata, screen, address)


def print_rows(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """A line for each transcript: its page, if there is one, or all that there is to tell as JSON."""
    for row in rows:
        for line in row_lines(row, as_json=as_json):
            print(line)
