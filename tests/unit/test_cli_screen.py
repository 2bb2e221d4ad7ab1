"""The lines that a run shows, and the events that machines get."""

from __future__ import annotations

import asyncio
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner

from pipeline.batches.corpus import make_all
from pipeline.batches.options import MakeOptions
from pipeline.batches.outcome import Outcome
from pipeline.batches.single_machine import Audience
from pipeline.cli import options
from pipeline.cli.make import command as make
from pipeline.cli.screen import Screen, outcome_line, progress_line, summary
from pipeline.errors import EndpointError, InputError, Unforeseen, spending
from pipeline.events import Events
from pipeline.lengths import Length
from pipeline.llm import Completion, Tally, Usage
from pipeline.llm.progress import Progress, Reporter
from pipeline.llm.prompting import PromptSet
from pipeline.profile import CAPABLE, PROFILES, Check, Recipe
from pipeline.settings import DEFAULT_HOSTED_MODEL, Settings
from pipeline.settings.options import Effort
from tests.scripted import EMPTY, ScriptedClient, fitting, good_answer, transcript, with_fault


def outcomes(folder: Path, answers=good_answer, recipe: Recipe | None = None) -> tuple[Outcome, list[dict]]:  # noqa: ANN001
    """The outcome of one transcript, and the events of its run."""
    sink, done = io.StringIO(), list[Outcome]()
    audience = Audience(Screen(quiet=True), Events(sink, now=lambda: 5.0))

    def ended(outcome: Outcome) -> None:
        done.append(outcome)
        audience.done(outcome)

    options = MakeOptions(folder, recipe or Recipe(), PromptSet(), "http://server.test")
    asyncio.run(make_all([transcript()], ScriptedClient(answers), options, watch=audience.watch, on_outcome=ended))
    return done[0], [json.loads(line) for line in sink.getvalue().splitlines()]


def test_the_outcome_tells_statements_words_and_who_checked(tmp_path: Path) -> None:
    line = outcome_line(outcomes(tmp_path)[0])
    assert line.startswith("reactor: complete, 8 statements (8 verified, 0 weak, 0 withheld), ")
    assert "of 70 words, checked by scripted, 2 calls" in line


def test_the_outcome_counts_what_is_weak_and_what_is_withheld(tmp_path: Path) -> None:
    weak, _ = outcomes(tmp_path, with_fault(on="too expensive", text="The Lund reactor makes 70 megawatts."))
    assert "(7 verified, 1 weak, 0 withheld)" in outcome_line(weak)
    gone, _ = outcomes(tmp_path, with_fault(on="too expensive", verdict="unsupported"))
    assert "(7 verified, 0 weak, 1 withheld)" in outcome_line(gone)


def test_what_ended_a_run_is_told_in_one_line_however_many_transcripts_it_met(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended = EndpointError("the key was refused", hint="check it", fatal=True)
    failed = [Outcome(f"talk-{n}", error=ended) for n in range(16)]
    failed.append(Outcome("torn", error=InputError("torn.pdf: no text in it")))
    screen = Screen(quiet=True)
    for outcome in failed:
        screen.done(outcome)
    screen.summary(failed, 0, 1.0)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3 and lines[0] == "talk-0: FAILED: the key was refused (check it)"
    assert "torn.pdf" in lines[1] and lines[2] == "15 more transcripts failed for the same reason"


def test_of_a_run_that_asked_nothing_no_calls_and_no_price_are_told() -> None:
    failed = [Outcome(name, error=InputError("torn.pdf: no text in it")) for name in ("torn", "also")]
    assert (
        summary(failed[:1], 0, 1.0) == ""
        and summary(failed, 0, 1.0) == "documents: 0 complete, 0 partial, 2 failed (torn, also)"
    )
    assert "2 retried" in summary(failed[:1], 2, 1.0)


def took(usage: Usage, *, stored: Usage | None = None) -> Tally:
    """The tally of a call, and of one whose answer was stored."""
    tally = Tally()
    tally.book(Completion("{}", "stop", usage, "m"))
    if stored is not None:
        tally.book(Completion("{}", "stop", stored, "m", cached=True))
    return tally


def test_the_last_lines_name_what_this_run_spent_apart_from_what_stored_answers_took() -> None:
    tally = took(Usage(60, 0, 10), stored=Usage(400, 0, 30))
    resumed = Outcome("a", status="complete", tally=tally, cost_usd=0.5, spent_usd=0.1)
    assert summary([resumed], 0, 1.0) == (
        "calls: 1 made, 1 stored before, 0 retried; tokens: 60 prompt (0 cached), 10 answer; 0.1000 USD at list price; "
        "stored answers took: 400 prompt, 30 answer tokens, 0.4000 USD at list price; 1 s"
    )
    again = Outcome("b", status="complete", tally=Tally(2, 2, usage=Usage(460, 0, 40)), cost_usd=0.5, spent_usd=0.0)
    assert "0 retried; stored answers took: 460 prompt" in summary([again], 0, 1.0)
    assert "cost: 0.1000 USD at list price\nstored answers took: 860 prompt, 70 answer tokens, 0.9000 USD" in summary(
        [resumed, again], 0, 1.0
    )


def test_a_document_that_was_made_again_is_counted_once_with_all_that_it_took() -> None:
    tally = took(Usage(60, 0, 10))
    made = [Outcome("a", status=s, tally=tally, spent_usd=0.5) for s in ("partial", "complete")]
    lines = summary([*made, Outcome("b", status="complete", tally=tally, spent_usd=0.5)], 0, 1.0)
    assert "documents: 2 complete, 0 partial, 0 failed\ncalls: 3 made" in lines
    assert "180 prompt" in lines and "1.5000 USD" in lines
    assert summary(made, 0, 1.0).startswith("calls: 2 made")


def test_what_a_transcript_that_failed_took_is_told_with_its_price() -> None:
    tally, gone = Tally(), EndpointError("gone")
    tally.book_failed(spending(gone, Usage(60, 0, 10)))
    failed = [Outcome("talk", error=gone, tally=tally, spent_usd=0.5)]
    assert "60 prompt (0 cached), 10 answer; 0.5000 USD" in summary(failed, 0, 1.0)


def test_the_summary_comes_last_and_names_the_first_few_documents_that_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Screen() as screen:
        screen.summary([Outcome(f"talk-{n}", tally=Tally(1)) for n in range(5)], 0, 1.0)
        screen.say("the list of pages")
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == [
        "the list of pages",
        "documents: 0 complete, 0 partial, 5 failed (talk-0, talk-1, talk-2 and 2 more)",
    ]


def test_a_page_without_a_statement_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filler = EMPTY | {"skipped": [{"first": 1, "last": 6}]}
    Screen().done(outcomes(tmp_path, lambda request: fitting(filler, request))[0])
    assert "note: the notes have no statements; studydoc read shows how it is understood" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "line"),
    [("input", "input: FAILED: torn.pdf: no text in it\n"), ("", "FAILED: torn.pdf: no text in it\n")],
)
def test_a_failure_tells_its_transcript_if_there_is_one(
    name: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome(name, error=InputError("torn.pdf: no text in it"))
    Screen().done(outcome)
    assert capsys.readouterr().err == line
    assert outcome.row()["name"] == (name or None)


def test_a_partial_document_without_new_answers_is_not_said_to_be_stored(tmp_path: Path) -> None:
    whole, _ = outcomes(tmp_path)
    stored = replace(whole, tally=Tally())
    assert "all answers were stored" in outcome_line(stored) and "new prompt tokens" not in outcome_line(stored)
    partial = replace(stored, status="partial")
    assert "no new answers" in outcome_line(partial) and "stored" not in outcome_line(partial)


def test_a_document_that_is_up_to_date_is_told_from_one_that_was_made(tmp_path: Path) -> None:
    whole, _ = outcomes(tmp_path)
    before = replace(whole, name="before", up_to_date=True)
    assert outcome_line(before).startswith("before: up to date, 8 statements (8 verified, 0 weak, 0 withheld) → ")
    assert summary([whole, before], 0, 1.0).startswith("documents: 2 complete (1 up to date), 0 partial, 0 failed\n")


def test_progress_tells_the_phase_and_its_calls() -> None:
    progress = Progress("talk", "writing", 3, ahead=3.0)
    assert progress_line(progress) == "talk: writing, 0 of 3 calls, 0 tokens"
    progress.book(Completion("{}", "stop", Usage(1000, 0, 200), "m"))
    assert progress_line(progress).startswith("talk: writing, 1 of 3 calls, 1,200 tokens, about ")
    assert "about" not in progress_line(replace(progress, phase="complete", planned=1))


def test_what_is_left_goes_by_the_weight_of_calls_and_not_by_what_came_before_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr("pipeline.llm.progress.time.monotonic", lambda: clock[0])
    reporter = Reporter(Progress("talk"))
    reporter.begin("writing", at_once=1, planned=2, later=10, weight=5.0)
    clock[0] = 1060.0  # a model was fetched before the first call, which took the last minute
    reporter.progress.book(Completion("{}", "stop", Usage(1000, 0, 200), "m", seconds=60.0))
    assert reporter.progress.planned == 12
    assert reporter.progress.seconds_left == pytest.approx(60 / 5 * (5 + 10))
    reporter.progress.book(Completion("{}", "stop", Usage(1000, 0, 200), "m", cached=True))
    assert reporter.progress.seconds_left == pytest.approx(60 / 5 * 10)  # what was stored took no time
    reporter.progress.book(Completion("{}", "stop", Usage(1000, 0, 200), "m", cached=True))  # asked for once more
    assert reporter.progress.seconds_left == pytest.approx(60 / 5 * 10)
    reporter.begin("composing", at_once=1, planned=1)
    assert reporter.progress.seconds_left == pytest.approx(60 / 5)


def test_an_event_tells_where_a_phase_begins(tmp_path: Path) -> None:
    _, events = outcomes(tmp_path)
    begun = [e["phase"] for e in events if e["event"] == "phase begun"]
    assert begun == ["writing", "checking"]
    assert all(e["document"] == "reactor" for e in events)
    assert events[-1]["event"] == "document done" and events[-1]["calls"] == 2
    assert events[-1]["spent_usd"] == events[-1]["cost_usd"]


@pytest.mark.parametrize(
    ("offered", "known"),
    [
        (options.PROFILES, tuple(PROFILES)),
        (options.LENGTHS, get_args(Length)),
        (options.CHECKS, get_args(Check)),
        (options.EFFORTS, get_args(Effort)),
    ],
    ids=["profile", "length", "check", "effort"],
)
def test_options_offer_what_settings_know(offered: tuple[str, ...], known: tuple[str, ...]) -> None:
    assert offered == known


def test_help_names_the_defaults_that_are_used() -> None:
    shown = " ".join(CliRunner().invoke(make, ["--help"]).stdout.split())
    settings = Settings()
    for flag, value in {
        "model": DEFAULT_HOSTED_MODEL,
        "chunk-tokens": CAPABLE.chunk_tokens,
        "concurrency": settings.concurrency,
        "deadline": f"{settings.deadline:g}",
        "batch-size": settings.batch_size,
    }.items():
        assert re.search(rf"--{flag} [A-Z]+ [^\[]+\[default: {value}\b", shown), flag


HIDDEN_CURSOR = "\x1b[?25l"  # as long as bars stand


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_break_in_a_name_makes_no_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome("talk\none", notes=("it was edited",), error=InputError("talk\none.txt: empty"))
    with Screen() as screen:
        screen.watch(Progress("talk\none", "writing", 3))
        screen.done(outcome)
        screen.summary([outcome, replace(outcome, name="talk two")], 0, 1.0)
    assert capsys.readouterr().err.splitlines() == [
        "talk one: writing, 0 of 3 calls, 0 tokens",
        "talk one: note: it was edited",
        "talk one: FAILED: talk one.txt: empty",
        "documents: 0 complete, 0 partial, 2 failed (talk one, talk two)",
    ]


def test_the_last_lines_say_that_tokens_are_estimated_and_how_many_calls_were_looks() -> None:
    reported, estimated = (Outcome("talk", tally=took(Usage(90, 0, 9, e))) for e in (False, True))
    assert "tokens: 90 prompt (0 cached), 9 answer, estimated where" in summary([estimated], 0, 1.0, looks=3)
    assert "0 retried, 3 to test whether prompts are read whole;" in summary([estimated], 0, 1.0, looks=3)
    assert "estimated" not in summary([reported], 0, 1.0) and "read whole" not in summary([reported], 0, 1.0)


def test_transcripts_that_a_second_signal_cut_short_are_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(quiet=True)
    audience = Audience(screen, Events())
    audience.interrupted(f"talk-{n}" for n in range(4))
    screen.summary(list(audience.ended.values()), 0, 1.0)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["talk-0: FAILED: interrupted", "3 more transcripts failed for the same reason"]


@pytest.mark.parametrize("kind", [Terminal, io.StringIO])
def test_bars_begin_with_the_first_progress_and_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, kind: type[io.StringIO]
) -> None:
    stderr = kind()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", stderr)
    with Screen() as screen:
        screen.say("talk: [bold]as it stands[/bold]")
        assert stderr.getvalue() == "talk: [bold]as it stands[/bold]\n"
        screen.watch(Progress("talk", planned=3))
        screen.problem("ended")
    lines = stderr.getvalue()
    assert "talk: reading, 0 of 3 calls" in lines and "ended" in lines
    assert (HIDDEN_CURSOR in lines, "━━━" in lines) == (stderr.isatty(), stderr.isatty())


def test_where_a_fault_arose_stands_in_the_log_without_its_words_and_with_debug_on_the_screen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error, sink, spoken = Unforeseen("a bug in studydoc"), io.StringIO(), "".join(("me", "ga", "watts"))
    try:
        raise KeyError(spoken)
    except KeyError as err:
        error.__cause__ = err
    for tracebacks in (False, True):
        Audience(Screen(tracebacks=tracebacks), Events(sink)).done(Outcome("talk", error=error))
        assert ("in test_where_a_fault_arose" in capsys.readouterr().err) == tracebacks
    fault, done, *_ = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert (fault["event"], done["event"]) == ("document fault", "document done")
    assert "in test_where_a_fault_arose" in fault["traceback"] and spoken not in sink.getvalue()
