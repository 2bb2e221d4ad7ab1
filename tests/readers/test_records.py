"""Records of parliaments, courts and committees: who has the word, and what nobody says."""

import itertools

import pytest

from tests.readers.reading import read
from tests.readers.shapes import TURNS


def turns(text: str, suffix: str = ".txt") -> list[tuple[str | None, str]]:
    """Who speaks and all that they say until the next one does."""
    grouped = itertools.groupby(read(text, suffix).segments, key=lambda s: s.speaker)
    return [(who, " ".join(s.text for s in said)) for who, said in grouped]


CONGRESS = """\
    The Chairman. Did the council know of the pier?
    Ms. Ferrer. No. They learned of it in May.
    Mr. Mensah. Right. I remember it now.
    The Chairman. Then we turn to the ropes.
    Ms. Ferrer. Yes. They arrive on the ninth.
    Mr. Mensah. That is too late for us.
"""
ASSEMBLY = [
    ("M. Kofi Mensah", "Nous avons chargé le bac."),
    ("Mme la présidente", "La parole est à Mme Ferrer."),
    ("Mme Lin Ferrer", "La coque est humide."),
    ("M. le ministre", "Le gouvernement est favorable."),
    ("M. Kofi Mensah", "Je maintiens ma demande."),
    ("Mme Lin Ferrer", "Je la soutiens."),
    ("M. Kofi Mensah", "Je regrette cet avis."),
    ("Mme Lin Ferrer", "Moi aussi."),
]


def test_a_sentence_of_one_word_after_a_name_is_said_and_no_part_of_it() -> None:
    said = turns(CONGRESS)
    assert [who for who, _ in said] == ["The Chairman", "Ms. Ferrer", "Mr. Mensah"] * 2
    assert said[1][1] == "No. They learned of it in May."


def test_a_title_with_an_office_has_the_word_as_one_with_a_name_has() -> None:
    assert turns("\n\n".join(f"{who}. {said}" for who, said in ASSEMBLY)) == ASSEMBLY


def test_words_after_a_title_that_are_no_office_are_nobodys_and_told() -> None:
    rows = [f"{who}. {said}" for who, said in ASSEMBLY]
    transcript = read("\n\n".join([*rows, "M. le ministre a quitté la salle. La séance reprend."]))
    assert (transcript.segments[-1].speaker, transcript.segments[-1].text[:14]) == (None, "M. le ministre")
    assert "may or may not be a speaker" in transcript.notes[0]


def test_a_short_beginning_where_nearly_all_have_names_is_in_doubt() -> None:
    rows = ["On. Kofi Mensah. Buona sera.", "La presidente. Grazie.", "On. Lin Ferrer. Piove.", "On. Kofi Mensah. Bene.", "On. Lin Ferrer. No."]  # fmt: skip
    assert [who for who, _ in turns("\n\n".join(rows))][1] is None


def test_a_sentence_that_begins_as_a_name_with_an_article_does_is_nobodys_name() -> None:
    record = CONGRESS + "    The next item. Ropes.\n    Ms. Ferrer. Gladly.\n    The next item. Lamps.\n"
    assert "The next item" not in dict(turns(record))


ASKED = [("QA"[n % 2], said) for n, (*_, said) in enumerate(TURNS[:16])]


def page(number: int, asked: list[tuple[str, str]]) -> str:
    rows = [f"{n:2}      {who}.  {said}" for n, (who, said) in enumerate(asked, 1)]
    return "\n".join([*rows, "           FERRER REPORTING, INC. (555) 010-0199", f"{'':48}{number}"])


@pytest.mark.parametrize("between", ["\n", "\n\x0c"])
def test_what_stands_under_the_numbered_lines_of_each_page_is_nobodys(between: str) -> None:
    transcript = read(between.join([page(1, ASKED[:8]), page(2, ASKED[8:])]))
    assert [(s.speaker, s.text) for s in transcript.segments] == ASKED
    assert {part.kind for part in transcript.reading.left_out} == {"headers and footers of pages"}


def test_form_feeds_part_pages_whose_running_heads_are_told_with_their_lines() -> None:
    said = [f"{who}: {said}" for who, *_, said in TURNS[:9]]
    pages = ["\n".join(["NIGHT FERRY COMMITTEE", *said[i : i + 3]]) for i in (0, 3, 6)]
    transcript = read("\n\x0c".join(pages))
    assert "COMMITTEE" not in " ".join(s.text for s in transcript.segments)
    assert [(p.kind, p.count, p.line) for p in transcript.reading.left_out] == [("headers and footers of pages", 3, 1)]


def test_what_people_say_at_the_ends_of_three_pages_is_no_running_head() -> None:
    said = turns("Anna: Hi all.\fBen: Yes.\nAnna: so what.\fBen: Yes.\nAnna: so what.")
    assert said == [("Anna", "Hi all."), *[("Ben", "Yes."), ("Anna", "so what.")] * 2]


def test_a_sentence_on_every_one_of_many_pages_is_a_running_head() -> None:
    pages = [f"This record was not corrected.\n{who}: {said}" for who, *_, said in TURNS[:8]]
    assert turns("\f".join(pages)) == [(who, said) for who, *_, said in TURNS[:8]]


def test_only_the_outermost_number_of_a_page_is_its_number() -> None:
    pages = [f"NIGHT FERRY COMMITTEE\n{n}\n{who}: {said}\n41\n{n}" for n, (who, *_, said) in enumerate(TURNS[:8])]
    assert turns("\f".join(pages)) == [(who, f"{said} 41") for who, *_, said in TURNS[:8]]


def test_page_3_of_8_is_a_number_wherever_it_stands_on_most_pages() -> None:
    pages = [f"{who}: {said}\nPage {n} of 8\n{said[:9]}" for n, (who, *_, said) in enumerate(TURNS[:8])]
    assert turns("\f".join(pages)) == [(who, f"{said} {said[:9].strip()}") for who, *_, said in TURNS[:8]]


DIRECTIONS = [
    "(Beifall bei der Mannschaft sowie bei Fahrgästen des Oberdecks und des Unterdecks – Zuruf vom Heck: Das stimmt doch gar nicht!)",
    "(Heiterkeit – Otto Klee [Heck]: Wie wahr!)",
]  # fmt: skip


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_line_in_one_bracket_is_a_direction_whatever_it_holds(direction: str, gap: str) -> None:
    rows = [gap.join([f"{who} (Bug):", said, direction, said]) for who, *_, said in TURNS[:6]]
    transcript = read(gap.join(rows))
    assert {s.speaker for s in transcript.segments} == {who for who, *_ in TURNS[:6]}
    assert not any(word in s.text for s in transcript.segments for word in ("Zuruf", "Klee", "wahr"))
    assert ("sounds and stage directions", 6) in [(p.kind, p.count) for p in transcript.reading.left_out]


@pytest.mark.parametrize("more", ["", f" {TURNS[7][3]}"])
def test_turns_that_are_each_in_one_bracket_are_read(more: str) -> None:
    rows = [(who, f"({said}{more})") for who, *_, said in TURNS[:6]]
    assert turns("\n".join(f"{who}: {said}" for who, said in rows)) == rows


def test_a_bracket_behind_a_time_is_a_direction_however_long() -> None:
    rows = [f"[00:0{n}:00] {who}: {said}" for n, (who, *_, said) in enumerate(TURNS[:6])]
    transcript = read("\n".join([*rows, f"[00:07:00] {DIRECTIONS[0]}", f"[00:08:00] {rows[0][11:]}"]))
    assert transcript.segments[-1].text == TURNS[0][3]
    assert transcript.segments[-1].start == 480


def test_a_bracket_that_is_left_open_takes_no_turns_along() -> None:
    rows = [f"{who}: {said}" for who, *_, said in TURNS[:6]]
    transcript = read("\n".join([*rows[:3], "(inaudible", *rows[3:5], "Kofi Mensah: Fine by me :)", rows[5]]))
    assert [s.speaker for s in transcript.segments][-4:] == [TURNS[n][0] for n in (3, 4, 3, 5)]
    assert not transcript.reading.left_out


def test_who_calls_out_in_a_direction_of_several_lines_has_no_turn() -> None:
    rows = [f"{who} (Bug): {said}" for who, *_, said in TURNS[:6]]
    transcript = read("\n".join([*rows, "(Heiterkeit –", "Otto Klee [Heck]: Wie wahr!)", rows[0]]))
    assert not any("Klee" in s.text or "Heiterkeit" in s.text for s in transcript.segments)


def test_brackets_inside_a_direction_of_several_lines_are_told_once() -> None:
    rows = [f"{who}: {said}" for who, *_, said in TURNS[:6]]
    transcript = read("\n".join([*rows, "[A rises.", "(Ben sits", "down.)", "They go]", rows[0]]))
    assert [(p.kind, p.words) for p in transcript.reading.left_out] == [("sounds and stage directions", 7)]
    assert transcript.segments[-1].text == TURNS[0][3]


def test_who_answers_is_nobody_where_only_questions_are_labelled() -> None:
    asked = "Q: When did you load the boat?\nOn Monday, all of it.\n\nQ: And the fog, did you\nsee it?\nIt came at ten.\n\nQ: Who saw it?\nLin did."
    assert [who for who, _ in turns(asked)] == ["Q", None] * 3


@pytest.mark.parametrize("label", ["THE COURT:", "[Lin Ferrer]"])
def test_a_label_in_capitals_or_brackets_begins_a_turn_in_a_text_without_full_stops(label: str) -> None:
    asked = [
        (("Q.", "A.", label)[n % 3], said.rstrip(".?").replace("?", "")) for n, (*_, said) in enumerate(TURNS[:12])
    ]
    if label[0] == "[":
        asked = [({"Q.": "[Kofi Mensah]", "A.": "[Oda Brandt]"}.get(who, who), said) for who, said in asked]
    said = turns("\n".join(f"{who} {said}" for who, said in asked))
    assert [who for who, _ in said] == [who.strip("[].:") for who, _ in asked]


@pytest.mark.parametrize("form", ["Q{n}   {who}: {said}", "Q{n}   **{who}:** {said}"])
def test_numbers_of_questions_are_no_part_of_names(form: str) -> None:
    rows = [
        form.format(n=n // 2 + 1, who="Chair", said=said) if n % 2 == 0 else f"{who}: {said}"
        for n, (who, *_, said) in enumerate(TURNS[:10])
    ]
    assert {who for who, _ in turns("\n\n".join(rows))} == {"Chair", *(who for who, *_ in TURNS[1:10:2])}


def test_a_minus_in_front_of_a_line_stays() -> None:
    said = turns("Oda: It was cold.\n-5 degrees at nine.\nKofi: So we left.\nOda: When?\nKofi: At ten.")
    assert said[0] == ("Oda", "It was cold. -5 degrees at nine.")


def test_a_place_after_a_dash_stays_with_a_number() -> None:
    rows = [f"{'Pier 3.14 - Town Hall' if who == 'Oda Brandt' else who}: {said}" for who, *_, said in TURNS]
    assert "Pier 3.14 - Town Hall" in {who for who, _ in turns("\n\n".join(rows))}


def test_a_direction_over_several_lines_is_none_of_the_speakers_words() -> None:
    rows = [
        f"{who}:\n{said}\n(Beifall beim Bug sowie bei Fahrgästen\ndes Unterdecks – Zuruf: Wie wahr!)"
        for who, *_, said in TURNS[:6]
    ]
    assert turns("\n".join(rows)) == [(who, said) for who, *_, said in TURNS[:6]]


def test_an_office_that_recurs_has_the_word_where_few_names_recur() -> None:
    said = [("M. le président", "La séance est ouverte."), ("M. Kofi Mensah", "Merci."), ("M. le président", "Je vous en prie."), ("M. Kofi Mensah", "Je maintiens."), ("M. le président", "Bien.")]  # fmt: skip
    assert turns("\n\n".join(f"{who}. {words}" for who, words in said)) == said


def test_the_court_has_the_word_though_it_speaks_once_and_nothing_ends_in_a_full_stop() -> None:
    asked = "Q. Where?\nA. Here, I said\nTHE COURT: Sustained\nQ. When?\nA. Now\nQ. Why?\nA. Because"
    assert [who for who, _ in turns(asked)] == ["Q", "A", "THE COURT", "Q", "A", "Q", "A"]


def test_a_seat_in_brackets_inside_a_role_leaves_the_name() -> None:
    rows = ["The Chair (Mr. Kofi Mensah (Tern North, PLP)): We sit.", "Ms. Oda Brandt (Wick, HU): Thank you.", "The Chair (Mr. Kofi Mensah): Next.", "Ms. Oda Brandt: One more thing."]  # fmt: skip
    assert [who for who, _ in turns("\n".join(rows))] == ["The Chair", "Ms. Oda Brandt", "The Chair", "Ms. Oda Brandt"]


def test_a_reply_that_was_run_into_the_question_belongs_to_who_replies() -> None:
    rows = ["Ms. Oda Brandt: Who pays? Hon. Lin Ferrer (Minister of Piers): I do.", "Hon. Lin Ferrer: And gladly.", "Ms. Oda Brandt: Is that all?", "Hon. Lin Ferrer: It is."]  # fmt: skip
    said = turns("\n".join(rows))
    assert said[:2] == [("Ms. Oda Brandt", "Who pays?"), ("Hon. Lin Ferrer", "I do. And gladly.")]
