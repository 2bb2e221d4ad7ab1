"""Lines of their own that name a speaker with a role: "Dana Cho -- Chief Executive Officer", or the role is below.

So earnings calls are printed. Records of parliaments name an office or a seat once, and only the member later.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.readers.common import Common
from pipeline.readers.evidence import DOUBTFUL_LINE, NAME_LINE
from pipeline.readers.heads import Head
from pipeline.readers.labels import could_be_name, proper, speaker_name
from pipeline.readers.short_lines import could_be_speech, is_sentence
from pipeline.readers.tally import Tally
from pipeline.readers.text_lines import Text

_LONGEST = 160  # maximum number of characters in such a line
_MOST_WORDS = 21  # maximum number of words in it
_WORDS = 16  # maximum number of words in a role
_PEOPLE = 2  # minimum number of people whose lines recur
_MOST = 0.5  # minimum share of the lines that name those who recur, among all lines alone that recur
_LEAST, _LEAST_BY_COMMAS = 0.1, 0.25  # minimum share of paragraphs that are such lines: "Paris, Texas" may be a heading
_INSIDE = 0.3  # maximum share of a name's lines between two parts of a sentence
_SAME = 0.8  # minimum share of a name's lines with the same role below
_SIGN = re.compile(r"[ ][-–—]|,[ ]|[)\[]")  # in front of a role, or behind it
_LONGEST_NAME = 5  # words
_COUNTER = re.compile(r"\s+\[\d{1,4}\]$")  # StreetEvents number the turns
_DASHES = re.compile(r"\s+(?:-{1,2}|[–—])\s+")
_IN_BRACKETS = re.compile(r"(?P<name>[^()\[\]]+?)\s*(?P<roles>(?:\s*\([^()]{1,90}\)){1,3})$")


class _Line(NamedTuple):
    """A line that could be only a name and a role; `form` is the sign between them, "" if there is no role.

    `begins`: it is below an empty line, the end of a sentence, or a line that is no speech either.
    """

    name: str
    role: str
    form: str
    begins: bool = True


class _Label(NamedTuple):
    name: str
    role: str
    below: bool = False  # whether the role is on the next line
    sure: bool = True


def name_lines(rows: list[Text], common: Common, tally: Tally) -> None:
    """Give heads of the shape `NAME_LINE` to such lines, if those of several people recur; record the roles.

    Once there are such lines, others that are only a name in full and stand above speech are `DOUBTFUL_LINE`.
    """
    beginnings = [i for i, row in enumerate(rows) if row.begins and len(row.text) <= _LONGEST and ":" not in row.text]
    texts = Counter([_without_number(rows[i].text) for i in beginnings])
    if max(texts.values(), default=0) < 2 or not _labels(rows, beginnings, common):
        return
    labels = _labels(rows, range(len(rows)), common)  # among all lines, as only few files have such labels
    for i, label in labels.items():
        rows[i].head = Head(NAME_LINE if label.sure else DOUBTFUL_LINE, label.name, "", rows[i].text)
        rows[i].begins = True
        tally.role(speaker_name(label.name), label.role, rows[i].number)
        for row in rows[i + 1 : i + 2 + label.below]:
            row.ruled = False
    if below := {i + 1 for i, label in labels.items() if label.below}:
        rows[:] = [row for i, row in enumerate(rows) if i not in below]


def _labels(rows: Sequence[Text], places: Iterable[int], common: Common) -> dict[int, _Label]:
    """The labels among the lines at some places; none if too few people recur."""
    lines = _members_for_offices({i: line for i in places if (line := _line(rows, i))}, common)
    return _with_roles_below(rows, lines) or _with_roles_beside(rows, lines)


def _line(rows: Sequence[Text], i: int) -> _Line | None:
    """The name and the role that a line could hold; None if it holds more, or a time."""
    text, head = rows[i].text, rows[i].head
    if len(text) > _LONGEST or not (text[0].isupper() or text[0] == "*" or not text[0].isascii()):
        return None
    if text.count(" ") > _LONGEST_NAME and not _SIGN.search(text):
        return None
    if ":" in text or (text.count(" ") > _MOST_WORDS) or (head and (head.stamp or head.heading or head.chevron)):
        return None
    text = _without_number(text.replace("*", "") if "*" in text else text).strip()
    if not text or is_sentence(text):
        return None
    found = _parted(text)
    if len(found.role.split()) > _WORDS or any(map(str.isdigit, found.name)):
        return None
    office = found.form == "(" and proper(found.role)
    if not (office or (proper(found.name) and could_be_name(found.name))):
        return None
    return found._replace(begins=rows[i].begins or (i > 0 and not could_be_speech(rows[i - 1].text)))


def _without_number(text: str) -> str:
    return _COUNTER.sub("", text) if text[-1:] == "]" else text


def _parted(text: str) -> _Line:
    """A line cut into name and role, at a dash, else a bracket, else a comma."""
    if " " in text and (match := _DASHES.search(text)):
        name, comma, before = text[: match.start()].partition(", ")
        role = f"{before}{comma}{text[match.end() :]}"
        return _Line(name, _DASHES.sub(", ", role), "-")
    if match := _IN_BRACKETS.match(text):
        roles = (role.strip(" )") for role in match["roles"].strip()[1:].split("("))
        return _Line(match["name"], "; ".join(roles), "(")
    name, _, role = text.partition(", ")
    return _Line(name, role, ",") if role and " " in name else _Line(text, "", "")


def _members_for_offices(lines: Mapping[int, _Line], common: Common) -> dict[int, _Line]:
    """The lines; in "The Minister for Ports (Ana Menon)", the member's name is in brackets.

    The member has a line without an office too, or the office begins like a phrase and has small words.
    """
    alone = {line.name for line in lines.values() if not line.role}
    found: dict[int, _Line] = {}
    for i, line in lines.items():
        first, *others = line.name.split()
        phrase = " " in line.role and any(map(str.islower, others)) and common(first)
        if line.form == "(" and (line.role in alone or phrase) and line.name not in alone:
            found[i] = line._replace(name=line.role, role=line.name)
        elif proper(line.name):
            found[i] = line
    return found


def _with_roles_beside(rows: Sequence[Text], lines: Mapping[int, _Line]) -> dict[int, _Label]:
    """The labels with roles beside names, and those that are only a name; none if too few people recur."""
    if not any(line.role for line in lines.values()):
        return {}
    running = _running_heads(rows, lines)
    over = {i: line for i, line in lines.items() if line.begins and _is_over_speech(rows, i, lines)}
    over = {i: line for i, line in over.items() if line.name not in running}
    known = _recurring(over.values())
    roles: dict[str, Counter[str]] = defaultdict(Counter)
    for line in over.values():
        if line.role and line.name in known:
            roles[line.name][line.role] += 1
    with_role = {*roles}
    same = {name for name, texts in roles.items() if max(texts.values()) >= _SAME * texts.total()}
    if not _are_people(same, over.values(), known):
        return {}
    forms = {line.form for line in over.values() if line.name in with_role and line.role}
    first = min(i for i, line in over.items() if line.name in known)
    named = known | {line.name for i, line in over.items() if i >= first and line.form in forms}
    labels = {
        i: _Label(line.name, line.role)
        for i, line in lines.items()
        if i >= first and line.name in named and (line.begins or line.role)
    }
    least = _LEAST_BY_COMMAS if forms == {","} else _LEAST
    if len(labels) < least * sum(row.begins for row in rows[first:]):
        return {}
    return labels | _doubtful(over, first, named)


def _is_over_speech(rows: Sequence[Text], i: int, lines: Mapping[int, _Line]) -> bool:
    return i + 1 < len(rows) and i + 1 not in lines and could_be_speech(rows[i + 1].text)


def _recurring(lines: Iterable[_Line]) -> set[str]:
    """The names that come back after another; headings of slides are rather repeated at once."""
    return {
        name for name, n in Counter(name for name, _ in itertools.groupby(line.name for line in lines)).items() if n > 1
    }


def _running_heads(rows: Sequence[Text], lines: Mapping[int, _Line]) -> set[str]:
    """What looks like a name but often is between two parts of a sentence, as running heads of pages are."""
    counts = Counter(line.name for line in lines.values())
    inside = Counter(
        line.name
        for i, line in lines.items()
        if i + 1 < len(rows) and (not (line.begins or i - 1 in lines) or rows[i + 1].text[0].islower())
    )
    return {name for name, n in inside.items() if n > _INSIDE * counts[name]}


def _doubtful(over: Mapping[int, _Line], first: int, named: set[str]) -> dict[int, _Label]:
    """Lines that are only a name in full, once: "Unidentified Analyst", or perhaps a heading."""
    return {
        i: _Label(line.name, "", sure=False)
        for i, line in over.items()
        if i > first and not line.role and " " in line.name and line.name not in named
    }


def _are_people(names: set[str], lines: Iterable[_Line], known: set[str]) -> bool:
    """Whether such names are enough, are written in full, and make up most of the lines alone that recur."""
    if sum(" " in name or not name.isascii() for name in names) < _PEOPLE:
        return False
    recurring = [line.name in names for line in lines if line.name in known]
    return sum(recurring) >= _MOST * len(recurring)


def _with_roles_below(rows: Sequence[Text], lines: Mapping[int, _Line]) -> dict[int, _Label]:
    """The labels with roles on the next line, the same whenever a name recurs; none if too few people recur."""
    over = {i: line for i, line in lines.items() if not line.role and line.begins and i + 1 < len(rows)}
    below: dict[str, Counter[str]] = {line.name: Counter() for line in over.values()}
    for i, line in over.items():
        spoken = i + 2 < len(rows) and could_be_speech(rows[i + 2].text)
        below[line.name][rows[i + 1].text if spoken else ""] += 1
    roles = _constant(below)
    known = _recurring(over.values()) - {*roles.values()} - _running_heads(rows, over)
    roles = {name: text for name, text in roles.items() if name in known}
    if not _are_people(set(roles), over.values(), known):
        return {}
    first = min(i for i, line in over.items() if line.name in known)
    labels: dict[int, _Label] = {}
    for i, line in over.items():
        name, text = line.name, rows[i + 1].text
        if i < first or (i - 1 in labels and labels[i - 1].below):
            continue
        once = name not in known and i + 2 < len(rows) and could_be_speech(rows[i + 2].text)
        if roles.get(name) == text or (once and _could_be_role(text) and text not in known):
            labels[i] = _Label(name, text, below=True)
        elif name in known:
            labels[i] = _Label(name, "")
    return labels


def _constant(below: Mapping[str, Counter[str]]) -> dict[str, str]:
    """The role of each name that recurs and nearly always has the same line below, which has other lines below it."""
    found: dict[str, str] = {}
    for name, texts in below.items():
        text, n = texts.most_common(1)[0]
        if text and n > 1 and n >= _SAME * texts.total() and _could_be_role(text):
            found[name] = text
    return {name: text for name, text in found.items() if text not in found}


def _could_be_role(text: str) -> bool:
    """Whether a line below a name could be a role: short, without a colon, and no sentence."""
    return ":" not in text and len(text.split()) <= _WORDS and not is_sentence(text)
