"""`studydoc eval` and `eval compare`, without a judge."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.errors import InputError, SettingsError
from pipeline.evaluation.comparing import Interval
from pipeline.evaluation.eval_commands import run_compare, run_eval
from pipeline.evaluation.judging import Verdict
from pipeline.evaluation.scores import SCORES


@pytest.fixture
def folders(record: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A document, and the same without its last heading and with one figure changed."""
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        shutil.copytree(record.parent, folder)
    fields = json.loads((after / "talk.json").read_text("utf-8"))
    fields["main_points"].pop()
    fields["key_concepts"], fields["overview"], fields["summary"] = [], [], []
    detail = fields["main_points"][0]["details"][1]
    detail["text"] = detail["text"].replace("3 million", "9 million")
    (after / "talk.json").write_text(json.dumps(fields), "utf-8")
    return before, after


def scores(*paths: Path, as_json: bool = False, page: Path | None = None) -> tuple[int, str]:
    return run_eval(paths, None, None, as_json=as_json, page=page)


def compared(*folders: Path, fail_under: float | None = None) -> tuple[int, str]:
    return run_compare(folders, None, None, fail_under, as_json=False, page=None, judge=None)


def test_eval_prints_the_same_numbers_as_markdown_and_json(record: Path) -> None:
    code, text = scores(record.parent)
    _, as_json = scores(record.parent, as_json=True)
    told = json.loads(as_json)
    mean = told["means"]["lix"]["mean"]
    assert code == 0 and f"| lix | {mean:.3f} |" in text
    assert set(told["documents"][0]["scores"]) == set(SCORES)


def test_a_page_is_scored_by_its_record(record: Path) -> None:
    assert scores(record.with_suffix(".md")) == scores(record)


def test_a_document_that_is_named_twice_counts_once(record: Path) -> None:
    assert scores(record, record.with_suffix(".md")) == scores(record)


def test_a_record_whose_transcript_has_changed_is_not_scored(record: Path, talk: Path) -> None:
    talk.write_text(talk.read_text("utf-8") + "\n\nAna: One more thing to say.", "utf-8")
    with pytest.raises(InputError, match="has changed since the notes were made"):
        scores(record)


def test_a_record_that_cannot_be_scored_is_told_and_the_others_have_their_scores(record: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(record.parent, tmp_path / "both")
    fields = json.loads((folder / "talk.json").read_text("utf-8"))
    fields["source"]["path"] = "gone.txt"
    (folder / "lost.json").write_text(json.dumps(fields), "utf-8")
    (folder / "lost.md").write_text("# Lost\n", "utf-8")
    code, text = scores(folder)
    assert code == 1 and "| talk |" in text and "Not scored: " in text and "lost.json: its transcript gone.txt" in text
    told = json.loads(scores(folder, as_json=True)[1])
    assert [d["name"] for d in told["documents"]] == ["talk"] and len(told["failed"]) == 1


def test_compare_tells_what_changed_and_fails_past_the_threshold(folders: tuple[Path, Path]) -> None:
    code, text = compared(*folders, fail_under=0.005)
    assert code == 1 and "Over the threshold: " in text and "cited by 0.667" in text
    assert "3 million" in text and "9 million" in text
    assert compared(folders[0], folders[0], fail_under=0.0)[0] == 0


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("lacks", [0, 1])
def test_a_document_that_one_folder_lacks_fails_a_comparison(record: Path, lacks: int, as_json: bool) -> None:
    folders = [shutil.copytree(record.parent, record.parent.parent / name) for name in ("before", "after")]
    assert run_compare(folders, None, None, 1.0, as_json=as_json, page=None, judge=None)[0] == 0
    for ending in (".json", ".md"):
        shutil.copy(record.with_suffix(ending), folders[1 - lacks] / f"lecture{ending}")
    code, text = run_compare(folders, None, None, 1.0, as_json=as_json, page=None, judge=None)
    assert code == 1
    assert json.loads(text)["unpaired"] == ["lecture"] if as_json else "In only one of the two: lecture" in text


def test_compare_takes_two_folders_with_a_document_in_common(folders: tuple[Path, Path]) -> None:
    with pytest.raises(SettingsError, match="compare takes two folders"):
        compared(folders[0])
    (folders[1] / "talk.json").rename(folders[1] / "other.json")
    (folders[1] / "talk.md").rename(folders[1] / "other.md")
    with pytest.raises(SettingsError, match="no document of the same name"):
        compared(*folders)


def test_eval_writes_a_page_with_plots_where_asked(record: Path, tmp_path: Path) -> None:
    scores(record, page=tmp_path / "scores.html")
    assert "<svg" in (tmp_path / "scores.html").read_text("utf-8")


def test_the_page_says_which_documents_have_no_scores(record: Path, tmp_path: Path) -> None:
    record.with_name("broken<b>.json").write_text("{}", "utf-8")
    record.with_name("broken<b>.md").write_text("# Broken", "utf-8")
    scores(record.parent, page=tmp_path / "scores.html")
    page = (tmp_path / "scores.html").read_text("utf-8")
    assert "<li>Not scored: " in page and "broken&lt;b&gt;.json: this is not a study document" in page


def test_the_page_of_a_comparison_says_why_it_fails_and_how_the_judge_rates(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    for ending in (".json", ".md"):
        shutil.copy(folders[0] / f"talk{ending}", folders[0] / f"lecture{ending}")
    (folders[1] / "broken.json").write_text("{}", "utf-8")
    (folders[1] / "broken.md").write_text("# Broken", "utf-8")
    verdict = Verdict("clear", 3.0, 4.5, Interval(1.5, 1.0, 2.0, 1), 0.75)
    path = tmp_path / "compared.html"
    run_compare(folders, None, None, 0.005, as_json=False, page=path, judge=lambda _: ("judge <1>", [verdict]))
    page = path.read_text("utf-8")
    assert "<li>In only one of the two: lecture</li><li>Over the threshold: " in page
    assert "<li>Not scored: " in page and "broken.json: this is not a study document" in page
    assert "Judged by judge &lt;1&gt;, 3 times each" in page and "<td>clear</td><td>3.00</td><td>4.50</td>" in page


def test_documents_of_one_name_in_two_folders_are_compared_each_with_its_own(folders: tuple[Path, Path]) -> None:
    for folder in folders:
        for week in ("week1", "week2"):
            shutil.copytree(folder, folder / week, ignore=shutil.ignore_patterns("week*"))
    names = {d["name"] for d in json.loads(scores(folders[0], as_json=True)[1])["documents"]}
    assert names == {"talk", "week1/talk", "week2/talk"}
    text = compared(*folders)[1]
    assert all(f"### {name}: " in text for name in names)


def recalls(paths: list[Path], reference: Path) -> dict[str, float | None]:
    """The recall of each document, by its name."""
    told = json.loads(run_eval(paths, reference, None, as_json=True, page=None)[1])
    return {d["name"]: d["scores"]["recall"] for d in told["documents"]}


@pytest.fixture
def weeks(folders: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Two documents of one name in two folders, and people's notes of each in folders of the same names."""
    kept, notes = tmp_path / "kept", tmp_path / "notes"
    said = ("- The city pays half, a loan of ten years the rest.", "- The bakery of Ashford sells nine loaves daily.")
    for week, text in zip(("week1", "week2"), said, strict=True):
        shutil.copytree(folders[0], kept / week)
        (notes / week).mkdir(parents=True)
        (notes / week / "talk.md").write_text(text, "utf-8")
    return kept, notes


def test_notes_of_documents_of_one_name_are_found_by_their_folders(weeks: tuple[Path, Path]) -> None:
    kept, notes = weeks
    assert recalls([kept], notes) == {"week1/talk": 1.0, "week2/talk": 0.0}


def test_notes_of_another_document_of_the_name_are_not_taken_and_it_is_told(weeks: tuple[Path, Path]) -> None:
    kept, notes = weeks
    shutil.rmtree(notes / "week1")
    assert recalls([kept], notes) == {"week1/talk": None, "week2/talk": 0.0}
    assert (
        f"No reference notes in {notes} for: week1/talk\n" in run_eval([kept], notes, None, as_json=False, page=None)[1]
    )


def test_notes_elsewhere_are_taken_where_their_name_is_the_only_one(weeks: tuple[Path, Path]) -> None:
    kept, notes = weeks
    alone = kept / "week1" / "talk.json"
    assert recalls([alone], notes) == {"talk": None}
    (notes / "week2" / "talk.md").unlink()
    (notes / "week1" / "talk.notes.md").write_text("- The bakery of Ashford sells nine loaves daily.", "utf-8")
    assert recalls([alone], notes) == {"talk": 0.0}, "talk.notes.md counts before talk.md"
