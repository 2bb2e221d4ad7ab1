"""YAML that lists segments, as JSON does: "- speaker: …", "start: …", "text: …"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.pieces import mapping
from pipeline.readers.data.segments import cues_of, has_segments
from pipeline.readers.metadata import lenient
from pipeline.readers.names import END, SPEAKER, START, TEXT, key_of
from pipeline.readers.tally import Tally
from pipeline.text import words

_OPENS = r"^[ \t]*(?:- +)?(?:\{[ \t]*)?"
_NAME = r"[\"']?([A-Za-z][\w ()-]{0,30})[\"']?:(?:[ \t]|$)"
_KEY = re.compile(rf"(?:{_OPENS}|,[ \t]*){_NAME}", re.MULTILINE)
_ITEM = re.compile(rf"^[ \t]*- +(?:\{{[ \t]*)?{_NAME}", re.MULTILINE)
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_NOTHING = ("", "~", "null", "Null", "NULL")
_COUNTED = {*START, *END, "duration", "dur"}
_DEEP = 30  # lists and objects in one another


def sniff(document: Document) -> bool:
    """A list whose objects have a text and a time or a speaker, under the names that programs give these."""
    if document.head[:1] in ("{", "[", "<") or not _ITEM.search(document.head):
        return False
    keys = {key_of(key) for key in _KEY.findall(document.head)}
    has_keys = keys & {*TEXT, "words"} and keys & {*START, *SPEAKER}
    if not has_keys:
        return False
    parsed = _values(document)
    if ours := has_segments(parsed):
        document.yaml = parsed
    return ours


def read(document: Document, tally: Tally) -> Captions:
    """A cue an object of the list; its metadata are the keys beside it."""
    parsed = document.yaml or _values(document)
    cues = cues_of(parsed, tally)
    _record_rest(document.text, cues, tally)
    return Captions(cues, lenient(mapping(parsed)))


def _record_rest(text: str, cues: Sequence[Cue], tally: Tally) -> None:
    """Records the words of comments and of values that are not read as left out; keys are no such words."""
    rest = Counter(words(text))
    rest.subtract(word for cue in cues for part in (*cue.rows, cue.voice or "") for word in words(part))
    keys = {word for key in _KEY.findall(text) for word in words(key)}
    unread = [word for word, n in rest.items() if n > 0 and word not in keys and any(map(str.isalpha, word))]
    if unread:
        tally.leave_out_words("other words of the YAML", sum(rest[word] for word in unread), " ".join(unread), 1)
        _warn_of_comment(text, set(unread), tally)


def _warn_of_comment(text: str, unread: set[str], tally: Tally) -> None:
    """Words behind " #" in a line with others may have been said, though YAML takes them for a comment."""
    for number, line in enumerate(text.split("\n") if " #" in text else (), 1):
        before, _, behind = line.partition(" #")
        comment_words = words(behind)
        if before.strip(" -") and comment_words and all(word in unread or not word.isalpha() for word in comment_words):
            tally.warn(
                f'what stands behind " #" is a comment in YAML and left out: "{behind[:40]}"; quote the text', number
            )
            return


def _values(document: Document) -> Any:
    """What the YAML holds, as it is written, so that a spoken "Yes" stays a word; None and a doubt if it is broken."""
    import yaml

    # Its events, which it gives one by one: its own way to values ends the program when lists nest far enough.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # in C where the system has it
    try:
        return _built(yaml.parse(document.text, loader))
    except (yaml.YAMLError, ValueError) as err:
        mark = getattr(err, "problem_mark", None)
        line, why = (mark.line + 1, getattr(err, "problem", None)) if mark else (None, err)
        document.doubts.append((f"this YAML is broken and not read as a list: {why}; mend it", line))
        return None


def _built(events: Iterable[Any]) -> Any:
    """The values of events. ValueError for what no transcript has: parts that stand for others, keys twice, depth."""
    stack: list[list[Any]] = [[]]
    for event in events:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            stack[-1].append(event.value)
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            stack.append([])
            if len(stack) > _DEEP:
                raise ValueError("nested too deep")
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            parts = stack.pop()
            stack[-1].append(parts if kind == "SequenceEndEvent" else _object(parts))
        elif kind == "AliasEvent":
            raise ValueError("a part that stands for another one")
    return stack[0][0] if len(stack[0]) == 1 else stack[0]


def _object(parts: Sequence[Any]) -> dict[str, Any]:
    """An object of its keys and values in turn; times that are numbers as numbers, nothing as None."""
    fields = {
        str(key): value if not isinstance(value, str) else _value(key_of(str(key)), value)
        for key, value in zip(parts[::2], parts[1::2], strict=True)
    }
    if 2 * len(fields) < len(parts):
        raise ValueError("a key twice")
    return fields


def _value(key: str, value: str) -> str | float | None:
    if value in _NOTHING:
        return None
    return float(value) if key in _COUNTED and _NUMBER.fullmatch(value) else value


READER = Reader("yaml", "YAML that lists segments", sniff, read)
