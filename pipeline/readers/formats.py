"""The formats that are read, in the order in which they are asked. What a file holds decides, not its ending."""

from __future__ import annotations

from pipeline.errors import InputError
from pipeline.readers import plain, sbv, subrip, webvtt
from pipeline.readers.base import Document, Reader

READERS: tuple[Reader, ...] = (
    webvtt.READER,
    subrip.READER,
    sbv.READER,
    plain.READER,
)


def reader_for(document: Document, wanted: str | None = None) -> Reader:
    """The reader named `wanted`, else the first that recognises the document. InputError names the formats there are."""
    if wanted is None:
        return next(r for r in READERS if r.sniff(document))
    for reader in READERS:
        if reader.name == wanted:
            return reader
    raise InputError(
        f"no format is called {wanted!r}", hint=f"one of {', '.join(reader.name for reader in READERS)}"
    )
