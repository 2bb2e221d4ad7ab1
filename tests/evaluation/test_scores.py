"""Sanity of the scores: what is worse scores worse, on its own measure."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.document import Detail, StudyDocument
from pipeline.evaluation.comparing import interval
from pipeline.evaluation.eval_commands import run_compare, run_eval
from pipeline.evaluation.scores import read_reference, score
from pipeline.readers import read_transcript
from pipeline.source import Source
from pipeline.store import dump, load
from tests.samples import FIXTURES, SAMPLES, record_of

NAME = "tidal-turbines"
DOCUMENT = load(record_of(NAME))
SOURCE = Source(read_transcript(SAMPLES[NAME]))
PLAIN = score(DOCUMENT, SOURCE)


def with_details(change) -> StudyDocument:  # noqa: ANN001
    """The golden document with `change` applied to its list of details, all under its first heading."""
    details = [d for p in DOCUMENT.main_points for d in (*p.details, *(i for x in p.details for i in x.details))]
    flat = [d.model_copy(update={"details": ()}) for d in details]
    point = DOCUMENT.main_points[0].model_copy(update={"details": tuple(change(flat))})
    return DOCUMENT.model_copy(update={"main_points": (point,)})


def edited(details: list[Detail], old: str, new: str) -> list[Detail]:
    assert any(old in d.text for d in details)
    return [d.model_copy(update={"text": d.text.replace(old, new)}) for d in details]


@pytest.mark.parametrize(
    ("measure", "old", "new"),
    [
        ("figures_verified", "195 euros", "210 euros"),
        ("names_verified", "at Skerry Sound", "at Kowalski"),
    ],
)
def test_a_planted_fault_lowers_its_own_measure_and_the_support(measure: str, old: str, new: str) -> None:
    whole = score(with_details(list), SOURCE)
    bent = score(with_details(lambda d: edited(d, old, new)), SOURCE)
    assert bent[measure] < whole[measure] and bent["supported"] < whole["supported"]
    other = {"figures_verified", "names_verified", "quotes_verified", "redundancy", "cited"} - {measure}
    assert all(bent[m] == pytest.approx(whole[m], abs=0.05) for m in other if whole[m] is not None)


def test_a_bent_quotation_lowers_the_quote_measure() -> None:
    line = SOURCE.transcript.segment(8)
    words = " ".join(line.text.split()[:9])

    def quoting(said: str) -> StudyDocument:
        return with_details(lambda ds: [*ds, ds[0].model_copy(update={
            "text": f"{line.speaker}: “{said}”",
            "evidence": (ds[0].evidence[0].model_copy(update={"segment": 8}),)})])  # fmt: skip

    assert score(quoting(words), SOURCE)["quotes_verified"] == 1.0
    assert score(quoting(words.replace(words.split()[4], "elephant")), SOURCE)["quotes_verified"] == 0.0


def test_order_changes_no_score_that_is_free_of_order() -> None:
    assert score(with_details(lambda d: d[::-1]), SOURCE) == score(with_details(list), SOURCE)


def test_repeating_statements_raises_redundancy_and_nothing_else_of_trust() -> None:
    twice = score(with_details(lambda d: [*d, *d]), SOURCE)
    assert twice["redundancy"] > PLAIN["redundancy"] + 0.3
    assert twice["supported"] >= PLAIN["supported"]


def test_notes_of_the_first_tenth_alone_reach_little() -> None:
    first = DOCUMENT.main_points[0].details[0].evidence[0].segment
    short = with_details(lambda d: [x for x in d if x.evidence[0].segment <= first + 2][:1])
    short = short.model_copy(update={"key_concepts": (), "summary": (), "overview": ()})
    scores = score(short, SOURCE)
    assert scores["cited"] < 0.3 and scores["balance"] == 0.0


def test_a_reference_counts_what_the_notes_have_of_it() -> None:
    good = read_reference("# Cost of tidal energy\n\n- A megawatt hour from the sea costs about 195 euros today.\n")
    bad = read_reference("# Bread\n\n- The bakery of Ashford sells three hundred loaves every morning.\n")
    assert score(DOCUMENT, SOURCE, good)["recall"] == 1.0
    assert score(DOCUMENT, SOURCE, bad)["recall"] == 0.0
    assert score(DOCUMENT, SOURCE, bad)["heading_recall"] == 0.0


def test_an_interval_holds_its_mean_and_narrows_with_more_values() -> None:
    few, many = interval([0.0, 1.0] * 3), interval([0.0, 1.0] * 60)
    assert few and many and few.low <= few.mean <= few.high
    assert many.high - many.low < few.high - few.low
    assert interval([]) is None and interval([0.5]) == interval([0.5])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The golden documents, and the same with one figure changed."""
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        shutil.copytree(FIXTURES, folder)
    bent = with_details(lambda d: edited(d, "195 euros", "210 euros"))
    (after / NAME / f"{NAME}.json").write_text(dump(bent), "utf-8")
    return before, after


def test_compare_tells_what_changed_and_fails_past_the_threshold(folders: tuple[Path, Path]) -> None:
    code, text = run_compare(list(folders), None, None, 0.005)
    assert code == 1 and "Past the threshold: supported by" in text
    assert text.index(f"### {NAME}") < text.index("### night-trains")
    assert "195 euros" in text and "210 euros" in text
    assert run_compare([folders[0], folders[0]], None, None, 0.0)[0] == 0


def test_eval_prints_the_same_numbers_as_markdown_and_json(folders: tuple[Path, Path]) -> None:
    code, text = run_eval([folders[0]], None, None)
    _, as_json = run_eval([folders[0]], None, None, as_json=True)
    mean = json.loads(as_json)["means"]["supported"]["mean"]
    assert code == 0 and f"| supported | {mean:.3f} |" in text and 0.9 < mean <= 1.0
