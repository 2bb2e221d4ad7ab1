"""The shapes in which a line says who speaks and when: name, role and time, in any order and brackets.

A `Head` is only what a line's beginning could be; `evidence` decides that over the whole file.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.readers.clocks import Stamp, stamp_at
from pipeline.readers.labels import LONGEST, could_be_label, could_be_name, role_off
from pipeline.readers.markup import NO_IDENTIFIER

PLAIN = "N: "  # the shape of most labels
_BULLET = re.compile(r"(?:[-−*•·+–—][ \t]+|>[ \t]+(?!>))+")
_CHEVRONS = re.compile(r"(?:>{2,}|&gt;&gt;)[ \t]*|»[ \t]+(?!.*«)")  # not the quotation marks of »Ja«, sagt er.
_HASHES = re.compile(r"#{1,6}[ \t]+")
_BOLD = re.compile(rf"{NO_IDENTIFIER}(\*\*\*|\*\*|__)(?=\S)(.{{1,120}}?)(?<=\S)\1")
_END_OF_EMPHASIS = re.compile(r"[ \t]*(?:[*_]+(?=[\s:：]|$)[ \t]*)*")
_AFTER_TIME = re.compile(r"[ \t]*(?:[-–—|,·•:][ \t]+)?[ \t]*")
_BRACKETED = re.compile(
    r"(?:\[(?P<square>[^\[\]:：\n]{1,60})\]|<(?P<angle>[^<>/:：\n][^<>:：\n]{0,60})>|【(?P<lens>[^【】:：\n]{1,60})】"
    r"|（(?P<wide>[^（）:：\n]{1,30})）(?=[ \t\u3000]*\S)"
    r"|\((?P<round>[^():：\n]{1,60})\)(?=[ \t]*\S)|\{(?P<curly>[^{}:：\n]{1,60})\}(?=[ \t]*\S))"
)
_MOSTLY_SOUNDS = {"(": "(N)", "{": "(N)", "（": "（N)"}  # opening brackets, and the shape of a name in them
_COLON = re.compile(r"[:：]")
_TITLE = r"(?:[A-Z][A-Za-z]{0,3}\.[ \t]+)?(?:[A-Z][a-z]?\.[ \t]+){0,2}"  # only these have a full stop inside a name
_OF = r"(?:[ \t]+of(?:[ \t][A-Z]\w+){1,2})?"
_STOPPED = re.compile(
    rf"(?P<name>{_TITLE}(?:[A-Z][\w'’-]*[ \t]+){{0,3}}[A-Z][A-Z'’-]{{2,}}"
    rf"(?:{_OF}|(?:[ \t][a-z]{{2,10}}){{1,2}}|[ \t]\d{{1,2}})"
    r"(?:[ \t]*\([^()]{1,60}\))?)\.(?:[ \t—–-]+(?=\S)|$)"
)
_STOPPED_SMALL = re.compile(rf"(?P<name>{_TITLE}(?:[A-Z][\w'’-]*[ \t]+){{0,3}}[A-Z][\w'’-]+{_OF})\.[ \t]+(?=\S)")
_SPACED = re.compile(r"(?P<name>\S(?:\S| (?! )){0,40}?)[ ]{2,}(?=\S)")
_ITALIC = re.compile(r"([*_])(?=[^\s*_])(?P<name>[^*_:：]{1,60})(?:[:：]\1|\1[ \t]?[:：])[*_]?")
_SYMBOLS = re.compile(r"^[^\w\[(（<【{+\"'“„*#@`~_¿¡$€£¥§±−≤≥≈…-]+(?=\w)")
_QUESTION_OR_ANSWER = re.compile(r"(?P<name>[QA])(?:\.[ \t]*|[ \t]{2,}|\t[ \t]*|[ \t](?=[A-Z0-9\"“]))(?=\S)")
_DASHED = re.compile(r"(?P<name>[^\s\d:,.!?\-–—][^:,!?–—\t]{0,40}?)[ \t]+[-–—][ \t]+(?=\S)")
_BARRED = re.compile(r"(?P<name>[^\s|:][^|:]{0,60}?)[ \t]*\|[ \t]+(?=\S)")
_WIDE_SPACE = re.compile(r"(?P<name>[^\s、。！？「」『』:：]{1,16})\u3000+(?=\S)")
_QUOTED = re.compile(r"(?P<name>[^\s、。！？「」『』:：]{1,10})「(?P<words>.*)」$")
_STOP_AND_DASH = re.compile(
    r"(?P<name>[^\W\d_a-z][^:!?–—]{2,100}?)\.[ \t]+[–—][ \t]+(?=\S)"
)  # the European Parliament's
_ONE_WORD_SENTENCE = re.compile(r"\S[^\s.]+\.")  # "Yep.", unlike "Oda B."
_ADDRESS = re.compile(r"\s*<[^<>@\s]{1,60}@[^<>@\s]{1,60}>$")  # an e-mail address after a name
_TRAILING = " \t-–—|,@:：([（【<`"


class Head(NamedTuple):
    """What a line's beginning could be: `shape` names its parts in order, `rest` is the line without them.

    In `shape`, `T` is a time and `N` a name; `:` is a colon after it and `/` means that the line holds nothing else.
    `plain` is the text to use if the name is not one after all: the line without a time in front.
    """

    shape: str
    name: str | None
    rest: str
    plain: str
    stamp: Stamp | None = None
    signs: str = ""  # in front: "*" for bold type, ">" for a change of speaker, "-" for a list, "#" for a heading
    bold_to: int = 0  # where bold type ends in `plain`, if that is inside the name

    @property
    def bold(self) -> bool:
        """Whether it is in bold type."""
        return "*" in self.signs

    @property
    def chevron(self) -> bool:
        """Whether a change of speaker is marked in front."""
        return ">" in self.signs

    @property
    def dash(self) -> bool:
        """Whether it is an item of a list, or begins like one."""
        return "-" in self.signs

    @property
    def heading(self) -> bool:
        """Whether it is a heading."""
        return "#" in self.signs


def head_of(line: str) -> Head | None:
    """What the beginning of a line could be; None if it begins like plain words."""
    text = line.strip()
    if text[:1].isalnum():
        return _beginning(text, 0)
    signs = ""
    if match := _HASHES.match(text):
        signs, text = "#", text[match.end() :]
    if match := _BULLET.match(text):
        signs, text = f"-{signs}", text[match.end() :]
    if match := _CHEVRONS.match(text):
        signs, text = f">{signs}", text[match.end() :]
    if match := _ITALIC.match(text):
        text = f"**{match['name']}:**{text[match.end() :]}"
    elif match := _SYMBOLS.match(text):
        text = text[match.end() :]
    if text[:1] == "@" and text[1:2].isdigit():
        text = text[1:]
    if match := _BOLD.match(text):
        inner = match[2].strip()
        head = _beginning(inner + text[match.end() :], len(inner))
        signs = f"*{signs}"
    else:
        head = _beginning(text, 0)
    if head is None:
        return Head("", None, text, text, None, signs) if signs.strip("*") else None
    return head._replace(signs=signs) if signs else head


def _beginning(text: str, bold: int) -> Head | None:
    """The time and the name in front of a text whose first `bold` characters are bold; None if there is neither."""
    if not text:
        return None
    stamp = stamp_at(text) if text[0] in "0123456789[(<{【（「`*_" else None
    rest, tab = text, False
    if stamp is not None:
        gap = _AFTER_TIME.match(text, stamp.stop)
        end = gap.end() if gap else stamp.stop
        rest, tab = text[end:], "\t" in text[stamp.stop : end]
        bold = max(0, bold - end)
        if match := _BOLD.match(rest):
            inner = match[2].strip()
            rest, bold = inner + rest[match.end() :], len(inner)
        if not rest or rest in (":", "："):
            return Head("T", None, "", "", stamp)
    found = _name(rest, stamp, bold, tab)
    if found is not None:
        return found
    return None if stamp is None else Head("T ", None, rest, rest, stamp)


def _name(text: str, stamp: Stamp | None, bold: int, tab: bool) -> Head | None:
    """The name in front of a text, in the first shape that fits, from the surest to the weakest; None if none does.

    `bold` is the number of characters in bold type, `tab` tells whether a tab follows the time.
    """
    first = text[0]
    if first in "[<【({（" and (found := _in_brackets(text, stamp)):
        return found
    if first in "QA" and (match := _QUESTION_OR_ANSWER.match(text)):
        return _matched("Q.", match, stamp)
    if (":" in text or "：" in text) and (found := _by_first_colon(text, stamp, bold)):
        return found
    if bold and could_be_name(text[:bold]):
        return _tail("B", text[:bold], text[bold:], text, stamp)
    if found := _before_separator(text, stamp, tab):
        return found
    if text.find(".", 2, LONGEST) > 0 and first.isupper() and (found := _before_full_stop(text, stamp)):
        return found
    if len(text) <= 50 and text.count(" ") < 6 and could_be_name(text) and not _ONE_WORD_SENTENCE.fullmatch(text):
        return _head("N/", text, "", text, stamp)
    return _before_dash(text, stamp)


def _head(shape: str, name: str, rest: str, plain: str, stamp: Stamp | None, time_behind: Stamp | None = None) -> Head:
    """The head whose name has this shape; `stamp` is in front of it."""
    return Head(f"T {shape}" if stamp else shape, name, rest, plain, stamp or time_behind)


def _matched(shape: str, match: re.Match[str], stamp: Stamp | None) -> Head:
    """The head whose name a pattern has found in front of a text."""
    return _head(shape, match["name"], match.string[match.end() :], match.string, stamp)


def _in_brackets(text: str, stamp: Stamp | None) -> Head | None:
    """A name in brackets; round and curly ones without a colon mostly hold sounds, and so have shapes of their own."""
    match = _BRACKETED.match(text)
    if match is None:
        return None
    opening = text[0]
    name, after = match[match.lastgroup or 0], text[match.end() :]
    if not could_be_name(name):
        return None
    bare = opening in _MOSTLY_SOUNDS and after.lstrip()[:1] not in (":", "：")
    if bare and opening == "（" and (found := _behind_a_sound(text, match.end(), stamp)):
        return found
    shape = "<N>" if opening == "<" else _MOSTLY_SOUNDS[opening] if bare else "[N]"
    return _tail(shape, name, after, text, stamp)


def _behind_a_sound(text: str, at: int, stamp: Stamp | None) -> Head | None:
    """A label after a sound in wide brackets; the sound moves in front of its words."""
    after = text[at:].lstrip()
    colon = _COLON.search(after, 1, LONGEST + 40)
    if colon is None or not (found := _before_colon(after, colon.start(), stamp)):
        return None
    return found._replace(rest=f"{text[:at]}{found.rest}", plain=text)


def _by_first_colon(text: str, stamp: Stamp | None, bold: int) -> Head | None:
    """A name before the first colon near the start, or before a time that contains it."""
    colon = _COLON.search(text, 0, LONGEST + 40)
    found = _before_colon(text, colon.start(), stamp) if colon else None
    return found._replace(bold_to=bold) if found and colon and 0 < bold < colon.start() else found


def _before_separator(text: str, stamp: Stamp | None, tab: bool) -> Head | None:
    """A name before a tab, a bar or a wide space; after a time, before a tab only if one follows the time too."""
    start = text[:LONGEST]
    if "\t" in start and (tab or not stamp) and (found := _before_tab(text, stamp)):
        return found
    if not text.isascii() and (found := _not_ascii(text, stamp)):
        return found
    if "|" in start and (match := _BARRED.match(text)) and could_be_name(match["name"]):
        return _matched("N|", match, stamp)
    if "  " in start and (match := _SPACED.match(text)) and could_be_name(match["name"]):
        return _matched("N  ", match, stamp)
    return None


def _before_tab(text: str, stamp: Stamp | None) -> Head | None:
    name, _, after = text.partition("\t")
    words = after.strip()
    return _head("N\t", name, words, text, stamp) if words and could_be_label(name) else None


def _not_ascii(text: str, stamp: Stamp | None) -> Head | None:
    """A name before a wide space, before words in corner brackets, or before a full stop and a dash."""
    if "\u3000" in text[:18] and (match := _WIDE_SPACE.match(text)) and could_be_name(match["name"]):
        return _head("N\u3000", match["name"], text[match.end() :].strip(), text, stamp)
    if "「" in text[:12] and (match := _QUOTED.match(text)) and could_be_name(match["name"]):
        return _head("N「", match["name"], match["words"], text, stamp)
    if ". " in text[:104] and (match := _STOP_AND_DASH.match(text)) and could_be_name(role_off(match["name"])):
        return _matched("N.-", match, stamp)
    return None


def _before_full_stop(text: str, stamp: Stamp | None) -> Head | None:
    """A name before a full stop; one that is not in capitals ("MR. QUILL. We …") has two words or more."""
    if match := _STOPPED.match(text):
        return _matched("N.", match, stamp)
    match = _STOPPED_SMALL.match(text)
    return _matched("n.", match, stamp) if match and " " in match["name"] and could_be_name(match["name"]) else None


def _before_dash(text: str, stamp: Stamp | None) -> Head | None:
    start = text[:50]
    dashed = " - " in start or " – " in start or " — " in start
    match = _DASHED.match(text) if dashed else None
    return _matched("N-", match, stamp) if match and could_be_name(match["name"]) else None


def by_bracket(head: Head) -> Head | None:
    """The head of a line if its wide bracket names the speaker and the label after it is words; else None."""
    match = _BRACKETED.match(head.plain) if head.rest[:1] == "（" == head.plain[:1] else None
    if match is None or not could_be_name(match["wide"]):
        return None
    head_by_bracket = _tail("（N)", match["wide"], head.plain[match.end() :], head.plain, head.stamp)
    return head_by_bracket._replace(signs=head.signs)


def _before_colon(text: str, at: int, stamp: Stamp | None) -> Head | None:
    """The head whose name ends at the colon `at`, or at a time that contains it; None if there is no name."""
    if text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit():
        begin = len(text[: at - 1].rstrip("0123456789"))
        dated = re.search(r"(?:\d{1,4}[-./]){2}\d{1,4},?\s+$", text[:begin])
        begin = dated.start() if dated else begin
        name = text[:begin].rstrip(_TRAILING).removesuffix(" at")
        opened = text[len(name) : begin].removeprefix(" at ").lstrip(" \t-–—|,@:：*_`")
        time_behind = stamp_at(text, begin - len(opened)) if name else None
        if time_behind is None or not could_be_name(name):
            return None
        after = text[time_behind.stop :].lstrip(" \t")
        named_by_colon = ":" if after[:1] in (":", "：") or text[len(name) : len(name) + 1] in (":", "：") else ""
        after = after.removeprefix(":").removeprefix("：").lstrip(" \t-–—|").strip()
        return _head(f"N T{named_by_colon}{' ' if after else '/'}", name, after, text, stamp, time_behind)
    after = text[at + 1 :]
    if after[:2] == "//" or (text[at] == ":" and after[:1].isdigit() and text[at - 1 : at].isdigit()):
        return None
    name = _ADDRESS.sub("", text[:at]) if "@" in text[:at] else text[:at]
    if not could_be_label(name) and not (name[-1:] == "!" and could_be_name(name.rstrip("!"))):
        return None
    return _tail("N:", name, after, text, stamp)


def _tail(shape: str, name: str, after: str, plain: str, stamp: Stamp | None) -> Head:
    """The head with what follows its name: perhaps a colon, perhaps a time, then the words."""
    after = after[end.end() :] if (end := _END_OF_EMPHASIS.match(after)) else after
    if after[:1] in (":", "：") and not shape.endswith(":"):
        shape, after = f"{shape}:", after[1:].lstrip(" \t")
    if (
        stamp is None
        and after[:1]
        and after[0] in "0123456789[(<{【（-–—|@,`"
        and (time_behind := stamp_at(after, len(after) - len(after.lstrip(" \t-–—|@,"))))
    ):
        rest = after[time_behind.stop :].strip()
        colon = rest[:1] in (":", "：")
        rest = rest[1:].lstrip() if colon else rest.lstrip("-–—| ")
        return _head(f"{shape} T{':' if colon else ''}{' ' if rest else '/'}", name, rest, plain, None, time_behind)
    return _head(f"{shape}{' ' if after.strip() else '/'}", name, after.strip(), plain, stamp)
