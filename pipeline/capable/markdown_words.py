"""The words of a model's Markdown, without its markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from markdown_it.tree import SyntaxTreeNode

_OF_CODE = re.compile(r"_(?:[a-z][a-z0-9_]*|[A-Z][A-Z0-9_]+)_|[a-z0-9]+_[a-z0-9_]+", re.ASCII)  # "_init_", "a_b"
_OF_BLOCKS = ("bullet_list", "ordered_list", "list_item", "blockquote", "table", "tbody", "tr")
_CLOSING = (")", "]", "}")


def text_of(node: SyntaxTreeNode) -> str:
    """The words of a block without markup. Marks that belong to the text stay, and each row of code is in backticks."""
    match node.type:
        case "text" | "formula":
            return node.content
        case "code_inline":
            return _coded(node.content.strip())
        case "fence" | "code_block":
            return " ".join(_coded(row.rstrip()) for row in dedent(node.content).splitlines() if row.strip())
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "em" | "strong":
            inner = inner_text(node)
            mark = node.markup if is_own(node, inner) else ""
            return mark + inner + mark
        case "th" | "td":
            rows = inner_text(node).split("\n")
            return "; ".join(filter(None, (row.strip(" •") for row in rows)))
        case "paragraph" | "heading" | "inline" | "link" | "image":
            return inner_text(node)
        case _:
            return " ".join(map(text_of, node.children))


def inner_text(node: SyntaxTreeNode) -> str:
    """The words of a node's children."""
    return "".join(map(text_of, node.children))


def texts_in(node: SyntaxTreeNode) -> Iterator[str]:
    """The texts of a block and its inner blocks, except the heads of tables, which only describe their rows."""
    if node.type in _OF_BLOCKS:
        for child in node.children:
            yield from texts_in(child)
    elif node.type != "thead":
        yield text_of(node)


def behind_links(node: SyntaxTreeNode) -> Iterator[str]:
    """The addresses and titles of a block's links and images."""
    for inner in node.walk():
        if inner.type in ("link", "image") and inner.markup != "autolink":
            yield from (str(inner.attrs[name]) for name in ("href", "src", "title") if name in inner.attrs)


def _coded(row: str) -> str:
    """A row of code in backticks, unless it contains some."""
    return row if "`" in row else f"`{row}`"


def strong(node: SyntaxTreeNode) -> SyntaxTreeNode | None:
    """The bold node that this is, or contains alone if it is italic; else None."""
    inner = [child for child in node.children if child.type != "text" or child.content] if node.type == "em" else [node]
    return inner[0] if len(inner) == 1 and inner[0].type == "strong" else None


def is_own(node: SyntaxTreeNode, inner: str) -> bool:
    """Whether marks around inner text belong to the text: inside words, in calculations, around code identifiers."""
    if node.markup.startswith("_"):
        return bool(_OF_CODE.fullmatch(f"_{inner}_" if node.type == "strong" else inner))
    before, after = node.previous_sibling, node.next_sibling
    left, right = before.content[-1:] if before else "", after.content[:1] if after else ""
    in_word = _is_letter(inner[-1:]) or left in _CLOSING
    return _is_letter(left) or (_is_letter(right) and in_word)


def _is_letter(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()
