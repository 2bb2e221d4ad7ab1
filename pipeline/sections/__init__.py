"""The sections of documents. A new one is a module, a prompt, and its place in a kind of notes (kinds.py)."""

from collections.abc import Mapping, Sequence

from pipeline.profile import Recipe, words_for
from pipeline.prompting import PromptSet
from pipeline.sections.base import Section
from pipeline.sections.kinds import KINDS, STUDY, NotesKind, kind_of, sections_of

_LEAST_WORDS = 60  # of the section that gets what the others leave


def words_of(recipe: Recipe, transcript_words: int) -> int:
    """Words of a whole document on a recording of so many, sections that add to the usual ones included."""
    added = sum(s.share for s in sections_of(recipe) if s.adds)
    return round(words_for(transcript_words, recipe.length) * (1 + added) / 10) * 10


def words_of_each(words: int, sections: Sequence[Section] = STUDY.sections) -> dict[str, int]:
    """How so many words are shared among sections; the main points get what the others leave."""
    usual = words / (1 + sum(s.share for s in sections if s.adds))
    shares = {s.name: max(s.least, round(usual * s.share / 5) * 5) for s in sections if s.least}
    return {s.name: shares.get(s.name, max(_LEAST_WORDS, words - sum(shares.values()))) for s in sections}


def tasks(words: Mapping[str, int], prompts: PromptSet, sections: Sequence[Section] = STUDY.sections) -> str:
    """What a model is told of each of these sections, with the words that it gets."""
    return "\n".join(
        prompts.load(s.prompt).render(words=str(words[s.name]), **s.values(words[s.name])) for s in sections
    )


__all__ = ["KINDS", "STUDY", "NotesKind", "Section", "kind_of", "sections_of", "tasks", "words_of", "words_of_each"]
