"""`studydoc make`: makes documents on this machine, by the Batch API, or on a Ray cluster."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.console import INTERRUPTED_LINE, awaited, examples, tell
from pipeline.cli.exporting import Exports, row_lines
from pipeline.cli.options import (
    TEXT,
    Flags,
    NumberRange,
    debug,
    flag,
    has_debug,
    number_option,
    path_option,
    quiet,
    some_paths,
    takes_settings,
    to,
)
from pipeline.errors import EXIT_INTERRUPTED

if TYPE_CHECKING:
    from pipeline.batches.options import Input
    from pipeline.cli.screen import Screen
    from pipeline.settings import Settings
    from pipeline.transcript import Metadata

_ALIKE = 0.8  # similarity from which a name is taken for another, mistyped: two letters of "model" interchanged
_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


@click.command(
    epilog=examples(
        "studydoc make talk.vtt",
        "studydoc make lectures/ --out notes --length brief",
        "studydoc make talk.srt --model gpt-6-luna",
        "studydoc make talk.vtt --model qwen3-4b.gguf",
        "cat talk.txt | studydoc make - --title 'My talk'",
        "studydoc make lectures/ --watch",
    )
)
@some_paths("Transcripts in any common format, folders or zip files of them, or - for stdin.")
@takes_settings(batch_size=number_option("--batch-size", "Maximum calls per batch job.  [default: 50000]"))
@click.option("--title", type=TEXT, help="The recording's title.")
@click.option("--channel", type=TEXT, help="Who published the recording.")
@click.option("--url", type=TEXT, help="The recording's web address.")
@click.option("--published", type=TEXT, help="The date of publication: 2026-03-12.")
@click.option("--speakers", type=TEXT, help="The speakers' names, separated by commas.")
@click.option("--name", type=TEXT, help="A name for standard input or --transcript-url.")
@click.option("--transcript-url", type=TEXT, help="A transcript file on the web, besides any paths.")
@flag("--watch", "Keep running, and make notes of files as they are added or changed, until Ctrl-C or SIGTERM.")
@click.option(
    "--settle",
    type=NumberRange(0.1, 3600),
    default=2.0,
    help="With --watch: seconds without a change before a file is read.",
)
@flag("--batch", "Use the endpoint's Batch API: half the price, each wave within a day.")
@flag("--wait", "With --batch: wait until all notes are written.")
@click.option("--on", help="ray: spread the transcripts over a Ray cluster; paths may be s3://… or gs://…")
@click.option("--ray-address", help="The cluster's address.  [default: RAY_ADDRESS, else this machine]")
@to
@flag("--json", "Print one JSON line per transcript on stdout.", "as_json")
@path_option("--log-json", "Append one event per line to this file; - for stderr.")
@quiet
@debug
def command(
    flags: Flags,
    paths: Sequence[Path],
    title: str | None,
    channel: str | None,
    url: str | None,
    published: str | None,
    speakers: str | None,
    name: str | None,
    transcript_url: str | None,
    watch: bool,
    settle: float,
    batch: bool,
    wait: bool,
    on: str | None,
    ray_address: str | None,
    to: Sequence[str],
    as_json: bool,
    log_json: Path | None,
    quiet: bool,
) -> int:
    """Make notes from transcripts. Run it again to resume: no answer is paid for twice."""
    from pipeline.batches.options import Input
    from pipeline.cli.screen import Screen
    from pipeline.settings import load_settings
    from pipeline.text import clean
    from pipeline.transcript import Metadata

    if not paths and transcript_url is None:
        raise click.BadParameter("give a path, - for stdin, or --transcript-url")
    settings = load_settings(**flags)
    if not quiet:
        _tell_unread_variables(click.get_current_context().command)
    several = watch or len(paths) + (transcript_url is not None) > 1 or any(p.is_dir() for p in paths)
    if (title or url) and several:
        raise click.BadParameter("--title and --url describe one recording: give one transcript with them")
    _check_way(paths, transcript_url, batch=batch, wait=wait, on=on, watch=watch, to=to)
    names = tuple(n for name in (speakers or "").split(",") if (n := clean(name)))
    metadata = Metadata(title=title, channel=channel, url=_address(url), published=_day(published), speakers=names)
    exports = Exports(to, settings)
    if watch:
        from pipeline.cli.watch import run_watch

        return run_watch(paths, settings, metadata, log_json, exports, settle=settle, quiet=quiet, as_json=as_json)
    with Screen(quiet, has_debug()) as screen:
        if batch:
            code, rows = _by_batch(paths, settings, metadata, to, screen, wait=wait)
            exports.export_pages(rows)
        elif on is not None:
            code, rows = _on_cluster(on, paths, settings, metadata, ray_address, screen)
        else:
            reading = Input(settings.encoding, settings.format, name, transcript_url)
            code, rows = _on_this_machine(paths, settings, metadata, reading, log_json, exports, screen)
        screen.end_bars()
        exports.finish(rows)
        print_rows(rows, as_json=as_json)
    if code == EXIT_INTERRUPTED:
        print(INTERRUPTED_LINE, file=sys.stderr)
    return code or exports.failed


def _tell_unread_variables(command: click.Command) -> None:
    """Warn of STUDYDOC_ variables that resemble a flag but set nothing. Others may belong to other programs."""
    from difflib import get_close_matches

    from pipeline.settings import ARE_SET, SETTABLE

    known, unread = {*SETTABLE, "models"}, []
    flags = [option[2:].replace("-", "_") for p in command.params for option in p.opts if option.startswith("--")]
    for variable in sorted(os.environ):
        name = variable.lower().removeprefix("studydoc_")
        if name != variable.lower() and name not in known and get_close_matches(name, flags, 1, _ALIKE):
            unread.append(variable)
    if unread:
        tell(f"{', '.join(unread)}: ignored, there is no such setting ({ARE_SET})")


def _on_this_machine(
    paths: Sequence[Path],
    settings: Settings,
    metadata: Metadata,
    reading: Input,
    log: Path | None,
    exports: Exports,
    screen: Screen,
) -> tuple[int, list[dict[str, Any]]]:
    from pipeline.batches.single_machine import make_documents
    from pipeline.events import open_events

    def signals(end: Callable[[], None]) -> AbstractContextManager[object]:
        from pipeline.cli.signals import ended_by_signals  # loads asyncio, needed only if there is something to make

        return ended_by_signals(end, screen.say)

    with open_events(log, screen.problem) as events:
        return make_documents(paths, settings, metadata, screen, events, reading, exports.export_page, signals)


def _by_batch(
    paths: Sequence[Path], settings: Settings, metadata: Metadata, to: Sequence[str], screen: Screen, *, wait: bool
) -> tuple[int, list[dict[str, Any]]]:
    import asyncio

    from pipeline.batch_api.orders import run_batch

    return awaited(run_batch(paths, settings, metadata, screen, to=to, wait=asyncio.sleep if wait else None))


def _on_cluster(
    engine: str, paths: Sequence[Path], settings: Settings, metadata: Metadata, address: str | None, screen: Screen
) -> tuple[int, list[dict[str, Any]]]:
    from pipeline.errors import SettingsError

    if engine != "ray":
        raise SettingsError(f"--on {engine}: only ray is supported")
    try:
        from pipeline.cluster.coordinator import run_on_ray
    except ImportError as err:
        raise SettingsError(f"--on ray: {err}", hint="on every node: pip install 'studydoc[ray]'") from err
    return run_on_ray(paths, settings, metadata, screen, address)


def print_rows(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Print each transcript's row as JSON, or the paths of its page and exports."""
    for row in rows:
        for line in row_lines(row, as_json=as_json):
            print(line)


def _check_way(
    paths: Sequence[Path],
    transcript_url: str | None,
    *,
    batch: bool,
    wait: bool,
    on: str | None,
    watch: bool,
    to: Sequence[str],
) -> None:
    """Raise BadParameter if flags exclude each other, or if one does not take transcripts given in this way."""
    if wait and not batch:
        raise click.BadParameter("--wait works only with --batch")
    if sum((batch, on is not None, watch)) > 1:
        raise click.BadParameter("--batch, --on and --watch cannot be combined")
    if to and on is not None:
        raise click.BadParameter("--to and --on cannot be combined: run studydoc export afterwards")
    if transcript_url is not None and (batch or on is not None):
        raise click.BadParameter("--batch and --on take only paths: save the transcript to a file first")
    if watch and (not paths or Path("-") in paths or transcript_url is not None):
        raise click.BadParameter("--watch takes only folders and files")


def _address(url: str | None) -> str | None:
    """The value of --url. BadParameter if it is no web address."""
    from pipeline.text import linkable

    if url and not linkable(url):
        raise click.BadParameter(f"{url} is not a web address", param_hint="'--url'")
    return url


def _day(day: str | None) -> str | None:
    """The value of --published: "2026-03-12", "2026-03" or "2026". BadParameter if there is no such date."""
    if day is None:
        return None
    try:
        date.fromisoformat(f"{day}{'-01' * (2 - day.count('-'))}")
        is_date = _DAY.fullmatch(day) is not None
    except ValueError:
        is_date = False
    if not is_date:
        raise click.BadParameter(f"{day} is not a date such as 2026-03-12 or 2026-03", param_hint="'--published'")
    return day
