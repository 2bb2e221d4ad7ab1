"""Who the labels of a long recording stand for: what the lines of one part tell, "I'm Adam", holds for all parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.draft import DraftGroup, DraftStatement
from pipeline.text import word_count
from pipeline.transcript import Transcript
from pipeline.verification import Recording, finding

if TYPE_CHECKING:
    from pipeline.capable.writing import Part

_MOST_WORDS = 5  # of a name


@dataclass(frozen=True, slots=True)
class Naming:
    """The name of the person whom a label stands for, and the line that tells it."""

    label: str
    name: str
    line: int


def namings(answer: Any, transcript: Transcript) -> tuple[Naming, ...]:
    """What a part's answer tells of labels; a label that nobody bears, or a name that nobody says, tells nothing."""
    labels = frozenset(transcript.labelled_speakers)
    recording = Recording(transcript)
    lines = range(1, len(transcript.segments) + 1)
    return tuple(
        Naming(s.label, s.name, s.line)
        for s in getattr(answer, "speakers", ())  # a recording of one part is not asked
        if s.label in labels and s.line in lines and _is_name(s.name, recording)
    )


def _is_name(name: str, recording: Recording) -> bool:
    return 0 < word_count(name) <= _MOST_WORDS and not finding(f"is {name}", recording)


def agreed(told: Iterable[Naming]) -> dict[str, Naming]:
    """The naming of each label on which all parts agree, the fullest name of it; of two people for one label none."""
    names: dict[str, Naming | None] = {}
    for naming in told:
        if naming.label not in names:
            names[naming.label] = naming
        elif held := names[naming.label]:
            short, long = sorted((held, naming), key=lambda n: len(n.name))
            names[naming.label] = long if set(short.name.split()) <= set(long.name.split()) else None
    return {label: naming for label, naming in names.items() if naming}


def named(parts: Sequence[Part], names: Mapping[str, Naming]) -> Sequence[Part]:
    """The parts with each label's name in its place, in all of their texts."""
    if not names:
        return parts
    label = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?!\w)")

    def text(of: str) -> str:
        return label.sub(lambda found: names[found[0]].name, of)

    def statement(of: DraftStatement) -> DraftStatement:
        return replace(of, text=text(of.text), label=text(of.label), details=tuple(map(statement, of.details)))

    def group(of: DraftGroup) -> DraftGroup:
        return replace(of, heading=text(of.heading), statements=tuple(map(statement, of.statements)))

    return [replace(p, sections={n: tuple(map(group, groups)) for n, groups in p.sections.items()}) for p in parts]
