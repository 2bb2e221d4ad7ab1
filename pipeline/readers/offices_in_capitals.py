"""Labels in capitals, then small words or a number ("The SPEAKER pro tempore."), and sentences like them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

_MOST = 0.8  # minimum shares of paragraphs with a label in capitals, and of one ending of an office


def no_offices(labels: Mapping[str, int], units: int) -> set[str]:
    """Of labels before full stops, with their counts, those that are the beginnings of sentences.

    "The NASA was late." is one, unless the capitals are also a label alone or nearly all paragraphs begin with one.
    "The SPEAKER pro tempore." is not, if it recurs beside other labels: an office always ends alike, sentences vary.
    """
    longer = {label: plain for label in labels if (plain := _in_capitals(label)) != label}
    if not longer:
        return set()
    alone = Counter({label: n for label, n in labels.items() if label not in longer})
    added = sum(labels[label] for label in longer)
    if alone.total() >= added and alone.total() + added >= _MOST * units:
        return set()
    sentences = {label for label, plain in longer.items() if plain not in alone}
    return sentences - _offices(labels, longer) if max(alone.values(), default=0) > 1 else sentences


def _offices(labels: Mapping[str, int], longer: Mapping[str, str]) -> set[str]:
    """The longer labels that recur with hardly any other ending."""
    times: Counter[str] = Counter()
    for label, plain in longer.items():
        times[plain] += labels[label]
    return {label for label, plain in longer.items() if labels[label] > 1 and labels[label] >= _MOST * times[plain]}


def _in_capitals(label: str) -> str:
    """A label without small words or a number at its end."""
    words = label.split()
    while len(words) > 1 and (words[-1].islower() or words[-1].isdigit()):
        words.pop()
    return " ".join(words)
