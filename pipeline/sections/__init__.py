"""The sections of a study document. A new one is a module, a prompt file and a line here."""

from pipeline.sections.base import SectionSpec
from pipeline.sections.key_concepts import KEY_CONCEPTS
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.sections.overview import OVERVIEW
from pipeline.sections.prerequisites import PREREQUISITES
from pipeline.sections.summary import SUMMARY

# In the order in which a small model is asked: the first call of a chunk pays for its prompt.
SECTIONS: tuple[SectionSpec, ...] = (MAIN_POINTS, KEY_CONCEPTS, PREREQUISITES, OVERVIEW, SUMMARY)

__all__ = ["SECTIONS", "SectionSpec"]
