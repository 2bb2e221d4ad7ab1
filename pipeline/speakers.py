"""Who speaks in a recording: the known names, and the labels that stand for them in its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, groupby, pairwise

from pipeline.labels import labels_for, languages
from pipeline.text import counts_somebody, words
from pipeline.transcript import Metadata, Transcript

_LEAST_LETTERS = 5  # letters of a name from which two swapped letters count as a typing error
_MOST_LABELS = 8
_TURNS_PER_MEETING = 5  # labels that do not talk together meet in at most one of this many turns of the rarer one


@dataclass(frozen=True, slots=True)
class Person:
    """A person under the fullest known name; `labels` are spelled as in the lines, and empty if no label is theirs."""

    name: str
    labels: tuple[str, ...] = ()


def speakers_of(transcript: Transcript) -> tuple[Person, ...]:
    """Speakers in the order of their labels, followed by those whom only the recording's metadata names.

    A label belongs to the one known name that contains all of its words: "Giulia" to Giulia Fanti. So does the misspelt
    "Guilia", if two swapped letters are the only difference and the two labels do not talk with each other. "Host" is
    the one person whose role that is.

    If a label is another name, it may stand for any known person without a label, so these are not listed in addition.
    A label that is the role of one known person, such as "Host", is that person's.

    "Speaker 1" and "Q" are not names: they may stand for any of the others, so these are listed, except those of whose
    names a label has a word.
    """
    known = transcript.metadata.speakers
    by_role = _by_role(transcript.metadata)
    names = {label: by_role.get(label.casefold()) or full_name(label, known) for label in transcript.labelled_speakers}
    labels: dict[str, list[str]] = {}
    for label, name in names.items():
        alike = (right for right in names if names[right] in known and _mistyped(label, right))
        right = next((r for r in alike if not _talk_together(label, r, transcript)), None)
        labels.setdefault(names[right] if right and name == label else name, []).append(label)
    found = tuple(Person(name, tuple(label_group)) for name, label_group in labels.items())
    return (*found, *(Person(name) for name in _not_labelled(known, list(labels))))


def _by_role(metadata: Metadata) -> dict[str, str]:
    """The known people by their roles, each of which only one of them has."""
    roles = [(role.text.casefold(), role.speaker) for role in metadata.roles if role.speaker in metadata.speakers]
    times = Counter(text for text, _ in roles)
    return {text: name for text, name in roles if times[text] == 1}


def _not_labelled(known: Sequence[str], labelled: Sequence[str]) -> list[str]:
    """The known names of people for whom no label may stand."""
    others = [name for name in labelled if name not in known and not names_nobody(name, labelled)]
    if others and not any(names_nobody(name, labelled) for name in labelled):
        return []
    label_words = {word for name in others for word in words(name)}
    return [name for name in dict.fromkeys(known) if name not in labelled and label_words.isdisjoint(words(name))]


def names_of(transcript: Transcript) -> tuple[str, ...]:
    """The names of all speakers."""
    return tuple(s.name for s in speakers_of(transcript))


def names_nobody(label: str, labels: Sequence[str]) -> bool:
    """Whether a label is not a name: it is numbered, as "Speaker 1", or marks a question or an answer.

    A single letter counts as such only beside its counterpart: "Q" is no initial if there is an "A" among `labels`.
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
    """The words for a question and its answer, in every language that has labels."""
    of_each = (tuple(map(str.casefold, labels_for(code).question_and_answer)) for code in languages())
    return frozenset((q, a) for words_of_pair in of_each for q, a in combinations(words_of_pair, 2))


def people_of(labels: Sequence[str], name_of: Callable[[str], str]) -> tuple[str, ...]:
    """The people behind labels by their fullest names, each once; `name_of` gives a label's name, or the label."""
    people = (full_name(name_of(label), labels) for label in labels)
    return tuple(dict.fromkeys(name for name in people if not names_nobody(name, labels)))


def not_used(names: Sequence[str], transcript: Transcript) -> str:
    """A remark on the `names` given by a user that match none of the transcript's labels; "" if all do."""
    people = names_of(transcript)
    if all(name in people for name in names) or not transcript.labelled_speakers:
        return ""
    unused = ", ".join(name for name in names if name not in people)
    labels = ", ".join(transcript.labelled_speakers[:_MOST_LABELS])
    return f"--speakers: no label fits {unused}; the labels are {labels}"


def full_name(label: str, known: Sequence[str]) -> str:
    """The only known name that contains the words of a label, otherwise the label."""
    if label in known:
        return label
    label_words = {word for word in words(label) if len(word) > 1}
    fitting = {name for name in known if label_words and label_words.issubset(words(name))}
    return fitting.pop() if len(fitting) == 1 else label


def _mistyped(label: str, right: str) -> bool:
    """Whether a label differs from another one only in two swapped neighbouring letters."""
    differ = [n for n, (a, b) in enumerate(zip(label, right, strict=False)) if a != b]
    if len(label) != len(right) or len(label) < _LEAST_LETTERS or len(differ) != 2 or differ[1] - differ[0] != 1:
        return False
    first, second = differ
    return (label[first], label[second]) == (right[second], right[first])


def _talk_together(label: str, other: str, transcript: Transcript) -> bool:
    """Whether two labels alternate as in a conversation: in more than a fifth of the turns of the rarer one."""
    turns = [speaker for speaker, _ in groupby(s.speaker for s in transcript.segments)]
    beside = sum({a, b} == {label, other} for a, b in pairwise(turns))
    return _TURNS_PER_MEETING * beside > min(turns.count(label), turns.count(other))
