"""Measure reading from bytes to chunks: megabytes a second of processor time, and memory relative to the file's size.

    python -m benchmarks.reading [--megabytes 20] [--write FOLDER] [KIND …]

The time that tiktoken takes to encode the same file is printed too, as a measure of the machine.

Kinds: prose (a paragraph in each line), wrapped (prose in lines of 80 characters), unbroken (the same without blank
lines), talk (with labels), webvtt, subrip. The files are made up and the same on every machine. Each kind is read in a
process of its own, at a quarter of the size and at full size: linear work takes four times as long.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from itertools import accumulate, count
from pathlib import Path

_SYLLABLES = "ba do ke li mo na pu ra si te vo wa zu fe gri sto pla tru hen mar lin cor ses ven".split()
_SMALL = "the a of and to in that it is was for on with as but they we had from at by this not be".split()
_PROBE = """
import resource, sys, time
from pathlib import Path
from pipeline.chunking import chunk_transcript
from pipeline.readers import read_transcript
from pipeline.llm.tokens import count_tokens
count_tokens("a table that is loaded once")
read_transcript(Path(sys.argv[2]))
before = time.process_time()
transcript = read_transcript(Path(sys.argv[1]))
read = time.process_time()
chunk_transcript(transcript, limit=20_000)
done = time.process_time()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
text = Path(sys.argv[1]).read_text("utf-8")
encoding = time.process_time()
count_tokens(text)
print(read - before, done - before, peak, time.process_time() - encoding)
"""


def _sentences(seed: int) -> Iterator[str]:
    """Sentences of 4 to 24 words: mostly common short words, some of 5,000 others, occasionally names and years."""
    rng = random.Random(seed)
    rare = ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(5000)]
    rising = list(accumulate(1 / (n + 10) for n in range(len(rare))))
    while True:
        words = [
            rng.choice(_SMALL) if rng.random() < 0.5 else rng.choices(rare, cum_weights=rising)[0]
            for _ in range(rng.randint(4, 24))
        ]
        if rng.random() < 0.15:
            words.insert(2, str(rng.randint(2, 2020)))
        if rng.random() < 0.15:
            words.insert(1, rng.choice(rare).title())
        if len(words) > 12:
            words[8] += ","
        yield " ".join(words).capitalize() + rng.choices(".?!", (8, 1, 1))[0]


def _paragraphs(seed: int) -> Iterator[str]:
    rng, sentences = random.Random(seed), _sentences(seed)
    while True:
        yield " ".join(next(sentences) for _ in range(rng.randint(2, 7)))


def _captions(seed: int, arrow: str) -> Iterator[str]:
    """Cues of at most two lines of 42 characters, as in subtitles."""
    rows = (row for text in _paragraphs(seed) for row in textwrap.wrap(text, 42))
    for n, row in enumerate(rows, 1):
        start, end = n * 4000, n * 4000 + 3600
        yield arrow.format(n=n, start=_clock(start), end=_clock(end)) + f"{row}\n{next(rows)}\n\n"


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


KINDS = {
    "prose": lambda: (f"{text}\n\n" for text in _paragraphs(1)),
    "wrapped": lambda: (f"{textwrap.fill(text, 80)}\n\n" for text in _paragraphs(2)),
    "unbroken": lambda: (f"{textwrap.fill(text, 80)}\n" for text in _paragraphs(2)),
    "talk": lambda: (f"{'Ana Lee' if n % 3 else 'Ben Okoye'}: {text}\n\n" for n, text in zip(count(), _paragraphs(3))),
    "webvtt": lambda: (("" if n else "WEBVTT\n\n") + cue for n, cue in enumerate(_captions(4, "{start} --> {end}\n"))),
    "subrip": lambda: (cue.replace(".", ",", 2) for cue in _captions(5, "{n}\n{start} --> {end}\n")),
}


def write(kind: str, size: int, path: Path) -> Path:
    """Write a file of a kind, of at least `size` bytes."""
    with path.open("w", encoding="utf-8") as file:
        for part in KINDS[kind]():
            size -= file.write(part)
            if size <= 0:
                return path
    return path


def row(kind: str, size: int, folder: Path) -> str:
    """The figures for one kind."""
    small, large = write(kind, size // 4, folder / f"small.{kind}"), write(kind, size, folder / f"large.{kind}")
    warm = write(kind, 50_000, folder / f"warm.{kind}")
    figures = []
    for path in (small, large):
        command = [sys.executable, "-c", _PROBE, str(path), str(warm)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        figures.append([float(n) for n in output.split()])
    (_, quarter, *_), (reading, full, peak, encoding) = figures
    speed, alone, tokens = (size / 1e6 / seconds for seconds in (full, reading, encoding))
    return (
        f"{kind}: {speed:.1f} MB/s ({alone:.1f} to read, tiktoken encodes {tokens:.1f}), {full / quarter:.1f} "
        f"times the processor time of a quarter, memory at most {peak / size:.1f} times the file"
    )


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], default=[], metavar="KIND")
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="only write the files, there")
    flags = parser.parse_args()
    size = int(flags.megabytes * 1e6)
    for kind in flags.kinds or KINDS:
        if flags.write:
            flags.write.mkdir(parents=True, exist_ok=True)
            print(write(kind, size, flags.write / f"{kind}.txt"))
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(row(kind, size, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
