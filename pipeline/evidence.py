"""What code can say of a statement beside its lines: figures, names, quotations, owners, meaning, support, form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.document import Evidence
from pipeline.figures import figures, same, unsaid, with_context
from pipeline.names import Stray, strangers
from pipeline.polarity import flip
from pipeline.source import Source
from pipeline.text import content_words, keys_of
from pipeline.transcript import Segment, Transcript
from pipeline.wording import A_TITLE, QUOTED

# Where small models add something of their own: "…, which caused her to lose her job", "Ana, a freelance writer, …".
_CLAUSE = re.compile(r"[,;] |\b(?=because|so that)|\s(?=(?:who|which|that|where)\b)")
WOVEN = "woven"
LEAST_SUPPORT = 0.35  # share, by weight, of a statement's words that its lines and their neighbours must have
# By section. An overview names what lines only show; a sentence woven from notes brings more of its own than a note of
# lines, so its lines must say more.
_LEAST = {"overview": 0.3, WOVEN: 0.5}
CLEARLY_BETTER = 0.25
EXAMPLE_WORDS = re.compile(r"\b(?:baker(?:y|ies|s)?|ovens?|heat[- ]pumps?|flour ?box|okafor|baking)\b", re.IGNORECASE)
_STRAY: dict[Stray, str] = {
    "unsaid": "the lines do not name {}",
    "elsewhere": "the lines do not name {}, other lines do",
    "misplaced": "the lines name {}, but not where they say that",
    "no person": "{} is a speaker, and stands here for something else",
    "no pair": "nobody says {} side by side",
}
_WRITTEN_OUT = {
    "ft": "feet",
    "sec": "seconds",
    "min": "minutes",
    "hr": "hours",
    "hrs": "hours",
    "yrs": "years",
    "lbs": "pounds",
}
_SHORT_UNIT = re.compile(rf"\b(?:{'|'.join(_WRITTEN_OUT)})\b")
_FILLERS = frozenset("um uh er erm hmm mhm ah oh eh".split())

Kind = Literal["figure", "name", "quote", "polarity", "owner", "support", "citation"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that speaks against a statement. Grave ones keep it out; the others make it weak."""

    kind: Kind
    message: str
    grave: bool = True


def cite(transcript: Transcript, lines: Sequence[int]) -> tuple[Evidence, ...]:
    """Evidence for segment ids, each once and in order. Code cuts the quote."""
    segments = [transcript.segment(n) for n in sorted(set(lines))]
    return tuple(Evidence(segment=s.id, start=s.start, end=s.end, speaker=s.speaker, quote=s.text) for s in segments)


def owner_fault(text: str, segments: Sequence[Segment], speakers: Sequence[str]) -> str | None:
    """Why something is given to the wrong speaker: one who says none of its lines, or who says "your" of it."""
    cited = {s.speaker for s in segments if s.speaker}
    if not cited:
        return None
    for owned in re.finditer(rf"\b({'|'.join(map(re.escape, cited))})['’]s? (?:\w+ )?(\w+)", text):
        said = " ".join(s.text for s in segments if s.speaker == owned[1])
        own, other = (
            re.search(rf"\b(?:{who}) (?:\w+ )?{re.escape(owned[2])}", said, re.IGNORECASE) for who in ("my|our", "your")
        )
        if other and not own:
            return f'{owned[1]} says "{other[0]}": it is somebody else\'s'
    for name in speakers:
        if (
            name not in cited
            and re.match(rf"{re.escape(name)}\b", text)
            and not any(name.split()[0] in s.text for s in segments)
        ):
            return f"it is given to {name}, but the lines are spoken by {' and '.join(sorted(cited))}"
    return None


def with_right_owner(text: str, segments: Sequence[Segment], speakers: Sequence[str]) -> str:
    """The text with the wrong speaker's name at its beginning replaced, where one speaker says all its lines."""
    cited = {s.speaker for s in segments if s.speaker}
    if len(cited) != 1 or owner_fault(text, segments, speakers) is None:
        return text
    wrong = next(name for name in speakers if text.startswith(name))
    return next(iter(cited)) + text[len(wrong) :]


def verify(text: str, lines: Sequence[int], source: Source, section: str = "main_points") -> list[Finding]:
    """Everything that code finds against a statement beside its lines, the gravest first; empty when it holds.

    Figures and quotations must stand in the cited lines themselves, names and words may stand beside them. An overview
    may name any speaker. `section` is that of the statement, or WOVEN for one that is to be woven from notes.
    """
    if not lines:
        return [Finding("support", "it cites no line")]
    question = (text, tuple(lines), section)  # asked before a rewrite, after it and when documents are put together
    if question not in source.verdicts:
        source.verdicts[question] = _verify(text, lines, source, section)
    return list(source.verdicts[question])


def _verify(text: str, lines: Sequence[int], source: Source, section: str) -> list[Finding]:
    cited = [source.transcript.segment(n) for n in sorted(set(lines))]
    said = [s.text for s in cited]
    found: list[Finding] = []
    if strange := script_fault(text, " ".join(s.text for s in source.near(lines))):
        found.append(Finding("support", strange))
    passages = _passages(cited)
    if figure := unsaid(own_words(text, source), passages):
        found.append(Finding("figure", f"the lines do not say {figure}"))
    elif loose := loose_figure(text, said):
        found.append(Finding("figure", loose, grave=False))
    found += [Finding("quote", f"nobody says “{q}” in the lines") for q in bent_quotes(text, passages)]
    if owner := owner_fault(text, cited, source.transcript.labelled_speakers):
        found.append(Finding("owner", owner))
    anywhere = source.subjects | source.speakers if section == "overview" else source.subjects
    for name, stray in strangers(text, lines, source, anywhere):
        found.append(Finding("name", _STRAY[stray].format(name), grave=stray == "unsaid"))
    if turned := flip(text, said, [s.text for s in source.near(lines)]):
        found.append(Finding("polarity", turned[0], grave=turned[1]))
    found += _support(text, lines, source, _LEAST.get(section, LEAST_SUPPORT))
    return sorted(found, key=lambda f: not f.grave)


def own_words(text: str, source: Source) -> str:
    """The text without what may be said beside any line: the recording's title, and labels such as "Speaker 2"."""
    title = source.transcript.metadata.title
    if title and len(content_words(title)) >= A_TITLE:
        text = text.replace(title, " ")
    for name in source.transcript.labelled_speakers:
        if name[-1:].isdigit():
            text = re.sub(rf"\b{re.escape(name)}\b", " ", text)
    return text


def _passages(cited: Sequence[Segment]) -> list[str]:
    """The words of neighbouring lines in a row: people say numbers and sentences across the border of two."""
    out: list[str] = []
    for i, segment in enumerate(cited):
        if i and segment.id == cited[i - 1].id + 1:
            out[-1] += f" {segment.text}"
        else:
            out.append(segment.text)
    return out


def _support(text: str, lines: Sequence[int], source: Source, least: float) -> list[Finding]:
    wanted = keys_of(own_words(text, source))
    here = source.share(wanted, lines)
    ids, best = source.best(wanted) if here + CLEARLY_BETTER < 1 else ((), 0.0)
    if best > max(least, here + CLEARLY_BETTER) and not set(ids) & set(lines):
        return [Finding("citation", f"lines {ids[0]}–{ids[-1]} say it, not those that are cited")]
    share = source.share(wanted, [s.id for s in source.near(lines)])
    if share < least:
        return [Finding("support", f"only {share:.0%} of its words are in the lines")]
    if added := added_clause(text, lines, source):
        return [Finding("support", added, grave=False)]
    return []


def added_clause(text: str, lines: Sequence[int], source: Source) -> str | None:
    """What is wrong when a clause of three words of meaning and more has none of them in the lines or beside them.

    Names say nothing for the rest: that somebody is named there does not make her "a freelance writer and editor".
    """
    near = [s.id for s in source.near(lines)]
    for clause in _CLAUSE.split(text):
        wanted = keys_of(" ".join(w for w in clause.split() if not w[:1].isupper()))
        if len(wanted) >= 3 and not source.share(wanted, near):
            return f"the lines have no word of “{clause.strip(' .')}”"
    return None


def example_fault(text: str, source: Source) -> str | None:
    """A word of the prompts' examples that the transcript never says: small models take it for one of theirs."""
    for match in EXAMPLE_WORDS.finditer(text):
        if not all(key in source.postings for key in keys_of(match[0])):
            return f"nobody says {match[0]}: it is from the prompt's example"
    return None


def support_fault(text: str, source: Source, lines: Sequence[int], section: str = "main_points") -> str | None:
    """The first grave finding against a statement, in words, or None."""
    return next((f.message for f in verify(text, lines, source, section) if f.grave), None)


def loose_figure(text: str, said: Sequence[str]) -> str | None:
    """A figure that the lines say, though not of what the statement counts: "six days" of "pH 6, seven days"."""
    stated = with_context(text, 0, 2)
    lines = [_SHORT_UNIT.sub(lambda m: _WRITTEN_OUT[m[0]], line) for line in said] if stated else []
    spoken = [pair for line in lines for pair in with_context(line, 4, 4)]
    known = {k for line in lines for k in keys_of(line)}
    for figure, behind in stated:
        thing = next((k for w in behind for k in keys_of(w) if not figures(w)), None)
        places = [near for other, near in spoken if any(same(a, b) for a in figure.values for b in other.values)]
        if thing in known and places and not any(thing in keys_of(" ".join(near)) for near in places):
            return f"the lines say {figure.shown}, but not of that"
    return None


def bent_quotes(text: str, said: Sequence[str]) -> list[str]:
    """Quotations of three words and more that the lines do not say word for word, fillers and capitals aside."""
    spoken = [f" {' '.join(_bare_words(passage))} " for passage in said]
    out = []
    for match in QUOTED.finditer(text):
        for part in re.split(r"\s*(?:…|\.\.\.|\[[^\]]*\])\s*", match[0].strip("“”\"'‘’")):
            tokens = _bare_words(part)
            if len(tokens) >= 3 and not any(f" {' '.join(tokens)} " in passage for passage in spoken):
                out.append(part)
    return out


def _bare_words(text: str) -> list[str]:
    return [w for w in re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", "")) if w not in _FILLERS]


def script_fault(text: str, source: str) -> str | None:
    """A word in a script that the source does not use: small models slip into another language."""
    if text.isascii():
        return None
    known = {_script(c) for c in source if c.isalpha()} | {"LATIN"}
    strange = next((w for w in text.split() if {_script(c) for c in w if c.isalpha()} - known), None)
    return f"{strange!r} is in another script than the lines" if strange else None


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0].split("-", 1)[0]


def with_figure_lines(text: str, source: Source, lines: Sequence[int], reach: int = 6) -> tuple[int, ...]:
    """The lines, and the nearby ones that say those figures of the text which these do not; at most two more."""
    out = sorted(set(lines))
    transcript = source.transcript
    for _ in range(2):
        missing = unsaid(text, [transcript.segment(n).text for n in out])
        if missing is None:
            break
        near = range(max(1, out[0] - reach), min(len(transcript.segments), out[-1] + reach) + 1)
        found = [n for n in near if n not in out and unsaid(missing, [transcript.segment(n).text]) is None]
        if len(found) != 1:
            break
        out = sorted([*out, found[0]])
    return tuple(out)


def realign(text: str, source: Source, lines: Sequence[int], within: range | None = None) -> tuple[int, ...]:
    """The lines that support a text best, when they do so clearly better than the cited ones.

    Those of `within` come first; the whole transcript follows, since `verify` would else find the citation wrong.
    """
    wanted = keys_of(own_words(text, source))
    now = source.share(wanted, lines)
    if now + CLEARLY_BETTER >= 1:
        return tuple(lines)  # nothing can be so much better
    for span in dict.fromkeys((within, None)):
        ids, best = source.best(wanted, span)
        if ids and best > now + CLEARLY_BETTER and not set(ids) & set(lines):
            return ids
    return tuple(lines)
