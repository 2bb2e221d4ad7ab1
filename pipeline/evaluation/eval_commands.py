"""What `studydoc eval` does, apart from parsing and printing."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

from pipeline import store
from pipeline.errors import SettingsError
from pipeline.evaluation.comparing import compare, means, worst_losses
from pipeline.evaluation.html import comparison_html, scores_html
from pipeline.evaluation.judging import Verdict, verdicts_markdown
from pipeline.evaluation.report import comparison_markdown, scores_markdown
from pipeline.evaluation.scores import Scored, score_path
from pipeline.outputs import documents_below
from pipeline.providers.local import usable_cores

_WORTH_PROCESSES = 24  # documents from which starting processes pays


def score_all(paths: Sequence[Path], reference: Path | None, transcripts: Path | None) -> list[Scored]:
    """The scores of every document below the paths; many of them in as many processes as there are cores."""
    if reference is not None and not reference.is_dir():
        raise SettingsError(f"{reference}: there is no such folder", hint="--reference takes a folder of notes")
    one = partial(score_path, transcripts=transcripts, references=reference)
    records = [p.with_suffix(".json") for p in documents_below(paths)]
    cores = usable_cores()
    if len(records) < _WORTH_PROCESSES or cores < 2:
        return [one(r) for r in records]
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(one, records, chunksize=4))


def run_eval(
    paths: Sequence[Path],
    reference: Path | None,
    transcripts: Path | None,
    *,
    as_json: bool = False,
    page: Path | None = None,
) -> tuple[int, str]:
    """`studydoc eval`: exit code, and the scores as Markdown or JSON; `page` is where they go as HTML too."""
    scored = score_all(paths, reference, transcripts)
    if page is not None:
        store.replace_file(page, scores_html(scored))
    if not as_json:
        return 0, scores_markdown(scored)
    documents = [{"name": s.name, "path": str(s.path), "scores": s.scores} for s in scored]
    summary = {name: asdict(found) for name, found in means(scored).items()}
    return 0, json.dumps({"documents": documents, "means": summary}, ensure_ascii=False, indent=1) + "\n"


def run_compare(
    folders: Sequence[Path],
    reference: Path | None,
    transcripts: Path | None,
    fail_under: float | None,
    *,
    as_json: bool = False,
    page: Path | None = None,
    judge: Callable[[Sequence[Path]], tuple[str, list[Verdict]]] | None = None,
) -> tuple[int, str]:
    """`studydoc eval compare`: exit code 1 past the threshold, and the differences as Markdown or JSON."""
    if len(folders) != 2:
        raise SettingsError(f"compare takes two folders, not {len(folders)}", hint="studydoc eval compare BEFORE AFTER")
    first, second = (score_all([f], reference, transcripts) for f in folders)
    found = compare(first, second)
    if not found.documents:
        raise SettingsError("the two folders have no document of the same name")
    if page is not None:
        store.replace_file(page, comparison_html(found))
    model, judged = judge(folders) if judge else ("", list[Verdict]())
    losses = {n: loss for n, loss in worst_losses(found).items() if fail_under is not None and loss > fail_under}
    if as_json:
        return int(bool(losses)), json.dumps(
            asdict(found) | {"past_threshold": losses, "judged": [asdict(v) for v in judged]},
            ensure_ascii=False,
            indent=1,
        ) + "\n"
    text = comparison_markdown(found)
    if judge:
        text += verdicts_markdown(judged, model)
    if losses:
        text += "\nPast the threshold: " + ", ".join(f"{n} by {loss:.3f}" for n, loss in losses.items()) + "\n"
    return int(bool(losses)), text
