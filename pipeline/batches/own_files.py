"""Which files in a folder of transcripts are this program's own: what it wrote, and what the user wrote for it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from pipeline.batches.outputs import is_output
from pipeline.llm.prompting import is_own_prompt

_FIXTURE = ("fixture.json", "calls.jsonl")  # files of every fixture
_SCHEMAS = (".toml", ".json")
_LARGEST_SCHEMA = 65_536


def is_own_file(path: Path) -> bool:
    """Whether a file is an output, part of a fixture or of a section of the user's, or a prompt of theirs."""
    return is_output(path) or _is_of_a_fixture(path) or _is_of_a_section(path) or is_own_prompt(path)


def _is_of_a_fixture(path: Path) -> bool:
    return all(path.with_name(name).is_file() for name in _FIXTURE)


def _is_of_a_section(path: Path) -> bool:
    """Whether a file is the prompt or the schema of a section: NAME.md, and NAME.toml or NAME.json with its fields."""
    if path.suffix not in (".md", *_SCHEMAS):
        return False
    schemas = [schema for suffix in _SCHEMAS if (schema := path.with_suffix(suffix)).is_file()]
    return bool(schemas) and path.with_suffix(".md").is_file() and any(map(_has_fields, schemas))


def _has_fields(schema: Path) -> bool:
    try:
        if schema.stat().st_size > _LARGEST_SCHEMA:
            return False
        text = schema.read_text("utf-8-sig")
        values: Any = tomllib.loads(text) if schema.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(values, dict) and isinstance(values.get("fields"), dict) and isinstance(values.get("text"), str)
