"""Decides which notes are kept if several orders and runs write notes for one transcript: those requested last."""

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
    """Decides which documents in `out` an order may replace; it was `given_at`, in seconds since 1970."""

    calls: CallStore
    out: Path
    given_at: float

    def later(self, name: str) -> StudyDocument | None:
        """The existing document of this name if it was requested after the order; it is then kept.

        An order counts from when it was given, whenever its documents are written; a run counts from when it writes
        them.
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
        """Record that the present document of this name belongs to this order."""
        record = output_path(self.out, name)
        fact = json.dumps({"sha256": sha256_of(record), "given": self.given_at})
        if self.calls.recall(_key(record)) != fact:
            self.calls.remember(_key(record), fact)


def _key(record: Path) -> str:
    return f"ordered {record.name} {digest_of(str(record.absolute()))}"


def _seconds(created: str) -> float:
    """An ISO time in seconds since 1970; 0 if another program wrote something else."""
    try:
        return datetime.fromisoformat(created).timestamp()
    except ValueError:
        return 0.0
