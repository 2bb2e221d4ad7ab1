"""The judge of two sets of notes: fixed questions, repeats with their own seeds, answers stored, agreement shown."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from pipeline.document import StudyDocument
from pipeline.errors import InvalidAnswer
from pipeline.evaluation.eval_commands import run_compare
from pipeline.evaluation.judging import (
    QUESTIONS,
    DocumentRatings,
    Verdict,
    judge_folders,
    rate,
    shown,
    verdicts,
    verdicts_markdown,
)
from pipeline.llm import Request
from pipeline.providers.calls import CallStore
from pipeline.providers.stored import StoredClient
from pipeline.settings import load_settings
from tests.scripted import Answer, ScriptedClient, structured


def ratings(value: int) -> DocumentRatings:
    return DocumentRatings(**dict.fromkeys(QUESTIONS, value))


def by_seed(request: Request) -> Answer:
    return dict.fromkeys(QUESTIONS, 4 if request.seed < 3 else 2)


def test_every_repeat_asks_the_same_with_a_seed_of_its_own_and_is_stored(
    document: StudyDocument, tmp_path: Path
) -> None:
    client = ScriptedClient(by_seed)
    calls = CallStore(tmp_path / "calls.sqlite")
    first = asyncio.run(rate(document, structured(StoredClient(calls, client, "m"))))
    assert [r.clear for r in first] == [4, 4, 2]
    assert len({r.messages for r in client.requests}) == 1 and [r.seed for r in client.requests] == [1, 2, 3]
    again = asyncio.run(rate(document, structured(StoredClient(calls, None, "m"))))
    calls.close()
    assert again == first


def test_the_judge_sees_notes_with_their_lines_and_every_question(document: StudyDocument) -> None:
    client = ScriptedClient(by_seed)
    asyncio.run(rate(document, structured(client)))
    text = client.requests[0].messages[0].content
    assert all(f"- {q}: " in text for q in QUESTIONS)
    detail = document.main_points[0].details[0]
    assert f"{detail.text}\n   line {detail.evidence[0].segment}: {detail.evidence[0].quote[:50]}" in text


def test_a_long_document_is_shown_in_part_from_beginning_to_end(document: StudyDocument) -> None:
    point = document.main_points[0]
    many = tuple(point.details[0].model_copy(update={"text": f"Note {n}."}) for n in range(100))
    long = document.model_copy(update={"main_points": (point.model_copy(update={"details": many}),)})
    rows = [r for r in shown(long).splitlines() if not r.startswith("   ")]
    assert len(rows) == 24 and any("Note 9" in r for r in rows[-5:])


def test_agreement_falls_when_repeats_differ_and_differences_are_paired() -> None:
    steady = verdicts([[ratings(3)] * 3, [ratings(4)] * 3], [[ratings(4)] * 3, [ratings(5)] * 3])
    assert all(v.agreement == 1.0 and v.difference.mean == 1.0 and v.difference.low == 1.0 for v in steady)
    torn = verdicts([[ratings(1), ratings(3), ratings(5)]], [[ratings(3)] * 3])
    assert torn[0].agreement == 0.5 and torn[0].difference.mean == 0.0
    assert "| borne_out | 3.00 | 3.00 | +0.00 | +0.00 to +0.00 | 50% |" in verdicts_markdown(torn, "m")


@pytest.mark.parametrize("answer", [{"clear": 3}, dict.fromkeys(QUESTIONS, 9), "very good"])
def test_an_answer_that_does_not_fit_is_an_error_and_no_rating(document: StudyDocument, answer: Answer) -> None:
    with pytest.raises(InvalidAnswer, match="the answer was unusable, even when asked again"):
        asyncio.run(rate(document, structured(ScriptedClient(lambda r: answer))))


def test_an_answer_that_does_not_fit_is_asked_for_again_with_the_same_seed(document: StudyDocument) -> None:
    client = ScriptedClient(["very good", *[dict.fromkeys(QUESTIONS, 4)] * 3])
    assert [r.clear for r in asyncio.run(rate(document, structured(client)))] == [4, 4, 4]
    assert [r.seed for r in client.requests] == [1, 1, 2, 3]


def test_two_folders_are_judged_once_and_the_verdicts_stand_below_the_scores(
    record: Path, tmp_path: Path, scripted_endpoint: Callable[[Callable[[Request], Answer]], ScriptedClient]
) -> None:
    client = scripted_endpoint(by_seed)
    settings = load_settings(model="judge", base_url="http://localhost:1/v1", out=tmp_path / "kept")

    def judge(folders: Sequence[Path]) -> tuple[str, list[Verdict]]:
        return "judge", asyncio.run(judge_folders(folders, settings, lambda done, total: None))

    compared = partial(run_compare, [record.parent] * 2, None, None, None, as_json=False, page=None)
    assert "Judged by" not in compared(judge=None)[1] and not client.requests
    _, text = compared(judge=judge)
    assert "Judged by judge, 3 times each" in text and len(client.requests) == 3
    record.with_name("broken.json").write_text("{}", "utf-8")
    record.with_name("broken.md").write_text("# Broken", "utf-8")
    code, text = compared(judge=judge)
    assert len(client.requests) == 3, "stored ratings are not asked for again"
    assert code == 1 and "Judged by judge" in text and text.count("Not scored: ") == 2
