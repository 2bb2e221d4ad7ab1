"""Names in a statement that do not occur in the recording in any spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein, Prefix

from pipeline.language import primary
from pipeline.verification.name_contexts import begins_a_sentence, is_cut_short, is_unit, is_written_otherwise
from pipeline.verification.number_tokens import roman_value
from pipeline.verification.numerals import provable
from pipeline.verification.recording import Recording, letters

# A word that does not begin with a lower-case Latin letter, alone or after an elision ("d’Airbus"). The pattern tests
# that first, and the text before the word afterwards, since few words pass the first test.
_CAPITALISED = re.compile(r"[^a-z\W\d_](?<![^\W_].)(?<![^\W_][-.&/].)(?<![^\Wa-z_][’'].)[^\W_]*(?:[-.’'&/][^\W_]+)*")
_ELISION = re.compile(r"[^\W_][’']")
_INITIALS_WITH_ENDING = re.compile(r"([A-Z]{2,})[a-z]{1,3}")  # "XORing", "PRs"
# A Roman numeral, also as an ordinal: "XIV", "XIXe", "Ier"
_ROMAN = re.compile(
    r"(?=[IVXLCDM]{2}|I(?:er|re|ère)\b)(M{0,3})(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})(?:[’'].*|[^\W\dA-Z_]{0,3})"
)
_LONG, _VERY_LONG = 6, 8  # letters: such names may differ by one and two edits from a word of the recording
_SHORTEST = 3
_LONGEST_ENDING = 4  # most letters that a grammatical case adds or changes at the end of a name
_SHORTEST_ROOT = 4  # least letters shared by words with the same root: "Kant" and "Kantian"
_LONGEST_ENDINGS = 5  # most letters in both endings together: "Turk-ey" and "Turk-ish"
_VOWELS = frozenset("aeiouy")
_CASES = frozenset("bg cs el et eu fi hr hu hy ka kk lt lv mk pl ro ru sk sl sq sr tr uk uz".split())
_CAPITAL_NOUNS = frozenset({"de", "lb"})  # languages that capitalise every noun


def unsaid_names(text: str, recording: Recording) -> tuple[str, ...]:
    """The names in a text that occur nowhere in the recording, nor anything that sounds like them.

    A name is a capitalised word within a sentence, in the recording's script. In translated notes, the result is
    empty, since names may be translated too.
    """
    if recording.translated:
        return ()
    out: list[str] = []
    for match in _CAPITALISED.finditer(text):
        if not match[0][0].isupper() or not recording.is_written_as(match[0]):
            continue
        word = match[0].removesuffix("’s").removesuffix("'s").rstrip("’'")
        before, after = text[: match.start()], text[match.end() :]
        if not _is_name(word, before, after, recording):
            continue
        if all(_is_in_recording(part, recording) for part in re.split(r"[-/&]", word) if part[:1].isupper()):
            continue
        if (
            _abbreviates(word, before, after, recording)
            or is_unit(word, before, after)
            or is_cut_short(word, after, recording)
        ):
            continue
        if not is_written_otherwise(text, match.start(), match.start() + len(word), recording):
            out.append(word)
    return tuple(dict.fromkeys(out))


def _is_name(word: str, before: str, after: str, recording: Recording) -> bool:
    if primary(recording.language) in _CAPITAL_NOUNS and not any(c.isupper() or c.isdigit() for c in word[1:]):
        return False
    if _is_english(recording) and _ELISION.fullmatch(before[-2:]):  # in English more often code: f'Total'
        return False
    return not begins_a_sentence(before, after, recording)


def _is_english(recording: Recording) -> bool:
    return primary(recording.language) in ("", "en")


def _is_in_recording(word: str, recording: Recording) -> bool:
    name = letters(word)
    return (
        len(name) < _SHORTEST
        or _is_said(word, name, recording)
        or _is_said_in_another_form(word, name, recording)
        or _may_be_misheard(word, name, recording)
    )


def _is_said(word: str, name: str, recording: Recording) -> bool:
    """Whether the recording has a name, its parts apart, or the words or the figure that it stands for."""
    return (
        name in recording.words
        or name in recording.months
        or recording.stands_for_words(word)
        or _is_unproved_number(word, recording)
        or not recording.joined_words.isdisjoint((name, letters(word.replace(".", "dot"))))
    )


def _is_said_in_another_form(word: str, name: str, recording: Recording) -> bool:
    """Whether the recording has a name without an ending, in the plural, letter by letter or in another case."""
    if (match := _INITIALS_WITH_ENDING.fullmatch(word)) and letters(match[1]) in recording.words:
        return True
    if word.isupper():  # "GPUs", "the P Z Ms"
        said = f"{name}s" in recording.words or recording.has_letters_of(name)
    else:
        said = not recording.joined_words.isdisjoint((name.removesuffix("s"), f"{name}s"))
    return said or (primary(recording.language) in _CASES and _inflected(word, recording))


def _may_be_misheard(word: str, name: str, recording: Recording) -> bool:
    """Whether the recording has a word that a name may have been written as: like it in letters or in sound."""
    words = recording.joined_words
    if digits := _digits(name):
        return recording.spells(word) or _is_nearly_one_of({w for w in words if _digits(w) == digits}, name)
    if any(_of_one_root(name, other) or _vary(name, other) for other in recording.capitalised):
        return True
    if word.isupper() and len(name) <= _SHORTEST:  # read letter by letter
        return False
    if name.isascii() and _sounds_like_one(name, recording):
        return True
    return (len(name) >= _LONG or not name.isascii()) and _is_nearly_one_of(words, name)


def _sounds_like_one(name: str, recording: Recording) -> bool:
    sounds = recording.sounds
    return sounds.has(name) or (_is_english(recording) and sounds.has_people_or_country(name))


def _is_nearly_one_of(words: Iterable[str], name: str) -> bool:
    """Whether a word differs from a name in one letter, or in two if the name is very long."""
    most_edits = 2 if len(name) >= _VERY_LONG else 1
    return process.extractOne(name, words, scorer=Levenshtein.distance, score_cutoff=most_edits) is not None


def _vary(a: str, b: str) -> bool:
    """Whether two names are of five letters or more, and differ in one after the first."""
    return min(len(a), len(b)) >= _LONG - 1 and a[0] == b[0] and Levenshtein.distance(a, b, score_cutoff=1) <= 1


def _is_unproved_number(word: str, recording: Recording) -> bool:
    """Whether a word is a Roman numeral whose value is said, or may be said in words that are not read."""
    if not (match := _ROMAN.fullmatch(word)):
        return False
    value = roman_value("".join(filter(None, match.groups())))
    return value in recording.figures or not provable(value, "amount", recording.language_of_figures, {})


def _abbreviates(word: str, text_before: str, text_after: str, recording: Recording) -> bool:
    """Whether a word is short for one that is said, as before a name or after a figure: "Sra. López", "5 Mds €".

    Before a name with a full stop, its letters occur in the whole word in order. Without one, as in "Mme Dupont", it
    also begins with two consonants, ends like the whole word, and has at most half of its letters.
    """
    short = letters(word)
    before_a_name = any(letters(w) in recording.capitalised for w in re.findall(r"[^\W_]+", text_after[:50])[:3])
    after_a_figure = re.search(r"\d\s?$", text_before) is not None
    with_full_stop = "." in word or text_after.startswith(".")
    if before_a_name and with_full_stop:
        return any(_has_in_order(w, short) for w in recording.words)
    if not (before_a_name or after_a_figure) or not _VOWELS.isdisjoint(short[:2]):
        return False
    whole = (w for w in recording.words if w[-1] == short[-1] and len(w) >= 2 * len(short))
    return any(_has_in_order(w, short) for w in whole)


def _has_in_order(word: str, short: str) -> bool:
    """Whether a word begins as its short form does and has all letters of that in order."""
    rest = iter(word)
    return word[0] == short[0] and all(letter in rest for letter in short)


def _digits(word: str) -> str:
    return "".join(filter(str.isdigit, word))


def _of_one_root(a: str, b: str) -> bool:
    """Whether two names share most letters of the shorter one at the start, and differ in a few at the end."""
    root = Prefix.similarity(a, b)
    return root >= max(_SHORTEST_ROOT, 2 / 3 * min(len(a), len(b))) and len(a) + len(b) - 2 * root <= _LONGEST_ENDINGS


def _inflected(word: str, recording: Recording) -> bool:
    """Whether the recording has the name in another case: "Kraków" for "Krakowie", "Ankara" for "Ankara'da"."""
    stem = letters(re.split(r"['’]", word)[0])
    stem = stem[: max(_SHORTEST, len(stem) - _LONGEST_ENDING + 1)]
    return any(w.startswith(stem) and len(w) <= len(letters(word)) + _LONGEST_ENDING for w in recording.joined_words)
