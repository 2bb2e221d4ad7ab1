"""EPUB 3: a title page, one chapter per section, and the evidence as pop-up notes."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from pipeline.exports.archive import zipped
from pipeline.exports.base import Exported, Format
from pipeline.exports.pages import asset, xml

_CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)


def write_epub(exported: Exported) -> bytes:
    """The book: a zip file of XHTML whose first entry is the media type, as readers require."""
    chapters = [(section, f"chapter-{n}.xhtml") for n, section in enumerate(exported.sections, 1)]
    values = {"exported": exported, "document": exported.document, "labels": exported.labels, "chapters": chapters}
    package = {
        "identifier": uuid.UUID(exported.key[:32]).urn,
        "modified": datetime.fromtimestamp(exported.changed, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    files = [
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", _CONTAINER.encode()),
        ("OEBPS/package.opf", xml("package.opf", **values, **package)),
        ("OEBPS/nav.xhtml", xml("nav.xhtml", **values)),
        ("OEBPS/style.css", asset("book.css").encode()),
        ("OEBPS/title.xhtml", xml("title.xhtml", **values)),
        *((f"OEBPS/{file}", xml("chapter.xhtml", section=section, **values)) for section, file in chapters),
    ]
    return zipped(files, stored=frozenset({"mimetype"}))


EPUB = Format("epub", ".epub", "a book for readers, evidence as notes", write_epub)
