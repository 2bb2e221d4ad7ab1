"""Settings of the embedded model's server: tokens a second in and out, for one prompt and one grammar-bound answer.

    python -m benchmarks.embedded              every setting, a server each, one after the other
    python -m benchmarks.embedded base ngram-mod

Prints a Markdown table. Compare rows of one run; the first row is llama.cpp's own default.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xllamacpp

from pipeline.asking import SectionAsk, Style
from pipeline.chunking import chunk_transcript
from pipeline.llm import Completion, Message, Request
from pipeline.prompting import PromptSet, chunk_text
from pipeline.providers import weights
from pipeline.providers.local import EmbeddedServer
from pipeline.providers.openai_compatible import OpenAICompatible
from pipeline.readers import read_transcript
from pipeline.sections.main_points import MAIN_POINTS

SAMPLE = Path(__file__).parent.parent / "transcripts" / "night-trains.txt"
Change = Callable[[Any], None]


def setting(**values: Any) -> Change:
    """A change that sets parameters."""

    def change(params: Any) -> None:
        for name, value in values.items():
            setattr(params, name, value)

    return change


def lookup(kind: Any) -> Change:
    """Drafts taken from the prompt itself."""

    def change(params: Any) -> None:
        params.speculative.types = [kind]

    return change


FLASH, KV, DRAFT = xllamacpp.llama_flash_attn_type, xllamacpp.ggml_type, xllamacpp.common_speculative_type
SETTINGS: dict[str, Change] = {
    "base": setting(),
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


def main(names: list[str]) -> None:
    """Prints a row a setting."""
    path = weights.installed()
    if path is None:
        sys.exit("the embedded model is not there: studydoc models fetch")
    asked = request()
    print(
        "| setting | prompt tokens | seconds | tokens/s in | answer tokens | seconds | tokens/s out | seconds in all |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in names or SETTINGS:
        kind = type("Server", (Changed,), {"change": staticmethod(SETTINGS[name])})
        started = time.monotonic()
        with kind(path, weights.EMBEDDED.name) as server:
            loaded = time.monotonic() - started
            prompt, answer = asyncio.run(measure(server, asked))
        p, a = prompt.usage.prompt_tokens, answer.usage.completion_tokens
        print(
            f"| {name} | {p} | {prompt.seconds:.1f} | {p / prompt.seconds:.1f} | {a} | {answer.seconds:.1f} "
            f"| {a / answer.seconds:.1f} | {prompt.seconds + answer.seconds:.1f} (+ {loaded:.1f} loading) |",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
