"""`make --batch` against a server that speaks files and batches: waves, kills, expiry, errors, limits."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest

from pipeline.batch_api.orders import run_batch, run_cancel, run_collect, run_status
from pipeline.batches.forecast import forecast
from pipeline.batches.options import Input
from pipeline.batches.single_machine import make_documents
from pipeline.cli.exporting import export_rows
from pipeline.cli.screen import Screen
from pipeline.errors import PipelineError, SettingsError, StoreError
from pipeline.events import Events
from pipeline.providers.calls import CallStore
from pipeline.providers.journal import Job, Journal
from pipeline.providers.limited import LimitReached
from pipeline.settings import Settings, load_settings
from pipeline.settings.chosen import store_path
from pipeline.store import load
from pipeline.transcript import Metadata
from tests.alone import made_alone
from tests.commands import program, surroundings
from tests.faults.batch_server import BatchServer
from tests.faults.fake_endpoints import REFUSALS
from tests.faults.server import _reply, answer, task_of
from tests.scripted import LINES

NAMES = ("one", "two", "three")
QUIET = Screen(quiet=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "talks").mkdir()
    for name in NAMES:
        lines = [f"{who}: {text}" for who, text in LINES]
        text = f"---\ntitle: Talk {name}\n---\n\n" + "\n\n".join(lines)
        (tmp_path / "talks" / f"{name}.txt").write_text(text, "utf-8")
    return tmp_path


def settings(folder: Path, server: BatchServer, **more: Any) -> Settings:
    options = {"base_url": server.url, "model": "scripted", "out": folder / "outputs", **more}
    return load_settings(**options)


def batch(folder: Path, server: BatchServer, **more: Any) -> tuple[int, list[str]]:
    """One round of `make --batch`: exit code, and what became of each document."""
    code, rows = asyncio.run(run_batch([folder / "talks"], settings(folder, server, **more), Metadata(), QUIET))
    return code, [row["status"] for row in rows]


def rounds(folder: Path, server: BatchServer, *, talks: int = 3, **more: Any) -> int:
    """Rounds until nothing waits."""
    for n in range(1, 20):
        code, states = batch(folder, server, **more)
        if "waiting" not in states:
            assert (code, states) == (0, ["complete"] * talks)
            return n
    raise AssertionError("this does not end")


def contents(folder: Path) -> dict[str, Any]:
    """Documents without the record of their run."""
    documents = {p.stem: load(p).model_dump(mode="json", exclude={"run"}) for p in (folder / "outputs").glob("*.json")}
    assert len(documents) == 3
    return documents


def test_writing_and_the_check_are_a_job_each(folder: Path) -> None:
    with BatchServer() as server:
        assert batch(folder, server) == (0, ["waiting"] * 3)
        assert len(server.batches) == 1 and len(server.asked) == 3
        rounds(folder, server)
        assert [tasks(server, b) for b in server.batches] == [["write"] * 3, ["check"] * 3]
        assert server.asked == server.answered and set(server.asked.values()) == {1}


def tasks(server: BatchServer, job: dict[str, Any]) -> list[str]:
    return [task_of(call["body"]) for call in server.calls(job)]


@pytest.mark.slow
def test_notes_beside_their_transcripts_are_not_sent_and_documents_of_one_name_are_kept_apart(folder: Path) -> None:
    with BatchServer() as server:
        rounds(folder, server, out=folder / "talks")
        asked = len(server.asked)
        assert batch(folder, server, out=folder / "talks") == (0, ["complete"] * 3) and len(server.asked) == asked
        (folder / "more").mkdir()
        (folder / "more" / "one.txt").write_text("Ana: We mend the bridge at Lund, and the ford.", "utf-8")
        one = settings(folder, server, out=folder / "talks")
        _, rows = asyncio.run(run_batch([folder / "more"], one, Metadata(), QUIET))
        assert [row["name"] for row in rows] == ["more-one"]


def test_without_the_model_s_check_there_is_one_job(folder: Path) -> None:
    with BatchServer() as server:
        rounds(folder, server, check="code")
        assert [set(tasks(server, b)) for b in server.batches] == [{"write"}]


def test_a_run_after_the_last_wave_submits_nothing_and_leaves_the_same_bytes(folder: Path) -> None:
    with BatchServer() as server:
        rounds(folder, server)
        before = {p: p.read_bytes() for p in (folder / "outputs").glob("*.[jm]*")}
        jobs = len(server.batches)
        assert batch(folder, server) == (0, ["complete"] * 3)
        assert len(server.batches) == jobs
        assert {p: p.read_bytes() for p in (folder / "outputs").glob("*.[jm]*")} == before


def only_a_long_talk(folder: Path, times: int) -> None:
    for name in ("two", "three"):
        (folder / "talks" / f"{name}.txt").unlink()
    long = "\n\n".join(f"{who}: {text} Part {n}." for n in range(times) for who, text in LINES)
    (folder / "talks" / "one.txt").write_text(long, "utf-8")


@pytest.mark.slow
def test_composing_waits_until_every_part_is_written(folder: Path) -> None:
    only_a_long_talk(folder, 12)
    with BatchServer("expired") as server:
        for _ in range(3):
            assert batch(folder, server, chunk_tokens=300) == (0, ["waiting"])
        first, rest, third = (tasks(server, b) for b in server.batches)
        assert len(first) > len(rest) > 1 and set(first + rest) == {"write"}
        assert third == ["compose"]


@pytest.mark.slow
def test_all_chunks_of_a_long_talk_go_up_in_one_job(folder: Path) -> None:
    only_a_long_talk(folder, 100)
    with BatchServer() as server:
        planned, _ = asyncio.run(forecast([folder / "talks"], settings(folder, server, chunk_tokens=200)))
        batch(folder, server, chunk_tokens=200)
        assert len(server.asked) == planned.total.now.calls > 64


def test_a_batch_waits_for_no_other_task_of_the_program(folder: Path) -> None:
    others: set[asyncio.Task[None]] = set()

    async def begin_another() -> None:
        await asyncio.sleep(0)
        others.add(asyncio.create_task(begin_another()))

    async def among_others(now: Settings) -> tuple[int, list[dict[str, Any]]]:
        others.add(asyncio.create_task(begin_another()))
        return await asyncio.wait_for(run_batch([folder / "talks"], now, Metadata(), QUIET), 20)

    with BatchServer() as server:
        code, rows = asyncio.run(among_others(settings(folder, server)))
    assert code == 0 and [row["status"] for row in rows] == ["waiting"] * 3


def test_what_goes_up_is_what_a_single_call_would_send(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server)
        row = server.calls(server.batches[0])[0]
    assert row["method"] == "POST" and row["url"] == "/v1/chat/completions" and len(row["custom_id"]) == 64
    sent = {"model", "max_tokens", "temperature", "seed", "reasoning_effort", "response_format", "messages"}
    assert set(row["body"]) == sent
    assert server.batches[0]["endpoint"] == "/v1/chat/completions"


@pytest.mark.slow
def test_an_expired_batch_is_collected_and_only_the_rest_is_asked_again(folder: Path) -> None:
    with BatchServer("expired") as server:
        batch(folder, server)
        done = set(server.answered)
        batch(folder, server)
        again = {row["custom_id"] for b in server.batches[1:] for row in server.calls(b)}
        assert done and not again & done and set(server.asked) - done <= again
        rounds(folder, server)
        assert set(server.answered.values()) == {1}


@pytest.mark.slow
def test_a_batch_without_an_answer_is_reported_and_asked_again_only_by_another_run(folder: Path) -> None:
    with BatchServer("nothing") as server:
        batch(folder, server)
        with pytest.raises(PipelineError, match="ended without an answer"):
            batch(folder, server)
        assert len(server.batches) == 1
        rounds(folder, server)


@pytest.mark.slow
def test_a_batch_that_is_not_taken_says_why(folder: Path) -> None:
    with BatchServer("invalid") as server:
        batch(folder, server)
        with pytest.raises(PipelineError, match=r"token_limit_exceeded .*--batch-size"):
            batch(folder, server)
        rounds(folder, server)


def test_calls_that_fail_are_asked_again(folder: Path) -> None:
    with BatchServer("errors") as server:
        rounds(folder, server)
        assert max(server.asked.values()) == 2 and set(server.answered.values()) == {1}


@pytest.mark.slow
def test_a_refused_call_is_asked_for_anew_by_another_order_and_not_by_the_same(folder: Path) -> None:
    def refuses(call: dict[str, Any]) -> tuple[int, Any] | None:
        reply = _reply("")
        reply["choices"][0] |= {"finish_reason": "content_filter"}
        return (200, reply) if server.refused < 3 else None

    with BatchServer(manners=refuses) as server:
        assert batch(folder, server) == (0, ["waiting"] * 3)
        assert batch(folder, server) == (1, ["partial"] * 3)
        assert len(server.batches) == 1
        rounds(folder, server)
        assert [tasks(server, b) for b in server.batches] == [["write"] * 3, ["write"] * 3, ["check"] * 3]


@pytest.mark.slow
def test_a_second_answer_that_did_not_fit_is_not_used_again_by_another_order(folder: Path) -> None:
    def misses(call: dict[str, Any]) -> tuple[int, Any] | None:
        return (200, _reply('{"main_points": 3}')) if server.refused < 3 * 3 else None

    with BatchServer(manners=misses) as server:
        assert [batch(folder, server)[1][0] for _ in range(3)] == ["waiting", "waiting", "partial"]
        rounds(folder, server)
        assert [tasks(server, b) for b in server.batches] == [["write"] * 3] * 4 + [["check"] * 3]


@pytest.mark.slow
def test_what_an_order_made_is_up_to_date_for_later_runs_which_ask_nothing(folder: Path) -> None:
    def misses(call: dict[str, Any]) -> tuple[int, Any] | None:
        return (200, _reply('{"main_points": 3}')) if server.refused < 3 else None

    with BatchServer(manners=misses) as server:
        rounds(folder, server)
        jobs, heard = len(server.batches), Heard()
        assert batch(folder, server) == (0, ["complete"] * 3) and len(server.batches) == jobs
        now = settings(folder, server)
        code, rows = make_documents(
            [folder / "talks"], now, Metadata(), heard, Events(), Input(), lambda page: None, nullcontext
        )
    assert code == 0 and [row["calls_made"] for row in rows] == [0] * 3
    assert any(line.endswith("3 transcripts, up to date") for line in heard.lines)


@pytest.mark.slow
def test_calls_that_fail_three_times_make_their_documents_partial(folder: Path) -> None:
    with BatchServer(*["all errors"] * 9) as server:
        for _ in range(3):
            assert batch(folder, server) == (0, ["waiting"] * 3)
        code, states = batch(folder, server)
        assert (code, states) == (1, ["partial"] * 3)
        assert set(server.asked.values()) == {3}
        problems = load(folder / "outputs" / "one.json").problems
        assert any("tried 3 times" in p.message for p in problems)


class Heard(Screen):
    """A screen that keeps what is said."""

    def __init__(self) -> None:
        super().__init__(quiet=True)
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    problem = say


def jobs_of(folder: Path) -> list[Job]:
    with closing(Journal(store_path(folder / "outputs"))) as journal:
        return journal.jobs()


@pytest.mark.slow
def test_a_job_whose_results_are_missing_stays_and_is_looked_for_again(folder: Path) -> None:
    with BatchServer("missing") as server:
        batch(folder, server)
        now, heard = load_settings(base_url=server.url, out=folder / "outputs"), Heard()
        code, rows = asyncio.run(run_collect(now, heard))
        assert code == 0 and {row["status"] for row in rows} == {"waiting"}
        assert any("the results of batch batch_1 are missing" in line for line in heard.lines)
        assert batch(folder, server) == (0, ["waiting"] * 3) and len(server.batches) == 1
        server.missing.clear()
        rounds(folder, server)
        assert set(server.asked.values()) == {1}


@pytest.mark.slow
def test_cancel_gives_up_missing_results_and_counts_the_most_that_they_could_take(folder: Path) -> None:
    with BatchServer("missing") as server:
        batch(folder, server)
        now, before = load_settings(base_url=server.url, out=folder / "outputs"), jobs_of(folder)[0]
        ((_, status),) = asyncio.run(run_cancel(now))
        assert status == "collected: its results are missing and were given up"
        (job,) = jobs_of(folder)
        assert not job.open and (job.prompt_tokens, job.answer_tokens) == (before.prompt_tokens, before.answer_tokens)
        rounds(folder, server)


@pytest.mark.slow
def test_waiting_ends_when_nothing_but_missing_results_is_left(folder: Path) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        assert len(pauses) < 50, "this does not end"

    with BatchServer("missing") as server:
        heard, now = Heard(), settings(folder, server)
        code, rows = asyncio.run(run_batch([folder / "talks"], now, Metadata(), heard, wait=sleep))
        assert code == 1 and [row["status"] for row in rows] == ["waiting"] * 3 and len(pauses) == 10
        assert sum("are missing" in line for line in heard.lines) == 1
        assert any(line.startswith("stopped waiting for the results of 1 job") for line in heard.lines)
        server.missing.clear()
        rounds(folder, server)
        assert set(server.asked.values()) == {1}


def without_its_error_file(server: BatchServer) -> None:
    server.batches[0].setdefault("error_file_id", "file-gone")
    server.missing.add(server.batches[0]["error_file_id"])


def test_a_job_whose_calls_were_all_answered_ends_though_its_error_file_is_gone(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server)
        without_its_error_file(server)
        rounds(folder, server)
        assert set(server.asked.values()) == {1}
    assert [job.open for job in jobs_of(folder)] == [False, False]  # of writing and of checking


def test_cancel_keeps_the_answers_of_a_job_whose_error_file_is_gone(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server)
        without_its_error_file(server)
        asyncio.run(run_cancel(load_settings(base_url=server.url, out=folder / "outputs")))
    (job,) = jobs_of(folder)
    assert (job.answered, job.prompt_tokens) == (3, 300)


@pytest.mark.slow
def test_calls_whose_error_file_is_lost_are_asked_again(folder: Path) -> None:
    with BatchServer("errors") as server:
        batch(folder, server)
        without_its_error_file(server)
        rounds(folder, server)
        assert max(server.asked.values()) == 2 and set(server.answered.values()) == {1}


def test_calls_missing_from_a_cut_results_file_count_as_the_most_that_they_could_take(folder: Path) -> None:
    only_a_long_talk(folder, 1)
    with BatchServer("halved") as server:
        batch(folder, server)
        (before,) = jobs_of(folder)
        batch(folder, server)
    after = jobs_of(folder)[0]
    assert (after.answered, after.failed) == (0, 1)
    assert (after.prompt_tokens, after.answer_tokens) == (before.prompt_tokens, before.answer_tokens)


def test_cancel_takes_the_results_of_a_job_that_has_ended(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server)
        now = load_settings(base_url=server.url, out=folder / "outputs")
        assert asyncio.run(run_cancel(now)) == [("batch_1", "collected")]
        rounds(folder, server)
        assert set(server.asked.values()) == {1}


@pytest.mark.slow
def test_calls_missing_from_cut_results_files_are_asked_three_times_at_most(folder: Path) -> None:
    only_a_long_talk(folder, 1)
    with BatchServer(*["halved"] * 9) as server:
        for _ in range(3):
            assert batch(folder, server) == (0, ["waiting"])
        assert batch(folder, server) == (1, ["partial"])
        assert set(server.asked.values()) == {3}
    (problem, *_) = load(folder / "outputs" / "one.json").problems
    assert "completed without a result for this call; tried 3 times" in problem.message


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85"])
def test_a_line_of_results_ends_where_json_lines_end_alone(folder: Path, end: str) -> None:
    def with_another_end(call: dict[str, Any]) -> tuple[int, Any]:
        return 200, _reply(answer(call)) | {"note": f"one{end}two"}

    with BatchServer(manners=with_another_end) as server:
        rounds(folder, server)
        assert set(server.asked.values()) == {1}


@pytest.mark.parametrize(("text", "ended"), [("", "stop"), ("cut", "length"), ("", "length"), ("no JSON", "stop")])
@pytest.mark.parametrize("with_total", [True, False])
def test_answers_that_cannot_be_used_count_as_paid(folder: Path, text: str, ended: str, with_total: bool) -> None:
    def useless(call: dict[str, Any]) -> tuple[int, Any]:
        reply = _reply(text)
        reply["choices"][0]["finish_reason"] = ended
        if not with_total:
            del reply["usage"]["total_tokens"]
        return 200, reply

    with BatchServer(manners=useless) as server:
        batch(folder, server)
        batch(folder, server)
    first = jobs_of(folder)[0]
    assert (first.requests, first.prompt_tokens, first.answer_tokens) == (3, 300, 60)


def test_results_that_were_taken_before_a_run_was_killed_count_as_well(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with BatchServer() as server:
        batch(folder, server)
        with monkeypatch.context() as killed:
            killed.setattr(Journal, "settle", lambda *_: (_ for _ in ()).throw(StoreError("killed")))
            with pytest.raises(StoreError):
                batch(folder, server)
        batch(folder, server)
    first = jobs_of(folder)[0]
    assert (first.answered, first.prompt_tokens) == (3, 300)


def test_a_prompt_that_is_too_long_is_halved(folder: Path) -> None:
    with BatchServer("too long") as server:
        batch(folder, server)
        batch(folder, server)
        first, second = (server.calls(b) for b in server.batches[:2])
        rejected = {row["custom_id"] for row in first} - set(server.answered)
        assert rejected and not rejected & {row["custom_id"] for row in second}


def test_a_program_killed_before_it_knows_the_batch_finds_it_again(folder: Path) -> None:
    with BatchServer("untold") as server:
        run = command(folder, server, "make", "talks", "--batch", "--model", "scripted")
        assert server.held.wait(30)
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        assert len(server.batches) == 1
        rounds(folder, server)
        assert set(server.asked.values()) == {1}


@pytest.mark.slow
def test_a_connection_cut_after_the_batch_was_made_does_not_make_another(folder: Path) -> None:
    with BatchServer("cut") as server:
        batch(folder, server)
        assert len(server.batches) == 1
        rounds(folder, server)
        assert set(server.asked.values()) == {1}


def test_a_lost_store_finds_its_jobs_again(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server)
        for path in (folder / "outputs" / ".studydoc").glob("calls.sqlite*"):
            path.unlink()
        rounds(folder, server)
        assert set(server.asked.values()) == {1}


@pytest.mark.slow
def test_collect_goes_on_without_the_paths_and_settings_of_the_order(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server)
        now = load_settings(base_url=server.url, out=folder / "outputs")
        rows: list[dict[str, Any]] = []
        while not rows or "waiting" in [row["status"] for row in rows]:
            code, rows = asyncio.run(run_collect(now, QUIET))
        assert code == 0 and [row["status"] for row in rows] == ["complete"] * 3
        assert asyncio.run(run_collect(now, QUIET)) == (0, [])


def test_a_transcript_deleted_while_it_waits_is_reported_as_failed(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server)
        gone = folder / "talks" / "two.txt"
        gone.unlink()
        now = load_settings(base_url=server.url, out=folder / "outputs")
        code, states = 0, {"": "waiting"}
        while "waiting" in states.values():
            code, rows = asyncio.run(run_collect(now, QUIET))
            states = {row["name"]: row["status"] for row in rows}
        assert (code, states) == (1, {"one": "complete", "two": "failed", "three": "complete"})
        assert [row["error"].startswith(f"{gone}: no longer there") for row in rows if row["error"]] == [True]
        gone.write_text((folder / "talks" / "one.txt").read_text("utf-8"), "utf-8")
        assert asyncio.run(run_collect(now, QUIET)) == (0, [])


def collected(folder: Path, server: BatchServer, screen: Screen = QUIET) -> tuple[int, dict[str, str]]:
    """Rounds of `batch collect` until nothing waits: the exit code, and what became of each document."""
    states = {"": "waiting"}
    while "waiting" in states.values():
        now = load_settings(base_url=server.url, out=folder / "outputs")
        code, rows = asyncio.run(run_collect(now, screen))
        states = {row["name"]: row["status"] for row in rows}
    return code, states


def test_collect_reports_transcripts_that_are_newer_than_the_order_and_does_not_send_them(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server, check="code")
        (folder / "talks" / "four.txt").write_text("Ana: We mend the bridge at Lund, and the ford.", "utf-8")
        heard = Heard()
        assert collected(folder, server, heard) == (0, dict.fromkeys(("one", "three", "two"), "complete"))
        assert len(server.asked) == 3
        line = f"1 new transcript in {folder / 'talks'} is not part of this order: run make --batch again to add it"
        assert line in heard.lines
        rounds(folder, server, talks=4, check="code")
        assert len(server.asked) == 4


@pytest.mark.slow
def test_make_again_makes_new_transcripts_part_of_the_order(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server)
        (folder / "talks" / "four.txt").write_text("Ana: We mend the bridge at Lund, and the ford.", "utf-8")
        batch(folder, server)
        code, states = collected(folder, server)
        assert code == 0 and states["four"] == "complete"


@pytest.mark.parametrize("given", [False, True])
def test_a_transcript_that_was_renamed_while_it_waited_is_made_and_not_paid_for_twice(
    folder: Path, given: bool
) -> None:
    with BatchServer() as server:
        batch(folder, server)
        (folder / "talks" / "two.txt").rename(folder / "talks" / "second.txt")
        if given:
            batch(folder, server)
        assert collected(folder, server) == (0, dict.fromkeys(("one", "second", "three"), "complete"))
        assert len(server.asked) == 6 and set(server.asked.values()) == {1}


def test_an_order_that_an_earlier_version_stored_goes_on_and_is_known_when_it_is_given_again(folder: Path) -> None:
    with BatchServer("slow") as server:
        batch(folder, server, check="code")
        with closing(Journal(store_path(folder / "outputs"))) as journal:
            ((owner, body),) = journal.orders()
            journal.keep_order(owner, {name: body[name] for name in ("paths", "folder", "settings", "metadata")})
        batch(folder, server, check="code")
        with closing(Journal(store_path(folder / "outputs"))) as journal:
            assert [known for known, _ in journal.orders()] == [owner]
        server.finish(server.batches[0])
        assert collected(folder, server) == (0, dict.fromkeys(("one", "three", "two"), "complete"))
        assert len(server.asked) == 3


def given_before(folder: Path, server: BatchServer, seconds: float, **more: Any) -> None:
    """`make --batch` as it was told so many seconds ago."""
    options, clock = settings(folder, server, **more), lambda: time.time() - seconds
    asyncio.run(run_batch([folder / "talks"], options, Metadata(), QUIET, clock=clock))


def lengths(folder: Path) -> list[str]:
    return [load(p).run.length for p in sorted((folder / "outputs").glob("*.json"))]


@pytest.mark.slow
def test_an_order_replaces_no_notes_that_were_made_after_it_was_given(folder: Path, serve: Callable[..., str]) -> None:
    with BatchServer() as server:
        given_before(folder, server, 100)
        alone = load_settings(base_url=serve(), model="other", out=folder / "outputs", length="brief")
        made_alone(folder / "talks" / "two.txt", alone)
        heard = Heard()
        assert collected(folder, server, heard) == (0, dict.fromkeys(("one", "three", "two"), "complete"))
        assert lengths(folder) == ["standard", "standard", "brief"]
        assert [tasks(server, b) for b in server.batches] == [["write"] * 3, ["check"] * 2]
        start = f"two: {folder / 'outputs' / 'two.md'} was requested after this order and is kept"
        assert any(line.startswith(start) for line in heard.lines)
        rounds(folder, server)
        assert lengths(folder) == ["standard"] * 3 and set(server.asked.values()) == {1}


@pytest.mark.parametrize("first", ["code", "model"])
def test_of_two_orders_the_notes_of_the_one_that_was_given_last_stay(folder: Path, first: str) -> None:
    with BatchServer() as server:
        given_before(folder, server, 100, check=first)
        given_before(folder, server, 50, length="brief", check="model" if first == "code" else "code")
        collected(folder, server)
    assert lengths(folder) == ["brief"] * 3


def test_a_renamed_file_that_was_given_by_its_path_fails_with_a_hint_and_is_not_paid_for_twice(folder: Path) -> None:
    only_a_long_talk(folder, 1)
    talk = folder / "talks" / "one.txt"
    with BatchServer() as server:
        options = settings(folder, server, check="code")
        asyncio.run(run_batch([talk], options, Metadata(), QUIET))
        talk = talk.rename(folder / "talks" / "renamed.txt")
        heard = Heard()
        assert collected(folder, server, heard) == (1, {"one": "failed"})
        assert any("or run make --batch with its new path" in line for line in heard.lines)
        code, rows = asyncio.run(run_batch([talk], options, Metadata(), QUIET))
        assert (code, rows[0]["status"], len(server.batches)) == (0, "complete", 1)


def test_an_order_knows_its_folder_of_prompts_wherever_it_is_collected(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "prompts").mkdir()
    (folder / "prompts" / "system.v6.md").write_text("Be brief.", "utf-8")
    (folder / "elsewhere").mkdir()
    with BatchServer() as server:
        monkeypatch.chdir(folder)
        batch(folder, server, prompts=Path("prompts"))
        monkeypatch.chdir(folder / "elsewhere")
        code, states = collected(folder, server)
    assert code == 0 and set(states.values()) == {"complete"}


def test_what_was_made_before_its_transcript_went_has_not_failed(folder: Path) -> None:
    with BatchServer() as server:
        rounds(folder, server)
        (folder / "talks" / "two.txt").unlink()
        assert batch(folder, server) == (0, ["complete"] * 2)


def test_collect_asks_a_vendor_with_the_key_of_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with BatchServer() as server:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", server.url)
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", "sk-azure")
        asked = load_settings(model="azure/scripted", out=folder / "outputs")
        asyncio.run(run_batch([folder / "talks"], asked, Metadata(), QUIET))
        now = load_settings(base_url=server.url, out=folder / "outputs")
        code, rows = asyncio.run(run_collect(now, QUIET))
    assert code == 0 and [row["status"] for row in rows] in (["waiting"] * 3, ["complete"] * 3)


def test_an_order_holds_paths_that_are_no_utf_8(folder: Path) -> None:
    only_a_long_talk(folder, 1)
    talk = (folder / "talks" / "one.txt").rename(folder / "talks" / "b\udcff.txt")
    with BatchServer() as server:
        code, _ = asyncio.run(run_batch([talk], settings(folder, server, check="code"), Metadata(), QUIET))
        collected = asyncio.run(run_collect(settings(folder, server), QUIET))
    assert (code, collected[0], [row["status"] for row in collected[1]]) == (0, 0, ["complete"])


def test_waiting_goes_on_until_all_is_made_and_looks_less_often_while_nothing_comes(folder: Path) -> None:
    pauses: list[float] = []

    with BatchServer("slow") as server:

        async def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 4:
                server.finish(server.batches[0])

        code, rows = asyncio.run(run_batch([folder / "talks"], settings(folder, server), Metadata(), QUIET, wait=sleep))
    assert code == 0 and [row["status"] for row in rows] == ["complete"] * 3
    assert pauses[:4] == sorted(set(pauses[:4])) and pauses[4] == pauses[0]


def test_documents_are_those_of_single_calls(folder: Path, serve: Callable[..., str]) -> None:
    with BatchServer() as server:
        rounds(folder, server)
    by_batch = contents(folder)
    alone = load_settings(base_url=serve(), model="scripted", out=folder / "single")
    made_alone(folder / "talks", alone)
    (folder / "outputs").rename(folder / "batched")
    (folder / "single").rename(folder / "outputs")
    assert contents(folder) == by_batch


@pytest.mark.slow
def test_jobs_hold_no_more_calls_than_they_may(folder: Path) -> None:
    with BatchServer() as server:
        batch(folder, server, batch_size=2)
        assert [len(server.calls(b)) for b in server.batches] == [2, 1]
        rounds(folder, server, batch_size=2)
        assert set(server.asked.values()) == {1}


def test_a_limit_on_tokens_stops_before_a_job_is_sent(folder: Path) -> None:
    with BatchServer() as server:
        with pytest.raises(LimitReached, match="--max-tokens"):
            batch(folder, server, max_tokens=1000)
        assert not server.batches


@pytest.mark.slow
def test_a_limit_counts_what_one_order_takes_and_not_what_finished_ones_took(folder: Path) -> None:
    only_a_long_talk(folder, 1)
    with BatchServer() as server:
        batch(folder, server)
        (first,) = jobs_of(folder)
        rounds(folder, server, talks=1)
        talk = folder / "talks" / "one.txt"
        for week in range(2, 5):
            talk.write_text(talk.read_text("utf-8").replace(f"Part {week - 2}", f"Part {week - 1}"), "utf-8")
            rounds(folder, server, talks=1, max_tokens=first.prompt_tokens + first.answer_tokens + 100)
        assert len(server.batches) == 8


def test_a_limit_counts_all_jobs_of_an_order_that_goes_on(folder: Path) -> None:
    only_a_long_talk(folder, 1)
    with BatchServer("slow") as server:
        batch(folder, server)
        (first,) = jobs_of(folder)
        taken = first.prompt_tokens + first.answer_tokens
        (folder / "talks" / "week2.txt").write_text("Ana: We mend the bridge at Lund, and the ford.", "utf-8")
        with pytest.raises(LimitReached, match="--max-tokens"):
            batch(folder, server, max_tokens=taken + 100)


def another_talk(folder: Path) -> Path:
    (folder / "more").mkdir()
    (folder / "more" / "other.txt").write_text("Ana: We mend the bridge at Lund, and the ford.", "utf-8")
    return folder / "more"


def test_an_order_that_cannot_go_on_is_reported_and_the_others_go_on(folder: Path) -> None:
    only_a_long_talk(folder, 1)
    own = folder / "own"
    own.mkdir()
    (own / "risks.md").write_text("# Risks\n\nWhat may go wrong.\n", "utf-8")
    (own / "risks.toml").write_text('text = "risk"\n\n[fields]\nrisk = "what may go wrong"\n', "utf-8")
    with BatchServer() as server:
        batch(folder, server, sections=own)
        own.rename(folder / "elsewhere")
        asyncio.run(run_batch([another_talk(folder)], settings(folder, server, check="code"), Metadata(), QUIET))
        heard, now = Heard(), load_settings(base_url=server.url, out=folder / "outputs")
        code, rows = asyncio.run(run_collect(now, heard))
    assert code == 1 and {row["name"]: row["status"] for row in rows}["other"] == "complete"
    (problem,) = (line for line in heard.lines if "there is no such folder of sections" in line)
    assert problem.startswith("order of 2") and f" for {folder / 'talks'}: " in problem


def test_what_cannot_be_carried_out_leaves_no_order(folder: Path) -> None:
    with BatchServer() as server:
        with pytest.raises(SettingsError, match="no such folder of sections"):
            batch(folder, server, sections=folder / "mistyped")
        batch(folder, server)
        assert asyncio.run(run_collect(settings(folder, server), QUIET))[0] == 0


def test_documents_written_before_a_limit_is_reached_are_reported(folder: Path) -> None:
    (folder / "talks" / "two.txt").write_text("Ana: We mend the bridge at Lund.", "utf-8")
    with BatchServer("expired") as server:
        batch(folder, server, check="code")
        taken = sum(job.prompt_tokens + job.answer_tokens for job in jobs_of(folder))
        code, rows = asyncio.run(
            run_batch([folder / "talks"], settings(folder, server, check="code", max_tokens=200), Metadata(), QUIET)
        )
    assert taken > 200 and code == 1
    assert sorted(row["status"] for row in rows) == ["complete", "waiting", "waiting"]


def test_an_order_whose_job_gave_nothing_does_not_stop_another_and_is_not_sent_again_at_once(folder: Path) -> None:
    with BatchServer("slow", "slow") as server:
        batch(folder, server, check="code")
        asyncio.run(run_batch([another_talk(folder)], settings(folder, server, check="code"), Metadata(), QUIET))
        server.batches[1]["fate"] = "invalid"
        for job in server.batches:
            server.finish(job)
        heard, now = Heard(), load_settings(base_url=server.url, out=folder / "outputs")
        code, rows = asyncio.run(run_collect(now, heard))
        assert code == 1 and [row["status"] for row in rows] == ["complete"] * 3 + ["waiting"]
        assert len(server.batches) == 2 and any("token_limit_exceeded" in line for line in heard.lines)


def test_a_run_without_batch_asks_nothing_that_is_in_a_job(folder: Path) -> None:
    with BatchServer("slow") as server:
        batch(folder, server)
        code, rows = made_alone(folder / "talks", settings(folder, server))
        assert code == 1 and all("studydoc batch collect" in row["error"] for row in rows)


def test_status_lists_every_job_and_cancel_stops_it(folder: Path) -> None:
    with BatchServer("slow") as server:
        batch(folder, server)
        now = load_settings(base_url=server.url, out=folder / "outputs")
        assert dict(asyncio.run(run_status(now)))["batch_1"] == "validating: 3 calls"
        assert asyncio.run(run_cancel(now)) == [("batch_1", "cancelled")]
        assert asyncio.run(run_collect(now, QUIET)) == (0, [])
        assert "collected: 3 calls, 0 answered" in dict(asyncio.run(run_status(now)))["batch_1"]
        assert len(server.batches) == 1


def test_a_key_goes_to_no_address_that_only_the_folder_names(folder: Path) -> None:
    with BatchServer("slow") as server, BatchServer() as other:
        batch(folder, server)
        heard = Heard()
        assert asyncio.run(run_collect(load_settings(base_url=other.url, out=folder / "outputs"), heard)) == (2, [])
        assert heard.lines[0].endswith(f"the order was for {server.url} (set --base-url to that address)")
        assert not other.batches


def test_the_key_stands_in_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-batch")
    with BatchServer(key="sk-canary-batch") as server:
        rounds(folder, server)
        assert not any(b"sk-canary" in c for c in server.files.values())
    assert not [p for p in folder.rglob("*") if p.is_file() and b"sk-canary" in p.read_bytes()]


def test_a_password_in_an_address_stands_in_no_file(folder: Path) -> None:
    with BatchServer() as server:
        url = server.url.replace("://", "://ana:canary-word@")
        asyncio.run(
            run_batch(
                [folder / "talks"], load_settings(base_url=url, model="m", out=folder / "outputs"), Metadata(), QUIET
            )
        )
        assert len(server.batches) == 1
    assert not [p for p in folder.rglob("*") if p.is_file() and b"canary-word" in p.read_bytes()]


def test_two_batch_runs_over_one_folder_do_not_meet(folder: Path) -> None:
    from pipeline.batch_api.orders import batch_files

    with BatchServer() as server, batch_files(folder / "outputs"), pytest.raises(StoreError, match="another run"):
        batch(folder, server)


def test_answers_carry_finish_reason_usage_and_their_calls_identity(folder: Path) -> None:
    with BatchServer() as server:
        rounds(folder, server)
    calls = CallStore(store_path(folder / "outputs"))
    try:
        stored = list(calls)
        assert stored and not calls.faults()
        assert {(c.completion.finish_reason, c.completion.usage.prompt_tokens) for c in stored} == {("stop", 100)}
    finally:
        calls.close()


@pytest.mark.slow
def test_the_command_says_how_to_go_on(folder: Path) -> None:
    with BatchServer() as server:
        run = command(folder, server, "make", "talks", "--batch", "--model", "scripted")
        _, stderr = run.communicate(timeout=60)
        assert run.returncode == 0 and "studydoc batch collect --out outputs" in stderr
        run = command(folder, server, "batch", "collect", "--wait", "--json")
        rows, stderr = run.communicate(timeout=60)
        assert run.returncode == 0, stderr
        assert [json.loads(row)["status"] for row in rows.splitlines()] == ["complete"] * 3


def test_what_make_is_to_export_is_written_when_the_batch_is_collected(folder: Path) -> None:
    with BatchServer() as server:
        now, states = settings(folder, server), {"waiting"}
        for to in ("html", "csv"):  # the last one counts
            asyncio.run(run_batch([folder / "talks"], now, Metadata(), QUIET, to=(to,)))
        while "waiting" in states:
            _, rows = asyncio.run(run_collect(now, QUIET, export_rows))
            states = {row["status"] for row in rows}
    exports = [path for row in rows for path in row["exports"]]
    assert exports == [str(folder / "outputs" / f"{name}.csv") for name in sorted(NAMES)]
    assert all(map(os.path.exists, exports)) and not list(folder.rglob("*.html"))


def command(folder: Path, server: BatchServer, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        program(*words, "--base-url", server.url), cwd=folder, env=surroundings(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "trait", ["openai_wants_max_completion_tokens", "anthropic_has_no_temperature", "gemini_knows_no_seed"]
)
@pytest.mark.slow
def test_what_the_endpoint_refuses_in_one_job_the_next_asks_another_way(folder: Path, trait: str) -> None:
    with BatchServer(manners=REFUSALS[trait]) as server:
        rounds(folder, server)
        assert server.refused == 3  # the calls of the first job
        (folder / "talks" / "four.txt").write_text(
            "Ana: A fourth talk is about a reactor that makes heat for a town.", "utf-8"
        )
        batch(folder, server)
        assert server.refused == 3


@pytest.mark.slow
def test_an_answer_cut_in_thought_is_asked_for_with_more_room_in_the_next_job(folder: Path) -> None:
    def thinks(call: dict[str, Any]) -> tuple[int, Any] | None:
        if call["max_tokens"] > 9000:
            return None
        reply = _reply("")
        reply["choices"][0]["finish_reason"] = "length"
        reply["usage"] = {
            "prompt_tokens": 900,
            "completion_tokens": call["max_tokens"],
            "completion_tokens_details": {"reasoning_tokens": call["max_tokens"]},
        }
        return 200, reply

    with BatchServer(manners=thinks) as server:
        rounds(folder, server)
        assert 3 <= server.refused <= 6


def test_a_batch_costs_what_each_of_its_calls_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.providers.batch_jobs.cost_usd", lambda model, endpoint, usage: 0.25)
    with BatchServer() as server:
        batch(folder, server)
    with closing(Journal(store_path(folder / "outputs"))) as journal:
        (job,) = journal.jobs()
    assert job.usd == 0.25 * job.requests and job.requests > 1


def test_a_journal_of_an_earlier_version_takes_the_price_of_a_job(tmp_path: Path) -> None:
    with closing(CallStore(tmp_path / "calls.sqlite")), closing(Journal(tmp_path / "calls.sqlite")):
        pass
    with closing(sqlite3.connect(tmp_path / "calls.sqlite")) as db:
        db.execute("alter table batch_jobs drop column usd")
    with closing(Journal(tmp_path / "calls.sqlite")) as journal:
        journal.intend(Job("w", "o", "p", "m", "text", 1, 10, 10, usd=0.5), [])
        assert [job.usd for job in journal.jobs()] == [0.5]
