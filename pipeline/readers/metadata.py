"""Metadata of a transcript: front matter and `NAME.info.json`, under yt-dlp's names."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import InputError
from pipeline.readers.clocks import stamp_at
from pipeline.readers.contacts import without_contacts
from pipeline.readers.dates import day_of
from pipeline.readers.facts import facts_of, people
from pipeline.readers.tally import BETWEEN_LINES
from pipeline.text import clean, linkable
from pipeline.transcript import Chapter, Metadata

_MAX, _LONGEST_INTRODUCTION = 300, 600  # characters
_LANGUAGE_ENDING = re.compile(r"\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)$")
_SUBTAG = re.compile(r"[A-Z][a-z]{3}|[A-Z]{2}|\d{3}")  # a script or region
_Kind = TypeVar("_Kind")
_TITLE, _CHANNEL = ("title", "fulltitle"), ("channel", "uploader", "podcast", "show", "series")
_URL = ("webpage_url", "url", "media", "source_url", "original_url")
_DATE, _LANGUAGE = ("upload_date", "published", "date", "release_date"), ("language", "lang", "language_code")
KNOWN = frozenset((*_TITLE, *_CHANNEL, *_URL, *_DATE, *_LANGUAGE, "speakers"))  # known keys of front matter


def from_mapping(values: Mapping[str, Any], where: str, warn: Callable[[str], None] | None = None) -> Metadata:
    """Metadata from the known keys of a mapping; unknown keys are ignored.

    A value of the wrong kind is left out with a warning by `warn`; without `warn` it raises InputError.
    """
    return _with_facts(_known(values, where, warn), facts_of(values, by_hand=warn is not None))


def lenient(*objects: Mapping[str, Any]) -> Metadata:
    """Metadata from a transcript's own fields, inner objects first; values of the wrong kind are ignored."""
    found = Metadata()
    for values in objects:
        plain = {k: v for k, v in values.items() if isinstance(v, str | int | float) and not isinstance(v, bool)}
        found = found.over(_with_facts(_known(plain, ""), facts_of(values)))  # facts may be lists and objects too
    return found


def _with_facts(known: Metadata, facts: Metadata) -> Metadata:
    """What is known, with the facts in place of what is not, and the people of both."""
    return replace(known.over(facts), speakers=tuple(dict.fromkeys((*facts.speakers, *known.speakers))))


def _known(values: Mapping[str, Any], where: str, warn: Callable[[str], None] | None = None) -> Metadata:
    def or_default(read_value: Callable[[], _Kind], default: _Kind) -> _Kind:
        try:
            return read_value()
        except InputError as err:
            if warn is None:
                raise
            warn(f"{err.args[0]}, so it is ignored: {err.hint}")
            return default

    return Metadata(
        title=or_default(lambda: _text(values, _TITLE, where), None),
        channel=or_default(lambda: _text(values, _CHANNEL, where), None),
        url=or_default(lambda: linkable(_text(values, _URL, where)), None),
        published=or_default(lambda: _date(values, where), None),
        language=or_default(lambda: _text(values, _LANGUAGE, where), None),
        speakers=or_default(lambda: _names(values, where), ()),
    )


def side_places(path: Path) -> tuple[Path, ...]:
    """The paths of a possible side file: `NAME.info.json` beside `NAME.ext`, or beside yt-dlp's `NAME.en.ext`."""
    stems = [path.stem]
    if match := _LANGUAGE_ENDING.search(path.stem):
        stems.append(path.stem[: match.start()])
    return tuple(path.with_name(f"{stem}.info.json") for stem in stems)


def side_file(path: Path) -> Path | None:
    """The side file of a transcript; None if there is none."""
    return next((side for side in side_places(path) if side.is_file()), None)


def read_side_file(path: Path) -> Metadata:
    """Metadata, chapters included, from a transcript's side file; empty if there is none.

    Raises InputError if the side file is not a JSON object.
    """
    side = side_file(path)
    if side is None:
        return Metadata()
    try:
        values = json.loads(side.read_bytes())
    except (ValueError, RecursionError, OSError) as err:
        raise InputError(f"{side}: this side file is not valid JSON", hint="fix or remove it") from err
    if not isinstance(values, dict):
        raise InputError(f"{side}: this side file must contain one JSON object", hint="fix or remove it")
    metadata = from_mapping(values, str(side))
    ending = _LANGUAGE_ENDING.search(path.stem)
    if side.name != f"{path.stem}.info.json" and ending:
        metadata = replace(metadata, language=_caption_language(ending[1]))  # they may be translated
    about = _introduction(values.get("description"))
    header = BETWEEN_LINES.join(filter(None, (metadata.header, about))) or None
    return replace(metadata, chapters=_chapters(values), header=header)


def _introduction(description: Any) -> str | None:
    """The first paragraph of a publisher's description, which mostly names who speaks; without links and addresses."""
    paragraph = description.strip().split("\n\n")[0] if isinstance(description, str) else ""
    lines = (without_contacts(clean(line)) for line in paragraph.split("\n") if stamp_at(line.strip()) is None)
    text = " ".join(filter(None, lines))
    return f"description: {text}" if 0 < len(text) <= _LONGEST_INTRODUCTION else None


def _caption_language(code: str) -> str:
    """The language in a downloader's code for captions: "en-orig" is English, "zh-Hans-en" Chinese from English."""
    first, *rest = code.split("-")
    return "-".join([first, *itertools.takewhile(_SUBTAG.fullmatch, rest)])


def _chapters(values: Mapping[str, Any]) -> tuple[Chapter, ...]:
    """The chapters of yt-dlp, or of Podcasting 2.0 with "startTime"; malformed ones are ignored."""
    listed = values.get("chapters")
    chapters = [chapter for chapter in (listed if isinstance(listed, list) else []) if isinstance(chapter, dict)]
    starts = [chapter.get("start_time", chapter.get("startTime")) for chapter in chapters]
    return tuple(
        Chapter(clean(str(chapter["title"]))[:_MAX], float(start))
        for chapter, start in zip(chapters, starts, strict=True)
        if isinstance(start, int | float) and chapter.get("title")
    )


def _text(values: Mapping[str, Any], keys: tuple[str, ...], where: str) -> str | None:
    for key in keys:
        value = values.get(key)
        if value is None or value == "":
            continue
        if isinstance(value, str | int | float):
            return clean(str(value))[:_MAX] or None
        raise InputError(f"{where}: {key} must be text", hint=f'write {key}: "…"')
    return None


def _date(values: Mapping[str, Any], where: str) -> str | None:
    for key in _DATE:
        value = values.get(key)
        if isinstance(value, dt.datetime | dt.date):
            return value.isoformat()[:10]
        text = _text(values, (key,), where)
        if text:
            return day_of(text) or text
    return None


def _names(values: Mapping[str, Any], where: str) -> tuple[str, ...]:
    value = values.get("speakers")
    if value is None:
        return ()
    names = str(value).split(",") if isinstance(value, str | int | float) else value
    if isinstance(names, list) and any(isinstance(name, Mapping) for name in names):
        names = [name for name, _ in people(names)]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(f"{where}: speakers must be a list of names", hint='write speakers: ["…", "…"]')
    return tuple(n for name in names if (n := clean(name)[:80]))
