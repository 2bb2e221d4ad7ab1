"""studydoc turns transcripts into study notes in which every statement can be checked.

    from pipeline import summarise
    document = summarise("talk.vtt")

Names are imported on first use, so that `studydoc --help` stays fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.api import asummarise, summarise
    from pipeline.document import StudyDocument
    from pipeline.errors import PipelineError
    from pipeline.llm.progress import Drafted, ProgressUpdate
    from pipeline.settings.options import Options
    from pipeline.transcript import Transcript

__all__ = [
    "Drafted",
    "Options",
    "PipelineError",
    "ProgressUpdate",
    "StudyDocument",
    "Transcript",
    "asummarise",
    "summarise",
]

_HOMES = {
    "Drafted": "pipeline.llm.progress",
    "Options": "pipeline.settings.options",
    "PipelineError": "pipeline.errors",
    "ProgressUpdate": "pipeline.llm.progress",
    "StudyDocument": "pipeline.document",
    "Transcript": "pipeline.transcript",
    "asummarise": "pipeline.api",
    "summarise": "pipeline.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
