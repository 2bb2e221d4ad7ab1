"""Decisions on disk: nothing acknowledged is lost, and nobody overwrites what somebody else decided."""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.review.actions import Decide, Edit, Step
from pipeline.review.decisions import Unfit
from pipeline.review.lines import Lines
from pipeline.review.state import opened
from pipeline.review.storage import Conflict, Review, read_events, review_path
from tests.review.samples import TRANSCRIPT, document

BASE = opened(document())
LINES = Lines(TRANSCRIPT)
IDS = [i.id for i in BASE.items if i.standing == "pending"]


def review(folder: Path) -> Review:
    return Review(review_path(folder / "reactor.json"), BASE, LINES)


def clock() -> str:
    return "2026-01-01T00:00:00Z"


def test_a_decision_is_on_disk_when_it_is_acknowledged(tmp_path: Path) -> None:
    event = review(tmp_path).add(Decide(kind="accept", targets=(IDS[0],)), base=0, who="Ann", clock=clock)
    assert read_events(tmp_path / "reactor.review.json") == [event]
    assert (event.n, event.who, event.about[0].text) == (1, "Ann", BASE.items[0].text)


def test_a_second_review_goes_on_where_the_first_stopped(tmp_path: Path) -> None:
    review(tmp_path).add(Decide(kind="accept", targets=(IDS[0],)), base=0, who="Ann", clock=clock)
    later = review(tmp_path)
    assert later.timeline.state.items[0].standing == "accepted"
    later.add(Step(kind="undo"), base=1, who="Ben", clock=clock)
    assert review(tmp_path).timeline.state == BASE


def test_the_same_statement_decided_in_two_places_is_a_conflict_and_keeps_the_first(tmp_path: Path) -> None:
    one, two = review(tmp_path), review(tmp_path)
    one.add(Edit(kind="edit", target=IDS[0], text="Ann's words."), base=0, who="Ann", clock=clock)
    with pytest.raises(Conflict) as caught:
        two.add(Edit(kind="edit", target=IDS[0], text="Ben's words."), base=0, who="Ben", clock=clock)
    assert [e.who for e in caught.value.later] == ["Ann"]
    assert two.timeline.state.items[0].text == "Ann's words."
    assert len(read_events(one.path)) == 1


def test_different_statements_decided_in_two_places_are_both_kept(tmp_path: Path) -> None:
    one, two = review(tmp_path), review(tmp_path)
    one.add(Decide(kind="accept", targets=(IDS[0],)), base=0, who="Ann", clock=clock)
    event = two.add(Decide(kind="reject", targets=(IDS[1],)), base=0, who="Ben", clock=clock)
    assert (event.n, event.base) == (2, 0)
    assert [i.standing for i in two.timeline.state.items[:2]] == ["accepted", "rejected"]


def test_what_cannot_be_taken_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(Unfit):
        review(tmp_path).add(Step(kind="undo"), base=0, who="Ann", clock=clock)
    assert not (tmp_path / "reactor.review.json").exists()


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    folder.mkdir()
    found = review(folder)
    folder.rmdir()
    folder.write_text("no folder any more", "utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        found.add(Step(kind="undo"), base=0, who="Ann", clock=clock)


def test_a_damaged_file_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "reactor.review.json"
    path.write_text('{"format": 1, "events": [{"n": 1')
    with pytest.raises(StoreError, match="does not contain review decisions"):
        review(tmp_path)
    assert path.read_text().endswith('{"n": 1')


def test_threads_lose_no_event(tmp_path: Path) -> None:
    def work(who: str) -> None:
        own = review(tmp_path)
        for _ in range(15):
            own.add(Decide(kind="accept", targets=(IDS[0],)), base=own.timeline.revision + 99, who=who, clock=clock)

    workers = [threading.Thread(target=work, args=(who,)) for who in ("Ann", "Ben")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(e.who for e in read_events(tmp_path / "reactor.review.json")) == ["Ann"] * 15 + ["Ben"] * 15


def _write(folder: str, who: str) -> None:
    own = review(Path(folder))
    for target in IDS:
        own.add(Decide(kind="accept", targets=(target,)), base=10_000, who=who, clock=clock)


@pytest.mark.slow
def test_two_processes_lose_no_event(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_write, args=(str(tmp_path), who)) for who in ("Ann", "Ben")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    events = read_events(tmp_path / "reactor.review.json")
    assert [e.n for e in events] == list(range(1, 2 * len(IDS) + 1))
    assert sorted(e.who for e in events) == ["Ann"] * len(IDS) + ["Ben"] * len(IDS)
