"""Who speaks in a recording: the names that are known of it, with the labels that stand for them in its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.text import words
from pipeline.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Person:
    """A person by the fullest name that is known; `labels` are as the lines have them, none of who is in no label."""

    name: str
    labels: tuple[str, ...] = ()


def speakers_of(transcript: Transcript) -> tuple[Person, ...]:
    """Speakers in the order of their labels, then those whom only the recording's data name.

    A label goes with the one known name that has all of its words: "Giulia" with Giulia Fanti.
    Where a label goes with none it may stand for any of the others, so these are not listed besides.
    """
    known = transcript.metadata.speakers
    labels: dict[str, list[str]] = {}
    for label in transcript.labelled_speakers:
        labels.setdefault(full_name(label, known), []).append(label)
    found = tuple(Person(name, tuple(of)) for name, of in labels.items())
    if any(name not in known for name in labels):
        return found
    return (*found, *(Person(name) for name in dict.fromkeys(known) if name not in labels))


def names_of(transcript: Transcript) -> tuple[str, ...]:
    """The names of all speakers."""
    return tuple(s.name for s in speakers_of(transcript))


def full_name(label: str, known: Sequence[str]) -> str:
    """The only known name of which a label is a part, or the label."""
    if label in known:
        return label
    said = {word for word in words(label) if len(word) > 1}
    fitting = {name for name in known if said and said.issubset(words(name))}
    return fitting.pop() if len(fitting) == 1 else label
