"""A manuscript's Markdown as the sections of a draft: paragraphs, lists and tables as statements without lines.

What stands where it is not looked for becomes a main point. What no statement can hold (an address behind a link, the
cells of a row beyond its columns) is left out, and how much that is `lost_words` tells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from pipeline.answers import Unusable
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.labels import Labels
from pipeline.page import sentences_in
from pipeline.sections import Section
from pipeline.sections.base import without_end_mark
from pipeline.sections.main_points import MAIN_POINTS, under_headings
from pipeline.tables import BETWEEN, fills, in_words
from pipeline.text import clean, words

# A line of dashes below a paragraph makes no heading of it, and "[2]: never" is a sentence.
_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 60}).enable("table").disable(["lheading", "reference"])
_ENDS_LEAD = re.compile(r"[.:：?!]$")
_BEHIND_LEAD = re.compile(r"\s*[:：]\s*|\s+[–—-]\s+")
_TERM = re.compile(r"([^.:：?!]{1,60})[:：]\s+(?=\S)")
_NUMBER = re.compile(r"^\d{1,2}[.)]\s+")
_LISTS = ("bullet_list", "ordered_list")
_PROSE = ("overview", "summary")


@dataclass(slots=True)
class _Block:
    """What stands below a heading, "" for the title of a section."""

    section: str
    heading: str
    nodes: list[SyntaxTreeNode]


def sections_in(
    markdown: str, titles: Mapping[str, str], sections: Sequence[Section], labels: Labels
) -> dict[str, tuple[DraftGroup, ...]]:
    """The statements of each section that stands under its title, by the section's name; `titles` in small letters.

    What stands under another heading is a main point below that. Raises Unusable for what is nested too deeply.
    """
    try:
        return _sections_in(markdown, titles, sections, labels)
    except RecursionError as err:
        raise Unusable("the Markdown is nested too deeply") from err


def lost_words(markdown: str, sections: Mapping[str, Sequence[DraftGroup]], titles: Mapping[str, str]) -> int:
    """How many words of the Markdown stand in none of the sections, those of their titles aside."""
    draft = Draft({name: tuple(groups) for name, groups in sections.items()})
    kept = Counter(w for _, s in draft.statements() for text in (s.label, s.text, *s.columns) for w in words(text))
    kept += Counter(w for groups in sections.values() for g in groups for w in words(g.heading))
    rows = (row for row in markdown.splitlines() if not row.startswith("# "))
    said = Counter(w for row in rows if row.lstrip("# ").casefold() not in titles for w in words(row))
    return sum(n for word, n in (said - kept).items() if not word.isdigit())


def _sections_in(
    markdown: str, titles: Mapping[str, str], sections: Sequence[Section], labels: Labels
) -> dict[str, tuple[DraftGroup, ...]]:
    shapes = {s.name: s for s in sections}
    out: dict[str, list[DraftGroup]] = {s.name: [] for s in sections}
    for block in _blocks(markdown, titles):
        section = shapes[block.section]
        points = tuple(_points(block.nodes, labels))
        if section.name == MAIN_POINTS.name:
            out[section.name].append(DraftGroup(points, block.heading))
            continue
        rows, others = _as_rows(points, section, labels)
        out[section.name].append(DraftGroup(rows))
        if others:
            out[MAIN_POINTS.name].append(DraftGroup(others, labels.heading(section.name)))
    filled = {name: tuple(g for g in groups if g.statements) for name, groups in out.items()}
    return filled | {MAIN_POINTS.name: under_headings(filled[MAIN_POINTS.name], labels)}


def _blocks(markdown: str, titles: Mapping[str, str]) -> list[_Block]:
    nodes = SyntaxTreeNode(_PARSER.parse(markdown)).children
    if [n.type for n in nodes] == ["fence"]:  # around the whole document
        nodes = SyntaxTreeNode(_PARSER.parse(nodes[0].content)).children
    out: list[_Block] = []
    for n, node in enumerate(nodes):
        if node.type == "hr":
            continue
        title = _NUMBER.sub("", _words(node)) if node.type == "heading" else ""
        if node.type != "heading":
            if not out:
                out.append(_Block(MAIN_POINTS.name, "", []))
            out[-1].nodes.append(node)
        elif node.tag in ("h1", "h2") and title.casefold() in titles:
            out.append(_Block(titles[title.casefold()], "", []))
        elif node.tag != "h1" or n:  # the document's own title is none of its headings
            if out and out[-1].heading and not out[-1].nodes:
                title = f"{out.pop().heading}: {title}"
            out.append(_Block(MAIN_POINTS.name, title, []))
    return out


def _as_rows(
    points: Sequence[DraftStatement], section: Section, labels: Labels
) -> tuple[tuple[DraftStatement, ...], tuple[DraftStatement, ...]]:
    """The points of a section as its rows, and those that can be none: without a term, or a name."""
    flat = [row for point in points for row in _flat_in_words(point, labels)]
    if section.name in _PROSE:
        return tuple(DraftStatement(text, ()) for row in flat for text in sentences_in(row.labelled)), ()
    if not section.cites:
        return tuple(DraftStatement(row.labelled, ()) for row in flat), ()
    rows: list[DraftStatement] = []
    others: list[DraftStatement] = []
    for point in points:
        for row in _flat_in_words(point, labels):
            if not row.label and (found := _TERM.match(row.text)):
                row = replace(row, label=found[1].strip(), text=row.text[found.end() :])
            if row.label:
                rows.append(row)
            elif rows and row in [replace(d, bound=False) for d in point.details]:
                rows[-1] = replace(rows[-1], text=f"{rows[-1].text} {row.text}")
            else:
                others.append(row)
    return tuple(rows), tuple(others)


def _flat_in_words(point: DraftStatement, labels: Labels) -> Iterator[DraftStatement]:
    """A point and what is nested below it, each without that, and the rows of a table in words."""
    bare = replace(point, details=(), columns=())
    if not point.columns:
        yield bare
        yield from (replace(d, bound=False) for d in point.details)
        return
    yield bare
    yield from (_in_words(row, point.columns, labels) for row in point.details)


def _points(nodes: Sequence[SyntaxTreeNode], labels: Labels) -> Iterator[DraftStatement]:
    """The points below a heading: a table, and a list without leads or in an order, go below the paragraph above."""
    above: DraftStatement | None = None
    for node in nodes:
        rows, columns = _rows(node, labels)
        goes_below = node.type == "table" if columns else node.type in _LISTS and not _beside(node, rows)
        if above and not above.details and goes_below:
            flat = (replace(d, details=()) for row in rows for d in row.flat())
            above = replace(above, details=tuple(flat), columns=columns)
            continue
        if columns:  # nothing stands above that the table could belong to
            rows = [_in_words(row, columns, labels) for row in rows]
        yield from ((above,) if above else ())
        above = None
        if node.type in _LISTS or columns:
            yield from rows
        elif rows:
            above = rows[0]
            yield from rows[1:]
    yield from ((above,) if above else ())


def _beside(node: SyntaxTreeNode, items: Sequence[DraftStatement]) -> bool:
    """Whether the items of a list stand beside each other as points, each under its lead."""
    return node.type == "bullet_list" and all(item.label for item in items)


def _rows(node: SyntaxTreeNode, labels: Labels) -> tuple[list[DraftStatement], tuple[str, ...]]:
    """The statements of a block, and the columns where they are the rows of a table."""
    if node.type in _LISTS:
        return [row for item in node.children for row in _item(item)], ()
    if node.type == "blockquote":
        return [row for child in node.children for row in _rows(child, labels)[0]], ()
    if node.type != "table":
        return list(_statement(node)), ()
    head, *rows = [[_words(cell) for cell in row.children] for part in node.children for row in part.children]
    bound = [DraftStatement(BETWEEN.join(c.replace("|", "/") for c in row), (), bound=True) for row in rows]
    if fills(head, [row.text for row in bound]):
        return bound, tuple(head)
    filled = [pair for row in rows or [[""] * len(head)] for pair in zip(head, row, strict=True)]
    pairs = [labels.colon.join(filter(None, pair)) for pair in filled]
    return [DraftStatement("; ".join(filter(None, pairs)), ())] if any(pairs) else [], ()


def _in_words(row: DraftStatement, columns: Sequence[str], labels: Labels) -> DraftStatement:
    label, text = in_words(columns, row.text, labels.colon)
    return DraftStatement(text, (), label)


def _item(node: SyntaxTreeNode) -> Iterator[DraftStatement]:
    """The statement of a list's item, with all that is nested in it below it."""
    first, *more = node.children or [node]
    inner = tuple(row for child in more for row in _nested(child))
    if first.type in _LISTS:
        yield from (row for child in first.children for row in _item(child))
        yield from inner
    elif rows := list(_statement(first)):
        yield replace(rows[0], details=inner)
    else:
        yield from inner


def _nested(node: SyntaxTreeNode) -> Iterator[DraftStatement]:
    if node.type in _LISTS:
        for child in node.children:
            for row in _item(child):
                yield from (replace(d, details=()) for d in row.flat())
    else:
        yield from _statement(node)


def _statement(node: SyntaxTreeNode) -> Iterator[DraftStatement]:
    """The statement of a paragraph: a bold beginning that ends in a sign, or stands in front of one, is its lead."""
    inline = node.children[0].children if node.type == "paragraph" and node.children else []
    inline = [child for child in inline if child.type != "text" or child.content]
    if inline and inline[0].type == "strong":
        lead = _words(inline[0])
        rest = "".join(_text(child) for child in inline[1:])
        behind = _BEHIND_LEAD.match(rest)
        text = clean(rest[behind.end() :] if behind else rest)
        if text and (behind or _ENDS_LEAD.search(lead)):
            yield DraftStatement(text, (), without_end_mark(lead))
            return
    if text := _words(node):
        yield DraftStatement(text, ())


def _words(node: SyntaxTreeNode) -> str:
    return clean(_text(node))


def _text(node: SyntaxTreeNode) -> str:
    """The words of a block without their marks, code between backticks; asterisks inside a word are its own."""
    match node.type:
        case "text" | "html_inline":
            return node.content
        case "code_inline" | "fence" | "code_block":
            return f"`{node.content.strip()}`"
        case "softbreak" | "hardbreak":
            return " "
        case "em" | "strong":
            mark = node.markup if _is_inside_a_word(node) else ""
            return mark + "".join(map(_text, node.children)) + mark
        case "paragraph" | "heading" | "inline" | "link" | "image" | "th" | "td":
            return "".join(map(_text, node.children))
        case _:
            return " ".join(map(_text, node.children))


def _is_inside_a_word(node: SyntaxTreeNode) -> bool:
    before, after = node.previous_sibling, node.next_sibling
    return bool(
        before and before.type == "text" and before.content[-1:].isalnum() and after and after.content[:1].isalnum()
    )
