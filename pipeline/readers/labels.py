"""Labels that name speakers: what could be a name, the name without its role, and how notes show it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pipeline.readers.tidy import tidy
from pipeline.text import clean

LONGEST = 70  # maximum number of characters in a name with its role
_CHAT_PREFIX = re.compile(r"[Ff]rom\s+(?P<name>\S.{0,60}?)\s+to\s+\S.*$")  # Zoom's chat: "From Lin to Everyone:"
IN_BRACKETS = r"[(（\[](?:[^()（）\[\]]|\([^()]{1,40}\)){1,60}[)）\]]"  # a role may contain a seat in brackets
_BRACKETS = re.compile(IN_BRACKETS)
_ROLE = re.compile(rf"^(?P<name>.*?\S)(?:(?:\s*{IN_BRACKETS}){{1,3}}|\s+(?:--|[—–-])\s+.{{1,40}})$")
_NO_NAME = re.compile(
    r"[!?;…。！？、，<>{}=\"“”«»]|//|\.\.|\bhttps?\b|www\.|[.](?=\s+[a-zß-ÿ])|(?<![^\W\d_])[a-zß-ÿ]+[.]$"
)
_LAST_STOP = re.compile(r"\.(?=(?:[ ]\d{1,2})?$)")  # of an abbreviated label
_UNKNOWN = {"unknown", "unknown speaker", "unidentified", "unidentified speaker", "speaker", "speaker ?", "?", "??"}


@lru_cache(maxsize=8192)  # names recur
def could_be_name(text: str) -> bool:
    """Whether a few words could name somebody: short, with a letter, without marks of a sentence; or a phone number."""
    text = text.strip()
    if not text or len(text) > LONGEST or text[0] in ",.)]|/\\&%*" or _NO_NAME.search(text):
        return False
    if "(" in text or "[" in text or "（" in text:
        for opening, closing in ("()", "[]", "（）"):
            if text.count(opening) != text.count(closing):
                return False
    if not any(c.isalpha() for c in text) or (text[0].isdigit() and text.split()[0].isdigit()):
        return bool(re.fullmatch(r"[\u202a-\u202c]*\+[\d\s().-]{6,20}[\u202a-\u202c]*", text))
    name = role_off(text)
    tokens = name.split()
    if len(tokens) > 8 or name.count(",") > 1 or (not name.isascii() and _wide(name) > 12):
        return False
    return not any(t[-1] == "." and len(t) > (5 if t is not tokens[-1] else 4) for t in tokens)


def could_be_label(text: str) -> bool:
    """Whether the words before a colon or a tab could be a name, perhaps abbreviated: "Resp.", "Teiln. 2"."""
    abbreviated = "." in text and not _NO_NAME.search(text) and could_be_name(_LAST_STOP.sub("", text))
    return abbreviated or could_be_name(text)


def _wide(text: str) -> int:
    return sum(ord(c) > 0x2E80 for c in text)


@lru_cache(maxsize=8192)
def role_off(label: str) -> str:
    """A label without the role after its name: "DR. QUILL (chair)", "QUILL — chair", "M. Quill, chair of the town"."""
    name = _up_to_bracket(label)
    first, _, rest = name.partition(",")
    return first.strip() if rest.strip() and " " in first.strip() else name


def _up_to_bracket(label: str) -> str:
    """A label without a role in brackets or after a dash, and without what chat apps put in front."""
    name = label.strip()
    if name[:1] == "~":
        name = name[1:].lstrip()  # WhatsApp: somebody who is not in the address book
    if name[:5] in ("From ", "from "):
        name = chat["name"] if (chat := _CHAT_PREFIX.match(name)) else name[5:].lstrip()
    if any(c in name for c in "(（[—–-") and (match := _ROLE.match(name)):
        device = match["name"][-1].isdigit() and name[-1] not in ")）]"  # "Room 3.14 - Town Hall" is a device
        name = name if device else match["name"]
    return name


def role_of(label: str, name: str) -> str:
    """What a label says besides the name, without brackets: "chair" in "DR. QUILL (chair)"; "" if that is nothing."""
    if len(name) >= len(label) or _CHAT_PREFIX.match(label.strip()):
        return ""
    rest = clean(label).replace(name, " ", 1)
    parts = (_BRACKETS.sub(" ", rest), *(bracket[1:-1] for bracket in _BRACKETS.findall(rest)))
    return "; ".join(part for p in parts if (part := p.strip(" ,;:*_~@–—-")))


def bare_names(labels: Iterable[str]) -> dict[str, str]:
    """The labels of a file, each with its name, which has no role.

    What follows a comma is kept if it alone tells labels apart: "de Vries, Jan" and "de Vries, Anna". It is a role if
    what precedes it is a label too: "Oda Brandt, chair" and "Oda Brandt, mayor" beside "Oda Brandt".
    """
    with_commas = {label: tidy(_up_to_bracket(label)) for label in labels}
    names = {label: tidy(role_off(label)) for label in with_commas}
    variants: dict[str, set[str]] = defaultdict(set)
    for label, name in names.items():
        variants[name].add(with_commas[label].casefold())
    apart = {name for name, found in variants.items() if len(found) > 1 and name.casefold() not in found}
    return {
        label: _in_brackets(label, name, names) or (with_commas[label] if name in apart else name)
        for label, name in names.items()
    }


def _in_brackets(label: str, office: str, labels: Mapping[str, str]) -> str | None:
    """The member in brackets after an office: "The Minister for Ports (Ana Menon)" beside the label "Ana Menon"."""
    member = label.rstrip(" )）").rpartition("(")[2] if label[-1:] in ")）" else ""
    return member if " " in member and " " in office and member in labels and office not in labels else None


@lru_cache(maxsize=8192)
def speaker_name(name: str) -> str | None:
    """The name of a label as notes show it, at most 80 characters; None if it says that the speaker is unknown."""
    name = _up_to_bracket(clean(name).strip("*_ \t")).strip(":：*[]<>【】 \t").removeprefix("@")
    return None if not name or name.casefold() in _UNKNOWN else name[:80]


@lru_cache(maxsize=8192)
def proper(name: str) -> bool:
    """Whether a label is written as a name: with capitals, in a script without them, or with "_" or a number."""
    tokens = name.split()
    if not 0 < len(tokens) <= 5:
        return False
    if len(tokens) <= 3 and ("_" in name or name[-1].isdigit()):
        return True  # "SPEAKER_00", "oda_b", "Speaker 2"
    cased = [t for t in tokens if t[0].isalpha() and t[0].lower() != t[0].upper()]
    big = sum(t[0].isupper() for t in cased)
    return big == len(cased) or (big >= 2 and all(t[0].isupper() or len(t) <= 3 for t in cased))
