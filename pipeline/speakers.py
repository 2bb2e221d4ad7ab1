"""Who speaks in a recording: the names that are known of it, with the labels that stand for them in its lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, groupby, pairwise

from pipeline.labels import labels_for, languages
from pipeline.text import counts_somebody, words
from pipeline.transcript import Transcript

_LEAST_LETTERS = 5  # of a name that two letters in each other's place do not make another one
_MOST_LABELS = 8
_TOGETHER = 5  # turns of the rarer of two labels, of which one at most is next to a turn of the other


@dataclass(frozen=True, slots=True)
class Person:
    """A person by the fullest name that is known; `labels` are as the lines have them, () for somebody without one."""

    name: str
    labels: tuple[str, ...] = ()


def speakers_of(transcript: Transcript) -> tuple[Person, ...]:
    """Speakers in the order of their labels, then those whom only the recording's data name.

    A label goes with the one known name that has all of its words: "Giulia" with Giulia Fanti, and so does "Guilia"
    where two letters that change places are all that tells the two, and they do not speak with each other.
    Where a label is another name it may stand for any of the others, so these are not listed besides. "Speaker 1" and
    "Q" are no names: whoever they stand for may be among the others, who are listed, but for those of whose names a
    label has a word.
    """
    known = transcript.metadata.speakers
    names = {label: full_name(label, known) for label in transcript.labelled_speakers}
    labels: dict[str, list[str]] = {}
    for label, name in names.items():
        alike = (right for right in names if names[right] in known and _mistyped(label, right))
        right = next((r for r in alike if not _talk_together(label, r, transcript)), None)
        labels.setdefault(names[right] if right and name == label else name, []).append(label)
    found = tuple(Person(name, tuple(label_group)) for name, label_group in labels.items())
    return (*found, *(Person(name) for name in _not_labelled(known, list(labels))))


def _not_labelled(known: Sequence[str], labelled: Sequence[str]) -> list[str]:
    """The known names of people of whom nothing shows that a label stands for them."""
    others = [name for name in labelled if name not in known and not names_nobody(name, labelled)]
    if others and not any(names_nobody(name, labelled) for name in labelled):
        return []
    label_words = {word for name in others for word in words(name)}
    return [name for name in dict.fromkeys(known) if name not in labelled and label_words.isdisjoint(words(name))]


def names_of(transcript: Transcript) -> tuple[str, ...]:
    """The names of all speakers."""
    return tuple(s.name for s in speakers_of(transcript))


def names_nobody(label: str, labels: Sequence[str]) -> bool:
    """Whether a label, one of these, is no name: it counts, "Speaker 1", or tells a question from its answer.

    A letter does so beside its other: "Q" beside "A" is no initial.
    """
    if counts_somebody(label):
        return True
    label_words = words(label)
    if len(label_words) != 1:
        return False
    beside = {word for other in labels for word in words(other) if len(word) == 1}
    letters = ({q[0], a[0]} for q, a in _pairs())
    return any(label_words[0] in pair for pair in _pairs()) or any(
        label_words[0] in pair and pair <= beside for pair in letters
    )


@cache
def _pairs() -> frozenset[tuple[str, str]]:
    """What a question and its answer are called, in every language that has labels."""
    of_each = (tuple(map(str.casefold, labels_for(code).question_and_answer)) for code in languages())
    return frozenset((q, a) for words_of_pair in of_each for q, a in combinations(words_of_pair, 2))


def people_of(labels: Sequence[str], name_of: Callable[[str], str]) -> tuple[str, ...]:
    """The people of labels by their fullest names, each once; `name_of` gives the name of a label, or the label."""
    people = (full_name(name_of(label), labels) for label in labels)
    return tuple(dict.fromkeys(name for name in people if not names_nobody(name, labels)))


def not_used(names: Sequence[str], transcript: Transcript) -> str:
    """The remark on `names` that a user gave and that go with none of a transcript's labels; "" where all do."""
    people = names_of(transcript)
    if all(name in people for name in names) or not transcript.labelled_speakers:
        return ""
    unused = ", ".join(name for name in names if name not in people)
    labels = ", ".join(transcript.labelled_speakers[:_MOST_LABELS])
    return f"--speakers: no label is part of {unused}; the labels are {labels}"


def full_name(label: str, known: Sequence[str]) -> str:
    """The only known name of which a label is a part, or the label."""
    if label in known:
        return label
    label_words = {word for word in words(label) if len(word) > 1}
    fitting = {name for name in known if label_words and label_words.issubset(words(name))}
    return fitting.pop() if len(fitting) == 1 else label


def _mistyped(label: str, right: str) -> bool:
    """Whether a label is another one with two neighbouring letters in each other's place."""
    differ = [n for n, (a, b) in enumerate(zip(label, right, strict=False)) if a != b]
    if len(label) != len(right) or len(label) < _LEAST_LETTERS or len(differ) != 2 or differ[1] - differ[0] != 1:
        return False
    first, second = differ
    return (label[first], label[second]) == (right[second], right[first])


def _talk_together(label: str, other: str, transcript: Transcript) -> bool:
    """Whether two labels follow each other as those of people who talk do, in a fifth of the rarer one's turns."""
    turns = [speaker for speaker, _ in groupby(s.speaker for s in transcript.segments)]
    beside = sum({a, b} == {label, other} for a, b in pairwise(turns))
    return _TOGETHER * beside > min(turns.count(label), turns.count(other))
