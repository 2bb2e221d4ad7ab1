"""Orders of `make --batch` as the journal keeps them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.batch_api.order import StoredOrder
from pipeline.errors import SettingsError
from pipeline.settings import Settings
from pipeline.transcript import Chapter, Metadata

UNKNOWN = Metadata()
SETTINGS = Settings(model="scripted", base_url="http://server.test/v1")


def order(*paths: str, metadata: Metadata = UNKNOWN, given_at: float = 1000.0, **settings: Any) -> StoredOrder:
    places = [Path(p) for p in paths or ("talks",)]
    return StoredOrder.of(places, replace(SETTINGS, **settings), metadata, ("html",), given_at)


def test_an_order_is_read_as_it_was_stored() -> None:
    about = Metadata(title="Talk", speakers=("Ana", "Ben"), chapters=(Chapter("Start", 0.0),))
    started = replace(order(metadata=about), jobs_before=2, transcripts={"talks/a": "0" * 64}, waiting={"talks/a": "a"})
    assert StoredOrder.from_body(started.owner, json.loads(json.dumps(started.body()))) == started


def test_an_order_of_an_earlier_version_is_read_and_says_nothing_of_its_time() -> None:
    body = {name: order().body()[name] for name in ("paths", "folder", "settings", "metadata")}
    earlier = StoredOrder.from_body("x", body)
    assert (earlier.exports, earlier.jobs_before, earlier.transcripts, earlier.waiting) == ((), 0, None, {})
    assert earlier.name == "order for talks" and "given" not in earlier.body()


@pytest.mark.parametrize("limit", [{"max_cost": 3.0}, {"max_tokens": 100}, {"batch_size": 2}, {"concurrency": 1}])
def test_an_order_with_another_limit_is_the_same_order(limit: dict[str, Any]) -> None:
    assert order(**limit).owner == order().owner


def test_an_order_for_other_paths_settings_or_metadata_is_another() -> None:
    others = [order("more"), order(length="brief"), order(metadata=Metadata(title="Talk"))]
    assert len({other.owner for other in [order(), *others]}) == 4


def test_an_order_that_is_given_again_has_its_new_settings_and_goes_on_from_where_it_is() -> None:
    before = replace(order(), jobs_before=2, transcripts={"talks/a": "0" * 64}, waiting={"talks/a": "a"})
    again = order(max_cost=3.0, given_at=2000.0).given_again(before)
    assert (again.settings["max_cost"], again.given_at) == (3.0, 2000.0)
    assert (again.jobs_before, again.transcripts, again.waiting) == (2, before.transcripts, before.waiting)


def test_an_order_has_its_own_settings_with_the_folder_and_keys_of_whoever_collects_it() -> None:
    current = replace(SETTINGS, model="other", out=Path("elsewhere"), api_key="sk-now")
    settings = order(length="brief").settings_with(current)
    assert (settings.model, settings.length) == ("scripted", "brief")
    assert (settings.out, settings.api_key) == (Path("elsewhere"), "sk-now")


def test_relative_paths_of_an_order_are_no_paths_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relative, absolute = order("talks"), order(str(tmp_path / "talks"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=f"the paths of the order start in {relative.folder}"):
        relative.settings_with(SETTINGS)
    assert absolute.settings_with(SETTINGS).model == "scripted"
