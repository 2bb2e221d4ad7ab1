"""What the readers understand of many files: a table of format, segments, speakers, words kept and warnings.

    python -m benchmarks.formats                      of ../shared/corpus and ../shared/inputs
    python -m benchmarks.formats FOLDER…              of other folders
    python -m benchmarks.formats --speed              speed and memory instead

Columns: segments are stretches of speech; speakers are counted, with their shares of the words; timed is the share of
segments that have a time; words kept is the share of the file's different words that were read as speech or reported
as left out, in brackets how many words were left out; warnings are those of `studydoc read`.

The baseline for words kept knows nothing of transcripts: all words of the decoded file, without times, tags, links and
JSON keys. Words that a reader reports as left out count as kept. Labels count where they are.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.readers import Source, content, read_transcript, survey
from pipeline.readers.base import Document
from pipeline.readers.report import speaker_shares
from pipeline.text import words
from pipeline.transcript import Transcript

SHARED = Path(os.environ.get("STUDYDOC_SHARED", "../shared"))
TAG = re.compile(r"<[^<>]{0,2000}>|\{\\[^{}]*\}|https?://\S+")
TIME = re.compile(r"\d+:\d+(?::\d+)*(?:[.,;]\d+)?(?:\s?[ap]m\b)?", re.IGNORECASE)
PROBE = """
import resource, sys, time
from pathlib import Path
from pipeline.readers import read_transcript
before = time.process_time()
read_transcript(Path(sys.argv[1]))
print(time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
STYLE = re.compile(r"<(style|script|head|metadata)\b.*?</\1>", re.DOTALL)
CUE = re.compile(r"^WEBVTT|^start\tend\ttext$|(?:(?<=\n\n)[^\n]{1,80}\n)?^[^\n]*-->[^\n]*$|</?v[ .]", re.MULTILINE)
WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7a3]")
SPOKEN = {"text", "body", "transcript", "utf8", "value", "content"}


def texts(node: Any, key: str = "") -> Iterator[str]:
    """The JSON strings that are spoken words."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from texts(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value, key)
    elif isinstance(node, str) and key in SPOKEN:
        yield node


def baseline(source: Source) -> Counter[str]:
    """The words of a file to somebody who knows no format, without times, tags, cue numbers and keys."""
    raw = content(source.path)
    if raw[:4] == b"PK\x03\x04" or raw[:5] in (b"%PDF-", b"{\\rtf"):
        return Counter()
    document = Document(raw, str(source.path))
    text = document.text
    if document.json is not None:
        text = " ".join(texts(document.json))
    for pattern in (STYLE, CUE, TAG, TIME):
        text = pattern.sub(" ", text)
    return Counter(units(html.unescape(text)))


def units(text: str) -> list[str]:
    """The words of a text; in scripts without spaces, single characters."""
    return [u for w in words(text) for u in ([w] if w.isascii() or not WIDE.search(w) else list(w))]


def share_kept(transcript: Transcript, plain: Counter[str]) -> float:
    """The share of the baseline's different words that are in segments or labels, in roles, or reported as left out.

    Repeats are not counted, since rolling captions and JSON with both words and sentences say everything twice.
    """
    words_read = {u for s in transcript.segments for u in units(f"{s.speaker or ''} {s.text}")}
    words_read.update(u for role in transcript.metadata.roles for u in units(role.text))
    missing = {u for u in plain if u not in words_read and not u.isdigit()}
    words_left_out = sum(part.words for part in transcript.reading.left_out)
    return 1 - max(0, len(missing) - words_left_out) / max(1, len(plain))


def row(source: Source, root: Path) -> str:
    name = source.path.relative_to(root).as_posix()
    try:
        transcript = read_transcript(source.path)
    except PipelineError as err:
        why = str(err).removeprefix(f"{source.path}: ").replace("|", "\\|")
        return f"| {name} | refused | | | | | {why} |"
    reading = transcript.reading
    shares = [share for who, share in speaker_shares(transcript).items() if who]
    people = f"{len(shares)}: {', '.join(f'{share:.0%}' for share in shares[:4])}{' …' if len(shares) > 4 else ''}"
    timed = sum(s.start is not None for s in transcript.segments) / len(transcript.segments)
    words_left_out = sum(part.words for part in reading.left_out)
    warnings = "; ".join(map(str, reading.remarks[:2])) + (
        f"; {len(reading.remarks) - 2} more" if len(reading.remarks) > 2 else ""
    )
    words_kept = f"{share_kept(transcript, baseline(source)):.1%}"
    words_kept += f" ({words_left_out:,} left out)" if words_left_out else ""
    cells = (
        name, reading.format, f"{len(transcript.segments):,}", people if shares else "–", f"{timed:.0%}",
        words_kept, warnings,
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def labelled(n: int) -> str:
    return f"{'ABC'[n % 3]}na Lee: number {n} of what was said about the boats and the fog.\n\n"


def captioned(n: int) -> str:
    clock = f"{n // 1200:02}:{n // 20 % 60:02}:{n % 20 * 3:02}"
    return f"{n + 1}\n{clock},000 --> {clock},900\nnumber {n} of what was said about the boats on that long night\n\n"


def speed(size: int = 30_000_000) -> list[str]:
    """Megabytes a second for a made-up file of each kind, and peak memory relative to its size, in a process each."""
    rows = []
    for name, write in {"plain text with labels": labelled, "SubRip": captioned}.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "large.txt"
            with path.open("w", encoding="utf-8") as file:
                file.writelines(write(n) for n in range(size // len(write(100_000))))
            command = [sys.executable, "-c", PROBE, str(path)]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            seconds, peak = (float(n) for n in output.split())
            length = path.stat().st_size
        rate, times = length / 1e6 / seconds, peak / length
        rows.append(f"- {name}: {rate:.1f} MB/s of processor time, memory at most {times:.1f} times the file")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--speed", action="store_true", help="print speed and memory instead")
    flags = parser.parse_args()
    if flags.speed:
        print("\n".join(speed()))
        return
    folders = flags.folders or [SHARED / "corpus", SHARED / "inputs" / "cases"]
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        sys.exit(f"no such folder: {', '.join(missing)}")
    for folder in folders:
        found = survey([folder])
        sources = [s for s in found.sources if not {"licences", "LICENCES"} & set(s.path.parts)]
        rows = [row(source, folder) for source in sources]
        refused = sum("| refused |" in r for r in rows)
        print(f"## {folder.name}: {len(rows)} files, {refused} refused\n")
        print("| file | format | segments | speakers | timed | words kept | warnings |")
        print("| --- | --- | ---: | --- | ---: | ---: | --- |")
        print("\n".join(rows), end="\n\n")
        if found.skipped:
            print(f"Not read: {', '.join(s.path.name for s in found.skipped)}.\n")


if __name__ == "__main__":
    main()
