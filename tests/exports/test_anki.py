"""Anki packages, read as the SQLite file that they hold."""

from __future__ import annotations

import html
import io
import re
import sqlite3
import zipfile
from pathlib import Path

import pytest

from pipeline.document import Detail
from pipeline.exports import Exported
from pipeline.exports.anki import ANKI, cloze
from tests.exports.samples import hostile, ready, sample


def notes(made: Exported, folder: Path) -> dict[str, tuple[int, list[str]]]:
    """(when it changed, its fields) of every note, by its id."""
    with zipfile.ZipFile(io.BytesIO(ANKI.write(made))) as archive:
        (folder / "notes.sqlite").write_bytes(archive.read("collection.anki2"))
    with sqlite3.connect(folder / "notes.sqlite") as rows:
        found = {g: (mod, f.split("\x1f")) for g, mod, f in rows.execute("select guid, mod, flds from notes")}
    rows.close()
    return found


def test_concepts_and_figures_are_cards_with_their_quotations(tmp_path: Path) -> None:
    fields = [f for _, f in notes(ready(), tmp_path).values()]
    concept = next(f for f in fields if f[0] == "Cooling tower")
    assert concept[1] == "A building in which water gives its heat to the air."
    assert "A cooling tower is a building in which water" in concept[2] and "reactor.mp4#t=30" in concept[3]
    assert "The Lund reactor makes {{c1::40}} megawatts and has run without a stop." in [f[0] for f in fields]
    assert all(f[-3] and f[-1] == "The Reactor at Lund" for f in fields)


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("It cost 2.3 million euros in 2021.", "It cost {{c1::2.3}} million euros in {{c2::2021}}."),
        ("About 17% of 4,800 homes.", "About {{c1::17}}% of {{c2::4,800}} homes."),
        ("Two of them.", ""),
        ("反应堆产生40兆瓦，2021年花费2.3亿。", "反应堆产生{{c1::40}}兆瓦，{{c2::2021}}年花费{{c3::2.3}}亿。"),
        ("費用は3億5,000万円。", "費用は{{c1::3億5,000}}万円。"),
        ("2021年に４０台", "{{c1::2021}}年に{{c2::４０}}台"),
        ("원자로는 40메가와트를 만든다.", "원자로는 {{c1::40}}메가와트를 만든다."),
        ("ينتج المفاعل ٤٠ ميغاواط و٢٫٣ مليون.", "ينتج المفاعل {{c1::٤٠}} ميغاواط و{{c2::٢٫٣}} مليون."),
        ("A Straße of 40 CO2, 3D and v29.1rc1 at İ 7.", "A Straße of {{c1::40}} CO2, 3D and v29.1rc1 at İ {{c2::7}}."),
        ("In 1993–94, 1995/96 and 1999.", "In {{c1::1993–94}}, {{c2::1995/96}} and {{c3::1999}}."),
        ("40 or 40-50 in 40.", "{{c1::40}} or {{c1::40}}-{{c2::50}} in {{c1::40}}."),
        ("{{c1::x}} 40 [sound:a]", "&#123;&#123;c1&#58;&#58;x&#125;&#125; {{c1::40}} &#91;sound&#58;a&#93;"),
    ],
)
def test_figures_are_gaps(text: str, gaps: str) -> None:
    assert cloze(text) == gaps


def test_figures_that_stand_out_are_asked_before_others() -> None:
    text = "Of 4 bridges in 12 towns 30 carry 9,000 cars for 25 years."
    assert cloze(text, ("30", "25 years")).count("{{c") == 3
    assert "{{c1::4}}" in cloze(text, ("30", "25 years")) and "{{c3::25}}" in cloze(text, ("30", "25 years"))


def with_a_table(rows: tuple[str, ...]) -> Exported:
    first, second = sample().main_points
    top, *_ = second.details
    cells = tuple(top.model_copy(update={"text": text}) for text in rows)
    table = top.model_copy(update={"text": "", "columns": ("Machine", "Power", "Cost in 1930"), "details": cells})
    details = (table, top.model_copy(update={"text": "It lasts 25 years."}))
    return ready(sample(main_points=(first, second.model_copy(update={"heading": "Machines", "details": details}))))


def test_rows_of_a_table_are_cards_that_ask_for_cells_and_not_for_the_names_of_columns(tmp_path: Path) -> None:
    fields = [f for _, f in notes(with_a_table(("Reactor | 40 MW | 1930", "Tower of 80 m | – | –")), tmp_path).values()]
    (card,) = (f for f in fields if f[0].startswith("Machines"))
    assert (
        card[0] == "Machines<br><b>Machine&#58; Reactor</b><br>Power&#58; {{c1::40}} MW; Cost in 1930&#58; 1930"
        and card[1]
    )


def test_rows_with_figures_do_not_change_by_what_other_cards_are_known(tmp_path: Path) -> None:
    few, more = (
        notes(with_a_table(("Reactor | much | none", f"Tower | {power} | little")), tmp_path)
        for power in ("none", "40 MW")
    )
    assert few.items() < more.items() and "It lasts {{c1::25}} years." in [f[0] for _, f in few.values()]


def test_a_figure_that_the_card_shows_elsewhere_is_not_asked() -> None:
    assert cloze("In 1923 it cost 40.", shown=("The year 1923",)) == "In 1923 it cost {{c1::40}}."


def test_notes_made_again_keep_their_ids_and_are_newer(tmp_path: Path) -> None:
    before = notes(ready(), tmp_path)
    first, *others = sample().main_points
    detail = first.details[0].model_copy(update={"text": "The reactor at Lund makes 40 megawatts, said otherwise."})
    changed = sample(main_points=(first.model_copy(update={"details": (detail, *first.details[1:])}), *others))
    after = notes(ready(changed, changed=1_800_000_000), tmp_path)
    assert before.keys() == after.keys() and before != after
    assert min(mod for mod, _ in after.values()) > max(mod for mod, _ in before.values())


def test_two_figures_of_the_same_lines_are_two_notes(tmp_path: Path) -> None:
    first, *others = sample().main_points
    twice = tuple(
        Detail(text=f"It makes {n}.", evidence=first.details[0].evidence, support="verified") for n in (40, 41)
    )
    made = ready(sample(main_points=(first.model_copy(update={"details": twice}), *others)))
    texts = [f[0] for _, f in notes(made, tmp_path).values()]
    assert {"It makes {{c1::40}}.", "It makes {{c1::41}}."} <= set(texts)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    for _, fields in notes(ready(hostile()), tmp_path).values():
        for field in fields:
            bare = re.sub(
                r"\{\{c\d::[\d.,&#;]+\}\}|</?(?:b|br|a)(?: href=\"https://example\.org/[^\"<>]+\")?>", "", field
            )
            assert not re.search(r"[<>\[\]{}\\]", bare), bare
    assert any(
        "<script>alert(1)</script>" in html.unescape(f[0]) for _, f in notes(ready(hostile()), tmp_path).values()
    )


def test_the_same_document_gives_the_same_bytes() -> None:
    assert ANKI.write(ready()) == ANKI.write(ready())


def decks(made: Exported) -> bytes:
    with zipfile.ZipFile(io.BytesIO(ANKI.write(made))) as archive:
        return archive.read("collection.anki2")


def test_documents_of_the_same_title_in_two_folders_are_in_decks_of_their_own(tmp_path: Path) -> None:
    first, second = (ready(name=f"2026/{week}/introduction") for week in ("Week-01", "Week-02"))
    assert b'"2026::Week-01::The Reactor at Lund"' in decks(first)
    assert b'"2026::Week-02::The Reactor at Lund"' in decks(second)
    assert {f[-1] for _, f in notes(first, tmp_path).values()} == {"2026/Week-01 · The Reactor at Lund"}


def test_cards_of_a_document_in_a_folder_keep_their_ids(tmp_path: Path) -> None:
    assert notes(ready(name="Week-01/reactor"), tmp_path).keys() == notes(ready(), tmp_path).keys()


def test_no_colons_of_a_title_make_a_deck_within_another() -> None:
    assert b'"a:b :c"' in decks(ready(sample(title="a:::b ::::c")))
