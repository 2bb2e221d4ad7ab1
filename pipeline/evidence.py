"""What code can say of a statement beside its lines: figures, person, copying, owners, support by words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pipeline.document import Evidence
from pipeline.text import content_words, longest_shared_run, stem, words
from pipeline.transcript import Segment, Transcript

_FIRST_PERSON = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|[Ww]e|[Ww]e['’](?:re|ve|d|ll)|[Mm]y|[Oo]ur|[Mm]yself|[Mm]ine)\b")
_QUOTED = re.compile(r"[“\"][^“”\"]{1,400}[”\"]|(?<!\w)['‘][^'‘’]{1,200}['’](?!\w)")
_META = re.compile(
    r"\b(?:the|this) (?:transcript|lines?|notes?|passage|excerpt|conversation|text)\b"
    r"|\bthe speakers?\b|\bspeaker (?:says|mentions|discusses)\b"
    r"|\b(?:is|are|was|were) (?:mentioned|discussed)\b|\bthe importance of (?:understanding|having|being)\b"
    r"|\bin (?:this|the) (?:episode|video|section)\b",
    re.IGNORECASE,
)
_SMALL_TALK = re.compile(
    r"\b(?:welcom(?:es?|ing|ed)|thank(?:s|ed|ing)?|say(?:s|ing)? goodbye|sponsor(?:s|ed|ing)?|coupon code|subscribe)\b"
    r".{0,60}\b(?:audience|listeners?|viewers|everyone|everybody|show|podcast|episode|video|joining|having|listening"
    r"|free|discount|today|channel)\b|\bjoins? the (?:show|podcast|programme|program|episode)\b",
    re.IGNORECASE,
)
_REPORTED_QUESTION = re.compile(r"\b(?:asks?|asked|wonders?|wondered)\b.{0,80}\b(?:about|whether|how|why|what|if|to)\b")
_OPINION = re.compile(
    r"\bI(?: would|['’]d)? (?:still |really |just |rather |never |personally )*(?:think|thought|believe|feel|guess"
    r"|suppose|doubt|(?:dis)?agree|hope|say|call|predict|expect|love|hate|prefer|recommend|argue|tax|bet|wish|fear|want)\b"
    r"|\bI have to (?:dis)?agree\b|\b[Ii]n my (?:opinion|view|experience|model)\b|\b[Tt]o me\b"
    r"|\b[Mm]y (?:own )?(?:opinion|view|guess|advice|hope|prediction|bet)\b"
)
_COMPLETE = re.compile(r"[.!。！…][\"'”’)\]]*$")
COPIED = "it copies the words of the line"
_LONGEST_COPY = 22
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ONES = {
    w: i
    for i, w in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
}
_TENS = {w: 10 * i for i, w in enumerate("""twenty thirty forty fifty sixty seventy eighty ninety""".split(), 2)}
_SCALES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHARES = {"half": 50.0, "quarter": 25.0, "third": 33.0, "double": 2.0, "twice": 2.0, "triple": 3.0, "dozen": 12.0}
_ORDINALS = {
    "first": 1.0,
    "second": 2.0,
    "fourth": 4.0,
    "fifth": 5.0,
    "sixth": 6.0,
    "seventh": 7.0,
    "eighth": 8.0,
    "ninth": 9.0,
    "tenth": 10.0,
}


def cite(transcript: Transcript, lines: Sequence[int]) -> tuple[Evidence, ...]:
    """Evidence for segment ids, each once and in order. Code cuts the quote."""
    segments = [transcript.segment(n) for n in sorted(set(lines))]
    return tuple(Evidence(segment=s.id, start=s.start, end=s.end, speaker=s.speaker, quote=s.text) for s in segments)


def form_fault(text: str, source: str) -> str | None:
    """Why a text does not read as a note: first person, a copy, talk about the talk, a question, a broken end."""
    outside = _QUOTED.sub(" ", text)
    if text.rstrip().endswith("?"):
        return "it is a question"
    if not _COMPLETE.search(text.strip()) or re.search(r"[—–-][.\"”]*$", text.strip()):
        return "the sentence is not complete"
    if match := _FIRST_PERSON.search(outside):
        return f'it says "{match[0]}": write in the third person'
    if match := _META.search(outside):
        return f'it says "{match[0]}" instead of the matter itself'
    if _SMALL_TALK.search(outside):
        return "it is small talk or an advert"
    if _REPORTED_QUESTION.search(outside):
        return "it reports a question instead of the answer"
    if is_copy(outside, source):
        return COPIED
    if len(words(text)) < 5:
        return "it is too short to mean anything"
    return None


def is_copy(text: str, source: str) -> bool:
    """A run of many words taken over unchanged, or nearly all of a short text."""
    run, length = longest_shared_run(text, source), len(words(text))
    return run > _LONGEST_COPY or (run >= 12 and run > 0.7 * length)


def owner_fault(text: str, segments: Sequence[Segment], speakers: Sequence[str]) -> str | None:
    """Why a statement is given to the wrong speaker: it begins with one who says none of its lines."""
    cited = {s.speaker for s in segments if s.speaker}
    if not cited:
        return None
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


def with_owner(text: str, segments: Sequence[Segment], spoken: str) -> str:
    """The text with its owner in front, where its lines say an opinion, one speaker says them all and it names nobody.

    `spoken` is the whole transcript's text: a first word that it writes small somewhere loses its capital.
    """
    owners = {s.speaker for s in segments}
    owner = next(iter(owners)) if len(owners) == 1 else None
    if owner is None or not any(_OPINION.search(s.text) for s in segments):
        return text
    if any(re.search(rf"\b{re.escape(name)}\b", text) for name in owner.split() if len(name) > 2):
        return text
    first = text.split(maxsplit=1)[0]
    small = re.search(rf"\b{re.escape(first.lower())}\b", spoken) and first[1:].islower()
    return f"According to {owner}, {first.lower() if small or first == 'A' else first}{text[len(first) :]}"


def figure_fault(text: str, source: str) -> str | None:
    """The first figure of a text that its source does not say, in digits or in words."""
    said = figures(source)
    for token in _NUMBER.findall(text):
        value = _value(token)
        if value is not None and not any(_equal(value, other) for other in said):
            return f"the lines do not say {token}"
    return None


def script_fault(text: str, source: str) -> str | None:
    """A word in a script that the source does not use: small models slip into another language."""
    known = {_script(c) for c in source if c.isalpha()} | {"LATIN"}
    strange = next((w for w in text.split() if {_script(c) for c in w if c.isalpha()} - known), None)
    return f"{strange!r} is in another script than the lines" if strange else None


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0].split("-", 1)[0]


def figures(text: str) -> set[float]:
    """Every number that a text says, in digits, in words, and the readings that ranges and scales allow."""
    tokens = re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", text.casefold())
    out: set[float] = set()
    run: list[str] = []
    for token in [*tokens, ""]:
        if (
            token in _ONES
            or token in _TENS
            or token in _SCALES
            or token in ("and", "point", "a", "o", "oh")
            or _NUMBER.fullmatch(token)
        ):
            run.append(token)
            continue
        out |= _readings(run)
        run = []
        if token in _SHARES or token.removesuffix("s") in _SHARES:
            out |= {_SHARES.get(token) or _SHARES[token.removesuffix("s")]}
        if token in _ORDINALS:
            out.add(_ORDINALS[token])
    return out


def _readings(run: list[str]) -> set[float]:
    """All values of a run of number words: each number alone, tens with ones, scaled, years, decimals."""
    out: set[float] = set()
    total = current = century = 0.0
    digits = ""
    pending: float | None = None
    for token in run:
        value = _value(token) if _NUMBER.fullmatch(token) else None
        if value is not None or token in _ONES or token in _TENS:
            n = value if value is not None else float(_ONES.get(token, _TENS.get(token, 0)))
            out.add(n)
            if pending is not None and 10 <= pending < 100 and n >= 10:
                century = pending * 100  # "nineteen eighty four"
                out.add(century + n)
            elif century and n < 10:
                out |= {century + previous + n for previous in (pending or 0.0, 0.0)}
            else:
                century = 0.0
            digits = digits + str(int(n)) if n < 10 else ""
            if len(digits) > 1:
                out.add(float(digits))
            if pending is not None and pending >= 20 and pending % 10 == 0 and n < 10:
                current += n
                out |= {pending + n, current}
            else:
                current = (current if current >= 100 and n < 100 else 0.0) + n
                out.add(current)
            pending = n
        elif token in _SCALES:
            current = (current or 1.0) * _SCALES[token]
            out |= {current, total + current}
            if _SCALES[token] >= 1000:
                total, current = total + current, 0.0
            pending = None
        elif token == "point":
            digits = ""
    joined = " ".join(run)
    for match in re.finditer(r"(\w+) point ((?:\w+ ?){1,4})", joined):
        whole, part = (
            match[1],
            "".join(str(_ONES[w]) if w in _ONES else w for w in match[2].split() if w in _ONES or w.isdigit()),
        )
        base = _ONES.get(whole, _TENS.get(whole)) if not whole.isdigit() else int(whole)
        if base is not None and part:
            decimal = float(f"{base}.{part}")
            out.add(decimal)
            out |= {decimal * scale for name, scale in _SCALES.items() if name in run}
    for match in re.finditer(r"(\d+(?:[.,]\d+)*) (hundred|thousand|million|billion|trillion)", joined):
        if (scaled := _value(match[1])) is not None:
            out.add(scaled * _SCALES[match[2]])
    return out | ({total + current} if run else set())


def _value(token: str) -> float | None:
    """A number in digits; commas and dots as thousands marks or decimal mark, whichever they can be."""
    plain = token.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", token) else token.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return float(plain.replace(".", "")) if plain.replace(".", "").isdigit() else None


def _equal(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1.0)


def support_share(text: str, source: str) -> float:
    """Share of a text's content words that its source has too, prefixes of five letters counted as the same word."""
    wanted = set(content_words(text))
    have = set(content_words(source)) | {stem(w) for w in words(source)}
    prefixes = {w[:5] for w in have if len(w) >= 5}
    if not wanted:
        return 0.0
    return sum(w in have or (len(w) >= 5 and w[:5] in prefixes) for w in wanted) / len(wanted)


def neighbourhood(transcript: Transcript, lines: Sequence[int], reach: int = 1) -> str:
    """The words of the cited lines and `reach` lines around them, with their speakers' names."""
    near = sorted({m for n in lines for m in range(n - reach, n + reach + 1) if 1 <= m <= len(transcript.segments)})
    segments = [transcript.segment(n) for n in near]
    return " ".join(f"{s.speaker or ''} {s.text}" for s in segments)


def support_fault(text: str, transcript: Transcript, lines: Sequence[int], *, least: float = 0.4) -> str | None:
    """Why the cited lines and their neighbours do not support a text, or None."""
    source = neighbourhood(transcript, lines)
    if fault := figure_fault(text, source) or script_fault(text, source):
        return fault
    share = support_share(text, source)
    return f"only {share:.0%} of its words are in the lines" if share < least else None


def with_figure_lines(text: str, transcript: Transcript, lines: Sequence[int], reach: int = 6) -> tuple[int, ...]:
    """The lines, and the nearby ones that say those figures of the text which these do not; at most two more."""
    out = list(lines)
    for token in _NUMBER.findall(text):
        value = _value(token)
        if value is None or any(_equal(value, x) for n in out for x in figures(transcript.segment(n).text)):
            continue
        near = range(max(1, min(lines) - reach), min(len(transcript.segments), max(lines) + reach) + 1)
        found = [n for n in near if any(_equal(value, x) for x in figures(transcript.segment(n).text))]
        if len(found) == 1 and len(out) < len(lines) + 2:
            out.append(found[0])
    return tuple(sorted(set(out)))


def realign(text: str, transcript: Transcript, lines: Sequence[int], within: range) -> tuple[int, ...]:
    """The lines of `within` that support a text, when they clearly do and the cited ones clearly do not."""
    best, best_share = tuple(lines), support_share(text, neighbourhood(transcript, lines))
    if best_share >= 0.4:
        return best
    for n in within:
        if n + 1 not in within:
            continue
        share = support_share(text, f"{transcript.segment(n).text} {transcript.segment(n + 1).text}")
        if share > best_share + 0.25:
            best, best_share = (n, n + 1), share
    return best
