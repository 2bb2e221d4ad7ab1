"""Model files of one's own, from the command line down, on files of a few bytes."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, WeightsError
from pipeline.profile import CAPABLE, SMALL
from pipeline.providers import gguf, model_files, weights
from pipeline.providers.gguf import inspect
from pipeline.providers.model_files import OwnModel, add
from pipeline.settings import load_settings
from pipeline.settings.chosen import model_and_endpoint, own_model, recipe_of
from tests.commands import exit_code
from tests.http_server import QuietHandler, listening
from tests.providers.test_gguf import FACTS, model_file

PLAIN = {k: v for k, v in FACTS.items() if k != "tokenizer.chat_template"}


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models folder, and an empty folder to work in."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("STUDYDOC_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def talk() -> Path:
    path = Path("talk.txt")
    path.write_text("Water boils at 100 degrees at sea level. On a mountain it boils sooner.\n" * 5)
    return path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    return exit_code(*words), *capsys.readouterr()


def unread(_: int, __: int) -> None:
    pass


def own(path: Path) -> OwnModel:
    found = own_model(load_settings(model=str(path)))
    assert found
    return found


@pytest.mark.parametrize("command", ["make talk.txt", "plan talk.txt", "doctor"])
@pytest.mark.parametrize("fault", ["missing", "no model", "cut", "no template", "a folder"])
def test_a_file_that_cannot_be_used_is_told_in_a_line(
    capsys: pytest.CaptureFixture[str], talk: Path, command: str, fault: str
) -> None:
    path = Path("model.gguf")
    if fault == "no model":
        path.write_text("notes")
    elif fault == "a folder":
        path.mkdir()
    elif fault != "missing":
        model_file(Path(), PLAIN if fault == "no template" else FACTS, cut=100 if fault == "cut" else 0)
    code, _, err = told(capsys, *command.split(), "--model", "model.gguf")
    assert (code, err.count("\n"), err[:10]) == (2, 1, "studydoc: "), err


def test_a_model_larger_than_memory_is_told_before_it_is_loaded(
    capsys: pytest.CaptureFixture[str], talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_file(Path())
    monkeypatch.setattr(gguf, "free_memory", lambda: 1000)
    for command in (["make", "talk.txt"], ["doctor"]):
        code, _, err = told(capsys, *command, "--model", "model.gguf")
        assert (code, "needs about 0.3 GB of memory" in err) == (2, True), err


def test_a_batch_needs_a_hosted_model(capsys: pytest.CaptureFixture[str], talk: Path) -> None:
    code, _, err = told(capsys, "make", "talk.txt", "--batch", "--model", str(model_file(Path())))
    assert (code, "needs a hosted model" in err) == (2, True)


def test_a_plan_for_a_small_file_is_the_small_one_and_costs_nothing(
    capsys: pytest.CaptureFixture[str], talk: Path
) -> None:
    model_file(Path())
    with_file = told(capsys, "plan", "talk.txt", "--model", "model.gguf")
    assert with_file[0] == 0
    assert with_file[1] == told(capsys, "plan", "talk.txt", "--model", "local")[1].replace(
        weights.EMBEDDED.name, own(Path("model.gguf")).identity
    )


def test_documents_name_the_file_without_its_folder(tmp_path: Path) -> None:
    name, endpoint = model_and_endpoint(load_settings(model=str(model_file(tmp_path))))
    assert name.startswith("model.gguf@")
    assert (str(tmp_path) in name, endpoint) == (False, "embedded")


def test_two_files_of_one_name_are_told_apart_and_a_copy_is_the_same(tmp_path: Path) -> None:
    first, copy, other = (tmp_path / n / "model.gguf" for n in "abc")
    for path in (first, copy, other):
        path.parent.mkdir()
    model_file(first.parent)
    shutil.copy(first, copy)
    other.write_bytes(first.read_bytes()[:-1] + b"\1")
    assert own(first).identity == own(copy).identity != own(other).identity


def test_small_files_are_worked_with_as_small_and_others_as_capable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(model=str(model_file(tmp_path)))
    assert recipe_of(settings).profile.name == "small"
    monkeypatch.setattr(gguf, "SMALL_BELOW", 100)
    assert recipe_of(settings).profile.name == "capable"
    assert recipe_of(load_settings(model=settings.model, profile="small")).profile.name == "small"


def test_the_embedded_model_is_small_and_a_hosted_one_capable() -> None:
    assert recipe_of(load_settings(model="local")).profile == SMALL
    assert recipe_of(load_settings(model="m", base_url="http://localhost/v1")).profile == CAPABLE


def test_windows_go_by_profile_file_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = replace(inspect(model_file(tmp_path)), context=100_000)
    assert OwnModel(file, "m").window("small") == 8_192
    assert OwnModel(file, "m").window("capable") == 32_768
    assert OwnModel(replace(file, context=4_000), "m").window("capable") == 4_000
    monkeypatch.setattr(model_files, "all_memory", lambda: int(file.memory(20_000) / 0.8))
    assert OwnModel(file, "m").window("capable") == 16_384


def test_chunks_leave_room_in_the_window(tmp_path: Path) -> None:
    file = replace(inspect(model_file(tmp_path)), context=100_000)
    profile = OwnModel(file, "m").worked_with(CAPABLE)
    assert (profile.chunk_tokens, profile.at_once) == (9_830, 1)


def test_a_setting_or_the_environment_names_a_file_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = model_file(tmp_path).rename(tmp_path / "MODEL.GGUF")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1/v1")
    Path("studydoc.toml").write_text(f"model = '{path}'\n")
    assert load_settings().in_process
    monkeypatch.setenv("STUDYDOC_MODEL", str(path))
    assert load_settings().in_process


def test_at_an_address_the_name_is_the_endpoint_s() -> None:
    assert not load_settings(model="model.gguf", base_url="http://localhost:8080/v1").in_process
    assert not load_settings(model="llamacpp/model.gguf").in_process


def test_an_added_file_is_found_by_name_listed_and_removed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, models: Path
) -> None:
    path = model_file(tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    code, out, _ = told(capsys, "models", "add", str(path), "--sha256", digest.upper())
    assert (code, out) == (0, f"{models / 'model.gguf'}\n")
    assert own(Path("model.gguf")).file.path == models / "model.gguf"
    assert "model.gguf  Tiny Chat (0 million parameters, 0.0 GB)" in told(capsys, "models")[1]
    weights.states_of("model.gguf").mkdir()
    assert told(capsys, "models", "remove", "model.gguf")[:2] == (0, "removed 0 MB\n")
    assert list(models.iterdir()) == []


def test_a_path_that_exists_wins_over_an_added_name(tmp_path: Path) -> None:
    add(str(model_file(tmp_path)), unread)
    model_file(Path())
    assert own(Path("model.gguf")).file.path == Path("model.gguf")


def test_a_wrong_digest_leaves_nothing(tmp_path: Path, models: Path) -> None:
    path = model_file(tmp_path)
    with pytest.raises(
        WeightsError, match=f"^{path}: its SHA-256 digest is not 0+ .it was not added; use another file"
    ):
        add(str(path), unread, "0" * 64)
    assert [p.name for p in models.iterdir()] == ["model.gguf.lock"]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("http://example.org/model.gguf", "https only"),
        ("file:///etc/model.gguf", "https only"),
        ("https://example.org/model", "has to end in .gguf"),
        ("https://example.org/a%2F..%2Fmodel.gguf", "not the name of a model file"),
        (f"https://example.org/{weights.EMBEDDED.file}", "the built-in model's name"),
        ("none.gguf", "no such file"),
    ],
)
def test_what_cannot_be_added_is_told(capsys: pytest.CaptureFixture[str], source: str, why: str) -> None:
    code, _, err = told(capsys, "models", "add", source)
    assert (code, why in err) == (2, True), err


def test_a_file_without_a_chat_template_is_not_added(tmp_path: Path, models: Path) -> None:
    with pytest.raises(SettingsError, match="no chat template"):
        add(str(model_file(tmp_path, PLAIN)), unread)
    assert not models.exists()


def test_a_name_that_is_taken_is_told(tmp_path: Path) -> None:
    add(str(model_file(tmp_path)), unread)
    with pytest.raises(SettingsError, match=r"studydoc models remove model\.gguf"):
        add(str(tmp_path / "model.gguf"), unread)


def test_what_was_kept_of_a_file_elsewhere_is_removed_by_its_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, models: Path
) -> None:
    path = model_file(tmp_path)
    states = weights.states_of(path.name)
    states.mkdir(parents=True)
    (states / "state").write_bytes(b"x" * (3 << 20))
    assert told(capsys, "models", "remove", path.name)[:2] == (0, "removed 3 MB\n")
    assert path.exists() and not states.exists()


def test_what_cannot_be_deleted_is_told_once_the_rest_is_gone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(str(model_file(tmp_path)), unread)
    states = weights.states_of("model.gguf")
    states.mkdir()
    monkeypatch.setattr("pipeline.providers.weights.shutil.rmtree", lambda *_, **__: None)
    code, _, err = told(capsys, "models", "remove", "model.gguf")
    assert code == 1 and f"{states}: cannot be deleted" in err
    assert list(models.iterdir()) == [states]


@pytest.mark.parametrize("name", ["none.gguf", "../here/talk.gguf", "notes.txt", "folder.gguf"])
def test_only_files_of_the_models_folder_are_removed(
    capsys: pytest.CaptureFixture[str], models: Path, name: str
) -> None:
    models.mkdir()
    (models / "notes.txt").touch()
    Path("talk.gguf").touch()
    (models / "folder.gguf" / "own").mkdir(parents=True)
    assert told(capsys, "models", "remove", name)[0] == 2
    assert (models / "folder.gguf" / "own").exists()
    assert Path("talk.gguf").exists()


def test_a_damaged_file_in_the_folder_is_listed_as_such(capsys: pytest.CaptureFixture[str], models: Path) -> None:
    models.mkdir()
    (models / "bad.gguf").write_text("notes")
    code, out, _ = told(capsys, "models")
    assert (code, "bad.gguf  cannot be used" in out) == (0, True), out


class _Hub(QuietHandler):
    """Serves `body` with ranges, or leads elsewhere."""

    body = b""
    elsewhere = ""

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        status = 302 if self.elsewhere else 416 if start >= len(self.body) else 206 if wanted else 200
        self.send_response(status)
        if self.elsewhere:
            self.send_header("Location", self.elsewhere)
        rest = self.body[start:] if status < 300 else b""
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)


@pytest.fixture
def hub() -> Iterator[tuple[type[_Hub], str]]:
    handler = type("FreshHub", (_Hub,), {})
    with listening(handler) as url:
        yield handler, f"{url}/model.gguf"


def test_a_redirect_leads_to_the_allowed_schemes_alone(hub: tuple[type[_Hub], str], tmp_path: Path) -> None:
    handler, url = hub
    handler.elsewhere = "https://example.org/model.gguf"
    with pytest.raises(ConnectionError, match="not http"):
        weights.download(url, tmp_path / "partial", unread, schemes=("http",))


@pytest.mark.parametrize("had", [0, 1000, 4000])
def test_a_cut_download_goes_on_where_it_stopped(hub: tuple[type[_Hub], str], tmp_path: Path, had: int) -> None:
    handler, url = hub
    handler.body = bytes(4000)
    partial = tmp_path / "partial"
    partial.write_bytes(b"\1" * had)
    weights.download(url, partial, unread)
    assert partial.read_bytes() == b"\1" * had + bytes(4000 - had)


def test_what_a_download_brought_is_checked_before_it_gets_its_name(
    hub: tuple[type[_Hub], str], models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, url = hub
    handler.body = b"<html>Sign in</html>"

    def to_the_hub(_: str, partial: Path, report: weights.Report, *, schemes: tuple[str, ...]) -> None:
        assert schemes == ("https",)
        plain(url, partial, report)

    plain = weights.download
    monkeypatch.setattr(weights, "download", to_the_hub)
    with pytest.raises(WeightsError, match=r"^model\.gguf: this is not a GGUF model file"):
        add("https://example.org/model.gguf?download=true", unread)
    assert [p.name for p in models.iterdir()] == ["model.gguf.lock"]
