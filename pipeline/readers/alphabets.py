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
    """The code page whose reading fits one alphabet best, and the share of signs that fit; ("cp1252", 0.0) for none.

    A few accents in a text of another language say little: they are Western unless several letters speak against it.
    """
    best, fits = "cp1252", 0.0
    first: list[str] = []
    for codec, alphabets in _ALPHABETS:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        letters = [c for c in text.lower() if not c.isascii() and c not in _TYPE]
        if not letters:
            return "cp1252", 1.0
        share = max(sum(c in alphabet for c in letters) / len(letters) for alphabet in alphabets)
        if codec == "cp1252":
            first = letters
        elif share > fits and _few(first, letters) and _known(first):
            continue
        if share > fits:
            best, fits = codec, share
    return best, 1.0 if best == "cp1252" and first and _known(first) else fits


def _known(letters: list[str]) -> bool:
    """Whether all are letters of some Western language."""
    return all(any(c in alphabet for alphabet in _ALPHABETS[0][1]) for c in letters)


def _few(first: list[str], letters: list[str]) -> bool:
    """Whether two readings differ in one letter only, once or twice."""
    differing = [b for a, b in zip(first, letters, strict=False) if a != b]
    return bool(first) and len(first) == len(letters) and len(set(differing)) < 2 and len(differing) < 3
