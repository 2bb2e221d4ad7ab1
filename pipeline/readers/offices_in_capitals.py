"""Labels in capitals that small words or a number follow ("The SPEAKER pro tempore.") and sentences that look so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

_MOST = 0.8  # of the paragraphs, those with a label in capitals if what follows may be part of it; of endings, one


def no_offices(labels: Mapping[str, int], units: int) -> set[str]:
    """Of the labels in front of full stops, how often each stands, those that are beginnings of sentences.

    "The NASA was late." is one, unless the capitals are a label of their own as well or nearly all paragraphs have one.
    "The SPEAKER pro tempore." is none where it recurs beside other labels: an office ends alike, sentences differ.
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
    """The longer labels that recur with hardly another ending."""
    times: Counter[str] = Counter()
    for label, plain in longer.items():
        times[plain] += labels[label]
    return {label for label, plain in longer.items() if labels[label] > 1 and labels[label] >= _MOST * times[plain]}


def _in_capitals(label: str) -> str:
    """A label without the small words or the number at its end."""
    words = label.split()
    while len(words) > 1 and (words[-1].islower() or words[-1].isdigit()):
        words.pop()
    return " ".join(words)
