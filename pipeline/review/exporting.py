"""`studydoc export --reviewed`: what was accepted, as Markdown or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import InputError
from pipeline.outputs import documents_below
from pipeline.review.catalogue import Desk
from pipeline.review.reviewed import as_json as record_of
from pipeline.review.reviewed import as_markdown
from pipeline.review.storage import review_path
from pipeline.store import replace_file


def run_export(
    paths: Sequence[Path], out: Path | None, transcripts: Path | None, *, as_json: bool = False
) -> tuple[str, list[str]]:
    """The text for stdout ("" when it went to `out`) and remarks. Raises InputError, StoreError."""
    records = list(dict.fromkeys(p.with_suffix(".json") for p in documents_below(paths)))
    reviewed = [r for r in records if review_path(r).exists()]
    if not reviewed:
        raise InputError(f"{paths[0]}: nothing was reviewed here", hint="decide in studydoc review first")
    if len(reviewed) > 1:
        names = ", ".join(r.name for r in reviewed[:5])
        raise InputError(f"{len(reviewed)} documents were reviewed here: {names}", hint="name one of them")
    desk = Desk(reviewed[0], transcripts)
    form = record_of if as_json or (out is not None and out.suffix == ".json") else as_markdown
    text = form(desk.document, desk.state, desk.recording)
    remarks = [f"{m.what} by {m.who} no longer fits: {m.text} ({m.reason})" for m in desk.state.misfits]
    pending = sum(i.standing == "pending" for i in desk.state.items)
    remarks += [f"{pending} statements are not decided yet and are not in it"] if pending else []
    if out is None:
        return text, remarks
    if out.resolve() in (reviewed[0].resolve(), reviewed[0].with_suffix(".md").resolve(), desk.review.path.resolve()):
        raise InputError(f"{out}: this is the document itself", hint="give --out another name")
    replace_file(out, text)
    return "", remarks
