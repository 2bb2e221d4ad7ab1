"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
Flags = dict[str, Any]  # settings as they were given, None for those that were not


class _Path(click.Path):
    """A path. An empty one is refused, since a shell makes it of an unset variable."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("the path is empty: is a shell variable unset?", param, ctx)
        return super().convert(value, param, ctx)


PATH = _Path(path_type=Path)


class NumberRange(click.FloatRange):
    """A number within bounds. Infinity and NaN are refused: NaN would be within any bounds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value} is not a number.", param, ctx)
        return number


# The values of settings, repeated here since importing settings takes longer than all of `--help`.
PROFILES = ("capable", "small")
LENGTHS = ("brief", "standard", "full")
NOTES = ("study", "minutes", "lecture")
CHECKS = ("model", "code")
EFFORTS = ("default", "none", "minimal", "low", "medium", "high", "xhigh", "max")


class _Text(click.ParamType[str]):
    """Text that goes into documents, and must be valid UTF-8."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            str(value).encode()
        except UnicodeEncodeError:
            self.fail(f"{value!r} is not valid UTF-8", param, ctx)
        return str(value)


TEXT = _Text()


def path_option(name: str, help: str, **more: Any) -> Decorator:
    """An option that takes a path."""
    return click.option(name, type=PATH, help=help, **more)


def number_option(name: str, help: str, kind: type = int) -> Decorator:
    """An option that takes a number."""
    return click.option(name, type=kind, help=help)


def flag(name: str, help: str, *names: str) -> Decorator:
    """An option that is given or not."""
    return click.option(name, *names, is_flag=True, help=help)


def some_paths(help: str, *, required: bool = False) -> Decorator:
    """The argument `paths`."""
    return click.argument("paths", nargs=-1, type=PATH, required=required, help=help)


model = click.option(
    "--model",
    help="A model of the endpoint, 'local' for the built-in small one, or a GGUF file.  [default: gpt-6-luna with "
    "OPENAI_API_KEY or --base-url, else local]",
)
base_url = click.option("--base-url", help="An OpenAI-compatible endpoint: http://localhost:8000/v1.")
effort = click.option(
    "--reasoning-effort", type=click.Choice(EFFORTS), help="How long a reasoning model may think.  [default: low]"
)
transcripts = path_option("--transcripts", "Where the transcripts are, if they have moved.")
to = click.option(
    "--to",
    multiple=True,
    metavar="FORMAT",
    help="Export as markdown, github, obsidian, html, docx, pdf, epub, anki, csv, jsonl or record; index is a page "
    "with search over all notes of a folder. May be given several times.",
)
quiet = flag("--quiet", "Show only errors on stderr.", "-q")
# Read by `main` for errors that end the command, and by screens for errors of single transcripts.
debug = click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks.")


def has_debug() -> bool:
    """Whether --debug was given to the command that runs."""
    context = click.get_current_context(silent=True)
    return context is not None and context.get_parameter_source("debug") is ParameterSource.COMMANDLINE


# The options for settings, by the names of `Settings`.
SETTINGS: dict[str, Decorator] = {
    "model": model,
    "base_url": base_url,
    "out": path_option("--out", "The folder for NAME.md and NAME.json.  [default: outputs]"),
    "length": click.option(
        "--length", type=click.Choice(LENGTHS),
        help="How long the notes are: brief is half of standard, full is twice, at most 9/10 of what was said.  "
        "[default: standard]",
    ),
    "language": click.option(
        "--language", help="The language of the notes: de, pt-BR, zh.  [default: the transcript's]"
    ),
    "notes": click.option(
        "--notes",
        type=click.Choice(NOTES),
        help="study notes; minutes: decisions, action items, open questions, who said what; lecture: study notes with "
        "worked examples and exam questions.  [default: study]",
    ),
    "sections": path_option("--sections", "A folder with sections of your own: see docs/sections.md."),
    "check": click.option(
        "--check",
        type=click.Choice(CHECKS),
        help="What checks statements against their lines. model: one more call per chunk; code: finds only figures, "
        "names and quotations that nobody said.  [default: model; code for a small model]",
    ),
    "manuscript": click.option(
        "--manuscript/--no-manuscript",
        default=None,
        help="Write pages of 1,000 words or more freely first, then add citations; doing both at once costs about "
        "30 % less. Minutes and small models always do both at once.  [default: --manuscript]",
    ),
    "profile": click.option(
        "--profile",
        type=click.Choice(PROFILES),
        help="How the model is used.  [default: small for 'local' and files of fewer than 3 billion parameters, "
        "else capable]",
    ),
    "chunk_tokens": number_option("--chunk-tokens", "Transcript tokens per call of a capable model.  [default: 40000]"),
    "reasoning_effort": effort,
    "concurrency": number_option("--concurrency", "Calls at once to a hosted endpoint.  [default: 8]"),
    "rpm": number_option("--rpm", "Requests per minute, if the endpoint reports no limit."),
    "tpm": number_option("--tpm", "Tokens per minute, if the endpoint reports no limit."),
    "citations": click.option(
        "--citations/--no-citations", default=None, help="Put [12:34] after every statement.  [default: --no-citations]"
    ),
    "deadline": number_option("--deadline", "Seconds to wait for the answer to a call.  [default: 600]", float),
    "max_cost": number_option("--max-cost", "Stop before the new calls of a run cost more than this, in USD.", float),
    "max_tokens": number_option("--max-tokens", "Stop before the new calls of a run use more tokens than this."),
    "prompts": path_option("--prompts", "A folder with prompt files that override the shipped ones."),
    "encoding": click.option("--encoding", help="The text encoding, if it is not UTF-8."),
    "format": click.option("--format", help="Read files as this format, whatever they contain: see docs/formats.md."),
    "threads": number_option("--threads", "Threads for a model inside the process."),
}  # fmt: skip
# The settings that decide how a transcript is read and which calls are made.
CALLS = (
    "model",
    "base_url",
    "out",
    "length",
    "language",
    "notes",
    "sections",
    "check",
    "manuscript",
    "profile",
    "chunk_tokens",
    "reasoning_effort",
    "concurrency",
    "prompts",
    "encoding",
    "format",
)


def takes_settings(names: Sequence[str] = tuple(SETTINGS), **others: Decorator) -> Decorator:
    """Add an option for each of these settings to a command, which gets their values together as `flags`.

    `others` are options that this command words differently, or that only it has.
    """
    options = {name: others.get(name) or SETTINGS[name] for name in (*names, *others)}

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_flags(**values: Any) -> Any:
            return command(flags={name: values.pop(name) for name in options}, **values)

        decorated: Callable[..., Any] = with_flags
        for option in reversed(options.values()):
            decorated = option(decorated)
        return decorated

    return decorate
