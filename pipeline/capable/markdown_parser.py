"""Markdown as models write it: CommonMark with tables, formulas, HTML tags, and bold next to punctuation.

Unlike CommonMark, a line of dashes below a paragraph does not make it a heading, and "[2]: never" is a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from pipeline.text import FORMULA, UNPARTED

_FORMULA = re.compile(FORMULA)
_FENCE = r"^[^\w\n`~]*(?:\d+[.)]\s+)?(?P<fence>`{3,}|~{3,}).*?(?:^[\s>]*(?P=fence)|\Z)"
_ROWS = r"(?!\n[\s>]*\n)"  # of a display formula, which has no blank line
_DISPLAY = (
    r"(?P<quote>^[ \t]*>[ \t]*)?"
    rf"(?P<display>\$\$(?:\\\$|{_ROWS}[^$])+\$\$|(?<!\\)\\\[(?:\\[^\[\]]|{_ROWS}[^\\])+\\\])"
)
_ASIDE = re.compile(rf"{_FENCE}|`[^`\n]+`|(?P<comment><!--(?:(?!<!--).)*?-->)|{_DISPLAY}", re.DOTALL | re.MULTILINE)
_ELEMENTS = (
    "a|b|blockquote|br|caption|center|cite|code|dd|del|details|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p"
    "|pre|q|s|small|span|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|wbr"
)  # HTML elements for text
_TAG = re.compile(rf"<(/?)({_ELEMENTS})(?:[\s/][^>]*)?>", re.IGNORECASE)
_VOID = ("br", "hr", "img", "wbr")  # elements that are not closed
_BOX = re.compile(r"\[[ xX]\]\s+")
_ALERT = re.compile(r"\[!\w+\][+-]?\s*")
_BOX_OR_ALERT = re.compile(rf"{_BOX.pattern}|{_ALERT.pattern}")
_OF_SCRIPTS = "0123456789+-−=()"
_RAISED = str.maketrans(f"{_OF_SCRIPTS}abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LOWERED = str.maketrans(f"{_OF_SCRIPTS}aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SCRIPTS = {"sup": ("^", _RAISED), "sub": ("_", _LOWERED)}
_NO_BLANKS = re.compile(f"[{UNPARTED}]")
_OPENING = ("Ps", "Pi")  # brackets and quotation marks
_QUOTES = "\"'`"


def nodes_of(markdown: str) -> list[SyntaxTreeNode]:
    """The blocks of a model's Markdown."""
    return SyntaxTreeNode(_parser().parse(markdown)).children


@cache
def _parser() -> MarkdownIt:
    parser = (
        MarkdownIt("commonmark", {"html": True, "maxNesting": 60})
        .enable("table")
        .disable(["lheading", "reference", "html_block"])
    )
    parser.core.ruler.after("normalize", "displays", _in_one_line)
    parser.core.ruler.push("underscores", _underscores)
    parser.core.ruler.push("tags", _without_tags)
    parser.core.ruler.push("boxes", _without_boxes)
    parser.inline.ruler.before("escape", "formula", _formula)
    parser.inline.ruler.at("emphasis", _emphasis)
    return parser


def _in_one_line(state: StateCore) -> None:
    """Join the rows of a formula, where "- b" or "= c" would begin another block, and remove comments."""

    def joined(match: re.Match[str]) -> str:
        if match["comment"]:
            return ""
        if not _FORMULA.fullmatch(match["display"] or ""):
            return match[0]
        return (match["quote"] or "") + re.sub(r"\s*\n[\s>]*" if match["quote"] else r"\s*\n\s*", " ", match["display"])

    state.src = _ASIDE.sub(joined, state.src)


def _formula(state: StateInline, silent: bool) -> bool:
    """Parse a formula, in which no character is Markdown."""
    match = _FORMULA.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        state.push("formula", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Parse a run of asterisks or underscores, which may open or close emphasis.

    CommonMark does not close between punctuation and a letter, nor open between a letter and a quotation mark, since it
    expects blanks between words. But "**Why:**it" is meant as bold, and Chinese has no blanks at all. Between brackets
    an asterisk is just a character.
    """
    sign = state.src[state.pos]
    if silent or sign not in "*_":
        return False
    run = state.scanDelims(state.pos, sign == "*")
    before = state.src[state.pos - 1] if state.pos else " "
    after = state.src[state.pos + run.length : state.pos + run.length + 1] or " "
    opens, closes = run.can_open, run.can_close
    if sign == "*":
        opens = opens or (_begins(after) and bool(_NO_BLANKS.match(before)))
        closes = closes or (_ends(before) and (run.length > 1 or bool(_NO_BLANKS.match(after))))
    opens = opens and unicodedata.category(after) != "Pe"
    closes = closes and unicodedata.category(before) != "Ps"
    for _ in range(run.length):
        state.push("text", "", 0).content = sign
        delimiter = Delimiter(ord(sign), run.length, len(state.tokens) - 1, -1, opens, closes)
        state.delimiters.append(delimiter)
    state.pos += run.length
    return True


def _begins(after: str) -> bool:
    """Whether a run before this character may open emphasis."""
    return unicodedata.category(after) in _OPENING or after in _QUOTES


def _ends(before: str) -> bool:
    """Whether a run after this character may close emphasis."""
    return not before.isspace() and unicodedata.category(before) not in _OPENING


def _underscores(state: StateCore) -> None:
    """Let double underscores mean bold, like double asterisks.

    Not on a page that has bold in asterisks and, between double underscores, only identifiers of code.
    """
    inner = [child for token in state.tokens for child in token.children or ()]
    bold = [(token.markup, behind.content) for token, behind in pairwise(inner) if token.type == "strong_open"]
    between = [words for markup, words in bold if markup == "__"]
    if len(between) == len(bold) or not all(map(str.isidentifier, between)):
        for token in inner:
            if token.type in ("strong_open", "strong_close"):
                token.markup = "**"


def _without_tags(state: StateCore) -> None:
    """Remove HTML tags but keep their words. Unknown and unpaired tags are text.

    A line break is kept. Superscript and subscript become Unicode characters or follow "^" or "_".
    """
    rows = [token.children for token in state.tokens if token.children]
    names = _names_of_tags([child for row in rows for child in row if child.type == "html_inline"])
    for row in rows:
        for n, token in enumerate(row):
            if token.type != "html_inline":
                continue
            name = names.get(id(token), "")
            token.type = "hardbreak" if name == "br" else "text"
            if name in _SCRIPTS and not token.content.startswith("</"):
                token.content = _script(name, row[n + 1 : n + 3])
            elif name:
                token.content = ""


def _names_of_tags(tokens: Sequence[Token]) -> dict[int, str]:
    """The element names of HTML tags, by token id: those in pairs, and those that are not closed."""
    names: dict[int, str] = {}
    open_tags: dict[str, list[Token]] = {}
    for token in tokens:
        if not (tag := _TAG.fullmatch(token.content)):
            continue
        name = tag[2].lower()
        unclosed = open_tags.setdefault(name, [])
        if name in _VOID:
            names[id(token)] = name
        elif not tag[1]:
            unclosed.append(token)
        elif unclosed:
            names |= {id(token): name, id(unclosed.pop()): name}
    return names


def _script(name: str, behind: Sequence[Token]) -> str:
    """The text in place of a `sup` or `sub` tag; "" if the text `behind` it is turned into Unicode characters."""
    mark, signs = _SCRIPTS[name]
    if [token.type for token in behind] != ["text", "html_inline"]:
        return mark
    text = behind[0].content
    if all(ord(sign) in signs for sign in text):
        behind[0].content = text.translate(signs)
        return ""
    behind[0].content = text if text.isalnum() else f"({text})"
    return mark


def _without_boxes(state: StateCore) -> None:
    """Remove checkboxes from lists if each of several items has one, and the kind of an alert from quotations."""
    if not _BOX_OR_ALERT.search(state.src):  # hardly any page has some
        return
    for node in SyntaxTreeNode(state.tokens).walk():
        if node.type == "blockquote":
            _cut(_ALERT, [node])
        elif node.type in ("bullet_list", "ordered_list") and len(node.children) > 1:
            _cut(_BOX, node.children)


def _cut(pattern: re.Pattern[str], nodes: Sequence[SyntaxTreeNode]) -> None:
    """Takes a match of the pattern off the beginning of the nodes, if all have one."""
    texts = filter(None, map(_first_in, nodes))
    matches = [(text, match) for text in texts if (match := pattern.match(text.content))]
    if len(matches) == len(nodes):
        for text, match in matches:
            text.content = text.content[match.end() :]


def _first_in(node: SyntaxTreeNode) -> Token | None:
    """The text with which a node begins."""
    while node.children:
        node = node.children[0]
    return node.token if node.type == "text" else None
