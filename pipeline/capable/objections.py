"""What an answer objects to on a page, by the numbers of statements and titles. No objection is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from pipeline.capable.adding import Addition
from pipeline.capable.chunks import ChunkAnswer, Fault
from pipeline.capable.line_numbers import without_numbers
from pipeline.document import Problem
from pipeline.llm.answers import DroppedItem, Parsed
from pipeline.numbering import NumberedLine, segments_of
from pipeline.text import clean

_LISTED = 'the check called {} of {} statements "{}", which is not an objection'
_NAMES_NOTHING = "the check objects to something that is not on the page: {}"
_KNOWN = get_args(Fault.model_fields["verdict"].annotation)
_NUMBER = re.compile(r"\D*(\d{1,7})\D*")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A fault that the model reported, and the segments that support the correction."""

    fault: Fault
    lines: tuple[int, ...]

    @classmethod
    def of(cls, fault: Fault, cited: Sequence[int], lines: Sequence[NumberedLine]) -> Verdict:
        """The verdict on a statement that cites these segments; line numbers are removed from its corrected text.

        The statement's cited lines from other parts were shown with it, numbered by segment.
        """
        supporting = {*segments_of(fault.lines, lines), *(n for n in fault.lines if n in cited)}
        text = without_numbers(fault.text, {*supporting, *cited}, lines)
        return cls(fault.model_copy(update={"text": text}), tuple(sorted(supporting)))

    @property
    def reason(self) -> str:
        """The objection to the statement."""
        return self.fault.why or self.fault.verdict


@dataclass(slots=True)
class Verdicts:
    """The reports of checking calls, by row number; `unchecked` has the rows whose call failed, with the reason.

    `doubts` are objections without a correction, `remarks` those that refer to nothing on the page. `missing` is what
    the calls would add, `cut` the numbers of what they would remove.
    """

    faults: dict[int, Verdict] = field(default_factory=dict)
    doubts: dict[int, str] = field(default_factory=dict)
    missing: list[Addition] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    unchecked: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, other: Verdicts) -> None:
        """Include the report of another call."""
        self.faults |= other.faults
        self.doubts |= other.doubts
        self.missing += other.missing
        self.cut += other.cut
        self.unchecked |= other.unchecked
        self.problems += other.problems
        self.remarks += other.remarks

    def doubt(self, id_: int, objection: str) -> None:
        """Add an objection to a row."""
        before = self.doubts.get(id_, "")
        if objection not in before:
            self.doubts[id_] = joined(before, objection)


def verdicts_in(
    parsed: Parsed[ChunkAnswer], cited: Mapping[int, Sequence[int]], lines: Sequence[NumberedLine]
) -> Verdicts:
    """What an answer reports against rows of the page; `cited` has the segments that each row cites, by its number.

    - The first fault of a row counts; further ones are doubts.
    - A fault in something that is not on the page is a remark.
    - A fault that does not fit the schema is a doubt on its row, or a remark if it names none.
    - If more than half of the rows get the same unknown verdict, it is not an objection: models use one for what they
      accept. A single remark replaces all of these.
    """
    verdicts = Verdicts()
    for fault in parsed.value.faults:
        if fault.id not in cited:
            verdicts.remarks.append(_NAMES_NOTHING.format(_objection_text(fault.model_dump())))
            continue
        verdict = Verdict.of(fault, cited[fault.id], lines)
        if verdicts.faults.setdefault(fault.id, verdict) != verdict:
            verdicts.doubt(fault.id, _objection_text(fault.model_dump()))
    misfits = [item for item in parsed.dropped if item.field == "faults" and item.is_whole]
    listed = [word for word, n in Counter(map(_verdict, misfits)).items() if word and 2 * n > len(cited)]
    verdicts.remarks += [_LISTED.format(sum(_verdict(i) == word for i in misfits), len(cited), word) for word in listed]
    for item in misfits:
        if _verdict(item) in listed:
            continue
        objection, id_ = _objection_in(item)
        if id_ in cited:
            verdicts.doubt(id_, objection)
        else:
            verdicts.remarks.append(_NAMES_NOTHING.format(objection))
    return verdicts


def _verdict(item: DroppedItem) -> str:
    """The unknown verdict in an item that does not fit the schema, "" if it has none or a known one."""
    verdict = item.value.get("verdict") if isinstance(item.value, dict) else None
    word = clean(verdict).casefold() if isinstance(verdict, str) else ""
    return "" if word in _KNOWN else word


def _objection_in(item: DroppedItem) -> tuple[str, int]:
    """The objection in an item that does not fit the schema, and the number of its row (0 if none)."""
    if not isinstance(item.value, dict):
        return item.text, 0
    number = _NUMBER.fullmatch(str(item.value.get("id")))
    return _objection_text(item.value) or item.text, int(number[1]) if number else 0


def _objection_text(fault: Mapping[str, Any]) -> str:
    """An objection in a line: "partly: the date is wrong; put right: It began in 2019."; "" if it has no text."""
    values = (fault.get(key) for key in ("verdict", "why", "text"))
    verdict, why, text = (clean(words) if isinstance(words, str) else "" for words in values)
    reason = ": ".join(filter(None, (verdict, why)))
    return joined(reason, f"suggested: {text}" if text else "")


def joined(*reasons: str) -> str:
    """The reasons that are not empty, joined by semicolons."""
    return "; ".join(filter(None, reasons))
