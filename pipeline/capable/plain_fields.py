"""Read fields that should be plain text as Markdown: remove markup, numbers of headings and repeated leads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.capable.headings import are_numbered, without_number
from pipeline.capable.markdown_parser import nodes_of
from pipeline.capable.markdown_words import text_of
from pipeline.draft import DraftGroup, DraftStatement, updated
from pipeline.emphasis import unmarked
from pipeline.text import clean

_MARK_IN_FRONT = re.compile(r"#|[-+]\s")
_MARKS = re.compile(r"(?m)^[ \t]*`{3,}\w*|[-+*#`\s]")  # all that may be removed
_BEGINS_WITH_A_WORD = re.compile(r"[^\w\s]?[^\W\d_]")
_BEHIND_LEAD = re.compile(r"\s*(?::\s+|：\s*)|\s+[–—]\s+(?!.*\s[–—]\s)")  # two dashes enclose an aside


def plain(groups: Sequence[DraftGroup]) -> tuple[DraftGroup, ...]:
    """The groups of a section in plain words, each field in one line; words that were bold become emphasis."""
    titles = [_plain_title(group.heading) for group in groups]
    numbered = are_numbered([title for title, _ in titles])
    headings = [without_number(title) if numbered or was_marked else title for title, was_marked in titles]
    return tuple(
        updated(
            group,
            heading=heading,
            part=_plain_title(group.part)[0],
            statements=tuple(map(plain_statement, group.statements)),
        )
        for group, heading in zip(groups, headings, strict=True)
    )


def plain_statement(statement: DraftStatement) -> DraftStatement:
    """A statement and its details in plain words; a lead that the text repeats is removed from the text."""
    text, emphasis = _plain(statement.text)
    label = _plain(statement.label)[0]
    return updated(
        statement,
        text=_behind(label, text),
        label=label,
        columns=tuple(_plain(title)[0] for title in statement.columns),
        details=tuple(map(plain_statement, statement.details)),
        emphasis=(*statement.emphasis, *emphasis),
    )


def _plain_title(title: str) -> tuple[str, bool]:
    """A title in plain words, and whether it began with the mark of a heading."""
    text = unmarked(title)[0].strip()
    bare = text.lstrip("#")
    was_marked = bare != text and bare[:1].isspace()
    return _plain(bare if was_marked else text)[0], was_marked


def _plain(text: str) -> tuple[str, tuple[str, ...]]:
    """A text in one line without Markdown, and its words in bold.

    It stays unchanged if it would lose more than markup. A sign before a figure is not a bullet, and a lone "#" means a
    number.
    """
    text, emphasis = unmarked(text.strip())
    if not ("*" in text or "`" in text or _MARK_IN_FRONT.match(text)):  # true of nearly all texts
        return clean(text), emphasis
    try:
        nodes = nodes_of(text)
        plain_text = clean(" ".join(map(text_of, nodes)))
    except RecursionError:  # emphasis within emphasis, hundreds of levels deep
        return clean(text), emphasis
    is_list = any(node.type == "bullet_list" for node in nodes)
    is_item = len(nodes) == 1 and len(nodes[0].children) == 1 and _BEGINS_WITH_A_WORD.match(plain_text)
    is_other = any(node.type == "code_block" or node.tag == "h1" for node in nodes)
    if not plain_text or is_other or (is_list and not is_item) or _MARKS.sub("", plain_text) != _MARKS.sub("", text):
        return clean(text), emphasis
    return plain_text, emphasis


def _behind(lead: str, text: str) -> str:
    """A text without the lead at its beginning and the colon or dash after that."""
    if not lead or text[: len(lead)].casefold() != lead.casefold():
        return text
    mark = _BEHIND_LEAD.match(text, len(lead))
    return text[mark.end() :] or text if mark else text
