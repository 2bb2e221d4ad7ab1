"""Which excerpts are printed: the best ones first, as many as there is room for."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from pipeline.lengths import Length, words_for
from pipeline.small.concepts import Window
from pipeline.small.excerpts import Excerpt
from pipeline.small.keys import keys, units
from pipeline.small.sentences import Sentence
from pipeline.verification.figures import claims

# Most that a page may have, as a share of the recording's words, however few: it prints what was said in full.
_MOST_SHARE: dict[Length, float] = {"brief": 0.3, "standard": 0.6, "full": 0.8}
_AIM, _MOST = 1.1, 1.18  # of the target words; headings, leads and terms add a twentieth
_LEAST = 0.75  # of the median worth: excerpts below that are left out even if there is room
_LEAST_SAID, _LEAST_WITH_FIGURE = 6, 4  # content words that an excerpt needs, including what it answers
_MOST_BROKEN_OFF = 0.3  # share of the turns
_ASIDE = 0.4  # of the median centrality
_FEW = 20  # words: shorter ones gain nothing from being short
_NAME = re.compile(r"(?<=[\w,;] )[A-Z][\w.-]*\w")


def room(total: int, length: Length) -> tuple[int, int]:
    """(target, maximum) words of a page for a recording of `total` words."""
    target = min(words_for(total, length), _MOST_SHARE[length] * total)
    return round(_AIM * target), round(_MOST * target)


class Ranking:
    """Rates excerpts by their worth within their recording."""

    def __init__(self, sentences: Sequence[Sentence], notes: Iterable[str] = ()) -> None:
        """`notes` are the model's: words that occur in none of them are treated as habits of speech."""
        note_keys = {k for note in notes for k in keys(note)} or {k for s in sentences for k in s.keys}
        self._mentions = Counter(k for s in sentences for k in set(s.keys) & note_keys)
        self._most = math.log1p(max(self._mentions.values(), default=1))
        self._broken_off = _broken_off(sentences)

    def recurring(self, words: Iterable[str]) -> set[str]:
        """Words said several times, which carry the subject; those said once are details or chance."""
        return {k for k in words if self._mentions[k] > 1}

    def _subject(self, words: Iterable[str]) -> float:
        return sum(math.log1p(self._mentions[k]) / self._most for k in self.recurring(words))

    def centrality(self, *sentences: Sentence) -> float:
        """How much sentences are about the recurring subjects of the recording, relative to their length."""
        words = sum(s.words for s in sentences)
        return self._subject(k for s in sentences for k in s.keys) / math.sqrt(max(_FEW, words))

    def worth(self, excerpt: Excerpt) -> float:
        """Higher for more notes, figures, names, content words and recurring subjects, relative to the length."""
        excerpt_units = units(excerpt.text)
        excerpt_keys = [k for s in excerpt.sentences for k in s.keys]
        density = len(excerpt_keys) / max(1, len(excerpt_units))
        subject = self._subject(excerpt_keys)
        names = len(set(_NAME.findall(excerpt.text)))
        marks = len(excerpt.notes) + 0.5 * len(excerpt.marked)
        rich = 0.6 * min(4, excerpt.figures) + 0.3 * min(3, names) + 0.25 * min(6.0, subject)
        marked = sum(s.words for s in excerpt.sentences if s.number in excerpt.marked)
        length = math.sqrt(max(_FEW, (excerpt.printed + marked) / 2))  # sentences that only make a note clear cost half
        return (marks + rich) * (0.5 + density) / length

    def foremost(self, windows: Sequence[Window], most: int) -> list[Window]:
        """The first `most` windows by rank, in order; noted ones rank higher, as most explained terms are in these."""
        order = sorted(windows, key=lambda w: (not w.noted, -self.centrality(*w.sentences)))[:most]
        return sorted(order, key=lambda w: w.sentences[0].number)

    def asides(self, excerpts: Sequence[Excerpt]) -> list[Excerpt]:
        """Excerpts that say little, and those without a figure that say little about the recording's subjects."""
        about = {e: self.centrality(*e.sentences) for e in excerpts}
        least = _ASIDE * median(about.values()) if about else 0.0
        return [e for e in excerpts if self._says_little(e) or (not e.figures and about[e] < least)]

    def _says_little(self, excerpt: Excerpt) -> bool:
        """Whether it and its question have few content words, not counting sentences that were broken off."""
        question = tuple(s for s in excerpt.lead_up if s.asks)
        complete = (s for s in (*question, *excerpt.sentences) if s.number not in self._broken_off)
        return len({k for s in complete for k in s.keys}) < (_LEAST_WITH_FIGURE if excerpt.figures else _LEAST_SAID)

    def best(
        self,
        excerpts: Sequence[Excerpt],
        aim: int,
        most: int,
        fewest: int = 1,
        first: Excerpt | None = None,
        central: bool = False,
    ) -> list[Excerpt]:
        """The best excerpts in the recording's order: about `aim` words, `most` at most, and `fewest` excerpts or more.

        With `central`, the most central count as best, otherwise those of most worth. `first` takes precedence over
        better ones. An excerpt that continues another is only taken together with it. Asides are taken only if there is
        nothing else.
        """
        worth = [self.centrality(*e.sentences) if central else self.worth(e) for e in excerpts]
        least = _LEAST * median(worth) if worth else 0.0
        asides = self.asides(excerpts)
        fit = [n for n, w in enumerate(worth) if w >= least]
        fit = [n for n in fit if excerpts[n] not in asides] or (fit if fewest else [])
        fit += [n for n, e in enumerate(excerpts) if e is first and n not in fit]
        order = sorted(fit, key=lambda n: (excerpts[n] is not first, -worth[n], n))
        chosen: set[int] = set()
        words_used = 0
        for n in order:
            group = {n}
            while (top := min(group)) and excerpts[top].continues(excerpts[top - 1]):
                group.add(top - 1)
            added_words = sum(excerpts[g].printed for g in group - chosen)
            if len(chosen) < fewest or (words_used < aim and words_used + added_words <= most):
                chosen |= group
                words_used += added_words
        return [excerpts[n] for n in sorted(chosen)]


def _broken_off(sentences: Sequence[Sentence]) -> set[int]:
    """Numbers of unfinished sentences at the end of a turn; empty if turns often end so, as without full stops.

    A sentence that ends in a colon or has a figure counts as complete.
    """
    last = {s.turn: s for s in sentences}.values()
    found = {s.number for s in last if s.unfinished and not s.text.endswith((":", "：")) and not claims(s.text)}
    return found if len(found) <= _MOST_BROKEN_OFF * len(last) else set()
