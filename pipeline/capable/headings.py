"""A manuscript's headings: which section each begins, which ones are titles of parts, and what is below them."""

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
_BEFORE_TITLE = re.compile(r"^(?:[\W\d_]+|[ivxlc]+[.)]\s+)+")  # signs, emoji, Arabic and Roman numbers
_AROUND_END = re.compile(r"\s*\(.*\)\W*$|[\W_]+$")
_END_OF_WORD = rf"(?![^\W{UNPARTED}])"
_LEVELS = ("h2", "h3", "h4", "h5", "h6")
_OF_SECTIONS = 2  # the deepest level at which titles of sections are looked for


@dataclass(slots=True)
class Block:
    """The content below a heading at some level, within a `part` ("" if none); `heading` is "" for a section's `title`.

    Deeper headings within sections other than the main points are blocks `inside` it.
    """

    section: str
    heading: str
    level: int
    part: str = ""
    title: str = ""
    nodes: list[SyntaxTreeNode] = field(default_factory=list)
    inside: list[Block] = field(default_factory=list)


def page_of(markdown: str, titles: Mapping[str, str]) -> str:
    """The manuscript without a fence around it and whatever surrounds that, in forms that the parser knows.

    Underlined titles of sections become headings, typographic bullets become list marks, and a table directly below a
    line gets a blank line before it.
    """
    page = _unfenced(markdown.replace("\r\n", "\n").replace("\r", "\n"))
    page = _UNDERLINED.sub(lambda row: f"## {row[1]}\n" if _bare(row[1]) in titles else row[0], page)
    return _GLUED_TABLE.sub(r"\1\n\n", _BULLET.sub(r"\1- ", page))


def blocks_of(nodes: Sequence[tuple[SyntaxTreeNode, str]], titles: Mapping[str, str]) -> list[Block]:
    """The block below each heading; `nodes` are those of the page, with the words of each heading."""
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
        is_page_title = level == 1 and not n  # the document's own title does not count as a heading
        name = _section(title, titles, titles.values() if is_page_title else titled) if _of_sections(node) else ""
        if name:
            out.append(Block(name, "", level, title=title))
        elif out and out[-1].section != MAIN_POINTS.name and level > out[-1].level:
            out[-1].inside.append(Block(out[-1].section, title, level))
        elif not is_page_title:
            out.append(Block(MAIN_POINTS.name, title, level))
    return _in_parts(_with_prerequisites(out if MAIN_POINTS.name in titled else _under_main_points(out)))


def without_number(heading: str) -> str:
    """A heading without its leading number."""
    return _NUMBER.sub("", heading)


def _unfenced(page: str) -> str:
    """The inside of a fence that contains all headings of a page. An unclosed fence reaches to the end."""
    rows = page.split("\n")
    opens = next((n for n, row in enumerate(rows) if _FENCE.fullmatch(row)), None)
    if opens is None:
        return page
    mark = rows[opens].strip()
    mark = mark[: len(mark) - len(mark.lstrip(mark[0]))]
    fences = [n for n, row in enumerate(rows) if n > opens and row.strip().startswith(mark)]
    closes = fences[-1] if len(fences) % 2 else len(rows)  # inner fences come in pairs
    inside, outside = rows[opens + 1 : closes], rows[:opens] + rows[closes + 1 :]
    holds_all_headings = any(map(_HEADING.match, inside)) and not any(map(_HEADING.match, outside))
    return "\n".join(inside) if holds_all_headings else page


def _of_sections(node: SyntaxTreeNode) -> bool:
    return node.type == "heading" and int(node.tag[1:]) <= _OF_SECTIONS


def _section(heading: str, titles: Mapping[str, str], titled: Collection[str]) -> str:
    """The section that a heading is the title of, "" if none.

    A heading that merely begins with a title counts only if that section is not among those `titled`.
    """
    bare = _bare(heading)
    candidates = [title for title, name in titles.items() if name not in titled and _begins(bare, title)]
    return titles.get(bare) or titles.get(max(candidates, key=len, default=""), "")


def _bare(heading: str) -> str:
    """A heading for looking up titles: lower case, without numbers, brackets and surrounding signs."""
    behind = _BEFORE_TITLE.sub("", without_end_mark(heading).casefold())
    return _AROUND_END.sub("", behind)


def _begins(heading: str, title: str) -> bool:
    """Whether a heading begins with the words of a title; an apostrophe may replace a blank and a letter ("What's")."""
    first, *others = title.split()
    pattern = re.escape(first) + "".join(rf"(?:\s+{re.escape(w[0])}|['’]){re.escape(w[1:])}" for w in others)
    return bool(re.match(pattern + _END_OF_WORD, heading))


def are_numbered(titles: Sequence[str]) -> bool:
    """Whether titles are numbered from 1, perhaps anew in each part: "2." or "1.2"."""
    matches = [_NUMBER.match(title) for title in titles]
    numbers = [int(match[1] or match[2]) if match else 0 for match in matches]
    counts = all(n in (1, before + 1) for before, n in zip([0, *numbers], numbers, strict=False))
    alone = len(matches) == 1 and matches[0] is not None and matches[0][1] is None  # "1.1 million homes"
    return bool(numbers) and counts and not alone


def _under_main_points(blocks: Sequence[Block]) -> list[Block]:
    """The blocks. If exactly one bare title stands above a bare title of a part, it is that of the main points."""
    three = [row for row in zip(blocks, blocks[1:], blocks[2:], strict=False) if row[0].level <= _OF_SECTIONS]
    main_title = [title for title, part, below in three if _is_bare_title(title, part) and _is_bare_title(part, below)]
    return [replace(block, heading="", title=block.heading) if [block] == main_title else block for block in blocks]


def _with_prerequisites(blocks: Sequence[Block]) -> list[Block]:
    """The blocks. If none is the prerequisites, a lone list between overview and main points is."""
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

    - A heading directly above a deeper one is the title of a part. Within a part, it is put before the deeper headings.
    - If such titles exist at a level, a heading there with only a paragraph before a deeper one is a title of a part
      too. The paragraph moves below the first heading of the part.
    """
    out: list[Block] = []
    titles: list[Block] = []  # the titles above a block, outermost first
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
    """Whether the heading of a block is directly followed by a deeper one."""
    return bool(block.heading and below.heading) and below.level > block.level
