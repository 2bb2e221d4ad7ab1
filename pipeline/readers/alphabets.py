"""The code page of a text: the one in which its letters are those of one language and form plausible words.

Detectors were measured to take French for Baltic, Czech for Western and Japanese for Polish. The letters of one
alphabet leave little doubt: accented letters occur in words among a–z, letters of other alphabets make up whole words.
"""

from __future__ import annotations

import itertools
import re

# Letters of each language besides a–z. If two code pages fit equally well, the first one wins.
_ALPHABETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "cp1252",
        (
            "àâæçéèêëîïôœùûüÿ",  # French
            "äöüßé",  # German
            "áéíñóúü",  # Spanish
            "áâãàçéêíóôõúü",  # Portuguese
            "àèéìíîòóùú",  # Italian
            "åäöéü",  # Swedish, Finnish
            "æøåéòô",  # Danish, Norwegian
            "éëïóöüèêí",  # Dutch
            "áðéíóúýþæö",  # Icelandic
            "àçéèíïóòúü",  # Catalan
        ),
    ),
    (
        "cp1250",
        (
            "áčďéěíňóřšťúůýž",  # Czech
            "áäčďéíĺľňóôŕšťúýž",  # Slovak
            "ąćęłńóśźż",  # Polish
            "áéíóöőúüű",  # Hungarian
            "ăâîşţșț",  # Romanian
            "čćđšž",  # Croatian, Slovene
        ),
    ),
    ("cp1254", ("çğıöşüâîûi̇",)),  # Turkish
    ("cp1257", ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")),  # Lithuanian, Latvian, Estonian
    ("iso8859_2", ("áčďéěíňóřšťúůýž", "ąćęłńóśźż", "áéíóöőúüű")),
    ("mac_roman", ("àâæçéèêëîïôœùûüÿ", "äöüßé", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíîòóùú", "åäöéü", "æøåéòô")),
    ("cp1258", ("àáâăèéêìíòóôơùúưýđ\u0300\u0301\u0303\u0309\u0323",)),  # Vietnamese
)
_RARE = {"mac_roman", "cp1258"}  # need at least `_LEAST_AMONG` letters among a–z
_CENTRAL, _RARE_LETTERS, _RARE_MOST = {"cp1250", "iso8859_2"}, "ŕĺ", 0.1  # in Slovak; if frequent, a misread à or å
# Letters of other alphabets; those before the bar make up seven tenths of any text.
_CYRILLIC = "оеаинтсрвлкдмі|бгджзйпуфхцчшщъыьэюяёєїґўјљњћђџѓќѕ"
_GREEK = "αοιετσνηυρπκά|βγδζθλμξςφχψωέήίόύώϊϋΐΰ"
_HEBREW = "יוהלארתבשמנם|גדזחטכסעפצקךןףץ\u05b0\u05b1\u05b2\u05b3\u05b4\u05b5\u05b6\u05b7\u05b8\u05b9\u05bb\u05bc"
_ARABIC = "اليمونرتبهدع|ءآأؤإئةثجحخذزسشصضطظغفقكىپچژگںھےڈٹڑک\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
_THAI = "านรกเองมลวยสทดตคไ่้ีัิ|" + "".join(map(chr, (*range(0xE01, 0xE3B), *range(0xE40, 0xE4F))))
_OTHERS: tuple[tuple[str, str], ...] = (
    ("cp1251", _CYRILLIC),
    ("koi8_r", _CYRILLIC),
    ("koi8_u", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("iso8859_5", _CYRILLIC),
    ("mac_cyrillic", _CYRILLIC),
    ("cp1253", _GREEK),
    ("iso8859_7", _GREEK),
    ("cp737", _GREEK),
    ("cp1255", _HEBREW),
    ("cp1256", _ARABIC),
    ("iso8859_6", _ARABIC),
    ("cp874", _THAI),
)
_TYPE = set("\u00a0“”‘’„‚‹›«»–—…•·°§©®™€£¡¿ªº´½¼¾²³×÷±№")
_RUN = re.compile(r"[^\W\d_]+")
_NASAL = re.compile(r"õ(?!e)")  # Portuguese õ comes before e only; elsewhere it is a misread Hungarian ő
_INSIDE = re.compile(r"(?<=[^\W\d_])[«»®©°§¡¿ªº™£€½¼¾±²³“„](?=[^\W\d_])")  # no word contains these signs
_AMONG = re.compile(r"(?<=[A-Za-z])[^\W\d_A-Za-z]|[^\W\d_A-Za-z](?=[A-Za-z])")
_KANA = re.compile(r"[\u3041-\u30ff]")
_WIDE_TYPE = re.compile(r"[\u3000-\u303f\uff00-\uff60\uffe0-\uffe6]+")
_ALONE = re.compile(r"(?<=[A-Za-z])[^\x00-\u1100](?![^\x00-\u1100])|(?<![^\x00-\u1100])[^\x00-\u1100](?=[A-Za-z])")
# Multi-byte code pages: each with the encoding that orders its characters, and the first bytes there of those in daily
# use.
_WIDE: tuple[tuple[str, str, range], ...] = (
    ("euc_jp", "euc_jp", range(0xB0, 0xD0)),
    ("cp932", "euc_jp", range(0xB0, 0xD0)),
    ("cp949", "euc_kr", range(0xB0, 0xC9)),
    ("gb18030", "gb2312", range(0xB0, 0xD8)),
    ("big5", "big5", range(0xA4, 0xC7)),
)
_SURE, _FITS, _LIKELY = 0.9, 0.95, 0.5  # minimum shares of characters in daily use, fitting letters, frequent ones
_KANA_LEAST = 0.2  # minimum share of kana in Japanese
_BETTER = 0.05  # an uncommon page must fit so much better than a more common one before it
_LEAST, _LEAST_WIDE, _LEAST_AMONG = 5, 4, 2  # minimum numbers: letters, multi-byte characters, letters among a–z
_CAPITALS = 0.7  # weight of a reading in capitals: small letters of another page often look so
_SAMPLE = 40_000  # number of bytes to examine
_LONG, _BESIDE = 2000, 40  # bytes: a longer line is examined in parts; ASCII kept around other bytes
# At most `_BESIDE` bytes of ASCII in between, so that no character of two bytes is split.
_HIGH = re.compile(rb"[\x80-\xff]++(?:[\x00-\x7f]{1,40}+[\x80-\xff]++)*+[\x00-\x7f]{0,40}+")
_FOREIGN = "\ufffd"


def code_page(raw: bytes) -> tuple[str, bool]:
    """The code page in which bytes are text in one language, and whether that is certain."""
    sample = _sample_of(raw)
    wide = max((_daily(sample, *page), -n, page[0]) for n, page in enumerate(_WIDE))
    if wide[0] >= _SURE:
        return wide[2], True
    codec, fits = _western(sample)
    if fits >= _FITS:
        return codec, True
    likely, other = 0.0, codec
    for page, alphabet in _OTHERS:
        share = _frequent(sample, page, alphabet)
        if share > likely + _BETTER:
            likely, other = share, page
    return (other, True) if likely >= _LIKELY else (codec, False)


def _sample_of(raw: bytes) -> bytes:
    """The first lines that are not ASCII; of long lines, only the parts around such bytes."""
    parts: list[bytes] = []
    size = 0
    for line in raw.splitlines(keepends=True):
        if size >= _SAMPLE:
            break
        if not line.isascii():
            parts.append(line if len(line) <= _LONG else _around(line, _SAMPLE - size))
            size += len(parts[-1])
    return b"".join(parts)[:_SAMPLE]


def _around(line: bytes, most: int) -> bytes:
    """The parts of a line around bytes that are not ASCII, one per row, until there are `most` bytes."""
    parts: list[bytes] = []
    size = end = 0
    while size < most and (found := _HIGH.search(line, end)):
        parts.append(line[max(end, found.start() - _BESIDE) : found.end()])
        size, end = size + len(parts[-1]) + 1, found.end()
    return b"\n".join([*parts, b""])


def _daily(sample: bytes, codec: str, order: str, rows: range) -> float:
    """The share of characters in daily use.

    If the page is Japanese, kana count too. Isolated characters among a–z count against it.
    """
    text = sample.decode(codec, "replace")
    letters = [c for c in _WIDE_TYPE.sub("", text) if not c.isascii() and c not in _TYPE]
    first = {bytes([b]) for b in rows}
    if len(letters) < _LEAST_WIDE:
        return 0.0
    kana = sum(map(bool, map(_KANA.match, letters))) if order == "euc_jp" else 0
    if codec == "euc_jp" and kana < _KANA_LEAST * len(letters):
        return 0.0  # Chinese consists of the same bytes
    daily = sum(c.encode(order, "ignore")[:1] in first for c in letters)
    return (kana + daily - len(_ALONE.findall(text))) / len(letters)


def _frequent(sample: bytes, codec: str, alphabet: str) -> float:
    """The share of letters in the alphabet times the share of its frequent letters; less if most are capitals."""
    text = sample.decode(codec, "replace")
    letters = _letters(text, latin=False)
    often = alphabet.partition("|")[0]
    if len(letters) < _LEAST:
        return 0.0
    high = [c for c in text if not c.isascii()]
    weight = _CAPITALS if sum(map(str.isupper, high)) > sum(map(str.islower, high)) else 1.0
    return weight * sum(c in alphabet for c in letters) * sum(c in often for c in letters) / len(letters) ** 2


def _letters(text: str, *, latin: bool) -> list[str]:
    """The letters that are not ASCII, in lower case; `_FOREIGN` for one that cannot be where it is.

    A Latin word of more than two letters needs one of a–z, a word of another alphabet has none. A capital never follows
    a small letter.
    """

    def letters_of_word(match: re.Match[str]) -> str:
        word = match[0]
        if word.isascii():
            return ""
        mixed = any(c.isascii() for c in word)
        torn = any(a.islower() and b.isupper() for a, b in itertools.pairwise(word))
        wrong = torn or (not mixed and len(word) > 2 if latin else mixed)
        return _FOREIGN * sum(not c.isascii() for c in word) if wrong else word.lower()

    return [c for c in _RUN.sub(letters_of_word, _INSIDE.sub(_FOREIGN, text)) if not c.isascii() and c not in _TYPE]


def _western(sample: bytes) -> tuple[str, float]:
    """The Latin page that fits one alphabet best, and the share of letters that fit; ("cp1252", 0.0) if none does.

    A few accents in a text of another language prove little: they are Western unless several letters contradict that.
    """
    best, fits = "cp1252", 0.0
    western: list[str] = []
    for codec, alphabets in _ALPHABETS:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        letters = _letters(_NASAL.sub(_FOREIGN, text) if codec == "cp1252" else text, latin=True)
        if not letters:
            return "cp1252", 1.0
        if codec in _RARE and len(_AMONG.findall(text)) < _LEAST_AMONG:
            continue
        if codec in _CENTRAL and sum(c in _RARE_LETTERS for c in letters) > _RARE_MOST * len(letters):
            continue
        share = max(sum(c in alphabet for c in letters) / len(letters) for alphabet in alphabets)
        if codec == "cp1252":
            western = letters
        elif share > fits and _few(western, letters) and _are_western(western):
            continue
        if share > fits:
            best, fits = codec, share
    return best, 1.0 if best == "cp1252" and western and _are_western(western) else fits


def _are_western(letters: list[str]) -> bool:
    """Whether each letter occurs in some Western language."""
    return all(any(c in alphabet for alphabet in _ALPHABETS[0][1]) for c in letters)


def _few(western: list[str], letters: list[str]) -> bool:
    """Whether two readings differ in one letter only, once or twice."""
    differing = [b for a, b in zip(western, letters, strict=False) if a != b]
    return bool(western) and len(western) == len(letters) and len(set(differing)) < 2 and len(differing) < 3
