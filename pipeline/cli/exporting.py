"""`--to` of `make`: exports documents as they are made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.console import tell
from pipeline.text import json_line

if TYPE_CHECKING:
    from pipeline.exports.writing import Exporter
    from pipeline.settings import Settings


class Exports:
    """Writes the formats of `--to`, those of a document as soon as its page is written."""

    def __init__(self, names: Sequence[str], settings: Settings) -> None:
        self._exporter: Exporter | None = None
        self._out, self._paths = settings.out, dict[str, list[str]]()
        if names:
            from pipeline.exports.targets import export_options
            from pipeline.exports.writing import Exporter

            options = {"citations": bool(settings.citations)}
            self._exporter = Exporter(export_options(names, **options), tell)

    @property
    def failed(self) -> int:
        """The exit code: 1 if something could not be written, else 0."""
        return int(self._exporter is not None and self._exporter.failed)

    def export_page(self, page: Path) -> None:
        """Export the document of a page, in formats whose file is missing or older than the document."""
        record = page.with_suffix(".json")
        if self._exporter and record.is_file():
            from pipeline.exports.targets import Place

            paths = self._exporter.write(Place(record, self._out), only_older=True)
            self._paths[str(page)] = [str(p) for p in paths]

    def export_pages(self, rows: Sequence[dict[str, Any]]) -> None:
        """Export the documents of all rows that have a page."""
        for row in rows:
            if row["page"]:
                self.export_page(Path(row["page"]))

    def put_into(self, row: dict[str, Any]) -> None:
        """Add the paths of a document's exports to its row."""
        if self._exporter:
            row["exports"] = self._paths.get(row["page"] or "", [])

    def index(self) -> Path | None:
        """Write the index of all notes in the output folder, and the pages that it links to; its path.

        None if `--to index` was not given, if there are no notes, or if it could not be written.
        """
        if not (self._exporter and self._exporter.options.index):
            return None
        from pipeline.batches.outputs import records_below
        from pipeline.exports.targets import Place

        places = [Place(record, self._out) for record in records_below(self._out)]
        for place in places:
            self._exporter.write(place, only_older=True)
        return self._exporter.index(places) if places else None

    def finish(self, rows: Sequence[dict[str, Any]]) -> None:
        """Add the exports to the rows, and the index to the last one; then `end`."""
        for row in rows:
            self.put_into(row)
        index = self.index() if rows else None
        if index:
            rows[-1]["exports"].append(str(index))
        self.end()

    def end(self) -> None:
        """Print which exports have quotations without context, and which lack a review that was made."""
        if self._exporter:
            self._exporter.finish()


def export_rows(names: Sequence[str], settings: Settings, rows: Sequence[dict[str, Any]]) -> int:
    """Export the documents of rows and add the paths to them; 1 if something could not be written, else 0."""
    exports = Exports(names, settings)
    exports.export_pages(rows)
    exports.finish(rows)
    return exports.failed


def row_lines(row: dict[str, Any], *, as_json: bool) -> list[str]:
    """The lines printed for a transcript: its row as JSON, or the paths of its page and exports."""
    if as_json:
        return [json_line(row)]
    return [*filter(None, [row["page"]]), *row.get("exports", ())]
