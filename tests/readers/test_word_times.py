"""Words with times of their own are words, and the offset of lyrics moves all of them."""

from tests.readers.reading import read

LYRICS = "[ti:Night ferry]\n[offset:+500]\n\n[00:04.00] <00:04.00> We <00:04.50> leave <00:05.00> at nine.\n"


def test_lyrics_with_a_time_for_each_word_are_lyrics() -> None:
    song = read(LYRICS + "[00:13.00] <00:13.00> And <00:13.50> we come back at ten.\n", ".lrc")
    assert (song.reading.format, song.metadata.title) == ("lrc", "Night ferry")
    assert song.segments[0].text == "We leave at nine. And we come back at ten."


def test_the_offset_moves_every_time_and_is_told() -> None:
    song = read(LYRICS + "[00:13.00] And we come back at ten.\n", ".lrc")
    assert song.segments[0].start == 3.5
    assert "0.5 s earlier" in song.notes[0]


def test_word_spans_of_captions_are_not_glued() -> None:
    spans = "".join(f'<span p:unit="word">{word}</span>' for word in ("We", "leave", "at", "nine."))
    body = f'<body><div><p begin="1.0" end="4.0">{spans}</p></div></body>'
    captions = f'<tt xmlns="http://www.w3.org/ns/ttml" xmlns:p="http://example.org/p">{body}</tt>'
    assert read(captions, ".ttml").segments[0].text == "We leave at nine."
