"""`studydoc check`: checks documents against their transcripts again."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.console import awaited, examples
from pipeline.cli.options import base_url, debug, flag, some_paths, transcripts
from pipeline.text import json_line

if TYPE_CHECKING:
    from pipeline.rechecking import Checked

    Check = Callable[[Path], Awaitable[tuple[str, list[Checked]]]]


@click.command(
    epilog=examples(
        "studydoc check outputs/",
        "studydoc check outputs/talk.md",
        "studydoc check notes/ --transcripts lectures/ --json",
    )
)
@some_paths(
    "Records (.json), pages (.md), or folders: their records, and the pages that were edited by hand.", required=True
)
@transcripts
@click.option("--model", help="Also have this model check the meaning.  [default: code only]")
@base_url
@flag("--json", "Print one JSON line per statement with findings, and one per document.", "as_json")
@debug
def command(
    paths: Sequence[Path], transcripts: Path | None, model: str | None, base_url: str | None, as_json: bool
) -> int:
    """Check notes against their transcripts again. Code checks figures, names, quotations and lines.

    Exit code 1: a statement has findings or is weak in its record, the notes
    are PARTIAL, or a document could not be checked.
    """
    code, lines = awaited(run_check(paths, transcripts, model, base_url, as_json=as_json))
    for line in lines:
        print(line)
    if model is None and not as_json:
        print(
            "checked by code only: figures, names, quotations and lines; --model checks the meaning too",
            file=sys.stderr,
        )
    return code


async def run_check(
    paths: Sequence[Path],
    transcripts: Path | None,
    model: str | None = None,
    base_url: str | None = None,
    *,
    as_json: bool = False,
) -> tuple[int, list[str]]:
    """Exit code, and a line for each finding and each document; as text, also one that sums up several documents."""
    async with AsyncExitStack() as stack:
        return await _checked(paths, await _checker(stack, transcripts, model, base_url), as_json)


async def _checker(stack: AsyncExitStack, transcripts: Path | None, model: str | None, base_url: str | None) -> Check:
    """The function that checks one document: by code alone, or with a model too."""
    from pipeline.rechecking import check_path, check_path_with_model

    if model is None:

        async def by_code(path: Path) -> tuple[str, list[Checked]]:
            return check_path(path, transcripts)

        return by_code
    from pipeline.cli.screen import Screen
    from pipeline.settings import load_settings
    from pipeline.settings.chosen import recipe_of
    from pipeline.settings.connect import open_structured

    settings, screen = load_settings(model=model, base_url=base_url, check="model"), stack.enter_context(Screen())
    tokens = recipe_of(settings).profile.chunk_tokens  # as in make, so that prompts have the same prefix
    structured = await stack.enter_async_context(open_structured(settings, screen.download))

    async def by_model(path: Path) -> tuple[str, list[Checked]]:
        return await check_path_with_model(path, structured, transcripts, chunk_tokens=tokens)

    return by_model


async def _checked(paths: Sequence[Path], check: Check, as_json: bool) -> tuple[int, list[str]]:
    from pipeline.errors import PipelineError

    lines: list[str] = []
    unchecked, faulty = 0, 0
    documents = _documents(paths)
    for path, note in documents.items():
        try:
            remark, checked = await check(path)
        except PipelineError as err:
            unchecked += 1
            line = json_line({"path": str(path), "error": str(err)}) if as_json else str(err)
            lines += [line] if line not in lines else []  # a record and its page lack the same transcript
            continue
        faulty += bool(remark or any(c.findings for c in checked))
        lines += _as_json(path, remark, note, checked) if as_json else _as_text(path, remark, note, checked)
    if len(documents) > 1 and not as_json:
        sound = len(documents) - faulty - unchecked
        counts = f"{faulty} with findings or a remark, {unchecked} not checked"
        lines.append(f"all: {sound} of {len(documents)} without findings, {counts}")
    return int(bool(faulty or unchecked)), lines


def _documents(paths: Sequence[Path]) -> dict[Path, str]:
    """The documents to check, each with a note on its page, "" for none.

    A record found in a folder is followed by its page, if that was edited by hand.
    """
    from pipeline.batches.outputs import documents_below
    from pipeline.pages.reading import edited_page

    notes: dict[Path, str] = {}
    documents = documents_below(paths)
    for path in documents:
        page = edited_page(path)
        beside = page is not None and path in paths and page not in documents
        notes[path] = f"its page was edited by hand; to check that: studydoc check {quote(str(page))}" if beside else ""
        if page is not None and not beside:
            notes[page] = "the page as edited by hand"
    return notes


def _as_json(path: Path, remark: str, note: str, checked: Sequence[Checked]) -> list[str]:
    faulty = [c for c in checked if c.findings]
    remarks = {"remark": remark or None, "note": note or None}
    total = {"path": str(path), "statements": len(checked), "with_findings": len(faulty)} | remarks
    return [json_line(row) for row in (*(_finding_row(path, c) for c in faulty), total)]


def _finding_row(path: Path, checked: Checked) -> dict[str, Any]:
    return {
        "path": str(path),
        "section": checked.claim.section,
        "text": checked.claim.text,
        "lines": list(checked.claim.lines),
        "findings": [{"kind": f.kind, "message": f.message} for f in checked.findings],
    }


def _as_text(path: Path, remark: str, note: str, checked: Sequence[Checked]) -> list[str]:
    from pipeline.text import numbered

    lines = []
    faulty = [c for c in checked if c.findings]
    for c in faulty:
        cited = f"lines {', '.join(map(str, c.claim.lines))}" if c.claim.lines else "no lines"
        lines.append(f"{path}: {c.claim.section}, {cited}: {c.claim.text}")
        lines += [f"    {f.kind}: {f.message}" for f in c.findings]
    counts = f"{numbered(len(checked), 'statement')} checked, {len(faulty)} with findings"
    return [*lines, f"{path}: {'; '.join(filter(None, (counts, remark, note)))}"]
