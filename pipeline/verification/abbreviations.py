"""Abbreviations that stand for words: LLMs for large language models, SaaS for software as a service."""

from __future__ import annotations

import re

_SHORT = 3  # letters: words such as "of" and "the" may have a small letter, or none
_MOST = 8  # letters of an abbreviation
_SHORT_WORDS = rf"(?:\w{{1,{_SHORT}}} ){{0,2}}"


def short_for(abbreviation: str, phrases: str) -> bool:
    """Whether the phrases, in small letters and separated by bars, have words that the abbreviation stands for.

    Each letter is the first of a word. Half of the words have more than three letters, since short words are so common
    that their first letters make up anything: "now all sit at" is not NASA. A plural may have an s.
    """
    capitals = abbreviation.removesuffix("s").replace(".", "")
    if not (1 < len(capitals) <= _MOST and capitals.isalpha() and capitals[0].isupper() and capitals[-1].isupper()):
        return False
    words = (rf"({c.casefold()}\w*)" if c.isupper() else rf"({c}\w{{0,{_SHORT - 1}}})" for c in capitals)
    pattern = re.compile(rf"(?<!\S)(?={f' {_SHORT_WORDS}'.join(words)}(?!\S))")
    return any(2 * sum(len(w) > _SHORT for w in m.groups()) >= len(capitals) for m in pattern.finditer(phrases))
