"""Addresses, telephone numbers and ids beside the words of a recording, which notes have no use for."""

from __future__ import annotations

import re

_CONTACT = re.compile(
    r"\bhttps?://\S+|\bwww\.\S+|\bmailto:\S+|(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)*"
    r"|(?<!\w)\+\d[\d ().-]{6,20}\d|\(\d{3}\) ?\d{3}-\d{4}\b"  # telephone numbers
    r"|\b\d{3} \d{3,4} \d{4}\b"  # of a meeting, as Zoom writes it
    r"|\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"[(\[<{]\s*[)\]>}]")
_LEFT_BEHIND = re.compile(r"[,;](?:\s*[,;])+")


def has_contact(text: str) -> bool:
    """Whether a text holds an address, a telephone number or an id."""
    return _CONTACT.search(text) is not None


def without_contacts(text: str) -> str:
    """The text without addresses, telephone numbers and ids; "" if what is left only announces them ("Email:")."""
    if not has_contact(text):
        return text
    rest = _EMPTY.sub("", _CONTACT.sub("", text))
    rest = _LEFT_BEHIND.sub(",", rest).strip(" ,;|·•-–—")
    return "" if rest.endswith((":", "：")) else rest
