"""Options that several commands take alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

# The names that settings know, written out here since loading settings takes longer than all of `--help`.
Profile = Literal["capable", "small"]
Length = Literal["brief", "standard", "full"]
Check = Literal["model", "code"]

Model = Annotated[
    str | None,
    typer.Option(help="A model of the endpoint, 'local' for the embedded one, or a GGUF file to run: talks.gguf."),
]
BaseUrl = Annotated[
    str | None, typer.Option(help="An OpenAI-compatible endpoint, for example http://localhost:8000/v1.")
]
ModelProfile = Annotated[
    Profile | None,
    typer.Option(
        "--profile",
        help="How the model is worked with.  [default: small for 'local' and files of fewer than 3 billion "
        "parameters, else capable]",
    ),
]
NotesLength = Annotated[
    Length | None, typer.Option("--length", help="Half, once or twice the usual words of notes.  [default: standard]")
]
NotesLanguage = Annotated[
    str | None,
    typer.Option("--language", help="The language of the notes: de, pt-BR, zh.  [default: that of the transcript]"),
]
CheckedBy = Annotated[
    Check | None,
    typer.Option(
        "--check",
        help="Who compares statements with their lines: model costs one call a chunk more, code finds only "
        "figures, names and quotations that nobody said.  [default: model, for a small model code]",
    ),
]
Effort = Annotated[
    Literal["default", "none", "minimal", "low", "medium", "high", "xhigh", "max"] | None,
    typer.Option("--reasoning-effort", help="How much a model that thinks is to think.  [default: low]"),
]
ChunkTokens = Annotated[int | None, typer.Option(help="Transcript tokens a call.")]
Concurrency = Annotated[int | None, typer.Option(help="Calls at once to a hosted endpoint.")]
Prompts = Annotated[Path | None, typer.Option(help="A folder of prompt files that stand before the shipped ones.")]
Encoding = Annotated[str | None, typer.Option(help="The text encoding, when it is not UTF-8.")]
Format = Annotated[
    str | None, typer.Option("--format", help="Read as this format, whatever the files hold; see docs/formats.md.")
]
Transcripts = Annotated[Path | None, typer.Option(help="Where the transcripts are, when they have moved.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
