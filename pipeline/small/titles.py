"""Names for excerpts: the question answered, the model's title if it was said so, or the excerpt's own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.language import primary
from pipeline.llm.structured import Structured
from pipeline.small.chat import messages, tidied
from pipeline.small.context import Openings
from pipeline.small.excerpts import NEEDS, Excerpt
from pipeline.small.keys import denies, keys, size, units, unspaced
from pipeline.small.quoting import Quoter
from pipeline.small.sentences import Sentence
from pipeline.text import UNSPACED
from pipeline.verification.figures import claims
from pipeline.verification.number_tokens import is_number

_SHOWN = 90  # words of an excerpt shown to the model
_LONGEST, _LONGEST_QUESTION, _LONGEST_SENTENCE = 9, 18, 11  # most words of a title, by what it is made of
_FEWEST = 2  # content words that make a question understandable alone
_OFTEN, _SHARE_OFTEN = 4, 0.1  # sentences, and share of all: a word in more of them is not distinctive
_LONG_WORD = 5  # letters from which a word names something
_SHORT_WORD = 4  # letters: a shorter word at the end of a shortened title names nothing: "of", "une"
_TOKENS = 24
_CLAUSE_END = re.compile(r"[,;:](?!\d)|[，；：、]")
_FORM = "A heading of two to six words."  # repeated if the recording is not in English, the language of most examples
_WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")


@dataclass(frozen=True)
class NamedExcerpt:
    """An excerpt with its name: a question, a title, or a sentence of its own."""

    excerpt: Excerpt
    question: str = ""
    title: str = ""
    own_sentence: str = ""

    @property
    def name(self) -> str:
        """What is printed above it; "" for nothing."""
        return self.question or self.title or self.own_sentence

    @property
    def renamed(self) -> NamedExcerpt:
        """The excerpt under its next best name."""
        if self.question:
            return replace(self, question="")
        return replace(self, title="") if self.title else replace(self, own_sentence="")

    @property
    def printed(self) -> Excerpt:
        """The excerpt as printed below its name, without the question if that is the name."""
        e = self.excerpt
        if not self.question:
            return e
        return replace(e, lead_up=e.lead_up[:-1]) if e.lead_up else replace(e, sentences=e.sentences[1:])


class Names:
    """Names the excerpts of one recording without the model, and knows which words distinguish its subjects.

    The more often a word is said, the less distinctive it is. One that is said once and occurs in no note may be small
    talk. A short one may be a function word, as these are known for English only.
    """

    def __init__(
        self, sentences: Sequence[Sentence], notes: Iterable[str], quoter: Quoter, language: str | None
    ) -> None:
        self._fewest_letters = 1 if language is None or primary(language) == "en" else _LONG_WORD
        self._noted = {k for note in notes for k in keys(note)}
        self._said_in = Counter(k for s in sentences for k in set(s.keys))
        self._most = max(_OFTEN, _SHARE_OFTEN * len(sentences))
        self._openings, self._quoter = Openings(sentences), quoter

    def words(self, text: str) -> set[str]:
        """The words of a text that may name something."""
        return {k for k in keys(text) if len(k) >= self._fewest_letters or unspaced(k)}

    def telling(self, text: str) -> set[str]:
        """The distinctive words of a text."""
        counts = {k: self._said_in[k] for k in self.words(text)}
        return {k for k, count in counts.items() if (k in self._noted or count > 1) and count <= self._most}

    def question(self, excerpt: Excerpt) -> str:
        """The question that an excerpt answers; "" if there is none, it is too long or not understood alone."""
        sentence = _question_of(excerpt)
        if sentence is None or sentence.interjects or sentence.words > _LONGEST_QUESTION:
            return ""
        tells = self.telling(sentence.text) or any(len(k) > _LONG_WORD for k in sentence.keys)
        alone = tells and len(set(sentence.keys)) >= _FEWEST
        return self._quoter.quotation((sentence,), ()) if alone else ""

    def own_sentence(self, excerpt: Excerpt) -> str:
        """A short sentence of the excerpt that says something by itself; "" for none."""
        short = (s for s in excerpt.sentences if s.words <= _LONGEST_SENTENCE and not s.asks and not s.unfinished)
        alone = (s for s in short if self._openings.leans(s) < NEEDS and len(self.telling(s.text)) > 1)
        sentence = next(alone, None)
        return self._quoter.quotation((sentence,), ()).rstrip(".。") if sentence else ""

    def beginning(self, excerpt: Excerpt) -> str:
        """The beginning of the first sentence in an excerpt that a note is about."""
        sentences = [s for s in excerpt.sentences if not s.noise] or excerpt.sentences
        text = self._quoter.quotation((next((s for s in sentences if s.number in excerpt.marked), sentences[0]),), ())
        kept = _beginning(text)
        return kept.rstrip(".。") if kept == text else f"{kept.rstrip(' ,;:，；：')} …"


def _beginning(text: str) -> str:
    """The first words of a text, cut before a figure that would be incomplete or lack what it counts."""
    end = 0
    for word in _WORD.finditer(text):
        if size(text[: word.end()]) > _LONGEST_SENTENCE:
            break
        end = word.end()
    figures = claims(text) if end < len(text) else []
    while figures_inside := [f for f in figures if f.span[0] < end]:
        complete = [f.values for f in figures_inside] == [f.values for f in claims(text[:end])]
        if complete and not all(map(is_number, units(text[figures_inside[-1].span[1] : end]))):
            break  # a word other than a scale such as "million" follows it
        end = figures_inside[-1].span[0]
    return _whole_clauses(text[:end].strip(), ends=end == len(text)) or text


def _whole_clauses(text: str, *, ends: bool) -> str:
    """The whole clauses of a text that is cut off, if they are the larger part of it; otherwise the text."""
    marks = [mark.start() for mark in _CLAUSE_END.finditer(text)]
    whole = [] if ends else [at for at in marks if 2 * size(text[:at]) > size(text)]
    return text[: whole[-1]] if whole else text


def _question_of(excerpt: Excerpt) -> Sentence | None:
    """The only question before an excerpt, if right before it, or the only one with which it opens.

    The latter only if no speakers are known: otherwise the speaker may be asking the others.
    """
    lead_up, (first, *others) = excerpt.lead_up, excerpt.sentences
    if lead_up:
        asks = lead_up[-1].number + 1 == first.number and sum(s.asks for s in lead_up) < 2
        return lead_up[-1] if asks and lead_up[-1].asks else None
    opens = first.speaker is None and first.asks and others and not others[0].asks
    return first if opens else None


async def titled(excerpt: Excerpt, structured: Structured, names: Names, language: str | None = None) -> NamedExcerpt:
    """The excerpt with its question or else the model's title, if that is distinctive. Raises what the client raises.

    The model is asked for the title of one excerpt at a time: when it was asked for several, it mixed them up.
    """
    own_sentence, question = names.own_sentence(excerpt), names.question(excerpt)
    if question:
        return NamedExcerpt(excerpt, question=question, own_sentence=own_sentence)
    sentences = [s.text for s in (*excerpt.lead_up, *excerpt.sentences)]
    text = " ".join(sentences)
    words = text.split()
    shown = text if len(words) <= _SHOWN else " ".join(words[:_SHOWN]) + " …"
    request = messages(structured.prompts, "small/title.v1", shown, language, form=_FORM)
    completion = await structured.text("small/title", request, max_tokens=_TOKENS)
    title = shortened(completion.text.strip().partition("\n")[0], sentences)
    tells = len(set(keys(title))) > 1 or names.telling(title)
    return NamedExcerpt(excerpt, title=title if tells else "", own_sentence=own_sentence)


def shortened(title: str, sentences: Sequence[str]) -> str:
    """The longest run of a title's words that one of the sentences contains, with the same negation; "" for none.

    It is cut only at words that may name something, and not between "a different" and what is different. A single word
    is left of a longer title only if it comes first and recurs. No part of a title with a comma is whole.
    """
    words = tidied(title).strip(' .:#*"“”').split()
    if size(title) > _LONGEST or _CLAUSE_END.search(title):
        return ""  # the model repeats the excerpt, or joins several matters
    for length in range(len(words), 0, -1):
        for at in range(len(words) - length + 1):
            run, behind = words[at : at + length], words[at + length :]
            phrase = " ".join(run)
            short = length == 1 < len(words) and (at or sum(_begin_with(phrase, s) for s in sentences) < 2)
            torn = behind and keys(behind[0]) and not all(map(keys, run))
            ends = [run[0]] * (at > 0) + [run[-1]] * bool(behind)
            fit = not short and not torn and all(map(_may_name, ends)) and denies(phrase) == denies(title)
            if fit and is_quoted(phrase, sentences):
                return phrase[:1].upper() + phrase[1:] if run[0].islower() else phrase  # "pH" stays
    return ""


def _begin_with(word: str, sentence: str) -> int:
    """How many words of a sentence begin with `word`."""
    return sum(u.startswith(word.casefold()) for u in units(sentence))


def _may_name(word: str) -> bool:
    """Whether a title may begin or end with a word when it is cut: not with "of", "une" or "Jonas's"."""
    short = len(word) < _SHORT_WORD and word.islower()
    return bool(keys(word)) and not short and not word.endswith(("'s", "’s"))


def is_quoted(title: str, sentences: Iterable[str]) -> bool:
    """Whether a sentence contains a title word for word, ignoring endings, and without punctuation in between.

    The sentence and the title must agree in negation: "I do not think that a repair pays" says the contrary of "a
    repair pays". A title must not begin with a figure: that is said about something and does not name it.
    """
    names = keys(title) and not claims(" ".join(units(title)[:1]))
    clauses = (clause for s in sentences if denies(s) == denies(title) for clause in _CLAUSE_END.split(s))
    return bool(names) and any(_says(clause, title) for clause in clauses)


def _says(clause: str, title: str) -> bool:
    """Whether a clause contains the title's words in sequence, with no figure cut in two; hyphens count as spaces.

    A title that ends in a number must be at the end of the clause, or what is counted would be missing.
    """
    words, clause_words = units(title.replace("-", " ")), units(clause.replace("-", " "))
    for first in range(len(clause_words) - len(words) + 1):
        before, behind = clause_words[:first][-1:], clause_words[first + len(words) :]
        torn = (is_number(words[-1]) and behind) or (is_number(words[0]) and any(map(is_number, before)))
        if not torn and all(map(_alike, words, clause_words[first:])):
            return True
    return False


def _alike(word: str, other: str) -> bool:
    """Whether two words are the same except for their endings."""
    return word == other or keys(word) == keys(other) != ()
