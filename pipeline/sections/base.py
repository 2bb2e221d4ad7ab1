"""What a section is: what a model is asked, how its answer becomes statements, and how those become the record."""

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

_NOTHING_SAID = "a required field is empty"
_NO_POINT = "this heading has no points"

# How the parts of a long recording are combined in a section: written anew, its points arranged under headings,
# or its items selected by number, all of them or the best.
Composed = Literal["anew", "arranged", "all", "best"]
LinesOf = Callable[[Sequence[int]], tuple[int, ...]]  # maps cited line numbers to segment ids


class Sentence(Answer):
    """A sentence and the numbers that it cites: of transcript lines, or of points written earlier."""

    cites: list[int]
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the document. `name` is its field in a model's answer and in the record.

    `answer` is the type of that field. `groups` turns an answer into statements with their lines; any words that code
    adds are in the language of the notes. `content` turns checked statements into the record's form. `share` is its
    share of the document's words (None: what the others leave over), `least` the words that it needs even in a short
    document; `values` fills the prompt's variables, given the words that it gets. `title` is set for a user's own
    section; the other titles are in the labels of the page's language.
    """

    name: str
    prompt: str
    answer: Any
    groups: Callable[[Any, LinesOf, Labels], tuple[DraftGroup, ...]]
    content: Callable[[Sequence[DraftGroup], Transcript], tuple[Any, ...]]
    share: float | None
    least: int
    values: Callable[[int], Mapping[str, str]] = lambda words: {}
    cites: bool = True  # whether its statements are claims about the recording, which cite lines and are checked
    of_parts: bool = True  # whether each part of a long recording is asked for it
    composed: Composed = "anew"
    adds: bool = False  # whether its share comes on top of the document's target words
    grows: Literal["nested", "rows", ""] = ""  # where a check may add: below statements, as rows, nowhere
    title: str = ""
    titles: tuple[str, ...] = ()  # label names of the titles of fields below its items
    of_people: bool = False  # whether its labels are people's names, so that a speaker label may be the evidence
    optional: bool = False  # whether it is left out of a document if empty
    prompt_of_part: str = ""  # replaces `prompt` for a part of a long recording
    answer_composed: Any = None  # the answer's type when parts are composed, if it differs
    most: int | None = None  # most items that are kept, whatever a model returns
    prompt_composed: str = ""  # replaces the usual text about its items when parts are composed
    # Turns an item from composing into statements; its empty fields are filled from the statements that it cites. The
    # last argument holds the speakers' names.
    edited: Callable[[Any, Sequence[DraftStatement], LinesOf, Labels], tuple[DraftStatement, ...]] | None = None

    @property
    def by_number(self) -> bool:
        """Whether the parts' items are kept as written unless composing merges or rewords them."""
        return self.composed in ("all", "best")


def sentences(answer: Sequence[Sentence], lines_of: LinesOf, labels: Labels) -> tuple[DraftGroup, ...]:
    """Prose: one group of consecutive statements."""
    rows = tuple(DraftStatement(s.text, lines_of(s.cites)) for s in answer if s.text.strip())
    return (DraftGroup(rows),) if rows else ()


def withheld_row(section: Section, row: Any, lines_of: LinesOf, reason: str = "") -> Withheld | None:
    """What the record keeps of a row of an answer from which nothing can be printed; None if it has no words."""
    values = [*_values(row.model_dump() if isinstance(row, Answer) else row)]
    text = " | ".join(v.strip() for v in values if isinstance(v, str) and v.strip())
    lines = lines_of([v for v in values if isinstance(v, int)])
    reason = reason or (_NO_POINT if section.composed == "arranged" else _NOTHING_SAID)
    return Withheld(section=section.name, text=text, reason=reason, lines=lines) if text else None


def _values(row: Any) -> Iterator[str | int]:
    """The texts and the cited numbers in a row of an answer."""
    if isinstance(row, str | int):
        yield row
    else:
        for inner in row.values() if isinstance(row, dict) else row:
            yield from _values(inner)


def without_end_mark(lead: str) -> str:
    """A lead or term without closing punctuation from the model: the page adds a colon."""
    bare = unmarked(lead)[0].strip().rstrip(":：。 ")
    ends = bare.endswith(".") and "." not in bare.split()[-1][:-1]  # "U.S." and an ellipsis keep their full stop
    return bare[:-1] if ends else bare


def in_a_row(groups: Sequence[DraftGroup]) -> list[DraftStatement]:
    """The statements of all groups, in order."""
    return [s for g in groups for s in g.statements]


def cite(transcript: Transcript, lines: Sequence[int]) -> tuple[Evidence, ...]:
    """Evidence for segment ids, without duplicates and in order. Code cuts the quote."""
    segments = [transcript.segment(n) for n in sorted(set(lines))]
    return tuple(Evidence(segment=s.id, start=s.start, end=s.end, speaker=s.speaker, quote=s.text) for s in segments)


def claim(statement: DraftStatement, transcript: Transcript) -> dict[str, Any]:
    """The record's fields that every statement has: its evidence and the result of its check."""
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
    """A statement with those nested below it, in the record's form."""
    rows = (replace(d, emphasis=()) if statement.columns else d for d in statement.details)  # tables have no bold
    nested = tuple(detail(row, transcript) for row in rows)
    shape, fields = shape_of(statement), claim(statement, transcript)
    return Detail(text=statement.text, lead=statement.label or None, details=nested, **shape, **fields).settled()
