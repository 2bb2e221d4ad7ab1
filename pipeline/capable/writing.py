"""Write sections from chunks: one call for each chunk, which is halved if the answer is cut off (capable/halving).

A transcript that fits one call is written as a whole document. The parts of a longer one get all sections except the
summary, and are composed afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pipeline.capable.chunks import ChunkAnswer, Speaker
from pipeline.capable.halving import by_halves
from pipeline.capable.job import Job
from pipeline.capable.line_numbers import statement_without_numbers
from pipeline.capable.plain_fields import plain
from pipeline.chunking import halves
from pipeline.document import DroppedNote, Problem, Withheld
from pipeline.draft import DraftGroup, DraftStatement, updated
from pipeline.draft import lines_of as lines_below
from pipeline.lengths import words_for
from pipeline.llm.answers import Parsed
from pipeline.llm.structured import Answer
from pipeline.numbering import segments_of
from pipeline.run_record import Naming
from pipeline.sections import Section, kind_of, tasks, with_added, words_of_each
from pipeline.sections.base import withheld_row
from pipeline.sections.main_points import MAIN_POINTS
from pipeline.speakers import full_name
from pipeline.tasks import each
from pipeline.text import LEADS_TO_A_LIST
from pipeline.transcript import Chunk, spoken_words

CITES_NO_LINE = "it cites no line"
_WRITTEN_SHARE = 0.8  # of the words asked for, since models write a fifth more and the check adds some
_PARTS_SHARE = 1.15  # of a part's share of the words, so that composing has something to choose from
_TOKENS_A_WORD = 4  # of an answer in JSON, cited numbers included
_FEW_WORDS = 20  # spoken words outside filler below which a chunk may have nothing worth a note
_NO_POINTS = "main_points is empty, and skipped does not name these lines: answer with the whole document"
_PART = "They are part {} of a longer recording: {} are those of this part{}."
_SPEAKERS = "speakers has each label that is no name, where a line tells the name of its person, with that line."


@dataclass(slots=True)
class WrittenPart:
    """What a call wrote from the lines that it `read`; `whole` means that these are the whole recording.

    `remarks` say what differs from what was asked for.
    """

    sections: Mapping[str, tuple[DraftGroup, ...]] = field(default_factory=dict)
    whole: bool = False
    read: frozenset[int] = frozenset()
    filler: frozenset[int] = frozenset()
    namings: tuple[Naming, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    dropped: tuple[DroppedNote, ...] = ()
    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()
    from_manuscript: bool = False


async def write(job: Job) -> Sequence[WrittenPart]:
    """All parts in the recording's order. A chunk without result becomes a problem; the others stay."""
    spoken = max(1, job.transcript.spoken_words)

    def share(chunk: Chunk) -> _Share:
        if len(job.chunks) == 1:
            return _Share(chunk, words_before_check(job), whole=True)
        return _Share(chunk, _PARTS_SHARE * words_for(spoken, job.recipe.length) * chunk.spoken_words / spoken)

    parts_of_chunks = await each([partial(_parts_of, share(c), job) for c in job.chunks], job.recipe.profile.at_once)
    return [part for parts in parts_of_chunks for part in parts]


@dataclass(frozen=True, slots=True)
class _Share:
    """The lines that one call writes about, in so many words; `whole` means that these are the whole recording."""

    chunk: Chunk
    words: float
    whole: bool = False

    def halves(self) -> Sequence[_Share]:
        return [_Share(half, self.words / 2) for half in halves(self.chunk) or ()]


async def _parts_of(share: _Share, job: Job) -> list[WrittenPart]:
    """The parts of a share: several if an answer was cut off. Neighbouring pieces that fail are one problem."""
    return await by_halves(share, partial(_part_of_share, job=job), lambda share_cut, _: share_cut.halves(), _unwritten)


def _unwritten(shares: Sequence[_Share], reason: str) -> WrittenPart:
    chunk, last = shares[0].chunk, shares[-1].chunk.last
    return WrittenPart(problems=(_problem(chunk, f"no notes on lines {chunk.first}–{last}: {reason}"),))


async def _part_of_share(share: _Share, job: Job) -> WrittenPart:
    """The part that one call gives. Raises CallError."""
    chunk, whole, words = share.chunk, share.whole, _in_tens(share.words)
    sections = [s for s in job.sections if whole or s.of_parts]
    total_words = with_added(words, sections)
    task = job.task(
        kind_of(job.recipe).write,
        words=f"{total_words:,}",
        part="" if whole else _part_note(chunk, job),
        sections=tasks(
            words_of_each(words, sections),
            job.structured.prompts,
            sections if whole else [replace(s, prompt=s.prompt_of_part) if s.prompt_of_part else s for s in sections],
        ),
    )

    part = await job.structured.ask(
        "write",
        (*job.prefixes.messages(chunk), task),
        job.answer,
        use=lambda parsed: part_of(parsed, chunk, job, whole=whole),
        max_tokens=tokens_for(total_words),
        shortcoming=lambda part: _NO_POINTS if _lacks_points(part, chunk) else "",
        needs=[s.name for s in sections],
    )
    if _lacks_points(part, chunk):
        message = f"no main points on lines {chunk.first}–{chunk.last}: the model gave none, even when asked again"
        part = replace(part, problems=(_problem(chunk, message),))
    job.reporter.wrote(part.sections)
    return part


def words_before_check(job: Job) -> int:
    """The words to write a page in, without sections that come in addition to the usual ones."""
    return _in_tens(_WRITTEN_SHARE * words_for(max(1, job.transcript.spoken_words), job.recipe.length))


def _in_tens(words: float) -> int:
    """A number of words, rounded to tens as models are asked for it; at least 60."""
    return max(60, round(words / 10) * 10)


def tokens_for(words: int) -> int:
    """The tokens allowed for an answer of so many words."""
    return 2000 + _TOKENS_A_WORD * words


def _part_note(chunk: Chunk, job: Job) -> str:
    """The task's note on a part: which sections the part has to fill, and which stay empty."""
    sections = sorted((s for s in job.sections if s.of_parts), key=lambda s: s.composed != "arranged")
    *first, last = (s.name for s in sections if not s.prompt_of_part)
    names = f"{', '.join(first)} and {last}" if first else last
    empty = "".join(f", {s.name} stays empty" for s in job.sections if not s.of_parts)
    part = _PART.format(chunk.index + 1, names, empty)
    return f"{part} {_SPEAKERS}" if job.has_speakers else part


def _problem(chunk: Chunk, message: str) -> Problem:
    return Problem(section=MAIN_POINTS.name, chunk=chunk.index + 1, message=message)


def _lacks_points(part: WrittenPart, chunk: Chunk) -> bool:
    """Whether there is no main point although the chunk has enough words that the model does not call filler."""
    remaining = [s for s in chunk.segments if s.id not in part.filler]
    return not part.sections[MAIN_POINTS.name] and spoken_words(remaining) >= _FEW_WORDS


def _filler(answer: ChunkAnswer, chunk: Chunk, job: Job) -> frozenset[int]:
    """The segments of a chunk that the model calls filler."""
    lines = job.prefixes.lines(chunk)
    # A model may answer any numbers; a range of all of them could fill the memory.
    stretches = (range(max(s.first, 1), min(s.last, chunk.last) + 1) for s in answer.skipped)
    skipped = {n for stretch in stretches for n in segments_of(stretch, lines)}
    return frozenset(s.id for s in chunk.segments if s.id in skipped)


def part_of(parsed: Parsed[ChunkAnswer], chunk: Chunk, job: Job, *, whole: bool) -> WrittenPart:
    """An answer with its line numbers turned into segments."""
    answer = parsed.value
    lines = job.prefixes.lines(chunk)

    def lines_of(numbers: Sequence[int]) -> tuple[int, ...]:
        return segments_of(numbers, lines)

    def groups_of(section: Section) -> list[DraftGroup]:
        groups = plain(section.groups(getattr(answer, section.name), lines_of, job.labels))
        return [updated(g, statements=tuple(statement_without_numbers(s, lines) for s in g.statements)) for g in groups]

    rows = [(s, row) for s in job.sections for row in getattr(answer, s.name)]
    empty = (withheld_row(s, row, lines_of) for s, row in rows if not s.groups([row], lines_of, job.labels))
    speakers: Sequence[Speaker] = getattr(answer, "speakers", ())  # only for a recording in parts
    return WrittenPart(
        sections={s.name: anchored(groups_of(s), s, chunk) for s in job.sections},
        whole=whole,
        read=frozenset(s.id for s in chunk.segments),
        filler=_filler(answer, chunk, job),
        namings=tuple(Naming(s.label, s.name, n) for s in speakers for n in lines_of([s.line])),
        withheld=(*unfit(parsed, job.sections), *filter(None, empty)),
    )


def unfit(parsed: Parsed[Answer], sections: Sequence[Section]) -> tuple[Withheld, ...]:
    """The items of these sections that did not fit the schema, verbatim."""
    names = {s.name for s in sections}
    return tuple(
        Withheld(section=d.field, text=d.text, reason=f"it did not match the schema: {d.reason}")
        for d in parsed.dropped
        if d.field in names
    )


def anchored(groups: Sequence[DraftGroup], section: Section, chunk: Chunk) -> tuple[DraftGroup, ...]:
    """The groups, with lines for each statement that should cite some but cites none.

    - One that only introduces a list gets the lines of the list.
    - One that says who a speaker is gets that speaker's first line, since only labels say it.
    - Any other gets the chunk's first line and a finding, so that the check looks at it.
    """
    return tuple(
        updated(g, statements=tuple(_anchored_statement(s, section, chunk) for s in g.statements)) for g in groups
    )


def _anchored_statement(statement: DraftStatement, section: Section, chunk: Chunk) -> DraftStatement:
    details = tuple(_anchored_statement(d, section, chunk) for d in statement.details)
    if statement.lines or not section.cites:
        return updated(statement, details=details)
    leads = statement.bare or statement.text.endswith(LEADS_TO_A_LIST)
    if leads and (below := lines_below(details)):
        return replace(statement, details=details, lines=below)
    if section.of_people and (first := _first_line_of(statement.label, chunk)):
        return replace(statement, details=details, lines=(first,))
    return replace(statement, details=details, lines=(chunk.first,), finding=CITES_NO_LINE)


def _first_line_of(name: str, chunk: Chunk) -> int | None:
    """The id of the first line whose label stands for this person."""
    labels = ((s.id, s.speaker) for s in chunk.segments if s.speaker)
    return next((id_ for id_, label in labels if name and full_name(label, (name,)) == name), None)
