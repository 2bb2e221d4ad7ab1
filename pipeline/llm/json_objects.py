"""The JSON objects of a text, as models write them: with quotation marks and backslashes that they did not escape."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Behind what opens an object stands a key, in any quotation marks or none, or its end.
_OBJECT = re.compile(r"""\{(?=\s*(?:["'“‘}#]|//|/\*|\w+\s*:))""")
_IN_TEXT = re.compile(r'\\.|"', re.DOTALL)
_OUTSIDE = re.compile(r'["{}\[\]:,]|(?<![:\w])(?://|#)[^\n]*|/\*.*?\*/|\w+', re.DOTALL)

_GAP = r"(?:\s|(?://|#)[^\n]*\n|/\*[^*]*\*/)*"
_PAUSE = rf"{_GAP}(?:,{_GAP})?"  # with a comma, which may be one too many or one too few
_NEXT_KEY = rf'{_PAUSE}"[^"\\]*"\s*:\s*(?:["{{\[\d-]|true|false|null)'
_NO_MORE = rf"{_GAP}(?:```\s*)?\Z"
# What stands behind the quotation mark that ends a text, by where the text stands.
_BEHIND_KEY = re.compile(r"\s*:")
_BEHIND_VALUE = re.compile(rf"{_NEXT_KEY}|{_NO_MORE}|{_PAUSE}\}}(?:{_NEXT_KEY}|{_NO_MORE}|{_PAUSE}[}}\]{{])")
_BEHIND_OUTER_VALUE = re.compile(rf"""{_NEXT_KEY}|{_NO_MORE}|{_PAUSE}\}}(?!"|[^{{]*"\s*\}})""")
_BEHIND_LAST_ITEM = re.compile(rf"{_NO_MORE}|{_PAUSE}\](?:{_NO_MORE}|{_GAP}[,}}\]])")
_BEHIND_ITEM = re.compile(rf'{_GAP},{_GAP}"')

# "\b" and "\f" never stand in prose, nor "\r" before a letter: "\beta", "\frac" and "\rho" begin so.
_BACKSLASH = re.compile(r'\\(?:(["\\/nt]|u[\da-fA-F]{4}|r(?![A-Za-z]))|)')
_SMALL_LETTERS = re.compile("[a-z]+")
_NEAR = 60  # characters before a backslash that are looked at
# "\t" before a small letter is a tab where it indents a line or parts two words, else it begins "\theta".
_BEFORE_TAB = re.compile(r"(?:\\[nt]|(?:\A|[^\w\\])[^\W\d_]{2,})\Z")
# "\n" before a small letter begins a line, but behind what stands before a term of a formula or in a path: "x \neq".
_BEFORE_COMMAND = re.compile(
    r"""(?:[({^]|[:,[{]\s*"|(?:\A|[\s(":])[$`]|(?:(?:\A|[^\w\\])[A-Za-z]|[\d)}=+*/<>-]|\\(?!n)[A-Za-z]+)[ ]|"""
    r"""\b[A-Za-z]:(?:\\+[\w.-]+)*)\Z"""
)
_BEHIND_COMMAND = re.compile(r"\{|\$(?![\w$])")

_ESCAPE = re.compile(r"\\(?:u([\da-fA-F]{4})|[nrt])")
_LITERALS = {"true", "false", "null", "none", "nan", "undefined"}  # a repair may turn one into another


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant, strict=False)  # a raw line break in a text is one


@dataclass(frozen=True, slots=True)
class Found:
    """An object, and the words of the answer that a repair left out of it."""

    value: dict[str, Any]
    lost: str = ""


def objects_in(text: str) -> Iterator[Found]:
    """The objects of a text in their order, but for empty ones and those inside of others."""
    text, end = _with_backslashes(text), 0
    while opening := _OBJECT.search(text, end):
        start = opening.start()
        try:
            value, end = _DECODER.raw_decode(text, start)
            found: Found | None = Found(value)
        except ValueError:
            mended, end = _mended(text, start)
            found = _repaired(text[start:end], mended)
        if found and found.value:
            yield found


def _with_backslashes(text: str) -> str:
    """The text, in which a backslash that is no escape is escaped: those of LaTeX and of paths."""
    if "\\" not in text:
        return text
    return _BACKSLASH.sub(lambda m: m[0] if m[1] and not _is_command(m) else "\\" + m[0], text)


def _is_command(escape: re.Match[str]) -> bool:
    """Whether what could be a line break or a tab begins a command or a name: "\\neq", "\\theta"."""
    if escape[1] not in ("n", "t") or not (letters := _SMALL_LETTERS.match(escape.string, escape.end())):
        return False
    before = escape.string[max(0, escape.start() - _NEAR) : escape.start()]
    if _BEHIND_COMMAND.match(escape.string, letters.end()):
        return True
    return not _BEFORE_TAB.search(before) if escape[1] == "t" else bool(_BEFORE_COMMAND.search(before))


def _mended(text: str, start: int) -> tuple[str, int]:
    """The object from `start` on, without comments and with the marks inside of its texts escaped, and where it ends.

    A quotation mark ends a text only where JSON can go on behind it.
    """
    parts, open_, before, inside, inner, at = [], "", "", False, 0, start
    while token := (_IN_TEXT if inside else _OUTSIDE).search(text, at):
        parts.append(text[at : token.start()])
        mark, at = token[0], token.end()
        if inside and mark == '"' and not _ends_text(text, at, open_, before, inner):
            mark, inner = '\\"', inner + 1
        elif mark == '"':
            inside, inner, before = not inside, 0, before if not inside else mark
        elif mark[0] in "/#":
            mark = " "
        elif not inside:
            before = mark
            open_ = open_ + mark if mark in "{[" else open_[:-1] if mark in "}]" else open_
        parts.append(mark)
        if not open_:
            return "".join(parts), at
    return "".join(parts) + text[at:], len(text)


def _ends_text(text: str, end: int, open_: str, before: str, inner: int) -> bool:
    """Whether the quotation mark up to `end` ends its text, which `before` stands before and `inner` marks inside."""
    if open_[-1] == "[":
        ends = _BEHIND_LAST_ITEM.match(text, end) or (inner % 2 == 0 and _BEHIND_ITEM.match(text, end))
    elif before != ":":
        ends = _BEHIND_KEY.match(text, end)
    else:
        ends = (_BEHIND_OUTER_VALUE if len(open_) == 1 else _BEHIND_VALUE).match(text, end)
    return bool(ends)


def _repaired(raw: str, mended: str) -> Found | None:
    """The object in a text that is no JSON; of two repairs one that loses no word."""
    import json_repair  # hardly any answer needs it, and every start would wait for it

    try:
        value = _DECODER.decode(mended)
        return Found(value, _lost(mended, value))
    except ValueError:
        pass
    found = None
    for text in (mended, raw):
        try:
            value = json_repair.loads(text)
        except ValueError:
            continue
        if isinstance(value, dict) and not (found := Found(value, _lost(mended, value))).lost:
            return found
    return found


def _lost(raw: str, value: dict[str, Any]) -> str:
    """The words of a text that do not stand in the value read from it, in their order."""
    raw = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else " ", raw.replace("\\\\", "\\ "))
    held, lost = Counter(word.casefold() for text in _texts(value, raw) for word in re.findall(r"\w+", text)), []
    for word in re.findall(r"\w+", raw):
        held[word.casefold()] -= 1
        if held[word.casefold()] < 0 and word.casefold() not in _LITERALS:
            lost.append(word)
    return " ".join(lost)


def _texts(value: Any, raw: str) -> Iterator[str]:
    """The keys and texts of a value; a key behind which no colon stands in the raw text is none that anybody wrote."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if re.search(rf"""{re.escape(key)}["'”’]?\s*:""", raw):
                yield key
            yield from _texts(inner, raw)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, raw)
    else:
        yield value if isinstance(value, str) else json.dumps(value)
