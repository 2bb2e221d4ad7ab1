"""Write a document's record and page over those that are there, without losing what is not to be made again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from pipeline import store
from pipeline.batches.outputs import is_of_others, recorded_path, would_be_lost
from pipeline.document import StudyDocument
from pipeline.errors import CallError, NewerRecord, StoreError, UnreadableRecord
from pipeline.readers.archive import is_there
from pipeline.text import well_formed


@dataclass(frozen=True, slots=True)
class Written:
    """A document as recorded, its page, and notes: on an edited page that was left or moved, and on a review."""

    document: StudyDocument
    page: Path
    left: str = ""
    moved: str = ""
    reviewed: str = ""


def write_notes(
    document: StudyDocument, record: Path, before: StudyDocument | None, *, citations: bool = False
) -> Written:
    """Write the record and the page. `before` is the document that they replace, from `load_before`.

    An edited page is moved aside, or left as it is if the document has not changed.
    """
    from pipeline.pages.reading import CHANGED_SINCE_WRITTEN
    from pipeline.record import is_same_document

    page = record.with_suffix(".md")
    unchanged = before if before and is_same_document(document, before) else None
    document = unchanged or document  # keep its time and tally, so that its bytes stay the same
    edited = _edited(page, before, document)
    if edited is not None and unchanged:
        left = f"{page} was {CHANGED_SINCE_WRITTEN}, and is left as it is; delete it to have it written again"
        return Written(document, page, left=left)
    moved = _note_on_moved_page(page, store.keep_aside(page, edited), before) if edited is not None else ""
    reviewed = "" if unchanged else _note_on_review(record)
    return Written(_write(document, record, citations=citations), page, moved=moved, reviewed=reviewed)


def load_before(transcript: str | None, record: Path) -> StudyDocument | None:
    """The document that a new one replaces; None if there is none, or if it is damaged or in an older format.

    `transcript` is the path of the new one's transcript, if it has one. Raises OutputError if the notes cannot be
    written, InputError if they would overwrite that transcript or JSON that is no record, and NewerRecord or
    UnreadableRecord.
    """
    store.ensure_place_for(record)
    source = Path(transcript or "")
    for path in (record, record.with_suffix(".md")):
        if path.exists() and source.is_file() and path.samefile(source):
            raise would_be_lost(path, "this is the transcript itself")
    if is_of_others(record):
        raise would_be_lost(record, "this is not a studydoc record")
    try:
        return store.load(record) if record.exists() else None
    except (NewerRecord, UnreadableRecord):
        raise
    except StoreError:  # damaged or too old
        return None


def seen_from(document: StudyDocument, path: Path, record: Path) -> StudyDocument:
    """The document with its transcript's path relative to its record; if that is no local file, unchanged."""
    if not is_there(path):
        return document
    source = document.source.model_copy(update={"path": well_formed(recorded_path(path, record))})
    return document.model_copy(update={"source": source})


def ensure_notes_not_lost(before: StudyDocument | None, document: StudyDocument, out: Path) -> None:
    """Raise CallError if a document without statements would replace one that has some.

    An empty document is fine if the transcript has changed and no problems occurred: there may be nothing worth a note.
    """
    if before is None or not any(before.statements()) or any(document.statements()):
        return
    if document.problems or document.source.sha256 == before.source.sha256:
        reason = "; ".join(p.message for p in document.problems) or "the model answered with empty sections"
        # An answer that calls every line filler would be served from the store forever.
        prune = f"studydoc store prune --model {shlex.quote(document.run.model)} --out {shlex.quote(str(out))}"
        raise CallError(
            f"the new notes are empty, so the earlier ones are kept: {reason}",
            hint=f"run again; if that does not help, try another model, or run {prune} and then run again",
        )


def _edited(page: Path, before: StudyDocument | None, document: StudyDocument) -> bytes | None:
    """The bytes of a page that was edited since it was written; None if it is unchanged or missing."""
    from pipeline.pages.reading import is_unchanged

    try:
        markdown = page.read_bytes()
    except FileNotFoundError:
        return None
    documents = [d for d in (before, document) if d]
    return None if is_unchanged(markdown.decode("utf-8", errors="replace"), *documents) else markdown


def _note_on_moved_page(page: Path, aside: Path, before: StudyDocument | None) -> str:
    from pipeline.pages.reading import CHANGED_SINCE_WRITTEN

    reason = CHANGED_SINCE_WRITTEN if before else "already there, without a readable record"
    return f"{page} was {reason}: the old page is kept as {aside}"


def _note_on_review(record: Path) -> str:
    """A note for reviewed notes that are made anew; "" if nobody reviewed them."""
    if not (review := record.with_suffix(".review.json")).exists():
        return ""
    return f"made anew, and {review} has decisions on the former ones: studydoc review shows which still fit"


def _write(document: StudyDocument, record: Path, *, citations: bool) -> StudyDocument:
    """Write the record and the page; return the document as recorded, with the digest of its page."""
    from pipeline.pages import render_markdown
    from pipeline.pages.reading import page_digest

    markdown = render_markdown(document, citations=citations)
    run = document.run.model_copy(update={"page": page_digest(markdown)})
    document = document.model_copy(update={"run": run})
    store.write(document, markdown, record)
    return document
