"""`studydoc review`: notes in the browser, beside their transcript."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import BaseUrl, Debug, Model, Transcripts

app = typer.Typer()


@app.command(
    epilog="Examples:  studydoc review   |   studydoc review outputs/ --no-open --port 8765   |   "
    "studydoc review --host 0.0.0.0 --token A-LONG-SECRET"
)
def review(
    paths: Annotated[list[Path] | None, typer.Argument(help="Folders with documents.  [default: outputs]")] = None,
    transcripts: Transcripts = None,
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
    """Review notes in the browser, beside their transcript. Decisions go to NAME.review.json as they are made."""
    from pipeline.review.server import ReviewFlags, run_review
    from pipeline.settings import load_settings

    settings = load_settings(model=model, base_url=base_url)
    flags = ReviewFlags(paths or [settings.out], transcripts, host, port, token, who, open_)

    def keep(record: Path, transcript: Path, notes: str) -> str:
        from pipeline.evaluation.fixture_adding import keep_as_fixture

        return keep_as_fixture(record, transcript, notes, settings, fixtures)

    run_review(flags, settings, lambda address: print(address, flush=True), keep)
