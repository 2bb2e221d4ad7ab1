"""Overview and summary without free prose: who speaks, what about, in which parts, and the strongest of each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.draft import DraftStatement
from pipeline.labels import Labels
from pipeline.small.excerpts import Excerpt, Openings, lines_of
from pipeline.small.parts import Part
from pipeline.small.quoting import Quoter
from pipeline.small.ranking import Ranking
from pipeline.small.sentences import Sentence
from pipeline.transcript import Transcript

_FADES = 0.85  # how much less likely each sentence is to say it than the one before
_SHORTEST_BEGINNING, _BEGINNING = 40, 150  # words in which a recording says what it is about
_LONGEST = 40  # words of a sentence in the overview or summary
_WHOLE = 28  # words of an excerpt that goes into the summary as it is
_FEWEST = 8
_STANDS = 0.4  # leaning from which a sentence is not understood alone
_MOST = 6


def subject(sentences: Sequence[Sentence], ranking: Ranking) -> Sentence | None:
    """The sentence near the beginning with most of the words that the recording comes back to: what it is about."""
    words, beginning = 0, list[Sentence]()
    most = max(_SHORTEST_BEGINNING, min(_BEGINNING, sum(s.words for s in sentences) // 4))
    for s in sentences:
        words += s.words
        if words > most:
            break
        if _FEWEST <= s.words <= _LONGEST and not s.asks:
            beginning.append(s)
    return max(beginning, key=lambda s: ranking.centrality(s) * _FADES**s.number, default=None)


def overview(
    transcript: Transcript, about: Sentence | None, parts: Sequence[Part], quoter: Quoter, words: Labels
) -> tuple[DraftStatement, ...]:
    """What the recording says it is about, who speaks, and its parts in order."""
    if not parts:
        return ()
    out: list[DraftStatement] = []
    if about:
        who = f"{about.speaker}{words.colon}" if about.speaker else ""
        out.append(DraftStatement(f"{who}{quoter.quoted((about,))}", about.lines))
    first: Mapping[str, int] = {s.speaker: s.id for s in reversed(transcript.segments) if s.speaker}
    if names := transcript.labelled_speakers:
        out.append(DraftStatement(words.spoken_by.format(names=words.names(names)), tuple(first[n] for n in names)))
    if len(parts) > 1:
        lines = tuple(dict.fromkeys(p.excerpts[0].sentences[0].lines[0] for p in parts))
        told = words.parts.format(headings=words.between_parts.join(p.heading for p in parts))
        out.append(DraftStatement(told, lines))
    return tuple(out)


def summary(
    parts: Sequence[Part], own: Mapping[int, str], openings: Openings, ranking: Ranking, quoter: Quoter
) -> tuple[DraftStatement, ...]:
    """The strongest sentence of each part once more, in order: one that can be understood alone.

    `own` are notes that may stand in place of their sentence, by its number.
    """
    best: list[tuple[float, Excerpt]] = []
    for part in parts:
        alone = [x for e in part.excerpts for x in _alone(e, own, openings)]
        if alone:
            strongest = max(alone, key=lambda e: (ranking.worth(e), -e.first))
            best.append((ranking.worth(strongest), strongest))
    chosen = sorted(best, key=lambda b: -b[0])[:_MOST]
    ordered = sorted((e for _, e in chosen), key=lambda e: e.first)
    return tuple(DraftStatement(quoter.statement(e), lines_of(e)) for e in ordered)


def _alone(excerpt: Excerpt, own: Mapping[int, str], openings: Openings) -> list[Excerpt]:
    """What of an excerpt can be understood alone: single sentences with a note, or all of it when it is short."""
    found: list[Excerpt] = []
    for s in excerpt.sentences:
        opens = s.number == excerpt.first and not excerpt.goes_on
        stands = opens or openings.leans(s) < _STANDS
        if s.number in excerpt.marked and stands and _FEWEST <= s.words <= _LONGEST and not s.asks:
            before = excerpt.before if opens else ()
            marked = frozenset({s.number})
            text = "" if before else own.get(s.number, "")
            found.append(replace(excerpt, sentences=(s,), marked=marked, own=text, before=before))
    if not found and not excerpt.goes_on and excerpt.words <= _WHOLE:
        found.append(excerpt)
    return found
