"""Builds turns from lines: whose words they are, and when they begin."""

from __future__ import annotations

import re

from pipeline.readers import markup, sounds
from pipeline.readers.clocks import of_a_day, seconds_of
from pipeline.readers.evidence import Labels, Mark
from pipeline.readers.frames import KIND, is_placeholder, starts_or_ends_recording
from pipeline.readers.heads import PLAIN, Head
from pipeline.readers.labels import role_of, role_off, speaker_name
from pipeline.readers.rows import Row
from pipeline.readers.sounds import in_one_bracket
from pipeline.readers.spoken_times import spoken_seconds
from pipeline.readers.tally import Tally
from pipeline.readers.text_lines import EMPHASIS, Text
from pipeline.readers.tidy import ends_sentence

_FRAMED = re.compile(r"(?P<sign>[-–—=~])(?P=sign){2,}\s*\w.*(?P=sign){3}")  # "--- recording paused ---"
_BY = re.compile(r"\bBY (?P<name>[A-Z][^:]{2,40})$")
NEARLY_ALL = 0.8  # minimum share of places for turns with a label, if words without one are nobody's
_CLOSING = "*_\"'”’) "  # may follow a question mark
_EVENT = 3  # maximum number of words about what a named person did


def _is_direction(row: Text) -> bool:
    """Whether a line is one bracket, without a time in front, or is between dashes."""
    untimed = row.head is None or row.head.stamp is None
    return (untimed and in_one_bracket(row.text)) or _FRAMED.fullmatch(row.text) is not None


def _repeats_clock(text: str, clock: str) -> bool:
    """Whether a line repeats the clock above it, in words."""
    return not of_a_day(clock) and spoken_seconds(text) == seconds_of(clock)


class TurnBuilder:
    """Puts lines together, one after the other.

    `asker_alone` is the only speaker who is named, if that one asks questions. If `titles`, a heading after a time is
    the title of what follows, and not itself speech.
    """

    def __init__(
        self, labels: Labels, tally: Tally, chapters: set[int], asker_alone: str | None, *, titles: bool
    ) -> None:
        self.rows: list[Row] = []
        self.labelled: list[int] = []  # indices of the rows that begin with a label
        self._labels, self._tally, self._chapters, self._titles = labels, tally, chapters, titles
        self._speaker: str | None = None
        self._asker: str | None = None
        self._start: str | None = None
        self._end: str | None = None
        self._turn = False
        self._open = False
        self._known_labels: set[str] = set()
        self._asker_alone, self._last_text = asker_alone, ""
        self._dated = any(shape.startswith("T N") for shape in labels.shapes)
        self._last_number = 0
        self._parts: list[str] = []  # parts of the last row's text

    def take(self, row: Text) -> None:
        """Add one line of the file."""
        if row.begins and row.number - self._last_number > 1:
            self._open = False
        self._last_number = row.number
        if row.number in self._chapters:
            self._tally.leave_out("headings", row.text, row.number)
            return
        verdict = self._labels.verdict(row.mark) if row.mark else "text"
        if self._others_speak_from(row):
            self._speaker, self._turn = None, verdict != "name"
        self._last_text = row.text
        if row.mark and verdict == "name":
            self._take_named(row.mark, row)
        elif row.text[0] in "_*" and EMPHASIS.match(row.text):
            self._tally.leave_out("headings", row.text, row.number)
            self._open = False
        elif row.begins and _is_direction(row):
            self._take_bracket(row.text, row.number)
        elif row.head is None:
            self._take_plain(row)
        else:
            self._take_headed(row.head, row, in_doubt=verdict == "doubt")

    def _others_speak_from(self, row: Text) -> bool:
        """Whether a line ends the last label's turn, as below a rule in a text that labels nearly all turns."""
        apart = row.ruled and self._labels.share >= NEARLY_ALL and self._speaker is not None
        return apart or (self._asker_alone is not None and self._answers(row))

    def _answers(self, row: Text) -> bool:
        """Whether a line answers a question of the only person who is named."""
        return row.begins and self._speaker == self._asker_alone and self._last_text.rstrip(_CLOSING).endswith("?")

    def _take_named(self, mark: Mark, row: Text) -> None:
        head = mark.head
        if head.stamp is not None and ": T" in head.shape and mark.group not in self._labels.shapes:
            # "Lin: 10:30 is too late": if labels have no times, a clock after one is spoken.
            head = head._replace(shape=PLAIN, rest=head.plain.partition(":")[2].strip(), stamp=None)
        name = mark.name
        if head.shape.endswith("Q."):
            name = self._asker if name == "Q" and self._asker else name
        elif asker := asker_of(name):
            self._asker = speaker_name(asker)
            self._tally.leave_out("headings", row.text, row.number)
            return
        speaker = speaker_name(name)
        if head.name is not None and head.name not in self._known_labels:
            self._known_labels.add(head.name)
            self._tally.role(speaker, role_of(head.name, name), row.number)
        self._turn = self._turn or speaker is None or self._speaker is None
        self._speaker = speaker
        self.labelled.append(len(self.rows))
        self._set_times(head)
        self._open = False
        if self._dated and head.stamp and of_a_day(head.stamp.start) and is_placeholder(head.rest):
            self._tally.leave_out(KIND, head.rest, row.number)
        elif head.rest:
            self._take_words(head.rest, row.number, new=True)

    def _take_plain(self, row: Text) -> None:
        """Add a line that begins like plain words; behind a colon without a name, they are nobody's."""
        if row.begins and row.text[0] in ":：" and self._labels.names:
            self._take_as_nobodys(row.text[1:], row.number)
        else:
            self._take_words(row.text, row.number, new=not self._open)

    def _take_headed(self, head: Head, row: Text, *, in_doubt: bool) -> None:
        """Add a line that begins with a time or a sign, or with a label that is not, or may not be, a speaker's."""
        mark = row.mark
        if head.heading and (not head.shape.startswith("T") or (self._titles and head.plain)):
            self._take_heading(row, in_doubt=in_doubt)
        elif mark and in_doubt:
            self._set_times(head)
            self._take_as_nobodys(head.plain, row.number)
        elif mark and self._is_event(mark, row):
            return
        elif head.stamp is not None and head.shape.startswith("T"):
            self._take_stamped(head, row)
        elif head.chevron:
            self._take_as_nobodys(head.plain, row.number)
        else:
            over = mark is not None and ":" in head.shape and self._speaker is None and bool(self._labels.names)
            self._take_words(row.text, row.number, new=not self._open or head.dash or over)

    def _take_as_nobodys(self, text: str, number: int) -> None:
        """Add words of somebody who is not named: the last speaker's turn ends."""
        self._speaker, self._turn = None, True
        self._take_words(text, number, new=True)

    def _take_heading(self, row: Text, *, in_doubt: bool) -> None:
        if asker := asker_of(row.text.rstrip(": ")):
            self._asker = speaker_name(asker)
        self._tally.leave_out("headings", row.text, row.number)
        if in_doubt:  # it may name somebody else
            self._speaker, self._turn = None, True
        if row.head and row.head.stamp:
            self._set_times(row.head)  # a chapter with its time: what follows begins then
            self._turn = True
        self._open = False

    def _is_event(self, mark: Mark, row: Text) -> bool:
        """Whether a line says what somebody did, or who asks; it is recorded.

        Such lines are "**Marta Quill** started transcription" and "EXAMINATION BY MS. QUILL:".
        """
        head = mark.head
        if row.text.isupper() and not ends_sentence(row.text) and (asker := asker_of(row.text.rstrip(": "))):
            self._asker = speaker_name(asker)
            self._speaker, self._open = None, False
            self._tally.leave_out("headings", row.text, row.number)
            return True
        is_event = starts_or_ends_recording(row.text) or (
            self._labels.timed
            and ((head.bold and head.shape == "B " and mark.name in self._labels.names) or self._reports_act(head))
        )
        if is_event:
            self._tally.leave_out("who came, went or recorded", row.text, row.number)
        return is_event

    def _reports_act(self, head: Head) -> bool:
        """Whether a line is a name in full and a few small words: "Marta Quill stopped transcription"."""
        if head.shape != "N/":
            return False
        tokens = head.plain.split()
        name = next((n for k in (2, 3, 4) if (n := " ".join(tokens[:k])) in self._labels.names), None)
        after = tokens[len(name.split()) :] if name else []
        return 0 < len(after) <= _EVENT and all(t.isalpha() and t.islower() for t in after)

    def _take_stamped(self, head: Head, row: Text) -> None:
        start = head.stamp.start if head.stamp else ""
        if self._dated and head.plain and ("/" in start or "." in start[:6]):
            self._tally.leave_out("who came, went or recorded", row.text, row.number)
            return
        self._set_times(head)
        if head.chevron:
            self._speaker, self._turn = None, True
        self._open = False
        if head.plain and in_one_bracket(head.plain):
            self._take_bracket(head.plain, row.number)
        elif head.plain:
            self._take_words(head.plain, row.number, new=True)

    def _take_bracket(self, text: str, number: int) -> None:
        """Add a line in a bracket or between dashes: a direction if people are named, else perhaps a lecturer's."""
        if self._labels.names:
            self._tally.leave_out(sounds.KIND, text, number)
        else:
            self._take_words(text, number, new=True)
        self._open = False

    def _set_times(self, head: Head) -> None:
        if head.stamp is not None:
            self._start, self._end = head.stamp.start, head.stamp.end

    def _take_words(self, text: str, number: int, *, new: bool) -> None:
        if self._start is not None and text[:1].isdigit() and _repeats_clock(text, self._start):
            return
        plain = markup.unmarked(text, self._tally, number)
        if not plain:
            return
        if new or self._turn:
            self.put_together()
            self.rows.append(Row(plain, number, self._speaker, self._start, self._end, self._turn))
            self._start = self._end = None
            self._turn = False
            self._parts = [plain]
        else:
            self._parts.append(plain)
        self._open = True

    def put_together(self) -> None:
        """Join the last row's words into one text."""
        if len(self._parts) > 1:
            self.rows[-1].text = " ".join(self._parts)


def asker_of(label: str) -> str | None:
    """Who asks, by a label such as "BY MS. QUILL"; None for other labels."""
    match = _BY.search(label)
    return role_off(match["name"]) if match else None
