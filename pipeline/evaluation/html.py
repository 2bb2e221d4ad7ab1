"""Scores as one self-contained HTML page with plots: no scripts, no external resources, all text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pipeline.evaluation.comparing import Comparison, Interval, means, verdict
from pipeline.evaluation.judging import Verdict, judged_by
from pipeline.evaluation.report import number
from pipeline.evaluation.scores import SCORES, Scored

_WIDTH, _ROW, _LABEL = 760, 26, 170
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; font-size: 13px } td, th { padding: .2rem .5rem; border-bottom: 1px solid #ddd }
td { text-align: right } td:first-child, td:last-child.says, th { text-align: left } .wide { overflow-x: auto }
svg text { font: 12px system-ui, sans-serif; fill: #222 } .dot { fill: #3a6ea5; fill-opacity: .45 }
.mean { stroke: #b03a2e; stroke-width: 3 } .range { stroke: #b03a2e; stroke-width: 1.5 } .axis { stroke: #bbb }
.worse { color: #b03a2e } .better { color: #2e7d32 } del { color: #b03a2e } ins { color: #2e7d32 }
"""


def scores_html(scored: Sequence[Scored], remarks: Sequence[str] = ()) -> str:
    """Remarks, means with intervals, a plot of shares, and a row for each document."""
    intervals = means(scored)
    rows = "".join(
        f"<tr><td>{name}</td><td>{m.mean:.3f}</td><td>{m.low:.3f} to {m.high:.3f}</td><td>{m.n}</td>"
        f'<td class="says">{escape(SCORES[name][0])}</td></tr>'
        for name, m in intervals.items()
    )
    spread = {name: [v for s in scored if (v := s.scores[name]) is not None] for name in intervals}
    shares = [n for n in intervals if all(0 <= v <= 1 for v in spread[n])]
    plot = _plot([(n, intervals[n], spread[n]) for n in shares], 0.0, 1.0)
    heads = "".join(f"<th>{n}</th>" for n in intervals)
    documents = "".join(
        f"<tr><td>{escape(s.name)}</td>{''.join(f'<td>{number(s.scores[n])}</td>' for n in intervals)}</tr>"
        for s in scored
    )
    return _page(
        f"Scores of {len(scored)} documents",
        f"{_list(remarks)}<table>"
        "<tr><th>score</th><th>mean</th><th>95 % interval</th><th>documents</th><th>what it says</th></tr>"
        f"{rows}</table><h2>Shares</h2><p>A dot is a document, the line the mean with its 95 % interval.</p>{plot}"
        f'<h2>Documents</h2><div class="wide"><table><tr><th>document</th>{heads}</tr>{documents}</table></div>',
    )


def comparison_html(
    comparison: Comparison, remarks: Sequence[str] = (), judged: Sequence[Verdict] = (), judge: str = ""
) -> str:
    """Remarks, paired differences as a plot, the judge's verdicts, then every statement that differs."""
    shown = [(n, d, ()) for n, d in comparison.differences.items() if max(map(abs, (d.low, d.high, d.mean))) <= 1]
    reach = max((abs(v) for _, d, _ in shown for v in (d.low, d.high, d.mean)), default=0.0) or 0.1
    rows = []
    for name, d in comparison.differences.items():
        outcome = verdict(name, d)
        rows.append(
            f"<tr><td>{name}</td><td>{d.mean:+.3f}</td><td>{d.low:+.3f} to {d.high:+.3f}</td><td>{d.n}</td>"
            f'<td class="{outcome}">{outcome}</td></tr>'
        )
    parts = []
    for change in comparison.documents:
        items = [f"<li>vanished: <del>{escape(t)}</del></li>" for t in change.vanished]
        items += [f"<li>appeared: <ins>{escape(t)}</ins></li>" for t in change.appeared]
        items += [f"<li>changed: <del>{escape(a)}</del> <ins>{escape(b)}</ins></li>" for a, b in change.changed]
        parts.append(f"<h3>{escape(change.name)}</h3><ul>{''.join(items) or '<li>the same statements</li>'}</ul>")
    table = "<tr><th>score</th><th>difference</th><th>95 % interval</th><th>pairs</th><th></th></tr>" + "".join(rows)
    return _page(
        "Two sets of documents side by side",
        f"{_list(remarks)}<table>{table}</table>"
        f"<h2>Differences, second minus first</h2>{_plot(shown, -reach, reach)}"
        f"{_verdicts(judged, judge) if judged else ''}"
        f"<h2>Documents, the one that lost most first</h2>{''.join(parts)}",
    )


def _list(remarks: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(r)}</li>' for r in remarks)}</ul>" if remarks else ""


def _verdicts(judged: Sequence[Verdict], judge: str) -> str:
    """A table of the judge's verdicts."""
    rows = "".join(
        f"<tr><td>{v.question}</td><td>{v.before:.2f}</td><td>{v.after:.2f}</td><td>{v.difference.mean:+.2f}</td>"
        f"<td>{v.difference.low:+.2f} to {v.difference.high:+.2f}</td><td>{v.agreement:.0%}</td></tr>"
        for v in judged
    )
    return (
        f"<h2>Ratings</h2><p>{escape(judged_by(judge))}</p>"
        "<table><tr><th>question</th><th>first</th><th>second</th><th>difference</th><th>95 % interval</th>"
        f"<th>repeats agree</th></tr>{rows}</table>"
    )


def _plot(rows: Sequence[tuple[str, Interval, Sequence[float]]], low: float, high: float) -> str:
    """A strip for each score on a common axis: dots, the mean and its interval."""

    def x(value: float) -> float:
        return round(_LABEL + (value - low) / (high - low) * (_WIDTH - _LABEL - 20), 1)

    height = _ROW * (len(rows) + 1)
    parts = [f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img">']
    for tick in range(5):
        value = low + (high - low) * tick / 4
        parts.append(f'<line class="axis" x1="{x(value)}" x2="{x(value)}" y1="0" y2="{height - _ROW + 4}"/>')
        parts.append(f'<text x="{x(value)}" y="{height - 8}" text-anchor="middle">{value:.2f}</text>')
    for n, (name, m, values) in enumerate(rows):
        y = _ROW * n + _ROW // 2
        parts.append(f'<text x="{_LABEL - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        parts += [f'<circle class="dot" cx="{x(v)}" cy="{y}" r="4"/>' for v in values]
        parts.append(f'<line class="range" x1="{x(m.low)}" x2="{x(m.high)}" y1="{y}" y2="{y}"/>')
        parts.append(f'<line class="mean" x1="{x(m.mean)}" x2="{x(m.mean)}" y1="{y - 8}" y2="{y + 8}"/>')
    return "".join(parts) + "</svg>"


def _page(title: str, body: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>\n"
    )
