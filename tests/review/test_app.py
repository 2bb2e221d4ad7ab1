"""The review page's routes without a browser: what gets in, what is refused, and that nothing in a document is markup."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pipeline.document import Correction, Detail, DroppedNote, MainPoint, StudyDocument
from pipeline.errors import SettingsError
from pipeline.pages import render_markdown
from pipeline.review.app import Setup, create_app
from pipeline.review.catalogue import Catalogue
from pipeline.review.guard import Rules
from pipeline.review.regenerate import regenerator
from pipeline.review.server import ReviewFlags, run_review
from pipeline.review.storage import read_events
from pipeline.settings import Settings
from pipeline.store import write
from tests.review.browsing import chromium
from tests.review.samples import document
from tests.scripted import LINES, ScriptedClient, structured

RULES = Rules("127.0.0.1", 8000, "the-token-of-this-start")
GOOD = {
    "host": "127.0.0.1:8000",
    "origin": "http://127.0.0.1:8000",
    "x-studydoc-token": RULES.csrf,
    "content-type": "application/json",
}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea></template></svg><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "<!--<script>alert(1)//-->",
    "\u202egnp.exe & <b>bold</b>",
]


def folder(tmp_path: Path, made: StudyDocument | None = None, lines: list[tuple[str, str]] | None = None) -> Path:
    """An output folder with one document beside its transcript."""
    text = "\n".join(f"{who}: {words}" for who, words in (lines or LINES))
    (tmp_path / "reactor.txt").write_text(text + "\n", "utf-8")
    made = made or document()
    digest = hashlib.sha256((tmp_path / "reactor.txt").read_bytes()).hexdigest()
    source = made.source.model_copy(update={"path": "reactor.txt", "sha256": digest})
    made = made.model_copy(update={"source": source})
    write(made, render_markdown(made), tmp_path / "reactor.json")
    return tmp_path


def app(tmp_path: Path, rules: Rules = RULES, client: ScriptedClient | None = None) -> Any:
    again = regenerator(structured(client)) if client else None
    return create_app(Setup(Catalogue([tmp_path]), rules, "Ann", lambda: "2026-01-01T00:00:00Z", again))


def ask(app_: Any, path: str, body: Any = None, **headers: str | None) -> tuple[int, dict[str, str], str]:
    """One request: GET, or POST when there is a body. A header that is None is left out."""
    given = {**GOOD, **{k.replace("_", "-"): v for k, v in headers.items()}}
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    route, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "path": route,
        "raw_path": route.encode(), "query_string": query.encode(), "root_path": "", "server": ("127.0.0.1", 8000),
        "method": "GET" if body is None else "POST", "client": ("127.0.0.1", 9),
        "headers": [(k.encode(), v.encode()) for k, v in given.items() if v is not None],
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app_(scope, receive, send))
    head = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], head, b"".join(m.get("body", b"") for m in sent[1:]).decode()


def home(app_: Any) -> str:
    """The address of the only document."""
    page = ask(app_, "/")[2]
    return "/d/" + page.split('href="/d/')[1].split('"')[0]


def ids(page: str) -> list[str]:
    return [
        part.split('"')[0] for part in page.split('<li class="item pending')[1:] for part in [part.split('id="')[1]]
    ]


def test_a_decision_is_on_disk_and_comes_back_as_the_changed_statement_only(tmp_path: Path) -> None:
    served = app(folder(tmp_path))
    at = home(served)
    first = ids(ask(served, at)[2])[0]
    status, _, body = ask(served, f"{at}/act", {"revision": 0, "action": {"kind": "accept", "targets": [first]}})
    value = json.loads(body)
    assert (status, value["revision"], list(value["items"])) == (200, 1, [first])
    assert "notes" not in value
    assert len(read_events(tmp_path / "reactor.review.json")) == 1


def test_a_stale_decision_on_the_same_statement_gets_both_versions(tmp_path: Path) -> None:
    served = app(folder(tmp_path))
    at = home(served)
    first = ids(ask(served, at)[2])[0]
    for text in ("The first words of Ann.", "The second words of Ben."):
        action = {"kind": "edit", "target": first, "text": text}
        status, _, body = ask(served, f"{at}/act", {"revision": 0, "action": action})
    value = json.loads(body)
    assert status == 409
    assert value["theirs"][0]["text"] == "The first words of Ann."
    assert value["yours"]["text"] == "The second words of Ben."
    assert value["revision"] == 1


def remarks_on(tmp_path: Path, text: str, *lines: int) -> list[str]:
    served = app(folder(tmp_path))
    status, _, body = ask(served, f"{home(served)}/check", {"text": text, "lines": lines})
    assert status == 200
    return list(json.loads(body)["remarks"])


def test_an_address_that_takes_only_changes_tells_so_when_it_is_opened(tmp_path: Path) -> None:
    review = app(folder(tmp_path))
    status, headers, _ = ask(review, home(review) + "/act")
    assert (status, headers["allow"]) == (405, "POST")


def test_what_nobody_says_is_remarked_on_without_being_kept(tmp_path: Path) -> None:
    found = remarks_on(tmp_path, "The reactor at Lund makes 99 megawatts.", 1)
    assert found == ["nobody says 99 in the recording"]
    assert not (tmp_path / "reactor.review.json").exists()


def test_other_words_than_the_lines_have_are_no_matter_for_a_program(tmp_path: Path) -> None:
    assert remarks_on(tmp_path, "It has never been switched off.", 1) == []


def test_a_quotation_from_a_line_that_is_not_cited_is_remarked_on(tmp_path: Path) -> None:
    found = remarks_on(tmp_path, "Ben says: “without the loan the project is dead”.", 1)
    assert found == ["the quotation is in line 6"]


def test_lines_that_do_not_exist_are_remarked_on_and_not_taken(tmp_path: Path) -> None:
    assert remarks_on(tmp_path, "It makes 40 megawatts.", 9) == ["the transcript has 6 lines and no line 9"]
    served = app(tmp_path)
    action = {"kind": "add", "section": "main_points", "text": "It makes 40 megawatts.", "lines": [9]}
    status, _, body = ask(served, f"{home(served)}/act", {"revision": 0, "action": action})
    assert (status, json.loads(body)["error"]) == (422, "the transcript has 6 lines and no line 9")


def test_a_section_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    served = app(folder(tmp_path))
    action = {"kind": "add", "section": "verdict", "text": "It is good.", "lines": [1]}
    status, _, body = ask(served, f"{home(served)}/act", {"revision": 0, "action": action})
    assert status == 422 and "no such section" in json.loads(body)["error"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 400),
        ({"host": "127.0.0.1.evil.example:8000"}, 400),
        ({"host": "127.0.0.1:9"}, 400),
        ({"host": None}, 400),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": None}, 403),
        ({"origin": "https://127.0.0.1:8000"}, 403),
        ({"origin": "http://localhost:8000"}, 403),
        ({"x_studydoc_token": "guess"}, 403),
        ({"x_studydoc_token": None}, 403),
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_a_change_from_elsewhere_is_refused(tmp_path: Path, headers: dict[str, str | None], status: int) -> None:
    served = app(folder(tmp_path))
    at = home(served)
    sent = {"revision": 0, "action": {"kind": "rename", "speaker": "Ben", "name": "Al"}}
    assert ask(served, f"{at}/act", sent, **headers)[0] == status
    assert not (tmp_path / "reactor.review.json").exists()


def test_pages_are_not_given_to_other_host_names(tmp_path: Path) -> None:
    status, _, body = ask(app(folder(tmp_path)), "/", host="evil.example:8000")
    assert status == 400 and "Reactor" not in body


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/nothing", "/d/0123"])
def test_every_answer_carries_the_strict_policy(tmp_path: Path, path: str) -> None:
    policy = ask(app(folder(tmp_path)), path)[1]["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/app.py", "/d/../../etc/passwd", "/d/reactor", "/d/x/export.txt"]
)  # fmt: skip
def test_no_path_leads_out(tmp_path: Path, path: str) -> None:
    assert ask(app(folder(tmp_path)), path)[0] == 404


@pytest.mark.parametrize(
    "action",
    [
        {"kind": "erase"},
        {"kind": "accept", "targets": []},
        {"kind": "accept", "targets": ["../../x"]},
        {"kind": "edit", "target": "main_points.abc", "text": "   "},
        {"kind": "undo"},
        {"kind": "undo", "more": 1},
        {},
    ],
)
def test_what_cannot_be_done_is_told_and_not_kept(tmp_path: Path, action: dict[str, Any]) -> None:
    served = app(folder(tmp_path))
    status, _, body = ask(served, f"{home(served)}/act", {"revision": 0, "action": action})
    assert status == 422 and json.loads(body)["error"]
    assert not (tmp_path / "reactor.review.json").exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"revision": -1, "action": {}}', b"\xff\xfe"])
def test_a_body_that_is_no_decision_is_told(tmp_path: Path, body: bytes) -> None:
    served = app(folder(tmp_path))
    assert ask(served, f"{home(served)}/act", body)[0] == 422


def test_a_body_without_end_is_refused(tmp_path: Path) -> None:
    served = app(folder(tmp_path))
    assert ask(served, f"{home(served)}/act", b" " * 1_000_001)[0] == 413


def test_beyond_loopback_nobody_comes_in_without_the_token(tmp_path: Path) -> None:
    served = app(folder(tmp_path), replace(RULES, host="0.0.0.0", visitor="correct-horse-battery"))
    assert ask(served, "/")[0] == 401
    assert ask(served, "/?token=wrong")[0] == 401
    status, headers, _ = ask(served, "/?token=correct-horse-battery", host="192.168.1.9:8000")
    assert (status, headers["location"]) == (303, "/")
    cookie = headers["set-cookie"].split(";")[0]
    assert "HttpOnly" in headers["set-cookie"]
    assert ask(served, "/", cookie=cookie, host="192.168.1.9:8000")[0] == 200
    assert ask(served, "/", cookie=cookie, host="evil.example:8000")[0] == 400


def test_a_machine_is_known_by_its_name_as_browsers_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Anas-MacBook.local")
    rules = replace(RULES, host="0.0.0.0", visitor="correct-horse-battery")
    assert rules.knows("anas-macbook.local:8000") and not rules.knows("bens-macbook.local:8000")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "[::1]:80"])
def test_browsers_leave_the_usual_port_out(host: str) -> None:
    assert replace(RULES, port=80).knows(host) and not RULES.knows(host)


@pytest.mark.parametrize("token", ["", "short"])
def test_another_host_than_loopback_demands_a_token(tmp_path: Path, token: str) -> None:
    with pytest.raises(SettingsError, match="other machines"):
        run_review(ReviewFlags([tmp_path], host="0.0.0.0", token=token), Settings(), lambda address: None)


def test_the_list_finds_words_in_all_notes(tmp_path: Path) -> None:
    served = app(folder(tmp_path))
    assert "<mark>Megawatts</mark>" not in ask(served, "/")[2]
    found = ask(served, "/?q=MEGAWATTS")[2]
    assert "<mark>megawatts</mark>" in found and "2 statements" in found
    assert "0 statements" in ask(served, "/?q=zeppelin")[2]


def test_notes_made_again_are_read_again_and_what_no_longer_fits_is_shown(tmp_path: Path) -> None:
    served = app(folder(tmp_path))
    at = home(served)
    page = ask(served, at)[2]
    targets = ids(page)
    ask(served, f"{at}/act", {"revision": 0, "action": {"kind": "accept", "targets": targets}})
    folder(tmp_path, document(figure="45"))
    page = ask(served, at)[2]
    assert "1 decision no longer fit" in page and "it now reads: The Lund reactor makes 45 megawatts" in page
    assert page.count('<li class="item accepted') == len(targets) - 1
    assert "1 decision no longer fit" in ask(served, "/")[2]


def test_a_missing_transcript_is_told_in_the_list(tmp_path: Path) -> None:
    served = app(folder(tmp_path))
    (tmp_path / "reactor.txt").unlink()
    status, _, body = ask(served, "/")
    assert status == 200 and "was not found" in body


def test_a_record_of_an_older_format_is_listed_with_what_to_do(tmp_path: Path) -> None:
    record = folder(tmp_path) / "reactor.json"
    record.write_text(record.read_text("utf-8").replace('"format": 2', '"format": 1'), "utf-8")
    status, _, body = ask(app(tmp_path), "/")
    assert status == 200 and "run studydoc make to write it again" in body


def test_a_statement_is_written_again_with_an_instruction_and_nothing_is_kept_before_it_is_taken(
    tmp_path: Path,
) -> None:
    client = ScriptedClient([{"text": "The reactor at Lund makes 40 megawatts.", "lines": [1]}])
    served = app(folder(tmp_path), client=client)
    at = home(served)
    target = next(i for i in ids(ask(served, at)[2]) if i.startswith("main_points"))
    status, _, body = ask(served, f"{at}/regenerate", {"target": target, "instruction": "Shorter, please."})
    value = json.loads(body)
    assert status == 200 and value["new"] == "The reactor at Lund makes 40 megawatts." and value["remarks"] == []
    assert value["yours"] == value["earlier"] != ""
    shown = client.requests[0].messages[-1].content
    assert "Shorter, please." in shown and "[1] Ana: The reactor at Lund" in shown
    assert not (tmp_path / "reactor.review.json").exists()


def test_a_rewritten_text_is_remarked_on_and_brings_its_lines_along(tmp_path: Path) -> None:
    served = app(folder(tmp_path), client=ScriptedClient([{"text": "It makes 70 megawatts.", "lines": [2, 1, 77]}]))
    at = home(served)
    target = next(i for i in ids(ask(served, at)[2]) if i.startswith("main_points"))
    value = json.loads(ask(served, f"{at}/regenerate", {"target": target})[2])
    assert (value["lines"], value["remarks"]) == ([1, 2], ["nobody says 70 in the recording"])


def test_a_prerequisite_cannot_be_asked_for_again(tmp_path: Path) -> None:
    served = app(folder(tmp_path), client=ScriptedClient([]))
    at = home(served)
    target = next(i for i in ids(ask(served, at)[2]) if i.startswith("prerequisites"))
    status, _, body = ask(served, f"{at}/regenerate", {"target": target})
    assert status == 422 and "cites no lines" in json.loads(body)["error"]


def test_a_model_that_fails_is_told(tmp_path: Path) -> None:
    served = app(folder(tmp_path), client=ScriptedClient(["no JSON at all", "nor now"]))
    at = home(served)
    status, _, body = ask(served, f"{at}/regenerate", {"target": ids(ask(served, at)[2])[0]})
    assert status == 500 and "was unusable, even when asked again" in json.loads(body)["error"]


class _Tags(HTMLParser):
    """All tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def hostile(text: str) -> StudyDocument:
    made = document()
    detail = Detail(
        text=f"x {text}", evidence=made.main_points[0].details[0].evidence, support="weak", lead=text, finding=text,
        correction=Correction(before=f"y {text}", reason=text),
    )  # fmt: skip
    withheld = made.withheld[0].model_copy(update={"text": text, "reason": text})
    return made.model_copy(
        update={
            "title": text,
            "channel": text,
            "main_points": (MainPoint(heading=text, details=(detail,)),),
            "withheld": (withheld,),
            "dropped": (DroppedNote(text=text, lines=(1,)),),
            "source": made.source.model_copy(update={"url": text, "speakers": (text,)}),
        }
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_documents_and_transcripts_stay_text(tmp_path: Path, text: str) -> None:
    served = app(folder(tmp_path, hostile(text), [("Ana", f"{words} {text}") for _, words in LINES]))
    for page in (ask(served, home(served))[2], ask(served, "/")[2], ask(served, "/?q=script")[2]):
        parser = _Tags()
        parser.feed(page)
        scripts = [a for t, a in parser.tags if t == "script"]
        assert all(a.get("src") == "/static/app.js" or a.get("type") == "application/json" for a in scripts)
        names = {name for _, attributes in parser.tags for name in attributes}
        assert not any(n.startswith("on") or n == "style" for n in names)
        assert not {t for t, _ in parser.tags} & {"img", "iframe", "object", "style", "b2"}
        links = [a["href"] for t, a in parser.tags if t == "a" and a.get("href")]
        assert all(str(x).startswith(("/", "#")) for x in links)


def test_media_links_lead_to_the_time_and_hand_nothing_over(tmp_path: Path) -> None:
    made = document()
    timed = "WEBVTT\n\n" + "\n\n".join(
        f"00:00:{10 * n:02}.000 --> 00:00:{10 * n + 9:02}.000\n<v {who}>{words}" for n, (who, words) in enumerate(LINES)
    )
    (tmp_path / "reactor.vtt").write_text(timed)
    write(made, render_markdown(made), tmp_path / "reactor.json")
    parser = _Tags()
    parser.feed(ask(served := app(tmp_path), home(served))[2])
    out = [a for t, a in parser.tags if t == "a" and str(a.get("href")).startswith("http")]
    assert "https://example.org/reactor.mp4#t=10" in [a["href"] for a in out]
    assert {a["rel"] for a in out} == {"noopener noreferrer"}


def test_the_export_route_gives_only_what_was_accepted(tmp_path: Path) -> None:
    served = app(folder(tmp_path))
    at = home(served)
    target = next(i for i in ids(ask(served, at)[2]) if i.startswith("main_points"))
    ask(served, f"{at}/act", {"revision": 0, "action": {"kind": "accept", "targets": [target]}})
    _, headers, page = ask(served, f"{at}/export.md")
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''reactor.reviewed.md"
    assert "The Lund reactor makes 40 megawatts" in page and "too expensive" not in page
    assert StudyDocument.model_validate_json(ask(served, f"{at}/export.json")[2]).withheld == ()


def test_a_document_is_kept_as_a_fixture_with_what_was_accepted(tmp_path: Path) -> None:
    kept: list[tuple[str, str, str]] = []

    def keep(record: Path, transcript: Path, notes: str) -> str:
        if kept:
            raise SettingsError("it is there already")
        kept.append((record.name, transcript.name, notes))
        return "kept"

    page = create_app(Setup(Catalogue([folder(tmp_path)]), RULES, "Ann", keep=keep))
    at = home(page)
    first = ids(ask(page, at)[2])[0]
    ask(page, f"{at}/act", {"revision": 0, "action": {"kind": "accept", "targets": [first]}})
    assert ask(page, f"{at}/keep", {})[0] == 200
    assert kept[0][:2] == ("reactor.json", "reactor.txt") and kept[0][2].startswith("# ")
    status, _, told = ask(page, f"{at}/keep", {})
    assert status == 422 and "there already" in told
    assert ask(app(tmp_path), f"{at}/keep", {})[0] == 422


def test_without_chromium_browser_tests_skip_here_and_fail_in_continuous_integration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Chromium is not installed"):
        chromium()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Chromium is not installed"):
        chromium()


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    held = files("pipeline.review")
    texts = [f.read_text("utf-8") for folder in ("templates", "static") for f in held.joinpath(folder).iterdir()]
    outside = {url for text in texts for url in re.findall(r"(?:https?:)?//[a-z][\w.-]+\.[a-z]{2,}[^\s\"']*", text)}
    assert outside == {"http://www.w3.org/2000/svg"}
    assert not any(re.search(r"<[^>]* (?:style|on[a-z]+)=", text) for text in texts)
