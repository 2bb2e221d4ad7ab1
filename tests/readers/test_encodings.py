"""Bytes that are not UTF-8 are read in the code page whose letters they are, and that is told."""

import pytest

from pipeline.readers import parse

TEXTS = {
    "cp1252 French": ("cp1252", "Ça va très bien, l'été est arrivé à la forêt et le garçon est là."),
    "cp1252 German": ("cp1252", "Schöne Grüße aus Köln, die Straße ist größer als früher."),
    "cp1252 Spanish": ("cp1252", "El niño comió la piña mañana, ¿qué pasó aquí?"),
    "cp1250 Czech": ("cp1250", "Dnes večer mluvíme o lodi, která čeká u mola, řekl přístavní."),
    "cp1250 Polish": ("cp1250", "Dziś wieczór mówimy o łodzi, która czeka na gości w porcie, żeglarzu."),
    "cp1250 Hungarian": ("cp1250", "Az őszi idő hűvös, a hajó kikötője zárva, a fűtés jól jön."),
    "cp1254 Turkish": ("cp1254", "Bu gece gemi için konuşuyoruz, ışık ve yağmur çok güçlü."),
    "cp1257 Lithuanian": ("cp1257", "Šįvakar kalbame apie laivą, kuris čia laukia žmonių."),
    "cp1251 Russian": ("cp1251", "Сегодня вечером мы говорим о пароме на северный остров."),
    "koi8_r Russian": ("koi8_r", "Сегодня вечером мы говорим о пароме на северный остров."),
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
