"""What comes through a pipe has no path: its words tell whether a document of its name is its own."""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.batches.corpus import make_all
from pipeline.batches.inputs import Found, find
from pipeline.batches.options import Input, MakeOptions
from pipeline.llm.prompting import PromptSet
from pipeline.profile import Recipe
from pipeline.readers import Source
from pipeline.transcript import Transcript
from tests.scripted import LINES, ScriptedClient, good_answer

FIRST = "\n\n".join(f"{who}: {text}" for who, text in LINES)
OTHER = FIRST.replace(" the ", " that ")


def piped(text: str, out: Path, monkeypatch: pytest.MonkeyPatch, name: str | None = None) -> Transcript:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
    found: Found = find([Path("-")], Input(name=name), out)
    (transcript,) = found.sources
    assert isinstance(transcript, Transcript)
    return transcript


def make(source: Source | Transcript, out: Path) -> None:
    options = MakeOptions(out, Recipe(), PromptSet(), "http://server.test", at_once=1)
    asyncio.run(make_all([source], ScriptedClient(good_answer), options))


def test_two_inputs_through_a_pipe_get_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(piped(FIRST, tmp_path, monkeypatch), tmp_path)
    assert piped(FIRST, tmp_path, monkeypatch).name == "stdin"
    other = piped(OTHER, tmp_path, monkeypatch)
    assert other.name == "stdin-2"
    assert "the notes stdin belong to another input" in other.notes[-1]


def test_a_pipe_never_takes_the_name_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text(FIRST, "utf-8")
    make(Source(talk, "talk"), tmp_path / "out")
    assert piped(OTHER, tmp_path / "out", monkeypatch, name="talk").name == "talk-2"


def test_a_pipe_whose_notes_a_link_leads_away_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk, out = tmp_path / "talk.txt", tmp_path / "out"
    talk.write_text(FIRST, "utf-8")
    out.mkdir()
    (out / "stdin.json").symlink_to(tmp_path / "elsewhere.json")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(OTHER.encode())))
    found = find([Path("-"), talk], Input(), out)
    assert [s.name for s in found.sources] == ["talk"]
    assert [(o.name, "leads out of" in str(o.error)) for o in found.failed] == [("stdin", True)]
