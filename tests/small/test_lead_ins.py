"""What is printed before quotations so that they are understood."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.small.concepts import Concept, entries
from pipeline.small.excerpts import Excerpt
from pipeline.small.lead_ins import LeadIns, cut_back, excerpt_behind, with_rest_of_concept
from pipeline.small.sentences import Sentence, sentences_of
from tests.small.recording import in_english, transcript

Lines = Sequence[tuple[str | None, str]]


def _sentences(lines: Lines) -> list[Sentence]:
    return sentences_of(transcript(lines))


def _entry(term: str, numbers: Sequence[int], lines: Lines, words: int = 99) -> str:
    """A concept of these sentences as it is printed."""
    sentences = _sentences(lines)
    led = LeadIns(sentences, words).with_lead_ins([Concept(term, tuple(sentences[n] for n in numbers))], always=True)
    return entries(led, in_english(sentences))[0].text


def _point(numbers: Sequence[int], lines: Lines, words: int = 99) -> str:
    sentences = _sentences(lines)
    excerpt = Excerpt(tuple(sentences[n] for n in numbers), frozenset(numbers), ())
    return in_english(sentences).statement(LeadIns(sentences, words).with_lead_ins([excerpt])[0])


PAINT = "Painters solved that with galvanising, where zinc covers several beams."


def test_a_word_or_two_lead_up_to_nothing_but_as_a_question() -> None:
    def said(word: str) -> str:
        return f"{word} And they would paint it every year with lead, which was poison."

    assert _point([1], [(None, said("Alright."))]) == f"“{said('').strip()}”"
    assert _point([1], [(None, said("Bridges of iron?"))]) == f"“{said('Bridges of iron?')}”"


def test_a_definition_inside_a_turn_has_the_sentence_before_it_and_its_speaker() -> None:
    lines = [("Ben", f"Rust eats the beams of all bridges here. {PAINT}")]
    assert _entry("galvanising", [1], lines) == f"Ben: “{lines[0][1]}”"


def test_a_definition_that_begins_with_its_term_stands_alone() -> None:
    lines = [("Ben", "Rust eats the beams. A zinc bath is a pool in which beams are covered with zinc.")]
    assert _entry("zinc bath", [1], lines).startswith("Ben: “A zinc bath")


def test_a_definition_that_answers_a_question_has_the_question() -> None:
    lines = [("Ana", "What is the worst obstacle of all?"), ("Ben", "Money. A zinc bath costs a million.")]
    assert _entry("zinc bath", [1, 2], lines) == f"Ana: “{lines[0][1]}” Ben: “{lines[1][1]}”"


def test_a_later_paragraph_of_an_answer_has_its_question_and_a_mark_of_what_is_left_out() -> None:
    lines = [
        ("Ana", "Do repairs of bridges pay?"),
        ("Ben", "Rust eats the beams."),
        ("Ben", "So it is a matter of age."),
    ]
    assert _point([2], lines) == "Ana: “Do repairs of bridges pay?” … Ben: “So it is a matter of age.”"


def test_a_short_sentence_before_takes_the_one_before_it_along() -> None:
    lines = [(None, "That zinc lasts for ever is not proven. It is wrong. Bridges still lose thousands of tons.")]
    assert _point([2], lines) == f"“{lines[0][1]}”"


def test_nothing_is_taken_along_when_the_page_is_full() -> None:
    lines = [("Ben", f"Rust eats the beams of all bridges here. {PAINT}")]
    assert _entry("galvanising", [1], lines, words=3) == f"Ben: “{PAINT}”"


def test_what_the_page_says_leads_up_to_nothing_again() -> None:
    asked = "If you like zinc, read what Cleo wrote. What does the new bath do? Ben?"
    sentences = _sentences([("Ana", asked), ("Ben", "It covers beams with zinc in an hour.")])
    first, second = (Excerpt(tuple(sentences[a:b]), frozenset({a}), ()) for a, b in ((0, 2), (3, 4)))
    assert LeadIns(sentences, 99).with_lead_ins([second])[0].lead_up
    assert LeadIns(sentences, 99).with_lead_ins([first, second]) == [first, second]


def test_of_several_paragraphs_of_an_answer_one_has_the_question() -> None:
    lines = [
        ("Ana", "Do repairs of bridges pay?"),
        *[("Ben", said) for said in ("Rust eats.", "So it is age.", "So it is.")],
    ]
    sentences = _sentences(lines)
    led = LeadIns(sentences, 99).with_lead_ins([Excerpt((sentences[n],), frozenset({n}), ()) for n in (1, 3)])
    assert sum(sentences[0] in e.lead_up for e in led) == 1


def test_what_does_not_belong_to_a_definition_is_printed_where_it_does() -> None:
    said = "The bridge closed in 2021. Section loss is the share of steel that rust has eaten. Since then we paint it."
    first, *rest = _sentences([("Ben", f"{said[:-1]} with zinc, and the owners are glad about it.")])
    concept = Concept("section loss", tuple(rest))
    longer = with_rest_of_concept(Excerpt((first,), frozenset({0}), ()), [concept])
    assert cut_back(concept).sentences == (rest[0],)
    assert in_english([first, *rest]).statement(longer).startswith("Ben: “The bridge closed in 2021. … Since then")


def test_a_short_second_thought_belongs_to_a_definition() -> None:
    said = "Section loss is the share of steel that rust has eaten. Unless the beams were replaced by then."
    concept = Concept("section loss", tuple(_sentences([("Ben", said)])))
    assert cut_back(concept) == concept


def test_an_explanation_that_points_back_is_understood_below_what_it_points_to_alone() -> None:
    def alone(term: str, number: int, said: str) -> bool:
        sentences = _sentences([("Ben", said)])
        return LeadIns(sentences, 0).stands_alone(Concept(term, (sentences[number],)))

    assert alone("galvanising", 1, f"Rust eats the beams of all bridges here. {PAINT}")
    assert not alone("zinc bath", 1, "Rust eats the beams. So the zinc bath is where it all ends for them.")
    assert alone("zinc bath", 0, "So the zinc bath is where it all ends for them.")  # begins its line
    assert not alone(
        "zinc bath", 2, "Rust eats beams. And it is as bad as it was. So we use a zinc bath here, you know."
    )


def test_what_goes_on_about_a_term_right_behind_it_is_taken_in() -> None:
    said = "That is called the zinc quotient. Warm baths give a quotient of eight. Rain falls."
    first, second, third = _sentences([(None, said)])
    near, far = (Excerpt((s,), frozenset({s.number}), ()) for s in (second, third))
    assert excerpt_behind(Concept("zinc quotient", (first,)), [near, far]) == near
    assert excerpt_behind(Concept("zinc quotient", (first,)), [far]) is None


@given(
    st.lists(st.tuples(st.sampled_from(["Ana", "Ben", None]), st.text("ab .?7", min_size=1, max_size=60)), max_size=8)
)
def test_lead_ins_never_cost_more_than_is_left(turns: list[tuple[str | None, str]]) -> None:
    sentences = _sentences(turns)
    excerpts = [Excerpt((s,), frozenset({s.number}), ()) for s in sentences]
    leads = LeadIns(sentences, 12)
    led = leads.with_lead_ins(excerpts)
    assert sum(e.printed for e in led) - sum(e.printed for e in excerpts) == 12 - leads.words_left <= 12
