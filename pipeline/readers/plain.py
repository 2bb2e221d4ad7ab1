"""Plain text and Markdown: front matter, speaker labels in several styles, clock times in front of lines."""

from __future__ import annotations

import re

import frontmatter
import yaml

from pipeline.errors import InputError
from pipeline.readers.lines import Line, believable_labels, join_lines, parse_clock, split_label, without_sounds
from pipeline.readers.metadata import from_mapping
from pipeline.text import clean
from pipeline.transcript import Metadata

_CLOCK = re.compile(r"^[\[(]?(?P<clock>\d{1,2}(?::\d{2}){1,3}(?:[.,]\d{1,3})?)[\])]?\s*(?:[-–—]\s+)?(?P<rest>.*)$")
_OTTER = re.compile(r"^(?P<name>[^\W\d_][\w.'’ \-]{1,40}?)\s{2,}(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)$")
_HEADING = re.compile(r"^#{1,6}\s+(.*)$")
_MARKUP = (
    (re.compile(r"\{[%{][^{}]{0,300}[%}]\}(?:\{:[^{}]{0,100}\})?"), ""),
    (re.compile(r"!\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)"), ""),
    (re.compile(r"\[([^\[\]]{1,300})\]\([^()]{0,500}\)"), r"\1"),
    (re.compile(r"<https?://[^<>\s]{1,500}>"), ""),
    (re.compile(r"(?<![\w*])(?:\*\*|__)(.{1,300}?)(?:\*\*|__)(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w*])[*_](\S[^*_]{0,200}\S)[*_](?![\w*])"), r"\1"),
    (re.compile(r"`([^`]{1,200})`"), r"\1"),
)


def parse_plain(text: str, name: str) -> tuple[list[Line], Metadata, list[str]]:
    """Lines, what the front matter says, and remarks. A first "# heading" is the title when nothing else is."""
    body, metadata = _front_matter(text, name)
    rows, heading = _rows(body)
    names = believable_labels([label for label, *_ in (split_label(r.text) for r in rows)])
    lines: list[Line] = []
    speaker: str | None = None
    labelled = False
    for row in rows:
        label, rest, clock = split_label(row.text)
        nobody = label is None and rest != row.text  # a label such as "Unknown:"
        if nobody:
            speaker, said = None, rest
        elif label in names or row.speaker:
            speaker, labelled, said = row.speaker or label, True, rest if not row.speaker else row.text
        else:
            said, clock = row.text, None
        start = row.start if row.start is not None else clock
        said = without_sounds(said)
        if not said:
            if start is not None:
                lines.append(Line("", speaker, start))
            continue
        if lines and not lines[-1].text and lines[-1].speaker == speaker and start is None:
            start = lines.pop().start
        lines.append(Line(said, speaker if labelled else None, start))
    lines = [line for line in lines if line.text]
    if heading and not metadata.title:
        metadata = Metadata(title=heading).over(metadata)
    return join_lines(_with_ends(lines)), metadata, []


def _front_matter(text: str, name: str) -> tuple[str, Metadata]:
    try:
        post = frontmatter.loads(text)
    except yaml.YAMLError as err:
        line = getattr(getattr(err, "problem_mark", None), "line", 0) + 2
        raise InputError(
            f"{name}: the front matter is no valid YAML (line {line})",
            hint="mend or remove the block between the --- lines",
        ) from err
    return post.content, from_mapping(post.metadata, f"{name}: front matter")


def _rows(body: str) -> tuple[list[Line], str | None]:
    """Paragraphs with their clock times; wrapped lines of a paragraph are one row. Headings are not speech."""
    rows: list[Line] = []
    first_heading: str | None = None
    open_row = False
    clock: float | None = None
    owner: str | None = None
    for raw in body.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = raw.strip()
        if match := _HEADING.match(line):
            first_heading = first_heading or clean(match[1])
            open_row = False
            continue
        if match := _OTTER.match(line):
            owner, clock, open_row = clean(match["name"]), parse_clock(match["clock"]), False
            continue
        starts = False
        if (match := _CLOCK.match(line)) and not re.match(r"\d{1,2}:\d{2}\s*[ap]m", line, re.IGNORECASE):
            clock, line, starts = parse_clock(_four_part(match["clock"])), match["rest"], True
        whole_emphasis = re.fullmatch(r"_[^_]+_|\*[^*]+\*", line)
        text = "" if whole_emphasis else clean(_without_markup(line))
        if not text:
            open_row = False
            continue
        new = starts or not open_row or split_label(line)[0] is not None or line.startswith(("- ", "* "))
        if new:
            rows.append(Line(_keep_label(line, text), owner, clock))
            clock = None
        else:
            rows[-1] = Line(f"{rows[-1].text} {text}", rows[-1].speaker, rows[-1].start)
        open_row = True
    return rows, first_heading


def _four_part(clock: str) -> str:
    """ "00:01:02:03" (days first, as in flight logs) without the days."""
    parts = clock.split(":")
    return ":".join(parts[-3:]) if len(parts) == 4 and int(parts[0]) == 0 else clock


def _keep_label(line: str, text: str) -> str:
    """Bold around a label is what makes it one, so it goes only after the label was seen."""
    label, rest, _ = split_label(line)
    return f"{label}: {clean(_without_markup(rest))}" if label and line.startswith("**") else text


def _without_markup(line: str) -> str:
    for pattern, replacement in _MARKUP:
        line = pattern.sub(replacement, line)
    return line.removeprefix("- ").removeprefix("* ").removeprefix("> ")


def _with_ends(lines: list[Line]) -> list[Line]:
    """A line ends where the next timed one starts."""
    out: list[Line] = []
    upcoming: float | None = None
    for line in reversed(lines):
        end = upcoming if line.start is not None and upcoming is not None and upcoming >= line.start else None
        out.append(Line(line.text, line.speaker, line.start, end))
        upcoming = line.start if line.start is not None else upcoming
    return out[::-1]
