"""Reads the headers of GGUF model files, and tells whether a model can run here. No weights are loaded.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import os
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import SettingsError, WeightsError
from pipeline.profile import ProfileName

SMALL_BELOW = 3_000_000_000  # parameters: a smaller model uses the profile "small"
_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_MOST = 1 << 24  # bytes of a string and entries of a header: more means damage
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
# ggml's types by number: (weights per block, bytes per block).
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17),
}  # fmt: skip
_CACHE_BYTES = 2  # bytes of a number in the attention cache
_WORKING = 300 << 20  # bytes that the server takes besides weights and cache, roughly
_CGROUP = Path("/sys/fs/cgroup")  # of the container

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The header of a model file. `layers`, `cache_width` and `context` are 0 if it does not give them.

    `cache_width` is how many numbers (keys and values) a layer caches for each token.
    """

    path: Path
    size: int
    name: str
    parameters: int
    context: int
    layers: int
    cache_width: int

    @property
    def profile(self) -> ProfileName:
        """The profile for a model of this size."""
        return "small" if self.parameters < SMALL_BELOW else "capable"

    def window(self, limit: int) -> int:
        """The window to run it with, in tokens: `limit`, or less if the model was trained for less."""
        return min(limit, self.context or limit)

    def memory(self, limit: int) -> int:
        """Roughly the bytes of memory to run it with a window of at most `limit` tokens."""
        return self.size + self.layers * self.cache_width * self.window(limit) * _CACHE_BYTES + _WORKING

    @property
    def description(self) -> str:
        """The model in a line: "Qwen2.5 (1.5 billion parameters, 1.1 GB)"."""
        return f"{self.name} ({_billions(self.parameters)} parameters, {_gigabytes(self.size)})"


def inspect(path: Path) -> ModelFile:
    """Read a header. WeightsError if the file is no model file, is truncated, or has no chat template."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = _Header(file, size)
    except OSError as err:
        raise WeightsError(f"{path}: cannot be read: {err.strerror or err}") from err
    except WeightsError as err:
        raise WeightsError(f"{path}: {err.args[0]}", hint=err.hint) from err
    facts = header.facts
    if not facts.get("tokenizer.chat_template"):
        raise WeightsError(
            f"{path}: the model has no chat template, so it cannot be used",
            hint='use a file of an "instruct" or "chat" model',
        )
    architecture = str(facts.get("general.architecture", ""))
    layers = _count(facts, f"{architecture}.block_count")
    return ModelFile(
        path=path,
        size=size,
        name=_printable(str(facts.get("general.name") or path.stem)),
        parameters=header.parameters,
        context=_count(facts, f"{architecture}.context_length"),
        layers=layers,
        cache_width=_cache_width(facts, architecture),
    )


def ensure_it_fits(model: ModelFile, context: int, free: int | None = None) -> None:
    """Raise SettingsError if the model takes more memory than `free` bytes (by default what this machine has free).

    If the free memory is unknown, the model is assumed to fit.
    """
    available = free_memory() if free is None else free
    needed = model.memory(context)
    if available is not None and needed > available:
        raise SettingsError(
            f"{model.path}: needs about {_gigabytes(needed)} of memory, but only {_gigabytes(available)} is free",
            hint="use a smaller model or one with fewer bits per weight, or close other programs",
        )


def free_memory(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = _CGROUP) -> int | None:
    """Bytes that a new program may take, within the container's limit; None if the system does not tell."""
    try:
        match = re.search(r"MemAvailable:\s+(\d+) kB", meminfo.read_text())
        free = int(match[1]) << 10 if match else None
    except OSError:
        free = _pages()
    try:
        limit = int((cgroup / "memory.max").read_text()) - int((cgroup / "memory.current").read_text())
    except (OSError, ValueError):  # no container, or no limit
        return free
    return limit if free is None else min(free, limit)


def all_memory() -> int | None:
    """Bytes of memory of this machine or container; None if the system does not tell."""
    memory = _pages()
    try:
        limit = int((_CGROUP / "memory.max").read_text())
    except (OSError, ValueError):  # no container, or no limit
        return memory
    return limit if memory is None else min(memory, limit)


def _pages() -> int | None:
    """The machine's physical memory in bytes, used or free."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


_CUT = "the model file is incomplete"
_DAMAGED = "the header of the model file is damaged"


class _Header:
    """Reads a header: single values by key, and the number of weights. Arrays are skipped.

    Raises WeightsError, without the file's name, if the header is invalid.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        if file.read(4) != _MAGIC:
            raise WeightsError("this is not a GGUF model file", hint="use a file that ends in .gguf")
        version = self._number("I")
        if version not in _VERSIONS:
            raise WeightsError(f"GGUF version {version} is not supported", hint="use a newer file of the model")
        tensors, entries = self._number("Q"), self._number("Q")
        if max(tensors, entries) > _MOST:
            raise WeightsError(_DAMAGED, hint="fetch it again")
        self.facts: dict[str, Value] = {}
        for _ in range(entries):
            key = self._text()
            value = self._value(self._number("I"))
            if value is not None:
                self.facts[key] = value
        if int(self.facts.get("split.count", 0)) > 1:
            raise WeightsError(
                "this is one part of a model in several files", hint="join the parts: llama-gguf-split --merge"
            )
        self.parameters, self._end = 0, 0
        for _ in range(tensors):
            self._tensor()
        if self._data_begins() + self._end > size:
            raise WeightsError(_CUT, hint="fetch it again")

    def _tensor(self) -> None:
        self._text()
        shape = [self._number("Q") for _ in range(min(8, self._number("I")))]
        kind, offset = self._number("I"), self._number("Q")
        weights = math.prod(shape)
        self.parameters += weights
        block, width = _BLOCKS.get(kind, (1, 0))
        self._end = max(self._end, offset + weights // block * width)

    def _data_begins(self) -> int:
        step = int(self.facts.get("general.alignment", 32)) or 32
        return -(-self._file.tell() // step) * step

    def _bytes(self, count: int) -> bytes:
        raw = self._file.read(count)
        if len(raw) < count:
            raise WeightsError(_CUT, hint="fetch it again")
        return raw

    def _scalar(self, form: str) -> int | float | bool:
        value: int | float | bool = struct.unpack(f"<{form}", self._bytes(struct.calcsize(f"<{form}")))[0]
        return value

    def _number(self, form: str) -> int:
        return int(self._scalar(form))

    def _text(self) -> str:
        length = self._number("Q")
        if length > _MOST:
            raise WeightsError(_DAMAGED, hint="fetch it again")
        return self._bytes(length).decode("utf-8", "replace")

    def _value(self, kind: int) -> Value | None:
        if kind in _SCALARS:
            return self._scalar(_SCALARS[kind])
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            self._pass_over(self._number("I"), self._number("Q"))
            return None
        raise WeightsError(_DAMAGED, hint="fetch it again")

    def _pass_over(self, kind: int, count: int) -> None:
        if kind in _SCALARS:
            width = count * struct.calcsize(f"<{_SCALARS[kind]}")
            if self._file.tell() + width > self._size:
                raise WeightsError(_CUT, hint="fetch it again")
            self._file.seek(width, os.SEEK_CUR)
            return
        if kind not in (_STRING, _ARRAY) or count > _MOST:
            raise WeightsError(_DAMAGED, hint="fetch it again")
        for _ in range(count):
            self._value(kind)


def _count(facts: Mapping[str, Value], key: str) -> int:
    value = facts.get(key, 0)
    return int(value) if isinstance(value, int | float) else 0


def _cache_width(facts: Mapping[str, Value], architecture: str) -> int:
    """How many numbers (keys and values) a layer caches for each token."""
    heads = _count(facts, f"{architecture}.attention.head_count")
    shared = _count(facts, f"{architecture}.attention.head_count_kv") or heads
    width = _count(facts, f"{architecture}.embedding_length")
    head_width = width // heads if heads else 0
    keys = _count(facts, f"{architecture}.attention.key_length") or head_width
    values = _count(facts, f"{architecture}.attention.value_length") or head_width
    return shared * (keys + values)


def _printable(name: str) -> str:
    """A name on one line, without control characters."""
    return "".join(c for c in " ".join(name.split()) if c.isprintable())[:80]


def _billions(parameters: int) -> str:
    return f"{parameters / 1e9:.1f} billion" if parameters >= 1e9 else f"{parameters / 1e6:.0f} million"


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
