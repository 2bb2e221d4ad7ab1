"""`studydoc export`: documents in the formats of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.console import examples, tell
from pipeline.cli.options import debug, flag, path_option, some_paths, to, transcripts
from pipeline.text import numbered

if TYPE_CHECKING:
    from pipeline.exports.targets import Place
    from pipeline.exports.writing import Exporter

_NAMED = 5  # documents named in a message


@click.command(
    epilog=examples(
        "studydoc export outputs/talk.json --to html",
        "studydoc export outputs/ --to index",
        "studydoc export outputs/ --to docx --to anki --out shared",
        "studydoc export --reviewed outputs/talk.json --out talk.pdf",
    )
)
@some_paths("Documents that make wrote (.json or .md), or folders of them.", required=True)
@to
@path_option("--out", "A folder, or a file name for one document.  [default: beside the record]")
@flag("--reviewed", "Export only what was accepted in review.")
@flag("--citations", "Put [12:34] after every statement, in Markdown.")
@transcripts
@flag("--json", "The same as --to record.", "as_json")
@debug
def command(
    paths: Sequence[Path],
    to: Sequence[str],
    out: Path | None,
    reviewed: bool,
    citations: bool,
    transcripts: Path | None,
    as_json: bool,
) -> int:
    """Export notes as HTML, Word, PDF, EPUB, Anki cards or tables. Without --to and --out, print Markdown."""
    from pipeline.exports.targets import export_options, format_of, never_reviewed, places_below
    from pipeline.exports.writing import Exporter

    names = [*to, *(["record"] if as_json else [])]
    file_format = format_of(out) if out is not None and not names and not out.is_dir() else None
    options = {"out": out, "transcripts": transcripts, "reviewed": reviewed, "citations": citations}
    exporter = Exporter(export_options(names or [file_format.name if file_format else "markdown"], **options), tell)
    places = places_below(paths, reviewed=reviewed)
    if out is None and not to:
        _print_one(exporter, places)
    else:
        for path in exporter.write_all(places):
            print(path)
    exporter.finish()
    if reviewed and (skipped := never_reviewed(paths)):
        tell(_skipped(skipped))
    return int(exporter.failed)


def _skipped(records: Sequence[Path]) -> str:
    names = ", ".join(map(str, records[:_NAMED]))
    more = f" and {len(records) - _NAMED} more" if len(records) > _NAMED else ""
    return f"{numbered(len(records), 'document')} never reviewed, so not exported: {names}{more}"


def _print_one(exporter: Exporter, places: list[Place]) -> None:
    from pipeline.errors import InputError

    if len(places) > 1:
        names = ", ".join(str(p.record) for p in places[:_NAMED])
        raise InputError(f"found {len(places)} documents: {names}", hint="name one of them, or a format with --to")
    print(exporter.options.formats[0].write(exporter.open(places[0])).decode(), end="")
