"""Files and folders to sources, each with the name of what comes out of it. Nothing is overwritten, nothing skipped in silence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError

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
