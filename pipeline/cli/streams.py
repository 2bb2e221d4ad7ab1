"""Standard output and standard error that commands can write to even after their reader has left."""

from __future__ import annotations

import codecs
import json
import os
import stat
import sys
from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


_ESCAPED = "studydoc-escaped"


class _Pipe(FileIO):
    """A pipe whose reader may leave: later output is dropped without an error."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            _to_nowhere(self.fileno())
            return super().write(data)


def begin_output() -> None:
    """Prepare stdout and stderr so that a command does all its work even if the reader leaves, as `| head -1` does."""
    if sys.stdout is None:  # closed by whoever started this
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # until the end
    sys.stdout, sys.stderr = _outliving(sys.stdout), _outliving(sys.stderr)
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


def _outliving(stream: TextIO) -> TextIO:
    """If a stream leads into a pipe, one that survives the pipe's reader; else the stream itself."""
    if type(stream) is not TextIOWrapper or not _is_pipe(stream.fileno()):
        return stream
    stream.flush()
    pipe = _Pipe(stream.fileno(), "w", closefd=False)
    return TextIOWrapper(
        pipe if isinstance(stream.buffer, FileIO) else BufferedWriter(pipe),  # as python -u has it, and otherwise
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _is_pipe(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _to_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
