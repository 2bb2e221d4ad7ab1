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

    Raises InputError, which lists all names, if there is no such reader.
    """
    if wanted is None:
        return next(r for r in READERS if r.sniff(document))
    for reader in READERS:
        if reader.name == wanted:
            return reader
    raise InputError(f"unknown format {wanted!r}", hint=f"use one of {', '.join(r.name for r in READERS)}")
