"""The scores: what each measures, and that what is worse scores worse on its own measure."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.document import Detail, StudyDocument
from pipeline.evaluation.comparing import compare, interval
from pipeline.evaluation.html import comparison_html, scores_html
from pipeline.evaluation.likeness import Rarity, stems
from pipeline.evaluation.scores import (
    SCORES,
    Reference,
    Scored,
    lix,
    read_reference,
    reference_for,
    rouge,
    score,
    score_path,
)
from pipeline.rechecking import printed_claims
from tests.scripted import transcript

TALK = transcript()
PEOPLE = (
    "# The cooling tower\n\n- It costs 3 million euros a year.\n- The city pays half, a loan of ten years the rest.\n"
)


def with_details(document: StudyDocument, change: Callable[[list[Detail]], list[Detail]]) -> StudyDocument:
    """The document with `change` applied to its details, all under its first heading, and nothing else that cites."""
    details = [d.model_copy(update={"details": ()}) for p in document.main_points for d in p.flat()]
    point = document.main_points[0].model_copy(update={"details": tuple(change(details))})
    nothing: dict[str, Any] = {"overview": (), "key_concepts": (), "summary": ()}
    return document.model_copy(update=nothing | {"main_points": (point,)})


def test_nested_details_count_as_statements(document: StudyDocument) -> None:
    assert len(printed_claims(document)) == 8
    assert score(document, TALK)["cited"] == 1.0


def test_no_score_says_whether_statements_are_true() -> None:
    assert not [n for n in SCORES if "verified" in n or "supported" in n]


def test_order_changes_only_what_is_a_repeat_of_what(document: StudyDocument) -> None:
    there, back = (score(with_details(document, c), TALK) for c in (list, lambda d: d[::-1]))
    assert {n for n in SCORES if there[n] != back[n]} <= {"redundancy"}


def test_repeating_statements_raises_redundancy_and_costs_no_reach(document: StudyDocument) -> None:
    once, twice = (score(with_details(document, c), TALK) for c in (list, lambda d: [*d, *d]))
    assert twice["redundancy"] == pytest.approx(once["redundancy"] + 0.5)  # type: ignore[operator]
    assert twice["cited"] == once["cited"] and twice["tenths"] == once["tenths"]


def test_a_statement_with_another_figure_is_no_repeat(document: StudyDocument) -> None:
    def two(details: list[Detail]) -> list[Detail]:
        texts = ("The city pays 5,000 for the exchanger.", "The council gave 3 million to the tower.")
        return [details[0].model_copy(update={"text": t}) for t in texts]

    assert score(with_details(document, two), TALK)["redundancy"] == 0.0


def test_the_words_of_a_line_in_a_row_are_a_copy(document: StudyDocument) -> None:
    def copied(details: list[Detail]) -> list[Detail]:
        return [details[0].model_copy(update={"text": details[0].evidence[0].quote})]

    assert score(with_details(document, copied), TALK)["copied"] == 1.0
    assert score(with_details(document, lambda d: d[1:2]), TALK)["copied"] == 0.0


def test_notes_of_the_first_lines_alone_reach_little(document: StudyDocument) -> None:
    scores = score(with_details(document, lambda d: d[:1]), TALK)
    assert scores["cited"] == pytest.approx(1 / 6) and scores["balance"] == 0.0
    assert scores["tenths"] == 2.0, "tenths of a short transcript share lines"


def test_the_length_is_told_beside_what_was_asked_for(document: StudyDocument) -> None:
    half = document.model_copy(update={"run": document.run.model_copy(update={"words": document.run.words_asked // 2})})
    assert score(half, TALK)["length_asked"] == 0.5


def test_a_partial_document_is_not_valid(document: StudyDocument) -> None:
    assert score(document, TALK)["valid"] == 1.0
    assert score(document.model_copy(update={"status": "partial"}), TALK)["valid"] == 0.0


def test_a_reference_counts_what_the_notes_have_of_it(document: StudyDocument) -> None:
    good = score(document, TALK, read_reference(PEOPLE))
    bad = score(document, TALK, read_reference("# Bread\n\n- The bakery of Ashford sells nine loaves every morning.\n"))
    assert good["recall"] == 1.0 and good["heading_recall"] == 1.0
    assert bad["recall"] == 0.0 and bad["heading_recall"] == 0.0
    assert good["rouge_1"] > bad["rouge_1"]  # type: ignore[operator]


def test_without_a_reference_nothing_is_said_of_agreement(document: StudyDocument) -> None:
    scores = score(document, TALK)
    assert all(scores[n] is None for n in ("recall", "heading_recall", "rouge_1", "rouge_2", "rouge_l"))


def test_a_document_without_statements_is_scored_too(document: StudyDocument) -> None:
    empty = with_details(document, list).model_copy(update={"main_points": ()})
    scores = score(empty, TALK, read_reference(PEOPLE))
    assert scores["cited"] == 0.0 and scores["balance"] is None and scores["recall"] == 0.0


def test_rare_words_weigh_more_than_those_of_every_line() -> None:
    rarity = Rarity(TALK)
    assert rarity.share(stems("the evaporation"), stems("evaporation")) > 0.7
    assert rarity.share(stems("the evaporation"), stems("the")) < 0.3
    assert rarity.share(set(), {"the"}) == 0.0


REFERENCE = "The city pays half of the heat exchanger, the rest comes from a loan of ten years."


@pytest.mark.parametrize(
    ("text", "expected"),  # as the package rouge-score 0.1.2 gives them, without stemming
    [
        ("Half of the heat exchanger is paid by the city, the other half by a loan of ten years.", (0.722222, 0.529412, 0.611111)),
        ("A loan of ten years pays the rest.", (0.64, 0.434783, 0.4)),
        ("Bread rises overnight.", (0.0, 0.0, 0.0)),
    ],
)  # fmt: skip
def test_rouge_is_the_one_of_the_reference_program(text: str, expected: tuple[float, float, float]) -> None:
    assert tuple(rouge(text, REFERENCE).values()) == pytest.approx(expected, abs=1e-6)
    assert rouge(REFERENCE, REFERENCE) == {"rouge_1": 1.0, "rouge_2": 1.0, "rouge_l": 1.0}
    assert rouge(text, "")["rouge_1"] is None and rouge("", REFERENCE)["rouge_1"] == 0.0


def test_long_words_and_long_sentences_raise_lix() -> None:
    assert lix(["The cat sat on the mat."]) == 6.0
    assert lix(["Institutional considerations necessitate comprehensive documentation."]) == 105.0
    assert lix([]) is None


def test_a_reference_is_read_without_marks_links_and_times() -> None:
    found = read_reference(
        "---\na: b\n---\n# **Head** [x](http://y)\n\n* 12:30 The `tower` costs [a lot](http://z). Yes.\n"
    )
    assert found == Reference(("The tower costs a lot.",), ("Head x",))


def test_notes_beside_a_record_are_its_reference_only_when_asked_for(record: Path, tmp_path: Path) -> None:
    (record.parent / "reference.md").write_text(PEOPLE, "utf-8")
    assert reference_for(record, "talk", tmp_path, alone=True) == read_reference(PEOPLE)
    (tmp_path / "other").mkdir()
    assert reference_for(record, "talk", tmp_path / "other", alone=True) is None
    assert score_path(record).scores["recall"] is None
    assert score_path(record, references=tmp_path).scores["recall"] == 1.0


def test_an_interval_holds_its_mean_and_narrows_with_more_values() -> None:
    few, many = interval([0.0, 1.0] * 3), interval([0.0, 1.0] * 60)
    assert few and many and few.low <= few.mean <= few.high
    assert many.high - many.low < few.high - few.low
    assert interval([]) is None and interval([0.5]) == interval([0.5])


def scored(document: StudyDocument, name: str = "talk") -> Scored:
    return Scored(name, Path("talk.json"), score(document, TALK), tuple(printed_claims(document)))


def test_the_html_report_escapes_names_and_holds_no_script(document: StudyDocument) -> None:
    page = scores_html([scored(document, "<script>alert(1)</script><img src=//evil.example/x>")])
    assert "<script" not in page and "<img" not in page and "&lt;script&gt;" in page
    assert page.count("<circle") == sum(1 for v in score(document, TALK).values() if v is not None and 0 <= v <= 1)
    assert not re.search(r"<[^>]*(?:src|href)=|url", page) and "default-src 'none'" in page


def test_the_html_comparison_shows_what_changed_and_escapes_it(document: StudyDocument) -> None:
    def one(text: str) -> Scored:
        first = scored(document)
        return replace(first, statements=(replace(first.statements[0], text=text), *first.statements[1:]))

    page = comparison_html(compare([one("A <b>tide</b> turns.")], [one("A <b>tide</b> turned.")]))
    assert "changed: <del>A &lt;b&gt;tide&lt;/b&gt; turns.</del> <ins>A &lt;b&gt;tide&lt;/b&gt; turned.</ins>" in page
    assert "<svg" in page and "<b>" not in page
