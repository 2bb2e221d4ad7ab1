"""Read all passages: the model's notes on each, with the sentences that they are about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

from pipeline.document import Problem
from pipeline.errors import CallError
from pipeline.llm.structured import Structured
from pipeline.small.calls import FailedCall, survivable
from pipeline.small.keys import keys
from pipeline.small.notes import Mark, marks_of, notes_on, spare, unnoted
from pipeline.small.passages import Passage
from pipeline.tasks import each
from pipeline.transcript import Transcript


@dataclass
class Reading:
    """The result of reading: notes, their marks, the lines that were read or are filler, and what failed.

    `spare` marks further sentences that may be used.
    """

    notes: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    spare: list[Mark] = field(default_factory=list)
    read: set[int] = field(default_factory=set)
    filler: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


async def read(passages: Sequence[Passage], transcript: Transcript, structured: Structured, at_once: int) -> Reading:
    """Ask for the model's notes on all passages and find the sentences that they are about."""
    names = names_of(transcript)
    language = transcript.metadata.language
    answers = await each([partial(_notes, p, structured, language, names) for p in passages], at_once)
    reading = Reading()
    noted_lines: set[int] = set()
    lost_lines: set[int] = set()
    for passage, answer in zip(passages, answers, strict=True):
        if isinstance(answer, FailedCall):
            lost_lines |= passage.lines
            message = f"lines {span(sorted(passage.lines))} were not read: {answer.reason}"
            reading.problems.append(Problem(section="main_points", chunk=passage.number, message=message))
            continue
        reading.read |= passage.lines
        reading.notes += answer
        marks = [m for note in answer for m in marks_of(note, passage, names)]
        marks += unnoted(passage, marks)
        reading.spare += spare(passage, marks)
        (noted_lines if answer or marks else reading.filler).update(passage.lines)
        reading.marks += marks
    reading.read -= lost_lines
    reading.filler -= noted_lines | lost_lines  # a line may continue in a passage with notes
    return reading


async def _notes(
    passage: Passage, structured: Structured, language: str | None, names: Collection[str]
) -> tuple[str, ...] | FailedCall:
    try:
        return await notes_on(passage, structured, language, names)
    except CallError as err:
        return survivable(err)


def span(lines: Sequence[int]) -> str:
    return f"{min(lines)}–{max(lines)}"


def names_of(transcript: Transcript) -> frozenset[str]:
    return frozenset(k for name in transcript.labelled_speakers for k in keys(name))
