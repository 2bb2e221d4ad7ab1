"""What readers take and return: a Document in; Prose or Captions with Metadata out; the Tally records the rest."""

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
_FEED = "\x0c"  # separates pages


class Document:
    """The bytes of one file, with views that are computed on first use."""

    def __init__(self, raw: bytes, label: str, *, suffix: str = "", encoding: str | None = None) -> None:
        self.raw, self.label, self.suffix = raw, label, suffix
        self.yaml: Any = None  # the text parsed as YAML, once it is known to list segments
        self.doubts: list[tuple[str, int | None]] = []  # why it is not in a format that it nearly fits, with the line
        self._encoding = encoding

    @cached_property
    def decoded(self) -> tuple[str, str, str | None]:
        """The composed text, its encoding, and a remark if that was guessed. Raises InputError if it is not text."""
        text, encoding, remark = decode(self.raw, self.label, self._encoding)
        return composed(text), encoding, remark

    @cached_property
    def text(self) -> str:
        """The text with Unix line ends, without byte-order marks."""
        return _with_unix_ends(self.decoded[0]).replace(_FEED, "\n")

    @cached_property
    def json_text(self) -> str:
        """The text to parse as JSON: only "\\n" ends a line. Other line ends, which strings may hold, become blanks."""
        return _with_unix_ends(self.decoded[0], rare_end=" ").replace(_FEED, " ")

    def rows(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")

    def pages(self) -> list[list[str]]:
        """The lines of each page; form feeds separate pages."""
        return [page.split("\n") for page in _with_unix_ends(self.decoded[0]).split(_FEED)]

    @cached_property
    def head(self) -> str:
        """The first few thousand characters after leading white space."""
        return self.text.lstrip()[:_HEAD]

    @cached_property
    def first_lines(self) -> list[str]:
        """The whole lines of the first few thousand characters, from the first with text; a table may begin with a tab.

        A single longer line is cut off.
        """
        indented = len(self.text) - len(self.text.lstrip())
        start = self.text.rfind("\n", 0, indented) + 1
        end = start + _HEAD
        lines = self.text[start:end].split("\n")
        is_cut = end < len(self.text) and len(lines) > 1
        return lines[:-1] if is_cut else lines

    @cached_property
    def json(self) -> Any:
        """The object or list in the text parsed as JSON; None if it holds no such thing.

        Raises InputError if an object has two texts under one key.
        """
        if self.head[:1] not in ("{", "["):
            return None
        try:
            value = json.loads(self.json_text, object_pairs_hook=unambiguous)
        except Ambiguous as err:
            raise InputError(
                f"{self.label}: {err}", hint="it is damaged there: repair it or download it again"
            ) from err
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict | list) else None


def _with_unix_ends(text: str, rare_end: str = "\n") -> str:
    """The text with Unix line ends and without byte-order marks; form feeds stay.

    `rare_end` replaces line ends other than those of Unix, Windows and old Macs.
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
    """An object has two different texts under one key."""


def unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object as a dict.

    Raises Ambiguous if it has two different texts under one key: damage merged two objects, and one text would be lost.
    """
    fields = dict(pairs)
    if len(fields) < len(pairs):
        for key, value in pairs:
            if isinstance(value, str) and value != fields[key]:
                raise Ambiguous(f'an object in its JSON has "{key[:40]}" twice, with different values')
    return fields


@dataclass(frozen=True, slots=True)
class Prose:
    """What a reader returns for a document of text, which `turns.parse_turns` turns into lines.

    If the metadata have no title, the first heading is the title.
    """

    text: str
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Captions:
    """What a reader returns for a format with cues, which `cues.cue_lines` turns into lines."""

    cues: list[Cue]
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Reader:
    """A format: `sniff` recognises a document by its content, `read` turns it into text or cues.

    Readers of `binary` files are tried before anything is decoded.
    """

    name: str
    title: str
    sniff: Callable[[Document], bool]
    read: Callable[[Document, Tally], Prose | Captions]
    binary: bool = False


def broken(document: Document, kind: str, why: object, hint: str) -> InputError:
    """The error for a document that breaks the rules of its format."""
    return InputError(f"{document.label}: {kind} cannot be read: {why}", hint=hint)
