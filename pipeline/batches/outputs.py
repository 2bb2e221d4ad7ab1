"""What lies in an output folder: the documents, and the transcript that each was made from."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError
from pipeline.readers import READ, STANDARD_INPUT, Origin, read_transcript
from pipeline.readers.archive import is_there, members, sha256_of
from pipeline.store import dumped_source, output_path
from pipeline.text import well_formed
from pipeline.transcript import Metadata, Transcript

if TYPE_CHECKING:
    from pipeline.document import StudyDocument

_LISTED = 5  # seconds for which the files of a folder are taken as they were listed
_KEYS = {"format", "main_points", "source", "run"}  # of every record
_LEFT_BY_REVIEW = (".review.json", ".reviewed.json")
_SUFFIXES = (".md", ".json", ".html", ".docx", ".pdf", ".epub", ".apkg", ".csv", ".jsonl")
# What stands before the suffix in the name of a file that was made of notes, where NAME.suffix is taken.
MARKS = (
    "edited",
    "review",
    "reviewed",
    "markdown",
    "github",
    "obsidian",
    "html",
    "docx",
    "pdf",
    "epub",
    "anki",
    "csv",
    "jsonl",
    "record",
)


def documents_below(paths: Sequence[Path]) -> list[Path]:
    """Records and pages: files as named, of folders every record. InputError when there are none."""
    out: list[Path] = []
    for path in paths:
        if path.is_dir():
            out += records_below(path)
        elif path.is_file() and path.suffix in (".json", ".md"):
            out.append(path)
        else:
            what = "no study document" if path.exists() else "there is no such file or folder"
            raise InputError(f"{path}: {what}", hint="give a .json or .md that make wrote, or a folder of them")
    if not out:
        where = ", ".join(map(str, paths))
        raise InputError(f"{where}: there are no study documents here", hint="run studydoc make first")
    return out


def records_at(paths: Sequence[Path]) -> list[Path]:
    """The records of the documents at paths, of pages those beside them, each once. InputError when there are none."""
    return list(dict.fromkeys(p.with_suffix(".json") for p in documents_below(paths)))


def name_below(path: Path, paths: Sequence[Path]) -> str:
    """What a document is called among others: its path below that of `paths` which it lies in, without its ending."""
    for folder in paths:
        if folder.is_dir() and path.is_relative_to(folder):
            return path.relative_to(folder).with_suffix("").as_posix()
    return path.stem


def records_below(folder: Path) -> list[Path]:
    """The records of a folder, in the order of their paths; none when it is not there.

    A record is a JSON file that is one or has its page beside it, not hidden, and not made of another.
    """
    return [p for p in sorted(_json_below(folder)) if _may_be_record(p)]


def records_beside(made: Collection[Path], out: Path) -> list[Path]:
    """The records of an output folder besides those `made` now, in the order of their paths.

    Folders with files and no notes are somebody else's (a program's, its packages) and not looked into.
    """
    lead_there = {folder for record in made for folder in record.parents}

    def is_foreign(folder: Path, names: Collection[str]) -> bool:
        return bool(names) and folder not in lead_there and not any(_has_page(name, names) for name in names)

    return [p for p in sorted(_json_below(out, is_foreign)) if p not in made and _may_be_record(p)]


def _json_below(
    folder: Path, is_foreign: Callable[[Path, Collection[str]], bool] = lambda folder, names: False
) -> Iterator[Path]:
    """The JSON files of a folder and those below it; what is hidden, linked or foreign is not looked into."""
    for at, folders, files in os.walk(folder):
        shown = {name for name in files if not name.startswith(".")}
        if is_foreign(Path(at), shown):
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(at, name) for name in shown if name.endswith(".json"))


def _has_page(name: str, names: Collection[str]) -> bool:
    """Whether a file may be the record of a page among these files."""
    return name.endswith(".json") and f"{name.removesuffix('.json')}.md" in names


def _may_be_record(path: Path) -> bool:
    return not _is_made_of_another(path) and (path.with_suffix(".md").exists() or source_of(path) is not None)


def _is_made_of_another(path: Path) -> bool:
    """Whether a JSON file is what a review left, or a record of the same transcript as that whose name it has."""
    _, *names = _without_marks(path.stem)
    if not names:
        return False
    source, others = source_of(path), [source_of(path.with_name(f"{name}.json")) for name in names]
    if source is None:
        return path.name.endswith(_LEFT_BY_REVIEW) or any(other is not None for other in others)
    return any(other is not None and _input_of(other) == _input_of(source) for other in others)


def _input_of(source: dict[str, Any]) -> object:
    """What tells the transcript of notes from others: its path, of one that came through a pipe its words."""
    path = source.get("path")
    return source.get("sha256") if path in (None, STANDARD_INPUT) else path


def is_output(path: Path) -> bool:
    """Whether a file was made of the notes beside it: their record, page or review, or an export."""
    if path.suffix not in _SUFFIXES:
        return False
    beside = [path.with_name(f"{name}.json") for name in _without_marks(path.stem)]
    records = {record: source for record in beside if (source := source_of(record)) is not None}
    return bool(records) and not any(_is_transcript(path, source, record) for record, source in records.items())


def _is_transcript(path: Path, source: dict[str, Any], record: Path) -> bool:
    """Whether a file is what a record beside it was made of: it has the same bytes, or lies where the record tells.

    Of the record's page the bytes alone tell: older records may name its path as that of their transcript.
    """
    if path == record:
        return False
    if sha256_of(path) == source.get("sha256"):
        return True
    told = str(source.get("path") or "")
    places = [] if path == record.with_suffix(".md") else places_told(told, record)
    return path.resolve() in {_as_on_disk(place).resolve() for place in places}


def _without_marks(name: str) -> Iterator[str]:
    """A name, and then what is left of it as one mark after the other goes."""
    yield name
    stem, _, mark = name.rpartition(".")
    if stem and re.sub(r"-\d+$", "", mark) in MARKS:
        yield from _without_marks(stem)


def source_of(path: Path) -> dict[str, Any] | None:
    """What notes say of the transcript that they were made of, by this program or an older one; None for no notes."""
    try:
        raw = path.read_bytes()
        if not all(b'"%s"' % key.encode() in raw for key in _KEYS):
            return None
        dumped = dumped_source(raw)  # folders have thousands of records
        found = dict.fromkeys(_KEYS) | {"source": dumped} if dumped is not None else json.loads(raw)
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found.keys() >= _KEYS:
        return None
    source = found["source"]
    return source if isinstance(source, dict) else {}


def is_of_others(record: Path) -> bool:
    """Whether a file where a record would be written is one of somebody else's.

    One without anything in it is nobody's, and one that is cut short beside a page was its record.
    """
    if not record.exists() or source_of(record) is not None:
        return False
    try:
        return bool(json.loads(record.read_bytes() or b"null"))
    except (OSError, ValueError, RecursionError):
        return not record.with_suffix(".md").exists()


def would_be_lost(path: Path | str, what: str) -> InputError:
    """The error for notes that would be written over a file that is none of theirs."""
    return InputError(f"{path}: {what}, and the notes would be written over it", hint="give another folder with --out")


def path_told(transcript: Path, record: Path) -> str:
    """The path of a transcript as its record tells it: as seen from the record's folder, wherever the program runs.

    Folders are followed through links, which ".." would be counted from otherwise; a linked file keeps its own name.
    """
    there = transcript.parent.resolve() / transcript.name
    try:
        return Path(os.path.relpath(there, record.parent.resolve())).as_posix()
    except ValueError:  # on another drive
        return there.as_posix()


def origin_of(out: Path, name: str) -> Origin | None:
    """What a name's document was made from; None when there is no such document."""
    record = output_path(out, name)
    source = source_of(record) or {}
    path, sha256 = source.get("path"), source.get("sha256")
    if not isinstance(path, str):
        return None
    gone = isinstance(sha256, str) and _is_gone(path, record)
    return Origin(frozenset(p.resolve() for p in places_told(path, record)), str(sha256) if gone else "")


def former_places(record: Path) -> tuple[Path, ...]:
    """Where the transcript of notes may have been, resolved; () for one that is there, and for what is no record."""
    path = (source_of(record) or {}).get("path")
    gone = isinstance(path, str) and _is_gone(path, record)
    return tuple(p.resolve() for p in places_told(str(path), record)) if gone else ()


def _is_gone(path: str, record: Path) -> bool:
    """Whether nothing lies any more where a record tells its transcript. What was no file here never goes."""
    if path == STANDARD_INPUT or "://" in path:
        return False
    return not any(map(is_there, map(_as_on_disk, places_told(path, record))))


def places_told(path: str, record: Path) -> tuple[Path, ...]:
    """A record's path from its folder, and where nothing is there also from here, as older records have it."""
    near = record.parent.resolve() / path
    return (near,) if _as_on_disk(near).exists() else (near, Path(path))


def transcript_of(document: StudyDocument, record: Path, folder: Path | None) -> tuple[Transcript, str]:
    """The transcript that a record was made from, and a remark when the file is no longer the same.

    It is looked for where the record says, beside the record, and first of all below `folder`. Of several files the
    one that has not changed since is taken, else the one whose folders are called as the record says. Raises
    InputError.
    """
    told = Path(document.source.path or "")
    places = [*places_told(str(told), record), *places_near(record, told.name)] if told.name else []
    below = _files_below(folder, int(time.monotonic() / _LISTED)) if folder is not None else ()
    named = sorted((p for p in below if p.name == told.name), key=lambda p: -_alike(p, told))
    there = [p for p in (*named, *map(_as_on_disk, places)) if is_there(p) and _may_be_read(p, document)]
    candidates = there or [p for p in below if p.suffix.lower() in READ]
    unchanged = (p for p in candidates if sha256_of(p) == document.source.sha256)
    path = next(unchanged, there[0] if there else None)
    if path is None:
        raise InputError(
            f"{record}: its transcript {document.source.path or '(standard input)'} is not there",
            hint="give its folder with --transcripts",
        )
    return read_again(path, document, str(path))


def _may_be_read(path: Path, document: StudyDocument) -> bool:
    """Whether a file is what the notes were made of, or may have become of it: a record may name any file there is."""
    return path.suffix.lower() in READ or sha256_of(path) == document.source.sha256


def _alike(path: Path, told: Path) -> int:
    """How many parts two paths have in common at their end."""
    pairs = zip(reversed(path.parts), reversed(told.parts), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


@lru_cache(maxsize=4)
def _files_below(folder: Path, turn: int) -> tuple[Path, ...]:
    """The files of a folder and of zip files in it, listed once in each turn: many records ask for them in a row."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return (*files, *(p / name for p in files if p.suffix.lower() == ".zip" for name in _members(p)))


def _members(path: Path) -> list[str]:
    try:
        return members(path)
    except InputError:
        return []


def _as_on_disk(path: Path) -> Path:
    """The path that a record has with U+FFFD for bytes that are no UTF-8, as it is on disk if it is there."""
    if "\ufffd" not in str(path) or path.exists():
        return path
    found = Path(path.anchor)
    for part in path.parts[len(found.parts) :]:
        inside = found.iterdir() if found.is_dir() else iter(())
        found = next((p for p in inside if well_formed(p.name) == part), found / part)
    return found


def places_near(record: Path, name: str) -> tuple[Path, ...]:
    """Where a transcript of this name is looked for near the record that was made from it."""
    return record.parent / name, record.parent.parent / "transcripts" / name


def read_again(path: Path, document: StudyDocument, what: str) -> tuple[Transcript, str]:
    """The transcript in a file, read as it was when the notes of it were made, and a remark when it is not the same.

    `what` is what the remark calls it. Every command that has notes and wants their transcript reads it here. A file
    that has changed, and is not in what was asked for any more, is read as what it holds tells.
    """
    asked = document.source.asked
    try:
        transcript = read_transcript(path, encoding=asked.encoding, form=asked.format)
    except InputError:
        if sha256_of(path) == document.source.sha256:
            raise
        transcript = read_transcript(path)
    remark = "" if transcript.sha256 == document.source.sha256 else f"{what} has changed since the notes were made"
    return transcript.with_metadata(Metadata(language=document.source.language)), remark
