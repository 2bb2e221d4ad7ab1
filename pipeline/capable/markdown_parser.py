"""Markdown as models write it: CommonMark with tables, formulas, and bold that ends or begins at a sign.

A line of dashes below a paragraph makes no heading of it, and "[2]: never" is a sentence.
"""

from __future__ import annotations

import re
import unicodedata

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

from pipeline.text import FORMULA, UNSPACED

_FORMULA = re.compile(FORMULA)
_FENCE = r"^[^\w\n`~]*(?:\d+[.)]\s+)?(?P<fence>`{3,}|~{3,}).*?(?:^[\s>]*(?P=fence)|\Z)"
_ROWS = r"(?!\n[\s>]*\n)"  # of a display, which no blank one parts
_DISPLAY = (
    r"(?P<quote>^[ \t]*>[ \t]*)?"
    rf"(?P<display>\$\$(?:\\\$|{_ROWS}[^$])+\$\$|(?<!\\)\\\[(?:\\[^\[\]]|{_ROWS}[^\\])+\\\])"
)
_ASIDE = re.compile(rf"{_FENCE}|`[^`\n]+`|{_DISPLAY}", re.DOTALL | re.MULTILINE)
_NO_BLANKS = re.compile(rf"[{UNSPACED}\uac00-\ud7af]")  # Korean has particles without a blank
_OPENING = ("Ps", "Pi")  # brackets and quotation marks
_QUOTES = "\"'`"


def parser() -> MarkdownIt:
    """The parser of what a model writes freely."""
    made = (
        MarkdownIt("commonmark", {"html": False, "maxNesting": 60}).enable("table").disable(["lheading", "reference"])
    )
    made.core.ruler.after("normalize", "displays", _in_one_line)
    made.inline.ruler.before("escape", "formula", _formula)
    made.inline.ruler.at("emphasis", _emphasis)
    return made


def _in_one_line(state: StateCore) -> None:
    """Formulas of several rows in one: a row such as "- b" or "= c" would begin a list or another block."""

    def joined(found: re.Match[str]) -> str:
        if not found["display"]:
            return found[0]
        return (found["quote"] or "") + re.sub(r"\s*\n[\s>]*" if found["quote"] else r"\s*\n\s*", " ", found["display"])

    state.src = _ASIDE.sub(joined, state.src)


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula, in which nothing is a mark of Markdown."""
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        state.push("formula", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """A run of asterisks or underscores, which may begin or end words that stand out.

    CommonMark takes no run for an end between a sign and a letter, nor for a beginning between a letter and a
    quotation mark: there words are parted by blanks. "**Why:**it" is meant so, and Chinese has no blanks at all.
    Between brackets an asterisk is a sign.
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
        of = Delimiter(ord(sign), run.length, len(state.tokens) - 1, -1, opens, closes)
        state.delimiters.append(of)
    state.pos += run.length
    return True


def _begins(after: str) -> bool:
    """Whether a run before this sign begins something."""
    return unicodedata.category(after) in _OPENING or after in _QUOTES


def _ends(before: str) -> bool:
    """Whether a run behind this sign ends something."""
    return not before.isspace() and unicodedata.category(before) not in _OPENING
