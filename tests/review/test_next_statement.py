"""Which statement a reviewer is led to: after undo and additions, and on coming back; in real Chromium."""

from __future__ import annotations

from typing import Any

import pytest

from tests.review.browsing import Server, events, point, ready, revision

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]


def current(page: Any) -> str:
    return str(page.locator(".current").get_attribute("id"))


def test_undo_and_redo_lead_to_the_statement_that_they_change(page: Any, server: Server) -> None:
    ready(page, server)
    first, second = (str(point(page, n).get_attribute("id")) for n in range(2))
    point(page, 0).click()
    page.keyboard.press("a")
    revision(page, 1)
    page.keyboard.press("u")
    revision(page, 2)
    assert current(page) == first
    page.keyboard.press("r")  # the other decision, on the same statement
    revision(page, 3)
    assert point(page, 0).get_attribute("data-standing") == "rejected" and current(page) == second
    page.click("footer [data-do=undo]")
    revision(page, 4)
    page.locator(".item[data-section=summary]").last.click()
    page.keyboard.press("Shift+U")
    revision(page, 5)
    assert current(page) == first


def test_a_statement_that_is_decided_like_this_already_leaves_nothing_to_undo(page: Any, server: Server) -> None:
    ready(page, server)
    last = page.locator(".item[data-section=summary]").last
    last.click()
    page.keyboard.press("a")
    revision(page, 1)
    page.keyboard.press("a")
    page.keyboard.press("u")
    revision(page, 2)
    assert last.get_attribute("data-standing") == "pending"
    assert [e.action.kind for e in events(server)] == ["accept", "undo"]


def test_an_added_statement_is_the_one_that_keys_move_next_and_its_lines_are_unmarked(
    page: Any, server: Server
) -> None:
    ready(page, server)
    point(page, 4).click()
    page.click("#l16 .n")
    page.keyboard.press("n")
    page.keyboard.type("The sensors drift.")
    page.keyboard.press("Control+Enter")
    revision(page, 1)
    assert page.locator(".current").get_attribute("data-text") == "The sensors drift."
    assert page.locator(".picked").count() == 0
    page.keyboard.press(">")
    revision(page, 2)
    assert point(page, 4).get_attribute("data-depth") == "0" and point(page, 5).get_attribute("data-depth") == "1"


def test_a_review_goes_on_at_the_first_statement_to_decide(page: Any, server: Server) -> None:
    ready(page, server)
    for n in range(1, 9):
        page.keyboard.press("a")
        revision(page, n)
    where = current(page)
    ready(page, server)
    assert current(page) == where
    assert page.evaluate("document.activeElement.id") == where
    assert page.locator(".current").evaluate("e => e.getBoundingClientRect().bottom <= innerHeight")


def test_in_a_narrow_window_the_transcript_opens_at_the_lines_of_the_statement(chrome: Any, server: Server) -> None:
    context = chrome.new_context(viewport={"width": 390, "height": 500})
    page = context.new_page()
    ready(page, server)
    point(page, 4).click()
    page.click("[data-view=transcript]")
    page.wait_for_function(
        """() => { const line = document.querySelector(".lines .used").getBoundingClientRect();
        return line.top > 0 && line.bottom <= document.querySelector(".bar").getBoundingClientRect().top }"""
    )
    context.close()
