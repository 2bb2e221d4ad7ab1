"""The review page in real Chromium: the whole path, keys alone, two tabs, a killed server, hostile text, accessibility."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.pages import render_markdown
from pipeline.store import load, write
from tests.review.browsing import Server, events, point, ready, revision, serving
from tests.review.talk import folder_with_talk
from tests.review.test_app import HOSTILE, folder, hostile
from tests.scripted import LINES

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]


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
    page.fill(".editor textarea", "A swarm takes 99 kilograms away.")
    page.wait_for_selector("text=nobody says 99 in the recording")
    page.fill(".editor textarea", "A swarm takes kilograms away in minutes.")
    page.click(".editor >> text=Save")
    revision(page, 3)
    assert [e.action.kind for e in events(server)] == ["accept", "reject", "edit"]
    with page.expect_download() as download:
        page.click("text=Export accepted")
    exported = Path(download.value.path()).read_text("utf-8")
    assert "\n  - A swarm takes kilograms away in minutes.\n" in exported
    assert (exported.count("\n- "), exported.count("\n  - ")) == (1, 1)
    page.goto(server.url)
    assert page.locator("text=/3 of \\d+ decided/").count() == 1


def test_a_statement_and_its_lines_light_each_other_up(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    used = page.locator(".lines .used")
    assert used.evaluate_all("all => all.map(l => l.dataset.n)") == ["2", "4"]
    assert used.first.evaluate(
        "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight }"
    )
    page.click("#l10 .words")
    lit = page.locator(".item.lit")
    assert lit.count() >= 1
    assert all("10" in str(lines).split() for lines in lit.evaluate_all("all => all.map(i => i.dataset.lines)"))


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
    page.keyboard.type("A hive gains weight.")
    press("Enter")
    page.keyboard.type("A hive loses weight.")
    press("Control+Enter")
    revision(page, 7)
    press("Enter")
    assert page.evaluate("document.activeElement.closest('.lines') !== null")
    press("j")
    press("x")
    press("n")
    page.keyboard.type("Bees fan the water out of the nectar.")
    press("Control+Enter")
    revision(page, 8)
    press("h")
    press("Control+A")
    page.keyboard.type("Of Hives")
    press("Control+Enter")
    revision(page, 9)
    press("Shift+A")
    revision(page, 10)
    press("Shift+H")
    page.keyboard.type("Of Swarms")
    press("Control+Enter")
    revision(page, 11)
    press("p")
    page.keyboard.type("The year")
    press("Control+Enter")
    revision(page, 12)
    assert page.locator(".of-part").all_inner_texts() == ["The year"]
    press("p")
    press("Control+A")
    press("Delete")
    press("Control+Enter")
    revision(page, 13)
    assert page.locator(".of-part").count() == 0
    press("?")
    assert page.locator("#help[open]").count() == 1
    press("Escape")
    press("/")
    page.keyboard.type("nectar")
    press("Enter")
    assert "nectar" in page.evaluate("document.activeElement.dataset.text")
    kinds = [e.action.kind for e in events(server)]
    assert kinds == [
        "accept",
        "edit",
        "undo",
        "redo",
        "move",
        "merge",
        "split",
        "add",
        "heading",
        "accept",
        "divide",
        "part",
        "part",
    ]
    assert page.locator("h3", has_text="Of Hives").count() == 1
    assert page.locator("h3", has_text="Of Swarms").count() == 1


def test_a_point_is_asked_for_again_and_what_is_ticked_is_taken(page: Any, tmp_path: Path) -> None:
    """The model's answers come from the test; what the page makes of them is what is tested."""
    with serving(folder_with_talk(tmp_path / "model"), "--base-url", "http://127.0.0.1:9/v1", "--model", "m") as other:
        ready(page, other)
        asked: list[str] = []

        def answer(route: Any) -> None:
            asked.append(route.request.post_data_json["target"])
            held = page.locator(f'[id="{asked[-1]}"]').get_attribute("data-text")
            new = {
                "earlier": held,
                "yours": held,
                "new": f"Anew: {held}",
                "lines": [2],
                "remarks": ["no"] if len(asked) == 1 else [],
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
        page.click("#several >> text=Use the ticked texts")
        revision(page, count - 1)
        assert page.locator('.item[data-text^="Anew: "]').count() == count - 1


def test_an_edit_is_accepted_or_left_to_be_decided(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    for count, (button, standing) in enumerate([("Save, decide later", "pending"), ("Save and accept", "accepted")], 1):
        page.keyboard.press("e")
        page.fill(".editor textarea", f"A swarm flies away, version {count}.")
        page.click(f".editor >> text={button}")
        revision(page, count)
        assert page.locator(".current").get_attribute("data-standing") == standing
    page.keyboard.press("h")
    assert not page.locator(".editor [data-later]").is_visible()


def test_a_withheld_statement_is_restored_and_a_speaker_renamed(page: Any, server: Server) -> None:
    ready(page, server)
    kept_out = page.locator('.item.withheld[data-section="main_points"]').first
    said = kept_out.get_attribute("data-text")
    kept_out.locator("summary").click()
    page.keyboard.press("w")
    assert page.input_value(".editor textarea") == said
    page.fill(".editor textarea", "He lost 99 hives.")
    page.fill('.editor input[name="lines"]', "14")
    page.wait_for_selector("text=nobody says 99 in the recording")
    page.fill(".editor textarea", "He lost as many hives as before.")
    page.click(".editor >> text=Save")
    revision(page, 1)
    assert page.locator(".item.accepted .text", has_text="He lost as many hives as before").count() == 1
    page.click('[aria-label="Rename Pavel Dusek"]')
    page.fill(".editor textarea", "Pavel Dusek-Roth")
    page.click(".editor >> text=Save")
    revision(page, 2)
    assert page.locator(".lines b", has_text="Pavel Dusek-Roth").count() > 0
    assert page.locator(".item .text", has_text="Pavel Dusek-Roth").count() > 0
    assert "Pavel Dusek-Roth" in page.inner_text(".source")
    assert page.evaluate(
        "[...document.querySelectorAll('.item .text')].every(p => !/Dusek(?!-Roth)/.test(p.textContent))"
    )
    page.click('[data-do="undo"]')
    revision(page, 3)
    assert page.locator(".lines b", has_text="Pavel Dusek-Roth").count() == 0
    page.click('[aria-label="Rename Pavel Dusek"]')
    assert page.input_value(".editor textarea") == "Pavel Dusek"


def test_two_speakers_exchange_their_names(page: Any, server: Server) -> None:
    ready(page, server)
    page.click('[aria-label="Rename Pavel Dusek"]')
    page.fill(".editor textarea", "Ida Moran")
    page.click(".editor >> text=Save")
    page.wait_for_selector("#both >> text=Another speaker is called Ida Moran")
    page.click("#both >> text=Swap the two names")
    revision(page, 1)
    assert page.locator("#lines b").first.inner_text() == "Pavel Dusek"
    assert "changed" in page.inner_text("#status") and page.locator(".editor").count() == 0
    page.click('.speakers button:has-text("Ida Moran")')
    page.fill(".editor textarea", "Ida Moran-Roth")
    page.click(".editor >> text=Save")
    revision(page, 2)
    assert page.locator(".speakers button").all_inner_texts() == ["Pavel Dusek", "Ida Moran-Roth"]


def test_a_note_that_was_left_out_is_restored_among_the_main_points(page: Any, server: Server) -> None:
    ready(page, server)
    assert not page.locator(".left-out .item").first.is_visible()
    page.click(".left-out summary")
    page.locator(".left-out .item", has_text="ninety euros").get_by_text("Restore").click()
    page.fill('.editor input[name="label"]', "Price")
    page.keyboard.press("Control+Enter")
    revision(page, 1)
    restored = page.locator(".current")
    assert restored.get_attribute("data-section") == "main_points"
    assert restored.locator(".text").inner_text() == "Price: A scale that one builds oneself costs about ninety euros."
    assert page.locator(".left-out .item").count() == 2 and page.locator(".left-out[open]").count() == 1
    page.keyboard.press("u")
    revision(page, 2)
    assert page.locator(".left-out .item").count() == 3


def test_keys_pass_by_notes_in_the_closed_fold_and_the_filter_opens_it(page: Any, server: Server) -> None:
    ready(page, server)
    for _ in range(40):
        page.keyboard.press("j")
    assert page.locator(".current").get_attribute("data-section") == "summary"
    page.select_option("#show", "dropped")
    assert page.locator(".item:visible").count() == 3


def outline(page: Any) -> list[list[str]]:
    """Depth and first word of each statement below the first heading."""
    rows = page.locator(".items[data-group]:not([data-group=''])").first.locator(".item")
    return rows.evaluate_all("all => all.map(i => [i.dataset.depth, i.dataset.text.split(' ')[0]])")


def test_a_point_moves_with_what_is_nested_below_it(page: Any, server: Server) -> None:
    ready(page, server)
    before = outline(page)
    assert before == [["0", "Pavel"], ["1", "Nectar:"], ["1", "A"], ["1", "Winter:"], ["0", "The"]]
    point(page, 0).click()
    page.keyboard.press("Shift+J")
    revision(page, 1)
    assert outline(page) == [before[4], *before[:4]]
    page.keyboard.press("Shift+K")
    revision(page, 2)
    assert outline(page) == before


def test_a_point_is_nested_and_taken_out_again(page: Any, server: Server) -> None:
    ready(page, server)
    before = outline(page)
    point(page, 4).click()
    page.keyboard.press(">")
    revision(page, 1)
    assert outline(page) == [*before[:4], ["1", "The"]]
    page.keyboard.press(">")
    revision(page, 2)
    page.keyboard.press("<")
    revision(page, 3)
    page.keyboard.press("<")
    revision(page, 4)
    assert outline(page) == before


def test_a_point_is_merged_with_the_next_of_its_depth_and_keeps_what_is_nested_below_it(
    page: Any, server: Server
) -> None:
    ready(page, server)
    before = outline(page)
    point(page, 0).click()
    page.keyboard.press("m")
    page.fill(".editor textarea", "Both at once.")
    page.keyboard.press("Control+Enter")
    revision(page, 1)
    assert outline(page) == [["0", "Both"], *before[1:4]]


def test_a_nested_statement_is_decided_by_itself(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 1).click()
    page.keyboard.press("r")
    revision(page, 1)
    assert [point(page, n).get_attribute("data-standing") for n in range(3)] == ["pending", "rejected", "pending"]


def test_before_and_after_the_check_are_both_to_be_read(page: Any, server: Server) -> None:
    ready(page, server)
    page.select_option("#show", "is-corrected")
    seen = page.locator(".item:visible", has_text="can carry")
    assert seen.locator("del").inner_text() == "always carries" and seen.locator("ins").inner_text() == "can carry"
    assert page.locator(".item:visible").count() == 3


def test_two_tabs_lose_no_update(page: Any, server: Server) -> None:
    ready(page, server)
    other = page.context.new_page()
    ready(other, server)
    point(page, 0).click()
    page.keyboard.press("e")
    page.fill(".editor textarea", "A swarm is light, says the first tab.")
    page.keyboard.press("Control+Enter")
    revision(page, 1)
    other.evaluate("window.stale = document.body.dataset.revision")
    point(other, 1).click()
    other.keyboard.press("a")  # another statement: both are kept
    revision(other, 2)
    point(page, 1).click()
    page.keyboard.press("e")
    page.fill(".editor textarea", "A swarm is light, says the second edit.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#both[open]")
    assert len(events(server)) == 2
    assert "second edit" in page.inner_text("#both") and "accepted" in page.inner_text("#both")
    page.click("text=Replace it with mine")
    revision(page, 3)
    assert [e.action.kind for e in events(server)] == ["edit", "accept", "edit"]
    assert point(page, 0).locator(".text").text_content().endswith("says the first tab.")
    assert point(page, 1).locator(".text").text_content().endswith("says the second edit.")


def test_a_server_killed_in_the_middle_loses_nothing_that_it_acknowledged(page: Any, tmp_path: Path) -> None:
    server = Server(folder_with_talk(tmp_path))
    server.start()
    ready(page, server)
    point(page, 0).click()
    for n in range(1, 6):
        page.keyboard.press("a" if n % 2 else "r")
        revision(page, n)
    page.evaluate("for (let i = 0; i < 30; i++) document.querySelector('[data-do=accept]').click()")
    page.keyboard.press("e")
    page.fill(".editor textarea", "Words that the dead server never got.")
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
    record = server.folder / "outputs" / "hive.json"
    made = load(record)
    first, *rest = made.main_points
    details = (
        first.details[0].model_copy(update={"text": "Pavel Dusek has a scale below each of his hives."}),
        *first.details[1:],
    )
    made = made.model_copy(update={"main_points": (first.model_copy(update={"details": details}), *rest)})
    write(made, render_markdown(made), record)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.inner_text("#misfits").startswith("1 decision no longer fit")
    assert "below each of his hives" in page.inner_text(".misfits")
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
    page.click(".left-out summary")
    point(page, 1).click()
    assert grave() == []
    page.keyboard.press("a")
    revision(page, 1)
    page.keyboard.press("e")
    page.fill(".editor textarea", "There are 99 of them.")
    page.wait_for_selector(".remarks li")
    assert grave() == []
    page.click("[data-cancel]")
    page.keyboard.press("?")
    assert grave() == []
    context.close()
