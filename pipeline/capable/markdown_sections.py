"""A manuscript's Markdown as the sections of a draft: paragraphs, lists and tables as statements without lines.

Nothing of it is thrown away: what stands where it is not looked for becomes a point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from pipeline.draft import DraftGroup, DraftStatement
from pipeline.labels import Labels
from pipeline.page import sentences_in
from pipeline.sections import Section
from pipeline.sections.base import without_end_mark
from pipeline.sections.main_points import MAIN_POINTS, under_headings
from pipeline.tables import BETWEEN, fills, in_words
from pipeline.text import clean

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_LEAD = re.compile(r"\*\*(?:(.+?[.:：?!])\*\*|(.+?)\*\*\s*[:：–—.-])\s*", re.DOTALL)  # a sign tells it from emphasis
_LISTS = ("bullet_list", "ordered_list")
_PROSE = ("overview", "summary")
_NUMBER = re.compile(r"^\d+[.)]\s+")


def sections_in(
    markdown: str, titles: Mapping[str, str], sections: Sequence[Section], words: Labels
) -> dict[str, tuple[DraftGroup, ...]]:
    """The statements of each section that stands under its title, by the section's name; `titles` in small letters.

    What stands under another heading is a main point below that.
    """
    blocks: dict[str, list[tuple[str, list[SyntaxTreeNode]]]] = {s.name: [] for s in sections}
    name, heading = MAIN_POINTS.name, ""
    for node in SyntaxTreeNode(_PARSER.parse(markdown)).children:
        if node.type == "heading" and node.tag != "h1":
            title = _NUMBER.sub("", _bare(_text(node)))
            name = titles.get(title.casefold(), MAIN_POINTS.name)
            heading = "" if title.casefold() in titles else title
            blocks[name].append((heading, []))
        elif node.type not in ("heading", "hr"):
            if not blocks[name]:
                blocks[name].append((heading, []))
            blocks[name][-1][1].append(node)
    groups = {s.name: [DraftGroup(_statements(of, s, words), title) for title, of in blocks[s.name]] for s in sections}
    filled = {name: tuple(g for g in of if g.statements) for name, of in groups.items()}
    return filled | {MAIN_POINTS.name: under_headings(filled[MAIN_POINTS.name], words)}


def _statements(nodes: Sequence[SyntaxTreeNode], section: Section, words: Labels) -> tuple[DraftStatement, ...]:
    points = tuple(_points(nodes, words))
    if section.name == MAIN_POINTS.name:
        return points
    rows = [replace(row, details=(), columns=(), bound=False) for point in points for row in point.flat()]
    if section.name in _PROSE:
        return tuple(DraftStatement(text, ()) for row in rows for text in sentences_in(row.labelled))
    if not section.cites:
        return tuple(DraftStatement(row.labelled, ()) for row in rows)
    out: list[DraftStatement] = []
    for row in rows:  # one without a name or a term goes on with the one above it
        if row.label or not out:
            out.append(row)
        else:
            out[-1] = replace(out[-1], text=f"{out[-1].text} {row.text}")
    return tuple(row for row in out if row.label)


def _points(nodes: Sequence[SyntaxTreeNode], words: Labels) -> Iterator[DraftStatement]:
    """The points below a heading: a table, and a list without leads or in an order, go below the paragraph above."""
    above: DraftStatement | None = None
    for node in nodes:
        rows, columns = _rows(node, words)
        goes_below = node.type == "table" if columns else node.type in _LISTS and not _beside(node, rows)
        if above and not above.details and goes_below:
            flat = (replace(d, details=()) for row in rows for d in row.flat())
            above = replace(above, details=tuple(flat), columns=columns)
            continue
        if columns:  # nothing stands above that the table could belong to
            rows = [_in_words(row, columns, words) for row in rows]
        yield from ((above,) if above else ())
        above = None
        if node.type in _LISTS or columns:
            yield from rows
        elif rows:
            above = rows[0]
    yield from ((above,) if above else ())


def _beside(node: SyntaxTreeNode, items: Sequence[DraftStatement]) -> bool:
    """Whether the items of a list stand beside each other as points, each under its lead."""
    return node.type == "bullet_list" and all(item.label for item in items)


def _rows(node: SyntaxTreeNode, words: Labels) -> tuple[list[DraftStatement], tuple[str, ...]]:
    """The statements of a block, and the columns where they are the rows of a table."""
    if node.type in _LISTS:
        return [row for item in node.children for row in _item(item)], ()
    if node.type == "table":
        head, *rows = [[_bare(_text(cell)) for cell in row.children] for part in node.children for row in part.children]
        bound = [DraftStatement(BETWEEN.join(c.replace("|", "/") for c in row), (), bound=True) for row in rows]
        if fills(head, [row.text for row in bound]):
            return bound, tuple(head)
        pairs = [
            words.colon.join(filter(None, pair))
            for row in rows or [[""] * len(head)]
            for pair in zip(head, row, strict=True)
        ]
        return [DraftStatement("; ".join(filter(None, pairs)), ())] if any(pairs) else [], ()
    label, text = _led(_text(node))
    return [DraftStatement(text, (), label)] if text else [], ()


def _in_words(row: DraftStatement, columns: Sequence[str], words: Labels) -> DraftStatement:
    label, text = in_words(columns, row.text, words.colon)
    return DraftStatement(text, (), label)


def _item(node: SyntaxTreeNode) -> Iterator[DraftStatement]:
    """The statement of a list's item, with all that is nested in it below it."""
    first, *more = node.children or [node]
    inner = [row for child in more for row in _nested(child)]
    if first.type in _LISTS:
        yield from (row for child in first.children for row in _item(child))
        yield from inner
        return
    label, text = _led(_text(first))
    if text:
        yield DraftStatement(text, (), label, tuple(inner))
    else:
        yield from inner


def _nested(node: SyntaxTreeNode) -> Iterator[DraftStatement]:
    if node.type in _LISTS:
        for child in node.children:
            for row in _item(child):
                yield from (replace(d, details=()) for d in row.flat())
    else:
        label, text = _led(_text(node))
        yield from [DraftStatement(text, (), label)] if text else []


def _led(text: str) -> tuple[str, str]:
    """The bold lead of a text and what follows it; a text that is bold as a whole has none."""
    found = _LEAD.match(text)
    if found and text[found.end() :].strip():
        return without_end_mark(_bare(found[1] or found[2])), _bare(text[found.end() :])
    return "", _bare(text)


def _bare(text: str) -> str:
    return clean(text.replace("**", ""))


def _text(node: SyntaxTreeNode) -> str:
    """The words of a block, with strong ones between two asterisks and code between backticks, all else bare."""
    match node.type:
        case "text" | "html_inline":
            return node.content
        case "code_inline" | "fence" | "code_block":
            return f"`{node.content.strip()}`"
        case "softbreak" | "hardbreak":
            return " "
        case "strong":
            return f"**{''.join(map(_text, node.children))}**"
        case "paragraph" | "heading" | "inline" | "em" | "link" | "image" | "th" | "td":
            return "".join(map(_text, node.children))
        case _:
            return " ".join(map(_text, node.children))
