"""SAMI: which class is the talk, and what of a damaged file is no speech."""

from pipeline.readers import parse
from pipeline.transcript import Transcript


def read(*rows: str) -> Transcript:
    text = "<SAMI><BODY>\n" + "\n".join(rows) + "\n</BODY></SAMI>"
    return parse(text.encode(), "talk.smi", suffix=".smi", name="talk")


def said(transcript: Transcript) -> str:
    return " ".join(s.text for s in transcript.segments)


def test_a_credit_of_another_class_over_the_captions_is_not_the_talk() -> None:
    transcript = read(
        "<SYNC Start=0><P Class=CR>Captions by Lin",
        "<SYNC Start=1000><P Class=ENCC>We leave the pier at nine.",
        "<SYNC Start=4000><P class=encc>Or at ten.",
    )
    assert said(transcript) == "We leave the pier at nine. Or at ten."


def test_captions_without_a_class_belong_to_the_talk() -> None:
    transcript = read("<SYNC Start=0><P Class=ENCC>We leave at nine.", "<SYNC Start=4000><P>Or at ten.")
    assert said(transcript) == "We leave at nine. Or at ten."
    assert not transcript.notes


def test_much_that_is_left_out_is_warned_of() -> None:
    transcript = read("<SYNC Start=0><P Class=A>We leave at nine, or at ten.<P Class=B>Um neun geht es los.")
    assert "5 words in captions of another class (b)" in transcript.notes[0]


def test_comments_are_told_and_not_spoken() -> None:
    transcript = read("<SYNC Start=0><P>We leave <!-- by hand -->at nine.", "<!-- <SYNC Start=2000><P>Never. -->")
    assert said(transcript) == "We leave at nine."
    assert {part.kind: part.words for part in transcript.reading.left_out}["comments"] >= 3


def test_a_time_without_the_end_of_its_tag_is_not_spoken_and_its_words_are_kept() -> None:
    transcript = read("<SYNC Start=0><P>We leave at nine.", "<SYNC Start=40000 <P Class=EN Or at ten.")
    assert said(transcript) == "We leave at nine. Or at ten."


def test_a_tag_without_its_end_in_front_of_a_change_of_speaker_swallows_no_words() -> None:
    transcript = read("<SYNC Start=0><P Class=EN We leave at nine. >> Or at ten.", "<SYNC Start=9000><P Class=EN>>No.")
    assert said(transcript) == "We leave at nine. >> Or at ten. No."


def test_an_element_without_a_time_is_told_and_not_spoken() -> None:
    transcript = read("<SYNC Start=0><P>We leave at nine.", "<SYNC 2000><P>Or at ten.")
    assert said(transcript) == "We leave at nine. Or at ten."
    assert '"<SYNC 2000>"' in transcript.notes[0]


def test_captions_out_of_order_end_where_the_next_time_is() -> None:
    transcript = read(
        "<SYNC Start=50000><P>Or at ten.", "<SYNC Start=0><P>We leave at nine.", "<SYNC Start=40000><P>&nbsp"
    )
    assert (transcript.segments[0].start, transcript.segments[0].end) == (0.0, 40.0)


def test_many_tags_that_never_end_are_read() -> None:
    transcript = read("<SYNC Start=0><P>We leave at nine.", "<p class" * 5000, "<p class=" + "class=" * 20_000)
    assert said(transcript).startswith("We leave at nine.")


def test_words_in_a_tag_without_its_end_are_told() -> None:
    transcript = read(
        "<SYNC Start=0><P Class=EN>No.", "<SYNC Start=9000><P\nLin: We leave\nbr>", "<SYNC Start=9900><P Class=EN>So."
    )
    assert [(p.kind, p.words) for p in transcript.reading.left_out] == [("words in broken tags", 4)]
