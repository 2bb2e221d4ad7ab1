"""Replace a label by the speaker's right name, wherever the label can only mean the speaker."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pipeline.review.actions import Rename
from pipeline.review.state import Item, State
from pipeline.speakers import full_name
from pipeline.text import BEGINS_WORD, ENDS_WORD, MARKS, UNPARTED, counts_somebody

WORD_TOO = "“{old}”, which is also a word, was replaced by “{new}”: check that the speaker is meant"
_PART = "“{new}” replaced a part of “{old}” that stood alone: check that the speaker is meant"
# A hyphen holds words together: "Weiß-Müller" is no Müller.
_BEGINS, _ENDS = f"(?<![‐‑-]){BEGINS_WORD}", f"(?![‐‑-]){ENDS_WORD}"
_ENDING = rf"(?:[^\W{UNPARTED}]|[{MARKS}‐‑-])*"  # of a name in the genitive, as in "Ann Lees Antrag"
_WORD_BEFORE = re.compile(r"(\w+) \Z")
_LETTER_AT_END = re.compile(rf"[^\W_][{MARKS}]*\Z")
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_NOBODY = "\x00"  # stands for one of two names while they are exchanged


@dataclass
class _NewNames:
    """New names by old names (`whole`), and new words by the first and last words of old names.

    `unchanged` are names that do not change, even if they contain an old one: "Ann Lee" keeps its "Ann". Names are
    found in other capitals too ("Joan Smith" for the label "JOAN SMITH"), but not where they may be a word or initials.
    """

    unchanged: frozenset[str]
    whole: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        old = {*self.whole, *self.first, *self.last}
        endings = dict.fromkeys(self.unchanged, _ENDING) | dict.fromkeys(old, "")
        longest_first = sorted(endings, key=len, reverse=True)  # "Ana Ruiz" before "Ana", which it contains
        names = "|".join(re.escape(name) + endings[name] for name in longest_first)
        return re.compile(f"{_BEGINS}(?:{names}){_ENDS}", re.IGNORECASE)

    @cached_property
    def _by_letters(self) -> dict[str, str]:
        """The old names and words by their case-folded letters."""
        return {old.casefold(): old for old in (*self.last, *self.first, *self.whole)}

    def _old_name(self, found: str) -> str:
        """The old name or word that a match is, in whatever capitals; "" if it is none."""
        if found in self.whole or found in self.first or found in self.last:
            return found
        old = "" if found in self.unchanged else self._by_letters.get(found.casefold(), "")
        return old if old and _is_in_other_capitals(found, old) else ""

    def put_into(self, text: str) -> str:
        """The text with the names replaced. A first or last word next to another name stays: "Ann" in "Ann Ruiz"."""

        def new_name(match: re.Match[str]) -> str:
            old, after = self._old_name(match[0]), text[match.end() :]
            if old in self.first and not (after[:1] == " " and after[1:2].isupper()):
                return self.first[old]
            if old in self.last and not _ends_with_first_name(text[: match.start()]):
                return self.last[old]
            return self.whole.get(old, match[0])

        return self._pattern.sub(new_name, text) if self.whole else text


def _is_in_other_capitals(found: str, old: str) -> bool:
    """Whether an old name in other capitals is still that name: words with any capital, or a word that begins with one.

    One word in small letters may be any word ("mark"). One in capitals may be initials ("SAM"), unless the old name is
    in capitals too.
    """
    if " " in old:
        return found != found.lower()
    return found[:1].isupper() and (old.isupper() or not found.isupper())


def _ends_with_first_name(text_before: str) -> bool:
    """Whether the word right before a last name has a capital. A title without a vowel ("Mrs") is no first name."""
    match = _WORD_BEFORE.search(text_before)
    if match is None or not match[1][:1].isupper():
        return False
    return not match[1].isascii() or bool(_VOWEL.search(match[1]))


def renamed(state: State, action: Rename) -> State:
    """The state after a rename; if two speakers exchange names, the other one gets the former name.

    A label of one letter, or of digits only, has too many other meanings to be replaced in the notes: "A" stays there,
    and so does a name that is exchanged with it; only the lines get the new names. If the notes also use the label as a
    word ("Mark" beside "mark"), the statements that change have to be decided on again, and headings of groups and
    columns keep the label, since nobody decides on those. The same holds for a first or last word of the former name
    where it appears alone, unless some lead is that word.
    """
    every, sure = _new_names(state, action)
    reason = (WORD_TOO if every.whole != sure.whole else _PART).format(new=action.name, old=action.speaker)
    items = []
    for item in state.items:
        new, certain = swapped(item, every.put_into), swapped(item, sure.put_into)
        new = replace(new, columns=tuple(map(sure.put_into, item.columns)))
        if (new.text, new.label) != (certain.text, certain.label) and item.standing in ("accepted", "pending"):
            new = replace(new, standing="pending", reopened=reason)
        items.append(new)
    groups = tuple(replace(g, heading=sure.put_into(g.heading), part=sure.put_into(g.part)) for g in state.groups)
    return replace(_with_names(state, action), items=tuple(items), groups=groups)


def is_taken(state: State, action: Rename) -> bool:
    """Whether another speaker of the lines already has the new name."""
    names = [name for label in state.labels if (name := state.speaker(label)) != action.speaker]
    return action.name in names


def _new_names(state: State, action: Rename) -> tuple[_NewNames, _NewNames]:
    """All replacements of an action, and the sure ones, whose old names can only mean the speaker."""
    unchanged = frozenset((*names_of_others(state, action), *(new for _, new in _pairs(action))))
    every, sure = _NewNames(unchanged), _NewNames(unchanged)
    if not all(is_distinct(old) for old, _ in _pairs(action)):
        return every, sure
    leads = {i.label for i in state.items}
    for old, new in _pairs(action):
        full = fullest_name(old, state)
        for names in [every] if is_word(old, state) else [every, sure]:
            names.whole |= {old: new, full: new}
        words, new_words = full.split(), new.split()
        if len(words) != len(new_words) or len(words) < 2 or counts_somebody(full):
            continue
        if _is_distinctive(words[0], new_words, state, action):
            for names in [every, sure] if words[0] in leads else [every]:
                names.first[words[0]] = new_words[0]
        if _is_distinctive(words[-1], new_words, state, action):
            for names in [every, sure] if words[-1] in leads else [every]:
                names.last[words[-1]] = new_words[-1]
    return every, sure


def _is_distinctive(word: str, new_words: Sequence[str], state: State, action: Rename) -> bool:
    """Whether a word of a name is none of the new name, of another speaker's or of the notes, and no label."""
    others = {w for name in names_of_others(state, action) for w in name.split()}
    labels = {old for old, _ in _pairs(action)}
    taken = {w.casefold() for w in (*new_words, *others, *labels)}
    return word.casefold() not in taken and is_name(word) and not is_word(word, state)


def is_name(word: str) -> bool:
    """Whether a word of a name can stand alone for the person: no initial, no "Dr.", no "Berg," as in "Berg, Ana"."""
    return is_distinct(word) and _LETTER_AT_END.search(word) is not None


def _pairs(action: Rename) -> Iterator[tuple[str, str]]:
    """Each name that an action replaces, with its replacement."""
    yield action.speaker, action.name
    if action.other == "exchange":
        yield action.name, action.speaker


def _present_names(state: State) -> list[tuple[str, str]]:
    """The source's speakers, each with the present name."""
    return list(zip(state.people, state.speakers(), strict=True))


def _speakers_meant(speaker: str, state: State) -> set[str]:
    """The source's speakers whom a name or label means."""
    return {p for p, name in _present_names(state) if name == speaker} or {full_name(speaker, state.people)}


def names_of_others(state: State, action: Rename) -> set[str]:
    """The names and labels of the speakers whom an action does not rename."""
    targets = {p for old, _ in _pairs(action) for p in _speakers_meant(old, state)}
    labels = {label for label in state.labels if full_name(label, state.people) not in targets}
    names = {name for p, name in _present_names(state) if p not in targets}
    return names | {state.speaker(label) or label for label in labels}


def fullest_name(speaker: str, state: State) -> str:
    """The fullest name that the notes have for a speaker; a name given by a rename is used as it is."""
    is_new = any(name == speaker for _, name in _present_names(state))
    return speaker if is_new else full_name(speaker, state.people)


def _with_names(state: State, action: Rename) -> State:
    if action.other != "exchange":
        return with_name(state, action.speaker, action.name)
    state = with_name(state, action.speaker, _NOBODY)
    return with_name(with_name(state, action.name, action.speaker), _NOBODY, action.name)


def with_name(state: State, speaker: str, name: str) -> State:
    """The state in which the lines of a speaker have another name."""
    return replace(state, names=(*state.names, (speaker, name)))


def swapped(item: Item, swap: Callable[[str], str]) -> Item:
    """The item with the names replaced in its text and lead."""
    return replace(item, text=swap(item.text), label=swap(item.label), emphasis=tuple(map(swap, item.emphasis)))


def is_distinct(label: str) -> bool:
    """Whether a label has more than one letter or digit and at least one letter."""
    characters = [c for c in label if c.isalnum()]
    return len(characters) > 1 and any(map(str.isalpha, characters))


def is_word(label: str, state: State) -> bool:
    """Whether the notes also use a label in lower case, as a word. False for scripts without capitals."""
    small = label.lower()
    if small == label.upper() or not all(map(str.isalpha, label.split())):
        return False
    pattern = re.compile(rf"(?<!\w){re.escape(small)}(?!\w)")
    return any(pattern.search(text) for i in state.items for text in (i.text, i.label))
