"""Key Concepts: terms that the speakers explain, variants of a term joined, empty definitions kept out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from pipeline.document import KeyConcept, Withheld
from pipeline.sections.base import Draft, DraftStatement, Flat, MergeContext, Merged, SectionSpec
from pipeline.sections.main_points import Lines
from pipeline.sections.repeats import first_of_each, union_lines
from pipeline.text import content_words

MOST = 14
# How people sound when they explain a term.
_EXPLAINING = re.compile(
    r"\b(?:is|are|was|were|be|been|being|so-?|we|they|you|people|\w+ists|\w+ers) call(?:ed)?\b"
    r"|(?<!not )(?<!never )\bcall (?:it|this|that|them)\b"
    r"|\b(?:known as|stands for|refers? to|(?<!which )means|meaning|defined? as)\b"
    r"|\b(?:definition|in other words|that is to say)\b"
    r"|\bthe (?:term|idea (?:is|of))\b|\bis (?:when|where|just|basically|essentially|simply|what an?)\b"
    r"|\bis (?:the \w+ (?:that|of|which|between|by|at)|an? \w+ (?:that|in which|of|for))\b"
    r"|\bthat(?:['’]s| is) (?:what|the|when|an? )?\s?\w{10,}\.|: (?:how|when|what)\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"^(?:an?|the) (?:term|word|concept|thing|name)\b.{0,30}$|^(?:something|someone|anything|in this context)\b"
    r"|^an? (?:person|man|woman|researcher|developer|guest|host)\b",
    re.IGNORECASE,
)


# A note that says what its subject is: "A mempool is a cache of transactions that …".
_DEFINING = re.compile(
    r"^(?:According to [^,]+, )?(?:[Tt]he |[Aa]n? )?(?P<term>[\w.+#’'&-]+(?: [\w.+#’'&()-]+){0,4}?) (?:is|are) "
    r"(?P<what>(?:an?|the) .*\b(?:that|which|who|whose|where|of|for|by|used|designed|made|to)\b .+)\.$"
)
_NO_TERM = re.compile(
    r"^(?:there|this|that|these|those|it|he|she|they|we|one|what|who|which|here|another|each|both|some|all|most)\b"
    r"|['’]s\b|s['’]|\d\.\d|\b(?:and|or|of|who|that|which|for|to|with|can|may|will|was|has|have)\b"
    r"|\b(?:goal|aim|problem|purpose|reason|idea|point|result|outcome|cost|price|difference|question|answer|thing|way"
    r"|case|part|step|advantage|talk|podcast|episode|show|recording|video|lecture|article)s?$",
    re.IGNORECASE,
)
# What a subject is held for, instead of what kind of thing it is.
_NO_KIND = re.compile(
    r"^(?:an?|the) (?:(?:very|really|quite|rather|most) )?"
    r"(?:good|great|nice|big|huge|common|popular|unique|worthwhile|proper|bad|cool|fun|hard|easy|better|best|worst|last"
    r"|first|next|only|same|new|main|key|specific|important|interesting|valid|renowned|beautiful|little|lot|bit|case"
    r"|area|place|symbol|choice|fellow|issue|problem|concern|question|deal|way to|reason|result|example|one|two|three"
    r"|term|person|man|woman|guest|host)\b",
    re.IGNORECASE,
)


class Concept(Flat):
    """A term of a chunk."""

    lines: Lines
    kind: Literal["explained", "mentioned"]
    term: Annotated[str, Field(max_length=48)]
    definition: str


class KeyConceptsDraft(Draft):
    """What a chunk gives."""

    concepts: list[Concept]

    def rows(self) -> list[tuple[list[int], str, str]]:
        """(lines, term, definition) of each concept that the lines explain."""
        return [(c.lines, c.term, c.definition) for c in self.concepts if c.kind == "explained"]


_CUT = re.compile(r"\b(?:an?|the|of|to|and|or|that|for|with|is|are|means|called)\s*[.…]*$", re.IGNORECASE)


def emptiness(term: str, definition: str) -> str | None:
    """Why a definition tells nothing of its term, or None."""
    fresh = set(content_words(definition)) - set(content_words(term))
    if len(fresh) < 3:
        return "the definition only repeats its term"
    if _CUT.search(definition):
        return "the definition is cut off"
    if _EMPTY.match(definition):
        return "the definition fits anything"
    if re.search(rf"\b{re.escape(term)}\b", definition, re.IGNORECASE):
        return "the definition needs the term itself"
    return None


def defined(drafts: Sequence[DraftStatement]) -> list[DraftStatement]:
    """What main points say that their subjects are, as concepts; a small model, asked for concepts, gives few."""
    out: list[DraftStatement] = []
    for draft in (d for d in drafts if d.section == "main_points"):
        match = _DEFINING.match(draft.text)
        if match and not _NO_TERM.search(match["term"]) and not _NO_KIND.match(match["what"]):
            what = f"{match['what'][:1].upper()}{match['what'][1:]}."
            out.append(
                replace(draft, id=f"key_concepts/{draft.id}", section="key_concepts", label=match["term"], text=what)
            )
    return out


async def merge(drafts: Sequence[DraftStatement], context: MergeContext) -> Merged:
    """One entry a term, the longest definition of its variants, in order of first mention."""
    withheld = [
        (d.id, Withheld(section="key_concepts", text=f"{d.label}: {d.text}", reason=why))
        for d in drafts
        if (why := emptiness(d.label, d.text))
    ]
    out = {id_ for id_, _ in withheld}
    usable = [d for d in drafts if d.id not in out]
    placed = first_of_each(usable, by_label=True)
    kept = sorted((d for d in usable if placed[d.id] == d.id), key=lambda d: min(d.lines))
    for extra in kept[MOST:]:
        for d in usable:
            if placed[d.id] == extra.id:
                withheld.append(
                    (
                        d.id,
                        Withheld(
                            section="key_concepts", text=f"{d.label}: {d.text}", reason=f"more than {MOST} concepts"
                        ),
                    )
                )
    gone = {id_ for id_, _ in withheld}
    content = []
    for draft in kept[:MOST]:
        lines = union_lines(usable, placed, draft.id)
        weak = context.doubt(f"{draft.label} {draft.text}", lines, draft.section)
        content.append(
            KeyConcept(
                term=draft.label[:1].upper() + draft.label[1:],
                definition=draft.text[:1].upper() + draft.text[1:],
                evidence=context.cite(lines),
                support="weak" if weak else "verified",
            )
        )
    return Merged(tuple(content), {k: v for k, v in placed.items() if k not in gone}, tuple(withheld))


KEY_CONCEPTS = SectionSpec(
    name="key_concepts",
    prompt="sections/key_concepts.v1",
    draft=KeyConceptsDraft,
    merge=merge,
    most=lambda tokens: max(2, min(8, round(tokens / 200))),
    max_tokens=900,
    item_field="concepts",
    text_limit=240,
    span_prompt="sections/key_concepts_span.v1",
    span_cue=_EXPLAINING,
    follows=defined,
)
