"""What parts and excerpts are called: by the model where its words were said and tell something, else by their own."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.language import primary
from pipeline.small.chat import messages, tidied
from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import keys, size, units
from pipeline.small.parts import Part
from pipeline.small.quoting import spoken
from pipeline.small.sentences import Sentence
from pipeline.structured import Structured
from pipeline.verification.figures import claims

_HALF = 0.5  # of a part's excerpts that have a word of its heading, and more for one that names an excerpt
_SHOWN = 45  # words of an excerpt that the model is shown
_LONGEST = 9  # words of a heading
_LONGEST_LEAD = 5
_MOST_OF_IT = 0.6  # share of a heading's words that must have been said
_OFTEN, _SHARE_OFTEN = 4, 0.1  # sentences, and share of all, up to which a word tells something
_LONG_WORD = 4  # letters of a word that names something
_NAMED = 4  # matters that a heading joins
_BETWEEN = " · "
_NEAR = 3  # words that carry meaning from one of a compound to the other
_TOKENS = 64
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_TOKEN = re.compile(r"\w+(?:[-.,'’]\w+)*")
_APOSTROPHE = re.compile("['’]")
_ALONE = re.compile(r"([^\W\d_]+)\s*[,.!?]")
_NUMBERED = re.compile(r"^\s*(\d{1,2})[.):]\s*(.+)$")


class Telling:
    """Knows which words tell one matter of a recording from others: the more often one is said, the less it tells."""

    def __init__(self, sentences: Sequence[Sentence], notes: Iterable[str] = (), language: str | None = "en") -> None:
        self._english = language is None or primary(language) == "en"
        self._noted = {k for note in notes for k in keys(note)}
        self._said_in = Counter(k for s in sentences for k in set(s.keys))
        self._sentences = len(sentences)
        # "Yeah." and "Jonas, you closed …": what opens sentences alone agrees or calls somebody, and names nothing.
        opened = Counter(m[1].casefold() for s in sentences if (m := _ALONE.match(s.text)))
        self._calls = {word for word, count in opened.items() if count > 1}

    def _weight(self, word: str) -> float:
        """How much a word tells."""
        return sum(math.log((1 + self._sentences) / (1 + self._said_in[k])) for k in keys(word))

    def tells(self, title: str) -> bool:
        """Whether a title has a word that is not said all through the recording."""
        often = max(_OFTEN, _SHARE_OFTEN * self._sentences)
        return any(self._said_in[k] <= often for k in keys(title))

    def checked(self, lead: str, text: str) -> str:
        """A lead if a text has its words and they tell something, else "": no figure, which is what is said of it."""
        counts = bool(claims(lead.partition(" ")[0]))
        return checked(lead, text, _LONGEST_LEAD) if self.tells(lead) and not counts else ""

    def best(self, excerpt: Excerpt) -> str:
        """A word that names an excerpt: one that the speaker asks with, or says twice, or else early.

        "" where there is none, and where it would be "with" or "always": function words are known of English alone.

        A word said once in all the recording is a detail or chance: it is taken only where no other is to be had. Of
        several, one is taken that a note of the model has, and that tells most.
        """
        if not self._english:
            return ""
        whole = _whole(excerpt)
        sentences = [self._naming(s.text) for s in (*excerpt.before, *excerpt.sentences)]
        asked = [sentences[0]] if excerpt.sentences[0].asks and not excerpt.before else []
        twice = [w for fit in sentences for w in fit if _said(w, whole) > 1]
        again = [[w for w in fit if any(self._said_in[k] > 1 for k in keys(w))] for fit in sentences]
        fit = next(filter(None, (*asked, twice, *again, *sentences)), [])
        word = max(fit, key=lambda w: (self._noted.issuperset(keys(w)), self._weight(w), len(w)), default="")
        return _with_rest_of_name(word[:1].upper() + word[1:], whole)

    def _naming(self, text: str) -> list[str]:
        """Words that may name what a sentence is about: those that count nothing and call nobody."""
        counted = {b for a, b in pairwise(_TOKEN.findall(text)) if claims(a)}
        named = (w for w in _WORD.findall(text) if self._names(w) and not claims(w))
        return [w for w in named if not {w, w.casefold()} & (counted | self._calls)]

    def _names(self, word: str) -> bool:
        """Whether a word may name something: a long one that tells something."""
        return len(word) >= _LONG_WORD and not _APOSTROPHE.search(word) and self.tells(word)

    def is_phrase(self, run: Sequence[str]) -> bool:
        """Whether words in a row are a phrase: it begins and ends with one that may name something.

        No habit of speech does: the model's notes leave those out.
        """
        ends = (run[0], run[-1])
        return all(map(self._names, ends)) and (not self._noted or self._noted.issuperset(keys(" ".join(ends))))


async def titled(
    excerpts: tuple[Excerpt, ...],
    structured: Structured,
    terms: Sequence[str] = (),
    language: str | None = None,
    telling: Telling = Telling(()),  # noqa: B008  # read only
) -> Part:
    """A part with the model's heading and leads, if their words stand in it. Raises what the client raises.

    `terms` are those that the recording explains: one that the part explains, or a lead, stands in for a heading.
    """
    shown = "\n".join(f"{n}. {_shortened(_whole(e))}" for n, e in enumerate(excerpts, 1))
    asked = messages(structured.prompts, "small/titles.v1", shown, language)
    completion = await structured.text("small/titles", asked, max_tokens=_TOKENS)
    rows = [row.strip() for row in completion.text.splitlines() if row.strip()]
    if completion.finish_reason == "length":
        rows = rows[:-1]  # is cut off
    told = {int(m[1]): m[2] for row in rows if (m := _NUMBERED.match(row))}
    leads = _leads(told, [_whole(e) for e in excerpts], telling)
    first = rows[0] if rows and not _NUMBERED.match(rows[0]) else ""
    heading = checked(first, " ".join(_whole(e) for e in excerpts), _LONGEST, least=_MOST_OF_IT)
    others = (*(t for t in terms if telling.tells(t) and checked(t, _whole(excerpts[0]), _LONGEST)), *leads)
    fitting = [t for t in others if _share_with(t, excerpts) > _HALF]
    if telling.tells(heading) and _share_with(heading, excerpts) >= _HALF:
        fitting.insert(0, heading)
    if not any(leads):  # a heading that tells little is more than single words
        fitting.append(heading)
    others = (*fitting, own_words(excerpts, telling, leads, heading), *others, heading)
    name = next(filter(None, others), beginning(excerpts, language))
    return Part(excerpts, name, _distinct(leads, name))


def _share_with(title: str, excerpts: Sequence[Excerpt]) -> float:
    """The share of a part's excerpts that have a word of a title."""
    return sum(bool(set(keys(title)) & set(keys(_whole(e)))) for e in excerpts) / len(excerpts)


def distinct(parts: Sequence[Part], telling: Telling) -> list[Part]:
    """The parts, the second of the same heading under what it speaks of most."""
    out: list[Part] = []
    for part in parts:
        taken = {keys(p.heading) for p in out}
        others = (part.heading, own_words(part.excerpts, telling, part.leads), *part.leads)
        heading = next((h for h in others if h and keys(h) not in taken), part.heading)
        out.append(replace(part, heading=heading, leads=_distinct(part.leads, heading)))
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


def own_words(excerpts: Sequence[Excerpt], telling: Telling, leads: Sequence[str] = (), heading: str = "") -> str:
    """A heading of a part's own words: the two or three in a row that it says most, or else what each excerpt is about.

    That is the excerpt's lead, or a word of it. Of a part of more excerpts than a heading can name, the leads are
    named; of one with hardly a lead the model's `heading` says more than single words, even if it names one excerpt.
    """
    run = frequent(excerpts, telling)
    if run and not claims(run) and _share_with(run, excerpts) >= _HALF:
        return run
    named = [lead for lead in leads if lead]
    if telling.tells(heading) and 2 * len(named) < len(excerpts):
        return heading
    if len(named) < _NAMED >= len(excerpts):
        both = zip(excerpts, leads or [""] * len(excerpts), strict=True)
        named = [lead or ("" if e.goes_on else telling.best(e)) for e, lead in both]
    return _BETWEEN.join(list(dict.fromkeys(filter(None, named)))[:_NAMED])


def _leads(told: Mapping[int, str], texts: Sequence[str], telling: Telling) -> tuple[str, ...]:
    """A lead for each text, "" for none: the model's for it, or its lead for another that only this one has.

    The model miscounts. A lead loses words at its end that were not said, if two are left or one that is said again.
    One that is too long for a heading is no lead: the model repeats the excerpt.
    """
    told = {n: lead for n, lead in told.items() if size(lead) <= _LONGEST}
    found = [telling.checked(told.get(n, ""), text) for n, text in enumerate(texts, 1)]
    for lead in told.values():
        whole = words = lead.split()
        while words and not any(kept := [telling.checked(" ".join(words), text) for text in texts]):
            words = words[:-1]
            words[-1:] = [w.removesuffix("'s").removesuffix("’s") for w in words[-1:]]  # of what is left out
            while words and len(words[-1]) < _LONG_WORD and words[-1].islower():  # "of", "une"
                words.pop()
        fits = [n for n, title in enumerate(kept) if title] if words else []
        if len(words) == 1 < len(whole):
            fits = [n for n in fits if _said(words[0], texts[n]) > 1]
        if len(fits) == 1 and not found[fits[0]]:
            found[fits[0]] = kept[fits[0]]
    return tuple(found)


def _with_rest_of_name(word: str, text: str) -> str:
    """A word with the capital words that follow it wherever a text says it: "Skerry Sound", where "Skerry" is named."""
    said = re.findall(rf"\b{re.escape(word)}\b((?: [A-Z][\w-]+)*)", text)
    rest = min(said, key=len, default="")
    return word + rest if all(s.startswith(rest) for s in said) else word


def _said(word: str, text: str) -> int:
    """How often a text says a word, as the beginning of another too: "gluten-free"."""
    return sum(u.startswith(word.casefold()) for u in units(text))


def frequent(excerpts: Sequence[Excerpt], telling: Telling) -> str:
    """The two or three words in a row that most sentences of a part say, "" when no two say any.

    None that is the beginning of a longer run ("token composed" of "token composed of the letters").
    """
    runs: Counter[tuple[str, ...]] = Counter()
    shown: dict[tuple[str, ...], str] = {}
    for s in (s for e in excerpts for s in e.sentences):
        found = _WORD.findall(s.text)
        said = {tuple(found[at : at + n]) for n in (2, 3, 4) for at in range(len(found) - n + 1)}
        folded = {tuple(w.casefold() for w in run): " ".join(run) for run in sorted(said)}
        runs.update(folded.keys())
        shown = {**folded, **shown}
    going_on = {(run[:-1], count) for run, count in runs.items()}
    often = [r for r, n in runs.items() if n > 1 and len(r) < 4 and (r, n) not in going_on and telling.is_phrase(r)]
    best = max(often, key=lambda r: (runs[r] - 0.9) * len(" ".join(r)), default=())  # long words name things
    return shown[best][:1].upper() + shown[best][1:] if best else ""


def _whole(excerpt: Excerpt) -> str:
    return " ".join((*(s.text for s in excerpt.before), excerpt.text))


def _shortened(text: str) -> str:
    words = text.split()
    return text if len(words) <= _SHOWN else " ".join(words[:_SHOWN]) + " …"


def beginning(excerpts: Sequence[Excerpt], language: str | None) -> str:
    """How a part begins, without the noises of speech: its heading where nothing names it."""
    text = kept = spoken(excerpts[0].text, language)
    while size(kept) > _LONGEST:
        kept = kept[:-1]
    return kept if kept == text else f"{kept.rstrip(' ,;:，；：')} …"


def _distinct(leads: Sequence[str], heading: str) -> tuple[str, ...]:
    """Each lead once: a second excerpt of the same lead has none, and none repeats the heading above it."""
    seen = {heading.casefold()}
    out: list[str] = []
    for lead in leads:
        out.append("" if lead.casefold() in seen else lead)
        seen.add(lead.casefold())
    return tuple(out)
