"""Records of parliaments, courts and committees: who has the word, and what nobody says."""

import itertools

from pipeline.readers import parse
from pipeline.transcript import Transcript


def read(text: str, suffix: str = ".txt") -> Transcript:
    return parse(text.encode(), "record" + suffix, suffix=suffix, name="record")


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
    assert "may be a speaker or not" in transcript.notes[0]
