"""From one transcript to one study document. Start here to see how it all works.

A capable model writes the document from the numbered lines and then checks every printed sentence against those lines
(pipeline/capable); the parts of a long recording are composed into one document before that check. A small model only
selects passages, gives them titles and points at lines, so the page quotes the speakers' own words (pipeline/small).
Both return a Draft, which becomes the record.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from pipeline.document import StudyDocument
from pipeline.draft import Draft
from pipeline.language import spoken_language
from pipeline.llm import LLMClient
from pipeline.llm.progress import Booking, Estimate, Progress, Reporter, Watch, unwatched
from pipeline.llm.prompting import PromptSet
from pipeline.llm.structured import Structured
from pipeline.profile import Recipe
from pipeline.readers import read_transcript
from pipeline.record import study_document
from pipeline.transcript import Metadata, Transcript


class Method(Protocol):
    """How to work with one kind of model."""

    def draft(
        self, transcript: Transcript, structured: Structured, recipe: Recipe, reporter: Reporter
    ) -> Awaitable[Draft]:
        """Write the checked draft of a transcript, reporting progress to `reporter`."""
        ...

    def estimated_calls(self, transcript: Transcript, recipe: Recipe, model: str) -> list[Estimate]:
        """Estimate the calls that the model would be asked to answer."""
        ...


def method_of(recipe: Recipe) -> Method:
    """The method for a recipe, imported only when the first document needs it."""
    if recipe.profile.name == "small":
        from pipeline import small

        return small
    from pipeline import capable

    return capable


async def asummarise(
    source: Transcript | Path | str,
    client: LLMClient,
    *,
    recipe: Recipe | None = None,
    prompts: PromptSet | None = None,
    endpoint: str = "",
    watch: Watch = unwatched,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> StudyDocument:
    """Make the study document of a transcript, or of the file at a path, with `client`.

    Raises InputError if the file cannot be read, EndpointError if the endpoint cannot answer at all, and InvalidAnswer
    if the answers do not add up to a document. Partial failures are listed in the document's `problems`; its status is
    then "partial".
    """
    recipe, prompts = recipe or Recipe(), prompts.fresh() if prompts else PromptSet()
    transcript = source if isinstance(source, Transcript) else read_transcript(Path(source))
    transcript, recipe = in_language(transcript, recipe)
    reporter = Reporter(Progress(transcript.name), watch)
    structured = Structured(Booking(client, reporter), prompts)

    draft = await method_of(recipe).draft(transcript, structured, recipe, reporter)

    document = study_document(draft, transcript, recipe, reporter.progress, client.model, endpoint, prompts, now())
    reporter.ended(document.status)
    return document


def in_language(transcript: Transcript, recipe: Recipe) -> tuple[Transcript, Recipe]:
    """The transcript with its spoken language filled in, and the recipe with the language of the notes."""
    spoken = spoken_language(transcript)
    transcript = transcript.with_metadata(Metadata(language=spoken))
    return transcript, replace(recipe, language=recipe.language or spoken)
