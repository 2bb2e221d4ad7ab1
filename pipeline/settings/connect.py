"""Creates the client that the settings describe: the call store, then the endpoint or embedded model when needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import EndpointError, SettingsError
from pipeline.events import Events, LoggedCalls, LoggedHits
from pipeline.llm import Completion, LLMClient, Request, Usage, prices
from pipeline.llm.prompting import PromptSet
from pipeline.providers import weights
from pipeline.providers.calls import CallStore, StoreBusy
from pipeline.providers.capabilities import Capabilities, keep, known_of
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.stored import StoredClient
from pipeline.settings import Settings
from pipeline.settings.chosen import endpoint_of, model_and_endpoint, own_model, profile_of, store_path
from pipeline.store import check_writable

if TYPE_CHECKING:
    from pipeline.llm.structured import Structured
    from pipeline.providers.limited import Limited
    from pipeline.providers.local import EmbeddedServer
    from pipeline.providers.openai_compatible import OpenAICompatible

_OWN_DEADLINE = 7200.0  # seconds: a large model on a few cores reads about ten tokens per second


@dataclass(frozen=True, slots=True)
class Connection:
    """A connected client; `endpoint` is recorded in documents as the source of their answers.

    `client_of` returns a client for another store, under the same limits. In a store of its own, a run can replace
    unusable answers of earlier runs.
    """

    client: LLMClient
    endpoint: str
    address: str  # for display, with its port
    model: str
    reason: str  # why this model was chosen
    client_of: Callable[[CallStore], LLMClient]
    stop: Callable[[str], None] = lambda because: None  # makes no further calls; running ones finish


class _Lazy:
    """A client that opens on its first call, so that a run with all answers stored loads no model."""

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


class _Stops:
    """The clients that have to be stopped together; one that is added later is stopped at once."""

    def __init__(self) -> None:
        self._clients: list[OpenAICompatible | Limited] = []
        self._because: list[str] = []

    def add(self, client: OpenAICompatible | Limited) -> None:
        self._clients.append(client)
        for because in self._because:
            client.stop(because)

    def stop(self, because: str) -> None:
        self._because.append(because)
        for client in self._clients:
            client.stop(because)


class _Knowledge:
    """What is known about a hosted endpoint: what earlier runs stored, then what this one learns."""

    def __init__(self, store: CallStore, endpoint: Endpoint, events: Events, say: Callable[[str], None]) -> None:
        self._store, self._endpoint, self._events, self._say = store, endpoint, events, say
        self.known = known_of(store, endpoint)

    def learned(self, known: Capabilities, notice: str) -> None:
        """Store, log and display what was learned. A busy store gets it with the next lesson, or from a later run."""
        self.known = known
        with suppress(StoreBusy):
            self._store.at_once(partial(keep, self._store, self._endpoint, known))
        if notice:
            self._events.tell("endpoint learned", what=notice)
            self._say(notice)


@dataclass(slots=True)
class _FurtherCalls:
    """Counts requests of a call beyond its first try, in events and against the limits, if any."""

    events: Events
    limited: Limited | None = None

    def retried(self, request: Request, error: EndpointError) -> None:
        """Count a call that is about to be tried again."""
        self.events.retry(request, error)
        if self.limited:
            self.limited.asked_again(request, error)

    def looked(self, request: Request) -> None:
        """Count a check whether the call's prompt was read in full, which is about to be made."""
        self.events.look(request)
        if self.limited:
            self.limited.looked_at(request)


@asynccontextmanager
async def connect(
    settings: Settings,
    store: CallStore,
    report: weights.Report,
    prompts: PromptSet | None = None,
    events: Events | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> AsyncIterator[Connection]:
    """Open the client that the settings describe. `report` gets download progress of the embedded model.

    `events` logs the calls. `say` gets a line for the user whenever something is learned about the endpoint,
    or the run waits for a server that is gone.
    """
    reason, hosted = settings.chosen_model[1], not settings.in_process
    events = events or Events()
    async with AsyncExitStack() as stack:
        model, label = model_and_endpoint(settings, need_key=True)
        knowledge = _Knowledge(store, endpoint_of(settings), events, say) if hosted else None
        stops, further_calls = _Stops(), _FurtherCalls(events)

        async def open_client() -> AsyncIterator[LLMClient]:
            from pipeline.providers.openai_compatible import OpenAICompatible
            from pipeline.providers.prefixes import with_prefixes

            async with AsyncExitStack() as inner:
                server = None if hosted else await _embedded(inner, settings, report)
                endpoint = server.endpoint if server else endpoint_of(settings)
                client = OpenAICompatible(
                    endpoint,
                    prompts=prompts,
                    known=knowledge.known if knowledge else None,
                    on_learned=knowledge.learned if knowledge else None,
                    on_retry=further_calls.retried,
                    on_look=further_calls.looked,
                    on_wait=say,
                )
                stops.add(client)
                answering = await inner.enter_async_context(client)
                yield await inner.enter_async_context(with_prefixes(answering, server))

        behind_store: LLMClient = LoggedCalls(_Lazy(model, open_client, stack), events, label)
        if settings.max_tokens is not None or settings.max_cost is not None:
            from pipeline.providers.limited import Limited

            def room() -> int:
                return knowledge.known.room_for_thought() if knowledge else 0

            price = _priced(settings, model, label)
            limited = Limited(behind_store, tokens=settings.max_tokens, cost=settings.max_cost, price=price, room=room)
            stops.add(limited)
            behind_store = further_calls.limited = limited

        def client_of(store: CallStore) -> LLMClient:
            client = StoredClient(store, behind_store, model)
            return LoggedHits(client, events) if events.has_sink else client

        address = endpoint_of(settings).address if hosted else label
        yield Connection(client_of(store), label, address, model, reason, client_of, stops.stop)


@asynccontextmanager
async def open_structured(settings: Settings, report: weights.Report) -> AsyncIterator[Structured]:
    """Structured calls to the settings' model, for work on existing documents.

    Answers are kept in the call store of the settings' output folder. Raises SettingsError and StoreError.
    """
    from pipeline.llm.structured import Structured

    prompts = PromptSet(settings.prompts)
    check_writable(settings.out)
    with closing(CallStore(store_path(settings.out))) as calls:
        async with connect(settings, calls, report, prompts) as link:
            yield Structured(link.client, prompts)


def _priced(settings: Settings, model: str, endpoint: str) -> Callable[[Usage], float | None]:
    """The function that prices a call, for a limit on cost. SettingsError if there is one and prices are unknown."""
    if settings.max_cost is not None and prices.cost_usd(model, endpoint, Usage(1)) is None:
        raise SettingsError(
            f"the price of {model} at {endpoint} is not known", hint="limit the run with --max-tokens instead"
        )
    return lambda usage: prices.cost_usd(model, endpoint, usage)


def renew(out: Path, endpoint: Endpoint, known: Capabilities) -> None:
    """Replace the stored capabilities in an output folder's call store."""
    with closing(CallStore(store_path(out))) as store:
        keep(store, endpoint, known)


async def _embedded(stack: AsyncExitStack, settings: Settings, report: weights.Report) -> EmbeddedServer:
    if settings.model_file is None and weights.installed() is None:
        await asyncio.to_thread(weights.fetch, report)
    server = embedded_server(settings)
    assert server is not None  # it has been downloaded
    await asyncio.to_thread(server.__enter__)
    stack.callback(server.__exit__, None, None, None)
    return server


def embedded_server(settings: Settings) -> EmbeddedServer | None:
    """The server for the model in this process, not started; None if the embedded model is not downloaded.

    Raises SettingsError if a model file takes more memory than is free.
    """
    from pipeline.providers.local import EmbeddedServer

    profile = profile_of(settings)
    small = profile.name == "small"
    if own_file := own_model(settings):
        own_file.ensure_it_fits(profile.name)
        return EmbeddedServer(
            own_file.file.path,
            own_file.identity,
            threads=settings.threads,
            context=own_file.window(profile.name),
            deadline=_OWN_DEADLINE,
            states=weights.states_of(own_file.file.path.name) if small else None,
            slots=profile.slots,
        )
    path = weights.installed()
    states = weights.states_of(weights.EMBEDDED.file) if small else None
    if path is None:
        return None
    return EmbeddedServer(path, weights.EMBEDDED.name, threads=settings.threads, states=states, slots=profile.slots)
