"""The footnotes part of a Word document, which python-docx cannot write, built from its own parts and elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.text import WD_UNDERLINE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from pipeline.exports.base import Exported
from pipeline.exports.passages import Passage
from pipeline.language import direction
from pipeline.pages import DOUBT_MARK
from pipeline.pages.outline import Point

TEXT, REFERENCE = "footnote text", "footnote reference"  # Word's own names
# Footnotes must leave the page to the notes: longer quotations are cut, and further ones reduced to their times.
_LONGEST, _MOST_QUOTED = 320, 3
_EMPTY = (
    f"<w:footnotes {nsdecls('w', 'r')}>"
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    "</w:footnotes>"
)


class Footnotes:
    """The footnotes of a document: each statement's quotations, under the statement's number."""

    def __init__(self, word: Any, exported: Exported) -> None:
        self._exported = exported
        self._root = parse_xml(_EMPTY)
        self._styles = {name: word.styles[name].style_id for name in (TEXT, REFERENCE)}
        self._word = word
        self._right_to_left = direction(exported.document.source.language) == "rtl"  # that of the quotations
        package = word.part.package
        self._part = XmlPart(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, self._root, package)

    def refer(self, paragraph: Any, point: Point) -> None:
        """Add the reference to a statement's footnote to a paragraph, and the footnote with its quotations."""
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), str(point.number))
        paragraph._p.append(self._mark(reference))
        note = OxmlElement("w:footnote")
        note.set(qn("w:id"), str(point.number))
        passages = self._exported.passages(point)
        for n, passage in enumerate(passages[:_MOST_QUOTED]):
            note.append(self._paragraph(passage, first=n == 0))
        if more := passages[_MOST_QUOTED:]:
            note.append(self._places(more))
        if self._exported.doubted(point) and point.claim:
            note.append(self._plain(f"{DOUBT_MARK} {point.claim.finding}"))
        self._root.append(note)

    def finish(self) -> None:
        """Add the footnotes part to the document."""
        self._word.part.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)

    def _paragraph(self, passage: Passage, *, first: bool) -> Any:
        paragraph = self._plain("")
        if first:
            paragraph.append(self._mark(OxmlElement("w:footnoteRef")))
        paragraph.append(run(" "))
        self._place(paragraph, passage)
        paragraph.append(run(f" · {passage.attributed_quote(self._exported.labels, _LONGEST)}"))
        return paragraph

    def _places(self, passages: Sequence[Passage]) -> Any:
        paragraph = self._plain("+ ")
        for n, passage in enumerate(passages):
            if n:
                paragraph.append(run(", "))
            self._place(paragraph, passage)
        return paragraph

    def _place(self, paragraph: Any, passage: Passage) -> None:
        if passage.url:
            hyperlink(paragraph, self._part, passage.url, passage.place)
        else:
            paragraph.append(run(passage.place))

    def _plain(self, text: str) -> Any:
        paragraph: Any = OxmlElement("w:p")
        paragraph.style = self._styles[TEXT]
        if self._right_to_left:
            paragraph.pPr.append(OxmlElement("w:bidi"))
        if text:
            paragraph.append(run(text))
        return paragraph

    def _mark(self, number: Any) -> Any:
        """A number in the style of footnote references, after a statement or at the start of its footnote."""
        mark: Any = OxmlElement("w:r")
        mark.style = self._styles[REFERENCE]
        mark.append(number)
        return mark


def run(text: str, *, underlined: bool = False) -> Any:
    """A run of text."""
    out: Any = OxmlElement("w:r")
    if underlined:
        out.get_or_add_rPr().u_val = WD_UNDERLINE.SINGLE
    out.add_t(text).set(qn("xml:space"), "preserve")
    return out


def hyperlink(paragraph: Any, part: Any, url: str, text: str) -> None:
    """Append a link to a paragraph of a part."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.append(run(text, underlined=True))
    paragraph.append(link)
