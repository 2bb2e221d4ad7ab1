"""EPUB, read as the zip file of XML that it is."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

from pipeline.exports.epub import EPUB
from tests.exports.samples import hostile, in_parts, quotes, ready, texts, unsaid

X = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
TYPE = "{http://www.idpf.org/2007/ops}type"


def book(made: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert (
            archive.infolist()[0].filename == "mimetype" and archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        )
        return {
            n.removeprefix("OEBPS/"): ElementTree.fromstring(archive.read(n))
            for n in archive.namelist()
            if n.endswith((".xhtml", ".opf", ".xml"))
        }


def shown(files: dict[str, ElementTree.Element]) -> str:
    return " ".join(" ".join("".join(f.itertext()).split()) for n, f in files.items() if n.endswith(".xhtml"))


def test_every_word_and_every_quotation_stands_in_the_book() -> None:
    for made in (ready(), ready(hostile())):
        text = shown(book(EPUB.write(made)))
        assert not unsaid((*texts(made), *quotes(made)), text)


def test_the_package_names_every_file_and_reads_in_order() -> None:
    files = book(EPUB.write(ready()))
    package = files["package.opf"]
    items = {i.get("id"): i.get("href") for i in package.iter(f"{OPF}item")}
    assert {n for n in files if n.endswith(".xhtml")} == {h for h in items.values() if h and h.endswith(".xhtml")}
    spine = [items[r.get("idref")] for r in package.iter(f"{OPF}itemref")]
    assert spine == ["title.xhtml", "nav.xhtml", *(f"chapter-{n}.xhtml" for n in range(1, 6))]


def test_contents_and_notes_lead_to_what_is_there() -> None:
    files = book(EPUB.write(ready()))
    ids = {f"{name}#{e.get('id')}" for name, f in files.items() for e in f.iter() if e.get("id")} | set(files)
    for name, file in files.items():
        for link in (a.get("href") or "" for a in file.iter(f"{X}a")):
            assert link.startswith("https://") or (f"{name}{link}" if link.startswith("#") else link) in ids


def test_every_statement_has_a_note_that_pops_up() -> None:
    files = book(EPUB.write(ready()))
    marks = [a.get("href") for f in files.values() for a in f.iter(f"{X}a") if a.get(TYPE) == "noteref"]
    notes = [f"#{a.get('id')}" for f in files.values() for a in f.iter(f"{X}aside") if a.get(TYPE) == "footnote"]
    assert marks == notes == [f"#e{p.number}" for _, _, _, p in ready().points()]


def test_hostile_text_opens_no_element() -> None:
    plain, poisoned = (book(EPUB.write(m)) for m in (ready(in_parts()), ready(hostile())))
    kinds = [{e.tag for f in files.values() for e in f.iter()} for files in (plain, poisoned)]
    assert kinds[1] - kinds[0] == {f"{X}code"} and kinds[0] <= kinds[1]


def test_the_same_document_gives_the_same_bytes() -> None:
    assert EPUB.write(ready()) == EPUB.write(ready())
