"""The HTML page and the index in Chromium, opened as a file, as a mail attachment is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.exports.html import HTML
from pipeline.exports.index import Note, write_index
from tests.exports.samples import hostile, in_parts, ready, sample
from tests.exports.test_bare_tables import document as tabled
from tests.review.browsing import browser
from tests.samples import FOUND, NOT_FOUND

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    made = {"reactor.html": ready(), "hostile.html": ready(hostile())}
    for name, document in made.items():
        (folder / name).write_bytes(HTML.write(document))
    notes = [Note(document, name) for name, document in made.items()]
    (folder / "table.html").write_bytes(HTML.write(ready(tabled())))
    (folder / "parts.html").write_bytes(HTML.write(ready(in_parts())))
    (summary,) = sample().summary
    quoted = summary.model_copy(update={"text": "The reactor’s tower “works”."})
    (folder / "quoted.html").write_bytes(HTML.write(ready(sample(summary=(quoted,)))))
    (folder / "index.html").write_bytes(
        write_index([*notes, Note(ready(sample(title="Zoo"), name="Week-07/zoo"), "zoo.html")])
    )
    return folder


def opened(chrome: Any, path: Path, **options: Any) -> tuple[Any, list[str]]:
    """A page, and what it complained of or asked for besides itself."""
    page = chrome.new_context(viewport={"width": 1280, "height": 800}, **options).new_page()
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text))
    page.on("dialog", lambda d: faults.append(d.message))
    page.on("request", lambda r: None if r.url.startswith(path.parent.as_uri()) else faults.append(r.url))
    page.goto(path.as_uri())
    return page, faults


@pytest.mark.parametrize("name", ["reactor.html", "hostile.html", "index.html"])
def test_the_page_works_under_its_policy_and_asks_for_nothing(chrome: Any, site: Path, name: str) -> None:
    page, faults = opened(chrome, site / name)
    page.fill("#search", "tower")
    assert "found" in page.inner_text("#found")
    assert faults == []


def test_evidence_opens_by_mouse_and_key_and_shows_the_quotation_in_its_context(chrome: Any, site: Path) -> None:
    page, _ = opened(chrome, site / "reactor.html")
    page.locator("#s2 > .at").click()
    card = page.locator("#e2")
    assert card.locator("mark").inner_text().startswith("The reactor at Lund makes 40 megawatts")
    assert "I think the cooling tower costs" in card.locator(".around").first.inner_text()
    assert card.locator("a[target]").get_attribute("href") == "https://example.org/reactor.mp4#t=10"
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    page.locator("#s3 > .at").press("Enter")
    page.locator("#e3").wait_for()
    page.locator("#s3.open").wait_for()  # a popover tells that it opened after it is seen


def test_evidence_opens_without_scripts(chrome: Any, site: Path) -> None:
    page, _ = opened(chrome, site / "reactor.html", java_script_enabled=False)
    page.locator("#s2 > .at").click()
    page.locator("#e2").wait_for()
    assert not page.locator("#search").is_visible()


def test_search_leaves_what_matches(chrome: Any, site: Path) -> None:
    page, _ = opened(chrome, site / "reactor.html")
    page.fill("#search", "EXCHÀNGER 2031")
    assert page.inner_text("#found") == "1 found"
    assert page.locator("main .notes li:visible").count() == 1 and not page.locator("#summary").is_visible()
    page.locator("#search").press("Escape")
    assert page.locator("#summary").is_visible()


def test_search_leaves_a_table_of_which_a_row_matches(chrome: Any, site: Path) -> None:
    page, _ = opened(chrome, site / "table.html")
    page.fill("#search", "reactor 40 MW")
    assert page.inner_text("#found") == "1 found"
    assert page.locator("table").is_visible()
    (dimmed,) = page.locator("tr.dim").all_inner_texts()
    assert "Tower" in dimmed
    page.fill("#search", "cooling tower gives heat")  # a term, and words of its definition
    assert page.inner_text("#found") == "1 found" and page.locator(".term").is_visible()


def test_search_finds_titles_and_leaves_what_stands_below_them(chrome: Any, site: Path) -> None:
    page, _ = opened(chrome, site / "table.html")
    page.fill("#search", "compared machines")
    assert page.inner_text("#found") == "1 found" and page.locator("#main_points-2 tbody tr:visible").count() == 2
    assert not page.locator("#main_points-1").is_visible() and not page.locator("#main_points-2 .dim").count()
    page.fill("#search", "machine power")
    assert page.inner_text("#found") == "1 found" and page.locator("table").is_visible()
    page.fill("#search", "prerequisites")
    assert page.inner_text("#found") == "1 found" and page.locator("#prerequisites li").is_visible()
    assert not page.locator("#summary").is_visible()


def test_search_leaves_the_blocks_of_a_part_that_is_found(chrome: Any, site: Path) -> None:
    page, _ = opened(chrome, site / "parts.html")
    page.fill("#search", "the money")
    assert page.inner_text("#found") == "1 found"
    assert page.locator("#main_points-2 li").first.is_visible() and not page.locator("#main_points-1").is_visible()


@pytest.mark.parametrize("typed", ["reactor's", "reactor’s", "“works“", '"works"'])
def test_search_knows_quotation_marks_by_every_look(chrome: Any, site: Path, typed: str) -> None:
    page, _ = opened(chrome, site / "quoted.html")
    page.fill("#search", typed)
    assert page.inner_text("#found") == "1 found"
    assert page.evaluate("CSS.highlights.get('search').size") == 1


def test_search_knows_words_without_case_and_accents_and_colours_them(chrome: Any, tmp_path: Path) -> None:
    (summary,) = sample().summary
    pages = [(typed, text, True) for typed, text in FOUND] + [(typed, text, False) for typed, text in NOT_FOUND]
    for typed, text, found in pages:
        (tmp_path / "page.html").write_bytes(
            HTML.write(ready(sample(summary=(summary.model_copy(update={"text": text}),))))
        )
        page, _ = opened(chrome, tmp_path / "page.html")
        page.fill("#search", typed)
        assert page.inner_text("#found") == ("1 found" if found else "Nothing found"), typed
        assert page.evaluate("CSS.highlights.get('search').size") == found, typed
        page.context.close()


def test_the_index_finds_a_heading_and_leads_to_it(chrome: Any, site: Path) -> None:
    page, _ = opened(chrome, site / "index.html")
    page.fill("#search", "zoo 2.")
    assert "./zoo.html#main_points-2" in [a.get_attribute("href") for a in page.locator("#results a").all()]


def test_the_index_finds_a_statement_and_leads_to_it(chrome: Any, site: Path) -> None:
    page, _ = opened(chrome, site / "index.html")
    page.fill("#search", "zoo heat exchanger 2031")
    assert [a.get_attribute("href") for a in page.locator("#results a").all()] == ["./zoo.html", "./zoo.html#s5"]
    page.fill("#search", "week-07 heat exchanger 2031")
    assert page.locator("#results a").count() == 2 and "Week-07" in page.inner_text("#results")
    page.fill("#search", "nobody said this")
    assert page.inner_text("#found") == "Nothing found"


@pytest.mark.parametrize(("name", "scheme", "width"), [
    ("reactor.html", "light", 1280), ("reactor.html", "dark", 390), ("index.html", "light", 390), ("index.html", "dark", 1280),
])  # fmt: skip
def test_axe_finds_nothing_serious(chrome: Any, site: Path, name: str, scheme: str, width: int) -> None:
    import axe_playwright_python

    script = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
    page, _ = opened(chrome, site / name, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})

    def grave() -> list[str]:
        page.evaluate(script)
        found = json.loads(page.evaluate("axe.run().then(r => JSON.stringify(r.violations))"))
        return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]

    assert grave() == []
    if name == "reactor.html":
        page.locator("#s5 > .at").click()
        assert grave() == []
    page.fill("#search", "tower")
    assert grave() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
