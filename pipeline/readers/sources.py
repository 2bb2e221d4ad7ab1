"""Files, folders and zip files to sources, each with the name of its document. Nothing is skipped in silence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline.errors import InputError
from pipeline.readers.addresses import is_video, no_transcript
from pipeline.readers.archive import members, passed_over, zipped
from pipeline.text import well_formed

SUFFIXES = (
    ".txt", ".md", ".vtt", ".srt", ".sbv", ".lrc", ".ttml", ".dfxp", ".srv1", ".srv2", ".srv3", ".json3",
    ".ass", ".ssa", ".sub", ".smi", ".sami", ".cha", ".docx", ".pdf", ".rtf", ".text", ".markdown",
)  # fmt: skip
_LOOKED_INTO = (".json", ".jsonl", ".yaml", ".yml", ".xml", ".html", ".htm", ".csv", ".tsv")  # of much else too
_ALL = (*SUFFIXES, *_LOOKED_INTO)
_TEMPORARY = (".part", ".partial", ".filepart", ".crdownload", ".download", ".opdownload", ".tmp", ".temp", ".swp")
_ADDRESS = re.compile(r"^https?:/+", re.IGNORECASE)
_BARE = re.compile(r"^(?:www\.[\w-]+(?:\.[\w-]+)+|(?:m\.|music\.)?youtube\.com|youtu\.be)(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read and the name, relative to the output folder, of what comes out of it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of a folder that is not read, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is below some paths: what will be read, what will not, and what is wrong."""

    sources: tuple[Source, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    errors: tuple[InputError, ...] = ()


Own = Callable[[Path], bool]
_Pair = tuple[list[Source], list[Skipped]]


def find_sources(paths: Iterable[Path]) -> tuple[list[Source], list[InputError]]:
    """Transcript files of files and folders (sorted, sub-folders mirrored), and an error for each path that fails."""
    found = survey(paths)
    return list(found.sources), list(found.errors)


def survey(paths: Iterable[Path], own: Own = lambda path: False) -> Survey:
    """Transcripts below paths, the files that are skipped, and an error for each path that fails.

    `own` tells which files of a folder this program wrote itself; these are no part of it.
    """
    return _surveyed(paths, lambda path: _below(path, own))


def survey_files(files: Collection[Path], roots: Iterable[Path], own: Own = lambda path: False) -> Survey:
    """The survey of some of the files that are below roots, under the names that they have there."""

    def some(root: Path) -> _Pair:
        if root.is_dir():
            return _sorted_out(root, [f for f in files if f.is_relative_to(root)], own)
        return _below(root, own) if root in files else ([], [])

    return _surveyed(roots, some)


def _surveyed(paths: Iterable[Path], look: Callable[[Path], _Pair]) -> Survey:
    found: list[Source] = []
    skipped: list[Skipped] = []
    errors: list[InputError] = []
    for path in paths:
        try:
            sources, left = look(path)
        except InputError as err:
            errors.append(err)
            continue
        found += sources
        skipped += left
    seen: dict[Path, Source] = {}
    for source in found:
        first = seen.setdefault(source.path.resolve(), source)
        if first is not source:
            skipped.append(Skipped(source.path, f"the same file as {first.path}"))
    return Survey(tuple(distinct(found)), tuple(skipped), tuple(errors))


def _below(path: Path, own: Own) -> _Pair:
    if _ADDRESS.match(str(path)):
        raise _address(str(path))
    if path.is_dir():
        return _folder(path, own)
    if zipped(path):
        return [Source(path, path.name)], []
    if not path.exists():
        if _BARE.match(str(path)):
            raise _address(f"https://{path}")
        raise InputError(f"{path}: there is no such file or folder")
    if not path.is_file():
        raise InputError(f"{path}: not a regular file", hint="use - to read from a pipe")
    if path.suffix.lower() == ".zip":
        return _archive(path, "")
    return [Source(path, path.name)], []


def _address(path: str) -> InputError:
    """What to do with an address, whose slashes a path has lost."""
    url = _ADDRESS.sub(lambda m: m[0].rstrip("/") + "//", path)
    if is_video(url):
        return no_transcript(url)
    return InputError(
        f"{url}: an address, not a file", hint=f"give --transcript-url '{url}' if a transcript file is there"
    )


def _folder(root: Path, own: Own) -> _Pair:
    sources, skipped = _sorted_out(root, root.rglob("*"), own)
    if not sources:
        raise InputError(f"{root}: no transcripts in this folder", hint=f"looked for {', '.join(_ALL)}")
    return sources, skipped


def _sorted_out(root: Path, paths: Iterable[Path], own: Own) -> _Pair:
    sources: list[Source] = []
    skipped: list[Skipped] = []
    for path in sorted(paths):
        inner = path.relative_to(root)
        if path.is_dir() or any(part.startswith(".") for part in inner.parts) or own(path):
            continue
        if reason := _why_not(path, root):
            skipped.append(Skipped(path, reason))
        elif path.suffix.lower() == ".zip":
            try:
                packed, left = _archive(path, f"{inner.with_suffix('').as_posix()}/")
            except InputError as err:
                packed, left = [], [Skipped(path, str(err))]
            sources += packed
            skipped += left
        elif not path.name.lower().endswith(".info.json"):
            sources.append(Source(path, inner.as_posix()))
    return sources, skipped


def is_temporary(name: str) -> bool:
    """Whether a file of this name is one that a program still writes, or its lock on another."""
    return name.startswith((".", "~$")) or name.endswith("~") or name.lower().endswith(_TEMPORARY)


def _why_not(path: Path, root: Path) -> str | None:
    """Why a file of a folder is not read; None when it is."""
    if not path.resolve().is_relative_to(root.resolve()):
        return "a link that leads out of the folder"
    if not path.is_file():
        return "not a regular file"
    if is_temporary(path.name):
        return "a program's temporary file"
    suffix = path.suffix.lower()
    if path.name.lower().endswith(".info.json") or suffix == ".zip":
        return None
    if suffix not in _ALL:
        return f"{suffix} is none of the endings that are read" if suffix else "its name has no ending"
    if suffix in _LOOKED_INTO and not _recognised(path):
        return "no format of transcripts is recognised in it"
    return None


def _recognised(path: Path) -> bool:
    from pipeline.readers.base import Document
    from pipeline.readers.data import texts
    from pipeline.readers.formats import reader_for

    try:
        document = Document(path.read_bytes(), str(path), suffix=path.suffix.lower())
        reader = reader_for(document)
        return texts.holds_text(document) if reader is texts.READER else reader.name != "text"
    except (InputError, OSError):
        return True  # read and told


def _archive(path: Path, prefix: str) -> tuple[list[Source], list[Skipped]]:
    names = members(path)
    good = [n for n in names if Path(n).suffix.lower() in _ALL and not n.lower().endswith(".info.json")]
    if not good:
        raise InputError(f"{path}: no transcripts in this zip file", hint=f"looked for {', '.join(_ALL)}")
    left = [Skipped(path / n, "its ending is none of those that are read") for n in names if n not in good]
    left += [Skipped(Path(f"{path}/{n}"), why) for n, why in passed_over(path)]
    return [Source(path / n, prefix + n) for n in good], left


def distinct(sources: list[Source]) -> list[Source]:
    """Output names without their endings; `talk.vtt` beside `talk.srt` keeps its ending, the same file twice goes."""
    unique = list({s.path.resolve(): s for s in reversed(sources)}.values())[::-1]
    stems = [Path(s.name).with_suffix("").as_posix() for s in unique]
    often = Counter(stem.casefold() for stem in stems)
    seen: dict[str, int] = {}
    out = []
    for source, stem in zip(unique, stems, strict=True):
        name = stem if often[stem.casefold()] == 1 else _with_ending(source.name)
        n = seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
        out.append(Source(source.path, name if n == 1 else f"{name}-{n}"))
    return out


def _with_ending(name: str) -> str:
    path = Path(name)
    return f"{path.with_suffix('').as_posix()}-{path.suffix[1:].lower()}" if path.suffix else path.as_posix()


def kept_apart(
    sources: Iterable[Source], made_from: Callable[[str], str | None], given: Collection[str] = ()
) -> list[Source]:
    """Sources whose names overwrite no document of another input.

    `made_from` gives the path of the input from which the document of a name was made, None when there is none; `given`
    are names that others of this run have.
    """
    out: list[Source] = []
    taken = {name.casefold() for name in given}
    for source in sources:
        ending = _with_ending(f"{source.name}{source.path.suffix}")
        own = partial(_is_own, made_from, str(source.path))
        name = name_apart((source.name, ending), own, taken)
        taken.add(name.casefold())
        out.append(replace(source, name=name))
    return out


def _is_own(made_from: Callable[[str], str | None], path: str, name: str) -> bool:
    return made_from(name) in (None, path, well_formed(path))  # as a record has it


def name_apart(names: Sequence[str], own: Callable[[str], bool], taken: Collection[str]) -> str:
    """The first of the names, then of the last one with a number, that is `own` or free and not taken."""
    candidates = [*names, *(f"{names[-1]}-{n}" for n in range(2, 1000))]
    return next((n for n in candidates if n.casefold() not in taken and own(n)), names[0])
