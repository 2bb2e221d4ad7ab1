"""Transcripts and a local endpoint for workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scripted import LINES

NAMES = ("one", "two", "deep/three")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three talks, one of them in a subfolder."""
    for name in NAMES:
        write_talk(tmp_path / "talks", name)
    return tmp_path


def write_talk(folder: Path, name: str) -> None:
    path = folder / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{who}: {text}" for who, text in LINES]
    path.write_text(f"---\ntitle: Talk {name}\n---\n\n" + "\n\n".join(lines), "utf-8")
