"""Which notes stay where orders and runs make notes of one transcript: those that were asked for last."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.llm import digest_of
from pipeline.providers.calls import CallStore
from pipeline.readers.archive import sha256_of
from pipeline.store import load, output_path

if TYPE_CHECKING:
    from pipeline.document import StudyDocument


@dataclass(frozen=True, slots=True)
class Precedence:
    """What stays of the documents in `out` when an order writes there, which was `given_at`, in seconds since 1970."""

    calls: CallStore
    out: Path
    given_at: float

    def later(self, name: str) -> StudyDocument | None:
        """The document of that name if it was asked for after the order; it stays.

        An order asks when it is given, whenever its documents are written, and a run when it writes them.
        """
        record = output_path(self.out, name)
        try:
            document = load(record) if record.exists() else None
        except StoreError:
            return None
        if document is None:
            return None
        fact: dict[str, Any] = json.loads(self.calls.recall(_key(record)) or "{}")
        by_order = fact.get("sha256") == sha256_of(record)
        asked_at = fact["given"] if by_order else _seconds(document.run.created)
        return document if asked_at > self.given_at else None

    def remember(self, name: str) -> None:
        """The document of that name, as it is now, is the order's."""
        record = output_path(self.out, name)
        fact = json.dumps({"sha256": sha256_of(record), "given": self.given_at})
        if self.calls.recall(_key(record)) != fact:
            self.calls.remember(_key(record), fact)


def _key(record: Path) -> str:
    return f"ordered {record.name} {digest_of(str(record.absolute()))}"


def _seconds(created: str) -> float:
    """Seconds since 1970; 0 for a time that some other program wrote."""
    try:
        return datetime.fromisoformat(created).timestamp()
    except ValueError:
        return 0.0
