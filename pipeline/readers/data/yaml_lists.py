"""YAML that lists segments as JSON does: "- speaker: …", "start: …", "text: …"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.data.segments import captions_of, has_segments
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
_DEEP = 30  # maximum nesting of lists and objects


def sniff(document: Document) -> bool:
    """Whether there is a list whose objects have a text and a time or a speaker, under the names that programs use."""
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
    """Read each object of the list as a cue; the keys beside it are metadata."""
    parsed = document.yaml or _values(document)
    captions = captions_of(parsed, tally)
    _record_rest(document.text, captions.cues, tally)
    return captions


def _record_rest(text: str, cues: Sequence[Cue], tally: Tally) -> None:
    """Record words of comments and of unread values as left out; keys do not count."""
    rest = Counter(words(text))
    rest.subtract(word for cue in cues for part in (*cue.rows, cue.voice or "") for word in words(part))
    keys = {word for key in _KEY.findall(text) for word in words(key)}
    unread = [word for word, n in rest.items() if n > 0 and word not in keys and any(map(str.isalpha, word))]
    if unread:
        tally.leave_out_words("other words of the YAML", sum(rest[word] for word in unread), " ".join(unread), 1)
        _warn_of_comment(text, set(unread), tally)


def _warn_of_comment(text: str, unread: set[str], tally: Tally) -> None:
    """Warn of words after " #" in a line with others: they may be speech that YAML takes for a comment."""
    for number, line in enumerate(text.split("\n") if " #" in text else (), 1):
        before, _, behind = line.partition(" #")
        comment_words = words(behind)
        if before.strip(" -") and comment_words and all(word in unread or not word.isalpha() for word in comment_words):
            tally.warn(
                f'text after " #" is a comment in YAML and was left out: "{behind[:40]}"; put the text in quotes',
                number,
            )
            return


def _values(document: Document) -> Any:
    """The values of the YAML as they are written, so that a spoken "Yes" stays a word.

    If it is broken, None, with a doubt added to the document.
    """
    import yaml

    # Its events are read one by one: PyYAML's own conversion to values crashes the program if lists are nested deeply.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # in C if the system has it
    try:
        return _built(yaml.parse(document.text, loader))
    except (yaml.YAMLError, ValueError) as err:
        mark = getattr(err, "problem_mark", None)
        line, why = (mark.line + 1, getattr(err, "problem", None)) if mark else (None, err)
        document.doubts.append((f"this YAML is broken and was not read as a list: {why}; fix it", line))
        return None


def _built(events: Iterable[Any]) -> Any:
    """Build the values from events. Raises ValueError for what no transcript has: aliases, keys twice, deep nesting."""
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
    """An object from alternating keys and values; numeric times become numbers, empty values None."""
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
