import asyncio
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import pipeline
from pipeline import store
from pipeline.errors import CallError, Declined, EndpointError, ReplayMiss, SettingsError, StoreError
from pipeline.llm import Completion, Message, Request, Usage
from pipeline.llm.answers import Parsed
from pipeline.llm.prompting import PromptSet
from pipeline.llm.structured import Answer as StructuredAnswer
from pipeline.pages import render_markdown
from pipeline.providers.calls import LEASE, CallStore, RecordedCalls, StoreBusy
from pipeline.providers.stored import StoredClient
from pipeline.run import asummarise
from tests.scripted import Answer, ScriptedClient, cut_off, good_answer, structured, transcript

REQUEST = Request("points", (Message("user", "What is said?"),), {"type": "object"}, 100)
ANSWER = Completion("{}", "stop", Usage(10, 4, 2), "m", "text", 1.5)


@pytest.fixture
def calls(tmp_path: Path):  # noqa: ANN201
    opened = CallStore(tmp_path / "calls.sqlite")
    yield opened
    opened.close()


def ask(client: StoredClient, request: Request = REQUEST) -> Completion:
    return asyncio.run(client.complete(request))


def test_a_stored_answer_is_not_asked_for_again_and_keeps_finish_reason_and_usage(calls: CallStore) -> None:
    inner = ScriptedClient([ANSWER])
    client = StoredClient(calls, inner, "m")
    assert ask(client) == ANSWER
    again = ask(client)
    assert again.cached and (again.finish_reason, again.usage, again.rung) == ("stop", ANSWER.usage, "text")
    assert len(inner.requests) == 1


REFUSED = Completion("", "refusal", Usage(10, 0, 2), "m")
USABLE = '{"text": "Yes."}'


class Said(StructuredAnswer):
    text: str


def the_text(parsed: Parsed[Said]) -> str:
    return parsed.value.text


def outcome(calls: CallStore, inner: ScriptedClient | None) -> str:
    """What a run over a store gets for one call: the answer's text, or how it failed."""
    asking = structured(StoredClient(calls, inner, "m"))
    try:
        return asyncio.run(asking.ask("points", REQUEST.messages, Said, the_text, max_tokens=100))
    except CallError as err:
        return type(err).__name__


@pytest.mark.parametrize(
    ("answers", "failed"),
    [
        ([REFUSED], "Declined"),
        ([replace(REFUSED, finish_reason="content_filter")], "Declined"),
        (["prose", "prose again"], "InvalidAnswer"),
        (["prose", REFUSED], "Declined"),
    ],
)
def test_an_answer_that_could_not_be_used_is_asked_for_anew_by_a_later_run(
    calls: CallStore, answers: list[Answer], failed: str
) -> None:
    first, later = ScriptedClient(answers), ScriptedClient([USABLE])
    assert outcome(calls, first) == failed and len(first.requests) == len(answers)
    assert outcome(calls, None) == failed  # what is replayed is what was recorded
    assert outcome(calls, later) == "Yes." and len(later.requests) == 1
    assert outcome(calls, None) == "Yes."


def test_a_call_that_is_always_refused_costs_a_later_run_one_call(calls: CallStore) -> None:
    outcome(calls, ScriptedClient([REFUSED]))
    for _ in range(2):
        later = ScriptedClient([REFUSED, "none"])
        assert outcome(calls, later) == "Declined" and len(later.requests) == 1


def test_what_was_refused_is_not_asked_for_again_by_the_same_run(calls: CallStore) -> None:
    outcome(calls, ScriptedClient([REFUSED]))
    later = ScriptedClient(lambda request: REFUSED)
    asking = structured(StoredClient(calls, later, "m"))
    for _ in range(3):
        with pytest.raises(Declined):
            asyncio.run(asking.ask("points", REQUEST.messages, Said, the_text, max_tokens=100))
    assert len(later.requests) == 1


def test_where_the_first_answer_is_always_the_same_the_stored_second_one_is_not_met_again(calls: CallStore) -> None:
    outcome(calls, ScriptedClient(["prose", "prose again"]))
    later = ScriptedClient(["prose", USABLE])
    assert outcome(calls, later) == "Yes." and len(later.requests) == 2
    assert outcome(calls, ScriptedClient([])) == "Yes."


def test_what_a_run_left_off_is_gone_on_with_though_its_first_answer_did_not_fit(calls: CallStore) -> None:
    assert outcome(calls, ScriptedClient(["prose", USABLE])) == "Yes."
    assert outcome(calls, ScriptedClient([])) == "Yes."


def test_an_answer_that_was_cut_is_not_asked_for_anew(calls: CallStore) -> None:
    assert outcome(calls, ScriptedClient([cut_off()])) == "OutputTruncated"
    assert outcome(calls, ScriptedClient([])) == "OutputTruncated"


def test_an_answer_with_a_shortcoming_is_asked_for_anew_by_a_later_run(calls: CallStore) -> None:
    def shortcoming(text: str) -> str:
        return "say yes" if text == "No." else ""

    def outcome(inner: ScriptedClient | None) -> str:
        asking = structured(StoredClient(calls, inner, "m"))
        ask = asking.ask("points", REQUEST.messages, Said, the_text, max_tokens=100, shortcoming=shortcoming)
        return asyncio.run(ask)

    no = '{"text": "No."}'
    for _ in range(2):
        asked = ScriptedClient([no, no])
        assert outcome(asked) == "No." and len(asked.requests) == 2
    assert outcome(None) == "No."  # what is replayed is what was recorded
    asked = ScriptedClient([USABLE])
    assert outcome(asked) == "Yes." and len(asked.requests) == 1
    assert outcome(ScriptedClient([])) == "Yes."


def test_plain_text_that_was_refused_is_asked_for_anew_by_a_later_run(calls: CallStore) -> None:
    def text(inner: ScriptedClient) -> str:
        asking = structured(StoredClient(calls, inner, "m"))
        return asyncio.run(asking.text("points", REQUEST.messages, max_tokens=100)).text

    with pytest.raises(Declined):
        text(ScriptedClient([REFUSED]))
    assert text(ScriptedClient(["Yes."])) == text(ScriptedClient([])) == "Yes."


def test_accents_of_plain_text_stand_with_their_letters() -> None:
    asking = structured(ScriptedClient(["cafe\u0301"]))
    assert asyncio.run(asking.text("points", REQUEST.messages, max_tokens=100)).text == "café"


def test_a_new_answer_that_another_run_got_meanwhile_is_taken(calls: CallStore) -> None:
    ask(StoredClient(calls, ScriptedClient([REFUSED]), "m"))
    stale = ask(StoredClient(calls, ScriptedClient([]), "m"))
    wanted = replace(REQUEST, instead_of=((REQUEST, stale),))
    assert stale.renewable and ask(StoredClient(calls, ScriptedClient([ANSWER]), "m"), wanted) == ANSWER
    assert ask(StoredClient(calls, ScriptedClient([]), "m"), wanted).text == ANSWER.text


def test_answers_survive_closing(tmp_path: Path) -> None:
    first = CallStore(tmp_path / "c.sqlite")
    ask(StoredClient(first, ScriptedClient([ANSWER]), "m"))
    first.close()
    second = CallStore(tmp_path / "c.sqlite")
    assert ask(StoredClient(second, None, "m")).text == "{}"
    second.close()


@pytest.mark.skipif(os.name != "posix", reason="names of files are Unicode there")
def test_a_prompt_file_whose_name_is_no_utf_8_is_a_prompt_file(tmp_path: Path) -> None:
    (tmp_path / "system.v6.md").write_text("Be brief.")
    plain = PromptSet(tmp_path).identity()
    (tmp_path / "x\udcff.md").write_text("words", "utf-8")
    assert PromptSet(tmp_path).identity() != plain


def test_a_prompt_that_was_edited_is_loaded_anew(tmp_path: Path) -> None:
    own = tmp_path / "system.v6.md"
    own.write_text("Be brief.")
    prompts = PromptSet(tmp_path)
    assert prompts.load("system.v6").template == "Be brief."
    own.write_text("Be exact.")
    assert prompts.fresh().load("system.v6").template == "Be exact."
    assert prompts.load("system.v6").template == "Be brief."  # one document is made with one text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("system.v5", r"no prompt 'system.v5' in this version \(rename it to system.v6.md"),
        ("system", r"rename it to system.v6.md"),
        ("overview.v6", r"rename it to sections/overview.v6.md"),
        ("nonsense.v1", r"no prompt 'nonsense.v1' \("),
        ("README", r"no file here replaces a prompt"),
    ],
)
def test_a_folder_of_prompts_that_would_have_no_effect_is_an_error(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / f"{name}.md").write_text("Be brief.")
    with pytest.raises(SettingsError, match=told):
        PromptSet(tmp_path)


def test_prompts_of_another_distribution_beside_an_installed_package_are_none(tmp_path: Path) -> None:
    checkout = Path(pipeline.__file__).parents[1]
    shutil.copytree(checkout / "pipeline", tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(checkout / "prompts", tmp_path / "pipeline" / "prompts")
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "foreign.v1.md").write_text("words of another program")
    code = "from pipeline.llm.prompting import PromptSet; s = PromptSet(); print(s.identity()); s.load('foreign.v1')"
    installed = os.environ | {"PYTHONPATH": str(tmp_path)}
    run = subprocess.run([sys.executable, "-P", "-c", code], env=installed, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == PromptSet().identity()
    assert "there is no prompt 'foreign.v1'" in run.stderr


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        (Request("points", (Message("user", "Another question"),), {"type": "object"}, 100), "messages"),
        (Request("points", REQUEST.messages, {"type": "array"}, 100), "schema"),
        (Request("points", REQUEST.messages, {"type": "object"}, 101), "sampling"),
        (Request("terms", REQUEST.messages, {"type": "object"}, 100), "no call named 'terms'"),
    ],
)
def test_a_miss_in_replay_says_which_part_changed(
    calls: CallStore, tmp_path: Path, changed: Request, part: str
) -> None:
    ask(StoredClient(calls, ScriptedClient([ANSWER]), "m"))
    calls.export(tmp_path / "calls.jsonl")
    with pytest.raises(ReplayMiss, match=part):
        ask(StoredClient(RecordedCalls(tmp_path / "calls.jsonl"), None, "m"), changed)


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").write_bytes(b"this is no database at all, but long enough to be looked at" * 20)
    with pytest.raises(StoreError, match=r"c\.sqlite"):
        CallStore(tmp_path / "c.sqlite")


def test_a_stored_answer_that_is_damaged_is_named(calls: CallStore) -> None:
    ask(StoredClient(calls, ScriptedClient([ANSWER]), "m"))
    calls._db.execute("update calls set completion = substr(completion, 1, 9)")
    with pytest.raises(StoreError, match="cannot be read"):
        ask(StoredClient(calls, None, "m"))


def test_a_second_run_makes_no_call(calls: CallStore) -> None:
    def once(inner: ScriptedClient | None):  # noqa: ANN202
        return asyncio.run(asummarise(transcript(), StoredClient(calls, inner, "m")))

    first, second = once(ScriptedClient(good_answer)), once(None)
    assert second.run.usage.calls == second.run.usage.calls_cached > 0
    assert render_markdown(first) == render_markdown(second)


class Faulty(CallStore):
    """A store whose claims or answers cannot be written, once."""

    fails: str = ""

    def claim(self, key: str) -> bool:
        self._fail("claim")
        return super().claim(key)

    def put_all(self, answers: Sequence[tuple[str, Request, Completion]], model: str) -> None:
        self._fail("put")
        super().put_all(answers, model)

    def _fail(self, what: str) -> None:
        if self.fails == what:
            self.fails = ""
            raise StoreError("the disk is full")


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with closing(Faulty(tmp_path / "calls.sqlite")) as opened:
        yield opened


def test_an_answer_that_cannot_be_stored_leaves_no_claim_for_others_to_wait_for(faulty: Faulty, tmp_path: Path) -> None:
    faulty.fails = "put"
    with pytest.raises(StoreError, match="disk is full"):
        ask(StoredClient(faulty, ScriptedClient([ANSWER]), "m"))
    with closing(CallStore(tmp_path / "calls.sqlite")) as other:
        assert other.claim(REQUEST.key("m"))


def test_a_call_that_has_its_answer_is_not_to_be_claimed(calls: CallStore) -> None:
    assert calls.claim(REQUEST.key("m"))
    calls.put(REQUEST.key("m"), REQUEST, "m", ANSWER)
    assert not calls.claim(REQUEST.key("m"))


def test_a_claim_that_nobody_renews_ends_though_a_process_of_its_number_lives(
    calls: CallStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that is started again has the same host name, and its program the same process number."""
    assert calls.claim(REQUEST.key("m"))
    with closing(CallStore(tmp_path / "calls.sqlite")) as later:
        assert not later.claim(REQUEST.key("m"))
        now = time.time()
        monkeypatch.setattr("pipeline.providers.calls.time.time", lambda: now + LEASE + 1)
        assert later.claim(REQUEST.key("m"))


HALF = "half a \ud83d character"


def test_what_holds_half_a_character_is_stored_read_and_exported_as_it_is(calls: CallStore, tmp_path: Path) -> None:
    request = Request("points", (Message("user", HALF),), None, 9)
    said = replace(ANSWER, text=json.dumps({"text": HALF}, ensure_ascii=False), model=f"m {HALF}")
    asked = StoredClient(calls, ScriptedClient([said]), "m")
    assert ask(asked, request) == said and ask(asked, request) == replace(said, cached=True)
    assert calls.faults() == []
    calls.export(tmp_path / "calls.jsonl")
    assert RecordedCalls(tmp_path / "calls.jsonl").get(request.key("m")) == said


def test_whatever_goes_wrong_in_storing_an_answer_is_told_to_the_call_and_leaves_the_file_free(
    calls: CallStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.providers.calls.storable", lambda text: text)
    said = replace(ANSWER, text=HALF)

    async def run() -> None:
        async with asyncio.timeout(10):
            await StoredClient(calls, ScriptedClient([said]), "m").complete(REQUEST)

    with pytest.raises(StoreError, match="surrogates"):
        asyncio.run(run())
    with closing(CallStore(tmp_path / "calls.sqlite")) as other:
        assert other.claim(REQUEST.key("m"))


def test_claims_are_renewed_after_a_renewal_that_failed(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.providers.stored.LEASE", 0.03)
    renewed = asyncio.Event()

    class Slow(ScriptedClient):
        async def complete(self, request: Request) -> Completion:
            faulty.fails = "claim"
            monkeypatch.setattr(CallStore, "claim", lambda store, key: renewed.set() or True)
            async with asyncio.timeout(10):
                await renewed.wait()
            return ANSWER

    assert ask(StoredClient(faulty, Slow([]), "m")) == ANSWER
    assert not faulty.fails


@pytest.fixture
def writer(calls: CallStore) -> Iterator[sqlite3.Connection]:
    """Another program that writes the store until it rolls back."""
    with closing(sqlite3.connect(calls.path, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield other


async def a_while() -> None:
    await asyncio.sleep(0.15)


def test_a_call_waits_for_a_store_that_another_program_writes_while_others_go_on(
    calls: CallStore, writer: sqlite3.Connection
) -> None:
    inner = ScriptedClient([ANSWER])

    async def run() -> Completion:
        task = asyncio.create_task(StoredClient(calls, inner, "m").complete(REQUEST))
        await a_while()
        assert not task.done() and inner.requests == []
        writer.execute("rollback")
        return await task

    assert asyncio.run(run()) == ANSWER


def test_an_answer_that_comes_while_another_program_writes_the_store_is_used_once_it_is_on_disk(
    calls: CallStore, writer: sqlite3.Connection
) -> None:
    class Disturbed(ScriptedClient):
        async def complete(self, request: Request) -> Completion:
            writer.execute("begin immediate")
            return await super().complete(request)

    async def run() -> Completion:
        task = asyncio.create_task(StoredClient(calls, Disturbed([ANSWER]), "m").complete(REQUEST))
        await a_while()
        assert not task.done() and calls.get(REQUEST.key("m")) is None
        writer.execute("rollback")
        return await task

    writer.execute("rollback")
    assert asyncio.run(run()) == ANSWER == calls.get(REQUEST.key("m"))


def test_calls_that_waited_for_the_store_are_asked_in_their_order_and_each_once(
    calls: CallStore, writer: sqlite3.Connection
) -> None:
    inner = ScriptedClient(lambda request: ANSWER)
    client, wanted = StoredClient(calls, inner, "m"), [replace(REQUEST, seed=n) for n in range(4)]

    async def run() -> list[Completion]:
        tasks = [asyncio.create_task(client.complete(r)) for r in (*wanted[:3], wanted[0])]
        await a_while()
        writer.execute("rollback")
        return await asyncio.gather(*tasks, client.complete(wanted[3]))

    assert {answer.text for answer in asyncio.run(run())} == {ANSWER.text}
    assert inner.requests == wanted


def test_a_store_that_stays_busy_ends_the_call_with_what_to_do(
    calls: CallStore, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.providers.stored.LONGEST_WAIT", 0.1)
    with pytest.raises(StoreBusy, match="another program is writing the call store"):
        ask(StoredClient(calls, ScriptedClient([]), "m"))


@pytest.mark.parametrize(("answer", "error"), [(ANSWER, StoreBusy), (EndpointError("no answer"), EndpointError)])
def test_a_call_that_ends_while_the_store_stays_busy_does_not_wait_to_release_its_claim(
    calls: CallStore,
    writer: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    answer: Completion | EndpointError,
    error: type[Exception],
) -> None:
    monkeypatch.setattr("pipeline.providers.stored.LONGEST_WAIT", 0.1)
    writer.execute("rollback")

    def disturbed(request: Request) -> Answer:
        writer.execute("begin immediate")
        return answer

    started = time.monotonic()
    with pytest.raises(error):
        ask(StoredClient(calls, ScriptedClient(disturbed), "m"))
    assert time.monotonic() - started < 10  # the store's own patience is half a minute


def test_a_changed_prompt_file_asks_only_the_calls_that_it_is_part_of(calls: CallStore, tmp_path: Path) -> None:
    asyncio.run(asummarise(transcript(), StoredClient(calls, ScriptedClient(good_answer), "m")))
    shipped = PromptSet().load("sections/key_concepts.v6").template
    (tmp_path / "p" / "sections").mkdir(parents=True)
    (tmp_path / "p" / "sections" / "key_concepts.v6.md").write_text(shipped + "\nBe brief.\n")
    again = ScriptedClient(good_answer)
    own = PromptSet(tmp_path / "p")
    asyncio.run(asummarise(transcript(), StoredClient(calls, again, "m"), prompts=own))
    assert [r.name for r in again.requests] == ["write"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "CON", "a/../../b", "-rf", "x" * 300, "nul\x00byte", "..", ""]
)
def test_no_name_leads_out_of_the_output_folder(tmp_path: Path, name: str) -> None:
    path = store.output_path(tmp_path, name)
    assert path.resolve().is_relative_to(tmp_path.resolve())
    assert len(path.name.encode()) < 130


@pytest.mark.parametrize("name", ["CON", "nul.txt", "COM1", "com9.vtt", "LPT2", "lpt³"])
def test_no_name_is_that_of_a_device_of_windows(tmp_path: Path, name: str) -> None:
    assert store.output_path(tmp_path, name).name == f"transcript-{name}.json"
    assert store.output_path(tmp_path, f"{name[:3]}-10").name == f"{name[:3]}-10.json"


def test_a_document_survives_writing_and_loading(tmp_path: Path) -> None:
    document = asyncio.run(asummarise(transcript(), ScriptedClient(good_answer)))
    page, record = store.write(document, render_markdown(document), tmp_path / "sub" / "talk.json")
    assert store.load(record) == document
    assert store.dumped_source(record.read_bytes()) == document.source.model_dump(mode="json")
    assert page.read_text("utf-8") == render_markdown(document)
    assert sorted(p.name for p in record.parent.iterdir()) == ["talk.json", "talk.md"]


def test_a_write_that_fails_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = asyncio.run(asummarise(transcript(), ScriptedClient(good_answer)))
    store.write(document, "old page", tmp_path / "talk.json")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.write(document, "new page", tmp_path / "talk.json")
    assert (tmp_path / "talk.md").read_text() == "old page"
    assert json.loads((tmp_path / "talk.json").read_text())["format"] == 2


def test_there_is_no_record_without_its_page(tmp_path: Path) -> None:
    document = asyncio.run(asummarise(transcript(), ScriptedClient(good_answer)))
    (tmp_path / "talk.md").mkdir()
    with pytest.raises(StoreError, match=r"talk\.md: cannot be written"):
        store.write(document, "page", tmp_path / "talk.json")
    assert [p.name for p in tmp_path.iterdir()] == ["talk.md"]


@pytest.fixture
def private() -> Iterator[None]:
    """A umask that lets nobody else read."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_new_file_is_read_by_whom_the_umask_lets(tmp_path: Path, private: None) -> None:
    store.replace_file(tmp_path / "private.md", "words")
    os.umask(0o002)
    store.replace_file(tmp_path / "shared.md", "words")
    assert (mode(tmp_path / "private.md"), mode(tmp_path / "shared.md")) == (0o600, 0o664)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
@pytest.mark.parametrize("chosen", [0o600, 0o444, 0o666])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, private: None, chosen: int) -> None:
    page = tmp_path / "talk.md"
    page.write_text("old")
    page.chmod(chosen)
    store.replace_file(page, "new")
    assert (page.read_text(), mode(page)) == ("new", chosen)


def test_a_file_that_is_replaced_is_never_open_to_more_people_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "talk.md"
    page.write_text("old")
    page.chmod(0o600)
    modes: list[int] = []
    monkeypatch.setattr("os.fsync", lambda descriptor: modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode)))
    store.replace_file(page, "new")
    assert modes[0] == 0o600


def test_a_file_is_on_disk_before_it_takes_its_name_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut needs: no name without its bytes, and no return before the name is safe."""
    steps: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_sync(descriptor)

    def rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr("os.fsync", sync)
    monkeypatch.setattr(Path, "replace", rename)
    store.replace_file(tmp_path / "talk.md", "words")
    assert steps == ["file", "rename", "folder"]


def test_the_store_command_shows_verifies_exports_imports_and_prunes(tmp_path: Path) -> None:
    from pipeline.cli.store import store_faults, store_rows, take_in, with_store
    from tests.samples import scripted_calls

    out, again = tmp_path / "outputs", tmp_path / "again"
    count, model = take_in(out, scripted_calls(tmp_path)), ScriptedClient.model
    assert store_rows(out)[1][0] == model and f"{count} calls" in store_rows(out)[1][1]
    assert store_faults(out) == []
    assert with_store(out, lambda calls: calls.export(tmp_path / "all.jsonl")) == count
    assert take_in(again, tmp_path / "all.jsonl") == count
    assert with_store(out, lambda calls: calls.prune(model)) == count
    assert len(store_rows(out)) == 1


def test_verify_finds_a_call_whose_request_was_changed(tmp_path: Path) -> None:
    from pipeline.cli.store import store_faults, take_in
    from pipeline.settings.chosen import store_path
    from tests.samples import scripted_calls

    take_in(tmp_path, scripted_calls(tmp_path))
    with sqlite3.connect(store_path(tmp_path)) as db:
        db.execute("update calls set identity = replace(identity, '\"seed\": 7', '\"seed\": 8') where key = (select min(key) from calls)")  # fmt: skip
    db.close()
    (fault,) = store_faults(tmp_path)
    assert "does not match its key" in fault


@pytest.mark.parametrize(
    ("part", "change", "fault"),
    [
        ("identity", {"name": None}, "not a recording of calls: a key or a name is not a text"),
        ("completion", {"text": None}, "not a recording of calls: a field of the answer has the wrong type"),
        ("completion", {"usage": {"prompt_tokens": "many"}}, "a field of the answer has the wrong type"),
        ("identity", {"model": "another"}, "its request does not match its key"),
    ],
)
def test_a_damaged_call_is_neither_imported_nor_used_and_verify_finds_it(
    calls: CallStore, tmp_path: Path, part: str, change: dict[str, object], fault: str
) -> None:
    from pipeline.cli.store import take_in

    ask(StoredClient(calls, ScriptedClient([ANSWER]), "m"))
    recording = tmp_path / "calls.jsonl"
    calls.export(recording)
    row = json.loads(recording.read_text("utf-8"))
    row[part] |= change
    recording.write_text(json.dumps(row), "utf-8")
    with pytest.raises(StoreError, match=fault):
        take_in(tmp_path / "new", recording)
    assert not (tmp_path / "new").exists()
    with closing(sqlite3.connect(calls.path)) as db, db:
        db.execute(f"update calls set {part} = ?", (json.dumps(row[part]),))
    assert fault.rpartition(": ")[2] in calls.faults()[0]


def test_a_recorded_call_without_an_identity_is_named_as_no_recording(tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_text('{"key": "a", "identity": {}, "completion": {}}', "utf-8")
    with pytest.raises(StoreError, match=r"calls\.jsonl: this is not a recording of calls: 'name'"):
        RecordedCalls(tmp_path / "calls.jsonl")
