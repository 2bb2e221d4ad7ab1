"""The `studydoc` command: parse, call, print, exit. No logic."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.batch_api.command import batch_app
from pipeline.cli_fixture import fixture_app
from pipeline.cli_store import store_app
from pipeline.console import awaited, table

app = typer.Typer(
    name="studydoc",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Turn transcripts into study notes in which every statement carries the transcript lines that say it.",
)
models_app = typer.Typer(
    no_args_is_help=False, help="Show, fetch or remove models.", invoke_without_command=True, rich_markup_mode=None
)
app.add_typer(models_app, name="models")

app.add_typer(store_app, name="store")
app.add_typer(batch_app, name="batch")

app.add_typer(fixture_app, name="fixture")

Model = Annotated[str | None, typer.Option(help="A model of the endpoint, or 'local' for the embedded one.")]
BaseUrl = Annotated[
    str | None, typer.Option(help="An OpenAI-compatible endpoint, for example http://localhost:8000/v1.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


@app.callback(invoke_without_command=True)
def version_option(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Options that stand before a command."""
    if version:
        from pipeline.run import pipeline_version

        print(f"studydoc {pipeline_version()}")
        raise typer.Exit


@app.command(
    epilog="Examples:  studydoc make talk.vtt   |   studydoc make lectures/ --out notes   |   "
    "studydoc make talk.srt --model gpt-5-mini   |   cat talk.txt | studydoc make - --title 'My talk'"
)
def make(
    paths: Annotated[
        list[Path], typer.Argument(help="Transcripts (.txt .md .vtt .srt), folders of them, or - for stdin.")
    ],
    model: Model = None,
    base_url: BaseUrl = None,
    out: Annotated[Path | None, typer.Option(help="Where NAME.md and NAME.json go.  [default: outputs]")] = None,
    plan: Annotated[
        str | None, typer.Option(help="together: all sections of a chunk in one call; apart: one call each.")
    ] = None,
    chunk_tokens: Annotated[int | None, typer.Option(help="Transcript tokens a call.")] = None,
    concurrency: Annotated[int | None, typer.Option(help="Calls at once to a hosted endpoint.")] = None,
    rpm: Annotated[int | None, typer.Option(help="Requests a minute, if the endpoint does not tell its limit.")] = None,
    tpm: Annotated[int | None, typer.Option(help="Tokens a minute, if the endpoint does not tell its limit.")] = None,
    citations: Annotated[bool | None, typer.Option("--citations", help="Put [12:34] behind every statement.")] = None,
    deadline: Annotated[
        float | None, typer.Option(help="Seconds that one call may take in all.  [default: 600]")
    ] = None,
    max_cost: Annotated[float | None, typer.Option(help="Stop before new calls cost more USD than this.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Stop before new calls take more tokens than this.")] = None,
    unverified: Annotated[
        str | None, typer.Option(help="withhold or keep (marked weak) what fails its checks.  [default: withhold]")
    ] = None,
    prompts: Annotated[
        Path | None, typer.Option(help="A folder of prompt files that stand before the shipped ones.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="The recording's title.")] = None,
    channel: Annotated[str | None, typer.Option(help="Who published it.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it can be seen or heard.")] = None,
    published: Annotated[str | None, typer.Option(help="When it was published.")] = None,
    speakers: Annotated[str | None, typer.Option(help="Names, with commas between them.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The text encoding, when it is not UTF-8.")] = None,
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
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on stderr.")] = False,
    debug: Debug = False,
) -> None:
    """Make a study document from each transcript. Stored answers are never asked for again."""
    from pipeline.commands import MakeFlags, run_make
    from pipeline.settings import load_settings
    from pipeline.transcript import Metadata

    settings = load_settings(
        model=model,
        base_url=base_url,
        out=out,
        plan=plan,
        chunk_tokens=chunk_tokens,
        concurrency=concurrency,
        rpm=rpm,
        tpm=tpm,
        citations=citations,
        unverified=unverified,
        deadline=deadline,
        max_cost=max_cost,
        max_tokens=max_tokens,
        prompts=prompts,
        encoding=encoding,
        threads=threads,
        batch_size=batch_size,
    )
    names = tuple(n for name in (speakers or "").split(",") if (n := name.strip()))
    metadata = Metadata(title=title, channel=channel, url=url, published=published, speakers=names)
    flags = MakeFlags(metadata, quiet, log_json)
    if batch and on is not None:
        raise typer.BadParameter("--batch and --on exclude each other")
    try:
        if batch:
            import asyncio

            from pipeline.batch_api.orders import run_batch

            code, lines = awaited(run_batch(paths, settings, flags, wait=asyncio.sleep if wait else None))
        elif on is not None:
            from pipeline.cluster import on_cluster

            code, lines = on_cluster(on, paths, settings, flags, ray_address)
        else:
            code, lines = awaited(run_make(paths, settings, flags))
    except KeyboardInterrupt:
        print("studydoc: interrupted; every answer so far is stored, run the same command to go on", file=sys.stderr)
        raise typer.Exit(130) from None
    for line in lines:
        print(
            json.dumps(line, ensure_ascii=False) if as_json else line["page"] or "",
            end="\n" if as_json or line["page"] else "",
        )
    raise typer.Exit(code)


@app.command(
    name="plan",
    epilog="Examples:  studydoc plan lectures/   |   studydoc plan lectures/ --model gpt-5-mini --concurrency 16",
)
def plan_(
    paths: Annotated[list[Path], typer.Argument(help="Transcripts (.txt .md .vtt .srt) or folders of them.")],
    model: Model = None,
    base_url: BaseUrl = None,
    out: Annotated[Path | None, typer.Option(help="Whose call store counts as paid.  [default: outputs]")] = None,
    plan: Annotated[str | None, typer.Option(help="together or apart, as for make.")] = None,
    chunk_tokens: Annotated[int | None, typer.Option(help="Transcript tokens a call.")] = None,
    concurrency: Annotated[int | None, typer.Option(help="Calls at once to a hosted endpoint.")] = None,
    prompts: Annotated[Path | None, typer.Option(help="A folder of prompt files, as for make.")] = None,
    batch: Annotated[bool, typer.Option("--batch", help="Prices of the Batch API, as for make --batch.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    debug: Debug = False,
) -> None:
    """Tell what `make` would ask, take and cost, without a call; what the call store holds is free."""
    from pipeline.commands import run_plan
    from pipeline.settings import load_settings

    settings = load_settings(
        model=model,
        base_url=base_url,
        out=out,
        plan=plan,
        chunk_tokens=chunk_tokens,
        concurrency=concurrency,
        prompts=prompts,
    )
    code, text = awaited(run_plan(paths, settings, as_json=as_json, batch=batch))
    print(text, end="")
    raise typer.Exit(code)


@app.command(
    epilog="Examples:  studydoc check outputs/   |   studydoc check outputs/talk.md   |   "
    "studydoc check notes/ --transcripts lectures/ --json"
)
def check(
    paths: Annotated[
        list[Path], typer.Argument(help="Documents (.json, or .md after edits by hand) or folders of them.")
    ],
    transcripts: Annotated[Path | None, typer.Option(help="Where the transcripts are, when they have moved.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a statement with findings.")] = False,
    debug: Debug = False,
) -> None:
    """Compare documents with their transcripts again, offline: figures, names, quotations, owners, meaning."""
    from pipeline.commands import run_check

    code, lines = run_check(paths, transcripts, as_json=as_json)
    for line in lines:
        print(line)
    raise typer.Exit(code)


@app.command(
    name="eval",
    epilog="Examples:  studydoc eval outputs/   |   studydoc eval outputs/ --reference notes/ --json   |   "
    "studydoc eval compare before/ after/ --fail-under 0.02   |   "
    "studydoc eval compare before/ after/ --judge gpt-5-mini",
)
def evaluate(
    paths: Annotated[list[Path], typer.Argument(help="Documents or folders of them; or: compare BEFORE AFTER.")],
    reference: Annotated[
        Path | None, typer.Option(help="People's own notes, NAME.notes.md or NAME.md for outputs/NAME.json.")
    ] = None,
    transcripts: Annotated[Path | None, typer.Option(help="Where the transcripts are, when they have moved.")] = None,
    fail_under: Annotated[
        float | None, typer.Option(help="With compare: exit 1 when a score's mean got worse by more than this.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of Markdown.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots there too.")] = None,
    judge: Annotated[
        str | None, typer.Option(help="With compare: a model, or 'local', that rates both on fixed questions.")
    ] = None,
    base_url: BaseUrl = None,
    debug: Debug = False,
) -> None:
    """Score documents without a model: trust, reach, form, agreement with people's notes; or compare two folders."""
    from pipeline.errors import SettingsError
    from pipeline.evaluation.eval_commands import run_compare, run_eval

    if paths[0] == Path("compare"):
        judging = _judge(judge, base_url) if judge else None
        code, text = run_compare(
            paths[1:], reference, transcripts, fail_under, as_json=as_json, page=html, judge=judging
        )
    elif judge:
        raise SettingsError("a judge compares two folders", hint="studydoc eval compare BEFORE AFTER --judge MODEL")
    else:
        code, text = run_eval(paths, reference, transcripts, as_json=as_json, page=html)
    print(text, end="")
    raise typer.Exit(code)


@app.command(
    epilog="Examples:  studydoc review   |   studydoc review outputs/ --no-open --port 8765   |   "
    "studydoc review --host 0.0.0.0 --token A-LONG-SECRET"
)
def review(
    paths: Annotated[list[Path] | None, typer.Argument(help="Folders with documents.  [default: outputs]")] = None,
    transcripts: Annotated[Path | None, typer.Option(help="Where the transcripts are, when they have moved.")] = None,
    host: Annotated[str, typer.Option(help="The address to listen on; other than loopback it takes --token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 finds a free one.")] = 0,
    token: Annotated[str, typer.Option(help="What visitors must bring along.")] = "",
    who: Annotated[str, typer.Option("--as", help="The name that decisions are signed with.")] = "",
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")] = True,
    fixtures: Annotated[Path, typer.Option(help="Where “keep as fixture” puts them.")] = Path("tests/fixtures"),
    model: Model = None,
    base_url: BaseUrl = None,
    debug: Debug = False,
) -> None:
    """Review notes in the browser, beside their transcript; decisions go to NAME.review.json as they are made."""
    from pipeline.review.server import ReviewFlags, run_review
    from pipeline.settings import load_settings

    settings = load_settings(model=model, base_url=base_url)
    flags = ReviewFlags(paths or [settings.out], transcripts, host, port, token, who, open_)

    def keep(record: Path, transcript: Path, notes: str) -> str:
        from pipeline.evaluation.fixture_commands import keep_as_fixture

        return keep_as_fixture(record, transcript, notes, settings, fixtures)

    run_review(flags, settings, lambda address: print(address, flush=True), keep)


@app.command(
    epilog="Examples:  studydoc export --reviewed outputs/talk.json   |   "
    "studydoc export --reviewed outputs/talk.json --out talk.md"
)
def export(
    paths: Annotated[list[Path], typer.Argument(help="A document, or a folder in which one was reviewed.")],
    reviewed: Annotated[bool, typer.Option("--reviewed", help="Only what was accepted in review.")] = False,
    out: Annotated[Path | None, typer.Option(help="The file to write, .md or .json.  [default: stdout]")] = None,
    transcripts: Annotated[Path | None, typer.Option(help="Where the transcripts are, when they have moved.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The record instead of the page.")] = False,
    debug: Debug = False,
) -> None:
    """Write what was accepted in review, and nothing else."""
    from pipeline.errors import SettingsError
    from pipeline.review.exporting import run_export

    if not reviewed:
        raise SettingsError("export takes --reviewed", hint="studydoc make has written the whole notes already")
    text, remarks = run_export(paths, out, transcripts, as_json=as_json)
    for remark in remarks:
        print(f"studydoc: {remark}", file=sys.stderr)
    print(text if out is None else out, end="" if out is None else "\n")


@app.command(
    epilog="Examples:  studydoc doctor   |   studydoc doctor --base-url http://localhost:11434/v1 --model qwen3"
)
def doctor(model: Model = None, base_url: BaseUrl = None, debug: Debug = False) -> None:
    """Probe the endpoint and print what it can do."""
    from pipeline.commands import run_doctor
    from pipeline.settings import load_settings

    code, rows = awaited(run_doctor(load_settings(model=model, base_url=base_url)))
    table(rows)
    raise typer.Exit(code)


@models_app.callback(
    epilog="Examples:  studydoc models   |   studydoc models fetch   |   studydoc models fetch --from model.gguf"
)
def models(context: typer.Context, base_url: BaseUrl = None, debug: Debug = False) -> None:
    """Show the embedded model and, when an endpoint is set, its models."""
    if context.invoked_subcommand is None:
        from pipeline.commands import run_models
        from pipeline.settings import load_settings

        table(awaited(run_models(load_settings(base_url=base_url))))


@models_app.command()
def fetch(
    source: Annotated[Path | None, typer.Option("--from", help="A file with the model, fetched elsewhere.")] = None,
    debug: Debug = False,
) -> None:
    """Fetch the embedded model (1.1 GB); a cut download goes on where it stopped."""
    from pipeline.providers import weights
    from pipeline.screen import Screen

    with Screen() as screen:
        path = weights.fetch(screen.download, source=source)
    print(path)


@models_app.command()
def remove(debug: Debug = False) -> None:
    """Remove the embedded model from the cache."""
    from pipeline.providers import weights

    print(f"removed {weights.remove() >> 20} MB")


def _judge(model: str, base_url: str | None) -> Any:
    """What asks the judge about two folders."""
    from pipeline.evaluation.judging import judge_folders
    from pipeline.screen import Screen
    from pipeline.settings import load_settings

    def ask(folders: Any) -> Any:
        with Screen() as screen:
            settings = load_settings(model=model, base_url=base_url)
            return model, awaited(judge_folders(folders, settings, screen.download))

    return ask


def main(arguments: list[str] | None = None) -> Any:
    """The console script. Exit codes: 0 all complete, 1 something failed or is partial, 2 usage, 130 interrupted."""
    from pipeline.errors import PipelineError, SettingsError

    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=given)
    except PipelineError as err:
        if "--debug" in given:
            raise
        print(f"studydoc: {err}", file=sys.stderr)
        sys.exit(2 if isinstance(err, SettingsError) else 1)
    except KeyboardInterrupt:
        print("studydoc: interrupted; every answer so far is stored, run the same command to go on", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
