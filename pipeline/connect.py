"""Settings to a client: the call store in front, behind it the endpoint or the embedded model, opened when needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import prices
from pipeline.errors import SettingsError
from pipeline.events import Events, Remembered, Told
from pipeline.llm import Completion, LLMClient, Request, Rung
from pipeline.plan import Limited
from pipeline.prompting import PromptSet
from pipeline.providers import weights
from pipeline.providers.calls import CallStore, StoredClient
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.journal import NotInBatch
from pipeline.settings import LOCAL, OPENAI_URL, Settings

if TYPE_CHECKING:
    from pipeline.providers.openai_compatible import OpenAICompatible

STORE_FILE = ".studydoc/calls.sqlite"


@dataclass(frozen=True, slots=True)
class Connection:
    """A client ready to be asked, and what documents say of where their answers came from."""

    client: LLMClient
    endpoint: str
    model: str
    why: str
    stop: Callable[[str], None] = lambda because: None  # asks nothing more, calls under way finish


class _Lazy:
    """A client that is opened by its first call: a run whose answers are all stored loads no model."""

    def __init__(self, model: str, open_client: Callable[[], AsyncIterator[LLMClient]], stack: AsyncExitStack) -> None:
        self._model, self._open, self._stack = model, asynccontextmanager(open_client), stack
        self._client: LLMClient | None = None
        self._lock = asyncio.Lock()

    @property
    def model(self) -> str:
        return self._model

    async def complete(self, request: Request) -> Completion:
        async with self._lock:
            if self._client is None:
                self._client = await self._stack.enter_async_context(self._open())
        return await self._client.complete(request)


@asynccontextmanager
async def connect(
    settings: Settings,
    store: CallStore,
    report: weights.Report,
    prompts: PromptSet | None = None,
    events: Events | None = None,
) -> AsyncIterator[Connection]:
    """The client that the settings ask for. `report` hears of the embedded model's download, `events` of calls."""
    name, why = settings.chosen_model
    events = events or Events()
    async with AsyncExitStack() as stack:
        if name == LOCAL:
            model, label = weights.EMBEDDED.name, prices.EMBEDDED
        else:
            model, label = name, endpoint_of(settings).host

        asking: list[OpenAICompatible] = []

        def stop(because: str) -> None:
            for client in asking:
                client.stop(because)

        async def opened() -> AsyncIterator[LLMClient]:
            from pipeline.providers.openai_compatible import OpenAICompatible

            async with AsyncExitStack() as inner:
                endpoint = await _embedded(inner, settings, report) if name == LOCAL else endpoint_of(settings)
                fact = f"rung {endpoint.host} {endpoint.model}"
                kept = store.recall(fact) if name != LOCAL else None
                rung: Rung = kept if kept == "json_object" or kept == "text" else "json_schema"  # type: ignore[assignment]
                client = OpenAICompatible(
                    endpoint,
                    prompts=prompts,
                    rung=rung,
                    on_rung=lambda lower: store.remember(fact, lower),
                    on_retry=events.retry,
                )
                asking.append(client)
                yield await inner.enter_async_context(client)

        asked: LLMClient = Told(NotInBatch(_Lazy(model, opened, stack), store.path), events, label)
        if settings.max_tokens is not None or settings.max_cost is not None:
            asked = Limited(
                asked, tokens=settings.max_tokens, cost=settings.max_cost, price=_priced(settings, model, label)
            )
        client: LLMClient = StoredClient(store, asked, model)
        yield Connection(Remembered(client, events) if events.wanted else client, label, model, why, stop)


def _priced(settings: Settings, model: str, endpoint: str) -> tuple[float, float] | None:
    """The price that a limit on cost needs. SettingsError when nobody knows it."""
    price = prices.price_a_token(model, endpoint)
    if price is None and settings.max_cost is not None:
        raise SettingsError(f"the price of {model} at {endpoint} is not known", hint="use --max-tokens instead")
    return price


def endpoint_of(settings: Settings, *, need_key: bool = True) -> Endpoint:
    """The hosted endpoint that the settings name. A server without keys gets a placeholder."""
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    if need_key and not key and not settings.base_url:
        raise SettingsError(
            f"model {settings.chosen_model[0]!r} needs a key",
            hint="set OPENAI_API_KEY, give --base-url, or use --model local",
        )
    return Endpoint(
        base_url=(settings.base_url or OPENAI_URL).rstrip("/"),
        model=settings.chosen_model[0],
        api_key=key or "none",
        deadline=settings.deadline,
        concurrency=settings.concurrency,
        rpm=settings.rpm,
        tpm=settings.tpm,
    )


async def _embedded(stack: AsyncExitStack, settings: Settings, report: weights.Report) -> Endpoint:
    from pipeline.providers.local import EmbeddedServer

    path = weights.installed()
    if path is None:
        path = await asyncio.to_thread(weights.fetch, report)
    server = EmbeddedServer(path, weights.EMBEDDED.name, threads=settings.threads)
    await asyncio.to_thread(server.__enter__)
    stack.callback(server.__exit__, None, None, None)
    return server.endpoint


def store_path(out: Path) -> Path:
    """Where the call store of an output folder lives."""
    return out / STORE_FILE
