"""Word, PDF and RTF documents are read as the text that they hold."""

import io
import zipfile

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from pypdf import PdfWriter

from pipeline.errors import InputError
from pipeline.readers import parts
from tests.readers.reading import read
from tests.readers.shapes import TURNS, clock


def word(timed: bool) -> bytes:
    document = Document()
    document.core_properties.title = "Night ferry"
    for who, start, _, said in TURNS:
        paragraph = document.add_paragraph()
        paragraph.add_run(who).bold = timed
        paragraph.add_run(f"   {clock(start, '{minutes}:{s:02}')}\n{said}" if timed else f": {said}")
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize("timed", [True, False])
def test_a_word_document_gives_speakers_and_title(timed: bool) -> None:
    transcript = read(word(timed), ".docx")
    assert [(s.speaker, s.text) for s in transcript.segments] == [(who, said) for who, _, _, said in TURNS]
    assert (transcript.metadata.title, transcript.reading.format) == ("Night ferry", "docx")
    assert (transcript.segments[1].start == 9.0) == timed


def test_a_word_document_without_properties_has_the_title_of_its_heading() -> None:
    document = Document()
    document.add_heading("The night ferry", 1)
    for who, _, _, said in TURNS:
        document.add_paragraph(f"{who}: {said}")
    rels = document.part.package.rels
    for key in [key for key, rel in rels.items() if rel.reltype == RELATIONSHIP_TYPE.CORE_PROPERTIES]:
        del rels[key]
    packed = io.BytesIO()
    document.save(packed)
    assert read(packed.getvalue(), ".docx").metadata.title == "The night ferry"


def test_content_controls_and_insertions_are_read_and_deletions_told() -> None:
    document = Document()
    paragraph = document.add_paragraph("Oda Brandt: The ferry leaves ")
    for name, inner, said in (
        ("sdt", "sdtContent", "at nine "),
        ("ins", None, "on Monday "),
        ("del", None, "on Friday "),
    ):
        part = OxmlElement(f"w:{name}")
        holder = part if inner is None else OxmlElement(f"w:{inner}")
        run = OxmlElement("w:r")
        text = OxmlElement("w:delText" if name == "del" else "w:t")
        text.text = said
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(text)
        holder.append(run)
        if holder is not part:
            part.append(holder)
        paragraph._p.append(part)
    paragraph.add_run("from the north pier.")
    packed = io.BytesIO()
    document.save(packed)
    transcript = read(packed.getvalue(), ".docx")
    assert transcript.segments[0].text.endswith("The ferry leaves at nine on Monday from the north pier.")
    assert [part.example for part in transcript.reading.left_out] == ["on Friday"]


def test_rows_and_cells_of_tables_in_content_controls_are_read() -> None:
    document = Document()
    table = document.add_table(0, 2)
    for who, _, _, said in TURNS:
        for cell, text in zip(table.add_row().cells, (who, said), strict=True):
            cell.text = text
    inner = [table.rows[1]._tr, *(cell._tc for cell in table.rows[2].cells)]
    for element in inner:
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        element.addprevious(control)
        control.append(content)
        content.append(element)
    packed = io.BytesIO()
    document.save(packed)
    said = " ".join(segment.text for segment in read(packed.getvalue(), ".docx").segments)
    assert all(turn[3] in said for turn in TURNS)


def test_a_merged_cell_of_a_table_belongs_to_all_its_rows() -> None:
    document = Document()
    table = document.add_table(4, 3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Oda"
    table.cell(2, 1).merge(table.cell(2, 2)).text = "both"
    expected = [[cell.text for cell in row.cells] for row in table.rows]
    assert list(parts.rows(table._tbl, lambda cell: cell.xpath("string(.)"))) == expected


def pdf(pages: list[list[str]]) -> bytes:
    """A PDF by hand: one text line under the other."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for rows in pages:
        shown = "".join(f"({row.replace('(', '[').replace(')', ']')}) Tj T*\n" for row in rows)
        stream = f"BT /F1 10 Tf 12 TL 40 780 Td\n{shown}ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects)} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, offsets = "%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{n} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    start = len(out)
    out += (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return f"{out}startxref\n{start}\n%%EOF".encode("latin-1")


def test_a_pdf_is_read_without_its_running_heads() -> None:
    rows = [f"{who}: {said}" for who, _, _, said in TURNS]
    transcript = read(pdf([["Night ferry", *rows[i : i + 6], f"Page {i // 6 + 1}"] for i in (0, 6, 12)]), ".pdf")
    assert [(s.speaker, s.text) for s in transcript.segments] == [(who, said) for who, _, _, said in TURNS]
    assert transcript.reading.left_out[0].kind == "headers and footers of pages"


def test_running_heads_of_two_pages_are_no_speech() -> None:
    rows = [f"{who}: {said}" for who, _, _, said in TURNS[:8]]
    transcript = read(pdf([[*rows[i : i + 4], "FERRER REPORTING, INC."] for i in (0, 4)]), ".pdf")
    assert [(s.speaker, s.text) for s in transcript.segments] == [(who, said) for who, _, _, said in TURNS[:8]]


@pytest.mark.parametrize("label", ["{who}:", "{who}  {clock}", "{who} (00:{clock}):"])
def test_a_speaker_at_the_edges_of_most_pages_is_no_running_head(label: str) -> None:
    turns = [(label.format(who=who, clock=clock(start, "{m:02}:{s:02}")), said) for who, start, _, said in TURNS]
    pages = [[row for turn in turns[i : i + 4] for row in turn] for i in range(0, len(turns), 4)]
    transcript = read(pdf(pages), ".pdf")
    assert not transcript.reading.left_out
    assert [s.speaker for s in transcript.segments] == [who for who, *_ in TURNS]


def test_a_line_that_stands_inside_pages_too_is_no_running_head() -> None:
    rows = [row for who, _, _, said in TURNS for row in (who, said)]
    transcript = read(pdf([rows[i : i + 8] for i in range(0, len(rows), 8)]), ".pdf")
    assert not transcript.reading.left_out


def test_a_pdf_of_pictures_is_told() -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    packed = io.BytesIO()
    writer.write(packed)
    with pytest.raises(InputError, match="contains no text, only 1 page of images"):
        read(packed.getvalue(), ".pdf")


@pytest.mark.parametrize(("raw", "suffix"), [(b"%PDF-1.4 broken", ".pdf"), (b"PK\x03\x04word/document.xml", ".docx")])
def test_a_broken_document_is_told(raw: bytes, suffix: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(raw, suffix)


@pytest.mark.parametrize(
    ("part", "content", "hint"),
    [
        ("xl/workbook.xml", "", "save it as CSV"),
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "save it as CSV"),
        ("mimetype", "application/vnd.oasis.opendocument.text", r"save it as \.docx"),
        ("ppt/presentation.xml", "", r"use its \.txt"),
    ],
)
def test_an_office_file_that_is_not_read_is_refused_with_the_form_to_save_it_in(
    part: str, content: str, hint: str
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(part, content)
    with pytest.raises(InputError, match=hint):
        read(packed.getvalue(), ".dat")


def test_rtf_is_read_as_text() -> None:
    raw = rb"{\rtf1\ansi\deff0 {\fonttbl{\f0 Arial;}}\f0\fs24 We leave at nine.\par The caf\'e9 is closed.\par }"
    assert read(raw, ".txt").segments[0].text == "We leave at nine. The café is closed."


def test_a_table_in_rtf_has_a_turn_in_each_row() -> None:
    row = r"\trowd\cellx1800\cellx9000\pard\intbl {}\cell\pard\intbl {}\cell\row "
    table = "".join(row.format(who, said.replace(", ", r",\par ", 1)) for who, *_, said in TURNS)
    transcript = read(rf"{{\rtf1\ansi {table}\pard Kofi Mensah: Is that all?\par Oda Brandt: It is.\par}}", ".rtf")
    expected = [*((who, said) for who, *_, said in TURNS), ("Kofi Mensah", "Is that all?"), ("Oda Brandt", "It is.")]
    assert [(s.speaker, s.text) for s in transcript.segments] == expected


def test_a_bar_and_a_backslash_in_rtf_stay() -> None:
    assert (
        read(r"{\rtf1\ansi We use a | b and C:\\cell today.\par}").segments[0].text
        == r"We use a | b and C:\cell today."
    )


def test_bold_inside_a_word_parts_nothing_and_a_formula_is_told() -> None:
    made = Document()
    paragraph = made.add_paragraph()
    paragraph.add_run("un").bold = True
    paragraph.add_run("believable it is, and so is ")
    formula, words = OxmlElement("m:oMath"), OxmlElement("m:t")
    words.text = "a+b"
    formula.append(words)
    paragraph._p.append(formula)
    packed = io.BytesIO()
    made.save(packed)
    transcript = read(packed.getvalue(), ".docx")
    assert transcript.segments[0].text == "unbelievable it is, and so is"
    assert [(part.kind, part.example) for part in transcript.reading.left_out] == [("formulas", "a+b")]


def test_one_pair_of_tags_is_what_somebody_says() -> None:
    said = "You write <App> here and </App> there."
    assert read(f"Ann: {said}\n\nBob: I see.\n\nAnn: Good.\n".encode(), ".txt").segments[0].text == said


def saved(document: object) -> bytes:
    packed = io.BytesIO()
    document.save(packed)  # type: ignore[attr-defined]  # python-docx ships no types
    return packed.getvalue()


def test_a_paragraph_in_the_style_of_a_title_is_the_title_and_the_name_of_a_file_is_none() -> None:
    document = Document()
    document.core_properties.title = "Microsoft Word - interview_3_final.docx"
    document.add_paragraph("Interview with a skipper", style="Title")
    for who, _, _, said in TURNS:
        document.add_paragraph(f"{who}: {said}")
    assert read(saved(document), ".docx").metadata.title == "Interview with a skipper"


def test_times_in_a_table_above_others_are_no_keys() -> None:
    document = Document()
    document.add_paragraph("A talk about bread")
    said = ["Welcome to the bakery.", "It has flour.", "And salt.", *["So the first thing is time."] * 4]
    for start, stop in ((0, 3), (3, 7)):
        table = document.add_table(0, 2)
        for n in range(start, stop):
            cells = table.add_row().cells
            cells[0].text, cells[1].text = f"00:00:{n}1", said[n]
        document.add_paragraph("")
    segments = read(saved(document), ".docx").segments
    assert segments[0].start == 1.0
    assert not any("00:0" in segment.text for segment in segments)


def test_a_table_above_a_talk_that_says_what_it_is_about_is_no_speech() -> None:
    document = Document()
    table = document.add_table(0, 2)
    for key, value in (("Date", "7 August 2026"), ("Place", "Harbour office"), ("Chair", "Oda Brandt")):
        row = table.add_row().cells
        row[0].text, row[1].text = key, value
    for who, _, _, said in TURNS:
        document.add_paragraph(f"{who}: {said}")
    transcript = read(saved(document), ".docx")
    assert [(s.speaker, s.text) for s in transcript.segments] == [(who, said) for who, _, _, said in TURNS]
    assert transcript.metadata.published == "2026-08-07"
    assert transcript.metadata.header == "Date: 7 August 2026 / Place: Harbour office / Chair: Oda Brandt"
