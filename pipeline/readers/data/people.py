"""Tables of JSON that say who has which number or sign: {"id": 7, "name": "Marta Quill"} beside the segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.fields import plain, text_of
from pipeline.readers.data.pieces import speaker, text

_SIGN = ("id", "speakerid", "spkid", "speakerlabel", "label", "key", "speaker")
_NAME = ("name", "speakername", "displayname", "realname", "fullname")
_DEEP = 3  # keys below which such a table may stand


def table_of(found: Any) -> dict[str, str]:
    """The names by their signs, of all tables; a sign that two tables give to different people names nobody."""
    names: dict[str, str] = {}
    doubtful: set[str] = set()
    for sign, name in _pairs(found, "", _DEEP):
        doubtful |= {sign} if names.setdefault(sign, name) != name else set()
    return {sign: name for sign, name in names.items() if sign not in doubtful}


def put_names(cues: Iterable[Cue], names: Mapping[str, str]) -> None:
    """Cues whose speaker is such a sign get the name."""
    labels = {speaker(sign) or sign: name for sign, name in names.items()}
    for cue in cues:
        if cue.voice:
            cue.voice = labels.get(cue.voice, cue.voice)


def _pairs(value: Any, key: str, depth: int) -> Iterator[tuple[str, str]]:
    """Signs and names: of lists of objects with both and no words, and of objects under a key for speakers."""
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        people = [plain(v) for v in value]
        if any(text_of(person) is not None or "start" in person for person in people):
            return
        found = [(_first(person, _SIGN), _first(person, _NAME)) for person in people]
        if "speaker" in key.casefold() or "participant" in key.casefold():
            yield from ((sign, name) for sign, name in found if sign and name)
    elif isinstance(value, dict) and depth:
        for name, inner in value.items():
            if "speaker" in name.casefold() and isinstance(inner, dict):
                yield from ((sign, said) for sign, said in inner.items() if isinstance(said, str) and said.strip())
            yield from _pairs(inner, name, depth - 1)


def _first(fields: Mapping[str, Any], keys: Iterable[str]) -> str:
    return next((said for key in keys if (said := text(fields.get(key)).strip())), "")
