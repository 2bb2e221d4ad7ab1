"""Who speaks: labels and the names that a recording's data give."""

from __future__ import annotations

from pipeline.capable.chunks import recording
from pipeline.speakers import Person, names_of, speakers_of
from pipeline.transcript import Metadata, Segment, Transcript


def talk(labels: tuple[str | None, ...], *known: str) -> Transcript:
    segments = tuple(Segment(n, "We mend bridges.", label) for n, label in enumerate(labels, 1))
    return Transcript("talk", segments, Metadata(speakers=known))


def test_a_label_goes_with_the_full_name_that_the_data_give() -> None:
    made = talk(("Giulia", "Audience Member", "Guilia", "Giulia"), "Giulia Fanti")
    assert speakers_of(made) == (
        Person("Giulia Fanti", ("Giulia", "Guilia")),
        Person("Audience Member", ("Audience Member",)),
    )
    assert "Speakers: Giulia Fanti (in the lines Giulia, Guilia), Audience Member." in recording(made)


def test_a_label_that_fits_two_names_or_none_stays() -> None:
    assert names_of(talk(("Adam", "Speaker 1"), "Adam Jonas", "Adam Rivet")) == (
        "Adam",
        "Speaker 1",
        "Adam Jonas",
        "Adam Rivet",
    )
    assert names_of(talk(("Maria", "Ann"), "Mario Bell", "Anna Bell")) == ("Maria", "Ann", "Mario Bell", "Anna Bell")


def test_without_labels_the_data_tell_who_speaks_and_without_data_the_labels_do() -> None:
    assert names_of(talk((None, None), "Ana Bell", "Ben Oram")) == ("Ana Bell", "Ben Oram")
    assert names_of(talk(("Ben", "Ana"))) == ("Ben", "Ana")
    assert names_of(talk((None,))) == ()
    assert "Speakers: not known." in recording(talk((None,)))
    assert "Speakers: Ben." in recording(talk(("Ben",), "Ben"))
