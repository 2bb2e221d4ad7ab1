"""Turn files, folders and zip files into sources, each with its document's name. Nothing is skipped silently."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile
from pathlib import Path

from pipeline.errors import InputError
from pipeline.readers.addresses import is_video, no_transcript
from pipeline.readers.archive import members, passed_over, sha256_of, zipped
from pipeline.text import slug, well_formed

SUFFIXES = (
    ".txt", ".md", ".vtt", ".srt", ".sbv", ".lrc", ".ttml", ".dfxp", ".srv1", ".srv2", ".srv3", ".json3",
    ".ass", ".ssa", ".sub", ".smi", ".sami", ".cha", ".docx", ".pdf", ".rtf", ".text", ".markdown",
)  # fmt: skip
# Other files have these endings too, so their contents are examined.
_LOOKED_INTO = (".json", ".jsonl", ".yaml", ".yml", ".xml", ".html", ".htm", ".csv", ".tsv")
READ = (*SUFFIXES, *_LOOKED_INTO)
_TEMPORARY = (".part", ".partial", ".filepart", ".crdownload", ".download", ".opdownload", ".tmp", ".temp", ".swp")
_ADDRESS = re.compile(r"^https?:/+", re.IGNORECASE)
_LINKED = "a link to a folder is not followed: give it as a path of its own"
STANDARD_INPUT = "standard input"  # in place of the path of a transcript that came through a pipe
_BARE = re.compile(r"^(?:www\.[\w-]+(?:\.[\w-]+)+|(?:m\.|music\.)?youtube\.com|youtu\.be)(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read and the name of its output, relative to the output folder.

    `plain` is the name that it would have if no other file had the same; "" if `name` is that one.
    """

    path: Path
    name: str
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file in a folder that is not read, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What is below some paths: what will be read, what will not, and what is wrong."""

    sources: tuple[Source, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    errors: tuple[InputError, ...] = ()


IsOwnFile = Callable[[Path], bool]


def survey(paths: Iterable[Path], is_own_file: IsOwnFile = lambda path: False) -> Survey:
    """The transcripts below paths, the files that are skipped, and an error for each path that fails.

    `is_own_file` says which files in a folder this program wrote itself; they are ignored.
    """
    return _surveyed(paths, lambda path: _below(path, is_own_file))


def survey_files(files: Collection[Path], roots: Iterable[Path], is_own_file: IsOwnFile = lambda path: False) -> Survey:
    """The survey of only those `files` that are below roots, under the names that they have there."""

    def survey_of(root: Path) -> Survey:
        if root.is_dir():
            return _sorted_out(root, [f for f in files if f.is_relative_to(root)], is_own_file)
        return _below(root, is_own_file) if root in files else Survey()

    return _surveyed(roots, survey_of)


def linked_folders(roots: Iterable[Path]) -> tuple[Skipped, ...]:
    """The links to folders below roots, which a survey of files alone does not find."""
    links: list[Path] = []
    for root in roots:
        for at, names, _ in os.walk(root):
            names[:] = [name for name in names if not name.startswith(".")]
            links += (path for name in names if (path := Path(at, name)).is_symlink())
    return tuple(Skipped(path, _LINKED) for path in sorted(links))


def _surveyed(paths: Iterable[Path], look: Callable[[Path], Survey]) -> Survey:
    sources: list[Source] = []
    skipped: list[Skipped] = []
    errors: list[InputError] = []
    for path in paths:
        try:
            below = look(path)
        except InputError as err:
            errors.append(err)
            continue
        sources += below.sources
        skipped += below.skipped
        errors += below.errors
    by_path: dict[Path, Source] = {}
    for source in sources:
        first = by_path.setdefault(source.path.resolve(), source)
        if first is not source:
            skipped.append(Skipped(source.path, f"the same file as {first.path}"))
    return Survey(tuple(distinct(list(by_path.values()))), tuple(skipped), tuple(errors))


def _below(path: Path, is_own_file: IsOwnFile) -> Survey:
    if _ADDRESS.match(str(path)):
        raise _address(str(path))
    if path.is_dir():
        return _folder(path, is_own_file)
    if zipped(path):
        return Survey((Source(path, path.name),))
    if not path.exists():
        if _BARE.match(str(path)):
            raise _address(f"https://{path}")
        raise InputError(f"{path}: there is no such file or folder")
    if not path.is_file():
        raise InputError(f"{path}: not a regular file", hint="use - to read from a pipe")
    if path.suffix.lower() == ".zip":
        archive = _archive(path, "")
        return archive if archive.sources else replace(archive, errors=(_nothing_in(path, "zip file"),))
    return Survey((Source(path, path.name),))


def _address(path: str) -> InputError:
    """The error for an address that was given as a path and so has lost slashes."""
    url = _ADDRESS.sub(lambda m: m[0].rstrip("/") + "//", path)
    if is_video(url):
        return no_transcript(url)
    return InputError(
        f"{url}: this is an address, not a file", hint=f"use --transcript-url '{url}' if it is a transcript"
    )


def _nothing_in(path: Path, kind: str) -> InputError:
    return InputError(f"{path}: no transcripts found in this {kind}", hint=f"looked for {', '.join(READ)}")


def _folder(root: Path, is_own_file: IsOwnFile) -> Survey:
    below = _sorted_out(root, root.rglob("*"), is_own_file)
    return below if below.sources or below.errors else replace(below, errors=(_nothing_in(root, "folder"),))


def _sorted_out(root: Path, paths: Iterable[Path], is_own_file: IsOwnFile) -> Survey:
    sources: list[Source] = []
    skipped: list[Skipped] = []
    errors: list[InputError] = []
    for path in sorted(paths):
        inner = path.relative_to(root)
        folder = path.is_dir() and not path.is_symlink()
        if folder or any(part.startswith(".") for part in inner.parts) or is_own_file(path):
            continue
        if reason := _why_not(path, root):
            skipped.append(Skipped(path, reason))
        elif path.suffix.lower() == ".zip":
            try:
                archive = _archive(path, f"{inner.with_suffix('').as_posix()}/")
            except InputError as err:
                errors.append(err)
                continue
            sources += archive.sources
            skipped += archive.skipped if archive.sources else [Skipped(path, "no transcripts found in this zip file")]
        elif not path.name.lower().endswith(".info.json"):
            sources.append(Source(path, inner.as_posix()))
    return Survey(tuple(sources), tuple(skipped), tuple(errors))


def is_temporary(name: str) -> bool:
    """Whether a file's name shows that a program is still writing it, or holds a lock on another."""
    return name.startswith((".", "~$")) or name.endswith("~") or name.lower().endswith(_TEMPORARY)


def _why_not(path: Path, root: Path) -> str | None:
    """Why a file or a link in a folder is not read; None if it is read."""
    if path.is_dir():
        return _LINKED
    if not path.resolve().is_relative_to(root.resolve()):
        return "a link that leads out of the folder"
    if not path.is_file():
        return "not a regular file"
    if is_temporary(path.name):
        return "a program's temporary file"
    suffix = path.suffix.lower()
    if path.name.lower().endswith(".info.json") or suffix == ".zip":
        return None
    if suffix not in READ:
        return f"{suffix} files are not read" if suffix else "its name has no extension"
    if suffix in _LOOKED_INTO and not _recognised(path):
        return "it holds no transcript in a known format"
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
        return True  # reading it raises the error again


def _archive(path: Path, prefix: str) -> Survey:
    """The contents of a zip file. Raises InputError if it cannot be read."""
    names = members(path)
    readable = [n for n in names if Path(n).suffix.lower() in READ and not n.lower().endswith(".info.json")]
    skipped = [Skipped(path / n, "files of this type are not read") for n in names if n not in readable]
    skipped += [Skipped(Path(f"{path}/{n}"), why) for n, why in passed_over(path)]
    return Survey(tuple(Source(path / n, prefix + n) for n in readable), tuple(skipped))


def distinct(sources: list[Source]) -> list[Source]:
    """The sources with distinct output names, without endings if possible.

    `talk.vtt` beside `talk.srt` keeps its ending, `a/talk.txt` beside `b/talk.txt` its folder.
    """
    groups: dict[str, list[Source]] = {}
    for source in sources:
        source = replace(source, plain=Path(source.name).with_suffix("").as_posix())
        groups.setdefault(as_written(source.plain), []).append(source)
    by_path = {s.path: replace(s, name=name) for group in groups.values() for s, name in _with_distinct_names(group)}
    uses = Counter[str]()
    named = []
    for source in (by_path[s.path] for s in sources):
        uses[as_written(source.name)] += 1
        n = uses[as_written(source.name)]
        named.append(source if n == 1 else replace(source, name=f"{source.name}-{n}"))
    return named


def as_written(name: str) -> str:
    """A name as it is on disk: in slugs, and in lower case, since some systems ignore capitals."""
    return "/".join(map(slug, name.split("/"))).casefold()


def _with_distinct_names(group: Sequence[Source]) -> Iterator[tuple[Source, str]]:
    """Sources with the same plain name, each with a name that distinguishes it from the others."""
    if len(group) == 1:
        yield group[0], group[0].plain
        return
    for names in ([_with_ending(s) for s in group], [_with_folder(s) for s in group]):
        if len(set(map(as_written, names))) == len(group):
            break
    yield from zip(group, names, strict=True)


def _with_ending(source: Source) -> str:
    suffix = source.path.suffix[1:].lower()
    return f"{source.plain}-{suffix}" if suffix else source.plain


def _with_folder(source: Source) -> str:
    """The plain name with the file's folder in front, unless it has a folder already."""
    folder = source.path.absolute().parent.name
    return source.plain if "/" in source.plain or not folder else f"{folder}-{source.plain}"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a document was made from: resolved paths where that may be, and its SHA-256 digest if it is at none."""

    paths: Collection[Path]
    sha256: str = ""


MadeFrom = Callable[[str], Origin | None]
IsOwn = Callable[[Source, Origin], bool]


def kept_apart(sources: Iterable[Source], made_from: MadeFrom, other_names: Collection[str] = ()) -> list[Source]:
    """The sources under names that overwrite no other input's document; those that have a document keep its name.

    `made_from` returns the origin of a name's document, None if there is no document; `other_names` are those of other
    inputs of this run. A file that was moved unchanged keeps its document, unless that belongs to another source by its
    path: copies have the same words.
    """
    every = [replace(s, plain=s.plain or s.name) for s in sources]
    made_from = cache(made_from)
    taken_names = {as_written(name) for name in other_names}
    names_by_place: dict[int, str] = {}
    for is_own in (_was_at_its_path, _was_moved):
        for n, source in enumerate(every):
            if n not in names_by_place and (name := _own_name(source, made_from, is_own, taken_names)) is not None:
                names_by_place[n] = name
                taken_names.add(as_written(name))
    for n, source in enumerate(every):
        if n not in names_by_place:
            names = list(_candidates(source, made_from))
            names_by_place[n] = name_apart(names, lambda name: made_from(name) is None, taken_names)
            taken_names.add(as_written(names_by_place[n]))
    return [replace(source, name=names_by_place[n]) for n, source in enumerate(every)]


def _own_name(source: Source, made_from: MadeFrom, is_own: IsOwn, taken_names: Collection[str]) -> str | None:
    """The name, not taken, of the document that was made from a source; None if there is none."""
    names = (name for name in _former_names(source, made_from) if as_written(name) not in taken_names)
    return next((name for name in names if (origin := made_from(name)) and is_own(source, origin)), None)


def _candidates(source: Source, made_from: MadeFrom) -> Iterator[str]:
    """Names for a source, best first.

    What distinguishes it from the input that has its plain name comes before the rest.
    """
    yield source.name
    yield source.plain
    origin = made_from(source.plain)
    apart = [_with_ending(source), _with_folder(source)]
    differs = origin and any(p.suffix.lower() != source.path.suffix.lower() for p in origin.paths)
    yield from apart if differs else reversed(apart)


def _former_names(source: Source, made_from: MadeFrom) -> Iterator[str]:
    """Names that a source's document may have: its candidates, then each of them with a number."""
    candidates = dict.fromkeys(_candidates(source, made_from))
    yield from candidates
    for name in candidates:
        yield from takewhile(made_from, _with_numbers(name))


def _was_at_its_path(source: Source, origin: Origin) -> bool:
    """Whether a document of this origin was made from what was at the source's path."""
    path = source.path.resolve()
    return not {path, Path(well_formed(str(path)))}.isdisjoint(origin.paths)  # as in records


def _was_moved(source: Source, origin: Origin) -> bool:
    """Whether a document of this origin was made from the source before it was moved."""
    return bool(origin.sha256) and sha256_of(source.path) == origin.sha256


def _with_numbers(name: str) -> Iterator[str]:
    return (f"{name}-{n}" for n in range(2, 1000))


def name_apart(names: Sequence[str], is_free: Callable[[str], bool], taken_names: Collection[str]) -> str:
    """The first of the names that `is_free` and is not taken; if none is, the last one with a number."""
    candidates = [*names, *_with_numbers(names[-1])]
    return next((n for n in candidates if as_written(n) not in taken_names and is_free(n)), names[0])
