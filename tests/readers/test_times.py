"""What the parts of a clock mean is decided over all of a file's stamps."""

import pytest

from pipeline.readers.clocks import Dial, spread, stamp_at
from tests.readers.reading import read


@pytest.mark.parametrize(
    ("stamps", "seconds"),
    [
        (["0:04", "1:15", "75:30"], [4, 75, 4530]),
        (["00:00:04", "01:00:00"], [4, 3600]),
        (["00:04.500", "00:07,250"], [4.5, 7.25]),
        (["9:00 AM", "12:10 PM"], [0, 11400]),
        (["12/06/2026, 23:59", "13/06/2026, 00:01"], [0, 120]),
        (["6/12/26, 11:58 PM", "6/13/26, 12:02 AM"], [0, 240]),
        (["09:00:04", "09:03:19"], [0, 195]),
        (["01:00:04:00", "01:01:15:12"], [4, 75]),
        (["00:00:00:58", "00:00:01:04"], [58, 64]),
        (["12m 41s", "1h 02m 03s"], [761, 3723]),
        (["4.00s", "12.80s"], [4, 12.8]),
        (["23:59:30", "00:00:10", "00:05:00"], [0, 40, 330]),
        (["11:59 PM", "12:00 AM", "12:05 AM"], [0, 60, 360]),
        (["12/06/2026, 09:00", "9.40s"], [540, 9.4]),
    ],
)
def test_clocks_are_seconds_from_the_start(stamps: list[str], seconds: list[float]) -> None:
    dial = Dial(stamps)
    assert [dial.seconds(s) for s in stamps] == seconds


@pytest.mark.parametrize("text", ["5s of rope", "3:1 against", "nine", "[Music]", "(12) boats", "10:30:15:2000"])
def test_what_is_no_clock_is_none(text: str) -> None:
    assert stamp_at(text) is None


def test_lines_of_one_minute_are_spread_over_it() -> None:
    assert spread([0.0, 0.0, 60.0, None, 60.0, 120.0, 120.0]) == [0.0, 30.0, 60.0, None, 90.0, 120.0, 150.0]


def test_times_in_brackets_inside_the_text_cut_it() -> None:
    first, second = "We leave the pier at nine with all boats.", "Or at ten, says the crew of the ship."
    segments = read(f"(00:00:04) {first} (00:00:41) {second}").segments
    assert [(s.start, s.text) for s in segments] == [(4.0, first), (41.0, second)]


def test_a_clock_that_somebody_says_stays_in_the_text() -> None:
    assert read("We leave at 10:30 and come back at 11:45 with all of the boats.").segments[0].start is None


def test_a_time_that_goes_back_is_told_with_its_line() -> None:
    rows = [f"[00:0{m}:00] That was minute number {m}, and we go on." for m in (1, 2, 3, 4, 2, 5, 6, 7)]
    assert read("\n".join(rows)).notes == ("the time goes backwards here (line 5)",)


def test_times_in_disorder_are_no_times() -> None:
    rows = [f"[00:0{m}:00] That was minute number {m}, and we go on." for m in (5, 1, 4, 2, 3, 1)]
    transcript = read("\n".join(rows))
    assert transcript.duration is None
    assert "go back" in transcript.notes[0]


def test_the_date_over_a_transcript_is_no_time_of_it() -> None:
    head = "15 June 2026, 03:35am\n"
    turns = [("Oda Brandt", "0:04"), ("Kofi Mensah", "0:13"), ("Oda Brandt", "5:22"), ("Kofi Mensah", "26:31")]
    rows = "\n".join(f"{who}   {at}\nWe were at the pier that morning." for who, at in turns)
    timed = [s.start for s in read(head + rows).segments if s.start is not None]
    assert timed == [4.0, 13.0, 322.0, 1591.0]


def test_the_date_over_times_of_that_day_is_where_they_begin() -> None:
    dial = Dial(["12/06/2026, 09:00", "09:02", "09:05", "09:30"])
    assert [dial.seconds(s) for s in ("12/06/2026, 09:00", "09:02", "09:30")] == [0, 120, 1800]


@pytest.mark.parametrize(("words", "seconds"), [(60, 27.0), (3000, 1645.0)])
def test_frames_beyond_thirty_are_told_from_seconds_by_the_pace(words: int, seconds: float) -> None:
    dial = Dial(["00:00:04:30", "00:00:13:45", "00:00:31:55"], words)
    assert dial.seconds("00:00:31:55") - dial.seconds("00:00:04:30") == seconds


def test_the_number_of_a_cue_whose_time_is_broken_is_no_word() -> None:
    cues = "1\n00:00:01,000 --> 00:00:03,000\nWe leave at nine\n\n2\n00:00:03,000 --> xx\nwith all boats.\n"
    assert read(cues, ".srt").segments[0].text == "We leave at nine with all boats."


@pytest.mark.parametrize(
    "numbers",
    [
        [f"1.{n:02}" for n in range(1, 19)],  # sections
        [f"{3 + n}.{n % 2 * 50:02}" for n in range(18)],  # prices
        [f"{9 + n // 2}.{n % 2 * 30:02}" for n in range(18)],  # an agenda
        [f"0{1 + n % 9}.02.0{3 + n // 9}" for n in range(18)],  # dates
    ],
)
def test_numbers_with_dots_that_rise_otherwise_than_speech_goes_on_are_words(numbers: list[str]) -> None:
    transcript = read("\n\n".join(f"{number} Soup with bread." for number in numbers))
    assert transcript.duration is None
    assert numbers[0] in transcript.segments[0].text


def test_a_few_times_in_letters_are_words() -> None:
    transcript = read("0m04s is what the clock said.\n\nThen we went home, and 1m10s later it rang again.")
    assert transcript.segments[0].text.startswith("0m04s is")


@pytest.mark.parametrize(
    "line",
    [
        "10:30, 11:45, and noon, I think.",
        "10:30|Bob Quill|was what the card on the door said.",
        "10:30:00:which is late.",
        "00:00:10:05, 00:00:12:00, both are on the tape.",
    ],
)
def test_clocks_that_somebody_says_where_a_line_breaks_stay_in_the_text(line: str) -> None:
    transcript = read(f"Bob: I am free at\n{line}\nLin: So am I.\nBob: Then we meet.\nLin: Yes.\n")
    said = " ".join(s.text for s in transcript.segments if s.speaker == "Bob")
    assert said.startswith(f"I am free at {line}")
    assert transcript.duration is None


def test_a_long_line_under_the_header_of_captions_is_read() -> None:
    captions = "WEBVTT\n" + "a" * 300_000 + "\n00:01.000 --> 00:02.000\nWe leave at nine.\n"
    assert "We leave at nine." in " ".join(s.text for s in read(captions, ".vtt").segments)


MEASURES = [
    ["5'02\"", "5'06\"", "5'08\"", "5'11\"", "6'01\""],
    ["2 ms", "7 ms", "12 ms", "40 ms", "95 ms"],
    ["5 s", "8 s", "12 s", "19 s", "24 s"],
]
PRICES = ["1.20", "1.35", "1.59", "2.10", "2.25"]


@pytest.mark.parametrize("numbers", MEASURES)
def test_measures_in_front_of_all_lines_are_words(numbers: list[str]) -> None:
    transcript = read("\n".join(f"{number} is what they wrote down for it." for number in numbers))
    assert all(number in " ".join(s.text for s in transcript.segments) for number in numbers)


@pytest.mark.parametrize("numbers", [*MEASURES, PRICES])
def test_measures_and_prices_in_front_of_some_lines_are_words(numbers: list[str]) -> None:
    said = [f"{number} is what they wrote down for it.\nNobody asked why.\nThen we went on." for number in numbers]
    transcript = read("\n".join(said))
    assert all(number in " ".join(s.text for s in transcript.segments) for number in numbers)


@pytest.mark.parametrize("what", ["Section", "Version", "Genesis", "Price"])
def test_numbers_with_dots_in_front_of_a_colon_stay_with_their_word(what: str) -> None:
    numbers = [f"{what} {n}: the boats, and how they are paid for." for n in ("1.10", "1.20", "1.35", "1.50", "2.10")]
    turns = zip(("Oda", "Lin") * 3, numbers, strict=False)
    transcript = read("\n".join(f"{who}: We go on, and read what is written there.\n{said}" for who, said in turns))
    assert transcript.duration is None
    assert any(f"{what} 2.10" in f"{s.speaker}: {s.text}" for s in transcript.segments)


def test_a_number_with_dots_at_the_end_of_lines_is_a_time_only_behind_names_that_recur() -> None:
    prices = ("Rope 1.20", "Tar 1.35", "Paint 1.59", "Nails 2.10")
    transcript = read("\n".join(f"{price}\nIt was cheaper in the year before, said the man.\n" for price in prices))
    assert "Paint 1.59" in " ".join(s.text for s in transcript.segments)


def test_one_time_of_f4_in_front_does_not_turn_those_behind_paragraphs() -> None:
    rows = [
        f"{who}: We leave at {n}, with all boats. #00:00:{10 * n}-0#" for n, who in enumerate(("Oda", "Lin") * 2, 1)
    ]
    starts = [s.start for s in read("\n\n".join([*rows, "#00:00:50-0# Oda: Or not at all."])).segments]
    assert starts == [0.0, 10.0, 20.0, 30.0, 50.0]


def test_a_number_with_dots_between_a_name_and_a_colon_stays_as_it_is_written() -> None:
    rows = [
        f"{who} 00.{9 * n:02}:\nWe leave at {n}, with all of the boats." for n, who in enumerate(("Oda", "Lin") * 3, 1)
    ]
    assert "0:00:09" not in " ".join(f"{s.speaker} {s.text}" for s in read("\n\n".join(rows)).segments)


def test_times_in_front_of_japanese_lines_are_times() -> None:
    said = "私たちは次の朝に港へ行ってから船を見て昼まで待ちました。"
    transcript = read("\n".join(f"00.{n:02d} {said}" for n in range(1, 50, 8)))
    assert transcript.segments[0].start == 1.0 and transcript.segments[0].text.startswith("私たち")


def test_clocks_in_front_of_most_lines_are_times_though_they_start_over() -> None:
    rows = [f"{clock} so we go on with the show and on" for clock in ("0:01", "0:09", "0:20")] * 4
    assert not any("0:09" in s.text for s in read("\n".join(rows)).segments)


def test_whole_seconds_between_commas_are_times() -> None:
    rows = ["00:00:01,00:00:04,We leave at nine.", "00:00:05,00:00:08,Or at ten.", "00:00:09,00:00:12,Or later."]
    transcript = read("\n".join(rows))
    assert transcript.segments[0].start == 1.0 and not any("00:00" in s.text for s in transcript.segments)


@pytest.mark.parametrize("form", ["[{} 0:{:02}] ", "({} 01:{:02}) ", "[{} 0:01:{:02}]: ", "[{} 9:{:02} pm] "])
def test_a_name_in_front_of_a_clock_in_its_bracket_speaks(form: str) -> None:
    rows = [f"{form.format(who, 10 + n)}And so we leave at {n}." for n, who in enumerate(["Oda", "Lin"] * 3)]
    found = [(s.speaker, s.start is not None, s.text[:6]) for s in read("\n".join(rows)).segments]
    assert found == [("Oda", True, "And so"), ("Lin", True, "And so")] * 3


@pytest.mark.parametrize("words", ["(about 10:30)", "[Until 9:15 pm]", "[Matthew 5:44]"])
def test_words_in_front_of_a_clock_in_its_bracket_are_kept_or_told_where_they_are_no_day(words: str) -> None:
    transcript = read(f"We leave at nine.\n\n{words} it was so.\n")
    told = [part.words for part in transcript.reading.left_out] == [len(words.replace(":", " ").split())]
    assert told != (words in " ".join(s.text for s in transcript.segments))


def test_chapters_and_verses_in_brackets_are_no_times_of_people() -> None:
    rows = [f"[{book}] And so we leave." for book in ("Matthew 5:44", "Luke 3:14", "Matthew 2:10", "Luke 1:12") * 2]
    assert {s.speaker for s in read("\n".join(rows)).segments} == {None}


@pytest.mark.parametrize(
    "heading", ["### ({}) – The second lamp", "## [{}] The second lamp", "## {} - The second lamp"]
)
def test_the_time_of_a_heading_is_that_of_what_is_said_under_it(heading: str) -> None:
    said = [f"We leave at {n}, if the fog lifts. So take your ropes with you." for n in range(6)]
    rows = [heading.format("00:00:00"), *said[:3], heading.format("00:00:54"), *said[3:]]
    transcript = read("\n\n".join(rows), ".md")
    assert {s.start: s.text for s in transcript.segments if s.start is not None}.keys() == {0, 54}
    assert next(s.text for s in transcript.segments if s.start == 54).startswith(said[3])
    assert [(p.kind, p.count) for p in transcript.reading.left_out] == [("headings", 2)]


def test_a_heading_with_a_time_parts_what_one_speaker_says() -> None:
    rows = ["Oda: We leave.", "Lin: At nine?", "## [00:00:54] The lamp", "Lin: Or at ten.", "Oda: Fine."]
    assert [(s.start, s.text) for s in read("\n\n".join(rows), ".md").segments][2] == (54, "Or at ten.")


def test_headings_with_times_that_nothing_stands_under_are_what_is_said() -> None:
    rows = [f"### [00:{n * 7:02}] We leave at {n}, if the fog lifts." for n in range(6)]
    assert " ".join(s.text for s in read("\n\n".join(rows), ".md").segments).count("We leave") == 6


@pytest.mark.parametrize("rate", ["{1}{1}23.976", "{0}{0}23.976", "{1}{}23.976"])
def test_the_first_line_of_microdvd_may_tell_its_rate_in_several_ways(rate: str) -> None:
    made = read(f"{rate}\n{{2400}}{{2450}}We leave at nine.\n", ".sub")
    assert [(s.start, s.text) for s in made.segments] == [(100.1, "We leave at nine.")]
    assert not made.reading.remarks
