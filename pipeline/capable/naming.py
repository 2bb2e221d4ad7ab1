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


def agreed(told: Iterable[Naming], recording: Recording) -> dict[str, Naming]:
    """The naming of each label on which all that hold agree, with the fullest name; of two people for one none."""
    names: dict[str, Naming | None] = {}
    for naming in (replace(n, name=clean(n.name)) for n in told):
        if not _holds(naming, recording):
            continue
        if naming.label not in names:
            names[naming.label] = naming
        elif held := names[naming.label]:
            short, long = sorted((held, naming), key=lambda n: len(n.name))
            names[naming.label] = long if set(bare_words(short.name)) <= set(bare_words(long.name)) else None
    return {label: naming for label, naming in names.items() if naming}


def _holds(naming: Naming, recording: Recording) -> bool:
    """Whether somebody bears the label, and lines around the cited one say the name, which begins as a name does."""
    words = naming.name.split()
    if not 0 < len(words) <= _MOST_WORDS or len(naming.name) > _LONGEST or words[0][0].islower():
        return False
    if naming.label not in recording.transcript.labelled_speakers or not (said := bare_words(naming.name)):
        return False
    return any(abs(n - naming.line) <= _NEAR for place in recording.places_of(said) for n in place)


def _is_no_word(label: str) -> bool:
    return counts_somebody(label) or _LETTERED.fullmatch(label) is not None


def named(parts: Sequence[Part], names: Mapping[str, Naming], recording: Recording) -> Sequence[Part]:
    """The parts with each label's name in its place, in all of their texts; a label that is also said stays: "Q1"."""
    no_words = (n.label for n in names.values() if _is_no_word(n.label) and n.label not in n.name)
    labels = [label for label in no_words if not any(recording.places_of(bare_words(label)))]
    if not labels:
        return parts
    listed = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    label = re.compile(rf"(?<![^\W{UNSPACED}])(?:{listed})(?![^\W{UNSPACED}])")

    def text(of: str) -> str:
        return label.sub(lambda found: names[found[0]].name, of)

    def statement(section: str, of: DraftStatement) -> DraftStatement:
        columns, emphasis = tuple(map(text, of.columns)), tuple(map(text, of.emphasis))
        return replace(of, text=text(of.text), label=text(of.label), columns=columns, emphasis=emphasis)

    def group(of: DraftGroup) -> DraftGroup:
        return replace(of, heading=text(of.heading), part=text(of.part))

    return [replace(p, sections=Draft(p.sections).rewritten(statement, group).sections) for p in parts]


def introduced(names: Iterable[Naming], chunk: Chunk | None = None) -> str:
    """Whom labels stand for, as a model is told: all of these, or those whom the chunk's own lines do not name."""
    told = [n for n in names if not chunk or not chunk.first <= n.line <= chunk.last]
    return f"Who speaks: {'; '.join(f'{n.label} is {n.name} [{n.line}]' for n in told)}.\n\n" if told else ""
