"""Standard output and standard error that commands can write to whatever the text, and after their reader has left."""

from __future__ import annotations

import codecs
import json
import os
import re
import stat
import sys
from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


_ESCAPED = "studydoc-escaped"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")  # a terminal may obey them


class _Visible(TextIOWrapper):
    """Standard output without control characters: a file's name or words could change the terminal or its clipboard."""

    def write(self, text: str, /) -> int:
        super().write(_CONTROLS.sub("", text))
        return len(text)


class _Pipe(FileIO):
    """A pipe whose reader may leave: later output is dropped without an error."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            _to_nowhere(self.fileno())
            return super().write(data)


def begin_output() -> None:
    """Prepare stdout and stderr so that a command does all its work even if the reader leaves, as `| head -1` does.

    Standard output leaves out control characters and escapes what its encoding lacks.
    """
    if sys.stdout is None:  # closed by whoever started this
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # until the end
    else:
        sys.stdout = _prepared(sys.stdout, _Visible)  # the former one, which would close the buffer, is sys.__stdout__
    sys.stderr = _prepared(sys.stderr, TextIOWrapper)
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors in ("strict", "surrogateescape"):
        codecs.register_error(_ESCAPED, _escaped)
        sys.stdout.reconfigure(errors=_ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str | bytes, int]:
    """A path that is not UTF-8 as it was typed, and escapes as in JSON for characters that the encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    as_typed = "\udc80" <= character <= "\udcff"
    return bytes([ord(character) - 0xDC00]) if as_typed else json.dumps(character)[1:-1], error.start + 1


def end_output() -> None:
    """Flush stdout. If that fails, drop the rest, since Python would try again when it exits."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            _to_nowhere(sys.stdout.fileno())


def _prepared(stream: TextIO, kind: type[TextIOWrapper]) -> TextIO:
    """A stream of this kind to the same place; a pipe's reader may leave. Streams of a test or notebook stay."""
    if type(stream) is not TextIOWrapper:
        return stream
    stream.flush()
    buffer = _outliving(stream.buffer) if _is_pipe(stream.fileno()) else stream.buffer
    return kind(
        buffer,
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _outliving(buffer: BinaryIO) -> BinaryIO:
    """A pipe that can be written to after its reader left."""
    pipe = _Pipe(buffer.fileno(), "w", closefd=False)
    return pipe if isinstance(buffer, FileIO) else BufferedWriter(pipe)  # as python -u has it, and otherwise


def _is_pipe(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _to_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
