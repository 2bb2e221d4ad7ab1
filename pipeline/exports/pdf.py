"""PDF, typeset by WeasyPrint from the HTML page: page numbers in the contents, bookmarks, evidence at the end."""

from __future__ import annotations

import io
import logging
from typing import Any

from pipeline.errors import SettingsError
from pipeline.exports.base import Exported, Format
from pipeline.exports.pages import page


def write_pdf(exported: Exported) -> bytes:
    """The document, with a derived identifier and the document's own dates. SettingsError if the extra is missing."""
    html = page("page.html", paper=True, exported=exported, paged=True).decode()
    weasyprint = _weasyprint()
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # its warnings are about styles that are not used in print
    out = io.BytesIO()
    document = weasyprint.HTML(string=html, base_url=None, url_fetcher=_fetch_nothing)
    document.write_pdf(out, pdf_identifier=exported.key[:32].encode(), full_fonts=False)
    return out.getvalue()


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError as err:
        raise SettingsError(f"--to pdf: {err.name} is not installed", hint="pip install 'studydoc[pdf]'") from err
    except OSError as err:  # the package is installed, but a system library is missing
        raise SettingsError(
            f"--to pdf: {str(err).splitlines()[0]}",
            hint="apt install libpango-1.0-0 libpangoft2-1.0-0, or brew install pango",
        ) from err
    return weasyprint


def _fetch_nothing(url: str, *args: Any, **kwargs: Any) -> Any:
    """Refuse every address in a page: nothing is fetched."""
    raise ValueError(f"not fetched: {url}")


PDF = Format("pdf", ".pdf", "pages to print, with the evidence at the end", write_pdf, check=_weasyprint)
