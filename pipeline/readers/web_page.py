"""HTML: Podcasting 2.0 transcripts with cite, time and p, and pages that are read as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser

from pipeline.readers.base import Document, Prose, Reader
from pipeline.readers.clocks import stamp_at
from pipeline.readers.dates import day_of
from pipeline.readers.heads import head_of
from pipeline.readers.linked_data import linked_data
from pipeline.readers.tally import Tally
from pipeline.text import clean, linkable, words
from pipeline.transcript import Metadata

_START = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--(?>.{0,2000}?-->)\s*)*+<(?:!doctype\s+html|html|head|body|article|main|section|div|cite|p|table|ul|ol|dl|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
# Words that a broken end tag would hide; "</o:p>" is intact.
_BROKEN_END_TAG = re.compile(
    r"</(?![\w-]{1,20}:[\w-]{1,40}\s*>)([a-zA-Z][a-zA-Z\d-]{0,20})(?:[^<>\w]+|(?=[^\x00-\x7f]))(\w[^<>]{0,2000})>?"
)
_REMOVED = tuple(
    (re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE))
    for opening, closing in (("<!--", "-->"), (r"<script\b", r"</script\s*>"), (r"<style\b", r"</style\s*>"))
)
_UNCLOSED = re.compile(r"<([^<>]*)(?=<|\Z)")
_SKIPPED = {"script", "style", "iframe"}
_CONTROLS = {"template", "noscript", "svg", "select", "button"}
_PARAGRAPHS = {"p", "li", "td", "dd", "dt", "blockquote", "cite"}
_RECURRING = 2  # minimum number of list terms that recur, if they name speakers
_BOLD = 60  # maximum number of characters in a bold beginning that may be a name
_DATES = ("article:published_time", "date", "dc.date", "dcterms.date", "dcterms.created", "citation_date")
_META = {"og:title", "og:url", "og:site_name", *_DATES}
_SURROUNDINGS = {"nav", "footer", "aside", "header"}
_BLOCKS = {
    *"address article blockquote br cite dd div dl dt figcaption h1 h2 h3 h4 h5 h6 hr li main ol p pre".split(),
    *"section table tbody td th thead time tr ul".split(),
}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Page(HTMLParser):
    """Collects text block by block: a heading gets its hashes, a cite its colon, a bold beginning its asterisks.

    What surrounds an article is collected apart, and so are buttons and lists to choose from, unless they are inside a
    paragraph or `buttons` are what the page consists of.
    """

    def __init__(self, *, buttons: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[str] = []
        self.terms: list[int] = []  # indices of rows that are terms of lists
        self.around: list[str] = []
        self.controls: list[str] = []
        self.broken: list[str] = []
        self.title: list[str] = []
        self.metadata: dict[str, str] = {}
        self._line: list[str] = []
        self._has_words = False  # in the line; the hashes of a heading count
        self._bold = ""  # the bold beginning of the line
        self._bold_from: int | None = None
        self._control_text: list[str] = []  # text of the elements in `_CONTROLS`
        self._buttons = buttons
        self._in_title = False  # closed by the first end tag: a page may open its title twice
        self._open: list[str] = []
        self._times_open: Counter[str] = Counter()  # open elements of each kind

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take_metadata(tag, dict(attrs))
        valueless = [name for name, value in attrs if value is None]
        if len(valueless) > 2:
            self.broken.append(" ".join(valueless))
        if tag in ("br", "hr"):
            self._end_line()
        elif tag not in _VOID:
            self._begin(tag)

    def _take_metadata(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "meta":
            name, content = attributes.get("property") or attributes.get("name") or "", attributes.get("content")
            if content and name.lower() in _META:
                self.metadata[name.lower()] = content
        elif tag == "html" and (language := attributes.get("lang")):
            self.metadata["lang"] = language

    def _begin(self, tag: str) -> None:
        """Begin an element that has text in it."""
        if tag in _SURROUNDINGS:
            self._end_line()
        self._open.append(tag)
        self._times_open[tag] += 1
        if tag in ("b", "strong") and not self._inside(_CONTROLS) and not self._has_words:
            self._bold_from = len(self._line)
        self._in_title = self._in_title or tag == "title"
        if tag in _BLOCKS:
            self._end_line()
            if tag[0] == "h" and tag[1:].isdigit() and not self._inside(_CONTROLS):
                self._add("#" * int(tag[1:]) + " ")
            elif tag in ("p", "li", "cite", "blockquote", "h1", "h2", "h3", "tr", "div", "section"):
                self._blank()

    def handle_endtag(self, tag: str) -> None:
        if self._times_open[tag]:
            while self._end_last() != tag:
                pass

    def _inside(self, kinds: set[str]) -> bool:
        """Whether an element of one of these kinds is open."""
        return any(self._times_open[kind] for kind in kinds)

    def _end_last(self) -> str:
        """End the innermost open element and return its name."""
        if self._open[-1] in _SURROUNDINGS:
            self._end_line()  # while it is known to surround the article
        last = self._open.pop()
        self._times_open[last] -= 1
        if last in _CONTROLS and not self._inside(_CONTROLS):
            self._end_apart(last)
        if last in ("b", "strong") and self._bold_from is not None:
            self._bold, self._bold_from = clean("".join(self._line[self._bold_from :])), None
        self._in_title = self._in_title and last != "title"
        if last in _BLOCKS:
            if last == "cite" and self._has_words and not self._inside(_CONTROLS) and not self._ends_in_colon():
                self._add(":")
            place = len(self.rows)
            self._end_line()
            if last == "dt" and len(self.rows) > place:
                self.terms.append(place)
            if last in ("p", "li", "blockquote", "tr"):
                self._blank()
        return last

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif self._inside(_SKIPPED):
            return
        elif self._inside(_CONTROLS):
            self._control_text.append(data.replace("\n", " "))
        elif not self._times_open["pre"]:
            self._add(data.replace("\n", " "))
        else:
            first, *rows = data.split("\n")  # in <pre>, line ends count
            self._add(first)
            for row in rows:
                if not self._has_words:
                    self._blank()
                self._end_line()
                self._add(row)

    def _add(self, text: str) -> None:
        self._line.append(text)
        self._has_words = self._has_words or bool(text.strip())

    def _ends_in_colon(self) -> bool:
        return "".join(self._line).rstrip().endswith((":", "："))

    def _end_apart(self, tag: str) -> None:
        """End an element to press or choose from; a time, or one inside a paragraph, is part of the text."""
        text, self._control_text = clean("".join(self._control_text)), []
        stamp = stamp_at(text)
        timed = stamp is not None and stamp.stop == len(text)
        if tag == "button" and (timed or self._buttons or self._inside(_PARAGRAPHS)):
            self._add(f" {text} ")
        else:
            self.controls.append(text)

    def _end_line(self) -> None:
        if self._inside(_CONTROLS):
            self._control_text.append(" ")
            return
        text, bold = clean("".join(self._line)), self._bold
        self._line, self._bold, self._bold_from, self._has_words = [], "", None, False
        if bold and len(bold) < _BOLD and bold[-1].isalnum() and text.startswith(f"{bold} "):
            text = f"**{bold}** {text[len(bold) :].strip()}"
        if text.strip("# "):
            (self.around if self._inside(_SURROUNDINGS) else self.rows).append(text)

    def _blank(self) -> None:
        if self.rows and self.rows[-1]:
            self.rows.append("")

    def close(self) -> None:
        super().close()
        while self._open:  # elements without an end tag, or with a broken one
            self._end_last()
        self._end_line()


def _well_formed(text: str) -> str:
    """The page without comments and scripts, and with angle brackets escaped that open a tag without closing it.

    Python's parser takes quadratic time for these.
    """
    for opening, closing in _REMOVED:
        kept: list[str] = []
        at = 0
        while (start := opening.search(text, at)) and (end := closing.search(text, start.end())):
            kept.append(text[at : start.start()])
            at = end.end()
        text = "".join([*kept, text[at:]])
    return _UNCLOSED.sub(r"&lt;\1", _BROKEN_END_TAG.sub(r"</\1> \2", text))


def _parsed(text: str, *, buttons: bool = False) -> _Page:
    page = _Page(buttons=buttons)
    page.feed(text)
    page.close()
    return page


def _with_labels(rows: list[str], terms: Sequence[int]) -> list[str]:
    """The rows, with a colon after terms of lists that are names: at least two recur, unlike in a glossary.

    A term that is a time gets no colon, nor does one above words with a label of their own.
    """
    bare = [i for i in terms if i + 1 < len(rows) and not (rows[i].endswith((":", "：")) or _labelled(rows[i + 1]))]
    counts = Counter(rows[i] for i in bare if not ((stamp := stamp_at(rows[i])) and stamp.stop == len(rows[i])))
    if sum(n > 1 for n in counts.values()) < _RECURRING:
        return rows
    behind = {i for i in bare if rows[i] in counts}
    return [f"{row}:" if i in behind else row for i, row in enumerate(rows)]


def _labelled(row: str) -> bool:
    head = head_of(row)
    return head is not None and head.name is not None and ":" in head.shape


def sniff(document: Document) -> bool:
    """Whether the document begins with a tag of a page or of its body."""
    return bool(_START.match(document.head))


def read(document: Document, tally: Tally) -> Prose:
    """Read the text of the page's main part as plain text; cite and time give speakers and times."""
    text = _well_formed(document.text)
    page = _parsed(text)
    if len(words(" ".join(page.controls))) > len(words(" ".join(page.rows))):
        page = _parsed(text, buttons=True)
    for row in page.controls:
        tally.leave_out("buttons, menus and hidden parts of a page", row)
    for row in page.around:
        tally.leave_out("text around the transcript of a page", row)
    for row in page.broken:
        tally.leave_out("words in broken tags", row)
    about, named = linked_data(document.text), page.metadata
    title = clean(named.get("og:title", "")) or about.title or clean("".join(page.title))
    dates = (day_of(clean(named[name])) for name in _DATES if name in named)
    return Prose(
        "\n".join(_with_labels(page.rows, page.terms)),
        Metadata(
            title=title or None,
            channel=about.channel or clean(named.get("og:site_name", "")) or None,
            url=linkable(named.get("og:url")),
            published=about.published or next(filter(None, dates), None),
            language=named.get("lang") or None,
        ).over(about),
    )


READER = Reader("html", "an HTML page", sniff, read)
