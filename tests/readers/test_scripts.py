"""Scripts without spaces are cut at sizes that chunks can hold, and nothing in them is torn or lost."""

import pytest

from pipeline.chunking import chunk_transcript, rendered_tokens
from pipeline.readers import parse, scripts
from pipeline.readers.lines import Line, split_long
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


SENTENCES = {
    "Hindi": "सरकार ने पिछले साल यहाँ एक नई योजना शुरू की थी।",
    "Urdu": "حکومت نے پچھلے سال یہاں ایک نیا منصوبہ شروع کیا تھا۔",
    "Arabic": "هل بدأت الحكومة مشروعا جديدا هنا في العام الماضي؟",
    "Amharic": "መንግሥት ባለፈው ዓመት እዚህ አዲስ ፕሮጀክት ጀመረ።",
    "German": "Er sagte gestern am Hafen: »Die neue Fähre fährt nicht.«",
    "French": "Il a dit hier au port : « Le nouveau bateau ne part pas. »",
    "Japanese": "政府は昨年ここで新しい計画を始めました｡",
    "Japanese, wide": "政府は昨年ここで２．５億円の計画を始めました．",
    "Chinese": "他昨天在港口说：“新的渡轮今天不开。”",
}


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_a_paragraph_is_cut_where_sentences_end(sentence: str) -> None:
    lines = split_long(Line(("" if sentence[-1] in "｡．”" else " ").join([sentence] * 30)))
    assert len(lines) > 3
    assert {(line.text[:2], line.text.rstrip()[-5:]) for line in lines} == {(sentence[:2], sentence[-5:])}


@pytest.mark.parametrize("end", ["।", "॥", "."])
def test_labelled_turns_of_sentences_have_speakers_whatever_their_full_stop(end: str) -> None:
    turns = ["राजेश: नमस्ते, यहाँ लगभग २५ लाख लोग रहते हैं।", "सुनीता: पिछली बार यह संख्या बीस लाख थी। अब और है।"] * 2
    assert [s.speaker for s in read("\n".join(turns).replace("।", end)).segments] == ["राजेश", "सुनीता"] * 2


def test_labels_inside_an_urdu_paragraph_have_speakers() -> None:
    turns = "ندیم: آج ہم پانی کی بات کریں گے۔ سارہ: پچھلے سال پانی بہت کم تھا۔ "
    assert [s.speaker for s in read(turns * 3).segments] == ["ندیم", "سارہ"] * 3


def test_a_sound_after_a_hindi_sentence_is_left_out() -> None:
    assert [s.text for s in read("वह कल घर गया। [हँसी] फिर वह सो गया।").segments] == ["वह कल घर गया। फिर वह सो गया।"]
