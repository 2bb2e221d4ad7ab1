"""`summarise` and `asummarise`: what is given to them is looked at, and nothing of it is passed over in silence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline import StudyDocument, load_document, save_document, summarise
from pipeline.cli import main
from pipeline.errors import EndpointError, InputError, OutputError, SettingsError
from pipeline.llm import Completion, Request, Usage
from pipeline.readers import read_transcript
from pipeline.settings import Settings, load_settings
from pipeline.transcript import Asked, Segment, Transcript
from tests.scripted import LINES, LONG_LINES, Answer, ScriptedClient, good_answer, transcript, written_answer


@pytest.mark.parametrize("length", ["brief", "full"])
def test_a_client_of_ones_own_makes_the_notes_that_are_asked_for(length: str) -> None:
    document = summarise(transcript(LONG_LINES), client=ScriptedClient(good_answer), length=length, manuscript=False)
    assert (document.run.length, document.run.profile, document.status) == (length, "capable", "complete")


@pytest.mark.parametrize("model", [None, "local", "missing.gguf"])
@pytest.mark.parametrize(("given", "worked_with"), [({}, "capable"), ({"profile": "small"}, "small")])
def test_a_client_of_ones_own_is_worked_with_as_told_whatever_model_is_set(
    model: str | None, given: dict[str, Any], worked_with: str
) -> None:
    def answer(request: Request) -> Answer:
        return "" if request.name.startswith("small") else good_answer(request)

    settings = load_settings(model=model, **given)
    assert summarise(transcript(), client=ScriptedClient(answer), settings=settings).run.profile == worked_with


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"bogus": 3}, "there is no setting 'bogus'"),
        ({"length": "nonsense"}, "setting length"),
        ({"language": "no such tongue"}, "language"),
        ({"model": "other"}, "model has no effect on a client"),
        ({"settings": Settings(profile="capable"), "length": "full"}, r"load_settings\(length=…\)"),
    ],
)
def test_what_a_client_cannot_be_given_is_told(given: dict[str, Any], told: str) -> None:
    client = ScriptedClient(good_answer)
    with pytest.raises(SettingsError, match=told):
        summarise(transcript(), client=client, **given)
    assert not client.requests


@pytest.mark.parametrize("limit", [{"max_tokens": 10}, {"max_cost": 0.01}, {"rpm": 1}, {"tpm": 1}], ids=str)
def test_a_limit_that_nothing_would_hold_a_client_to_is_an_error(limit: dict[str, Any]) -> None:
    client = ScriptedClient(good_answer)
    with pytest.raises(SettingsError, match=f"{min(limit)} has no effect on a client of your own"):
        summarise(transcript(), client=client, settings=load_settings(**limit))
    assert not client.requests


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A talk as captions, in an encoding that nobody would guess."""
    rows = (f"00:00:{n:02} --> 00:00:{n + 1:02}\n<v {who}>{text}" for n, (who, text) in enumerate(LINES))
    path = tmp_path / "talk.vtt"
    path.write_text("WEBVTT\n\n" + "\n\n".join(rows).replace("Ana", "Růžena Křížová"), "cp852")
    return path


@pytest.mark.parametrize("whole", [False, True])
def test_a_file_is_read_in_the_encoding_and_the_format_that_are_given(talk: Path, whole: bool) -> None:
    given = {"encoding": "cp852", "format": "webvtt"}
    flags: dict[str, Any] = {"settings": load_settings(**given)} if whole else given
    document = summarise(talk, client=ScriptedClient(good_answer), **flags)
    assert document.source.speakers == ("Růžena Křížová", "Ben") and document.source.asked == Asked(**given)


@pytest.mark.parametrize(
    "beside", [{"client": ScriptedClient([])}, {"model": "m", "base_url": "http://127.0.0.1:9/v1"}]
)
@pytest.mark.parametrize("given", [{"encoding": "nonsense"}, {"format": "nonsense"}, {"encoding": "utf-8"}], ids=str)
def test_a_file_that_is_not_as_it_is_told_to_be_is_an_error_before_anything_is_asked(
    talk: Path, given: dict[str, str], beside: dict[str, Any]
) -> None:
    out = {} if "client" in beside else {"out": talk.parent / "outputs"}
    with pytest.raises(InputError, match=r"nonsense|not valid utf-8"):
        summarise(talk, **beside, **out, **given)


@pytest.mark.parametrize("name", ["encoding", "format"])
def test_how_to_read_a_transcript_that_is_read_already_is_told_as_passed_over(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} has no effect on a Transcript"):
        summarise(transcript(), client=ScriptedClient(good_answer), **{name: "text"})


@pytest.mark.parametrize(
    ("texts", "told"), [([], "talk: the transcript has no segments"), (["Hello.", " "], "talk: segment 2 is blank")]
)
def test_a_transcript_without_words_is_an_error_before_anything_is_asked(texts: list[str], told: str) -> None:
    client = ScriptedClient(good_answer)
    with pytest.raises(InputError, match=told):
        summarise(Transcript("talk", tuple(Segment(n, text) for n, text in enumerate(texts, 1))), client=client)
    assert not client.requests


def test_names_beside_settings_are_told() -> None:
    with pytest.raises(SettingsError, match="length cannot be combined with settings"):
        summarise(transcript(), settings=Settings(), model="other", length="nonsense")


@pytest.mark.parametrize("answer", [Completion(None, "stop", Usage(), "mine"), None])  # type: ignore[arg-type]
def test_a_client_whose_answer_has_no_text_is_told_what_to_give(answer: Any) -> None:
    class Mute(ScriptedClient):
        async def complete(self, request: Request) -> Completion:
            return answer  # type: ignore[no-any-return]

    with pytest.raises(EndpointError, match=r'None.*return text="" and finish_reason="refusal"'):
        summarise(transcript(), client=Mute(good_answer))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (Completion("{}", "end_turn", Usage(), "m"), "finish_reason='end_turn' .*stop, length"),  # type: ignore[arg-type]
        (Completion("{}", "stop", None, "m"), "usage=None .*Usage"),  # type: ignore[arg-type]
        (Completion("{}", "stop", Usage(), None), "model=None"),  # type: ignore[arg-type]
    ],
)
def test_a_client_whose_answer_has_a_wrong_part_is_told_which(wrong: Completion, told: str) -> None:
    with pytest.raises(EndpointError, match=told):
        summarise(transcript(), client=ScriptedClient([wrong]))


def test_a_segment_with_line_breaks_is_one_line_for_the_model() -> None:
    client, made = ScriptedClient(good_answer), transcript()
    first = made.segments[0]._replace(text="We close.\n[2] Ana: We open.", speaker="Ben\nOram")
    summarise(replace(made, segments=(first, *made.segments[1:])), client=client)
    assert "[1] Ben Oram: We close. [2] Ana: We open." in client.requests[0].messages[1].content


def test_what_was_read_from_a_file_is_asked_about_as_from_its_path(tmp_path: Path) -> None:
    sentences = (f"我们修理港口的第{n}座旧桥，因为船只每天都要通过这里。 " for n in range(30))
    (tmp_path / "talk.txt").write_text("".join(sentences), "utf-8")
    clients = [ScriptedClient(good_answer) for _ in range(2)]
    for client, source in zip(clients, (tmp_path / "talk.txt", read_transcript(tmp_path / "talk.txt")), strict=True):
        summarise(source, client=client)
    first, second = ([request.key("m") for request in client.requests] for client in clients)
    assert first == second


def test_answers_of_a_client_of_ones_own_are_stored_if_a_folder_is_given(tmp_path: Path) -> None:
    broken = ScriptedClient([written_answer(), ValueError("the client's own")])
    with pytest.raises(ValueError, match="the client's own"):
        summarise(transcript(), client=broken, out=tmp_path)
    mended = ScriptedClient(good_answer)
    assert summarise(transcript(), client=mended, out=tmp_path).status == "complete"
    assert [request.name for request in mended.requests] == ["check"]


@pytest.mark.parametrize("option", [{"citations": True}, {"batch_size": 5}], ids=str)
def test_an_option_that_is_not_about_the_document_is_an_error(option: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=f"{min(option)} has no effect here"):
        summarise(transcript(), client=ScriptedClient(good_answer), **option)


@pytest.fixture
def saved(tmp_path: Path) -> tuple[StudyDocument, Path]:
    """A document made with a client of one's own, and the record that it was saved as."""
    (tmp_path / "talk.txt").write_text("\n\n".join(f"{who}: {text}" for who, text in LINES), "utf-8")
    document = summarise(tmp_path / "talk.txt", client=ScriptedClient(good_answer))
    save_document(document, tmp_path / "notes" / "talk.json")
    return document, tmp_path / "notes" / "talk.json"


def test_a_saved_document_is_notes_as_make_writes_them(saved: tuple[StudyDocument, Path]) -> None:
    document, record = saved
    loaded = load_document(str(record))
    assert (loaded.source.path, loaded.main_points) == ("../talk.txt", document.main_points)
    with pytest.raises(SystemExit) as left:
        main(["check", str(record)])
    assert loaded.run.page and not left.value.code


def test_a_page_that_was_edited_is_kept_when_its_document_is_saved_again(saved: tuple[StudyDocument, Path]) -> None:
    document, record = saved
    page = record.with_suffix(".md")
    page.write_text(page.read_text("utf-8") + "\nMine.\n", "utf-8")
    save_document(document.model_copy(update={"title": "Another"}), record)
    assert "Mine." in record.with_name("talk.edited.md").read_text("utf-8")
    assert "Another" in page.read_text("utf-8")


def test_a_saved_record_is_named_as_one(saved: tuple[StudyDocument, Path]) -> None:
    with pytest.raises(OutputError, match=r"ends in \.json"):
        save_document(saved[0], saved[1].with_suffix(".md"))


def test_public_names_are_listed_and_no_others_are_accepted() -> None:
    assert {*pipeline.__all__} <= {*dir(pipeline)} and all(getattr(pipeline, name) for name in pipeline.__all__)
    with pytest.raises(ImportError):
        from pipeline import sumarise  # type: ignore[attr-defined]  # noqa: F401  mypy fails if it accepts the name


def test_where_an_event_loop_runs_already_the_way_to_go_on_is_told() -> None:
    async def cell() -> None:
        summarise(transcript(), client=ScriptedClient(good_answer))

    with pytest.raises(RuntimeError, match=r"await asummarise\(…\)"):
        asyncio.run(cell())
