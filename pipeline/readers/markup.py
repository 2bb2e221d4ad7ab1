"""Remove the marks of Markdown and HTML: marked words and code stay, what the marks hide is recorded."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator

from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence, tidy
from pipeline.text import UNSPACED, unescaped, words

_TAGS = (
    "a|abbr|article|aside|audio|b|big|blockquote|body|br|center|cite|code|dd|del|details|div|dl|dt|em|figcaption|figure"
    "|font|footer|h[1-6]|head|header|hr|html|i|iframe|img|ins|kbd|label|li|main|mark|nav|ol|p|picture|pre|q|rt|ruby|s"
    "|section|small|source|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var|video"
)
_ATTRIBUTE = r"""\s+[\w:-]{1,40}\s*=\s*(?:"[^"<>]{0,1000}"|'[^'<>]{0,1000}'|[^\s"'<>]{1,500})"""
_EMPTY = frozenset("br hr".split())  # tags that need no attributes, hold no words and are never closed
_TAG = re.compile(rf"</?(?P<name>{_TAGS})(?P<more>(?:{_ATTRIBUTE}){{0,30}}(?:\s+[a-z]{{3,15}})?\s*/?)>", re.IGNORECASE)
# Tags that HTML lets stay open, at the beginning or end of a line, where spoken words would not recur.
_LEFT_OPEN = re.compile(r"^[ \t]*<(p|li|d[dt]|t[rdh])>|<(p)>[ \t]*$", re.IGNORECASE | re.MULTILINE)
# Escaped tags around the beginnings of lines, or at their ends; if they recur, a converter escaped them.
_ESCAPED_ATTRIBUTES = r"(?:[ \t](?:(?!&[lg]t;)[^<>\n]){0,1000})?"
_ESCAPED = re.compile(
    rf"^[ \t]*&lt;({_TAGS}){_ESCAPED_ATTRIBUTES}&gt;[^\n]{{1,500}}?&lt;/\1&gt;"
    rf"|&lt;(br){_ESCAPED_ATTRIBUTES}/?&gt;[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ESCAPED_TAG = re.compile(rf"&lt;(/?({_TAGS}){_ESCAPED_ATTRIBUTES}/?)&gt;", re.IGNORECASE)
_CLOSED = re.compile(r"</([A-Za-z]\w*)")
_CLOSING = re.compile(r"</([^\W\d_][\w .-]{0,40})>")
_SPACED = rf"[^\W{UNSPACED}]"  # a letter of a script that separates words by blanks, or a digit
_OPENED, _MARK = "<!--", re.compile("<!--(?:-?>)?|-->")
_STRAY, _MOST = 2000, 0.8  # characters, and share of the text; if a "comment" exceeds both, its mark is a stray one
# Code in backticks. Double ones touch no letter outside: before a word they are a quotation mark of TeX.
_CODE = re.compile(
    rf"(?<!`)(?!(?<={_SPACED})``[^`])(`{{1,3}})(?=\S)([^`\n]{{1,200}})(?<=\S)\1(?!`)(?!(?<=[^`]``){_SPACED})"
)
_TEMPLATES = r"(?:\{[%{][^{}\n]{0,300}[%}]\}(?:\{:[^{}\n]{0,100}\})?[ \t]*)"
_FIRST_TEMPLATES, _LAST_TEMPLATES = re.compile(rf"{_TEMPLATES}{{1,20}}"), re.compile(rf"{_TEMPLATES}{{1,20}}$")
_IMAGE = re.compile(r"!\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)")
_LINKED = re.compile(r"\[([^\[\]]{1,300})\]\(([^()]{0,500})\)")
_CODED_LINK = re.compile(r"\[([^\[\]]{1,300})\]\(https?://[^()\s]{1,500}\)")  # code around a link: the wrong order
_BARE_LINK = re.compile(r"<https?://[^<>\s]{1,500}>")
NO_IDENTIFIER = r"(?!__[a-z][a-z0-9_]*__(?!\w))"  # before what "__" marks: "__init__" is an identifier
# Marks of emphasis: never inside a word, never with a blank between them and what they mark.
_EMPHASIS = (
    re.compile(rf"(?<![\w*]){NO_IDENTIFIER}(\*\*|__)(?=\S)((?:(?!(?<![\w*])\1\S).){{1,300}}?)(?<=\S)\1(?![\w*])"),
    re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_]{2,200})(?<=\S)\1(?![\w*])"),
)
_HOLE = re.compile("\x00(\\d+)\x00")  # in place of code, which no other pattern may change
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s<>\"')\]]+|\bmailto:\S+|(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.]+")
_LINK = re.compile(r"\[([^\[\]]{0,300})\]\(([^()\s]{1,500})(?:\s+\"[^\"]*\")?\)")
_COLON, _ASIDE = re.compile(r"[:：](?!\d)"), re.compile(r"\([^()]*\)")
_WORDS_OF_A_LINK = 4


def without_comments(text: str, tally: Tally) -> str:
    """The text without comments, which are recorded; their line ends stay."""
    if _OPENED not in text:
        return text
    kept: list[str] = []
    line, at = 1, 0
    longest = max(_STRAY, _MOST * len(text))  # a stray mark would remove words
    for start, end in _comments(text):
        if end - start > longest:
            continue
        line += text.count("\n", at, start)
        tally.leave_out("comments", text[start:end], line)
        ends = text.count("\n", start, end)
        kept += [text[at:start], "\n" * ends]
        line, at = line + ends, end
    return "".join([*kept, text[at:]])


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """The start and end of each comment, including those nested in others.

    A comment ends at the first closing mark, or at a later one in its line that closes all opened ones.
    """
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


def with_code_escaped(text: str) -> str:
    """The text with what looks like tags and entities inside code escaped, so that code stays as it is written."""
    if "`" not in text or ("<" not in text and "&" not in text):
        return text
    return _CODE.sub(lambda code: code[0].replace("&", "&amp;").replace("<", "&lt;"), text)


def without_tags(text: str, tally: Tally) -> str:
    """The text without HTML tags, which are recorded; line ends stay, so that lines keep their numbers.

    A tag without attributes that should be closed but never is counts as speech: "You open a <div>". So does an escaped
    one, unless its kind begins or ends several lines.
    """
    text = _with_tags_of_a_converter(text)
    if "<" not in text:
        return text
    closed = {name.casefold() for name in _CLOSED.findall(text)}
    left_open = Counter((first or last).casefold() for first, last in _LEFT_OPEN.findall(text))
    closed |= {name for name, times in left_open.items() if times > 1}
    removed_tags: list[re.Match[str]] = []

    def removed(tag: re.Match[str]) -> str:
        name = tag["name"].casefold()
        if not (name in closed or name in _EMPTY or tag["more"].strip("/ \n")):
            return tag[0]
        removed_tags.append(tag)
        return "\n" * tag[0].count("\n")

    kept = _TAG.sub(removed, text)
    if removed_tags:
        line = text.count("\n", 0, removed_tags[0].start()) + 1
        tally.leave_out_words("tags", 0, removed_tags[0][0], line, count=len(removed_tags))
    return kept


def _with_tags_of_a_converter(text: str) -> str:
    """The text with escaped tags restored, whatever their attributes, if their kind begins or ends several lines."""
    if "&lt;" not in text:
        return text
    times = Counter((first or last).casefold() for first, last in _ESCAPED.findall(text))

    def as_tag(escaped: re.Match[str]) -> str:
        tag = f"<{' '.join(unescaped(escaped[1]).split())}>"
        return tag if times[escaped[2].casefold()] > 1 and _TAG.fullmatch(tag) else escaped[0]

    return _ESCAPED_TAG.sub(as_tag, text)


def without_templates(line: str, tally: Tally, number: int, *, first: bool) -> str:
    """The line without a site's template marks, which are recorded: a whole line of them, or some after a sentence.

    In front of words they are removed only in the `first` line; elsewhere they are speech.
    """
    if "{" not in line:
        return line
    marks = _LAST_TEMPLATES.search(line)
    if marks and (not line[: marks.start()].strip() or ends_sentence(line[: marks.start()])):
        tally.leave_out("template markup", marks[0], number)
        line = line[: marks.start()].rstrip()
    if first and (marks := _FIRST_TEMPLATES.match(line)):
        tally.leave_out("template markup", marks[0], number)
        line = line[marks.end() :]
    return line


def tags_to_labels(text: str) -> str:
    """Turn `<Person1> words </Person1>` into a label before the words, if such pairs recur."""
    if "</" not in text:
        return text
    closed = [m[1] for m in _CLOSING.finditer(text)]
    names = dict.fromkeys(closed) if len(closed) > 1 else {}  # in order, which matters if they are nested
    for name in [n for n in names if not _TAG.match(f"<{n}>")][:50]:
        opening = re.compile(rf"(^[ \t]*)?<{re.escape(name)}>[ \t]*", re.MULTILINE)
        text = text.replace(f"</{name}>", "")
        text = opening.sub(lambda m, name=name: f"{name}: " if m[1] is not None else f"\n{name}: ", text)  # type: ignore[misc]
    return text


def unmarked(line: str, tally: Tally, number: int) -> str:
    """The line without Markdown marks, entities decoded, cleaned; what the marks hide is recorded."""
    code: list[str] = []
    if "`" in line:
        line = line.replace("\x00", "")
        code = [_CODED_LINK.sub(r"\1", found[2]) for found in _CODE.finditer(line)]
        numbers = itertools.count()
        line = _CODE.sub(lambda _: f"\x00{next(numbers)}\x00", line)
    if "[" in line or "<" in line:
        line = _without_links(line, tally, number)
    if "*" in line or "_" in line:
        for pattern in _EMPHASIS:
            line = pattern.sub(r"\2", line)
    line = unescaped(line)
    line = line if line[:1].isalpha() else line.removeprefix("- ").removeprefix("* ").removeprefix("> ")
    return tidy(_HOLE.sub(lambda hole: unescaped(code[int(hole[1])]), line) if code else line)


def _without_links(line: str, tally: Tally, number: int) -> str:
    """The line without images, and with only the words of its links; what is removed is recorded."""
    for image in _IMAGE.findall(line):
        tally.leave_out("images", image, number)
    line = _IMAGE.sub("", line)
    for _, address in _LINKED.findall(line):
        tally.leave_out_words("addresses of links", 0, address, number)
    line = _LINKED.sub(r"\1", line)
    for address in _BARE_LINK.findall(line):
        tally.leave_out("addresses in angle brackets", address, number)
    return _BARE_LINK.sub("", line)


def only_a_link(line: str) -> bool:
    """Whether a line holds only addresses and links, and at most a few words that name them.

    Words on both sides of a link, words between a label and a link, and sentences are speech.
    """
    if "http" not in line and "www." not in line and "](" not in line and "@" not in line:
        return False
    parts = _ADDRESS.sub("\n", _LINK.sub("\n", _IMAGE.sub("\n", line))).split("\n")
    words_beside = sum(len(words(part)) for part in parts)
    if len(parts) == 1 or words_beside > _WORDS_OF_A_LINK:
        return False
    labelled, both_sides = _COLON.split(parts[0])[1:], words(parts[0]) and words(_ASIDE.sub("", parts[-1]))
    return not words_beside or not (both_sides or (labelled and words(labelled[-1])) or ends_sentence(line))
