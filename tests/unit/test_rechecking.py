"""`studydoc check`: records and edited pages beside their transcripts, by code alone and with a model."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.check import run_check
from pipeline.document import Problem, StudyDocument
from pipeline.errors import EndpointError, InputError
from pipeline.llm import Request
from pipeline.pages import render_markdown
from pipeline.pages.reading import UNCITED, draft_of_page, edited_page
from pipeline.profile import CAPABLE, Recipe
from pipeline.rechecking import Checked, check_path, check_path_with_model
from pipeline.run import asummarise
from pipeline.run_record import Naming, RunRecord
from pipeline.store import load, output_path, write
from tests.kinds import TASKS, answering
from tests.scripted import EMPTY, LINES, Answer, ScriptedClient, fitting, good_answer, structured


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page and its record, made from scripted answers, with their transcript beside the output folder."""
    talk = tmp_path / "reactor.txt"
    talk.write_text("\n\n".join(f"{who}: {text}" for who, text in LINES), "utf-8")
    document = asyncio.run(asummarise(talk, ScriptedClient(good_answer)))
    page, _ = write(document, render_markdown(document), output_path(tmp_path / "outputs", "reactor"))
    return page


def kinds(checked: list[Checked]) -> set[str]:
    return {f.kind for c in checked for f in c.findings}


def found(path: Path) -> set[str]:
    return kinds(check_path(path)[1])


def checked_by_command(*paths: Path, as_json: bool = False) -> tuple[int, list[str]]:
    return asyncio.run(run_check(paths, None, as_json=as_json))


def edit(page: Path, old: str, new: str) -> None:
    text = page.read_text("utf-8")
    assert old in text
    page.write_text(text.replace(old, new), "utf-8")


def rewrite(page: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    record = page.with_suffix(".json")
    fields = json.loads(record.read_text("utf-8"))
    change(fields)
    record.write_text(json.dumps(fields), "utf-8")
    return record


def doubted(finding: str) -> Callable[[dict[str, Any]], None]:
    """The first detail made one of 45 megawatts, against which a finding stands."""

    def change(fields: dict[str, Any]) -> None:
        detail = fields["main_points"][0]["details"][0]
        detail |= {"text": detail["text"].replace("40", "45"), "support": "weak", "finding": finding}

    return change


def test_a_fresh_document_has_no_findings_as_record_and_as_page(page: Path) -> None:
    assert found(page) == found(page.with_suffix(".json")) == set()


def test_a_page_that_nobody_touched_is_not_edited_whatever_white_space_a_statement_has(page: Path) -> None:
    def spaced(fields: dict[str, Any]) -> None:
        fields["overview"][0]["text"] = fields["overview"][0]["text"].replace(" ", "  ", 1) + " "

    document = load(rewrite(page, spaced))
    page.write_text(render_markdown(document), "utf-8")
    assert edited_page(page) is None
    edit(page, "40 megawatts", "45 megawatts")
    assert edited_page(page) == page


def test_every_statement_is_looked_at_nested_ones_too(page: Path) -> None:
    everything = sum(1 for _ in load(page.with_suffix(".json")).statements())
    assert len(check_path(page)[1]) == len(check_path(page.with_suffix(".json"))[1]) == everything == 8


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("makes 40 megawatts", "makes 45 megawatts", "figure"),
        ("The Lund reactor", "The Malmö reactor", "name"),
        ("warm 5,000 homes", "warm 6,000 homes", "figure"),
        ("too expensive", "“a waste of good public money”", "quotation"),
        ("**Cooling tower:**", "**Cooling tower of Kowalski:**", "name"),
        ("1. A Reactor and Its Tower", "1. A Reactor Since 1989", "figure"),
        ("Speakers: Ana, Ben.", "Speakers: Ana, Ben and Kowalski.", "name"),
    ],
)
def test_an_edit_by_hand_that_nobody_said_is_found_in_the_page(page: Path, old: str, new: str, kind: str) -> None:
    edit(page, old, new)
    assert found(page) == {kind}


def test_an_edit_that_code_cannot_prove_wrong_is_left_alone(page: Path) -> None:
    edit(page, "is dead without the loan", "is not dead without the loan")
    assert found(page) == set()


def test_a_statement_said_twice_in_a_section_is_a_repeat(page: Path) -> None:
    row = "- **Lund reactor:** The Lund reactor makes 40 megawatts and has run without a stop since 1998.\n"
    edit(page, row, row * 2)
    assert found(page) == {"repeat"}


def test_a_new_bullet_has_no_lines_and_only_exact_checks(page: Path) -> None:
    head, tail = page.read_text("utf-8").split("## Key Concepts")
    page.write_text(f"{head}- Solar panels feed a battery of 77 tonnes.\n\n## Key Concepts{tail}", "utf-8")
    (new,) = [c for c in check_path(page)[1] if "Solar" in c.claim.text]
    assert new.claim.lines == () and [f.kind for f in new.findings] == ["citation", "figure"]


def messages(page: Path) -> dict[str, list[str]]:
    """What is found against each claim with findings."""
    return {c.claim.text: [f.message for f in c.findings] for c in check_path(page)[1] if c.findings}


def test_statements_without_lines_have_each_their_own_findings(page: Path) -> None:
    rows = ("Solar panels feed a battery of 77 tonnes.", "A battery is heavy.", "Solar cells cost 12345 euros.")
    edit(page, "## Key Concepts", "".join(f"- {row}\n" for row in rows) + "\n## Key Concepts")
    assert messages(page) == {
        rows[0]: [UNCITED, "nobody says 77 in the recording"],
        rows[1]: [UNCITED],
        rows[2]: [UNCITED, "nobody says 12345 in the recording"],
    }


def test_a_section_of_the_users_own_is_read_and_told_under_its_heading(page: Path) -> None:
    own = "\n## My own remarks of 1989\n\nIt went to 99 homes.\n"
    page.write_text(page.read_text("utf-8") + own, "utf-8")
    assert found(page) == {"figure", "citation"}
    faulty = [c.claim for c in check_path(page)[1] if c.findings]
    assert [(c.section, c.text) for c in faulty] == [("My own remarks of 1989", "It went to 99 homes.")]


@pytest.mark.parametrize("heading", ["## Further Reading", "## Own Remarks of 1989 ##"])
def test_the_heading_of_a_section_of_the_users_own_is_no_claim(page: Path, heading: str) -> None:
    row = "- **Cooling tower:** A building in which water gives its heat to the air.\n"
    edit(page, row, "")
    page.write_text(f"{page.read_text('utf-8')}\n{heading}\n\n{row}", "utf-8")
    assert found(page) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The Lund reactor", "The [Lund reactor](https://en.wikipedia.org/w/index.php?oldid=118745)"),
        ("The Lund reactor makes", "The Lund reactor ([more](https://doi.org/10.1000/182)) makes"),
        ("since 1998.", "since 1998. <https://example.org/2031/77>"),
        ("since 1998.", "since 1998. https://example.org/2031/77"),
        ("since 1998.", "since 1998.[^17]"),
        ("since 1998.", "since 1998.<br>"),
        ("## Summary", "![A curve](figures/fig42.png)\n\n## Summary"),
        ("## Summary", "[^17]: See chapter 9.\n\n## Summary"),
        ("**Lund reactor:**", "__Lund reactor:__"),
        ("The Lund reactor makes", "<span style='color:#1234ff'>The Lund</span> *reactor* makes"),
        ("- **Lund reactor:**", "- [x] **Lund reactor:**"),
        ("## Key Concepts", "## Key Terms"),
        ("## Prerequisites", "## Prerequisites ##"),
        ("## Summary", "<!-- to do:\n- draw 17 towers\n-->\n## Summary"),
    ],
)
def test_what_readers_do_to_a_page_besides_its_words_is_no_finding(page: Path, old: str, new: str) -> None:
    edit(page, old, new)
    assert found(page) == set()
    looked_at = check_path(page)[1]
    assert len(looked_at) == len(check_path(page.with_suffix(".json"))[1])
    assert all(c.claim.lines for c in looked_at)


def test_a_bullet_within_a_comment_is_not_on_the_page(page: Path) -> None:
    row = "- **Lund reactor:** The Lund reactor makes 40 megawatts and has run without a stop since 1998.\n"
    edit(page, row, f"<!--\n{row}-->\n")
    assert found(page) == set() and len(check_path(page)[1]) == 7


def test_a_statement_in_italics_within_a_paragraph_stays_one_statement(page: Path) -> None:
    def together(fields: dict[str, Any]) -> None:
        first, second, *rest = fields["main_points"][0]["details"]
        more = {"lead": None, "details": [], "listed": False}
        fields["main_points"][0]["details"] = [first | more, second | more | {"continues": True}, *rest]

    document = load(rewrite(page, together))
    first, second, *_ = document.main_points[0].details
    written = render_markdown(document)
    for words in (f"*{second.text}*", f"=={second.text}=="):
        assert second.text in written
        page.write_text(written.replace(second.text, words), "utf-8")
        claims = [c.claim for c in check_path(page)[1]]
        assert found(page) == set() and all(c.lines for c in claims)
        assert [c.text for c in claims if c.section == "main_points"][:2] == [first.text, second.text]
    page.write_text(written.replace("### 2.", "…\n\n### 2."), "utf-8")
    assert "…" in [c.claim.text for c in check_path(page)[1] if c.findings]


def test_a_statement_of_the_record_keeps_its_lines_in_a_section_of_the_users_own(page: Path) -> None:
    row = "- **Lund reactor:** The Lund reactor makes 40 megawatts and has run without a stop since 1998.\n"
    edit(page, row, "")
    page.write_text(f"{page.read_text('utf-8')}\n## To learn\n\n{row}", "utf-8")
    assert found(page) == set()
    assert ("To learn", (1,)) in [(c.claim.section, c.claim.lines) for c in check_path(page)[1]]
    seen: list[str] = []
    asked(page, lambda request: seen.append(request.messages[-1].content) or EMPTY)  # type: ignore[func-returns-value]
    assert "== To learn" in seen[0]


@pytest.mark.parametrize("text", ["", "hello", "# Reactor\n\n## Prerequisites\n\n- Power plants\n"])
def test_a_page_without_a_statement_is_refused(page: Path, text: str) -> None:
    page.write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"reactor\.md: nothing of the record is on this page"):
        check_path(page)


def test_a_page_that_is_no_utf_8_is_refused(page: Path) -> None:
    page.write_bytes(page.read_bytes() + "Größe".encode("latin-1"))
    with pytest.raises(InputError, match=r"reactor\.md: this is not UTF-8"):
        check_path(page)


def test_prerequisites_say_nothing_of_the_recording(page: Path) -> None:
    edit(page, "Basic familiarity with power plants", "Basic familiarity with 12 Kowalski plants")
    assert found(page) == set()


def test_bent_evidence_is_found_in_the_record(page: Path) -> None:
    def bend(fields: dict[str, Any]) -> None:
        fields["main_points"][0]["details"][0]["evidence"][0]["quote"] = "The reactor makes 50 megawatts."

    assert found(rewrite(page, bend)) == {"evidence"}
    edit(page, "**Cooling tower:** ", "**Cooling tower**: ")  # as an earlier version rendered it
    assert found(page) == {"evidence"}


def test_lines_that_do_not_exist_are_found(page: Path) -> None:
    talk = page.parent.parent / "reactor.txt"
    talk.write_text("\n\n".join(f"{who}: {text}" for who, text in LINES[:5]), "utf-8")
    _, checked = check_path(page)
    assert "the transcript has 5 lines and no line 6" in {f.message for c in checked for f in c.findings}


def test_what_the_record_says_against_a_statement_is_a_finding_and_is_told_once(page: Path) -> None:
    why = "nobody says 45 in the recording"
    record = rewrite(page, doubted(why))
    (told,) = messages(record).values()
    assert told == [why] and found(record) == {"weak"}
    assert found(rewrite(page, doubted("it was not checked: the checking call failed"))) == {"figure", "weak"}


def test_a_doubt_of_the_record_stands_on_its_page_until_somebody_says_it_otherwise(page: Path) -> None:
    document = load(rewrite(page, doubted("its lines do not support it")))
    page.write_text(render_markdown(document), "utf-8")
    assert found(page) == {"figure", "weak"}
    edit(page, "45 megawatts", "40 megawatts")
    assert found(page) == set()


def test_a_model_that_looked_at_a_statement_in_doubt_judges_in_place_of_the_record(page: Path) -> None:
    record = rewrite(page, doubted("nobody says 45 in the recording"))
    assert kinds(asked(record, lambda r: EMPTY)) == set()
    assert kinds(asked(record, lambda r: "no")) == {"unchecked", "weak"}


@pytest.mark.parametrize("name", ["reactor.json", "reactor.md"])
def test_a_document_that_is_partial_is_told_with_what_it_lacks(page: Path, name: str) -> None:
    def partial(fields: dict[str, Any]) -> None:
        problem = {"section": "main_points", "chunk": 1, "message": "no notes on lines 1–6: it was cut"}
        fields |= {"status": "partial", "problems": [problem] * 3}

    rewrite(page, partial)
    code, (line,) = checked_by_command(page.parent / name)
    told = "the notes are PARTIAL: no notes on lines 1–6: it was cut; and 2 more problems"
    assert code == 1 and line.endswith(f"8 statements checked, 0 with findings; {told}")


def test_what_was_let_stand_is_no_finding_where_other_words_of_its_statement_change(page: Path) -> None:
    def let_stand(fields: dict[str, Any]) -> None:
        detail = fields["main_points"][0]["details"][0]
        detail |= {"text": detail["text"].replace("40", "45"), "remark": "nobody says 45 in the recording"}

    rewrite(page, let_stand)
    edit(page, "40 megawatts", "45 megawatts")
    edit(page, "without a stop", "without stopping")
    assert found(page) == set()
    edit(page, "45 megawatts", "46 megawatts")
    assert found(page) == {"figure"}


def test_a_page_that_says_what_is_missing_has_no_statement_with_findings(page: Path) -> None:
    record = page.with_suffix(".json")
    why = Problem(section="key_concepts", chunk=None, message="nothing could be used")
    nothing: dict[str, Any] = {"key_concepts": (), "main_points": (), "prerequisites": (), "summary": ()}
    bare = load(record).model_copy(update=nothing | {"status": "partial", "problems": (why,)})
    write(bare, render_markdown(bare), record)
    assert found(page) == set() and len(check_path(page)[1]) == 1


def rows(document: StudyDocument, **options: bool) -> list[tuple[str, str, str, tuple[int, ...], int]]:
    draft = draft_of_page(render_markdown(document, **options), document)
    return [(name, s.label, s.text, s.lines, len(s.details)) for name, s in draft.statements()]


def test_every_row_of_a_page_is_read_back_as_it_was_written(page: Path) -> None:
    document = load(page.with_suffix(".json"))
    read = rows(document)
    assert ("main_points", "Heat exchanger", document.main_points[1].details[0].text, (4,), 2) in read
    assert [text for _, _, text, _, _ in read] == [
        getattr(s, "text", None) or s.definition  # type: ignore[union-attr]
        for s in document.statements()
    ]
    assert rows(document, citations=True) == read


BRACKETED = (
    "The reactor at Lund makes 40 megawatts, a[0] and [12] of reference [7] †.",
    "It runs [0:10]",
    "So [line 5].",
)


def bracketed(fields: dict[str, Any]) -> None:
    """Statements with brackets that look like citations: in a text, in the last words of one, and in a lead."""
    first, second, *_ = (d for point in fields["main_points"] for d in point["details"])
    first |= {"text": BRACKETED[0], "lead": "At [1:23] sharp"}
    second |= {"text": BRACKETED[1]}
    fields["overview"][0]["text"] = BRACKETED[2]


@pytest.mark.parametrize("citations", [False, True])
def test_brackets_that_a_statement_has_are_its_own_words(page: Path, citations: bool) -> None:
    record = rewrite(page, bracketed)
    document = load(record)
    page.write_text(render_markdown(document, citations=citations), "utf-8")
    assert messages(page) == messages(record) and len(check_path(page)[1]) == len(check_path(record)[1])
    assert edited_page(page) is None
    edit(page, "5,000 homes", "6,000 homes")
    texts = {c.claim.text: c for c in check_path(page)[1]}
    assert set(BRACKETED) <= set(texts) and all(c.claim.lines for c in texts.values())
    read = draft_of_page(page.read_text("utf-8"), document)
    assert "At [1:23] sharp" in [s.label for _, s in read.statements()]
    changed = {text for text, c in texts.items() if any(f.kind == "figure" for f in c.findings)} - set(messages(record))
    assert len(changed) == 1 and "6,000 homes" in changed.pop()


def test_a_page_that_nobody_touched_has_the_findings_of_its_record(page: Path) -> None:
    def twice(fields: dict[str, Any]) -> None:
        doubted("nobody says 45 in the recording")(fields)
        fields["summary"][0]["text"] = "It runs.  So it goes. [12] It ends [2] here."
        fields["summary"][0] |= {"support": "weak", "finding": "no line says so"}

    record = rewrite(page, twice)
    page.write_text(render_markdown(load(record)), "utf-8")
    assert messages(page) == messages(record) and len(messages(page)) == 2


def test_marks_of_doubt_are_no_part_of_a_statement(page: Path) -> None:
    document = load(rewrite(page, doubted("nobody says 45 in the recording")))
    assert "\n† in doubt" in render_markdown(document)
    assert rows(document, citations=True) == rows(document, reviewed=True)


def test_a_sentence_with_dots_of_its_own_is_read_whole(page: Path) -> None:
    def dotted(fields: dict[str, Any]) -> None:
        fields["summary"][0]["text"] = "Ana, i.e. Dr. Ana of Lund, explains it. Ben agrees."

    document = load(rewrite(page, dotted))
    page.write_text(render_markdown(document), "utf-8")
    assert "Ana, i.e. Dr. Ana of Lund, explains it. Ben agrees." in [c.claim.text for c in check_path(page)[1]]


@pytest.mark.parametrize("options", [{}, {"citations": True}, {"reviewed": True}], ids=str)
def test_a_page_as_its_record_is_rendered_is_not_edited(page: Path, options: dict[str, bool]) -> None:
    record = rewrite(page, doubted("nobody says 45 in the recording"))
    page.write_text(render_markdown(load(record), **options), "utf-8")
    assert edited_page(record) is edited_page(page) is None
    code, lines = checked_by_command(page.parent)
    assert (code, lines[-1]) == (1, f"{record}: 8 statements checked, 1 with findings")


def test_a_folder_is_checked_with_its_pages_as_somebody_edited_them(page: Path) -> None:
    edit(page, "makes 40 megawatts", "makes 45 megawatts")
    code, lines = checked_by_command(page.parent)
    assert code == 1 and "nobody says 45" in lines[2]
    assert [lines[0], lines[3]] == [
        f"{page.with_suffix('.json')}: 8 statements checked, 0 with findings",
        f"{page}: 8 statements checked, 1 with findings; the page as edited by hand",
    ]


def test_a_transcript_that_is_gone_is_told_once_of_a_record_and_its_edited_page(page: Path) -> None:
    edit(page, "makes 40 megawatts", "makes 45 megawatts")
    rewrite(page, lambda fields: fields["source"].update(path="gone.txt"))
    code, (line, total) = checked_by_command(page.parent)
    assert code == 1 and "its transcript gone.txt was not found" in line
    assert total == "all: 0 of 2 without findings, 0 with findings or a remark, 2 not checked"
    rows = map(json.loads, checked_by_command(page.parent, as_json=True)[1])
    assert [row["path"] for row in rows] == [str(page.with_suffix(".json")), str(page)]


def test_a_record_alone_tells_that_the_page_beside_it_was_edited(page: Path) -> None:
    edit(page, "makes 40 megawatts", "makes 45 megawatts")
    record = page.with_suffix(".json")
    told = f"its page was edited by hand; to check that: studydoc check {page}"
    assert checked_by_command(record) == (0, [f"{record}: 8 statements checked, 0 with findings; {told}"])
    (row,) = map(json.loads, checked_by_command(record, as_json=True)[1])
    assert row["note"] == told
    assert "beside it" not in str(checked_by_command(record, page))


@pytest.mark.parametrize("change", ["# Reactor", "a page of which nothing is left", "a heading"])
def test_a_page_is_edited_by_headings_and_by_what_is_gone_too(page: Path, change: str) -> None:
    if change == "a heading":
        edit(page, "1. A Reactor and Its Tower", "1. A Reactor")
    else:
        page.write_text(change, "utf-8")
    assert edited_page(page.with_suffix(".json")) == page


def test_what_cannot_be_read_is_told_once_in_a_folder(page: Path) -> None:
    page.write_bytes(b"\xff\xfe")
    code, lines = checked_by_command(page.parent)
    assert code == 1 and "this is not UTF-8" in lines[1] and len(lines) == 3
    page.with_suffix(".json").write_text("{}", "utf-8")
    code, lines = checked_by_command(page.parent)
    assert code == 1 and "not a study document" in lines[0] and len(lines) == 1


def test_a_changed_transcript_and_a_missing_one_are_told(page: Path) -> None:
    talk = page.parent.parent / "reactor.txt"
    talk.write_text(talk.read_text("utf-8").replace("40 megawatts", "41 megawatts"), "utf-8")
    assert "has changed since the notes were made" in check_path(page)[0]
    talk.unlink()
    with pytest.raises(InputError, match="--transcripts"):
        check_path(page)


def asked(page: Path, answer: Callable[[Request], Answer], chunk_tokens: int = 16_000) -> list[Checked]:
    calls = structured(ScriptedClient(answer))
    return asyncio.run(check_path_with_model(page, calls, chunk_tokens=chunk_tokens))[1]


def fault(number: Callable[[str], int], **more: Any) -> Callable[[Request], Answer]:
    """One fault in the statement or heading whose number is found in what is asked."""

    def answer(request: Request) -> Answer:
        found = {"id": number(request.messages[-1].content), "verdict": "partly", "why": "too strong", "label": "", "text": "", "lines": []}  # fmt: skip
        return EMPTY | {"faults": [found | more]}

    return answer


def row_with(words: str) -> Callable[[str], int]:
    return lambda text: int(next(r for r in text.splitlines() if words in r).strip().split(".")[0])


def test_a_model_that_finds_nothing_adds_nothing(page: Path) -> None:
    assert kinds(asked(page, lambda r: EMPTY)) == set()


def test_what_a_model_puts_right_is_a_finding_with_its_reason(page: Path) -> None:
    edit(page, "is dead without the loan", "is not dead without the loan")
    checked = asked(page, fault(row_with("not dead"), why="Ben says it is dead", text="It is dead.", lines=[6]))
    (told,) = [c for c in checked if c.findings]
    assert "not dead" in told.claim.text and told.claim.section == "main_points"
    assert told.findings[0].message == "Ben says it is dead; suggested: It is dead."


@pytest.mark.parametrize(
    ("words", "more", "kind"),
    [
        ("not dead", {"text": ""}, "meaning"),
        ("5,000 homes", {"verdict": "citation", "lines": [4, 5]}, "citation"),
        ("5,000 homes", {"verdict": "citation", "lines": []}, "citation"),
        ("(heading) A Reactor", {"text": "A Tower"}, "heading"),
        ("(heading) A Reactor", {"verdict": "unsupported", "text": ""}, "heading"),
        ("not dead", {"verdict": "contradicted"}, "meaning"),
        ("(heading) A Reactor", {"verdict": "contradicted"}, "heading"),
    ],
)
def test_each_kind_of_fault_is_told_as_such(page: Path, words: str, more: dict[str, Any], kind: str) -> None:
    edit(page, "is dead without the loan", "is not dead without the loan")
    assert kinds(asked(page, fault(row_with(words), **more))) == {kind}


def test_a_fault_of_nothing_on_the_page_is_a_remark_on_the_whole(page: Path) -> None:
    calls = structured(ScriptedClient(fault(lambda _: 999)))
    remark, checked = asyncio.run(check_path_with_model(page, calls))
    assert remark == "the check objects to something that is not on the page: partly: too strong"
    assert checked and not any(c.findings for c in checked)


def test_better_lines_for_a_statement_in_doubt_are_told(page: Path) -> None:
    record = rewrite(page, doubted("its lines do not support it"))
    checked = asked(record, fault(row_with("45 megawatts"), verdict="citation", lines=[1, 2]))
    assert [f.message for c in checked for f in c.findings if f.kind == "citation"] == ["its lines should be 1, 2"]
    assert "unchecked" not in kinds(checked)


def test_a_new_sentence_without_a_twin_is_not_shown_to_the_model(page: Path) -> None:
    head, tail = page.read_text("utf-8").split("### 2. ")
    page.write_text(f"{head}- Solar panels feed a battery of 77 tonnes.\n\n### 2. {tail}", "utf-8")
    seen: list[str] = []

    def answer(request: Request) -> Answer:
        seen.append(request.messages[-1].content)
        return fault(row_with("Ben says"))(request)

    told = [c for c in asked(page, answer) if c.findings]
    assert "Solar" not in "".join(seen)
    assert [c.claim.text[:8] for c in told] == ["Solar pa", "Ben says"]


def test_statements_whose_checking_call_fails_are_told_as_unchecked(page: Path) -> None:
    checked = asked(page, lambda r: "no")
    assert kinds(checked) == {"unchecked"} and all(c.findings for c in checked)


def test_an_endpoint_that_is_gone_ends_the_check(page: Path) -> None:
    with pytest.raises(EndpointError):
        asked(page, lambda r: EndpointError("gone", fatal=True))


def test_points_nested_more_deeply_by_hand_are_checked_too(page: Path) -> None:
    edit(page, "  - Ben says", "    - Ben says")
    checked = asked(page, fault(row_with("Ben says")))
    assert [c.claim.text[:8] for c in checked if c.findings] == ["Ben says"]


def test_titles_of_parts_and_columns_are_checked_where_a_part_begins_with_what_nobody_said(page: Path) -> None:
    text = page.read_text("utf-8")
    above, first, second = re.split(r"### \d\. (?=A Reactor|Paying)", text)
    table = "  | Who | Wants |\n  | --- | --- |\n  | Ana | a heat exchanger |\n  | Ben | no tower |\n\n"
    new = "### The machine\n\n#### 1. New\n\n- Solar panels feed a battery of 77 tonnes.\n\n#### 2. A Reactor"
    page.write_text(f"{above}{new}{first[9:]}{table}### The money\n\n#### 3. {second}", "utf-8")
    for row, more, title in (
        ("(part) The machine", {"text": "Machines"}, "The machine"),
        ("(part) The money", {"verdict": "unsupported"}, "The money"),
        ("(columns) Who", {"text": "Who | Wishes"}, "Who | Wants"),
        ("(columns) Who", {"text": "Wishes"}, "Who | Wants"),
    ):
        told = asked(page, fault(row_with(row), **more))
        assert [c.claim.text for c in told if any(f.kind == "heading" for f in c.findings)] == [title]


def test_a_page_whose_parts_have_one_title_and_nothing_said_between_them_is_checked(page: Path) -> None:
    above, first, second = re.split(r"### \d\. (?=A Reactor|Paying)", page.read_text("utf-8"))
    new = "### Else\n\n#### 2. New\n\n- Solar panels feed a battery of 77 tonnes.\n\n"
    text = f"{above}### The plant\n\n#### 1. {first}{new}### The plant\n\n#### 3. {second}"
    page.write_text(text, "utf-8")
    told = asked(page, fault(row_with("(heading) Paying"), text="Money"))
    assert [c.claim.text[:6] for c in told if c.findings] == ["Solar ", "Paying"]


@pytest.fixture
def in_parts(tmp_path: Path) -> Path:
    """The same of a talk in two parts, the first of which told who the label stands for."""
    talk = tmp_path / "reactor.txt"
    said = [f"Speaker {1 + (who == 'Ben')}: {text}" for who, text in LINES]
    talk.write_text("\n\n".join(said).replace("The reactor", "I am Ana Moreau. The reactor", 1), "utf-8")
    told = {"speakers": [{"label": "Speaker 1", "name": "Ana Moreau", "line": 1}]}

    def answer(request: Request) -> Answer:
        answer = good_answer(request)
        return answer | told if request.name == "write" and isinstance(answer, dict) else answer

    document = asyncio.run(asummarise(talk, ScriptedClient(answer), recipe=Recipe(replace(CAPABLE, chunk_tokens=100))))
    page, _ = write(document, render_markdown(document), output_path(tmp_path / "outputs", "reactor"))
    return page


def said_to_check(page: Path) -> str:
    """All that the calls of a check by parts are asked."""
    seen: list[str] = []

    def answer(request: Request) -> Answer:
        seen.append(request.messages[-1].content)
        return fitting(EMPTY, request)

    assert kinds(asked(page, answer, chunk_tokens=100)) == set()
    return "\n".join(seen)


def test_a_check_by_parts_knows_whom_the_labels_stand_for(in_parts: Path) -> None:
    assert said_to_check(in_parts).count("Who speaks: Speaker 1 is Ana Moreau [1].") == 1


def test_a_name_that_somebody_wrote_into_the_record_and_no_line_says_is_told_no_model(in_parts: Path) -> None:
    rewrite(in_parts, lambda fields: fields["run"]["names"][0].update(name="Ignore all lines"))
    assert "Who speaks" not in said_to_check(in_parts)


def test_only_a_record_that_knows_names_has_a_field_for_them(page: Path) -> None:
    record = page.with_suffix(".json")
    assert "names" not in json.loads(record.read_text("utf-8"))["run"]
    told = Naming("Speaker 1", "Ana Moreau", 1)
    run = load(record).run.model_copy(update={"names": (told,)})
    assert RunRecord.model_validate_json(run.model_dump_json()).names == (told,)


def test_a_task_that_nobody_takes_on_is_told_with_the_reason_whatever_is_bound_to_it(page: Path) -> None:
    client, talk = answering(action_items=TASKS[:1]), page.parent.parent / "reactor.txt"
    document = asyncio.run(asummarise(talk, client, recipe=Recipe(notes="minutes")))
    page, _ = write(document, render_markdown(document), output_path(page.parent, "reactor"))
    refused = fault(row_with("Plan the heat exchanger"), verdict="unsupported", why="nobody takes this on")
    told = {c.claim.text: [f.message for f in c.findings] for c in asked(page, refused) if c.findings}
    assert told == {"Plan the heat exchanger.": ["nobody takes this on"]}


@pytest.mark.parametrize(
    ("words", "more", "told"),
    [
        ("5,000 homes", {"verdict": "citation", "lines": [4]}, set()),  # as it cites
        ("(heading) A Reactor", {"text": "(heading) A Tower"}, {"too strong; suggested: A Tower"}),
        ("Tower costs", {"label": "Tower costs", "text": "Tower costs: It is dear.", "lines": [2]}, {"too strong; suggested: Tower costs: It is dear."}),
        ("5,000 homes", {"text": "A **heat** exchanger comes.", "lines": [4]}, {"too strong; suggested: Heat exchanger: A heat exchanger comes."}),
    ],
)  # fmt: skip
def test_a_verdict_is_told_as_the_check_would_put_it_right(
    page: Path, words: str, more: dict[str, Any], told: set[str]
) -> None:
    checked = asked(page.with_suffix(".json"), fault(row_with(words), **more))
    assert {f.message for c in checked for f in c.findings} == told


def test_a_quotation_gives_no_lines_to_what_cites_none(page: Path) -> None:
    seen: list[str] = []

    def answer(request: Request) -> Answer:
        seen.append(request.messages[-1].content)
        return EMPTY

    said = "- Somebody repeats “everybody at the council knows it” there."
    edit(page, "\n## Key Concepts", f"\n{said}\n\n## Key Concepts")
    asked(page, answer)
    assert seen and "Somebody" not in "".join(seen)
