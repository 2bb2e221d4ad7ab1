"""Processor instructions of a further document and of a bare loop's calls, which other programs do not change.

    python -m benchmarks.instructions [--docs 2]

Needs valgrind, under which a program takes thirty times as long. Start-up is what one document takes beyond a further
one; for the loop, which makes as many calls, likewise.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.batch_speed import bare_command, endpoint, program, program_command, run, write_documents

_REFERENCES = re.compile(r"I\s+refs:\s+([\d,]+)")


@dataclass(frozen=True, slots=True)
class Cost:
    """Instructions of one process, and the requests that it made."""

    instructions: int
    requests: int


@dataclass(frozen=True, slots=True)
class Further:
    """Instructions of one further document, of a first one, and of as many calls of a bare loop."""

    document: float
    first: int
    loop: float

    @property
    def ratio(self) -> float:
        """The document's instructions as a multiple of those of the bare loop."""
        return self.document / self.loop


def can_count() -> bool:
    """Whether valgrind is installed."""
    return shutil.which("valgrind") is not None


def count(command: list[str], url: str, log: Path) -> Cost:
    """Run a command under valgrind."""
    tool = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", f"--log-file={log}"]
    ran = run([*tool, *command], url)
    found = _REFERENCES.search(log.read_text("utf-8"))
    if found is None or ran.code:
        raise SystemExit(f"valgrind counted nothing: {' '.join(command)}\n{log.read_text('utf-8')[-2000:]}")
    return Cost(int(found[1].replace(",", "")), ran.counts["requests"])


def further(work: Path, docs: int = 2) -> Further:
    """The cost of a further document, from a run of one and a run of `docs` more."""
    with endpoint("--latency", "0.05") as url:
        folders = [write_documents(work / f"in{n}", n) for n in (1, 1 + docs)]
        program(folders[0], url, 64, work / "compiled")  # so that compiling modules counts for neither run
        one, several = (
            count(program_command(folder, url, 64, work / f"out {folder.name}"), url, work / "log")
            for folder in folders
        )
        loop, longer_loop = (count(bare_command(url, 64, cost.requests), url, work / "log") for cost in (one, several))
    return Further(
        (several.instructions - one.instructions) / docs,
        one.instructions,
        (longer_loop.instructions - loop.instructions) / docs,
    )


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=int, default=2)
    flags = parser.parse_args()
    if not can_count():
        parser.error("valgrind is not installed")
    with tempfile.TemporaryDirectory() as work:
        found = further(Path(work), flags.docs)
    print(
        f"a further document {found.document / 1e6:,.0f} million, a bare loop's calls {found.loop / 1e6:,.0f} million: "
        f"{found.ratio:.2f}; a first document {found.first / 1e6:,.0f} million"
    )


if __name__ == "__main__":
    main()
