"""On the review page nothing that is typed gets lost, and keys decide on what one sees: in real Chromium."""

from __future__ import annotations

from typing import Any

import pytest

from tests.review.browsing import Server, ready, revision

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]


def test_of_merged_statements_the_second_lead_stays_in_the_text(page: Any, server: Server) -> None:
    ready(page, server)
    page.locator(".item[data-section=key_concepts]").first.click()
    page.keyboard.press("m")
    joined = "A disease of bee larvae. Swarm: The part of a colony that leaves its hive."
    assert page.input_value(".editor textarea") == joined
    page.keyboard.press("Control+Enter")
    revision(page, 1)
    assert page.locator(".current .text").inner_text() == f"Foulbrood: {joined}"
