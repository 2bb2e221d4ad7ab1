"""Prerequisites: what the recording takes for granted, each once, the ones needed most often first."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from pipeline.document import Prerequisite, Withheld
from pipeline.sections.base import Draft, DraftStatement, Flat, MergeContext, Merged, SectionSpec
from pipeline.sections.repeats import is_repeat, same_term
from pipeline.text import content_words, keys_of, words
from pipeline.tokens import everyday

MOST = 6
LIMIT = 110  # characters of what the model tells of a topic
_MOST_DETAILS, _LONGEST_DETAIL = 5, 4  # details of a topic, words of a detail
_TOUCHED = 2  # lines that must speak of a topic or of its terms
_LONG = 11  # letters of a word that tells a field though it is common: "probability"
_ITSELF = frozenset("newsletter podcast episode show recording".split())  # what a recording calls itself


class Needed(Flat):
    """A field or idea that a chunk takes for granted."""

    lines: Annotated[list[int], Field(min_length=1, max_length=2)]
    topic: Annotated[str, Field(max_length=60)]
    detail: str


class PrerequisitesDraft(Draft):
    """What a chunk gives."""

    prerequisites: list[Needed]

    def rows(self) -> list[tuple[list[int], str, str]]:
        """(lines, topic, detail) of each prerequisite."""
        return [(n.lines, n.topic, n.detail) for n in self.prerequisites]


@dataclass(slots=True)
class Topic:
    """Drafts that name one topic, by the name of the first or of the one that has the first among its terms."""

    label: str
    drafts: list[DraftStatement]
    terms: list[str]

    def is_same(self, label: str) -> bool:
        """Whether a draft names this topic, one that stands in it or in its terms, or one in which it stands."""
        own, other = _keys(self.label), _keys(label)
        return own <= other or other <= own or any(same_term(label, t) for t in (self.label, *self.terms))

    def is_near(self, label: str, terms: Sequence[str], text: str) -> bool:
        """Whether a draft's words, or this topic's, all stand in the other's name and terms of one word."""
        own, other = _keys(self.label), _keys(label)
        return (
            own <= other | _keys(*(t for t in terms if " " not in t))
            or other <= own | _keys(*(t for t in self.terms if " " not in t))
            or any(same_term(self.label, t) for t in terms)
            or any(same_term(d.label, label) for d in self.drafts)
            or is_repeat(f"{self.drafts[0].label} {self.drafts[0].text}", f"{label} {text}", threshold=0.5)
        )

    def take(self, draft: DraftStatement, label: str, terms: Sequence[str]) -> None:
        """Takes a draft in, and its terms when it is of the same topic; one that is wider gives the name."""
        if self.is_same(label):
            self.terms += terms
        elif any(same_term(self.label, t) for t in terms):
            self.label, self.terms = label, [*terms, *self.terms]
        self.drafts.append(draft)


async def merge(drafts: Sequence[DraftStatement], context: MergeContext) -> Merged:
    """Variants joined, empty topics kept out; at most MOST, those that several chunks need before the others."""
    topics = joined(drafts, context)
    reasons = _reasons(topics, context)
    usable = sorted((t for t, why in zip(topics, reasons, strict=True) if why is None), key=lambda t: -len(t.drafts))
    chosen = [t for t in topics if any(t is u for u in usable[:MOST])]
    content: list[Prerequisite] = []
    told: list[str] = []
    for topic in chosen:
        needed_here = details(topic.label, topic.terms, told)
        content.append(Prerequisite(text=line(topic.label, needed_here)))
        told += needed_here
    placed = {d.id: t.drafts[0].id for t in chosen for d in t.drafts}
    withheld: list[tuple[str, Withheld]] = []
    for topic, why in zip(topics, reasons, strict=True):
        for draft in (d for d in topic.drafts if d.id not in placed):
            label = _written(draft.label, context)
            text = line(label, details(label, terms_of(draft, context)))
            reason = why or f"more than {MOST} prerequisites"
            withheld.append((draft.id, Withheld(section="prerequisites", text=text, reason=reason)))
    return Merged(tuple(content), placed, tuple(withheld))


def joined(drafts: Sequence[DraftStatement], context: MergeContext) -> list[Topic]:
    """The topics of all drafts, each once, in order of first mention; the recording itself joins nothing."""
    topics: list[Topic] = []
    for draft in drafts:
        label, terms = _written(draft.label, context), terms_of(draft, context)
        open_ = [t for t in topics if _is_recording(t.label, context) == _is_recording(label, context)]
        twins = [t for t in open_ if t.is_same(label)] or [t for t in open_ if t.is_near(label, terms, draft.text)]
        if twins:
            twins[0].take(draft, label, terms)
        else:
            topics.append(Topic(label, [draft], terms))
    for topic in topics:  # what bears another topic's name is told there
        others = [_keys(d.label) for t in topics if t is not topic for d in t.drafts]
        topic.terms = [t for t in topic.terms if not any(other < _keys(t) for other in others)]
    return topics


def line(label: str, of_it: Sequence[str]) -> str:
    """ "Basic familiarity with topic (details of it)"."""
    topic = f"Basic familiarity with {label}"
    return f"{topic} ({', '.join(of_it)})" if of_it else topic


def terms_of(draft: DraftStatement, context: MergeContext) -> list[str]:
    """What the draft counts up of its topic, as far as the recording says it; nothing that is a sentence."""
    parts = (part.strip() for part in _uncut(draft.text).strip(" .,()").split(","))
    return [
        _written(part, context)
        for part in parts
        if content_words(part) and len(part.split()) <= _LONGEST_DETAIL and _is_said(part, context)
    ]


def details(label: str, terms: Sequence[str], told: Sequence[str] = ()) -> list[str]:
    """Terms as they are told: each once, the longer of two alike, none `told` before or that is only the topic."""
    out: list[str] = []
    for term in terms:
        if _keys(term) <= _keys(label) or any(_is_told(term, other) for other in told):
            continue
        twin = next((i for i, other in enumerate(out) if same_term(term, other) or _alike(term, other)), None)
        if twin is None:
            out.append(term)
        elif _keys(out[twin]) < _keys(term):
            out[twin] = term
    # A term that grew may have come to contain another one.
    whole = [t for i, t in enumerate(out) if not any(_keys(t) < _keys(o) or t == o for o in out[:i])]
    return whole[:_MOST_DETAILS]


def _is_told(term: str, other: str) -> bool:
    """Whether a term was told by another, of which it is a variant."""
    first, second = _keys(term), _keys(other)
    return same_term(term, other) or 3 * len(first & second) >= 2 * max(len(first), len(second))


def _alike(a: str, b: str) -> bool:
    """Whether one term contains the other, or two long ones differ in a word."""
    first, second = _keys(a), _keys(b)
    return 3 * len(first & second) >= 2 * min(len(first), len(second))


def _reasons(topics: Sequence[Topic], context: MergeContext) -> list[str | None]:
    """Why each topic may not stand, or None. One of them stands, thin as it may be, unless it is the recording."""
    told: list[str] = []
    reasons: list[str | None] = []
    for topic in topics:
        own = details(topic.label, topic.terms, told)
        reasons.append(_emptiness(topic, own, context))
        told += own if reasons[-1] is None else ()
    spare = [n for n, t in enumerate(topics) if not _is_recording(t.label, context)]
    if spare and None not in reasons:
        reasons[spare[0]] = None
    return reasons


def _emptiness(topic: Topic, own: Sequence[str], context: MergeContext) -> str | None:
    """Why a topic with these details of its own tells nothing of what a reader should know, or None."""
    if _is_recording(topic.label, context):
        return "it is the recording itself"
    spoken = set(context.mentions(topic.label))
    names = [part for w in topic.label.split() if w != w.lower() for part in re.split(r"[-.]", w)]
    named = spoken.union(*(context.mentions(name) for name in names))
    if own:
        spoken = named.union(*(context.mentions(term) for term in topic.terms))
    elif 2 * len(names) >= len(words(topic.label)):
        spoken = named
    if len(spoken) < _TOUCHED:
        return "the recording hardly speaks of it"
    if _is_specific(topic.label) or any(" " in t or len(t) >= _LONG or _is_specific(t) for t in own):
        return None
    return "everyday words that tell no field of knowledge"


def _is_specific(phrase: str) -> bool:
    """Whether a phrase has a name or a word that is not everyday."""
    return phrase != phrase.lower() or not all(everyday(w) for w in words(phrase))


def _is_recording(label: str, context: MergeContext) -> bool:
    """Whether a topic is the newsletter or show that the recording belongs to, or words of its title."""
    named = set(content_words(label))
    in_title = len(named) > 1 and named <= set(content_words(context.title))
    return in_title or (label != label.lower() and (words(label) or [""])[-1] in _ITSELF)


def _is_said(phrase: str, context: MergeContext) -> bool:
    """Whether somebody says each word of a phrase, wherever."""
    return all(context.mentions(w) for w in words(phrase) if content_words(w))


def _keys(*phrases: str) -> Set[str]:
    """The keys of several phrases together."""
    return set().union(*map(keys_of, phrases))


def _written(phrase: str, context: MergeContext) -> str:
    """A phrase as it stands within a sentence: an ordinary first word is small, a name has the recording's capitals."""
    phrase = phrase.strip(" .")
    first = (phrase.split() or [""])[0]
    plain = first[1:].islower() and (everyday(first) or " " in phrase)
    named = phrase[len(first) + 1 : len(first) + 2].isupper()
    return context.cased(first.lower() + phrase[len(first) :] if plain and not named else phrase)


def _uncut(detail: str) -> str:
    """A list that the length limit cut loses its last, broken entry."""
    return detail.rpartition(",")[0] if len(detail) >= LIMIT - 2 and "," in detail else detail


PREREQUISITES = SectionSpec(
    name="prerequisites",
    prompt="sections/prerequisites.v1",
    draft=PrerequisitesDraft,
    merge=merge,
    most=lambda tokens: 3,
    max_tokens=300,
    item_field="prerequisites",
    text_limit=LIMIT,
)
