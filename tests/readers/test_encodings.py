"""Bytes that are not UTF-8 are read in the code page whose letters they are, and that is told."""

import json
import unicodedata

import pytest

from pipeline.errors import InputError
from pipeline.readers import parse
from pipeline.readers.base import Document

TEXTS = {
    "cp1252 French": ("cp1252", "Ça va très bien, l'été est arrivé à la forêt et le garçon est là."),
    "cp1252 German": ("cp1252", "Schöne Grüße aus Köln, die Straße ist größer als früher."),
    "cp1252 French and names": ("cp1252", "Voilà un café à Göteborg, là où Bäckström déjà le prit, à la carte."),
    "cp1252 Spanish": ("cp1252", "El niño comió la piña mañana, ¿qué pasó aquí?"),
    "cp1250 Czech": ("cp1250", "Dnes večer mluvíme o lodi, která čeká u mola, řekl přístavní."),
    "cp1250 Polish": ("cp1250", "Dziś wieczór mówimy o łodzi, która czeka na gości w porcie, żeglarzu."),
    "cp1250 Hungarian": ("cp1250", "Az őszi idő hűvös, a hajó kikötője zárva, a fűtés jól jön."),
    "cp1254 Turkish": ("cp1254", "Bu gece gemi için konuşuyoruz, ışık ve yağmur çok güçlü."),
    "cp1257 Lithuanian": ("cp1257", "Šįvakar kalbame apie laivą, kuris čia laukia žmonių."),
    "cp1251 Russian": ("cp1251", "Сегодня вечером мы говорим о пароме на северный остров."),
    "koi8_r Russian": ("koi8_r", "Сегодня вечером мы говорим о пароме на северный остров."),
    "cp1251 Ukrainian": ("cp1251", "Добрий ранок, у нас сорок хвилин на переїзд бібліотеки, її чекають."),
    "cp866 Russian": ("cp866", "Сегодня вечером мы говорим о пароме на северный остров."),
    "iso8859_7 Greek": ("iso8859_7", "Απόψε μιλάμε για το πλοίο προς το βόρειο νησί και τα εισιτήρια."),
    "cp1255 Hebrew": ("cp1255", "הערב נדבר על הספינה לאי הצפוני ועל הכרטיסים."),
    "cp1256 Arabic": ("cp1256", "نتحدث الليلة عن السفينة إلى الجزيرة الشمالية وعن التذاكر."),
    "mac_roman French": ("mac_roman", "Ça va très bien, l’été est arrivé à la forêt et le garçon est là."),
    "euc_jp Japanese": ("euc_jp", "今夜は北の島へ行く船の話をします、切符は九ユーロです。"),
    "iso2022_jp Japanese": ("iso2022_jp", "今夜は北の島へ行く船の話をします、切符は九ユーロです。"),
    "big5 Chinese": ("big5", "今天晚上我們討論去北島的渡輪，票價是九歐元，廚房關閉了。"),
    "cp874 Thai": ("cp874", "คืนนี้เราคุยกันเรื่องเรือไปเกาะทางเหนือและราคาตั๋ว"),
    "cp1253 Greek": ("cp1253", "Απόψε μιλάμε για το πλοίο προς το βόρειο νησί και τα εισιτήρια."),
    "cp932 Japanese": ("cp932", "今夜は北の島へ行く船の話をします、切符は九ユーロです。"),
    "gb18030 Chinese": ("gb18030", "今天晚上我们讨论去北岛的渡轮，票价是九欧元，厨房关闭了。"),
    "cp949 Korean": ("cp949", "오늘 밤 우리는 북쪽 섬으로 가는 배에 대해 이야기합니다."),
}


@pytest.mark.parametrize("case", TEXTS)
def test_the_letters_tell_the_code_page(case: str) -> None:
    codec, said = TEXTS[case]
    transcript = parse((said + "\n\n").encode(codec) * 3, "talk.txt", name="talk")
    assert transcript.segments[0].text.startswith(said)
    assert transcript.reading.encoding in transcript.notes[0]


@pytest.mark.parametrize("case", TEXTS)
def test_a_single_line_among_english_is_enough(case: str) -> None:
    codec, said = TEXTS[case]
    raw = f"Good evening, this is the programme.\n\n{said}\n\nAnd that is all.\n".encode(codec)
    assert said in " ".join(s.text for s in parse(raw, "talk.txt", name="talk").segments)


def test_a_hungarian_letter_among_western_ones_is_not_portuguese() -> None:
    said = "Jó reggelt, negyven percünk van. A fal nedves, őszig nem szárad meg."
    assert parse(said.encode("cp1250"), "talk.txt", name="talk").reading.encoding == "cp1250"


def test_a_broken_byte_does_not_make_utf8_something_else() -> None:
    raw = "Zoë said – and Žofie agreed – that the box".encode() + b"\xe9" + b"s were wet at the quay."
    transcript = parse(raw, "talk.txt", name="talk")
    assert "Zoë said – and Žofie" in transcript.segments[0].text
    assert "1 invalid byte in UTF-8" in transcript.notes[0]


def test_two_strange_bytes_are_no_alphabet() -> None:
    with pytest.raises(InputError, match="encoding cannot be detected"):
        parse(b"A broken \x81 byte and \x8d another.", "talk.txt", name="talk")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("case", ["cp1251 Russian", "cp932 Japanese", "cp1253 Greek", "cp1252 German"])
def test_wide_characters_need_no_mark(codec: str, case: str) -> None:
    said = TEXTS[case][1]
    transcript = parse((said + "\n\n").encode(codec) * 2, "talk.txt", name="talk")
    assert (transcript.segments[0].text.startswith(said), transcript.reading.encoding) == (True, codec)


@pytest.mark.parametrize("end", ["\n", "\r", " "])
def test_long_lines_do_not_hide_the_letters_after_them(end: str) -> None:
    said = TEXTS["cp1250 Czech"][1]
    raw = f"Café. {'We talk on. ' * 20_000}{end}{said}{end}{'And on. ' * 20_000}{end}{said}".encode("cp1250")
    assert parse(raw, "talk.txt", name="talk").reading.encoding == "cp1250"


def test_a_long_line_of_signs_of_two_bytes_is_torn_nowhere() -> None:
    said = TEXTS["euc_jp Japanese"][1]
    raw = (f"x{said}" * 1000).encode("euc_jp")
    assert parse(raw, "talk.txt", name="talk").reading.encoding == "euc_jp"


def test_a_letter_across_the_end_of_the_first_bytes_is_whole() -> None:
    raw = b"word " * 39_999 + b"caf" + b" " + "é and élan, été".encode() + b" \xe9."
    assert raw[199_999:200_001] == "é".encode()
    transcript = parse(raw, "talk.txt", name="talk")
    assert (transcript.reading.encoding, transcript.segments[-1].text[-6:]) == ("utf-8", "été \ufffd.")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b"])
def test_pages_have_the_lines_of_the_text(end: str) -> None:
    raw = f"\ufeffOne.{end}Two.\x00\x0cThree.{end}\x0c".encode()
    pages = Document(raw, "a.txt").pages()
    assert pages == [["One.", "Two.\ufffd"], ["Three.", ""], [""]]
    assert [row for page in pages for row in page] == Document(raw, "a.txt").rows()


@pytest.mark.parametrize("suffix", [".txt", ".vtt", ".json", ".html"])
def test_accents_that_are_characters_of_their_own_are_read_with_their_letters(suffix: str) -> None:
    turns = [("Zoë", "Nous partons à l'été."), ("François", "La forêt est là.")] * 3
    apart = [(unicodedata.normalize("NFD", who), unicodedata.normalize("NFD", said)) for who, said in turns]
    files = {
        ".txt": "\n\n".join(f"{who}: {said}" for who, said in apart),
        ".vtt": "WEBVTT\n\n"
        + "".join(f"00:0{n}.000 --> 00:0{n}.900\n<v {w}>{s}\n\n" for n, (w, s) in enumerate(apart)),
        ".json": json.dumps([{"speaker": w, "start": n, "text": s} for n, (w, s) in enumerate(apart)]),
        ".html": "<html>" + "".join(f"<p>{w}: {s}</p>" for w, s in apart).replace("\u0308", "&#776;") + "</html>",
    }
    transcript = parse(files[suffix].encode(), f"talk{suffix}", suffix=suffix, name="talk")
    assert [(s.speaker, s.text) for s in transcript.segments] == turns
