"""One call over a real connection to a server that misbehaves once or always: what is asked again, what is told, and how."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pipeline.document import StudyDocument
from pipeline.errors import ContextTooLong, EndpointError
from pipeline.llm import Completion, Message, Request
from pipeline.providers.endpoint import Endpoint
from pipeline.providers.gate import Gate
from pipeline.providers.openai_compatible import OpenAICompatible
from pipeline.run import asummarise
from tests.clock import FakeClock
from tests.faults.server import misbehaving
from tests.scripted import transcript

KEY = "sk-canary-0987654321"


class Rig:
    """A server, and a client of it whose waits take no time."""

    def __init__(self, url: str, log: Path) -> None:
        self.url, self.log, self.waits, self.clock = f"{url}/v1", log, list[float](), FakeClock()

    @property
    def asked(self) -> int:
        return len(self.log.read_text("utf-8").splitlines()) if self.log.exists() else 0

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await self.clock.sleep(seconds)

    def client(self, deadline: float = 5.0) -> OpenAICompatible:
        gate = Gate(4, clock=self.clock)
        return OpenAICompatible(Endpoint(self.url, "scripted", KEY, deadline=deadline), sleep=self._sleep, gate=gate)

    def ask(self, deadline: float = 5.0) -> Completion:
        async def run() -> Completion:
            async with self.client(deadline) as client:
                return await client.complete(Request("write", (Message("user", "[1] Ana: words"),), {}, 100))

        return asyncio.run(run())

    def document(self) -> StudyDocument:
        async def run() -> StudyDocument:
            async with self.client() as client:
                return await asummarise(transcript(), client)

        return asyncio.run(run())


Start = Callable[..., Rig]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Start]:
    log = tmp_path / "log"
    with ExitStack() as stack:

        def start(*faults: str, forever: bool = False) -> Rig:
            return Rig(stack.enter_context(misbehaving(log, faults * (60 if forever else 1))), log)

        yield start
    gc.collect()


@pytest.mark.parametrize(
    "fault",
    ["429", "429bare", "500", "html", "nochoices", "nullchoices", "nocontent", "error200", "cut", "halfjson", "reset"],
)
def test_a_passing_fault_costs_one_more_call(rig: Start, fault: str) -> None:
    here = rig(fault)
    assert '"cites"' in here.ask().text
    assert here.asked == 2 and len(here.waits) == 1


@pytest.mark.parametrize("fault", ["garbage", "badlength", "badchunk"])
def test_a_reply_that_is_not_valid_http_is_asked_for_again_at_any_call(rig: Start, fault: str) -> None:
    here = rig("ok", fault)

    async def second() -> Completion:
        async with here.client() as client:
            requests = [Request("write", (Message("user", word),), {}, 100) for word in ("one", "two")]
            return [await client.complete(request) for request in requests][1]

    assert '"cites"' in asyncio.run(second()).text
    assert here.asked == 3 and len(here.waits) == 1


def test_a_server_that_never_sends_valid_http_is_given_up_in_plain_words(rig: Start) -> None:
    here = rig("garbage", forever=True)
    with pytest.raises(EndpointError, match=r"not valid HTTP.*http or https"):
        here.ask()
    assert here.asked == 6


def test_an_answer_with_a_long_header_is_read(rig: Start) -> None:
    here = rig("longheader")
    assert '"cites"' in here.ask().text
    assert here.asked == 1


def test_a_server_that_hangs_is_given_up_at_the_second_time(rig: Start) -> None:
    here = rig("hang", forever=True)
    with pytest.raises(EndpointError, match=r"within 0\.3 s"):
        here.ask(deadline=0.3)
    assert here.asked == 2


def test_a_slow_drip_meets_the_deadline(rig: Start) -> None:
    here = rig("drip")
    assert here.ask(deadline=0.5).text
    assert here.asked == 2


def test_a_server_that_only_fails_is_given_up(rig: Start) -> None:
    here = rig("500", forever=True)
    with pytest.raises(EndpointError, match="HTTP 500"):
        here.ask()
    assert here.asked == 6


def test_three_calls_given_up_in_a_row_end_the_run(rig: Start) -> None:
    here = rig("500", forever=True)

    async def story() -> list[EndpointError]:
        errors = []
        async with here.client() as client:
            for n in range(3):
                try:
                    await client.complete(Request("write", (Message("user", str(n)),), {}, 100))
                except EndpointError as err:
                    errors.append(err)
        return errors

    errors = asyncio.run(story())
    assert [e.fatal for e in errors] == [False, False, True]
    assert "every answer so far is stored" in str(errors[-1])


def test_a_storm_of_429_is_outlived(rig: Start) -> None:
    here = rig(*["429bare"] * 12)
    assert here.ask().text
    assert here.asked == 13


@pytest.mark.parametrize(
    ("fault", "least", "most"), [("soon", 60, 60), ("negative", 0.2, 1), ("pastdate", 0.2, 1)], ids=str
)
def test_odd_retry_after_is_capped_or_left(rig: Start, fault: str, least: float, most: float) -> None:
    here = rig(fault)
    here.ask()
    assert least <= here.waits[0] <= most


def test_a_server_that_wants_hours_to_pass_is_not_waited_for(rig: Start) -> None:
    here = rig("later", forever=True)
    with pytest.raises(EndpointError, match=r"27 h 47 min.*run again later") as caught:
        here.ask()
    assert here.asked == 1 and caught.value.fatal


@pytest.mark.parametrize("fault", ["contextcode", "contexttext"])
def test_a_prompt_that_is_too_long_is_told_in_both_ways_of_saying_it(rig: Start, fault: str) -> None:
    here = rig(fault)
    with pytest.raises(ContextTooLong, match="context window"):
        here.ask()
    assert here.asked == 1


def test_a_chunk_that_is_too_long_is_asked_for_in_halves(rig: Start) -> None:
    here = rig("contexttext")
    assert here.document().status == "complete"


def test_an_account_without_quota_is_not_asked_again(rig: Start) -> None:
    here = rig("quota", forever=True)
    with pytest.raises(EndpointError, match="quota") as caught:
        here.ask()
    assert here.asked == 1 and caught.value.fatal


def test_a_refused_key_ends_the_run_and_is_not_shown(rig: Start) -> None:
    here = rig("key", forever=True)
    with pytest.raises(EndpointError, match="OPENAI_API_KEY") as caught:
        here.ask()
    assert here.asked == 1 and "canary" not in str(caught.value)


@pytest.mark.parametrize(("fault", "words"), [("refusal", "declined"), ("filtered", "content filter")])
def test_what_is_declined_makes_the_document_partial(rig: Start, fault: str, words: str) -> None:
    document = rig(fault).document()
    assert document.status == "partial" and any(words in p.message for p in document.problems)


def test_a_schema_that_is_ignored_sends_the_call_down_the_ladder(rig: Start) -> None:
    here = rig(*("ignored",) * 4)  # twice for each form: one answer in words may be a refusal

    assert here.ask().rung == "text"
    assert here.asked == 5


def test_an_answer_of_another_shape_is_asked_for_once_more(rig: Start) -> None:
    assert rig("wrongschema").document().status == "complete"


def test_an_answer_by_another_model_keeps_its_name(rig: Start) -> None:
    assert rig("othermodel").ask().model == "somebody-else"


@pytest.mark.parametrize("fault", ["nousage", "oddusage"])
def test_usage_that_is_missing_or_no_number_is_estimated_and_marked(rig: Start, fault: str) -> None:
    usage = rig(fault).ask().usage
    assert usage.estimated and usage.prompt_tokens > 0 and usage.completion_tokens > 0


def test_a_redirect_to_another_host_is_not_followed(rig: Start) -> None:
    here = rig("redirect")
    with pytest.raises(EndpointError, match=r"redirects to http://localhost:\d+/v1/elsewhere .*base URL") as caught:
        here.ask()
    assert here.asked == 1 and caught.value.fatal and not caught.value.billed


def test_a_packed_answer_is_read(rig: Start) -> None:
    assert '"cites"' in rig("gzip").ask().text


def test_a_bomb_is_not_unpacked_and_not_asked_for_again(rig: Start) -> None:
    here = rig("bomb", forever=True)
    with pytest.raises(EndpointError, match="too large"):
        here.ask()
    assert here.asked == 1


def test_nobody_there_is_told_after_three_tries(tmp_path: Path) -> None:
    here = Rig("http://127.0.0.1:9", tmp_path / "log")
    with pytest.raises(EndpointError, match="is the server up") as caught:
        here.ask()
    assert caught.value.fatal and len(here.waits) == 2


def test_a_proxy_of_the_environment_is_passed_by_on_this_machine(rig: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert rig().ask().text
