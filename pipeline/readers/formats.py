"""The readers, in the order in which they are tried. A file's content decides, not its ending."""

from __future__ import annotations

from pipeline.errors import InputError
from pipeline.readers import (
    chat,
    lrc,
    office,
    plain,
    sami,
    sbv,
    spacelog,
    subrip,
    subtitles,
    tables,
    utterances,
    web_page,
    webvtt,
    xml,
)
from pipeline.readers.base import Document, Reader
from pipeline.readers.data import aws, deepgram, google, otter, pairs, segments, texts, yaml_lists, youtube
from pipeline.readers.data import rows as json_rows

# Maximum bytes of a text. An hour of talk has 60 kB, and up to 5 MB as JSON with each word's time; reading takes
# ten to a hundred times as much memory.
_LARGEST = 50_000_000

READERS: tuple[Reader, ...] = (
    office.DOCX,
    office.PDF,
    office.RTF,
    youtube.READER,
    deepgram.READER,
    aws.READER,
    google.READER,
    otter.READER,
    segments.READER,
    json_rows.READER,
    pairs.READER,
    texts.READER,
    yaml_lists.READER,
    xml.TTML,
    xml.TIMEDTEXT,
    xml.AKOMA,
    sami.READER,
    web_page.READER,
    utterances.READER,
    subtitles.READER,
    chat.READER,
    spacelog.READER,
    lrc.READER,
    webvtt.READER,
    subrip.READER,
    sbv.READER,
    tables.READER,
    plain.READER,
)


def reader_for(document: Document, wanted: str | None = None) -> Reader:
    """The reader named `wanted`, else the first that recognises the document.

    Raises InputError if the document is a text of more than 50 MB, or if there is no such reader: it lists all names.
    """
    readers = [r for r in READERS if wanted in (None, r.name)]
    for reader in readers:
        if not reader.binary and len(document.raw) > _LARGEST:
            why = f"it is a text of more than {_LARGEST // 1_000_000} MB"
            raise InputError(f"{document.label}: {why}", hint="give each recording as a file of its own")
        if wanted or reader.sniff(document):
            return reader
    raise InputError(f"unknown format {wanted!r}", hint=f"use one of {', '.join(r.name for r in READERS)}")
