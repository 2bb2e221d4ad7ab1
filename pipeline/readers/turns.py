"""Turn lines of text into turns: find heads, the words that follow them, and what is not speech."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.readers import markup
from pipeline.readers.bracketed_clocks import in_front_of_clocks
from pipeline.readers.clocks import of_a_day, stamp_at
from pipeline.readers.common import Common
from pipeline.readers.evidence import Labels, Mark, mark_of
from pipeline.readers.frames import KIND, without_frames
from pipeline.readers.full_names import with_full_names
from pipeline.readers.headings import apart_at_headings
from pipeline.readers.heads import Head
from pipeline.readers.labels import bare_names, role_of, speaker_name
from pipeline.readers.line_numbers import unnumbered
from pipeline.readers.line_shapes import unkeyed
from pipeline.readers.lines import Line, join_lines
from pipeline.readers.lists_of_people import BELOW, above_talk, below_talk, headings
from pipeline.readers.loops import fold_loops
from pipeline.readers.missing_labels import warn_of_missing_labels
from pipeline.readers.names_after_times import with_names_apart
from pipeline.readers.names_with_roles import name_lines
from pipeline.readers.rows import Row, timed_lines
from pipeline.readers.sounds import joined_directions
from pipeline.readers.spoken_times import spoken_seconds, with_clocks_alone
from pipeline.readers.tally import Tally
from pipeline.readers.text_lines import Text, text_lines
from pipeline.readers.tidy import ends_sentence
from pipeline.readers.title_block import lists_items, title_block
from pipeline.readers.titles import offices, titled
from pipeline.readers.turn_builder import NEARLY_ALL, TurnBuilder
from pipeline.readers.written_clocks import with_colons
from pipeline.text import words

_HEADING = re.compile(r"^#{1,6}\s+(.*)$")
_ESCAPED = re.compile(r"\\(?=[!-/:-@[-`{-~])")  # the backslash before a mark of Markdown
_TRANSCRIPT = re.compile(
    r"\W*(?:(?:full|complete|interview|video|episode|meeting|podcast|audio|auto-?generated|edited) )*"
    r"(?:transcript(?:ion)?|transkript(?:ion)?|transcripción|transcrição|trascrizione|文字起こし|逐字稿)s?\W*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2})*[.)]?(?: +[^\W\d_][^\s.!?]*(?: [^\s.!?]+){0,7})")
_TOP = 200  # lines in which a title may be
_TIMES = 5  # minimum number of times above lines, to judge the other lines
_LANGUAGE = re.compile(r"[^\W\d_]+(?:(?:[ -][^\W\d_]+)? \([^()\d.!?]{2,40}\))?")  # "English (auto-generated)"
_ALONE = ("N/", "N:/", "B/", "B:/")  # shapes of lines that hold only a name
_HEADER = 12  # maximum number of words in a line before the first speaker that is not a sentence, and so not speech
_AFTER = 0.25  # minimum share of the words after the heading "Transcript", if what is before it is not speech


def parse_turns(text: str, tally: Tally) -> tuple[list[Line], str | None]:
    """The lines with speakers and times, and the file's title (None unless a heading gives one)."""
    text = markup.tags_to_labels(markup.with_code_escaped(text))
    text = markup.without_tags(markup.without_comments(text, tally), tally)
    clocked = with_colons(in_front_of_clocks(with_clocks_alone(text.split("\n"), tally)))
    physical = without_frames(unnumbered(clocked, tally), tally)
    physical = joined_directions(with_names_apart(unkeyed(physical)))
    starts = _speech_starts(physical, tally)
    rows = text_lines(physical[starts:], starts + 1, tally)
    common = Common(text)
    offices(rows, common)
    name_lines(rows, common, tally)
    marks = _marks(rows)
    labels = Labels(marks, sum(r.begins for r in rows), text)
    if above := title_block(rows, labels):
        _leave_out_header(rows[:above], labels, tally)
        del rows[:above]
        marks = _marks(rows)
        labels = Labels(marks, sum(r.begins for r in rows), text)
    elif labels.names and (listed := above_talk(rows, labels)):
        _leave_out_header(listed, labels, tally)
        numbers = {row.number for row in listed}
        rows = [row for row in rows if row.number not in numbers]
        marks = [mark for mark in marks if mark.line not in numbers]
    for row in below_talk(rows, labels) if labels.names else ():
        tally.leave_out(BELOW, row.text, row.number)
        rows.pop()
    marks += titled(rows, labels, common)
    labels.report(marks, tally)
    title = _title(physical, {m.line for m in marks if m.head.heading and labels.verdict(m) != "text"})
    turns = _turns(rows, labels, tally)
    with_full_names(turns, marks, common)
    lines = timed_lines(_without_header(turns, labels, tally), tally)
    lines = apart_at_headings(_with_ends(fold_loops(lines, tally)), tally.headings)
    return join_lines(lines), title


def _leave_out_header(rows: Sequence[Text], labels: Labels, tally: Tally) -> None:
    """Record lines above the talk, and the roles that they give to speakers."""
    for row in rows:
        tally.header(markup.unmarked(row.text, tally, row.number), row.number)
        label = row.mark.head.name if row.mark and labels.verdict(row.mark) == "name" else None
        if row.mark and label and (role := role_of(label, row.mark.name)):
            tally.role(speaker_name(row.mark.name), role, row.number)


def _title(physical: Sequence[str], labelled: set[int]) -> str | None:
    """The first heading that is not a label, a chapter with its time or "Transcript", without its marks."""
    for number, row in enumerate(physical[:_TOP], 1):
        match = _HEADING.match(row)
        if match is None or number in labelled:
            continue
        title = _ESCAPED.sub("", markup.unmarked(match[1].rstrip().rstrip("#").rstrip(), Tally(), number))
        stamp = stamp_at(title)
        chapter = stamp is not None and not of_a_day(stamp.start)
        if title[:1].isalnum() and not chapter and not _TRANSCRIPT.fullmatch(title):
            return title
    return None


def _speech_starts(rows: Sequence[str], tally: Tally) -> int:
    """The number of lines up to the heading "Transcript", if enough follows it; else 0."""
    for i, row in enumerate(rows):
        text = row.strip()
        heading = text.startswith(("#", "**")) or (len(text) < 40 and text[-1:] in ":t")
        if not heading or not _TRANSCRIPT.fullmatch(text.strip("#*_: ")):
            continue
        words_before = sum(len(r.split()) for r in rows[:i])
        words_after = sum(len(r.split()) for r in rows[i + 1 :])
        if words_after >= _AFTER * (words_before + words_after):
            first = next((n for n, r in enumerate(rows[:i], 1) if words(r)), None)
            tally.leave_out("text before the transcript", "\n".join(rows[: i + 1]), first)
            return i + 1
    return 0


def _marks(rows: list[Text]) -> list[Mark]:
    """Marks of all heads with a name, including names on the line before or after their time."""
    marks: list[Mark] = []
    names = bare_names(row.head.name for row in rows if row.head and row.head.name)
    unit = -1
    for i, row in enumerate(rows):
        unit += row.begins
        head = row.head
        if head is None or head.name is None:
            continue
        name = names[head.name]
        if head.shape in _ALONE:
            head = _beside_its_time(rows, i, head)
        followed = bool(head.rest) or _speech_below(rows, i, head)
        row.mark = mark_of(head, row.number, unit, begins=row.begins, followed=followed, name=name)
        marks.append(row.mark)
    return marks


def _speech_below(rows: Sequence[Text], i: int, head: Head) -> bool:
    """Whether the line below a head, or below its time, may be speech."""
    below = i + 2 if head.shape.endswith("\nT/") else i + 1
    head_below = rows[below].head if below < len(rows) else None
    same = head_below is not None and (head_below.shape, head_below.heading) in (
        (head.shape, head.heading),
        ("T", head_below.heading),
    )
    return below < len(rows) and (not same or (head.shape == "N/" and not rows[below].begins))


def _beside_its_time(rows: Sequence[Text], i: int, head: Head) -> Head:
    """The head of a line that is only a name, with the time of the line below or above it."""
    for k, shape in ((i + 1, "N\nT/"), (i - 1, "T\nN/")):
        time_head = rows[k].head if 0 <= k < len(rows) else None
        if time_head is not None and time_head.shape == "T" and abs(rows[k].number - rows[i].number) <= 3:
            colon = ":" if ":" in head.shape else ""
            return head._replace(shape=shape.replace("N", f"N{colon}"), stamp=time_head.stamp)
    return head


def _only_time(head: Head | None) -> bool:
    return head is not None and head.shape == "T"


def _turns(rows: list[Text], labels: Labels, tally: Tally) -> list[Row]:
    """The rows, with paragraphs joined; a speaker holds until the next label."""
    asker = _asker_alone(rows, labels)
    if asker:
        tally.warn(f'only "{asker}", who asks the questions, is named: the answers get no speaker')
    chapters = _chapters(rows, labels) | _numbered_headings(rows, labels) | headings(rows, labels)
    if not labels.names and _ends_in_menu(rows, chapters):
        tally.leave_out(KIND, rows[-1].text, rows.pop().number)
    builder = TurnBuilder(labels, tally, chapters, asker, titles=_stand_over_words(rows))
    rows.reverse()
    while rows:  # each line is freed once its words are taken: a long file is not in memory twice
        builder.take(rows.pop())
    builder.put_together()
    warn_of_missing_labels(builder.rows, builder.labelled, tally)
    return builder.rows


def _stand_over_words(rows: Sequence[Text]) -> bool:
    """Whether headings after a time are at most half of the lines; otherwise they are all that is said."""
    return 2 * sum(r.head is not None and r.head.heading and r.head.shape.startswith("T ") for r in rows) <= len(rows)


def _asker_alone(rows: Sequence[Text], labels: Labels) -> str | None:
    """The only name in a file if it asks questions, so that nobody who answers is named; else None."""
    if len(labels.names) != 1:
        return None
    texts = [r.head.rest for r in rows if r.head and r.mark and labels.verdict(r.mark) == "name"]
    questions = sum(rest.endswith("?") for rest in texts)
    return speaker_name(next(iter(labels.names))) if len(texts) > 1 and questions > 0.5 * len(texts) else None


def _chapters(rows: Sequence[Text], labels: Labels) -> set[int]:
    """The numbers of lines that are chapters, between times that are each above one line of text."""
    if listed := _chapter_list(rows):
        return listed
    rows = [r for r in rows if not (r.text[0].isdigit() and spoken_seconds(r.text) is not None)]
    times = [i for i, r in enumerate(rows) if _only_time(r.head)]
    if len(times) < _TIMES or len(times) < 0.35 * len(rows):
        return set()
    extra = [
        i - 1 for i in times if i and not _only_time(rows[i - 1].head) and (i == 1 or not _only_time(rows[i - 2].head))
    ]
    if extra[:1] == [0] and (mark := rows[0].mark) and labels.verdict(mark) == "name":
        extra.pop(0)  # times may be below what they belong to
    short = [rows[i].number for i in extra if len(rows[i].text.split()) <= 8]
    return set(short) if len(short) <= 0.2 * len(times) + 1 else set()


def _ends_in_menu(rows: Sequence[Text], chapters: set[int]) -> bool:
    """Whether the last line is YouTube's menu of languages: each time has one line of words, the last one two."""
    if len(rows) < 2 * _TIMES or rows[-1].text[0].islower() or not _LANGUAGE.fullmatch(rows[-1].text):
        return False
    first = next((i for i, r in enumerate(rows) if r.head and r.head.stamp), 0)
    shown = [r for r in rows[first:-1] if r.number not in chapters and spoken_seconds(r.text) is None]
    apart = all(_only_time(r.head) == (n % 2 == 0) for n, r in enumerate(shown)) and len(shown) % 2 == 0
    return apart or all(r.head and r.head.stamp and not _only_time(r.head) for r in shown)


def _numbered_headings(rows: Sequence[Text], labels: Labels) -> set[int]:
    """The numbers of lines such as "2. Working life", each alone between two turns in a text that labels nearly all."""
    if labels.share < NEARLY_ALL:
        return set()

    def is_turn(row: Text) -> bool:
        return row.mark is not None and labels.verdict(row.mark) == "name"

    return {
        row.number
        for i, row in enumerate(rows[1:-1], 1)
        if _NUMBERED.fullmatch(row.text)
        and is_turn(rows[i - 1])
        and not is_turn(row)
        and is_turn(rows[i + 1])
        and rows[i - 1].number + 1 < row.number < rows[i + 1].number - 1
        and ends_sentence(rows[i - 1].text)
        and not ends_sentence(row.text)
    }


def _chapter_list(rows: Sequence[Text]) -> set[int]:
    """The numbers of the lines of a chapter list: times with a few words, in a row, in a text without other times."""
    timed = [i for i, r in enumerate(rows) if r.head and r.head.stamp and r.head.shape.startswith("T")]
    if len(timed) < 3 or timed[-1] - timed[0] != len(timed) - 1:
        return set()
    short = all(len(rows[i].text.split()) <= 10 and not ends_sentence(rows[i].text) for i in timed)
    listed = sum(len(rows[i].text) for i in timed)
    return {rows[i].number for i in timed} if short and listed < 0.15 * sum(len(r.text) for r in rows) else set()


def _without_header(rows: list[Row], labels: Labels, tally: Tally) -> list[Row]:
    """The rows without short ones before the first speaker or time that are not sentences; these are recorded.

    A date is not such a time, if the first speaker's time has none.
    """
    first = next((i for i, r in enumerate(rows) if r.speaker or (not labels.names and r.start)), 0)
    dated = bool(rows) and of_a_day(rows[first].start or "")
    kept = []
    for row in rows[:first]:
        over = row.start is None or (not dated and of_a_day(row.start))
        short = len(row.text.split()) <= _HEADER and not ends_sentence(row.text)
        if over and (short or lists_items(row.text)):
            tally.header(row.text, row.line)
        else:
            kept.append(row)
    return kept + rows[first:]


def _with_ends(lines: list[Line]) -> list[Line]:
    """The lines; one without an end ends where the next timed line starts."""
    ended: list[Line] = []
    upcoming: float | None = None
    for line in reversed(lines):
        if line.end is None and line.start is not None and upcoming is not None and upcoming >= line.start:
            line = line._replace(end=upcoming)
        ended.append(line)
        upcoming = line.start if line.start is not None else upcoming
    return ended[::-1]
