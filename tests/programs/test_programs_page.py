"""docs/programs.md: its tools are those that there are. tests/e2e/test_docs.py runs its examples."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

from mcp import Client

from pipeline.mcp_server.server import server_of
from pipeline.settings import Settings
from tests.samples import ROOT

PAGE = (ROOT / "docs" / "programs.md").read_text("utf-8")


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
