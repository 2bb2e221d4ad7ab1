"""Which lines advertise: a sponsor's praise in a podcast is no matter to study."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rapidfuzz import fuzz

from pipeline.source import Source
from pipeline.text import STOPWORDS, sentences

_SPONSOR = re.compile(
    r"\bfor sponsoring\b|\bsponsoring (?:this|the|today|us|our)\b"
    r"|\b(?:one of our|today['’]s|this week['’]s) sponsors?\b"
    r"|\b(?:episode|show|podcast|video) (?:is|was) (?:brought to you|supported|sponsored) by\b",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:coupon|promo(?:tional)?|discount) codes?\b|\bfree trial\b|\b(?:months?|weeks?) (?:for )?free\b|% off\b"
    r"|\b(?:it|them) out at \S*\.(?:com|io|fm|dev|org|net)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,] )[A-Z]\w+")
_HEARD = 75  # likeness out of 100 at which a name may be a speaker's
_REACH = 8  # lines on either side of a cue in which its product is looked for
_PAUSE = 5  # lines at most between two that name the product
_THERE = 0.5  # share of the lines with a name that must be near, for it to be what is praised


def adverts(source: Source) -> frozenset[int]:
    """The lines of adverts: those that thank a sponsor or make its offer, those near them that name it, and between.

    A sponsor is named in such a sentence, and hardly in lines further away. An offer without a sponsor is no advert:
    people talk about free trials.
    """
    lines = source.transcript.segments
    sponsors = [s.id for s in lines if _SPONSOR.search(s.text)]
    cues = {s.id: _praised(s.text, source) for s in lines if s.id in sponsors or _OFFER.search(s.text)}
    out: set[int] = set()
    for cue in cues:
        window = range(max(1, cue - _REACH), min(len(lines), cue + _REACH) + 1)
        if not any(n in window for n in sponsors):
            continue
        named = {name for n in window for name in cues.get(n, ())}
        told = {name: source.lines_with(name) for name in named}
        praised = [places for places in told.values() if places and _share(places, window) >= _THERE]
        marked = [n for n in window if n in cues or any(n in places for places in praised)]
        at = marked.index(cue)
        out |= _reached(marked[at::-1]) | _reached(marked[at:])
    return frozenset(out)


def _praised(text: str, source: Source) -> set[str]:
    """The names in the sentences that have a cue, small. Speakers are none, however they were heard."""
    told = (s for s in sentences(text) if _SPONSOR.search(s) or _OFFER.search(s))
    named = {m[0].casefold() for s in told for m in _NAME.finditer(s)} - STOPWORDS
    return {n for n in named if not any(fuzz.ratio(n, who) >= _HEARD for who in source.speakers)}


def _share(places: Collection[int], window: range) -> float:
    return sum(n in window for n in places) / len(places)


def _reached(marked: Sequence[int]) -> set[int]:
    """The lines from the first of these on, as far as no pause is too long."""
    last = marked[0]
    for n in marked:
        if abs(n - last) > _PAUSE:
            break
        last = n
    return set(range(min(marked[0], last), max(marked[0], last) + 1))
