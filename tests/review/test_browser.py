"""The review page in real Chromium: the whole path, keys alone, two tabs, a killed server, hostile text, accessibility."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.render import render_markdown
from pipeline.review.storage import read_events
from pipeline.store import load, write
from tests.review.browsing import Server, browser, golden, serving
from tests.review.test_app import HOSTILE, folder, hostile
from tests.scripted import LINES

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]
CONTEXT = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture
def page(chrome: Any) -> Iterator[Any]:
    context = chrome.new_context(**CONTEXT)
    context.set_default_timeout(10_000)
    shown = context.new_page()
    shown.faults = []
    shown.on("pageerror", lambda err: shown.faults.append(str(err)))
    shown.on("dialog", lambda dialog: (shown.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    yield shown
    assert shown.faults == []
    context.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(golden(tmp_path, "tidal-turbines", "night-trains")) as running:
        yield running


def ready(page: Any, server: Server, title: str = "Why Put a Turbine") -> None:
    page.goto(server.url)
    page.click(f"text={title}")
    page.wait_for_selector("body[data-ready]")


def revision(page: Any, n: int) -> None:
    page.wait_for_selector(f'body[data-revision="{n}"]')


def events(server: Server, name: str = "tidal-turbines") -> list[Any]:
    return read_events(server.folder / "outputs" / f"{name}.review.json")


def point(page: Any, n: int = 0) -> Any:
    return page.locator('.item[data-section="main_points"]:not(.withheld)').nth(n)


def test_from_the_list_to_the_export_by_mouse(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    page.click('[data-do="accept"]')
    revision(page, 1)
    point(page, 1).click()
    page.click('[data-do="reject"]')
    revision(page, 2)
    point(page, 2).click()
    page.click('[data-do="edit"]')
    page.fill(".editor textarea", "The array has 99 turbines at Skerry Sound.")
    page.wait_for_selector("text=the lines do not say 99")
    page.fill(".editor textarea", "The array is looked at by Mara at Skerry Sound.")
    page.click(".editor >> text=Save")
    revision(page, 3)
    assert [e.action.kind for e in events(server)] == ["accept", "reject", "edit"]
    with page.expect_download() as download:
        page.click("text=Export what is accepted")
    exported = Path(download.value.path()).read_text("utf-8")
    assert "The array is looked at by Mara at Skerry Sound." in exported
    assert exported.count("\n- ") == 2
    page.goto(server.url)
    assert page.locator("text=/3 of \\d+ decided/").count() == 1


def test_a_statement_and_its_lines_light_each_other_up(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    used = page.locator(".lines .used")
    assert used.count() == 1 and used.first.get_attribute("data-n") == "4"
    assert used.first.evaluate(
        "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight }"
    )
    page.click("#l11 .words")
    lit = page.locator(".item.lit")
    assert lit.count() >= 1
    assert all("11" in str(lines).split() for lines in lit.evaluate_all("all => all.map(i => i.dataset.lines)"))


def test_keys_alone_do_everything(page: Any, server: Server) -> None:
    ready(page, server)
    press = page.keyboard.press
    while not page.evaluate("document.querySelector('.current').matches('[data-section=main_points]:not(.withheld)')"):
        press("j")
    press("a")
    revision(page, 1)
    press("e")
    page.keyboard.type(" Added by hand.")
    press("Control+Enter")
    revision(page, 2)
    press("u")
    revision(page, 3)
    press("Shift+U")
    revision(page, 4)
    press("Shift+J")
    revision(page, 5)
    press("m")
    page.wait_for_selector(".editor")
    press("Control+Enter")
    revision(page, 6)
    press("s")
    press("Control+A")
    page.keyboard.type("Tides can be predicted.")
    press("Enter")
    page.keyboard.type("The moon sets the timetable.")
    press("Control+Enter")
    revision(page, 7)
    press("Enter")
    assert page.evaluate("document.activeElement.closest('.lines') !== null")
    press("j")
    press("x")
    press("n")
    page.keyboard.type("Tides follow the moon and the sun.")
    press("Control+Enter")
    revision(page, 8)
    press("h")
    press("Control+A")
    page.keyboard.type("Of Tides")
    press("Control+Enter")
    revision(page, 9)
    press("Shift+A")
    revision(page, 10)
    press("Shift+H")
    page.keyboard.type("Of the Moon")
    press("Control+Enter")
    revision(page, 11)
    press("?")
    assert page.locator("#help[open]").count() == 1
    press("Escape")
    press("/")
    page.keyboard.type("moon")
    press("Enter")
    assert "moon" in page.evaluate("document.activeElement.dataset.text")
    kinds = [e.action.kind for e in events(server)]
    assert kinds == ["accept", "edit", "undo", "redo", "move", "merge", "split", "add", "heading", "accept", "divide"]
    assert page.locator("h3", has_text="Of Tides").count() == 1
    assert page.locator("h3", has_text="Of the Moon").count() == 1


def test_a_point_is_asked_for_again_and_what_is_ticked_is_taken(page: Any, tmp_path: Path) -> None:
    """The model's answers come from the test; what the page makes of them is what is tested."""
    with serving(
        golden(tmp_path / "model", "tidal-turbines"), "--base-url", "http://127.0.0.1:9/v1", "--model", "m"
    ) as other:
        ready(page, other)
        asked: list[str] = []

        def answer(route: Any) -> None:
            asked.append(route.request.post_data_json["target"])
            held = page.locator(f'[id="{asked[-1]}"]').get_attribute("data-text")
            new = {
                "earlier": held,
                "yours": held,
                "new": f"Anew: {held}",
                "findings": ["no"] if len(asked) == 1 else [],
            }
            route.fulfill(json=new)

        page.route("**/regenerate", answer)
        page.locator('.item[data-section="main_points"]:not(.withheld) .text').first.click()
        count = page.locator(".current").evaluate(
            "e => e.closest('ul').querySelectorAll('.item:not([data-standing=withheld])').length"
        )
        page.keyboard.press("Shift+G")
        page.keyboard.type("Say more.")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#several[open]")
        assert len(asked) == count >= 2
        ticks = page.locator("#several input").evaluate_all("all => all.map(t => t.checked)")
        assert ticks == [False] + [True] * (count - 1)
        page.click("#several >> text=Take what is ticked")
        revision(page, count - 1)
        assert page.locator('.item[data-text^="Anew: "]').count() == count - 1


def test_a_withheld_statement_is_restored_and_a_speaker_renamed(page: Any, server: Server) -> None:
    ready(page, server)
    kept_out = page.locator('.item.withheld[data-section="main_points"]').first
    said = kept_out.get_attribute("data-text")
    kept_out.locator("summary").click()
    page.keyboard.press("w")
    assert page.input_value(".editor textarea") == said
    page.fill(".editor textarea", "A wind farm can tell 99 things of next Thursday.")
    page.fill('.editor input[name="lines"]', "4")
    page.wait_for_selector("text=the lines do not say 99")
    page.fill(".editor textarea", "A wind farm can't tell what it will make next Thursday.")
    page.click(".editor >> text=Save")
    revision(page, 1)
    assert page.locator(".item.accepted .text", has_text="what it will make next Thursday").count() == 1
    page.click('[aria-label="Rename Tomas Okoye"]')
    page.fill(".editor textarea", "Tomas Okoye-Berg")
    page.click(".editor >> text=Save")
    revision(page, 2)
    assert page.locator(".lines b", has_text="Tomas Okoye-Berg").count() > 0
    assert page.locator(".item .text", has_text="Tomas Okoye-Berg").count() > 0
    assert page.evaluate(
        "[...document.querySelectorAll('.item .text')].every(p => !/Okoye(?!-Berg)/.test(p.textContent))"
    )


def test_two_tabs_lose_no_update(page: Any, server: Server) -> None:
    ready(page, server)
    other = page.context.new_page()
    ready(other, server)
    point(page, 0).click()
    page.keyboard.press("e")
    page.fill(".editor textarea", "Tides can be predicted, says the first tab.")
    page.keyboard.press("Control+Enter")
    revision(page, 1)
    other.evaluate("window.stale = document.body.dataset.revision")
    point(other, 1).click()
    other.keyboard.press("a")  # another statement: both are kept
    revision(other, 2)
    point(page, 1).click()
    page.keyboard.press("e")
    page.fill(".editor textarea", "Tides can be predicted, says the second edit.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#both[open]")
    assert len(events(server)) == 2
    assert "second edit" in page.inner_text("#both") and "accepted" in page.inner_text("#both")
    page.click("text=Save mine over it")
    revision(page, 3)
    assert [e.action.kind for e in events(server)] == ["edit", "accept", "edit"]
    assert point(page, 0).locator(".text").text_content().endswith("says the first tab.")
    assert point(page, 1).locator(".text").text_content().endswith("says the second edit.")


def test_a_server_killed_in_the_middle_loses_nothing_that_it_acknowledged(page: Any, tmp_path: Path) -> None:
    server = Server(golden(tmp_path, "tidal-turbines"))
    server.start()
    ready(page, server)
    point(page, 0).click()
    for n in range(1, 6):
        page.keyboard.press("a" if n % 2 else "r")
        revision(page, n)
    page.keyboard.press("e")
    page.fill(".editor textarea", "Words that the dead server never got.")
    page.evaluate("window.acts = []; for (let i = 0; i < 30; i++) document.querySelector('[data-do=section]').click()")
    server.kill()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#alarm:not(:empty)")
    assert "nothing was saved" in page.inner_text("#alarm")
    assert page.input_value(".editor textarea") == "Words that the dead server never got."
    seen = int(page.get_attribute("body", "data-revision"))
    assert seen >= 5 and len(events(server)) >= seen
    server.start()
    try:
        again = page.context.new_page()
        ready(again, server)
        assert int(again.get_attribute("body", "data-revision")) == len(events(server))
        assert not list((tmp_path / "outputs").glob("*.new")) or len(events(server)) >= seen
    finally:
        server.stop()


def test_decisions_are_kept_when_the_notes_are_made_again(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    page.keyboard.press("a")
    revision(page, 1)
    page.keyboard.press("a")
    revision(page, 2)
    record = server.folder / "outputs" / "tidal-turbines.json"
    made = load(record)
    first, *rest = made.main_points
    details = (
        first.details[0].model_copy(update={"text": "Tides are as easy to predict as trains."}),
        *first.details[1:],
    )
    made = made.model_copy(update={"main_points": (first.model_copy(update={"details": details}), *rest)})
    write(made, render_markdown(made), record)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.inner_text("#misfits").startswith("1 decision no longer fit")
    assert "easy to predict" in page.inner_text(".misfits")
    assert point(page, 0).get_attribute("data-standing") == "pending"
    assert point(page, 1).get_attribute("data-standing") == "accepted"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_fires_nothing(page: Any, tmp_path: Path, text: str) -> None:
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    speakers = [("Ana", f"{words} {text}") for _, words in LINES]
    folder(outputs, hostile(text), speakers)
    with serving(tmp_path) as server:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.url)
        page.goto(f"{server.url}?q={text[:3]}")
        page.goto(server.url)
        page.click(".documents h2 a")
        page.wait_for_selector("body[data-ready]")
        point(page).click()
        page.keyboard.press("e")
        page.fill(".editor textarea", f"{text} {text}")
        page.wait_for_timeout(300)
        page.keyboard.press("Control+Enter")
        revision(page, 1)
        page.keyboard.press("u")
        revision(page, 2)
        page.wait_for_timeout(100)
        assert all(url.startswith(server.url) for url in asked)
        assert (
            page.evaluate("document.querySelectorAll('#notes script, #notes img, #lines script, #lines img').length")
            == 0
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(chrome: Any, server: Server, scheme: str, width: int) -> None:
    import axe_playwright_python

    script = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
    context = chrome.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()

    def grave() -> list[str]:
        page.evaluate(script)
        found = json.loads(page.evaluate("axe.run().then(r => JSON.stringify(r.violations))"))
        return [
            f"{v['id']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0].get('failureSummary', '')[:300]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]

    page.goto(server.url)
    assert grave() == []
    ready(page, server)
    point(page, 1).click()
    assert grave() == []
    page.keyboard.press("a")
    revision(page, 1)
    page.keyboard.press("e")
    page.fill(".editor textarea", "There are 99 of them.")
    page.wait_for_selector(".findings li")
    assert grave() == []
    page.click("[data-cancel]")
    page.keyboard.press("?")
    assert grave() == []
    context.close()
