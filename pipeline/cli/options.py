"""Options that several commands take alike."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

# The names that settings know, written out here since loading settings takes longer than all of `--help`.
Profile = Literal["capable", "small"]
Length = Literal["brief", "standard", "full"]
Notes = Literal["study", "minutes", "lecture"]
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
KindOfNotes = Annotated[
    Notes | None,
    typer.Option(
        "--notes",
        help="study; minutes: decisions, action items, open questions, who said what; lecture: study with worked "
        "examples and exam questions.  [default: study]",
    ),
]
OwnSections = Annotated[
    Path | None, typer.Option("--sections", help="A folder of sections of your own besides; see docs/sections.md.")
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
To = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        metavar="FORMAT",
        help="markdown, github, obsidian, html, docx, pdf, epub, anki, csv, jsonl, record, or index: a page of all "
        "notes of a folder with search. May be given several times.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]

# Settings that a run takes, by their names in pipeline/settings.py.
SETTINGS: dict[str, Any] = {
    "model": Model,
    "base_url": BaseUrl,
    "out": Annotated[Path | None, typer.Option(help="Where NAME.md and NAME.json go.  [default: outputs]")],
    "length": NotesLength,
    "language": NotesLanguage,
    "notes": KindOfNotes,
    "sections": OwnSections,
    "check": CheckedBy,
    "profile": ModelProfile,
    "chunk_tokens": ChunkTokens,
    "reasoning_effort": Effort,
    "concurrency": Concurrency,
    "rpm": Annotated[int | None, typer.Option(help="Requests a minute, if the endpoint does not tell its limit.")],
    "tpm": Annotated[int | None, typer.Option(help="Tokens a minute, if the endpoint does not tell its limit.")],
    "citations": Annotated[bool | None, typer.Option("--citations", help="Put [12:34] behind every statement.")],
    "deadline": Annotated[float | None, typer.Option(help="Seconds that one call may take in all.  [default: 600]")],
    "max_cost": Annotated[float | None, typer.Option(help="Stop before new calls cost more USD than this.")],
    "max_tokens": Annotated[int | None, typer.Option(help="Stop before new calls take more tokens than this.")],
    "prompts": Prompts,
    "encoding": Encoding,
    "format": Format,
    "threads": Annotated[int | None, typer.Option(help="Threads for the embedded model.")],
}
# What decides which calls a run makes, and what they are.
CALLS = tuple(SETTINGS)[: tuple(SETTINGS).index("concurrency") + 1]
_BY_NAME = inspect.Parameter.KEYWORD_ONLY
Flags = dict[str, Any]  # settings as they were given, None for those that were not


def takes_settings(names: Sequence[str] = tuple(SETTINGS), **others: Any) -> Callable[[Callable[..., None]], Any]:
    """Gives a command an option for each of these settings, in the place of its parameter `flags`.

    `others` are options that this command words in its own way, or has alone.
    """
    options = {name: SETTINGS.get(name) for name in names} | others

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def called(**given: Any) -> None:
            command(flags={name: given.pop(name) for name in options}, **given)

        own = dict(inspect.signature(command, eval_str=True).parameters)
        del own["flags"]
        taken = [inspect.Parameter(n, _BY_NAME, default=None, annotation=a) for n, a in options.items()]
        parameters = [*taken, *(p.replace(kind=_BY_NAME) for p in own.values())]
        called.__dict__["__signature__"] = inspect.Signature(parameters)
        called.__annotations__ = {p.name: p.annotation for p in parameters}
        return called

    return decorate
