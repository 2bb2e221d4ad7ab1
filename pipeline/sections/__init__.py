"""The sections of a study document, in reading order. A new one is a module, a prompt and a line here."""

from collections.abc import Mapping, Sequence

from pipeline.prompting import PromptSet
from pipeline.sections.base import Section
from pipeline.sections.key_concepts import KEY_CONCEPTS
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.sections.overview import OVERVIEW
from pipeline.sections.prerequisites import PREREQUISITES
from pipeline.sections.summary import SUMMARY

SECTIONS: tuple[Section, ...] = (OVERVIEW, PREREQUISITES, MAIN_POINTS, KEY_CONCEPTS, SUMMARY)


_LEAST_WORDS = 60  # of the section that gets what the others leave


def words_of_each(words: int, sections: Sequence[Section] = SECTIONS) -> dict[str, int]:
    """How so many words are shared among sections; the main points get what the others leave."""
    shares = {s.name: max(s.least, round(words * s.share / 5) * 5) for s in sections if s.least}
    return {s.name: shares.get(s.name, max(_LEAST_WORDS, words - sum(shares.values()))) for s in sections}


def tasks(words: Mapping[str, int], prompts: PromptSet, sections: Sequence[Section] = SECTIONS) -> str:
    """What a model is told of each of these sections, with the words that it gets."""
    return "\n".join(
        prompts.load(s.prompt).render(words=str(words[s.name]), **s.values(words[s.name])) for s in sections
    )


__all__ = ["SECTIONS", "Section", "tasks", "words_of_each"]
