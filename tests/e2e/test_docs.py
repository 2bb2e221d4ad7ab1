"""Every command of README.md and docs/ is run, or stands below with why it is not and is parsed; so is every example.

A page's commands run in its order in one folder, as its reader would type them. Files that they name are made, unless the page
shows them. What names a sample is answered from its recording, all else by a scripted endpoint.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from docx import Document

from pipeline import capable
from pipeline.cli import main
from pipeline.llm import prices
from pipeline.providers.calls import CallStore, RecordedCalls
from pipeline.readers.formats import READERS
from pipeline.review.actions import Decide
from pipeline.review.catalogue import Desk
from tests.e2e.answering import AnsweringServer, answer_to
from tests.e2e.pages import PAGES, Command, blocks, command, commands, spans
from tests.samples import ROOT, fixture
from tests.scripted import LINES

# Commands that are not run, by how they begin or what they hold, and why. Those of studydoc are parsed all the same.
NOT_RUN = {
    r"^git clone|^cd |^\. \.venv|^python3 -m venv|pip install|^apt |^brew ": "sets a machine up; test_wheel.py installs the wheel",
    r"^mkdir |^cp prompts/": "copies prompts, which the reader's folder has",
    r"^make \w+$": "the Makefile's own, which sets everything up",
    r"-m benchmarks": "measures for seconds to minutes",
    r"^studydoc models (fetch|add|remove)": "a download; tests/unit/test_weights.py and tests/providers/test_model_files.py",
    r"\.gguf|--model local": "runs a model in the process; tests/providers/test_gguf.py",
    r"--on ray|^ray |s3://": "needs a cluster; tests/cluster",
    r"^vllm |^ollama ": "another program's",
    r"--watch": "goes on until it is stopped; tests/programs/test_watching.py",
    r"^studydoc mcp": "serves until its client leaves; tests/programs/test_mcp.py",
    r"\.pdf\b|--to pdf": "needs Pango of the system; tests/exports/test_pdf.py",
    r"^studydoc review": "serves until it is stopped; tests/review",
}
KEY = "sk-of-a-reader"  # where a page has …
LANGUAGES = {"sh", "python", "json", "toml", "markdown", "ini", "text", ""}
SUBTITLES = "".join(
    f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},000\n{who}: {said}\n\n" for n, (who, said) in enumerate(LINES, 1)
)
TEXT = "\n\n".join(f"{who}: {said}" for who, said in LINES)


@pytest.fixture(scope="module")
def server() -> Iterator[AnsweringServer]:
    with AnsweringServer() as running:
        yield running


@pytest.fixture(scope="module")
def made(server: AnsweringServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's folder: transcripts, the samples with the recorded answers on one of them, notes of a talk."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT / "transcripts", folder / "transcripts")
    shutil.copytree(ROOT / "tests" / "fixtures" / "tidal-turbines", folder / "tests" / "fixtures" / "tidal-turbines")
    (folder / "my-prompts").mkdir()
    shutil.copy(ROOT / "prompts" / "write.v9.md", folder / "my-prompts")
    (folder / "lectures").mkdir()
    for name in ("one", "two"):
        (folder / "lectures" / f"{name}.txt").write_text(f"---\ntitle: Talk {name}\n---\n\n{TEXT}", "utf-8")
    for name in ("talk.txt", "talk.srt", "talk.vtt", "talk.docx", "vortrag.vtt"):
        _transcript(folder / name)
    calls = CallStore(folder / "outputs" / ".studydoc" / "calls.sqlite")
    calls.take_in(RecordedCalls(fixture("tidal-turbines").calls))
    calls.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("STUDYDOC_MODELS", "no-models")
        _call(command("studydoc make talk.vtt"), server, patch)
        desk = Desk(folder / "outputs" / "talk.json", None)
        accepted = Decide(kind="accept", targets=tuple(i.id for i in desk.state.items if not i.outside))
        desk.review.add(accepted, base=0, who="Ann", clock=lambda: "")
    (folder / "notes").mkdir()
    (folder / "notes" / "talk.md").write_text("The reactor at Lund makes 40 megawatts.", "utf-8")
    for name in ("before", "after"):
        shutil.copytree(folder / "outputs", folder / name)
    return folder


@pytest.fixture
def reader(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder of one's own, and one is in it."""
    folder = tmp_path / "reader"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("STUDYDOC_MODELS", str(folder / "no-models"))
    return folder


def _transcript(path: Path) -> None:
    if path.suffix == ".docx":
        document = Document()
        for who, said in LINES:
            document.add_paragraph(f"{who}: {said}")
        document.save(str(path))
        return
    text = {".srt": SUBTITLES, ".vtt": "WEBVTT\n\n" + SUBTITLES.replace(",000", ".000")}.get(path.suffix, TEXT)
    path.write_text(text, "utf-8")


def _call(given: Command, server: AnsweringServer, patch: pytest.MonkeyPatch) -> int:
    """The exit code of a command of ours, run in this process."""
    words = [re.sub(r"^http://localhost:\d+/v1$", server.url, word) for word in given.words[1:]]
    with patch.context() as here:
        for name, value in given.variables.items():
            here.setenv(name, value.replace("…", KEY))
        if words[0] not in ("plan", "read") and "transcripts/" not in given.line:
            here.setenv("STUDYDOC_BASE_URL", server.url)
            here.setattr(prices, "cost_usd", lambda model, endpoint, usage: 1e-7)  # --max-cost needs one
        if given.piped:
            here.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.piped.read_bytes()), "utf-8"))
        with pytest.raises(SystemExit) as left:
            main(words)
    return int(left.value.code or 0)


def _our_company() -> ModuleType:
    """The code of a reader with a client of their own, as docs/programs.md calls it."""

    async def chat(messages: list[dict[str, str]], json_schema: Any, **sampling: Any) -> SimpleNamespace:
        shaped = {"json_schema": {"schema": json_schema}}
        answer = answer_to({"messages": messages, "response_format": shaped, "model": ""})
        return SimpleNamespace(text=json.dumps(answer), was_cut_off=False, tokens_in=1, tokens_out=1)

    module = ModuleType("our_company")
    module.__dict__["llm"] = SimpleNamespace(chat=chat)
    return module


def _exists(given: Command) -> bool:
    """Whether there are the command and its options. Values are looked at when it is run."""
    with pytest.raises(SystemExit) as left:
        main([*given.words[1:], "--help"])
    return left.value.code in (0, None)


def why_not_run(given: Command) -> str:
    return next((why for pattern, why in NOT_RUN.items() if re.search(pattern, given.line)), "")


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run_as_they_stand(
    page: str,
    reader: Path,
    server: AnsweringServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = ""
    for block in blocks(page):
        if block.file:
            (reader / block.file).parent.mkdir(parents=True, exist_ok=True)
            (reader / block.file).write_text(block.text, "utf-8")
        if block.language == "python":
            with monkeypatch.context() as without_a_key:
                without_a_key.delenv("OPENAI_API_KEY", raising=False)
                without_a_key.setitem(sys.modules, "our_company", _our_company())
                exec(compile(block.text, page, "exec"), {"__name__": "example"})
            shown = capsys.readouterr().out
            assert shown, block.text
        if block.language == "text":
            pattern = ".*".join(re.escape(part) for part in block.text.strip().split("…"))
            assert re.fullmatch(pattern, shown.strip(), re.DOTALL), shown
        for given in commands(block) if block.language == "sh" else ():
            if given.words[0] == "export":
                monkeypatch.setenv(*given.words[1].replace("…", KEY).split("=", 1))
                continue
            if why_not_run(given):
                continue
            assert given.own, f"{page}: {given.line}: run it here, or say in NOT_RUN why it is not run"
            code = _call(given, server, monkeypatch)
            told = capsys.readouterr()
            assert code == 0, f"{page}: {given.line}\n{told.out}{told.err}"
            shown = told.err + told.out


@pytest.mark.parametrize("page", PAGES)
def test_every_other_command_that_a_page_names_exists_with_its_options(
    page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [c for b in blocks(page) if b.language == "sh" for c in commands(b) if why_not_run(c)]
    for given in {c.line: c for c in [*lines, *map(command, spans(page))]}.values():
        if given.own:
            assert _exists(given), f"{page}: {given.line}: {capsys.readouterr().err}"
        elif given.words[0] == "make":
            assert re.search(rf"^{given.words[1]}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE), given.line
        elif "-m benchmarks" in given.line:
            assert find_spec(given.words[given.words.index("-m") + 1]), given.line


def test_what_is_not_run_is_named_by_some_page() -> None:
    lines = [c.line for page in PAGES for b in blocks(page) if b.language == "sh" for c in commands(b)]
    for pattern in NOT_RUN:
        assert any(re.search(pattern, line) for line in lines), pattern


def test_extras_that_pages_name_are_those_that_there_are() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for page, path in PAGES.items():
        for names in re.findall(r"studydoc\[([\w,]+)\]", path.read_text("utf-8")):
            assert set(names.split(",")) <= set(extras), page


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_shows_are_what_they_say(page: str) -> None:
    for block in blocks(page):
        assert block.language in LANGUAGES, f"{page}: nothing here knows {block.language}"
        if block.language in ("json", "toml"):
            {"json": json.loads, "toml": tomllib.loads}[block.language](block.text)


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    text = PAGES[page].read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[\w-]+)?\)", text):
        assert (PAGES[page].parent / target).exists(), f"{page}: {target}"


def test_the_table_of_formats_has_every_name_that_format_takes() -> None:
    rows = re.findall(
        r"^\| .*? \| (.*) \|$", PAGES["docs/formats.md"].read_text("utf-8").split("\n## ")[0], re.MULTILINE
    )
    assert set(re.findall(r"`([a-z0-9-]+)`", "".join(rows[2:]))) == {reader.name for reader in READERS}


def test_the_readme_is_a_screen_and_a_map_of_what_is_there() -> None:
    text, tree = PAGES["README.md"].read_text("utf-8").split("## Where things are")
    assert len(text.splitlines()) <= 75
    for row in tree.splitlines():
        above = ROOT / "pipeline" if re.match(r" {2}\S", row) else ROOT
        if not row.startswith(" " * 3):  # else it continues the row before
            head = above / row.split(maxsplit=1)[0] if row.strip() else above
        for name in re.findall(r"(?<!\S)[a-z_]+(?:\.py|/)(?!\S)", row):
            assert (above / name).exists(), name
        for name in re.findall(r"(?<!\S)[a-z_]+\.py(?=,)", row):
            assert (head / name).exists(), name
        for path in re.findall(r"`([a-z_/]+(?:\.py|/))`", row):
            assert (ROOT / "pipeline" / path).exists(), path
    for package in (ROOT / "pipeline").glob("*/__init__.py"):
        assert f"  {package.parent.name}/ " in tree, package


def test_the_package_of_capable_models_tells_the_order_of_all_its_modules() -> None:
    listed = re.findall(r"[:,] (\w+)(?=[,;]| \(|$)", capable.__doc__ or "", re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in (ROOT / "pipeline" / "capable").glob("[!_]*.py"))
