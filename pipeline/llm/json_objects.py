"""Finds the JSON objects in a text as models write them, with unescaped quotation marks and backslashes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# After its opening brace, an object has a key, in any quotation marks or none, a comment, or its end.
_OBJECT = re.compile(r"""\{(?=\s*(?:["'‘}#]|([“”„])|//|/\*|\w+\s*:))""")
_STRAIGHT = str.maketrans("“”„", '"""')
_IN_TEXT = re.compile(r'\\.|"', re.DOTALL)
_BEHIND_COMMENTS = re.compile(r'["{}\[\]:,]|(?<![:\w])(?://|#)[^\n]*|\w+')
_OUTSIDE = re.compile(rf"{_BEHIND_COMMENTS.pattern}|/\*.*?\*/", re.DOTALL)

_GAP = r"(?:\s|(?://|#)[^\n]*\n|/\*[^*]*\*/)*"
_PAUSE = rf"{_GAP}(?:,{_GAP})?"  # with a comma, which may be missing or superfluous
_NO_MORE = rf"{_GAP}(?:```\s*)?\Z"


def _behind_values(key: str, value: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns for what follows the mark that ends the value of a key: in the outermost object, and in a nested one."""
    next_key = rf"{_PAUSE}(?:{key})\s*:\s*(?:[{{\[\d-]|{value})"
    return (
        re.compile(rf"""{next_key}|{_NO_MORE}|{_PAUSE}\}}(?!"|[^{{]*"\s*\}})"""),
        re.compile(rf"{next_key}|{_NO_MORE}|{_PAUSE}\}}(?:{next_key}|{_NO_MORE}|{_PAUSE}[}}\]{{])"),
    )


# What follows the quotation mark that ends a text, depending on where the text is.
_BEHIND_KEY = re.compile(r"\s*:")
_BEHIND_VALUE = _behind_values(r'"[^"\\]*"', '"|true|false|null')
_BEHIND_LOOSE_VALUE = _behind_values(r"""'[^'\\]*'|"[^"\\]*"|\w+""", """["']|true|false|null|True|False|None""")
_BEHIND_LAST_ITEM = re.compile(rf"{_NO_MORE}|{_PAUSE}\](?:{_NO_MORE}|{_GAP}[,}}\]])")
_BEHIND_ITEM = re.compile(rf'{_GAP},{_GAP}"')
_JSON_KEY = re.compile(rf'\{{{_GAP}"')  # keys as in Python or JavaScript may have other marks or none

# Text contains no backspaces or form feeds: "\b" and "\f" before a letter begin "\beta" and "\frac". "\'" is not JSON,
# but models write it.
_BACKSLASH = re.compile(r"\\(?:(')|[\"\\/nrt]|u[\da-fA-F]{4}|[bf](?![A-Za-z])|())")
# Other escapes that JSON reads as a line break or tab are read so, except LaTeX commands in a formula on one line.
_COMMAND = (
    r"\\(?:n(?:u|abla|eq?|eg|ot(?:in)?)|t(?:heta|au|imes|o|ext[a-z]*|an|anh|ilde|frac|riangle)"
    r"|r(?:ho|ight[a-z]*|angle|floor|ceil|m))(?![A-Za-z])"
)
_COMMAND_BEGINS = re.compile(_COMMAND)
_NO_ESCAPE = re.compile(r"\\(?![\"/nrt]|u[\da-fA-F]{4}|[bf](?![A-Za-z]))")
_UNESCAPED_COMMAND = re.compile(rf"(?<!\\)(?:\\\\)*{_COMMAND}")
_IN_FORMULA = rf"(?:[^$\"\\\n]|{_COMMAND}|\\[^nrt\"()])"
_FORMULA = re.compile(
    rf"(?<![\d\\])\$(?!\s){_IN_FORMULA}+(?<!\s)\$(?!\d)|\\{{1,2}}\({_IN_FORMULA}{{1,300}}?\\{{1,2}}\)"
)

_ESCAPE = re.compile(r"\\(?:u([\da-fA-F]{4})|[nrt])")
_DEEPEST = 100  # levels of open braces and brackets: no answer has ten, and for each a repair searches all that follows
# Each of these marks may have the rest of the text searched; the most characters that are searched so in an answer.
_SEARCHING = re.compile(r"""["'“{:/#]""")
_MOST_SEARCHED = 2_000_000_000
_QUOTATION_MARK = re.compile(r'(?<!\\)"')
_MARK_IN_TEXT = re.compile(r'[\\"}\]:,]')
_MOST_WORK = 10_000_000  # steps of json_repair, a few seconds
_LITERALS = {"true", "false", "null", "none", "nan", "undefined"}  # a repair may turn one into another


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant, strict=False)  # accepts unescaped line breaks in texts


@dataclass(frozen=True, slots=True)
class Found:
    """An object, and the words of the answer that its repair lost."""

    value: dict[str, Any]
    lost: str = ""


def objects_in(text: str) -> Iterator[Found]:
    """The objects in a text in order, except empty ones, those inside others and those that take too long to repair."""
    text, end, searched, work = _with_backslashes(_decoded(text)), 0, 0, 0
    while opening := _OBJECT.search(text, end):
        start = opening.start()
        try:
            value, end = _DECODER.raw_decode(text, start)
            found: Found | None = Found(value)
        except ValueError:
            searched = searched or len(_SEARCHING.findall(text)) * len(text)
            if searched > _MOST_SEARCHED:
                return
            escaped, end = _escaped(text.translate(_STRAIGHT) if opening[1] else text, start)
            found = _decodable(escaped)
            if found is None and (work := work + _work(text[start:end], escaped)) <= _MOST_WORK:
                found = _repaired(text[start:end], escaped)
        if found and found.value:
            yield found


def _decoded(text: str) -> str:
    """The text, decoded if all of it is a JSON string: an answer that was encoded twice."""
    try:
        decoded = json.loads(text) if text.lstrip().startswith('"') else text
    except ValueError:
        return text
    return decoded if isinstance(decoded, str) else text


def _with_backslashes(text: str) -> str:
    """The text with backslashes escaped that do not begin an escape, as in LaTeX and paths."""
    single = text.replace("\\\\", "")  # nearly all answers are sound, which this shows in a tenth of the time
    if _COMMAND_BEGINS.search(single):
        text = _FORMULA.sub(lambda formula: _UNESCAPED_COMMAND.sub(r"\\\g<0>", formula[0]), text)
    if not _NO_ESCAPE.search(single):
        return text
    return _BACKSLASH.sub(lambda m: r"\u0027" if m[1] else m[0] if m[2] is None else "\\\\", text)


def _escaped(text: str, start: int) -> tuple[str, int]:
    """The object from `start` on, without comments and with quotation marks inside its texts escaped; and its end.

    A quotation mark ends a text only if valid JSON can follow it.
    """
    behind = _BEHIND_VALUE if _JSON_KEY.match(text, start) else _BEHIND_LOOSE_VALUE
    parts, open_, before, inside, inner, at = [], "", "", False, 0, start
    last_comment = text.rfind("*/")
    while token := (_IN_TEXT if inside else _OUTSIDE if at < last_comment else _BEHIND_COMMENTS).search(text, at):
        parts.append(text[at : token.start()])
        mark, at = token[0], token.end()
        if inside and mark == '"' and not _ends_text(text, at, open_, before, inner, behind):
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


def _ends_text(
    text: str, end: int, open_: str, before: str, inner: int, behind: tuple[re.Pattern[str], re.Pattern[str]]
) -> bool:
    """Whether the quotation mark up to `end` ends a text, after the token `before` and `inner` marks inside it."""
    if open_[-1] == "[":
        ends = _BEHIND_LAST_ITEM.match(text, end) or (inner % 2 == 0 and _BEHIND_ITEM.match(text, end))
    elif before != ":":
        ends = _BEHIND_KEY.match(text, end)
    else:
        ends = behind[len(open_) > 1].match(text, end)
    return bool(ends)


def _decodable(escaped: str) -> Found | None:
    """The object in a text that is valid JSON once its quotation marks are escaped; None if it is not."""
    try:
        value = _DECODER.decode(escaped)
    except ValueError:
        return None
    return Found(value, _lost(escaped, value))


def _work(raw: str, escaped: str) -> int:
    """About the most steps of a repair: what it may search at each mark in a text, list, open bracket and word."""
    in_texts = sum(len(part) * len(_MARK_IN_TEXT.findall(part)) for part in _QUOTATION_MARK.split(escaped))
    return in_texts + raw.count("[") ** 2 + len(raw) * (_most_open(raw) + 100)


def _repaired(raw: str, escaped: str) -> Found | None:
    """The object in a text that is not valid JSON; of two repairs, the one that loses fewer words."""
    import json_repair  # rarely needed, and slow to import

    if _most_open(raw) > _DEEPEST:
        return None
    sources = [escaped, raw]
    if not _JSON_KEY.match(escaped):
        sources = [raw[: raw.rfind("}") + 1] or raw, escaped]
    found: Found | None = None
    for source in sources:
        try:
            value = json_repair.loads(source)
        except ValueError:
            continue
        if isinstance(value, dict):
            read = Found(value, _lost(sources[0], value))
            found = min(found or read, read, key=lambda f: len(f.lost))
        if found and not found.lost:
            break
    return found


def _most_open(raw: str) -> int:
    """The most braces and brackets that are open at once, even inside texts."""
    most = depth = 0
    for mark in re.findall(r"[{}()\[\]]", raw):
        depth = depth + 1 if mark in "{([" else max(0, depth - 1)
        most = max(most, depth)
    return most


def _lost(raw: str, value: dict[str, Any]) -> str:
    """The words of a text, in order, that are missing in the value read from it."""
    raw = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else " ", raw.replace("\\\\", "\\ "))
    held, lost = Counter(_plain(word) for text in _texts(value, raw) for word in re.findall(r"\w+", text)), []
    for word in re.findall(r"\w+", raw):
        held[_plain(word)] -= 1
        if held[_plain(word)] < 0 and _plain(word) not in _LITERALS:
            lost.append(word)
    return " ".join(lost)


def _plain(word: str) -> str:
    """A word as it is compared: in lower case, a number without leading zeros."""
    return word.casefold().lstrip("0")


def _texts(value: Any, raw: str) -> Iterator[str]:
    """The keys and texts of a value; keys without a colon after them in the raw text are a repair's, and left out."""
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
