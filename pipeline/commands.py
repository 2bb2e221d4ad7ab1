"""What the commands do, apart from parsing and printing."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from pipeline import prices, store
from pipeline.checking import Checked, check_path, documents_below
from pipeline.chunking import rendered_tokens
from pipeline.connect import Connection, connect, endpoint_of, renew, store_path
from pipeline.corpus import Order, Outcome, make_all
from pipeline.errors import InputError, PipelineError
from pipeline.events import Events, opened
from pipeline.llm import Tally
from pipeline.plan import Experience, Plan, plan_one, together
from pipeline.prompting import PromptSet
from pipeline.providers import weights
from pipeline.providers.calls import CallStore, Recording
from pipeline.readers import Source, find_sources, parse, read_transcript
from pipeline.screen import Screen, duration, summary, watchers
from pipeline.settings import LOCAL, Settings
from pipeline.text import numbered
from pipeline.tokens import encoding_for
from pipeline.transcript import Metadata, Transcript
from pipeline.up_to_date import Made

T = TypeVar("T")
# Seconds for each transcript token with the embedded model on two cores, measured in benchmarks/.
EMBEDDED_SECONDS_A_TOKEN = 0.16


@dataclass(frozen=True, slots=True)
class MakeFlags:
    """Flags of `make` that are no settings."""

    metadata: Metadata
    quiet: bool
    log: Path | None = None  # where events go, "-" for stderr


async def run_make(paths: Sequence[Path], settings: Settings, flags: MakeFlags) -> tuple[int, list[dict[str, Any]]]:
    """`studydoc make`: the exit code, and a row for each transcript."""
    started = time.monotonic()
    with Screen(flags.quiet) as screen, opened(flags.log) as events:
        sources, failed = _find_all(paths, settings)
        for outcome in failed:
            screen.done(outcome)
        outcomes = list(failed)
        if sources:
            store.check_writable(settings.out)
            with closing(CallStore(store_path(settings.out))) as calls:
                outcomes += await _make(sources, settings, flags, calls, screen, events)
        screen.say(summary(outcomes, events.retried, time.monotonic() - started))
    return (0 if all(o.complete for o in outcomes) else 1), [row(o) for o in outcomes]


async def _make(
    sources: Sequence[Source | Transcript],
    settings: Settings,
    flags: MakeFlags,
    calls: CallStore,
    screen: Screen,
    events: Events,
) -> list[Outcome]:
    """Outcomes in the order of the sources. What was made before and has not changed needs no endpoint."""
    prompts = PromptSet(settings.prompts)
    model, endpoint = _asked(settings)
    order = Order(
        settings.out,
        settings.recipe(),
        prompts,
        endpoint,
        settings.citations,
        flags.metadata,
        settings.encoding,
        1 if settings.chosen_model[0] == LOCAL else settings.concurrency,
    )
    made, told = Made(calls, order, model), watchers(screen, events)
    found = {n: o for n, s in enumerate(sources) if isinstance(s, Source) and (o := made.outcome(s))}
    for outcome in found.values():
        told["done"](outcome)
    left = [s for n, s in enumerate(sources) if n not in found]
    if not left:
        screen.say(
            f"model {model} ({endpoint}): {numbered(len(found), 'transcript')}, made before, nothing has changed"
        )
        return [replace(o, document=None) for o in found.values()]

    def done(outcome: Outcome) -> None:
        told["done"](outcome)
        made.note(outcome)

    async with connect(settings, calls, screen.download, prompts, events) as at:
        screen.say(opening_line(at, settings, left, len(found)))
        fresh = iter(await make_all(left, at.client, order, stop=at.stop, watch=told["watch"], done=done))
    return [replace(found[n], document=None) if n in found else next(fresh) for n in range(len(sources))]


def _asked(settings: Settings) -> tuple[str, str]:
    """The model and the endpoint that the settings name, as documents tell them."""
    if settings.chosen_model[0] == LOCAL:
        return weights.EMBEDDED.name, prices.EMBEDDED
    return settings.chosen_model[0], endpoint_of(settings, need_key=False).host


def _find_all(paths: Sequence[Path], settings: Settings) -> tuple[list[Source | Transcript], list[Outcome]]:
    """What is to be made, files unread, and an outcome for each path that is nothing of the kind."""
    found: list[Source | Transcript] = []
    failed: list[Outcome] = []
    if Path("-") in paths:
        try:
            found.append(parse(sys.stdin.buffer.read(), "standard input", name="stdin", encoding=settings.encoding))
        except InputError as err:
            failed.append(Outcome("-", error=err))
    sources, errors = find_sources(p for p in paths if p != Path("-"))
    failed += [Outcome("input", error=err) for err in errors]
    return found + sources, failed


def _read_all(paths: Sequence[Path], settings: Settings) -> tuple[list[Transcript], list[Outcome]]:
    """Transcripts that can be read, and an outcome for each that cannot."""
    found, failed = _find_all(paths, settings)
    transcripts: list[Transcript] = []
    for source in found:
        try:
            transcripts.append(source if isinstance(source, Transcript) else _read(source, settings))
        except InputError as err:
            failed.append(Outcome(source.name, error=err))
    return transcripts, failed


def _read(source: Source, settings: Settings) -> Transcript:
    return read_transcript(source.path, name=source.name, encoding=settings.encoding)


def opening_line(at: Connection, settings: Settings, sources: Sequence[Source | Transcript], before: int = 0) -> str:
    """Which model, why, and for the embedded one how long it is likely to take."""
    encoding, known = encoding_for(at.model)
    line = f"model {at.model} ({at.endpoint}; {at.why}): {numbered(len(sources), 'transcript')}"
    line += f", {before:,} more made before" if before else ""
    line += "" if known else f" (tokens as {encoding}: tiktoken does not know this model)"
    if settings.chosen_model[0] == LOCAL:
        tokens = sum(_tokens_about(s, settings, encoding) for s in sources)
        line += f", {tokens:,} tokens"
        line += f", likely about {duration(20 + tokens * EMBEDDED_SECONDS_A_TOKEN)} on 2 cores"
        if weights.installed() is None:
            line += f", after fetching the model once ({weights.EMBEDDED.size >> 20} MB, {weights.EMBEDDED.licence})"
    return line


def _tokens_about(source: Source | Transcript, settings: Settings, encoding: str) -> int:
    try:
        transcript = source if isinstance(source, Transcript) else _read(source, settings)
    except InputError:
        return 0  # told when its turn comes
    return sum(rendered_tokens(transcript.segments, encoding))


def row(outcome: Outcome) -> dict[str, Any]:
    """What `--json` tells of a transcript."""
    return {
        "name": outcome.name,
        "status": outcome.status,
        "page": str(outcome.page) if outcome.page else None,
        "calls_made": outcome.calls_made,
        "error": str(outcome.error) if outcome.error else None,
        "problems": list(outcome.problems),
    }


async def run_plan(
    paths: Sequence[Path], settings: Settings, *, as_json: bool = False, batch: bool = False
) -> tuple[int, str]:
    """`studydoc plan`: exit code 1 when a transcript cannot be read, and the plan as a table or as JSON."""
    transcripts, failed = _read_all(paths, settings)
    with Screen() as screen:
        for outcome in failed:
            screen.done(outcome)
    local = settings.chosen_model[0] == LOCAL
    model, endpoint = _asked(settings)
    with TemporaryDirectory() as empty:
        kept = store_path(settings.out)
        calls = CallStore(kept if kept.exists() else Path(empty) / "calls.sqlite")
        try:
            past, prompts = Experience.of(calls, model), PromptSet(settings.prompts)
            plans = [await plan_one(t, calls, model, settings.recipe(), prompts, past) for t in transcripts]
        finally:
            calls.close()
    whole = together(plans)
    endpoint += prices.BATCH if batch and not local else ""
    costs = [prices.cost_usd(model, endpoint, usage) for usage in whole.cost_tokens]
    at_once = 1 if local else 0 if batch else settings.concurrency  # a batch has its own pace
    timed = past.seconds is not None and at_once
    seconds = (past.seconds or 0) * (whole.calls + whole.merges) / at_once if timed else None
    if as_json:
        told = {"model": model, "endpoint": endpoint, "cost_usd": costs, "seconds": seconds}
        rows = [asdict(p) for p in plans]
        return int(bool(failed)), json.dumps(told | {"all": asdict(whole), "transcripts": rows}, indent=1) + "\n"
    return int(bool(failed)), plan_table(plans, whole, f"{model} ({endpoint})", costs, seconds, at_once)


def plan_table(
    plans: Sequence[Plan], whole: Plan, model: str, costs: Sequence[float | None], seconds: float | None, at_once: int
) -> str:
    """A row a transcript, then what all of it takes."""
    rows = ["transcript\tcalls\tstored\tprompt tokens\tanswer tokens"]
    for p in [*plans, *([whole] if len(plans) > 1 else [])]:
        calls = f"{p.calls} + about {p.merges}" if p.merges else str(p.calls)
        rows.append(f"{p.name}\t{calls}\t{p.stored}\t{p.prompt_tokens:,}\t{p.low:,} to {p.high:,}")
    low, high = costs[0], costs[1]
    price = "price not known" if low is None or high is None else f"{low:.2f} to {high:.2f} USD at list price"
    price = "free" if high == 0 else price
    time_ = "time not known before the first calls" if seconds is None else f"about {duration(seconds)}"
    pace = f"{time_}, {numbered(at_once, 'call')} at once" if at_once else "in about four waves, each within 24 hours"
    rows.append(f"model {model}: {price}; {pace}")
    return "\n".join(rows) + "\n"


def with_store(out: Path, use: Callable[[CallStore], T]) -> T:
    """What `use` makes of the store of an output folder. InputError when there is none."""
    path = store_path(out)
    if not path.exists():
        raise InputError(f"{out}: no answers are stored here", hint="give the output folder with --out")
    calls = CallStore(path)
    try:
        return use(calls)
    finally:
        calls.close()


def store_rows(out: Path) -> list[tuple[str, str]]:
    """`studydoc store`: the file, and calls with their tokens by model."""
    path = store_path(out)

    def rows(calls: CallStore) -> list[tuple[str, str]]:
        told = [("file", f"{path}, {path.stat().st_size / 1e6:.1f} MB")]
        tallies: dict[str, Tally] = {}
        for call in calls:
            tallies.setdefault(call.identity["model"], Tally()).book(call.completion)
        for model, tally in tallies.items():
            used = tally.usage
            tokens = f"{used.prompt_tokens:,} prompt and {used.completion_tokens:,} answer tokens"
            told.append((model, f"{numbered(tally.calls, 'call')}, {tokens}"))
        return told

    return with_store(out, rows)


def store_faults(out: Path) -> list[str]:
    """`studydoc store verify`: what is wrong with the store."""
    return with_store(out, lambda calls: calls.faults())


def take_in(out: Path, path: Path) -> int:
    """`studydoc store import`: how many calls a recording has, all of which are stored afterwards."""
    recording = Recording(path)
    store.check_writable(out)
    calls = CallStore(store_path(out))
    try:
        return calls.take_in(recording)
    finally:
        calls.close()


def run_check(paths: Sequence[Path], transcripts: Path | None, *, as_json: bool = False) -> tuple[int, list[str]]:
    """`studydoc check`: exit code, and a line for each finding and each document."""
    lines: list[str] = []
    worst = 0
    for path in documents_below(paths):
        try:
            remark, checked = check_path(path, transcripts)
        except PipelineError as err:
            worst = 1
            lines.append(
                json.dumps({"path": str(path), "error": str(err)}, ensure_ascii=False) if as_json else str(err)
            )
            continue
        faulty = [c for c in checked if c.findings]
        worst = max(worst, int(bool(faulty or remark)))
        if as_json:
            lines += [json.dumps(_finding_row(path, c), ensure_ascii=False) for c in faulty]
            total = {
                "path": str(path),
                "statements": len(checked),
                "with_findings": len(faulty),
                "remark": remark or None,
            }
            lines.append(json.dumps(total, ensure_ascii=False))
            continue
        for c in faulty:
            where = f"lines {', '.join(map(str, c.claim.lines))}" if c.claim.lines else "no lines"
            lines.append(f"{path}: {c.claim.section}, {where}: {c.claim.text}")
            lines += [f"    {f.kind}: {f.message}" for f in c.findings]
        said = f"{numbered(len(checked), 'statement')} checked, {len(faulty)} with findings"
        lines.append(f"{path}: {said}{f'; {remark}' if remark else ''}")
    return worst, lines


def _finding_row(path: Path, checked: Checked) -> dict[str, Any]:
    return {
        "path": str(path),
        "section": checked.claim.section,
        "text": checked.claim.text,
        "lines": list(checked.claim.lines),
        "findings": [{"kind": f.kind, "message": f.message} for f in checked.findings],
    }


async def run_doctor(settings: Settings) -> tuple[int, list[tuple[str, str]]]:
    """`studydoc doctor`: exit code and rows of what the endpoint can do."""
    from pipeline.providers.doctor import examine

    name, why = settings.chosen_model
    rows = [("model", f"{name} ({why})")]
    if name != LOCAL:
        endpoint = endpoint_of(settings)
        key = f"{endpoint.key_name} is set" if endpoint.api_key != "none" else "none"
        rows += [("endpoint", endpoint.host), ("key", key)]
        found = await examine(endpoint, chunk_tokens=settings.recipe().chunk_tokens)
        if found.works and store_path(settings.out).exists():  # what runs learned earlier may have changed since
            renew(settings.out, endpoint, found.known)
        return found.exit_code, rows + list(found.rows)
    from pipeline.providers.local import EmbeddedServer, usable_cores

    path = weights.installed()
    file = str(path) if path else "not fetched yet: studydoc models fetch"
    rows += [("cores", str(usable_cores())), ("model file", file)]
    if path is None:
        return 1, rows
    with EmbeddedServer(path, weights.EMBEDDED.name, threads=settings.threads) as server:
        found = await examine(server.endpoint)
    return found.exit_code, [*rows, ("endpoint", "embedded"), *found.rows]


async def run_models(settings: Settings) -> list[tuple[str, str]]:
    """`studydoc models`: the embedded model, and those of the endpoint when one is set."""
    path = weights.installed()
    state = f"{path} ({weights.EMBEDDED.size >> 20} MB)" if path else "not fetched: studydoc models fetch"
    rows = [("local", f"{weights.EMBEDDED.name}, {weights.EMBEDDED.licence}: {state}")]
    if settings.chosen_model[0] != LOCAL:
        from pipeline.providers.doctor import model_rows

        rows += await model_rows(endpoint_of(settings))
    return rows
