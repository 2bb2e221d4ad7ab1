"""How fast the review page is in Chromium, with 2,000 statements over a transcript of 100,000 words.

python -m benchmarks.review_speed [--decisions 100]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from pipeline.document import Coverage, Detail, MainPoint, SourceInfo, StudyDocument
from pipeline.pages import render_markdown
from pipeline.readers import read_transcript
from pipeline.review.actions import Decide
from pipeline.review.catalogue import Desk
from pipeline.run_record import RunRecord, RunUsage
from pipeline.sections.base import cite
from pipeline.store import write
from tests.review.browsing import Server, browser, serving

LINES, WORDS_A_LINE, STATEMENTS, HEADINGS = 5000, 20, 2000, 100


def make(folder: Path) -> Path:
    """Write a made-up document of that size beside its transcript; the path of its record."""
    draw = random.Random(7)
    syllables = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u", "an", "er")]
    vocabulary = ["".join(draw.choices(syllables, k=draw.choice((1, 2, 3)))) for _ in range(6000)]
    rows = [" ".join(draw.choices(vocabulary, k=WORDS_A_LINE)) for _ in range(LINES)]
    outputs = folder / "outputs"
    outputs.mkdir()
    path = outputs / "long.txt"
    path.write_text("\n".join(f"{('Ana', 'Ben')[n % 2]}: {row}." for n, row in enumerate(rows)) + "\n", "utf-8")
    transcript = read_transcript(path)
    total = len(transcript.segments)

    def detail(n: int, *nested: Detail) -> Detail:
        line = 1 + n * total // STATEMENTS
        words = transcript.segment(line).text.split()
        evidence = cite(transcript, [line, min(total, line + 1)])
        return Detail(
            text=f"Note {n} says {' '.join(words[:14])}.", evidence=evidence, support="verified", details=nested
        )

    def point(n: int) -> Detail:  # with three statements nested below it
        return detail(n, *(detail(n + k) for k in (1, 2, 3)))

    per_heading = STATEMENTS // HEADINGS
    points = [
        MainPoint(heading=f"Part {h + 1}", details=tuple(point(h * per_heading + k) for k in range(0, per_heading, 4)))
        for h in range(HEADINGS)
    ]
    document = StudyDocument(
        status="complete", title="A Long Talk", channel=None,
        source=SourceInfo(
            path="long.txt", sha256=transcript.sha256, url=None, published=None, speakers=("Ana", "Ben"), language=None,
            duration_seconds=None, segments=total, tokens=130_000,
        ),
        overview=(), prerequisites=(), main_points=tuple(points), key_concepts=(), summary=(),
        coverage=Coverage(segments=total, cited=total, read=total, deciles=(1.0,) * 10), withheld=(), problems=(),
        run=RunRecord(
            pipeline_version="0", model="none", profile="capable", checked_by="none", length="standard",
            words_asked=7270, words=34_000, endpoint="none", prompts={}, created="2026-01-01T00:00:00Z", seconds=0,
            usage=RunUsage(),
        ),
    )  # fmt: skip
    return write(document, render_markdown(document), outputs / "long.json")[1]


def print_times(name: str, seconds: list[float]) -> None:
    """Print a line with the median, the 90th percentile and the maximum."""
    ordered = sorted(seconds)
    tenth = ordered[max(0, int(0.9 * len(ordered)) - 1)]
    print(f"{name:<56} {statistics.median(ordered) * 1000:7.0f} {tenth * 1000:7.0f} {ordered[-1] * 1000:7.0f} ms")


# Measured within the page, since Playwright's own waiting walks all elements again and again.
USABLE = """new Promise(done => {
  const look = () => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const ready = performance.getEntriesByName('ready')[0];
    paint && ready ? done(Math.max(paint.startTime, ready.startTime)) : setTimeout(look, 20);
  };
  look();
})"""
WATCH = """() => {
  window.times = [];
  document.addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
  new MutationObserver(() => requestAnimationFrame(() => window.times.push(performance.now() - window.pressed)))
    .observe(document.body, {attributeFilter: ['data-revision']});
}"""
ACTS = "performance.getEntriesByType('resource').filter(e => e.name.endsWith('/act')).map(e => e.duration)"


def pages(server: Server, page: Any) -> None:
    """Times from requesting the page until it is painted and reacts to keys."""
    page.goto(server.url)
    link = page.get_attribute(".documents h2 a", "href")
    times = []
    for _ in range(6):
        page.goto("about:blank")
        page.goto(server.url.rstrip("/") + link, wait_until="commit")
        times.append(page.evaluate(USABLE) / 1000)
    print_times("document page until painted and usable, first time", times[:1])
    print_times("  later (5 loads)", times[1:])


def keys(page: Any, decisions: int) -> None:
    """Times from a keystroke to the frame that shows its decision as saved."""
    page.evaluate(WATCH)
    for n in range(1, decisions + 1):
        page.keyboard.press("a")
        while page.evaluate("window.times.length") < n:
            time.sleep(0.01)
    print_times(f"key to kept and shown ({decisions} decisions)", [t / 1000 for t in page.evaluate("window.times")])
    print_times("  of it, request to answer, on disk", [d / 1000 for d in page.evaluate(ACTS)])


def disk(record: Path, decisions: int) -> None:
    """Times until a decision is on disk, without a server."""
    desk = Desk(record, None)
    ids = [i.id for i in desk.state.items]
    start = desk.review.timeline.revision
    times = []
    for n in range(decisions):
        action = Decide(kind="accept", targets=(ids[n % len(ids)],))
        started = time.perf_counter()
        desk.review.add(action, base=start + n, who="Ann", clock=lambda: "2026-01-01T00:00:00Z")
        times.append(time.perf_counter() - started)
    print_times(f"decision until it is on disk, first 200 of {decisions}", times[:200])
    print_times(f"  last 200, {desk.review.path.stat().st_size / 1e6:.1f} MB of decisions", times[-200:])
    started = time.perf_counter()
    Desk(record, None)
    print_times("document opened with all of them", [time.perf_counter() - started])


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=100)
    decisions = parser.parse_args().decisions
    print(f"{STATEMENTS} statements, {LINES * WORDS_A_LINE} words{'':<25} middle     90%   worst")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        record = make(folder)
        with serving(folder) as server, browser() as chrome:
            page = chrome.new_page(viewport={"width": 1280, "height": 800})
            pages(server, page)
            keys(page, decisions)
        disk(record, 2000)


if __name__ == "__main__":
    main()
