"""studydoc turns transcripts into study notes in which every statement can be checked.

    from pipeline import summarise
    document = summarise("talk.vtt")

The names below are the public API, together with the exceptions in `pipeline.errors`; docs/programs.md shows their use.
They are imported on first use, so that `studydoc --help` stays fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.api import asummarise, load_document, save_document, summarise
    from pipeline.document import StudyDocument
    from pipeline.errors import PipelineError
    from pipeline.llm import Completion, LLMClient, Request, Usage
    from pipeline.llm.progress import Drafted, ProgressUpdate
    from pipeline.settings import Settings, load_settings
    from pipeline.settings.options import Options
    from pipeline.transcript import Chapter, Metadata, Role, Segment, Transcript

__all__ = [
    "Chapter",
    "Completion",
    "Drafted",
    "LLMClient",
    "Metadata",
    "Options",
    "PipelineError",
    "ProgressUpdate",
    "Request",
    "Role",
    "Segment",
    "Settings",
    "StudyDocument",
    "Transcript",
    "Usage",
    "asummarise",
    "load_document",
    "load_settings",
    "save_document",
    "summarise",
]

_HOMES = {
    "Chapter": "pipeline.transcript",
    "Completion": "pipeline.llm",
    "Drafted": "pipeline.llm.progress",
    "LLMClient": "pipeline.llm",
    "Metadata": "pipeline.transcript",
    "Options": "pipeline.settings.options",
    "PipelineError": "pipeline.errors",
    "ProgressUpdate": "pipeline.llm.progress",
    "Request": "pipeline.llm",
    "Role": "pipeline.transcript",
    "Segment": "pipeline.transcript",
    "Settings": "pipeline.settings",
    "StudyDocument": "pipeline.document",
    "Transcript": "pipeline.transcript",
    "Usage": "pipeline.llm",
    "asummarise": "pipeline.api",
    "load_document": "pipeline.api",
    "load_settings": "pipeline.settings",
    "save_document": "pipeline.api",
    "summarise": "pipeline.api",
}


if not TYPE_CHECKING:  # with __getattr__ in sight, a type checker would accept every name

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
