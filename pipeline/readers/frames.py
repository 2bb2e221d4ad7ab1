"""What exporting tools write around and between the words: footers, messages, placeholders of chats.

Each is recognised by the form that its tool always gives it; none is speech.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.readers.heads import head_of
from pipeline.readers.tally import Tally
from pipeline.text import words

BREAK = "\x0c"  # in place of a line that is removed without breaking the paragraph
KIND = "lines of the tool that wrote the file"
_AT_EITHER_END = (
    re.compile(r"\W*This editable transcript was computer generated\b.*"),  # Google Meet
    re.compile(r"\([^()]*\bTurboScribe\.ai\b[^()]*\)"),
)
_FOOTERS = (
    *_AT_EITHER_END,
    re.compile(r"\W*end of (?:the )?transcript(?:ion)?\W*", re.IGNORECASE),  # Rev
    re.compile(
        r"\W*(?:\D{3,60}\d{2}:\d{2}:\d{2}\D{0,20}\U0001f44b\W*|\w+ ended after \d{2}:\d{2}:\d{2}\W*)"
    ),  # Google Meet
    re.compile(r"\W*transcri(?:pt|ption|bed) by \S+(?: \S+){0,3}(?:\. .*)?", re.IGNORECASE),  # Rev, Otter, Temi
    re.compile(r"\W*(?:©|\(c\)|copyright\b).{0,20}\b(?:19|20)\d\d\b.*", re.IGNORECASE),
)
_LAST, _WORDS = 10, 80  # maximum number of lines and words in a footer
_FIRST = 60  # lines at the top of a file that may be such lines
_WHISPER = re.compile(r"\[\d\d:\d\d:\d\d\.\d{3} --> \d\d:\d\d:\d\d\.\d{3}\]")
_MESSAGE = re.compile(r"(?:whisper|ggml|llama|output)_\w+: |(?:main|system_info): ")  # whisper.cpp's console output
_NOTE = re.compile(r"\s*[A-Z]+(?: [A-Z]+)*: ")  # Fathom's
_NOTE_END = re.compile(r"(?:.*?\s)?- WATCH: https://fathom\.video/\S+\s*")
_NOTE_LINES = 3  # maximum number of lines in a note
_RECORDED = re.compile(
    r"[*_]*\S.{0,60} (?:(?:started|stopped) transcription|hat die Transkription (?:gestartet|beendet))[*_]*"
)  # Teams
_PLACEHOLDER = re.compile(r"<[^<>\d]{3,40}>|\u200e.*|This message was deleted\.?|You deleted this message\.?|null")


def without_frames(rows: list[str], tally: Tally) -> list[str]:
    """The lines; those of the tool are emptied and recorded."""
    rows = _without_notes(rows, tally)
    last = _footer(rows)
    tool_rows = set(range(last, len(rows)))
    tool_rows.update(i for i, row in enumerate(rows[:_FIRST]) if any(f.fullmatch(row.strip()) for f in _AT_EITHER_END))
    if any(_WHISPER.match(row) for row in rows[:200]):
        tool_rows.update(i for i, row in enumerate(rows) if _MESSAGE.match(row))
    if not tool_rows:
        return rows
    for i in sorted(tool_rows):
        tally.leave_out(KIND, rows[i], i + 1)
    return ["" if i in tool_rows else row for i, row in enumerate(rows)]


def _without_notes(rows: list[str], tally: Tally) -> list[str]:
    """The lines without Fathom's notes between turns: who shares a screen, what is to be done.

    A note begins a line, may go over a few, and ends with its address; speech may continue after that.
    """
    ends = {i: match for i, row in enumerate(rows) if "fathom.video/" in row and (match := _NOTE_END.match(row))}
    new_rows = rows.copy() if ends else rows
    for i, end in ends.items():
        first = next((k for k in range(i, max(-1, i - _NOTE_LINES), -1) if _NOTE.match(rows[k])), None)
        if first is not None:
            tally.leave_out(KIND, "\n".join([*rows[first:i], end[0]]), first + 1)
            new_rows[first : i + 1] = [BREAK] * (i - first) + [rows[i][end.end() :] or BREAK]
    return new_rows


def _footer(rows: Sequence[str]) -> int:
    """The index of the first line of the tool's footer; the number of lines if there is none.

    Nobody speaks below it, and it is no longer than the text above it.
    """
    filled = [i for i in range(len(rows) - 1, max(-1, len(rows) - 6 * _LAST), -1) if rows[i].strip()][:_LAST]
    first = len(rows)
    for i in filled:
        if any(frame.fullmatch(rows[i].strip()) for frame in _FOOTERS):
            first = i
        elif _speaks(rows[i]):
            break
    above, below = _size(rows[max(0, first - 6 * _LAST) : first]), _size(rows[first:])
    return first if below <= min(above, _WORDS) else len(rows)


def _speaks(row: str) -> bool:
    """Whether a line has a label with words, a time or a change of speaker."""
    head = head_of(row)
    if head is None:
        return False
    return head.stamp is not None or head.chevron or bool(head.name and head.rest and ":" in head.shape)


def _size(rows: Sequence[str]) -> int:
    return len(words("\n".join(rows)))


def is_placeholder(message: str) -> bool:
    """Whether a chat message is WhatsApp's placeholder for a missing one."""
    return _PLACEHOLDER.fullmatch(message) is not None


def starts_or_ends_recording(line: str) -> bool:
    """Whether a line is Teams' own note of who started or stopped the transcription."""
    return _RECORDED.fullmatch(line) is not None
