"""What is printed of all excerpts, in which parts, under which names."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from pipeline.lengths import words_for
from pipeline.small.concepts import Concept, TermContext, Window, distinct_terms, explained_in, windows
from pipeline.small.excerpts import Excerpt, excerpts_of, unrepeated
from pipeline.small.keys import keys, units
from pipeline.small.notes import Mark, spare, unnoted
from pipeline.small.parts import parts_of
from pipeline.small.passages import Passage
from pipeline.small.ranking import Ranking, room
from pipeline.small.sentences import sentences_of
from pipeline.small.titles import NamedExcerpt, Names, is_quoted, shortened, titled
from tests.small.recording import BREAD, BRIDGE, Answering, all_of, in_english, structured, transcript

LONG = f"{BRIDGE[:-1]}, and so it does on {'the long ' * 14}piers of all harbours in the north."


def test_an_excerpt_with_figures_goes_before_one_without() -> None:
    plain, exact = all_of(
        "Bridges lose a good deal of steel over the years.", "Bridges lose 12 percent of steel in 30 years."
    )
    ranking = Ranking([*plain.sentences, *exact.sentences])
    assert ranking.worth(exact) > ranking.worth(plain)


def test_of_short_excerpts_the_one_that_says_more_goes_first() -> None:
    more = "Zinc and paint help the steel for a time."
    said = sentences_of(transcript([("Ben", f"Rust slowly eats the steel of all the big beams of bridges. {more}")]))
    ranking = Ranking([*said, *said])
    one, two = (Excerpt(tuple(said[:n]), frozenset({0})) for n in (1, 2))
    assert ranking.worth(two) > ranking.worth(one)


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
    answer = replace(few, lead_up=tuple(asked))
    ranking = Ranking([*few.sentences, *other.sentences, *asked])
    assert ranking.asides([few, other, other]) == [few] and not ranking.asides([answer, other, other])


def test_a_reply_is_weighed_without_the_statement_that_it_replies_to() -> None:
    other = all_of(BRIDGE)[0]
    said = [("Ana", "Such a bridge of steel is so bad."), ("Ben", "Okay, a friendly bridge.")]
    statement, reply = sentences_of(transcript(said))
    ranking = Ranking([*other.sentences, statement, reply])
    replied = Excerpt((reply,), frozenset({1}), lead_up=(statement,))
    assert ranking.asides([replied, other, other]) == [replied]


def test_a_spare_excerpt_begins_behind_what_others_show() -> None:
    (excerpt,) = excerpts_of(sentences_of(transcript([(None, f"{BRIDGE} It costs 3 million.")])), [Mark("", (1,))])
    left = excerpt.without({0})
    assert [s.number for s in left.sentences] == [1] and left.goes_on and left.without({0}) == left


def test_a_spare_excerpt_that_begins_with_a_question_does_not_go_on() -> None:
    said = sentences_of(transcript([(None, f"{BRIDGE} What does a concrete tunnel cost? It costs 40 million euros.")]))
    left = Excerpt(tuple(said), frozenset({2}), ()).without({0})
    assert [s.number for s in left.sentences] == [1, 2] and not left.goes_on


def test_a_sentence_with_a_figure_and_no_note_is_spare() -> None:
    said = "Hello. Welcome. Good to see you. A new bridge of steel costs 40 million. Two of them. It holds for long."
    passage = Passage(2, tuple(sentences_of(transcript([(None, said)]))[3:]))
    assert not unnoted(passage, []) and [m.sentences for m in spare(passage, [])] == [(3,)]


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


_NAME = st.sampled_from(["", "Steel of beams", "Acid of sourdough", "The acid"])


@given(st.lists(st.tuples(st.sampled_from([BRIDGE, BREAD]), _NAME), max_size=9))
def test_parts_hold_every_excerpt_once(said: list[tuple[str, str]]) -> None:
    excerpts = all_of(*(text for text, _ in said))
    named = [NamedExcerpt(e, title=title, own_sentence=e.text) for e, (_, title) in zip(excerpts, said, strict=False)]
    parts = parts_of(named, _names(excerpts))
    assert [one.excerpt for part in parts for one in part.excerpts] == [n.excerpt for n in named]
    assert all(part.heading and len(part.excerpts) == len(part.leads) for part in parts)


def _names(excerpts: Iterable[Excerpt], notes: tuple[str, ...] = ()) -> Names:
    sentences = [s for e in excerpts for s in e.sentences]
    return Names(sentences, notes, in_english(sentences), "en")


def _titled(excerpt: Excerpt, answer: str, names: Names | None = None) -> NamedExcerpt:
    client = structured(Answering(lambda _: answer))
    return asyncio.run(titled(excerpt, client, names or _names([excerpt])))


def _headings(*named: NamedExcerpt, notes: tuple[str, ...] = ()) -> list[tuple[str, list[str]]]:
    parts = parts_of(named, _names([n.excerpt for n in named], notes))
    return [(part.heading, part.leads) for part in parts]


def test_excerpts_on_different_matters_have_a_heading_each() -> None:
    rust, acid = all_of(BRIDGE, BREAD)
    assert _headings(NamedExcerpt(rust, title="Rust on beams"), NamedExcerpt(acid, title="Acid of sourdough")) == [
        ("Rust on beams", [""]),
        ("Acid of sourdough", [""]),
    ]


def test_an_excerpt_whose_title_has_a_word_of_the_heading_stands_below_it_under_its_own() -> None:
    rust, beams = all_of(BRIDGE, BRIDGE)
    found = _headings(NamedExcerpt(rust, title="Rust on beams"), NamedExcerpt(beams, title="Steel of beams"))
    assert found == [("Rust on beams", ["", "Steel of beams"])]


def test_an_excerpt_of_the_same_title_or_of_none_stands_below_a_heading_that_it_has_a_word_of() -> None:
    excerpts = all_of(BRIDGE, BRIDGE, BRIDGE, BREAD)
    titles = ("Rust on beams", "Rust on beams", "", "")
    named = [NamedExcerpt(e, title=title, own_sentence=e.text) for e, title in zip(excerpts, titles, strict=True)]
    assert _headings(*named) == [("Rust on beams", ["", "", ""]), (BREAD, [""])]


def test_a_title_heads_one_part() -> None:
    excerpts = [replace(e, goes_on=False) for e in all_of(BRIDGE, BREAD, BRIDGE)]
    named = [NamedExcerpt(e, title=e.text[:4], own_sentence=e.text) for e in excerpts]
    assert [heading for heading, _ in _headings(*named)] == ["Rust", "Bake", BRIDGE]


def test_what_a_speaker_goes_on_to_say_stands_below_the_question_and_no_more_than_four_excerpts_do() -> None:
    told = sentences_of(transcript([("Ben", " ".join([BRIDGE] * 5)), ("Ana", BREAD)]))
    excerpts = [Excerpt((s,), frozenset({s.number}), ()) for s in told]
    named = [NamedExcerpt(excerpts[0], question="What rusts?"), *(NamedExcerpt(e, title=e.text) for e in excerpts[1:])]
    assert [len(leads) for _, leads in _headings(*named)] == [4, 1, 1]


def _asked(*answers: str, asked: str = "Which river crossing would your party prefer?") -> list[NamedExcerpt]:
    """Excerpts of different people, each an answer to the same question."""
    lines = [line for n, said in enumerate(answers) for line in (("Ana", asked), (f"S{n}", said))]
    said = sentences_of(transcript(lines))
    excerpts = excerpts_of(said, [Mark(s.text, (s.number,)) for s in said if not s.asks])
    return [NamedExcerpt(e, question=asked, title=e.text[:4]) for e in excerpts]


def test_a_question_put_to_several_people_heads_one_part() -> None:
    assert _headings(*_asked(BRIDGE, BREAD, BRIDGE)) == [("Which river crossing would your party prefer?", [""] * 3)]


def test_a_question_that_is_put_again_later_stays_in_the_quotation() -> None:
    first, last = _asked(BRIDGE, BRIDGE)
    parts = parts_of([first, NamedExcerpt(all_of(BREAD)[0], title="Acid"), last], _names(all_of(BRIDGE, BREAD)))
    assert [p.heading for p in parts] == [first.question, "Acid", "Rust"]
    assert parts[2].excerpts[0].printed.lead_up[0].text == first.question


def test_a_question_of_an_excerpt_that_goes_on_is_its_lead() -> None:
    rust, acid = all_of(BRIDGE, BREAD)
    acid = replace(acid, lead_up=tuple(sentences_of(transcript([("Ana", "Who steers it?")]))), goes_on=True)
    rust = replace(rust, sentences=(replace(rust.sentences[0], number=acid.lead_up[0].number - 1),))
    assert _headings(NamedExcerpt(rust, title="Rust"), NamedExcerpt(acid, question="Who steers it?"))[0][1] == [
        "",
        "Who steers it?",
    ]


def test_a_lead_is_said_once_in_a_part() -> None:
    titles = ("Rust on beams", "Beams of steel", "Beams of steel", "Beams of steel")
    named = [NamedExcerpt(e, title=title) for e, title in zip(all_of(*[BRIDGE] * 4), titles, strict=True)]
    assert _headings(*named) == [("Rust on beams", ["", "Beams of steel", "", ""])]


def test_a_sentence_that_several_say_heads_one_part() -> None:
    excerpts = [replace(e, goes_on=False) for e in all_of(BRIDGE, BREAD, BRIDGE)]
    named = [NamedExcerpt(e, own_sentence=e.text) for e in excerpts]
    assert [heading for heading, _ in _headings(*named)] == [BRIDGE, BREAD]


def test_a_question_from_long_before_is_no_heading() -> None:
    question, _, answer = sentences_of(
        transcript([("Ana", "What does a new bridge cost?"), ("Ben", f"{BREAD} {BRIDGE}")])
    )
    excerpt = Excerpt((answer,), frozenset({2}), (), lead_up=(question,))
    assert _titled(excerpt, "Rust on bridges").question == ""


def test_of_two_questions_that_an_excerpt_opens_with_neither_is_a_heading() -> None:
    said = sentences_of(transcript([(None, f"What eats harbours? How long does a repair of the deck hold? {BRIDGE}")]))
    assert _titled(Excerpt(tuple(said), frozenset({2}), ()), "Rust on bridges").question == ""


def test_the_question_that_an_excerpt_answers_is_its_heading_and_is_not_repeated() -> None:
    asked = "What does rust do to the steel of bridges?"
    question, answer = sentences_of(transcript([("Ana", asked), ("Ben", BRIDGE)]))
    excerpt = Excerpt((answer,), frozenset({1}), (), lead_up=(question,))
    one = _titled(excerpt, "Rust", Names([question, answer], [BRIDGE], in_english([]), "en"))
    assert (one.name, one.printed) == (asked, replace(excerpt, lead_up=()))


def test_a_heading_is_the_title_that_most_of_its_part_is_about() -> None:
    aside, matter, more = all_of(
        "My mine bridge has no rails.", "The rail bridge at Orle is of steel.", "Rail rail steel."
    )
    named = [NamedExcerpt(aside, title="Mine bridge"), NamedExcerpt(matter, title="Rail bridge"), NamedExcerpt(more)]
    (part,) = parts_of(named, _names([aside, matter, more]))
    assert (part.heading, part.leads) == ("Rail bridge", ["Mine bridge", "", ""])


def test_a_title_that_heads_an_earlier_part_does_not_become_the_heading_of_a_later_one() -> None:
    rail, aside = "The rail bridge at Orle is of steel.", "My mine bridge has no rails."
    excerpts = [replace(e, goes_on=False) for e in all_of(rail, BREAD, aside, rail, "Rail rail steel.")]
    titles = ("Rail bridge", "Acid of sourdough", "Mine bridge", "Rail bridge", "")
    named = [NamedExcerpt(e, title=title) for e, title in zip(excerpts, titles, strict=True)]
    assert [heading for heading, _ in _headings(*named)] == ["Rail bridge", "Acid of sourdough", "Mine bridge"]


def test_what_goes_right_on_without_a_lead_is_one_quotation() -> None:
    first, second = sentences_of(transcript([("Ben", f"{BRIDGE} {BREAD}")]))
    excerpts = [Excerpt((s,), frozenset({s.number})) for s in (first, second)]

    def printed(title: str) -> int:
        named = [NamedExcerpt(excerpts[0], title="Rust on bridges"), NamedExcerpt(excerpts[1], title=title)]
        return sum(len(p.quotations) for p in parts_of(named, _names(excerpts)))

    assert (printed(""), printed("Bridges"), printed("Acid")) == (1, 2, 2)
    long = [Excerpt((replace(s, text=LONG * 3),), frozenset({s.number})) for s in (first, second)]
    (part,) = parts_of([NamedExcerpt(long[0], title="Rust on bridges"), NamedExcerpt(long[1])], _names(excerpts))
    assert len(part.quotations) == 2


@pytest.mark.parametrize(
    "asked", ["What happened?", "Do you gonna okay?", f"Is it that {BRIDGE[:-1]} and {BREAD[:-1]}?"]
)
def test_a_question_that_is_long_or_says_little_is_no_heading(asked: str) -> None:
    question, answer = sentences_of(transcript([("Ana", asked), ("Ben", BRIDGE)]))
    excerpt = Excerpt((answer,), frozenset({1}), (), lead_up=(question,))
    one = _titled(excerpt, "Rust on bridges", Names([question, answer], [BRIDGE], in_english([]), "en"))
    assert (one.name, one.printed) == ("Rust on bridges", excerpt)


def test_of_two_questions_before_an_answer_neither_is_a_heading() -> None:
    asked = "What eats the steel of bridges? How long does that take?"
    *questions, answer = sentences_of(transcript([("Ana", asked), ("Ben", BRIDGE)]))
    excerpt = Excerpt((answer,), frozenset({2}), (), lead_up=tuple(questions))
    names = Names([*questions, answer], [BRIDGE], in_english([]), "en")
    assert _titled(excerpt, "Rust on bridges", names).question == ""


@pytest.mark.parametrize(("speaker", "heading"), [(None, "What eats the steel of beams?"), ("Ana", "Rust on bridges")])
def test_a_speaker_s_own_question_is_a_heading_only_where_nobody_else_may_answer(
    speaker: str | None, heading: str
) -> None:
    said = sentences_of(transcript([(speaker, f"What eats the steel of beams? {BRIDGE}")]))
    excerpt = Excerpt(tuple(said), frozenset({1}), ())
    assert _titled(excerpt, "Rust on bridges").name == heading


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Ticketing System Update", ""),
        ("rust on bridges", "Rust on bridges"),
        ("Steel of Beams for Mayors", "Steel of Beams"),
        ("Bridges with the steel towers", ""),
        ("Steel of beams of the mayor's", "Steel of beams"),
        ("Two old steel of beams", "Steel of beams"),
        ("No old steel beams", ""),
        ("Eats the whole, bridges eats the steel", ""),
    ],
)
def test_of_a_title_the_words_in_a_row_that_were_said_are_kept(title: str, kept: str) -> None:
    assert shortened(title, [BRIDGE]) == kept


@pytest.mark.parametrize(("said", "title"), [([BRIDGE], ""), ([BRIDGE, "Steel lasts."], "Steel")])
def test_a_title_of_one_word_that_is_left_is_said_again(said: list[str], title: str) -> None:
    assert shortened("Steel Prices", said) == title


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("France beat Germany", "Germany beat France in the final."),
        ("Germany attacked France", "Germany was attacked by France."),
        ("Vote against the tunnel", "The mayor will vote for the tunnel."),
        ("Sleep before exams", "Sleep after exams is worth little."),
        ("Repair pays", "A repair never pays."),
        ("A repair pays", "I do not think that in a town of this size a repair pays."),
        ("No rust on beams", "There is rust on all beams. Nobody paints them."),
        ("Repair for 40 million", "A repair takes 40 percent of the 7 million."),
        ("Repair for 7", "We have a repair for 7 million euros."),
        ("Repair for 40 million", "We have a repair for 40 million euros."),
        ("Cars for 152", "There were cars for 152,000 people."),
        ("Million euros", "It costs 40 million euros."),
        ("Loss of 5", "A loss of 5 percent is much."),
        ("Wind turbine", "The turbine in the sea beats any wind on land."),
        ("Turbine on land", "The turbine in the sea beats any rotor on land."),
        ("Steel bread", "He said “rust eats steel.” Bread is old."),
        ("Steel bread", "Rust eats steel, bread is old."),
    ],
)
def test_a_title_that_was_not_said_so_is_none(title: str, said: str) -> None:
    assert shortened(title, [s.text for s in sentences_of(transcript([(None, said)]))]) == ""


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Try-catch", "A try catch is a block."),
        ("Handling errors", "The handling of it: handle errors!"),
        ("No rust on beams", "There is no rust on beams."),
        ("Loss of 168", "It has a loss of 168."),
        ("Universal ones", "We want two universal ones."),
        ("桥的寿命是100年", "我们说桥的寿命是100年。"),
    ],
)
def test_a_title_that_was_said_but_for_hyphens_and_endings_stands(title: str, said: str) -> None:
    assert is_quoted(title, [said])


@pytest.mark.parametrize("title", ["12 Bakers", "No bakers"])
def test_what_begins_with_a_figure_or_denies_what_was_said_is_no_title(title: str) -> None:
    assert not is_quoted(title, [f"The 12 bakers: {BREAD}"])


def test_an_excerpt_said_over_again_is_no_title() -> None:
    assert shortened(f"The bakers: {BREAD}", [f"The bakers: {BREAD}"]) == ""


def test_one_word_that_is_said_all_through_a_recording_is_no_title() -> None:
    excerpts = all_of(*[BRIDGE] * 9, *[BREAD] * 3)
    assert _titled(excerpts[0], "Rust", _names(excerpts)).title == ""
    assert _titled(excerpts[-1], "Acid", _names(excerpts)).name == "Acid"


def test_short_words_of_a_language_whose_function_words_are_not_known_tell_nothing() -> None:
    said = sentences_of(transcript([(None, "Avec la rouille. Avec la rouille.")]))
    assert Names(said, (), in_english(said), "fr").telling("Avec la rouille") == {"rouill"}


def test_an_excerpt_without_a_title_is_called_by_a_short_sentence_that_stands_alone() -> None:
    (excerpt,) = all_of(f"And so they go on with it for as long as {'they can and ' * 6}may. {BREAD}")
    assert _names([excerpt], (BREAD,)).own_sentence(excerpt) == BREAD[:-1]


def test_an_excerpt_that_nothing_names_is_called_as_its_first_noted_sentence_begins() -> None:
    (excerpt,) = all_of("We saw it so and you saw it as well, as we go on with it.")
    assert _headings(_titled(excerpt, "")) == [("We saw it so and you saw it as well …", [""])]


def test_an_excerpt_that_nothing_names_stands_in_the_part_before_it() -> None:
    rust, nameless, acid = all_of(BRIDGE, "We saw it so and you saw it as well, as we go on with it.", BREAD)
    named = (NamedExcerpt(rust, title="Rust on beams"), NamedExcerpt(nameless), NamedExcerpt(acid, title="Acid"))
    assert _headings(*named) == [("Rust on beams", ["", ""]), ("Acid", [""])]


def _beginning(said: str) -> str:
    (excerpt,) = all_of(said)
    return _names([excerpt]).beginning(excerpt)


@pytest.mark.parametrize(
    ("said", "beginning"),
    [
        ("On any day of the year this one still carries 9,000 cars, and that is that.", "this one still carries"),
        ("So it is in the end that it all costs us 1,200,000 euros for it, as then.", "it all costs us"),
        ("Also das ist so, dass wir da im Jahr immer 5,4 Prozent verlieren und sonst nichts.", "im Jahr immer"),
        ("We closed them as every train lost money, some 31 million francs a year.", "train lost money"),
        ("It is so that as it was it is one million two hundred thousand, as we go on.", "it was it is"),
    ],
)
def test_a_beginning_ends_before_a_figure_that_would_be_cut(said: str, beginning: str) -> None:
    assert _beginning(said).endswith(f"{beginning} …")


def test_figures_alone_are_no_beginning_in_part() -> None:
    assert _beginning("1 2 3 4 5 6 7 8 9 10 11 12 13.") == "1 2 3 4 5 6 7 8 9 10 11 12 13"


def test_how_a_very_long_sentence_begins_is_found_soon() -> None:
    (sentence,) = sentences_of(transcript([("Ben", "It was so.")]))
    long = Excerpt((replace(sentence, text="river " * 2_400),), frozenset({0}), ())
    before = units.cache_info().currsize
    _names([long]).beginning(long)
    assert units.cache_info().currsize < before + 40


def _term(said: str, *answers: str, notes: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """The term and what explains it, when the model answers so, one call after the other."""
    sentences = sentences_of(transcript([(None, said)]))
    left = list(answers)
    asked = structured(Answering(lambda request: left.pop(0) if len(left) > 1 else left[0]))
    spoken = TermContext(sentences, notes, frozenset({"ana"}))
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
    quoter = in_english(sentences)
    for excerpt in excerpts_of(sentences, [Mark("note", (s.number,)) for s in sentences]):
        printed, said = units(quoter.quotation(excerpt.sentences, ())), units(excerpt.text)
        assert LCSseq.similarity(printed, said) == len(printed)


@given(_SAID)
def test_a_quotation_never_begins_or_ends_with_a_loose_comma(turns: list[tuple[str | None, str]]) -> None:
    sentences = sentences_of(transcript(turns))
    for s in sentences:
        assert not re.search(r"^[,;]|[,;]$", in_english(sentences).quotation((s,), ()))


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


def test_an_article_that_is_elided_is_left_out() -> None:
    assert keys("l'eau qu'une d'Unigram") == keys("eau une Unigram") and keys("don't I'm") == ("don't", "i'm")


def test_what_an_excerpt_says_is_not_shown_again_before_the_next() -> None:
    sentences = sentences_of(transcript([("Ana", BRIDGE), ("Ben", "Such steel. No.")]))
    first = Excerpt(tuple(sentences[:1]), frozenset({0}), ())
    second = Excerpt(tuple(sentences[1:]), frozenset({1}), (), lead_up=first.sentences)
    assert unrepeated([first, second])[1].lead_up == () and unrepeated([first, second])[1].continues(first)


def test_what_answers_a_question_that_is_shown_does_not_go_on_from_what_stands_before_the_question() -> None:
    lines = [("Ana", f"{BRIDGE} Why did the cables fail?"), ("Ben", "Salt ate 40 percent.")]
    said, asked, answer = sentences_of(transcript(lines))
    first = Excerpt((said,), frozenset({0}), ())
    second = Excerpt((answer,), frozenset({2}), (), lead_up=(said, asked))
    assert unrepeated([first, second])[1] == replace(second, lead_up=(asked,))
