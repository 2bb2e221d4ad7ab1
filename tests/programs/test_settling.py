"""Which files are ready: by what is listed and a clock that the test moves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.batches.settling import Settling, Stamp, listing

A = Stamp(10, 1_000, (1, 7))
GROWN = Stamp(20, 2_000, (1, 7))


def test_a_new_file_is_ready_once_it_has_been_still() -> None:
    seen = Settling(2)
    seen.look({"a": A}, 0)
    assert seen.ready(1.9) == [] and seen.ready(2) == ["a"]


def test_a_file_that_grows_is_not_ready() -> None:
    seen = Settling(2)
    seen.look({"a": A}, 0)
    seen.look({"a": GROWN}, 1.5)
    assert seen.ready(3) == [] and seen.ready(3.5) == ["a"]


def test_an_empty_file_waits_for_its_words() -> None:
    seen = Settling(2)
    seen.look({"a": Stamp(0, 1_000, (1, 7))}, 0)
    assert seen.ready(100) == [] and not seen.unsettled


def test_what_is_taken_is_ready_again_only_when_it_has_changed() -> None:
    seen = Settling(2)
    seen.look({"a": A}, 0)
    seen.take("a")
    assert not seen.unsettled and seen.ready(9) == []
    seen.look({"a": GROWN}, 10)
    assert seen.unsettled and seen.ready(12) == ["a"]


def test_a_file_that_was_there_long_before_the_first_look_is_ready_at_once() -> None:
    seen = Settling(2)
    seen.look({"old": Stamp(1, 5 * 10**9, (1, 1)), "new": Stamp(1, 9 * 10**9, (1, 2))}, 0, still_before=8.0)
    assert seen.ready(0) == ["old"]


def test_a_renamed_file_is_told_with_its_new_name_and_a_removed_one_without() -> None:
    seen = Settling(0)
    seen.look({"a": A, "b": Stamp(3, 3, (1, 8))}, 0)
    seen.take("a")
    seen.take("b")
    assert seen.look({"c": A}, 1) == {"a": "c", "b": None}


def test_another_file_that_got_the_number_of_a_removed_one_is_no_renamed_file() -> None:
    seen = Settling(0)
    seen.look({"a": A}, 0)
    seen.take("a")
    assert seen.look({"b": GROWN}, 1) == {"a": None}


def test_files_that_were_never_taken_go_in_silence() -> None:
    seen = Settling(5)
    seen.look({"a": A}, 0)
    assert seen.look({}, 1) == {}


def test_files_of_a_folder_that_is_away_are_not_gone() -> None:
    seen = Settling(0)
    seen.look({"drive/a": A, "drives": A}, 0)
    seen.take("drive/a")
    seen.take("drives")
    assert seen.look({}, 1, away=["drive"]) == {"drives": None}
    seen.look({"drive/a": A}, 2)
    assert seen.ready(3) == []


@given(st.lists(st.tuples(st.floats(0.1, 3), st.integers(1, 3)), min_size=1, max_size=12))
def test_a_file_is_never_ready_within_the_time_since_it_last_changed(steps: list[tuple[float, int]]) -> None:
    seen, now, changed, last = Settling(2), 0.0, 0.0, 0
    for wait, size in steps:
        now += wait
        changed, last = (now, size) if size != last else (changed, last)
        seen.look({"a": Stamp(size, 0, (0, 0))}, now)
        assert bool(seen.ready(now)) == (now - changed >= 2)


@pytest.mark.parametrize("name", ["talk.vtt.part", "talk.crdownload", "talk.vtt~", ".talk.vtt", "~$talk.docx", "a.TMP"])
def test_temporary_files_are_not_listed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("words")
    (tmp_path / "talk.vtt").write_text("words")
    assert list(listing([tmp_path])[0]) == [str(tmp_path / "talk.vtt")]


def test_what_is_in_a_hidden_folder_is_not_listed_and_a_folder_that_is_not_there_is_away(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "talk.txt").write_text("words")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "talk.txt").write_text("words")
    found, away = listing([tmp_path, tmp_path / "nowhere"])
    assert list(found) == [str(tmp_path / "sub" / "talk.txt")] and away == [str(tmp_path / "nowhere")]


def test_files_below_the_current_folder_are_called_as_paths_call_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("talk.txt", "sub/talk.txt"):
        (tmp_path / name).write_text("words")
    named = {str(Path("talk.txt")), str(Path("sub/talk.txt"))}
    assert set(listing([Path()])[0]) == set(listing([Path("./")])[0]) == named
    assert set(listing([Path("./sub")])[0]) == {str(Path("sub/talk.txt"))}


def test_what_cannot_be_read_below_a_folder_keeps_nothing_else_from_being_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "talk.txt").write_text("words")
    scandir = os.scandir

    def closed(path: str | Path) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(path)
        return scandir(path)

    monkeypatch.setattr("pipeline.batches.settling.os.scandir", closed)
    found, away = listing([tmp_path])
    assert list(found) == [str(tmp_path / "talk.txt")] and away == [str(tmp_path / "closed")]
    assert listing([tmp_path / "closed"])[1] == [str(tmp_path / "closed")]


def test_a_file_is_as_taken_by_size_and_time_though_the_listing_tells_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("words")
    seen, stat = Settling(0), path.stat()
    seen.look({str(path): Stamp(stat.st_size, stat.st_mtime_ns, (0, 0))}, 0)
    seen.take(str(path))
    seen.look({str(path): Stamp(stat.st_size, stat.st_mtime_ns, (9, 9))}, 1)
    assert seen.as_taken(str(path)) and not seen.unsettled


def test_without_its_identity_no_file_counts_as_renamed() -> None:
    seen = Settling(0)
    seen.look({"a": Stamp(10, 1_000)}, 0)
    seen.take("a")
    assert seen.look({"b": Stamp(20, 2_000)}, 1) == {"a": None}
