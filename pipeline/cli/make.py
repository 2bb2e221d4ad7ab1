"""`studydoc make`: documents on this machine, by the Batch API, or over a Ray cluster."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.console import awaited
from pipeline.cli.options import (
    BaseUrl,
    CheckedBy,
    ChunkTokens,
    Concurrency,
    Debug,
    Effort,
    Encoding,
    Format,
    Model,
    ModelProfile,
    NotesLanguage,
    NotesLength,
    Prompts,
    Quiet,
)

if TYPE_CHECKING:
    from pipeline.corpus import Input
    from pipeline.settings import Settings
    from pipeline.transcript import Metadata

INTERRUPTED = "studydoc: interrupted; every answer so far is stored, run the same command to go on"

app = typer.Typer()


@app.command(
    epilog="Examples:  studydoc make talk.vtt   |   studydoc make lectures/ --out notes --length brief   |   "
    "studydoc make talk.srt --model gpt-6-luna   |   studydoc make talk.vtt --model qwen3-4b.gguf   |   "
    "cat talk.txt | studydoc make - --title 'My talk'"
)
def make(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Transcripts in any usual format, folders and zip files of them, or - for stdin."),
    ] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    out: Annotated[Path | None, typer.Option(help="Where NAME.md and NAME.json go.  [default: outputs]")] = None,
    length: NotesLength = None,
    language: NotesLanguage = None,
    check: CheckedBy = None,
    profile: ModelProfile = None,
    chunk_tokens: ChunkTokens = None,
    effort: Effort = None,
    concurrency: Concurrency = None,
    rpm: Annotated[int | None, typer.Option(help="Requests a minute, if the endpoint does not tell its limit.")] = None,
    tpm: Annotated[int | None, typer.Option(help="Tokens a minute, if the endpoint does not tell its limit.")] = None,
    citations: Annotated[bool | None, typer.Option("--citations", help="Put [12:34] behind every statement.")] = None,
    deadline: Annotated[
        float | None, typer.Option(help="Seconds that one call may take in all.  [default: 600]")
    ] = None,
    max_cost: Annotated[float | None, typer.Option(help="Stop before new calls cost more USD than this.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Stop before new calls take more tokens than this.")] = None,
    prompts: Prompts = None,
    title: Annotated[str | None, typer.Option(help="The recording's title.")] = None,
    channel: Annotated[str | None, typer.Option(help="Who published it.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it can be seen or heard.")] = None,
    published: Annotated[str | None, typer.Option(help="When it was published.")] = None,
    speakers: Annotated[str | None, typer.Option(help="Names, with commas between them.")] = None,
    encoding: Encoding = None,
    form: Format = None,
    name: Annotated[str | None, typer.Option(help="What standard input or --transcript-url is called.")] = None,
    transcript_url: Annotated[str | None, typer.Option(help="A transcript file on the web, besides the paths.")] = None,
    threads: Annotated[int | None, typer.Option(help="Threads for the embedded model.")] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="Ask by the endpoint's Batch API: half the price, within a day.")
    ] = False,
    batch_size: Annotated[int | None, typer.Option(help="Calls a batch job at most.  [default: 50000]")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="With --batch: go on until every document is made.")] = False,
    on: Annotated[
        str | None, typer.Option(help="ray: spread transcripts over a Ray cluster; paths may be s3://… or gs://…")
    ] = None,
    ray_address: Annotated[
        str | None, typer.Option(help="The cluster's address.  [default: RAY_ADDRESS, else this machine]")
    ] = None,
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
    settings = load_settings(
        model=model,
        base_url=base_url,
        out=out,
        profile=profile,
        length=length,
        language=language,
        check=check,
        chunk_tokens=chunk_tokens,
        reasoning_effort=effort,
        concurrency=concurrency,
        rpm=rpm,
        tpm=tpm,
        citations=citations,
        deadline=deadline,
        max_cost=max_cost,
        max_tokens=max_tokens,
        prompts=prompts,
        encoding=encoding,
        format=form,
        threads=threads,
        batch_size=batch_size,
    )
    names = tuple(n for name in (speakers or "").split(",") if (n := name.strip()))
    metadata = Metadata(title=title, channel=channel, url=url, published=published, speakers=names)
    if batch and on is not None:
        raise typer.BadParameter("--batch and --on exclude each other")
    try:
        if batch:
            code, rows = _by_batch(paths or [], settings, metadata, wait=wait, quiet=quiet)
        elif on is not None:
            code, rows = _on_cluster(on, paths or [], settings, metadata, ray_address, quiet=quiet)
        else:
            given = Input(encoding, form, name, transcript_url)
            code, rows = _here(paths or [], settings, metadata, given, log_json, quiet=quiet)
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        raise typer.Exit(130) from None
    print_rows(rows, as_json=as_json)
    raise typer.Exit(code)


def _here(
    paths: Sequence[Path], settings: Settings, metadata: Metadata, given: Input, log: Path | None, *, quiet: bool
) -> tuple[int, list[dict[str, Any]]]:
    from pipeline.cli.screen import Screen
    from pipeline.events import opened
    from pipeline.single_machine import make_documents

    with Screen(quiet) as screen, opened(log) as events:
        return awaited(make_documents(paths, settings, metadata, screen, events, given))


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
        if as_json or row["page"]:
            print(json.dumps(row, ensure_ascii=False) if as_json else row["page"])
