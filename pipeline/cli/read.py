"""`studydoc read`: what is understood of transcripts, without a call."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import Debug, Encoding, Format

app = typer.Typer()


@app.command(
    name="read",
    epilog="Examples:  studydoc read talk.docx   |   studydoc read exports/ --json   |   "
    "cat talk.txt | studydoc read - --name talk",
)
def read_command(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Transcripts, folders or zip files of them, or - for stdin.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", "--transcript-url", help="A transcript file on the web.")] = None,
    form: Format = None,
    encoding: Encoding = None,
    name: Annotated[str | None, typer.Option(help="What standard input is called.")] = None,
    segments: Annotated[bool, typer.Option("--segments", help="With --json: the whole transcript too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a transcript.")] = False,
    debug: Debug = False,
) -> None:
    """Show what is understood of transcripts. It tells format, speakers, times, what is left out; no model is asked."""
    from pipeline.errors import InputError
    from pipeline.readers.report import as_json as values
    from pipeline.readers.report import describe, read_given, skipped_lines
    from pipeline.readers.sources import survey

    given = [p for p in paths or [] if p != Path("-")]
    stdin = sys.stdin.buffer.read() if Path("-") in (paths or []) else None
    if not given and stdin is None and url is None:
        raise typer.BadParameter("give a path, - or --url")
    found = survey(given)
    failed = bool(found.errors)
    for line in (*map(str, found.errors), *skipped_lines(found)):
        print(line, file=sys.stderr)
    results = read_given(
        found, stdin=stdin, url=url, name=name, form=form, encoding=encoding,
        progress=lambda line: print(line, file=sys.stderr),
    )  # fmt: skip
    for result in results:
        if isinstance(result, InputError):
            failed = True
            print(result, file=sys.stderr)
        elif as_json:
            print(json.dumps(values(result, segments=segments), ensure_ascii=False))
        else:
            print("\n".join(describe(result)) + "\n")
    raise typer.Exit(int(failed))
