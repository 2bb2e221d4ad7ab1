"""docs/programs.md: its Python example runs from recorded answers, its commands and tools are those that there are."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
from mcp import Client

from pipeline.mcp_server.server import server_of
from pipeline.providers.calls import CallStore, Recording
from pipeline.settings import Settings
from tests.e2e.test_command_line import studydoc
from tests.samples import ROOT, recording

PAGE = (ROOT / "docs" / "programs.md").read_text("utf-8")


def test_the_python_example_runs_and_shows_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    calls = CallStore(tmp_path / "outputs" / ".studydoc" / "calls.sqlite")
    calls.take_in(Recording(recording("tidal-turbines")))
    calls.close()
    (tmp_path / "transcripts").mkdir()
    for sample in (ROOT / "transcripts").glob("tidal-turbines*"):
        shutil.copy(sample, tmp_path / "transcripts")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDYDOC_MODELS", str(tmp_path / "none"))
    exec(compile(example, "docs/programs.md", "exec"), {"__name__": "example"})
    out = capsys.readouterr().out
    assert "tidal-turbines: writing, " in out and "tidal-turbines: complete, " in out and "complete Why Put" in out


@pytest.mark.parametrize("command", ["make", "mcp"])
def test_its_commands_have_the_options_that_it_uses(tmp_path: Path, command: str) -> None:
    shown = studydoc(command, "--help", cwd=tmp_path).stdout
    for line in re.findall(rf"studydoc {command} (.*)", PAGE):
        for option in re.findall(r"(?<!\S)--[a-z-]+", line):
            assert option in shown, line


def test_its_table_names_the_tools_and_their_arguments(tmp_path: Path) -> None:
    async def tools() -> dict[str, set[str]]:
        async with Client(server_of(tmp_path, Settings(out=tmp_path))) as client:
            listed = (await client.list_tools()).tools
            return {tool.name: set(tool.input_schema["properties"]) for tool in listed}

    named = {name: set(given.split(", ")) for name, given in re.findall(r"^\| `(\w+)\((.*?)\)`", PAGE, re.MULTILINE)}
    assert named == asyncio.run(tools())


def test_its_configuration_is_json_with_a_command() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    server = json.loads(example)["mcpServers"]["studydoc"]
    assert server["command"].endswith("studydoc") and server["args"][0] == "mcp"
