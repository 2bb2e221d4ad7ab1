"""One transcript to one study document. Start here to see how it all works.

A capable model writes the document from the numbered lines (parts of a long recording are composed afterwards), then
checks every printed sentence beside the lines once more (pipeline/capable). A small model chooses, titles and points,
and the speakers' own words are printed where its sentences cannot be followed into them (pipeline/small). Both give a
Draft, which becomes the record.
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
    """How a kind of model is worked with."""

    def draft(
        self, transcript: Transcript, structured: Structured, recipe: Recipe, reporter: Reporter
    ) -> Awaitable[Draft]:
        """The checked draft of a transcript; the reporter is told how far it is."""
        ...

    def estimated_calls(self, transcript: Transcript, recipe: Recipe, model: str) -> list[Estimate]:
        """The calls that the model would be asked."""
        ...


def method_of(recipe: Recipe) -> Method:
    """The method of a recipe, loaded when the first document needs it."""
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
    """The study document of a transcript (or of the file at a path), made with `client`.

    Raises InputError for a file that cannot be read, EndpointError when the endpoint cannot answer at all and
    InvalidAnswer when what was answered makes no document; whatever fails in part is in the document's `problems`, and
    its status is then "partial".
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
    """The transcript with the language that is spoken in it, and the recipe with that of the notes."""
    spoken = spoken_language(transcript)
    transcript = transcript.with_metadata(Metadata(language=spoken))
    return transcript, replace(recipe, language=recipe.language or spoken)
