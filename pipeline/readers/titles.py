"""Records that name speakers by a title and small words: "M. le ministre. …" beside "M. Jean Abel. …"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.readers.common import Common
from pipeline.readers.evidence import Labels, Mark, mark_of
from pipeline.readers.heads import Head
from pipeline.readers.text_lines import Text
from pipeline.readers.tidy import tidy

_OFFICE = re.compile(r"(?P<name>[^\W\d_]{1,4}\.?(?:[ \t]+[^\W\d_A-Z][\w'’-]*){1,9})\.[ \t]+(?=\S)")
_WITH_ROLE = re.compile(r"(?P<name>[^\W\d_]{1,4}\.?(?:[ \t]+[A-Z][\w'’-]*){1,4}),[ \t][^.,:;!?]{2,80}\.[ \t]+(?=\S)")
_SHORT = re.compile(r"(?P<name>[^\W\d_a-z][\w'’-]*(?:[ \t]+[^\W\d_][\w'’-]*){1,3})\.[ \t]+(?=\S)")
_NEARLY_ALL = 0.7  # minimum share of places for turns with a name, if a short beginning without one is in doubt
_ARTICLE_AND_NOUN = 2  # small words that do not make a sentence


def offices(rows: Sequence[Text], common: Common) -> None:
    """Give heads to lines that begin with a recurring office, with a title that is also in front of names."""
    names = (r.head.name or "" for r in rows if r.head and r.head.shape == "n." and r.begins)
    starts = tuple(f"{title} " for title, n in common.titles(names).items() if n > 1)
    if not starts:
        return
    found = [(row, m) for row in rows if row.begins and row.text.startswith(starts) and (m := _OFFICE.match(row.text))]
    counts = Counter(m["name"] for _, m in found)
    for row, match in found:
        name = match["name"]
        if counts[name] > 1 and len(name.split()) == 1 + _ARTICLE_AND_NOUN:
            row.head = Head("n.", name, row.text[match.end() :], row.text)


def titled(rows: Sequence[Text], labels: Labels, common: Common) -> list[Mark]:
    """Marks of lines that begin with a title of other names but no name: an office, or in doubt.

    Also in doubt are beginnings as short as a name, if nearly everywhere else there is a name.
    """
    if "n." not in labels.shapes:
        return []
    starts = tuple(f"{title} " for title in common.titles(labels.names))
    found = [(i, head) for i, row in enumerate(rows) if (head := _headed(row, labels, starts))]
    counts = Counter(head.name for _, head in found)
    marks: list[Mark] = []
    for i, head in found:
        row, words = rows[i], (head.name or "").split()[1:]
        mark = mark_of(head, row.number, row.number, begins=True, followed=True, name=tidy(head.name or ""))
        office = row.text.startswith(starts) and all(word[0].islower() for word in words)
        sure = office and (len(words) <= _ARTICLE_AND_NOUN or counts[head.name] > 1)
        labels.decide(mark, "name" if sure else "doubt")
        row.head, row.mark = head, mark
        marks.append(mark)
    return marks


def _headed(row: Text, labels: Labels, starts: tuple[str, ...]) -> Head | None:
    """The head of a line that begins with such a title, or a short beginning, and names nobody so far; else None."""
    if not row.begins or (row.mark and labels.verdict(row.mark) != "text"):
        return None
    match = None
    if row.text.startswith(starts):
        match = _OFFICE.match(row.text) or _WITH_ROLE.match(row.text)
    elif labels.share >= _NEARLY_ALL:
        match = _SHORT.match(row.text)
    return Head("t.", match["name"], row.text[match.end() :], row.text) if match else None
