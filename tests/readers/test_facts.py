"""What files say about their recordings besides the words: dates, titles, people and places."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.capable.chunks import known_facts
from pipeline.readers import parse
from pipeline.readers.dates import day_of, spelt_day
from pipeline.transcript import Metadata, Role, Transcript

SAID = [("Dana Cho", "We begin with the budget of the harbour."), ("Priya Nair", "Forty percent of it is spent.")] * 2
DAY = "2026-03-12"


def of_json(value: Any) -> Metadata:
    return parse(json.dumps(value).encode(), "talk.json", suffix=".json", name="talk").metadata


def of_text(front: str, labels: tuple[str, str] = ("Dana Cho", "Priya Nair")) -> Transcript:
    turns = "\n\n".join(f"{labels[n % 2]}: {text}" for n, (_, text) in enumerate(SAID))
    return parse(f"---\n{front}\n---\n\n{turns}\n".encode(), "talk.md", suffix=".md", name="talk")


SENTENCES = [{"speaker_name": who, "text": text, "start_time": 9.0 * n} for n, (who, text) in enumerate(SAID)]
FIREFLIES = {
    "title": "Harbour budget",
    "date": 1773324192000,
    "organizer_email": "dana@pier.org",
    "participants": ["dana@pier.org", "lena@pier.org"],
    "meeting_attendees": [{"displayName": "Lena Okafor", "email": "lena@pier.org", "phoneNumber": "+351 912 345 678"}],
    "sentences": SENTENCES,
    "summary": {"overview": "They agreed on a second crane."},
}
FATHOM = {
    "title": "Harbour budget",
    "created_at": "2026-05-01T10:00:00Z",
    "recording_start_time": "2026-03-12T14:03:12Z",
    "transcript": [{"speaker": {"display_name": who}, "text": text, "timestamp": "00:00:09"} for who, text in SAID],
    "default_summary": {"markdown_formatted": "They agreed on a second crane."},
    "calendar_invitees": [{"name": "Lena Okafor", "email": "lena@pier.org"}],
}
TLDV = {
    "name": "Harbour budget",
    "happenedAt": "2026-03-12T14:03:12.000Z",
    "invitees": [{"name": "Lena Okafor", "email": "lena@pier.org"}],
    "transcript": {"data": [{"speaker": who, "text": text, "startTime": 9 * n} for n, (who, text) in enumerate(SAID)]},
}
ZOOM = {
    "topic": "Harbour budget",
    "start_time": "2026-03-12T14:03:12Z",
    "attendees": ["Lena Okafor"],
    "timeline": [{"text": text, "ts": "00:00:09.000", "users": [{"username": who}]} for who, text in SAID],
}
READ_AI = {
    "title": "Harbour budget",
    "start_time": "2026-03-12T14:03:12Z",
    "participants": [{"name": "Lena Okafor", "email": "lena@pier.org"}],
    "summary": "They agreed on a second crane.",
    "transcript": {
        "speaker_blocks": [
            {"start_time": 1773324192000 + 9000 * n, "speaker": {"name": who}, "words": text}
            for n, (who, text) in enumerate(SAID)
        ]
    },
}


@pytest.mark.parametrize(
    "value", [{"data": {"transcript": FIREFLIES}}, FATHOM, TLDV, ZOOM, READ_AI], ids=["Fireflies", "Fathom", "tl;dv", "Zoom", "Read.ai"]
)  # fmt: skip
def test_title_day_and_guests_of_a_meeting_are_read_but_no_summary_and_no_address(value: Any) -> None:
    made = parse(json.dumps(value).encode(), "talk.json", suffix=".json", name="talk")
    about = made.metadata
    assert (about.title, about.published) == ("Harbour budget", DAY)
    assert "Lena Okafor" in (about.header or "")
    assert [(s.speaker, s.text) for s in made.segments] == SAID
    assert not any(sign in known_facts(made) for sign in ("@", "+351", "second crane"))


def test_times_since_1970_are_counted_from_the_first() -> None:
    assert [s.start for s in parse(json.dumps(READ_AI).encode(), "talk.json", name="talk").segments] == [0, 9, 18, 27]


def test_a_job_of_speech_recognition_tells_no_day_and_no_chapters() -> None:
    job = {"created_at": "2026-05-01T10:00:00Z", "chapters": [{"headline": "A second crane", "start": 0}]}
    about = of_json({**job, "utterances": [{"speaker": "A", "text": text, "start": 9} for _, text in SAID]})
    assert about == Metadata()


def test_front_matter_names_people_with_their_parts_and_places() -> None:
    made = of_text(
        "host: Dana Cho\nguests: [Priya Nair]\nchair: no\nlocation: Town Hall\ntags: [crane]\nsummary: It is dear."
    )
    assert made.metadata.roles == (Role("Dana Cho", "host"), Role("Priya Nair", "guest"))
    assert made.metadata.header == "location: Town Hall / tags: crane"
    assert ": Dana Cho (host), Priya Nair (guest)." in known_facts(made)
    assert len(made.segments) == 4


def test_a_label_that_is_the_part_of_one_person_is_that_person() -> None:
    made = of_text("host: Dana Cho\nguest: Priya Nair", labels=("Host", "Guest"))
    assert ": Dana Cho (host; in the lines Host), Priya Nair (guest; in the lines Guest)." in known_facts(made)


def test_speakers_of_front_matter_may_have_roles() -> None:
    listed = of_text("title: Crane\nspeakers:\n  - name: Dana Cho\n    role: treasurer\n    email: d@pier.org").metadata
    assert (listed.speakers, listed.roles) == (("Dana Cho",), (Role("Dana Cho", "treasurer"),))


def test_a_dialogue_between_two_rules_is_no_front_matter() -> None:
    said = "Welcome to the evening, in which we speak about the harbour, its cranes and what they all cost us."
    made = parse(
        f"---\nHost: {said}\nGuest: {said}\n---\nHost: {said}\nGuest: {said}\n".encode(), "talk.md", name="talk"
    )
    assert [s.speaker for s in made.segments] == ["Host", "Guest"] * 2


@pytest.mark.parametrize(
    "written", ["Thu, Mar 12, 2026 2:03PM", "12 March 2026, 02:03pm", "12. März 2026, 14:03", "12 de marzo de 2026", "2026年3月12日"]
)  # fmt: skip
def test_a_day_with_its_month_spelt_out_is_read(written: str) -> None:
    assert spelt_day(written) == DAY
    assert spelt_day(f"We met on {written}") is None


@pytest.mark.parametrize("value", ["2026-03-12T14:03:12Z", "20260312", 1773324192, "1773324192000", "2026/03/12"])
def test_a_day_as_programs_write_it_is_read(value: Any) -> None:
    assert day_of(value) == DAY
    assert day_of(f"in {value}") is None


def test_title_and_day_in_lines_above_a_talk_are_read_and_a_long_list_of_guests_is_no_speech() -> None:
    guests = "Present: Ana Bell (chair), Ben Oram (treasurer), Cleo Dane, Dan Frei, Eva Gold, Finn Hale, Gus Ives, Hal Jones."
    above = f"Title: Harbour committee\n\nDate: 12 March 2026\n\nBorn: 3 May 1950\n\n{guests}"
    made = parse(f"{above}\n\n".encode() + b"Ana: Good evening.\nBen: We mend bridges.\n" * 3, "talk.txt", name="talk")
    assert (made.metadata.title, made.metadata.published) == ("Harbour committee", DAY)
    assert "Hal Jones" in (made.metadata.header or "") and made.segments[0].speaker == "Ana"


def test_numbered_speakers_and_lists_within_themselves_name_nobody() -> None:
    assert not of_json({"speakers": ["SPEAKER_00", "Speaker 2"], "segments": SENTENCES}).speakers
    assert not of_text("title: Crane\nguests: &us [*us]").metadata.speakers


def test_lists_and_texts_in_one_object_are_all_read() -> None:
    about = of_json(
        {"host": "Dana Cho", "guests": ["Lena Okafor"], "venue": "Pier 4", "invitees": ["Ben Oram"], "items": SENTENCES}
    )
    assert about.speakers == ("Dana Cho", "Lena Okafor")
    assert about.header == "venue: Pier 4 / invitees: Ben Oram"


def test_brackets_in_a_title_are_kept_unless_they_are_of_a_link() -> None:
    assert of_json({"topic": "[External] Budget", "items": SENTENCES}).title == "[External] Budget"
    assert of_text('topic: "[[Budget]]"\nhost: Dana Cho').metadata.title == "Budget"


def test_a_dialogue_between_rules_is_no_front_matter() -> None:
    made = of_text("Host: Welcome to the show.\nGuest: Thank you, I am glad to be here.", ("Host", "Guest"))
    assert made.segments[0].text == "Welcome to the show."


def test_a_day_with_an_hour_is_no_time_since_1970() -> None:
    assert day_of("2026031214") == day_of(20260312140312) == DAY
    assert day_of("1773324192") == DAY
