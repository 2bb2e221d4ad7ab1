"""`studydoc make --watch` against a scripted endpoint: what is taken when, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipeline.batches.outcome import Outcome
from pipeline.batches.watching import Watched, watch_documents
from pipeline.cli.exporting import Exports
from pipeline.cli.screen import Screen
from pipeline.cli.watch import exit_code, run_watch
from pipeline.errors import SettingsError
from pipeline.events import Events
from pipeline.settings import Settings
from pipeline.transcript import Metadata
from tests.commands import program, surroundings
from tests.scripted import LINES

Serve = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def words(title: str = "One") -> str:
    return f"---\ntitle: {title}\n---\n\n" + "\n\n".join(f"{who}: {text}" for who, text in LINES)


@dataclass
class Told:
    """A display that keeps what is said, and rows as they come."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, message: str) -> None:
        self.said.append(message)

    problem = say

    def done(self, outcome: Outcome) -> None: ...
    def watch(self, progress: object) -> None: ...
    def download(self, done: int, total: int) -> None: ...
    def summary(self, outcomes: object, retried: int, seconds: float, looks: int = 0) -> None: ...

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not true():
                await asyncio.sleep(0.01)

    async def made(self, *names: str) -> None:
        await self.until(lambda: [r["name"] for r in self.rows] == list(names))

    async def idle(self, times: int = 1) -> None:
        await self.until(lambda: sum(line.startswith("waiting for") for line in self.said) >= times)


def watch(
    folder: Path,
    url: str,
    script: Callable[[Told], Awaitable[None]],
    *,
    events: Events | None = None,
    paths: Sequence[Path] = (),
    **how: Any,
) -> tuple[Told, Watched]:
    async def both() -> tuple[Told, Watched]:
        told = Told()
        (folder / "talks").mkdir(exist_ok=True)
        settings = Settings(model="scripted", base_url=url, out=folder / "outputs", **how)
        watching = asyncio.create_task(
            watch_documents(
                paths or [folder / "talks"], settings, Metadata(), told, events or Events(), settle=0.1, ending=told.ending, on_row=told.rows.append
            )
        )  # fmt: skip
        acting = asyncio.create_task(script(told))
        await asyncio.wait([watching, acting], return_when=asyncio.FIRST_COMPLETED)
        if acting.done():
            acting.result()
        acting.cancel()
        told.ending.set()
        return told, await watching

    return asyncio.run(both())


def test_a_watch_makes_what_is_there_and_then_what_is_added_changed_and_renamed(folder: Path, serve: Serve) -> None:
    talks = folder / "talks"
    (talks / "sub").mkdir(parents=True)
    (talks / "one.txt").write_text(words())

    async def script(told: Told) -> None:
        await told.made("one")
        (talks / "sub" / "two.txt").write_text(words("Two"))
        await told.made("one", "sub/two")
        (talks / "one.txt").write_text(words("Another"))
        await told.made("one", "sub/two", "one")
        (talks / "one.txt").rename(talks / "three.txt")
        await told.made("one", "sub/two", "one", "three")
        await told.idle()

    log = StringIO()
    told, ended = watch(folder, serve(), script, events=Events(log))
    assert not ended.cut_short and ended.error is None
    assert any("one.txt: renamed to" in line and "its notes are kept in" in line for line in told.said)
    assert {"file gone", "waiting", "document done"} <= {
        json.loads(line)["event"] for line in log.getvalue().splitlines()
    }


def test_a_watch_tells_the_links_to_folders_that_it_does_not_follow(folder: Path, serve: Serve) -> None:
    (folder / "talks" / "sub").mkdir(parents=True)
    (folder / "elsewhere").mkdir()
    (folder / "talks" / "sub" / "linked").symlink_to(folder / "elsewhere")
    told, _ = watch(folder, serve(), Told.idle)
    assert [line for line in told.said if line.startswith("not read: ") and "linked (a link to a folder" in line]


def test_half_written_and_temporary_files_and_its_own_notes_are_left_alone(folder: Path, serve: Serve) -> None:
    talks = folder / "talks"
    talks.mkdir()

    async def script(told: Told) -> None:
        for name in ("late.txt.part", "~$late.docx", ".late.txt"):
            (talks / name).write_text(words())
        for n in range(1, 11):  # written for longer than a file has to be still
            (talks / "late.txt").write_text(words()[: 40 * n])
            await asyncio.sleep(0.03)
        (talks / "late.txt").write_text(words())
        await told.made("late")
        await told.idle()
        (talks / "later.txt").write_text(words("Later"))
        await told.made("late", "later")

    told, _ = watch(folder, serve(), script)
    assert [r["calls_made"] for r in told.rows] == [2, 2]


def test_notes_inside_the_watched_folder_are_no_transcripts(folder: Path, serve: Serve) -> None:
    talks = folder / "talks"
    talks.mkdir()
    (talks / "one.txt").write_text(words())

    async def both() -> list[str]:
        told = Told()
        settings = Settings(model="scripted", base_url=serve(), out=talks)
        going = asyncio.create_task(
            watch_documents([talks], settings, Metadata(), told, Events(), settle=0.1, ending=told.ending, on_row=told.rows.append)
        )  # fmt: skip
        await told.idle()
        (talks / "two.txt").write_text(words("Two"))
        await told.idle(2)
        told.ending.set()
        await going
        return [r["name"] for r in told.rows]

    assert asyncio.run(both()) == ["one", "two"]


def test_a_file_that_fails_is_tried_again_only_when_it_changes(folder: Path, serve: Serve) -> None:
    talks = folder / "talks"
    talks.mkdir()
    (talks / "bad.txt").write_text(" \n")

    async def script(told: Told) -> None:
        await told.made("bad")
        await told.idle()
        (talks / "good.txt").write_text(words())
        await told.made("bad", "good")
        (talks / "bad.txt").write_text(words("Mended"))
        await told.made("bad", "good", "bad")

    told, _ = watch(folder, serve(), script)
    assert [r["status"] for r in told.rows] == ["failed", "complete", "complete"]


def test_the_current_folder_and_a_file_in_it_are_watched_under_the_names_of_a_plain_run(
    folder: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "one.txt").write_text(words())

    async def script(told: Told) -> None:
        await told.made("one")
        await told.idle()
        (folder / "one.txt").write_text(words("Another"))
        await told.made("one", "one")

    url = serve()
    for paths in ([Path()], [Path("./one.txt")]):
        watch(folder, url, script, paths=paths)


def test_a_transcript_keeps_its_name_beside_one_of_the_same_name_when_it_is_changed_or_written_anew(
    folder: Path, serve: Serve
) -> None:
    talks = folder / "talks"
    talks.mkdir()
    for name in ("talk.txt", "talk.md"):
        (talks / name).write_text(words(name))

    async def script(told: Told) -> None:
        await told.until(lambda: len(told.rows) == 2)
        (talks / "talk.txt").write_text(words("Another"))
        await told.until(lambda: len(told.rows) == 3)
        (talks / "talk.txt").unlink()
        await told.until(lambda: any("removed" in line for line in told.said))
        (talks / "talk.txt").write_text(words("A third"))
        await told.until(lambda: len(told.rows) == 4)

    told, _ = watch(folder, serve(), script)
    assert [r["name"] for r in told.rows] == ["talk-md", "talk-txt", "talk-txt", "talk-txt"]


def test_a_side_file_that_comes_later_makes_its_transcript_again(folder: Path, serve: Serve) -> None:
    talks = folder / "talks"
    talks.mkdir()
    (talks / "one.txt").write_text(words())

    async def script(told: Told) -> None:
        await told.made("one")
        (talks / "one.info.json").write_text('{"channel": "Radio Lund"}')
        await told.made("one", "one")

    watch(folder, serve(), script)
    assert "Radio Lund" in (folder / "outputs" / "one.md").read_text("utf-8")


def test_a_side_file_that_is_removed_or_renamed_makes_its_transcripts_again(folder: Path, serve: Serve) -> None:
    talks = folder / "talks"
    talks.mkdir()
    for name in ("one", "two.en"):
        (talks / f"{name}.txt").write_text(words().split("---\n\n")[1])
    (talks / "one.info.json").write_text('{"title": "Not this one"}')

    async def script(told: Told) -> None:
        await told.made("one", "two.en")
        (talks / "one.info.json").rename(talks / "two.info.json")
        await told.made("one", "two.en", "one", "two.en")
        (talks / "two.info.json").unlink()
        await told.made("one", "two.en", "one", "two.en", "two.en")

    watch(folder, serve(), script)
    for name in ("one", "two.en"):
        assert "Not this one" not in (folder / "outputs" / f"{name}.md").read_text("utf-8")


def test_a_limit_holds_for_the_whole_time_and_ends_the_watch(folder: Path, serve: Serve) -> None:
    talks = folder / "talks"
    talks.mkdir()
    (talks / "one.txt").write_text(words())

    async def script(told: Told) -> None:
        await told.made("one")
        for n in range(40):
            (talks / f"more{n}.txt").write_text(words(f"Talk {n}"))
        await asyncio.sleep(60)

    told, ended = watch(folder, serve(), script, max_tokens=15_000)
    assert "--max-tokens" in str(ended.error) and exit_code(ended, None) == 3
    assert told.rows[0]["status"] == "complete"


def test_an_ending_lets_calls_under_way_finish_and_tells_what_was_cut_short(folder: Path, serve: Serve) -> None:
    talks = folder / "talks"
    talks.mkdir()
    (talks / "one.txt").write_text(words())

    async def script(told: Told) -> None:
        await told.until(lambda: (folder / "log").exists())

    url = serve(0.3)
    told, ended = watch(folder, url, script)
    assert ended.cut_short and "run the same command" in told.rows[0]["error"]
    asked = (folder / "log").read_text("utf-8").splitlines()

    async def again(told: Told) -> None:
        await told.made("one")

    assert watch(folder, url, again)[0].rows[0]["calls_made"] == 2 - len(asked)


def test_a_path_that_is_not_there_is_a_usage_error(folder: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        asyncio.run(
            watch_documents([folder / "nowhere"], Settings(), Metadata(), Told(), Events(), settle=1, ending=asyncio.Event(), on_row=print)
        )  # fmt: skip


@pytest.mark.parametrize(
    ("cut_short", "error", "caught", "code"),
    [
        (False, None, signal.SIGTERM, 0),
        (True, None, signal.SIGTERM, 130),
        (False, None, signal.SIGINT, 130),
        (False, ValueError(), None, 1),
    ],
)
def test_exit_codes_of_a_watch(cut_short: bool, error: Exception | None, caught: int | None, code: int) -> None:
    assert exit_code(Watched([], cut_short, error), caught) == code


def started(folder: Path, url: str) -> subprocess.Popen[str]:
    options = ["--base-url", url, "--model", "scripted", "--watch", "--settle", "0.1", "--json"]
    return subprocess.Popen(
        program("make", "talks", *options), cwd=folder, text=True, env=surroundings(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_sigterm_ends_a_waiting_watch_with_0_and_rows_were_printed_and_the_index_written(
    folder: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "talks").mkdir()
    (folder / "talks" / "one.txt").write_text(words())
    settings = Settings(model="scripted", base_url=serve(), out=folder / "outputs")

    def say(screen: Screen, message: str) -> None:
        if message.startswith("waiting for"):
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Screen, "say", say)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("rich.console.Console", partial(Console, force_terminal=True, file=StringIO()))
    before = signal.getsignal(signal.SIGTERM)
    exports = Exports(("index",), settings)
    code = run_watch([folder / "talks"], settings, Metadata(), None, exports, settle=0.1, quiet=False, as_json=True)
    row = json.loads(capsys.readouterr().out)
    assert (code, row["status"], row["exports"]) == (0, "complete", [str(folder / "outputs" / "one.html")])
    assert "one.html" in (folder / "outputs" / "index.html").read_text("utf-8")
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.slow
def test_a_second_signal_ends_at_once_though_the_endpoint_hangs(folder: Path, serve: Serve) -> None:
    (folder / "talks").mkdir()
    (folder / "talks" / "one.txt").write_text(words())
    run = started(folder, serve(50.0))
    while not (folder / "log").exists():
        assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    assert run.stderr
    while "again to stop at once" not in run.stderr.readline():
        assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    _, err = run.communicate(timeout=40)
    assert run.returncode == 130 and "Traceback" not in err, err
