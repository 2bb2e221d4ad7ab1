"""Search over notes: what is found, in which order, in any script; and that a query is only ever words."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import store
from pipeline.mcp_server.searching import Index, match_of
from pipeline.pages import render_markdown
from pipeline.run import asummarise
from tests.scripted import EMPTY, ScriptedClient, transcript

SAID = (
    "A turbine under the sea makes power at every tide.",
    "The repair of one turbine cost two million euros.",
    "Bread from sourdough keeps longer.",
    "潮汐发电的成本仍然很高。",
    "タービンの修理には費用がかかる。",
    "터빈은 바다 밑에서 돈다.",
    "กังหันใต้ทะเลผลิตไฟฟ้า",
    "Die Wartung der Straßenbahn ist teuer.",
    "Le café coûte cher à Genève.",
    "Турбины стоят дорого.",
    "टरबाइन की मरम्मत महँगी है।",
    "விசையாழி பழுது விலை உயர்ந்தது.",
)


def records(folder: Path, name: str = "notes", said: tuple[str, ...] = SAID) -> dict[str, Path]:
    """Notes that say each sentence, from a recording that says the same."""
    talk = transcript([("Ana", text) for text in said])
    points = [{"cites": [n], "text": text, "lead": "", "columns": [], "details": []} for n, text in enumerate(said, 1)]
    written: dict[str, Any] = EMPTY | {"main_points": [{"heading": "Matters", "points": points}]}
    client = ScriptedClient(lambda request: written if request.name == "write" else EMPTY)
    document = asyncio.run(asummarise(talk, client))
    store.write(document, render_markdown(document), folder / f"{name}.json")
    return {name: folder / f"{name}.json"}


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return records(tmp_path_factory.mktemp("notes"))


INDEX = Index()


def found(notes: dict[str, Path], query: str) -> list[str]:
    return [hit.statement.text for hit in INDEX.search(notes, query, limit=50)[1]]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sourdough bread", SAID[2]),
        ("repairs of turbines", SAID[1]),
        ("成本", SAID[3]),
        ("发电成本", SAID[3]),
        ("高", SAID[3]),
        ("費用", SAID[4]),
        ("タービン", SAID[4]),
        ("터빈", SAID[5]),
        ("ไฟฟ้า", SAID[6]),
        ("STRASSENBAHN", SAID[7]),
        ("cafe geneve", SAID[8]),
        ("турбина", SAID[9]),
        ("महँगी मरम्मत", SAID[10]),
        ("விலை", SAID[11]),
    ],
)
def test_the_statement_that_is_meant_comes_first_in_any_script(notes: dict[str, Path], query: str, said: str) -> None:
    assert found(notes, query)[0] == said


def test_what_no_statement_says_is_not_found(notes: dict[str, Path]) -> None:
    assert found(notes, "giraffe 長頸鹿") == [] and found(notes, "?!…") == [] and found(notes, "") == []


@pytest.mark.parametrize("query", ["कीमत", "விதை"])
def test_letters_without_their_vowel_signs_are_no_words(notes: dict[str, Path], query: str) -> None:
    assert found(notes, query) == []


def test_more_of_the_words_rank_higher(notes: dict[str, Path]) -> None:
    assert found(notes, "turbine cost")[:2] == [SAID[1], SAID[0]]


def test_pages_of_a_search_hold_everything_once(notes: dict[str, Path]) -> None:
    index = Index()
    total, whole = index.search(notes, "turbine the of", limit=50)
    pages = [index.search(notes, "turbine the of", limit=1, offset=n)[1][0] for n in range(total)]
    assert pages == whole and total == len(whole) >= 2


def test_notes_that_change_come_or_go_are_searched_as_they_are(tmp_path: Path) -> None:
    index, first = Index(), records(tmp_path, "a")
    both = first | records(tmp_path, "b", ("Giraffes sleep standing.",))
    assert index.search(first, "giraffes", limit=5)[0] == 0
    assert index.search(both, "giraffes", limit=5)[0] == 1
    records(tmp_path, "b", ("Zebras sleep standing up, too.",))
    assert index.search(both, "giraffes", limit=5)[0] == 0 and index.search(both, "zebras", limit=5)[0] == 1
    assert index.search(first, "zebras", limit=5)[0] == 0


@given(st.text(max_size=60))
@example('" OR name:a -- ')
@example("NEAR(a b) AND NOT c*")
@example("text : x ^ y {a b}")
@example("\x00\ud800\uffff")
def test_any_query_is_words_and_no_syntax(notes: dict[str, Path], query: str) -> None:
    total, hits = INDEX.search(notes, query, limit=50)
    assert total == len(hits)
    assert match_of(query).count('"') % 2 == 0
