"""Annotation files that hold no known transcript, and are refused: other XML, such as ELAN's, and Praat's files."""

from __future__ import annotations

import re

from pipeline.errors import InputError
from pipeline.readers.base import Document

_XML = re.compile(r"<\?xml\b.*?<(?P<root>[^\W\d][\w:.-]*)", re.DOTALL)
_PRAAT = re.compile(r'File type\s*=\s*"oo\w*TextFile|"Praat chronological TextGrid|ooBinaryFile')
_COLUMNS = "CSV with the columns start, end, speaker and text"


def refuse_annotations(document: Document) -> None:
    """Raise InputError for XML and Praat files: read as prose, their elements and times would be what somebody said."""
    if xml := _XML.match(document.head):
        raise InputError(
            f'{document.label}: no transcript was found in its XML, which begins with "{xml["root"][:40]}"',
            hint=f"export it as .srt, .vtt, text or {_COLUMNS}; from ELAN, as tab-delimited text",
        )
    if _PRAAT.match(document.head):
        raise InputError(
            f"{document.label}: files of Praat are not read",
            hint=f"open it in ELAN and export it as tab-delimited text, or save it as {_COLUMNS}",
        )
