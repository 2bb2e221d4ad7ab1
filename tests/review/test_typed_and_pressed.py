"""On the review page nothing that is typed gets lost, and keys decide on what one sees: in real Chromium."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.review.browsing import Server, events, point, ready, revision
from tests.review.talk import TITLE

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]
TYPED = "A hive gains weight, says somebody who weighs it."


def typing(page: Any, n: int = 0) -> None:
    """Text in the editor of a point that is not saved yet."""
    point(page, n).click()
    page.keyboard.press("e")
    page.fill(".editor textarea", TYPED)


def _edit_another(page: Any) -> None:
    point(page, 1).click()
    page.click("footer [data-do=edit]")


def _edit_same(page: Any) -> None:
    page.click("footer [data-do=edit]")


def _name_a_speaker(page: Any) -> None:
    page.click('[aria-label="Rename Pavel Dusek"]')


def _add_from_a_line(page: Any) -> None:
    page.locator("#lines li").nth(6).click()
    page.keyboard.press("x")
    page.keyboard.press("n")


def _reject(page: Any) -> None:
    page.click("footer [data-do=reject]")


def _accept_another(page: Any) -> None:
    point(page, 1).click()
    page.keyboard.press("a")


def _accept_all(page: Any) -> None:
    page.locator("[data-accept-all]").nth(1).click()


def test_before_anything_else_is_done_one_is_asked_for_what_was_typed(page: Any, server: Server) -> None:
    ready(page, server)
    typing(page)
    for other in (_edit_another, _edit_same, _name_a_speaker, _add_from_a_line, _reject, _accept_another, _accept_all):
        other(page)
        assert TYPED in page.inner_text("#both[open]")
        page.click("#both >> text=Continue editing")
        assert page.input_value(".editor textarea") == TYPED and events(server) == []
        assert page.evaluate("document.activeElement.value") == TYPED


def test_what_was_typed_is_saved_and_then_the_other_is_done(page: Any, server: Server) -> None:
    ready(page, server)
    typing(page)
    _edit_another(page)
    page.click("#both >> text=Save, decide later")
    revision(page, 1)
    page.wait_for_function("document.querySelectorAll('.editor').length === 1")
    assert point(page, 0).get_attribute("data-text") == TYPED
    assert point(page, 0).get_attribute("data-standing") == "pending"
    assert point(page, 1).locator(".editor").count() == 1


def test_what_was_typed_is_given_up_when_one_says_so(page: Any, server: Server) -> None:
    ready(page, server)
    typing(page)
    _reject(page)
    page.click("#both >> text=Discard")
    revision(page, 1)
    assert page.locator(".editor").count() == 0
    assert [e.action.kind for e in events(server)] == ["reject"]


def test_accepting_while_one_edits_accepts_the_new_text(page: Any, server: Server) -> None:
    ready(page, server)
    typing(page)
    page.click("footer [data-do=accept]")
    revision(page, 1)
    assert (point(page).get_attribute("data-text"), point(page).get_attribute("data-standing")) == (TYPED, "accepted")
    page.wait_for_selector(".editor", state="detached")


def test_escape_outside_the_box_closes_no_editor_with_typed_text(page: Any, server: Server) -> None:
    ready(page, server)
    typing(page)
    page.locator("#lines li").nth(6).click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.value") == TYPED
    page.keyboard.press("Escape")
    assert page.locator(".editor").count() == 0


def slowly(page: Any, milliseconds: int = 300) -> None:
    """The server seems to be that far away."""

    def wait(route: Any) -> None:
        time.sleep(milliseconds / 1000)
        route.continue_()

    page.route("**/act", wait)


def press_quickly(page: Any, keys: str) -> None:
    """Keys one behind the other, none of which waits for an answer."""
    script = """keys => { for (const key of keys)
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })); }"""
    page.evaluate(script, list(keys))


def test_keys_that_come_faster_than_answers_go_to_one_statement_each(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    seen = [point(page, n).get_attribute("id") for n in range(4)]
    slowly(page)
    press_quickly(page, "arar")
    assert page.locator(".current").get_attribute("id") == point(page, 4).get_attribute("id")
    revision(page, 4)
    done = [(e.action.kind, e.action.targets[0]) for e in events(server)]
    assert done == list(zip(("accept", "reject", "accept", "reject"), seen, strict=True))


def test_the_last_statement_is_decided_once_however_often_the_key_comes(page: Any, server: Server) -> None:
    ready(page, server)
    page.locator(".item[data-section=summary]").last.click()
    slowly(page)
    press_quickly(page, "aaa")
    revision(page, 1)
    page.wait_for_timeout(700)
    assert len(events(server)) == 1


def test_a_key_that_comes_while_an_edit_is_saved_waits_for_it(page: Any, server: Server) -> None:
    ready(page, server)
    typing(page)
    slowly(page)
    page.keyboard.press("Control+Enter")
    press_quickly(page, "jr")
    revision(page, 2)
    assert [e.action.kind for e in events(server)] == ["edit", "reject"]
    assert point(page, 0).get_attribute("data-text") == TYPED
    assert point(page, 1).get_attribute("data-standing") == "rejected"


def test_a_point_that_is_moved_twice_goes_two_places(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 1).click()
    first = point(page, 1).get_attribute("id")
    slowly(page)
    press_quickly(page, "JJ")
    revision(page, 2)
    assert point(page, 3).get_attribute("id") == first


def test_a_decision_that_was_not_kept_leads_back_to_its_statement(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    page.route("**/act", lambda route: route.abort())
    press_quickly(page, "aa")
    page.wait_for_selector("#alarm:not(:empty)")
    page.wait_for_function("!document.querySelector('[data-deciding]')")
    assert page.locator(".current").get_attribute("id") == point(page, 0).get_attribute("id")
    assert "nothing was saved" in page.inner_text("#alarm")


def test_two_decisions_that_others_took_too_are_asked_about_one_by_one(page: Any, server: Server) -> None:
    ready(page, server)
    other = page.context.new_page()
    ready(other, server)
    for n in range(2):
        point(page, n).click()
        page.keyboard.press("a")
        revision(page, n + 1)
    point(other, 0).click()
    press_quickly(other, "rr")
    other.click("text=Replace it with mine")
    other.click("text=Keep theirs")
    revision(other, 3)
    assert [e.action.kind for e in events(server)] == ["accept", "accept", "reject"]
    assert [point(other, n).get_attribute("data-standing") for n in range(2)] == ["rejected", "accepted"]


def find(page: Any, words: str) -> None:
    page.fill("#find", words)
    page.evaluate("document.activeElement.blur()")


def test_nothing_is_done_to_a_statement_that_is_not_shown(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    find(page, "FÓULBROOD")  # whatever its capitals and accents
    assert not point(page, 0).is_visible()
    for key in "arAesJ":
        press_quickly(page, key)
        page.wait_for_selector("text=the current one is hidden")
        page.evaluate("document.getElementById('status').textContent = ''; document.activeElement.blur()")
    assert events(server) == [] and page.locator(".editor").count() == 0


def test_all_below_a_heading_are_those_that_are_shown_and_the_button_says_so(page: Any, server: Server) -> None:
    ready(page, server)
    assert page.locator("text=Accept all below this heading").count() > 1
    find(page, "always carries")
    find(page, "can carry")
    button = page.locator("[data-accept-all]:visible")
    assert button.all_inner_texts() == ["Accept the 1 shown below this heading"]
    button.click()
    revision(page, 1)
    assert [len(e.action.targets) for e in events(server)] == [1]
    assert page.inner_text("#status") == "1 accepted, of what is shown"
    assert button.count() == 0
    page.fill("#find", "")
    assert page.locator("text=Accept all below this heading").count() > 1


def test_a_section_is_accepted_as_far_as_it_is_shown(page: Any, server: Server) -> None:
    ready(page, server)
    page.select_option("#show", "is-corrected")
    count = page.locator("[data-section=main_points].item:visible").count()
    page.locator("[data-section=main_points].item:visible").first.click()
    assert "Accept what is shown in this section" in page.locator("[data-do=section]").text_content()
    page.keyboard.press("Shift+A")
    revision(page, 1)
    assert count > 0 and [len(e.action.targets) for e in events(server)] == [count]


def test_of_merged_statements_the_second_lead_stays_in_the_text(page: Any, server: Server) -> None:
    ready(page, server)
    page.locator(".item[data-section=key_concepts]").first.click()
    page.keyboard.press("m")
    joined = "A disease of bee larvae. Swarm: The part of a colony that leaves its hive."
    assert page.input_value(".editor textarea") == joined
    page.keyboard.press("Control+Enter")
    revision(page, 1)
    assert page.locator(".current .text").inner_text() == f"Foulbrood: {joined}"


def test_typing_goes_on_in_the_box_when_decisions_come_back(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    slowly(page)
    press_quickly(page, "ae")
    page.keyboard.press("Control+A")
    page.keyboard.type("Bees")
    revision(page, 1)
    page.keyboard.type(" fly.")
    assert page.input_value(".editor textarea") == "Bees fly." and len(events(server)) == 1
    assert TITLE in page.inner_text("h1")
