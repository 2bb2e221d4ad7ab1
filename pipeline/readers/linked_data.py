"""What a page says about a recording in JSON-LD, in the terms of schema.org."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.readers.dates import day_of
from pipeline.readers.facts import people
from pipeline.text import clean, linkable
from pipeline.transcript import Chapter, Metadata, Role

_SCRIPT, _END = re.compile(r"<script\b([^<>]*)>", re.IGNORECASE), re.compile(r"</script\s*+>", re.IGNORECASE)
_TYPE = "application/ld+json"
_KINDS: tuple[str, ...] = (
    "PodcastEpisode",
    "RadioEpisode",
    "TVEpisode",
    "Episode",
    "VideoObject",
    "AudioObject",
    "Event",
)
_KINDS += ("EducationEvent", "BusinessEvent", "BroadcastEvent", "PublicationEvent", "Article", "NewsArticle")
_KINDS += ("BlogPosting", "ScholarlyArticle", "CreativeWork")
_SPEAK = ("actor", "actors", "performer", "performers", "contributor", "speaker")
_MOST = 200_000  # characters of such data


def linked_data(text: str) -> Metadata:
    """The facts of the one object that is about a recording; none if several of its kind are, as in lists of videos."""
    found = [value for script in _scripts(text) if len(script) < _MOST for value in _objects(_parsed(script))]
    for kind in _KINDS:
        of_kind = [value for value in found if kind in _kinds(value)]
        if of_kind:
            return _facts(of_kind[0]) if len(of_kind) == 1 else Metadata()
    return Metadata()


def _scripts(text: str) -> Iterator[str]:
    """The scripts of this type; one that does not end is none."""
    at = 0
    while (opening := _SCRIPT.search(text, at)) and (end := _END.search(text, opening.end())):
        if _TYPE in opening[1].lower():
            yield text[opening.end() : end.start()]
        at = end.end()


def _parsed(script: str) -> Any:
    try:
        return json.loads(script)
    except (ValueError, RecursionError):
        return None


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a script, also those of its graph, but none inside another."""
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, dict):
            yield entry
            yield from _objects(entry.get("@graph"))


def _kinds(value: Mapping[str, Any]) -> list[Any]:
    kind = value.get("@type")
    return kind if isinstance(kind, list) else [kind]


def _facts(value: Mapping[str, Any]) -> Metadata:
    speakers = {name: role for key in _SPEAK for name, role in people(value.get(key))}
    series = value.get("partOfSeries")
    place = _text(value.get("location"), "name")
    day = next((day for key in ("startDate", "datePublished", "uploadDate") if (day := day_of(value.get(key)))), None)
    return Metadata(
        title=_text(value.get("name")) or _text(value.get("headline")),
        channel=_text(series, "name"),
        url=linkable(_text(value.get("url"))),
        published=day,
        language=_text(value.get("inLanguage")),
        speakers=tuple(speakers),
        chapters=tuple(_chapters(value.get("hasPart"))),
        roles=tuple(Role(name, role) for name, role in speakers.items() if role),
        header=f"location: {place}" if place else None,
    )


def _chapters(parts: Any) -> Iterator[Chapter]:
    for part in parts if isinstance(parts, list) else []:
        start = part.get("startOffset") if isinstance(part, dict) else None
        if isinstance(start, int | float) and (title := _text(part, "name")):
            yield Chapter(title, float(start))


def _text(value: Any, key: str = "") -> str | None:
    """A text, or the one under a key of an object; None if there is none."""
    inner = value.get(key) if key and isinstance(value, dict) else value
    return clean(inner)[:300] or None if isinstance(inner, str) else None
