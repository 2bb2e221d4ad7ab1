"""What `studydoc eval` does, except for parsing arguments and printing."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

from pipeline import store
from pipeline.batches.outputs import name_below, records_at
from pipeline.errors import InputError, SettingsError, StoreError
from pipeline.evaluation.comparing import compare, means, worst_losses
from pipeline.evaluation.html import comparison_html, scores_html
from pipeline.evaluation.judging import Verdict, verdicts_markdown
from pipeline.evaluation.report import comparison_markdown, remarks_markdown, scores_markdown
from pipeline.evaluation.scores import Scored, score_path
from pipeline.providers.local import usable_cores

_WORTH_PROCESSES = 24  # documents from which it pays to start processes


def score_all(
    paths: Sequence[Path], reference: Path | None, transcripts: Path | None
) -> tuple[list[Scored], list[str]]:
    """The scores of every document below the paths, and the reasons why others have none.

    Many documents are scored in one process per core. Raises SettingsError, and InputError if no document can be
    scored.
    """
    if reference is not None and not reference.is_dir():
        raise SettingsError(f"{reference}: there is no such folder", hint="--reference takes a folder of notes")
    score_one = partial(_scored, transcripts=transcripts, references=reference)
    records = records_at(paths)
    stems, cores = Counter(r.stem for r in records), usable_cores()
    jobs = [(r, name_below(r, paths), stems[r.stem] == 1) for r in records]
    if len(records) < _WORTH_PROCESSES or cores < 2:
        results = [score_one(job) for job in jobs]
    else:
        with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
            results = list(pool.map(score_one, jobs, chunksize=4))
    scored, failed = [s for s in results if isinstance(s, Scored)], [s for s in results if isinstance(s, str)]
    if not scored:
        raise InputError("\n".join(failed))
    return scored, failed


def _scored(job: tuple[Path, str, bool], *, transcripts: Path | None, references: Path | None) -> Scored | str:
    record, name, alone = job
    try:
        return score_path(record, name, transcripts=transcripts, references=references, alone=alone)
    except (InputError, StoreError) as err:
        return str(err)


def run_eval(
    paths: Sequence[Path],
    reference: Path | None,
    transcripts: Path | None,
    *,
    as_json: bool,
    page: Path | None,
) -> tuple[int, str]:
    """`studydoc eval`: exit code 1 if a document has no scores; the report as Markdown or JSON, to `page` as HTML."""
    scored, failed = score_all(paths, reference, transcripts)
    remarks = [*_without_notes(scored, reference), *_not_scored(failed)]
    if page is not None:
        store.replace_file(page, scores_html(scored, remarks))
    if not as_json:
        return int(bool(failed)), scores_markdown(scored) + remarks_markdown(remarks)
    documents = [{"name": s.name, "path": str(s.path), "scores": s.scores} for s in scored]
    summary = {name: asdict(interval) for name, interval in means(scored).items()}
    report = {"documents": documents, "means": summary, "failed": failed}
    return int(bool(failed)), json.dumps(report, ensure_ascii=False, indent=1) + "\n"


def _without_notes(scored: Sequence[Scored], reference: Path | None) -> list[str]:
    names = sorted({s.name for s in scored if s.scores["rouge_1"] is None}) if reference else []
    return [f"No reference notes in {reference} for: {', '.join(names)}"] if names else []


def _not_scored(failed: Sequence[str]) -> list[str]:
    return [f"Not scored: {why}" for why in failed]


def run_compare(
    folders: Sequence[Path],
    reference: Path | None,
    transcripts: Path | None,
    fail_under: float | None,
    *,
    as_json: bool,
    page: Path | None,
    judge: Callable[[Sequence[Path]], tuple[str, list[Verdict]]] | None,
) -> tuple[int, str]:
    """`studydoc eval compare`: the exit code, and the differences as Markdown or JSON, also as HTML to `page`.

    The exit code is 1 if a loss exceeds `fail_under`, or if a document lacks its counterpart or its scores.
    """
    if len(folders) != 2:
        raise SettingsError(f"compare takes two folders, not {len(folders)}", hint="studydoc eval compare BEFORE AFTER")
    (first, failed_first), (second, failed_second) = (score_all([f], reference, transcripts) for f in folders)
    failed = [*failed_first, *failed_second]
    comparison = compare(first, second)
    if not comparison.documents:
        raise SettingsError("the two folders have no document of the same name")
    model, judged = judge(folders) if judge else ("", list[Verdict]())
    losses = {n: loss for n, loss in worst_losses(comparison).items() if fail_under is not None and loss > fail_under}
    code = int(bool(losses or failed or comparison.unpaired))
    remarks = _without_notes([*first, *second], reference)
    if comparison.unpaired:
        remarks.append(f"In only one of the two: {', '.join(comparison.unpaired)}")
    if losses:
        remarks.append("Over the threshold: " + ", ".join(f"{n} by {loss:.3f}" for n, loss in losses.items()))
    remarks += _not_scored(failed)
    if page is not None:
        store.replace_file(page, comparison_html(comparison, remarks, judged, model))
    if as_json:
        return code, json.dumps(
            asdict(comparison) | {"past_threshold": losses, "judged": [asdict(v) for v in judged], "failed": failed},
            ensure_ascii=False,
            indent=1,
        ) + "\n"
    verdicts = verdicts_markdown(judged, model) if judge else ""
    return code, comparison_markdown(comparison) + verdicts + remarks_markdown(remarks)
