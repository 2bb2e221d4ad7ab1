"""What was made before is told again without a look at its statements, as long as nothing that it rests on changed."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batches.corpus import make_all
from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Outcome
from pipeline.batches.outputs import transcript_of
from pipeline.batches.single_machine import Audience, Run
from pipeline.batches.up_to_date import Ledger, _key
from pipeline.cli.screen import Screen
from pipeline.events import Events
from pipeline.llm import Completion, Request, Usage
from pipeline.llm.prompting import PromptSet
from pipeline.profile import Recipe
from pipeline.providers.calls import CallStore
from pipeline.readers import Source
from pipeline.settings import Settings
from pipeline.store import load, output_path
from tests.scripted import LINES, Answer, ScriptedClient, good_answer
from tests.unit.test_corpus import Stored


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[CallStore]:
    store = CallStore(tmp_path / "calls.sqlite")
    yield store
    store.close()


def talk(path: Path) -> Source:
    path.write_text("\n\n".join(f"{who}: {text}" for who, text in LINES), "utf-8")
    return Source(path, path.stem)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return talk(tmp_path / "talk.txt")


def options(folder: Path) -> MakeOptions:
    return MakeOptions(folder / "out", Recipe(), PromptSet(), "http://server.test")


def opened(calls: CallStore, source: Source) -> Ledger:
    """A ledger that has nothing of the transcript yet."""
    ledger = Ledger(calls, options(source.path.parent), "scripted")
    assert ledger.outcome(source) is None
    return ledger


def run_of(calls: CallStore, source: Source) -> Run:
    ledger = opened(calls, source)
    return Run(Settings(), calls, ledger.options, "scripted", ledger, Audience(Screen(), Events()))


def made(calls: CallStore, source: Source, answer=good_answer) -> Ledger:  # noqa: ANN001
    ledger = opened(calls, source)
    asyncio.run(make_all([source], ScriptedClient(answer), ledger.options, on_outcome=ledger.remember))
    return ledger


def again(ledger: Ledger, source: Source):  # noqa: ANN201
    return Ledger(ledger.calls, ledger.options, "scripted").outcome(source)


def test_what_has_not_changed_is_told_with_its_calls_as_stored(calls: CallStore, source: Source) -> None:
    found = again(made(calls, source), source)
    assert found is not None and found.complete and found.calls_made == 0 and found.tally.calls > 0
    assert found.page is not None and found.page.exists()


@pytest.mark.skipif(os.name != "posix", reason="names of files are Unicode there")
@pytest.mark.parametrize("name", ["b\udcff.txt", "d\udcff/talk.txt"])
def test_a_path_that_is_no_utf_8_is_remembered_like_any_other(calls: CallStore, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    ledger = made(calls, talk(path))
    found = again(ledger, Source(path, path.stem))
    assert found is not None and found.complete
    record = output_path(ledger.options.out, path.stem)
    assert transcript_of(load(record), record, None)[1] == ""


def test_what_is_told_of_it_is_what_was_told_when_it_was_made(calls: CallStore, source: Source) -> None:
    told: list[Outcome] = []
    ledger = opened(calls, source)

    def done(outcome: Outcome) -> None:
        told.append(outcome)
        ledger.remember(outcome)

    asyncio.run(make_all([source], ScriptedClient(good_answer), ledger.options, on_outcome=done))
    found = again(ledger, source)
    assert found is not None and (found.figures, found.status) == (told[0].figures, told[0].status)
    assert found.document is None and found.figures is not None and found.figures.statements > 0


def test_notes_on_its_reading_are_said_again_and_it_is_not_made_again(calls: CallStore, tmp_path: Path) -> None:
    path = tmp_path / "talk.vtt"
    cues = (f"00:{n:02}:00.000 --> 00:{n:02}:30.000\n{text}\n" for n, (_, text) in enumerate(LINES))
    path.write_text("\n".join(["NOTE four words left out\n", *cues]), "utf-8")
    found = again(made(calls, Source(path, "talk")), Source(path, "talk"))
    assert found is not None and found.complete and found.calls_made == 0
    assert found.notes[0].startswith("no WEBVTT header") and "words not taken as speech" in found.notes[1]


@pytest.mark.skipif(os.name != "posix", reason="names of files are Unicode there")
@pytest.mark.parametrize("folder", ["talks", "d\udcff"])
def test_a_page_edited_by_hand_is_told_to_stay_and_one_kept_aside_is_told_once(
    calls: CallStore, tmp_path: Path, folder: str
) -> None:
    (tmp_path / folder).mkdir()
    source = talk(tmp_path / folder / "talk.txt")
    page = source.path.parent / "out" / "talk.md"
    page.parent.mkdir()
    page.write_text("# A page of my own\n", "utf-8")
    ledger = made(calls, source)
    aside = page.with_name("talk.edited.md")
    found = again(ledger, source)
    assert aside.exists() and found is not None and not found.notes
    page.write_text(page.read_text("utf-8") + "\nAsk Ben.\n", "utf-8")
    (told,) = asyncio.run(make_all([source], Stored(good_answer), ledger.options, on_outcome=ledger.remember))
    found = again(ledger, source)
    assert found is not None and found.notes == told.notes and f"{page} was edited, or " in found.notes[0]


def test_thought_is_remembered_with_the_other_tokens(calls: CallStore, source: Source) -> None:
    took = Usage(100, 40, 20, thought_tokens=7)

    def thinking(request: Request) -> Answer:
        return Completion(json.dumps(good_answer(request)), "stop", took, "scripted")

    found = again(made(calls, source, thinking), source)
    assert found is not None and found.tally.usage == took + took  # written and checked


@pytest.mark.parametrize("fact", ["", "of an older version", "[]", "{}", '{"figures": {}, "usage": {}}'])
def test_what_another_version_remembered_counts_as_nothing(calls: CallStore, source: Source, fact: str) -> None:
    ledger = made(calls, source)
    calls.remember(_key(output_path(ledger.options.out, "talk")), fact)
    assert again(ledger, source) is None


@pytest.mark.parametrize("changed", ["talk.txt", "out/talk.md", "out/talk.json"])
def test_a_changed_file_is_made_again(calls: CallStore, source: Source, changed: str) -> None:
    ledger = made(calls, source)
    path = source.path.parent / changed
    path.write_text(path.read_text("utf-8").replace("1998", "1999"), "utf-8")
    assert again(ledger, source) is None


def test_a_file_that_changed_between_the_first_look_and_the_reading_is_not_remembered(
    calls: CallStore, source: Source
) -> None:
    first = source.path.read_text("utf-8")
    ledger = opened(calls, source)
    source.path.write_text(first.replace("1998", "1999"), "utf-8")
    asyncio.run(make_all([source], ScriptedClient(good_answer), ledger.options, on_outcome=ledger.remember))
    source.path.write_text(first, "utf-8")  # the notes are of the other text
    assert again(ledger, source) is None


def test_a_document_that_cannot_be_remembered_is_made_all_the_same(
    calls: CallStore, source: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_of(calls, source)
    calls.close()  # as a full disk does, it refuses what is to be written
    (outcome,) = asyncio.run(make_all([source], ScriptedClient(good_answer), run.options, on_outcome=run.ended))
    assert outcome.complete and "talk: the next run will check it again: " in capsys.readouterr().err


def test_a_document_that_ends_while_another_program_writes_the_store_is_remembered_when_the_run_ends(
    calls: CallStore, source: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_of(calls, source)
    with closing(sqlite3.connect(calls.path, isolation_level=None)) as writer:
        writer.execute("begin immediate")
        asyncio.run(make_all([source], ScriptedClient(good_answer), run.options, on_outcome=run.ended))
        assert again(run.ledger, source) is None
    run.close()
    assert again(run.ledger, source) is not None and "again" not in capsys.readouterr().err


def test_metadata_beside_the_file_counts_as_the_file(calls: CallStore, source: Source) -> None:
    ledger = made(calls, source)
    source.path.with_name("talk.info.json").write_text('{"title": "Of Towers"}')
    assert again(ledger, source) is None


def test_other_settings_prompts_models_or_another_program_make_it_again(calls: CallStore, source: Source) -> None:
    ledger = made(calls, source)
    assert Ledger(calls, replace(ledger.options, citations=True), "scripted").outcome(source) is None
    assert Ledger(calls, replace(ledger.options, recipe=Recipe(length="brief")), "scripted").outcome(source) is None
    assert Ledger(calls, replace(ledger.options, recipe=Recipe(language="de")), "scripted").outcome(source) is None
    assert Ledger(calls, ledger.options, "another").outcome(source) is None
    (source.path.parent / "system.v6.md").write_text("Be brief.")
    own = PromptSet(source.path.parent)
    assert Ledger(calls, replace(ledger.options, prompts=own), "scripted").outcome(source) is None
    assert Ledger(calls, ledger.options, "scripted", program="another version").outcome(source) is None
    assert again(ledger, source) is not None


def test_a_partial_document_is_never_told_as_made(calls: CallStore, source: Source) -> None:
    def broken(request) -> Answer:  # noqa: ANN001
        return {"no": "answer"} if request.name == "write" else good_answer(request)

    assert again(made(calls, source, broken), source) is None


def test_a_page_that_is_gone_is_made_again(calls: CallStore, source: Source) -> None:
    ledger = made(calls, source)
    (source.path.parent / "out" / "talk.md").unlink()
    assert again(ledger, source) is None
