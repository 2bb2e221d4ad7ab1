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


@pytest.mark.parametrize(("key", "code", "kind"), [("\u05e9", "KeyA", "accept"), ("\u043a", "KeyR", "reject")])
def test_keys_work_in_layouts_without_latin_letters(page: Any, server: Server, key: str, code: str, kind: str) -> None:
    ready(page, server)
    script = "e => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { ...e, bubbles: true }))"
    page.evaluate(script, {"key": key, "code": code})
    revision(page, 1)
    page.evaluate(script, {"key": "\u00e9", "code": "KeyR"})  # a Latin letter means itself
    page.keyboard.press("u")
    revision(page, 2)
    assert [e.action.kind for e in events(server)] == [kind, "undo"]


def test_a_filter_hides_headings_without_statements_and_unfolds_what_was_withheld(page: Any, server: Server) -> None:
    ready(page, server)
    page.select_option("#show", "withheld")
    assert page.locator("#notes h2:visible").all_inner_texts() == ["Main Points"]
    assert page.locator("#notes h3:visible").all_inner_texts() == ["Fewer Hives Are Opened"]
    assert page.locator(".item.withheld .text").is_visible()
    page.select_option("#show", "")
    assert page.locator("#notes h3:visible").count() == 3


def test_the_menu_closes_on_a_click_elsewhere_and_on_escape(page: Any, server: Server) -> None:
    ready(page, server)
    for close in (lambda: point(page, 0).click(), lambda: page.keyboard.press("Escape")):
        page.click(".more summary")
        assert page.locator(".more[open]").count() == 1
        close()
        assert page.locator(".more[open]").count() == 0
