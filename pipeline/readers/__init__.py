"""Paths to transcripts. One parser a format; everything after parsing is the same for all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError
from pipeline.readers.lines import Line, finish
from pipeline.readers.metadata import read_side_file
from pipeline.transcript import Metadata, Transcript

SUFFIXES = (".txt", ".md", ".vtt", ".srt")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read and the name, relative to the output folder, of what comes out of it."""

    path: Path
    name: str


def find_sources(paths: Iterable[Path]) -> tuple[list[Source], list[InputError]]:
    """Transcript files of files and folders (sorted, sub-folders mirrored), and an error for each path that fails."""
    found: list[Source] = []
    errors: list[InputError] = []
    for path in paths:
        if path.is_dir():
            inside = [p for p in sorted(path.rglob("*")) if p.suffix.lower() in SUFFIXES and _within(p, path)]
            if not inside:
                errors.append(
                    InputError(f"{path}: no transcripts in this folder", hint=f"looked for {', '.join(SUFFIXES)}")
                )
            found += [Source(p, p.relative_to(path).as_posix()) for p in inside]
        elif not path.exists():
            errors.append(InputError(f"{path}: there is no such file or folder"))
        elif not path.is_file():
            errors.append(InputError(f"{path}: not a regular file", hint="use - to read from a pipe"))
        elif path.suffix.lower() not in SUFFIXES:
            errors.append(
                InputError(
                    f"{path}: {path.suffix or 'no ending'} is not a format that is read",
                    hint=f"one of {', '.join(SUFFIXES)}",
                )
            )
        else:
            found.append(Source(path, path.name))
    return distinct(found), errors


def _within(path: Path, root: Path) -> bool:
    """Regular files, no hidden ones, and no link that leads out of the folder."""
    inner = path.relative_to(root).parts
    return (
        path.is_file() and not any(p.startswith(".") for p in inner) and path.resolve().is_relative_to(root.resolve())
    )


def distinct(sources: list[Source]) -> list[Source]:
    """Output names without their endings; `talk.vtt` beside `talk.srt` keeps its ending, the same file twice goes."""
    unique = list({s.path.resolve(): s for s in sources}.values())
    stems = [Path(s.name).with_suffix("").as_posix() for s in unique]
    folded = [stem.casefold() for stem in stems]
    named = [
        Source(
            s.path,
            stem
            if folded.count(stem.casefold()) == 1
            else s.name.replace(".vtt", "-vtt").replace(".srt", "-srt").replace(".txt", "-txt").replace(".md", "-md"),
        )
        for s, stem in zip(unique, stems, strict=True)
    ]
    seen: dict[str, int] = {}
    out = []
    for source in named:
        n = seen[source.name.casefold()] = seen.get(source.name.casefold(), 0) + 1
        out.append(source if n == 1 else Source(source.path, f"{source.name}-{n}"))
    return out


def read_transcript(path: Path, *, name: str | None = None, encoding: str | None = None) -> Transcript:
    """The transcript in a .txt, .md, .vtt or .srt file with its metadata; InputError names file and remedy."""
    try:
        before = path.stat()
        raw = path.read_bytes()
        after = path.stat()
    except OSError as err:
        raise InputError(f"{path}: cannot be read: {err.strerror or err}") from err
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(raw) != after.st_size:
        raise InputError(f"{path}: it changed while it was read", hint="run again when nothing writes to it any more")
    return parse(
        raw, str(path), suffix=path.suffix.lower(), name=name or path.stem, encoding=encoding, side=read_side_file(path)
    )


def parse(
    raw: bytes,
    label: str,
    *,
    suffix: str = "",
    name: str,
    encoding: str | None = None,
    side: Metadata | None = None,
) -> Transcript:
    """A transcript from bytes. Without a suffix (standard input) the content tells the format."""
    # Loaded when something is read: a run over what was made before reads nothing.
    from pipeline.readers.decoding import decode
    from pipeline.readers.plain import parse_plain
    from pipeline.readers.subtitles import parse_srt, parse_vtt

    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise InputError(f"{label}: the file is empty", hint="give a transcript with words in it")
    text, remark = decode(raw, label, encoding)
    remarks = [remark] if remark else []
    metadata = Metadata()
    lines: list[Line]
    match suffix or _sniff(text):
        case ".vtt":
            lines, more = parse_vtt(text, label)
        case ".srt":
            lines, more = parse_srt(text, label)
        case _:
            lines, metadata, more = parse_plain(text, label)
    segments = finish(lines)
    if not segments:
        raise InputError(f"{label}: no speech in it", hint="it holds no words besides times, sounds or headings")
    return Transcript(
        name=name,
        segments=segments,
        metadata=(side or Metadata()).over(metadata),
        path=label,
        sha256=hashlib.sha256(raw).hexdigest(),
        notes=tuple(remarks + more),
    )


def _sniff(text: str) -> str:
    head = text.lstrip("\ufeff \r\n")[:2000]
    if head.startswith("WEBVTT"):
        return ".vtt"
    return ".srt" if "-->" in head and "," in head.split("-->")[0] else ".txt"
