"""CHAT, the format of corpora of talk: "*ODA:" and a tab, tiers below it, times between two control characters."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping

from pipeline.readers.base import Captions, Document, Reader
from pipeline.readers.contacts import without_contacts
from pipeline.readers.cue_pieces import Cue
from pipeline.readers.dates import spelt_day
from pipeline.readers.tally import BETWEEN_LINES, Tally
from pipeline.text import numbered, words
from pipeline.transcript import Metadata, Role

_TURN = re.compile(r"\*[ \t]{0,3}(?P<who>[^\s:*]{1,20})[ \t]{0,3}:(?P<words>.*)")
_PARTICIPANT = re.compile(r"(?P<code>[A-Z][A-Z0-9_'-]{0,19})\s+(?P<name>[^\s,]+)\s+(?P<role>[^\s,]+)$")
_TIMES = re.compile("\x15(?P<start>\\d{1,9})_(?P<end>\\d{1,9})\x15")
_LANGUAGE = re.compile(r"([a-z]{2,3})\b")
_OCCASION = ("@Location", "@Room Layout", "@Situation", "@Activities")
_BRACKET = r"\[[^\[\]]*+\]"
_NESTED = rf"\[(?:[^\[\]]++|{_BRACKET})*+\]"
_CODES = re.compile(rf"\[(?:[^\[\]]++|{_NESTED})*+\]|&[=~+-][\w:'-]+|\+[^\s\w]+|[<>↑↓⌈⌉⌊⌋„‡]|\x15[^\s\x15]*+\x15")


def sniff(document: Document) -> bool:
    """Whether the document begins with "@UTF8" or "@Begin", as every such file does."""
    return document.head.startswith(("@UTF8\n", "@Begin\n"))


def read(document: Document, tally: Tally) -> Captions:
    """Read each turn as a cue; headers, tiers and codes are removed and recorded."""
    names: dict[str, str] = {}
    cues: list[Cue] = []
    headers: dict[str, str] = {}
    broken: list[int] = []
    for number, row in enumerate(_unfolded(document.rows()), 1):
        if match := _TURN.match(row):
            tally.leave_out("notation codes", " ".join(_CODES.findall(_TIMES.sub(" ", match["words"]))), number)
            cues.append(_cue(match["words"], number, names.get(match["who"], match["who"])))
        elif row.startswith("@"):
            tally.leave_out("headers", row, number)
            key, _, value = row.partition(":")
            headers.setdefault(key, value.strip())
            if key == "@Participants":
                names = _names(row)
        elif row.startswith("%"):
            tally.leave_out("tiers under turns", row, number)
        elif words(row):
            tally.leave_out("broken lines", row, number)
            broken.append(number)
    if broken:
        tally.warn(f"{numbered(len(broken), 'line')} left out: neither a turn nor a tier nor a header", broken[0])
    return Captions(cues, _about(headers, names))


def _unfolded(rows: list[str]) -> list[str]:
    """The lines; each continuation (after a tab) is appended to its line and leaves an empty one in its place."""
    lines: list[str] = []
    last = 0
    for row in rows:
        if row.startswith("\t") and lines:
            lines[last] = f"{lines[last]} {row.strip()}"
            lines.append("")
        else:
            last = len(lines)
            lines.append(row)
    return lines


def _names(row: str) -> dict[str, str]:
    """Names by code, except names that are also another name or code."""
    parts = [part.strip() for part in row.partition(":")[2].split(",")]
    participants = [m for m in map(_PARTICIPANT.search, parts) if m]
    codes_and_names = [{m["code"].casefold(), m["name"].casefold()} for m in participants]
    uses = Counter(
        itertools.chain(*codes_and_names, (part.split()[0].casefold() for part in parts if len(part.split()) == 2))
    )
    return {m["code"]: m["name"].replace("_", " ") for m in participants if uses[m["name"].casefold()] == 1}


def _about(headers: Mapping[str, str], names: Mapping[str, str]) -> Metadata:
    """What the headers say: language, day, place and occasion, and what part each participant has."""
    language = _LANGUAGE.match(headers.get("@Languages", ""))
    parts = (part.strip() for part in headers.get("@Participants", "").split(","))
    people = [m for m in map(_PARTICIPANT.search, parts) if m]
    found = [f"{key[1:]}: {value}" for key in _OCCASION if (value := without_contacts(headers.get(key, "")))]
    return Metadata(
        title=headers.get("@Title") or None,
        published=spelt_day(headers.get("@Date", "").replace("-", " ")),
        language=language[1] if language else None,
        roles=tuple(Role(names.get(m["code"], m["code"]), m["role"].replace("_", " ")) for m in people),
        header=BETWEEN_LINES.join(found) or None,
    )


def _cue(coded_text: str, number: int, speaker: str) -> Cue:
    """A turn as a cue, from the first time in it to the last."""
    times = [*_TIMES.finditer(coded_text)]
    start, end = (int(times[0]["start"]) / 1000, int(times[-1]["end"]) / 1000) if times else (None, None)
    text = re.sub(r" (?=[.?!,])", "", " ".join(_CODES.sub(" ", coded_text).split()))
    return Cue(start, end, [text], number - 1, speaker)


READER = Reader("chat", "a CHAT transcript", sniff, read)
