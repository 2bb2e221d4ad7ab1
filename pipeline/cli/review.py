"""`studydoc review`: notes in the browser, beside their transcript."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.console import examples, tell
from pipeline.cli.options import TEXT, base_url, debug, model, path_option, some_paths, transcripts


@click.command(
    epilog=examples(
        "studydoc review",
        "studydoc review outputs/ --no-open --port 8765",
        "studydoc review --host 0.0.0.0 --token A-LONG-SECRET",
    )
)
@some_paths("Folders with notes.  [default: outputs]")
@transcripts
@click.option("--host", default="127.0.0.1", help="The address to listen on; any but loopback needs --token.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; 0 picks a free one.")
@click.option("--token", default="", show_default=False, help="A secret that visitors must send.")
@click.option(
    "--as", "who", type=TEXT, default="", show_default=False, help="The name that your decisions are signed with."
)
@click.option("--open/--no-open", "open_", default=True, help="Open the browser.")
@path_option("--fixtures", "The folder for “keep as fixture”.", default=Path("tests/fixtures"))
@model
@base_url
@debug
def command(
    paths: Sequence[Path],
    transcripts: Path | None,
    host: str,
    port: int,
    token: str,
    who: str,
    open_: bool,
    fixtures: Path,
    model: str | None,
    base_url: str | None,
) -> None:
    """Review notes in the browser, beside their transcript. Each decision is saved in NAME.review.json at once."""
    from pipeline.review.server import ReviewFlags, run_review
    from pipeline.settings import load_settings

    settings = load_settings(model=model, base_url=base_url)
    flags = ReviewFlags(list(paths) or [settings.out], transcripts, host, port, token, who, open_)

    def keep(record: Path, transcript: Path, notes: str) -> str:
        from pipeline.evaluation.fixture_adding import keep_as_fixture

        return keep_as_fixture(record, transcript, notes, settings, fixtures)

    run_review(flags, settings, lambda address: print(address, flush=True), keep)
    tell("the review has ended; all decisions are saved: run the same command to continue")
