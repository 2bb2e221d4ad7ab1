"""What is printed of all excerpts, in which parts, under which names."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lengths import words_for
from pipeline.small.concepts import Concept, Spoken, Window, distinct_terms, explained_in, windows
from pipeline.small.excerpts import Excerpt, excerpts_of, unrepeated
from pipeline.small.keys import in_common, keys, units
from pipeline.small.notes import Mark, spare, unnoted
from pipeline.small.parts import Part, how_many, parted
from pipeline.small.passages import Passage
from pipeline.small.quoting import Quoter
from pipeline.small.ranking import Ranking, room
from pipeline.small.sentences import sentences_of
from pipeline.small.titles import Telling, checked, distinct, frequent, own_words, titled
from tests.small.recording import BREAD, BRIDGE, Answering, all_of, structured, transcript

LONG = f"{BRIDGE[:-1]}, and so it does on {'the long ' * 14}piers of all harbours in the north."


def test_an_excerpt_with_figures_goes_before_one_without() -> None:
    plain, exact = all_of(
        "Bridges lose a good deal of steel over the years.", "Bridges lose 12 percent of steel in 30 years."
    )
    ranking = Ranking([*plain.sentences, *exact.sentences])
    assert ranking.worth(exact) > ranking.worth(plain)


def test_the_answer_to_what_the_overview_asks_comes_before_better_ones() -> None:
    plain, exact = all_of(
        "Bridges lose a good deal of steel over the years.", "Bridges lose 12 percent of steel in 30 years."
    )
    ranking = Ranking([*plain.sentences, *exact.sentences])
    assert ranking.best([plain, exact], 10, 15) == [exact]
    assert ranking.best([plain, exact], 10, 15, first=plain) == [plain]


def test_an_aside_is_left_out_even_if_there_is_room() -> None:
    excerpts = all_of(*[BREAD] * 3, "Whereas nobody ever wants pineapple, tomatoes, onions.")
    chosen = Ranking([s for e in excerpts for s in e.sentences]).best(excerpts, 900, 900)
    assert [e.text for e in chosen] == [BREAD] * 3


def test_a_sentence_that_its_speaker_breaks_off_says_nothing() -> None:
    whole, *others = all_of(BREAD, BREAD, BREAD, BREAD[:-1])
    ranking = Ranking([s for e in (whole, *others) for s in e.sentences])
    assert ranking.asides([whole, *others]) == [others[-1]]


@pytest.mark.parametrize("end", [f"{BREAD[:-1]}:", f"{BREAD[:-1]} for 12 hours"])
def test_what_leads_up_to_something_or_has_a_figure_is_whole(end: str) -> None:
    excerpts = all_of(BREAD, BREAD, BREAD, end)
    assert not Ranking([s for e in excerpts for s in e.sentences]).asides(excerpts)


def test_where_no_turn_has_a_full_stop_none_is_broken_off() -> None:
    excerpts = all_of(*[BREAD[:-1]] * 4)
    assert not Ranking([s for e in excerpts for s in e.sentences]).asides(excerpts)


def test_a_few_words_are_an_aside_but_with_what_they_answer() -> None:
    few, other = all_of("Bakers use flour and water.", BREAD)
    asked = sentences_of(transcript([(None, "What do the best bakers of rye steer acid with?")]))
    answer = replace(few, before=tuple(asked))
    ranking = Ranking([*few.sentences, *other.sentences, *asked])
    assert ranking.asides([few, other, other]) == [few] and not ranking.asides([answer, other, other])


def test_a_spare_excerpt_begins_behind_what_others_show() -> None:
    (excerpt,) = excerpts_of(sentences_of(transcript([(None, f"{BRIDGE} It costs 3 million.")])), [Mark("", (1,))])
    left = excerpt.without({0})
    assert [s.number for s in left.sentences] == [1] and left.goes_on and left.without({0}) is left


def test_a_sentence_with_a_figure_and_no_note_is_spare() -> None:
    said = "Hello. Welcome. Good to see you. A new bridge of steel costs 40 million. Two of them. It holds for long."
    passage = Passage(2, tuple(sentences_of(transcript([(None, said)]))[3:]))
    assert not unnoted(passage, []) and [m.sentences for m in spare(passage, [])] == [(3,)]


def test_many_short_excerpts_make_more_parts() -> None:
    assert (how_many(200), how_many(200, 18)) == (2, 4)


def test_what_goes_on_from_another_is_printed_only_with_it() -> None:
    said = f"{LONG} {LONG} {LONG} It costs 3 million euros, 4 million francs and 5 million crowns a year."
    sentences = sentences_of(transcript([(None, said)]))
    excerpts = excerpts_of(sentences, [Mark(s.text, (s.number,)) for s in sentences])
    assert excerpts[-1].goes_on
    chosen = Ranking(sentences).best(excerpts, 20, 20)
    assert {excerpts[-2], excerpts[-1]} <= set(chosen)


def test_terms_are_asked_for_first_where_notes_stand() -> None:
    plain, noted = all_of(BRIDGE, BREAD)
    ranking = Ranking([*plain.sentences, *noted.sentences])
    asked = [Window(plain.sentences), Window(noted.sentences, noted=True)]
    assert ranking.foremost(asked, 1) == [asked[1]] and ranking.foremost(asked, 2) == asked


@pytest.mark.parametrize("total", [100, 1_000, 10_000])
def test_longer_notes_take_more_room(total: int) -> None:
    assert room(total, "brief") < room(total, "standard") < room(total, "full") <= (total, total)


@pytest.mark.parametrize("total", [100, 1_000, 10_000])
def test_a_page_has_at_most_a_quarter_more_words_than_asked_for(total: int) -> None:
    aim, most = room(total, "standard")
    assert aim <= most <= 1.25 * words_for(total) + 1


def test_parts_are_cut_where_the_words_change() -> None:
    excerpts = all_of(BRIDGE, BRIDGE, BRIDGE, BREAD, BREAD)
    assert [len(p) for p in parted(excerpts, 2)] == [3, 2]


@given(st.lists(st.sampled_from([BRIDGE, BREAD]), max_size=9), st.integers(1, 5))
def test_parts_hold_every_excerpt_once(said: list[str], many: int) -> None:
    excerpts = all_of(*said)
    parts = parted(excerpts, many)
    assert [e for part in parts for e in part] == excerpts and len(parts) <= many


def test_a_part_does_not_end_where_somebody_goes_on_speaking() -> None:
    lines = [(who, BRIDGE) for who in ("Ana", "Ben", "Ben", "Ana", "Ben")]
    sentences = sentences_of(transcript(lines))
    excerpts = [Excerpt((s,), frozenset({s.number}), ()) for s in sentences]
    assert [len(p) for p in parted(excerpts, 2)] == [3, 2]


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


def test_a_heading_that_names_one_excerpt_of_three_is_not_taken() -> None:
    client = Answering(lambda request: "Rust on Beams\n1. Rust")
    part = asyncio.run(titled(tuple(all_of(BRIDGE, BREAD, BREAD)), structured(client)))
    assert "Rust" not in part.heading and set(keys(part.heading)) <= set(keys(BREAD))


def test_a_heading_stands_once() -> None:
    part = Part(tuple(all_of(BREAD)), "Bread", ("Acid of sourdough",))
    assert [p.heading for p in distinct([part, part], Telling(()))] == ["Bread", "Acid of sourdough"]


def test_what_one_sentence_says_twice_is_no_heading() -> None:
    assert not frequent(all_of("Ten times the word hug, twelve times the word pug.", BREAD), Telling(()))


def test_the_beginning_of_a_longer_run_is_no_heading() -> None:
    said = "We take the token composed of short letters.", "Without the token composed of short letters it falls."
    assert frequent(all_of(*said), Telling(())).casefold() == "short letters"


def test_a_part_that_nothing_names_has_its_beginning_as_heading() -> None:
    excerpts = tuple(all_of(*(f"We saw it {n} and so did you, as we go on with it." for n in range(5))))
    telling = Telling([s for e in excerpts for s in e.sentences])
    part = asyncio.run(titled(excerpts, structured(Answering(lambda _: "")), telling=telling))
    assert part.heading == "We saw it 0 and so did you, as …"


def test_a_heading_of_the_part_s_own_words_stands_in() -> None:
    assert set(keys(frequent(all_of(BREAD, BREAD), Telling(())))) <= set(keys(BREAD))


def test_a_lead_goes_to_the_only_excerpt_that_has_its_words() -> None:
    client = Answering(lambda request: "none\n1. Acid of Sourdough\n2. none")
    part = asyncio.run(titled(tuple(all_of(BRIDGE, BREAD)), structured(client)))
    assert part.leads == ("", "Acid of Sourdough")


def test_a_lead_loses_what_was_not_said_at_its_end() -> None:
    client = Answering(lambda request: "none\n1. Steel of Beams Prices\n2. none")
    part = asyncio.run(titled(tuple(all_of(BRIDGE, BREAD)), structured(client)))
    assert part.leads == ("Steel of Beams", "")


@pytest.mark.parametrize(("said", "lead"), [(BRIDGE, ""), (f"{BRIDGE} No steel lasts.", "Steel")])
def test_a_lead_of_one_word_that_is_left_is_said_again(said: str, lead: str) -> None:
    client = Answering(lambda request: "none\n1. Steel Prices\n2. none")
    told = sentences_of(transcript([("Ana", said)]))
    excerpts = (Excerpt(tuple(told), frozenset(), ()), *all_of(BREAD))
    assert asyncio.run(titled(excerpts, structured(client))).leads == (lead, "")


@pytest.mark.parametrize("lead", [BREAD[:-1], "12 Bakers"])
def test_an_excerpt_said_over_again_and_a_figure_are_no_leads(lead: str) -> None:
    client = Answering(lambda request: f"none\n1. {lead}\n2. none")
    part = asyncio.run(titled(tuple(all_of(f"The 12 bakers: {BREAD}", BRIDGE)), structured(client)))
    assert part.leads == ("", "")


def test_a_lead_that_lost_words_ends_with_one_that_names_something() -> None:
    client = Answering(lambda request: "none\n1. Steel of beams of the mayor\n2. none")
    part = asyncio.run(titled(tuple(all_of(BRIDGE, BREAD)), structured(client)))
    assert part.leads == ("Steel of beams", "")


def test_what_is_said_all_through_a_recording_is_no_heading() -> None:
    sentences = [s for e in all_of(*[BRIDGE] * 9, *[BREAD] * 3) for s in e.sentences]
    client = Answering(lambda request: "Steel of Bridges\n1. Acid")
    part = asyncio.run(titled(tuple(all_of(BREAD, BREAD)), structured(client), telling=Telling(sentences)))
    assert Telling(sentences).tells("Acid") and not Telling(sentences).tells("Rust on Bridges")
    assert "Bridges" not in part.heading


def test_a_heading_joins_leads_when_no_words_are_said_again() -> None:
    assert own_words(all_of(BRIDGE, BREAD), Telling(()), ("Rust", "Acid")) == "Rust · Acid"


def test_a_heading_of_single_words_takes_them_from_where_excerpts_begin() -> None:
    excerpts = all_of(BRIDGE, BREAD)
    named = own_words(excerpts, Telling([s for e in excerpts for s in e.sentences])).split(" · ")
    assert [set(keys(n)) <= set(keys(e.text)) for n, e in zip(named, excerpts, strict=True)] == [True, True]


def test_a_heading_names_each_of_a_few_excerpts() -> None:
    tolls = "Drivers pay a toll for the tunnel. The toll is 3 euros."
    excerpts = all_of(BRIDGE, BREAD, tolls)
    named = own_words(excerpts, Telling([s for e in excerpts for s in e.sentences]), ("Rust", "", "")).split(" · ")
    assert [set(keys(n)) <= set(keys(e.text)) for n, e in zip(named, excerpts, strict=True)] == [True] * 3


def test_what_a_figure_counts_names_nothing() -> None:
    (excerpt,) = all_of("It takes 8 months. In those 8 months the toll was 3 euros, a toll for the tunnel.")
    assert Telling(excerpt.sentences).best(excerpt) in ("Toll", "Tunnel")


def test_a_lead_stands_once() -> None:
    client = Answering(lambda request: "Rust\n1. Steel\n2. Steel")
    part = asyncio.run(titled(tuple(all_of(BRIDGE, BRIDGE)), structured(client)))
    assert (part.heading, part.leads) == ("Rust", ("Steel", ""))


def _term(said: str, *answers: str, notes: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """The term and what explains it, when the model answers so, one call after the other."""
    sentences = sentences_of(transcript([(None, said)]))
    left = list(answers)
    asked = structured(Answering(lambda request: left.pop(0) if len(left) > 1 else left[0]))
    spoken = Spoken(sentences, notes, frozenset({"ana"}))
    found = asyncio.run(explained_in(Window(tuple(sentences)), spoken, asked))
    return (found.term, " ".join(s.text for s in found.sentences)) if found else None


def test_a_term_is_explained_by_the_sentence_that_opens_with_it() -> None:
    said = "Bridges suffer from section loss in many ways. Section loss is the share of a beam that rust has eaten."
    assert _term(said, "section loss") == ("section loss", "Section loss is the share of a beam that rust has eaten.")


def test_a_term_named_after_its_explanation_has_both_sentences() -> None:
    said = "Bread goes hard because the starch turns into crystals. That is retrogradation."
    assert _term(said, "Retrogradation") == ("Retrogradation", said)


def test_an_explanation_takes_along_what_is_left_of_a_short_window() -> None:
    said = "Section loss is the share of a beam that rust has eaten. Ours was 32 percent."
    assert _term(f"We measured section loss, too. {said}", "section loss") == ("section loss", said)


def test_the_mere_subject_of_a_sentence_is_no_term() -> None:
    said = "Geography explained almost nothing of all these differences. What mattered was the flour."
    assert _term(said, "geography", notes=("Geography explained almost nothing of these differences.",)) is None


def test_what_is_called_something_at_the_end_is_asked_about_again_alone() -> None:
    said = "Of the six bridges that were painted so, four stand today. I'd call that a success."
    assert _term(said, "success", "none") is None


@pytest.mark.parametrize(
    "said",
    [
        "One more number: the feeding ratio. One part of starter goes to two of flour and two of water.",
        "A feeding ratio with care. It takes one part of starter to two of flour and two of water.",
    ],
    ids=["colon", "short sentence"],
)
def test_a_term_that_leads_up_to_its_explanation_has_the_sentence_behind_it(said: str) -> None:
    assert _term(said, "feeding ratio") == ("feeding ratio", said)


def test_a_term_in_passing_is_none_unless_a_note_keeps_what_stands_behind_it() -> None:
    said = "Bridges suffer from section loss, where rust eats a share of each beam."
    assert _term(said, "section loss") is None
    assert _term(said, "section loss", notes=("Section loss: rust eats a share of a beam.",))


def test_what_names_its_term_again_does_not_explain_it() -> None:
    said = "Bread holds some gluten, and the limit for gluten-free bread of all kinds is 20."
    assert _term(said, "gluten", notes=(said,)) is None


@pytest.mark.parametrize("answer", ["none", "None.", "corrosion", "Ana", "the share of a beam that rust has eaten"])
def test_what_is_no_term_of_the_window_is_left_out(answer: str) -> None:
    said = "Ana says that none of the beams is whole. It eats the share of a beam that rust has eaten."
    assert _term(said, answer) is None


def test_what_no_note_stands_for_is_asked_about_too_turn_by_turn() -> None:
    explained = "So section loss is the share of all beams that rust has eaten."
    lines = [("Ben", BREAD), ("Ana", explained), ("Ben", "Yes."), ("Ana", "And who pays for all of this work there?")]
    sentences = sentences_of(transcript(lines))
    excerpts = excerpts_of(sentences, [Mark(BREAD, (0,))])
    assert [w.text for w in windows(excerpts, sentences)] == [BREAD, explained]


def test_of_two_explanations_the_one_that_opens_with_its_term_is_printed() -> None:
    first, second = sentences_of(
        transcript([(None, "It was rust: it ate beams. Rust is what air and water make of the iron in beams.")])
    )
    assert distinct_terms([Concept("rust", (first,)), Concept("Rust", (second,))], 5, 99) == [
        Concept("Rust", (second,))
    ]


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


def test_a_sentence_that_says_more_than_a_name_is_no_definition() -> None:
    assert _term("We lose a third of it. Let's leave out, for example, the token.", "token") is None


def test_what_a_sentence_says_behind_an_opening_does_not_explain_the_term_in_it() -> None:
    said = "It is old. Nevertheless, to do fatigue, this model is of much use because it reckons with cracks."
    notes = ("Fatigue is of much use because it reckons with cracks.",)
    assert _term(said, "fatigue", notes=notes) is None


def test_a_term_behind_two_words_is_explained_only_if_a_note_says_so_too() -> None:
    said = "We have a deck. And the deck thing, do you want to give it a new colour. The deck is old."
    assert _term(said, "deck") is None
    said = "A deck is wide. So a deck is the part of a bridge that carries the road."
    assert _term(said, "deck", notes=("A deck is the part that carries the road.",)) is not None


def test_a_second_name_between_commas_is_a_term() -> None:
    said = "There are four voltages. A locomotive for all of them, a multi-system locomotive, costs 5 million."
    found = _term(said, "multi-system locomotive", notes=("A multi-system locomotive costs 5 million.",))
    assert found and found[1].endswith("costs 5 million.")


def test_words_that_no_note_has_are_habits_of_speech() -> None:
    sentences = [s for e in all_of("Okay gonna say okay gonna.", BRIDGE) for s in e.sentences]
    assert Telling(sentences).is_phrase(("gonna", "okay"))
    assert not Telling(sentences, ["Rust eats steel."]).is_phrase(("gonna", "okay"))


def test_of_languages_whose_function_words_are_not_known_no_single_words_are_names() -> None:
    excerpts = all_of("Toujours les ponts avec la rouille, toujours les ponts.", BREAD)
    assert own_words(excerpts, Telling([s for e in excerpts for s in e.sentences], language="fr")) == ""


def test_an_article_that_is_elided_is_left_out() -> None:
    assert keys("l'eau qu'une d'Unigram") == keys("eau une Unigram") and keys("don't I'm") == ("don't", "i'm")


def test_what_agrees_or_calls_somebody_names_nothing() -> None:
    lines = [(None, "Yeah. Yeah, Rust. And rust, yeah, on bridges."), (None, BRIDGE)]
    telling = Telling(sentences_of(transcript(lines)))
    assert telling.best(all_of("Rust and yeah, rust and yeah.")[0]) == "Rust"


def test_what_an_excerpt_says_is_not_shown_again_before_the_next() -> None:
    sentences = sentences_of(transcript([("Ana", BRIDGE), ("Ben", "Such steel. No.")]))
    first = Excerpt(tuple(sentences[:1]), frozenset({0}), ())
    second = Excerpt(tuple(sentences[1:]), frozenset({1}), (), before=first.sentences)
    assert unrepeated([first, second])[1].before == () and unrepeated([first, second])[1].continues(first)


def test_a_name_of_several_words_names_a_part_as_a_whole() -> None:
    def named(said: str) -> str:
        excerpts = all_of(said)
        return Telling([s for e in excerpts for s in e.sentences]).best(excerpts[0])

    assert named("The array at Skerry Sound is small, and Skerry Sound is cold.") == "Skerry Sound"
    assert named("The men of Skerry saw Skerry Sound, and Skerry Rock too.") == "Skerry"
