"""What exporting tools write around the words is told and given to nobody."""

import pytest

from tests.readers.reading import read
from tests.readers.shapes import TURNS

LABELLED = "\n\n".join(f"{who}: {said}" for who, *_, said in TURNS[:8])
KIND = "lines of the tool that wrote the file"


@pytest.mark.parametrize(
    "footer",
    [
        "Meeting ended after 00:03:30 👋\nThis transcript was made by a machine. It may be wrong.",
        "Besprechung beendet nach 00:03:30 👋\nDieses Transkript ist von einer Maschine.",
        "END OF TRANSCRIPT\n\nTranscript by Rev.com. It may be wrong.\n\nCopyright 2026 Night Ferry. All rights reserved.",
        "© 2026 Night Ferry",
    ],
)
def test_a_footer_is_no_speech(footer: str) -> None:
    transcript = read(f"{LABELLED}\n\n{footer}\n")
    assert transcript.segments[-1].text.endswith(TURNS[7][3])
    assert [part.kind for part in transcript.reading.left_out] == [KIND]


@pytest.mark.parametrize("frame", ["Transcribed by Otter", "Copyright 2026 Night Ferry", "End of transcript."])
def test_what_is_said_below_a_line_of_a_tool_is_speech(frame: str) -> None:
    transcript = read(f"Team call\n{frame}\n\nOda: Hello there all.\nKofi: Hi, Oda.")
    assert "Hello there all." in transcript.segments[-1].text
    assert transcript.segments[-1].text.endswith("Hi, Oda.")


@pytest.mark.parametrize(
    "note", ["SCREEN SHARING: Oda started screen sharing", "ACTION ITEM: Ask the crew; say when\n"]
)
@pytest.mark.parametrize("behind", ["", "  And so we leave. So we do."])
def test_notes_of_fathom_are_told_and_what_is_said_behind_them_stays(note: str, behind: str) -> None:
    mark = f"{note} - WATCH: https://fathom.video/share/x_9?timestamp=9.5{behind}"
    transcript = read(
        f"0:07 - Oda Brandt\n  We leave.\n  {mark}\n\n0:16 - Lin Ferrer\n  I stay.\n\n0:20 - Oda Brandt\n  Do."
    )
    found = [(s.speaker, s.text) for s in transcript.segments]
    assert found == [("Oda Brandt", "We leave." + behind[1:]), ("Lin Ferrer", "I stay."), ("Oda Brandt", "Do.")]
    assert [part.kind for part in transcript.reading.left_out] == [KIND]


def test_who_shows_an_address_of_fathom_says_so() -> None:
    transcript = read(f"{LABELLED}\n\nOda Brandt: WATCH THIS: https://fathom.video/share/x - WATCH: the first minute.")
    assert "WATCH THIS: https://fathom.video/share/x - WATCH: the first minute." in transcript.segments[-1].text


def test_turns_below_the_end_of_a_transcript_keep_their_speakers() -> None:
    turns = [("Oda", "Hello there all."), ("Kofi", "Hi, Oda.")] * 2
    said = [f"{who}: {text}" for who, text in turns]
    transcript = read("\n".join([*said[:2], "End of transcript.", *said]))
    assert [(s.speaker, s.text) for s in transcript.segments][-4:] == turns


def test_speech_without_labels_below_a_line_of_a_tool_is_read() -> None:
    transcript = read("Team call\nTranscribed by Otter\n\nHello there all. We leave at nine from the old harbour.")
    assert transcript.segments[-1].text.endswith("We leave at nine from the old harbour.")


def test_a_copyright_that_somebody_speaks_of_is_speech() -> None:
    transcript = read(f"{LABELLED}\n\nOda Brandt: Copyright law of 2026 is not ours to change.\n")
    assert transcript.segments[-1].text.startswith("Copyright law")


def test_who_stops_the_transcription_is_no_speech() -> None:
    turns = "\n".join(f"{who}   0:{n:02}\n{said}" for n, (who, *_, said) in enumerate(TURNS[:8]))
    transcript = read(f"Oda Brandt started transcription\n{turns}\nOda Brandt stopped transcription\n")
    assert transcript.segments[-1].text.endswith(TURNS[7][3])
    assert [(part.kind, part.count) for part in transcript.reading.left_out] == [("who came, went or recorded", 2)]


def test_messages_of_a_program_are_no_speech() -> None:
    said = "[00:00:04.000 --> 00:00:08.000]   We leave at nine.\n[00:00:08.000 --> 00:00:12.000]   Or at ten.\n"
    transcript = read(f"whisper_init_state: loading\n\n{said}\nwhisper_print_timings: total time = 9150 ms\n")
    assert [s.text for s in transcript.segments] == ["We leave at nine. Or at ten."]
    assert transcript.reading.left_out[0].kind == KIND


@pytest.mark.parametrize("message", ["<Media omitted>", "\u200eimage omitted", "This message was deleted"])
def test_what_stands_in_place_of_a_message_is_no_speech(message: str) -> None:
    rows = [f"12/06/2026, 09:{n:02} - {who}: {said}" for n, (who, *_, said) in enumerate(TURNS[:8])]
    transcript = read("\n".join([*rows, f"12/06/2026, 09:20 - Oda Brandt: {message}"]))
    assert transcript.segments[-1].text.endswith(TURNS[7][3])
    assert [part.kind for part in transcript.reading.left_out] == [KIND]


@pytest.mark.parametrize("day", ["7 August 2026, 09:00AM", "7. August 2026, 09:00", "August 7, 2026, 9:00AM"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    ("began", "ended"),
    [
        ("started transcription", "stopped transcription"),
        ("hat die Transkription gestartet", "hat die Transkription beendet"),
    ],
)
def test_what_stands_around_the_turns_of_teams_is_no_speech(day: str, gap: str, began: str, ended: str) -> None:
    head = gap.join(["Night ferry-20260807_090012-Meeting Recording", day, "2m 8s", f"Mara Osei {began}"])
    turns = "\n".join(f"{who}   0:{n:02}\n{said}\n" for n, (who, *_, said) in enumerate(TURNS[:8]))
    transcript = read(f"{head}\n\n{turns}\nMara Osei {ended}\n")
    assert [(s.speaker, s.text) for s in transcript.segments] == [(who, said) for who, *_, said in TURNS[:8]]
    assert {part.kind for part in transcript.reading.left_out} == {
        "text before the transcript",
        "who came, went or recorded",
    }


MEET = "This editable transcript was computer generated and might contain errors. People can also change the text."
TURBO = "(Go Unlimited at TurboScribe.ai to transcribe longer files.)"


@pytest.mark.parametrize("line", [MEET, f"*{MEET}*", TURBO])
def test_a_line_of_a_tool_above_or_below_the_talk_is_no_speech(line: str) -> None:
    said = " ".join(said for *_, said in TURNS)
    for talk in (LABELLED, said):
        transcript = read(f"{line}\n\n{talk}\n\n{line}\n")
        assert " ".join(s.text for s in transcript.segments).endswith((TURNS[7][3], TURNS[-1][3]))
        assert [(part.kind, part.count) for part in transcript.reading.left_out] == [(KIND, 2)]


@pytest.mark.parametrize("menu", ["English (auto-generated)", "Русский (создано автоматически)", "Dansk"])
@pytest.mark.parametrize("between", ["\n", " "])
def test_the_choice_of_a_language_under_captions_is_no_speech(menu: str, between: str) -> None:
    captions = "\n".join(f"0:{n:02}{between}{said.lower()}" for n, (*_, said) in enumerate(TURNS))
    transcript = read(f"{captions}\n{menu}\n")
    assert transcript.segments[-1].text.endswith(TURNS[-1][3].lower())
    assert [(part.kind, part.example) for part in transcript.reading.left_out] == [(KIND, menu)]


def test_a_last_word_is_speech_where_captions_have_two_lines() -> None:
    captions = "\n".join(f"0:{n:02}\n{said.lower()}\nand so on" for n, (*_, said) in enumerate(TURNS))
    assert read(f"0:00\nHello\n{captions}\n0:59\nand then\nGoodbye\n").segments[-1].text.endswith("Goodbye")
