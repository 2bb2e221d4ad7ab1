"""What is printed of all excerpts, in which parts, under which names."""

from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.small.concepts import explained_in
from pipeline.small.excerpts import Excerpt, excerpts_of
from pipeline.small.keys import in_common, keys, units
from pipeline.small.notes import Mark
from pipeline.small.parts import Part, checked, distinct, frequent, parted, titled
from pipeline.small.quoting import Quoter
from pipeline.small.ranking import Ranking, room
from pipeline.small.sentences import sentences_of
from tests.small.recording import Answering, structured, transcript

BRIDGE = "Rust on bridges eats the steel of beams in twenty years."
BREAD = "Bakers steer the acid of sourdough with water and flour."


def _all(*said: str) -> list[Excerpt]:
    """An excerpt for each text, all of one recording."""
    sentences = sentences_of(transcript([(f"S{n}", text) for n, text in enumerate(said)]))
    return excerpts_of(sentences, [Mark(s.text, (s.number,)) for s in sentences])


def test_an_excerpt_with_figures_goes_before_one_without() -> None:
    plain, exact = _all(
        "Bridges lose a good deal of steel over the years.", "Bridges lose 12 percent of steel in 30 years."
    )
    ranking = Ranking([*plain.sentences, *exact.sentences])
    assert ranking.worth(exact) > ranking.worth(plain)


def test_what_goes_on_from_another_is_printed_only_with_it() -> None:
    said = (
        f"{BRIDGE} {BRIDGE} {BRIDGE} {BRIDGE} It costs 3 million euros, 4 million francs and 5 million crowns a year."
    )
    sentences = sentences_of(transcript([(None, said)]))
    excerpts = excerpts_of(
        sentences, [Mark("a", (0,)), Mark("b", (1,)), Mark("c", (2,)), Mark("d", (3,)), Mark("e", (4,))]
    )
    assert excerpts[-1].goes_on
    assert Ranking(sentences).best(excerpts, 20) == excerpts[:1] or len(Ranking(sentences).best(excerpts, 20)) != 1


@pytest.mark.parametrize("total", [100, 1_000, 10_000])
def test_longer_notes_take_more_room(total: int) -> None:
    assert room(total, "brief") < room(total, "standard") < room(total, "full") <= total


def test_a_long_recording_is_cut_to_about_a_quarter() -> None:
    assert 0.15 <= room(10_000, "standard") / 10_000 <= 0.3


def test_parts_are_cut_where_the_words_change() -> None:
    excerpts = _all(BRIDGE, BRIDGE, BRIDGE, BREAD, BREAD)
    assert [len(p) for p in parted(excerpts, 2)] == [3, 2]


@given(st.lists(st.sampled_from([BRIDGE, BREAD]), max_size=9), st.integers(1, 5))
def test_parts_hold_every_excerpt_once(said: list[str], many: int) -> None:
    excerpts = _all(*said)
    parts = parted(excerpts, many)
    assert [e for part in parts for e in part] == excerpts and len(parts) <= many


def test_a_title_with_a_word_that_was_not_said_is_no_title() -> None:
    assert checked("Ticketing System Update", BRIDGE, 9) == ""
    assert checked("**Rust on Steel Beams**", BRIDGE, 9) == "Rust on Steel Beams"


def test_a_compound_that_was_not_said_is_no_title() -> None:
    said = "The turbine in the sea beats any rotor on land. On the hill the wind is cheap."
    assert checked("Wind Turbine", said, 9) == ""
    assert checked("Turbine and Wind", said, 9) == "Turbine and Wind"


def test_a_heading_joins_only_what_a_sentence_joins() -> None:
    said = "Rust eats the bridge at Orle. The law was made in Chicago."
    assert checked("Rust in Chicago", said, 9, least=0.6) == ""
    assert checked("Rust on the Bridge", said, 9, least=0.6) == "Rust on the Bridge"


def test_a_heading_stands_once() -> None:
    part = Part(tuple(_all(BREAD)), "Bread", ("Acid of sourdough",))
    assert [p.heading for p in distinct([part, part])] == ["Bread", "Acid of sourdough"]


def test_a_heading_of_the_part_s_own_words_stands_in() -> None:
    assert set(keys(frequent(_all(BREAD, BREAD)))) <= set(keys(BREAD))


def test_a_lead_stands_once() -> None:
    client = Answering(lambda request: "Rust\n1. Steel\n2. Steel")
    part = asyncio.run(titled(tuple(_all(BRIDGE, BRIDGE)), structured(client)))
    assert (part.heading, part.leads) == ("Rust", ("Steel", ""))


def _term(said: str, answer: str) -> tuple[str, str] | None:
    sentences = sentences_of(transcript([(None, said)]))
    (excerpt,) = excerpts_of(sentences, [Mark(said, (0,)), Mark(said, (1,))])
    asked = structured(Answering(lambda request: answer))
    found = asyncio.run(explained_in(excerpt, sentences, asked, frozenset({"ana"})))
    return (found.term, " ".join(s.text for s in found.sentences)) if found else None


def test_a_term_is_explained_by_the_sentence_that_opens_with_it() -> None:
    said = "Bridges suffer from section loss in many ways. Section loss is the share of a beam that rust has eaten."
    assert _term(said, "section loss") == ("section loss", "Section loss is the share of a beam that rust has eaten.")


def test_a_term_named_after_its_explanation_has_both_sentences() -> None:
    said = "Bread goes hard because the starch turns into crystals. That is retrogradation."
    assert _term(said, "Retrogradation") == ("Retrogradation", said)


@pytest.mark.parametrize("answer", ["none", "None.", "corrosion", "Ana", "the share of a beam that rust has eaten"])
def test_what_is_no_term_of_the_excerpt_is_left_out(answer: str) -> None:
    assert (
        _term("Ana says that none of the beams is whole. It eats the share of a beam that rust has eaten.", answer)
        is None
    )


_SAID = st.lists(
    st.tuples(st.sampled_from(["Ana", "Ben", None]), st.text("ab ,.?uhm 7é", min_size=1, max_size=60)), max_size=8
)


@given(_SAID)
def test_a_quotation_has_only_words_that_were_said_in_their_order(turns: list[tuple[str | None, str]]) -> None:
    sentences = sentences_of(transcript(turns))
    quoter = Quoter(sentences)
    for excerpt in excerpts_of(sentences, [Mark("note", (s.number,)) for s in sentences]):
        printed, said = units(quoter.quotation(excerpt.sentences, ())), units(excerpt.text)
        assert in_common(printed, said) == len(printed)


@given(_SAID)
def test_a_quotation_never_begins_or_ends_with_a_loose_comma(turns: list[tuple[str | None, str]]) -> None:
    sentences = sentences_of(transcript(turns))
    for s in sentences:
        assert not re.search(r"^[,;]|[,;]$", Quoter(sentences).quotation((s,), ()))
