"""`studydoc export`: documents in the formats of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.console import tell
from pipeline.cli.options import Debug, To, Transcripts

if TYPE_CHECKING:
    from pipeline.exports.targets import Place
    from pipeline.exports.writing import Exporter

app = typer.Typer()


@app.command(
    epilog="Examples:  studydoc export outputs/talk.json --to html   |   studydoc export outputs/ --to index   |   "
    "studydoc export outputs/ --to docx --to anki --out shared   |   "
    "studydoc export --reviewed outputs/talk.json --out talk.pdf"
)
def export(
    paths: Annotated[list[Path], typer.Argument(help="Documents (.json or .md that make wrote) or folders of them.")],
    to: To = None,
    out: Annotated[
        Path | None, typer.Option(help="A folder, or the file for one document.  [default: beside the record]")
    ] = None,
    reviewed: Annotated[bool, typer.Option("--reviewed", help="Only what was accepted in review.")] = False,
    citations: Annotated[bool, typer.Option("--citations", help="[12:34] behind every statement of Markdown.")] = False,
    transcripts: Transcripts = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --to record.")] = False,
    debug: Debug = False,
) -> None:
    """Write documents as HTML, Word, PDF, EPUB, Anki cards, tables. Without --to and --out Markdown goes to stdout."""
    from pipeline.exports.targets import format_of, places_below, wanted
    from pipeline.exports.writing import Exporter

    names = [*(to or []), *(["record"] if as_json else [])]
    asked = format_of(out) if out is not None and not names and not out.is_dir() else None
    options = {"out": out, "transcripts": transcripts, "reviewed": reviewed, "citations": citations}
    exporter = Exporter(wanted(names or [asked.name if asked else "markdown"], **options), tell)
    places = places_below(paths, reviewed=reviewed)
    if out is None and not to:
        _print_one(exporter, places)
    else:
        for path in exporter.write_all(places):
            print(path)
    exporter.finish()
    raise typer.Exit(1 if exporter.failed else 0)


def _print_one(exporter: Exporter, places: list[Place]) -> None:
    from pipeline.errors import InputError

    if len(places) > 1:
        names = ", ".join(p.record.name for p in places[:5])
        raise InputError(f"{len(places)} documents are here: {names}", hint="name one of them, or a format with --to")
    print(exporter.wanted.formats[0].write(exporter.open(places[0].record)).decode(), end="")
