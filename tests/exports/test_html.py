"""The HTML page, read by the standard library's parser."""

from __future__ import annotations

import base64
import hashlib

import pytest

from pipeline.exports import FORMATS, Format
from pipeline.exports.html import HTML
from tests.exports.reading import Reader
from tests.exports.samples import hostile, in_parts, quotes, ready, sample, texts, unsaid

# What HTML allows a page to fetch, run or send by.
FETCHING = {"img", "link", "iframe", "object", "embed", "audio", "video", "source", "base", "form", "svg", "template"}


def read(**options: object) -> Reader:
    return Reader(HTML.write(ready(**options)).decode())  # type: ignore[arg-type]


def test_every_word_and_every_quotation_stands_on_the_page() -> None:
    for made in (ready(), ready(hostile())):
        page = Reader(HTML.write(made).decode())
        assert not unsaid((*texts(made), *quotes(made)), page.text)


def test_a_key_concept_leads_to_its_definition_once_below_each_heading() -> None:
    first, second = sample().main_points
    code = first.details[0].model_copy(
        update={"text": "A cooling tower, a Cooling tower and `cooling tower` are <one>."}
    )
    document = sample(main_points=(first.model_copy(update={"details": (code,)}), second))
    html = HTML.write(ready(document)).decode()
    (concept,) = document.key_concepts
    number = next(p.number for _, b, _, p in ready(document).points() if b.form == "terms")
    link = f'<a class="to-term" href="#s{number}" title="{concept.definition}">'
    assert f"A {link}cooling tower</a>, a Cooling tower and <code>cooling tower</code> are &lt;one&gt;." in html
    assert html.count(f'<div id="s{number}" class="term">') == 1
    assert html.count(link) == 2  # in the point above, and in the summary


def test_hostile_text_opens_no_element() -> None:
    plain, poisoned = read(document=in_parts()), read(document=hostile())
    kinds = {tag for tag, _ in plain.elements}
    assert {tag for tag, _ in poisoned.elements} - kinds <= {"p", "code"}  # the note of how it was made
    assert len(poisoned.all("script")) == 1
    assert not [a for _, a in poisoned.elements for name in a if name.startswith("on") or name in ("style", "src")]


def test_nothing_is_fetched_and_only_what_stands_in_the_file_may_run() -> None:
    page = read()
    assert not FETCHING & {tag for tag, _ in page.elements}
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy") or ""
    hashes = {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in page.scripts}
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert len(hashes) == 2 and all(f"'sha256-{h}'" in policy for h in hashes)


def test_every_statement_opens_its_evidence_and_leads_to_its_moment() -> None:
    page = read()
    cards = {a["id"] for a in page.all("div") if "popover" in a}
    assert (
        {a["popovertarget"] for a in page.all("button")} == cards == {f"e{p.number}" for _, _, _, p in ready().points()}
    )
    links = [a for a in page.all("a") if (a["href"] or "").startswith("https://example.org/reactor.mp4#t=")]
    assert links and all("noopener" in (a["rel"] or "") for a in links)


def test_an_address_that_is_none_becomes_no_link() -> None:
    source = sample().source.model_copy(update={"url": "javascript:alert(1)"})
    assert not [a for a in read(document=sample(source=source)).all("a") if not (a["href"] or "").startswith("#")]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_an_address_with_a_bracket_that_closes_nothing_keeps_no_format_from_being_written(form: Format) -> None:
    source = sample().source.model_copy(update={"url": "https://[abc/x"})
    made = ready(sample(source=source), citations=True)
    assert made.url is None and form.write(made)


def test_ids_are_there_once_and_every_link_within_the_page_has_its_goal() -> None:
    page = read()
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a") if (a["href"] or "").startswith("#")} <= set(ids)  # type: ignore[index]


def test_the_same_document_gives_the_same_bytes() -> None:
    assert HTML.write(ready()) == HTML.write(ready())


def test_a_partial_document_says_so() -> None:
    problem = {"section": "summary", "chunk": None, "message": "the answer stopped at the token limit"}
    made = sample().model_validate(sample().model_dump() | {"status": "partial", "problems": [problem]})
    assert "PARTIAL — these notes are not complete: Summary: the answer stopped" in read(document=made).text


def test_the_page_is_in_the_language_of_the_notes_and_runs_in_its_direction() -> None:
    run = sample().run.model_copy(update={"language": "ar"})
    page = Reader(HTML.write(ready(sample(run=run))).decode())
    assert [(h["lang"], h["dir"]) for h in page.all("html")] == [("ar", "rtl")]
    assert "النقاط الرئيسية" in page.text and "Main Points" not in page.text
