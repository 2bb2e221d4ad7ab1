"""Parts: where a recording turns to another matter, by its words; what each part is called, by the model."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.small.chat import messages, tidied
from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import keys, size, units
from pipeline.structured import Structured

_FEWEST = 2  # excerpts of a part
_MOST_PARTS = 10
_WORDS = 110  # of excerpts for a part, about
_SHOWN = 45  # words of an excerpt that the model is shown
_LONGEST = 9  # words of a heading
_LONGEST_LEAD = 5
_MOST_OF_IT = 0.6  # share of a heading's words that must have been said
_NEAR = 3  # words that carry meaning from one of a compound to the other
_TOKENS = 64
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")
_NUMBERED = re.compile(r"^\s*(\d{1,2})[.):]\s*(.+)$")


@dataclass(frozen=True)
class Part:
    """Excerpts that belong together, what they are called, and a lead for each, "" for none."""

    excerpts: tuple[Excerpt, ...]
    heading: str
    leads: tuple[str, ...]


def how_many(words: int) -> int:
    """Parts for excerpts of so many words in all."""
    return max(1, min(_MOST_PARTS, round(words / _WORDS)))


def parted(excerpts: Sequence[Excerpt], many: int) -> list[tuple[Excerpt, ...]]:
    """The excerpts in at most so many parts, cut where the words on both sides have least in common.

    An excerpt stays with the one that it goes on from, and a cut before a question costs less than one in an answer.
    """
    if not excerpts:
        return []
    bags = [Counter(keys(e.text)) for e in excerpts]
    spread = Counter(k for bag in bags for k in bag)
    weights = {k: math.log(1 + len(bags) / n) for k, n in spread.items()}
    bound = {n: _likeness(bags, n, weights) + _hold(excerpts[n - 1], e) for n, e in enumerate(excerpts) if n}
    free = frozenset(n for n in bound if not excerpts[n].continues(excerpts[n - 1]))
    cuts = next(c for k in range(many - 1, -1, -1) if (c := _cuts(0, len(excerpts), k, free, bound)) is not None)
    edges = [0, *sorted(cuts), len(excerpts)]
    return [tuple(excerpts[a:b]) for a, b in pairwise(edges)]


def _hold(before: Excerpt, behind: Excerpt) -> float:
    """What else holds two excerpts together: somebody who goes on speaking does, a question parts them."""
    a, b = before.sentences[-1], behind.sentences[0]
    if a.speaker is not None and a.turn == b.turn and not behind.before:
        return 0.2
    return -0.1 if behind.before else 0.0


def _cuts(first: int, end: int, many: int, free: frozenset[int], costs: Mapping[int, float]) -> tuple[int, ...] | None:
    """So many places to cut between two that cost least together, no part too short; None when there are none."""
    best: dict[int, list[tuple[float, tuple[int, ...]]]] = {0: [(0.0, ())]}
    for k in range(1, many + 1):
        longer = [
            (cost + costs[n], (*cuts, n))
            for cost, cuts in best[k - 1]
            for n in sorted(free)
            if n - (cuts[-1] if cuts else first) >= _FEWEST and end - n >= _FEWEST
        ]
        cheapest: dict[int, tuple[float, tuple[int, ...]]] = {}
        for cost, cuts in longer:
            if cuts[-1] not in cheapest or cost < cheapest[cuts[-1]][0]:
                cheapest[cuts[-1]] = (cost, cuts)
        best[k] = list(cheapest.values())
    return min(best[many])[1] if best[many] else None


def _likeness(bags: Sequence[Counter[str]], n: int, weights: dict[str, float]) -> float:
    """How much the two excerpts before and behind a place have in common, 0 to 1."""
    left, right = sum(bags[max(0, n - 2) : n], Counter[str]()), sum(bags[n : n + 2], Counter[str]())
    both = sum(weights[k] ** 2 * left[k] * right[k] for k in left.keys() & right.keys())
    lengths = [math.sqrt(sum((weights[k] * c) ** 2 for k, c in side.items())) for side in (left, right)]
    return both / (lengths[0] * lengths[1]) if all(lengths) else 0.0


async def titled(
    excerpts: tuple[Excerpt, ...], structured: Structured, terms: Sequence[str] = (), language: str | None = None
) -> Part:
    """A part with the model's heading and leads, if their words stand in it. Raises what the client raises.

    `terms` are those that the recording explains: one that the part explains, or a lead, stands in for a heading.
    """
    shown = "\n".join(f"{n}. {_shortened(_whole(e))}" for n, e in enumerate(excerpts, 1))
    asked = messages(structured.prompts, "small/titles.v1", shown, language)
    completion = await structured.text("small/titles", asked, max_tokens=_TOKENS)
    rows = [row.strip() for row in completion.text.splitlines() if row.strip()]
    told = {int(m[1]): m[2] for row in rows if (m := _NUMBERED.match(row))}
    leads = tuple(checked(told.get(n, ""), _whole(e), _LONGEST_LEAD) for n, e in enumerate(excerpts, 1))
    first = rows[0] if rows and not _NUMBERED.match(rows[0]) else ""
    heading = checked(first, " ".join(_whole(e) for e in excerpts), _LONGEST, least=_MOST_OF_IT)
    others = (*(t for t in terms if checked(t, _whole(excerpts[0]), _LONGEST)), *leads)
    fitting = [title for title in (heading, *others) if title and _fits_most(title, excerpts)]
    name = next(filter(None, (*fitting, frequent(excerpts), *others)), "")
    return Part(excerpts, name, _distinct(leads, name))


def _fits_most(title: str, excerpts: Sequence[Excerpt]) -> bool:
    """Whether half of a part's excerpts have a word of a title: else it names one of them, not the part."""
    return 2 * sum(bool(set(keys(title)) & set(keys(_whole(e)))) for e in excerpts) >= len(excerpts)


def distinct(parts: Sequence[Part]) -> list[Part]:
    """The parts, the second of the same heading under what it speaks of most."""
    out: list[Part] = []
    for part in parts:
        taken = {keys(p.heading) for p in out}
        others = (part.heading, *part.leads, frequent(part.excerpts), _beginning(part.excerpts[0]))
        heading = next((h for h in others if h and keys(h) not in taken), part.heading)
        out.append(replace(part, heading=heading))
    return out


def checked(title: str, text: str, longest: int, least: float = 1.0) -> str:
    """A title if the text has its words that carry meaning, or such a share of them, else "".

    Words that stand side by side must be near each other in the text: "Wind Turbines" is no title where somebody
    compares a turbine in the sea with wind on land.
    """
    title = tidied(title).strip(' .:#*"“”')
    wanted, said = keys(title), [keys(sentence) for sentence in _SENTENCE_END.split(text)]
    known = {k for words in said for k in words}
    if not wanted or size(title) > longest or sum(k in known for k in wanted) < least * len(wanted):
        return ""
    pairs = [(keys(a)[0], keys(b)[0]) for a, b in pairwise(units(title)) if keys(a) and keys(b) and "'" not in a]
    apart = [pair for pair in pairs if set(pair) <= known and not any(_near(pair, words) for words in said)]
    if apart:
        return ""
    # "Night Trains in Chicago" is made of a train here and a convention there: what a heading joins, a sentence joins.
    linked = [(keys(a)[0], keys(b)[0]) for a, b in pairwise([u for u in units(title) if keys(u)]) if "'" not in a]
    loose = [pair for pair in linked if set(pair) <= known and not any(set(pair) <= set(words) for words in said)]
    return "" if loose and least < 1.0 else title


def _near(pair: tuple[str, str], said: Sequence[str]) -> bool:
    """Whether two words stand near each other in a sentence, in this order."""
    places = [[n for n, k in enumerate(said) if k == word] for word in pair]
    return any(0 < m - n <= _NEAR for n in places[0] for m in places[1])


def frequent(excerpts: Sequence[Excerpt]) -> str:
    """The two or three words in a row that a part says most, "" when it says none twice."""
    runs: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for e in excerpts:
        for s in e.sentences:
            found = re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", s.text)
            for length in (2, 3):
                for at in range(len(found) - length + 1):
                    run = found[at : at + length]
                    if keys(run[0]) and keys(run[-1]) and len(run[0]) > 3 and len(run[-1]) > 3:
                        folded = " ".join(run).casefold()
                        shown.setdefault(folded, " ".join(run))
                        runs[folded] += 1
    often = [run for run, count in runs.items() if count > 1]
    best = max(often, key=lambda run: (runs[run] - 0.9) * len(run), default="")  # long words name things
    return shown[best][:1].upper() + shown[best][1:] if best else ""


def _beginning(excerpt: Excerpt) -> str:
    words = excerpt.text.split()
    return " ".join(words[:_LONGEST_LEAD]) + " …" if len(words) > _LONGEST_LEAD else excerpt.text


def _whole(excerpt: Excerpt) -> str:
    return " ".join((*(s.text for s in excerpt.before), excerpt.text))


def _shortened(text: str) -> str:
    words = text.split()
    return text if len(words) <= _SHOWN else " ".join(words[:_SHOWN]) + " …"


def _distinct(leads: Sequence[str], heading: str) -> tuple[str, ...]:
    """Each lead once: a second excerpt of the same lead has none, and none repeats the heading above it."""
    seen = {heading.casefold()}
    out: list[str] = []
    for lead in leads:
        out.append("" if lead.casefold() in seen else lead)
        seen.add(lead.casefold())
    return tuple(out)
