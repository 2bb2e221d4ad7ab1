"""Turned meanings: a "not" lost or added, "more" where the lines say "less"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.source import keys_of

_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|without|cannot|hardly|barely|scarcely|lack(?:s|ed|ing)?"
    r"|fail(?:s|ed|ing|ure|ures)?|unable|impossible|absent|absence|rather than|instead of|\w+n['’]t"
    r"|nicht|kein\w*|nie|niemals|ne|pas|jamais|non|mai|nunca|jamás)\b|[不没沒無无未非]",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?<=[.;!?。！？；])\s+|\s+—\s+"
    r"|,\s+(?=(?:but|while|whereas|although|though|because|since|so|and|which)\b)"
)
_PAIRS = """
    more less | most least | more fewer | increase decrease | increase reduce | raise lower | rise fall | rise drop
    grow shrink | higher lower | high low | up down | larger smaller | bigger smaller | large small | big small
    faster slower | fast slow | better worse | best worst | always never | before after | earlier later
    cheap expensive | cheaper costlier | gain lose | win lose | above below | over under | strong weak
    stronger weaker | easy hard | easier harder | easy difficult | safe dangerous | allow forbid | allow ban
    accept reject | succeed fail | success failure | positive negative | public private | old new | first last
    open close | add remove | start end | begin end | begin stop | start stop | true false | right wrong
    hot cold | warm cool | long short | longer shorter | majority minority | maximum minimum | inside outside
    import export | buy sell | agree disagree | like dislike | possible impossible | everybody nobody
    everyone nobody | everything nothing | all none | improve worsen | enough insufficient | rich poor
    early late | support oppose | wet dry | heavy light | thick thin | wide narrow | deep shallow | full empty
    same different | many few | often rarely | simple complex"""
_IRREGULAR = {
    "rise": {"rose", "risen"},
    "fall": {"fell", "fallen"},
    "grow": {"grew", "grown"},
    "shrink": {"shrank", "shrunk"},
    "lose": {"lost", "loss"},
    "win": {"won"},
    "buy": {"bought"},
    "sell": {"sold"},
    "begin": {"began", "begun"},
    "drop": {"dropped", "dropping"},
    "forbid": {"forbidden"},
    "ban": {"banned"},
    "stop": {"stopped", "stopping"},
}


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    keys: frozenset[str]
    negated: bool


def _forms(word: str) -> set[str]:
    base = word.removesuffix("e")
    return {word, f"{word}s", f"{base}ed", f"{base}es", f"{base}ing"} | _IRREGULAR.get(word, set())


_OPPOSITES: dict[str, set[str]] = {}
_FORMS: dict[str, set[str]] = {}
for _pair in re.split(r"[|\n]", _PAIRS.strip()):
    _one, _other = _pair.split()
    for _a, _b in ((_one, _other), (_other, _one)):
        _FORMS.setdefault(_a, _forms(_a))
        for _form in _forms(_a):
            _OPPOSITES.setdefault(_form, set()).update(_forms(_b))


def flip(text: str, lines: Sequence[str]) -> str | None:
    """Why a statement turns the meaning of its lines, or None when no line speaks of the same thing so closely."""
    said = [c for line in lines for c in _clauses(line)]
    return _opposite(text, lines) or _negation(text, said)


def _negation(text: str, said: Sequence[_Clause]) -> str | None:
    for clause in _clauses(text):
        if len(clause.keys) < 3:
            continue
        ranked = sorted(said, key=lambda c: -_closeness(clause, c))
        close = [c for c in ranked if _closeness(clause, c) >= 0.5]
        if not close or any(c.negated == clause.negated for c in close):
            continue
        other = close[0]
        denying, plain = (clause, other) if clause.negated else (other, clause)
        cue = _NEGATION.search(denying.text)
        if cue is None or _closeness(clause, other) < 0.6 or not _scope(denying.text, cue) & plain.keys:
            continue  # it denies something of which the other does not speak
        word = cue[0]
        return f'it says "{word}" where the lines do not' if clause.negated else f'it leaves out "{word}"'
    return None


def _scope(text: str, cue: re.Match[str]) -> set[str]:
    """What a denial denies: the first words that carry meaning behind it, or the last ones before it."""
    behind = [k for w in _plain(text[cue.end() :]) for k in keys_of(w)]
    before = [k for w in _plain(text[: cue.start()]) for k in keys_of(w)]
    return set(behind[:2] or before[-2:])


def _opposite(text: str, lines: Sequence[str]) -> str | None:
    spoken = {w for line in lines for w in _plain(line)}
    mine = set(_plain(text))
    if _NEGATION.search(text) or any(_NEGATION.search(line) for line in lines):
        return None  # "no longer rises" may be told as "falls"
    for word in _plain(text):
        against = _OPPOSITES.get(word)
        if not against or word in spoken:
            continue
        family = {f for forms in _FORMS.values() if word in forms for f in forms}
        if family & spoken:
            continue
        if (found := sorted((against & spoken) - mine)) and _beside(text, word, lines, found[0]):
            return f'it says "{word}" where the lines say "{found[0]}"'
    return None


def _beside(text: str, word: str, lines: Sequence[str], opposite: str) -> bool:
    """Whether the two words stand among the same other words, and so speak of the same thing."""
    mine = keys_of(_around(text, word))
    return any(len(mine & keys_of(_around(line, opposite, 9))) >= 2 for line in lines if opposite in _plain(line))


def _around(text: str, word: str, reach: int = 6) -> str:
    tokens = _plain(text)
    return " ".join(
        t for i, t in enumerate(tokens) if any(t2 == word for t2 in tokens[max(0, i - reach) : i + reach + 1])
    )


def _plain(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|\d+", text.casefold())


def _clauses(text: str) -> list[_Clause]:
    out = []
    for part in _CLAUSE.split(text):
        negated = len(_NEGATION.findall(part)) % 2 == 1
        out.append(_Clause(part, frozenset(keys_of(_NEGATION.sub(" ", part))), negated))
    return [c for c in out if c.keys]


def _closeness(a: _Clause, b: _Clause) -> float:
    """The share of the shorter clause's words that both have; short clauses need all of theirs."""
    shorter = min(len(a.keys), len(b.keys))
    return len(a.keys & b.keys) / max(shorter, 3)
