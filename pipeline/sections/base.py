"""What a section is: what a model is asked for it, and how its answer becomes statements and these the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pipeline.document import Correction, Detail, Evidence, Withheld
from pipeline.draft import DraftGroup, DraftStatement
from pipeline.emphasis import standing_in, unmarked
from pipeline.labels import Labels
from pipeline.llm.structured import Answer
from pipeline.shape import shape_of
from pipeline.transcript import Transcript

_NOTHING_SAID = "a field without which it says nothing is empty"
_NO_POINT = "no point stands under this heading"

# What the editor of a long recording's parts does with a section: write it anew, arrange its points under headings, or
# take its items by number, all of them or the best.
Composed = Literal["anew", "arranged", "all", "best"]
LinesOf = Callable[[Sequence[int]], tuple[int, ...]]  # the segments that cited numbers stand for


class Sentence(Answer):
    """A sentence and the numbers that it cites: of lines, or of points that were written before."""

    cites: list[int]
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the document. `name` is its field in a model's answer and in the record.

    `answer` is the type of that field, `groups` reads it as statements with their lines, in the words of the notes'
    language where code adds some, `content` gives checked statements the record's form. `share` is its part of the
    document's words (None: it gets what the others leave), `least` the words that it needs of a short document,
    `values` fills the prompt's variables from the words it gets. `title` is that of a user's own section; others
    have theirs in the catalogue of the page's language.
    """

    name: str
    prompt: str
    answer: Any
    groups: Callable[[Any, LinesOf, Labels], tuple[DraftGroup, ...]]
    content: Callable[[Sequence[DraftGroup], Transcript], tuple[Any, ...]]
    share: float | None
    least: int
    values: Callable[[int], Mapping[str, str]] = lambda words: {}
    cites: bool = True  # whether its statements say something of the recording, with lines, and are checked
    of_parts: bool = True  # whether a part of a long recording is asked for it too
    composed: Composed = "anew"
    adds: bool = False  # whether its share comes on top of the document's words
    grows: Literal["nested", "rows", ""] = ""  # where what a check adds may stand: below statements, as rows, nowhere
    title: str = ""
    titles: tuple[str, ...] = ()  # the names of the titles that fields below its items have
    of_people: bool = False  # whether its labels are names, so that a speaker's own label may be what tells of one
    optional: bool = False  # whether a document in which it holds nothing goes without it
    prompt_of_part: str = ""  # what a part of a long recording is asked in place of `prompt`
    answer_composed: Any = None  # the type of the editor's answer, where it is another one
    most: int | None = None  # how many items it may have at most, whatever a model gives
    prompt_composed: str = ""  # what the editor of the parts is told of its items in place of the usual text
    # An item of the editor's as statements; its empty fields are filled from the statements that it cites. The names
    # are those of the speakers.
    edited: (
        Callable[[Any, Sequence[DraftStatement], LinesOf, Labels, Sequence[str]], tuple[DraftStatement, ...]] | None
    ) = None

    @property
    def by_number(self) -> bool:
        """Whether the parts' items stand as they were written unless the editor joins or rewords them."""
        return self.composed in ("all", "best")


def sentences(answer: Sequence[Sentence], lines_of: LinesOf, labels: Labels) -> tuple[DraftGroup, ...]:
    """Prose: one group of statements in a row."""
    rows = tuple(DraftStatement(s.text, lines_of(s.cites)) for s in answer if s.text.strip())
    return (DraftGroup(rows),) if rows else ()


def withheld_row(section: Section, row: Any, lines_of: LinesOf, reason: str = "") -> Withheld | None:
    """What the record keeps of a row of an answer of which nothing can be printed; None for one without words."""
    values = [*_values(row.model_dump() if isinstance(row, Answer) else row)]
    text = " | ".join(v.strip() for v in values if isinstance(v, str) and v.strip())
    lines = lines_of([v for v in values if isinstance(v, int)])
    reason = reason or (_NO_POINT if section.composed == "arranged" else _NOTHING_SAID)
    return Withheld(section=section.name, text=text, reason=reason, lines=lines) if text else None


def _values(row: Any) -> Iterator[str | int]:
    """The texts and the cited numbers of a row of an answer."""
    if isinstance(row, str | int):
        yield row
    else:
        for inner in row.values() if isinstance(row, dict) else row:
            yield from _values(inner)


def without_end_mark(lead: str) -> str:
    """A lead or term without the mark that a model may have put behind it: the page puts a colon there."""
    bare = unmarked(lead)[0].strip().rstrip(":：。 ")
    ends = bare.endswith(".") and "." not in bare.split()[-1][:-1]  # "U.S." and an ellipsis keep theirs
    return bare[:-1] if ends else bare


def in_a_row(groups: Sequence[DraftGroup]) -> list[DraftStatement]:
    """The statements of all groups."""
    return [s for g in groups for s in g.statements]


def cite(transcript: Transcript, lines: Sequence[int]) -> tuple[Evidence, ...]:
    """Evidence for segment ids, each once and in order. Code cuts the quote."""
    segments = [transcript.segment(n) for n in sorted(set(lines))]
    return tuple(Evidence(segment=s.id, start=s.start, end=s.end, speaker=s.speaker, quote=s.text) for s in segments)


def claim(statement: DraftStatement, transcript: Transcript) -> dict[str, Any]:
    """The fields of the record that every statement has: evidence, and how it came through its check."""
    changed = Correction(before=statement.before, reason=statement.reason) if statement.before else None
    return {
        "evidence": cite(transcript, statement.lines),
        "support": statement.support,
        "finding": statement.finding or None,
        "remark": statement.remark or None,
        "correction": changed,
        "emphasis": standing_in(statement.text, statement.emphasis),
    }


def detail(statement: DraftStatement, transcript: Transcript) -> Detail:
    """A statement with those nested below it as the record has them."""
    rows = (replace(d, emphasis=()) if statement.columns else d for d in statement.details)  # tables have no bold
    nested = tuple(detail(row, transcript) for row in rows)
    shape, fields = shape_of(statement), claim(statement, transcript)
    return Detail(text=statement.text, lead=statement.label or None, details=nested, **shape, **fields).settled()
