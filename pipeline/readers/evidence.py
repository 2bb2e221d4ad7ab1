"""Which label-like beginnings in a file are speakers: decided over all of them, with a warning where in doubt.

A shape counts if it recurs, begins turns, and its names recur. Better no speaker than the wrong one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from pipeline.readers.clocks import of_a_day
from pipeline.readers.common import Common
from pipeline.readers.counted import labels_of_parts
from pipeline.readers.heads import Head
from pipeline.readers.labels import proper, speaker_name
from pipeline.readers.offices_in_capitals import no_offices
from pipeline.readers.tally import Tally
from pipeline.readers.tidy import ends_sentence

Verdict = Literal["name", "doubt", "text"]
_WEAK = ("[N]", "(N)", "（N)", "B", "N-", "N|", "N\u3000", "N「", "N\t", "N  ", "N/", "N.", "n.", "Q.")
NAME_LINE, DOUBTFUL_LINE = "N R/", "N R?/"  # a name with its role, alone on a line, as `names_with_roles` has judged it
_PLAIN, _BRACKETED = "N:", "[N]:"  # labels before a colon
_STOP_AND_DASH = "N.-"  # "Dana Cho, on behalf of the group. – …", which hardly any sentence looks like
_MEMBERS = 0.2  # minimum share of paragraphs with such a label
_ALONE = "N/"  # on a line of its own
# mostly sounds, like round brackets; they hold names only if nearly all turns have one and no labels have colons
_WIDE = "（N)"
_SHORT = 3  # maximum number of letters in a word such as "the" that begins a phrase
_PROPER = 0.8  # minimum share of labels in round brackets that are written as names
_SPELT = re.compile(r"[_|@/]|[^\W\d_]\d|\d[^\W\d_]|\w\.\w|^[^\W_]+ \d+$")  # as in nicknames and "Speaker 2"
_COUNTED = re.compile(r"[^\W\d_]+ \d{1,2}")
_SENTENCES = 0.9  # minimum share of turns that end as sentences do, if one that does not may be a heading
_FEW, _MANY = 4, 50  # lines in a short talk in which each line has a label
_ONCE, _ONCE_OF = 3, 0.2  # if all labels occur once: minimum number of them, and minimum share of cues that they begin
_TIMED = 0.2  # minimum share of labels with a colon that have a clock after it, if that is a time
_CAUTIOUS = 200  # maximum number of names looked up in the text because they occur once


class Mark(NamedTuple):
    """A head and its place in the file.

    `line` is its file line, `unit` the index of its paragraph or cue. `begins`: a turn may begin here; `followed`:
    words follow. `name` is the label without its role, `group` the shape under which it is counted.
    """

    head: Head
    line: int
    unit: int
    begins: bool
    followed: bool
    name: str
    group: str


def mark_of(head: Head, line: int, unit: int, *, begins: bool, followed: bool, name: str) -> Mark:
    """The mark of a head that has a label, whose name is `name`."""
    return Mark(head, line, unit, begins, followed, name, _group(head.shape, head.heading))


def _group(shape: str, heading: bool) -> str:
    if ":" in shape or shape.startswith(("<N>", "T <N>")):
        shape = shape.rstrip(" /")  # after a colon, words may be on this line or the next
    return f"# {shape}" if heading else shape


class Labels:
    """The verdict on every mark of a file.

    `units` is the number of places where turns may begin: paragraphs, or cues if `cues`.
    """

    def __init__(self, marks: Sequence[Mark], units: int, text: str, *, cues: bool = False) -> None:
        self.names: set[str] = set()
        self._verdicts: dict[tuple[str, str], Verdict] = {}
        self._text, self._common = text, Common(text)
        self._units = max(units, 1)
        self._looked_up = 0
        groups: dict[str, list[Mark]] = defaultdict(list)
        parts = labels_of_parts(mark.name for mark in marks if ":" in mark.head.shape)
        for mark in marks:
            if mark.group in (NAME_LINE, DOUBTFUL_LINE):
                self.decide(mark, "name" if mark.group == NAME_LINE else "doubt")
            elif mark.name not in parts:
                groups[mark.group].append(mark)
        _without_sentences(groups, self._units)
        self._with_colons = sum(len(group_marks) for group, group_marks in groups.items() if ":" in group)
        self.shapes: set[str] = {NAME_LINE} if self.names else set()
        for group in sorted(groups, key=lambda g: (_WIDE in g, "T" not in g, ":" not in g, g)):
            group_marks = _over_words(groups[group]) if group == _ALONE else groups[group]
            if not group_marks:
                continue
            use = _Use(group, group_marks)
            if self._marks_speakers(use):
                self.shapes.add(group)
                self._judge(group, group_marks, use.counts)
            elif cues and group == _PLAIN and self._opens_with_names(group_marks, use.counts):
                self.shapes.add(group)
                for mark in group_marks:
                    self.decide(mark, "name")
        self._bracketed(groups)
        self._borrow(groups)
        if any(shape.startswith("Q.") for shape in self.shapes):
            self._beside_questions(groups)
        sure = [m for m in marks if self.verdict(m) == "name"]
        self.share = sum([m.begins for m in sure]) / self._units
        self.timed = bool(sure) and sum([m.head.stamp is not None for m in sure]) >= 0.9 * len(sure)

    def verdict(self, mark: Mark) -> Verdict:
        """Whether a mark's label is a speaker ("name"), may be one ("doubt") or is "text"."""
        verdict = self._verdicts.get((mark.group, mark.name), "text")
        if verdict != "name" or mark.begins or mark.head.stamp or proper(mark.name):
            return verdict
        return "text" if mark.head.shape.startswith("N:") else verdict

    def decide(self, mark: Mark, verdict: Verdict) -> None:
        """Set the verdict on a label that has none yet."""
        if self._verdicts.setdefault((mark.group, mark.name), verdict) == "name":
            self.names.add(mark.name)

    def report(self, marks: Sequence[Mark], tally: Tally) -> None:
        """Record what looks like a name but is text; warn of labels in doubt."""
        doubts: dict[str, int] = {}  # names, with the line of their first occurrence
        for mark in marks:
            verdict = self.verdict(mark)
            if verdict == "name":
                continue
            if verdict == "doubt":
                doubts.setdefault(mark.name, mark.line)
            elif ":" in mark.head.shape or mark.head.shape.startswith(("[N]", "<N>")):
                tally.no_name(mark.name, mark.line)
        for name, line in list(doubts.items())[:20]:
            tally.warn(f'"{name}" may or may not be a speaker: these words get no speaker', line)

    def _marks_speakers(self, use: _Use) -> bool:
        """Whether a shape marks speakers in this file."""
        group = use.group
        if use.heading and not use.timed:
            return len(use.recurring) >= 2 and use.repeated >= 0.8 * use.total and use.followed > 0.8
        if ": T" in group and use.total < _TIMED * self._with_colons:
            return False  # "Lin: 10:30 is too late"
        if _WIDE in group and (use.total < _PROPER * self._units or any(":" in accepted for accepted in self.shapes)):
            return False
        if use.timed:
            return self._marks_with_time(use)
        if use.shape.startswith("(N)") and use.proper < _PROPER:
            return False  # "(laughs)"
        if use.shape.startswith(_WEAK) and not use.shape.endswith(":"):
            return self._marks_without_colon(use)
        return self._marks_with_colon(use) if use.recurring else self._are_two_or_three(use)

    def _marks_with_time(self, use: _Use) -> bool:
        several, proper = use.total >= 2, use.proper >= 0.8
        half = use.repeated >= 0.5 * use.total
        if use.heading or ("\n" in use.group and ":" not in use.group):  # those of chapters do not recur
            return len(use.recurring) >= 2 and half and use.followed >= 0.5
        enough = several and (half or (proper and use.total >= 0.8 * self._units))
        if not use.group.endswith("/"):
            return enough
        enough = enough or (several and proper and use.followed >= 0.8)
        return enough and use.followed >= 0.5 and len(use.counts) <= max(3, 0.7 * use.total)

    def _marks_without_colon(self, use: _Use) -> bool:
        shape, total, repeated, several = use.shape, use.total, use.repeated, len(use.recurring) >= 2
        if shape.startswith("Q."):
            press = [*use.recurring] == ["Q"] and use.begins >= _SENTENCES and _PLAIN in self.shapes
            return total >= _FEW and total >= 0.1 * self._units and (len(use.recurring) == 2 or press)
        if shape == _STOP_AND_DASH and total >= _FEW and min(use.begins, use.proper) >= _PROPER:
            return total >= _MEMBERS * self._units and 2 * use.named >= total
        if shape.startswith("N."):
            return total >= 3 and repeated >= 0.5 * total and use.begins >= 0.6
        if shape.startswith(_ALONE):
            some = repeated >= 4 and several and repeated >= 0.7 * total and total >= 0.25 * self._units
            written = some and all(proper(name) or " " not in name for name in use.recurring)
            return written and any(_SPELT.search(name) or not self._common(name) for name in use.recurring)
        share = 0.1 if shape.startswith("n.") else 0.3 if shape.startswith("B") else 0.5
        often = repeated >= 4 and several and repeated >= 0.7 * total
        return often and total >= share * self._units and use.begins >= 0.6

    def _marks_with_colon(self, use: _Use) -> bool:
        """Whether labels before a colon, some of which recur, are speakers."""
        total, repeated, several = use.total, use.repeated, len(use.recurring) >= 2
        many = repeated >= 6 and several and repeated >= 0.05 * self._units
        if total >= 3 and use.begins >= 0.8 and self._in_capitals(use.counts):
            return True
        if many and use.proper >= 0.6:
            return True
        if several and _FEW <= total < _MANY and use.proper == 1 and self._all_labelled(use.marks):
            return True
        first = any(m.unit <= 1 and use.counts[m.name] >= 2 for m in use.marks)
        return use.begins >= 0.6 and (
            (repeated >= 3 and repeated >= 0.1 * self._units)
            or (first and repeated >= 2 and (2 * repeated >= total or self._are_people(use.marks, use.counts)))
            or many
        )

    def _are_two_or_three(self, use: _Use) -> bool:
        """Whether labels before a colon are two or three people in a short text, each of whom speaks once."""
        nearly_all = 2 <= use.total <= 3 and use.total >= 0.8 * self._units
        written = nearly_all and use.proper == 1 and all(len(name.split()) <= 3 for name in use.counts)
        return written and not any(map(self._common, use.counts))

    def _opens_with_names(self, marks: Sequence[Mark], counts: Mapping[str, int]) -> bool:
        """Whether captions in few long cues have a label in the first and in some others, each label only once.

        Each must be written as a name and share no word with another ("First Rule" and "Second Rule" do), one must be
        in full, and each must begin a cue and precede sentences, unlike credits ("Music: Lena Ott").
        """
        words = [word for name in counts for word in name.split()]
        return (
            len(marks) == len(counts) >= _ONCE
            and len(marks) >= _ONCE_OF * self._units
            and marks[0].unit == 0
            and all(mark.begins and ends_sentence(mark.head.rest) for mark in marks)
            and all(proper(name) and not self._phrase(name) for name in counts)
            and any(" " in name for name in counts)
            and len(set(words)) == len(words)
            and not any(map(self._common, words))
        )

    def _are_people(self, marks: Sequence[Mark], counts: Mapping[str, int]) -> bool:
        """Whether labels that mostly occur once are people in a round, and not items of a list ("Flour: a pound.")."""
        if sum(" " in name and proper(name) for name in counts) >= _PROPER * len(counts):
            return True
        small = sum(mark.head.rest[:1].islower() for mark in marks)
        return 2 * small < len(marks) and 2 * sum(map(self._common, counts)) < len(counts)

    def _in_capitals(self, counts: Mapping[str, int]) -> bool:
        """Whether these names are in capitals in a text that is not, as in records of courts and parliaments."""
        big = sum(n for name, n in counts.items() if name.isupper() and len(name) > 2)
        return big >= 0.9 * sum(counts.values()) and self._written_small

    def _all_labelled(self, marks: Sequence[Mark]) -> bool:
        """Whether each line of a short text has a label, without being a record of fields ("Title: The Ferry")."""
        sentences = sum(mark.head.rest[:1].islower() or ends_sentence(mark.head.rest) for mark in marks)
        return 2 * sentences >= len(marks) == sum(map(bool, map(str.strip, self._text.split("\n"))))

    @cached_property
    def _written_small(self) -> bool:
        sample = self._text[:20_000]
        return sum(map(str.islower, sample)) > 0.5 * sum(map(str.isalpha, sample))

    def _judge(self, group: str, marks: Sequence[Mark], counts: Counter[str]) -> None:
        many = len(marks) >= 0.8 * self._units or "T" in group
        all_of_them = len(marks) >= 0.95 * self._units
        pair = max(counts.values()) == 1 or sum(not self._phrase(name) for name in counts) == 2  # somebody must answer
        big = sum(n for name, n in counts.items() if proper(name)) >= 0.8 * len(marks)
        capitals = sum(n for name, n in counts.items() if name.isupper()) >= 0.8 * len(marks)
        in_full = sum(n for name, n in counts.items() if " " in name and not _SPELT.search(name))
        alone = len(marks) > 5 and in_full >= 0.7 * len(marks) and not capitals  # names are in full; one word is odd
        dated = "T" in group and sum(_dated(m) for m in marks) >= 0.5 * len(marks)
        first = {m.name: m for m in reversed(marks)}
        opening = min((mark.line for name, mark in first.items() if counts[name] >= 2), default=0)
        for name in counts:
            mark = first[name]
            if counts[name] >= 2:
                few = counts[name] < 4 and counts[name] < 0.03 * len(marks)
                odd = alone and counts[name] == 2 and " " not in name and speaker_name(name) is not None
                odd = odd and not self._confirmed(mark)
                verdict: Verdict = "doubt" if (few and self._common(name)) or odd else "name"
            elif _dated(mark) != dated or (mark.line < opening and not ends_sentence(mark.head.rest)):
                verdict = "text"  # "Date: 3 June" above the talk
            else:
                # An announcer: nobody has spoken yet whose words this could continue.
                opens = mark.line < opening and mark.head.stamp is not None
                sure = all_of_them and (pair or opens)
                verdict = self._once(mark, many=many, all_labelled=all_of_them, sure=sure, big=big, capitals=capitals)
                if verdict == "name" and _is_part(mark, marks):
                    verdict = "doubt"
            self._verdicts[group, name] = verdict
            if verdict == "name":
                self.names.add(name)

    def _once(self, mark: Mark, *, many: bool, all_labelled: bool, sure: bool, big: bool, capitals: bool) -> Verdict:
        """The verdict on a label that occurs once while others recur: a name only if prose is never written so.

        If nearly everything is labelled, other words in a label's place are nobody's, not the last speaker's.
        """
        if not mark.begins or not mark.followed:
            return "text"
        words, name = mark.name.split(), mark.name
        spelt = _SPELT.search(name) is not None
        big_alone = capitals and self._in_capitals({name: 1}) and (len(words) > 1 or not self._common(name))
        if big_alone or (spelt and (all_labelled or mark.group == _BRACKETED)):
            return "name"
        phrase = self._phrase(name)
        if phrase or (not (spelt or proper(name)) and (len(words) > 1 or big)):
            return "doubt" if many or not (phrase or big) else "text"
        has_common_word = any(self._common(w) for w in words)
        if has_common_word and not (all_labelled and len(words) > 1 and not self._common(name)):
            return "doubt"
        if capitals and not name.isupper():
            return "doubt" if many or proper(name) else "text"
        if not (len(words) > 1 or spelt or sure or self._confirmed(mark)):
            return "doubt"
        return "name" if many or (proper(name) and mark.head.shape.endswith(("/", _STOP_AND_DASH))) else "doubt"

    def _phrase(self, name: str) -> bool:
        """Whether a name begins with a short common word, as in "The Budget: …"."""
        first, *rest = name.split()
        return bool(rest) and len(first) <= _SHORT and self._common(first)

    def _confirmed(self, mark: Mark) -> bool:
        """Whether more than a capital shows that one word is a name: a time, a role, or somebody addressed by it."""
        if "N T" in mark.group or _dated(mark) or (mark.head.name and len(mark.head.name) > len(mark.name)):
            return True
        self._looked_up += 1
        name = re.escape(mark.name)
        spoken_to = rf"(?:, |\b[A-Z][a-z]{{0,3}}\. ){name}(?:[.,?!]|$)|(?:^|[.?!] ){name}, "
        return self._looked_up <= _CAUTIOUS and re.search(spoken_to, self._text, re.MULTILINE) is not None

    def _bracketed(self, groups: dict[str, list[Mark]]) -> None:
        """Judge labels in brackets and a colon along with plain ones: there may be one only, like "[SPEAKER_02]:"."""
        marks = groups.get(_BRACKETED)
        if not marks or _BRACKETED in self.shapes or _PLAIN not in self.shapes:
            return
        together = groups[_PLAIN] + marks
        self._judge(_BRACKETED, together, Counter(mark.name for mark in together))
        if any(self.verdict(mark) == "name" for mark in marks):
            self.shapes.add(_BRACKETED)

    def _borrow(self, groups: dict[str, list[Mark]]) -> None:
        """Accept names known from one shape in others that are clear: with a colon or time, or alone on a line."""
        for group, marks in groups.items():
            alone = group in ("N/", "B/", "# N/") and all(m.followed for m in marks)
            if group in self.shapes or not (":" in group or "T" in group or alone):
                continue
            for mark in marks:
                if mark.name in self.names and mark.begins:
                    self.decide(mark, "name")

    def _beside_questions(self, groups: dict[str, list[Mark]]) -> None:
        """In a record of questions and answers, accept labels in capitals as further speakers, however rare."""
        for group, marks in groups.items():
            for mark in marks:
                if group not in self.shapes and ":" in group and mark.begins and self._in_capitals({mark.name: 1}):
                    self.decide(mark, "name" if " " in mark.name else "doubt")


class _Use:
    """How a shape is used in a file: by how many marks in total, and how many of them `repeated` a name of another.

    `named` have a role, or a name that recurs. `proper`, `followed` and `begins` are shares of the marks.
    """

    def __init__(self, group: str, marks: Sequence[Mark]) -> None:
        self.group, self.marks = group, marks
        self.heading, self.timed = group.startswith("# "), "T" in group
        self.shape = group.removeprefix("# ").removeprefix("T ")
        self.counts = Counter([m.name for m in marks])
        self.recurring = [name for name, n in self.counts.items() if n >= 2]
        self.total, self.repeated = len(marks), sum(self.counts[name] for name in self.recurring)
        self.named = sum(self.counts[m.name] > 1 or len(m.head.name or "") > len(m.name) for m in marks)
        self.proper = sum(n for name, n in self.counts.items() if proper(name)) / self.total
        self.followed = sum([m.followed for m in marks]) / self.total
        self.begins = sum([m.begins for m in marks]) / self.total


def _without_sentences(groups: dict[str, list[Mark]], units: int) -> None:
    """Remove marks of labels before full stops that are the beginnings of sentences."""
    stopped = [group for group in groups if "N." in group]
    sentences = no_offices(Counter(mark.name for group in stopped for mark in groups[group]), units)
    for group in stopped:
        groups[group] = [mark for mark in groups[group] if mark.name not in sentences]


def _over_words(marks: Sequence[Mark]) -> list[Mark]:
    """Of lines that are only a name, those that begin a turn and mostly stand above words.

    What looks like a name directly below a recurring name is that speaker's words, such as "Yes".
    """
    beginnings = [mark for mark in marks if mark.begins]
    counts = Counter(mark.name for mark in beginnings)
    over: Counter[str] = Counter()
    above: Mark | None = None  # a recurring name without words, which another name may follow
    for mark in beginnings:
        if above is not None and mark.unit == above.unit + 1:
            over[above.name] += 1
            above = None
        else:
            over[mark.name] += mark.followed
            above = mark if counts[mark.name] > 1 and not mark.followed else None
    return [mark._replace(followed=True) for mark in beginnings if 2 * over[mark.name] >= counts[mark.name]]


def _is_part(mark: Mark, marks: Sequence[Mark]) -> bool:
    """Whether a label that occurs once may number a part: "Part 2: Working life", where turns are sentences."""
    if not _COUNTED.fullmatch(mark.name) or not mark.head.rest or ends_sentence(mark.head.rest):
        return False
    return sum(ends_sentence(m.head.rest) for m in marks) >= _SENTENCES * len(marks)


def _dated(mark: Mark) -> bool:
    return mark.head.stamp is not None and of_a_day(mark.head.stamp.start)
