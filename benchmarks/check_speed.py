"""Time to check 200 statements beside a made-up transcript of 100,000 words, and half of it, to see how it grows.

python -m benchmarks.check_speed
"""

from __future__ import annotations

import random
import time

from pipeline.evidence import verify
from pipeline.source import Source
from pipeline.transcript import Segment, Transcript

VOCABULARY = 9000
WORDS_A_LINE = 40
STATEMENTS = 200


def made_up(words: int) -> Transcript:
    """A transcript of so many words, drawn as people's words are: a few very often, most of them seldom."""
    rng = random.Random(7)
    vocabulary = ["".join(rng.choices("aeioubdfgklmnprst", k=rng.randint(3, 10))) for _ in range(VOCABULARY)]
    weights = [1 / (i + 1) for i in range(VOCABULARY)]
    lines = []
    for _ in range(words // WORDS_A_LINE):
        said = rng.choices(vocabulary, weights, k=WORDS_A_LINE - 2)
        lines.append(
            " ".join([said[0].capitalize(), *said[1:], str(rng.randint(2, 999)), rng.choice(["Ruiz", "Okafor"])])
        )
    return Transcript("long", tuple(Segment(i, t, f"Speaker {i % 3}") for i, t in enumerate(lines, 1)))


def main() -> None:
    """Prints a row for each length."""
    print("| words | lines | prepared in s | 200 statements in s |\n| --- | --- | --- | --- |")
    for words in (50_000, 100_000):
        transcript = made_up(words)
        rng = random.Random(11)
        picks = [rng.choice(transcript.segments) for _ in range(STATEMENTS)]
        started = time.perf_counter()
        source = Source(transcript)
        _ = source.postings, source.vocabulary, source.small_words
        prepared = time.perf_counter()
        for segment in picks:
            half = " ".join(segment.text.split()[: WORDS_A_LINE // 2])
            verify(f"{segment.speaker}: “{half}”", [segment.id], source)
            verify(f"{segment.text.capitalize()}.", [max(1, segment.id - 9)], source)
        done = time.perf_counter()
        print(f"| {words:,} | {len(transcript.segments):,} | {prepared - started:.2f} | {(done - prepared) / 2:.2f} |")


if __name__ == "__main__":
    main()
