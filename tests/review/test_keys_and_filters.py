"""Keys, the menu and filters of the review page, in real Chromium."""

from __future__ import annotations

from typing import Any

import pytest

from tests.review.browsing import Server, events, point, ready, revision

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]


def test_enter_saves_a_heading_and_a_name(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 0).click()
    page.keyboard.press("h")
    page.keyboard.type("Of Hives")
    page.keyboard.press("Enter")
    revision(page, 1)
    page.click('[aria-label="Rename Pavel Dusek"]')
    page.keyboard.type("Pavel Roth")
    page.keyboard.press("Enter")
    revision(page, 2)
    assert page.locator("h3", has_text="Of Hives").count() == 1
    assert "Pavel Roth" in page.locator(".speakers button").all_inner_texts()


def test_many_speakers_leave_room_for_the_transcript(page: Any, server: Server) -> None:
    ready(page, server)
    page.evaluate(
        "p = document.querySelector('.speakers'); for (let n = 0; n < 60; n++) p.append(p.firstChild.cloneNode(true))"
    )
    assert page.locator(".speakers").bounding_box()["height"] < 80
    last = page.locator(".speakers button").last
    last.focus()
    assert last.bounding_box()["y"] < page.locator("#l1").bounding_box()["y"]


def press(page: Any, key: str, code: str) -> None:
    """Press a key that Chromium's own keyboard lacks; capitals and Arabic's vowel signs take the shift key."""
    shifted = key.isupper() or key == "\u0650"
    script = "e => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { ...e, bubbles: true }))"
    page.evaluate(script, {"key": key, "code": code, "shiftKey": shifted})


@pytest.mark.parametrize(
    ("key", "code", "kind"),
    [("\u05e9", "KeyA", "accept"), ("\u043a", "KeyR", "reject"), ("\u0650", "KeyA", "accept")],
    ids=("Hebrew", "Russian", "Arabic, whole section"),
)
def test_keys_work_in_layouts_without_latin_letters(page: Any, server: Server, key: str, code: str, kind: str) -> None:
    ready(page, server)
    press(page, key, code)
    revision(page, 1)
    press(page, "\u00e9", "KeyR")  # a Latin letter means itself
    press(page, ",", "KeyW")  # and so does a sign of a Latin layout, such as Dvorak's
    page.keyboard.press("u")
    revision(page, 2)
    assert [e.action.kind for e in events(server)] == [kind, "undo"]


def test_keys_that_are_signs_in_one_of_two_layouts_work_too(page: Any, server: Server) -> None:
    ready(page, server)
    point(page, 4).click()
    press(page, "\u042e", "Period")  # Russian has letters in place of < and >
    revision(page, 1)
    press(page, "\u0411", "Comma")
    revision(page, 2)
    assert point(page, 4).get_attribute("data-depth") == "0"
    page.select_option("#show", "withheld")
    page.locator(".item.withheld .text").click()
    press(page, "'", "KeyW")  # Hebrew
    assert page.locator(".editor").is_visible()


def test_a_filter_hides_headings_without_statements_and_unfolds_what_was_withheld(page: Any, server: Server) -> None:
    ready(page, server)
    page.evaluate("""() => {
        const heading = document.querySelector("#notes h3");
        heading.dataset.part = "Early";
        heading.insertAdjacentHTML("beforebegin", '<p class="of-part">Early</p>');
    }""")
    page.select_option("#show", "withheld")
    assert not page.locator(".of-part").is_visible()
    assert page.locator("#notes h2:visible").all_inner_texts() == ["Main Points"]
    assert page.locator("#notes h3:visible").all_inner_texts() == ["Fewer Hives Are Opened"]
    assert page.locator(".item.withheld .text").is_visible()
    page.select_option("#show", "")
    assert page.locator("#notes h3:visible").count() == 3 and page.locator(".of-part").is_visible()


def test_the_menu_closes_on_a_click_elsewhere_and_on_escape(page: Any, server: Server) -> None:
    ready(page, server)
    for close in (lambda: point(page, 0).click(), lambda: page.keyboard.press("Escape")):
        page.click(".more summary")
        assert page.locator(".more[open]").count() == 1
        close()
        assert page.locator(".more[open]").count() == 0
