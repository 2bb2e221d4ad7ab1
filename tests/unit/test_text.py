"""Words, letters and file names in scripts whose letters have marks."""

import pytest

from pipeline.text import counts_somebody, slug, words
from pipeline.verification.recording import bare_words, letters


@pytest.mark.parametrize("word", ["मेला", "हिन्दुस्तान", "லெக்சர்", "বক্তৃতা", "مُقَدِّمَة", "נָשִׁים", "o\u1ecd\u0301"])
def test_marks_belong_to_the_word_of_their_letters(word: str) -> None:
    assert words(f"{word}, {word}") == [word, word]


@pytest.mark.parametrize(
    ("one", "other"),
    [("मेला", "माला"), ("दिन", "दीन"), ("மனம்", "மானம்"), ("ที่นั่น", "ทีนัน"), ("বল", "বেল"), ("がんばり", "かんはり")],
)
def test_words_that_differ_in_vowel_signs_tones_or_voicing_are_different(one: str, other: str) -> None:
    assert words(one) != words(other) and letters(one) != letters(other) and bare_words(one) != bare_words(other)


@pytest.mark.parametrize(("one", "other"), [("Möser", "moser"), ("ещё", "еще"), ("مُقَدِّمَة", "مقدمة"), ("נָשִׁים", "נשים")])
def test_letters_are_the_same_without_accents_and_vowel_points(one: str, other: str) -> None:
    assert letters(one) == letters(other)


@pytest.mark.parametrize(("pointed", "bare"), [("مُقَدِّمَة", "مقدمة"), ("נָשִׁים", "נשים"), ("İşi", "işi")])
def test_bare_words_have_no_vowel_points(pointed: str, bare: str) -> None:
    assert len(bare_words(pointed)) == 1 and bare_words(pointed) == bare_words(bare)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("व्याख्यान", "व्याख्यान"),
        ("น้ำท่วม 2", "น้ำท่วม-2"),
        ("лекция о Пушкине", "лекция-о-Пушкине"),
        ("会議 2024年", "会議-2024年"),
        ("لقاء مع الوزير", "لقاء-مع-الوزير"),
        ("Talk ❤️ 1️⃣", "Talk-1"),
    ],
)
def test_a_file_name_keeps_letters_with_their_marks(title: str, name: str) -> None:
    assert slug(title) == name


@pytest.mark.parametrize("label", ["वक्ता 1", "Speaker 1", "พิธีกร 2"])
def test_a_label_that_ends_in_a_number_counts_somebody(label: str) -> None:
    assert counts_somebody(label)
