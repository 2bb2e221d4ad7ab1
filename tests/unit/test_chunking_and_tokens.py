from pipeline.asking import spans_of
from pipeline.chunking import chunk_transcript, halves, rendered_tokens
from pipeline.sections.key_concepts import KEY_CONCEPTS
from pipeline.tokens import count_tokens, encoding_for
from pipeline.transcript import Chunk, Segment
from tests.scripted import transcript


def test_tokens_are_counted_offline() -> None:
    assert count_tokens("Hello world") == 2


def test_special_tokens_in_a_transcript_are_plain_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


def test_an_unknown_model_gets_a_named_encoding() -> None:
    assert encoding_for("qwen3") == ("o200k_base", False)
    assert encoding_for("gpt-4o") == ("o200k_base", True)


def test_no_chunk_is_over_the_limit() -> None:
    t = transcript([("Ana", f"Sentence number {i} is about the sea.") for i in range(200)])
    for chunk in chunk_transcript(t, limit=150):
        assert sum(rendered_tokens(chunk.segments)) <= 150


def test_context_is_shown_before_a_chunk_and_not_part_of_it() -> None:
    second = chunk_transcript(transcript(), limit=90)[1]
    assert second.before[-1].id == second.first - 1


def test_a_single_segment_cannot_be_halved() -> None:
    chunk = chunk_transcript(transcript([("Ana", "All in one line.")]), limit=100)[0]
    assert halves(chunk) is None


def test_a_section_with_cues_is_asked_about_the_sentences_that_have_them() -> None:
    lines = [
        "Trams are old. Is the word explained? Yes, later on.",
        "We run. Rails wear down. They cross. A frog is what people call that. It costs a lot.",
        "We had lunch then. That was fine.",
        "Catenary means the wire above the track.",
    ]
    chunk = Chunk(0, tuple(Segment(i, text) for i, text in enumerate(lines, 1)))
    shown = [(s.segments[0].id, s.segments[0].text, [b.text for b in s.before]) for s in spans_of(KEY_CONCEPTS, chunk)]
    assert shown == [
        (2, "Rails wear down. They cross. A frog is what people call that.", []),
        (4, "Catenary means the wire above the track.", ["That was fine."]),
    ]
