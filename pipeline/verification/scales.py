"""Words of other languages for scales and fractions, and figures with Indian and Thai scales."""

from __future__ import annotations

import math
import re
from typing import Final

# Words for powers of ten after a figure, by the English word of the same value.
_SCALES: Final = {
    "thousand": "tausend tsd mille mila tysiąc tysiące tysięcy тыс тысяча тысячи тысяч duizend ألف آلاف",
    "million": """million millionen mio millions millón millones milhão milhões milione milioni miljoen milion miliony
        milionów млн миллион миллиона миллионов milyon مليون ملايين""",
    "billion": """milliarde milliarden mrd milliard milliards miliardo miliardi miljard miliard miliardy miliardów
        bilhão bilhões млрд миллиард миллиарда миллиардов milyar مليار مليارات""",
    "trillion": """billion billionen billón billones bilione bilioni biljoen bilion trilhão trilhões трлн триллион
        триллионов trilyon تريليون""",
}
_WORD_OF = {word: scale for scale, words in _SCALES.items() for word in words.split()}
_IN_SOME_LANGUAGES: Final = {  # other words elsewhere: "mil" are miles in Polish, "bin" is "am" in German
    "ca": {"mil": "thousand"},
    "es": {"mil": "thousand"},
    "gl": {"mil": "thousand"},
    "pt": {"mil": "thousand", "mi": "million", "bi": "billion", "tri": "trillion"},
    "tr": {"bin": "thousand"},
}
_OF_MONEY = {"k": "thousand", "M": "million", "Md": "billion", "Mds": "billion", "Mrd": "billion"}
_MONEY = re.compile(rf"(?<=\d)\s?({'|'.join(_OF_MONEY)})\s?(?=[€$£])")

# Scales that figures of South Asia and Thailand are written with; several add up: "1 करोड़ 20 लाख".
_ADDED: Final = {
    100: "ร้อย",
    1000: "हज़ार हजार হাজার હજાર ہزار พัน",
    10**4: "หมื่น",
    10**5: "लाख লাখ লক্ষ લાખ ਲੱਖ لاکھ லட்சம் లక్ష లక్షల แสน",
    10**6: "ล้าน",
    10**7: "करोड़ कोटी কোটি કરોડ ਕਰੋੜ کروڑ கோடி కోట్ల కోట్లు",
    10**9: "अरब ارب",
}
_FACTOR = {word: factor for factor, words in _ADDED.items() for word in words.split()}
# "พันธ" begins words such as "variety". A figure is tried from its first digit only, so that long ones take no longer.
_PART = rf"(?<!\d)(?<!\d,)(\d[\d,]*(?:\.\d+)?)\s?({'|'.join(sorted(_FACTOR, key=len, reverse=True))})(?!ธ)"
_PARTS = re.compile(_PART)
_SUM = re.compile(rf"{_PART}(?:\s?{_PART})*")

# Denominators in words, of languages whose other number words are read.
_DENOMINATORS: Final = {
    3: "drittel tiers tercio tercios terço terços terzo terzi derde",
    4: "viertel quart quarts cuarto cuartos quarto quartos quarti kwart vierde",
    5: "fünftel quinto quintos quinti",
    6: "sechstel sexto sextos sesto sesti",
    7: "siebtel siebentel séptimo séptimos sétimo sétimos",
    8: "achtel octavo octavos oitavo oitavos",
    9: "neuntel noveno novenos nono nonos noni",
    10: "zehntel décimo décimos decimi",
    11: "elftel",
    12: "zwölftel",
}
_DENOMINATOR = {word: n for n, words in _DENOMINATORS.items() for word in words.split()}
_FRACTION = re.compile(
    r"\b(\d{1,2}) (?:(\d{1,2})(?:[èe]mes?|ᵉ|e|ᵒˢ?|ᵃˢ?|[ºª])(?!\w)"
    rf"|({'|'.join(_DENOMINATOR)})\b|(?:von|sur|de cada|em cada|su|op de|van de) (\d{{1,2}})\b)",
    re.IGNORECASE,
)
_LENGTH_OR_PRICE = re.compile(
    r"\b(\d{1,3}) (?:m|mètres?|meter|metros?|metri|metro|euros?|€|francs?|franken|dollars?)"
    r"(?: (?:et|e|y|und|en))? (\d{2})(?!\d|[.,]\d)",
    re.IGNORECASE,
)


def scale_word(word: str, language: str) -> str | None:
    """The English word for a scale: "billion" for "Milliarden"."""
    word = word.casefold()
    return _WORD_OF.get(word) or _IN_SOME_LANGUAGES.get(language, {}).get(word)


def with_added_scales(text: str) -> str:
    """The text with Indian and Thai scales multiplied out and added up: 12000000 for "1 करोड़ 20 लाख"."""
    return text if text.isascii() else _SUM.sub(lambda m: _sum(m[0]), text)


def with_scales_of_money(text: str) -> str:
    """The text with the scales of sums of money as English words: "5 million €" for "5 M€"."""
    return _MONEY.sub(lambda m: f" {_OF_MONEY[m[1]]} ", text)


def _sum(figure: str) -> str:
    total = math.fsum(float(number.replace(",", "")) * _FACTOR[scale] for number, scale in _PARTS.findall(figure))
    return f"{total:.0f}" if total.is_integer() else f"{total:.10g}"


def fractions_and_decimals(text: str) -> str:
    """What a text with its number words in digits states as fractions and in two units, as English writes it.

    "2 Drittel" and "2 von 3" are "2 in 3", "1 mètre 80" is "1.80".
    """
    shares = (f"{m[1]} in {m[2] or m[4] or _DENOMINATOR[m[3].casefold()]}" for m in _FRACTION.finditer(text))
    return " ; ".join((*shares, *(f"{m[1]}.{m[2]}" for m in _LENGTH_OR_PRICE.finditer(text))))
