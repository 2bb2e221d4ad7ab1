"""No small file takes a reader minutes or gigabytes."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.readers import formats, parse, read_transcript
from pipeline.transcript import Transcript


def read(text: str, form: str | None = None) -> Transcript:
    return parse(text.encode(), "talk.txt", name="talk", form=form)


@pytest.mark.parametrize("after", ["\nAnn: Hello there.\n", "\n<p>Hello there.</p>\n", "\n<!-- no end"])
def test_many_comments_at_the_top_are_passed_in_one_step_each(after: str) -> None:
    text = "<!---->" * 40 + after + "Hello there.\n"
    assert read(text).segments[-1].text.endswith("Hello there.")


def test_xml_below_comments_is_recognised() -> None:
    body = '<tt><body><div><p begin="1s" end="2s">Hello there.</p></div></body></tt>'
    assert read('<?xml version="1.0"?>\n<!-- a -->\n<!-- b > c -->\n' + body).reading.format == "ttml"


def test_a_text_that_is_far_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "_LARGEST", 1_000_000)
    with pytest.raises(InputError, match=r"talk.txt: it is a text of more than 1 MB"):
        read("Hello there.\n" * 100_000)
    with pytest.raises(InputError, match="more than 1 MB"):
        read("Hello there.\n" * 100_000, form="text")


def test_a_file_in_a_zip_that_is_far_too_large_is_refused_unread(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "talks.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("talk.pdf", b"a" * 100_000_001)
    with pytest.raises(InputError, match=r"talks.zip/talk.pdf: it unpacks to more than 100 MB"):
        read_transcript(tmp_path / "talks.zip" / "talk.pdf")


def test_a_word_document_whose_text_is_far_too_large_is_refused_unread(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "talk.docx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("word/document.xml", b"a" * 50_000_001)
    with pytest.raises(InputError, match=r"talk.docx: it is too large to be unpacked"):
        read_transcript(tmp_path / "talk.docx")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit memory so")
def test_one_word_of_many_letters_takes_little_memory() -> None:
    code = (
        "import resource; from pipeline.readers import parse; resource.setrlimit(resource.RLIMIT_AS, (700 << 20,) * 2);"
        "print(len(parse(b'a' * 10_000_000, 'x', name='x').segments))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1\n"


@pytest.mark.parametrize(
    "text",
    [
        "Ann: Hello there.\nBob: Good day.\n" + "#" * 20_000 + "x\n",
        "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<p>" * 200_000 + "Hello there.\n",
        "WEBVTT\n\n00:01.000 --> 00:02.000\nHello there.\n" + "&lt;a\n" * 30_000,
        "{1}{2}Hello there.\n{3}{4}" + "{" * 1_000_000,
        "{1}{2}Hello there.\n{3}{4}" + "{y:i" * 200_000,
        "{1}{2}Hello there.\n{3}{4}" + "{}" * 100_000,
        "Hello there.\n" + "well 😀中 (laughs) " * 20_000,
        "Hello there.\n" + "{disfmarker} well " * 12_000,
    ],
    ids=["hashes", "tags", "escaped tags", "braces", "open tags", "empty tags", "sounds", "marks"],
)
def test_a_long_run_is_read_in_linear_time(text: str) -> None:
    assert "Hello there." in " ".join(s.text for s in read(text).segments)


def test_a_line_of_open_braces_is_recorded_as_broken() -> None:
    reading = read("{1}{2}Hello there.\n{3}{4}Good day " + "{y:i" * 1000).reading
    assert [(part.kind, part.count) for part in reading.left_out] == [("broken lines", 1)]


def test_a_drawing_is_left_out() -> None:
    head = "[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    event = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,"
    found = read(f"{head}{event}{{\\pos(1,2)\\p0}}Hello there.\n{event}{{\\an7\\p1}}m 0 0 l 100 0{{\\p0}}\n")
    assert [s.text for s in found.segments] == ["Hello there."]
    assert [part.kind for part in found.reading.left_out] == ["comments and drawings"]


@pytest.mark.parametrize("element", ["span", "div", "p"])
def test_xml_that_is_nested_deeply_is_refused(element: str) -> None:
    inside = f"<{element}>" * 5000 + "Hello there." + f"</{element}>" * 5000
    with pytest.raises(InputError, match=r"talk.txt: this XML cannot be read: it has more than 100 levels"):
        read(f'<tt><body><div><p begin="1s" end="2s">{inside}</p></div></body></tt>')


def test_front_matter_that_is_nested_deeply_is_ignored_with_a_warning() -> None:
    found = read(f"---\ntitle: {'[' * 3000}\n---\nHello there.\n")
    assert [s.text for s in found.segments] == ["Hello there."]
    assert "the front matter is not valid YAML and was ignored" in found.notes[0]


def test_speakers_that_are_a_mapping_are_ignored_with_a_warning() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    found = read(f"---\na0: &a0 x\n{levels}speakers: {{x: *a8}}\n---\nHello there.\n")
    assert "speakers must be a list of names" in found.notes[0]
