"""Which of the Western code pages a text is in: the one in which its letters are those of one language.

Detectors were measured to take French for Baltic and Czech for Western; the letters of one alphabet leave little doubt.
"""

from __future__ import annotations

# Letters besides a–z. The order decides between pages that read a text alike.
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
)
_TYPE = set("\u00a0“”‘’„‚‹›«»–—…•·°§©®™€£¡¿ªº´½¼¾²³×÷±")


def western(sample: bytes) -> tuple[str, float]:
    """The code page whose reading fits one alphabet best, and the share of signs that fit; ("cp1252", 0.0) for none."""
    best, fits = "cp1252", 0.0
    for codec, alphabets in _ALPHABETS:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        signs = [c for c in text.lower() if not c.isascii()]
        letters = [c for c in signs if c not in _TYPE]
        if not letters:
            return "cp1252", 1.0
        share = max(sum(c in alphabet for c in letters) / len(letters) for alphabet in alphabets)
        if share > fits:
            best, fits = codec, share
    return best, fits
