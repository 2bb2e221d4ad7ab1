"""Links to a moment of a recording: one time in each, where its place reads it, and the rest of the address as it was."""

import pytest

from pipeline.pages.markdown import moment_url


@pytest.mark.parametrize(
    ("url", "moment"),
    [
        ("https://youtu.be/x", "https://youtu.be/x?t=65s"),
        ("https://youtu.be/x?t=30", "https://youtu.be/x?t=65s"),
        ("https://youtu.be/x?si=a%2Fb&t=30s", "https://youtu.be/x?si=a%2Fb&t=65s"),
        ("https://www.youtube.com/watch?v=x", "https://www.youtube.com/watch?v=x&t=65s"),
        ("https://www.youtube.com/watch?v=x&t=30s", "https://www.youtube.com/watch?v=x&t=65s"),
        ("https://www.youtube.com/watch?t=30s&v=x&list=", "https://www.youtube.com/watch?v=x&list=&t=65s"),
        ("https://m.youtube.com/watch?v=x&start=30", "https://m.youtube.com/watch?v=x&t=65s"),
        ("https://youtu.be/x#x", "https://youtu.be/x?t=65s"),
        ("https://youtu.be/x?si=a#t=30s", "https://youtu.be/x?si=a&t=65s"),
        # a recording that is a file has its time in the fragment
        ("https://vimeo.com/1", "https://vimeo.com/1#t=65s"),
        ("https://vimeo.com/1?share=copy#t=30s", "https://vimeo.com/1?share=copy#t=65s"),
        ("https://example.org/a.mp4?t=token#t=30", "https://example.org/a.mp4?t=token#t=65"),
        ("https://example.org/a.mp4#x", "https://example.org/a.mp4#t=65"),
    ],
)
def test_a_recording_begins_at_the_cited_time_whatever_time_its_address_had(url: str, moment: str) -> None:
    assert moment_url(url, 65.9) == moment


def test_a_page_that_is_no_recording_has_no_moment() -> None:
    assert moment_url("https://example.org/talk?v=x", 65) is None
