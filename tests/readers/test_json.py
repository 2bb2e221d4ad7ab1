"""JSON: who says what under the names that programs give it; what is no transcript is never read as prose."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.readers import parse, survey
from pipeline.readers.data.fields import plain, speaker_of, text_of
from pipeline.transcript import Transcript

HULL, MAST = "The hull was painted on Monday.", "And who looked at the mast?"


def read(value: Any) -> Transcript:
    return parse(json.dumps(value).encode(), "talk.json", suffix=".json", name="talk")


def told(value: Any) -> list[tuple[str | None, float | None, str]]:
    return [(s.speaker, s.start, s.text) for s in read(value).segments]


def spoken(said: str, start: float, step: float = 0.5, **more: Any) -> list[dict[str, Any]]:
    return [
        {"word": word, "start": start + step * n, "end": start + step * (n + 1), **more}
        for n, word in enumerate(said.split())
    ]


SHAPES: dict[str, Any] = {
    "Gladia": {
        "result": {
            "transcription": {
                "full_transcript": f"{HULL} {MAST}",
                "utterances": [
                    {"text": HULL, "start": 2.0, "end": 5.0, "speaker": 0, "words": []},
                    {"text": MAST, "start": 6.0, "end": 8.0, "speaker": 1, "words": []},
                ],
            }
        }
    },
    "Azure": {
        "combinedRecognizedPhrases": [{"channel": 0, "display": f"{HULL} {MAST}"}],
        "recognizedPhrases": [
            {"speaker": 0, "offset": "PT2S", "duration": "PT3S", "nBest": [{"lexical": "the hull", "display": HULL}]},
            {"speaker": 1, "offset": "PT6S", "duration": "PT2S", "nBest": [{"lexical": "and who", "display": MAST}]},
        ],
    },
    "insanely-fast-whisper": {
        "speakers": [
            {"speaker": "Speaker 0", "timestamp": [2.0, 5.0], "text": HULL},
            {"speaker": "Speaker 1", "timestamp": [6.0, 8.0], "text": MAST},
        ],
        "chunks": [{"timestamp": [2.0, 5.0], "text": HULL}, {"timestamp": [6.0, 8.0], "text": MAST}],
        "text": f"{HULL} {MAST}",
    },
    "milliseconds by name": {
        "segments": [
            {"start_ms": 2000, "end_ms": 5000, "text": HULL, "speaker": "0"},
            {"start_ms": 6000, "end_ms": 8000, "text": MAST, "speaker": "1"},
        ]
    },
    "Deepgram paragraphs": {
        "results": {
            "channels": [
                {
                    "alternatives": [
                        {
                            "transcript": f"{HULL} {MAST}",
                            "words": spoken(HULL, 2.0) + spoken(MAST, 6.0),
                            "paragraphs": {
                                "paragraphs": [
                                    {"speaker": 0, "sentences": [{"text": HULL, "start": 2.0, "end": 5.0}]},
                                    {"speaker": 1, "sentences": [{"text": MAST, "start": 6.0, "end": 8.0}]},
                                ]
                            },
                        }
                    ]
                }
            ]
        }
    },
    "WhisperX segment over two people": {
        "segments": [
            {
                "start": 2.0,
                "end": 9.0,
                "text": f"{HULL} {MAST}",
                "speaker": "Speaker 0",
                "words": spoken(HULL, 2.0, speaker="Speaker 0") + spoken(MAST, 6.0, speaker="Speaker 1"),
            }
        ]
    },
    "words only": {"words": spoken(HULL, 2.0, speaker=0) + spoken(MAST, 6.0, speaker=1)},
}
NAMED: dict[str, Any] = {
    "AWS Call Analytics": {
        "Transcript": [
            {"BeginOffsetMillis": 2000, "EndOffsetMillis": 5000, "Content": HULL, "ParticipantRole": "AGENT"},
            {"BeginOffsetMillis": 6000, "EndOffsetMillis": 8000, "Content": MAST, "ParticipantRole": "CUSTOMER"},
        ]
    },
    "Zoom timeline": {
        "timeline": [
            {"ts": "00:00:02.000", "end_ts": "00:00:05.000", "text": HULL, "users": [{"username": "AGENT"}]},
            {"ts": "00:00:06.000", "end_ts": "00:00:08.000", "text": MAST, "users": [{"username": "CUSTOMER"}]},
        ]
    },
    "Recall": [
        {"participant": {"id": 1, "name": "AGENT"}, "words": spoken(HULL, 2.0)},
        {
            "participant": {"id": 2, "name": "CUSTOMER"},
            "words": [{"text": MAST, "start_timestamp": {"relative": 6.0}, "end_timestamp": {"relative": 8.0}}],
        },
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_says_who_and_when(shape: str) -> None:
    assert told(SHAPES[shape]) == [("Speaker 0", 2.0, HULL), ("Speaker 1", 6.0, MAST)]


@pytest.mark.parametrize("shape", NAMED)
def test_names_count_before_numbers(shape: str) -> None:
    assert told(NAMED[shape]) == [("AGENT", 2.0, HULL), ("CUSTOMER", 6.0, MAST)]


def test_lines_of_recognised_words_end_at_the_full_stop_of_their_script() -> None:
    sentences = [" ".join(f"पुल{n}-{k}" for k in range(25)) + " है।" for n in range(6)]
    assert [text for *_, text in told({"words": spoken(" ".join(sentences), 0.0)})] == sentences


def test_an_export_of_slack_names_people_and_not_their_ids() -> None:
    users = [("U7", "Oda Brandt", HULL), ("U9", "Kofi Mensah", MAST)]
    found = told([{"user": u, "user_profile": {"real_name": name}, "text": said} for u, name, said in users])
    assert [who for who, _, _ in found] == ["Oda Brandt", "Kofi Mensah"]


def test_a_message_of_telegram_is_from_somebody_and_its_pieces_are_one_text() -> None:
    pieces = ["The hull was ", {"type": "bold", "text": "painted"}, " on Monday."]
    found = told({"messages": [{"from": "Oda Brandt", "text": pieces}, {"from": "Kofi Mensah", "text": MAST}]})
    assert [(who, said) for who, _, said in found] == [("Oda Brandt", HULL), ("Kofi Mensah", MAST)]


def test_several_people_at_once_are_nobody() -> None:
    both = [{"username": "Oda"}, {"username": "Kofi"}]
    found = told({"timeline": [{"ts": "00:02", "text": HULL, "users": both}, {"ts": "00:06", "text": MAST}]})
    assert {who for who, _, _ in found} == {None}


def test_a_segment_that_says_that_nobody_is_known_is_not_the_last_speakers() -> None:
    said = [
        ("Oda Brandt", "We leave at nine and"),
        (None, "not at ten, as I was told."),
        ("Lin", "Who says"),
        ("", "so?"),
    ]
    segments = [{"start": n, "end": n + 1, "speaker": who, "text": text} for n, (who, text) in enumerate(said)]
    assert [who for who, *_ in told({"segments": segments})] == ["Oda Brandt", None, "Lin", None]


def test_signs_of_speakers_are_looked_up_in_the_table_beside_the_segments() -> None:
    segments = [{"start": 1, "speaker": "s1", "text": HULL}, {"start": 4, "speaker": "s2", "text": MAST}]
    people = [{"id": "s1", "name": "Oda Brandt"}, {"id": "s2", "name": "Lin"}, {"id": "s2", "name": "Kofi"}]
    assert [who for who, *_ in told({"speakers": people, "segments": segments})] == ["Oda Brandt", "s2"]


@pytest.mark.parametrize(("rate", "length"), [(16_000, None), (16_000, 8.0), (1000, 8.0)])
def test_offsets_of_otter_count_samples_unless_the_length_says_otherwise(rate: int, length: float | None) -> None:
    segments = [
        {"start_offset": 2 * rate, "end_offset": 5 * rate, "transcript": HULL},
        {"start_offset": 6 * rate, "end_offset": 8 * rate, "transcript": MAST},
    ]
    assert [s.start for s in read({"duration": length, "transcripts": segments}).segments] == [2.0]


def test_each_channel_is_somebody() -> None:
    channels = [
        {"alternatives": [{"transcript": said, "words": spoken(said, start)}]}
        for said, start in ((HULL, 2.0), (MAST, 6.0))
    ]
    assert told({"results": {"channels": channels}}) == [("Channel 0", 2.0, HULL), ("Channel 1", 6.0, MAST)]


def test_seconds_beside_nanoseconds_are_a_time() -> None:
    words = [{"word": w, "start_time": {"seconds": "2", "nanos": 500_000_000}} for w in HULL.split()]
    assert told({"results": [{"alternatives": [{"transcript": HULL, "words": words}]}]}) == [(None, 2.5, HULL)]


def test_a_text_by_itself_is_read_as_text() -> None:
    assert told({"text": f"{HULL} {MAST}"}) == [(None, None, f"{HULL} {MAST}")]


def test_a_list_of_lines_is_read_as_text() -> None:
    lines = [f"Oda Brandt: {HULL}", f"Kofi Mensah: {MAST}", f"Oda Brandt: {HULL}", f"Kofi Mensah: {MAST}"]
    assert [who for who, _, _ in told(lines)] == ["Oda Brandt", "Kofi Mensah"] * 2


@pytest.mark.parametrize("ending", [".json", ".jsonl"])
@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85"])
def test_a_string_of_json_may_hold_an_end_of_line_that_json_does_not_know(end: str, ending: str) -> None:
    segments = [{"speaker": "Ana", "text": f"Lund{end}mends it."}, {"speaker": "Bea", "text": MAST}]
    rows = [json.dumps(segment, ensure_ascii=False) for segment in segments]
    raw = "\n".join(rows) if ending == ".jsonl" else f"[{','.join(rows)}]"
    transcript = parse(raw.encode(), f"talk{ending}", suffix=ending, name="talk")
    assert [(s.speaker, s.text) for s in transcript.segments] == [("Ana", "Lund mends it."), ("Bea", MAST)]
    assert not transcript.notes


def test_cut_json_is_refused_with_the_place_where_it_breaks() -> None:
    with pytest.raises(InputError, match=r"\(line 1, column 50\)"):
        parse(json.dumps(SHAPES["Gladia"]).encode()[:70], "talk.json", name="talk")


def test_json_without_a_transcript_is_refused_by_its_keys() -> None:
    with pytest.raises(InputError, match=r'"segments" \(empty\), "model"'):
        read({"segments": [], "model": "large"})


def test_a_short_text_among_many_is_no_transcript() -> None:
    with pytest.raises(InputError, match="no transcript was found"):
        read({"text": "A short note.", "log": [f"Line {n} of the log of the server." for n in range(9)]})


def test_a_list_of_texts_that_is_not_read_is_told() -> None:
    chapters = [{"text": "What the shipyard did in spring", "start": 0}]
    left = read({**SHAPES["milliseconds by name"], "chapters": chapters}).reading.left_out
    assert ('texts under "chapters" in its JSON', 6) in [(part.kind, part.words) for part in left]


def test_a_folder_reads_json_with_text_and_passes_over_other_json(tmp_path: Path) -> None:
    (tmp_path / "talk.json").write_text(json.dumps({"text": f"{HULL} {MAST}"}))
    (tmp_path / "package.json").write_text(json.dumps({"name": "yard", "scripts": {"test": "pytest"}}))
    found = survey([tmp_path])
    assert [s.path.name for s in found.sources] == ["talk.json"]
    assert [s.path.name for s in found.skipped] == ["package.json"]


KEYS = ("text", "words", "word", "speaker", "users", "start", "end_ms", "segments", "nBest", "results", "channels", "x")
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from([HULL, "4.5s", "", "A"])
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner))


@given(VALUES)
@settings(max_examples=50)
def test_any_json_is_read_or_refused(value: Any) -> None:
    with contextlib.suppress(InputError):
        assert read(value).segments


def test_brackets_that_are_no_json_are_text() -> None:
    said = "[Music]\n\n{One} set of oars was lost, and the other one was found."
    assert "set of oars" in parse(said.encode(), "talk.txt", name="talk").segments[0].text


def test_a_time_in_objects_within_objects_is_no_time() -> None:
    deep = '{"relative": ' * 900 + "3" + "}" * 900
    raw = f'[{{"text": "{HULL}", "start": 2.0}}, {{"text": "{MAST}", "start": {deep}}}]'
    transcript = parse(raw.encode(), "talk.json", suffix=".json", name="talk")
    assert [s.text for s in transcript.segments] == [f"{HULL} {MAST}"]


@pytest.mark.parametrize("deep", [{"users": [{"users": [{"name": "Oda"}]}]}, {"nBest": [{"nBest": [{"text": MAST}]}]}])
def test_objects_are_looked_into_one_level_down(deep: dict[str, Any]) -> None:
    assert (speaker_of(deep), text_of(plain(deep))) == (None, None)


def test_a_channel_of_which_nothing_is_known_keeps_its_number() -> None:
    said = [[], spoken(HULL, 2.0), spoken(MAST, 6.0)]
    channels = [{"alternatives": [{"transcript": "", "words": each}]} for each in said]
    assert told({"results": {"channels": channels}}) == [("Channel 1", 2.0, HULL), ("Channel 2", 6.0, MAST)]


@pytest.mark.parametrize("start", ["Start Time", "timecode_in", "begin-time", "ts"])
@pytest.mark.parametrize("who", ["Speaker Name", "who", "character"])
@pytest.mark.parametrize("text", ["Dialogue", "message", "body"])
def test_a_table_and_json_know_the_same_names(start: str, who: str, text: str) -> None:
    rows = [(2.0, "Oda", HULL), (6.0, "Kofi", MAST)]
    table = "".join(f'{at},{name},"{said}"\n' for at, name, said in [(start, who, text), *rows])
    found = parse(table.encode(), "talk.csv", suffix=".csv", name="talk").segments
    listed = told([dict(zip((start, who, text), row, strict=True)) for row in rows])
    assert [(s.speaker, s.start, s.text) for s in found] == listed == [("Oda", 2.0, HULL), ("Kofi", 6.0, MAST)]


@pytest.mark.parametrize(
    "beside",
    [
        {"speaker_stats": {"A": "Twelve Minutes", "B": "Nine"}},
        {"speakers": {"A": "12 minutes", "B": "red"}},
        {"speakers": {"A": "Host", "B": "Host"}},
        {"speakers": [{"id": 1, "name": "Oda"}, {"id": 2, "name": "Lin"}]},
        {"speakers": {"A": "Oda Brandt"}},
    ],
)
def test_what_is_no_table_of_all_signs_renames_nobody(beside: dict[str, object]) -> None:
    segments = [{"start": 1, "speaker": "A", "text": HULL}, {"start": 4, "speaker": "B", "text": MAST}]
    assert [who for who, *_ in told({**beside, "segments": segments})] == ["Speaker A", "Speaker B"]


def test_a_speaker_who_has_a_name_keeps_it() -> None:
    segments = [{"start": 1, "speaker": "Oda", "text": HULL}, {"start": 4, "speaker": "Lin", "text": MAST}]
    assert [who for who, *_ in told({"speakers": {"Oda": "Chair", "Lin": "Guest"}, "segments": segments})] == [
        "Oda",
        "Lin",
    ]


def test_names_are_looked_up_by_the_one_kind_of_sign_that_all_voices_have() -> None:
    segments = [{"start": 1, "speaker": 0, "text": HULL}, {"start": 4, "speaker": 1, "text": MAST}]
    people = [{"id": 1, "speaker": 0, "name": "Oda"}, {"id": 2, "speaker": 1, "name": "Lin"}]
    assert [who for who, *_ in told({"speakers": people, "segments": segments})] == ["Oda", "Lin"]


def test_a_table_of_names_by_signs_is_looked_up() -> None:
    segments = [
        {"start": 1, "speaker": "SPEAKER_00", "text": HULL},
        {"start": 4, "speaker": "SPEAKER_01", "text": MAST},
    ]
    names = {"SPEAKER_00": "Oda Brandt", "SPEAKER_01": "Lin"}
    assert [who for who, *_ in told({"speaker_names": names, "segments": segments})] == ["Oda Brandt", "Lin"]


def test_transcripts_most_of_which_have_their_words_elsewhere_are_not_read_as_those_of_otter() -> None:
    spoken = [{"start_offset": 16_000 * n, "text": said} for n, said in enumerate((HULL, MAST, HULL))]
    transcript = read({"transcripts": [{"start_offset": 0, "transcript": MAST}, *spoken]})
    assert sum(len(s.text.split()) for s in transcript.segments) >= 3 * len(HULL.split())


def test_transcripts_of_otter_without_their_words_are_told() -> None:
    spoken = [{"start_offset": 16_000 * n, "transcript": said} for n, said in enumerate((HULL, MAST, HULL, MAST))]
    left = read({"transcripts": [*spoken, {"start_offset": 96_000, "text": "Or at ten."}]}).reading.left_out
    assert [(part.kind, part.words) for part in left] == [("segments without text", 3)]


def test_words_that_damage_put_in_the_place_of_a_key_are_told() -> None:
    rows = [{"speaker": "Oda", "text": HULL}, {"so we left, speaker": "Lin", "text": MAST}]
    transcript = parse("\n".join(map(json.dumps, rows)).encode(), "talk.jsonl", suffix=".jsonl", name="talk")
    assert [(p.kind, p.words) for p in transcript.reading.left_out] == [("words in the place of keys", 4)]


def test_a_sound_among_words_is_told_and_words_without_listed_spaces_stand_together() -> None:
    said = [
        {"text": sign, "type": "word", "start": n, "speaker_id": "speaker_0"} for n, sign in enumerate("港口的报告。")
    ]
    sound = {"text": "(laughs)", "type": "audio_event", "start": 3, "speaker_id": "speaker_0"}
    value = {"language_code": "zho", "text": "", "words": [*said[:3], sound, *said[3:]]}
    assert told(value) == [("speaker_0", 0.0, "港口的报告。")]
    assert [(part.kind, part.words) for part in read(value).reading.left_out] == [("sounds and stage directions", 1)]
    assert read(value).metadata.language == "zho"


def test_marks_stand_behind_their_words_and_who_is_called_unknown_is_nobody() -> None:
    heard = [("We", "S1"), ("leave", "S1"), (".", "S1"), ("When", "UU"), ("?", "UU")]
    results = [
        {
            "type": "word" if sign.isalpha() else "punctuation",
            "start_time": float(n),
            "alternatives": [{"content": sign, "speaker": who}],
        }
        for n, (sign, who) in enumerate(heard)
    ]
    value = {"metadata": {"transcription_config": {"language": "en"}}, "results": results}
    assert told(value) == [("S1", 0.0, "We leave."), (None, 3.0, "When?")]
    assert read(value).metadata.language == "en"


def test_who_has_which_number_is_looked_up_beside_monologues() -> None:
    def monologue(who: int, start: float, *said: str) -> dict[str, Any]:
        spaces = {"type": "punct", "value": " "}
        words = [
            {"type": "text" if w.isalpha() else "punct", "value": w, "ts": start, "end_ts": start + 1} for w in said
        ]
        return {"speaker": who, "elements": [part for word in words for part in (spaces, word)][1:]}

    value = {
        "speakers": [{"id": 0, "name": "Oda Brandt"}, {"id": 1, "name": "Kofi Mensah"}],
        "monologues": [monologue(0, 2.0, "We", "leave"), monologue(1, 6.0, "At", "nine")],
    }
    assert told(value) == [("Oda Brandt", 2.0, "We leave"), ("Kofi Mensah", 6.0, "At nine")]


def test_two_people_in_one_of_several_channels_are_kept_apart() -> None:
    both = [*spoken(HULL, 2.0, speaker=0), *spoken(MAST, 6.0, speaker=1)]
    channels = [{"alternatives": [{"words": each}]} for each in (both, spoken(HULL, 12.0, speaker=0))]
    who = [speaker for speaker, _, _ in told({"results": {"channels": channels}})]
    assert who == ["Channel 0 Speaker 0", "Channel 0 Speaker 1", "Channel 1"]


@pytest.mark.parametrize(
    ("key", "nobody", "first", "second"),
    [("speakerTag", 0, 1, 2), ("speakerLabel", None, "0", "1")],
)
def test_google_tags_nobody_with_the_number_0_and_somebody_with_the_label_0(
    key: str, nobody: object, first: object, second: object
) -> None:
    def words(said: str, who: object) -> list[dict[str, Any]]:
        return [{"word": w, "startTime": "1s", "endTime": "2s", key: who} for w in said.split()]

    last = {"alternatives": [{"words": words(HULL, first) + words(MAST, second)}]}
    once = {"alternatives": [{"transcript": f"{HULL} {MAST}", "words": words(f"{HULL} {MAST}", nobody)}]}
    assert [(who, text) for who, _, text in told({"results": [once, last]})] == [
        (f"Speaker {first}", HULL),
        (f"Speaker {second}", MAST),
    ]
