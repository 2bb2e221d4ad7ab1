"""What is not taken as speech is counted and told with its line."""

import json

import pytest

from pipeline.errors import InputError
from pipeline.readers import parse
from pipeline.readers.markup import without_comments
from pipeline.readers.tally import Tally
from pipeline.text import words
from tests.readers.reading import read


def left_out(text: str, suffix: str = ".txt") -> dict[str, tuple[int, int | None]]:
    return {part.kind: (part.words, part.line) for part in read(text, suffix).reading.left_out}


def vtt(*rows: str) -> str:
    return "WEBVTT\n\n" + "\n".join(
        f"00:00:{2 * i:02}.000 --> 00:00:{2 * i + 1:02}.900\n{row}\n" for i, row in enumerate(rows)
    )


def test_notes_styles_and_header_lines_of_captions_are_told() -> None:
    text = "WEBVTT - by hand\nKind: captions\n\nNOTE\nmade by a machine\n\nSTYLE\n::cue { color: red; }\n\n"
    text += "00:01.000 --> 00:02.000 align:start\nWe leave at nine.\n"
    assert left_out(text, ".vtt") == {"headers": (4, 1), "notes": (4, 5), "styles and regions": (4, 7)}


def test_text_after_an_empty_line_in_a_cue_is_kept() -> None:
    assert read(vtt("We leave at nine,\n\nor at ten.", "Then at ten."), ".vtt").segments[0].text == "We leave at nine, or at ten. Then at ten."  # fmt: skip


def test_a_line_that_is_only_a_number_is_speech_unless_cues_are_numbered_so() -> None:
    assert "1984" in read(vtt("The year was", "1984", "as we all know."), ".vtt").segments[0].text


def test_words_between_notes_of_music_are_kept() -> None:
    assert read(vtt("♪ We sail at night ♪", "♪♪"), ".vtt").segments[0].text == "We sail at night"


def test_sounds_are_told_and_words_in_brackets_inside_a_sentence_kept() -> None:
    transcript = read("[Applause] We leave (said the captain of the boat) at nine. (laughs)\n")
    assert transcript.segments[0].text == "We leave (said the captain of the boat) at nine."
    assert [(p.kind, p.count) for p in transcript.reading.left_out] == [("sounds and stage directions", 2)]


def test_what_recurs_in_brackets_inside_sentences_is_words_unless_it_is_a_sound_elsewhere_too() -> None:
    said = (
        "The gross domestic product (GDP) rose (2019), and f(x) is sin(0) where (p < 0.05) holds (in euros) or arr[0].\n\n"
        "Then (GDP) fell (2019), and f(x) was sin(0) where (p < 0.05) held (in euros) or arr[0].\n"
    )
    assert " ".join(s.text for s in read(said).segments) == " ".join(said.split())
    transcript = read(
        "We leave at nine. (laughs) All of us.\n\nI said so (laughs) once, and we [laughs] went [laughs] home.\n"
    )
    assert (
        " ".join(s.text for s in transcript.segments)
        == "We leave at nine. All of us. I said so once, and we went home."
    )


def between(said: str) -> str:
    """A talk of two in which one of them says this."""
    return f"Ann: Good morning to you.\n\nBob: Thank you.\n\nAnn: {said}\n\nBob: I see.\n"


@pytest.mark.parametrize(
    "said",
    [
        '"[t]he law" says (s)he is (un)fortunately [un]known, f() and x().y(), Na(+), (+)-menthol and (∞) too.',
        "[1, 2] is a list, and the range, [0, 1], is closed. (a) the owner may sue. See paragraph (a).",
        "[The minister] came. He told [Mary] to go, and [Mary] went.",
        "The product (GDP) fell. The product, (GDP) that is, rose.",
        "Write {name} or ${name} where a * b * c is said and a * b * c is meant.",
        "You open a <div> and a <p> here, and an <img> there.",
        "You write {{ user.name }} inside of {% block content %} and it prints {{ user.name }}.",
        "{{ user.name }}",
        "So *args and **kwargs, **options and x ** 2 and y ** 2 go to __init__ here, and *rest to __call__.",
        "__init__ and *args come first, then _private and snake_case_name.",
        "So 1 >> 2 is zero. Then cin >> x works.",
        "See https://x.org/?a=1&copy=2&section=3 for it.",
        "Read John (3:16) and Luke (2:10) today, in parts of (1:10) and (1:20).",
        "He left at (10:30), I think.",
    ],
)
def test_what_looks_like_marks_of_a_transcript_is_words_where_it_can_only_be_said(said: str) -> None:
    transcript = read(between(said))
    assert [(s.speaker, s.text) for s in transcript.segments][2] == ("Ann", said)
    assert transcript.reading.left_out == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("An `<img>` tag, a `<p>` and a `</p>`, `<!-- so -->`.", "An <img> tag, a <p> and a </p>, <!-- so -->."),
        ("An &lt;img&gt; tag, a &lt;br/&gt; and &lt;/p&gt; too.", "An <img> tag, a <br/> and </p> too."),
        ("`__init__`, `**kwargs`, ``a *b* c`` and `a &lt; b`.", "__init__, **kwargs, a *b* c and a &lt; b."),
        ("```x = {{ y }}``` is **so `a*b` bold** and _this_ is not.", "x = {{ y }} is so a*b bold and this is not."),
    ],
)
def test_code_and_escaped_tags_are_words(written: str, said: str) -> None:
    transcript = read(between(written))
    assert [(s.speaker, s.text) for s in transcript.segments][2] == ("Ann", said)
    assert transcript.reading.left_out == ()


@pytest.mark.parametrize("quote", ['"', "'", "&quot;", "&#39;", ""])
def test_tags_that_a_converter_escaped_go_with_their_attributes(quote: str) -> None:
    start = f"&lt;p class={quote}x{quote}&gt;"
    text = "".join(f"{start}{who}: We leave at nine.&lt;/p&gt;\n" for who in ("Ann", "Bob", "Ann", "Bob"))
    assert [(s.speaker, s.text) for s in read(text).segments][:2] == [("Ann", "We leave at nine."), ("Bob", "We leave at nine.")]  # fmt: skip
    assert "tags" in left_out(text)


def test_an_escaped_tag_with_attributes_that_does_not_recur_is_said() -> None:
    text = between('An &lt;img src="a.png"&gt; and a &lt;p class="x"&gt; here.')
    assert read(text).segments[2].text == 'An <img src="a.png"> and a <p class="x"> here.'


def test_quotation_marks_of_tex_are_no_code() -> None:
    said = "So ``P([``p\" and f``x`` are kept, ``this'' too."
    assert read(between(said)).segments[2].text == said
    assert read(between("用``x``来 (``y``), ``z``.")).segments[2].text == "用x来 (y), z."


def test_code_that_a_line_or_a_time_begins_with_is_read_as_it_is_written() -> None:
    said = ["__init__ is what we call.", "`__init__` it is.", "__call__ comes then."]
    timed = read("".join(f"[00:0{n}] {line}\n\n" for n, line in enumerate(said)), ".md")
    assert " ".join(s.text for s in timed.segments) == " ".join(said).replace("`", "")
    assert read("__init__ is what we call.\n").segments[0].text == "__init__ is what we call."


def test_marks_of_a_site_s_templates_are_told() -> None:
    text = "{% raw %}Ann: We leave at nine. {% assign at=1 %}\n\n{% include b.html %}\n\nBob: Yes.\n{{ end }}\n"
    transcript = read(text, ".md")
    assert [(s.speaker, s.text) for s in transcript.segments] == [("Ann", "We leave at nine."), ("Bob", "Yes.")]
    assert left_out(text, ".md") == {"template markup": (7, 1)}


def test_what_markdown_and_tags_hide_is_told() -> None:
    text = "We <b>leave</b> at\n![a map](m.png) nine, see [this](https://x.org) and <https://y.org> too.\n"
    assert read(text, ".md").segments[0].text == "We leave at nine, see this and too."
    assert left_out(text, ".md") == {
        "addresses in angle brackets": (2, 2),
        "addresses of links": (0, 2),
        "images": (3, 2),
        "tags": (0, 1),
    }


def test_lines_that_go_on_keep_their_brackets_clocks_and_quotation_marks() -> None:
    wrapped = vtt(
        "The gross domestic product\n(GDP) fell", "that day\n(or so he said) and", "f\n(x) is", "*never* say it"
    )
    assert read(wrapped, ".vtt").segments[0].text == (
        "The gross domestic product (GDP) fell that day (or so he said) and f (x) is *never* say it"
    )
    for said in ("Listen.\n\n10:30 was when he left.", "He came at\n10:30, not at noon.", "Er kam.\n\n»Ja«, sagte er."):
        transcript = read(between(said))
        assert [s.speaker for s in transcript.segments] == ["Ann", "Bob", "Ann", "Bob"]
        assert transcript.segments[2].text.split() == said.split()


def test_who_repeats_somebodys_words_says_them_too() -> None:
    oath = ["Roberts: I do swear", "Obama: I do swear", "Roberts: that I will serve", "Obama: that I will serve"]
    said = [(s.speaker, s.text) for s in read(vtt(*oath, "Roberts: my country", "Obama: my country"), ".vtt").segments]
    assert said == [
        (who, words) for words in ("I do swear", "that I will serve", "my country") for who in ("Roberts", "Obama")
    ]


def test_tags_that_nothing_closes_and_escaped_ones_are_said_in_captions_too() -> None:
    said = "Open a <div>, #include <stdio.h>, press <Enter>: a <> b is <3>, cost $500"
    assert read(vtt(said.replace("<", "&lt;").replace(">", "&gt;")), ".vtt").segments[0].text == said
    assert read(vtt(said, "<i>We</i> leave <font color='red'>now</font>", "<v Ann>Yes</v>"), ".vtt").segments[
        0
    ].text == (f"{said} We leave now")
    assert read(vtt("- $500 is it", "- ¿Qué?"), ".vtt").segments[0].text == "$500 is it ¿Qué?"


def test_a_set_in_braces_is_words_and_a_noise_in_braces_is_none() -> None:
    transcript = read("The set {one, two} has two members, {vocalsound} and {a, b} is a pair.\n\nSo is {a, b}.\n")
    assert transcript.segments[0].text == "The set {one, two} has two members, and {a, b} is a pair. So is {a, b}."
    assert [p.example for p in transcript.reading.left_out] == ["{vocalsound}"]


def test_formatting_goes_even_when_escaped_and_words_in_angles_stay() -> None:
    said = "<i>We</i> leave &lt;b&gt;at&lt;/b&gt; nine with a List<String> and a List&lt;Boat&gt;."
    assert read(vtt(said), ".vtt").segments[0].text == "We leave at nine with a List<String> and a List<Boat>."


def test_a_loop_of_speech_recognition_is_read_once_and_told() -> None:
    transcript = read(vtt("We leave at nine.", *["Thank you for watching."] * 12, "Then at ten."), ".vtt")
    assert " ".join(s.text for s in transcript.segments).count("Thank you") == 1
    assert "12 times in a row" in transcript.notes[0]


def test_a_phrase_that_goes_round_inside_a_line_is_read_once() -> None:
    text = "We leave at nine. " + "and then we go " * 12 + "to bed."
    assert read(text).segments[0].text == "We leave at nine. and then we go to bed."


def test_a_loop_over_three_lines_is_read_once_and_told() -> None:
    round_ = ["Thank you for watching.", "Please subscribe to us.", "See you all next time."]
    transcript = read(vtt("We leave at nine.", *round_ * 6, "Then at ten."), ".vtt")
    assert " ".join(s.text for s in transcript.segments) == f"We leave at nine. {' '.join(round_)} Then at ten."
    assert "6 times in a row" in transcript.notes[0]


@pytest.mark.parametrize(("once", "times", "gone"), [("ha", 200, 1), ("x", 5_000, 1), ("谢谢观看", 60, 59 * 2)])
def test_a_loop_without_spaces_is_read_once_and_told(once: str, times: int, gone: int) -> None:
    transcript = read(f"We leave at nine. {once * times} Then at ten.\n")
    assert transcript.segments[0].text == f"We leave at nine. {once} Then at ten."
    assert [(part.kind, part.words) for part in transcript.reading.left_out] == [("loops of speech recognition", gone)]


def test_two_people_who_say_the_same_in_turn_are_looked_at_once() -> None:
    said = "Ann: We leave at nine.\n\nBob: Or at ten.\n\n" * 20_000  # takes minutes otherwise
    assert len(read(said).segments) == 40_000


def test_a_line_of_many_brackets_is_looked_at_once() -> None:
    said = f"Ann: We write {'{{x}} ' * 20_000}and leave at nine.\n"  # takes half a minute otherwise
    assert "leave at nine" in read(said).segments[0].text


def test_laughter_in_letters_is_kept() -> None:
    assert read(f"We leave at nine, {'ha' * 12}, or at {10**40}.\n").segments[0].text.count("ha") == 12


def test_what_somebody_says_three_times_is_kept() -> None:
    assert read(vtt("No.", "No.", "No.", "We leave at nine."), ".vtt").segments[0].text.startswith("No. No. No.")


def test_what_stands_before_the_transcript_is_told() -> None:
    kept = left_out(
        "# Ferry\n\nA plan for the night.\n\n## Transcript\n\nWe leave at nine, all of us, with the boat.\n", ".md"
    )
    assert kept == {"text before the transcript": (7, 1)}


def test_errors_name_format_and_what_there_is() -> None:
    with pytest.raises(InputError, match=r"no speech in it, read as WebVTT captions \(it contains only: 1 sounds"):
        read(vtt("[Music]"), ".vtt")


def test_a_missing_header_is_told() -> None:
    text = vtt("We leave at nine.").removeprefix("WEBVTT\n\n")
    assert read(text, ".vtt").notes == ("no WEBVTT header: read as WebVTT anyway (line 1)",)


def test_times_without_milliseconds_are_told_with_their_line() -> None:
    assert read("1\n00:00:01 --> 00:00:02\nWe leave.\n", ".srt").notes == ("times without milliseconds (line 2)",)


def test_a_row_of_json_that_damage_made_of_two_is_told_and_loses_nothing_in_silence() -> None:
    whole = '{"speaker": "Lin", "start": 1.0, "end": 2.0, "text": "We leave at nine."}'
    two = '{"speaker": "Lin", "text": "Or at ten.", "start": 3.0, "text": "At eleven."}'
    told = left_out(f"{whole}\n{two}\n{whole}\n", ".jsonl")
    assert told["lines that are not JSON objects"][1] == 2


def test_an_object_with_two_texts_is_refused() -> None:
    turns = [{"speaker": "Lin", "start": float(n), "text": f"We leave at {n} o'clock."} for n in range(3)]
    text = json.dumps({"segments": turns}).replace('}, {"speaker"', ', "speaker"', 1)
    with pytest.raises(InputError, match='"text" twice'):
        read(text, ".json")


def test_a_table_of_markdown_without_its_first_bar_keeps_its_words() -> None:
    rows = "Time | Speaker | Text |\n| --- | --- | --- |\n| 00:03 | Oda | We leave at nine. |\n| 00:09 | Kofi | Then at ten. |\n"
    said = " ".join(s.text for s in read(rows, ".md").segments)
    assert "We leave at nine." in said
    assert "Then at ten." in said


def test_cells_that_no_column_holds_are_told() -> None:
    text = "start,text,speaker\n0,We leave at nine.,Oda\n4,Then at ten.,Kofi,or never\n"
    assert left_out(text, ".csv") == {"cells beyond the last column": (2, 3)}


def test_a_label_over_no_words_is_told() -> None:
    turns = "".join(
        f"{who} (00:0{n}.000)\nWe leave at {hour}.\n\n"
        for n, (who, hour) in enumerate([("Oda", "nine"), ("Kofi", "ten")] * 3)
    )
    assert left_out(turns + "Lin Ferrer (00:59.000)\n.\n") == {"labels without words": (2, 20)}


def test_a_turn_without_words_is_told_in_captions() -> None:
    rows = ["Oda: We leave at nine.", "Kofi: Or at ten.", "Oda:", "Kofi: Then at ten.", "Oda: Yes."]
    assert left_out(vtt(*rows), ".vtt") == {"labels without words": (1, 10)}
    rows[3] = "At nine, all of us."
    assert read(vtt(*rows), ".vtt").reading.left_out == ()  # its words are in the next one


def test_who_is_named_for_no_words_is_told_in_columns() -> None:
    table = "start,speaker,text\n0,Oda,We leave at nine.\n4,Kofi,\n8,Oda,All of us.\n"
    assert left_out(table, ".csv") == {"cues without words": (0, 3), "voices without words": (1, 3)}


@pytest.mark.parametrize("head", [b"850STL25.01" + b"0" * 1013, b"Scenarist_SCC V1.0\n\n00:00:01:00\t9420 94ae 9476\n"])
def test_captions_as_codes_of_a_broadcast_are_refused_with_a_way_out(head: bytes) -> None:
    with pytest.raises(InputError, match=r"subtitles|captions") as refused:
        parse(head, "talk.stl", suffix=".stl", name="talk")
    assert ".srt" in refused.value.hint


def test_the_second_language_of_sami_is_told() -> None:
    cues = "<SYNC Start=1000><P Class=EN>We leave at nine.<P Class=DE>Um neun geht es los.\n" * 2
    transcript = read(f"<SAMI><BODY>\n{cues}</BODY></SAMI>", ".smi")
    assert [part.kind for part in transcript.reading.left_out] == ["captions in another language"]


def test_tiers_and_codes_of_chat_are_told() -> None:
    rows = "*ODA:\twe leave at nine [=! laughs] .\n%mor:\tpro|we v|leave\n" * 2
    transcript = read(f"@UTF8\n@Begin\n{rows}@End\n", ".cha")
    assert {part.kind for part in transcript.reading.left_out} >= {"tiers under turns", "notation codes"}


def test_lines_of_substation_that_the_library_passes_over_are_told() -> None:
    good = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Oda,0,0,0,,We leave at nine.\n"
    torn = "Dialogue: 0,0:00:03.00,0:00:04\n.00,Default,Oda,0,0,0,,With all boats.\n"
    form = "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    assert left_out(f"[Events]\n{form}{good}{torn}", ".ass")["broken lines"][1] == 4


@pytest.mark.parametrize(
    ("form", "event"),
    [
        ("Layer, Start, End, Style, Text", "0,{times},Default,{said}"),
        ("Start, End, Actor, Text", "{times},Oda,{said}"),
        ("Layer, Start, End, Text, Effect", "0,{times},{said},"),
    ],
)
def test_the_fields_of_substation_are_those_that_its_format_line_names(form: str, event: str) -> None:
    said = "We leave at nine, all of us, with the boat, and then, well, so, we go, or not, at ten."
    filled = event.format(times="0:00:01.00,0:00:02.00", said=said)
    transcript = read(f"[Script Info]\n\n[Events]\nFormat: {form}\nDialogue: {filled}\n", ".ass")
    assert [(s.text, s.speaker) for s in transcript.segments] == [(said, "Oda" if "Oda" in event else None)]
    assert not transcript.reading.left_out


def test_a_format_line_of_substation_without_times_is_warned_of() -> None:
    event = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Oda,0,0,0,,We leave at nine.\n"
    transcript = read(f"[Script Info]\n\n[Events]\nFormat: Name, Text\n{event}", ".ass")
    assert transcript.notes == (
        "this line does not name start, end and text: events are read in the usual order (line 4)",
    )


def test_lines_of_substation_under_a_section_whose_name_is_torn_are_told() -> None:
    good = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Oda,0,0,0,,We leave at nine.\n"
    assert "broken lines" in left_out(f"[Script Info]\nTitle: x\n\n[vents]\n{good}ialogue: or at ten.\n", ".ass")


def test_a_first_turn_over_its_time_is_no_chapter() -> None:
    turns = ["Oda Brandt: We leave at nine.\n0:03", "Lin Ferrer: Or at ten.\n0:09"] * 4
    assert read("\n\n".join(turns)).segments[0].text == "We leave at nine."


def test_chapters_of_a_pane_that_spells_its_times_out_are_told() -> None:
    rows = [f"0:{n:02}\n{n} seconds\nAnd so we leave the pier at {n}." for n in range(10, 20)]
    rows.insert(5, "Chapter 2: The fog")
    assert left_out("\n".join(rows)) == {"headings": (4, 16)}


LONG = "An older version. " * 200


@pytest.mark.parametrize("comment", ["<!-- Or at <!-- not --> ten. -->", f"<!-- {LONG} -->"])
def test_comments_in_one_another_and_long_ones_are_not_spoken(comment: str) -> None:
    transcript = read(f"We leave at nine.\n\n{comment}\n\n" + "With all boats. " * 90, ".md")
    assert {w for s in transcript.segments for w in words(s.text)} == {*"we leave at nine with all boats".split()}


@pytest.mark.parametrize("mark", ["<!-- ", "<!-- Or at ten. ", f"<!-- {LONG} A --> B. "])
def test_a_mark_that_opens_no_comment_or_one_of_all_words_takes_none_away(mark: str) -> None:
    said = " ".join(s.text for s in read(f"We leave at nine.\n\n{mark}With all boats.\n", ".md").segments)
    assert "With all boats." in said


def test_comments_in_a_text_are_told() -> None:
    assert left_out("We leave at nine.\n<!-- Or at\nten. -->\nWith all boats.\n", ".md") == {"comments": (3, 2)}


def test_a_time_glued_to_the_header_of_captions_is_a_time() -> None:
    assert read(vtt("We leave at nine.").replace("\n\n", "", 1), ".vtt").segments[0].text == "We leave at nine."


def test_a_mark_that_closes_no_comment_takes_no_words_of_later_lines_away() -> None:
    said = " ".join(
        s.text for s in read("So <!-- cut <!-- here --> we\n\nleave at nine,\n\ngo --> on.\n", ".md").segments
    )
    assert said == "So we leave at nine, go --> on."


def test_many_marks_that_open_comments_are_looked_at_once() -> None:
    text = "We leave. " + "<!-- " * 20_000 + "-->"  # takes a minute otherwise
    assert without_comments(text, Tally()) == text


def test_a_comment_that_closes_itself_takes_no_words_away() -> None:
    page = "<!--[if !IE]><!-->\nAna: These words stay.\n<!--<![endif]-->\nBen: We do <!--> and so on."
    assert without_comments(page, Tally()) == "\nAna: These words stay.\n\nBen: We do  and so on."


def test_many_comments_in_a_line_are_looked_at_once() -> None:
    assert without_comments("w<!---->" * 200_000, Tally()) == "w" * 200_000  # takes minutes otherwise


def test_words_that_damage_put_in_a_tag_of_a_voice_are_told() -> None:
    cues = ["<v Oda>We leave.</v>", "<v 0:04nine or ten, t /v>", "<v Lin>So we do.</v>"]
    rows = [f"00:0{n}.000 --> 00:0{n}.900\n{row}\n" for n, row in enumerate(cues)]
    assert left_out("WEBVTT\n\n" + "\n".join(rows), ".vtt") == {
        "cues without words": (0, 6),
        "voices without words": (6, 6),
    }


def test_where_a_meeting_s_transcript_marks_a_broken_sentence_a_dash_stands() -> None:
    transcript = read(
        "Ana: Where is it ?\n"
        "Ben: Here .\n"
        "Ana: We could {disfmarker} Yeah , we could .\n"
        "Ben: It was late . {disfmarker} {vocalsound}\n"
        "Ana: {disfmarker}\n"
        "Ben: {vocalsound} If you 're around one {disfmarker}\n"
        "Ana: {gap}\n"
    )
    texts = [s.text for s in transcript.segments]
    assert texts[2:] == ["We could – Yeah , we could .", "It was late . If you 're around one –"]


def test_letters_that_a_meeting_s_transcript_spells_are_one_word() -> None:
    transcript = read("Ana: The T_V_ , two D_V_D_s and A_ . {vocalsound}\n\nBen: Not MAX_SIZE_ or a_b_ , {gap} no .\n")
    assert [s.text for s in transcript.segments] == ["The TV , two DVDs and A .", "Not MAX_SIZE_ or a_b_ , no ."]


def test_captions_without_full_stops_lose_their_sounds_wherever_these_stand() -> None:
    cues = [
        "[Applause] thank you so much it is", "great to be here in this place", "[Laughter] you are very kind and",
        "I want to thank (the team) for", "[Music] and so we go on", "[Laughter] no really it does",
    ]  # fmt: skip
    said = read(vtt(*cues), ".vtt").segments[0].text
    assert said.split() == " ".join(cue.partition("] ")[2] or cue for cue in cues).split()


def test_rolling_captions_give_nobody_the_words_whose_label_scrolled_off() -> None:
    cues = [
        "ANNA: the first thing we need is\na plan for the winter because", "a plan for the winter because\nit will be cold.",
        "it will be cold.\nBEN: I agree and we also need", "BEN: I agree and we also need\nthe money that was promised.",
        "the money that was promised.\nANNA: Yes.",
    ]  # fmt: skip
    assert [(s.speaker, s.text) for s in read(vtt(*cues), ".vtt").segments] == [
        ("ANNA", "the first thing we need is a plan for the winter because it will be cold."),
        ("BEN", "I agree and we also need the money that was promised."),
        ("ANNA", "Yes."),
    ]


def test_tags_that_html_lets_stay_open_are_none_of_the_words() -> None:
    said = [
        (s.speaker, s.text)
        for s in read("Anna: Good morning all.<p>\nBen: I agree with that.<p>\nAnna: Now start.<p>\n").segments
    ]
    assert said == [("Anna", "Good morning all."), ("Ben", "I agree with that."), ("Anna", "Now start.")]
    assert (
        read(vtt("<I>I am thinking\nof you</I>", "<B>two<BR/>five</B>"), ".vtt").segments[0].text
        == "I am thinking of you twofive"
    )
    assert read(vtt("&lt;i&gt;Hello there\nmy friend&lt;/i&gt;"), ".vtt").segments[0].text == "Hello there my friend"


def test_times_inside_turns_stay_times_where_one_is_mistyped_or_no_blanks_part_words() -> None:
    at = [
        f"Now we go on with point number {n}. [00:{n:02}:40] And this is the rest of it, said slowly."
        for n in range(1, 20)
    ]
    at[4] = at[4].replace("[00:05:40]", "[00:03:40]")
    rows = "\n\n".join(f"{'Ann' if n % 2 else 'Bob'}: {row}" for n, row in enumerate(at))
    assert sum(s.start is not None for s in read(rows).segments) > 15
    chinese = "王伟：大家好，我们现在开始。[00:00:10]第一个问题是明年的预算，我们要多少。[00:00:20]第二个问题是人。\n"
    (said,) = read(chinese).segments
    assert said.start == 10.0 and "[" not in said.text


def test_sounds_written_onto_words_go_and_a_minus_is_a_dash() -> None:
    japanese = "田中：そうですね（笑）、それは面白いと思います。\n鈴木：本当に（笑）そうなんです。\n田中：はい（笑）\n"
    assert "笑" not in "".join(s.text for s in read(japanese).segments)
    assert {s.speaker for s in read("− Anna: hello there all.\n− Ben: hi to you too.\n− Anna: so.\n").segments} == {
        "Anna",
        "Ben",
    }


@pytest.mark.parametrize(
    "text", ["{9}{99}We leave.\n{100}{}At nine.\n", "[9][99]We leave.\n[100][120]At\n[130][]nine.\n"]
)
def test_words_that_stay_until_the_next_ones_are_read_from_numbered_subtitles(text: str) -> None:
    made = read(text, ".sub")
    assert " ".join(s.text for s in made.segments) == "We leave. At nine."
    assert not made.reading.left_out


def turns(text: str, suffix: str = ".txt") -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in read(text, suffix).segments]


@pytest.mark.parametrize(
    "answer",
    [
        "I told my boss. [Manager] said nothing.",
        "I told my boss. [Manager]'s wife said nothing.",
        "She left. [Name 2] reported me.",
        "She asked “why?” [name of the town] is small.",
        "[Manager]. She lives near the harbour.",
        "[Town].",
    ],
)
def test_a_placeholder_for_a_name_is_a_word_of_its_sentence(answer: str) -> None:
    expected = [("I", "Who was it?"), ("P", answer), ("I", "And then?"), ("P", "I told [manager] so, and then [town].")]
    assert turns("\n\n".join(f"{who}: {text}" for who, text in expected)) == expected


def test_a_sound_between_sentences_is_none_of_the_words() -> None:
    text = (
        "I: Who was it?\n\nP: My boss. [Laughs] She said nothing… [coughs] and left, [sighs] of course.\n\nI: When?\n"
    )
    assert turns(text)[1] == ("P", "My boss. She said nothing… and left, of course.")


@pytest.mark.parametrize(
    "question", ["[Eleven weeks? What did they say?]", "(And then?)", "(Really?)", "[So you waited.]"]
)
def test_a_turn_that_is_a_question_or_a_sentence_in_brackets_is_speech(question: str) -> None:
    expected = [("I", "Did you write?"), ("P", "Twice, and waited."), ("I", question), ("P", "Yes, for weeks.")]
    assert turns("\n\n".join(f"{who}: {text}" for who, text in expected)) == expected


@pytest.mark.parametrize("sound", ["[laughs]", "(laughs?)", "[Applause.]", "(pauses for a while)", "[?]"])
def test_a_turn_that_is_only_a_sound_is_no_speech(sound: str) -> None:
    assert turns(f"I: Did you write?\n\nP: Twice.\n\nI: {sound}\n\nP: And waited.\n") == [
        ("I", "Did you write?"),
        ("P", "Twice. And waited."),
    ]


TALK = ["I: When did you leave?", "P: At nine, with the tide.", "I: And then?", "P: Then we slept.", "I: All of you?"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("--- recording paused 00:14:20 ---", "sounds and stage directions"),
        ("=== End of part 1 ===", "sounds and stage directions"),
        ("2. Working life", "headings"),
        ("2.1 Working life", "headings"),
    ],
)
def test_headings_and_directions_between_turns_are_no_words(line: str, kind: str) -> None:
    text = "\n\n".join([*TALK[:2], line, *TALK[2:]])
    assert turns(text) == turns("\n\n".join(TALK))
    assert [(part.kind, part.line) for part in read(text).reading.left_out] == [(kind, 5)]


@pytest.mark.parametrize(
    "lines",
    [
        ["1. The hours", "2. The pay"],  # a list
        ["2. The pay was low."],  # a sentence
        ["-- and the pay --"],  # dashes of a sentence that is broken off
    ],
)
def test_what_could_be_words_between_turns_is_kept(lines: list[str]) -> None:
    text = "\n\n".join([*TALK[:2], *lines, *TALK[2:]])
    assert lines[-1].strip("- ") in " ".join(said for _, said in turns(text))
