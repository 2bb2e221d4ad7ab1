"""No small file takes a reader minutes or gigabytes."""

import subprocess
import sys

import pytest

from pipeline.errors import InputError
from pipeline.readers import formats, parse
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


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit memory so")
def test_one_word_of_many_letters_takes_little_memory() -> None:
    code = (
        "import resource; from pipeline.readers import parse; resource.setrlimit(resource.RLIMIT_AS, (700 << 20,) * 2);"
        "print(len(parse(b'a' * 10_000_000, 'x', name='x').segments))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1\n"
