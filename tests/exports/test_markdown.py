"""Markdown for GitHub and Obsidian, read by markdown-it and PyYAML."""

from __future__ import annotations

import re
from html import unescape

import pytest
import yaml
from markdown_it import MarkdownIt

from pipeline.document import Evidence, StudyDocument
from pipeline.exports import Format
from pipeline.exports.markdown import GITHUB, MARKDOWN, OBSIDIAN
from pipeline.pages import render_markdown
from pipeline.pages.reading import draft_of_page, is_edited
from tests.exports.samples import hostile, quotes, ready, sample, texts
from tests.exports.test_bare_tables import document as tabled


def body(form: Format, **options: object) -> str:
    """The page without its front matter."""
    page = form.write(ready(**options)).decode()  # type: ignore[arg-type]
    return page.split("\n---\n", 1)[1] if page.startswith("---\n") else page


def shown(form: Format, **options: object) -> str:
    """What a reader sees of the page, without marks."""
    html = MarkdownIt("commonmark").render(body(form, **options))
    plain = unescape(re.sub(r"<[^>]+>", "", html))
    plain = re.sub(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]", r"\1", plain)
    return re.sub(r"\s+", " ", re.sub(r" ?†?\[\^s\d+\]:?| \^s\d+", "", plain))


def test_the_default_is_the_page_of_make() -> None:
    assert MARKDOWN.write(ready(citations=True)).decode() == render_markdown(sample(), citations=True)


def test_every_word_and_every_quotation_stands_on_both_pages() -> None:
    for form in (GITHUB, OBSIDIAN):
        page = shown(form)
        missing = [t for t in (*texts(ready()), *quotes(ready())) if t not in page]
        assert not missing, form.name


def test_hostile_text_stays_text() -> None:
    for form, read_as_more in ((GITHUB, ("$x$", ":smile:")), (OBSIDIAN, ("$x$", "%%b", "==a=="))):
        page = body(form, document=hostile())
        html = MarkdownIt("commonmark").render(page)
        assert "<script" not in html and "<img" not in html and not [mark for mark in read_as_more if mark in page]
        assert "<script>alert(1)</script>" in shown(form, document=hostile())


def test_every_statement_has_a_footnote_and_every_footnote_a_statement() -> None:
    page = GITHUB.write(ready()).decode()
    assert re.findall(r"\[\^(s\d+)\](?!:)", page) == re.findall(r"(?m)^\[\^(s\d+)\]:", page)


def test_obsidian_has_front_matter_block_ids_and_links_to_concepts() -> None:
    page = OBSIDIAN.write(ready()).decode()
    known = yaml.safe_load(page.split("---\n")[1])
    assert known["title"] == "The Reactor at Lund" and known["speakers"] == ["Ana", "Ben"]
    assert "the [[#^s7|cooling tower]] is too expensive" in page
    assert re.search(r"(?m)^- \*\*Cooling tower:\*\* A build.*\[\^s7\] \^s7$", page)
    assert re.search(r"(?m)^\* It has run since 1998 without a stop\.\[\^s3\] \^s3$", page)


@pytest.mark.parametrize("document", [sample(), tabled(), hostile()])
def test_every_link_in_obsidian_leads_to_a_block_of_its_note(document: StudyDocument) -> None:
    page = body(OBSIDIAN, document=document)
    targets = re.findall(r"(?<!\\)\[\[([^\]|\\]+)", page)
    assert {target.removeprefix("#^") for target in targets} <= set(re.findall(r"(?m) \^(s\d+)$", page))


def test_front_matter_holds_what_a_title_holds_and_no_more() -> None:
    made = ready(sample(title="a: b\n---\nevil: yes"))
    known = yaml.safe_load(OBSIDIAN.write(made).decode().split("---\n")[1])
    assert known["title"] == "a: b --- evil: yes" and "evil" not in known


def timed(starts: list[float | None], url: str | None = None) -> StudyDocument:
    """The sample with one point, whose lines of nine seconds begin at these times."""
    _, second = sample().main_points
    top = second.details[0]
    lines = [
        top.evidence[0].model_copy(update={"start": at, "end": None if at is None else at + 9, "segment": n})
        for n, at in enumerate(starts, 1)
    ]
    point = second.model_copy(update={"details": (top.model_copy(update={"evidence": tuple(lines), "details": ()}),)})
    return sample(main_points=(point,), source=sample().source.model_copy(update={"url": url}))


@pytest.mark.parametrize(
    ("starts", "told"),
    [
        ([10, 70], "0:10–1:19"),
        ([10, 70, 200], "0:10–1:19, 3:20–3:29"),
        ([0, 200, 3600, 4000, 4050, 4100], "0:00–0:09, 3:20–3:29, 1:06:40–1:08:29"),
        ([None], None),
    ],
)
@pytest.mark.parametrize("url", [None, "https://youtu.be/x", "javascript:alert(1)"])
def test_a_section_tells_where_in_the_recording_it_stands_and_is_read_back_without_that(
    starts: list[float | None], told: str | None, url: str | None
) -> None:
    document = timed(starts, url)
    page = render_markdown(document)
    shown = re.findall(r"^\*(.*\d:.*)\*$", page, re.MULTILINE)
    assert [re.sub(r"\[([\d:]+)\]\([^)]*\)", r"\1", row) for row in shown] == ([told] if told else [])
    assert ("https://youtu.be/x?t=" in page) == bool(told and url and "youtu" in url) and "](javascript" not in page
    assert not is_edited(page, document)


@pytest.mark.parametrize(
    ("lines", "source", "mark"),
    [
        ([(3, None), (4, None), (5, None), (8, None), (10, None), (13, None)], {}, r"\[lines 3–5, 8, 10, 13\]"),
        ([(3, None)], {}, r"\[line 3\]"),
        ([(3, 60), (4, 65), (8, 90)], {}, r"\[1:00–1:09, 1:30\]"),
        (
            [(3, 60), (4, 65), (8, 90)],
            {"url": "https://youtu.be/x"},
            r"[\[1:00–1:09\]](https://youtu.be/x?t=60s) [\[1:30\]](https://youtu.be/x?t=90s)",
        ),
    ],
)
def test_a_citation_tells_every_run_of_lines_to_its_end(lines: list, source: dict[str, str], mark: str) -> None:
    evidence = tuple(
        Evidence(segment=number, start=start, end=None if start is None else start + 4, speaker=None, quote="It is so.")
        for number, start in lines
    )
    made = sample()
    made = made.model_copy(update={"source": made.source.model_copy(update={"url": None, **source})})
    first = made.summary[0].model_copy(update={"text": "It is so.", "evidence": evidence})
    made = made.model_copy(update={"summary": (first,)})
    page = render_markdown(made, citations=True)
    assert f"It is so. {mark}\n" in page
    read = [(s.text, s.lines) for name, s in draft_of_page(page, made).statements() if name == "summary"]
    assert read == [("It is so.", tuple(number for number, _ in lines))]
