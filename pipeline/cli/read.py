"""`studydoc read`: what is understood of transcripts, without a call."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.console import examples
from pipeline.cli.options import SETTINGS, TEXT, debug, flag, some_paths
from pipeline.text import clean, json_line


@click.command(
    epilog=examples(
        "studydoc read talk.docx",
        "studydoc read talk.docx --segments",
        "studydoc read exports/ --json",
        "cat talk.txt | studydoc read - --name talk",
    ),
)
@some_paths("Transcripts, folders or zip files of them, or - for stdin.")
@click.option("--url", "--transcript-url", "url", type=TEXT, help="A transcript file on the web.")
@SETTINGS["format"]
@SETTINGS["encoding"]
@click.option("--name", type=TEXT, help="A name for standard input.")
@flag("--segments", "Include the whole transcript, with line numbers as notes cite them.")
@flag("--json", "Print one JSON line per transcript.", "as_json")
@debug
def command(
    paths: Sequence[Path],
    url: str | None,
    format: str | None,
    encoding: str | None,
    name: str | None,
    segments: bool,
    as_json: bool,
) -> int:
    """Show how transcripts are understood. Prints format, speakers, times and what is left out; makes no calls."""
    from pipeline.batches.own_files import is_own_file
    from pipeline.errors import InputError
    from pipeline.readers.report import as_json as values
    from pipeline.readers.report import describe, lines_of, read_given, skipped_lines
    from pipeline.readers.sources import survey

    files = [p for p in paths if p != Path("-")]
    stdin = sys.stdin.buffer.read() if Path("-") in paths else None
    if not files and stdin is None and url is None:
        raise click.BadParameter("give a path, - for stdin, or --url")
    inputs = survey(files, is_own_file)
    failed = bool(inputs.errors)
    for line in (*map(str, inputs.errors), *skipped_lines(inputs)):
        print(clean(line), file=sys.stderr)
    results = read_given(
        inputs, stdin=stdin, url=url, name=name, form=format, encoding=encoding,
        progress=lambda line: print(clean(line), file=sys.stderr),
    )  # fmt: skip
    for result in results:
        if isinstance(result, InputError):
            failed = True
            print(clean(str(result)), file=sys.stderr)
        elif as_json:
            print(json_line(values(result, segments=segments)))
        else:
            print("\n".join([*describe(result), *(lines_of(result) if segments else ())]) + "\n")
    return int(failed)
