from pipeline.chunking import chunk_transcript, halves, rendered_tokens
from pipeline.llm.tokens import count_tokens, encoding_for
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
    chunks = chunk_transcript(t, limit=150)
    assert max(sum(rendered_tokens(chunk.segments)) for chunk in chunks) <= 150
    assert {s.id for chunk in chunks for s in chunk.segments} == {s.id for s in t.segments}


def test_a_single_segment_cannot_be_halved() -> None:
    chunk = chunk_transcript(transcript([("Ana", "All in one line.")]), limit=100)[0]
    assert halves(chunk) is None
