"""The judge of single statements: each beside its lines and those around them, in batches, the untrue ones quoted."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.document import StudyDocument
from pipeline.errors import EndpointError, InputError
from pipeline.evaluation.scores import with_transcript
from pipeline.evaluation.statement_judging import (
    JudgedDocument,
    judge_document,
    judged_lines,
    judged_markdown,
    run_judge,
)
from pipeline.llm import Request
from pipeline.settings import Settings, load_settings
from pipeline.store import output_path, write
from tests.scripted import Answer, ScriptedClient, structured


def asked(request: Request) -> list[int]:
    """The numbers of the statements that a request shows."""
    shown = request.messages[0].content.split("\nStatements,")[1].split("\nRate every")[0]
    return [int(n) for n in re.findall(r"^(\d+)\. ", shown, re.MULTILINE)]


def rating(number: int, **other: Any) -> dict[str, Any]:
    return {"id": number, "truth": "true", "cited": True, "worth": True, "why": ""} | other


def all_true(request: Request) -> dict[str, Any]:
    return {"ratings": [rating(n) for n in asked(request)]}


def loan_is_untrue(request: Request) -> Answer:
    said = request.messages[-1].content
    (number,) = (int(n) for n in re.findall(r"(\d+)\. .*Ben says that the project is dead", said))
    bad = rating(number, truth="partly", cited=False, worth=False, why="he says that everybody *knows* it")
    return {"ratings": [bad if n == number else rating(n) for n in asked(request)]}


def judged(record: Path, answer: Callable[[Request], Answer], **more: Any) -> tuple[JudgedDocument, ScriptedClient]:
    client = ScriptedClient(answer)
    return asyncio.run(judge_document(record, *with_transcript(record, **more), structured(client))), client


def test_every_statement_is_rated_nested_ones_too(record: Path) -> None:
    found, client = judged(record, all_true)
    assert len(client.requests) == 1 and len(found.statements) == 8 and found.failed == ()
    assert [s.section for s in found.statements].count("main_points") == 5


def test_a_statement_is_shown_with_its_place_its_label_and_its_lines(record: Path) -> None:
    _, client = judged(record, all_true)
    text = client.requests[0].messages[-1].content
    assert "(Main Points, “A Reactor and Its Tower”) Lund reactor: The Lund reactor makes 40 megawatts" in text
    assert ", under “Heat exchanger: A heat exchanger is to replace" in text
    assert "[5] The city pays half" in text.replace("Ana: ", "") and "loan of ten years the rest. [5]" in text
    assert "Title: The Tower." in text


def test_lines_around_the_cited_ones_are_shown_and_far_ones_are_not(record: Path, talk: Path) -> None:
    fields = json.loads(record.read_text("utf-8"))
    far = [f"Ana: Here is filler number {n}, said at some length so that it stands alone as a line." for n in range(40)]
    talk.write_text(talk.read_text("utf-8") + "\n\n" + "\n\n".join(far), "utf-8")
    fields["source"] |= {"sha256": hashlib.sha256(talk.read_bytes()).hexdigest(), "segments": 46}
    record.write_text(json.dumps(fields), "utf-8")
    _, client = judged(record, all_true)
    text = client.requests[0].messages[-1].content
    assert "filler number 1," in text and "filler number 9," not in text and "\n…\n" in text


def test_a_long_document_is_judged_in_batches_of_twelve(record: Path) -> None:
    fields = json.loads(record.read_text("utf-8"))
    details = fields["main_points"][0]["details"]
    fields["main_points"][0]["details"] = details * 10
    record.write_text(json.dumps(fields), "utf-8")
    found, client = judged(record, all_true)
    assert [len(asked(r)) for r in client.requests] == [12, 12, 2] and len(found.statements) == 26


def test_a_rating_that_is_missing_or_of_no_statement_is_asked_for_again(record: Path) -> None:
    def short_at_first(request: Request) -> Answer:
        full = all_true(request)
        return full if len(request.messages) > 1 else {"ratings": full["ratings"][1:]}

    found, client = judged(record, short_at_first)
    assert len(found.statements) == 8
    assert "there is no rating of 1" in client.requests[1].messages[-1].content


def test_what_cannot_be_judged_is_told_and_not_counted(record: Path) -> None:
    found, _ = judged(record, lambda r: {"ratings": [rating(99)]})
    assert found.statements == () and found.failed[0].startswith("8 statements not judged: ")


def test_a_refused_key_ends_the_judging(record: Path) -> None:
    with pytest.raises(EndpointError):
        judged(record, lambda r: EndpointError("the key is refused", fatal=True))


def test_a_record_whose_transcript_has_changed_is_not_judged(record: Path, talk: Path) -> None:
    talk.write_text(talk.read_text("utf-8") + "\n\nAna: One more thing to say.", "utf-8")
    with pytest.raises(InputError, match="has changed since"):
        judged(record, all_true)


def test_the_table_counts_and_the_untrue_statements_are_quoted(record: Path) -> None:
    text = judged_markdown([judged(record, loan_is_untrue)[0]], "judge")
    assert "| talk | 8 | 7 | 1 | 0 | 7 | 7 | 0 |" in text
    assert "- partly, Main Points, lines 6: “Ben says that the project is dead without the loan.”" in text
    assert "everybody \\*knows\\* it" in text and "Nothing untrue was found." not in text


def test_true_statements_that_the_record_doubts_are_counted(record: Path) -> None:
    fields = json.loads(record.read_text("utf-8"))
    fields["summary"][0] |= {"support": "weak", "finding": "it is not checked"}
    record.write_text(json.dumps(fields), "utf-8")
    text = judged_markdown([judged(record, all_true)[0]], "judge")
    assert "| talk | 8 | 8 | 0 | 0 | 8 | 8 | 1 |" in text and "Nothing untrue was found." in text


def test_a_judge_that_wrote_the_notes_itself_is_told(record: Path) -> None:
    found = judged(record, all_true)[0]
    assert "The judge is the model that wrote talk." in judged_markdown([found], "scripted")
    assert "The judge is the model" not in judged_markdown([found], "another")


def test_json_gives_a_line_for_each_statement_with_what_judged_it(record: Path) -> None:
    rows = [json.loads(row) for row in judged_lines([judged(record, loan_is_untrue)[0]], "judge").splitlines()]
    assert len(rows) == 8 and {r["judge"] for r in rows} == {"judge"}
    (bad,) = [r for r in rows if r["truth"] != "true"]
    assert (bad["cited"], bad["worth"], bad["lines"]) == (False, False, [6])


def by_command(folder: Path, transcripts: Path | None, settings: Settings, *, as_json: bool = False) -> tuple[int, str]:
    return asyncio.run(run_judge([folder], transcripts, settings, lambda done, total: None, as_json=as_json))


def test_documents_of_one_name_are_told_apart(
    document: StudyDocument, tmp_path: Path, scripted_endpoint: Callable[[Callable[[Request], Answer]], ScriptedClient]
) -> None:
    for week in ("week1", "week2"):
        write(document, "page", output_path(tmp_path / "all", f"{week}/talk"))
    settings = load_settings(model="scripted", base_url="http://localhost:1/v1", out=tmp_path / "kept")
    scripted_endpoint(all_true)
    _, text = by_command(tmp_path / "all", tmp_path, settings)
    for name in ("week1/talk", "week2/talk"):
        assert f"| {name} | 8 |" in text and f"### {name}\n" in text and f"model that wrote {name}." in text


def test_the_command_asks_once_and_fails_where_something_is_not_judged(
    record: Path,
    tmp_path: Path,
    scripted_endpoint: Callable[[Callable[[Request], Answer]], ScriptedClient],
) -> None:
    settings = load_settings(model="judge", base_url="http://localhost:1/v1", out=tmp_path / "kept")

    def run(*, as_json: bool = False) -> tuple[int, str]:
        return by_command(record.parent, None, settings, as_json=as_json)

    client = scripted_endpoint(all_true)
    assert run()[0] == 0 and "Judged by judge" in run()[1]
    assert len(run(as_json=True)[1].splitlines()) == 8 and len(client.requests) == 1
    settings = load_settings(model="other", base_url="http://localhost:1/v1", out=tmp_path / "kept")
    scripted_endpoint(lambda r: "no")
    code, text = run()
    assert code == 1 and "No statement was judged." in text and "Nothing untrue" not in text


def test_notes_without_a_statement_that_could_be_judged_are_not_told_as_true(
    record: Path,
    tmp_path: Path,
    scripted_endpoint: Callable[[Callable[[Request], Answer]], ScriptedClient],
) -> None:
    fields = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps(fields | {"overview": [], "main_points": [], "key_concepts": [], "summary": []}))
    settings = load_settings(model="judge", base_url="http://localhost:1/v1", out=tmp_path / "kept")
    scripted_endpoint(all_true)
    code, text = by_command(record.parent, None, settings)
    assert code == 1 and "it has no statement that cites lines" in text and "Nothing untrue" not in text


def test_a_document_that_cannot_be_read_is_told_and_the_others_are_judged(
    record: Path,
    tmp_path: Path,
    scripted_endpoint: Callable[[Callable[[Request], Answer]], ScriptedClient],
) -> None:
    fields = json.loads(record.read_text("utf-8"))
    piped = fields | {"source": fields["source"] | {"path": "standard input", "sha256": "0" * 64}}
    record.with_name("piped.json").write_text(json.dumps(piped), "utf-8")
    record.with_name("broken.json").write_text("{}", "utf-8")
    record.with_name("broken.md").write_text("# Broken", "utf-8")
    settings = load_settings(model="judge", base_url="http://localhost:1/v1", out=tmp_path / "kept")
    scripted_endpoint(all_true)
    code, text = by_command(record.parent, None, settings)
    assert code == 1 and "| talk | 8 | 8 |" in text and text.count("Not judged: ") == 2
    assert re.search(r"Not judged: .*piped\.json: its transcript standard input was not found", text)
    rows = [json.loads(row) for row in by_command(record.parent, None, settings, as_json=True)[1].splitlines()]
    assert [Path(r["path"]).name for r in rows if "error" in r] == ["broken.json", "piped.json"] and len(rows) == 10
    record.unlink()
    with pytest.raises(InputError, match="piped"):
        by_command(record.parent, None, settings)
