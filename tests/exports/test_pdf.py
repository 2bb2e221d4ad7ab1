"""PDF, read by pypdf. Pango has to be on the system: in continuous integration it is."""

from __future__ import annotations

import io
import os
import re
import sys

import pypdf
import pytest

from pipeline.errors import SettingsError
from pipeline.exports.pdf import PDF
from pipeline.exports.targets import export_options
from tests.exports.samples import HOSTILE, hostile, quotes, ready, texts, unsaid


@pytest.fixture(scope="module")
def pages() -> pypdf.PdfReader:
    return written(hostile())


def written(*document: object) -> pypdf.PdfReader:
    try:
        return pypdf.PdfReader(io.BytesIO(PDF.write(ready(*document))))  # type: ignore[arg-type]
    except SettingsError as err:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(str(err))
        pytest.skip(str(err))


def letters(text: str) -> str:
    """A text without the spaces and hyphens that setting it in lines moves."""
    return re.sub(r"[\s\u00ad‐-]+", "", text)


def test_every_word_and_every_quotation_stands_on_the_pages(pages: pypdf.PdfReader) -> None:
    shown = letters("".join(p.extract_text() for p in pages.pages))
    made = ready(hostile())
    assert not unsaid(map(letters, (*texts(made), *quotes(made))), shown)


def test_it_has_bookmarks_a_title_and_nothing_that_acts(pages: pypdf.PdfReader) -> None:
    assert pages.metadata and pages.metadata.title and HOSTILE[:20] in pages.metadata.title
    first, *_ = pages.outline
    assert isinstance(first, pypdf.generic.Destination) and HOSTILE[:20] in str(first.title)
    raw = "".join(str(o.get_object()) for p in pages.pages for o in (p.get("/Annots") or []))
    assert "/URI" in raw and "/JavaScript" not in raw and "/Launch" not in raw
    assert set(re.findall(r"'/URI': '([^']+)'", raw)) <= {
        f"https://example.org/reactor.mp4{m}" for m in ("", *(f"#t={n}0" for n in range(1, 7)))
    }


def test_without_the_extra_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(SettingsError, match=r"pip install 'studydoc\[pdf\]'"):
        export_options(["pdf"])
