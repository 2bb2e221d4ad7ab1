"""Drafts that do not read as notes, or are not in their lines, go back to the model once; the rest is withheld."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.asking import schema_of, third_person
from pipeline.document import Withheld
from pipeline.errors import CallError, EndpointError
from pipeline.evidence import (
    Finding,
    example_fault,
    support_fault,
    verify,
    with_figure_lines,
    with_right_owner,
)
from pipeline.extraction import Extraction, Extractor
from pipeline.prompting import numbered_lines
from pipeline.sections.base import Bounds, DraftStatement, Flat
from pipeline.source import Source
from pipeline.text import content_words, keys_of, sentences, tidied
from pipeline.transcript import Transcript
from pipeline.wording import (
    COPIED,
    THIRD_PERSON,
    about,
    address_fault,
    discussing,
    form_fault,
    is_copy,
    recording_fault,
    with_named_speaker,
    with_owner,
    without_expansion,
    without_frame,
    without_label,
    without_opening,
    without_possessor,
    without_statement,
    without_title,
    without_trade,
    without_us,
)

SENTENCES = ("main_points", "overview")
MOST_QUOTED = 2
_REWRITE_TOKENS = 90


class Rewrite(Flat):
    """A note written again; an empty statement gives it up."""

    id: int
    statement: str


class Repair(Flat):
    """The answer to a repair call."""

    rewrites: list[Rewrite]


def fault_of(draft: DraftStatement, source: Source) -> str | None:
    """Why a draft may not stand as it is, or None."""
    if draft.section == "prerequisites":
        wanted = keys_of(f"{draft.label} {draft.text}")
        said = sum(k in source.postings for k in wanted)
        return "its words are not in the transcript" if said < 0.5 * len(wanted) else None
    if draft.section == "key_concepts":
        if draft.label in source.transcript.labelled_speakers:
            return "it is a person, not a concept"
        return unproven(draft, source)
    near = " ".join(s.text for s in source.near(draft.lines))
    form = form_fault(draft.text, near)
    if form == COPIED and draft.section == "overview":
        form = None  # what a recording is about is best said in its own words
    if draft.section == "main_points":
        form = form or recording_fault(draft.text, near, source.transcript.metadata.title or "")
    names = (*source.transcript.labelled_speakers, *source.transcript.metadata.speakers)
    return form or address_fault(draft.text, names) or unproven(draft, source)


def unproven(draft: DraftStatement, source: Source) -> str | None:
    """Why a draft's lines do not bear it out, or None."""
    text = _claimed(draft)
    return example_fault(text, source) or support_fault(text, source, draft.lines, draft.section)


def _claimed(draft: DraftStatement) -> str:
    """What is checked of a draft: of a concept its term too."""
    return f"{draft.label} {draft.text}" if draft.section == "key_concepts" else draft.text


def doubts_of(draft: DraftStatement, source: Source) -> list[Finding]:
    """What makes a draft doubtful beside its lines without keeping it out for sure."""
    if draft.section == "prerequisites":
        return []
    return [f for f in verify(_claimed(draft), draft.lines, source, draft.section) if not f.grave]


def telling_doubt(draft: DraftStatement, source: Source) -> str | None:
    """A doubt that keeps a draft out when no rewrite ends it, or None. A name may be what the recording is about."""
    return next((f.message for f in doubts_of(draft, source) if f.kind != "name"), None)


async def mend(extraction: Extraction, extractor: Extractor, *, keep: bool = False) -> Extraction:
    """The extraction with faulty drafts rewritten or withheld; nothing disappears without a reason.

    With `keep` what fails again stays in, and is marked weak where documents are put together.
    """
    source = extractor.source
    drafts = [_owned(d, source) for d in extraction.drafts]
    faults = {d.id: fault for d in drafts if (fault := fault_of(d, source))}
    doubts = {d.id: found[0].message for d in drafts if d.id not in faults and (found := doubts_of(d, source))}
    faults |= doubts
    sentences = [d for d in drafts if d.id in faults and d.section in SENTENCES]
    rewrites = await _rewrite(sentences, faults, extractor) if sentences and extractor.style.rewrites else {}
    quoted = 0
    kept: list[DraftStatement] = []
    for draft in drafts:
        if draft.id not in faults:
            kept.append(draft)
            continue
        fresh = _owned(replace(draft, text=rewrites.get(draft.id) or draft.text), source)
        again = fault_of(fresh, source) or telling_doubt(fresh, source)
        if draft.id in doubts and again != COPIED and (again or doubts_of(fresh, source)):
            fresh, again = draft, telling_doubt(draft, source)  # it was sound but for a doubt
        if again is None:
            kept.append(fresh)
        elif quoted < MOST_QUOTED and (quotation := _as_quotation(draft, source.transcript)):
            quoted += 1
            kept.append(quotation)
        elif again == COPIED and unproven(fresh, source) is None:
            kept.append(fresh)  # a copy is plain, but true
        elif keep or (faults[draft.id] == COPIED and unproven(draft, source) is None):
            kept.append(draft)
        else:
            extraction.withheld.append(Withheld(section=draft.section, text=_shown(draft), reason=again))
            worded = not again.endswith(THIRD_PERSON) and unproven(draft, source) is None
            if draft.section == "overview" and worded:
                extraction.spare.append(draft)
    extraction.drafts = kept
    return extraction


def with_overview(extraction: Extraction) -> None:
    """Takes the first clumsy but true overview back in where there is no better one."""
    if extraction.spare and not any(d.section == "overview" for d in extraction.drafts):
        draft = extraction.spare[0]
        extraction.drafts.append(draft)
        extraction.withheld = [w for w in extraction.withheld if (w.section, w.text) != (draft.section, draft.text)]


def _owned(draft: DraftStatement, source: Source) -> DraftStatement:
    if draft.section not in SENTENCES:
        return draft
    transcript = source.transcript
    segments = [transcript.segment(n) for n in draft.lines]
    text = with_right_owner(draft.text, segments, transcript.labelled_speakers)
    text = with_named_speaker(text, segments)
    names = (*transcript.labelled_speakers, *transcript.metadata.speakers)
    here = {k for s in source.near(draft.lines) for k in source.line_keys(s.id)}
    text = without_trade(without_label(text, names), names, lambda word: keys_of(word) <= here)
    text = without_expansion(text, lambda word: keys_of(word) <= source.postings.keys())
    text = re.sub(r"^In this (?:video|episode|lecture|talk|podcast|recording), (\w)", lambda m: m[1].upper(), text)
    if draft.section == "overview":
        text = re.sub(r"^Th(?:is|e) (?:part of th(?:e|is) )?(recording|lecture|talk|episode)\b", r"The \1", text)
        text = about(discussing(text))
    elif draft.section == "main_points":
        text = without_opening(without_frame(without_statement(without_title(text, transcript.metadata.title or ""))))
        if not transcript.labelled_speakers:
            text = without_possessor(text)
        text = with_owner(without_us(text), segments, source.small_words)
    return replace(draft, text=text, lines=with_figure_lines(text, source, draft.lines))


async def _rewrite(drafts: Sequence[DraftStatement], faults: dict[str, str], extractor: Extractor) -> dict[str, str]:
    """New texts by draft id: all in one call, or one a call for a small model, which else mixes them up.

    None when the call fails, which leaves the drafts to be withheld with their reasons.
    """
    if extractor.style.by_span and len(drafts) > 1:
        out: dict[str, str] = {}
        for draft in drafts:
            out |= await _rewrite([draft], faults, extractor)
        return out
    transcript = extractor.source.transcript
    shown = "\n\n".join(
        f"Note {i}: {d.text}\nWrong with it: {faults[d.id]}\n{numbered_lines([transcript.segment(n) for n in d.lines])}"
        for i, d in enumerate(drafts, 1)
    )
    bounds = Bounds(
        {
            "rewrites": {"minItems": len(drafts), "maxItems": len(drafts)},
            "id": {"minimum": 1, "maximum": len(drafts)},
            "statement": {"maxLength": 320},
        }
    )
    task = extractor.prompts.load("repair.v1").render(faults=shown)
    opening = None
    if all(faults[d.id].endswith(THIRD_PERSON) for d in drafts):
        said_by = {transcript.segment(n).speaker for d in drafts for n in d.lines}
        opening = third_person(sorted(name for name in said_by if name))
    schema = schema_of(Repair, bounds)
    try:
        most = 60 + _REWRITE_TOKENS * len(drafts)
        repair = await extractor.ask("repair", task, Repair, max_tokens=most, schema=schema, opening=opening)
    except EndpointError as err:
        if err.fatal:
            raise
        return {}
    except CallError:
        return {}
    return {drafts[r.id - 1].id: tidied(r.statement) for r in repair.rewrites if 1 <= r.id <= len(drafts)}


def _as_quotation(draft: DraftStatement, transcript: Transcript) -> DraftStatement | None:
    """A copied line of one named speaker as the quotation that it is, cut by code."""
    segments = [transcript.segment(n) for n in draft.lines]
    speakers = {s.speaker for s in segments}
    if len(speakers) != 1 or None in speakers or not is_copy(draft.text, segments[0].text):
        return None
    words_ = _copied_part(draft.text, segments[0].text)
    if not 8 <= len(words_.split()) <= 40 or words_.endswith("?"):
        return None
    return replace(draft, lines=(segments[0].id,), text=f"{segments[0].speaker}: “{words_.strip('“”')}”")


def _copied_part(text: str, said: str) -> str:
    """The sentences of a line from the first to the last one that a text copies, most of their words; else the line."""
    copied, parts = set(content_words(text)), sentences(said)
    taken = [
        i for i, part in enumerate(parts) if (w := content_words(part)) and len(copied & set(w)) > 0.6 * len(set(w))
    ]
    return " ".join(parts[taken[0] : taken[-1] + 1]) if taken else said


def _shown(draft: DraftStatement) -> str:
    return f"{draft.label}: {draft.text}" if draft.section in ("key_concepts", "prerequisites") else draft.text
