"""Who the labels of a long recording stand for: what the lines of one part tell, "I'm Adam", holds for all parts.

What a model answers is data: a name counts when lines beside the one that it cites say it, and takes a label's place in
texts only where that label is no word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.capable.writing import Part
from pipeline.document import Naming
from pipeline.draft import Draft, DraftGroup, DraftStatement
from pipeline.text import UNSPACED, clean, counts_somebody
from pipeline.transcript import Chunk
from pipeline.verification import Recording
from pipeline.verification.recording import bare_words

_MOST_WORDS, _LONGEST = 5, 60  # words and characters of a name
_NEAR = 2  # lines before and after the cited one in which it may be said
_LETTERED = re.compile(r"\S+ \S|\S \S+")  # "Grad G"


def agreed_names(namings: Iterable[Naming], recording: Recording) -> dict[str, Naming]:
    """The naming of each label with its fullest name, from those that hold; none where they name two people."""
    names: dict[str, Naming | None] = {}
    for naming in (replace(n, name=clean(n.name)) for n in namings):
        if not _holds(naming, recording):
            continue
        if naming.label not in names:
            names[naming.label] = naming
        elif before := names[naming.label]:
            short, long = sorted((before, naming), key=lambda n: len(n.name))
            names[naming.label] = long if set(bare_words(short.name)) <= set(bare_words(long.name)) else None
    return {label: naming for label, naming in names.items() if naming}


def _holds(naming: Naming, recording: Recording) -> bool:
    """Whether somebody bears the label, and lines around the cited one say the name, which begins as a name does."""
    words = naming.name.split()
    if not 0 < len(words) <= _MOST_WORDS or len(naming.name) > _LONGEST or words[0][0].islower():
        return False
    if naming.label not in recording.transcript.labelled_speakers or not (name_words := bare_words(naming.name)):
        return False
    return any(abs(n - naming.line) <= _NEAR for place in recording.places_of(name_words) for n in place)


def _is_no_word(label: str) -> bool:
    return counts_somebody(label) or _LETTERED.fullmatch(label) is not None


def with_names(parts: Sequence[Part], names: Mapping[str, Naming], recording: Recording) -> Sequence[Part]:
    """The parts with names in the place of labels in all of their texts; a label that is also spoken stays: "Q1"."""
    no_words = (n.label for n in names.values() if _is_no_word(n.label) and n.label not in n.name)
    labels = [label for label in no_words if not any(recording.places_of(bare_words(label)))]
    if not labels:
        return parts
    listed = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    label = re.compile(rf"(?<![^\W{UNSPACED}])(?:{listed})(?![^\W{UNSPACED}])")

    def in_text(text: str) -> str:
        return label.sub(lambda match: names[match[0]].name, text)

    def in_statement(section: str, s: DraftStatement) -> DraftStatement:
        columns, emphasis = tuple(map(in_text, s.columns)), tuple(map(in_text, s.emphasis))
        return replace(s, text=in_text(s.text), label=in_text(s.label), columns=columns, emphasis=emphasis)

    def in_group(group: DraftGroup) -> DraftGroup:
        return replace(group, heading=in_text(group.heading), part=in_text(group.part))

    return [replace(p, sections=Draft(p.sections).rewritten(in_statement, in_group).sections) for p in parts]


def introduction_of(names: Iterable[Naming], chunk: Chunk | None = None) -> str:
    """The sentence that tells a model whom labels stand for, but for those whom lines of the `chunk` name."""
    introduced = [n for n in names if not chunk or not chunk.first <= n.line <= chunk.last]
    return (
        f"Who speaks: {'; '.join(f'{n.label} is {n.name} [{n.line}]' for n in introduced)}.\n\n" if introduced else ""
    )
