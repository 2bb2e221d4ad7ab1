"""Scripts without spaces are cut at sizes that chunks can hold, and nothing in them is torn or lost."""

import pytest

from pipeline.chunking import chunk_transcript, rendered_tokens
from pipeline.readers import parse, scripts
from pipeline.transcript import Transcript

THAI = "สวัสดีครับคืนนี้เราจะคุยเรื่องเรือข้ามฟากไปเกาะเหนือ"
KHMER = "សួស្តីយប់នេះយើងនិយាយអំពីសាឡាងទៅកោះខាងជើង"
CHINESE = "今天晚上我们讨论去北岛的渡轮票价和厨房"
JAPANESE = "今夜は北の島へ行く船の話をします"

TIBETAN = "དེ་རིང་དགོང་མོ་བྱང་གླིང་ལ་འགྲོ་བའི་གྲུའི་སྐོར་གླེང་གི་ཡིན།"
LATIN = "tonightwespeakoftheferrytothenorthernislandanditskitchen"


def read(text: str) -> Transcript:
    return parse(text.encode(), "talk.txt", name="talk")


@pytest.mark.parametrize("sentence", [THAI, KHMER, CHINESE, JAPANESE, TIBETAN, LATIN])
def test_a_text_without_spaces_fits_into_chunks(sentence: str) -> None:
    transcript = read(sentence * 100)
    assert max(rendered_tokens(transcript.segments)) < 700
    chunks = chunk_transcript(transcript, limit=1000)
    assert all(sum(rendered_tokens(c.segments)) <= 1000 for c in chunks)


@pytest.mark.parametrize("sentence", [THAI, KHMER, CHINESE, JAPANESE, TIBETAN, LATIN])
def test_no_character_of_it_is_lost(sentence: str) -> None:
    assert "".join(s.text for s in read(sentence * 100).segments).replace(" ", "") == sentence * 100


def test_no_sign_is_torn_from_its_letter() -> None:
    starts = [s.text[0] for s in read(THAI * 100).segments]
    assert not set(starts) & set("ะาิีึืุู็่้๊๋์ำ")


def test_characters_that_stand_apart_are_closed() -> None:
    assert scripts.closed("今 夜 は 北 の 島 へ 行 く") == "今夜は北の島へ行く"


def test_words_in_a_script_with_spaces_stay_apart() -> None:
    assert scripts.closed("we go to the 島 now") == "we go to the 島 now"
