"""Scores as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.evaluation.comparing import Comparison, means, verdict
from pipeline.evaluation.scores import SCORES, Scored
from pipeline.pages import escape

_SHOWN = 5  # statements shown of each document that vanished, appeared or changed


def scores_markdown(scored: Sequence[Scored]) -> str:
    """A table of means with intervals, and a table with a row for each document."""
    rows = ["| score | mean | 95 % interval | documents | what it says |", "| --- | --- | --- | --- | --- |"]
    for name, interval in means(scored).items():
        low, high = f"{interval.low:.3f}", f"{interval.high:.3f}"
        rows.append(f"| {name} | {interval.mean:.3f} | {low} to {high} | {interval.n} | {SCORES[name][0]} |")
    shown = [n for n in SCORES if any(s.scores[n] is not None for s in scored)]
    rows += ["", f"| document | {' | '.join(shown)} |", f"| --- |{' --- |' * len(shown)}"]
    for s in scored:
        rows.append(f"| {escape(s.name)} | {' | '.join(number(s.scores[n]) for n in shown)} |")
    return "\n".join(rows) + "\n"


def comparison_markdown(comparison: Comparison) -> str:
    """Paired differences, then the changes in each document, largest loss first."""
    rows = ["| score | difference | 95 % interval | pairs | |", "| --- | --- | --- | --- | --- |"]
    for name, d in comparison.differences.items():
        outcome = verdict(name, d).replace("worse", "WORSE")
        rows.append(f"| {name} | {d.mean:+.3f} | {d.low:+.3f} to {d.high:+.3f} | {d.n} | {outcome} |")
    for change in comparison.documents:
        counts = f"{len(change.appeared)} appeared, {len(change.vanished)} vanished, {len(change.changed)} changed"
        rows += ["", f"### {escape(change.name)}: {counts}", ""]
        rows += [f"- vanished: {escape(t)}" for t in change.vanished[:_SHOWN]]
        rows += [f"- appeared: {escape(t)}" for t in change.appeared[:_SHOWN]]
        rows += [f"- changed: {escape(a)} → {escape(b)}" for a, b in change.changed[:_SHOWN]]
    return "\n".join(rows) + "\n"


def remarks_markdown(remarks: Sequence[str]) -> str:
    """Remarks on a report, such as why it fails, each a paragraph."""
    return "".join(f"\n{escape(remark)}\n" for remark in remarks)


def number(value: float | None) -> str:
    """The score of one document with two decimals; a dash for None."""
    return "–" if value is None else f"{value:.2f}"
