"""A manuscript's headings: which section each begins, which are titles of parts, and the page that they stand on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from markdown_it.tree import SyntaxTreeNode

from pipeline.sections.base import without_end_mark
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.sections.overview import OVERVIEW
from pipeline.sections.prerequisites import PREREQUISITES
from pipeline.text import UNPARTED

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*")
_HEADING = re.compile(r" {0,3}#{1,6}\s")
_UNDERLINED = re.compile(r"(?m)^(\S.*)\n(?:=+|-{2,})[ \t]*$")
_BULLET = re.compile(r"(?m)^([ \t]*)[•◦‣▪●][ \t]+")
_GLUED_TABLE = re.compile(r"(?m)^([ \t]*(?!\|)\S.*)\n(?=[ \t]*\|.*\|[ \t]*\n[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$)")
_NUMBER = re.compile(r"^(?:(\d+)[.)]|(?:\d+\.)+(\d+)\.?)\s+")
_BEFORE_TITLE = re.compile(r"^(?:[\W\d_]+|[ivxlc]+[.)]\s+)+")  # signs, emoji, numbers, those of Rome
_AROUND_END = re.compile(r"\s*\(.*\)\W*$|[\W_]+$")
_END_OF_WORD = rf"(?![^\W{UNPARTED}])"
_LEVELS = ("h2", "h3", "h4", "h5", "h6")
_OF_SECTIONS = 2  # the deepest level on which their titles are looked for


@dataclass(slots=True)
class Block:
    """What stands below a heading of some level, "" for the `title` of a section, within a `part`, "" for none.

    The deeper headings of a section other than the main points are blocks `inside` it.
    """

    section: str
    heading: str
    level: int
    part: str = ""
    title: str = ""
    nodes: list[SyntaxTreeNode] = field(default_factory=list)
    inside: list[Block] = field(default_factory=list)


def page_of(markdown: str, titles: Mapping[str, str]) -> str:
    """The manuscript without the fence around it and what stands around that, in the forms that a parser knows.

    Titles of sections that are underlined get the sign of a heading, bullets of print that of a list, and a table
    right below a line a blank one above it.
    """
    page = _unfenced(markdown.replace("\r\n", "\n").replace("\r", "\n"))
    page = _UNDERLINED.sub(lambda row: f"## {row[1]}\n" if _bare(row[1]) in titles else row[0], page)
    return _GLUED_TABLE.sub(r"\1\n\n", _BULLET.sub(r"\1- ", page))


def blocks_of(nodes: Sequence[tuple[SyntaxTreeNode, str]], titles: Mapping[str, str]) -> list[Block]:
    """What stands below each heading; `nodes` are those of the page, each with its words."""
    out: list[Block] = []
    numbered_tags = {tag for tag in _LEVELS if are_numbered([words for node, words in nodes if node.tag == tag])}
    titled = {titles[_bare(words)] for node, words in nodes if _of_sections(node) and _bare(words) in titles}
    for n, (node, words) in enumerate(nodes):
        if node.type == "hr":
            continue
        if node.type != "heading":
            if not out:
                out.append(Block(MAIN_POINTS.name, "", _OF_SECTIONS))
            (out[-1].inside or out)[-1].nodes.append(node)
            continue
        title, level = _NUMBER.sub("", words) if node.tag in numbered_tags else words, int(node.tag[1:])
        is_page_title = level == 1 and not n  # the document's own title is none of its headings
        name = _section(title, titles, titles.values() if is_page_title else titled) if _of_sections(node) else ""
        if name:
            out.append(Block(name, "", level, title=title))
        elif out and out[-1].section != MAIN_POINTS.name and level > out[-1].level:
            out[-1].inside.append(Block(out[-1].section, title, level))
        elif not is_page_title:
            out.append(Block(MAIN_POINTS.name, title, level))
    return _in_parts(_with_prerequisites(out if MAIN_POINTS.name in titled else _under_main_points(out)))


def without_number(heading: str) -> str:
    """A heading without the number in front of it."""
    return _NUMBER.sub("", heading)


def _unfenced(page: str) -> str:
    """The inside of a fence that holds all headings of a page; one that is not closed goes on to the end."""
    rows = page.split("\n")
    opens = next((n for n, row in enumerate(rows) if _FENCE.fullmatch(row)), None)
    if opens is None:
        return page
    mark = rows[opens].strip()
    mark = mark[: len(mark) - len(mark.lstrip(mark[0]))]
    fences = [n for n, row in enumerate(rows) if n > opens and row.strip().startswith(mark)]
    closes = fences[-1] if len(fences) % 2 else len(rows)  # two belong to each fence inside
    inside, outside = rows[opens + 1 : closes], rows[:opens] + rows[closes + 1 :]
    holds_all_headings = any(map(_HEADING.match, inside)) and not any(map(_HEADING.match, outside))
    return "\n".join(inside) if holds_all_headings else page


def _of_sections(node: SyntaxTreeNode) -> bool:
    return node.type == "heading" and int(node.tag[1:]) <= _OF_SECTIONS


def _section(heading: str, titles: Mapping[str, str], titled: Collection[str]) -> str:
    """The section whose title a heading is, "" for none.

    A heading that only begins with a title is that of a section which is not among those `titled`.
    """
    bare = _bare(heading)
    candidates = [title for title, name in titles.items() if name not in titled and _begins(bare, title)]
    return titles.get(bare) or titles.get(max(candidates, key=len, default=""), "")


def _bare(heading: str) -> str:
    """A heading as titles are looked up: in small letters, without numbers, brackets, and signs around it."""
    behind = _BEFORE_TITLE.sub("", without_end_mark(heading).casefold())
    return _AROUND_END.sub("", behind)


def _begins(heading: str, title: str) -> bool:
    """Whether a heading begins with the words of a title; an apostrophe may stand for a blank and a letter."""
    first, *others = title.split()
    pattern = re.escape(first) + "".join(rf"(?:\s+{re.escape(w[0])}|['’]){re.escape(w[1:])}" for w in others)
    return bool(re.match(pattern + _END_OF_WORD, heading))


def are_numbered(titles: Sequence[str]) -> bool:
    """Whether the titles are numbered from 1 on, perhaps anew in each part: "2.", or "1.2"."""
    matches = [_NUMBER.match(title) for title in titles]
    numbers = [int(match[1] or match[2]) if match else 0 for match in matches]
    counts = all(n in (1, before + 1) for before, n in zip([0, *numbers], numbers, strict=False))
    alone = len(matches) == 1 and matches[0] is not None and matches[0][1] is None  # "1.1 million homes"
    return bool(numbers) and counts and not alone


def _under_main_points(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; if just one title stands above titles of parts, it is that of the main points, in whatever words."""
    three = [row for row in zip(blocks, blocks[1:], blocks[2:], strict=False) if row[0].level <= _OF_SECTIONS]
    main_title = [title for title, part, below in three if _is_bare_title(title, part) and _is_bare_title(part, below)]
    return [replace(block, heading="", title=block.heading) if [block] == main_title else block for block in blocks]


def _with_prerequisites(blocks: Sequence[Block]) -> list[Block]:
    """The blocks; a list alone between overview and main points is the prerequisites, if no other block is."""
    out = list(blocks)
    if any(block.section == PREREQUISITES.name for block in blocks):
        return out
    for n, (before, block, behind) in enumerate(zip(blocks, blocks[1:], blocks[2:], strict=False), 1):
        is_between = before.section == OVERVIEW.name and behind.section == MAIN_POINTS.name and not behind.heading
        if is_between and block.heading and {node.type for node in block.nodes} == {"bullet_list"}:
            out[n] = replace(block, section=PREREQUISITES.name, heading="", title=block.heading)
    return out


def _in_parts(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, each with the title of its part.

    - A heading right above a deeper one is the title of a part; inside a part it stands in front of the deeper ones.
    - On a level with titles of parts, a heading with nothing but a paragraph above a deeper one is such a title too:
      the paragraph goes below the first heading of the part.
    """
    out: list[Block] = []
    titles: list[Block] = []  # those above a block, the outermost first
    leading: list[SyntaxTreeNode] = []
    part_levels = {title.level for title, below in pairwise(blocks) if _is_bare_title(title, below)}
    for n, block in enumerate(blocks):
        titles = [title for title in titles if title.level < block.level]
        below = blocks[n + 1] if n + 1 < len(blocks) else None
        is_led = block.level in part_levels and [node.type for node in block.nodes] == ["paragraph"]
        if below and _leads(block, below) and (is_led or not block.nodes):
            titles.append(block)
            leading += block.nodes
            continue
        part = titles[0].heading if titles else ""
        heading = ": ".join(title.heading for title in (*titles[1:], block))
        out.append(replace(block, part=part, heading=heading, nodes=[*leading, *block.nodes]))
        leading = []
    return out


def _is_bare_title(block: Block, below: Block) -> bool:
    return not block.nodes and _leads(block, below)


def _leads(block: Block, below: Block) -> bool:
    """Whether the heading of a block stands right above a deeper one."""
    return bool(block.heading and below.heading) and below.level > block.level
