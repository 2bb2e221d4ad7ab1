"""Who speaks is decided over the whole file: shapes that recur, names that recur, places where turns begin."""

import itertools

import pytest

from pipeline.transcript import Role, Transcript
from tests.readers.reading import read
from tests.readers.shapes import COMMAS, DOTS, TURNS, clock

SAID = [said for *_, said in TURNS]
LABELLED = [f"{who}: {said}" for who, _, _, said in TURNS]


def speakers(text: str, suffix: str = ".txt") -> list[str | None]:
    return [who for who, _ in itertools.groupby(s.speaker for s in read(text, suffix).segments)]


def srt(rows: list[str]) -> str:
    return "\n".join(
        f"{n}\n{clock(a, COMMAS)} --> {clock(b, COMMAS)}\n{row}\n" for n, (row, (_, a, b, _)) in enumerate(zip(rows, TURNS, strict=False), 1)
    )  # fmt: skip


@pytest.mark.parametrize(
    "phrase",
    ["The budget: we have less.", "Remember: we have less.", "Step one: we have less.", "http://example.org is less."],
)
def test_a_phrase_with_a_colon_in_prose_is_no_speaker(phrase: str) -> None:
    assert speakers("\n\n".join([*SAID[:9], phrase, *SAID[9:]])) == [None]


def test_a_phrase_that_stands_twice_in_prose_is_told() -> None:
    transcript = read("\n\n".join([*SAID[:9], "The Budget: less.", *SAID[9:], "The Budget: more."]))
    assert {s.speaker for s in transcript.segments} == {None}
    assert [(n.kind, n.count) for n in transcript.reading.not_names] == [("The Budget", 2)]


@pytest.mark.parametrize("phrase", ["The Budget", "Note", "Three things matter", "Here's the thing"])
def test_what_stands_once_where_labels_do_is_nobodys_and_told(phrase: str) -> None:
    transcript = read("\n\n".join([*LABELLED[:8], f"{phrase}: we have less than that.", *LABELLED[8:]]))
    assert next(s.speaker for s in transcript.segments if phrase in s.text) is None
    assert f'"{phrase}" may or may not be a speaker' in transcript.notes[0]


@pytest.mark.parametrize("phrase", ["and one more", "Here's the thing", "Note"])
def test_a_phrase_that_stands_once_in_captions_is_no_speaker(phrase: str) -> None:
    assert phrase not in speakers(srt([*LABELLED[:9], f"{phrase}: the band.", *LABELLED[9:17]]), ".srt")


@pytest.mark.parametrize(
    "phrases", [("Remember", "Here is the question"), ("Question", "Answer"), ("Example", "Definition")]
)
def test_two_phrases_that_a_lecturer_says_now_and_then_are_no_speakers(phrases: tuple[str, str]) -> None:
    rows = [said for _ in range(12) for said in SAID]
    for n in range(6):
        rows.insert(8 + n * 20, f"{phrases[n % 2]}: what is on slide {n} is true.")
    cues = [f"{clock(4 * n, DOTS)} --> {clock(4 * n + 4, DOTS)}\n{row}\n" for n, row in enumerate(rows)]
    assert speakers("\n".join(["WEBVTT\n", *cues]), ".vtt") == [None]


@pytest.mark.parametrize("part", ["Section 2.{n}", "Chapter {n}", "Item #{n}"])
def test_labels_that_count_the_parts_of_a_text_are_no_speakers(part: str) -> None:
    rows = [f"{part.format(n=10 + i // 2)}: {said}" for i, said in enumerate(SAID * 3)]
    assert speakers("\n\n".join(rows)) == [None]


def test_a_heading_that_numbers_a_part_between_turns_is_nobodys_and_told() -> None:
    transcript = read("\n\n".join([*LABELLED[:9], "Part 2: The kitchen on board", *LABELLED[9:]]))
    assert [(s.speaker, s.text) for s in transcript.segments if "Part 2" in s.text] == [(None, "Part 2: The kitchen on board")]  # fmt: skip
    assert '"Part 2" may or may not be a speaker' in transcript.notes[0]


def test_a_counted_speaker_who_says_one_sentence_among_named_ones_is_named() -> None:
    assert "Guest 2" in speakers("\n\n".join([*LABELLED[:9], "Guest 2: I would like tea.", *LABELLED[9:]]))


def test_people_who_are_counted_and_answer_one_another_are_speakers() -> None:
    rows = [f"Guest {1 + i * i % 7}: {said}" for i, said in enumerate(SAID)]
    assert set(speakers("\n\n".join(rows))) == {"Guest 1", "Guest 2", "Guest 3", "Guest 5"}


def test_people_in_the_audience_who_are_counted_among_others_are_speakers() -> None:
    rows = [f"Guest {1 + i // 3}: {said}" if i % 3 else f"Oda Brandt: {said}" for i, said in enumerate(SAID)]
    assert {"Oda Brandt", "Guest 1", "Guest 6"} <= set(speakers("\n\n".join(rows)))


def test_headings_that_recur_name_who_says_the_few_words_under_them() -> None:
    rows = [f"### {who}\n\nWe go on so." for who in ("Oda Brandt", "Lin Ferrer", "Oda Brandt", "Lin Ferrer")]
    assert speakers("\n\n".join(["Some words in front.", *rows]), ".md") == [None, *["Oda Brandt", "Lin Ferrer"] * 2]


def test_names_in_wide_brackets_are_no_sounds() -> None:
    rows = [f"（{'司会' if n % 2 else '田中'}）港の会議{n}です" for n in range(8)]
    assert set(speakers(srt(rows), ".srt")) == {"司会", "田中"}


def test_a_change_of_speaker_inside_a_line_of_captions_ends_the_words_of_the_one_before() -> None:
    rows = [">> ODA: We leave at nine.", ">> LIN: Or at ten. >> Who says so?", ">> ODA: I do.", ">> LIN: So do I."]
    assert speakers(srt(rows), ".srt") == ["ODA", "LIN", None, "ODA", "LIN"]


def test_one_word_that_stands_twice_among_names_in_full_is_in_doubt() -> None:
    rows = [*LABELLED[:4], "Note: cut here.", *LABELLED[4:8], "Note: cut again.", *LABELLED[8:]]
    assert "Note" not in speakers("\n\n".join(rows))


def test_a_single_word_is_a_name_when_somebody_is_spoken_to_by_it() -> None:
    rows = [*LABELLED[:9], "Zoe: Good evening to you all.", *LABELLED[9:], "Oda Brandt: Thank you, Zoe."]
    assert "Zoe" in speakers("\n\n".join(rows))


def test_who_answers_once_is_named_where_two_people_speak() -> None:
    assert speakers("Oda: We leave at nine.\n\nKofi: No, at ten.\n\nOda: Then at ten.") == ["Oda", "Kofi", "Oda"]


def test_a_glossary_has_no_speakers() -> None:
    assert speakers(
        "Bow: the front.\n\nStern: the back.\n\nKeel: what lies under it.\n\nMast: what holds sails.\n"
    ) == [None]


def test_a_guest_who_speaks_once_is_named() -> None:
    assert "Zoe Adler" in speakers("\n\n".join([*LABELLED, "Zoe Adler: I only came to say hello."]))


def test_doubt_gives_words_to_nobody_and_is_told() -> None:
    rows = [
        *LABELLED[:9],
        "Passengers: we are hungry.",
        *(f"{row}\n\n{row.partition(': ')[2]}" for row in LABELLED[9:]),
    ]
    transcript = read("\n\n".join(rows))
    assert next(s.speaker for s in transcript.segments if "hungry." in s.text and "we are" in s.text) is None
    assert 'Passengers" may or may not be a speaker' in transcript.notes[0]


def test_lines_over_the_talk_are_a_header() -> None:
    transcript = read(
        "Date: 12 June 2026\nParticipants: Oda Brandt, Kofi Mensah\nPlace: Pier\n\n" + "\n\n".join(LABELLED)
    )
    assert transcript.segments[0].text == SAID[0]
    assert [(p.kind, p.count) for p in transcript.reading.left_out] == [("headers", 3)]


ABOVE = ["Harbour talk", "Oda Brandt: the chair", "Kofi Mensah: the captain", "Date: 12 June 2026"]


@pytest.mark.parametrize(("above", "between"), [("\n", "\n\n"), ("\n\n", "\n")])
def test_lines_over_the_talk_that_say_who_takes_part_are_a_header(above: str, between: str) -> None:
    transcript = read(above.join(ABOVE) + "\n\n" + between.join(LABELLED))
    assert transcript.segments == read(between.join(LABELLED)).segments
    assert [(p.kind, p.count) for p in transcript.reading.left_out] == [("headers", 4)]


@pytest.mark.parametrize(
    "first",
    [
        "Oda Brandt: good morning\nKofi Mensah: hello\n\n",  # only speakers
        "Talk\nOda Brandt: good morning\nKofi Mensah: hello\nOda Brandt: well\n\n",  # one speaks again
        "Talk\nOda Brandt: Good morning.\nKofi Mensah: Hello.\n\n",  # sentences
    ],
)
def test_short_turns_at_the_start_are_no_header(first: str) -> None:
    assert "ello" in " ".join(s.text for s in read(first + "\n\n".join(LABELLED)).segments[:3])


def test_links_under_the_talk_are_told_and_nobodys() -> None:
    transcript = read("\n\n".join(LABELLED) + "\n\n- Slides: https://example.org/s\n- Chat: https://example.org/c\n")
    assert transcript.segments[-1].text == SAID[-1]
    assert transcript.reading.left_out[0].kind == "lines that are links"


def test_who_has_an_address_beside_the_name_speaks_behind_a_time() -> None:
    rows = [f"0:{n * 7:02} - {who}{' (kofi@pier.org)' if who[0] == 'K' else ''}\n  {said}" for n, (who, *_, said) in enumerate(TURNS[:8])]  # fmt: skip
    rows.insert(4, "0:22 Slides: https://example.org/s")
    transcript = read("\n\n".join(rows))
    assert [(s.speaker, s.start) for s in transcript.segments] == [
        (who, n * 7) for n, (who, *_) in enumerate(TURNS[:8])
    ]
    assert [(p.kind, p.count) for p in transcript.reading.left_out] == [
        ("lines that are links", 1),
        ("remarks beside names", 1),
    ]


def test_a_role_beside_a_name_is_kept_in_its_fullest_form() -> None:
    who = ["The Chair (Mr. Abel (Pier North, LIB))", "Ms. Ferrer, harbour master", "Kofi Mensah — Pier Union"]
    rows = [f"{who[n % 3]}: {SAID[n]}" for n in range(9)]
    rows.append(f"The Chair (Mr. Abel): {SAID[9]}")
    transcript = read("\n\n".join(rows))
    assert transcript.metadata.roles == (
        Role("The Chair", "Mr. Abel (Pier North, LIB)"),
        Role("Ms. Ferrer", "harbour master"),
        Role("Kofi Mensah", "Pier Union"),
    )
    assert not transcript.reading.left_out


def test_what_is_beside_a_name_in_many_ways_is_no_role() -> None:
    beside = ["laughing", "to Kofi", "at the door", "aside"]
    rows = [f"{'Ana (' + beside[n // 2] + ')' if n % 2 == 0 else 'Kofi'}: {SAID[n]}" for n in range(8)]
    transcript = read("\n\n".join(rows))
    assert not transcript.metadata.roles
    assert [(p.kind, p.count) for p in transcript.reading.left_out] == [("remarks beside names", 4)]


@pytest.mark.parametrize("captions", [False, True])
def test_what_stands_beside_a_name_that_was_given_without_it_is_no_role(captions: bool) -> None:
    labels = ["Ana (chair)", "Kofi", "Ana", "Kofi (laughing)"] * 3
    rows = [f"{who}: {SAID[n % 8]}" for n, who in enumerate(labels)]
    if captions:
        rows = ["WEBVTT", *(f"{clock(4 * n)}.000 --> {clock(4 * n + 4)}.000\n{row}" for n, row in enumerate(rows))]
    transcript = read("\n\n".join(rows))
    assert transcript.metadata.roles == (Role("Ana", "chair"),)
    assert [(p.kind, p.count) for p in transcript.reading.left_out] == [("remarks beside names", 1)]


def test_a_role_in_brackets_swallows_nobody() -> None:
    rows = [f"Ms. Ferrer (chair, pier): {SAID[0]}", f"Mr. Mensah: {SAID[1]}", f"Ms. Ferrer (chair, pier): {SAID[2]}", f"Mr. Mensah: {SAID[3]}"]  # fmt: skip
    assert speakers("\n\n".join(rows)) == ["Ms. Ferrer", "Mr. Mensah", "Ms. Ferrer", "Mr. Mensah"]


def test_a_label_holds_until_the_next_one_where_captions_label_changes_only() -> None:
    one = ["and so we go on", "until the end."]
    rows = [LABELLED[0], *one, LABELLED[1], *one, LABELLED[4], *one, LABELLED[3], *one]
    assert speakers(srt(rows), ".srt") == ["Oda Brandt", "Kofi Mensah"] * 2


def test_a_cue_without_a_label_is_nobodys_where_every_cue_has_one() -> None:
    rows = [*LABELLED[:6], "Hello?", *LABELLED[6:9], LABELLED[8], LABELLED[8]]
    assert None in speakers(srt(rows), ".srt")


def test_a_known_label_inside_a_paragraph_begins_a_turn() -> None:
    rows = [" ".join(LABELLED[i : i + 2]) for i in range(0, 12, 2)]
    assert speakers("\n\n".join(rows)) == [who for who, _ in itertools.groupby(who for who, *_ in TURNS[:12])]


def test_a_known_label_inside_a_cue_begins_a_turn() -> None:
    assert speakers(srt([f"{a} {b}" for a, b in itertools.pairwise(LABELLED[:8])]), ".srt")[:2] == [
        "Oda Brandt",
        "Kofi Mensah",
    ]


def test_words_before_a_colon_inside_a_paragraph_stay_in_the_turn() -> None:
    rows = [f"{LABELLED[0]} First: the ropes.", *LABELLED[1:9], f"{LABELLED[9]} First: the fog. One more: the lamp."]
    assert not {"First", "One more"} & set(speakers("\n\n".join(rows)))


def test_chevrons_with_labels_in_one_paragraph_are_turns() -> None:
    rows = [f">> {who.upper()}: {said}" for who, *_, said in TURNS[:8]]
    assert speakers(" ".join(rows)) == [who for who, _ in itertools.groupby(who.upper() for who, *_ in TURNS[:8])]


def test_chevrons_begin_somebody_who_is_not_named() -> None:
    segments = read(">> WE LEAVE AT NINE. >> NO, AT TEN. >> THEN AT TEN.").segments
    assert [(s.speaker, s.text) for s in segments] == [(None, "WE LEAVE AT NINE."), (None, "NO, AT TEN."), (None, "THEN AT TEN.")]  # fmt: skip


@pytest.mark.parametrize("between", [" >>\n", " &gt;&gt; ", " [00:05]>> ", " [Music]>> "])
def test_chevrons_at_a_line_s_end_or_behind_a_bracket_begin_somebody_else(between: str) -> None:
    segments = read(f">> We leave at nine.{between}No, at ten.").segments
    assert [s.text for s in segments] == ["We leave at nine.", "No, at ten."]


def test_dashes_at_the_start_of_some_cues_begin_somebody_else() -> None:
    rows = ["We leave at nine.", "- No, at ten.\n- Then at ten.", "That is late.", "It is."]
    texts = [s.text for s in read(srt(rows), ".srt").segments]
    assert texts[1:3] == ["No, at ten.", "Then at ten. That is late. It is."]


def test_dashes_at_the_start_of_every_cue_are_an_ornament() -> None:
    assert len(read(srt([f"- {said}" for said in SAID[:4]]), ".srt").segments) < 4


def test_questions_are_given_to_who_examines() -> None:
    rows = ["EXAMINATION BY MS. FERRER:", *(f"{'QA'[i % 2]}. {said}" for i, said in enumerate(SAID[:8]))]
    assert speakers("\n".join(rows)) == ["MS. FERRER", "A"] * 4


def test_a_time_inside_a_turn_is_that_of_the_turn_and_told() -> None:
    rows = [
        f"{who}: {' '.join(said.split()[:3])} [{clock(a)}] {' '.join(said.split()[3:])}"
        for who, a, _, said in TURNS[:6]
    ]
    transcript = read("\n\n".join(rows))
    assert [s.start for s in transcript.segments] == [float(int(a)) for _, a, *_ in TURNS[:6]]
    assert transcript.notes[0].startswith("times stand inside turns")


def test_words_under_a_rule_are_nobodys_where_all_else_is_labelled() -> None:
    assert speakers("\n\n".join([*LABELLED, "---", "Made by a machine. Do not hand on."]))[-1] is None


def test_chapters_with_times_are_no_speakers() -> None:
    rows = [f"### The {w} of it ({clock(10 * i)})\n\n{said}" for i, (w, said) in enumerate(zip(["keel", "mast", "bow"], SAID, strict=False))]  # fmt: skip
    segments = read("\n\n".join(rows), ".md").segments
    assert {s.speaker for s in segments} == {None}
    assert next(s.start for s in segments) == 0.0


def test_a_list_of_chapters_gives_no_times_to_the_text() -> None:
    transcript = read("0:00 Intro\n1:20 The pier\n2:40 The kitchen\n\n" + "\n\n".join(SAID))
    assert transcript.segments[0].text.startswith(SAID[0])
    assert transcript.segments[0].start is None


def test_who_came_and_went_is_no_speech() -> None:
    rows = [f"**{who}** {clock(a, '{minutes}:{s:02}')}\n{said}" for who, a, _, said in TURNS]
    transcript = read("\n\n".join(["**Oda Brandt** started transcription", *rows]))
    assert transcript.segments[0].text == SAID[0]
    assert transcript.reading.left_out[0].kind == "who came, went or recorded"


def test_a_voice_that_stands_for_several_cues_is_kept_apart_from_the_next() -> None:
    text = f"WEBVTT\n\n{clock(0, DOTS)} --> {clock(1, DOTS)}\n<v Ana>Hello.<v Ben>Hi, Ana.\n"
    assert speakers(text, ".vtt") == ["Ana", "Ben"]


@pytest.mark.parametrize("blank", ["&nbsp;", "&nbsp; ", "\u3000"])
def test_a_blank_voice_is_nobodys(blank: str) -> None:
    times = [f"{clock(n, DOTS)} --> {clock(n + 1, DOTS)}" for n in range(2)]
    text = f"WEBVTT\n\n{times[0]}\n<v {blank}>Hello to you\n\n{times[1]}\n<v Ben>and to you, Ana.\n"
    assert speakers(text, ".vtt") == [None, "Ben"]


def test_a_label_that_holds_far_longer_than_others_is_doubted_and_holds_no_longer() -> None:
    one = ["and so we go on", "until the end."]
    rows = [LABELLED[0], *one, LABELLED[1], *one, LABELLED[4], *one, LABELLED[3], *one * 8, *SAID[:4]]
    text = "\n".join(
        f"{n}\n{clock(3 * n, COMMAS)} --> {clock(3 * n + 2, COMMAS)}\n{row}\n" for n, row in enumerate(rows, 1)
    )
    assert any("is one missing?" in note for note in read(text, ".srt").notes)
    assert speakers(text, ".srt")[-2:] == ["Kofi Mensah", None]


def test_a_voice_of_two_lines_that_holds_far_longer_than_others_holds_no_longer() -> None:
    one = ["and so we go on", "until the end."]
    voices = [f"<v {who}>{said}\nand this too" for who, said in zip(["Oda", "Kofi", "Lin", "Kofi"], SAID, strict=False)]
    rows = [voices[0], *one, voices[1], *one, voices[2], *one, voices[3], *one * 8, *SAID[:4]]
    cues = [f"{clock(3 * n, DOTS)} --> {clock(3 * n + 2, DOTS)}\n{row}\n" for n, row in enumerate(rows)]
    text = "WEBVTT\n\n" + "\n".join(cues)
    assert any("is one missing?" in note for note in read(text, ".vtt").notes)
    assert speakers(text, ".vtt") == ["Oda", "Kofi", "Lin", "Kofi", None]


def test_a_few_labels_over_whole_sentences_do_not_hold() -> None:
    rows = ["ODA: Good evening, all.", "Good evening, Oda.", "Is the boat loaded?", "KOFI: All of it.", "Well done, Kofi.", "I did it with Lin.", "ODA: And the fog?", "It is thick, Oda.", "How thick?"]  # fmt: skip
    assert speakers(srt(rows), ".srt") == ["ODA", None, "KOFI", None, "ODA", None]


@pytest.mark.parametrize(
    "name", ["0xferry", "lin | pier", "Zoe Adler (guest)", "oda.sea", "Lin Ferrer | Pier and night crew"]
)
def test_nicknames_of_a_call_are_names_where_every_cue_has_one(name: str) -> None:
    rows = [*LABELLED[:14], f"{name}: Good evening.", *LABELLED[15:]]
    assert name.removesuffix(" (guest)") in speakers(srt(rows), ".srt")


def timed(rows: list[str]) -> str:
    return "\n".join(f"[{clock(a)}] {row}" for row, (_, a, _, _) in zip(rows, TURNS, strict=False))


def test_who_announces_the_talk_with_a_time_of_their_own_is_named() -> None:
    assert speakers(timed(["Announcer: This is the night programme.", *LABELLED[1:]]))[:2] == [
        "Announcer",
        "Kofi Mensah",
    ]


def test_what_looks_like_an_announcer_later_on_is_nobody() -> None:
    rows = timed([*LABELLED[:9], "Warning: the gangway is wet.", *LABELLED[10:]])
    assert "Warning" not in speakers(rows)


def test_a_word_and_a_colon_over_the_talk_without_a_time_is_nobody_and_told() -> None:
    transcript = read("\n\n".join(["Disclaimer: This text was made by a machine.", *LABELLED]))
    assert transcript.segments[0].speaker is None
    assert '"Disclaimer" may or may not be a speaker' in transcript.notes[0]


def test_an_answer_under_the_only_one_who_asks_is_nobodys_in_bold_type_too() -> None:
    rows = [f"**Q: {said}**\n\nThat was in April." for said in ("Who pays?", "Since when?", "Who decides?")]
    assert speakers("\n\n".join(rows), ".md") == ["Q", None] * 3


def test_one_label_that_recurs_among_many_that_do_not_is_no_speaker() -> None:
    rows = ["Flour: a pound.", "Water: a pint.", "Salt: a pinch.", "Flour: some for the board.", "Time: two hours."]
    assert speakers("\n\n".join(rows), ".md") == [None]


def test_a_label_whose_name_is_missing_begins_nobodys_words() -> None:
    assert speakers("\n\n".join([*LABELLED[:5], f": {SAID[5]}", *LABELLED[6:]]))[5] is None


def test_an_office_with_small_words_behind_its_capitals_speaks() -> None:
    rows = ["Mr. QUILL. We leave at nine.", "The SPEAKER pro tempore. The time has come.", "Mr. QUILL. Or at ten."]
    assert set(speakers("\n\n".join(rows * 2))) == {"Mr. QUILL", "The SPEAKER pro tempore"}


@pytest.mark.parametrize("label", ["{who} (North) (Lab)\n", "{who} at 00:0{n}\n", "{caps}.- ", "@{who}: "])
def test_what_stands_beside_a_name_is_none_of_it(label: str) -> None:
    turns = [(who, n) for n, who in enumerate(["Oda Brandt", "Lin Ferrer"] * 3)]
    rows = [f"{label.format(who=who, caps=who.upper(), n=n)}And so we leave at nine, {n}." for who, n in turns]
    assert {(who or "").title() for who in speakers("\n\n".join(rows))} == {"Oda Brandt", "Lin Ferrer"}


def test_terms_of_a_list_in_a_page_are_labels() -> None:
    page = "".join(f"<dt>{who}</dt><dd>We go on so.</dd>" for who in ["Oda Brandt", "Lin Ferrer"] * 3)
    assert speakers(f"<html><body><dl>{page}</dl></body></html>", ".html") == ["Oda Brandt", "Lin Ferrer"] * 3


def test_a_clock_that_is_said_first_in_a_labelled_talk_is_no_time() -> None:
    segments = read("\n\n".join([*LABELLED[:4], f"{TURNS[4][0]}: 10:30 is too late.", *LABELLED[5:]])).segments
    assert ("10:30 is too late.", None) in [(s.text, s.start) for s in segments]


@pytest.mark.parametrize("label", ["{who} <oda@example.org>", "{who}!!!"])
def test_an_address_or_a_shout_behind_a_name_ends_no_label(label: str) -> None:
    rows = [f"{label.format(who=who)}: We go on so, {n}." for n, who in enumerate(["Oda", "Lin"] * 3)]
    assert [(who or "").rstrip("!") for who in speakers("\n\n".join(rows))] == ["Oda", "Lin"] * 3


def test_a_short_talk_with_a_label_in_each_line_needs_no_full_stops() -> None:
    assert speakers("Oda: hi there\nLin: hello to you\nOda: yes\nLin: no\n") == ["Oda", "Lin", "Oda", "Lin"]


@pytest.mark.parametrize("sound", ["（笑）", "（拍手）"])
def test_sounds_in_wide_brackets_are_no_speakers(sound: str) -> None:
    rows = [f"{sound * (n % 2)}{'司会' if n % 3 else '田中'}：港の会議{n}です。" for n in range(9)]
    assert set(speakers("\n".join(rows))) == {"司会", "田中"}
    assert speakers("\n\n".join(f"{sound * (n % 2)}港の会議{n}です。" for n in range(9))) == [None]


@pytest.mark.parametrize("who", ["Speaker", "Panelist", "Juror"])
def test_people_who_are_counted_and_only_rise_are_speakers(who: str) -> None:
    rows = [f"{who} {n}: {said}" for n, said in zip([1, 1, 2, 2, 3, 3, 4, 4, 5, 5], SAID, strict=False)]
    assert speakers("\n\n".join(rows)) == [f"{who} {n}" for n in range(1, 6)]


def test_a_short_round_of_names_in_full_one_of_which_recurs_is_a_talk() -> None:
    names = ["Oda Brandt", "Marta Quill", "Jonas Oak", "Kofi Ade", "Lin Ferrer", "Oda Brandt"]
    assert speakers("\n\n".join(f"{who}: {said}" for who, said in zip(names, SAID, strict=False))) == names


def test_one_who_leads_a_round_of_guests_speaks_and_each_guest_is_in_doubt() -> None:
    rows = [f"{who}: {said}" for who, said in zip(["Host", "Marta", "Jonas", "Lin", "Host"], SAID, strict=False)]
    assert speakers("\n\n".join(rows)) == ["Host", None, "Host"]


@pytest.mark.parametrize("sentence", ["The NASA was late.", "The USA is big.", "In APOLLO 11."])
def test_a_sentence_that_recurs_with_capitals_in_it_is_no_speaker(sentence: str) -> None:
    assert speakers("\n\n".join(f"{sentence} {said}" if n % 2 else said for n, said in enumerate(SAID))) == [None]
    assert speakers("\n\n".join(f"{sentence} {said}" for said in SAID)) == [None]


def test_an_office_that_recurs_among_paragraphs_without_labels_is_a_speaker() -> None:
    speech = [f"Mr. SMITH. Madam Chair, I rise. {SAID[0]}", *SAID, "The SPEAKER pro tempore. The time has expired."]
    assert speakers("\n\n".join(speech * 3)) == ["Mr. SMITH", "The SPEAKER pro tempore"] * 3


def test_fields_of_records_are_no_speakers() -> None:
    assert speakers("Title: The Ferry\nAuthor: Oda Brandt\nTitle: The Pier\nAuthor: Lin Ferrer\n") == [None]


def after_times(openings: list[str], rest: str) -> str:
    words = "We You They So Boats And Still Now".split()
    return "".join(f"[00:{n:02}] {openings[n % len(openings)]} {word} {rest}\n" for n, word in enumerate(words))


def test_words_that_recur_behind_times_are_no_people_in_songs_and_on_slides() -> None:
    assert speakers(after_times(["Hallelujah", "Jerusalem"], "sing of home")) == [None]
    assert speakers(after_times([f"Slide {1 + n // 2}" for n in range(8)], "leave at nine.")) == [None]
    assert speakers(after_times(["Speaker 1", "Speaker 2"], "leave at nine.")) == ["Speaker 1", "Speaker 2"] * 4


def test_numbers_behind_times_that_come_back_are_people_in_any_language() -> None:
    assert speakers(after_times(["Sprecher 1", "Sprecher 2"], "fahren um neun.")) == ["Sprecher 1", "Sprecher 2"] * 4


def test_who_speaks_once_among_names_in_front_of_times_in_brackets_is_a_speaker() -> None:
    who = ["Lin", "Ana", "Lin", "Oda", "Lin", "Ana", "Lin", "Ana"]
    assert speakers("\n".join(f"[{name} 00:{n:02}] We leave at {n}." for n, name in enumerate(who))) == who


def definitions(*pairs: tuple[str, str]) -> Transcript:
    return read(f"<html><body><dl>{''.join(f'<dt>{a}</dt><dd>{b}</dd>' for a, b in pairs)}</dl></body></html>", ".html")


def test_times_over_labels_in_a_list_of_a_page_are_times() -> None:
    rows = [(f"00:0{n}:00", f"{who}: And so we leave at {n}.") for n, who in enumerate(["Lin", "Oda"] * 3)]
    found = [(s.speaker, s.start, s.text[:6]) for s in definitions(*rows).segments]
    assert found == [(who, n * 60.0, "And so") for n, who in enumerate(["Lin", "Oda"] * 3)]


def test_terms_of_a_glossary_are_no_speakers() -> None:
    found = definitions(("Bow", "The front of a boat."), ("Stern", "Its back."), ("Pier", "Where it is tied."))
    assert {s.speaker for s in found.segments} == {None}


def test_a_sign_of_a_change_inside_words_of_captions_cuts_none() -> None:
    rows = [">> ODA: Write cin >> x >> y and so on.", ">> LIN: Or cout.", ">> ODA: I do.", ">> LIN: So do I."]
    assert [(s.speaker, s.text[:16]) for s in read(srt(rows), ".srt").segments][:1] == [("ODA", "Write cin >> x >")]


@pytest.mark.parametrize(
    "inside",
    ["it is fine I guess >> well I do not", "IT IS FINE I GUESS >> LIN: WELL I DO NOT", "a pier, >> well I do not.",
     "It is fine >> Well I do not.", "it is - >> oh come on."],
)  # fmt: skip
def test_a_change_inside_captions_needs_no_full_stop_in_front(inside: str) -> None:
    stop = "." if inside.endswith(".") else ""
    rows = [f">> ODA: WE LEAVE AT NINE{stop}", inside, f">> LIN: SO DO I{stop}", f">> ODA: GOOD THEN{stop}"]
    assert inside.split(">> ")[0].strip() in [s.text.split("NINE ")[-1] for s in read(srt(rows), ".srt").segments]


def test_a_colon_in_the_words_behind_a_name_in_wide_brackets_names_nobody() -> None:
    rows = [f"（{'田中' if n % 2 else '鈴木'}）{'結論：' if n == 5 else ''}港の会議{n}です。" for n in range(9)]
    assert speakers("\n".join(rows)) == speakers(srt(rows), ".srt") == [*["鈴木", "田中"] * 4, "鈴木"]


@pytest.mark.parametrize("suffix", [".vtt", ".txt"])
@pytest.mark.parametrize("who", ["{}", "{}_01"])
def test_one_label_in_brackets_among_plain_ones_is_a_speaker(who: str, suffix: str) -> None:
    rows = [
        "ANNA: The fog came in.",
        "PETER: It did.",
        "ANNA: We rang the bell.",
        "[SPEAKER_04]: I heard it from here.",
    ]
    rows += ["PETER: And then?", "ANNA: Then it lifted."]
    rows = rows if who == "{}" else [row.replace("ANNA", "Anna").replace("PETER", "Peter") for row in rows]
    text = f"WEBVTT\n\n{srt(rows).replace(',', '.')}" if suffix == ".vtt" else "\n\n".join(rows)
    transcript = read(text, suffix)
    assert [(s.speaker, s.text) for s in transcript.segments if "heard" in s.text] == [
        ("SPEAKER_04", "I heard it from here.")
    ]
    assert not transcript.reading.left_out


def test_a_label_in_brackets_that_is_in_doubt_is_no_stage_direction() -> None:
    transcript = read(srt([*LABELLED[:9], "[Applause]: thank you.", *LABELLED[9:17]]), ".srt")
    assert [(s.speaker, s.text) for s in transcript.segments if "thank" in s.text] == [(None, "[Applause]: thank you.")]


LONG_CUES = [
    "We mended the nets all morning. Then the wind turned.",
    "So we took the small boat. It leaks a little.",
    "The lamp on the rock was out again. I wrote it down.",
    "Nobody came to look at it. We waited for two hours.",
]


def in_long_cues(labels: dict[int, str]) -> str:
    rows = [*LONG_CUES, *SAID[:4]]
    return srt([f"{labels[n]}: {row}" if n in labels else row for n, row in enumerate(rows)])


def test_labels_of_a_few_long_cues_are_speakers_though_each_stands_once() -> None:
    transcript = read(in_long_cues({0: "Announcer", 2: "Oda Brandt", 7: "Unknown"}), ".srt")
    assert [who for who, _ in itertools.groupby(s.speaker for s in transcript.segments)] == [
        "Announcer", None, "Oda Brandt", None,
    ]  # fmt: skip
    assert not any(label in s.text for s in transcript.segments for label in ("Announcer", "Oda Brandt", "Unknown"))


@pytest.mark.parametrize(
    "labels",
    [
        {1: "Announcer", 2: "Oda Brandt", 7: "Kofi"},  # none opens the file
        {0: "First Rule", 2: "Second Rule", 7: "Third Rule"},
        {0: "Weather", 2: "Boats", 7: "Tickets"},  # no name in full
        {0: "Here's the thing", 2: "Oda Brandt", 7: "Kofi"},
        {0: "The Budget", 2: "Oda Brandt", 7: "Kofi"},
        {0: "Nets", 2: "Small Boat", 7: "Kofi"},  # words of the talk
        {0: "Oda Brandt", 2: "Kofi"},
    ],
)
def test_phrases_that_stand_once_in_long_cues_are_no_speakers(labels: dict[int, str]) -> None:
    assert speakers(in_long_cues(labels), ".srt") == [None]


def test_credits_in_captions_are_no_speakers() -> None:
    rows = ["Director: Oda Brandt", *SAID[:5], "Camera: Kofi Mensah", "Night Music: Lin Ferrer"]
    assert speakers(srt(rows), ".srt") == [None]


def test_a_short_sentence_behind_a_time_is_nobodys_name() -> None:
    said = ["Is the ferry here? Can you see it from the pier?", "Yes, I can see it.", *(t[3] for t in TURNS[:4])]
    said += ["Nope. Thanks, everyone.", "Then we all go down to the pier now, and mind the ropes there."]
    assert speakers("\n".join(f"0:{7 * n:02} {text}" for n, text in enumerate(said))) == [None]


@pytest.mark.parametrize(("ana", "ben"), [("de Vries, Ana", "de Vries, Ben"), ("Dr. Roth, Ana", "Dr. Roth, Ben")])
def test_first_names_behind_a_comma_tell_people_of_one_family_apart(ana: str, ben: str) -> None:
    people = [ana, ben, "Abel, Lin"]
    rows = [(people[n % 3], said) for n, said in enumerate(SAID)]
    voices = "\n".join(f"{clock(a, DOTS)} --> {clock(b, DOTS)}\n<v {who}>{said}\n" for (who, said), (_, a, b, _) in zip(rows, TURNS, strict=True))  # fmt: skip
    assert set(speakers("\n\n".join(f"{who}: {said}" for who, said in rows))) == set(people)
    assert set(speakers(f"WEBVTT\n\n{voices}", ".vtt")) == set(people)


@pytest.mark.parametrize("oda", ["Oda Brandt, clerk", "Oda Brandt, acting clerk"])
def test_a_role_behind_a_comma_is_off_where_the_name_stands_alone_later(oda: str) -> None:
    people = ["Oda Brandt, clerk", "Lin Abel, clerk", oda, "Oda Brandt", "Lin Abel"]
    rows = [f"{people[n % 5]}: {said}" for n, said in enumerate(SAID)]
    assert set(speakers("\n\n".join(rows))) == {"Oda Brandt", "Lin Abel"}


def test_one_role_behind_a_comma_in_capitals_and_small_letters_is_one_person() -> None:
    people = ["Oda Brandt, chair", "Lin Abel, clerk", "Oda Brandt, Chair"]
    rows = [f"{people[n % 3]}: {said}" for n, said in enumerate(SAID)]
    assert set(speakers("\n\n".join(rows))) == {"Oda Brandt", "Lin Abel"}


@pytest.mark.parametrize(
    ("asker", "guest"), [("Int.", "Resp."), ("Interv.", "Befr."), ("Mod.", "Teiln. 1"), ("Entrev.", "Part. 12")]
)
@pytest.mark.parametrize("sign", [":", "\t"])
def test_long_abbreviations_with_a_full_stop_are_labels(asker: str, guest: str, sign: str) -> None:
    turns = [(asker, "When do we leave?"), (guest, "At nine."), (asker, "And after that?"), (guest, "Then home.")]
    transcript = read("".join(f"{who}{sign} {words}\n\n" for who, words in turns))
    assert [(s.speaker, s.text) for s in transcript.segments] == turns


def test_a_sentence_before_a_colon_or_a_tab_is_no_label() -> None:
    text = "We leave at nine. Then home.: so it was.\n\nThe sea was calm.\tWe sailed on.\n\nThe wind was calm.\tWe slept.\n"
    assert {s.speaker for s in read(text).segments} == {None}
