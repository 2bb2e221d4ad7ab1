"""The documents in an output folder, and the transcript that each was made from."""

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

from pipeline.errors import InputError, OutputError
from pipeline.readers import READ, STANDARD_INPUT, Origin, read_transcript
from pipeline.readers.archive import is_there, members, sha256_of
from pipeline.store import dumped_source, output_path
from pipeline.text import well_formed
from pipeline.transcript import Metadata, Transcript

if TYPE_CHECKING:
    from pipeline.document import StudyDocument

_LISTED = 5  # seconds for which the listing of a folder is reused
_KEYS = {"format", "main_points", "source", "run"}  # keys of every record
_BEGINNING = re.compile(rb'\{\r?\n "format": \d+,\r?\n "')  # of a record, as `dump` lays it out
_LEFT_BY_REVIEW = (".review.json", ".reviewed.json")
_SUFFIXES = (".md", ".json", ".html", ".docx", ".pdf", ".epub", ".apkg", ".csv", ".jsonl")
# Keys of the JSON lines that this program prints or writes: of --log-json, make, check (two kinds), eval --judge,
# export --to jsonl and store export. A line that reports an error has only _ERROR_KEYS.
_ROW_KEYS = (
    {"at", "event", "document"},
    {"name", "status", "page", "calls_made"},
    {"path", "statements", "with_findings"},
    {"path", "section", "text", "lines", "findings"},
    {"path", "made_by", "judge", "text"},
    {"document", "section", "text", "support", "evidence"},
    {"key", "identity", "completion"},
)
_ERROR_KEYS = {"path", "error"}
_LONGEST_ROW = 1_000_000
_CSV_EXPORT = b"\xef\xbb\xbfdocument,id,section,heading,lead,text,level,support,"  # how it begins
_HTML_EXPORT = b'<meta name="generator" content="studydoc">'
# Marks before the suffix of files made from notes, used when NAME.suffix is taken.
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
    """The records and pages at `paths`: files as given, and every record of a folder. InputError if there are none."""
    out: list[Path] = []
    for path in paths:
        if path.is_dir():
            out += records_below(path)
        elif path.is_file() and path.suffix in (".json", ".md"):
            out.append(path)
        else:
            what = "this is not a study document" if path.exists() else "there is no such file or folder"
            raise InputError(f"{path}: {what}", hint="name a .json or .md file that make wrote, or a folder of them")
    if not out:
        where = ", ".join(map(str, paths))
        raise InputError(f"{where}: there are no study documents here", hint="run studydoc make first")
    return out


def records_at(paths: Sequence[Path]) -> list[Path]:
    """The records of the documents at `paths`, each once; a page stands for its record. InputError if none."""
    return list(dict.fromkeys(p.with_suffix(".json") for p in documents_below(paths)))


def name_below(path: Path, paths: Sequence[Path]) -> str:
    """The display name of a document: its path below the one of `paths` that contains it, without the suffix."""
    for folder in paths:
        if folder.is_dir() and path.is_relative_to(folder):
            return path.relative_to(folder).with_suffix("").as_posix()
    return path.stem


def records_below(folder: Path) -> list[Path]:
    """The records below a folder, sorted by path; empty if there is no such folder.

    A record is a visible JSON file that has the keys of a record, has its page beside it, or is the damaged remainder
    of a record, and is not a by-product of another record.
    """
    return [p for p in sorted(_json_below(folder)) if _may_be_record(p)]


def records_beside(current: Collection[Path], out: Path) -> list[Path]:
    """The records below an output folder other than the `current` ones, sorted by path.

    Folders that contain files but no notes belong to something else, such as a program and its packages, and are
    skipped.
    """
    lead_there = {folder for record in current for folder in record.parents}

    def is_foreign(folder: Path, names: Collection[str]) -> bool:
        return bool(names) and folder not in lead_there and not any(_has_page(name, names) for name in names)

    return [p for p in sorted(_json_below(out, is_foreign)) if p not in current and _may_be_record(p)]


def _json_below(
    folder: Path, is_foreign: Callable[[Path, Collection[str]], bool] = lambda folder, names: False
) -> Iterator[Path]:
    """The JSON files below a folder; hidden, linked and foreign folders are skipped."""
    for at, folders, files in os.walk(folder):
        shown = {name for name in files if not name.startswith(".")}
        if is_foreign(Path(at), shown):
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(at, name) for name in shown if name.endswith(".json"))


def _has_page(name: str, names: Collection[str]) -> bool:
    """Whether a file may be a record, because its page is among these files."""
    return name.endswith(".json") and f"{name.removesuffix('.json')}.md" in names


def _may_be_record(path: Path) -> bool:
    if _is_made_of_another(path):
        return False
    return path.with_suffix(".md").exists() or source_of(path) is not None or _is_damaged_record(path)


def _is_damaged_record(path: Path) -> bool:
    """Whether a file begins as a record does but is not valid JSON, such as one that was cut off."""
    try:
        raw = path.read_bytes()
        if _BEGINNING.match(raw):
            json.loads(raw)
    except ValueError:
        return True
    except (OSError, RecursionError):
        pass
    return False


def _is_made_of_another(path: Path) -> bool:
    """Whether a JSON file is a by-product of another record: saved by a review, or made from the same transcript."""
    _, *names = _without_marks(path.stem)
    if not names:
        return False
    source, others = source_of(path), [source_of(path.with_name(f"{name}.json")) for name in names]
    if source is None:
        return path.name.endswith(_LEFT_BY_REVIEW) or any(other is not None for other in others)
    return any(other is not None and _input_of(other) == _input_of(source) for other in others)


def _input_of(source: dict[str, Any]) -> object:
    """What identifies the transcript of notes: its path, or its digest if it came through a pipe."""
    path = source.get("path")
    return source.get("sha256") if path in (None, STANDARD_INPUT) else path


def is_output(path: Path) -> bool:
    """Whether this program wrote a file: it belongs to the notes beside it, or its contents show it.

    To notes belong their record, page and review, and exports; if the record is damaged and so does not name its
    transcript, only the record and the page.
    """
    if _is_known_by_contents(path):
        return True
    if path.suffix not in _SUFFIXES:
        return False
    beside = [path.with_name(f"{name}.json") for name in _without_marks(path.stem)]
    records = {record: source for record in beside if (source := source_of(record)) is not None}
    if not records:
        return path.suffix in (".json", ".md") and _is_damaged_record(path.with_suffix(".json"))
    return not any(_is_transcript(path, source, record) for record, source in records.items())


def _is_known_by_contents(path: Path) -> bool:
    """Whether a file is an export as HTML or CSV, or begins with a JSON line of this program."""
    if path.suffix not in (".txt", ".json", ".jsonl", ".csv", ".html"):
        return False
    try:
        with path.open("rb") as file:
            if path.suffix == ".html":
                return _HTML_EXPORT in file.read(4000)
            line = file.readline(_LONGEST_ROW)
        if line.startswith(_CSV_EXPORT):
            return True
        row = json.loads(line) if line.startswith(b'{"') else None
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(row, dict) and (row.keys() == _ERROR_KEYS or any(row.keys() >= keys for keys in _ROW_KEYS))


def _is_transcript(path: Path, source: dict[str, Any], record: Path) -> bool:
    """Whether a record beside this file was made from it: it has the same bytes, or is at the recorded path.

    For the record's own page only the bytes count, since older records may give its path as their transcript's.
    """
    if path == record:
        return False
    if sha256_of(path) == source.get("sha256"):
        return True
    recorded = str(source.get("path") or "")
    places = [] if path == record.with_suffix(".md") else recorded_places(recorded, record)
    return path.resolve() in {_as_on_disk(place).resolve() for place in places}


def _without_marks(name: str) -> Iterator[str]:
    """A name, then the name with its last mark removed, and so on."""
    yield name
    stem, _, mark = name.rpartition(".")
    if stem and re.sub(r"-\d+$", "", mark) in MARKS:
        yield from _without_marks(stem)


def source_of(path: Path) -> dict[str, Any] | None:
    """What a record of this or an older version says about its transcript; None if the file is no record."""
    try:
        raw = path.read_bytes()
        if not all(b'"%s"' % key.encode() in raw for key in _KEYS):
            return None
        dumped = dumped_source(raw)  # faster: folders have thousands of records
        found = dict.fromkeys(_KEYS) | {"source": dumped} if dumped is not None else json.loads(raw)
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found.keys() >= _KEYS:
        return None
    source = found["source"]
    return source if isinstance(source, dict) else {}


def is_of_others(record: Path) -> bool:
    """Whether the file where a record would be written is not ours.

    An empty file is nobody's, and a damaged one was a record if it begins as one or has a page beside it.
    """
    if not record.exists() or source_of(record) is not None:
        return False
    try:
        return bool(json.loads(record.read_bytes() or b"null"))
    except (OSError, ValueError, RecursionError):
        return not (record.with_suffix(".md").exists() or _is_damaged_record(record))


def would_be_lost(path: Path | str, what: str) -> InputError:
    """The error for notes that would overwrite a file that is not theirs."""
    return InputError(f"{path}: {what}, and the notes would overwrite it", hint="use another folder with --out")


def recorded_path(transcript: Path, record: Path) -> str:
    """The path of a transcript as recorded: relative to its record's folder, whatever the working directory.

    Links to folders are resolved, since ".." would otherwise be counted from their target; a linked file keeps its
    name.
    """
    there = transcript.parent.resolve() / transcript.name
    try:
        return Path(os.path.relpath(there, record.parent.resolve())).as_posix()
    except ValueError:  # on another drive
        return there.as_posix()


def origin_of(out: Path, name: str) -> Origin | None:
    """What the document of this name was made from; None if there is no such document, or no place for one."""
    try:
        record = output_path(out, name)
    except OutputError:
        return None
    source = source_of(record) or {}
    path, sha256 = source.get("path"), source.get("sha256")
    if not isinstance(path, str):
        return None
    gone = isinstance(sha256, str) and _is_gone(path, record)
    return Origin(frozenset(p.resolve() for p in recorded_places(path, record)), str(sha256) if gone else "")


def former_places(record: Path) -> tuple[Path, ...]:
    """The resolved paths where a missing transcript was; () if it still exists, or if `record` is no record."""
    path = (source_of(record) or {}).get("path")
    gone = isinstance(path, str) and _is_gone(path, record)
    return tuple(p.resolve() for p in recorded_places(str(path), record)) if gone else ()


def _is_gone(path: str, record: Path) -> bool:
    """Whether the recorded transcript no longer exists. False for standard input and the web, which are no files."""
    if path == STANDARD_INPUT or "://" in path:
        return False
    return not any(map(is_there, map(_as_on_disk, recorded_places(path, record))))


def recorded_places(path: str, record: Path) -> tuple[Path, ...]:
    """The recorded path relative to the record's folder; if nothing is there, also relative to the working directory.

    Older records used the latter.
    """
    near = record.parent.resolve() / path
    return (near,) if _as_on_disk(near).exists() else (near, Path(path))


def transcript_of(document: StudyDocument, record: Path, folder: Path | None) -> tuple[Transcript, str]:
    """The transcript that a record was made from, and a remark if the file has changed.

    Looks first below `folder`, then at the recorded path, then near the record. Of several files, one that has not
    changed is preferred, then the one whose folders match the recorded path best. Raises InputError if none is found.
    """
    recorded = Path(document.source.path or "")
    places = [*recorded_places(str(recorded), record), *places_near(record, recorded.name)] if recorded.name else []
    below = _files_below(folder, int(time.monotonic() / _LISTED)) if folder is not None else ()
    named = sorted((p for p in below if p.name == recorded.name), key=lambda p: -_alike(p, recorded))
    by_path = [p for p in map(_as_on_disk, places) if is_there(p)]
    there = [p for p in named if is_there(p) and _may_be_read(p, document)]
    there += [p for p in by_path if _may_be_read(p, document, (Path(), record.parent.resolve().parent))]
    candidates = there or [p for p in below if p.suffix.lower() in READ]
    unchanged = (p for p in candidates if sha256_of(p) == document.source.sha256)
    path = next(unchanged, there[0] if there else None)
    if path is None:
        changed = any(not is_output(p) for p in by_path)
        fault = "has changed, or is another file" if changed else "was not found"
        raise InputError(
            f"{record}: its transcript {document.source.path or '(standard input)'} {fault}",
            hint="name its folder with --transcripts",
        )
    return read_again(path, document, str(path))


def _may_be_read(path: Path, document: StudyDocument, roots: Sequence[Path] = ()) -> bool:
    """Whether a file is, or may be a later version of, the transcript.

    A record could name any file, so a changed one has to be below one of the `roots`, if any are given. Notes of
    `talk.md` are called talk.md too: a file that belongs to notes is no later version.
    """
    if sha256_of(path) == document.source.sha256:
        return True
    inside = not roots or any(path.resolve().is_relative_to(root.resolve()) for root in roots)
    return inside and path.suffix.lower() in READ and not is_output(path)


def _alike(path: Path, recorded: Path) -> int:
    """How many trailing parts two paths share."""
    pairs = zip(reversed(path.parts), reversed(recorded.parts), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


@lru_cache(maxsize=4)
def _files_below(folder: Path, turn: int) -> tuple[Path, ...]:
    """The files below a folder and in its zip files. `turn` limits how long a listing is cached for many records."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return (*files, *(p / name for p in files if p.suffix.lower() == ".zip" for name in _members(p)))


def _members(path: Path) -> list[str]:
    try:
        return members(path)
    except InputError:
        return []


def _as_on_disk(path: Path) -> Path:
    """The path on disk for a recorded path in which U+FFFD replaces bytes that are not UTF-8; if none, unchanged."""
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
    """The transcript in a file, read as it was for these notes, and a remark if it has changed.

    Every command that needs the transcript of existing notes reads it here. `what` is the remark's name for the file. A
    changed file that no longer has the format or encoding asked for then is read with both detected.
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
