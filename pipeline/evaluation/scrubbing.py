"""Removes keys and host names from recordings in such a way that a replay makes the same calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipeline.errors import StoreError
from pipeline.llm.prices import EMBEDDED
from pipeline.providers.faults import SHORTEST_SECRET
from pipeline.settings import OPENAI_URL
from pipeline.vendors import is_loopback

_LOOKS_LIKE_A_KEY = re.compile(r"\b(?:sk|pk|hf|xai|gsk)[-_][A-Za-z0-9_\-]{16,}|(?<=Bearer )\S{12,}")
PUBLIC = (EMBEDDED, f"https://{urlsplit(OPENAI_URL).hostname}")


def endpoint_label(endpoint: str) -> str:
    """An endpoint as a recording may name it: just "endpoint" if it is not public."""
    return endpoint if endpoint in PUBLIC else "endpoint"


class Scrubber:
    """Replaces secrets by marks, and back. Loopback hosts are no secrets, nor is the transcript's text, except keys."""

    def __init__(self, keys: Sequence[str], hosts: Sequence[str], spoken: str) -> None:
        """StoreError if the transcript contains a key. `hosts` are host names or addresses with a scheme.

        A short key is a placeholder such as "EMPTY", for a server that requires none, and no secret.
        """
        secret = [key for key in keys if len(key) >= SHORTEST_SECRET]
        if any(key in spoken for key in secret):
            raise StoreError("the transcript contains the API key", hint="remove the key from the transcript")
        self._spoken = spoken.casefold()
        names = {urlsplit(h).hostname or h for h in hosts if h and h not in PUBLIC}
        self._secret_patterns = [re.compile(re.escape(key)) for key in sorted(secret, key=len, reverse=True)]
        self._secret_patterns += [
            re.compile(re.escape(n), re.IGNORECASE)
            for n in sorted(names)
            if n not in self._spoken and not is_loopback(n)
        ]
        self._marks: dict[str, str] = {}

    @property
    def has_hidden(self) -> bool:
        """Whether any text contained a secret."""
        return bool(self._marks)

    def hide(self, text: str) -> str:
        """The text with a mark in place of each secret."""
        for pattern in (*self._secret_patterns, _LOOKS_LIKE_A_KEY):
            text = pattern.sub(lambda found: self._mark(found[0]), text)
        return text

    def show(self, text: str) -> str:
        """The text with each mark replaced by its secret."""
        for secret, mark in reversed(self._marks.items()):  # the tenth mark starts like the first
            text = text.replace(mark, secret)
        return text

    def _mark(self, secret: str) -> str:
        if secret.casefold() in self._spoken:
            return secret
        return self._marks.setdefault(secret, f"hidden-secret-{len(self._marks) + 1}")
