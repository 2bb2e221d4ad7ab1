"""Zip files with identical bytes for identical content: without times, their entries in the order given."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

_EPOCH = (1980, 1, 1, 0, 0, 0)


def zipped(files: Iterable[tuple[str, bytes]], *, stored: frozenset[str] = frozenset()) -> bytes:
    """A zip file of (name, content) pairs, in this order; those named in `stored` are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def without_clock(content: bytes) -> bytes:
    """A zip file written by a library, without the times of its entries."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped((entry.filename, archive.read(entry)) for entry in archive.infolist())
