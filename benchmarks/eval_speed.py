"""Time `studydoc eval` over 100 documents: copies of the fixtures, each read, checked and scored.

python -m benchmarks.eval_speed [FIXTURES] [--documents 100]
"""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.evaluation.eval_commands import run_eval
from pipeline.evaluation.fixtures import fixture_folders


def seconds(fixtures: Path, documents: int) -> float:
    """Seconds of one `eval` over so many documents, with references where fixtures have them."""
    fixture_paths = fixture_folders(fixtures)
    with TemporaryDirectory() as folder:
        for n in range(documents):
            fixture = fixture_paths[n % len(fixture_paths)]
            shutil.copytree(fixture, Path(folder) / str(n) / fixture.name)
        started = time.perf_counter()
        run_eval([Path(folder)], Path(folder), None, as_json=False, page=None)
        return time.perf_counter() - started


def main() -> None:
    """Print the time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("fixtures", nargs="?", type=Path, default=Path("tests/fixtures"))
    parser.add_argument("--documents", type=int, default=100)
    flags = parser.parse_args()
    print(f"{flags.documents} documents evaluated in {seconds(flags.fixtures, flags.documents):.1f} s")


if __name__ == "__main__":
    main()
