"""Word documents, read by python-docx and as the XML that they are."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import docx

from pipeline.exports.docx import DOCX
from tests.exports.samples import hostile, quotes, ready, sample, texts

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def part(content: bytes, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return ElementTree.fromstring(archive.read(name))


def words(element: ElementTree.Element) -> str:
    return "".join(t.text or "" for t in element.iter(f"{W}t"))


def test_every_word_stands_in_it_under_real_styles() -> None:
    made = ready()
    word = docx.Document(io.BytesIO(DOCX.write(made)))
    shown = "\n".join(p.text for p in word.paragraphs)
    assert not [t for t in texts(made) if t not in shown]
    styles = {p.style.name: p.text for p in reversed(word.paragraphs) if p.style}
    assert styles["Title"] == "The Reactor at Lund" and styles["Heading 1"] == "Overview"
    assert styles["Heading 2"] == "1. A Reactor and Its Tower"
    assert styles["List Bullet 2"] == "It has run since 1998 without a stop."


def test_every_statement_has_its_quotations_as_a_footnote() -> None:
    made = ready()
    content = DOCX.write(made)
    notes = {n.get(f"{W}id"): words(n) for n in part(content, "word/footnotes.xml")}
    marks = [r.get(f"{W}id") for r in part(content, "word/document.xml").iter(f"{W}footnoteReference")]
    assert marks == [str(p.number) for _, _, _, p in made.points()]
    told = " ".join(notes[m] for m in marks if m)
    assert not [q for q in quotes(made) if q not in told]
    assert "† no line says 40" in told


def test_footnotes_lead_to_the_moment() -> None:
    links = part(DOCX.write(ready()), "word/_rels/footnotes.xml.rels")
    assert {r.get("Target") for r in links} >= {"https://example.org/reactor.mp4#t=10"}


def test_a_long_quotation_is_shortened_and_its_beginning_stays() -> None:
    first = sample().overview[0]
    long = first.evidence[0].model_copy(update={"quote": "word " * 200})
    made = ready(sample(overview=(first.model_copy(update={"evidence": (long,)}),)))
    note = words(list(part(DOCX.write(made), "word/footnotes.xml"))[2])
    assert re.search(r"“(word ){60,70}word…”$", note)


def test_hostile_text_stays_text_and_no_field_or_link_is_made_of_it() -> None:
    made = ready(hostile())
    content = DOCX.write(made)
    assert "<script>alert(1)</script>" in words(part(content, "word/document.xml"))
    kinds = {e.tag for e in part(content, "word/document.xml").iter()}
    assert kinds == {e.tag for e in part(DOCX.write(ready()), "word/document.xml").iter()} | {
        f"{W}i",
        f"{W}iCs",
        f"{W}rFonts",
    }


def test_the_same_document_gives_the_same_bytes() -> None:
    assert DOCX.write(ready()) == DOCX.write(ready())


def test_what_is_bold_is_bold_in_arabic_and_hebrew_too() -> None:
    run = sample().run.model_copy(update={"language": "ar"})
    content = DOCX.write(ready(sample(run=run)))
    styled = part(content, "word/document.xml").iter(f"{W}rPr")
    bold = [r for r in styled if r.find(f"{W}b") is not None]
    assert bold and all(r.find(f"{W}bCs") is not None for r in bold)
