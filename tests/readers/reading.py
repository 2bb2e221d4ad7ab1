"""Read text as a file with a given ending."""

from __future__ import annotations

from pipeline.readers import parse
from pipeline.transcript import Transcript


def read(text: str | bytes, suffix: str = ".txt") -> Transcript:
    raw = text.encode() if isinstance(text, str) else text
    return parse(raw, f"talk{suffix}", suffix=suffix, name="talk")
