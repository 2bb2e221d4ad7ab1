"""An address is fetched from public hosts only, at every redirect anew, and never beyond a limit."""

import io
import itertools
import shlex
import time
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.readers.fetch import fetch

PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.8"
HOSTS = {"example.org": [PUBLIC], "inside.example": [PRIVATE], "both.example": [PUBLIC, PRIVATE], "mapped.example": ["::ffff:127.0.0.1"], "nat64.example": ["64:ff9b::7f00:1"], "old.example": ["::127.0.0.1"]}  # fmt: skip


def answer(body: bytes = b"", status: int = 200, to: str = "") -> Any:
    return SimpleNamespace(status=status, reason="reason", getheader=lambda name: to, read1=io.BytesIO(body).read)


def get(url: str, answers: dict[str, Any], limit: int = 100) -> tuple[bytes, str]:
    def request(scheme: str, host: str, address: str, port: int, target: str) -> Any:
        assert address == HOSTS[host][0]
        return answers[f"{scheme}://{host}{target}"]

    return fetch(url, limit=limit, resolve=lambda host, port: HOSTS[host], request=request)


def test_a_file_comes_with_its_name() -> None:
    found = get("https://example.org/a/talk%201.vtt?x=1", {"https://example.org/a/talk%201.vtt?x=1": answer(b"WEBVTT")})
    assert found == (b"WEBVTT", "talk 1.vtt")


@pytest.mark.parametrize("host", ["inside.example", "both.example", "mapped.example", "nat64.example", "old.example"])
def test_a_host_inside_this_network_is_refused(host: str) -> None:
    with pytest.raises(InputError, match="not a public address"):
        get(f"http://{host}/", {})


def test_a_redirect_into_this_network_is_refused() -> None:
    with pytest.raises(InputError, match="not a public address"):
        get("http://example.org/", {"http://example.org/": answer(status=302, to="http://inside.example/secret")})


def test_a_redirect_to_a_file_is_refused() -> None:
    with pytest.raises(InputError, match="only http and https"):
        get("http://example.org/", {"http://example.org/": answer(status=302, to="file:///etc/passwd")})


def test_redirects_end() -> None:
    with pytest.raises(InputError, match="more than 5 redirects"):
        get("http://example.org/", {"http://example.org/": answer(status=302, to="http://example.org/")})


def test_a_file_beyond_the_limit_is_refused() -> None:
    with pytest.raises(InputError, match="larger than"):
        get("http://example.org/", {"http://example.org/": answer(b"x" * 101)})


def test_a_missing_file_is_told() -> None:
    with pytest.raises(InputError, match="the server answered 404"):
        get("http://example.org/", {"http://example.org/": answer(status=404)})


@pytest.mark.parametrize(
    "url", ["ftp://example.org/a", "https:///a", "https://me:pw@example.org/a", "http://example.org/a b"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        get(url, {})
    assert "pw" not in str(caught.value)


def test_a_redirect_to_nowhere_is_told() -> None:
    with pytest.raises(InputError, match="302 without an address"):
        get("http://example.org/", {"http://example.org/": answer(status=302)})


def test_a_video_is_no_transcript_and_is_not_asked_for() -> None:
    with pytest.raises(InputError, match=r"download its captions first: yt-dlp .* 'https://www.youtube.com/watch"):
        get("https://www.youtube.com/watch?v=abc", {})


@pytest.mark.parametrize(
    "url",
    ["https://youtu.be/abc", "https://m.youtube.com/shorts/abc", "https://YouTube.com/playlist?list=a"],
)
def test_an_address_of_a_video_is_known_in_all_its_forms(url: str) -> None:
    with pytest.raises(InputError, match="this is a video, not a transcript"):
        get(url, {})


def test_a_file_of_captions_on_a_site_of_videos_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HOSTS, "www.youtube.com", [PUBLIC])
    url = "https://www.youtube.com/api/timedtext?v=abc&fmt=vtt"
    assert get(url, {url: answer(b"WEBVTT")}) == (b"WEBVTT", "timedtext")


def test_the_command_for_a_video_runs_nothing_else() -> None:
    url = "https://www.youtube.com/watch?v=abc';reboot'"
    with pytest.raises(InputError) as caught:
        get(url, {})
    assert shlex.split(caught.value.hint or "")[-1] == url


def test_a_file_that_comes_drop_by_drop_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count(0, 100)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))
    slow = SimpleNamespace(status=200, reason="", getheader=None, read1=lambda n: b"x")
    with pytest.raises(InputError, match="more than 3 minutes"):
        get("http://example.org/", {"http://example.org/": slow})
