"""What all steps of the capable route share: one recording, and the recipe for its notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.capable.chunks import ChunkAnswer, Prefixes, WithManuscript, chunk_answer
from pipeline.labels import Labels, labels_for
from pipeline.llm import Message
from pipeline.llm.progress import Reporter
from pipeline.llm.structured import Structured
from pipeline.profile import Recipe
from pipeline.sections import Section, sections_of
from pipeline.transcript import Chunk, Transcript
from pipeline.verification import Recording


@dataclass(frozen=True)
class Job:
    """A transcript in chunks, the recipe of its notes, the model to ask, and the reporter of progress.

    `recording` finds statements in the transcript, in the notes' language. With `has_manuscript`, answers also have the
    fields for a document that is written freely first.
    """

    transcript: Transcript
    recording: Recording
    chunks: Sequence[Chunk]
    recipe: Recipe
    structured: Structured
    reporter: Reporter
    has_manuscript: bool

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections of the notes in reading order."""
        return sections_of(self.recipe)

    @property
    def titles(self) -> dict[str, str]:
        """The titles of sections as models see them, by name."""
        labels = labels_for("en")
        return {s.name: s.title or labels.heading(s.name, self.recipe.notes) for s in self.sections}

    @property
    def labels(self) -> Labels:
        """The words that code adds, in the notes' language."""
        return labels_for(self.recipe.language)

    @property
    def has_speakers(self) -> bool:
        """Whether answers have to name the persons behind labels: one part may name them for all others."""
        return len(self.chunks) > 1 and bool(self.transcript.labelled_speakers)

    @cached_property
    def answer(self) -> type[ChunkAnswer]:
        """The type of all answers about a chunk."""
        return chunk_answer(self.sections, has_speakers=self.has_speakers, has_manuscript=self.has_manuscript)

    @property
    def answer_with_manuscript(self) -> type[WithManuscript]:
        """`answer`, for a job that has a manuscript."""
        assert issubclass(self.answer, WithManuscript)
        return self.answer

    @cached_property
    def prefixes(self) -> Prefixes:
        """What calls about a chunk begin with."""
        return Prefixes(self.transcript, len(self.chunks), self.structured.prompts, self.recipe.language)

    def task(self, prompt: str, /, **values: object) -> Message:
        """The message with the task."""
        return Message("user", self.piece(prompt, **values))

    def piece(self, prompt: str, /, **values: object) -> str:
        """A text for use in such a message."""
        return self.structured.prompts.load(prompt).render(**{name: str(value) for name, value in values.items()})
