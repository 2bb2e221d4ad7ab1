"""Options that several commands take alike."""

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
    """A path; an empty one, which a shell makes of an unset variable, is no folder to work on."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("an empty path: is a variable of the shell unset?", param, ctx)
        return super().convert(value, param, ctx)


PATH = _Path(path_type=Path)


class NumberRange(click.FloatRange):
    """A number within bounds. Infinity and NaN, which is within all of them, are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


# The names that settings know, written out here since loading settings takes longer than all of `--help`.
PROFILES = ("capable", "small")
LENGTHS = ("brief", "standard", "full")
NOTES = ("study", "minutes", "lecture")
CHECKS = ("model", "code")
EFFORTS = ("default", "none", "minimal", "low", "medium", "high", "xhigh", "max")


class _Text(click.ParamType[str]):
    """Text that goes into documents: what was typed is UTF-8."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            str(value).encode()
        except UnicodeEncodeError:
            self.fail(f"{value!r} is no UTF-8", param, ctx)
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
    "--model", help="A model of the endpoint, 'local' for the embedded one, or a GGUF file to run: talks.gguf."
)
base_url = click.option("--base-url", help="An OpenAI-compatible endpoint, for example http://localhost:8000/v1.")
effort = click.option(
    "--reasoning-effort", type=click.Choice(EFFORTS), help="How much a model that thinks is to think.  [default: low]"
)
transcripts = path_option("--transcripts", "Where the transcripts are, when they have moved.")
to = click.option(
    "--to",
    multiple=True,
    metavar="FORMAT",
    help="markdown, github, obsidian, html, docx, pdf, epub, anki, csv, jsonl, record, or index: a page of all "
    "notes of a folder with search. May be given several times.",
)
quiet = flag("--quiet", "Only errors on stderr.", "-q")
# Read by `main`, which knows of every error that ends a command, and by screens, which know of the others.
debug = click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks.")


def has_debug() -> bool:
    """Whether --debug was given to the command that runs."""
    context = click.get_current_context(silent=True)
    return context is not None and context.get_parameter_source("debug") is ParameterSource.COMMANDLINE


# Settings that a run takes, by their names in pipeline/settings.py.
SETTINGS: dict[str, Decorator] = {
    "model": model,
    "base_url": base_url,
    "out": path_option("--out", "Where NAME.md and NAME.json go.  [default: outputs]"),
    "length": click.option(
        "--length", type=click.Choice(LENGTHS),
        help="Half, once or twice the usual words of notes, at most nine tenths of those said.  [default: standard]",
    ),
    "language": click.option(
        "--language", help="The language of the notes: de, pt-BR, zh.  [default: that of the transcript]"
    ),
    "notes": click.option(
        "--notes",
        type=click.Choice(NOTES),
        help="study; minutes: decisions, action items, open questions, who said what; lecture: study with worked "
        "examples and exam questions.  [default: study]",
    ),
    "sections": path_option("--sections", "A folder of sections of your own besides; see docs/sections.md."),
    "check": click.option(
        "--check",
        type=click.Choice(CHECKS),
        help="Who compares statements with their lines: model costs one call a chunk more, code finds only "
        "figures, names and quotations that nobody said.  [default: model, for a small model code]",
    ),
    "manuscript": click.option(
        "--manuscript/--no-manuscript",
        default=None,
        help="Whether a page of 1,000 words and more is written freely and then cited, minutes and a small model's "
        "aside; written and cited at once it costs about 30 % less.  [default: --manuscript]",
    ),
    "profile": click.option(
        "--profile",
        type=click.Choice(PROFILES),
        help="How the model is worked with.  [default: small for 'local' and files of fewer than 3 billion "
        "parameters, else capable]",
    ),
    "chunk_tokens": number_option("--chunk-tokens", "Transcript tokens a call of a capable model."),
    "reasoning_effort": effort,
    "concurrency": number_option("--concurrency", "Calls at once to a hosted endpoint."),
    "rpm": number_option("--rpm", "Requests a minute, if the endpoint does not tell its limit."),
    "tpm": number_option("--tpm", "Tokens a minute, if the endpoint does not tell its limit."),
    "citations": click.option(
        "--citations/--no-citations", default=None, help="Put [12:34] behind every statement.  [default: without]"
    ),
    "deadline": number_option("--deadline", "Seconds that one call may take in all.  [default: 600]", float),
    "max_cost": number_option("--max-cost", "Stop before new calls cost more USD than this.", float),
    "max_tokens": number_option("--max-tokens", "Stop before new calls take more tokens than this."),
    "prompts": path_option("--prompts", "A folder of prompt files that stand before the shipped ones."),
    "encoding": click.option("--encoding", help="The text encoding, when it is not UTF-8."),
    "format": click.option("--format", help="Read as this format, whatever the files hold; see docs/formats.md."),
    "threads": number_option("--threads", "Threads for the embedded model."),
}  # fmt: skip
# What decides how a transcript is read, which calls a run makes, and what they are.
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
    """Gives a command an option for each of these settings; it gets them together, as `flags`.

    `others` are options that this command words in its own way, or has alone.
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
