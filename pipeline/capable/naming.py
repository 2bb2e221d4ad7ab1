"""Find the persons behind labels in a long recording: a name in one part ("I'm Adam") holds for all parts.

A model's answers are not trusted: a name counts only if lines near the cited one contain it, and replaces a label in
texts only if the label is not a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.capable.writing import WrittenPart
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.run_record import Naming
from pipeline.text import BEGINS_WORD, ENDS_WORD, clean, counts_somebody
from pipeline.transcript import Chunk
from pipeline.verification import Recording
from pipeline.verification.recording import bare_words

_MOST_WORDS, _LONGEST = 5, 60  # words and characters of a name
_NEAR = 2  # lines before and after the cited one in which the name may occur
_LETTERED = re.compile(r"\S+ \S|\S \S+")  # "Grad G"


def agreed_names(namings: Iterable[Naming], recording: Recording) -> dict[str, Naming]:
    """The valid naming with the fullest name for each label; none if they name different people.

    A name that its bearer says ("I'm Adam") outranks one that others say, as "Thanks, Jim" may address anybody.
    """
    names: dict[str, list[Naming]] = {}
    for naming in (replace(n, name=clean(n.name)) for n in namings):
        if _is_valid(naming, recording):
            names.setdefault(naming.label, []).append(naming)
    agreed = {
        label: _fullest([n for n in held if _is_self_naming(n, recording)] or held) for label, held in names.items()
    }
    return {label: naming for label, naming in agreed.items() if naming}


def _fullest(namings: Sequence[Naming]) -> Naming | None:
    """The naming with the longest name; None if another has words that this one lacks."""
    fullest = max(namings, key=lambda n: len(n.name))
    words = set(bare_words(fullest.name))
    return fullest if all(words.issuperset(bare_words(n.name)) for n in namings) else None


def _is_valid(naming: Naming, recording: Recording) -> bool:
    """Whether a naming is valid: the label exists, the name looks like one, and lines near the cited one contain it."""
    words = naming.name.split()
    if not 0 < len(words) <= _MOST_WORDS or len(naming.name) > _LONGEST or words[0][0].islower():
        return False
    return naming.label in recording.transcript.labelled_speakers and any(_lines_with(naming, recording))


def _is_self_naming(naming: Naming, recording: Recording) -> bool:
    """Whether the bearer of the label says the name there."""
    return any(recording.transcript.segment(n).speaker == naming.label for n in _lines_with(naming, recording))


def _lines_with(naming: Naming, recording: Recording) -> Iterator[int]:
    """The lines near the cited one that contain the name."""
    if name_words := bare_words(naming.name):
        lines = (n for place in recording.places_of(name_words) for n in place)
        yield from (n for n in lines if abs(n - naming.line) <= _NEAR)


def _is_no_word(label: str) -> bool:
    return counts_somebody(label) or _LETTERED.fullmatch(label) is not None


def with_names(
    parts: Sequence[WrittenPart], names: Mapping[str, Naming], recording: Recording
) -> Sequence[WrittenPart]:
    """The parts with labels replaced by names in all texts, except labels that are also spoken ("Q1").

    Other names that a part uses for one of these people are replaced too, so that all parts agree.
    """
    no_words = (n.label for n in names.values() if _is_no_word(n.label) and n.label not in n.name)
    labels = [label for label in no_words if not any(recording.places_of(bare_words(label)))]
    by_label = {label: names[label].name for label in labels}
    return [_renamed(p, by_label | _other_names(p, names, recording)) for p in parts]


def _other_names(part: WrittenPart, names: Mapping[str, Naming], recording: Recording) -> dict[str, str]:
    """The agreed name for each other name that the part has for the same label, unless somebody bears that name."""
    others = [n for n in part.namings if n.label in names and _is_valid(n, recording)]
    agreed_words = {w for n in names.values() for w in bare_words(n.name)}
    return {n.name: names[n.label].name for n in others if agreed_words.isdisjoint(bare_words(n.name))}


def _renamed(part: WrittenPart, names: Mapping[str, str]) -> WrittenPart:
    """The part with these words replaced in all texts."""
    if not names:
        return part
    listed = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    replaced = re.compile(f"{BEGINS_WORD}(?:{listed}){ENDS_WORD}")

    def in_text(text: str) -> str:
        return replaced.sub(lambda match: names[match[0]], text)

    def in_statement(section: str, s: DraftStatement) -> DraftStatement:
        columns, emphasis = tuple(map(in_text, s.columns)), tuple(map(in_text, s.emphasis))
        return replace(s, text=in_text(s.text), label=in_text(s.label), columns=columns, emphasis=emphasis)

    def in_group(group: DraftGroup) -> DraftGroup:
        return replace(group, heading=in_text(group.heading), part=in_text(group.part))

    return replace(part, sections=Draft(part.sections).rewritten(in_statement, in_group).sections)


def introduction_of(names: Iterable[Naming], chunk: Chunk | None = None) -> str:
    """The sentence that tells a model who is behind labels, without those whom lines of the `chunk` name."""
    introduced = [n for n in names if not chunk or not chunk.first <= n.line <= chunk.last]
    return (
        f"Who speaks: {'; '.join(f'{n.label} is {n.name} [{n.line}]' for n in introduced)}.\n\n" if introduced else ""
    )
