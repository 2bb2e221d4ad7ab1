"""What every reader is given and gives back: a Document in, text or Cues with Metadata out, the Tally filled."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pipeline.errors import InputError
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.decoding import decode
from pipeline.readers.tally import Tally
from pipeline.text import composed
from pipeline.transcript import Metadata

_HEAD = 4000
_FEED = "\x0c"  # parts pages


class Document:
    """The bytes of one file with views that are made when a reader first looks."""

    def __init__(self, raw: bytes, label: str, *, suffix: str = "", encoding: str | None = None) -> None:
        self.raw, self.label, self.suffix = raw, label, suffix
        self.yaml: Any = None  # what the text is as YAML, once it was found to list segments
        self.doubts: list[tuple[str, int | None]] = []  # of a format that it nearly is, with the line
        self._encoding = encoding

    @cached_property
    def decoded(self) -> tuple[str, str, str | None]:
        """The text, composed, its encoding, and a remark when that was guessed. InputError when it is no text."""
        text, encoding, remark = decode(self.raw, self.label, self._encoding)
        return composed(text), encoding, remark

    @cached_property
    def text(self) -> str:
        """The text with Unix line ends and without marks of byte order."""
        return _with_unix_ends(self.decoded[0]).replace(_FEED, "\n")

    @cached_property
    def json_text(self) -> str:
        """The text to be read as JSON. Only "\\n" ends a line: a string may hold other ends, which are blanks here."""
        return _with_unix_ends(self.decoded[0], rare_end=" ").replace(_FEED, " ")

    def rows(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")

    def pages(self) -> list[list[str]]:
        """The lines of the text, page by page as form feeds part them."""
        return [page.split("\n") for page in _with_unix_ends(self.decoded[0]).split(_FEED)]

    @cached_property
    def head(self) -> str:
        """The first few thousand characters after leading white space."""
        return self.text.lstrip()[:_HEAD]

    @cached_property
    def json(self) -> Any:
        """What the text is as JSON; None when it is none. Values that are no objects or lists count as none."""
        if self.head[:1] not in ("{", "["):
            return None
        try:
            value = json.loads(self.json_text, object_pairs_hook=unambiguous)
        except Ambiguous as err:
            raise InputError(f"{self.label}: {err}", hint="it is damaged there; mend it or fetch it again") from err
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict | list) else None


def _with_unix_ends(text: str, rare_end: str = "\n") -> str:
    """A text with Unix line ends and without marks of byte order, its form feeds as they are.

    `rare_end` takes the place of rare ends of lines.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    for stranger in ("\ufeff", "\x0b", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"):
        if stranger in text:
            text = text.replace(stranger, "" if stranger == "\ufeff" else rare_end)
    return text


class Ambiguous(ValueError):
    """An object gives two texts under one key."""


def unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, unless it gives two texts under one key: damage made one of two, and one would be lost."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        for key, value in pairs:
            if isinstance(value, str) and value != fields[key]:
                raise Ambiguous(f'an object of its JSON has "{key[:40]}" twice, with other words')
    return fields


@dataclass(frozen=True, slots=True)
class Prose:
    """What a reader made of a document that is text; its first heading is the title where the metadata have none.

    `turns.parse_turns` makes lines of it.
    """

    text: str
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Captions:
    """What a reader made of a document whose format parts it into cues. `cues.cue_lines` makes lines of them."""

    cues: list[Cue]
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Reader:
    """A format: `sniff` says whether a document is in it by what it holds, `read` turns it into text or cues.

    A reader of `binary` files is asked before anything is decoded.
    """

    name: str
    title: str
    sniff: Callable[[Document], bool]
    read: Callable[[Document, Tally], Prose | Captions]
    binary: bool = False


def broken(document: Document, kind: str, why: object, hint: str) -> InputError:
    """The error for a document that is not what its format promises."""
    return InputError(f"{document.label}: {kind} cannot be read: {why}", hint=hint)
