"""Settings of the embedded model's server: tokens a second in and out, for one prompt and one grammar-bound answer.

    python -m benchmarks.embedded              every setting, a server each, one after the other
    python -m benchmarks.embedded base ngram-mod
    python -m benchmarks.embedded --transcript FILE [defaults base …]

Without a transcript: one prompt and its answer. With one: the whole document, from an empty store. Prints a Markdown
table. Compare rows of one run; "base" is what the program takes, "defaults" is llama.cpp without any word of ours.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xllamacpp

from pipeline.asking import SectionAsk, Style
from pipeline.chunking import chunk_transcript
from pipeline.document import StudyDocument
from pipeline.llm import Completion, Message, Request
from pipeline.prompting import PromptSet, chunk_text
from pipeline.providers import weights
from pipeline.providers.local import EmbeddedServer
from pipeline.providers.openai_compatible import OpenAICompatible
from pipeline.readers import read_transcript
from pipeline.run import asummarise
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.settings import LOCAL, load_settings

SAMPLE = Path(__file__).parent.parent / "transcripts" / "night-trains.txt"
Change = Callable[[Any], None]


def setting(**values: Any) -> Change:
    """A change that sets parameters."""

    def change(params: Any) -> None:
        for name, value in values.items():
            setattr(params, name, value)

    return change


def defaults(params: Any) -> None:
    """What the server takes when nobody tells it anything: threads, slots and context of its own choice."""
    plain = xllamacpp.CommonParams()
    for part in ("n_ctx", "n_parallel", "warmup"):
        setattr(params, part, getattr(plain, part))
    params.cpuparams.n_threads = plain.cpuparams.n_threads
    params.cpuparams_batch.n_threads = plain.cpuparams_batch.n_threads


def lookup(kind: Any) -> Change:
    """Drafts taken from the prompt itself."""

    def change(params: Any) -> None:
        params.speculative.types = [kind]

    return change


FLASH, KV, DRAFT = xllamacpp.llama_flash_attn_type, xllamacpp.ggml_type, xllamacpp.common_speculative_type
SETTINGS: dict[str, Change] = {
    "base": setting(),
    "defaults": defaults,
    "flash-on": setting(flash_attn_type=FLASH.LLAMA_FLASH_ATTN_TYPE_ENABLED),
    "flash-off": setting(flash_attn_type=FLASH.LLAMA_FLASH_ATTN_TYPE_DISABLED),
    "kv-q8": setting(
        flash_attn_type=FLASH.LLAMA_FLASH_ATTN_TYPE_ENABLED,
        cache_type_k=KV.GGML_TYPE_Q8_0,
        cache_type_v=KV.GGML_TYPE_Q8_0,
    ),
    "ubatch-128": setting(n_ubatch=128),
    "ubatch-1024": setting(n_ubatch=1024),
    "no-repack": setting(no_extra_bufts=True),
    "ngram-simple": lookup(DRAFT.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE),
    "ngram-mod": lookup(DRAFT.COMMON_SPECULATIVE_TYPE_NGRAM_MOD),
}


class Changed(EmbeddedServer):
    """The embedded server with one thing changed."""

    change: Change = staticmethod(setting())

    def _params(self, module: Any) -> Any:
        params = super()._params(module)
        type(self).change(params)
        return params


def request() -> Request:
    """The first call of a run over the sample: its main points."""
    prompts, style = PromptSet(), Style("apart", one_sentence=True)
    chunk = chunk_transcript(read_transcript(SAMPLE), limit=3000)[0]
    ask = SectionAsk.of(MAIN_POINTS, chunk, prompts, style)
    text = prompts.load("chunk.v1").render(
        first=str(chunk.first), last=str(chunk.last), about="", lines=chunk_text(chunk), task=ask.task
    )
    system = Message("system", prompts.load("system.v1").render())
    return Request("main_points", (system, Message("user", text)), ask.schema, ask.max_tokens)


async def measure(server: EmbeddedServer, asked: Request) -> tuple[Completion, Completion]:
    """The call, and one with the same prompt and one token, which costs the prompt only when it is asked first."""
    async with OpenAICompatible(server.endpoint) as client:
        first = await client.complete(Request("prompt", asked.messages, {"type": "object"}, 1))
        return first, await client.complete(asked)


def one_prompt(names: list[str], path: Path) -> None:
    """Prints a row a setting: the prompt, then the answer."""
    asked = request()
    print(
        "| setting | prompt tokens | seconds | tokens/s in | answer tokens | seconds | tokens/s out | seconds in all |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        started = time.monotonic()
        with changed(name)(path, weights.EMBEDDED.name) as server:
            loaded = time.monotonic() - started
            prompt, answer = asyncio.run(measure(server, asked))
        p, a = prompt.usage.prompt_tokens, answer.usage.completion_tokens
        print(
            f"| {name} | {p} | {prompt.seconds:.1f} | {p / prompt.seconds:.1f} | {a} | {answer.seconds:.1f} "
            f"| {a / answer.seconds:.1f} | {prompt.seconds + answer.seconds:.1f} (+ {loaded:.1f} loading) |",
            flush=True,
        )


def whole_document(names: list[str], path: Path, transcript: Path) -> None:
    """Prints a row a setting: a document from an empty store, loading included."""
    read, recipe = read_transcript(transcript), load_settings(model=LOCAL).recipe()

    async def make(server: EmbeddedServer) -> StudyDocument:
        async with OpenAICompatible(server.endpoint) as client:
            return await asummarise(read, client, recipe=recipe)

    print("| setting | calls | prompt tokens | of them cached | answer tokens | statements | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        started = time.monotonic()
        with changed(name)(path, weights.EMBEDDED.name) as server:
            document = asyncio.run(make(server))
        used = document.run.usage
        print(
            f"| {name} | {used.calls} | {used.prompt_tokens:,} | {used.cached_prompt_tokens:,} "
            f"| {used.completion_tokens:,} | {sum(1 for _ in document.statements())} "
            f"| {time.monotonic() - started:.0f} |",
            flush=True,
        )


def changed(name: str) -> type[EmbeddedServer]:
    """The server with a setting of the table."""
    return type("Server", (Changed,), {"change": staticmethod(SETTINGS[name])})


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", nargs="*", metavar="SETTING", help=" ".join(SETTINGS))
    parser.add_argument("--transcript", type=Path, help="make a whole document of it under each setting")
    given = parser.parse_args()
    if unknown := set(given.settings) - set(SETTINGS):
        parser.error(f"no such setting: {', '.join(sorted(unknown))}; there are {' '.join(SETTINGS)}")
    path = weights.installed()
    if path is None:
        sys.exit("the embedded model is not there: studydoc models fetch")
    if given.transcript:
        whole_document(given.settings or ["defaults", "base"], path, given.transcript)
    else:
        one_prompt(given.settings or list(SETTINGS), path)


if __name__ == "__main__":
    main()
