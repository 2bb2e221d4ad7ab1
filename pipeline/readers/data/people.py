"""Tables beside JSON segments that name the speakers' numbers or codes: {"id": 7, "name": "Marta Quill"}."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.fields import plain, text_of
from pipeline.readers.data.pieces import speaker, text
from pipeline.readers.labels import could_be_name, proper
from pipeline.readers.names import key_of

_CODE_KEYS = ("id", "speakerid", "spkid", "speakerlabel", "label", "key", "speaker")
_NAME_KEYS = ("name", "speakername", "displayname", "realname", "fullname")
_TABLES = {"speakers", "speakernames", "speakermap", "speakermapping", "speakerlabels"}  # objects with names by code
_DEEP = 3  # maximum nesting of such a table, in keys
_BARE = re.compile(r"Speaker [A-Z]|(?=.*[\d_])\S+|Speaker \d{1,3}")  # what programs call unknown speakers


def names_of(parsed: Any, voices: Iterable[str]) -> dict[str, str]:
    """The names of voices that are bare codes, from tables that contain them all; none where tables differ."""
    codes = {voice for voice in voices if _BARE.fullmatch(voice)}
    names: dict[str, str] = {}
    doubtful: set[str] = set()
    for table in _tables(parsed, "", _DEEP) if codes else ():
        names_by_code: dict[str, set[str]] = {}
        for code, name in table:
            names_by_code.setdefault(speaker(code) or code, set()).add(name)
        for code in codes if codes <= names_by_code.keys() else ():
            name = min(names_by_code[code])
            doubtful |= {code} if len(names_by_code[code]) > 1 or names.setdefault(code, name) != name else set()
    return {code: name for code, name in names.items() if code not in doubtful and could_be_name(name)}


def put_names(cues: Sequence[Cue], parsed: Any) -> None:
    """Replace the codes of speakers by the names in tables of the JSON."""
    names = names_of(parsed, {cue.voice for cue in cues if cue.voice})
    for cue in cues if names else ():
        if cue.voice:
            cue.voice = names.get(cue.voice, cue.voice)


_Table = list[tuple[str, str]]


def _tables(value: Any, key: str, depth: int) -> Iterator[_Table]:
    """Tables of codes and names: of objects that map them, and of lists of objects with both but no words.

    Each kind of code makes a table of its own.
    """
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        if "speaker" in key.casefold() or "participant" in key.casefold():
            yield from _tables_of_people([plain(v) for v in value])
    elif isinstance(value, dict) and depth:
        for name, inner in value.items():
            if key_of(name) in _TABLES and isinstance(inner, dict) and _are_names(inner):
                yield list(inner.items())
            yield from _tables(inner, name, depth - 1)


def _tables_of_people(people: list[dict[str, Any]]) -> Iterator[_Table]:
    if any(text_of(person) is not None or "start" in person for person in people):
        return
    for kind in _CODE_KEYS:
        table = [(text(person.get(kind)).strip(), _first(person, _NAME_KEYS)) for person in people]
        yield [(code, name) for code, name in table if code and name]


def _are_names(values: Mapping[str, Any]) -> bool:
    """Whether an object's values are names, each a different one, and not lengths, colours or roles."""
    names = [value for value in values.values() if isinstance(value, str) and could_be_name(value) and proper(value)]
    return len(set(names)) == len(values) > 0


def _first(fields: Mapping[str, Any], keys: Iterable[str]) -> str:
    return next((value for key in keys if (value := text(fields.get(key)).strip())), "")
