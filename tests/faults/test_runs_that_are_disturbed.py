"""The command against a server that misbehaves: killed runs, two runs at once, and faults of the endpoint."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.cli.store import store_faults
from pipeline.providers.calls import CallStore
from tests.commands import called, program, surroundings
from tests.scripted import LINES

Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two", "three"):
        lines = [f"{who}: {text}" for who, text in LINES]
        (tmp_path / f"{name}.txt").write_text(f"---\ntitle: Talk {name}\n---\n\n" + "\n\n".join(lines), "utf-8")
    return tmp_path


def words(url: str, *more: str, out: str = "outputs") -> list[str]:
    options = ["--base-url", url, "--model", "scripted", "--out", out, "--concurrency", "3", *more]
    return ["make", "one.txt", "two.txt", "three.txt", *options]


def make(
    folder: Path, url: str, *more: str, out: str = "outputs", before: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    """A run as a program of its own, which can be killed and denied things."""

    def begin() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # tests that run in the background ignore it
        if before:
            before()

    return subprocess.Popen(
        program(*words(url, *more, out=out)), cwd=folder, env=surroundings(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=begin,
    )  # fmt: skip


def finish(run: subprocess.Popen[str]) -> tuple[int, str]:
    _, stderr = run.communicate(timeout=60)
    return run.returncode, stderr


def made(folder: Path, url: str, *more: str, out: str = "outputs") -> tuple[int, str]:
    """Exit code of a run in this process, and what it tells."""
    done = called(*words(url, *more, out=out), cwd=folder)
    return done.returncode, done.stderr


def asked(folder: Path) -> Counter[str]:
    if not (folder / "log").exists():
        return Counter()
    return Counter((folder / "log").read_text("utf-8").splitlines())


def pages(folder: Path, out: str = "outputs") -> dict[str, str]:
    return {p.name: p.read_text("utf-8") for p in sorted((folder / out).glob("*.md"))}


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_with_the_same_pages_and_repeats_no_more_than_was_in_flight(
    folder: Path, serve: Callable[..., str]
) -> None:
    url = serve(0.05)
    assert made(folder, url, out="whole")[0] == 0
    whole = sum(asked(folder).values())
    (folder / "log").unlink()
    rng, kills = random.Random(5), 0
    for _ in range(3):
        run = make(folder, url)
        before = sum(asked(folder).values()) if (folder / "log").exists() else 0
        wanted = before + rng.randint(1, 3)
        deadline = time.monotonic() + 30
        while run.poll() is None and time.monotonic() < deadline:
            if (folder / "log").exists() and sum(asked(folder).values()) >= wanted:
                os.killpg(run.pid, signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.01)
        finish(run)
        assert not [p for p in (folder / "outputs").glob("*.md") if not p.read_text("utf-8").endswith("\n")]
    code, stderr = made(folder, url)
    assert code == 0, stderr
    assert kills >= 2
    assert pages(folder) == pages(folder, "whole")
    assert sum(asked(folder).values()) <= whole + 3 * kills


def test_a_new_store_is_opened_by_many_at_once(tmp_path: Path) -> None:
    def opened(n: int) -> None:
        ready.wait()
        CallStore(tmp_path / f"{n}.sqlite").close()

    ready = threading.Barrier(6)
    with ThreadPoolExecutor(6) as pool:
        for n in range(40):
            assert list(pool.map(opened, [n] * 6)) == [None] * 6


def test_two_runs_at_once_over_the_same_folder_ask_nothing_twice(folder: Path, serve: Callable[..., str]) -> None:
    url = serve(0.1)
    runs = [make(folder, url), make(folder, url)]
    results = [finish(run) for run in runs]
    assert [code for code, _ in results] == [0, 0], results
    assert max(asked(folder).values()) == 1
    assert len(pages(folder)) == 3


_RARER = [pytest.param(fault, marks=pytest.mark.slow) for fault in ("429bare", "html", "nochoices", "badjson")]


@pytest.mark.parametrize("fault", ["429", "500", "cut", *_RARER])
def test_a_passing_fault_is_survived(folder: Path, serve: Callable[..., str], fault: str) -> None:
    again = (
        "ok" if fault == "badjson" else fault
    )  # a second bad answer could meet the one re-ask, which is no re-ask then
    code, stderr = made(folder, serve(0.0, f"ok,{fault},ok,{again}"))
    assert code == 0, stderr
    assert len(pages(folder)) == 3


def test_a_slow_drip_meets_the_deadline(folder: Path, serve: Callable[..., str]) -> None:
    code, stderr = made(folder, serve(0.0, "drip"), "--deadline", "1")
    assert code == 0, stderr


def test_a_refusal_makes_its_document_partial_and_no_other(folder: Path, serve: Callable[..., str]) -> None:
    code, stderr = made(folder, serve(0.0, "refusal"))
    assert code == 1
    assert "declined" in stderr and "2 complete, 1 partial (" in stderr


@pytest.mark.parametrize(("fault", "words"), [("key", "OPENAI_API_KEY"), ("quota", "quota")])
def test_what_cannot_get_better_stops_the_run_at_once(
    folder: Path, serve: Callable[..., str], fault: str, words: str
) -> None:
    code, stderr = made(folder, serve(0.0, ",".join([fault] * 50)))
    assert code == 1 and words in stderr and "sk-canary" not in stderr and "Traceback" not in stderr
    assert sum(asked(folder).values()) <= 3


def signalled_once_asked(folder: Path, run: subprocess.Popen[str], calls: int, number: int = signal.SIGINT) -> None:
    while sum(asked(folder).values()) < calls:
        assert run.poll() is None
        time.sleep(0.01)
    os.killpg(run.pid, number)
    assert run.stderr
    while "stopping: running calls finish" not in run.stderr.readline():
        assert run.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_after_a_first_signal_calls_under_way_finish_and_are_not_asked_again(
    folder: Path, serve: Callable[..., str], number: int
) -> None:
    url = serve(1.0)
    run = make(folder, url)
    signalled_once_asked(folder, run, 1, number)
    code, stderr = finish(run)
    first = asked(folder)
    assert code == 130 and "run the same command again to resume" in stderr and "Traceback" not in stderr
    assert f"calls: {sum(first.values())} made" in stderr
    assert made(folder, url)[0] == 0
    assert max(asked(folder).values()) == 1 and sum(first.values()) < 6


def test_ctrl_c_lists_what_was_finished_and_counts_all_calls(folder: Path, serve: Callable[..., str]) -> None:
    run = make(folder, serve(0.0, "ok,ok,ok,hang"), "--json", "--concurrency", "1")
    signalled_once_asked(folder, run, 4)
    os.killpg(run.pid, signal.SIGINT)
    printed, stderr = run.communicate(timeout=60)
    rows = [json.loads(line) for line in printed.splitlines()]
    assert [(row["name"], row["status"], row["error"]) for row in rows] == [
        ("one", "complete", None),
        ("two", "failed", "interrupted"),
        ("three", "failed", "interrupted"),
    ]
    assert "documents: 1 complete, 0 partial, 2 failed (two, three)\ncalls: 3 made" in stderr
    assert run.returncode == 130 and stderr.splitlines()[-1].startswith("studydoc: interrupted; every answer so far")


def test_ctrl_c_twice_ends_at_once_though_the_endpoint_hangs(folder: Path, serve: Callable[..., str]) -> None:
    run = make(folder, serve(20.0))
    signalled_once_asked(folder, run, 1)
    started = time.monotonic()
    os.killpg(run.pid, signal.SIGINT)
    code, stderr = finish(run)
    assert code == 130 and "Traceback" not in stderr, stderr
    assert time.monotonic() - started < 15  # the answer would have taken 20 s


def test_an_interrupted_run_leaves_no_claim_behind(folder: Path, serve: Callable[..., str]) -> None:
    run = make(folder, serve(0.3))
    while not (folder / "log").exists():
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)
    finish(run)
    with contextlib.closing(sqlite3.connect(folder / "outputs" / ".studydoc" / "calls.sqlite")) as db:
        assert db.execute("select count(*) from claims").fetchone() == (0,)


def files_of_at_most(size: int) -> Callable[[], None]:
    """What a full disk does to a process: a file that grows past `size` cannot be written."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def test_a_store_that_cannot_grow_stops_the_calls_and_stays_readable(folder: Path, serve: Callable[..., str]) -> None:
    url = serve(0.0)
    code, stderr = finish(make(folder, url, before=files_of_at_most(60_000)))
    assert code == 1 and "call store" in stderr and "Traceback" not in stderr, stderr
    first = asked(folder)
    assert sum(first.values()) < 9
    assert store_faults(folder / "outputs") == []
    assert made(folder, url)[0] == 0
    again = asked(folder)
    assert sum(n > 1 for n in again.values()) <= 3  # no more than were in flight


def test_a_full_disk_before_anything_is_asked_is_no_reason_to_move_the_answers_away(
    folder: Path, serve: Callable[..., str]
) -> None:
    url = serve(0.0)
    assert made(folder, url)[0] == 0
    code, stderr = finish(make(folder, url, before=files_of_at_most(0)))
    assert code == 1 and "call store" in stderr and "move" not in stderr, stderr
    assert "the disk may be full or faulty: free some space or check it" in stderr


def test_notes_that_cannot_be_written_leave_the_old_ones_whole(folder: Path, serve: Callable[..., str]) -> None:
    url = serve(0.0)
    assert made(folder, url)[0] == 0
    old = pages(folder)
    whole = {p: p.read_bytes() for p in (folder / "outputs").glob("*.json")}
    small = min(len(text.encode()) for text in old.values()) // 2
    code, stderr = finish(make(folder, url, "--citations", before=files_of_at_most(small)))
    assert code == 1 and "Traceback" not in stderr, stderr
    assert pages(folder) == old
    assert {p: p.read_bytes() for p in (folder / "outputs").glob("*.json")} == whole
    assert not list((folder / "outputs").glob(".*.new"))


@pytest.mark.slow
def test_fifty_kills_at_random_points_repeat_no_more_than_was_in_flight(
    folder: Path, serve: Callable[..., str]
) -> None:
    for n in range(4, 40):
        lines = [f"{who}: {text}" for who, text in LINES]
        (folder / f"more{n}.txt").write_text(f"---\ntitle: Talk {n}\n---\n\n" + "\n\n".join(lines), "utf-8")
    names = [p.name for p in sorted(folder.glob("more*.txt"))]
    url, rng, kills = serve(0.05), random.Random(11), 0
    for turn in range(400):
        run = make(folder, url, *names, out=f"outputs{turn // 25}")
        before = asked(folder)
        stored = stored_keys(folder / f"outputs{turn // 25}")
        wanted = sum(before.values()) + rng.randint(1, 5)
        while run.poll() is None and sum(asked(folder).values()) < wanted:
            time.sleep(0.005)
        time.sleep(rng.random() * 0.05)
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            kills += 1
        finish(run)
        assert stored <= stored_keys(folder / f"outputs{turn // 25}")
        if kills == 50:
            break
    assert kills == 50
    last = f"outputs{turn // 25}"
    assert made(folder, url, *names, out=last)[0] == 0
    paid = asked(folder)
    assert made(folder, url, *names, out=last)[0] == 0
    assert asked(folder) == paid  # nothing stored is asked again
    answers = sum(len(stored_keys(path)) for path in folder.glob("outputs*"))
    assert sum(paid.values()) <= answers + 3 * kills


def stored_keys(out: Path) -> set[str]:
    store = out / ".studydoc" / "calls.sqlite"
    if not store.exists():
        return set()
    with contextlib.closing(sqlite3.connect(store)) as db:
        try:
            return {row[0] for row in db.execute("select key from calls")}
        except sqlite3.OperationalError:
            return set()  # killed before it had a table


def test_a_read_only_output_folder_is_told_before_anything_is_asked(folder: Path, serve: Callable[..., str]) -> None:
    (folder / "outputs").write_text("a file where the folder should be")
    code, stderr = made(folder, serve())
    assert code == 1 and "cannot be written" in stderr and not (folder / "log").exists()


def without_root_s_rights() -> None:
    """Makes the program that follows obey the rights of files though it runs as root: drops CAP_DAC_OVERRIDE."""
    pr_capbset_drop, cap_dac_override = 24, 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_capbset_drop, cap_dac_override, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="rights are taken from root by a call of Linux")
def test_a_folder_without_write_permission_is_told_before_anything_is_asked(
    folder: Path, serve: Callable[..., str]
) -> None:
    out = folder / "outputs"
    out.mkdir()
    out.chmod(0o555)
    code, stderr = finish(make(folder, serve(), before=without_root_s_rights))
    assert code == 1 and "cannot be written" in stderr and "Traceback" not in stderr
    assert not (folder / "log").exists() and not list(out.iterdir())


def test_another_model_that_answers_is_told_on_the_screen_and_in_the_document(
    folder: Path, serve: Callable[..., str]
) -> None:
    code, stderr = made(folder, serve(0.0, "othermodel"))
    assert code == 0 and stderr.count("WARNING: somebody-else answered instead of scripted") == 1
    documents = [json.loads(p.read_text("utf-8")) for p in (folder / "outputs").glob("*.json")]
    assert sorted(d["run"]["answered_by"] for d in documents) == [[], [], ["somebody-else"]]


def test_a_damaged_store_is_told_and_left_alone(folder: Path, serve: Callable[..., str]) -> None:
    store = folder / "outputs" / ".studydoc" / "calls.sqlite"
    store.parent.mkdir(parents=True)
    store.write_bytes(b"not a database at all, but long enough to be one" * 40)
    before = store.read_bytes()
    code, stderr = made(folder, serve())
    assert code == 1 and "call store" in stderr and "Traceback" not in stderr
    assert store.read_bytes() == before
