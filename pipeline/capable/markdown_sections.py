"""A manuscript's Markdown as sections of a draft: paragraphs, lists and tables as statements without lines.

Anything in an unexpected place becomes a main point. What no statement can hold (addresses of links, cells beyond a
table's columns) is left out; `lost_words` counts its words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from markdown_it.tree import SyntaxTreeNode

from pipeline.capable.headings import Block, blocks_of, without_number
from pipeline.capable.markdown_parser import nodes_of
from pipeline.capable.markdown_words import behind_links, inner_text, is_own, strong, text_of, texts_in
from pipeline.capable.terms import as_rows, row_of_terms
from pipeline.document import FORMS
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.emphasis import emphasised
from pipeline.labels import Labels
from pipeline.llm.answers import Unusable
from pipeline.pages.rows import sentences_in
from pipeline.sections import Section
from pipeline.sections.base import without_end_mark
from pipeline.sections.main_points import MAIN_POINTS, settled_parts, under_headings
from pipeline.tables import EMPTY, cells, fills, row_of
from pipeline.text import LEADS_TO_A_LIST, clean, word_count, words
from pipeline.verification.quotations import quoted_spans

_ENDS_LEAD = re.compile(r"(?:[:：?!]|(?<!^[A-Z])(?<!^[A-Z][a-z])(?<!^[A-Z][a-z]{2})\.)$")  # not "Dr."
_BEHIND_LEAD = re.compile(r"\s*(?::\s+|：\s*|:(?=[^\W\d_]{2}))")
_TABLE_ROW = re.compile(r"[\s>]*\|(.*?)\|?\s*$")
_nodes = lru_cache(maxsize=1)(nodes_of)  # a page is parsed for its sections and for its lost words
_MOST_OF_PIECE = 40  # words of neighbouring sentences that are cited together
_LEAST_OF_BULLET = 4  # words of each cell of a table's only row from which the cells become bullets
_STEPS = "ordered_list"
_BREAKS = ("softbreak", "hardbreak")
_LISTS = ("bullet_list", _STEPS)


def sections_in(
    markdown: str, titles: Mapping[str, str], sections: Sequence[Section], labels: Labels
) -> dict[str, tuple[DraftGroup, ...]]:
    """The statements of each section, by its name; `titles` (lower case) tell the section of a heading.

    What is below another heading becomes main points. Raises Unusable if the Markdown is nested too deeply.
    """
    try:
        return _sections_in(markdown, titles, sections, labels)
    except RecursionError as err:
        raise Unusable("the Markdown is nested too deeply") from err


def lost_words(markdown: str, sections: Mapping[str, Sequence[DraftGroup]], titles: Mapping[str, str]) -> int:
    """How many words of the Markdown are in no section, without those of titles and table heads."""
    draft = Draft({name: tuple(groups) for name, groups in sections.items()})
    kept_words = Counter(w for _, s in draft.statements() for text in (s.label, s.text) for w in words(text))
    kept_titles = [g.heading for groups in sections.values() for g in groups]
    kept_titles += {g.part for groups in sections.values() for g in groups}
    kept_titles += [title for groups in sections.values() for g in groups for s in g.flat() for title in s.columns]
    nodes = _nodes(markdown)
    kept_titles += [block.title for block in _blocks(nodes, titles)]
    kept_words += Counter(w for title in kept_titles for w in words(title))
    written = [text for node in nodes if node.tag != "h1" for text in _texts_of(node)]
    return (Counter(w for text in (*written, *_beyond_columns(markdown)) for w in words(text)) - kept_words).total()


def _blocks(nodes: Sequence[SyntaxTreeNode], titles: Mapping[str, str]) -> list[Block]:
    return blocks_of([(node, _words(node) if node.type == "heading" else "") for node in nodes], titles)


def _texts_of(node: SyntaxTreeNode) -> Iterator[str]:
    """The texts of a block without a heading's number, and the addresses and titles of its links."""
    if node.type == "heading":
        yield without_number(_words(node))
    else:
        yield from texts_in(node)
    yield from behind_links(node)


def _beyond_columns(markdown: str) -> Iterator[str]:
    """The cells of tables' rows beyond the columns of their heads."""
    columns = 0
    for row in markdown.splitlines():
        row_cells = cells(f"|{match[1]}|") if (match := _TABLE_ROW.match(row)) else ()
        columns = (columns or len(row_cells)) if row_cells else 0
        yield from row_cells[columns:]


def _sections_in(
    markdown: str, titles: Mapping[str, str], sections: Sequence[Section], labels: Labels
) -> dict[str, tuple[DraftGroup, ...]]:
    shapes = {s.name: s for s in sections}
    out: dict[str, list[DraftGroup]] = {s.name: [] for s in sections}
    for block in _blocks(_nodes(markdown), titles):
        if block.section == MAIN_POINTS.name:
            rows = tuple(piece for point in _points(block, labels) for piece in _in_pieces(point, labels))
            out[block.section].append(DraftGroup(rows, block.heading, part=block.part))
            continue
        prose = FORMS.get(block.section) == "prose"
        rows, misfits = as_rows(_points_below_headings(block, labels, prose=prose), shapes[block.section])
        out[block.section].append(DraftGroup(rows))
        if misfits:
            out[MAIN_POINTS.name].append(DraftGroup(misfits, labels.heading(block.section)))
    filled = {name: tuple(g for g in groups if g.statements) for name, groups in out.items()}
    return filled | {MAIN_POINTS.name: settled_parts(under_headings(filled[MAIN_POINTS.name], labels))}


def _points_below_headings(block: Block, labels: Labels, *, prose: bool) -> list[tuple[str, list[DraftStatement]]]:
    """The points of a section by heading. For terms, a paragraph that is all bold is a heading too."""
    out: list[tuple[str, list[DraftStatement]]] = []
    for subsection in (block, *block.inside):
        out.append((subsection.heading, []))
        for node in subsection.nodes:
            if prose or node.type not in ("table", "paragraph"):
                out[-1][1].extend(_rows_in_words(node, labels))
            elif node.type == "table":
                out[-1][1].extend(_rows_of_terms(node))
            elif [child.type for child in _inline(node)] == ["strong"]:
                out.append((_words(node), []))
            else:
                out[-1][1].extend(_statement(node))
    return out


def _rows_of_terms(table: SyntaxTreeNode) -> Iterator[DraftStatement]:
    """The rows of a table of terms. A row with nothing but a term, such as a line directly below the table, is text."""
    for row in (row for part in table.children if part.type == "tbody" for row in part.children):
        cells = [_words(cell) for cell in row.children]
        if any(cells):
            yield row_of_terms(cells)


@dataclass(slots=True)
class _Piece:
    """The statements of a block. A numbered list starts at `first_number` and could continue at `next_number`."""

    type: str
    rows: list[DraftStatement]
    columns: tuple[str, ...] = ()
    first_number: int = 0
    next_number: int = 0

    @property
    def steps(self) -> bool:
        return self.first_number == 1 and bool(self.rows)


def _pieces(block: Block, labels: Labels) -> list[_Piece]:
    """The blocks below a heading. What interrupts a numbered list is nested below its last item before that."""
    out: list[_Piece] = []
    for node in block.nodes:
        rows, columns = _rows(node, labels)
        first_number = int(node.attrs.get("start", 1)) if node.type == _STEPS else 0
        piece = _Piece(node.type, rows, columns, first_number, first_number + len(node.children) if first_number else 0)
        n = next((n for n, before in reversed([*enumerate(out)]) if before.first_number), len(out))
        between = out[n + 1 :]
        goes_on = between and first_number > 1 and out[n].rows and out[n].next_number == first_number
        if goes_on and not any(p.columns for p in between):
            *before, last = (row.without_table(labels.colon) for row in out[n].rows)
            below = tuple(row for p in between for row in p.rows)
            last = replace(last, details=(*last.details, *below))
            out[n:] = [replace(out[n], rows=[*before, last, *rows], next_number=piece.next_number)]
        else:
            out.append(piece)
    return out


def _points(block: Block, labels: Labels) -> Iterator[DraftStatement]:
    """The points below a heading.

    - A paragraph is a point. A table, a numbered list, or a list that the paragraph introduces is nested below it.
    - Items of other lists are points of their own.
    - A table or steps right below the heading, a list or a table are nested below a bare point.
    - Steps right below other steps become bullets, since their numbering would otherwise continue.
    """
    above: DraftStatement | None = None
    listed = False  # whether `above` is the last item of a list
    for n, piece in enumerate(_pieces(block, labels)):
        rows, columns, steps = piece.rows, piece.columns, piece.steps
        behind = listed or bool(above and above.details and not (steps and above.steps))
        if block.heading and (columns or steps) and (not n or behind):
            yield from ((above,) if above else ())
            above, listed = DraftStatement("", (), listed=False), False
        goes_below = bool(columns) or (not listed and _goes_below(piece, above))
        if above and not above.details and goes_below:
            below = tuple(_nested(rows, labels, steps=steps))
            above = replace(above, details=below, columns=columns, steps=steps)
            continue
        if columns:  # there is no point for the table to belong to
            rows = [row.in_words(columns, labels.colon) for row in rows]
        yield from ((above,) if above else ())
        above, listed = None, piece.type in _LISTS
        if columns:
            yield from rows
        elif rows:
            *first, above = (replace(row, listed=listed or bool(row.listed)) for row in rows)
            yield from first
    yield from ((above,) if above else ())


def _nested(rows: Sequence[DraftStatement], labels: Labels, *, steps: bool) -> Iterator[DraftStatement]:
    """The rows as details of a point: on a single level, except below `steps` and rows with steps."""
    for row in (row.without_table(labels.colon) for row in rows):
        flat = tuple(replace(d, details=(), steps=False) for d in row.flat())
        if steps or row.steps:
            yield replace(row, details=flat[1:])
        else:
            yield from flat


def _in_pieces(point: DraftStatement, labels: Labels) -> Iterator[DraftStatement]:
    """A point as a paragraph of statements that are cited separately: single sentences, or several short ones."""
    sentences = [point.text] if point.bound or point.bare else sentences_in(point.text)
    pieces: list[str] = []
    for sentence, is_quoted in zip(sentences, _inside_quotations(point.text, sentences), strict=True):
        if pieces and (is_quoted or word_count(pieces[-1]) + word_count(sentence) <= _MOST_OF_PIECE):
            pieces[-1] += labels.between_sentences + sentence
        else:
            pieces.append(sentence)
    details = tuple(piece for detail in point.details for piece in _in_pieces(detail, labels))
    yield from replace(point, details=details).in_paragraph(pieces)


def _inside_quotations(text: str, sentences: Sequence[str]) -> Iterator[bool]:
    """Whether each sentence of a text begins inside a quotation."""
    spans = quoted_spans(text)
    starts, place = [start for start, _ in spans], 0
    for sentence in sentences:
        place = max(place, text.find(sentence, place))
        n = bisect_left(starts, place) - 1
        yield n >= 0 and place < spans[n][1]
        place += len(sentence)


def _goes_below(piece: _Piece, above: DraftStatement | None) -> bool:
    """Whether a list belongs to the paragraph above: if numbered, or if introduced and not all items have leads."""
    led_up_to = above is not None and above.text.endswith(LEADS_TO_A_LIST) and not all(row.label for row in piece.rows)
    return piece.type == _STEPS or (piece.type == "bullet_list" and led_up_to)


def _rows(node: SyntaxTreeNode, labels: Labels) -> tuple[list[DraftStatement], tuple[str, ...]]:
    """The statements of a block and, if it is a table, its columns."""
    if node.type in _LISTS:
        return [row for item in node.children for row in _item(item, labels)], ()
    if node.type == "blockquote":
        return [row for child in node.children for row in _rows_in_words(child, labels)], ()
    if node.type != "table":
        return list(_statement(node)), ()
    head, *rows = [[_words(cell) for cell in row.children] for part in node.children for row in part.children]
    bound = [DraftStatement(row_of(cell or EMPTY for cell in row), (), bound=True) for row in rows]
    if fills(head, [row.text for row in bound]):
        return bound, tuple(head)
    if not rows:
        return [DraftStatement("; ".join(filter(None, head)), ())] if any(head) else [], ()
    filled = [(column, cell) for row in rows for column, cell in zip(head, row, strict=True) if cell]
    if len(filled) > 1 and all(column and word_count(cell) >= _LEAST_OF_BULLET for column, cell in filled):
        return [DraftStatement(cell, (), column, listed=True) for column, cell in filled], ()
    pairs = [labels.colon.join(filter(None, pair)) for pair in filled]
    return [DraftStatement("; ".join(pairs), ())] if pairs else [], ()


def _rows_in_words(node: SyntaxTreeNode, labels: Labels) -> list[DraftStatement]:
    rows, columns = _rows(node, labels)
    if columns:
        return [row.in_words(columns, labels.colon) for row in rows]
    return [row.without_table(labels.colon) for row in rows]


def _counts_up(node: SyntaxTreeNode) -> bool:
    """Whether a list counts its items from 1."""
    return node.type == _STEPS and node.attrs.get("start", 1) == 1


def _item(node: SyntaxTreeNode, labels: Labels) -> Iterator[DraftStatement]:
    """The statement of a list item, with everything in the item nested below it."""
    first_block, *other_blocks = node.children or [node]
    statements = [] if first_block.type in _LISTS else list(_statement(first_block))
    if statements and [child.type for child in other_blocks] == ["table"]:
        rows, columns = _rows(other_blocks[0], labels)
        yield replace(statements[0], details=tuple(rows), columns=columns)
        return
    inner: list[DraftStatement] = []
    for child in other_blocks:
        steps = _counts_up(child)
        below = tuple(_nested(_rows_in_words(child, labels), labels, steps=steps))
        if steps and inner and not inner[-1].details:
            inner[-1] = replace(inner[-1], details=below, steps=True)
        else:
            inner += below
    if statements:
        yield replace(statements[0], details=tuple(inner), steps=len(other_blocks) == 1 and _counts_up(other_blocks[0]))
        return
    if first_block.type in _LISTS:
        yield from (row for child in first_block.children for row in _item(child, labels))
    yield from inner


def _statement(node: SyntaxTreeNode) -> Iterator[DraftStatement]:
    """The statement of a paragraph.

    Bold words at its beginning are its lead if they end a sentence or a line, or if a colon follows.
    """
    inline = _inline(node)
    if inline and (bold := strong(inline[0])):
        lead = _words(bold)
        rest = "".join(text_of(child) for child in inline[1:])
        behind = _BEHIND_LEAD.match(rest)
        text = clean(rest[behind.end() :] if behind else rest)
        on_its_line = inline[1:2] and inline[1].type in _BREAKS and not text[:1].islower()
        if text and (behind or on_its_line or _ENDS_LEAD.search(lead)):
            yield DraftStatement(text, (), without_end_mark(lead), emphasis=_emphasis(inline[1:]))
            return
    if text := _words(node):
        yield DraftStatement(text, (), emphasis=_emphasis(inline))


def _inline(node: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    """The inline nodes of a paragraph."""
    inline = node.children[0].children if node.type == "paragraph" and node.children else []
    return [child for child in inline if child.type != "text" or child.content]


def _emphasis(inline: Sequence[SyntaxTreeNode]) -> tuple[str, ...]:
    """The words in bold, except parts of words."""
    bold = filter(None, map(strong, inline))
    emphasised_words = (emphasised(_words(node)) for node in bold if not is_own(node, inner_text(node)))
    return tuple(dict.fromkeys(filter(None, emphasised_words)))


def _words(node: SyntaxTreeNode) -> str:
    return clean(text_of(node))
