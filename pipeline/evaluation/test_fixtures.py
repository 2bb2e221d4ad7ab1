"""Fixtures as tests: `pytest --pyargs pipeline.evaluation` replays each one in tests/fixtures below pytest's root.

For another folder: `STUDYDOC_FIXTURES=DIR pytest --pyargs pipeline.evaluation`. (A pytest option would need a plugin
that is loaded into every pytest run on the machine.)
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.evaluation.fixture_commands import check_folder, prompt_folder
from pipeline.evaluation.fixtures import fixture_folders
from pipeline.llm.prompting import PromptSet


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each fixture."""
    root = metafunc.config.rootpath
    folder = root / (os.environ.get("STUDYDOC_FIXTURES") or "tests/fixtures")
    folders = fixture_folders(folder)  # fails the collection if there are none
    metafunc.parametrize("folder", folders, ids=[f.name for f in folders])


def test_fixture(folder: Path) -> None:
    """The replay gives the golden document, with the prompts that the settings name."""
    verdict = check_folder(folder, PromptSet(prompt_folder()))
    if verdict.lines:
        pytest.fail("\n".join((f"{verdict.name} differs:", *verdict.lines)), pytrace=False)
