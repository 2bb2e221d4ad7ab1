"""What lies in an output folder: the documents, and the transcript that each was made from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.document import StudyDocument
from pipeline.errors import InputError
from pipeline.readers import read_transcript
from pipeline.transcript import Metadata, Transcript


def documents_below(paths: Sequence[Path]) -> list[Path]:
    """Records and pages: files as named, of folders every record. InputError when there are none."""
    out: list[Path] = []
    for path in paths:
        if path.is_dir():
            out += sorted(
                p for p in path.rglob("*.json") if not p.name.startswith(".") and p.with_suffix(".md").exists()
            )
        elif path.is_file() and path.suffix in (".json", ".md"):
            out.append(path)
        else:
            raise InputError(
                f"{path}: no study document", hint="give a .json or .md that make wrote, or a folder of them"
            )
    if not out:
        raise InputError("there are no study documents here", hint="run studydoc make first")
    return out


def transcript_of(document: StudyDocument, record: Path, folder: Path | None) -> tuple[Transcript, str]:
    """The transcript that a record was made from, and a remark when the file is no longer the same.

    It is looked for where the record says, beside the record, and first of all below `folder`. Raises InputError.
    """
    named = Path(document.source.path or "")
    places = [named, record.parent / named.name, record.parent.parent / "transcripts" / named.name]
    if folder is not None:
        places = [folder / named.name, *sorted(folder.rglob(named.name)), *places]
    path = next((p for p in places if document.source.path and p.is_file()), None)
    if path is None:
        raise InputError(
            f"{record}: its transcript {document.source.path or '(standard input)'} is not there",
            hint="give its folder with --transcripts",
        )
    transcript = read_transcript(path).with_metadata(Metadata(language=document.source.language))
    if transcript.sha256 != document.source.sha256:
        return transcript, f"{path} has changed since the notes were made"
    return transcript, ""
