"""The sections of a document. A new one needs a module, a prompt and a place in a kind of notes (kinds.py)."""

from collections.abc import Mapping, Sequence

from pipeline.lengths import words_for
from pipeline.llm.prompting import PromptSet
from pipeline.profile import Recipe
from pipeline.sections.base import Section
from pipeline.sections.kinds import KINDS, STUDY, NotesKind, kind_of, sections_of

_LEAST_WORDS = 60  # of the section that gets what the others leave over


def words_of(recipe: Recipe, transcript_words: int) -> int:
    """Target words of a whole document on a recording of `transcript_words`, including sections that come on top."""
    return with_added(words_for(transcript_words, recipe.length), sections_of(recipe))


def with_added(words: int, sections: Sequence[Section]) -> int:
    """`words` for the usual sections, plus those for the sections that come on top."""
    section_words = words_of_each(words, sections)
    return words + sum(section_words[s.name] for s in sections if s.adds)


def words_of_each(words: int, sections: Sequence[Section] = STUDY.sections) -> dict[str, int]:
    """Target words by section: `words` shared among the usual sections, and those that others add.

    The main points get what the other usual sections leave over.
    """
    shares = {s.name: max(s.least, round(words * s.share / 5) * 5) for s in sections if s.share is not None}
    words_left = words - sum(shares[s.name] for s in sections if s.share is not None and not s.adds)
    return {s.name: shares.get(s.name, max(_LEAST_WORDS, words_left)) for s in sections}


def tasks(words: Mapping[str, int], prompts: PromptSet, sections: Sequence[Section] = STUDY.sections) -> str:
    """The prompts of these sections, each with the section's target words if its prompt uses them."""
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
