"""`--to` of `make`: exports of documents as they come to be."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.exports.writing import Exporter
    from pipeline.settings import Settings


class Exports:
    """What `--to` asks for besides the page, written as soon as a document is."""

    def __init__(self, names: Sequence[str], settings: Settings) -> None:
        self._exporter: Exporter | None = None
        self._out, self._paths = settings.out, dict[str, list[str]]()
        if names:
            from pipeline.exports.writing import Exporter, wanted

            options = {"citations": bool(settings.citations)}
            self._exporter = Exporter(wanted(names, **options), _tell, _tell)

    @property
    def failed(self) -> int:
        """1 when something could not be written."""
        return int(self._exporter is not None and self._exporter.failed)

    def written(self, page: Path) -> None:
        """Writes what is missing or older than the document whose page this is."""
        record = page.with_suffix(".json")
        if self._exporter and record.is_file():
            from pipeline.exports.writing import Place

            paths = self._exporter.write(Place(record, self._out), only_older=True)
            self._paths[str(page)] = [str(p) for p in paths]

    def finish(self, rows: Sequence[dict[str, Any]]) -> None:
        """Puts the files into the rows; an index is of all notes in the output folder."""
        if not self._exporter:
            return
        from pipeline.exports.writing import places_below

        for row in rows:
            row["exports"] = self._paths.get(row["page"] or "", [])
        if self._exporter.wanted.index and rows:
            places = places_below([self._out], reviewed=False)
            rows[-1]["exports"] += [str(p) for p in self._exporter.write_all(places, only_older=True)][-1:]
        self._exporter.finish()


def _tell(message: str) -> None:
    print(f"studydoc: {message}", file=sys.stderr)
