"""Markdown and HTML inside text: what is marked up stays, the marks go, and what is only a link is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence, tidy
from pipeline.text import unescaped, words

_TAGS = (
    "a|abbr|article|aside|audio|b|big|blockquote|body|br|center|cite|code|dd|del|details|div|dl|dt|em|figcaption|figure"
    "|font|footer|h[1-6]|head|header|hr|html|i|iframe|img|ins|kbd|label|li|main|mark|nav|ol|p|picture|pre|q|rt|ruby|s"
    "|section|small|source|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var|video"
)
_ATTRIBUTE = r"""\s+[\w:-]{1,40}\s*=\s*(?:"[^"<>]{0,1000}"|'[^'<>]{0,1000}'|[^\s"'<>]{1,500})"""
_EMPTY = frozenset("br hr img source".split())  # tags that hold no words and are never closed
_TAG = re.compile(
    rf"(?:<|(?P<escaped>&lt;))/?(?P<name>{_TAGS})(?P<more>(?:{_ATTRIBUTE}){{0,30}}(?:\s+[a-z]{{3,15}})?\s*/?)"
    r"(?(escaped)&gt;|>)",
    re.IGNORECASE,
)
# Tags that HTML lets stay open, where they begin a line or end one, as nobody's words do again and again.
_LEFT_OPEN = re.compile(r"^[ \t]*<(p|li|d[dt]|t[rdh])>|<(p)>[ \t]*$", re.IGNORECASE | re.MULTILINE)
_CLOSED = re.compile(r"(?:<|&lt;)/([A-Za-z]\w*)")
_CLOSING = re.compile(r"</([^\W\d_][\w .-]{0,40})>")
_OPENED, _MARK = "<!--", re.compile("<!--(?:-?>)?|-->")
_STRAY, _MOST = 2000, 0.8  # characters, and of the text, beyond both of which a comment is none
_IMAGE = re.compile(r"!\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)")
_MARKS = (
    (re.compile(r"\{[%{][^{}]{0,300}[%}]\}(?:\{:[^{}]{0,100}\})?"), ""),
    (_IMAGE, ""),
    (re.compile(r"\[([^\[\]]{1,300})\]\([^()]{0,500}\)"), r"\1"),
    (re.compile(r"<https?://[^<>\s]{1,500}>"), ""),
    (re.compile(r"(?<![\w*])(?:\*\*|__)(.{1,300}?)(?:\*\*|__)(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w*])[*_](\S[^*_]{0,200}\S)[*_](?![\w*])"), r"\1"),
    (re.compile(r"`([^`]{1,200})`"), r"\1"),
)
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s<>\"')\]]+|\bmailto:\S+|(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.]+")
_LINK = re.compile(r"\[([^\[\]]{0,300})\]\(([^()\s]{1,500})(?:\s+\"[^\"]*\")?\)")
_COLON, _ASIDE = re.compile(r"[:：](?!\d)"), re.compile(r"\([^()]*\)")
_WORDS_OF_A_LINK = 4


def without_comments(text: str, tally: Tally) -> str:
    """The text with its comments gone, told; their line ends stay."""
    if _OPENED not in text:
        return text
    kept: list[str] = []
    line, at = 1, 0
    for start, end in _comments(text):
        line += text.count("\n", at, start)
        tally.leave_out("comments", text[start:end], line)
        ends = text.count("\n", start, end)
        kept += [text[at:start], "\n" * ends]
        line, at = line + ends, end
    return "".join([*kept, text[at:]])


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Where comments begin and end, those inside others with them.

    One that would take in most of the text is none: words would be lost for a stray mark.
    """
    for start, end in _closed(text):
        if end - start <= _STRAY or end - start <= _MOST * len(text):
            yield start, end


def _closed(text: str) -> Iterator[tuple[int, int]]:
    """From a mark that opens to the first that closes; to one behind it in its line where that closes all opened."""
    start, depth, end, line_end = -1, 0, 0, 0
    for mark in _MARK.finditer(text):
        if end and (not depth or mark[0] == _OPENED or mark.start() > line_end):
            yield start, end
            start, depth, end = -1, 0, 0
        if mark[0] == _OPENED:
            start, depth = (start if depth else mark.start()), depth + 1
        elif not depth and mark[0].startswith(_OPENED):  # "<!-->" opens and closes one
            yield mark.span()
        elif depth:
            depth -= 1
            if not end and mark.end() > line_end:
                line_end = text.find("\n", mark.end()) % (len(text) + 1)
            end = mark.end() if not (end and depth) else end
    if end:
        yield start, end


def without_tags(text: str) -> str:
    """The text without HTML tags; its line ends stay, so that lines keep their numbers.

    One without attributes that is closed nowhere, and need be, is what somebody said: "You open a <div>".
    """
    if "<" not in text and "&lt;" not in text:
        return text
    closed = {name.casefold() for name in _CLOSED.findall(text)}
    left_open = Counter((first or last).casefold() for first, last in _LEFT_OPEN.findall(text))
    closed |= {name for name, times in left_open.items() if times > 1}

    def gone(tag: re.Match[str]) -> str:
        name = tag["name"].casefold()
        is_markup = name in closed or name in _EMPTY or tag["more"].strip("/ \n")
        return "\n" * tag[0].count("\n") if is_markup else tag[0]

    return _TAG.sub(gone, text)


def tags_to_labels(text: str) -> str:
    """`<Person1> words </Person1>` as a label in front of the words, where such pairs recur."""
    if "</" not in text:
        return text
    closed = [m[1] for m in _CLOSING.finditer(text)]
    names = dict.fromkeys(closed) if len(closed) > 1 else {}  # in their order, which decides where they nest
    for name in [n for n in names if not _TAG.match(f"<{n}>")][:50]:
        opening = re.compile(rf"(^[ \t]*)?<{re.escape(name)}>[ \t]*", re.MULTILINE)
        text = text.replace(f"</{name}>", "")
        text = opening.sub(lambda m, name=name: f"{name}: " if m[1] is not None else f"\n{name}: ", text)  # type: ignore[misc]
    return text


def unmarked(line: str) -> str:
    """A line without the marks of Markdown and with entities as characters, cleaned."""
    if "*" in line or "_" in line or "`" in line or "[" in line or "{" in line or "<" in line:
        for pattern, replacement in _MARKS:
            line = pattern.sub(replacement, line)
    line = unescaped(line)
    return tidy(line if line[:1].isalpha() else line.removeprefix("- ").removeprefix("* ").removeprefix("> "))


def only_a_link(line: str) -> bool:
    """Whether a line holds nothing but addresses and links, and at most a few words that name them.

    Words on both sides of a link, between a label and a link, and sentences say something: they are speech.
    """
    if "http" not in line and "www." not in line and "](" not in line and "@" not in line:
        return False
    parts = _ADDRESS.sub("\n", _LINK.sub("\n", _IMAGE.sub("\n", line))).split("\n")
    named = sum(len(words(part)) for part in parts)
    if len(parts) == 1 or named > _WORDS_OF_A_LINK:
        return False
    labelled, both_sides = _COLON.split(parts[0])[1:], words(parts[0]) and words(_ASIDE.sub("", parts[-1]))
    return not named or not (both_sides or (labelled and words(labelled[-1])) or ends_sentence(line))
