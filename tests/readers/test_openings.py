"""What programs write above a transcript and into its file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.capable.chunks import known_facts
from pipeline.readers import parse, read_transcript

TURNS = [("Dana Cho", "We begin with the budget."), ("Priya Nair", "Forty percent of it is spent.")] * 2
OTTER = "\n".join(f"{who}  00:{n}9\n{text}\n" for n, (who, text) in enumerate(TURNS))
LABELS = "\n\n".join(f"{who}: {text}" for who, text in TURNS)
BOLD = "\n\n".join(f"**{who}:** {text}" for who, text in TURNS)
DAY = "Mar 12, 2026"
SUMMARY = "They agreed on a second crane. It will be delivered in May, and Lena pays for it."
OPENINGS = {
    "Otter": f"Harbour budget\nThu, {DAY} 2:03PM • 3:12\n\nSUMMARY\n{SUMMARY}\n\nSPEAKERS\nDana Cho (60%), Priya Nair\n\n{OTTER}",
    "Otter without speakers": f"Harbour budget\nThu, {DAY} 2:03PM • 3:12\n\nSUMMARY KEYWORDS\nquay, crane\n\n{OTTER}",
    "Teams": f"**Harbour budget-20260312_140312-Meeting Transcript**\n\n12 March 2026, 02:03pm\n\n3m 12s\n\n{OTTER}",
    "Teams in German": f"<!-- converted from talk.docx -->\n\nHarbour budget\n12. März 2026, 14:03\n3m 12s\n{OTTER}",
    "Meet": f"{DAY}\n\n## Harbour budget \\- Transcript\n\n### 00:00:00\n\n{BOLD}",
    "Meet with notes": f"📝 Notes\n{DAY}\n\n### Summary\n\n{SUMMARY}\n\n📖 Transcript\n\n{DAY}\n\n### Harbour budget - Transcript\n\n### 00:00:00\n\n{BOLD}",
    "Meet until 2023": f"# Harbour budget (2026-03-12 14:03 GMT) - Transcript\n\n## Attendees\n\nDana Cho, Lena Okafor\n\n## Transcript\n\n{LABELS}",
}  # fmt: skip


@pytest.mark.parametrize("text", OPENINGS.values(), ids=OPENINGS)
def test_title_and_day_above_a_transcript_are_read_and_a_programs_summary_is_not(text: str) -> None:
    made = parse(text.encode(), "talk.txt", name="talk")
    assert (made.metadata.title, made.metadata.published) == ("Harbour budget", "2026-03-12")
    assert [(s.speaker, s.text) for s in made.segments] == TURNS
    assert "crane" not in known_facts(made)
    assert not made.metadata.chapters
    assert any(part.kind == "text before the transcript" for part in made.reading.left_out)


@pytest.mark.parametrize(
    ("above", "guests"),
    [
        (OPENINGS["Meet until 2023"], "Attendees: Dana Cho, Lena Okafor"),
        (
            OPENINGS["Meet with notes"].replace("### Summary", "Invited [Dana Cho](mailto:d@pier.org) [Lena Okafor](mailto:l@pier.org)"),
            "Invited Dana Cho, Lena Okafor",
        ),
    ],
)  # fmt: skip
def test_the_guests_of_a_meeting_are_told_without_their_addresses(above: str, guests: str) -> None:
    assert parse(above.encode(), "talk.txt", name="talk").metadata.header == guests


def test_the_address_and_the_day_without_a_year_that_fathom_writes_are_told() -> None:
    turns = "\n\n".join(f"0:0{n} - {who}\n  {text}" for n, (who, text) in enumerate(TURNS))
    above = (
        "Harbour budget - March 12\nVIEW RECORDING - 3 mins (No highlights): https://fathom.video/calls/2212\n\n---\n\n"
    )
    about = parse(f"{above}{turns}".encode(), "talk.txt", name="talk").metadata
    assert (about.title, about.url) == ("Harbour budget", "https://fathom.video/calls/2212")
    assert about.header == "Harbour budget - March 12"


def test_the_name_of_the_file_that_was_transcribed_is_the_title() -> None:
    assert parse(f"Harbour budget.mp3\n\n{LABELS}".encode(), "talk.txt", name="talk").metadata.title == "Harbour budget"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("GMT20260312-140312_Recording.transcript.vtt", None),
        ("Harbour budget-20260312_140312-Meeting Recording.vtt", "Harbour budget"),
        ("Harbour budget - 2026_03_12 14_03 GMT - Notes by Gemini.txt", "Harbour budget"),
        ("Harbour budget (2026-03-12 at 14_03 GMT+1) - Transcript.txt", "Harbour budget"),
    ],
)
def test_a_name_that_a_program_gives_its_file_tells_title_and_day(tmp_path: Path, name: str, title: str | None) -> None:
    (tmp_path / name).write_text(LABELS)
    about = read_transcript(tmp_path / name).metadata
    assert (about.title, about.published) == (title, "2026-03-12")


def test_a_name_of_ones_own_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "talk-20260312-budget.txt").write_text(LABELS)
    about = read_transcript(tmp_path / "talk-20260312-budget.txt").metadata
    assert (about.title, about.published) == (None, None)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        (
            f"A walk\nThu, {DAY} • 1:02\n\nDana Cho\nI talked to a heron.\n\nPriya Nair\n10:30 in the morning it was.",
            "I talked to a heron.",
        ),
        (
            "Budget (2026-03-12 14:03 GMT)\n\nDana\n\nWell, let us begin.\n\nPriya\n\nIt fell.",
            "Well, let us begin.",
        ),
    ],
    ids=["Otter without times", "Meet without attendees"],
)
def test_words_below_an_opening_are_kept(text: str, spoken: str) -> None:
    made = parse(text.encode(), "talk.txt", name="talk")
    assert spoken in " ".join(s.text for s in made.segments)
    assert "begin" not in (made.metadata.header or "")


@pytest.mark.parametrize("above", ["", f"Invited anna@pier.org\n{SUMMARY}\n📖 Transcript\n"])
def test_only_names_above_a_transcript_are_invited(above: str) -> None:
    text = f"{above}{DAY}\nHarbour budget - Transcript\n00:00:00\n\n{LABELS}\n\nInvited by the mayor, I came."
    assert parse(text.encode(), "talk.txt", name="talk").metadata.header is None


def test_a_spoken_list_above_labelled_turns_is_no_header() -> None:
    spoken = "So: bread, water, and salt, all of it, and more, I think, than we need, each day, every day, to the end."
    made = parse(f"{spoken}\n\n{LABELS}".encode(), "talk.txt", name="talk")
    assert (made.segments[0].text, made.metadata.header) == (spoken, None)
