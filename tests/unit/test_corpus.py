"""Many transcripts over one client: order, how many are open at once, and whom a failure stops."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import run
from pipeline.batches.corpus import make_all
from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Outcome
from pipeline.batches.outputs import is_output
from pipeline.document import StudyDocument
from pipeline.draft import Draft
from pipeline.errors import Declined, EndpointError, Interrupted, InvalidAnswer, spending
from pipeline.llm import Completion, Request, Tally, Usage
from pipeline.llm.progress import Booking, Progress, Reporter
from pipeline.llm.prompting import PromptSet
from pipeline.llm.stopping import Stoppable
from pipeline.pages.reading import page_digest
from pipeline.profile import Recipe
from pipeline.providers.calls import CallStore
from pipeline.providers.gate import Gate
from pipeline.providers.limited import Limited
from pipeline.providers.stored import StoredClient
from pipeline.readers import Source
from pipeline.settings.chosen import store_path
from pipeline.store import load
from pipeline.transcript import Transcript
from tests.scripted import EMPTY, LINES, Answer, ScriptedClient, fitting, good_answer, transcript


def sources(folder: Path, count: int, *, repeat: int = 1) -> list[Source]:
    out = []
    for n in range(count):
        path = folder / f"talk{n}.txt"
        path.write_text("\n\n".join(f"{who}: {text}" for who, text in LINES * (repeat if n == 0 else 1)), "utf-8")
        out.append(Source(path, f"talk{n}"))
    return out


def options(folder: Path, at_once: int) -> MakeOptions:
    return MakeOptions(folder / "out", Recipe(), PromptSet(), "http://server.test", at_once=at_once)


class Gated:
    """Scripted answers behind a gate, an answer only after others could come; keeps who was let in."""

    model = "scripted"

    def __init__(self, at_once: int) -> None:
        self._gate, self._inner, self.let_in = Gate(at_once), ScriptedClient(good_answer), list[Request]()

    async def complete(self, request: Request) -> Completion:
        await self._gate.enter(request.rank)
        try:
            self.let_in.append(request)
            for _ in range(5):
                await asyncio.sleep(0)
            return await self._inner.complete(request)
        finally:
            self._gate.leave()


def test_outcomes_come_in_the_order_of_their_sources_and_small_ones_are_made_first(tmp_path: Path) -> None:
    told: list[str] = []
    found = asyncio.run(
        make_all(
            sources(tmp_path, 4, repeat=9),
            Gated(2),
            options(tmp_path, 2),
            on_outcome=lambda outcome: told.append(outcome.name),
        )
    )
    assert [o.name for o in found] == ["talk0", "talk1", "talk2", "talk3"]
    assert told[-1] == "talk0"


def test_no_more_transcripts_are_open_than_fill_the_calls(tmp_path: Path) -> None:
    open_now: set[str] = set()
    most = 0

    def watch(progress: Progress) -> None:
        nonlocal most
        open_now.add(progress.name)
        most = max(most, len(open_now))

    asyncio.run(
        make_all(
            sources(tmp_path, 40),
            Gated(2),
            options(tmp_path, 2),
            watch=watch,
            on_outcome=lambda o: open_now.discard(o.name),
        )
    )
    assert 2 <= most <= 5


def test_with_one_call_at_once_one_transcript_is_made_after_the_other_in_their_order(tmp_path: Path) -> None:
    names: list[str] = []

    def watch(progress: Progress) -> None:
        if not names or names[-1] != progress.name:
            names.append(progress.name)

    asyncio.run(make_all(sources(tmp_path, 3, repeat=9), Gated(1), options(tmp_path, 1), watch=watch))
    assert names == ["talk0", "talk1", "talk2"]


def test_checking_goes_before_the_first_calls_of_other_documents(tmp_path: Path) -> None:
    client = Gated(1)
    asyncio.run(make_all(sources(tmp_path, 6), client, options(tmp_path, 2)))
    names = [r.name for r in client.let_in]
    first = names.index("check")
    assert names.count("write") == 6 and "write" in names[first:]  # it did not wait until all were written
    assert names[first : first + 2] == ["check", "check"]


def test_a_transcript_that_cannot_be_read_holds_up_no_other(tmp_path: Path) -> None:
    given = sources(tmp_path, 3)
    given[1].path.write_bytes(b"")
    found = asyncio.run(make_all(given, ScriptedClient(good_answer), options(tmp_path, 4)))
    assert [o.status for o in found] == ["complete", "failed", "complete"]


def test_an_error_of_the_disk_and_a_fault_of_the_program_fail_their_document_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def study_document(draft: Draft, transcript: Transcript, *args: Any) -> StudyDocument:
        if transcript.name == "talk1":
            raise PermissionError(errno.EACCES, "Permission denied", "font.ttf")
        if transcript.name == "talk2":
            raise KeyError("words of the transcript")
        return run_study_document(draft, transcript, *args)

    run_study_document = run.study_document
    monkeypatch.setattr(run, "study_document", study_document)
    found = asyncio.run(make_all(sources(tmp_path, 4), ScriptedClient(good_answer), options(tmp_path, 4)))
    assert [o.status for o in found] == ["complete", "failed", "failed", "complete"]
    disk, fault = (o.error for o in found[1:3])
    assert disk and str(disk).startswith("font.ttf: Permission denied") and isinstance(disk.__cause__, OSError)
    assert fault and "a bug in studydoc: KeyError in test_corpus.py, line " in str(fault)
    assert isinstance(fault.__cause__, KeyError) and "words" not in str(fault) and found[2].calls_made


def test_documents_are_not_kept_once_they_are_told(tmp_path: Path) -> None:
    shown_outcomes: list[Outcome] = []
    outcomes = asyncio.run(
        make_all(
            sources(tmp_path, 2), ScriptedClient(good_answer), options(tmp_path, 2), on_outcome=shown_outcomes.append
        )
    )
    assert [bool(o.document) for o in shown_outcomes] == [True, True]
    assert [o.document for o in outcomes] == [None, None]


def test_after_a_fatal_error_nothing_more_is_asked(tmp_path: Path) -> None:
    client = ScriptedClient(lambda request: EndpointError("the key was refused", fatal=True))
    outcomes = asyncio.run(make_all(sources(tmp_path, 9), client, options(tmp_path, 1)))
    assert {o.status for o in outcomes} == {"failed"} and len(client.requests) == 1


def test_the_rank_of_a_request_is_no_part_of_its_identity() -> None:
    plain, ranked = (Request("write", (), {}, 9, rank=rank) for rank in ((), (0, 3)))
    assert plain == ranked and plain.key("m") == ranked.key("m")


def test_a_document_that_waits_for_its_last_answer_makes_room_for_another() -> None:
    writing = Progress("talk", "writing", planned=25, at_once=12)
    assert writing.calls_wanted == 12  # about to be asked
    writing.under_way = 1
    assert writing.calls_wanted == 1


def test_a_page_that_somebody_edited_stays_while_nothing_changes_and_is_kept_when_it_is_written_anew(
    tmp_path: Path,
) -> None:
    def make(citations: bool = False, client: ScriptedClient | None = None) -> Outcome:
        asked = MakeOptions(tmp_path / "out", Recipe(), PromptSet(), "http://server.test", citations, at_once=1)
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), client or Stored(good_answer), asked))
        return outcome

    page = make().page
    assert page is not None and not make().notes
    edited = "My own remark: ask Bob.\n\n" + page.read_text("utf-8")
    page.write_text(edited, "utf-8")
    assert [n for n in make().notes if "left as it is; delete it" in n] and page.read_text("utf-8") == edited
    assert any("is left as it is" in n for n in make(citations=True).notes) and page.read_text("utf-8") == edited
    aside = page.with_name("talk0.edited.md")
    assert not aside.exists()
    another = ScriptedClient(good_answer)
    another.model = "another"
    assert any("was edited, or " in n and "talk0.edited.md" in n for n in make(client=another).notes)
    assert aside.read_text("utf-8") == edited and "ask Bob" not in page.read_text("utf-8")
    page.write_text(edited + "And Eve.\n", "utf-8")
    make()
    assert page.with_name("talk0.edited-2.md").exists() and is_output(page.with_name("talk0.edited-2.md"))


def test_reviewed_notes_that_are_made_anew_are_told_and_those_that_stay_are_not(tmp_path: Path) -> None:
    def notes(model: str) -> list[str]:
        client = Stored(good_answer)
        client.model = model
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), client, options(tmp_path, 1)))
        assert outcome.page is not None
        outcome.page.with_suffix(".review.json").touch()
        return [n for n in outcome.notes if "has decisions on the former ones" in n]

    assert [len(notes(model)) for model in ("one", "one", "two")] == [0, 0, 1]


def test_a_page_as_an_earlier_version_rendered_it_is_written_anew_and_one_with_an_edit_is_not(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        made = good_answer(request)
        return made | {"prerequisites": ["Power plants: they make heat."]} if request.name == "write" else made

    def make() -> Outcome:
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), Stored(answer), options(tmp_path, 1)))
        return outcome

    page = make().page
    assert page is not None
    now = page.read_text("utf-8")
    record = page.with_suffix(".json")
    known = json.loads(record.read_text("utf-8"))
    del known["run"]["page"]  # which earlier versions did not write
    record.write_text(json.dumps(known), "utf-8")
    before = record.read_bytes()
    former = now.replace(":** ", "**: ").replace("- **Power plants**: they", "- Power plants: they")
    assert former.count("**: ") and "- Power plants: they" in former
    page.write_text(former, "utf-8")
    assert not make().notes and page.read_text("utf-8") == now and not list(page.parent.glob("*.edited*"))
    record.write_bytes(before)
    for edited in (former.replace("they make heat", "they burn coal"), f"Ask Bob.\n\n{former}"):
        page.write_text(edited, "utf-8")
        assert any("is left as it is" in note for note in make().notes) and page.read_text("utf-8") == edited


@pytest.mark.parametrize("words", ["Study Document", "(not provided)", "power plants"])
def test_bold_set_by_hand_anywhere_is_an_edit(tmp_path: Path, words: str) -> None:
    def make() -> Outcome:
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), Stored(good_answer), options(tmp_path, 1)))
        return outcome

    page = make().page
    assert page is not None
    written = page.read_text("utf-8")
    assert words in written
    edited = written.replace(words, f"**{words}**", 1)
    page.write_text(edited, "utf-8")
    assert any("is left as it is" in note for note in make().notes) and page.read_text("utf-8") == edited


def test_a_page_is_as_it_was_made_by_what_its_record_keeps_of_it_however_pages_look_now(tmp_path: Path) -> None:
    def make() -> Outcome:
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), Stored(good_answer), options(tmp_path, 1)))
        return outcome

    page = make().page
    assert page is not None
    now, record = page.read_text("utf-8"), page.with_suffix(".json")
    former = now.replace("## Summary", "## In Short")
    text = record.read_text("utf-8")
    record.write_text(text.replace(page_digest(now), page_digest(former)), "utf-8")
    page.write_text(former, "utf-8")
    assert not make().notes and page.read_text("utf-8") == now and record.read_text("utf-8") == text


@pytest.mark.parametrize("answer", [Declined("no"), EMPTY])
def test_a_run_of_which_nothing_comes_takes_no_place_of_notes_that_were_made(tmp_path: Path, answer: Answer) -> None:
    def make(answers: Callable[[Request], Answer]) -> Outcome:
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), ScriptedClient(answers), options(tmp_path, 1)))
        return outcome

    def refused(request: Request) -> Answer:
        return answer if isinstance(answer, Exception) else fitting(answer, request)

    empty = make(refused)
    assert empty.error is None and empty.page is not None  # the first one tells what went wrong
    made = make(good_answer).page
    assert made is not None
    before = made.read_bytes(), made.with_suffix(".json").read_bytes()
    failed = make(refused)
    assert failed.error is not None and "the earlier ones are kept" in str(failed.error)
    prune = f"studydoc store prune --model scripted --out {tmp_path / 'out'}"
    assert prune in str(failed.error)
    assert (made.read_bytes(), made.with_suffix(".json").read_bytes()) == before


def test_an_answer_that_calls_all_of_it_filler_is_asked_for_anew_once_it_is_pruned(tmp_path: Path) -> None:
    asked = options(tmp_path, 1)

    def nothing(request: Request) -> Answer:
        return fitting(EMPTY | {"skipped": [{"first": 1, "last": 6}]}, request)

    def make(answers: Callable[[Request], Answer], model: str) -> str | None:
        client = ScriptedClient(answers)
        client.model = model
        stored = StoredClient(calls, client, model)
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), stored, asked))
        return str(outcome.error) if outcome.error else None

    with closing(CallStore(store_path(asked.out))) as calls:
        assert make(good_answer, "one") is None
        assert all("store prune --model other" in (make(answers, "other") or "") for answers in (nothing, good_answer))
        assert calls.prune("other") and make(good_answer, "other") is None


def test_a_page_that_is_as_it_was_made_gets_citations_and_loses_them(tmp_path: Path) -> None:
    def page(citations: bool) -> str:
        asked = MakeOptions(tmp_path / "out", Recipe(), PromptSet(), "http://server.test", citations, at_once=1)
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), Stored(good_answer), asked))
        assert outcome.page is not None and not outcome.notes
        return outcome.page.read_text("utf-8")

    plain = page(citations=False)
    cited = page(citations=True)
    assert cited != plain and page(citations=True) == cited and page(citations=False) == plain


@pytest.mark.parametrize("mark", ["\r\n", "\ufeff"])
def test_line_ends_and_a_mark_of_the_encoding_are_no_edit(tmp_path: Path, mark: str) -> None:
    def make() -> Outcome:
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), ScriptedClient(good_answer), options(tmp_path, 1)))
        return outcome

    page = make().page
    assert page is not None
    text = page.read_text("utf-8")
    page.write_bytes((mark + text if mark == "\ufeff" else text.replace("\n", mark)).encode())
    assert not make().notes and not list(page.parent.glob("*.edited*"))


@pytest.mark.parametrize("record", ['{"format": 1, "main_points": [], "source": {}, "run": {}}', None])
def test_a_page_whose_record_tells_nothing_is_kept_aside(tmp_path: Path, record: str | None) -> None:
    page = tmp_path / "out" / "talk0.md"
    page.parent.mkdir()
    page.write_text("# A page of my own\n", "utf-8")
    if record:
        page.with_suffix(".json").write_text(record, "utf-8")
    (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), ScriptedClient(good_answer), options(tmp_path, 1)))
    assert page.with_name("talk0.edited.md").read_text("utf-8") == "# A page of my own\n"
    told = "was already there, without a readable record: the old page is kept as"
    assert any(told in note for note in outcome.notes)


def test_a_record_and_its_page_tell_what_was_asked_for_now_also_where_the_answers_are_the_same(tmp_path: Path) -> None:
    def make(recipe: Recipe) -> tuple[str | None, str, str]:
        asked = replace(options(tmp_path, 1), recipe=recipe)
        (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), Stored(good_answer), asked))
        assert outcome.page is not None and not outcome.notes
        run = load(outcome.page.with_suffix(".json")).run
        return run.language, run.length, next(x for x in outcome.page.read_text("utf-8").split("\n") if x[:3] == "## ")

    assert make(Recipe(language="de")) == ("de", "standard", "## Überblick")
    assert make(Recipe(language="en")) == ("en", "standard", "## Overview")
    assert make(Recipe(language="en", length="full")) == ("en", "full", "## Overview")
    assert make(Recipe(language="de")) == ("de", "standard", "## Überblick")


SEGMENTS = json.dumps({"segments": [{"start": n, "end": n + 1, "text": text} for n, (_, text) in enumerate(LINES)]})


@pytest.mark.parametrize(
    ("transcript", "foreign", "told"),
    [
        ("talk.json", None, "talk.json: this is the transcript itself"),
        ("talk.md", None, "talk.md: this is the transcript itself"),
        ("talk.txt", "talk.json", "talk.json: this is not a studydoc record"),
    ],
)
def test_notes_that_would_be_written_over_a_file_that_is_none_of_theirs_are_not_asked_for(
    tmp_path: Path, transcript: str, foreign: str | None, told: str
) -> None:
    other, *_ = sources(tmp_path, 1)
    at, out = tmp_path / transcript, replace(options(tmp_path, 1), out=tmp_path)
    at.write_text(SEGMENTS if transcript.endswith(".json") else other.path.read_text("utf-8"), "utf-8")
    if foreign:
        (tmp_path / foreign).write_text(SEGMENTS, "utf-8")
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    client = ScriptedClient(good_answer)
    refused, made = asyncio.run(make_all([Source(at, "talk"), other], client, out))
    assert told in str(refused.error) and "another folder with --out" in str(refused.error)
    assert made.complete and len(client.requests) == made.calls_made
    assert {p: p.read_bytes() for p in before} == before and not list(tmp_path.glob("*.edited*"))


@pytest.mark.parametrize(("left", "page"), [("", False), ("{}", False), ('{"format": 2, "titl', True)])
def test_a_record_without_anything_in_it_or_cut_short_beside_its_page_is_written_anew(
    tmp_path: Path, left: str, page: bool
) -> None:
    (tmp_path / "out").mkdir()
    record = tmp_path / "out" / "talk0.json"
    record.write_text(left, "utf-8")
    if page:
        record.with_suffix(".md").write_text("# Talk\n", "utf-8")
    (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), ScriptedClient(good_answer), options(tmp_path, 1)))
    assert outcome.complete and load(record)


def record_of_newer_format(record: Path) -> None:
    known = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps(known | {"format": 3, "mood": "calm"}, indent=1), "utf-8")


def record_with_newer_field(record: Path) -> None:
    known = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps(known | {"source": known["source"] | {"mood": "calm"}}, indent=1), "utf-8")


def folder_as_record(record: Path) -> None:
    record.unlink()
    record.mkdir()


def folder_as_page(record: Path) -> None:
    record.with_suffix(".md").unlink()
    record.with_suffix(".md").mkdir()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            record_of_newer_format,
            "a newer version of studydoc wrote this record (update studydoc, or move the record away",
        ),
        (
            record_with_newer_field,
            "a newer version of studydoc wrote this record (update studydoc, or move the record away",
        ),
        (folder_as_record, "talk0.json: the notes cannot be written, as this is a folder"),
        (folder_as_page, "talk0.md: the notes cannot be written, as this is a folder"),
    ],
)
def test_a_record_that_is_newer_or_cannot_be_read_fails_its_document_alone_before_anything_is_asked(
    tmp_path: Path, change: Callable[[Path], None], why: str
) -> None:
    given, asked = sources(tmp_path, 2), options(tmp_path, 1)
    asyncio.run(make_all(given[:1], ScriptedClient(good_answer), asked))
    record = asked.out / "talk0.json"
    change(record)
    before = {p: p.read_bytes() for p in asked.out.iterdir() if p.is_file()}
    client = ScriptedClient(good_answer)
    kept, made = asyncio.run(make_all(given, client, asked))
    assert kept.status == "failed" and why in str(kept.error)
    assert made.complete and len(client.requests) == made.calls_made
    assert {p: p.read_bytes() for p in before} == before and not list(asked.out.glob("*.edited*"))


def test_json_that_comes_while_notes_are_made_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    record = tmp_path / "out" / "talk0.json"

    def answer(request: Request) -> Answer:
        record.write_text(SEGMENTS, "utf-8")
        return good_answer(request)

    (outcome,) = asyncio.run(make_all(sources(tmp_path, 1), ScriptedClient(answer), options(tmp_path, 1)))
    assert "not a studydoc record" in str(outcome.error) and record.read_text("utf-8") == SEGMENTS


class Stored(ScriptedClient):
    """Scripted answers that all came from the store."""

    async def complete(self, request: Request) -> Completion:
        return replace(await super().complete(request), cached=True)


def test_calls_that_a_limit_held_back_are_no_calls_that_failed(tmp_path: Path) -> None:
    client = Limited(ScriptedClient(good_answer), tokens=5000, cost=None, price=lambda usage: 0.0)
    found = asyncio.run(make_all(sources(tmp_path, 6), client, options(tmp_path, 6)))
    assert {o.status for o in found} == {"complete", "failed"}
    assert [o.tally.failed for o in found] == [0] * 6


def test_the_error_that_ends_a_run_is_a_failed_call_of_one_document() -> None:
    client = Stoppable(ScriptedClient([EndpointError("gone", fatal=True)]))
    documents = [Progress(name) for name in ("one", "two")]
    for progress in documents:
        with pytest.raises(EndpointError, match="gone"):
            asyncio.run(Booking(client, Reporter(progress)).complete(Request("write", (), {}, 9)))
    assert [progress.tally.failed for progress in documents] == [1, 0]


def test_calls_after_a_run_was_halted_each_get_an_error_of_their_own_and_none_counts_as_asked() -> None:
    ended = spending(EndpointError("gone", hint="wait", fatal=True), Usage(60))
    client = Stoppable(ScriptedClient([]))
    client.halt(ended)
    errors = list[EndpointError]()
    progress = Progress("one")
    for _ in range(2):
        with pytest.raises(EndpointError, match="gone") as caught:
            asyncio.run(Booking(client, Reporter(progress)).complete(Request("write", (), {}, 9)))
        errors.append(caught.value)
    assert all(error.fatal and error.hint == "wait" and error.__cause__ is ended for error in errors)
    assert errors[0] is not errors[1] and ended.__traceback__ is None and ended.spent == Usage(60)
    assert progress.tally == Tally()


def test_documents_that_a_signal_cut_short_are_told_from_those_that_failed(tmp_path: Path) -> None:
    client = Stoppable(ScriptedClient(good_answer))
    client.halt(Interrupted("interrupted"))
    outcomes = asyncio.run(make_all(sources(tmp_path, 2), client, options(tmp_path, 1)))
    assert [(o.interrupted, o.row()["error"], o.cost_usd) for o in outcomes] == [(True, "interrupted", 0)] * 2
    assert not Outcome("talk", error=EndpointError("gone", fatal=True)).interrupted


def test_a_draft_that_makes_no_document_is_one_failed_outcome_and_the_others_are_made(tmp_path: Path) -> None:
    first, *others = transcript().segments
    silent = replace(transcript(), segments=(first._replace(text=""), *others))
    given = [silent, *sources(tmp_path, 2)]
    bad, *good = asyncio.run(make_all(given, ScriptedClient(good_answer), options(tmp_path, 2)))
    assert bad.status == "failed" and isinstance(bad.error, InvalidAnswer)
    assert "quote: String should have at least 1 character" in str(bad.error)
    assert [o.status for o in good] == ["complete", "complete"]
