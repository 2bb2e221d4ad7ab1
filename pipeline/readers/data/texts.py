"""JSON that holds a transcript as text. All other JSON is refused: its keys are not words that somebody said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.errors import InputError
from pipeline.readers.base import Document, Prose, Reader, broken
from pipeline.readers.data.pieces import mapping
from pipeline.readers.metadata import lenient
from pipeline.readers.names import TEXT, key_of
from pipeline.readers.tally import Tally
from pipeline.text import words

_BEGINS = re.compile(r'\s*(?:\{\s*(?:"[^"\n]{0,200}"\s*(?::|\Z)|\}\s*\Z)|\[\s*(?:\{\s*"[^"\n]{0,200}"\s*:|\]\s*\Z))')
_DEEP = 4  # maximum nesting of the text, in keys
_MOST = 0.4  # minimum share of all texts in the JSON, by length, that the transcript makes up
_SHOWN = 8  # maximum number of keys that an error names
_ALSO = ("fulltranscript", "fulltext", "transcription", "result")


def sniff(document: Document) -> bool:
    """Whether the text is JSON, or begins like it."""
    return document.json is not None or bool(_BEGINS.match(document.head))


def holds_text(document: Document) -> bool:
    """Whether the JSON holds text, or is broken, so that reading it raises an error."""
    return document.json is None or bool(_text(document.json))


def read(document: Document, tally: Tally) -> Prose:
    """Read the text in the JSON as plain text is read.

    Raises InputError, which names the place where it breaks, or the keys that it has.
    """
    parsed = document.json
    if parsed is None:
        raise _broken_json(document)
    text = _text(parsed)
    if not text:
        raise InputError(
            f"{document.label}: no transcript was found in its JSON: {_outline(parsed)}",
            hint='export it as .srt, .vtt or text, or as {"segments": [{"speaker": …, "start": …, "text": …}]}',
        )
    for other_text in sorted(set(_strings(parsed))):
        if other_text not in text:
            tally.leave_out("other texts in its JSON", other_text)
    return Prose(text, lenient(mapping(parsed)))


def _broken_json(document: Document) -> InputError:
    try:
        json.loads(document.json_text)
    except json.JSONDecodeError as err:
        why = f"{err.msg} (line {err.lineno}, column {err.colno})"
        return broken(document, "its JSON", why, "it is cut off or damaged there: export or download it again")
    except (ValueError, RecursionError) as err:
        return broken(document, "its JSON", err, "export it as .srt, .vtt or text")
    return broken(document, "its JSON", "it contains no object", "export it as .srt, .vtt or text")


def _text(parsed: Any) -> str:
    """The longest text under a key for text, or the lines of a list of texts; "" if it is a small part of all texts."""
    if isinstance(parsed, list) and parsed and all(isinstance(v, str) for v in parsed):
        return "\n".join(parsed)
    best = max(_texts(parsed, _DEEP), key=len, default="")
    every = sum(map(len, set(_strings(parsed)))) if best else 0
    return best if len(best) >= _MOST * every else ""


def _strings(value: Any) -> Iterator[str]:
    """All texts that have a space in them."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            if " " in node:
                yield node
        elif isinstance(node, list | dict):
            waiting.extend(node if isinstance(node, list) else node.values())


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, list) and len(value) == 1 and depth:
        yield from _texts(value[0], depth - 1)
    elif isinstance(value, dict) and depth:
        for name, inner in value.items():
            is_text = key_of(name) in (*TEXT, *_ALSO)
            if is_text and isinstance(inner, str) and words(inner):
                yield inner
            elif is_text and isinstance(inner, list) and inner and all(isinstance(v, str) for v in inner):
                yield "\n".join(inner)
            else:
                yield from _texts(inner, depth - 1)


def _outline(parsed: Any) -> str:
    """A description of the JSON, by its first keys."""
    if isinstance(parsed, list):
        kinds = dict.fromkeys(type(v).__name__ for v in parsed[:100])
        inner = next((v for v in parsed if isinstance(v, dict)), None)
        return f"a list of objects with {_keys(inner)}" if inner else f"a list of {len(parsed)} ({', '.join(kinds)})"
    return f"an object with {_keys(parsed)}"


def _keys(fields: Any) -> str:
    keys = [f'"{key[:40]}"' + (" (empty)" if value in ([], {}, "", None) else "") for key, value in fields.items()]
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return ", ".join(keys[:_SHOWN]) + more if keys else "nothing in it"


READER = Reader("json-text", "JSON that holds text", sniff, read)
