"""HTML pages: words are read wherever they stand in the text; what is to be pressed or chosen is told."""

import pytest

from pipeline.readers import parse
from pipeline.readers.web_page import _parsed
from pipeline.transcript import Transcript

SAID = (
    "The hull was painted on Monday.",
    "And who looked at the mast?",
    "I did, with the crew.",
    "Good, then we sail.",
)
WHO = ("Oda Brandt", "Kofi Mensah") * 2


def read(body: str) -> Transcript:
    return parse(f"<html><body>{body}</body></html>".encode(), "talk.html", suffix=".html", name="talk")


def told(body: str) -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in read(body).segments]


def test_a_strong_name_before_its_words_is_a_speaker() -> None:
    body = "".join(f"<p><strong>{who}</strong> {said}</p>" for who, said in zip(WHO, SAID, strict=True))
    assert told(body) == list(zip(WHO, SAID, strict=True))


def test_an_end_tag_with_a_namespace_is_no_word() -> None:
    body = "".join(f"<p><b>{who}:</b> {said}<o:p></o:p></p>" for who, said in zip(WHO, SAID, strict=True))
    assert told(body) == list(zip(WHO, SAID, strict=True))


def test_words_on_buttons_in_paragraphs_are_read() -> None:
    body = "".join(f"<p><b>{who}:</b> <button>{said}</button></p>" for who, said in zip(WHO, SAID, strict=True))
    assert told(body) == list(zip(WHO, SAID, strict=True))


def test_a_form_around_the_page_hides_nothing() -> None:
    body = "".join(f"<p>{who}: {said}</p>" for who, said in zip(WHO, SAID, strict=True))
    assert told(f"<form action='/'>{body}<input name='q'></form>") == list(zip(WHO, SAID, strict=True))


def test_buttons_beside_the_text_are_told() -> None:
    page = read(f"<div><button>Share this</button><select><option>Dansk</option></select></div><p>{' '.join(SAID)}</p>")
    assert page.segments[0].text.startswith(SAID[0])
    assert sum(part.words for part in page.reading.left_out) == 3


def test_a_button_that_is_a_time_is_one() -> None:
    body = "".join(f"<div><button>0:0{n}</button> {said}</div>" for n, said in enumerate(SAID))
    (segment,) = read(body).segments
    assert (segment.start, segment.text) == (0.0, " ".join(SAID))


def test_the_lines_of_preformatted_text_are_lines() -> None:
    body = "\n".join(f"{who}: {said}" for who, said in zip(WHO, SAID, strict=True))
    assert told(f"<pre>\n{body}\n</pre>") == list(zip(WHO, SAID, strict=True))


@pytest.mark.parametrize("tag", ["button", "template", "select", "svg", "noscript"])
def test_what_stands_in_an_element_without_an_end_is_told(tag: str) -> None:
    raw = f"<p>{WHO[0]}: {' '.join(SAID)}</p><{tag}>Play<p>{WHO[1]}: {SAID[0]}"
    page = parse(raw.encode(), "talk.html", suffix=".html", name="talk")
    assert [part.words for part in page.reading.left_out] == [len(f"Play {WHO[1]}: {SAID[0]}".split())]


def test_a_line_of_many_pieces_is_read_in_one_pass() -> None:
    page = _parsed(f"<p>{'<x>' * 10_000}{'word <b></b></i>' * 30_000}")
    assert len(page.rows[0].split()) == 30_000
