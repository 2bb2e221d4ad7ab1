from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.readers import parse, read_transcript, survey
from tests.readers.reading import read

VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Ana Ruiz>The first point is that water boils at 100 degrees.

00:00:04.000 --> 00:00:08.000
<v Ben>And I say that it depends on the pressure of the air.
"""

ROLLING = """WEBVTT
Kind: captions

00:00:00.000 --> 00:00:02.000 align:start
the first thing to understand
 
00:00:02.000 --> 00:00:02.010 align:start
the first thing to understand

00:00:02.010 --> 00:00:04.000 align:start
the first thing to understand
is<00:00:02.500><c> that</c><00:00:03.000><c> the index is stale</c>

00:00:04.000 --> 00:00:04.010 align:start
is that the index is stale

00:00:04.010 --> 00:00:06.000 align:start
is that the index is stale
and nobody knows why
"""


def test_voices_become_speakers_with_times() -> None:
    first, second = read(VTT, ".vtt").segments
    assert (first.speaker, first.start, first.end) == ("Ana Ruiz", 1.0, 4.0)
    assert second.speaker == "Ben"


def test_rolling_captions_are_joined_without_repeats() -> None:
    words = " ".join(s.text for s in read(ROLLING, ".vtt").segments)
    assert words == "the first thing to understand is that the index is stale and nobody knows why"


def test_a_sentence_that_a_speaker_repeats_later_is_kept() -> None:
    cues = ["We must act now, all of us.", "The sea is rising by the year.", "We must act now, all of us."]
    text = "WEBVTT\n\n" + "\n".join(f"00:00:0{i}.000 --> 00:00:0{i}.900\n{cue}\n" for i, cue in enumerate(cues))
    assert " ".join(s.text for s in read(text, ".vtt").segments).count("We must act now") == 2


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        ("Ana Ruiz: We begin with the tides and the moon.", "Ana Ruiz"),
        ("**Ana Ruiz**: We begin with the tides and the moon.", "Ana Ruiz"),
        ("[SPEAKER_00]: We begin with the tides and the moon.", "SPEAKER_00"),
        (">> Ana Ruiz: We begin with the tides and the moon.", "Ana Ruiz"),
    ],
)
def test_labels_in_front_of_lines(line: str, speaker: str | None) -> None:
    segment = read(f"{line}\n\n{line}\n").segments[0]
    assert segment.speaker == speaker
    assert segment.text.endswith("We begin with the tides and the moon. We begin with the tides and the moon.")


def test_unknown_is_nobody() -> None:
    assert [s.speaker for s in read("Unknown: We begin.\n\nAna: We go on.\n\nUnknown: We end.\n").segments] == [
        None,
        "Ana",
        None,
    ]


def test_a_colon_in_prose_is_no_speaker() -> None:
    segment = read("Note: we begin with the tides and the moon.\n").segments[0]
    assert (segment.speaker, segment.text) == (None, "Note: we begin with the tides and the moon.")


def test_front_matter_gives_metadata() -> None:
    text = "---\ntitle: Tides\nchannel: Deep\ndate: 2026-01-02\nspeakers: [Ana]\nmedia: https://e.org/a\n---\nThe moon pulls the sea.\n"
    meta = read(text, ".md").metadata
    assert (meta.title, meta.channel, meta.published, meta.speakers) == ("Tides", "Deep", "2026-01-02", ("Ana",))
    assert meta.url == "https://e.org/a"


def test_a_side_file_gives_metadata(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("The moon pulls the sea twice a day.")
    (tmp_path / "talk.info.json").write_text('{"title": "Tides", "uploader": "Deep", "upload_date": "20260102"}')
    meta = read_transcript(tmp_path / "talk.txt").metadata
    assert (meta.title, meta.channel, meta.published) == ("Tides", "Deep", "2026-01-02")


@pytest.mark.parametrize("told", ["1594645200954", "1594645200", "2020071309"])
def test_a_date_with_its_hour_or_in_seconds_or_milliseconds_since_1970_is_a_day(told: str) -> None:
    assert (
        read(f"---\ndate: {told}\n---\n\nThe moon pulls the sea twice a day.\n", ".md").metadata.published
        == "2020-07-13"
    )


def test_an_address_that_is_no_web_address_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("The moon pulls the sea twice a day.")
    (tmp_path / "talk.info.json").write_text('{"webpage_url": "javascript:alert(1)"}')
    assert read_transcript(tmp_path / "talk.txt").metadata.url is None


def test_clock_times_in_front_of_lines() -> None:
    segments = read(
        "00:00:00 Hello and welcome to the show about tides.\n\n00:01:05 The moon pulls the sea, and the sun helps.\n"
    ).segments
    assert [s.start for s in segments] == [0.0, 65.0]
    assert segments[0].end == 65.0


@pytest.mark.parametrize(
    ("raw", "suffix", "message"),
    [
        (b"", ".txt", "empty"),
        (b"\xef\xbb\xbf \n", ".txt", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), ".txt", "PNG"),
        (bytes(range(256)) * 20, ".txt", "binary"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\n[Music]\n", ".vtt", "no speech"),
        (
            b"WEBVTT\n\n" + b"".join(b"00:0%d.000 --> 00:0%d.900\nsubscribe to us\n\n" % (i, i) for i in range(5)),
            ".vtt",
            "every cue",
        ),
    ],
)
def test_bad_files_are_named_with_what_is_wrong(raw: bytes, suffix: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(raw, suffix)
    assert str(caught.value).startswith("talk" + suffix)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-8-sig", "cp1252"])
def test_encodings(codec: str) -> None:
    text = "The café in Málaga opens at nine, and the naïve tourist comes at eight."
    assert read(text.encode(codec)).segments[0].text == text


@pytest.mark.parametrize("encoding", ["nonsense", "hex", "undefined", "a\0b", "\udc80"])
def test_what_is_no_encoding_is_told(encoding: str) -> None:
    with pytest.raises(InputError, match="unknown encoding"):
        parse(b"Ana: The plant makes 40 megawatts.", "talk.txt", name="talk", encoding=encoding)


def test_a_guessed_encoding_is_announced() -> None:
    assert "cp1251" in read("Привет всем, сегодня мы говорим о морских приливах и о луне.".encode("cp1251")).notes[0]


def test_a_broken_time_is_told_and_its_words_are_kept() -> None:
    transcript = read(VTT + "\n00:00:0x.000 --> 00:00:10.000\nThis cue is kept.\n", ".vtt")
    assert transcript.segments[-1].text.endswith("This cue is kept.")
    assert transcript.notes == ('this is not a valid timing line: "00:00:0x.000 --> 00:00:10.000" (line 9)',)


def test_broken_front_matter_is_left_out_and_told() -> None:
    transcript = read("---\ntitle: [broken\n---\nWords here.\n", ".md")
    assert [s.text for s in transcript.segments] == ["Words here."]
    assert "not valid YAML and was ignored" in transcript.notes[0]


def test_a_rule_in_front_is_no_front_matter() -> None:
    segments = read("---\nMarta: we begin today.\nJonas: and then we go.\n---\nMarta: thank you all.\n").segments
    assert [s.speaker for s in segments] == ["Marta", "Jonas", "Marta"]


def test_the_same_name_with_two_endings_gives_two_outputs(tmp_path: Path) -> None:
    for name in ("talk.vtt", "talk.srt", "sub/other.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = survey([tmp_path])
    assert [s.name for s in found.sources] == ["sub/other", "talk-srt", "talk-vtt"]
    assert not found.errors


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("Ana: The reactor at Lund makes 40 megawatts.")
    real = Path.read_bytes

    def read(self: Path) -> bytes:
        raw = real(self)
        with self.open("a") as file:
            file.write("\nBen: And 41 tomorrow.")
        return raw

    monkeypatch.setattr(Path, "read_bytes", read)
    with pytest.raises(InputError, match="changed while it was read"):
        read_transcript(path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").symlink_to(tmp_path / "secret.txt")
    found = survey([tmp_path / "in"])
    assert not found.sources
    assert "no transcripts" in str(found.errors[0])


def test_every_transcript_of_the_corpus_is_read_or_refused_with_a_reason(corpus: Path) -> None:
    sources = survey([corpus]).sources
    read_, refused = 0, []
    for source in sources:
        try:
            assert read_transcript(source.path).segments
            read_ += 1
        except InputError as err:
            refused.append(str(err))
    assert read_ > 60
    assert all("(" in message for message in refused)


def test_items_of_a_list_are_read_without_their_marks() -> None:
    listed = "- ```\n- We leave at nine.\n- *All of us do.*\n-   | By boat. | At once. |\n"
    (segment,) = parse(listed.encode(), "a.md", suffix=".md", name="a").segments
    assert segment.text == "We leave at nine. All of us do. By boat. At once."
