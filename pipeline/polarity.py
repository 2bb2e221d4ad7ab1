"""Turned meanings: a "not" lost or added, "more" where the lines say "less"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.text import key, key_of

_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|without|cannot|hardly|barely|scarcely|lack(?:s|ed|ing)?"
    r"|fail(?:s|ed|ing|ure|ures)?|unable|impossible|absent|absence|rather than|instead of|\w+n['’]t"
    r"|nicht|kein\w*|nie|niemals|ne|pas|jamais|non|mai|nunca|jamás)\b|[不没沒無无未非]",
    re.IGNORECASE,
)
# They deny, but a paraphrase of lines that do not deny may well have one: an obstacle is the lack of a way.
_SOFT = re.compile(r"lack|fail|absen|unable|hardly|barely|scarcely|rather|instead", re.IGNORECASE)
_NOTHING = re.compile(r"nothing|nobody|none", re.IGNORECASE)  # what "explains nothing" does not explain, or matter
_FAILING = re.compile(r"fail|unable", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.;!?。！？；])\s*")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,]\d+)*")
_SHORTENED = re.compile(r"['’](?:s|re|ve|ll|d|m)$", re.IGNORECASE)
_CONTEXT = 4  # words with meaning on either side of a denial that tell what it is about
_ALIKE = 2  # words beside two denials that they share when they deny the same
_REACH = 4  # words on either side of a passage in which a denial belongs to it
_PAIRS = """
    more less | most least | more fewer | high low | larger smaller | bigger smaller | large small | big small
    faster slower | fast slow | better worse | best worst | always never | before after | earlier later
    cheap expensive | cheaper costlier | gain lose | win lose | above below | over under | strong weak
    stronger weaker | easy hard | easier harder | easy difficult | safe dangerous | allow forbid | allow ban
    accept reject | succeed fail | success failure | positive negative | public private | old new | first last
    open close | add remove | true false | right wrong
    hot cold | warm cool | long short | longer shorter | majority minority | maximum minimum | inside outside
    import export | buy sell | agree disagree | like dislike | possible impossible | everybody nobody
    everyone nobody | everything nothing | all none | improve worsen | enough insufficient | rich poor
    early late | support oppose | wet dry | heavy light | thick thin | wide narrow | deep shallow | full empty
    same different | many few | often rarely | simple complex"""
_UP = "increase rise grow up raise climb gain double higher improve".split()
_DOWN = "decrease fall shrink down reduce drop lose halve lower decline worsen cut".split()
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

_Sides = tuple[list[str], list[str]]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence as keys of its words ("" for those without meaning of their own) and the places of its denials."""

    keys: tuple[str, ...]
    denials: tuple[tuple[int, str], ...]
    plain: tuple[str, ...]

    def around(self, place: int) -> tuple[list[str], list[str]]:
        """The nearest words with meaning before and behind a place."""
        before = [k for k in self.keys[:place] if k][-_CONTEXT:]
        return before, [k for k in self.keys[place + 1 :] if k][:_CONTEXT]

    def sides(self, place: int) -> _Sides:
        """The words beside a denial that tell whether another is the same; it denies all that it opens or closes."""
        before, behind = self.around(place)
        if not place:
            return before, [k for k in self.keys if k]
        return before[-2:], behind[:3] or before

    def is_close(self, wanted: set[str]) -> bool:
        """Whether it has half of the wanted words, or half of its own few among them."""
        keys = set(self.keys) - {""}
        return len(wanted & keys) >= min(0.5 * len(wanted), max(3, 0.5 * len(keys)))

    def denials_about(self, wanted: set[str]) -> int:
        """How many denials stand in the passage that speaks of the wanted words or beside it, or open the sentence."""
        places = [i for i, k in enumerate(self.keys) if k in wanted]
        if not places:
            return 0
        return sum(not i or places[0] - _REACH <= i <= places[-1] + _REACH for i, _ in self.denials)


def _forms(word: str) -> set[str]:
    base = word.removesuffix("e")
    return {word, f"{word}s", f"{base}ed", f"{base}es", f"{base}ing"} | _IRREGULAR.get(word, set())


_OPPOSITES: dict[str, set[str]] = {}
_FORMS: dict[str, set[str]] = {}
for _here, _there in ((_UP, _DOWN), (_DOWN, _UP)):
    _same, _against = ({f for w in group for f in _forms(w)} for group in (_here, _there))
    _FORMS[_here[0]] = _same  # any of them says the same
    for _form in _same:
        _OPPOSITES.setdefault(_form, set()).update(_against)
for _pair in re.split(r"[|\n]", _PAIRS.strip()):
    _one, _other = _pair.split()
    for _a, _b in ((_one, _other), (_other, _one)):
        _FORMS.setdefault(_a, _forms(_a))
        for _form in _forms(_a):
            _OPPOSITES.setdefault(_form, set()).update(_forms(_b))
_LESS = frozenset("less least fewer fewest worse worst never hard harder slow slower costlier".split())
_COMPARATIVES = frozenset(
    """better bigger cheaper costlier earlier easier faster harder heavier higher larger later lighter longer lower
    older shorter slower smaller stronger weaker worse younger""".split()
)
_THAN = 6  # words behind a comparative within which its "than" stands
_BURDENS = "few little small bad poor weak slow hard difficult complex costly".split()
_TAKING = _LESS | {f for w in (*_DOWN, *_BURDENS) for f in _forms(w)}


def flip(text: str, cited: Sequence[str], near: Sequence[str] = ()) -> tuple[str, bool] | None:
    """Why a statement turns the meaning of its cited lines, and whether that is sure; None when it does not.

    `near` are the cited lines and their neighbours.
    """
    mine = [s for s in map(_read, _SENTENCE.split(text)) if any(s.keys)]
    said = [s for line in cited for s in map(_read, _SENTENCE.split(line)) if any(s.keys)]
    around = [s for line in near for s in map(_read, _SENTENCE.split(line)) if any(s.keys)] or said
    if sure := _lost(mine, said, around) or _opposite(mine, around):
        return sure, True
    return _added(mine, around) or _lessened(mine, around) or _compared(mine, around)


def _added(mine: Sequence[_Sentence], said: Sequence[_Sentence]) -> tuple[str, bool] | None:
    """A denial that none in the lines bears out: surely added when lines say the same without it, else perhaps."""
    doubt: tuple[str, bool] | None = None
    idle = {k for s in said for at, cue in s.denials if _NOTHING.match(cue) for k in s.around(at)[0]}
    for sentence, place, cue in _unborne(mine, said):
        before, behind = sentence.around(place)
        # One that opens its sentence denies the whole of it.
        wanted = set(before + behind) if place else set(sentence.keys) - {""}
        if len(wanted) < 3 or idle & set(before[-1:]):
            continue
        message = f'it says "{cue}" where the lines do not'
        close = [s for s in said if s.is_close(wanted)]
        most = max((s.denials_about(wanted) for s in close), default=0)
        if close and not most and not _SOFT.match(cue):
            return message, True
        doubt = message, False
    return doubt


def _unborne(mine: Sequence[_Sentence], said: Sequence[_Sentence]) -> list[tuple[_Sentence, int, str]]:
    """The denials that are left when each of the lines has been given to the one most like it, and to no other."""
    left = [(s, at, cue) for s in mine for at, cue in s.denials]
    free = [s.sides(at) for s in said for at, _ in s.denials]
    pairs = [
        (_likeness(s.sides(at), other, cue), -i, -j)
        for i, (s, at, cue) in enumerate(left)
        for j, other in enumerate(free)
    ]
    borne: dict[int, int] = {}
    for likeness, i, j in sorted(pairs, reverse=True):
        if likeness >= _ALIKE and -i not in borne and -j not in borne.values():
            borne[-i] = -j
    return [denial for i, denial in enumerate(left) if i not in borne]


def _likeness(one: _Sides, other: _Sides, cue: str) -> int:
    """How many of the nearest words a statement's denial shares with one of the lines, each on its side.

    All words behind them are enough, or one behind them and more on whatever side; of a soft one any word, and of one
    that fails to do something what it fails to do.
    """
    shared = sum(len({*mine} & {*theirs}) for mine, theirs in zip(one, other, strict=True))
    if {*one[1]} & {*other[1]} and len({*one[0], *one[1]} & {*other[0], *other[1]}) > _ALIKE:
        return max(shared, _ALIKE)
    telling: Sequence[str] = (*one[0], *one[1]) if _SOFT.match(cue) else ()
    if telling and _FAILING.match(cue):
        telling = one[1][:1]
    enough = one[1] == other[1] != [] or {*telling} & {*other[0], *other[1]}
    return max(shared, _ALIKE) if enough else shared


def _lessened(mine: Sequence[_Sentence], said: Sequence[_Sentence]) -> tuple[str, bool] | None:
    """A word that takes away, such as "less", of what the lines neither take from nor deny: perhaps turned."""
    spoken = {w for s in said for w in s.plain}
    for sentence in mine:
        for place, word in enumerate(sentence.plain):
            if word not in _LESS or word in spoken:
                continue
            before, behind = sentence.around(place)
            about = {*before[-2:], *behind[:2]}
            if not any((s.denials or _TAKING & set(s.plain)) and about & set(s.keys) for s in said):
                return f'it says "{word}" where the lines do not', False
    return None


def _compared(mine: Sequence[_Sentence], said: Sequence[_Sentence]) -> tuple[str, bool] | None:
    """A comparison such as "cheaper than" where no line has that word, its opposite, or more or less of anything."""
    spoken = {w for s in said for w in s.plain}
    for sentence in mine:
        for place, word in enumerate(sentence.plain):
            if word not in _COMPARATIVES or "than" not in sentence.plain[place : place + _THAN]:
                continue
            if not spoken & ({word, "more", "less", "fewer"} | _OPPOSITES.get(word, set())):
                return f'it says "{word} than" where the lines do not', False
    return None


def _lost(mine: Sequence[_Sentence], said: Sequence[_Sentence], around: Sequence[_Sentence]) -> str | None:
    """A denial in the lines of something that the statement says without one."""
    for sentence in said:
        for place, cue in sentence.denials:
            before, behind = sentence.around(place)
            scope, wanted = set(behind[:2] or before[-2:]), set(before[-2:] + behind[:3])
            if len(wanted) < 3:
                continue
            told = [s for s in mine if scope & set(s.keys) and len(wanted & set(s.keys)) >= 0.7 * len(wanted)]
            plain = [s for s in around if not s.denials and len(wanted & set(s.keys)) >= 0.7 * len(wanted)]
            if told and not plain and not any(s.denials_about(wanted) for s in told):
                return f'it leaves out "{cue}"'
    return None


def _opposite(mine: Sequence[_Sentence], said: Sequence[_Sentence]) -> str | None:
    """A word in the statement where the lines have its opposite among the same other words."""
    for sentence in mine:
        if sentence.denials:
            continue  # "no longer rises" may be told as "falls"
        for place, word in enumerate(sentence.plain):
            against = _OPPOSITES.get(word, set()) - set(sentence.plain)
            if not against:
                continue
            if _pairs(sentence, place) & {p for s in said for n in range(len(s.plain)) for p in _pairs(s, n)}:
                continue  # a "cooling tower" is one also where something else is warmed
            before, behind = sentence.around(place)
            wanted = {*before, *behind} - {key(word)}
            family = {f for forms in _FORMS.values() if word in forms for f in forms}
            same, _ = _likest(wanted, family, said)
            turned, found = _likest(wanted, against, said)
            if turned >= 2 and turned > same:
                return f'it says "{word}" where the lines say "{found}"'
    return None


def _pairs(sentence: _Sentence, place: int) -> set[tuple[str, str]]:
    """The word at a place with the one behind it, if that carries meaning."""
    behind = sentence.keys[place + 1 : place + 2]
    return {(sentence.plain[place], behind[0])} if behind and behind[0] else set()


def _likest(wanted: set[str], any_of: set[str], said: Sequence[_Sentence]) -> tuple[int, str]:
    """How many wanted words the best sentence shares in which one of `any_of` stands undenied, and that word."""
    best = (0, "")
    for s in said:
        for place, word in enumerate(s.plain):
            if word in any_of and not any(abs(at - place) <= _REACH for at, _ in s.denials):
                best = max(best, (len(wanted & set(s.keys)), word))
    return best


@lru_cache(maxsize=16_384)  # statements of a document mostly cite the same few lines
def _read(text: str) -> _Sentence:
    keys: list[str] = []
    plain: list[str] = []
    denials: list[tuple[int, str]] = []
    for i, match in enumerate(_TOKEN.finditer(text)):
        word = match[0]
        plain.append(word.casefold())
        if _NEGATION.fullmatch(word) or _NEGATION.match(text, match.start()):
            denials.append((i, word))
            keys.append("")
        else:
            keys.append("" if word == "able" else key_of(_SHORTENED.sub("", word)))  # "not able to" is "cannot"
    return _Sentence(tuple(keys), tuple(denials), tuple(plain))
