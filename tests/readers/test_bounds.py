"""No small file takes a reader minutes or gigabytes."""

import pytest

from pipeline.readers import parse
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
