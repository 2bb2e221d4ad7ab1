"""The samples' scores: a table in docs/quality.md and floors for the gate in tests/fixtures/scores.json.

python -m benchmarks.quality_table            # the table; the floors where a score rose
python -m benchmarks.quality_table --lower    # the floors too, also where a score fell: a decision, not a habit
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pipeline.evaluation.fixtures import find_fixtures
from pipeline.evaluation.report import scores_markdown
from pipeline.evaluation.scores import SCORES, Scored, score_path
from pipeline.store import replace_file

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"
FLOORS = FIXTURES / "scores.json"
PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
HEAD = """# Quality

What the embedded model, the smallest that gives usable notes, makes of the samples, and how that compares. All of it is
made by commands: the samples' tables by `python -m benchmarks.quality_table`, those beside other methods by
`python -m benchmarks.quality`. What each score says stands in the first.
"""
_SLACK = 0.002  # more than rounding makes
_HELD = tuple(n for n, (_, better) in SCORES.items() if better is not None)


def scored_samples() -> list[Scored]:
    """The golden documents, scored beside their transcripts, and beside people's notes where there are some."""
    return [score_path(f.record, references=FIXTURES) for f in find_fixtures(FIXTURES)]


def floors_of(scored: list[Scored]) -> dict[str, dict[str, float]]:
    """What each sample reaches, of the scores that are good or bad."""
    return {s.name: {n: round(v, 3) for n in _HELD if (v := s.scores[n]) is not None} for s in scored}


def below(floors: dict[str, dict[str, float]], scored: list[Scored]) -> list[str]:
    """A line for each score that is worse than its floor, and for each sample that is gone or new."""
    now = floors_of(scored)
    lines = [f"{name}: in one of the two only" for name in sorted(floors.keys() ^ now.keys())]
    for name in sorted(floors.keys() & now.keys()):
        for measure in sorted(floors[name].keys() | now[name].keys()):
            floor, value = floors[name].get(measure), now[name].get(measure)
            if floor is None or value is None:
                continue  # nothing of the kind is said, then or now
            if (value < floor - _SLACK) if SCORES[measure][1] else (value > floor + _SLACK):
                lines.append(f"{name}: {measure} is {value}, its floor {floor}")
    return lines


def raised(floors: dict[str, dict[str, float]], now: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """The better of floor and present score."""
    out: dict[str, dict[str, float]] = {}
    for name, measures in now.items():
        old = floors.get(name, {})
        out[name] = {m: (max if SCORES[m][1] else min)(v, old.get(m, v)) for m, v in measures.items()}
    return out


def between_marks(page: Path, name: str, text: str) -> None:
    """Puts text between a page's marks, which are made at its end when they are not there."""
    begin, end = f"<!-- {name}: made by a command -->", f"<!-- end of {name} -->"
    whole = page.read_text("utf-8") if page.exists() else HEAD
    if begin not in whole:
        whole = f"{whole.rstrip()}\n\n{begin}\n{end}\n"
    before, rest = whole.split(begin, 1)
    replace_file(page, f"{before}{begin}\n\n{text.strip()}\n\n{end}{rest.split(end, 1)[1]}")


def main() -> None:
    """Writes both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lower", action="store_true", help="let floors fall to what the samples reach now")
    given = parser.parse_args()
    scored = scored_samples()
    models = sorted({f.manifest.model for f in find_fixtures(FIXTURES)})
    between_marks(PAGE, "samples", f"## Samples, by {', '.join(models)}\n\n{scores_markdown(scored)}")
    old = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    fallen = below(old, scored) if old else []
    now = floors_of(scored)
    kept = now if given.lower else raised(old, now)
    replace_file(FLOORS, json.dumps(kept, indent=1, sort_keys=True) + "\n")
    print("\n".join([*fallen, f"{PAGE.name} and {FLOORS.name} are written"]))
    sys.exit(int(bool(fallen) and not given.lower))


if __name__ == "__main__":
    main()
