"""XML that says who speaks in its tags."""

import pytest

from pipeline.errors import InputError
from pipeline.readers import parse
from pipeline.transcript import Transcript

HULL, MAST = "The hull was painted on Monday.", "And who looked at the mast?"


def read(text: str) -> Transcript:
    return parse(text.encode(), "talk.xml", suffix=".xml", name="talk")


def told(text: str) -> list[tuple[str | None, float | None, str]]:
    return [(s.speaker, s.start, s.text) for s in read(text).segments]


def test_utterances_of_an_edition_have_the_names_of_its_list() -> None:
    people = '<person xml:id="OB"><persName>Oda Brandt</persName></person>'
    text = f'<TEI><teiHeader>{people}</teiHeader><u who="#OB">{HULL}</u><u who="#Kofi">{MAST} <gap/></u></TEI>'
    assert told(f'<?xml version="1.0"?>\n{text}') == [("Oda Brandt", None, HULL), ("Kofi", None, MAST)]


def test_tags_that_people_write_need_no_root() -> None:
    text = f'<speaker name="Oda" start="4.0">{HULL}</speaker>\n<speaker name="Kofi" start="9.5">{MAST}</speaker>\n'
    assert told(text) == [("Oda", 4.0, HULL), ("Kofi", 9.5, MAST)]


def test_what_nobody_says_is_told() -> None:
    text = f'<talk><title>At the yard</title><turn speaker="Oda">{HULL}</turn><turn speaker="Kofi">{MAST}</turn></talk>'
    assert [part.example for part in read(text).reading.left_out] == ["At the yard"]


def test_the_name_that_a_play_prints_over_a_speech_is_no_word_of_it() -> None:
    speeches = f'<sp who="Oda"><speaker>ODA</speaker><p>{HULL}</p></sp><sp who="Kofi"><p>{MAST}</p></sp>'
    assert told(f"<body>{speeches}</body>".replace("body", "act")) == [("Oda", None, HULL), ("Kofi", None, MAST)]


def test_broken_tags_are_refused_with_their_line() -> None:
    with pytest.raises(InputError, match="line 2"):
        read(f'<turn speaker="Oda">{HULL}</turn>\n<turn speaker="Kofi">{MAST} & more</turn>\n')


def test_deep_nesting_ends() -> None:
    turns = f'<turn speaker="Oda">{HULL}</turn><turn speaker="Kofi">{MAST}</turn>'
    assert len(told(f"<talk>{turns}{'<b>' * 20_000}{'</b>' * 20_000}</talk>")) == 2


def test_people_whom_an_attribute_names_have_their_names() -> None:
    people = (
        '<Speakers><Speaker id="spk1" name="Oda Brandt"/><Speaker id="spk2" name="Kofi Mensah"></Speaker></Speakers>'
    )
    first = f'<Turn speaker="spk1" startTime="2.0" endTime="4.0"><Sync time="2.0"/>{HULL}</Turn>'
    turns = f'{first}<Turn speaker="spk2" startTime="4.0" endTime="6.0"><Sync time="4.0"/>{MAST}</Turn>'
    assert told(f"<Trans>{people}<Episode><Section>{turns}</Section></Episode></Trans>") == [
        ("Oda Brandt", 2.0, HULL),
        ("Kofi Mensah", 4.0, MAST),
    ]
