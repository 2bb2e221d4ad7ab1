"""Decode bytes: by byte-order mark, as UTF-16 without one, as old mail, as UTF-8, else by a guess that is announced."""

from __future__ import annotations

import codecs
import contextlib
import re
import unicodedata

from pipeline.errors import InputError
from pipeline.readers.alphabets import code_page
from pipeline.text import numbered

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZIP = b"PK\x03\x04"
_BINARY_HEADS = {
    b"\x89PNG": "a PNG image",
    _ZIP: "a zip or office file",
    b"%PDF": "a PDF",
    b"ID3": "an MP3",
    b"\xff\xfb": "an MP3",
    b"RIFF": "a WAV or AVI",
    b"\x1f\x8b": "gzip data",
    b"OggS": "Ogg audio",
    b"\xff\xd8\xff": "a JPEG image",
    b"\x7fELF": "a program",
    b"\x1aE\xdf\xa3": "a Matroska video",
    b"GIF8": "a GIF",
    b"Scenarist_SCC": "closed captions as codes of a broadcast (SCC)",
}
_OFFICE = (
    (b"xl/workbook.", "a spreadsheet", "save it as CSV"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "a spreadsheet", "save it as CSV"),
    (b"application/vnd.oasis.opendocument.text", "an OpenDocument text", "save it as .docx"),
)
_TELETEXT = (b"STL25", b"STL30")  # follow the number of a code page
# Encodings in which a guess is trusted. None has Western letters, for which guesses were measured to be wrong.
_TRUSTED_GUESSES = frozenset(
    "cp1251 koi8_r mac_cyrillic iso8859_5 cp1253 iso8859_7 cp1255 cp1256 shift_jis cp932 euc_jp gb18030 gb2312 gbk "
    "big5 euc_kr cp949 cp874 tis_620 iso8859_11".split()
)
_BEYOND = re.compile(r"[^\x00-\x7f\ufffd]+")
_BLOCKS = 4  # maximum number of blocks of 256 characters that the letters of an alphabetic text are in
_FIRST = 200_000  # number of bytes that are decoded first
_WHOLE = 2  # minimum number of whole characters beyond ASCII for each broken byte of UTF-8

_Decoded = tuple[str, str, str | None]  # the text, its encoding, a remark


def decode(raw: bytes, name: str, encoding: str | None = None) -> _Decoded:
    """The text of a file, its encoding and, if that had to be guessed, a remark for the user.

    Raises InputError if the bytes are not text.
    """
    if encoding:
        return _as_asked(raw, name, encoding)
    if marked := _by_mark(raw, name):
        return marked
    _refuse_other_files(raw, name)
    return _utf16_without_mark(raw) or _escaped(raw) or _utf8(raw) or _damaged(raw) or _guess(raw, name)


def _as_asked(raw: bytes, name: str, encoding: str) -> _Decoded:
    try:
        return raw.decode(encoding), encoding, None
    except UnicodeDecodeError as err:
        raise InputError(f"{name}: this is not valid {encoding} (byte {err.start})") from err
    except (LookupError, ValueError) as err:
        raise InputError(f"{name}: unknown encoding {encoding!r}", hint="try utf-8, cp1252 or cp1251") from err


def _by_mark(raw: bytes, name: str) -> _Decoded | None:
    """The text behind a byte-order mark; None if there is no mark."""
    codec = next((codec for mark, codec in _MARKS if raw.startswith(mark)), None)
    if codec is None:
        return None
    try:
        return raw.decode(codec), codec.removesuffix("-sig"), None
    except UnicodeDecodeError as err:
        raise InputError(
            f"{name}: starts as {codec} but is broken at byte {err.start}", hint="save it as UTF-8"
        ) from err


def _refuse_other_files(raw: bytes, name: str) -> None:
    """Raise InputError for a kind of file that is known by its first bytes and is not text."""
    if raw.startswith(_ZIP):
        for part, kind, hint in _OFFICE:
            if part in raw:
                raise InputError(f"{name}: this is {kind}, which is not read", hint=hint)
    for head, kind in _BINARY_HEADS.items():
        if raw.startswith(head):
            raise InputError(f"{name}: this is {kind}, not a transcript", hint="use its .txt, .vtt or .srt file")
    if raw[3:8] in _TELETEXT:
        raise InputError(f"{name}: these are EBU STL subtitles, not text", hint="export them as .srt or .vtt")


def _utf8(raw: bytes) -> _Decoded | None:
    with contextlib.suppress(UnicodeDecodeError):
        return raw.decode("utf-8"), "utf-8", None
    return None


def _escaped(raw: bytes) -> _Decoded | None:
    """Old Japanese or Korean mail: seven bits, with codes that switch between alphabets."""
    if b"\x1b$" not in raw:
        return None
    for codec in ("iso2022_jp", "iso2022_kr", "iso2022_jp_ext"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(codec), codec, f"read as {codec}, which shifts between alphabets by escape codes"
    return None


def _damaged(raw: bytes) -> _Decoded | None:
    """UTF-8 with a few broken bytes; None if most of what is not ASCII is something else."""
    for size in sorted({min(_FIRST, len(raw)), len(raw)}):  # the first bytes are enough to rule out most files
        decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character cut by `size` is not broken
        text = decoder.decode(raw[:size], final=size == len(raw))
        broken, whole = text.count("\ufffd"), sum(map(len, _BEYOND.findall(text)))
        if whole < _WHOLE * broken:
            return None
    return text, "utf-8", f"{numbered(broken, 'invalid byte')} in UTF-8: read as \ufffd"


def _utf16_without_mark(raw: bytes) -> _Decoded | None:
    codec = _utf16_codec(raw)
    return (raw.decode(codec, errors="replace"), codec, f"read as {codec} (no byte-order mark)") if codec else None


def _utf16_codec(raw: bytes) -> str | None:
    """The codec of UTF-16 without a byte-order mark; None for anything else.

    NUL bytes are on one side of each pair: in Latin text of nearly all pairs, elsewhere of spaces.
    """
    sample = raw[:4000]
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    even, odd, half = sample[0::2].count(0), sample[1::2].count(0), len(sample) / 2
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be"
    codec = "utf-16-le" if even == 0 else "utf-16-be" if odd == 0 else None
    return codec if codec and _is_text(sample[: len(sample) // 2 * 2].decode(codec, errors="replace")) else None


def _is_text(text: str) -> bool:
    """Whether nearly all of it is letters, spaces, marks and punctuation, with the letters of few alphabets."""
    plain = sum(c.isalpha() or c.isspace() or c.isascii() or unicodedata.category(c)[0] in "MP" for c in text)
    blocks = {ord(c) >> 8 for c in text if c.isalpha()}
    return plain >= 0.98 * len(text) and (len(blocks) <= _BLOCKS or all(0x30 <= b <= 0xD7 or b == 0 for b in blocks))


def _guess(raw: bytes, name: str) -> _Decoded:
    controls = sum(raw[:65536].count(bytes([b])) for b in (*range(9), *range(14, 32)))
    if controls > 0.02 * len(raw[:65536]):
        raise InputError(f"{name}: this is binary data, not text", hint="save the transcript as UTF-8 text")
    codec, sure = code_page(raw)
    if not sure:
        from charset_normalizer import from_bytes  # imported here: hardly any file needs it

        guess = from_bytes(raw[:200_000]).best()
        codec = guess.encoding if guess and guess.encoding in _TRUSTED_GUESSES else codec
    text = raw.decode(codec, errors="replace")
    if text.count("\ufffd") > 0.01 * len(text):
        raise InputError(f"{name}: the text's encoding cannot be detected", hint="save it as UTF-8 or set --encoding")
    return text, codec, f"not UTF-8: read as {codec}; set --encoding if names look wrong"
