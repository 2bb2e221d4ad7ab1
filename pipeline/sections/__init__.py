"""The sections of documents. A new one is a module, a prompt, and its place in a kind of notes (kinds.py)."""

from collections.abc import Mapping, Sequence

from pipeline.lengths import words_for
from pipeline.llm.prompting import PromptSet
from pipeline.profile import Recipe
from pipeline.sections.base import Section
from pipeline.sections.kinds import KINDS, STUDY, NotesKind, kind_of, sections_of

_LEAST_WORDS = 60  # of the section that gets what the others leave


def words_of(recipe: Recipe, transcript_words: int) -> int:
    """Words of a whole document on a recording of so many, those of sections that add to the usual ones included."""
    return with_added(words_for(transcript_words, recipe.length), sections_of(recipe))


def with_added(words: int, sections: Sequence[Section]) -> int:
    """So many words of the usual sections, and those of the sections that add to them."""
    section_words = words_of_each(words, sections)
    return words + sum(section_words[s.name] for s in sections if s.adds)


def words_of_each(words: int, sections: Sequence[Section] = STUDY.sections) -> dict[str, int]:
    """How so many words are shared among the usual sections, and what others add to them.

    The main points get what the other usual ones leave.
    """
    shares = {s.name: max(s.least, round(words * s.share / 5) * 5) for s in sections if s.share is not None}
    words_left = words - sum(shares[s.name] for s in sections if s.share is not None and not s.adds)
    return {s.name: shares.get(s.name, max(_LEAST_WORDS, words_left)) for s in sections}


def tasks(words: Mapping[str, int], prompts: PromptSet, sections: Sequence[Section] = STUDY.sections) -> str:
    """The prompts of these sections, each with the words that the section gets where the prompt names them."""
    return "\n".join(_task(s, words[s.name], prompts) for s in sections)


def _task(section: Section, words: int, prompts: PromptSet) -> str:
    prompt = prompts.load(section.prompt)
    values = {"words": str(words), **section.values(words)}
    return prompt.render(**{name: value for name, value in values.items() if name in prompt.variables})


__all__ = [
    "KINDS",
    "STUDY",
    "NotesKind",
    "Section",
    "kind_of",
    "sections_of",
    "tasks",
    "with_added",
    "words_of",
    "words_of_each",
]
