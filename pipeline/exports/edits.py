"""Keep exports that somebody wrote in when they are exported again.

`.studydoc/exports.txt` of an output folder has the time when it was begun, then the digest of every export that was
written since, one to a line. A file that has another digest and was changed after that time was edited, or is not ours.
An older one may be the export of an earlier version, and is replaced.
"""

from __future__ import annotations

import hashlib
import math
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.store import keep_aside

_NAME, _SINCE = "exports.txt", "since"


@dataclass(slots=True)
class WrittenExports:
    """The digests of the exports that were written of an output folder's documents after the time `since`."""

    ledger: Path
    since: float = math.inf
    _digests: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, folder: Path) -> WrittenExports:
        """Those of the folder that has `.studydoc`; none for another folder, or if no further ones can be added."""
        ledger = folder / ".studydoc" / _NAME
        try:
            known = ledger.read_text("ascii").split()
            if known and os.access(ledger, os.W_OK):
                return cls(ledger, float(known[1]) if known[0] == _SINCE else 0.0, set(known))
        except (OSError, ValueError, IndexError):
            pass
        return cls(ledger)

    def kept(self, path: Path, content: bytes) -> Path | None:
        """Copy the file that `content` is about to replace if somebody wrote in it; the copy's path, or None.

        Also remembers `content`. Raises StoreError or OutputError if the copy cannot be written.
        """
        self._remember(_digest(content))
        if not path.is_file() or path.stat().st_mtime < self.since:
            return None
        old = path.read_bytes()
        return None if _digest(old) in self._digests else keep_aside(path, old)

    def _remember(self, digest: str) -> None:
        if digest in self._digests:
            return
        self._digests.add(digest)
        # A folder that cannot be written, or has no `.studydoc`, must not keep anybody from exporting.
        with suppress(OSError), self.ledger.open("a", encoding="ascii") as file:
            if not file.tell():
                file.write(f"{_SINCE} {(since := int(time.time()))}\n")
                self.since = since
            file.write(f"{digest}\n")


def _digest(content: bytes) -> str:
    """The sha256 in hex, whichever line endings a program that synchronises files has put there."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
