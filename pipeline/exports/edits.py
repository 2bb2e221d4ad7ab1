"""Keep exports that somebody wrote in when they are exported again.

`.studydoc/exports.txt` of an output folder has the digest of every export that was written, one to a line. An existing
file with another digest was edited, or is not ours. Without that file nothing is known, and exports are replaced.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.store import keep_aside

_NAME = "exports.txt"


@dataclass(slots=True)
class WrittenExports:
    """The digests of the exports that were written of an output folder's documents."""

    ledger: Path
    _digests: set[str] = field(default_factory=set)
    _was_there: bool = False

    @classmethod
    def of(cls, folder: Path) -> WrittenExports:
        """Those of the folder that has `.studydoc`; none for any other folder."""
        ledger = folder / ".studydoc" / _NAME
        try:
            return cls(ledger, set(ledger.read_text("ascii").split()), True)
        except (OSError, ValueError):
            return cls(ledger)

    def kept(self, path: Path, content: bytes) -> Path | None:
        """Copy the file that `content` is about to replace if somebody wrote in it; the copy's path, or None.

        Also remembers `content`. Raises StoreError if the copy cannot be written.
        """
        self._remember(_digest(content))
        if not self._was_there or not path.is_file():
            return None
        old = path.read_bytes()
        if _digest(old) in self._digests:
            return None
        return keep_aside(path, old)

    def _remember(self, digest: str) -> None:
        if digest in self._digests:
            return
        self._digests.add(digest)
        # A folder that cannot be written, or has no `.studydoc`, must not keep anybody from exporting.
        with suppress(OSError), self.ledger.open("a", encoding="ascii") as file:
            file.write(f"{digest}\n")


def _digest(content: bytes) -> str:
    """The sha256 in hex, whichever line endings a program that synchronises files has put there."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
